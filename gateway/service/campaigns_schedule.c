/* SPDX-License-Identifier: EUPL-1.2 */
/* When the steps of a campaign are due, and what has not left called back: message by message, and the step goes again later to
 * those it did not reach. */
#include "gateway/service/campaigns_private.h"

#include "gateway/service/planner.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/triggers.h"

#define CANCEL_STEP 1000u

/* ---- when ---- */

const struct pk_campaign_step *pk_campaign_invitation(const struct pk_campaign_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!pk_step_waits_for_news(&steps[i].rule) && steps[i].rule.whom == PK_STEP_TO_ALL)
            return &steps[i];
    return NULL;
}

/* `back`: something of it was called back just now. */
static void plan(struct pk_campaign_step *step, const struct pk_campaign *campaign, bool first, bool back, enum pk_schedule why, struct pk_wall *wall,
                 int64_t now_ms)
{
    int64_t due_ms = pk_step_due_ms(&step->rule, campaign->starts_ms, wall);
    bool over = pk_step_until_ms(&step->rule, due_ms, campaign->starts_ms) <= now_ms;
    bool released = step->state == PK_STEP_RELEASED, stays = why != PK_SCHEDULE_START && (why != PK_SCHEDULE_MOVE || first);
    bool gone = released && stays; /* it need not go again: who joined since gets the invitation instead of a reminder */
    bool now = why == PK_SCHEDULE_RESUME || (gone && back) ||
               (first && !released && (why == PK_SCHEDULE_MOVE || (why == PK_SCHEDULE_CORRECT && step->state == PK_STEP_WAITING)));
    if (step->state == PK_STEP_DROPPED && why == PK_SCHEDULE_RESUME)
        return;
    if (over || (due_ms < now_ms && !now))
        step->state = gone ? PK_STEP_RELEASED : PK_STEP_DROPPED;
    else
        step->state = PK_STEP_WAITING;
    step->due_ms = due_ms < now_ms && step->state == PK_STEP_WAITING ? now_ms : due_ms;
}

int pk_campaign_schedule(struct pk_service *service, const struct pk_campaign *campaign, enum pk_schedule why, uint32_t back, int64_t now_ms,
                         struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    bool off = pk_campaign_is_off(service, campaign);
    size_t count = 0;
    int r = pk_wall_new(service->rules->zone, &wall, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    const struct pk_campaign_step *first = r == 0 ? pk_campaign_invitation(steps, count) : NULL;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (pk_step_waits_for_news(&steps[i].rule))
            continue;
        bool again = why == PK_SCHEDULE_START && steps[i].due_ms != 0; /* it was paused and written anew, and this step is as it was */
        plan(&steps[i], campaign, &steps[i] == first, (back & 1u << i) != 0, again ? PK_SCHEDULE_RESUME : why, wall, now_ms);
        if (off)
            steps[i].state = PK_STEP_DROPPED;
        r = pk_campaign_step_change(service->store, steps[i].id, steps[i].state, steps[i].due_ms, err);
    }
    return r;
}

int pk_campaign_find_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, struct pk_campaign_step *ret_step,
                          bool *ret_found, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    *ret_found = false;
    for (size_t i = 0; r == 0 && i < count && !*ret_found; i++) {
        if (steps[i].rule.when != when)
            continue;
        *ret_step = steps[i];
        *ret_found = true;
    }
    return r;
}

int pk_campaign_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, int64_t due_ms, bool *ret_found,
                     struct pk_error *err)
{
    struct pk_campaign_step step;
    bool found = false;
    int r = pk_campaign_find_news(service, campaign, when, &step, &found, err);
    if (ret_found)
        *ret_found = found;
    if (r != 0 || !found)
        return r;
    return pk_campaign_step_change(service->store, step.id, due_ms != 0 ? PK_STEP_NEWS : PK_STEP_LISTENING, due_ms, err);
}

/* ---- called back ---- */

static int call_back(struct pk_service *service, int64_t id, int64_t now_ms, bool *ret_any, struct pk_error *err)
{
    struct pk_trigger trigger;
    size_t count = CANCEL_STEP;
    int64_t cancelled = 0;
    int r = pk_trigger_get(service->store, id, &trigger, err);
    *ret_any = false;
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r; /* retention took it, and all of it was over */
    if (trigger.state == PK_TRIGGER_EXPANDING) {
        *ret_any = true;
        r = pk_planner_cut_short(service, &trigger, now_ms, err);
    }
    while (r == 0 && count == CANCEL_STEP) {
        r = pk_messages_cancel_trigger(service->store, id, now_ms, CANCEL_STEP, &count, err);
        cancelled += (int64_t) count;
    }
    *ret_any |= cancelled > 0;
    return r == 0 && cancelled > 0 ? pk_campaign_trigger_called_back(service->store, id, cancelled, err) : r;
}

int pk_campaign_call_back(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, uint32_t *ret_back, struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0, step_count = 0;
    bool any;
    int r = pk_campaign_history(service->store, campaign->id, history, &count, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, campaign->id, steps, &step_count, err);
    if (ret_back)
        *ret_back = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = call_back(service, history[i].trigger, now_ms, &any, err);
        for (size_t s = 0; r == 0 && any && ret_back && s < step_count; s++)
            if (steps[s].id == (history[i].instead != 0 ? history[i].instead : history[i].step))
                *ret_back |= 1u << s;
    }
    return r;
}

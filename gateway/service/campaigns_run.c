/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Steps go by themselves. A step that is due soon becomes a trigger, in one unit with its row, so that a restart neither
 * repeats nor skips one; from there the planner does what it does with every trigger. Who joined after the invitation gets it
 * instead of the first reminder: such a step becomes two triggers. What is called back is cancelled message by message, and
 * the step goes again later to those it did not reach.
 */
#include "gateway/service/campaigns_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/planner.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/triggers.h"

#define PUBLISHER "campaigns"
#define SOURCE "pokana:campaigns"
#define TYPE "campaign"
#define RELEASES_PER_ROUND 8u
#define ENDS_PER_ROUND 64u
#define CANCEL_STEP 1000u

/* ---- when ---- */

/* The first step for everybody: the others remind of it. */
static const struct pk_campaign_step *invitation(const struct pk_campaign_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!pk_step_waits_for_news(&steps[i].rule) && steps[i].rule.whom == PK_STEP_TO_ALL)
            return &steps[i];
    return NULL;
}

static void plan(struct pk_campaign_step *step, const struct pk_campaign *campaign, bool first, enum pk_schedule why, struct pk_wall *wall, int64_t now_ms)
{
    int64_t due_ms = pk_step_due_ms(&step->rule, campaign->starts_ms, wall);
    bool over = pk_step_until_ms(&step->rule, due_ms, campaign->starts_ms) <= now_ms;
    bool now = why == PK_SCHEDULE_RESUME || (why == PK_SCHEDULE_MOVE && first);
    if (step->state == PK_STEP_DROPPED && why == PK_SCHEDULE_RESUME)
        return;
    if (over || (due_ms < now_ms && !now))
        step->state = step->state == PK_STEP_RELEASED && why == PK_SCHEDULE_RESUME ? PK_STEP_RELEASED : PK_STEP_DROPPED;
    else
        step->state = PK_STEP_WAITING;
    step->due_ms = due_ms < now_ms && step->state == PK_STEP_WAITING ? now_ms : due_ms;
}

int pk_campaign_schedule(struct pk_service *service, const struct pk_campaign *campaign, enum pk_schedule why, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    size_t count = 0;
    int r = pk_wall_new(service->rules->zone, &wall, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    const struct pk_campaign_step *first = r == 0 ? invitation(steps, count) : NULL;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (pk_step_waits_for_news(&steps[i].rule))
            continue;
        bool again = why == PK_SCHEDULE_START && steps[i].due_ms != 0; /* it was paused and written anew, and this step is as it was */
        plan(&steps[i], campaign, &steps[i] == first, again ? PK_SCHEDULE_RESUME : why, wall, now_ms);
        r = pk_campaign_step_change(service->store, steps[i].id, steps[i].state, steps[i].due_ms, err);
    }
    return r;
}

static int find_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, struct pk_campaign_step *ret_step, bool *ret_found,
                     struct pk_error *err)
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

int pk_campaign_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, int64_t due_ms, struct pk_error *err)
{
    struct pk_campaign_step step;
    bool found;
    int r = find_news(service, campaign, when, &step, &found, err);
    if (r != 0 || !found)
        return r;
    return pk_campaign_step_change(service->store, step.id, due_ms != 0 ? PK_STEP_NEWS : PK_STEP_LISTENING, due_ms, err);
}

/* ---- called back ---- */

static int call_back(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_trigger trigger;
    size_t count = CANCEL_STEP;
    int r = pk_trigger_get(service->store, id, &trigger, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r; /* retention took it, and all of it was over */
    if (trigger.state == PK_TRIGGER_EXPANDING)
        r = pk_planner_cut_short(service, &trigger, now_ms, err);
    while (r == 0 && count == CANCEL_STEP)
        r = pk_messages_cancel_trigger(service->store, id, now_ms, CANCEL_STEP, &count, err);
    return r == 0 ? pk_campaign_trigger_called_back(service->store, id, err) : r;
}

int pk_campaign_call_back(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    int64_t triggers[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    int r = pk_campaign_triggers(service->store, campaign->id, 0, 0, triggers, PK_COUNT(triggers), &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = call_back(service, triggers[i], now_ms, err);
    return r;
}

/* ---- released ---- */

/* Which of the campaign's triggers must have told somebody, which must not. */
struct whom {
    int64_t told[PK_CAMPAIGN_TRIGGERS_MAX], untold[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t told_count, untold_count;
    const char *answer; /* "yes", "none": of those who were told; NULL = whatever it is */
};

static void add_list(struct pk_json_out *out, const char *name, const int64_t *triggers, size_t count)
{
    if (count == 0)
        return;
    pk_json_open(out, name, '[');
    for (size_t i = 0; i < count; i++)
        pk_json_add_int(out, NULL, triggers[i]);
    pk_json_close(out, ']');
}

/* The campaign's own rule, and beside it whom of those. */
static void write_audience(const struct pk_campaign *campaign, const struct whom *whom, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    pk_json_add_raw(&json, "among", campaign->audience);
    add_list(&json, "told", whom->told, whom->told_count);
    add_list(&json, "untold", whom->untold, whom->untold_count);
    if (whom->answer)
        pk_json_add_text(&json, "answer", whom->answer);
    pk_json_close(&json, '}');
}

/* What the texts say, and what the thing is called: a changed invitation replaces the old one in a calendar. */
static void write_values(const struct pk_campaign *campaign, struct pk_buf *out)
{
    char sequence[24];
    (void) pk_buf_add_slice(out, campaign->values);
    out->len--;
    (void) snprintf(sequence, sizeof sequence, "%lld", (long long) campaign->edition);
    struct pk_json_out json = pk_json_out(out);
    json.first = campaign->values.len == 2;
    pk_json_add_text(&json, "event", campaign->name);
    pk_json_add_text(&json, "sequence", sequence);
    (void) pk_buf_add_char(out, '}');
}

static int add_trigger(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, const struct whom *whom,
                       int64_t due_ms, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_buf audience, values;
    char name[96];
    struct pk_trigger trigger = {
        .id = pk_id_ordered(),
        .state = PK_TRIGGER_EXPANDING,
        .source = PK_SLICE(SOURCE),
        .type = PK_SLICE(TYPE),
        .received_ms = now_ms,
        .send_at_ms = due_ms > now_ms ? due_ms : 0,
        .valid_until_ms = pk_step_until_ms(&step->rule, due_ms, campaign->starts_ms),
        .priority = PK_PRIORITY_NORMAL,
        .route = campaign->route,
        .ceiling = campaign->people_max + 1, /* the one too many stops it (campaigns_ceilings.c) */
    };
    struct pk_notice notice = {
        .trigger = trigger.id,
        .cls = PK_CLASS_NOTICE,
        .topic = campaign->topic,
        .template_name = pk_slice_of(step->template_name),
        .created_ms = now_ms,
    };
    if (trigger.valid_until_ms <= now_ms)
        return 0;
    (void) snprintf(name, sizeof name, "%lld/%lld/%lld", (long long) campaign->id, (long long) step->id, (long long) trigger.id);
    trigger.event_id = pk_slice_of(name);
    pk_buf_init(&audience, 4 * PK_CAMPAIGN_TEXTS_MAX);
    pk_buf_init(&values, 2 * PK_CAMPAIGN_TEXTS_MAX);
    write_audience(campaign, whom, &audience);
    write_values(campaign, &values);
    trigger.audience = pk_buf_slice(&audience);
    notice.values = pk_buf_slice(&values);
    int r = pk_name_intern(store, PK_NAME_PUBLISHER, PK_SLICE(PUBLISHER), &trigger.publisher, err);
    if (r == 0)
        r = pk_notice_add(store, &notice, &trigger.notice, err);
    if (r == 0)
        r = pk_trigger_add(store, &trigger, err);
    if (r == 0)
        r = pk_campaign_trigger_add(store, campaign->id, step->id, trigger.id, campaign->edition, err);
    pk_buf_finish(&audience);
    pk_buf_finish(&values);
    pk_planner_wake(service->planner);
    return r;
}

static int list(struct pk_service *service, const struct pk_campaign *campaign, int64_t step, int64_t edition, int64_t *triggers, size_t *count,
                struct pk_error *err)
{
    return pk_campaign_triggers(service->store, campaign->id, step, edition, triggers, PK_CAMPAIGN_TRIGGERS_MAX, count, err);
}

/* What was told before the date changed, to those who did not hear the new one otherwise. */
static int release_change(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms,
                          struct pk_error *err)
{
    struct whom whom = { 0 };
    int r = list(service, campaign, 0, 0, whom.told, &whom.told_count, err);
    if (r == 0 && step->rule.when == PK_STEP_ON_CHANGE)
        r = list(service, campaign, 0, campaign->edition, whom.untold, &whom.untold_count, err);
    return r == 0 && whom.told_count > 0 ? add_trigger(service, campaign, step, &whom, now_ms, now_ms, err) : r;
}

static int release_reminder(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                            const struct pk_campaign_step *first, int64_t now_ms, struct pk_error *err)
{
    struct whom told = { 0 }, late = { 0 };
    int r = list(service, campaign, 0, step->rule.whom == PK_STEP_TO_ALL ? 0 : campaign->edition, told.told, &told.told_count, err);
    if (r == 0)
        r = list(service, campaign, step->id, campaign->edition, told.untold, &told.untold_count, err);
    if (step->rule.whom != PK_STEP_TO_ALL)
        told.answer = step->rule.whom == PK_STEP_TO_YES ? "yes" : "none";
    if (r == 0 && told.told_count > 0)
        r = add_trigger(service, campaign, step, &told, step->due_ms, now_ms, err);
    if (r != 0 || step->rule.whom != PK_STEP_TO_ALL)
        return r;
    struct pk_campaign_step instead = *first;
    instead.rule = step->rule; /* its time is this step's */
    r = list(service, campaign, 0, 0, late.untold, &late.untold_count, err);
    return r == 0 ? add_trigger(service, campaign, &instead, &late, step->due_ms, now_ms, err) : r;
}

static int release_step(struct pk_service *service, struct pk_campaign *campaign, const struct pk_campaign_step *step,
                        const struct pk_campaign_step *first, int64_t now_ms, struct pk_error *err)
{
    struct whom whom = { 0 };
    bool news = pk_step_waits_for_news(&step->rule);
    int r;
    if (news)
        r = release_change(service, campaign, step, now_ms, err);
    else if (first && step != first && step->rule.when != PK_STEP_AT && first->state == PK_STEP_RELEASED)
        r = release_reminder(service, campaign, step, first, now_ms, err);
    else if ((r = list(service, campaign, step->id, step == first ? 0 : campaign->edition, whom.untold, &whom.untold_count, err)) == 0)
        r = add_trigger(service, campaign, step, &whom, step->due_ms, now_ms, err);
    if (r == 0)
        r = pk_campaign_step_change(service->store, step->id, news ? PK_STEP_LISTENING : PK_STEP_RELEASED, step->due_ms, err);
    pk_sha256(campaign->values, campaign->told);
    return r;
}

int pk_campaign_news_now(struct pk_service *service, struct pk_campaign *campaign, uint32_t when, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_step step;
    bool found;
    int r = find_news(service, campaign, when, &step, &found, err);
    return r == 0 && found ? release_step(service, campaign, &step, NULL, now_ms, err) : r;
}

/* ---- by themselves ---- */

/* In the hours a restore lost a step may have gone, and nobody remembers: somebody looks. */
static bool may_have_gone(struct pk_service *service, const struct pk_campaign_step *step)
{
    int64_t restored_ms = pk_store_number(service->store, "restore.at_ms", 0);
    return restored_ms != 0 && step->due_ms - PK_STEP_EARLY_MS <= restored_ms;
}

/* Why it must not go on by itself; NULL = it may. */
static const char *hindrance(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms)
{
    if (may_have_gone(service, step))
        return "a step may have gone in the hours that a restored backup lost";
    if (pk_campaign_still_approved(service, campaign, NULL) != 0)
        return "its texts are no longer those that were approved";
    return pk_campaign_beyond(service, campaign, step, now_ms);
}

static bool is_due(const struct pk_campaign_step *step, int64_t now_ms)
{
    return (step->state == PK_STEP_WAITING && step->due_ms <= now_ms + PK_STEP_EARLY_MS) || (step->state == PK_STEP_NEWS && step->due_ms <= now_ms);
}

static int release(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX], *step = NULL;
    struct pk_campaign campaign;
    struct pk_buf texts;
    size_t count = 0;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r == 0) {
        pk_campaign_keep(&campaign, &texts);
        r = pk_campaign_steps(service->store, id, steps, &count, err);
    }
    for (size_t i = 0; r == 0 && i < count; i++)
        if (is_due(&steps[i], now_ms) && (!step || steps[i].due_ms < step->due_ms))
            step = &steps[i];
    if (r == 0 && step) {
        const char *why = hindrance(service, &campaign, step, now_ms);
        if (why)
            r = pk_campaign_stop(service, &campaign, why, now_ms, err);
        else if ((r = release_step(service, &campaign, step, invitation(steps, count), now_ms, err)) == 0)
            r = pk_campaign_write(service->store, &campaign, err);
    }
    pk_buf_finish(&texts);
    return r;
}

/* All its steps are done, and what it was about is over. */
static int end(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign campaign;
    struct pk_buf texts;
    size_t count = 0;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r == 0) {
        pk_campaign_keep(&campaign, &texts);
        r = pk_campaign_steps(service->store, id, steps, &count, err);
    }
    bool over = r == 0 && campaign.starts_ms <= now_ms;
    for (size_t i = 0; i < count; i++)
        over = over && steps[i].state != PK_STEP_WAITING && steps[i].state != PK_STEP_NEWS;
    if (over) {
        campaign.state = PK_CAMPAIGN_FINISHED;
        campaign.updated_ms = now_ms;
        r = pk_campaign_write(service->store, &campaign, err);
    }
    pk_buf_finish(&texts);
    return r;
}

static bool in_unit(struct pk_service *service, int (*run)(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err), int64_t id)
{
    struct pk_error err = { 0 };
    int r = pk_unit_begin(service->store, &err);
    if (r == 0 && (r = run(service, id, pk_clock_wall_ms(), &err)) != 0)
        pk_unit_drop(service->store);
    else if (r == 0)
        r = pk_unit_keep(service->store, &err);
    if (r != 0)
        pk_log(PK_LOG_ERROR, "campaigns", "step.failed", "reason", err.message, NULL);
    return r == 0;
}

bool pk_campaigns_run(struct pk_service *service)
{
    int64_t now_ms = pk_clock_wall_ms(), id;
    for (unsigned i = 0; i < RELEASES_PER_ROUND && (id = pk_campaign_due(service->store, now_ms + PK_STEP_EARLY_MS, now_ms)) != 0; i++)
        if (!in_unit(service, release, id))
            return false;
    id = 0;
    for (unsigned i = 0; i < ENDS_PER_ROUND && (id = pk_campaign_running(service->store, id)) != 0; i++)
        (void) in_unit(service, end, id);
    return pk_campaign_due(service->store, now_ms + PK_STEP_EARLY_MS, now_ms) != 0;
}

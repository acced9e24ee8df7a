/* SPDX-License-Identifier: EUPL-1.2 */
/* A key person reminds her circle. It is the planned reminder, sent early to those of the circle who were told: when its own time
 * comes it leaves them out, and a date that moves calls it back like everything else. */
#include "gateway/service/campaigns_private.h"

#include "gateway/service/circle_counts.h"
#include "gateway/service/circles.h"
#include "gateway/service/events_private.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/trail.h"
#include "gateway/store/audience.h"
#include "gateway/store/names.h"
#include "gateway/store/triggers.h"

#define PEOPLE_AT_ONCE 64u
#define FIRST_AT_ONCE 4u /* where one is enough */
#define KEPT_FOR_STEPS 24u /* triggers that a campaign's own steps and changes have left, however many circles are reminded */

static int not_running(const struct pk_campaign *campaign, struct pk_error *err)
{
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" is %s: it reminds nobody", campaign->name, pk_campaign_state_name(state));
    return pk_hint(err, PK_E_CONFLICT, "%s", pk_campaign_state_sentence(state, "en"));
}

/* A text that says "today" goes on the day itself: its words would not be true before. */
static bool is_not_today(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms)
{
    const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(step->template_name), pk_slice_of(service->rules->default_language));
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int64_t from_ms = 0, until_ms = 0;
    if (!text || pk_template_step(text) != PK_STEP_REMINDER_TODAY || pk_events_wall(service, &wall, NULL) != 0)
        return false;
    pk_wall_day_bounds(wall, campaign->starts_ms, &from_ms, &until_ms);
    return now_ms < from_ms || now_ms >= until_ms;
}

/* The next reminder that has not gone. */
static int find_reminder(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_campaign_step *ret_step,
                         struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    const struct pk_campaign_step *next = NULL;
    size_t count = 0;
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    if (r != 0)
        return r;
    const struct pk_campaign_step *first = pk_campaign_invitation(steps, count);
    if (!first || first->state != PK_STEP_RELEASED) {
        (void) pk_fail(err, PK_E_CONFLICT, "the invitation of campaign \"%s\" has not gone yet", campaign->name);
        return pk_hint(err, PK_E_CONFLICT, "Wait until people were invited: a reminder goes to those only.");
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t when = steps[i].rule.when;
        bool reminds = &steps[i] != first && (when == PK_STEP_BEFORE || when == PK_STEP_DAYS_BEFORE);
        if (reminds && steps[i].state == PK_STEP_WAITING && (!next || steps[i].due_ms < next->due_ms))
            next = &steps[i];
    }
    if (!next)
        return pk_fail(err, PK_E_CONFLICT, "no reminder of campaign \"%s\" is still to come", campaign->name);
    if (is_not_today(service, campaign, next, now_ms)) {
        (void) pk_fail(err, PK_E_CONFLICT, "the next reminder of campaign \"%s\" says \"today\"", campaign->name);
        return pk_hint(err, PK_E_CONFLICT, "Send it on the day itself, or wait: it goes by itself then.");
    }
    *ret_step = *next;
    return 0;
}

/* Once for each circle, step and date. *ret_so: it was so already. */
static int look_back(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                     const struct pk_circle *circle, bool *ret_so, struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    int r = pk_campaign_history(service->store, campaign->id, history, &count, err);
    *ret_so = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *ret_so |= history[i].step == step->id && history[i].edition == campaign->edition && history[i].circle == circle->id;
    if (r != 0 || *ret_so || count < PK_CAMPAIGN_TRIGGERS_MAX - KEPT_FOR_STEPS)
        return r;
    (void) pk_fail(err, PK_E_LIMIT, "campaign \"%s\" made %zu triggers of the %d it may; the last %u are kept for its own steps", campaign->name, count,
                   PK_CAMPAIGN_TRIGGERS_MAX, KEPT_FOR_STEPS);
    return pk_hint(err, PK_E_LIMIT, "The others are reminded when it is planned.");
}

static int remind(struct pk_service *service, struct pk_campaign *campaign, const struct pk_circle *circle, int64_t now_ms,
                  struct pk_campaign_reminded *ret_reminded, struct pk_error *err)
{
    struct pk_campaign_step step;
    bool so = false;
    int r = campaign->state == PK_CAMPAIGN_RUNNING ? find_reminder(service, campaign, now_ms, &step, err) : not_running(campaign, err);
    if (r == 0)
        r = look_back(service, campaign, &step, circle, &so, err);
    if (r != 0)
        return r;
    *ret_reminded = (struct pk_campaign_reminded){ .changed = !so, .planned_ms = step.due_ms };
    (void) pk_step_text(&step.rule, ret_reminded->step);
    (void) snprintf(ret_reminded->circle, sizeof ret_reminded->circle, "%s", circle->name);
    if (so)
        return 0;
    const char *why = pk_campaign_hindrance(service, campaign, &step, now_ms);
    if (why)
        return pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" cannot go on: %s", campaign->name, why);
    return pk_campaign_release_early(service, campaign, &step, circle, now_ms, err);
}

int pk_campaign_remind(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice circle_name,
                       int64_t now_ms, struct pk_campaign_reminded *ret_reminded, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_circle circle;
    struct pk_buf texts;
    if (circle_name.len == 0)
        circle_name = pk_slice_of(actor->name ? actor->name : "");
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic)), .owner = circle_name };
    r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_REMIND, &about, campaign.name, err);
    if (r != 0)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = pk_circle_meant(service, actor, circle_name, &circle, err);
    if (r == 0)
        r = remind(service, &campaign, &circle, now_ms, ret_reminded, err);
    pk_buf_finish(&texts);
    return r == 0 && ret_reminded->changed ? pk_trail_done(service, actor, "campaign.remind", campaign.name, circle.name, 0, now_ms, err) : r;
}

/* ---- how it stands ---- */

/* So many and no more: who wants to know whether there is anybody asks for one. */
static int count_told(struct pk_service *service, const struct pk_audience *audience, const struct pk_earlier *earlier, int64_t now_ms,
                      int64_t most, int64_t *ret_people, struct pk_error *err)
{
    struct pk_audience_row rows[PEOPLE_AT_ONCE];
    const size_t at_once = most == 1 ? FIRST_AT_ONCE : PEOPLE_AT_ONCE;
    size_t count = at_once;
    int64_t after = 0, people = 0;
    int r = 0;
    while (r == 0 && count == at_once && people < most) {
        count = 0;
        r = pk_audience_page(service->store, audience, after, now_ms, at_once, rows, &count, err);
        for (size_t i = 0; r == 0 && i < count && people < most; i++)
            people += pk_earlier_suits(service->store, earlier, &rows[i]) ? 1 : 0;
        after = count > 0 ? rows[count - 1].recipient : after;
    }
    *ret_people = people;
    return r;
}

/* How many people of the circle this reminder reaches now, unless nobody asks, and whether anybody was told at all. */
static int count_people(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                        const struct pk_circle *circle, int64_t now_ms, struct pk_circle_count *count, struct pk_error *err)
{
    struct pk_audience_tree tree, whole;
    struct pk_audience audience;
    struct pk_earlier earlier;
    struct pk_buf text;
    pk_auto(pk_json) struct pk_json *rule = NULL;
    int64_t told = 0;
    pk_buf_init(&text, 4 * PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_campaign_remind_whom(service, campaign, step, circle, &text, err);
    bool anybody = r == 0 && text.len > 0;
    if (anybody)
        r = pk_json_parse(pk_buf_slice(&text), text.len, &rule, err);
    pk_buf_finish(&text);
    if (!anybody || r != 0)
        return r;
    r = pk_audience_read_json(pk_earlier_read(rule, &earlier), "audience", &tree, err);
    if (r == 0)
        r = pk_audience_resolve(service->store, &tree, err);
    if (r == 0)
        r = pk_campaign_audience(service, campaign, &whole, &audience, err);
    audience.tree = &tree;
    if (r == 0 && count->step != 0)
        r = count_told(service, &audience, &earlier, now_ms, INT64_MAX, &count->people, err);
    earlier.untold_count = 0;
    earlier.yes = earlier.silent = false;
    if (r == 0 && count->people == 0)
        r = count_told(service, &audience, &earlier, now_ms, 1, &told, err);
    count->told = count->people > 0 || told > 0; /* whom it reminds was told */
    return r;
}

/* What went: to the circle at her word, to everybody by itself. */
static int look_at_history(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_circle *circle, int64_t first,
                           struct pk_campaign_for_circle *view, struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    int r = pk_campaign_history(service->store, campaign->id, history, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct pk_trigger trigger;
        bool ours = history[i].circle == circle->id, others = history[i].circle != 0 && !ours;
        if (others || history[i].step == first || history[i].edition != campaign->edition ||
            pk_trigger_get(service->store, history[i].trigger, &trigger, NULL) != 0)
            continue;
        if (ours) {
            view->sent_ms = trigger.received_ms;
            view->sent_people = trigger.planned;
        } else {
            view->gone_ms = trigger.send_at_ms != 0 ? trigger.send_at_ms : trigger.received_ms;
        }
    }
    return r;
}

int pk_campaign_for_circle(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_circle *circle, bool exactly,
                           int64_t now_ms, struct pk_campaign_for_circle *ret_view, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX], next, asked;
    struct pk_circle_count count = { .campaign = campaign->id, .edition = campaign->edition, .circle = circle->id };
    size_t step_count = 0;
    bool so = false;
    *ret_view = (struct pk_campaign_for_circle){ 0 };
    int r = pk_campaign_steps(service->store, campaign->id, steps, &step_count, err);
    const struct pk_campaign_step *first = r == 0 ? pk_campaign_invitation(steps, step_count) : NULL;
    if (r != 0 || !first)
        return r;
    bool to_come = campaign->state == PK_CAMPAIGN_RUNNING && find_reminder(service, campaign, now_ms, &next, NULL) == 0 &&
                   look_back(service, campaign, &next, circle, &so, NULL) == 0 && !so;
    asked = to_come ? next : *first;
    if (!to_come)
        asked.due_ms = INT64_MAX; /* whoever was told at all, whenever that was */
    count.step = to_come ? next.id : 0;
    if (exactly || !pk_circle_counts_find(service->circle_counts, now_ms, &count)) {
        r = count_people(service, campaign, &asked, circle, now_ms, &count, err);
        if (r == 0)
            pk_circle_counts_keep(service->circle_counts, now_ms, &count);
    }
    ret_view->people = count.people;
    ret_view->told = count.told;
    if (to_come) {
        ret_view->planned_ms = next.due_ms;
        (void) snprintf(ret_view->template_name, sizeof ret_view->template_name, "%s", next.template_name);
    }
    return r == 0 ? look_at_history(service, campaign, circle, first->id, ret_view, err) : r;
}

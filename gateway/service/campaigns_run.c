/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Steps go by themselves. A step that is due soon becomes a trigger, in one unit with its row, so that a restart neither
 * repeats nor skips one; from there the planner does what it does with every trigger. Who joined after the invitation gets it
 * instead of the first reminder: such a step becomes two triggers. A change is told to those whom the last thing they were told
 * left with something else.
 */
#include "gateway/service/campaigns_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/planner.h"
#include "gateway/service/status_events.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/triggers.h"

#define PUBLISHER "campaigns"
#define SOURCE "pokana:campaigns"
#define TYPE "campaign"
#define RELEASES_PER_ROUND 8u
#define ENDS_PER_ROUND 64u

/* ---- released ---- */

/* Which of the campaign's triggers must have told somebody, which must not. */
struct whom {
    int64_t told[PK_CAMPAIGN_TRIGGERS_MAX], untold[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t told_count, untold_count;
    const char *answer; /* "yes", "none": of those who were told; NULL = whatever it is */
    int64_t instead; /* the step in whose place this one goes; 0 = its own */
    const struct pk_circle *circle; /* nobody else; NULL = the whole audience */
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
    if (whom->circle) {
        pk_json_open(&json, "among", '{');
        pk_json_open(&json, "all", '[');
        pk_json_open(&json, NULL, '{');
        pk_json_add_text(&json, "circle", whom->circle->name);
        pk_json_close(&json, '}');
        pk_json_add_raw(&json, NULL, campaign->audience);
        pk_json_close(&json, ']');
        pk_json_close(&json, '}');
    } else {
        pk_json_add_raw(&json, "among", campaign->audience);
    }
    add_list(&json, "told", whom->told, whom->told_count);
    add_list(&json, "untold", whom->untold, whom->untold_count);
    if (whom->answer)
        pk_json_add_text(&json, "answer", whom->answer);
    pk_json_close(&json, '}');
}

/* What the text says, and what the thing is called: a changed invitation replaces the old one in a calendar. */
static int write_values(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice text, struct pk_buf *out, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    char sequence[24];
    int r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &values, err);
    if (r == 0)
        r = pk_campaign_fill(service, text, campaign->route, values, out, err);
    if (r != 0)
        return r;
    out->len--;
    (void) snprintf(sequence, sizeof sequence, "%lld", (long long) campaign->edition);
    struct pk_json_out json = pk_json_out(out);
    json.first = out->len == 1;
    pk_json_add_text(&json, "event", campaign->name);
    pk_json_add_text(&json, "sequence", sequence);
    return pk_buf_add_char(out, '}') != 0 ? pk_fail(err, PK_E_LIMIT, "the values are too long") : 0;
}

static void knows_after(const struct pk_campaign *campaign, const struct pk_campaign_step *step, uint8_t ret_knows[32])
{
    pk_campaign_knowledge(campaign->values, step->rule.when == PK_STEP_ON_CANCEL, ret_knows);
}

static int link_trigger(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                        const struct whom *whom, int64_t trigger, struct pk_error *err)
{
    struct pk_campaign_trigger released = { .trigger = trigger, .step = step->id, .edition = campaign->edition,
                                            .instead = whom->instead, .circle = whom->circle ? whom->circle->id : 0 };
    knows_after(campaign, step, released.knows);
    return pk_campaign_trigger_add(service->store, campaign->id, &released, err);
}

static int add_trigger(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, const struct whom *whom,
                       int64_t due_ms, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_occurrence date = { 0 };
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
    if (campaign->occurrence != 0 && pk_occurrence_get(store, campaign->occurrence, &date, NULL) == 0) {
        notice.occurrence = date.id;
        notice.version = date.version;
    }
    (void) snprintf(name, sizeof name, "%lld/%lld/%lld", (long long) campaign->id, (long long) step->id, (long long) trigger.id);
    trigger.event_id = pk_slice_of(name);
    pk_buf_init(&audience, 4 * PK_CAMPAIGN_TEXTS_MAX);
    pk_buf_init(&values, 2 * PK_CAMPAIGN_TEXTS_MAX);
    write_audience(campaign, whom, &audience);
    int r = write_values(service, campaign, notice.template_name, &values, err);
    trigger.audience = pk_buf_slice(&audience);
    notice.values = pk_buf_slice(&values);
    if (r == 0)
        r = pk_name_intern(store, PK_NAME_PUBLISHER, PK_SLICE(PUBLISHER), &trigger.publisher, err);
    if (r == 0)
        r = pk_notice_add(store, &notice, &trigger.notice, err);
    if (r == 0)
        r = pk_trigger_add(store, &trigger, err);
    if (r == 0)
        r = link_trigger(service, campaign, step, whom, trigger.id, err);
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

/* Those who know otherwise: told by one of a run of triggers that said something else, and by none after it. There are several
 * such runs when a date went to and fro; nobody's last word is in two of them. */
static int release_change(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms,
                          struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    uint8_t knows[32];
    size_t count = 0;
    int r = pk_campaign_history(service->store, campaign->id, history, &count, err);
    knows_after(campaign, step, knows);
    for (size_t i = 0; r == 0 && i < count;) {
        struct whom whom = { 0 };
        for (; i < count && memcmp(history[i].knows, knows, sizeof knows) == 0; i++) {
        }
        for (; i < count && memcmp(history[i].knows, knows, sizeof knows) != 0; i++)
            whom.told[whom.told_count++] = history[i].trigger;
        for (size_t after = i; after < count; after++)
            whom.untold[whom.untold_count++] = history[after].trigger;
        if (whom.told_count > 0)
            r = add_trigger(service, campaign, step, &whom, now_ms, now_ms, err);
    }
    return r;
}

/* Those that told it as it is now: of this edition, or of an earlier one whose date it is again. Of one step; 0 = of all. */
static int list_as_now(struct pk_service *service, const struct pk_campaign *campaign, int64_t step, int64_t *triggers, size_t *count,
                       struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    uint8_t knows[32];
    size_t all = 0;
    int r = pk_campaign_history(service->store, campaign->id, history, &all, err);
    pk_campaign_knowledge(campaign->values, false, knows);
    *count = 0;
    for (size_t i = 0; r == 0 && i < all; i++) {
        bool is_of = step == 0 || history[i].step == step || history[i].instead == step;
        bool as_now = history[i].edition >= campaign->edition || memcmp(history[i].knows, knows, sizeof knows) == 0;
        if (is_of && as_now)
            triggers[(*count)++] = history[i].trigger;
    }
    return r;
}

/* Whom something is told at the very moment a reminder is due, or later, need not be reminded of it: the gateway was away, or it was
 * resumed late, and both are due now. */
static int leave_out_the_newest(struct pk_service *service, const struct pk_campaign_step *step, struct whom *told, struct pk_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < told->told_count; i++) {
        struct pk_trigger trigger = { 0 };
        int r = pk_trigger_get(service->store, told->told[i], &trigger, err);
        if (r != 0 && r != PK_E_NOT_FOUND)
            return r;
        int64_t told_ms = trigger.send_at_ms > trigger.received_ms ? trigger.send_at_ms : trigger.received_ms;
        if (told_ms >= step->due_ms && told->untold_count < PK_CAMPAIGN_TRIGGERS_MAX)
            told->untold[told->untold_count++] = told->told[i];
        else
            told->told[count++] = told->told[i];
    }
    told->told_count = count;
    return 0;
}

/* Those who were told; who is asked for an answer was told this date. */
static int find_told(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, struct whom *told,
                     struct pk_error *err)
{
    int r = step->rule.whom == PK_STEP_TO_ALL ? list(service, campaign, 0, 0, told->told, &told->told_count, err)
                                              : list_as_now(service, campaign, 0, told->told, &told->told_count, err);
    if (r == 0)
        r = list_as_now(service, campaign, step->id, told->untold, &told->untold_count, err);
    if (r == 0)
        r = leave_out_the_newest(service, step, told, err);
    if (step->rule.whom != PK_STEP_TO_ALL)
        told->answer = step->rule.whom == PK_STEP_TO_YES ? "yes" : "none";
    return r;
}

int pk_campaign_remind_whom(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                            const struct pk_circle *circle, struct pk_buf *out, struct pk_error *err)
{
    struct whom told = { .circle = circle };
    int r = find_told(service, campaign, step, &told, err);
    if (r == 0 && told.told_count > 0)
        write_audience(campaign, &told, out);
    return r;
}

/* To those of one circle, early, or to all. */
static int remind(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, const struct pk_circle *circle,
                  int64_t due_ms, int64_t now_ms, struct pk_error *err)
{
    struct whom told = { .circle = circle };
    int r = find_told(service, campaign, step, &told, err);
    return r == 0 && told.told_count > 0 ? add_trigger(service, campaign, step, &told, due_ms, now_ms, err) : r;
}

int pk_campaign_release_early(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                              const struct pk_circle *circle, int64_t now_ms, struct pk_error *err)
{
    return remind(service, campaign, step, circle, now_ms, now_ms, err);
}

static int release_reminder(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                            const struct pk_campaign_step *first, int64_t now_ms, struct pk_error *err)
{
    struct whom late = { 0 };
    int r = remind(service, campaign, step, NULL, step->due_ms, now_ms, err);
    if (r != 0 || step->rule.whom != PK_STEP_TO_ALL)
        return r;
    struct pk_campaign_step instead = *first;
    instead.rule = step->rule; /* its time is this step's */
    late.instead = step->id;
    r = list(service, campaign, 0, 0, late.untold, &late.untold_count, err);
    return r == 0 ? add_trigger(service, campaign, &instead, &late, step->due_ms, now_ms, err) : r;
}

static int release_step(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
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
    return r == 0 ? pk_campaign_step_change(service->store, step->id, news ? PK_STEP_LISTENING : PK_STEP_RELEASED, step->due_ms, err) : r;
}

int pk_campaign_news_now(struct pk_service *service, struct pk_campaign *campaign, uint32_t when, int64_t now_ms, bool *ret_found,
                         struct pk_error *err)
{
    struct pk_campaign_step step;
    bool found = false;
    int r = pk_campaign_find_news(service, campaign, when, &step, &found, err);
    if (ret_found)
        *ret_found = found;
    return r == 0 && found ? release_step(service, campaign, &step, NULL, now_ms, err) : r;
}

/* ---- by themselves ---- */

/* In the hours a restore lost a step may have gone, and nobody remembers: somebody looks. */
static bool may_have_gone(struct pk_service *service, const struct pk_campaign_step *step)
{
    int64_t restored_ms = pk_store_number(service->store, "restore.at_ms", 0);
    return restored_ms != 0 && step->due_ms - PK_STEP_EARLY_MS <= restored_ms;
}

static size_t triggers_of(struct pk_service *service, const struct pk_campaign *campaign)
{
    int64_t triggers[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    (void) pk_campaign_triggers(service->store, campaign->id, 0, 0, triggers, PK_COUNT(triggers), &count, NULL);
    return count;
}

const char *pk_campaign_hindrance(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                                  int64_t now_ms)
{
    if (may_have_gone(service, step))
        return "a step may have gone in the hours that a restored backup lost";
    if (pk_campaign_still_approved(service, campaign, NULL) != 0)
        return "its texts are no longer those that were approved";
    if (triggers_of(service, campaign) >= PK_CAMPAIGN_TRIGGERS_MAX - 1)
        return "it has said all that one campaign can: its date changed too often";
    return pk_campaign_beyond(service, campaign, step, now_ms);
}

static bool is_due(const struct pk_campaign_step *step, int64_t now_ms)
{
    return (step->state == PK_STEP_WAITING && step->due_ms <= now_ms + PK_STEP_EARLY_MS) || (step->state == PK_STEP_NEWS && step->due_ms <= now_ms);
}

/* What went before and was to go again, to those it did not reach, has gone. */
static uint32_t state_of_late(struct pk_service *service, const struct pk_campaign_step *step)
{
    int64_t triggers[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    (void) pk_campaign_triggers(service->store, step->campaign, step->id, 0, triggers, PK_COUNT(triggers), &count, NULL);
    return count > 0 ? PK_STEP_RELEASED : PK_STEP_DROPPED;
}

/* The gateway was away, or held up, until what it is about had begun. */
static bool is_too_late(const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms)
{
    return step->state == PK_STEP_WAITING && pk_step_until_ms(&step->rule, step->due_ms, campaign->starts_ms) <= now_ms;
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
    if (r == 0 && step && is_too_late(&campaign, step, now_ms)) {
        r = pk_campaign_step_change(service->store, step->id, state_of_late(service, step), step->due_ms, err);
    } else if (r == 0 && step) {
        const char *why = pk_campaign_hindrance(service, &campaign, step, now_ms);
        if (why)
            r = pk_campaign_stop(service, &campaign, why, now_ms, err);
        else if ((r = release_step(service, &campaign, step, pk_campaign_invitation(steps, count), now_ms, err)) == 0)
            r = pk_campaign_write(service->store, &campaign, err);
    }
    pk_buf_finish(&texts);
    return r;
}

/* It stops where its messages cost more than was approved. It ends when all its steps are done, and what it was about is over. */
static int look_after(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err)
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
    if (r == 0)
        r = pk_campaign_look_at_cost(service, &campaign, now_ms, err);
    bool over = r == 0 && campaign.state == PK_CAMPAIGN_RUNNING && campaign.starts_ms <= now_ms;
    for (size_t i = 0; i < count; i++)
        over = over && steps[i].state != PK_STEP_WAITING && steps[i].state != PK_STEP_NEWS;
    if (over) {
        campaign.state = PK_CAMPAIGN_FINISHED;
        campaign.updated_ms = now_ms;
        r = pk_campaign_write(service->store, &campaign, err);
        if (r == 0)
            r = pk_status_events_campaign(service, &campaign, now_ms, err);
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
        (void) in_unit(service, look_after, id);
    return pk_campaign_due(service->store, now_ms + PK_STEP_EARLY_MS, now_ms) != 0;
}

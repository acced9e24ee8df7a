/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/live.h"

#include "gateway/model/floor.h"
#include "gateway/service/reports.h"
#include "gateway/service/rights.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"

struct pk_live_count {
    struct pk_live live;
    struct pk_report_counter *report;
    bool reported; /* people are counted; messages come last: of all they change fastest */
};

/* ---- asked ---- */

static struct pk_about about_campaign(struct pk_service *service, const struct pk_campaign *campaign)
{
    const char *topic = pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic);
    return (struct pk_about){ .topic = pk_slice_of(topic ? topic : "") };
}

int pk_live_allow(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_error *err)
{
    struct pk_campaign campaign;
    if (pk_right_of(PK_ACTION_REPORT_VIEW, actor->role) != PK_RIGHT_YES) /* before it is told what there is */
        return pk_allow(service, actor, PK_ACTION_REPORT_VIEW, NULL, NULL, err);
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r != 0)
        return r;
    const struct pk_about about = about_campaign(service, &campaign);
    return pk_allow(service, actor, PK_ACTION_REPORT_VIEW, &about, campaign.name, err);
}

bool pk_live_may(struct pk_service *service, const struct pk_actor *actor, int64_t id)
{
    struct pk_campaign campaign;
    if (pk_right_of(PK_ACTION_REPORT_VIEW, actor->role) != PK_RIGHT_YES || pk_campaign_by_id(service->store, id, &campaign, NULL) != 0)
        return false;
    const struct pk_about about = about_campaign(service, &campaign);
    return pk_may(actor, PK_ACTION_REPORT_VIEW, &about, NULL) == 0;
}

int pk_live_begin(struct pk_service *service, int64_t campaign, struct pk_live_count **ret_count, struct pk_error *err)
{
    const struct pk_report_subject subject = { .kind = PK_REPORT_OF_CAMPAIGN, .id = campaign };
    pk_auto(pk_live_count) struct pk_live_count *count = pk_alloc(sizeof *count);
    count->live.campaign = campaign;
    int r = pk_report_counting(service, &subject, &count->report, err);
    if (r == 0)
        *ret_count = pk_steal(&count);
    return r;
}

void pk_live_count_free(struct pk_live_count *count)
{
    if (!count)
        return;
    pk_report_counter_free(count->report);
    free(count);
}

/* ---- messages ---- */

static enum pk_live_stage stage_of(enum pk_message_state state)
{
    switch (state) {
    case PK_MESSAGE_SCHEDULED: return PK_LIVE_PLANNED;
    case PK_MESSAGE_QUEUED:
    case PK_MESSAGE_DEFERRED:
    case PK_MESSAGE_UNDELIVERED_TEMPORARY: return PK_LIVE_QUEUED;
    case PK_MESSAGE_SUBMITTING:
    case PK_MESSAGE_ACCEPTED:
    case PK_MESSAGE_SENT:
    case PK_MESSAGE_SENT_FINAL: return PK_LIVE_HANDED_OVER;
    case PK_MESSAGE_DELIVERED:
    case PK_MESSAGE_READ: return PK_LIVE_DELIVERED;
    case PK_MESSAGE_UNDELIVERED:
    case PK_MESSAGE_FAILED: return PK_LIVE_FAILED;
    case PK_MESSAGE_EXPIRED: return PK_LIVE_EXPIRED;
    case PK_MESSAGE_UNCERTAIN:
    case PK_MESSAGE_UNCONFIRMED: return PK_LIVE_UNKNOWN;
    case PK_MESSAGE_SUPPRESSED:
    case PK_MESSAGE_CANCELLED:
    case PK_MESSAGE_STATES: break;
    }
    return PK_LIVE_LEFT_OUT;
}

static struct pk_live_step *step_of(struct pk_live *live, const struct pk_campaign_step *steps, int64_t step)
{
    for (size_t i = 0; i < live->step_count; i++)
        if (steps[i].id == step)
            return &live->steps[i];
    return NULL;
}

/* A step may have been said by several triggers: to who joined late, and again because the date moved. */
static int add_trigger(struct pk_live *live, struct pk_live_step *step, int64_t trigger, struct pk_store *store, struct pk_error *err)
{
    int64_t counts[PK_MESSAGE_STATES];
    int r = pk_messages_count(store, trigger, counts, err);
    for (size_t state = 0; r == 0 && state < PK_MESSAGE_STATES; state++) {
        enum pk_live_stage stage = stage_of((enum pk_message_state) state);
        int64_t gone = stage < PK_LIVE_WAITING ? 0 : counts[state];
        live->stages[stage] += counts[state];
        live->made += counts[state];
        live->gone += gone;
        if (step) {
            step->made += counts[state];
            step->gone += gone;
        }
    }
    return r;
}

/* Beside how many left and how many wait, which are told. */
static void hide(struct pk_live *live)
{
    bool hidden[PK_LIVE_STAGES];
    (void) pk_floor_hide(live->stages, PK_LIVE_WAITING, hidden);
    (void) pk_floor_hide(live->stages + PK_LIVE_WAITING, PK_LIVE_STAGES - PK_LIVE_WAITING, hidden + PK_LIVE_WAITING);
    for (size_t i = 0; i < PK_LIVE_STAGES; i++)
        if (hidden[i])
            live->stages[i] = PK_LIVE_HIDDEN;
}

static void take_campaign(struct pk_live *live, const struct pk_campaign *campaign)
{
    live->state = campaign->state;
    live->people_max = campaign->people_max;
    live->cost_max = campaign->cost_max;
    memcpy(live->name, campaign->name, sizeof live->name);
    memcpy(live->why, campaign->why, sizeof live->why);
    memcpy(live->currency, campaign->currency, sizeof live->currency);
}

static int count_messages(struct pk_live *live, struct pk_store *store, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t triggers = 0;
    int r = pk_campaign_by_id(store, live->campaign, &campaign, err);
    if (r != 0)
        return r;
    take_campaign(live, &campaign);
    r = pk_campaign_steps(store, live->campaign, steps, &live->step_count, err);
    for (size_t i = 0; r == 0 && i < live->step_count; i++) {
        struct pk_live_step *step = &live->steps[i];
        (void) pk_step_text(&steps[i].rule, step->when);
        memcpy(step->template_name, steps[i].template_name, sizeof step->template_name);
        step->state = steps[i].state;
        step->due_ms = steps[i].due_ms;
    }
    if (r == 0)
        r = pk_campaign_history(store, live->campaign, history, &triggers, err);
    for (size_t i = 0; r == 0 && i < triggers; i++)
        r = add_trigger(live, step_of(live, steps, history[i].step), history[i].trigger, store, err);
    if (live->cost_max > 0)
        live->cost = pk_campaign_made(store, live->campaign, 0, 0).cost;
    hide(live);
    return r;
}

/* ---- people ---- */

static int64_t shown(const struct pk_report_row *row, enum pk_report_measure measure)
{
    return pk_report_shows(row, measure) ? row->counts[measure] : PK_LIVE_HIDDEN;
}

static void take_report(struct pk_live *live, struct pk_report *report)
{
    const struct pk_report_row *row = &report->total;
    pk_report_decide(report);
    live->few = report->few;
    live->yes = shown(row, PK_REPORT_YES);
    live->no = shown(row, PK_REPORT_NO);
    live->heads = shown(row, PK_REPORT_HEADS);
    live->opted_out = shown(row, PK_REPORT_OPTED_OUT);
    live->silent = PK_LIVE_HIDDEN;
    if (pk_report_shows_told(row) && live->yes >= 0 && live->no >= 0) {
        int64_t silent = pk_report_told(row) - live->yes - live->no;
        live->silent = silent > 0 ? silent : 0; /* who was told by mouth answers too */
    }
}

int pk_live_count_some(struct pk_live_count *count, struct pk_store *store, struct pk_error *err)
{
    if (count->reported)
        return count_messages(&count->live, store, err);
    int r = pk_report_count_some(count->report, store, PK_REPORT_STEP, err);
    if (r != 0)
        return r;
    take_report(&count->live, pk_report_counted(count->report));
    count->reported = true;
    return 1;
}

const struct pk_live *pk_live_counted(struct pk_live_count *count)
{
    return &count->live;
}

/* ---- told ---- */

const char *pk_live_stage_name(enum pk_live_stage stage)
{
    static const char *const names[PK_LIVE_STAGES] = {
        [PK_LIVE_PLANNED] = "planned", [PK_LIVE_QUEUED] = "queued", [PK_LIVE_HANDED_OVER] = "handedOver", [PK_LIVE_DELIVERED] = "delivered",
        [PK_LIVE_FAILED] = "failed", [PK_LIVE_EXPIRED] = "expired", [PK_LIVE_UNKNOWN] = "unknown", [PK_LIVE_LEFT_OUT] = "leftOut",
    };
    return stage < PK_LIVE_STAGES ? names[stage] : NULL;
}

static void add(struct pk_json_out *out, const char *name, int64_t number)
{
    if (number < 0)
        pk_json_add_null(out, name);
    else
        pk_json_add_int(out, name, number);
}

void pk_live_tell(const struct pk_live *live, struct pk_json_out *out)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_int(out, "state", live->state);
    pk_json_add_int(out, "made", live->made);
    pk_json_add_int(out, "gone", live->gone);
    for (size_t i = 0; i < PK_LIVE_STAGES; i++)
        add(out, pk_live_stage_name((enum pk_live_stage) i), live->stages[i]);
    add(out, "yes", live->yes);
    add(out, "no", live->no);
    add(out, "noAnswer", live->silent);
    add(out, "heads", live->heads);
    add(out, "optedOut", live->opted_out);
    if (live->cost_max > 0)
        pk_json_add_int(out, "cost", live->cost);
    pk_json_open(out, "steps", '[');
    for (size_t i = 0; i < live->step_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_int(out, "state", live->steps[i].state);
        pk_json_add_int(out, "made", live->steps[i].made);
        pk_json_add_int(out, "gone", live->steps[i].gone);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

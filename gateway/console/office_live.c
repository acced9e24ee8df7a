/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A campaign while it runs: how far it is, what became of its messages, what people answer, and the buttons that make it stand
 * still, go on, or end. As it was when the page was asked for; a script renews its numbers by live_feed.c.
 */
#include "gateway/api/counting.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/model/price.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/live.h"

#define PATH_MAX_BYTES 64
#define BAR 100 /* the width of a whole bar, in its own units */
#define SHARE_MS 100 /* of the reading thread, at once */
#define DEADLINE_MS 5000
#define TOOK_TOO_LONG_MS 60000

/* ---- filled in ---- */

static int64_t share(int64_t part, int64_t whole)
{
    return whole > 0 && part > 0 ? part * BAR / whole : 0;
}

/* `n`: the name of the number, for the script; a group that is few has no bar. */
static void add_row(struct pk_visit *visit, const char *label, const char *n, int64_t count, int64_t whole)
{
    pk_json_open(&visit->out, NULL, '{');
    pk_staff_add_phrase(visit, "label", "live", label);
    pk_json_add_text(&visit->out, "n", n);
    pk_staff_add_people(visit, "count", count);
    pk_json_add_int(&visit->out, "width", share(count, whole));
    pk_json_close(&visit->out, '}');
}

static void add_stages(struct pk_visit *visit, const struct pk_live *live)
{
    pk_json_open(&visit->out, "stages", '[');
    for (size_t i = 0; i < PK_LIVE_STAGES; i++) {
        const char *name = pk_live_stage_name((enum pk_live_stage) i);
        add_row(visit, name, name, live->stages[i], live->made);
    }
    pk_json_close(&visit->out, ']');
}

static void add_answers(struct pk_visit *visit, const struct pk_live *live)
{
    int64_t whole = live->yes >= 0 && live->no >= 0 && live->silent >= 0 ? live->yes + live->no + live->silent : 0;
    pk_json_open(&visit->out, "answers", '[');
    add_row(visit, "yes", "yes", live->yes, whole);
    add_row(visit, "no", "no", live->no, whole);
    add_row(visit, "noAnswer", "noAnswer", live->silent, whole);
    pk_json_close(&visit->out, ']');
}

static const char *step_state(uint32_t state)
{
    static const char *const names[] = { [PK_STEP_WAITING] = "waiting", [PK_STEP_RELEASED] = "released", [PK_STEP_DROPPED] = "dropped",
                                         [PK_STEP_LISTENING] = "listening", [PK_STEP_NEWS] = "waiting" };
    return state < PK_COUNT(names) && names[state] ? names[state] : "waiting";
}

static void add_steps(struct pk_visit *visit, const struct pk_live *live)
{
    pk_json_open(&visit->out, "steps", '[');
    for (size_t i = 0; i < live->step_count; i++) {
        const struct pk_live_step *step = &live->steps[i];
        pk_json_open(&visit->out, NULL, '{');
        pk_office_add_step(visit, "step", step->template_name);
        pk_staff_add_phrase(visit, "stepState", "live.step", step_state(step->state));
        pk_staff_add_moment(visit, "due", step->state == PK_STEP_LISTENING ? 0 : step->due_ms);
        pk_json_add_int(&visit->out, "made", step->made);
        pk_json_add_int(&visit->out, "gone", step->gone);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_cost(struct pk_visit *visit, const struct pk_live *live)
{
    struct pk_price price = { .amount = live->cost };
    char text[PK_PRICE_TEXT_MAX] = "";
    memcpy(price.currency, live->currency, sizeof price.currency);
    pk_json_add_text(&visit->out, "currency", live->cost_max > 0 ? live->currency : "");
    pk_json_add_text(&visit->out, "cost", live->cost_max > 0 ? pk_price_text(&price, text) : "");
    price.amount = live->cost_max;
    pk_json_add_text(&visit->out, "ceiling", live->cost_max > 0 ? pk_price_text(&price, text) : "");
    pk_json_add_int(&visit->out, "costMax", live->cost_max);
    pk_json_add_int(&visit->out, "costWidth", share(live->cost < live->cost_max ? live->cost : live->cost_max, live->cost_max));
}

/* A button is no right: what is behind it asks again. */
static void add_buttons(struct pk_visit *visit, const struct pk_staff *staff, enum pk_campaign_state state)
{
    const struct pk_actor *actor = &staff->acting.actor;
    bool stops = pk_may(actor, PK_ACTION_CAMPAIGN_STOP, NULL, NULL) == 0, starts = pk_may(actor, PK_ACTION_CAMPAIGN_START, NULL, NULL) == 0;
    pk_json_add_bool(&visit->out, "pauses", stops && pk_campaign_after(state, PK_CAMPAIGN_PAUSE) != PK_CAMPAIGN_STATES);
    pk_json_add_bool(&visit->out, "resumes", starts && pk_campaign_after(state, PK_CAMPAIGN_RESUME) != PK_CAMPAIGN_STATES);
    pk_json_add_bool(&visit->out, "cancels", stops && pk_campaign_after(state, PK_CAMPAIGN_CANCEL) != PK_CAMPAIGN_STATES);
    pk_json_add_bool(&visit->out, "edits", pk_may(actor, PK_ACTION_CAMPAIGN_VIEW, NULL, NULL) == 0);
}

static void add_head(struct pk_visit *visit, int64_t id, const char *campaign, enum pk_campaign_state state)
{
    pk_json_add_id(&visit->out, "id", id);
    pk_json_add_text(&visit->out, "campaign", campaign);
    pk_json_add_text(&visit->out, "pageTitle", campaign);
    pk_json_add_int(&visit->out, "stateNumber", state);
    pk_office_add_campaign_state(visit, state);
    pk_json_add_text(&visit->out, "meaning", pk_campaign_state_sentence(state, pk_visit_language(visit)));
}

static void show(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_live *live)
{
    add_head(visit, live->campaign, live->name, (enum pk_campaign_state) live->state);
    pk_json_add_text(&visit->out, "why", live->state == PK_CAMPAIGN_PAUSED ? live->why : "");
    pk_json_add_text(&visit->out, "zone", visit->call->service->rules->zone);
    pk_staff_add_moment(visit, "asOf", visit->call->now_ms);
    pk_json_add_int(&visit->out, "made", live->made);
    pk_json_add_int(&visit->out, "gone", live->gone);
    pk_json_add_int(&visit->out, "goneWidth", share(live->gone, live->made));
    pk_json_add_int(&visit->out, "peopleMax", live->people_max);
    pk_staff_add_people(visit, "heads", live->heads);
    pk_staff_add_people(visit, "optedOut", live->opted_out);
    add_stages(visit, live);
    add_answers(visit, live);
    add_steps(visit, live);
    add_cost(visit, live);
    add_buttons(visit, staff, (enum pk_campaign_state) live->state);
    pk_staff_add_flag(visit, "old");
    pk_office_show(visit, staff, 200, "campaigns", "office-live");
}

/* ---- the page ---- */

struct live_page {
    struct pk_visit visit; /* first */
    struct pk_live_count *counting;
};

static void drop(void *thing)
{
    pk_live_count_free(((struct live_page *) thing)->counting);
}

static int count(void *thing, struct pk_store *store, struct pk_error *err)
{
    struct live_page *page = thing;
    int64_t until_ms = pk_clock_mono_ms() + SHARE_MS;
    int r;
    do
        r = pk_live_count_some(page->counting, store, err);
    while (r == 1 && pk_clock_mono_ms() < until_ms);
    return r;
}

static void tell(struct pk_call *call, void *thing)
{
    struct live_page *page = thing;
    struct pk_staff staff;
    (void) call;
    if (pk_office_reopened(&page->visit, PK_ACTION_REPORT_VIEW, &staff))
        show(&page->visit, &staff, pk_live_counted(page->counting));
}

void pk_live_page(struct pk_visit *visit)
{
    static const struct pk_counting how = { .step = count, .tell = tell, .fail = pk_visit_failed,
                                            .late = "the campaign could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                            .step_ms = DEADLINE_MS };
    struct live_page *page = pk_visit_stay(visit, sizeof *page, drop);
    struct pk_error err = { 0 };
    struct pk_staff staff;
    int64_t id = 0;
    visit = &page->visit;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff) || !pk_staff_place_id(visit, &id))
        return;
    int r = pk_live_allow(visit->call->service, &staff.acting.actor, id, &err);
    if (r == 0)
        r = pk_live_begin(visit->call->service, id, &page->counting, &err);
    pk_call_count(visit->call, &how, r, &err);
}

/* ---- standing still, going on, ending ---- */

static int act_on(struct pk_visit *visit, struct pk_staff *staff, enum pk_campaign_act act, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    struct pk_campaign campaign;
    int64_t id = 0;
    int r = pk_id_parse(visit->place, &id) == 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no such campaign");
    if (r == 0)
        r = pk_live_allow(service, &staff->acting.actor, id, err);
    if (r == 0)
        r = pk_campaign_by_id(service->store, id, &campaign, err);
    staff->acting.actor.purpose = "campaign";
    return r == 0 ? pk_campaign_do(service, &staff->acting.actor, pk_slice_of(campaign.name), act, PK_SLICE(""), visit->call->now_ms, err) : r;
}

static int pause_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    return act_on(visit, staff, PK_CAMPAIGN_PAUSE, err);
}

static int resume_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    return act_on(visit, staff, PK_CAMPAIGN_RESUME, err);
}

static int cancel_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    return act_on(visit, staff, PK_CAMPAIGN_CANCEL, err);
}

/* Back to the page, which says how it stands now. */
static void act(struct pk_visit *visit, pk_staff_act *what)
{
    char done[PATH_MAX_BYTES], old[PATH_MAX_BYTES + 8];
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff))
        return;
    (void) snprintf(done, sizeof done, "/office/campaigns/%.13s/live", visit->place.len == PK_ID_TEXT_MAX - 1 ? visit->place.data : "");
    (void) snprintf(old, sizeof old, "%s?old=1", done);
    pk_staff_do(visit, what, done, old);
}

void pk_live_pause(struct pk_visit *visit)
{
    act(visit, pause_it);
}

void pk_live_resume(struct pk_visit *visit)
{
    act(visit, resume_it);
}

void pk_live_cancel(struct pk_visit *visit)
{
    act(visit, cancel_it);
}

/* What it does, before it is done: it cannot be taken back. */
void pk_live_cancel_page(struct pk_visit *visit)
{
    struct pk_service *service = visit->call->service;
    struct pk_error err = { 0 };
    struct pk_campaign campaign;
    struct pk_staff staff;
    int64_t id = 0;
    if (!pk_office_opened(visit, PK_ACTION_CAMPAIGN_STOP, &staff) || !pk_staff_place_id(visit, &id))
        return;
    int r = pk_live_allow(service, &staff.acting.actor, id, &err);
    if (r == 0)
        r = pk_campaign_by_id(service->store, id, &campaign, &err);
    if (r != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    add_head(visit, id, campaign.name, (enum pk_campaign_state) campaign.state);
    add_buttons(visit, &staff, (enum pk_campaign_state) campaign.state);
    pk_office_show(visit, &staff, 200, "campaigns", "office-live-cancel");
}

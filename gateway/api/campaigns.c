/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Campaigns: written as a document, shown with what became of each step, and what is done to them. Counts of people below a
 * floor are not told. The rules are service/campaigns.
 */
#include "gateway/api/answer.h"
#include "gateway/api/campaigns_edition.h"
#include "gateway/api/handlers.h"
#include "gateway/base/id.h"
#include "gateway/model/audience.h"
#include "gateway/model/price.h"
#include "gateway/service/campaigns.h"

#define NAME_MAX 64u
#define FLOOR 5

static const char *step_state(const struct pk_campaign_step *step)
{
    static const char *const names[] = { [PK_STEP_WAITING] = "waiting", [PK_STEP_RELEASED] = "released", [PK_STEP_DROPPED] = "dropped",
                                         [PK_STEP_LISTENING] = "listening", [PK_STEP_NEWS] = "waiting" };
    return step->state < PK_COUNT(names) ? names[step->state] : NULL;
}

/* ---- shown ---- */

struct listing {
    struct pk_json_out out;
    size_t count, limit;
    char after[NAME_MAX + 1], last[NAME_MAX + 1];
    bool more;
};

static int add_campaign(void *ctx, const struct pk_campaign *campaign)
{
    struct listing *listing = ctx;
    struct pk_json_out *out = &listing->out;
    if (strcmp(campaign->name, listing->after) <= 0)
        return 0;
    if (listing->count == listing->limit) {
        listing->more = true;
        return 1;
    }
    listing->count++;
    (void) snprintf(listing->last, sizeof listing->last, "%s", campaign->name);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", campaign->name);
    pk_json_add_text(out, "state", pk_campaign_state_name((enum pk_campaign_state) campaign->state));
    pk_json_add_time(out, "begins", campaign->starts_ms);
    pk_json_add_text(out, "why", campaign->why[0] ? campaign->why : NULL);
    pk_json_add_text(out, "madeBy", campaign->made_by);
    pk_json_add_text(out, "approvedBy", campaign->approved_by[0] ? campaign->approved_by : NULL);
    pk_json_add_time(out, "updatedAt", campaign->updated_ms);
    pk_json_close(out, '}');
    return 0;
}

static int read_after(struct pk_call *call, struct listing *listing, struct pk_error *err)
{
    struct pk_buf after = { .data = listing->after, .cap = sizeof listing->after, .max_bytes = sizeof listing->after - 1 };
    bool given = false;
    return pk_call_argument(call, "after", &after, &given, err);
}

void pk_api_campaigns(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct listing listing = { .out = pk_json_out(&call->out) };
    int r = read_after(call, &listing, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing.limit, &err);
    if (r == 0) {
        pk_json_open(&listing.out, NULL, '{');
        pk_json_open(&listing.out, "campaigns", '[');
        r = pk_campaigns_each(call->service, &call->actor, add_campaign, &listing, &err);
    }
    if (r < 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&listing.out, ']');
    pk_json_add_text(&listing.out, "next", listing.more ? listing.last : NULL);
    pk_json_close(&listing.out, '}');
    pk_call_answer(call, 200, &call->out);
}

static void add_people(struct pk_json_out *out, int64_t people)
{
    bool few = people > 0 && people < FLOOR;
    if (few)
        pk_json_add_null(out, "people");
    else
        pk_json_add_int(out, "people", people);
    pk_json_add_bool(out, "fewerThanFive", few);
}

/* NULL without a ceiling. */
static void add_cost(struct pk_json_out *out, const char *name, const struct pk_campaign *campaign, int64_t amount)
{
    struct pk_price price = { .amount = amount };
    char text[PK_PRICE_TEXT_MAX];
    (void) snprintf(price.currency, sizeof price.currency, "%s", campaign->currency);
    pk_json_add_text(out, name, campaign->cost_max > 0 ? pk_price_text(&price, text) : NULL);
}

/* Messages not sent because campaigns told somebody often enough; NULL = a few. */
static void add_left_out(struct pk_json_out *out, int64_t messages)
{
    if (messages > 0 && messages < FLOOR)
        pk_json_add_null(out, "oftenEnough");
    else
        pk_json_add_int(out, "oftenEnough", messages);
}

static void add_steps(struct pk_json_out *out, const struct pk_campaign_view *view)
{
    pk_json_open(out, "steps", '[');
    for (size_t i = 0; i < view->step_count; i++) {
        const struct pk_campaign_step *step = &view->steps[i];
        char text[PK_STEP_TEXT_MAX];
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "when", pk_step_text(&step->rule, text));
        pk_json_add_text(out, "template", step->template_name);
        pk_json_add_text(out, "state", step_state(step));
        pk_json_add_bool(out, "late", view->late[i]);
        pk_json_add_time(out, "due", step->due_ms);
        pk_json_add_int(out, "planned", view->planned[i]);
        pk_json_add_int(out, "told", view->told[i]);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void add_where(struct pk_json_out *out, const struct pk_campaign *campaign)
{
    struct pk_buf where;
    pk_buf_init(&where, 2 * PK_AUDIENCE_TEXT_MAX);
    if (pk_campaign_where(campaign, &where, NULL) == 0)
        pk_json_add_slice(out, "where", pk_buf_slice(&where));
    else
        pk_json_add_null(out, "where");
    pk_buf_finish(&where);
}

/* Of an event, as /v1/events names it; all null when it hangs on none. */
static void add_date(struct pk_json_out *out, const struct pk_occurrence *date)
{
    char day[PK_LOCAL_TEXT_MAX];
    if (date->id == 0) {
        pk_json_add_null(out, "event");
        pk_json_add_null(out, "day");
        pk_json_add_null(out, "date");
        return;
    }
    pk_json_add_id(out, "event", date->event);
    pk_json_add_text(out, "day", date->day != 0 ? pk_day_text(date->day, day) : NULL);
    pk_json_open(out, "date", '{');
    pk_json_add_id(out, "id", date->id);
    pk_json_add_text(out, "state", pk_agenda_state_name((enum pk_agenda_state) date->state));
    pk_json_add_int(out, "version", date->version);
    pk_json_close(out, '}');
}

static void warn(struct pk_json_out *out, const char *what, const char *step)
{
    char text[PK_STEP_TEXT_MAX + 80];
    (void) snprintf(text, sizeof text, "%s%s", step, what);
    pk_json_add_text(out, NULL, text);
}

/* What whoever asks for approval, or gives it, should know. */
static void add_warnings(struct pk_json_out *out, const struct pk_campaign_view *view)
{
    bool over = pk_campaign_is_final((enum pk_campaign_state) view->campaign.state), off = view->date.id != 0 && view->date.state == PK_AGENDA_CANCELLED;
    char text[PK_STEP_TEXT_MAX];
    pk_json_open(out, "warnings", '[');
    if (off && !over)
        warn(out, "its date is called off: no step goes", "");
    for (size_t i = 0; i < view->step_count && !off && !over; i++)
        if (view->late[i])
            warn(out, ": its time has passed, it is left out", pk_step_text(&view->steps[i].rule, text));
    if (view->no_change && !over)
        warn(out, "no step \"on change\": when the date moves, nobody is told", "");
    if (view->no_cancel && !over)
        warn(out, "no step \"on cancel\": when it is called off, nobody is told", "");
    pk_json_close(out, ']');
}

static void add_view(struct pk_json_out *out, const struct pk_campaign_view *view)
{
    const struct pk_campaign *campaign = &view->campaign;
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", campaign->name);
    pk_json_add_text(out, "state", pk_campaign_state_name(state));
    pk_json_add_text(out, "meaning", pk_campaign_state_sentence(state, "en"));
    pk_json_add_text(out, "why", campaign->why[0] ? campaign->why : NULL);
    pk_json_add_text(out, "topic", view->topic);
    pk_json_add_text(out, "route", view->route);
    pk_json_add_bool(out, "ladder", campaign->laddered);
    add_where(out, campaign);
    pk_json_add_raw(out, "audience", campaign->audience);
    add_date(out, &view->date);
    pk_json_add_raw(out, "values", campaign->values);
    pk_json_add_time(out, "begins", campaign->starts_ms);
    pk_json_add_int(out, "changes", campaign->edition);
    add_people(out, view->people);
    pk_json_add_int(out, "mostPeople", campaign->people_max);
    add_cost(out, "mostCost", campaign, campaign->cost_max);
    add_cost(out, "costSoFar", campaign, view->cost);
    add_left_out(out, view->left_out);
    add_steps(out, view);
    add_warnings(out, view);
    pk_json_add_text(out, "digest", view->digest);
    pk_json_add_bool(out, "textsChanged", view->texts_changed);
    pk_json_add_text(out, "madeBy", campaign->made_by);
    pk_json_add_text(out, "askedBy", campaign->asked_by[0] ? campaign->asked_by : NULL);
    pk_json_add_text(out, "approvedBy", campaign->approved_by[0] ? campaign->approved_by : NULL);
    pk_json_add_time(out, "createdAt", campaign->created_ms);
    pk_json_add_time(out, "updatedAt", campaign->updated_ms);
    pk_json_close(out, '}');
}

static void show(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_campaign_view view = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    if (pk_campaign_view(call->service, &call->actor, call->places[0], call->now_ms, &view, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    add_view(&out, &view);
    pk_campaign_edition_tell(call);
    pk_call_answer(call, 200, &call->out);
}

void pk_api_campaign(struct pk_call *call)
{
    show(call);
}

/* After a change: whoever may stop one and not look at it, an operator or a token for that alone, is told how it stands and no more. */
static void show_done(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_campaign campaign;
    if (pk_may(&call->actor, PK_ACTION_CAMPAIGN_VIEW, NULL, NULL) == 0) {
        show(call);
        return;
    }
    if (pk_campaign_get(call->service->store, call->places[0], &campaign, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "name", campaign.name);
    pk_json_add_text(&out, "state", pk_campaign_state_name((enum pk_campaign_state) campaign.state));
    pk_json_close(&out, '}');
    pk_campaign_edition_tell(call);
    pk_call_answer(call, 200, &call->out);
}

/* ---- written ---- */

static int put(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_campaign_put(call->service, &call->actor, ctx, call->now_ms, err);
}

/* "event" and "day", as /v1/events names a date. */
static int read_date(struct pk_call *call, struct pk_campaign_plan *plan, struct pk_error *err)
{
    struct pk_slice event, day;
    int r = pk_call_field_optional(call, "event", NAME_MAX, &event, err);
    if (r == 0)
        r = pk_call_field_optional(call, "day", NAME_MAX, &day, err);
    if (r == 0 && event.data && pk_id_parse(event, &plan->event) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "field \"event\" must be the id of an event");
        return pk_hint(err, PK_E_INVALID, "pokana events list shows them.");
    }
    if (r == 0 && day.data && pk_day_parse(day, &plan->day) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "field \"day\": there is no day \"%.*s\"", PK_SLICE_ARG(day));
        return pk_hint(err, PK_E_INVALID, "Write a day that is in the calendar, like 2026-12-01.");
    }
    return r;
}

static int want(const struct pk_json *value, enum pk_json_kind kind, const char *name, struct pk_error *err)
{
    enum pk_json_kind is = pk_json_kind(value);
    if (is == kind || is == PK_JSON_ABSENT)
        return 0;
    return pk_fail(err, PK_E_INVALID, "field \"%s\" must be %s", name, kind == PK_JSON_ARRAY ? "a list" : "an object");
}

void pk_api_campaign_put(struct pk_call *call)
{
    static const char *const fields[] = { "topic", "route", "ladder", "where", "audience", "event", "day", "values", "steps", "people", "cost", NULL };
    struct pk_error err = { 0 };
    struct pk_campaign_plan plan = {
        .name = call->places[0],
        .audience = pk_json_get(call->body, "audience"),
        .values = pk_json_get(call->body, "values"),
        .steps = pk_json_get(call->body, "steps"),
    };
    call->actor.purpose = "campaign";
    int r = pk_campaign_edition_check(call, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "topic", NAME_MAX, &plan.topic, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "route", NAME_MAX, &plan.route, &err);
    if (r == 0 && pk_json_get(call->body, "ladder") && !pk_json_bool(pk_json_get(call->body, "ladder"), &plan.ladder))
        r = pk_fail(&err, PK_E_INVALID, "field \"ladder\" must be true or false");
    if (r == 0)
        r = pk_call_field_optional(call, "where", PK_AUDIENCE_TEXT_MAX, &plan.where, &err);
    if (r == 0 && plan.audience && plan.where.len > 0)
        r = pk_fail(&err, PK_E_INVALID, "either field \"where\" or field \"audience\", not both");
    if (r == 0)
        r = read_date(call, &plan, &err);
    if (r == 0)
        r = want(plan.values, PK_JSON_OBJECT, "values", &err);
    if (r == 0)
        r = want(plan.steps, PK_JSON_ARRAY, "steps", &err);
    if (r == 0 && !pk_json_int(pk_json_get(call->body, "people"), &plan.people_max))
        r = pk_fail(&err, PK_E_INVALID, "field \"people\" must be a number: more than so many are not reached");
    if (r == 0)
        r = pk_call_field_optional(call, "cost", NAME_MAX, &plan.cost, &err);
    if (r == 0)
        r = pk_call_change(call, put, &plan, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        show_done(call);
}

/* ---- decided ---- */

struct deciding {
    enum pk_campaign_act act;
    struct pk_slice digest;
};

static int decide_on(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct deciding *deciding = ctx;
    return pk_campaign_do(call->service, &call->actor, call->places[0], deciding->act, deciding->digest, call->now_ms, err);
}

static void decide(struct pk_call *call, enum pk_campaign_act act)
{
    static const char *const fields[] = { "digest", NULL };
    struct pk_error err = { 0 };
    struct deciding deciding = { .act = act };
    int r = pk_campaign_edition_check(call, &err);
    if (r == 0 && act == PK_CAMPAIGN_APPROVE)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0 && act == PK_CAMPAIGN_APPROVE)
        r = pk_call_field(call, "digest", PK_CAMPAIGN_DIGEST_TEXT, &deciding.digest, &err);
    if (r == 0)
        r = pk_call_change(call, decide_on, &deciding, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        show_done(call);
}

void pk_api_campaign_submit(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_SUBMIT);
}

void pk_api_campaign_approve(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_APPROVE);
}

void pk_api_campaign_reject(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_REJECT);
}

void pk_api_campaign_start(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_START);
}

void pk_api_campaign_pause(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_PAUSE);
}

void pk_api_campaign_resume(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_RESUME);
}

void pk_api_campaign_cancel(struct pk_call *call)
{
    decide(call, PK_CAMPAIGN_CANCEL);
}

struct reminding {
    struct pk_slice circle;
    struct pk_campaign_reminded done;
};

static int remind(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct reminding *reminding = ctx;
    return pk_campaign_remind(call->service, &call->actor, call->places[0], reminding->circle, call->now_ms, &reminding->done, err);
}

void pk_api_campaign_remind(struct pk_call *call)
{
    static const char *const fields[] = { "circle", NULL };
    struct pk_error err = { 0 };
    struct reminding reminding = { 0 };
    int r = call->body ? pk_json_only(call->body, fields, "body", &err) : 0;
    if (r == 0 && call->body)
        r = pk_call_field_optional(call, "circle", PK_USER_NAME_MAX, &reminding.circle, &err);
    if (r == 0)
        r = pk_call_change(call, remind, &reminding, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "changed", reminding.done.changed);
    pk_json_add_text(&out, "circle", reminding.done.circle);
    pk_json_add_text(&out, "step", reminding.done.step);
    pk_json_add_time(&out, "planned", reminding.done.planned_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

static int move_to(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct pk_json *const *values = ctx;
    return pk_campaign_move(call->service, &call->actor, call->places[0], *values, call->now_ms, err);
}

void pk_api_campaign_move(struct pk_call *call)
{
    static const char *const fields[] = { "values", NULL };
    struct pk_error err = { 0 };
    const struct pk_json *values = pk_json_get(call->body, "values");
    int r = pk_campaign_edition_check(call, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0 && pk_json_kind(values) != PK_JSON_OBJECT)
        r = pk_fail(&err, PK_E_INVALID, "field \"values\" must be an object");
    if (r == 0)
        r = pk_call_change(call, move_to, &values, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        show_done(call);
}

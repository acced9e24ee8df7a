/* SPDX-License-Identifier: EUPL-1.2 */
/* Events: planned, changed, called off, one date or all of them; listed with the dates to come. Days and hours are the wall's. */
#include "gateway/api/answer.h"
#include "gateway/api/edition.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/model/floor.h"
#include "gateway/service/events.h"
#include "gateway/store/rsvps.h"

#define DATES_SHOWN 60u
#define TIME_MAX 16u

/* ---- written ---- */

static void add_hour(struct pk_json_out *out, const char *name, int32_t minute)
{
    char text[PK_LOCAL_TEXT_MAX];
    pk_json_add_text(out, name, pk_minute_text(minute, text));
}

static void add_day(struct pk_json_out *out, const char *name, int32_t day)
{
    char text[PK_LOCAL_TEXT_MAX];
    pk_json_add_text(out, name, pk_day_text(day, text));
}

static void add_optional(struct pk_json_out *out, const char *name, const char *text)
{
    pk_json_add_text(out, name, text[0] ? text : NULL);
}

static void add_when(struct pk_json_out *out, const struct pk_agenda_when *when)
{
    add_day(out, "day", when->day);
    add_hour(out, "from", when->from);
    add_hour(out, "to", when->to);
    if (when->days > 0)
        add_day(out, "endDay", pk_day_of_number(pk_day_number(when->day) + when->days));
}

static void add_fields(struct pk_json_out *out, const struct pk_agenda_event *event)
{
    pk_json_add_id(out, "id", event->id);
    pk_json_add_text(out, "kind", event->kind);
    pk_json_add_text(out, "state", pk_agenda_state_name((enum pk_agenda_state) event->state));
    pk_json_add_text(out, "title", event->title);
    add_optional(out, "subject", event->subject);
    pk_json_add_text(out, "place", event->place);
    add_optional(out, "placeShort", event->place_short);
    pk_json_add_text(out, "zone", event->zone);
    add_when(out, &event->when);
    add_optional(out, "rule", event->rule);
    if (event->capacity > 0)
        pk_json_add_int(out, "capacity", event->capacity);
    else
        pk_json_add_null(out, "capacity");
    add_optional(out, "languages", event->languages);
    add_optional(out, "proposedBy", event->proposed_by);
    pk_json_add_int(out, "sequence", event->sequence);
    pk_json_add_time(out, "lastEnd", event->last_ms);
    pk_json_add_time(out, "updatedAt", event->updated_ms);
}

#define STATE_BYTES_MAX (16u << 10)

/* The event as it can be changed; of one date of it what is changed there counts as well, for both move its sequence. */
static void state_of(const struct pk_agenda_event *event, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    add_fields(&json, event);
    pk_json_close(&json, '}');
}

static void tell_edition(struct pk_call *call, const struct pk_agenda_event *event)
{
    struct pk_buf state;
    pk_buf_init(&state, STATE_BYTES_MAX);
    state_of(event, &state);
    pk_edition_tell(call, pk_buf_slice(&state));
    pk_buf_finish(&state);
}

static int check_edition(struct pk_call *call, const struct pk_agenda_event *event, struct pk_error *err)
{
    struct pk_buf state;
    pk_buf_init(&state, STATE_BYTES_MAX);
    state_of(event, &state);
    int r = pk_edition_check(call, pk_buf_slice(&state), err);
    pk_buf_finish(&state);
    return r;
}

struct dating {
    struct pk_json_out *out;
    struct pk_store *store;
    struct pk_error *err;
};

/* To the date as it is now; heads: of who comes, places: that people wait for. */
static int add_answers(const struct dating *dating, const struct pk_occurrence *date)
{
    struct pk_rsvp_counts counts;
    int r = pk_rsvps_count(dating->store, date->id, date->version, &counts, dating->err);
    if (r != 0)
        return r;
    pk_json_open(dating->out, "answers", '{');
    pk_json_add_int(dating->out, "yes", counts.yes);
    pk_json_add_int(dating->out, "no", counts.no);
    pk_json_add_int(dating->out, "heads", counts.heads);
    pk_json_add_int(dating->out, "waiting", counts.waiting);
    pk_json_add_int(dating->out, "places", counts.waiting_heads);
    pk_json_close(dating->out, '}');
    return 0;
}

static int add_date(void *ctx, const struct pk_occurrence *date)
{
    const struct dating *dating = ctx;
    struct pk_json_out *out = dating->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", date->id);
    if (date->day != 0)
        add_day(out, "date", date->day);
    else
        pk_json_add_null(out, "date");
    pk_json_add_text(out, "state", pk_agenda_state_name((enum pk_agenda_state) date->state));
    pk_json_add_time(out, "startsAt", date->starts_ms);
    pk_json_add_time(out, "endsAt", date->ends_ms);
    pk_json_add_text(out, "place", date->place);
    add_optional(out, "placeShort", date->place_short);
    pk_json_add_int(out, "version", date->version);
    int r = add_answers(dating, date);
    pk_json_close(out, '}');
    return r;
}

static int show(struct pk_call *call, int64_t id, struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_json_out out = pk_json_out(&call->out);
    int r = pk_events_show(call->service, &call->actor, id, &event, err);
    if (r != 0)
        return r;
    pk_json_open(&out, NULL, '{');
    add_fields(&out, &event);
    tell_edition(call, &event);
    struct dating dating = { .out = &out, .store = call->service->store, .err = err };
    pk_json_open(&out, "dates", '[');
    r = pk_occurrences_of(call->service->store, id, call->now_ms - 24 * 3600 * 1000ll, DATES_SHOWN, add_date, &dating, err);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    return r;
}

void pk_api_event(struct pk_call *call)
{
    struct pk_error err = { 0 };
    int64_t id = 0;
    int r = pk_call_place_id(call, 0, "event", &id, &err);
    if (r == 0)
        r = show(call, id, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

/* ---- the list ---- */

struct listing {
    struct pk_json_out out;
    size_t count, limit;
    int64_t last;
    bool more;
};

static int add_event(void *ctx, const struct pk_agenda_event *event)
{
    struct listing *listing = ctx;
    if (listing->count == listing->limit) {
        listing->more = true;
        return 1;
    }
    pk_json_open(&listing->out, NULL, '{');
    add_fields(&listing->out, event);
    pk_json_close(&listing->out, '}');
    listing->last = event->id;
    listing->count++;
    return 0;
}

static int read_filter(struct pk_call *call, uint32_t *ret_state, bool *ret_all, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, TIME_MAX);
    int r = pk_call_argument(call, "state", &text, &given, err);
    if (r == 0 && given && (*ret_state = pk_agenda_state_of(pk_buf_slice(&text))) == 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"state\" must be draft, planned or cancelled");
    pk_buf_clear(&text);
    if (r == 0)
        r = pk_call_argument(call, "all", &text, &given, err);
    if (r == 0 && given && pk_parse_bool(pk_buf_slice(&text), ret_all) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"all\" must be yes or no");
    pk_buf_finish(&text);
    return r;
}

void pk_api_events(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct listing listing = { .out = pk_json_out(&call->out) };
    uint32_t state = 0;
    bool all = false;
    int64_t after = 0;
    int r = read_filter(call, &state, &all, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing.limit, &err);
    if (r == 0) {
        pk_json_open(&listing.out, NULL, '{');
        pk_json_open(&listing.out, "events", '[');
        r = pk_events_each(call->service, &call->actor, state, all ? 0 : call->now_ms, after, SIZE_MAX >> 1, add_event, &listing, &err);
    }
    if (r < 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_answer_list_end(&listing.out, listing.more, listing.last);
    pk_call_answer(call, 200, &call->out);
}

/* ---- read ---- */

static int read_text(struct pk_call *call, const char *name, char *to, size_t size, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(call->body, name);
    if (!value)
        return 0;
    if (pk_json_kind(value) == PK_JSON_NULL) {
        to[0] = '\0';
        return 0;
    }
    struct pk_slice text = pk_json_string(value);
    if (!text.data || text.len >= size)
        return pk_fail(err, PK_E_INVALID, "field \"%s\" must be a text of %zu bytes at most", name, size - 1);
    if (memchr(text.data, '\0', text.len))
        return pk_fail(err, PK_E_INVALID, "field \"%s\" holds a character that is none", name);
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
    return 0;
}

static int read_day(struct pk_call *call, const char *name, bool needed, int32_t *ret_day, bool *ret_given, struct pk_error *err)
{
    struct pk_slice text;
    int r = (needed ? pk_call_field : pk_call_field_optional)(call, name, TIME_MAX, &text, err);
    *ret_given = r == 0 && text.data;
    if (r != 0 || !text.data || pk_day_parse(text, ret_day) == 0)
        return r;
    (void) pk_fail(err, PK_E_INVALID, "field \"%s\": there is no day \"%.*s\"", name, PK_SLICE_ARG(text));
    return pk_hint(err, PK_E_INVALID, "Write a day that is in the calendar, like 2026-12-01.");
}

static int read_hour(struct pk_call *call, const char *name, bool needed, int32_t *ret_minute, bool *ret_given, struct pk_error *err)
{
    struct pk_slice text;
    int r = (needed ? pk_call_field : pk_call_field_optional)(call, name, TIME_MAX, &text, err);
    *ret_given = r == 0 && text.data;
    if (r != 0 || !text.data || pk_minute_parse(text, ret_minute) == 0)
        return r;
    (void) pk_fail(err, PK_E_INVALID, "field \"%s\": there is no hour \"%.*s\"", name, PK_SLICE_ARG(text));
    return pk_hint(err, PK_E_INVALID, "Write one like 9:00 or 18:30.");
}

/* Over what is there; `fresh`: nothing is, and day and beginning are needed. An event that is moved without a word of its end
 * keeps its length. */
static int read_when(struct pk_call *call, bool fresh, struct pk_agenda_when *when, struct pk_error *err)
{
    bool day_given, from_given, to_given, end_given;
    int32_t end = 0, from = when->from, length = when->days * PK_DAY_MINUTES + when->to - when->from;
    int r = read_day(call, "day", fresh, &when->day, &day_given, err);
    if (r == 0)
        r = read_hour(call, "from", fresh, &when->from, &from_given, err);
    if (r == 0)
        r = read_hour(call, "to", false, &when->to, &to_given, err);
    if (r == 0)
        r = read_day(call, "endDay", false, &end, &end_given, err);
    if (r != 0)
        return r;
    if (end_given && !to_given)
        return pk_fail(err, PK_E_INVALID, "field \"endDay\" needs field \"to\" beside it");
    if (to_given) {
        when->days = end_given ? pk_day_number(end) - pk_day_number(when->day) : 0;
    } else if (fresh) {
        when->to = PK_EVENTS_NO_END;
    } else if (from_given && when->from != from) {
        when->to = (when->from + length) % PK_DAY_MINUTES;
        when->days = (when->from + length) / PK_DAY_MINUTES;
    }
    return 0;
}

static int read_event(struct pk_call *call, bool fresh, struct pk_agenda_event *event, struct pk_error *err)
{
    int64_t capacity = event->capacity;
    const struct pk_json *value = pk_json_get(call->body, "capacity");
    int r = read_text(call, "kind", event->kind, sizeof event->kind, err);
    if (r == 0)
        r = read_text(call, "title", event->title, sizeof event->title, err);
    if (r == 0)
        r = read_text(call, "subject", event->subject, sizeof event->subject, err);
    if (r == 0)
        r = read_text(call, "place", event->place, sizeof event->place, err);
    if (r == 0)
        r = read_text(call, "placeShort", event->place_short, sizeof event->place_short, err);
    if (r == 0)
        r = read_text(call, "rule", event->rule, sizeof event->rule, err);
    if (r == 0)
        r = read_text(call, "languages", event->languages, sizeof event->languages, err);
    if (r == 0 && value && pk_json_kind(value) == PK_JSON_NULL)
        capacity = 0;
    else if (r == 0 && value && (!pk_json_int(value, &capacity) || capacity < 0 || capacity > PK_AGENDA_CAPACITY_MAX))
        r = pk_fail(err, PK_E_INVALID, "field \"capacity\" must be a number from 0 to %d; 0 is no limit", PK_AGENDA_CAPACITY_MAX);
    event->capacity = (int32_t) capacity;
    return r == 0 ? read_when(call, fresh, &event->when, err) : r;
}

/* ---- changes ---- */

struct changing {
    struct pk_agenda_event event;
    struct pk_agenda_change change;
    bool draft, dry_run;
    struct pk_events_done done;
};

/* "tell" and "dryRun" of a body: told is who knows a date as it was, unless the caller says no. */
static int read_how(struct pk_call *call, struct changing *changing, struct pk_error *err)
{
    bool given = false, tell = true;
    int r = pk_call_field_bool(call, "tell", &given, &tell, err);
    changing->done.quietly = given && !tell;
    return r == 0 ? pk_call_field_bool(call, "dryRun", &given, &changing->dry_run, err) : r;
}

/* A change that is only tried: what it would come to is known, and none of it is kept. */
static int only_tried(const struct changing *changing)
{
    return changing->dry_run ? 1 : 0;
}

/* Of one event everybody who plans it is told the number as it is; whoever only calls a date off is not told of few. */
static void add_effect(const struct pk_call *call, struct pk_json_out *out, const struct pk_campaigns_effect *effect)
{
    bool exact = call->actor.role == PK_ROLE_ADVISER;
    pk_json_open(out, "people", '{');
    pk_json_add_int(out, "campaigns", effect->campaigns);
    if (exact || !pk_is_few(effect->know))
        pk_json_add_int(out, "know", effect->know);
    else
        pk_json_add_null(out, "know");
    if (exact || !pk_is_few(effect->told))
        pk_json_add_int(out, "told", effect->told);
    else
        pk_json_add_null(out, "told");
    pk_json_add_time(out, "toldAt", effect->tells_ms);
    pk_json_add_text(out, "silent", effect->silent[0] ? effect->silent : NULL);
    pk_json_close(out, '}');
}

static void answer(struct pk_call *call, int r, unsigned status, const struct changing *changing, struct pk_error *err)
{
    if (r != 0 && !(changing->dry_run && r > 0)) {
        pk_call_problem(call, err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "id", changing->event.id);
    pk_json_add_bool(&out, "changed", changing->done.changed);
    if (changing->dry_run)
        pk_json_add_bool(&out, "dryRun", true);
    add_effect(call, &out, &changing->done.effect);
    pk_json_add_text(&out, "state", pk_agenda_state_name((enum pk_agenda_state) changing->event.state));
    pk_json_close(&out, '}');
    pk_call_answer(call, status, &call->out);
}

static int plan(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    changing->done.changed = true;
    return pk_events_plan(call->service, &call->actor, &changing->event, changing->draft, call->now_ms, err);
}

void pk_api_event_add(struct pk_call *call)
{
    static const char *const fields[] = { "kind", "title", "subject", "place", "placeShort", "day", "from", "to", "endDay", "rule",
                                          "capacity", "languages", "draft", NULL };
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    bool given;
    call->actor.purpose = "event";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field_bool(call, "draft", &given, &changing.draft, &err);
    if (r == 0)
        r = read_event(call, true, &changing.event, &err);
    if (r == 0)
        r = pk_call_change(call, plan, &changing, &err);
    answer(call, r, 201, &changing, &err);
}

/* Shown first: who may not see it is told so before anything else. */
static int find(struct pk_call *call, struct changing *changing, struct pk_error *err)
{
    int64_t id = 0;
    int r = pk_call_place_id(call, 0, "event", &id, err);
    call->actor.purpose = "event";
    if (r == 0)
        r = pk_events_show(call->service, &call->actor, id, &changing->event, err);
    return r == 0 ? check_edition(call, &changing->event, err) : r;
}

static int change(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    int r = pk_events_change(call->service, &call->actor, &changing->event, call->now_ms, &changing->done, err);
    return r == 0 ? only_tried(changing) : r;
}

void pk_api_event_change(struct pk_call *call)
{
    static const char *const fields[] = { "kind", "title", "subject", "place", "placeShort", "day", "from", "to", "endDay", "rule",
                                          "capacity", "languages", "tell", "dryRun", NULL };
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_how(call, &changing, &err);
    if (r == 0)
        r = find(call, &changing, &err);
    if (r == 0)
        r = read_event(call, false, &changing.event, &err);
    if (r == 0)
        r = pk_call_change(call, change, &changing, &err);
    answer(call, r, 200, &changing, &err);
}

static int accept(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    changing->done.changed = true;
    return pk_events_accept(call->service, &call->actor, changing->event.id, call->now_ms, err);
}

void pk_api_event_accept(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    int r = find(call, &changing, &err);
    if (r == 0)
        r = pk_call_change(call, accept, &changing, &err);
    changing.event.state = PK_AGENDA_PLANNED;
    answer(call, r, 200, &changing, &err);
}

static int read_cancel(struct pk_call *call, struct changing *changing, struct pk_error *err)
{
    static const char *const fields[] = { "tell", "dryRun", NULL };
    int r = call->body ? pk_json_only(call->body, fields, "body", err) : 0;
    return r == 0 ? read_how(call, changing, err) : r;
}

static int cancel(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    int r = pk_events_cancel(call->service, &call->actor, changing->event.id, call->now_ms, &changing->done, err);
    return r == 0 ? only_tried(changing) : r;
}

void pk_api_event_cancel(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    int r = read_cancel(call, &changing, &err);
    if (r == 0)
        r = find(call, &changing, &err);
    if (r == 0)
        r = pk_call_change(call, cancel, &changing, &err);
    changing.event.state = PK_AGENDA_CANCELLED;
    answer(call, r, 200, &changing, &err);
}

/* ---- one date ---- */

static int find_date(struct pk_call *call, struct changing *changing, struct pk_error *err)
{
    int32_t day = 0;
    int r = find(call, changing, err);
    if (r != 0 || pk_day_parse(call->places[1], &day) == 0)
        return r != 0 ? r : pk_events_date(call->service, &changing->event, day, &changing->change, err);
    (void) pk_fail(err, PK_E_NOT_FOUND, "the event has no such date");
    return pk_hint(err, PK_E_NOT_FOUND, "Name it by its day, like 2026-12-01.");
}

static int change_date(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    int r = pk_events_change_date(call->service, &call->actor, changing->event.id, &changing->change, call->now_ms, &changing->done, err);
    return r == 0 ? only_tried(changing) : r;
}

void pk_api_event_date_change(struct pk_call *call)
{
    static const char *const fields[] = { "day", "from", "to", "endDay", "place", "placeShort", "tell", "dryRun", NULL };
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_how(call, &changing, &err);
    if (r == 0)
        r = find_date(call, &changing, &err);
    if (r == 0)
        r = read_when(call, false, &changing.change.when, &err);
    if (r == 0)
        r = read_text(call, "place", changing.change.place, sizeof changing.change.place, &err);
    if (r == 0)
        r = read_text(call, "placeShort", changing.change.place_short, sizeof changing.change.place_short, &err);
    if (r == 0)
        r = pk_call_change(call, change_date, &changing, &err);
    answer(call, r, 200, &changing, &err);
}

static int cancel_date(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct changing *changing = ctx;
    int r = pk_events_cancel_date(call->service, &call->actor, changing->event.id, changing->change.day, call->now_ms, &changing->done, err);
    return r == 0 ? only_tried(changing) : r;
}

void pk_api_event_date_cancel(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct changing changing = { 0 };
    int r = read_cancel(call, &changing, &err);
    if (r == 0)
        r = find_date(call, &changing, &err);
    if (r == 0)
        r = pk_call_change(call, cancel_date, &changing, &err);
    answer(call, r, 200, &changing, &err);
}

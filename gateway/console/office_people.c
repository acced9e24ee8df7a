/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * People: a list without addresses, and one of them by their id, with what they agreed to; a consent withdrawn for them, their data
 * given to them, and everything of them erased. Nobody is looked up by a number here (service/people.h).
 */
#include "gateway/api/counting.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/office.h"
#include "gateway/console/office_numbers.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/consent.h"
#include "gateway/service/own.h"
#include "gateway/service/people.h"
#include "gateway/service/person.h"
#include "gateway/service/rights.h"
#include "gateway/store/names.h"

#define SECTION "people"
#define ROWS 50u
#define TOPIC_MAX 48u
#define PATH_BYTES 64
#define TOOK_TOO_LONG_MS 120000 /* from the visit on */
#define STEP_MS 60000

static int add_channel(void *ctx, const struct pk_address *address)
{
    struct pk_visit *visit = ctx;
    const char *channel = pk_name_text(visit->call->service->store, PK_NAME_CHANNEL, address->channel);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "channel", channel ? pk_channel_label(channel) : "");
    pk_json_add_bool(&visit->out, "blocked", address->blocked_ms != 0);
    pk_json_close(&visit->out, '}');
    return 0;
}

/* A topic as the city calls it in the language of the page. */
static void add_topic(struct pk_visit *visit, uint32_t topic)
{
    const char *name = pk_name_text(visit->call->service->store, PK_NAME_TOPIC, topic);
    pk_office_add_group(visit, PK_SLICE("topic"), "", name ? name : "");
}

static int add_consent(void *ctx, const struct pk_consent_event *event)
{
    struct pk_visit *visit = ctx;
    struct pk_store *store = visit->call->service->store;
    enum pk_consent_state state = pk_consent_state_of(event->kind, event->until_ms, visit->call->now_ms);
    const char *channel = pk_name_text(store, PK_NAME_CHANNEL, event->channel), *topic = pk_name_text(store, PK_NAME_TOPIC, event->topic);
    pk_json_open(&visit->out, NULL, '{');
    add_topic(visit, event->topic);
    pk_json_add_text(&visit->out, "topic", topic);
    pk_json_add_text(&visit->out, "channel", channel ? pk_channel_label(channel) : "");
    pk_staff_add_phrase(visit, "state", "people.state", pk_consent_state_name(state));
    pk_json_add_bool(&visit->out, "granted", state == PK_CONSENT_GRANTED);
    pk_office_add_moment(visit, "until", event->until_ms);
    pk_json_close(&visit->out, '}');
    return 0;
}

static void add_who(struct pk_visit *visit, const struct pk_recipient *who)
{
    pk_json_add_id(&visit->out, "id", who->id);
    pk_office_add_group(visit, PK_SLICE("script"), who->script[0] ? who->language : "", who->script[0] ? who->script : who->language);
    pk_office_add_moment(visit, "since", who->created_ms);
    pk_office_add_moment(visit, "stopped", who->stopped_ms);
}

/* ---- the list ---- */

struct listing {
    struct pk_visit *visit;
    struct pk_error *err;
    int64_t last;
    size_t count;
    bool more;
};

static int add_person(void *ctx, const struct pk_recipient *who)
{
    struct listing *listing = ctx;
    struct pk_visit *visit = listing->visit;
    struct pk_store *store = visit->call->service->store;
    if (listing->count == ROWS) {
        listing->more = true;
        return 1;
    }
    listing->count++;
    listing->last = who->id;
    pk_json_open(&visit->out, NULL, '{');
    add_who(visit, who);
    pk_json_open(&visit->out, "channels", '[');
    int r = pk_addresses_of(store, who->id, add_channel, visit, listing->err);
    pk_json_close(&visit->out, ']');
    pk_json_open(&visit->out, "consents", '[');
    if (r == 0)
        r = pk_ledger_newest(store, who->id, add_consent, visit, listing->err);
    pk_json_close(&visit->out, ']');
    pk_json_close(&visit->out, '}');
    return r;
}

struct counts {
    struct pk_visit visit; /* first */
    int64_t after, people, unreachable;
    bool unknown; /* there was nobody of the id that was asked for */
};

/* On the reading thread. */
static int count(void *data, struct pk_store *store, struct pk_error *err)
{
    struct counts *counts = data;
    (void) err;
    counts->people = pk_recipient_count(store);
    counts->unreachable = pk_address_blocked_count(store);
    return 0;
}

static int add_list(struct pk_visit *visit, const struct pk_staff *staff, struct listing *listing, int64_t after, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    pk_json_open(&visit->out, "people", '[');
    r = pk_people_each(visit->call->service, &staff->acting.actor, after, ROWS + 1, visit->call->now_ms, add_person, listing, err);
    pk_json_close(&visit->out, ']');
    if (r >= 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

static void show_list(struct counts *counts, const struct pk_staff *staff)
{
    struct pk_visit *visit = &counts->visit;
    struct pk_error err = { 0 };
    struct listing listing = { .visit = visit, .err = &err };
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "people.heading"));
    pk_json_add_int(&visit->out, "count", counts->people);
    pk_json_add_int(&visit->out, "unreachable", counts->unreachable);
    pk_json_add_bool(&visit->out, "unknown", counts->unknown);
    pk_json_add_bool(&visit->out, "further", counts->after != 0);
    pk_staff_add_flag(visit, "erased");
    int r = add_list(visit, staff, &listing, counts->after, &err);
    pk_json_add_bool(&visit->out, "none", listing.count == 0);
    pk_json_add_bool(&visit->out, "more", listing.more);
    pk_json_add_id(&visit->out, "last", listing.last);
    if (r == 0)
        pk_office_show(visit, staff, counts->unknown ? 404 : 200, SECTION, "office-people");
    else
        pk_visit_trouble(visit, &err);
}

static void tell(struct pk_call *call, void *thing)
{
    struct counts *counts = thing;
    struct pk_staff staff;
    (void) call;
    if (pk_office_reopened(&counts->visit, PK_ACTION_RECIPIENT_LIST, &staff))
        show_list(counts, &staff);
}

static const struct pk_counting counting = { .step = count, .tell = tell, .fail = pk_visit_failed,
                                             .late = "the page could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                             .step_ms = STEP_MS };

static int64_t id_argument(struct pk_visit *visit, const char *name, bool *ret_given)
{
    struct pk_buf text;
    int64_t id = 0;
    pk_buf_init(&text, PK_ID_TEXT_MAX);
    *ret_given = pk_http_request_argument(visit->call->request, name, &text) == 0 && text.len > 0;
    if (*ret_given && pk_id_parse(pk_slice_trim(pk_buf_slice(&text)), &id) != 0)
        id = 0;
    pk_buf_finish(&text);
    return id;
}

static void list(struct pk_visit *visit, int64_t after, bool unknown)
{
    struct counts *counts = pk_visit_stay(visit, sizeof *counts, NULL);
    counts->after = after;
    counts->unknown = unknown;
    pk_call_count(counts->visit.call, &counting, 0, NULL);
}

/* "?id=": by the id somebody was told, to the page of its person. */
void pk_office_people_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    char path[PATH_BYTES], text[PK_ID_TEXT_MAX];
    bool asked = false, given = false;
    if (!pk_office_opened(visit, PK_ACTION_RECIPIENT_LIST, &staff))
        return;
    int64_t id = id_argument(visit, "id", &asked), after = id_argument(visit, "after", &given);
    if (id != 0) {
        (void) snprintf(path, sizeof path, "/office/person/%s", pk_id_format(id, text));
        pk_visit_go(visit, path);
        return;
    }
    list(visit, after, asked);
}

/* ---- one ---- */

static int add_address(void *ctx, const struct pk_address *address)
{
    struct pk_visit *visit = ctx;
    struct pk_store *store = visit->call->service->store;
    struct pk_buf value, masked;
    const char *channel = pk_name_text(store, PK_NAME_CHANNEL, address->channel);
    pk_buf_init(&value, 1024);
    pk_buf_init(&masked, 1024);
    if (pk_address_value(store, address->id, &value, NULL) == 0)
        pk_consent_mask(pk_buf_slice(&value), &masked);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "channel", channel ? pk_channel_label(channel) : "");
    pk_json_add_slice(&visit->out, "masked", pk_buf_slice(&masked));
    pk_json_add_bool(&visit->out, "blocked", address->blocked_ms != 0);
    pk_json_close(&visit->out, '}');
    pk_buf_wipe(&value);
    pk_buf_finish(&masked);
    return 0;
}

static int add_event(void *ctx, const struct pk_consent_event *event)
{
    struct pk_visit *visit = ctx;
    const char *channel = pk_name_text(visit->call->service->store, PK_NAME_CHANNEL, event->channel);
    pk_json_open(&visit->out, NULL, '{');
    add_topic(visit, event->topic);
    pk_json_add_text(&visit->out, "channel", channel ? pk_channel_label(channel) : "");
    pk_staff_add_phrase(visit, "event", "people.event", pk_consent_kind_name((enum pk_consent_kind) event->kind));
    pk_office_add_moment(visit, "at", event->at_ms);
    pk_json_add_slice(&visit->out, "how", event->how);
    pk_json_add_slice(&visit->out, "by", event->by);
    pk_json_close(&visit->out, '}');
    return 0;
}

/* In a unit: that it was looked at is kept. */
static int open_person(struct pk_visit *visit, const struct pk_staff *staff, int64_t id, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_recipient who;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_consent_look(visit->call->service, &staff->acting.actor, id, "consent.show", visit->call->now_ms, &who, err);
    if (r == 0) {
        add_who(visit, &who);
        pk_json_open(&visit->out, "addresses", '[');
        r = pk_addresses_of(store, id, add_address, visit, err);
        pk_json_close(&visit->out, ']');
        pk_json_open(&visit->out, "consents", '[');
        r = r == 0 ? pk_ledger_newest(store, id, add_consent, visit, err) : r;
        pk_json_close(&visit->out, ']');
        pk_json_open(&visit->out, "history", '[');
        r = r == 0 ? pk_ledger_history(store, id, add_event, visit, err) : r;
        pk_json_close(&visit->out, ']');
    }
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

static void show_person(struct pk_visit *visit, struct pk_staff *staff, int64_t id, bool unsure)
{
    struct pk_error err = { 0 };
    char text[PK_ID_TEXT_MAX];
    staff->acting.actor.purpose = "consent";
    pk_json_add_text(&visit->out, "pageTitle", pk_id_format(id, text));
    pk_json_add_bool(&visit->out, "unsure", unsure);
    pk_staff_add_flag(visit, "withdrawn");
    pk_staff_add_flag(visit, "wrong");
    pk_staff_add_flag(visit, "old");
    int r = open_person(visit, staff, id, &err);
    if (r == 0)
        pk_office_show(visit, staff, unsure ? 422 : 200, SECTION, "office-person");
    else if (r == PK_E_NOT_FOUND)
        list(visit, 0, true);
    else
        pk_visit_trouble(visit, &err);
}

void pk_office_person_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    int64_t id = 0;
    if (!pk_office_opened(visit, PK_ACTION_CONSENT_VIEW, &staff))
        return;
    if (pk_id_parse(visit->place, &id) == 0)
        show_person(visit, &staff, id, false);
    else
        list(visit, 0, true);
}

/* ---- changed ---- */

static void person_path(struct pk_visit *visit, const char *word, char ret_path[PATH_BYTES])
{
    int64_t id = 0;
    char text[PK_ID_TEXT_MAX];
    (void) pk_id_parse(visit->place, &id);
    (void) snprintf(ret_path, PATH_BYTES, "/office/person/%s?%s=1", pk_id_format(id, text), word);
}

static int withdraw(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_withdraw_plan plan = { 0 };
    struct pk_buf topic, how;
    size_t count = 0;
    staff->acting.actor.purpose = "consent";
    int t = pk_me_field(visit, "topic", TOPIC_MAX, &topic, NULL), h = pk_me_field(visit, "how", PK_CONSENT_WORD_MAX, &how, NULL);
    int r = pk_id_parse(visit->place, &plan.recipient) == 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is nobody of this id");
    if (r == 0 && (t != 0 || h != 0 || how.len == 0))
        r = pk_fail(err, PK_E_INVALID, "how they said it is missing");
    plan.topic = pk_slice_is(pk_buf_slice(&topic), "*") ? (struct pk_slice){ 0 } : pk_buf_slice(&topic);
    plan.how = pk_buf_slice(&how);
    if (r == 0)
        r = pk_consent_withdraw(visit->call->service, &staff->acting.actor, &plan, visit->call->now_ms, &count, err);
    pk_buf_finish(&topic);
    pk_buf_finish(&how);
    return r;
}

void pk_office_person_withdraw(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    char path[PATH_BYTES];
    if (!pk_office_opened(visit, PK_ACTION_CONSENT_WITHDRAW, &staff))
        return;
    int r = pk_staff_change(visit, &staff, withdraw, &err);
    bool done = r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff));
    person_path(visit, done ? "withdrawn" : r == PK_E_INVALID || r == PK_E_LIMIT ? "wrong" : "old", path);
    if (done || r == PK_E_CONFLICT || r == PK_E_INVALID || r == PK_E_LIMIT)
        pk_visit_go(visit, path);
    else
        pk_visit_trouble(visit, &err);
}

static bool is(struct pk_visit *visit, const char *name, const char *word)
{
    struct pk_buf value;
    bool same = pk_me_field(visit, name, PK_ME_FIELD_MAX, &value, NULL) == 0 && pk_slice_is(pk_buf_slice(&value), word);
    pk_buf_finish(&value);
    return same;
}

static int erase(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_erase_plan plan = { .asked = is(visit, "why", "asked"), .stays_stopped = is(visit, "never", "yes") };
    staff->acting.actor.purpose = "erase";
    if (pk_id_parse(visit->place, &plan.whom.recipient) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is nobody of this id");
    return pk_person_erase(visit->call->service, &staff->acting.actor, &plan, visit->call->now_ms, err);
}

void pk_office_person_erase(struct pk_visit *visit)
{
    struct pk_staff staff;
    char path[PATH_BYTES];
    int64_t id = 0;
    if (!pk_office_opened(visit, PK_ACTION_CONSENT_VIEW, &staff)) /* whom they cannot see they do not erase here */
        return;
    if (pk_id_parse(visit->place, &id) == 0 && (!is(visit, "sure", "yes") || !(is(visit, "why", "asked") || is(visit, "why", "ours")))) {
        show_person(visit, &staff, id, true);
        return;
    }
    person_path(visit, "old", path);
    pk_staff_do(visit, erase, "/office/people?erased=1", path);
}

/* ---- given ---- */

static int export(struct pk_visit *visit, const struct pk_staff *staff, int64_t id, struct pk_buf *json, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    const struct pk_whom whom = { .recipient = id };
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_person_export(visit->call->service, &staff->acting.actor, &whom, visit->call->now_ms, json, err);
    if (r == 0 && json->failed)
        r = pk_fail(err, PK_E_LIMIT, "there is too much to give it at once");
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

/* No link: what follows links by itself makes no copy of a person's data. The page stays where it is, and so does its form. */
void pk_office_person_export(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_buf json;
    char name[64], path[PATH_BYTES], text[PK_ID_TEXT_MAX];
    int64_t id = 0;
    if (!pk_office_opened(visit, PK_ACTION_RECIPIENT_EXPORT, &staff))
        return;
    pk_buf_init(&json, PK_CALL_ANSWER_MAX);
    staff.acting.actor.purpose = "export";
    bool ours = pk_staff_form_is_ours(visit, &staff);
    int r = pk_id_parse(visit->place, &id) == 0 ? 0 : pk_fail(&err, PK_E_NOT_FOUND, "there is nobody of this id");
    if (r == 0)
        r = ours ? export(visit, &staff, id, &json, &err) : PK_E_CONFLICT;
    (void) snprintf(name, sizeof name, "person-%s.json", pk_id_format(id, text));
    person_path(visit, "old", path);
    if (r == 0)
        pk_office_file(visit, "application/json", name, &json);
    else if (r == PK_E_CONFLICT)
        pk_visit_go(visit, path);
    else
        pk_visit_trouble(visit, &err);
    pk_buf_wipe(&json);
}

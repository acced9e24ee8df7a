/* SPDX-License-Identifier: EUPL-1.2 */
/* A key person's events: seen, the reminder sent early to her circle in two taps, and how many told her that they come. */
#include "gateway/console/key_events.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/topics.h"

#define TEXT_MAX 2048u
#define WAY_MAX 64

/* ---- seen ---- */

/* As people call it; of an event of no kind its topic. */
static void add_kind(struct pk_visit *visit, const struct pk_key_event *event)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    const struct pk_topic_rule *topic = pk_rules_topic(service->rules, pk_slice_of(event->topic));
    struct pk_slice rest = pk_slice_of(pk_visit_language(visit)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    const char *name = kind ? pk_tagged_find(&kind->names, language) : NULL;
    if (!name && topic)
        name = pk_topic_name(service, topic, language);
    pk_staff_add_words(visit, "kind", pk_slice_of(name ? name : ""));
}

void pk_key_event_add(struct pk_visit *visit, const struct pk_key_event *event)
{
    struct pk_json_out *out = &visit->out;
    pk_json_add_id(out, "id", event->id);
    pk_staff_add_theirs(visit, "title", pk_slice_of(event->title));
    pk_staff_add_theirs(visit, "place", pk_slice_of(event->place));
    add_kind(visit, event);
    pk_staff_add_moment(visit, "when", event->starts_ms);
    pk_json_add_bool(out, "off", event->off);
    pk_staff_add_moment(visit, "planned", event->planned_ms);
    pk_staff_add_people(visit, "people", event->people);
    pk_json_add_bool(out, "sendable", event->planned_ms != 0 && event->people != 0);
    pk_staff_add_moment(visit, "sent", event->sent_ms);
    pk_staff_add_people(visit, "sentPeople", event->sent_people);
    pk_staff_add_moment(visit, "gone", event->sent_ms == 0 ? event->gone_ms : 0);
    pk_json_add_bool(out, "counts", event->counts && !event->off);
    pk_staff_add_people(visit, "yes", event->yes);
    pk_staff_add_people(visit, "heads", event->heads);
    pk_staff_add_people(visit, "no", event->no);
    pk_json_add_int(out, "toldMe", event->told_me);
}

struct listing {
    struct pk_visit *visit;
    size_t count;
};

static int add_one(void *ctx, const struct pk_key_event *event)
{
    struct listing *listing = ctx;
    listing->count++;
    pk_json_open(&listing->visit->out, NULL, '{');
    pk_key_event_add(listing->visit, event);
    pk_json_close(&listing->visit->out, '}');
    return 0;
}

int pk_key_events_add(struct pk_visit *visit, const struct pk_staff *staff, struct pk_error *err)
{
    struct listing listing = { .visit = visit };
    pk_json_open(&visit->out, "events", '[');
    int r = pk_key_events_each(visit->call->service, &staff->acting.actor, visit->call->now_ms, add_one, &listing, err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "noEvents", listing.count == 0);
    return r;
}

bool pk_key_event_at(struct pk_visit *visit, const struct pk_staff *staff, struct pk_key_event *ret_event)
{
    struct pk_error err = { 0 };
    int64_t id = 0;
    if (!pk_staff_place_id(visit, &id))
        return false;
    int r = pk_key_event(visit->call->service, &staff->acting.actor, id, visit->call->now_ms, ret_event, &err);
    if (r != 0)
        pk_visit_trouble(visit, &err);
    return r == 0;
}

static void show(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_key_event *event, bool wrong)
{
    pk_staff_add_flag(visit, "old");
    pk_json_add_bool(&visit->out, "wrong", wrong);
    pk_json_add_int(&visit->out, "most", PK_TOLD_ME_MAX);
    pk_key_event_add(visit, event);
    pk_staff_show(visit, staff, wrong ? 422 : 200, "key-event");
}

void pk_key_event_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    struct pk_key_event event;
    if (pk_staff_signed_in(visit, &staff) && pk_key_event_at(visit, &staff, &event))
        show(visit, &staff, &event, false);
}

/* ---- sent early ---- */

/* The first tap: what goes, to how many. */
void pk_key_send_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    struct pk_key_event event;
    struct pk_buf text;
    char path[WAY_MAX], id[PK_ID_TEXT_MAX];
    if (!pk_staff_signed_in(visit, &staff) || !pk_key_event_at(visit, &staff, &event))
        return;
    if (event.planned_ms == 0 || event.people == 0) {
        (void) snprintf(path, sizeof path, "/staff/event/%s", pk_id_format(event.id, id));
        pk_visit_go(visit, path);
        return;
    }
    pk_buf_init(&text, TEXT_MAX);
    if (pk_key_event_text(visit->call->service, &event, pk_slice_of(pk_visit_language(visit)), &text, NULL) != 0)
        pk_buf_clear(&text);
    pk_json_add_slice(&visit->out, "text", pk_buf_slice(&text));
    pk_buf_finish(&text);
    pk_key_event_add(visit, &event);
    pk_json_add_int(&visit->out, "plannedMs", event.planned_ms);
    pk_staff_show(visit, &staff, 200, "key-send");
}

static int remind(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    int64_t id = 0;
    if (pk_id_parse(visit->place, &id) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such event");
    struct pk_buf text;
    int64_t planned_ms = 0; /* of the reminder that she was shown */
    if (pk_me_field(visit, "planned", PK_ME_FIELD_MAX, &text, NULL) == 0)
        (void) pk_parse_int(pk_buf_slice(&text), 0, INT64_MAX, &planned_ms);
    pk_buf_finish(&text);
    return pk_key_event_remind(visit->call->service, &staff->acting.actor, id, planned_ms, visit->call->now_ms, err);
}

/* The second tap, and any after it: the event's page, which says when it was sent. */
void pk_key_send(struct pk_visit *visit)
{
    char path[WAY_MAX], old[WAY_MAX + 8];
    (void) snprintf(path, sizeof path, "/staff/event/%.13s", visit->place.len == PK_ID_TEXT_MAX - 1 ? visit->place.data : "");
    (void) snprintf(old, sizeof old, "%s?old=1", path);
    pk_staff_do(visit, remind, path, old);
}

/* ---- told by mouth ---- */

static int tell(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_buf text;
    int64_t id = 0, count = 0;
    int r = pk_id_parse(visit->place, &id) == 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no such event");
    int f = pk_me_field(visit, "count", PK_ME_FIELD_MAX, &text, r == 0 ? err : NULL);
    if (r == 0)
        r = f;
    for (size_t i = 0; r == 0 && i < text.len; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || i > 3)
            r = pk_fail(err, PK_E_INVALID, "field \"count\" is no number");
        else
            count = 10 * count + (c - '0');
    }
    pk_buf_finish(&text);
    return r == 0 ? pk_key_event_told_me(visit->call->service, &staff->acting.actor, id, count, visit->call->now_ms, err) : r;
}

void pk_key_told_me(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_key_event event;
    char path[WAY_MAX];
    if (!pk_staff_signed_in(visit, &staff) || !pk_key_event_at(visit, &staff, &event))
        return;
    int r = pk_staff_change(visit, &staff, tell, &err);
    bool again = r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff);
    (void) snprintf(path, sizeof path, "/staff/event/%.13s%s", visit->place.data, r == PK_E_CONFLICT && !again ? "?old=1" : "#coming");
    if (r == 0 || r == PK_E_CONFLICT)
        pk_visit_go(visit, path);
    else if (r == PK_E_INVALID || r == PK_E_LIMIT)
        show(visit, &staff, &event, true);
    else
        pk_visit_trouble(visit, &err);
}

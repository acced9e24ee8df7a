/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/seats.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/model/cloudevent.h"
#include "gateway/service/planner.h"
#include "gateway/service/routing.h"
#include "gateway/service/topics.h"
#include "gateway/store/agenda.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"
#include "gateway/store/triggers.h"

#define VALUES_MAX (64u * 1024)
#define CONFIRMS "rsvp-yes" /* the texts about coming are in its languages, and have its room */
#define TOLD "rsvp-place"
#define TOLD_SHORT "rsvp-place-short" /* where the place is not said */

/* ---- how many places ---- */

/* A date with its event's room; free: places nobody has, INT64_MAX without a limit, below 0 when the room became smaller. */
struct room {
    struct pk_occurrence date;
    int64_t free;
};

/* PK_E_NOT_FOUND: there is no such date any more. */
static int look(struct pk_service *service, int64_t occurrence, struct room *ret_room, struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_rsvp_counts counts = { 0 };
    int r = pk_occurrence_get(service->store, occurrence, &ret_room->date, err);
    if (r == 0)
        r = pk_agenda_get(service->store, ret_room->date.event, &event, err);
    ret_room->free = INT64_MAX;
    if (r != 0 || event.capacity == 0)
        return r;
    r = pk_rsvps_count(service->store, occurrence, ret_room->date.version, &counts, err);
    ret_room->free = event.capacity - counts.heads;
    return r;
}

int pk_seats_are_taken(struct pk_service *service, const struct pk_rsvp *rsvp, bool *ret_taken, struct pk_error *err)
{
    struct room room = { .free = INT64_MAX };
    int r = rsvp->occurrence != 0 && rsvp->yes ? look(service, rsvp->occurrence, &room, err) : 0;
    *ret_taken = r == 0 && rsvp->wanted > room.free;
    return r == PK_E_NOT_FOUND ? 0 : r;
}

/* ---- told ---- */

/* Without a date of an event: the topic's only kind, NULL when it has none or several. */
static const struct pk_kind_rule *kind_of(const struct pk_service *service, const struct pk_occurrence *date, uint32_t topic)
{
    const char *about = pk_name_text(service->store, PK_NAME_TOPIC, topic);
    const struct pk_kind_rule *only = NULL;
    if (date)
        return pk_rules_kind(service->rules, pk_slice_of(date->kind));
    for (size_t i = 0; about && i < service->rules->kind_count; i++) {
        if (strcmp(service->rules->kinds[i].topic, about) != 0)
            continue;
        if (only)
            return NULL;
        only = &service->rules->kinds[i];
    }
    return only;
}

/* What it is called, so that two are told apart: two kinds may share a topic. A title is in one language only. */
static void add_name(struct pk_service *service, struct pk_json_out *json, const struct pk_occurrence *date, uint32_t topic,
                     struct pk_slice language)
{
    const struct pk_template *text = pk_catalog_find(service->catalog, PK_SLICE(CONFIRMS), language);
    struct pk_slice spoken = text ? pk_template_language(text) : language;
    const struct pk_kind_rule *kind = kind_of(service, date, topic);
    const char *name = kind ? pk_tagged_find(&kind->names, spoken) : NULL;
    pk_json_add_text(json, "topic", name ? name : pk_topic_called(service, topic, spoken));
}

/* What the texts have room for: as it is, in its short form, or not at all. */
static bool add_place(struct pk_service *service, struct pk_json_out *json, const char *place)
{
    struct pk_buf text;
    pk_auto(pk_json) struct pk_json *alone = NULL;
    pk_buf_init(&text, VALUES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "begins", "2026-01-01T12:00:00Z"); /* any: asked is about the place */
    pk_json_add_text(&out, "place", place);
    pk_json_add_text(&out, "topic", "x");
    pk_json_close(&out, '}');
    bool fits = place[0] && pk_json_parse(pk_buf_slice(&text), VALUES_MAX, &alone, NULL) == 0 &&
                pk_template_check_values(service->catalog, PK_SLICE(CONFIRMS), alone, NULL) == 0;
    pk_buf_finish(&text);
    if (fits)
        pk_json_add_text(json, "place", place);
    return fits;
}

/* A place that is the date's still, in either form, stays as the invitation said it. */
static bool add_place_of(struct pk_service *service, struct pk_json_out *json, struct pk_slice said, const struct pk_occurrence *date)
{
    if (!date || pk_slice_is(said, date->place) || pk_slice_is(said, date->place_short)) {
        pk_json_add_slice(json, "place", said);
        return true;
    }
    return add_place(service, json, date->place) || add_place(service, json, date->place_short);
}

static void add_moment(struct pk_json_out *json, const char *name, int64_t ms)
{
    char moment[PK_TIME_TEXT_MAX];
    pk_json_add_text(json, name, pk_time_format(ms, moment));
}

static bool is_of_the_date(struct pk_slice name)
{
    return pk_slice_is(name, "begins") || pk_slice_is(name, "ends");
}

static void add_value(struct pk_service *service, struct pk_json_out *json, struct pk_slice name, struct pk_slice value,
                      const struct pk_occurrence *date, bool *ret_placed)
{
    char key[64];
    if (name.len >= sizeof key || pk_slice_is(name, "people") || pk_slice_is(name, "topic"))
        return;
    (void) snprintf(key, sizeof key, "%.*s", PK_SLICE_ARG(name));
    if (pk_slice_is(name, "place"))
        *ret_placed = value.len > 0 && add_place_of(service, json, value, date);
    else if (date && is_of_the_date(name))
        add_moment(json, key, key[0] == 'b' ? date->starts_ms : date->ends_ms);
    else
        pk_json_add_slice(json, key, value);
}

int pk_seats_values(struct pk_service *service, struct pk_slice values, const struct pk_seats_of *of, struct pk_buf *out, bool *ret_placed,
                    struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_occurrence date;
    struct pk_json_out json = pk_json_out(out);
    struct pk_slice name;
    const struct pk_json *value;
    void *iter = NULL;
    *ret_placed = false;
    int r = pk_json_parse(values, PK_CLOUDEVENT_BYTES_MAX, &document, err);
    if (r != 0)
        return r;
    bool dated = of->occurrence != 0 && pk_occurrence_get(service->store, of->occurrence, &date, NULL) == 0;
    pk_json_open(&json, NULL, '{');
    while (pk_json_next(document, &iter, &name, &value))
        if (pk_json_kind(value) == PK_JSON_STRING)
            add_value(service, &json, name, pk_json_string(value), dated ? &date : NULL, ret_placed);
    add_name(service, &json, dated ? &date : NULL, of->topic, of->language);
    if (of->people > 0)
        pk_json_add_int(&json, "people", of->people);
    pk_json_close(&json, '}');
    return out->failed ? pk_fail(err, PK_E_LIMIT, "the values of the invitation are too long") : 0;
}

/* ---- who may be told ---- */

/* Somebody in the line, and by which of their addresses they are told. */
struct waiting {
    struct pk_service *service;
    const struct pk_rsvp *rsvp;
    uint32_t topic;
    struct pk_recipient who;
    struct pk_address at; /* id 0 = by none */
    uint32_t route;
    int64_t now_ms;
};

static int try_address(void *ctx, const struct pk_address *address)
{
    struct waiting *waiting = ctx;
    struct pk_service *service = waiting->service;
    if (address->recipient != waiting->who.id || address->blocked_ms != 0 ||
        pk_ledger_state(service->store, waiting->who.id, waiting->topic, address->channel, waiting->now_ms, NULL) != PK_CONSENT_GRANTED ||
        pk_route_to(service, address->channel, address->id, &waiting->route, NULL) != 0)
        return 0;
    waiting->at = *address;
    return 1;
}

/* Of the invitation that was answered; when retention took it, of the kind of event. */
static uint32_t topic_of(struct pk_service *service, int64_t trigger_id, const struct pk_occurrence *date)
{
    struct pk_trigger trigger;
    struct pk_notice notice;
    if (pk_trigger_get(service->store, trigger_id, &trigger, NULL) == 0 && pk_notice_get(service->store, trigger.notice, &notice, NULL) == 0)
        return notice.topic;
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(date->kind));
    return kind ? pk_name_find(service->store, PK_NAME_TOPIC, pk_slice_of(kind->topic)) : 0;
}

/* Where they answered, else wherever they agreed to hear of this. False: nowhere, or they said STOP. */
static bool can_be_told(struct waiting *waiting)
{
    struct pk_store *store = waiting->service->store;
    struct pk_address address;
    if (waiting->topic == 0 || pk_recipient_get(store, waiting->rsvp->recipient, &waiting->who, NULL) != 0 || waiting->who.stopped_ms != 0)
        return false;
    if (waiting->rsvp->address != 0 && pk_address_get(store, waiting->rsvp->address, &address, NULL) == 0 && try_address(waiting, &address) != 0)
        return true;
    return pk_addresses_of(store, waiting->who.id, try_address, waiting, NULL) > 0;
}

static int tell(const struct waiting *waiting, const struct pk_occurrence *date, struct pk_error *err)
{
    struct pk_service *service = waiting->service;
    struct pk_buf values;
    pk_buf_init(&values, VALUES_MAX);
    struct pk_json_out json = pk_json_out(&values);
    pk_json_open(&json, NULL, '{');
    add_moment(&json, "begins", date->starts_ms);
    add_name(service, &json, date, waiting->topic, pk_slice_of(waiting->who.language));
    bool placed = add_place(service, &json, date->place) || add_place(service, &json, date->place_short);
    if (placed)
        pk_json_add_int(&json, "people", waiting->rsvp->wanted);
    pk_json_close(&json, '}');
    struct pk_notice notice = {
        .cls = PK_CLASS_NOTICE,
        .topic = waiting->topic,
        .template_name = placed ? PK_SLICE(TOLD) : PK_SLICE(TOLD_SHORT),
        .values = pk_buf_slice(&values),
        .created_ms = waiting->now_ms,
        .occurrence = date->id,
        .version = date->version,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = waiting->who.id,
        .address = waiting->at.id,
        .topic = waiting->topic,
        .channel = waiting->at.channel,
        .cls = PK_CLASS_NOTICE,
        .route = waiting->route,
        .priority = PK_PRIORITY_NORMAL,
        .state = PK_MESSAGE_QUEUED,
        .due_ms = waiting->now_ms,
        .expires_ms = date->starts_ms,
        .updated_ms = waiting->now_ms,
    };
    int r = pk_planner_queue(service, &notice, pk_slice_of(waiting->who.language), pk_slice_of(waiting->who.script), &message, err);
    pk_buf_finish(&values);
    return r;
}

/* ---- who is next ---- */

/* The place and the word of it are one: neither is kept without the other. */
static int give(struct waiting *waiting, const struct pk_occurrence *date, struct pk_error *err)
{
    struct pk_rsvp placed = *waiting->rsvp;
    placed.heads = placed.wanted;
    placed.waits = placed.reply = 0;
    placed.at_ms = waiting->now_ms;
    int r = pk_rsvp_add(waiting->service->store, &placed, err);
    return r == 0 ? tell(waiting, date, err) : r;
}

/* In the order in which they began to wait; whom the places are not enough for, or who may not be told, waits on. */
static int give_places(struct pk_service *service, int64_t occurrence, int64_t now_ms, struct pk_error *err)
{
    struct room room;
    struct pk_rsvp next;
    int64_t after = 0;
    int r = look(service, occurrence, &room, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    if (room.date.state == PK_AGENDA_CANCELLED || room.date.starts_ms <= now_ms)
        return 0;
    while (room.free > 0 && (r = pk_rsvp_next_waiting(service->store, occurrence, room.date.version, after, room.free, &next, err)) == 0) {
        struct waiting waiting = { .service = service, .rsvp = &next, .topic = topic_of(service, next.trigger, &room.date), .now_ms = now_ms };
        after = next.waits;
        if (!can_be_told(&waiting))
            continue;
        if ((r = give(&waiting, &room.date, err)) != 0)
            return r;
        if (room.free != INT64_MAX)
            room.free -= (int64_t) next.wanted - next.heads;
    }
    return r == PK_E_NOT_FOUND ? 0 : r;
}

int pk_seats_of_event(struct pk_service *service, int64_t event, int64_t now_ms, struct pk_error *err)
{
    int64_t date = 0;
    int r = 0;
    while (r == 0 && (date = pk_rsvp_date_waited_for(service->store, event, date, now_ms)) != 0)
        r = give_places(service, date, now_ms, err);
    return r;
}

/* ---- a date that changed ---- */

/* Does what was told of it still hold? Place and end only where a text said them. */
static bool still_holds(struct pk_slice values, const struct pk_occurrence *date)
{
    pk_auto(pk_json) struct pk_json *said = NULL;
    int64_t begins_ms = 0, ends_ms = 0;
    if (pk_json_parse(values, PK_CLOUDEVENT_BYTES_MAX, &said, NULL) != 0 ||
        pk_time_parse(pk_json_string(pk_json_get(said, "begins")), &begins_ms) != 0 || begins_ms != date->starts_ms)
        return false;
    struct pk_slice place = pk_json_string(pk_json_get(said, "place")), ends = pk_json_string(pk_json_get(said, "ends"));
    return (place.len == 0 || pk_slice_is(place, date->place) || pk_slice_is(place, date->place_short)) &&
           (ends.len == 0 || (pk_time_parse(ends, &ends_ms) == 0 && ends_ms == date->ends_ms));
}

int pk_seats_date_changed(struct pk_service *service, const struct pk_occurrence *before, bool quietly, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_occurrence date;
    struct pk_notice notice;
    int r = pk_occurrence_get(store, before->id, &date, err);
    if (r != 0 || date.version == before->version || date.state == PK_AGENDA_CANCELLED)
        return r;
    if (quietly && before->state == date.state)
        return pk_rsvps_carry(store, date.id, before->version, date.version, err);
    for (int64_t below = date.version; (r = pk_notice_of_date(store, date.id, below, &notice, NULL)) == 0; below = notice.version)
        if (still_holds(notice.values, &date))
            return pk_rsvps_carry(store, date.id, notice.version, date.version, err);
    return r == PK_E_NOT_FOUND ? 0 : r;
}

/* ---- an answer ---- */

/* Who wants no more than before keeps their place in the line. */
static void stand_in_line(struct pk_rsvp *rsvp, const struct pk_rsvp *last)
{
    rsvp->heads = last->heads;
    rsvp->waits = last->waits > 0 && rsvp->wanted <= last->wanted ? last->waits : PK_RSVP_LINE_END;
}

static enum pk_seat seat_of(struct pk_rsvp *rsvp, const struct pk_rsvp *last, int64_t free)
{
    if (!rsvp->yes)
        return PK_SEAT_NONE;
    rsvp->heads = rsvp->wanted;
    if (rsvp->wanted <= last->heads || free == INT64_MAX || rsvp->wanted - (int64_t) last->heads <= free)
        return PK_SEAT_GIVEN;
    stand_in_line(rsvp, last);
    return rsvp->heads > 0 ? PK_SEAT_KEPT : PK_SEAT_WAITS;
}

int pk_seats_answer(struct pk_service *service, struct pk_rsvp *rsvp, int64_t now_ms, enum pk_seat *ret_seat, struct pk_error *err)
{
    struct room room = { .free = INT64_MAX };
    struct pk_rsvp last = { 0 };
    bool before = rsvp->occurrence != 0 && pk_rsvp_last(service->store, rsvp, rsvp->recipient, &last);
    int r = rsvp->occurrence != 0 ? look(service, rsvp->occurrence, &room, err) : 0;
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    if (before && rsvp->trigger == 0)
        rsvp->trigger = last.trigger; /* what told of a place asked nobody first */
    *ret_seat = seat_of(rsvp, &last, room.free);
    r = pk_rsvp_add(service->store, rsvp, err);
    return r == 0 && rsvp->heads < last.heads ? give_places(service, rsvp->occurrence, now_ms, err) : r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The cursor is the last item given to the broker on this connection. Items leave in the order they were decided; an
 * item the broker refused is kept, and tried again on the next connection, until its time has passed. An item that the
 * broker took is remembered until its removal is committed; that has time, so it joins a turn that is committed anyway.
 */
#include "gateway/service/outbound.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/model/floor.h"
#include "gateway/service/bus.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/outbox.h"

#define KEEP_MS (7 * 24 * 3600 * 1000ll) /* an answer nobody could be given for a week is dropped, and counted */
#define PER_TURN 256u
#define TOPIC_MAX 256
#define TIDY_MS 50 /* the longest that an item stays which the broker took */
#define TROUBLE_MS 1000
#define CE_JSON "application/cloudevents+json; charset=utf-8"

struct pk_outbound {
    struct pk_service *service;
    int64_t cursor; /* the last item published on this connection */
    int64_t newest; /* the last item added, as far as known */
    bool waiting; /* items could not be published for want of room or link */
    int64_t taken[2 * PK_MQTT_IN_FLIGHT_MAX]; /* by the broker, not known to be removed yet */
    size_t taken_count, removed; /* removed: of those, in this turn */
    struct pk_timer *timer;
    bool tidy; /* they are removed in this turn */
};

static void tidy_soon(void *ctx)
{
    struct pk_outbound *outbound = ctx;
    outbound->tidy = true;
}

struct pk_outbound *pk_outbound_new(struct pk_service *service)
{
    struct pk_outbound *outbound = pk_alloc(sizeof *outbound);
    outbound->service = service;
    outbound->newest = INT64_MAX; /* what an earlier life left is looked for once */
    outbound->waiting = true;
    outbound->timer = pk_timer_new(service->loop, tidy_soon, outbound);
    return outbound;
}

void pk_outbound_free(struct pk_outbound *outbound)
{
    if (!outbound)
        return;
    pk_timer_free(outbound->timer);
    free(outbound);
}

/* While the gateway stops nothing of the broker's is read, so there will be no more room: the next start tells the rest. */
bool pk_outbound_idle(const struct pk_outbound *outbound)
{
    const struct pk_service *service = outbound->service;
    return !outbound->waiting || (service->draining && service->bus && pk_mqtt_room(pk_bus_mqtt(service->bus)) == 0);
}

/* ---- composing ---- */

static int add(struct pk_outbound *outbound, const char *topic_front, const struct pk_told *told, const char *type, struct pk_slice data,
               int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = outbound->service;
    int64_t item_id = 0;
    char id[PK_ID_TEXT_MAX], topic[TOPIC_MAX];
    if (told->topic.len > 0)
        (void) snprintf(topic, sizeof topic, "%.*s", PK_SLICE_ARG(told->topic));
    else
        (void) snprintf(topic, sizeof topic, "%s%.*s", topic_front, PK_SLICE_ARG(told->publisher));
    struct pk_cloudevent_out event = {
        .id = pk_id_format(pk_id_ordered(), id),
        .source = service->rules->source,
        .type = type,
        .time_ms = now_ms,
        .causation_id = told->causation,
        .traceparent = told->traceparent,
        .data = data,
    };
    struct pk_buf payload;
    pk_buf_init(&payload, PK_CLOUDEVENT_BYTES_MAX);
    int r = pk_cloudevent_write(&event, &payload);
    struct pk_outbox_item item = {
        .topic = pk_slice_of(topic),
        .content_type = PK_SLICE(CE_JSON),
        .correlation = told->correlation,
        .payload = pk_buf_slice(&payload),
        .created_ms = now_ms,
        .expires_ms = now_ms + KEEP_MS,
    };
    if (r == 0)
        r = pk_outbox_add(service->store, &item, &item_id, err);
    if (r == 0)
        r = pk_webhooks_tell(service->webhooks, told->publisher, type, id, item.payload, now_ms, err);
    pk_buf_finish(&payload);
    /* Looked for in the release phase: a unit that is dropped, or a failed commit, leaves nothing to be found there. */
    if (r == 0) {
        outbound->newest = item_id;
        outbound->waiting = true;
    }
    return r;
}

/* A warning: the day of the event is one on which people have no time, or nobody knows yet whether it is. */
static void add_falls_on(struct pk_json_out *out, const struct pk_told *told)
{
    if (told->falls_on_count == 0)
        return;
    pk_json_open(out, "fallsOn", '[');
    for (size_t i = 0; i < told->falls_on_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "calendar", told->falls_on[i].calendar->name);
        pk_json_add_text(out, "day", told->falls_on[i].day);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

void pk_upshot_add(struct pk_json_out *out, const struct pk_upshot *outcome)
{
    bool few = pk_is_few(outcome->people);
    pk_json_add_bool(out, "changed", outcome->changed);
    if (outcome->waiting)
        pk_json_add_bool(out, "waiting", true);
    if (few || outcome->people == PK_PEOPLE_UNKNOWN)
        pk_json_add_null(out, "people");
    else
        pk_json_add_int(out, "people", outcome->people);
    if (few)
        pk_json_add_bool(out, "fewerThanFive", true);
    if (outcome->more)
        pk_json_add_bool(out, "orMore", true);
    pk_json_add_time(out, "at", outcome->at_ms);
}

int pk_outbound_accepted(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, bool repeated, int64_t now_ms,
                         struct pk_error *err)
{
    struct pk_buf data;
    pk_buf_init(&data, 8192);
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger);
    pk_json_add_text(&out, "status", "accepted");
    pk_json_add_bool(&out, "duplicate", repeated);
    pk_upshot_add(&out, &told->outcome);
    add_falls_on(&out, told);
    pk_json_close(&out, '}');
    int r = add(outbound, PK_TOPIC_ANSWER, told, "nl.notices.trigger-accepted.v1", pk_buf_slice(&data), now_ms, err);
    pk_buf_finish(&data);
    return r;
}

int pk_outbound_rejected(struct pk_outbound *outbound, const struct pk_told *told, enum pk_event_refusal refusal, const char *reason,
                         const char *remedy, int64_t now_ms, struct pk_error *err)
{
    struct pk_buf data;
    pk_buf_init(&data, 4096);
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "status", "rejected");
    pk_json_add_text(&out, "reason", pk_refusal_name(refusal));
    pk_json_add_text(&out, "detail", reason);
    if (remedy && remedy[0])
        pk_json_add_text(&out, "remedy", remedy);
    pk_json_close(&out, '}');
    int r = add(outbound, PK_TOPIC_ANSWER, told, "nl.notices.trigger-rejected.v1", pk_buf_slice(&data), now_ms, err);
    pk_buf_finish(&data);
    return r;
}

int pk_outbound_planned(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, int64_t messages, int64_t now_ms,
                        struct pk_error *err)
{
    char bytes[256];
    struct pk_buf data = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger);
    pk_json_add_int(&out, "messages", messages);
    pk_json_close(&out, '}');
    return add(outbound, PK_TOPIC_STATUS, told, "nl.notices.trigger-planned.v1", pk_buf_slice(&data), now_ms, err);
}

int pk_outbound_cut_short(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, const char *why, int64_t messages,
                          int64_t now_ms, struct pk_error *err)
{
    char bytes[256];
    struct pk_buf data = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger);
    pk_json_add_text(&out, "reason", why);
    pk_json_add_int(&out, "messages", messages);
    pk_json_close(&out, '}');
    return add(outbound, PK_TOPIC_STATUS, told, "nl.notices.trigger-cut-short.v1", pk_buf_slice(&data), now_ms, err);
}

int pk_outbound_completed(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger,
                          const int64_t counts[PK_MESSAGE_STATES], int64_t now_ms, struct pk_error *err)
{
    struct pk_buf data;
    pk_buf_init(&data, 4096);
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger);
    pk_json_open(&out, "messages", '{');
    for (int state = 0; state < PK_MESSAGE_STATES; state++)
        if (counts[state] > 0)
            pk_json_add_int(&out, pk_message_state_name((enum pk_message_state) state), counts[state]);
    pk_json_close(&out, '}');
    pk_json_close(&out, '}');
    int r = add(outbound, PK_TOPIC_STATUS, told, "nl.notices.trigger-completed.v1", pk_buf_slice(&data), now_ms, err);
    pk_buf_finish(&data);
    return r;
}

int pk_outbound_released(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, int64_t now_ms, struct pk_error *err)
{
    char bytes[320];
    struct pk_buf data = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger);
    pk_upshot_add(&out, &told->outcome);
    pk_json_close(&out, '}');
    return add(outbound, PK_TOPIC_STATUS, told, "nl.notices.trigger-released.v1", pk_buf_slice(&data), now_ms, err);
}

int pk_outbound_status(struct pk_outbound *outbound, const struct pk_told *told, const char *type, struct pk_slice data, int64_t now_ms,
                       struct pk_error *err)
{
    return add(outbound, PK_TOPIC_STATUS, told, type, data, now_ms, err);
}

/* ---- publishing ---- */

struct page {
    struct pk_outbound *outbound;
    bool stuck;
};

static int publish_item(void *ctx, const struct pk_outbox_item *item)
{
    struct page *page = ctx;
    char topic[TOPIC_MAX];
    (void) snprintf(topic, sizeof topic, "%.*s", PK_SLICE_ARG(item->topic));
    struct pk_mqtt_publish publish = {
        .topic = topic,
        .payload = item->payload,
        .content_type = CE_JSON,
        .correlation = item->correlation,
        .token = (uint64_t) item->id,
    };
    struct pk_error err = { 0 };
    int r = pk_mqtt_publish(pk_bus_mqtt(page->outbound->service->bus), &publish, &err);
    if (r == PK_E_BUSY) {
        page->stuck = true;
        return 1;
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "outbound", "publish.refused", "reason", err.message, NULL);
    page->outbound->cursor = item->id;
    return 0;
}

/* The turn that removed them was committed. */
static void forget_removed(struct pk_outbound *outbound)
{
    outbound->taken_count -= outbound->removed;
    memmove(outbound->taken, outbound->taken + outbound->removed, outbound->taken_count * sizeof *outbound->taken);
    outbound->removed = 0;
}

void pk_outbound_publish(struct pk_outbound *outbound)
{
    struct pk_service *service = outbound->service;
    forget_removed(outbound);
    if (!outbound->waiting || !service->bus || !pk_bus_connected(service->bus))
        return;
    unsigned room = pk_mqtt_room(pk_bus_mqtt(service->bus));
    unsigned max = room < PER_TURN ? room : PER_TURN;
    if (max == 0)
        return; /* published() comes back here */
    struct page page = { .outbound = outbound };
    int64_t before = outbound->cursor;
    struct pk_error err = { 0 };
    int r = pk_outbox_page(service->store, outbound->cursor, max, publish_item, &page, &err);
    if (r < 0) {
        pk_log(PK_LOG_ERROR, "outbound", "outbox.unreadable", "reason", err.message, NULL);
        return;
    }
    if (page.stuck)
        return;
    if (outbound->cursor == before || outbound->cursor >= outbound->newest)
        outbound->waiting = false;
    else
        pk_loop_again(service->loop);
}

void pk_outbound_published(struct pk_outbound *outbound, uint64_t token, unsigned reason)
{
    if (reason >= 128) {
        pk_log(PK_LOG_WARN, "outbound", "publish.denied", "code", PK_LOG_INT(reason), NULL);
        return;
    }
    outbound->service->metrics.outbox_told++;
    if (outbound->taken_count == PK_COUNT(outbound->taken))
        return; /* one too many stays until the next connection, and is told again */
    outbound->taken[outbound->taken_count++] = (int64_t) token;
    outbound->tidy |= outbound->taken_count >= PK_MQTT_IN_FLIGHT_MAX;
    if (!pk_timer_armed(outbound->timer))
        pk_timer_in(outbound->timer, TIDY_MS);
}

static void remove_taken(struct pk_outbound *outbound)
{
    struct pk_error err = { 0 };
    outbound->tidy = false;
    pk_timer_stop(outbound->timer);
    while (outbound->removed < outbound->taken_count) {
        if (pk_outbox_delete(outbound->service->store, outbound->taken[outbound->removed], &err) != 0) {
            pk_log(PK_LOG_ERROR, "outbound", "outbox.undeletable", "reason", err.message, NULL);
            pk_timer_in(outbound->timer, TROUBLE_MS);
            return;
        }
        outbound->removed++;
    }
}

void pk_outbound_tidy(struct pk_outbound *outbound)
{
    if (outbound->removed < outbound->taken_count &&
        (outbound->tidy || outbound->service->draining || pk_store_pending(outbound->service->store)))
        remove_taken(outbound);
}

void pk_outbound_refresh(struct pk_outbound *outbound)
{
    outbound->removed = 0;
    outbound->tidy = false;
    if (outbound->taken_count > 0)
        pk_timer_in(outbound->timer, TROUBLE_MS);
}

void pk_outbound_restart(struct pk_outbound *outbound)
{
    remove_taken(outbound);
    outbound->cursor = 0;
    outbound->newest = INT64_MAX;
    outbound->waiting = true;
}

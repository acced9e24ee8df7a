/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A lane is a route and a priority; each remembers when its next message is due, so an idle lane costs nothing. A
 * batch is what one lane opened in one turn: it flies after the commit or is forgotten with it.
 *
 *     open:    claim -> gate -> attempt row (unit) ─commit─> pk_account_start()     failed: as if never claimed
 *     settle:  ended flights -> tracker ─commit─> desk's memory, freed               failed: settled again later
 */
#include "gateway/service/dispatcher_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/language/phone.h"
#include "gateway/service/gate.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/ladder.h"
#include "gateway/service/links.h"
#include "gateway/service/questions.h"
#include "gateway/service/tracker.h"
#include "gateway/service/unsubscribe.h"

#define OTHER_DESK_FULL_MS 1000 /* an answer waits so long for the account it must leave by */

struct batch {
    struct pk_dispatcher *dispatcher;
    struct pk_list flights;
};

static void wake(void *ctx)
{
    (void) ctx; /* being awake is enough: the open phase follows */
}

struct pk_dispatcher *pk_dispatcher_new(struct pk_service *service)
{
    struct pk_dispatcher *d = pk_alloc(sizeof *d);
    d->service = service;
    pk_list_init(&d->ended);
    pk_list_init(&d->settled);
    d->timer = pk_timer_new(service->loop, wake, d);
    d->trouble = pk_timer_new(service->loop, wake, d);
    d->patience = pk_timer_new(service->loop, pk_settle_soon, d);
    d->ask = pk_timer_new(service->loop, wake, d);
    pk_dispatcher_refresh(d);
    return d;
}

void pk_dispatcher_free(struct pk_dispatcher *d)
{
    if (!d)
        return;
    pk_flights_free(&d->ended);
    pk_flights_free(&d->settled);
    pk_timer_free(d->timer);
    pk_timer_free(d->trouble);
    pk_timer_free(d->patience);
    pk_timer_free(d->ask);
    free(d->lanes);
    free(d);
}

void pk_dispatcher_refresh(struct pk_dispatcher *d)
{
    size_t routes = d->service->desks->route_count;
    free(d->lanes);
    d->lanes = pk_alloc_array(routes, sizeof *d->lanes);
    d->lane_count = routes;
    d->next_ask_ms = 0;
}

void pk_dispatcher_note(struct pk_dispatcher *d, uint32_t route, uint32_t priority, int64_t due_ms)
{
    for (size_t i = 0; i < d->lane_count; i++) {
        if (d->service->desks->routes[i].id != route)
            continue;
        struct lane *lane = &d->lanes[i][priority];
        if (due_ms < lane->next_due_ms)
            lane->next_due_ms = due_ms;
        return;
    }
}

unsigned pk_dispatcher_flying(const struct pk_dispatcher *d)
{
    return d->flying;
}

static int format_address(const struct pk_desk *desk, struct pk_slice value, struct pk_flight *flight)
{
    const char *front = "";
    switch (pk_account_adapter(desk->account)->number_format) {
    case PK_NUMBER_E164_DIGITS:
        value = pk_slice_make(value.data + 1, value.len - 1);
        break;
    case PK_NUMBER_00:
        value = pk_slice_make(value.data + 1, value.len - 1);
        front = "00";
        break;
    default:
        break;
    }
    int n = snprintf(flight->to, sizeof flight->to, "%s%.*s", front, PK_SLICE_ARG(value));
    if (n <= 0 || (size_t) n >= sizeof flight->to)
        return PK_E_LIMIT;
    flight->address_len = (uint16_t) n;
    return 0;
}

int pk_flight_address(struct pk_dispatcher *d, const struct pk_due *due, struct pk_flight *flight, struct pk_error *err)
{
    char clear_bytes[PK_ADDRESS_MAX + 1];
    const struct pk_account_rule *rule = flight->desk->rule;
    struct pk_buf clear = { .data = clear_bytes, .cap = sizeof clear_bytes, .max_bytes = PK_ADDRESS_MAX };
    int r = pk_unseal(pk_store_keys(d->service->store), PK_PLACE_ADDRESS, due->sealed_row, pk_slice_make(due->sealed, due->sealed_len),
                      &clear, err);
    if (r == 0 && !pk_account_hears_all(rule) && pk_account_hears(rule))
        pk_phone_country(pk_buf_slice(&clear), flight->country);
    if (r == 0)
        r = clear.len > 1 ? format_address(flight->desk, pk_buf_slice(&clear), flight) : PK_E_INVALID;
    explicit_bzero(clear_bytes, sizeof clear_bytes);
    return r;
}

/* Everything a hand-over needs, or why this message cannot be one (*ret_reason). */
static int prepare(struct pk_dispatcher *d, const struct pk_due *due, struct pk_desk *desk, struct pk_flight *flight,
                   int64_t now_ms, enum pk_reason *ret_reason, struct pk_error *err)
{
    const struct pk_message *message = &due->message;
    *ret_reason = PK_REASON_INVALID_RECIPIENT;
    flight->desk = desk;
    int r = pk_flight_address(d, due, flight, err);
    if (r != 0)
        return r;
    *ret_reason = PK_REASON_TEXT_UNFIT;
    r = pk_link_text(d->service, message, desk, flight->country, now_ms, &flight->text, err);
    if (r != 0)
        return r;
    const struct pk_adapter *adapter = pk_account_adapter(desk->account);
    if (flight->text->text.len > adapter->max_text_bytes)
        return pk_fail(err, PK_E_LIMIT, "the text is longer than account \"%s\" takes", desk->rule->name);
    flight->service = d->service;
    flight->message = message->id;
    flight->attempt = pk_id_ordered();
    flight->recipient = message->recipient;
    flight->address = message->address;
    flight->topic = message->topic;
    flight->channel = message->channel;
    flight->cls = message->cls;
    flight->tests = message->cls == PK_CLASS_STAFF && message->account != 0;
    flight->priority = message->priority;
    flight->route = message->route;
    flight->attempts = message->attempts + 1;
    flight->earlier = message->earlier;
    flight->has_next = (message->flags & PK_MESSAGE_HAS_NEXT) != 0;
    flight->expires_ms = message->expires_ms;
    flight->valid_until_ms = pk_ladder_valid_until_ms(d->service, desk, message, now_ms);
    pk_id_format(flight->message, flight->message_id);
    pk_id_format(flight->attempt, flight->attempt_id);
    return 0;
}

/* 0: done with this message, one way or the other; then *ret_flight may be set. */
static int open_one(struct pk_dispatcher *d, const struct pk_due *due, struct pk_desk *desk, struct pk_asked *memo, int64_t now_ms,
                    struct pk_flight **ret_flight, struct pk_error *err)
{
    enum pk_reason reason = PK_REASON_NONE;
    enum pk_gate_verdict verdict = pk_gate_ask(due, now_ms, &reason);
    if (verdict != PK_GATE_PASS)
        return pk_tracker_refuse(d->service, &due->message, verdict, reason, now_ms, err);
    if (due->blocks_retry)
        return pk_tracker_arrived(d->service, &due->message, now_ms, err);
    int64_t wait_ms = due->message.attempts == 0 ? pk_question_waits(d->service, &due->message, memo, now_ms) : 0;
    if (wait_ms != 0)
        return pk_question_put_off(d->service, &due->message, wait_ms, now_ms, err);
    struct pk_flight *flight = pk_alloc(sizeof *flight);
    pk_list_init(&flight->node);
    struct pk_error why = { 0 };
    if (prepare(d, due, desk, flight, now_ms, &reason, &why) != 0) {
        char id[PK_ID_TEXT_MAX];
        pk_log(PK_LOG_ERROR, "dispatcher", "message.unfit", "msg", pk_id_format(due->message.id, id), "reason", why.message, NULL);
        pk_flight_free(flight);
        return pk_tracker_refuse(d->service, &due->message, PK_GATE_REFUSE, reason, now_ms, err);
    }
    int r = pk_tracker_open(d->service, flight, due->message.cls << 8 | (uint32_t) due->consent, now_ms, err);
    if (r == 0)
        r = pk_unsubscribe_link(flight, now_ms, err);
    if (r != 0)
        pk_flight_free(flight);
    else
        *ret_flight = flight;
    return r;
}

static bool may_submit(void *ctx)
{
    struct pk_flight *flight = ctx;
    flight->withheld = flight->desk->paused ? PK_REASON_ACCOUNT_PAUSED
                                            : pk_gate_withholds(flight->service, flight->message, pk_clock_wall_ms());
    return flight->withheld == PK_REASON_NONE;
}

/* A test is told round by round to whoever runs it; the newest one. */
static struct pk_buf *record_for(struct pk_flight *flight)
{
    if (!flight->tests)
        return NULL;
    flight->desk->test = flight->message;
    pk_buf_clear(&flight->desk->test_record);
    return &flight->desk->test_record;
}

static void batch_launch(void *ctx)
{
    struct batch *batch = ctx;
    int64_t now_ms = pk_clock_wall_ms();
    while (!pk_list_empty(&batch->flights)) {
        struct pk_flight *flight = pk_list_entry(batch->flights.next, struct pk_flight, node);
        const struct pk_text *text = flight->text;
        pk_list_remove(&flight->node);
        struct pk_handover handover = {
            .job = {
                .size = sizeof(struct pk_job),
                .message_id = pk_slice_of(flight->message_id),
                .attempt_id = pk_slice_of(flight->attempt_id),
                .idempotency_key = pk_slice_of(flight->message_id),
                .channel = pk_slice_of(pk_name_text(flight->service->store, PK_NAME_CHANNEL, flight->channel)),
                .address = pk_slice_make(flight->to, flight->address_len),
                .text = text->text,
                .parts = text->parts,
                .part_count = text->part_count,
                .template_name = text->template_name,
                .template_version = text->template_version,
                .values = text->values,
                .value_count = text->value_count,
                .choices = text->choices,
                .choice_count = text->choice_count,
                .language = text->language,
                .step = text->step,
                .unsubscribe = pk_slice_of(flight->unsubscribe),
                .valid_until_ms = flight->valid_until_ms,
                .now_ms = now_ms,
            },
            .may_submit = may_submit,
            .done = pk_flight_ended,
            .ctx = flight,
            .record = record_for(flight),
        };
        pk_account_start(flight->desk->account, &handover);
    }
    free(batch);
}

static void batch_abandon(void *ctx)
{
    struct batch *batch = ctx;
    while (!pk_list_empty(&batch->flights)) {
        struct pk_flight *flight = pk_list_entry(batch->flights.next, struct pk_flight, node);
        pk_list_remove(&flight->node);
        pk_breaker_withdrawn(&flight->desk->breaker);
        flight->desk->flying--;
        batch->dispatcher->flying--;
        pk_flight_free(flight);
    }
    pk_timer_in(batch->dispatcher->trouble, PK_DISPATCH_TROUBLE_MS);
    free(batch);
}

/* The first account of the route that works; a full one is waited for, a broken one is passed over. */
static struct pk_desk *choose(const struct pk_lane_route *route, uint32_t priority, int64_t now_ms, unsigned *ret_room, int64_t *ret_when_ms)
{
    for (size_t i = 0; i < route->desk_count; i++) {
        int64_t when_ms;
        struct pk_desk *desk = route->desks[i];
        unsigned room = pk_desk_room(desk, priority, now_ms, &when_ms);
        if (when_ms < *ret_when_ms)
            *ret_when_ms = when_ms;
        if (!pk_desk_usable(desk, now_ms))
            continue;
        *ret_room = room;
        return room > 0 ? desk : NULL;
    }
    return NULL;
}

/* An answer leaves by the account the act came on, a test by the account it tests. */
static struct pk_desk *desk_for(struct pk_dispatcher *d, const struct pk_message *message, struct pk_desk *desk, int64_t now_ms)
{
    bool bound = message->cls == PK_CLASS_ANSWER || message->cls == PK_CLASS_STAFF;
    if (!bound || message->account == 0 || message->account == desk->id)
        return desk;
    int64_t when_ms;
    struct pk_desk *own = pk_desks_by_id(d->service->desks, message->account);
    return own && pk_desk_room(own, message->priority, now_ms, &when_ms) > 0 ? own : NULL;
}

static int open_batch(struct pk_dispatcher *d, size_t count, struct pk_desk *desk, struct batch *batch, int64_t now_ms, struct pk_error *err)
{
    struct pk_asked memo = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct pk_due *due = &d->due[i];
        struct pk_flight *flight = NULL;
        struct pk_desk *by = desk_for(d, &due->message, desk, now_ms);
        int r;
        if (by) {
            r = open_one(d, due, by, &memo, now_ms, &flight, err);
        } else {
            int64_t due_ms = now_ms + OTHER_DESK_FULL_MS;
            struct pk_message_change later = { .state = PK_MESSAGE_DEFERRED, .reason = PK_REASON_ACCOUNT_PAUSED, .due_ms = due_ms, .now_ms = now_ms };
            r = pk_message_change(d->service->store, due->message.id, &later, err);
            pk_dispatcher_note(d, due->message.route, due->message.priority, due_ms);
        }
        if (r != 0)
            return r;
        if (flight) {
            pk_list_append(&batch->flights, &flight->node);
            by->flying++;
            d->flying++;
            pk_rate_take(&by->rate, 1);
            pk_breaker_started(&by->breaker, 1);
        }
    }
    return 0;
}

/* What a full desk waits for, if it is not a hand-over that ends: its rate. A desk on trial has had its share; the next
 * one of the route takes the rest. */
static void note_room(struct pk_desk *desk, uint32_t priority, int64_t now_ms, struct pk_loop *loop, int64_t *wake_ms)
{
    int64_t when_ms;
    if (!pk_desk_usable(desk, now_ms)) {
        pk_loop_again(loop);
        return;
    }
    (void) pk_desk_room(desk, priority, now_ms, &when_ms);
    *wake_ms = when_ms < *wake_ms ? when_ms : *wake_ms;
}

/* Returns how many messages of the lane it dealt with; *wake_ms: when to look again. */
static size_t open_lane(struct pk_dispatcher *d, size_t route_index, uint32_t priority, size_t budget, int64_t now_ms, int64_t *wake_ms)
{
    struct pk_lane_route *route = &d->service->desks->routes[route_index];
    struct lane *lane = &d->lanes[route_index][priority];
    if (lane->next_due_ms > now_ms) {
        *wake_ms = lane->next_due_ms < *wake_ms ? lane->next_due_ms : *wake_ms;
        return 0;
    }
    unsigned room = 0;
    struct pk_desk *desk = choose(route, priority, now_ms, &room, wake_ms);
    if (!desk)
        return 0;
    size_t max = room < budget ? room : budget, count = 0;
    struct pk_error err = { 0 };
    struct batch *batch = pk_alloc(sizeof *batch);
    batch->dispatcher = d;
    pk_list_init(&batch->flights);
    int r = pk_unit_begin(d->service->store, &err);
    if (r == 0)
        r = pk_messages_due(d->service->store, route->id, priority, now_ms, max, d->due, &count, &err);
    lane->next_due_ms = INT64_MAX; /* what is noted while the batch opens is kept */
    if (r == 0)
        r = open_batch(d, count, desk, batch, now_ms, &err);
    if (r != 0 && pk_unit_open(d->service->store))
        pk_unit_drop(d->service->store);
    else if (r == 0)
        r = pk_unit_keep(d->service->store, &err);
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "dispatcher", "open.failed", "reason", err.message, NULL);
        lane->next_due_ms = 0;
        batch_abandon(batch);
        return 0;
    }
    if (pk_list_empty(&batch->flights))
        free(batch);
    else
        pk_store_after(d->service->store, PK_LANE_CALL, (struct pk_after){ .done = batch_launch, .failed = batch_abandon, .ctx = batch });
    if (count == max) {
        lane->next_due_ms = 0;
        if (count < room)
            pk_loop_again(d->service->loop);
        else
            note_room(desk, priority, now_ms, d->service->loop, wake_ms);
    } else {
        int64_t next_ms = pk_messages_next_due(d->service->store, route->id, priority);
        lane->next_due_ms = next_ms < lane->next_due_ms ? next_ms : lane->next_due_ms;
        *wake_ms = lane->next_due_ms < *wake_ms ? lane->next_due_ms : *wake_ms;
    }
    return count;
}

void pk_dispatcher_open(struct pk_dispatcher *d)
{
    struct pk_service *service = d->service;
    if (service->draining || !pk_upkeep_recovered(service->upkeep) || pk_gate_all_held(service))
        return;
    int64_t now_ms = pk_clock_wall_ms(), wake_ms = INT64_MAX;
    size_t budget = PK_DISPATCH_PER_TURN;
    for (uint32_t priority = 0; priority < PK_PRIORITIES; priority++)
        for (size_t i = 0; i < d->lane_count && budget > 0; i++)
            budget -= open_lane(d, i, priority, budget, now_ms, &wake_ms);
    if (wake_ms != INT64_MAX)
        pk_timer_at(d->timer, wake_ms);
}

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
#include "gateway/service/carriers.h"
#include "gateway/service/fallback.h"
#include "gateway/service/gate.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/ladder.h"
#include "gateway/service/links.h"
#include "gateway/service/questions.h"
#include "gateway/service/quiet.h"
#include "gateway/service/readings.h"
#include "gateway/service/spending.h"
#include "gateway/service/tracker.h"
#include "gateway/service/unsubscribe.h"

#define OTHER_DESK_FULL_MS 1000 /* an answer waits so long for the account it must leave by */
#define OTHERS_BACK_MS 60000    /* and so long where its day is spent, and another account may come back */

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
    pk_dispatcher_judge_anew(d);
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

void pk_dispatcher_recall(struct pk_dispatcher *d)
{
    for (size_t i = 0; i < d->lane_count; i++)
        for (uint32_t priority = 0; priority < PK_PRIORITIES; priority++)
            d->lanes[i][priority] = (struct lane){ 0 };
    pk_loop_again(d->service->loop);
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
    if (r == 0 && ((!pk_account_hears_all(rule) && pk_account_hears(rule)) || pk_prices_by_country(&flight->desk->prices)))
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
    *ret_reason = PK_REASON_TEXT_UNREAD;
    if (!pk_text_may_leave(d->service, flight->text->version))
        return pk_fail(err, PK_E_DENIED, "nobody whose language it is read text \"%.*s\" aloud", PK_SLICE_ARG(flight->text->template_name));
    *ret_reason = PK_REASON_TEXT_UNMAPPED;
    if (!pk_desk_may_try(desk) && !pk_desk_carries(desk, flight->text->template_name, flight->text->language, message->cls, now_ms, err))
        return PK_E_NOT_FOUND;
    *ret_reason = PK_REASON_TEXT_UNFIT;
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
    pk_fallback_add(d, due, flight, now_ms);
    return 0;
}

/* A repeat that its provider knows for one: the message is paid already. */
static bool repeats(const struct pk_message *message, const struct pk_desk *desk)
{
    return message->attempts > 0 && desk && message->account == desk->id && (desk->capabilities & PK_CAN_IDEMPOTENT) &&
           (message->reason == PK_REASON_NO_ANSWER || message->reason == PK_REASON_RESTART);
}

/* No limit of the day holds this back: who says STOP hears that it was heard. */
static bool is_beyond_limits(const struct pk_message *message, const struct pk_desk *desk)
{
    return (message->cls == PK_CLASS_ANSWER && (message->flags & PK_MESSAGE_CONFIRMS_STOP) != 0) || repeats(message, desk);
}

/* 0: done with this message, one way or the other; then *ret_flight may be set. With *ret_over nothing was done: it costs more than
 * its account may spend today. */
static int open_one(struct pk_dispatcher *d, const struct pk_due *due, struct pk_desk *desk, struct pk_asked *memo, int64_t now_ms,
                    struct pk_flight **ret_flight, bool *ret_over, struct pk_error *err)
{
    enum pk_reason reason = PK_REASON_NONE;
    int64_t quiet_until_ms;
    enum pk_gate_verdict verdict = pk_gate_ask(d->service, due, now_ms, &reason, &quiet_until_ms);
    if (verdict == PK_GATE_WAIT && reason == PK_REASON_QUIET)
        return pk_lane_put_off_one(d, &due->message, quiet_until_ms, now_ms, err);
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
    int prepared = prepare(d, due, desk, flight, now_ms, &reason, &why);
    if (prepared != 0 && reason == PK_REASON_TEXT_UNREAD) {
        pk_flight_free(flight);
        return pk_tracker_refuse(d->service, &due->message, PK_GATE_WAIT, reason, now_ms, err);
    }
    if (prepared != 0) {
        char id[PK_ID_TEXT_MAX];
        pk_log(PK_LOG_ERROR, "dispatcher", "message.unfit", "msg", pk_id_format(due->message.id, id), "reason", why.message, NULL);
        pk_flight_free(flight);
        return pk_tracker_refuse(d->service, &due->message, PK_GATE_REFUSE, reason, now_ms, err);
    }
    pk_spending_price(flight, now_ms, repeats(&due->message, desk));
    if (!is_beyond_limits(&due->message, desk) && !pk_spending_fits(flight, now_ms)) {
        pk_flight_free(flight);
        *ret_over = true;
        return 0;
    }
    pk_fallback_price(flight, now_ms);
    int r = pk_tracker_open(d->service, flight, due->message.cls << 8 | (uint32_t) due->consent, now_ms, err);
    if (r == 0)
        r = pk_quiet_opened(d->service->quiet, &due->message, now_ms, err);
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
    if (flight->withheld == PK_REASON_NONE)
        flight->withheld = pk_fallback_withholds(flight, pk_clock_wall_ms());
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
        pk_spending_opened(flight, true);
        if (flight->second)
            pk_spending_opened(flight->second, true);
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
        pk_fallback_tell(flight, &handover.job);
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
        pk_spending_opened(flight, false);
        if (flight->second)
            pk_spending_opened(flight->second, false);
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
static bool is_bound(const struct pk_message *message)
{
    return (message->cls == PK_CLASS_ANSWER || message->cls == PK_CLASS_STAFF) && message->account != 0;
}

/* desk: that of the batch, with room; NULL when the day of the route's accounts is spent. */
static struct pk_desk *desk_for(struct pk_dispatcher *d, const struct pk_lane_route *route, const struct pk_message *message,
                                struct pk_desk *desk, int64_t now_ms)
{
    int64_t when_ms;
    struct pk_desk *own = message->account != 0 && (is_bound(message) || !desk) ? pk_desks_by_id(d->service->desks, message->account) : NULL;
    bool beyond = is_beyond_limits(message, own);
    if (own && own != desk && (is_bound(message) || beyond)) {
        unsigned room = beyond ? pk_desk_room_beyond(own, message->priority, now_ms, &when_ms)
                               : pk_desk_room(own, message->priority, now_ms, &when_ms);
        return room > 0 ? own : NULL;
    }
    if (is_bound(message))
        return own ? desk : NULL;
    for (size_t i = 0; !desk && beyond && i < route->desk_count; i++)
        if (pk_desk_room_beyond(route->desks[i], message->priority, now_ms, &when_ms) > 0)
            return route->desks[i];
    return desk;
}

/* No account takes it now. One whose day is spent takes more after midnight. */
static int put_off(struct pk_dispatcher *d, const struct pk_lane_route *route, const struct pk_message *message, int64_t wait_ms,
                   int64_t now_ms, struct pk_error *err)
{
    struct pk_desk *own = is_bound(message) ? pk_desks_by_id(d->service->desks, message->account) : NULL;
    struct pk_message_change later = { .state = PK_MESSAGE_DEFERRED, .reason = PK_REASON_ACCOUNT_PAUSED, .now_ms = now_ms };
    later.due_ms = now_ms + wait_ms;
    if (!is_beyond_limits(message, own) && (own ? pk_spending_stopped(own, now_ms) : pk_spending_some_stopped(route, now_ms))) {
        bool until_midnight = own || pk_spending_all_stopped(route, now_ms);
        later.reason = PK_REASON_DAY_LIMIT;
        later.due_ms = until_midnight ? pk_spending_today(d->service, now_ms)->until_ms : now_ms + OTHERS_BACK_MS;
        if (later.due_ms > message->expires_ms)
            later.due_ms = message->expires_ms;
    }
    pk_dispatcher_note(d, message->route, message->priority, later.due_ms);
    return pk_message_change(d->service->store, message->id, &later, err);
}

static void take_off(struct pk_dispatcher *d, struct batch *batch, struct pk_flight *flight)
{
    struct pk_desk *desk = flight->desk;
    pk_list_append(&batch->flights, &flight->node);
    pk_spending_opening(flight);
    if (flight->second)
        pk_spending_opening(flight->second);
    desk->flying++;
    d->flying++;
    pk_rate_take(&desk->rate, 1);
    pk_breaker_started(&desk->breaker, 1);
}

/* *ret_cut: the desk's day ended in the middle of it; the rest is for the route's next one. */
static int open_batch(struct pk_dispatcher *d, const struct pk_lane_route *route, size_t count, struct pk_desk *desk, struct batch *batch,
                      int64_t now_ms, bool *ret_cut, struct pk_error *err)
{
    struct pk_store *store = d->service->store;
    struct pk_asked memo = { 0 };
    struct pk_tally tally = { 0 };
    bool choosy = pk_route_choosy(route);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count && !*ret_cut; i++) {
        const struct pk_due *due = &d->due[i];
        struct pk_flight *flight = NULL;
        struct pk_desk *by = desk_for(d, route, &due->message, desk, now_ms);
        bool over = false;
        enum pk_carrier carrier = by && choosy ? pk_carrier_of(d->service, route, &due->message, is_bound(&due->message), now_ms, &by)
                                               : PK_CARRIER_FOUND;
        if (carrier == PK_CARRIER_FULL || carrier == PK_CARRIER_AWAY)
            by = NULL;
        if (carrier == PK_CARRIER_NONE)
            r = pk_tracker_refuse(d->service, &due->message, PK_GATE_REFUSE, PK_REASON_TEXT_UNMAPPED, now_ms, err);
        else if (by)
            r = open_one(d, due, by, &memo, now_ms, &flight, &over, err);
        if (r == 0 && over && by == desk)
            *ret_cut = true;
        else if (r == 0 && (!by || over))
            r = put_off(d, route, &due->message, carrier == PK_CARRIER_AWAY ? OTHERS_BACK_MS : OTHER_DESK_FULL_MS, now_ms, err);
        if (!flight)
            continue;
        take_off(d, batch, flight);
        r = pk_tally_add(&tally, store, by->id, flight->day, (struct pk_day_use){ flight->cost, flight->spends }, now_ms, err);
        if (r == 0 && flight->second)
            r = pk_tally_add(&tally, store, flight->second->desk->id, flight->second->day,
                             (struct pk_day_use){ flight->second->cost, flight->second->spends }, now_ms, err);
    }
    return r != 0 ? r : pk_tally_write(&tally, store, now_ms, err);
}

/* What was put off because of a limit leaves sooner when there is room again: after a reload, or when the provider did not
 * take what was counted. Looked for once, and on until it is all. */
static int recall(struct pk_dispatcher *d, const struct pk_lane_route *route, uint32_t priority, struct lane *lane, int64_t now_ms,
                  struct pk_error *err)
{
    size_t count = 0;
    if (lane->looked)
        return 0;
    int r = pk_messages_recall(d->service->store, route->id, priority, PK_REASON_DAY_LIMIT, pk_spending_today(d->service, now_ms)->until_ms,
                               now_ms, PK_DISPATCH_PER_TURN, &count, err);
    lane->looked = r == 0 && count < PK_DISPATCH_PER_TURN;
    return r;
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
    bool cut = false;
    /* A spent day is no reason to keep them waiting unsaid, unless another account may take them any moment. */
    if (!desk && !pk_spending_all_stopped(route, now_ms) && !(priority == PK_PRIORITY_ANSWER && pk_spending_some_stopped(route, now_ms)))
        return 0;
    if (!pk_lane_put_off(d, route, priority, lane, now_ms))
        return 0;
    if (!desk)
        room = PK_DISPATCH_PER_TURN;
    size_t max = room < budget ? room : budget, count = 0;
    struct pk_error err = { 0 };
    struct batch *batch = pk_alloc(sizeof *batch);
    batch->dispatcher = d;
    pk_list_init(&batch->flights);
    int r = pk_unit_begin(d->service->store, &err);
    if (r == 0 && desk)
        r = recall(d, route, priority, lane, now_ms, &err);
    if (r == 0)
        r = pk_messages_due(d->service->store, route->id, priority, now_ms, max, d->due, &count, &err);
    lane->next_due_ms = INT64_MAX; /* what is noted while the batch opens is kept */
    if (r == 0)
        r = open_batch(d, route, count, desk, batch, now_ms, &cut, &err);
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
    if (count == max || cut || (desk && !lane->looked)) {
        lane->next_due_ms = 0;
        if (count < room || cut || !desk || !lane->looked)
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
    pk_dispatcher_quiet_anew(d, now_ms);
    for (uint32_t priority = 0; priority < PK_PRIORITIES; priority++)
        for (size_t i = 0; i < d->lane_count && budget > 0; i++)
            budget -= open_lane(d, i, priority, budget, now_ms, &wake_ms);
    if (wake_ms != INT64_MAX)
        pk_timer_at(d->timer, wake_ms);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Results of hand-overs: kept in memory until a turn that settled them was committed, settled together where they come
 * together, and only then believed of the account (breaker, throttle).
 */
#include "gateway/service/dispatcher_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/spending.h"
#include "gateway/service/tracker.h"

#define SETTLE_PER_TURN 512u
#define SETTLE_WITHIN_MS 2 /* the longest that a result waits for company */
#define SETTLE_SHARE 4u    /* unless a quarter of its account's window waits already */

void pk_flight_free(struct pk_flight *flight)
{
    if (flight->second)
        pk_flight_free(flight->second);
    pk_text_release(flight->text);
    explicit_bzero(flight->to, sizeof flight->to);
    explicit_bzero(flight->unsubscribe, sizeof flight->unsubscribe);
    free(flight);
}

void pk_flights_free(struct pk_list *list)
{
    while (!pk_list_empty(list)) {
        struct pk_list *node = list->next;
        pk_list_remove(node);
        pk_flight_free(pk_list_entry(node, struct pk_flight, node));
    }
}

void pk_settle_soon(void *ctx)
{
    struct pk_dispatcher *d = ctx;
    d->hurry = true;
}

static void keep_result(struct pk_flight *flight, const struct pk_result *result)
{
    flight->outcome = result->outcome;
    flight->parts = result->parts;
    flight->after_ms = result->after_ms > 0 ? result->after_ms : 0;
    flight->price = result->price;
    /* An id too long to keep cannot be matched either: better none than half of it. */
    flight->provider_id_len = result->provider_id.len <= PK_PROVIDER_ID_MAX ? (uint16_t) result->provider_id.len : 0;
    if (flight->provider_id_len > 0)
        memcpy(flight->provider_id, result->provider_id.data, flight->provider_id_len);
    flight->code_len = (uint16_t) (result->code.len < PK_PROVIDER_CODE_MAX ? result->code.len : PK_PROVIDER_CODE_MAX);
    if (flight->code_len > 0)
        memcpy(flight->code, result->code.data, flight->code_len);
    (void) snprintf(flight->reason, sizeof flight->reason, "%.*s", PK_SLICE_ARG(result->reason));
}

/* A commit for every result would cost more than all the rest of it. So it waits a moment for company: for others, for
 * something else that is committed, but not where its slot may be missed. */
static void await_settling(struct pk_flight *flight)
{
    struct pk_dispatcher *d = flight->service->dispatcher;
    if (pk_list_empty(&d->ended))
        pk_timer_in(d->patience, SETTLE_WITHIN_MS);
    pk_list_append(&d->ended, &flight->node);
    flight->desk->ended++;
    d->hurry |= flight->desk->ended * SETTLE_SHARE >= flight->desk->rule->window;
}

void pk_flight_ended(void *ctx, const struct pk_result *result)
{
    struct pk_flight *flight = ctx;
    keep_result(flight, result);
    explicit_bzero(flight->to, sizeof flight->to);
    await_settling(flight);
}

static void steer(struct pk_flight *flight)
{
    struct pk_desk *desk = flight->desk;
    if (flight->asks)
        return; /* a question is no hand-over */
    if (flight->withheld != PK_REASON_NONE) {
        pk_breaker_withdrawn(&desk->breaker);
        return;
    }
    switch (flight->outcome) {
    case PK_OUTCOME_THROTTLED:
        desk->throttled_until_ms = pk_clock_wall_ms() + (flight->after_ms > 0 ? flight->after_ms : PK_THROTTLED_MS);
        break;
    case PK_OUTCOME_RETRY:
    case PK_OUTCOME_UNCERTAIN:
        if (pk_breaker_failed(&desk->breaker, &desk->rule->breaker, pk_clock_wall_ms()))
            pk_log(PK_LOG_WARN, "dispatcher", "breaker.open", "account", desk->rule->name, "reason", flight->reason, NULL);
        return;
    default:
        break;
    }
    if (flight->outcome == PK_OUTCOME_ACCEPTED)
        desk->accepted_ms = pk_clock_wall_ms();
    if (desk->breaker.state != PK_BREAKER_CLOSED)
        pk_log(PK_LOG_INFO, "dispatcher", "breaker.closed", "account", desk->rule->name, NULL);
    pk_breaker_succeeded(&desk->breaker);
}

static bool has_back(const struct pk_flight *flight)
{
    return flight->back.cost != 0 || flight->back.messages != 0;
}

/* Its account can take messages again that it could not. */
static bool takes_back(struct pk_flight *flight)
{
    return has_back(flight) && pk_spending_returned(flight, pk_clock_wall_ms());
}

static void settled_committed(void *ctx)
{
    struct pk_dispatcher *d = ctx;
    d->settled_registered = false;
    for (struct pk_list *node = d->settled.next; node != &d->settled; node = node->next) {
        struct pk_flight *flight = pk_list_entry(node, struct pk_flight, node);
        bool room = takes_back(flight);
        if (flight->second)
            room |= takes_back(flight->second);
        if (room)
            pk_dispatcher_recall(d);
        if (!flight->asks)
            d->service->metrics.handovers[flight->outcome < PK_OUTCOMES ? flight->outcome : 0]++;
        steer(flight);
    }
    pk_flights_free(&d->settled);
}

static void settled_failed(void *ctx)
{
    struct pk_dispatcher *d = ctx;
    d->settled_registered = false;
    while (!pk_list_empty(&d->settled)) {
        struct pk_flight *flight = pk_list_entry(d->settled.next, struct pk_flight, node);
        pk_list_remove(&flight->node);
        pk_list_append(&d->ended, &flight->node);
        flight->desk->flying++;
        flight->desk->ended++;
        flight->desk->asking += flight->asks;
        d->flying++;
    }
    d->hurry = true;
    pk_timer_in(d->trouble, PK_DISPATCH_TROUBLE_MS);
}

/* What an account that is being replaced says of its settings says nothing of the new ones. */
static bool pauses(const struct pk_flight *flight)
{
    return flight->outcome == PK_OUTCOME_MISCONFIGURED && !flight->desk->leaving && !flight->asks;
}

static int settle_one(struct pk_dispatcher *d, struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    if (flight->asks)
        return pk_tracker_told(d->service, flight, now_ms, err);
    int r = pk_tracker_settle(d->service, flight, now_ms, err);
    return r == 0 && pauses(flight) ? pk_desk_pause_itself(flight->desk, flight->reason, err) : r;
}

/* Settles the first results, at most `max`, in one unit: with a savepoint each, every page they touch would be copied for
 * each of them. One that pauses its account is the last of its unit. Returns how many were settled. */
static unsigned settle_unit(struct pk_dispatcher *d, unsigned max, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = d->service->store;
    struct pk_tally tally = { 0 };
    unsigned count = 0;
    bool last = false;
    int r = pk_unit_begin(store, err);
    for (struct pk_list *node = d->ended.next; r == 0 && node != &d->ended && count < max && !last; node = node->next) {
        struct pk_flight *flight = pk_list_entry(node, struct pk_flight, node);
        r = settle_one(d, flight, now_ms, err);
        for (const struct pk_flight *one = flight; r == 0 && one; one = one->second)
            if (has_back(one))
                r = pk_tally_add(&tally, store, one->desk->id, one->day, (struct pk_day_use){ -one->back.cost, -one->back.messages }, now_ms,
                                 err);
        last = pauses(flight);
        count++;
    }
    if (r == 0)
        r = pk_tally_write(&tally, store, now_ms, err);
    if (r == 0)
        r = pk_unit_keep(store, err);
    else
        pk_unit_drop(store);
    return r == 0 ? count : 0;
}

/* Their slots are free for this turn's attempts already: both are committed together or not at all. */
static void move_settled(struct pk_dispatcher *d, unsigned count)
{
    for (; count > 0; count--) {
        struct pk_flight *flight = pk_list_entry(d->ended.next, struct pk_flight, node);
        pk_list_remove(&flight->node);
        pk_list_append(&d->settled, &flight->node);
        flight->desk->flying--;
        flight->desk->ended--;
        flight->desk->asking -= flight->asks;
        d->flying--;
    }
    if (d->settled_registered)
        return;
    d->settled_registered = true;
    pk_store_after(d->service->store, PK_LANE_MEMORY,
                   (struct pk_after){ .done = settled_committed, .failed = settled_failed, .ctx = d });
}

void pk_dispatcher_settle(struct pk_dispatcher *d)
{
    int64_t now_ms = pk_clock_wall_ms();
    unsigned left = SETTLE_PER_TURN, share = left;
    d->hurry = false;
    pk_timer_stop(d->patience);
    while (left > 0 && !pk_list_empty(&d->ended)) {
        struct pk_error err = { 0 };
        unsigned count = settle_unit(d, share < left ? share : left, now_ms, &err);
        if (count == 0 && share > 1) {
            share = 1; /* one of them is at fault: each alone, up to that one */
            continue;
        }
        if (count == 0) {
            struct pk_flight *flight = pk_list_entry(d->ended.next, struct pk_flight, node);
            pk_log(PK_LOG_ERROR, "dispatcher", "settle.failed", "attempt", flight->attempt_id, "reason", err.message, NULL);
            d->hurry = true;
            pk_timer_in(d->trouble, PK_DISPATCH_TROUBLE_MS);
            return;
        }
        move_settled(d, count);
        left -= count;
    }
    d->hurry = !pk_list_empty(&d->ended);
    if (d->hurry)
        pk_loop_again(d->service->loop);
}

void pk_dispatcher_harvest(struct pk_dispatcher *d)
{
    if (d->hurry || d->service->draining || pk_store_pending(d->service->store))
        pk_dispatcher_settle(d);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Asking a provider what became of an attempt that nobody knows the end of, where its adapter can. Each question is noted
 * before it is asked, and there are few of them; meanwhile the message stays uncertain, and whatever else ends that (a
 * receipt, a person, the end of the receipt window) comes first. A question takes a place in its account's window; it says
 * nothing to its breaker.
 */
#include "gateway/service/dispatcher_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/tracker.h"

#define ASKS_PER_TURN 16u
#define ASKS_MAX 3u /* of one attempt; each wait is twice the one before */
#define ASKING_MAX 4u /* of one account, at once */
#define AGAIN_MS 1000 /* when its account has no room */

struct questions {
    struct pk_dispatcher *dispatcher;
    struct pk_list flights;
};

static void let_go(struct pk_flight *flight)
{
    flight->desk->flying--;
    flight->desk->asking--;
    flight->service->dispatcher->flying--;
    pk_flight_free(flight);
}

/* Release phase. */
static void launch(void *ctx)
{
    struct questions *questions = ctx;
    while (!pk_list_empty(&questions->flights)) {
        struct pk_flight *flight = pk_list_entry(questions->flights.next, struct pk_flight, node);
        pk_list_remove(&flight->node);
        struct pk_handover handover = {
            .job = {
                .size = sizeof(struct pk_job),
                .message_id = pk_slice_of(flight->message_id),
                .attempt_id = pk_slice_of(flight->attempt_id),
                .idempotency_key = pk_slice_of(flight->message_id),
                .channel = pk_slice_of(pk_name_text(flight->service->store, PK_NAME_CHANNEL, flight->channel)),
                .address = pk_slice_make(flight->to, flight->address_len),
                .valid_until_ms = flight->expires_ms,
                .now_ms = pk_clock_wall_ms(),
            },
            .done = pk_flight_ended,
            .ctx = flight,
        };
        pk_account_query(flight->desk->account, &handover);
    }
    free(questions);
}

static void abandon(void *ctx)
{
    struct questions *questions = ctx;
    while (!pk_list_empty(&questions->flights)) {
        struct pk_flight *flight = pk_list_entry(questions->flights.next, struct pk_flight, node);
        pk_list_remove(&flight->node);
        let_go(flight);
    }
    free(questions);
}

/* Its address, when it is still there and the message still in doubt about this attempt. */
static struct pk_flight *prepare(struct pk_dispatcher *d, const struct pk_attempt *attempt, struct pk_desk *desk, int64_t now_ms)
{
    struct pk_due due;
    if (attempt->state != PK_ATTEMPT_NO_ANSWER || !pk_attempt_is_last(d->service->store, attempt) ||
        pk_message_due_facts(d->service->store, attempt->message, now_ms, &due, NULL) != 0 || due.message.state != PK_MESSAGE_UNCERTAIN)
        return NULL;
    struct pk_flight *flight = pk_alloc(sizeof *flight);
    pk_list_init(&flight->node);
    flight->service = d->service;
    flight->desk = desk;
    flight->asks = true;
    flight->message = attempt->message;
    flight->attempt = attempt->id;
    flight->recipient = due.message.recipient;
    flight->address = due.message.address;
    flight->topic = due.message.topic;
    flight->channel = due.message.channel;
    flight->cls = due.message.cls;
    flight->priority = due.message.priority;
    flight->route = due.message.route;
    flight->attempts = due.message.attempts;
    flight->earlier = due.message.earlier;
    flight->has_next = (due.message.flags & PK_MESSAGE_HAS_NEXT) != 0;
    flight->expires_ms = flight->valid_until_ms = due.message.expires_ms;
    pk_id_format(flight->message, flight->message_id);
    pk_id_format(flight->attempt, flight->attempt_id);
    if (pk_flight_address(d, &due, flight, NULL) == 0)
        return flight;
    pk_flight_free(flight);
    return NULL;
}

static int ask_one(struct questions *questions, const struct pk_ask *ask, int64_t now_ms, struct pk_error *err)
{
    struct pk_dispatcher *d = questions->dispatcher;
    struct pk_store *store = d->service->store;
    struct pk_attempt attempt;
    int r = pk_attempt_get(store, ask->attempt, &attempt, err);
    if (r != 0)
        return r;
    struct pk_desk *desk = pk_desks_by_id(d->service->desks, attempt.account);
    bool can = desk && desk->account && pk_account_can_query(desk->account);
    if (can && (desk->asking == ASKING_MAX || desk->flying >= desk->rule->window || pk_account_room(desk->account) == 0))
        return pk_attempt_ask_at(store, ask->attempt, now_ms + AGAIN_MS, ask->asked, err);
    struct pk_flight *flight = can ? prepare(d, &attempt, desk, now_ms) : NULL;
    if (!flight)
        return pk_attempt_ask_at(store, ask->attempt, 0, ask->asked, err);
    uint32_t asked = ask->asked + 1;
    r = pk_attempt_ask_at(store, ask->attempt, asked < ASKS_MAX ? now_ms + (desk->rule->query_after_ms << asked) : 0, asked, err);
    pk_list_append(&questions->flights, &flight->node);
    desk->flying++;
    desk->asking++;
    d->flying++;
    return r;
}

static int ask_all(struct questions *questions, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = questions->dispatcher->service->store;
    struct pk_ask asks[ASKS_PER_TURN];
    size_t count = 0;
    int r = pk_attempts_to_ask(store, now_ms, ASKS_PER_TURN, asks, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = ask_one(questions, &asks[i], now_ms, err);
    return r;
}

void pk_dispatcher_ask(struct pk_dispatcher *d)
{
    struct pk_store *store = d->service->store;
    struct pk_error err = { 0 };
    int64_t now_ms = pk_clock_wall_ms();
    if (d->service->draining)
        return;
    if (d->next_ask_ms == 0)
        d->next_ask_ms = pk_attempts_next_ask(store);
    if (d->next_ask_ms > now_ms) {
        if (d->next_ask_ms != INT64_MAX && !pk_timer_armed(d->ask))
            pk_timer_at(d->ask, d->next_ask_ms);
        return;
    }
    struct questions *questions = pk_alloc(sizeof *questions);
    questions->dispatcher = d;
    pk_list_init(&questions->flights);
    int r = pk_unit_begin(store, &err);
    if (r == 0 && (r = ask_all(questions, now_ms, &err)) == 0)
        r = pk_unit_keep(store, &err);
    else if (r != 0 && pk_unit_open(store))
        pk_unit_drop(store);
    d->next_ask_ms = 0;
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "dispatcher", "ask.failed", "reason", err.message, NULL);
        abandon(questions);
        d->next_ask_ms = now_ms + AGAIN_MS;
        return;
    }
    pk_store_after(store, PK_LANE_CALL, (struct pk_after){ .done = launch, .failed = abandon, .ctx = questions });
}

void pk_dispatcher_note_ask(struct pk_dispatcher *d, int64_t when_ms)
{
    if (d->next_ask_ms != 0 && when_ms < d->next_ask_ms)
        d->next_ask_ms = when_ms;
    pk_timer_stop(d->ask); /* armed anew in this turn's open phase */
}

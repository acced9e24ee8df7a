/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The dispatcher at nightfall. What is due of a topic that has become quiet is put off in chunks before anything of its lane
 * is claimed; after that a lane without anything else sleeps until the morning. One message that turns up later is put off by
 * itself when it is claimed, and makes the dispatcher look for more of the kind. New rules judge what waits anew.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/dispatcher_private.h"
#include "gateway/service/quiet.h"

#define CHUNK 1000u

static int put_off_topics(struct pk_dispatcher *d, const struct pk_lane_route *route, uint32_t priority, const struct pk_quiet_lane *quiet,
                          int64_t now_ms, size_t *ret_left, struct pk_error *err)
{
    *ret_left = CHUNK;
    for (size_t i = 0; i < quiet->count && *ret_left > 0; i++) {
        struct pk_put_off what = {
            .route = route->id,
            .priority = priority,
            .topic = quiet->items[i].topic,
            .channel = quiet->channel,
            .until_ms = quiet->items[i].until_ms,
            .now_ms = now_ms,
        };
        size_t count = 0;
        int r = pk_messages_put_off(d->service->store, &what, *ret_left, &count, err);
        if (r != 0)
            return r;
        *ret_left -= count;
    }
    return 0;
}

/* The store failed: not again at once. */
static bool in_trouble(struct pk_dispatcher *d, const struct pk_error *err)
{
    if (pk_unit_open(d->service->store))
        pk_unit_drop(d->service->store);
    pk_log(PK_LOG_ERROR, "dispatcher", "quiet.failed", "reason", err->message, NULL);
    pk_timer_in(d->trouble, PK_DISPATCH_TROUBLE_MS);
    return false;
}

bool pk_lane_put_off(struct pk_dispatcher *d, const struct pk_lane_route *route, uint32_t priority, struct lane *lane, int64_t now_ms)
{
    /* Answers are never held. Of urgent ones there are few, and some may pass: each is judged by itself. */
    if (priority != PK_PRIORITY_NORMAL)
        return true;
    const struct pk_quiet_lane *quiet = pk_quiet_channel(d->service->quiet, route->channel, now_ms);
    if (quiet->mark == lane->quiet_mark)
        return true;
    struct pk_error err = { 0 };
    size_t left = 0;
    int r = pk_unit_begin(d->service->store, &err);
    if (r == 0)
        r = put_off_topics(d, route, priority, quiet, now_ms, &left, &err);
    if (r == 0)
        r = pk_unit_keep(d->service->store, &err);
    if (r != 0)
        return in_trouble(d, &err);
    if (left == 0) {
        pk_loop_again(d->service->loop);
        return false;
    }
    lane->quiet_mark = quiet->mark;
    return true;
}

int pk_lane_put_off_one(struct pk_dispatcher *d, const struct pk_message *message, int64_t until_ms, int64_t now_ms, struct pk_error *err)
{
    struct pk_message_change later = { .state = PK_MESSAGE_DEFERRED, .reason = PK_REASON_QUIET, .due_ms = until_ms, .now_ms = now_ms };
    int r = pk_message_change(d->service->store, message->id, &later, err);
    if (r != 0)
        return r;
    for (size_t i = 0; i < d->lane_count; i++)
        if (d->service->desks->routes[i].id == message->route)
            d->lanes[i][message->priority].quiet_mark = 0;
    pk_dispatcher_note(d, message->route, message->priority, until_ms);
    pk_loop_again(d->service->loop);
    return 0;
}

/* ---- new rules ---- */

void pk_dispatcher_judge_anew(struct pk_dispatcher *d)
{
    d->anew = (struct anew){ .wanted = true };
}

static int judge_chunk(struct pk_dispatcher *d, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = d->service->store;
    struct anew *anew = &d->anew;
    size_t count = 0;
    if (!anew->at && !pk_messages_quiet_next(store, &anew->topic, &anew->channel)) {
        anew->wanted = false;
        return 0;
    }
    anew->at = true;
    const struct pk_quiet_verdict *verdict = pk_quiet_now(d->service->quiet, anew->topic, anew->channel, now_ms);
    int64_t until_ms = verdict->cause == PK_QUIET_NONE ? now_ms : verdict->until_ms;
    int r = pk_messages_quiet_again(store, anew->topic, anew->channel, until_ms, now_ms, CHUNK, &count, err);
    if (r == 0 && count < CHUNK)
        anew->at = false; /* to the next topic and channel */
    return r;
}

void pk_dispatcher_quiet_anew(struct pk_dispatcher *d, int64_t now_ms)
{
    struct pk_error err = { 0 };
    if (!d->anew.wanted)
        return;
    int r = pk_unit_begin(d->service->store, &err);
    if (r == 0)
        r = judge_chunk(d, now_ms, &err);
    if (r == 0)
        r = pk_unit_keep(d->service->store, &err);
    if (r != 0) {
        (void) in_trouble(d, &err);
        return;
    }
    for (size_t i = 0; i < d->lane_count; i++)
        for (uint32_t priority = 0; priority < PK_PRIORITIES; priority++)
            d->lanes[i][priority].next_due_ms = 0;
    if (d->anew.wanted)
        pk_loop_again(d->service->loop);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A session's link: remembers what is completed and told, and lets time pass at the session's own wish. */
#include "tests/adapters/harness.h"

#include <stdio.h>

static int refuse_bytes(struct pk_link *link, const void *bytes, size_t len)
{
    (void) link, (void) bytes, (void) len;
    fail_msg("a session without transport sent bytes");
    return PK_E_IO;
}

static int complete(struct pk_link *link, uint64_t token, const struct pk_result *result)
{
    assert_in_range(token, 1, JOBS_MAX - 1);
    assert_in_range(result->outcome, PK_OUTCOME_ACCEPTED, PK_OUTCOME_UNCERTAIN);
    link->jobs[token].completed++;
    link->jobs[token].outcome = result->outcome;
    (void) snprintf(link->jobs[token].provider_id, sizeof link->jobs[token].provider_id, "%.*s",
                    PK_SLICE_ARG(result->provider_id));
    return 0;
}

static int event(struct pk_link *link, const struct pk_event *event)
{
    assert_true(event->token != 0);
    link->events = pk_realloc_array(link->events, link->event_count + 1, sizeof *link->events);
    link->events[link->event_count++] = pk_event_copy(event);
    return 0;
}

static void wake_at(struct pk_link *link, int64_t when_ms)
{
    if (link->wake_ms == 0 || when_ms < link->wake_ms)
        link->wake_ms = when_ms;
}

static void window(struct pk_link *link, uint32_t jobs)
{
    link->window = jobs;
}

static void disconnect(struct pk_link *link, const char *reason)
{
    (void) link;
    fail_msg("disconnected: %s", reason);
}

static void exchanged(struct pk_link *link, uint64_t token, uint32_t incoming, struct pk_slice line)
{
    size_t len = strlen(link->told);
    assert_int_equal(token, 1);
    assert_int_equal(link->jobs[1].completed, 0);
    (void) snprintf(link->told + len, sizeof link->told - len, "%c %.*s\n", incoming ? '<' : '>', PK_SLICE_ARG(line));
}

const struct pk_link_ops link_test_ops = {
    .size = sizeof(struct pk_link_ops),
    .send = refuse_bytes,
    .complete = complete,
    .event = event,
    .wake_at = wake_at,
    .window = window,
    .disconnect = disconnect,
    .exchanged = exchanged,
};

void link_init(struct pk_link *link)
{
    memset(link, 0, sizeof *link);
    link->now_ms = NOW_MS;
}

void link_finish(struct pk_link *link)
{
    for (size_t i = 0; i < link->event_count; i++)
        pk_event_free(&link->events[i]);
    free(link->events);
    link->events = NULL;
    link->event_count = 0;
}

/* How often this token's event came directly before: an event comes again under its own token. */
static bool came_again(const struct pk_link *link, size_t index)
{
    size_t times = 0;
    for (size_t i = 0; i < index; i++)
        if (link->events[i].token == link->events[index].token)
            times++;
    return times % 2 == 1;
}

void link_run(struct pk_link *link, struct pk_bench *bench, int64_t until_ms, enum settle settle)
{
    const struct pk_session_ops *session = bench->trial->adapter->session;
    while (link->wake_ms != 0 && link->wake_ms <= until_ms) {
        if (link->wake_ms > link->now_ms)
            link->now_ms = link->wake_ms;
        link->wake_ms = 0;
        assert_int_equal(session->tick(bench->self, link->now_ms), 0);
        pk_bench_end_call(bench);
        for (; settle != SETTLE_NOT && link->settled_count < link->event_count; link->settled_count++) {
            bool ok = settle == SETTLE_STORED || came_again(link, link->settled_count);
            session->settled(bench->self, link->events[link->settled_count].token, ok, link->now_ms);
            pk_bench_end_call(bench);
        }
    }
    if (link->now_ms < until_ms)
        link->now_ms = until_ms;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* An account over no transport, and its adapter, which does what the test says and keeps what it saw. */
#ifndef PK_TESTS_PLUGIN_SESSION_STAGE_H
#define PK_TESTS_PLUGIN_SESSION_STAGE_H

#include "tests/unit/plugin/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define START_MS INT64_C(1790000000000)

/* What the adapter saw and how it behaves. */
static struct seen {
    struct pk_link *link;
    const struct pk_link_ops *ops;
    uint64_t tokens[8];
    size_t submitted;
    int64_t ticked_ms[8];
    size_t ticks;
    int submit_returns, connect_returns, tick_returns;
    bool complete_in_submit, complete_in_tick, disconnect_in_submit;
    unsigned disconnects, stops;
    uint64_t settled_token;
    uint32_t settled_ok, settled_times;
    char said[256];
} seen;

static const struct pk_result accepted = { .outcome = PK_OUTCOME_ACCEPTED, .provider_id = PK_SLICE_INIT("p1"), .parts = 1 };

static inline int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    assert_ptr_equal(self, &support_self);
    assert_int_equal(now_ms, START_MS);
    assert_int_equal(ops->size, sizeof *ops);
    assert_int_equal(ops->send(link, "x", 1), PK_E_UNSUPPORTED);
    seen.link = link;
    seen.ops = ops;
    return seen.connect_returns;
}

static inline void disconnected(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.disconnects++;
}

static inline int submit(void *self, const struct pk_job *job)
{
    (void) self;
    seen.tokens[seen.submitted++ % 8] = job->token;
    (void) snprintf(seen.said, sizeof seen.said, "%.*s %.*s", PK_SLICE_ARG(job->address), PK_SLICE_ARG(job->text));
    if (seen.complete_in_submit)
        assert_int_equal(seen.ops->complete(seen.link, job->token, &accepted), 0);
    if (seen.disconnect_in_submit)
        seen.ops->disconnect(seen.link, "told to");
    return seen.submit_returns;
}

static inline int tick(void *self, int64_t now_ms)
{
    (void) self;
    seen.ticked_ms[seen.ticks++ % 8] = now_ms;
    if (seen.complete_in_tick)
        assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), 0);
    return seen.tick_returns;
}

static inline void settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.settled_token = token;
    seen.settled_ok = ok;
    seen.settled_times++;
}

static inline void stop(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.stops++;
}

static const struct pk_session_ops session = {
    .size = sizeof session,
    .transport = PK_TRANSPORT_NONE,
    .connected = connected,
    .disconnected = disconnected,
    .submit = submit,
    .tick = tick,
    .settled = settled,
    .stop = stop,
};

static inline uint32_t capabilities_of(const void *self)
{
    (void) self;
    return UINT32_MAX; /* never more than declared */
}

static const struct pk_adapter adapter = {
    SUPPORT_ADAPTER,
    .session = &session,
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND,
    .capabilities_of = capabilities_of,
};

/* ---- the stage ---- */

static struct pk_loop *loop;
static struct pk_account *account;
static struct pk_event taken;
static char taken_text[128], taken_reason[512];
static int take_returns;

static inline int take(void *ctx, struct pk_account *of, const struct pk_event *event)
{
    assert_ptr_equal(ctx, &taken);
    assert_ptr_equal(of, account);
    taken = *event;
    (void) snprintf(taken_text, sizeof taken_text, "%.*s", PK_SLICE_ARG(event->text));
    (void) snprintf(taken_reason, sizeof taken_reason, "%.*s", PK_SLICE_ARG(event->reason));
    return take_returns;
}

static const struct pk_account_ops ops = { .event = take };

static inline int open_account(struct pk_error *err)
{
    struct pk_settings *settings = support_settings(&adapter, "[account desk]\n", NULL, NULL);
    const struct pk_account_config config = {
        .name = "desk", .adapter = &adapter, .settings = settings, .window = 3, .ops = &ops, .ctx = &taken,
    };
    int r = pk_account_open(loop, &config, &account, err);
    if (r != 0)
        pk_settings_free(settings); /* not taken over */
    return r;
}

static inline int begin(void **state)
{
    (void) state;
    pk_log_set_fd(-1);
    pk_clock_set_manual(START_MS);
    seen = (struct seen){ 0 };
    taken = (struct pk_event){ 0 };
    take_returns = 0;
    account = NULL;
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    return open_account(NULL);
}

static inline int end(void **state)
{
    (void) state;
    pk_account_close(account);
    pk_loop_free(loop);
    pk_clock_set_system();
    pk_log_set_fd(2);
    return 0;
}

static inline void turn(void)
{
    assert_int_equal(pk_loop_turn(loop, -1, NULL), 0);
}

#endif

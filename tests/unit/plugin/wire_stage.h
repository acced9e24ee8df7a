/* SPDX-License-Identifier: EUPL-1.2 */
/* An account over a stream that is a few lines, and its adapter, which logs in, sends each job and hears what comes back. */
#ifndef PK_TESTS_PLUGIN_WIRE_STAGE_H
#define PK_TESTS_PLUGIN_WIRE_STAGE_H

#include "tests/unit/plugin/stream.h"
#include "tests/unit/plugin/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define START_MS INT64_C(1790000000000)

/* ---- the adapter: logs in, "ok" is the answer; jobs are sent as their number ---- */

static struct {
    struct pk_link *link;
    const struct pk_link_ops *ops;
    unsigned connects, disconnects, stops, ticks;
    uint64_t tokens[8];
    size_t jobs;
    char heard[128];
    int connect_returns, receive_returns;
    bool silent; /* submit() sends nothing */
    bool hang_up, refused; /* in received() */
    char refusal[128]; /* as the service heard it */
    unsigned refusals;
    unsigned settled;
} seen;

static const struct pk_result accepted = { .outcome = PK_OUTCOME_ACCEPTED, .provider_id = PK_SLICE_INIT("p1") };

static inline int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    assert_ptr_equal(self, &support_self);
    assert_true(now_ms >= START_MS);
    assert_true(!seen.link || seen.link == link);
    seen.link = link;
    seen.ops = ops;
    seen.connects++;
    assert_int_equal(ops->send(link, "login ", 6), 0);
    ops->wake_at(link, now_ms + 60000);
    return seen.connect_returns;
}

static inline void disconnected(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.disconnects++;
    assert_int_equal(seen.ops->send(seen.link, "x", 1), PK_E_IO);
}

static inline int received(void *self, struct pk_slice bytes, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    (void) snprintf(seen.heard, sizeof seen.heard, "%.*s", PK_SLICE_ARG(bytes));
    if (pk_slice_is(bytes, "ok"))
        seen.ops->window(seen.link, 2);
    if (pk_slice_is(bytes, "done"))
        assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), 0);
    if (seen.hang_up)
        seen.ops->disconnect(seen.link, "the login of +316000000042 was refused");
    if (seen.refused)
        seen.ops->refused(seen.link, "The login of +316000000042 is refused: check the password.");
    return seen.receive_returns;
}

static inline int submit(void *self, const struct pk_job *job)
{
    (void) self;
    seen.tokens[seen.jobs++ % 8] = job->token;
    return seen.silent ? 0 : seen.ops->send(seen.link, "job ", 4);
}

static inline int tick(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.ticks++;
    return 0;
}

static inline void settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    (void) self;
    (void) token;
    (void) ok;
    (void) now_ms;
    seen.settled++;
}

static inline void stop(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    seen.stops++;
    assert_int_equal(seen.ops->send(seen.link, "goodbye ", 8), 0);
}

static struct pk_session_ops session = {
    .size = sizeof session,
    .transport = PK_TRANSPORT_TCP,
    .connected = connected,
    .disconnected = disconnected,
    .received = received,
    .submit = submit,
    .tick = tick,
    .settled = settled,
    .stop = stop,
};

static const struct pk_setting settings[] = {
    { .name = "host", .type = PK_SETTING_TEXT, .required = 1, .help = "Where it is." },
    { .name = "port", .type = PK_SETTING_INTEGER, .fallback = "2775", .help = "Its port." },
    { .name = "tls", .type = PK_SETTING_BOOLEAN, .help = "Encrypted." },
    { .name = "ca_file", .type = PK_SETTING_TEXT, .help = "Authorities." },
    { .name = "tls_name", .type = PK_SETTING_TEXT, .help = "Its name." },
};

static const struct pk_adapter adapter = {
    SUPPORT_ADAPTER, .session = &session, .settings = settings, .setting_count = PK_COUNT(settings)
};

/* ---- the stage ---- */

static struct pk_loop *loop;
static struct pk_account *account;

static inline int no_event(void *ctx, struct pk_account *of, const struct pk_event *event)
{
    (void) ctx;
    (void) of;
    (void) event;
    return 0;
}

static inline void refused(void *ctx, struct pk_account *of, const char *reason)
{
    (void) ctx;
    assert_ptr_equal(of, account);
    seen.refusals++;
    (void) snprintf(seen.refusal, sizeof seen.refusal, "%s", reason);
}

static inline int open_with(const char *text, struct pk_error *err)
{
    static const struct pk_account_ops ops = { .event = no_event, .refused = refused };
    struct pk_settings *read = support_settings(&adapter, text, NULL, NULL);
    const struct pk_account_config config = {
        .name = "desk", .adapter = &adapter, .settings = read, .ca_file = "/etc/authorities", .window = 3, .connect_timeout_ms = 5000,
        .timeout_ms = 7000, .ops = &ops,
    };
    int r = pk_account_open(loop, &config, &account, err);
    if (r != 0)
        pk_settings_free(read);
    return r;
}

static inline int begin(void **state)
{
    (void) state;
    pk_log_set_fd(-1);
    pk_clock_set_manual(START_MS);
    memset(&wire, 0, sizeof wire);
    pk_buf_init(&wire.sent, 65536);
    memset(&seen, 0, sizeof seen);
    session.transport = PK_TRANSPORT_TCP;
    account = NULL;
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    return open_with("[account desk]\nhost = smsc.example\n", NULL);
}

static inline int end(void **state)
{
    (void) state;
    pk_account_close(account);
    assert_null(wire.now);
    pk_loop_free(loop);
    pk_buf_finish(&wire.sent);
    pk_clock_set_system();
    pk_log_set_fd(2);
    return 0;
}

static inline void later(int64_t ms)
{
    pk_clock_advance(ms);
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

static inline void log_in(void)
{
    comes_up();
    brings("ok");
}

/* The next connection begins within these. */
static inline void expect_again(int64_t least_ms, int64_t most_ms)
{
    unsigned before = wire.opened;
    later(least_ms - 1);
    assert_int_equal(wire.opened, before);
    later(most_ms - least_ms + 1);
    assert_int_equal(wire.opened, before + 1);
}

#endif

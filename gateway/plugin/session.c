/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sessions over no transport: jobs in, completions and events out, a clock. The link stands from open() on, and once
 * fallen stays down, for there is nothing to connect again.
 *
 * The adapter calls us from inside its own functions, so nothing here calls back into it: a completion is queued, a
 * disconnect is only noted, and both take effect when the outermost call into the adapter has returned.
 *
 * A job the adapter forgets would hold its place for ever: well after the account's timeout it ends as uncertain.
 */
#include "gateway/base/clock.h"
#include "gateway/plugin/errand.h"

#define LATE_MS 30000 /* after the timeout: an adapter that counts itself comes first */

static void say(struct pk_account *account, uint32_t level, const char *message)
{
    const struct pk_host *host = pk_host_table(account->host);
    host->log(host->ctx, level, message);
}

/* ---- the adapter's side of the link ---- */

static int link_send(struct pk_link *link, const void *bytes, size_t len)
{
    (void) link;
    (void) bytes;
    (void) len;
    return PK_E_UNSUPPORTED; /* there is no wire */
}

static int link_complete(struct pk_link *link, uint64_t job_token, const struct pk_result *result)
{
    struct pk_errand *errand = pk_errand_of(link->account, job_token);
    if (!errand) {
        say(link->account, PK_LEVEL_WARN, "completed a job that is not open: ignored");
        return PK_E_NOT_FOUND;
    }
    if (!result || result->outcome < PK_OUTCOME_ACCEPTED || result->outcome > PK_OUTCOME_UNCERTAIN)
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "the adapter came to no outcome");
    else
        pk_errand_end(errand, result);
    return 0;
}

static int link_event(struct pk_link *link, const struct pk_event *event)
{
    return pk_account_emit(link->account, event);
}

static void link_wake_at(struct pk_link *link, int64_t when_ms)
{
    if (when_ms <= 0)
        when_ms = 1;
    if (link->wake_ms != 0 && link->wake_ms <= when_ms)
        return;
    link->wake_ms = when_ms;
    pk_timer_at(link->tick, when_ms);
}

static void link_window(struct pk_link *link, uint32_t jobs)
{
    link->window = jobs;
}

static void link_disconnect(struct pk_link *link, const char *reason)
{
    if (!link->up)
        return;
    say(link->account, PK_LEVEL_ERROR, reason && reason[0] ? reason : "the adapter ended its session");
    link->up = false;
    link->falling = true;
    pk_timer_stop(link->tick);
    pk_timer_in(link->tick, 0);
}

static const struct pk_link_ops link_ops = {
    .size = sizeof(struct pk_link_ops),
    .send = link_send,
    .complete = link_complete,
    .event = link_event,
    .wake_at = link_wake_at,
    .window = link_window,
    .disconnect = link_disconnect,
};

/* ---- the gateway's side ---- */

static void fall(struct pk_account *account)
{
    const struct pk_session_ops *session = account->config.adapter->session;
    account->link.falling = false;
    pk_errand_end_all(account, PK_OUTCOME_UNCERTAIN, "the session ended before an answer came");
    if (session->disconnected)
        session->disconnected(account->self, pk_clock_wall_ms());
    pk_host_end_call(account->host);
}

/* Timer phase. */
static void tick(void *ctx)
{
    struct pk_account *account = ctx;
    struct pk_link *link = &account->link;
    link->wake_ms = 0;
    if (link->up) {
        int r = account->config.adapter->session->tick(account->self, pk_clock_wall_ms());
        pk_host_end_call(account->host);
        if (r < 0)
            link_disconnect(link, "the adapter's clock work failed");
    }
    if (link->falling)
        fall(account);
    pk_errand_deliver(account);
}

/* Timer phase. Those open longest stand first. */
static void end_late(void *ctx)
{
    struct pk_account *account = ctx;
    bool any = false;
    int64_t now_ms = pk_clock_mono_ms();
    while (!pk_list_empty(&account->open)) {
        struct pk_errand *errand = pk_list_entry(account->open.next, struct pk_errand, node);
        int64_t left_ms = errand->since_ms + account->config.timeout_ms + LATE_MS - now_ms;
        if (left_ms > 0) {
            pk_timer_in(account->link.late, left_ms);
            break;
        }
        any = true;
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "the adapter did not say in time what became of the message");
    }
    if (any)
        say(account, PK_LEVEL_ERROR, "left messages open beyond the account's timeout: what became of them is unknown");
    pk_errand_deliver(account);
}

static int open_session(struct pk_account *account, struct pk_error *err)
{
    struct pk_link *link = &account->link;
    *link = (struct pk_link){ .account = account, .window = account->config.window, .up = true };
    link->tick = pk_timer_new(account->loop, tick, account);
    link->late = pk_timer_new(account->loop, end_late, account);
    int r = account->config.adapter->session->connected(account->self, link, &link_ops, pk_clock_wall_ms());
    pk_host_end_call(account->host);
    if (r < 0 || !link->up)
        return pk_fail(err, r < 0 ? r : PK_E_INTERNAL, "adapter \"%s\" could not begin its session", account->config.adapter->name);
    return 0;
}

static unsigned room(const struct pk_account *account, unsigned free_slots)
{
    const struct pk_link *link = &account->link;
    if (!link->up || account->open_count >= link->window)
        return 0;
    unsigned wanted = link->window - account->open_count;
    return wanted < free_slots ? wanted : free_slots;
}

static void start(struct pk_errand *errand)
{
    struct pk_account *account = errand->account;
    uint64_t token = errand->token;
    if (!account->link.up) {
        pk_errand_end_as(errand, PK_OUTCOME_RETRY, "the session is down");
        return;
    }
    if (!pk_timer_armed(account->link.late))
        pk_timer_in(account->link.late, account->config.timeout_ms + LATE_MS);
    (void) pk_host_about(account->host, &errand->job);
    int r = account->config.adapter->session->submit(account->self, &errand->job);
    pk_host_end_call(account->host);
    if (r >= 0 || !pk_errand_of(account, token))
        return; /* taken, or completed already */
    if (r == PK_E_BUSY)
        pk_errand_end_as(errand, PK_OUTCOME_RETRY, "the adapter takes no more for now");
    else
        pk_errand_end_as(errand, PK_OUTCOME_REJECTED, "the adapter refused the message");
}

static void settled(struct pk_account *account, uint64_t event_token, bool stored)
{
    const struct pk_session_ops *session = account->config.adapter->session;
    if (!session->settled)
        return;
    session->settled(account->self, event_token, stored, pk_clock_wall_ms());
    pk_host_end_call(account->host);
}

static void stop(struct pk_account *account)
{
    const struct pk_session_ops *session = account->config.adapter->session;
    if (!account->link.up || !session->stop)
        return;
    session->stop(account->self, pk_clock_wall_ms());
    pk_host_end_call(account->host);
}

static void close_session(struct pk_account *account)
{
    account->link.up = false;
    pk_timer_stop(account->link.tick);
    pk_timer_stop(account->link.late);
}

const struct pk_account_kind pk_session_kind = {
    .open = open_session,
    .close = close_session,
    .room = room,
    .start = start,
    .settled = settled,
    .stop = stop,
};

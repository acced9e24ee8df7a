/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sessions: jobs in, completions and events out, a clock, and bytes both ways where there is a wire (wire.c). Over no
 * transport the link stands from open() on, and once fallen stays down, for there is nothing to connect again.
 *
 * The adapter calls us from inside its own functions, so nothing here calls back into it: a completion is queued, a
 * disconnect is only noted, and both take effect when the outermost call into the adapter has returned. What the wire
 * tells of its end is noted the same way: fall() runs from the timer alone.
 *
 * A job the adapter forgets would hold its place for ever: well after the account's timeout it ends as uncertain.
 */
#include "gateway/base/clock.h"
#include "gateway/plugin/errand.h"
#include "gateway/plugin/record.h"

#include <stdio.h>

#define LATE_MS 30000 /* after the timeout: an adapter that counts itself comes first */
#define GOODBYE_MS 2000 /* for the peer to answer it */

static const struct pk_session_ops *session_of(const struct pk_account *account)
{
    return account->config.adapter->session;
}

static bool is_wired(const struct pk_account *account)
{
    return session_of(account)->transport != PK_TRANSPORT_NONE;
}

/* The link ends, soon: from the timer. The first reason counts. */
static void let_fall(struct pk_link *link, const char *reason)
{
    if (link->falling)
        return;
    struct pk_account *account = link->account;
    struct pk_buf clean;
    pk_buf_init(&clean, sizeof link->trouble);
    pk_host_clean(account->host, pk_slice_of(reason), sizeof link->trouble - 1, &clean);
    (void) snprintf(link->trouble, sizeof link->trouble, "%s", pk_buf_text(&clean));
    pk_buf_finish(&clean);
    link->falling = true;
    pk_timer_stop(link->tick);
    pk_timer_in(link->tick, 0);
}

/* ---- the adapter's side of the link ---- */

static int link_send(struct pk_link *link, const void *bytes, size_t len)
{
    struct pk_stream *stream = pk_wire_stream(link->account);
    if (!is_wired(link->account))
        return PK_E_UNSUPPORTED; /* there is no wire */
    if (!link->up || link->falling || !stream || (!bytes && len > 0))
        return PK_E_IO;
    return len > 0 ? pk_stream_send(stream, bytes, len) : 0;
}

static int link_complete(struct pk_link *link, uint64_t job_token, const struct pk_result *result)
{
    struct pk_errand *errand = pk_errand_of(link->account, job_token);
    if (!errand) {
        pk_account_say(link->account, PK_LEVEL_WARN, "completed a job that is not open: ignored", "");
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
    if (!link->up || link->falling || (link->wake_ms != 0 && link->wake_ms <= when_ms))
        return;
    link->wake_ms = when_ms;
    pk_timer_at(link->tick, when_ms);
}

static void link_window(struct pk_link *link, uint32_t jobs)
{
    if (is_wired(link->account) && (!link->up || link->falling))
        return;
    if (jobs > link->window)
        pk_loop_again(link->account->loop); /* there may be room now */
    link->window = jobs;
    if (jobs > 0 && is_wired(link->account))
        pk_wire_good(link->account);
}

static void link_disconnect(struct pk_link *link, const char *reason)
{
    const char *why = reason && reason[0] ? reason : "the adapter ended its session";
    if (!link->up || link->falling)
        return;
    if (!is_wired(link->account)) {
        pk_account_say(link->account, PK_LEVEL_ERROR, why, "");
        link->up = false;
    }
    let_fall(link, why);
}

static void link_refused(struct pk_link *link, const char *reason)
{
    if (!is_wired(link->account) || !link->up || link->falling)
        return;
    link_disconnect(link, reason && reason[0] ? reason : "the provider refuses the account");
    link->refused = true;
}

static void link_exchanged(struct pk_link *link, uint64_t job_token, uint32_t incoming, struct pk_slice line)
{
    struct pk_errand *errand = pk_errand_of(link->account, job_token);
    if (errand && errand->record)
        pk_record_line(errand->record, link->account->config.settings, &errand->job, incoming != 0, line);
}

static int link_remember(struct pk_link *link, struct pk_slice note)
{
    const struct pk_account_config *config = &link->account->config;
    if (note.len > PK_POLL_CURSOR_MAX)
        return PK_E_LIMIT;
    return config->ops->remember ? config->ops->remember(config->ctx, link->account, note) : PK_E_UNSUPPORTED;
}

static size_t link_remembered(struct pk_link *link, void *ret_note, size_t room)
{
    const struct pk_account_config *config = &link->account->config;
    struct pk_buf note;
    pk_buf_init(&note, PK_POLL_CURSOR_MAX);
    bool there = config->ops->cursor && config->ops->cursor(config->ctx, link->account, &note) == 0 && note.len > 0 && note.len <= room;
    size_t len = there ? note.len : 0;
    if (len > 0)
        memcpy(ret_note, note.data, len);
    pk_buf_wipe(&note);
    return len;
}

static const struct pk_link_ops link_ops = {
    .size = sizeof(struct pk_link_ops),
    .send = link_send,
    .complete = link_complete,
    .event = link_event,
    .wake_at = link_wake_at,
    .window = link_window,
    .disconnect = link_disconnect,
    .refused = link_refused,
    .exchanged = link_exchanged,
    .remember = link_remember,
    .remembered = link_remembered,
};

/* ---- rise and fall ---- */

int pk_session_up(struct pk_account *account)
{
    struct pk_link *link = &account->link;
    link->up = true;
    link->window = is_wired(account) ? 0 : account->config.window;
    int r = session_of(account)->connected(account->self, link, &link_ops, pk_clock_wall_ms());
    pk_host_end_call(account->host);
    if (r < 0 && is_wired(account))
        link_disconnect(link, "the adapter could not begin its session");
    return r < 0 ? r : link->up ? 0 : PK_E_INTERNAL;
}

void pk_session_received(struct pk_account *account, struct pk_slice bytes)
{
    struct pk_link *link = &account->link;
    if (!link->up || link->falling)
        return;
    int r = session_of(account)->received(account->self, bytes, pk_clock_wall_ms());
    pk_host_end_call(account->host);
    if (r < 0)
        link_disconnect(link, "the provider sent what its protocol does not allow");
    pk_errand_deliver(account);
}

void pk_session_down(struct pk_account *account, const char *reason)
{
    let_fall(&account->link, reason);
}

/* What certainly did not leave may be tried again; of the rest nobody knows. */
static void end_jobs(struct pk_account *account)
{
    const struct pk_stream *stream = pk_wire_stream(account);
    while (!pk_list_empty(&account->open)) {
        struct pk_errand *errand = pk_list_entry(account->open.next, struct pk_errand, node);
        bool stayed = stream && pk_stream_offered(stream) <= errand->queued_before;
        pk_errand_end_as(errand, stayed ? PK_OUTCOME_RETRY : PK_OUTCOME_UNCERTAIN,
                         stayed ? "the link fell before the message was sent" : "the session ended before an answer came");
    }
}

/* Timer phase. */
static void fall(struct pk_account *account)
{
    const struct pk_session_ops *session = session_of(account);
    struct pk_link *link = &account->link;
    bool stood = link->up || !is_wired(account), refused = link->refused;
    struct pk_stream *stream = pk_wire_stream(account);
    if (stream)
        pk_stream_close(stream); /* sends what it still can: before it is asked what left */
    link->up = false;
    end_jobs(account);
    link->falling = link->refused = false;
    link->wake_ms = 0;
    if (stood && session->disconnected)
        session->disconnected(account->self, pk_clock_wall_ms());
    pk_host_end_call(account->host);
    if (is_wired(account))
        pk_wire_hang_up(account, refused);
    if (refused && !account->stopping && account->config.ops->refused)
        account->config.ops->refused(account->config.ctx, account, link->trouble);
}

/* Timer phase. */
static void tick(void *ctx)
{
    struct pk_account *account = ctx;
    struct pk_link *link = &account->link;
    link->wake_ms = 0;
    if (link->up && !link->falling) {
        int r = session_of(account)->tick(account->self, pk_clock_wall_ms());
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
        pk_account_say(account, PK_LEVEL_ERROR, "left messages open beyond the account's timeout: what became of them is unknown", "");
    pk_errand_deliver(account);
}

/* Timer phase: the peer had its time. */
static void end_goodbye(void *ctx)
{
    struct pk_account *account = ctx;
    let_fall(&account->link, "the gateway closes the link");
}

/* ---- the kind ---- */

static int open_session(struct pk_account *account, struct pk_error *err)
{
    struct pk_link *link = &account->link;
    *link = (struct pk_link){ .account = account };
    link->tick = pk_timer_new(account->loop, tick, account);
    link->late = pk_timer_new(account->loop, end_late, account);
    link->goodbye = pk_timer_new(account->loop, end_goodbye, account);
    if (is_wired(account))
        return pk_wire_open(account, err);
    int r = pk_session_up(account);
    return r == 0 ? 0 : pk_fail(err, r, "adapter \"%s\" could not begin its session", account->config.adapter->name);
}

static unsigned room(const struct pk_account *account, unsigned free_slots)
{
    const struct pk_link *link = &account->link;
    if (!link->up || link->falling || account->open_count >= link->window)
        return 0;
    unsigned wanted = link->window - account->open_count;
    return wanted < free_slots ? wanted : free_slots;
}

static void start(struct pk_errand *errand)
{
    struct pk_account *account = errand->account;
    const struct pk_stream *stream = pk_wire_stream(account);
    uint64_t token = errand->token;
    if (!account->link.up || account->link.falling) {
        pk_errand_end_as(errand, PK_OUTCOME_RETRY, "the session is down");
        return;
    }
    errand->queued_before = stream ? pk_stream_queued(stream) : 0;
    if (!pk_timer_armed(account->link.late))
        pk_timer_in(account->link.late, account->config.timeout_ms + LATE_MS);
    (void) pk_host_about(account->host, &errand->job);
    int r = session_of(account)->submit(account->self, &errand->job);
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
    const struct pk_session_ops *session = session_of(account);
    /* With the link the provider's wish to hear of it is gone too. */
    if (!session->settled || (is_wired(account) && (!account->link.up || account->link.falling)))
        return;
    session->settled(account->self, event_token, stored, pk_clock_wall_ms());
    pk_host_end_call(account->host);
}

static void stop(struct pk_account *account)
{
    const struct pk_session_ops *session = session_of(account);
    struct pk_link *link = &account->link;
    if (link->up && !link->falling && session->stop) {
        session->stop(account->self, pk_clock_wall_ms());
        pk_host_end_call(account->host);
        if (is_wired(account))
            pk_timer_in(link->goodbye, GOODBYE_MS);
    } else if (is_wired(account)) {
        let_fall(link, "the gateway closes the link");
    }
}

static bool stopped(const struct pk_account *account)
{
    return !is_wired(account) || (account->stopping && !pk_wire_stream(account) && !account->link.falling);
}

static void close_session(struct pk_account *account)
{
    account->link.up = false;
    pk_timer_stop(account->link.tick);
    pk_timer_stop(account->link.late);
    pk_timer_stop(account->link.goodbye);
    pk_wire_free(account);
}

const struct pk_account_kind pk_session_kind = {
    .open = open_session,
    .close = close_session,
    .room = room,
    .start = start,
    .settled = settled,
    .stop = stop,
    .stopped = stopped,
};

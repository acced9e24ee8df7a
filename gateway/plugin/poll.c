/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Asking a provider that does not call us. One request is in the air at a time:
 *
 *     timer ─> cursor (from the service) ─> request() ─> client ─> polled() of the service: a unit, in which
 *              pk_account_poll_read() runs parse(), events go out, the new cursor comes back ─commit─>
 *              pk_account_poll_settled() ─> timer
 *
 * A request that follows a cursor may tell the provider to forget what lies before it. So the cursor is read anew for
 * every request, and none leaves while an answer waits for its commit.
 */
#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/plugin/errand.h"
#include "gateway/plugin/url.h"

#define EVERY_MS 30000 /* where neither the account nor the adapter says */
#define AGAIN_MS 1000 /* when we could not ask: no failure of the provider's */
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_CAP_MS 300000
#define TROUBLE_FROM 3u /* failures in a row before somebody is told */

struct pk_poll {
    struct pk_account *account; /* NULL: it closed while a request was in the air */
    struct pk_timer *timer;
    struct pk_request request;
    struct pk_buf cursor; /* the request's */
    const struct pk_answer *answer; /* while it may be read */
    int64_t began_ms; /* monotonic: the last request */
    int64_t retry_after_ms; /* the last answer's */
    unsigned failures; /* in a row */
    unsigned events; /* of the last answer */
    bool in_air, unsettled, moved;
    char why[PK_RESULT_REASON_MAX + 1]; /* the last failure, cleaned */
};

static void poll_free(struct pk_poll *poll)
{
    pk_request_finish(&poll->request);
    pk_buf_wipe(&poll->cursor);
    free(poll);
}

/* ---- when ---- */

static int64_t every_ms(const struct pk_account *account)
{
    uint32_t wished_ms = account->config.adapter->poll->every_ms;
    return account->config.poll_ms > 0 ? account->config.poll_ms : wished_ms > 0 ? wished_ms : EVERY_MS;
}

/* Counted from when the last request began: a provider that lets us wait has been waited for. */
static int64_t rest_ms(const struct pk_poll *poll)
{
    int64_t left_ms = poll->began_ms + every_ms(poll->account) - pk_clock_mono_ms();
    return left_ms > 0 ? left_ms : 0;
}

static int64_t backoff_ms(const struct pk_poll *poll)
{
    int64_t delay_ms = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < poll->failures && delay_ms < BACKOFF_CAP_MS; i++)
        delay_ms *= 2;
    if (delay_ms > BACKOFF_CAP_MS)
        delay_ms = BACKOFF_CAP_MS;
    return delay_ms / 2 + (int64_t) pk_random_below((uint64_t) delay_ms / 2 + 1);
}

static void failed(struct pk_poll *poll, const char *why)
{
    struct pk_account *account = poll->account;
    struct pk_buf clean;
    int64_t delay_ms, left_ms = rest_ms(poll);
    pk_buf_init(&clean, sizeof poll->why);
    pk_host_clean(account->host, pk_slice_of(why), sizeof poll->why - 1, &clean);
    poll->failures++;
    if (poll->failures == TROUBLE_FROM || (poll->failures > TROUBLE_FROM && strcmp(poll->why, pk_buf_text(&clean)) != 0))
        pk_account_say(account, PK_LEVEL_WARN, "asking the provider for receipts and replies fails: ", pk_buf_text(&clean));
    (void) snprintf(poll->why, sizeof poll->why, "%s", pk_buf_text(&clean));
    pk_buf_finish(&clean);
    delay_ms = backoff_ms(poll);
    if (delay_ms < poll->retry_after_ms)
        delay_ms = poll->retry_after_ms;
    pk_timer_in(poll->timer, delay_ms > left_ms ? delay_ms : left_ms);
}

static void succeeded(struct pk_poll *poll)
{
    if (poll->failures >= TROUBLE_FROM)
        pk_account_say(poll->account, PK_LEVEL_INFO, "asking the provider works again", "");
    poll->failures = 0;
    poll->why[0] = '\0';
    /* Events without a cursor that moves would come again for ever. */
    pk_timer_in(poll->timer, poll->events > 0 && poll->moved ? 0 : rest_ms(poll));
}

/* ---- the answer ---- */

/* Harvest phase. */
static void answered(void *ctx, const struct pk_answer *answer)
{
    struct pk_poll *poll = ctx;
    struct pk_account *account = poll->account;
    poll->in_air = false;
    if (!account) {
        poll_free(poll);
        return;
    }
    poll->retry_after_ms = answer->retry_after_ms;
    if (account->stopping)
        return;
    if (answer->state != PK_ANSWER_COMPLETE) {
        failed(poll, answer->state == PK_ANSWER_NOT_SENT ? "the provider cannot be reached" : "the provider does not answer");
        return;
    }
    poll->answer = answer;
    poll->unsettled = true;
    account->config.ops->polled(account->config.ctx, account);
    poll->answer = NULL;
}

static int read_answer(struct pk_poll *poll, struct pk_sink *sink, struct pk_out *fresh, struct pk_error *err)
{
    struct pk_account *account = poll->account;
    struct pk_error why = { 0 };
    int r = account->config.adapter->poll->parse(account->self, poll->answer, &sink->base, fresh, &why);
    pk_host_end_call(account->host);
    if (sink->not_taken)
        return pk_fail(err, PK_E_BUSY, "an event could not be stored");
    if (r < 0 && why.message[0])
        return pk_fail(err, r, "%s", why.message);
    if (r < 0)
        return pk_fail(err, r, r == PK_E_DENIED ? "the provider refuses us" : "the answer is not what the provider documents");
    if (fresh->buf.failed)
        return pk_fail(err, PK_E_LIMIT, "the adapter's cursor is longer than %u bytes", PK_POLL_CURSOR_MAX);
    if (sink->malformed)
        pk_account_say(account, PK_LEVEL_ERROR, "an event that makes no sense was passed over", "");
    return 0;
}

int pk_account_poll_read(struct pk_account *account, struct pk_buf *ret_cursor, struct pk_error *err)
{
    struct pk_poll *poll = account->poll;
    struct pk_out fresh;
    struct pk_sink sink;
    if (!poll || !poll->answer)
        return pk_fail(err, PK_E_CONFLICT, "there is no answer of account \"%s\" to read", account->name);
    pk_out_init(&fresh, PK_POLL_CURSOR_MAX);
    pk_sink_init(&sink, account);
    int r = read_answer(poll, &sink, &fresh, err);
    poll->events = sink.count;
    poll->moved = fresh.buf.len > 0 && !pk_slice_equal(pk_buf_slice(&fresh.buf), pk_buf_slice(&poll->cursor));
    if (r == 0 && poll->moved)
        (void) pk_buf_add_slice(ret_cursor, pk_buf_slice(&fresh.buf));
    pk_out_finish(&fresh);
    return r == 0 ? (int) sink.count : r;
}

void pk_account_poll_settled(struct pk_account *account, bool stored, const char *why)
{
    struct pk_poll *poll = account->poll;
    if (!poll || !poll->unsettled)
        return;
    poll->unsettled = false;
    if (account->stopping)
        return;
    if (stored)
        succeeded(poll);
    else
        failed(poll, why);
}

/* ---- the request ---- */

static int describe(struct pk_poll *poll, struct pk_error *err)
{
    struct pk_account *account = poll->account;
    pk_request_clear(&poll->request);
    int r = account->config.adapter->poll->request(account->self, pk_buf_slice(&poll->cursor), &poll->request, pk_clock_wall_ms());
    pk_host_end_call(account->host);
    if (r == PK_STEP_DONE)
        return r;
    if (r != PK_STEP_SEND)
        return pk_fail(err, r < 0 ? r : PK_E_INTERNAL, "the adapter could not describe the request");
    if ((r = pk_request_check(&poll->request, err)) != 0)
        return r;
    const char *refusal = pk_url_refusal(pk_request_url(&poll->request));
    return refusal ? pk_fail(err, PK_E_INVALID, "%s", refusal) : PK_STEP_SEND;
}

static void send_request(struct pk_poll *poll)
{
    struct pk_error err = { 0 };
    if (pk_http_client_room(poll->account->config.http) == 0) {
        pk_timer_in(poll->timer, AGAIN_MS);
        return;
    }
    if (pk_account_call(poll->account, &poll->request, answered, poll, &err) != 0)
        failed(poll, err.message);
    else
        poll->in_air = true;
}

/* Timer phase: what was decided before is committed. */
static void ask(void *ctx)
{
    struct pk_poll *poll = ctx;
    struct pk_account *account = poll->account;
    struct pk_error err = { 0 };
    if (poll->in_air || poll->unsettled || account->stopping)
        return;
    pk_buf_clear(&poll->cursor);
    if (account->config.ops->cursor(account->config.ctx, account, &poll->cursor) != 0 || poll->cursor.failed) {
        pk_timer_in(poll->timer, AGAIN_MS);
        return;
    }
    poll->began_ms = pk_clock_mono_ms();
    poll->retry_after_ms = 0;
    int r = describe(poll, &err);
    if (r == PK_STEP_SEND)
        send_request(poll);
    else if (r == PK_STEP_DONE)
        pk_timer_in(poll->timer, every_ms(account));
    else
        failed(poll, err.message);
}

/* ---- life ---- */

int pk_poll_open(struct pk_account *account, struct pk_error *err)
{
    if (!account->config.http || !account->config.ops->cursor || !account->config.ops->polled)
        return pk_fail(err, PK_E_INTERNAL, "there is nobody to ask the provider for account \"%s\"", account->name);
    struct pk_poll *poll = account->poll = pk_alloc(sizeof *poll);
    poll->account = account;
    poll->timer = pk_timer_new(account->loop, ask, poll);
    pk_request_init(&poll->request);
    pk_buf_init(&poll->cursor, PK_POLL_CURSOR_MAX);
    pk_timer_in(poll->timer, 0);
    return 0;
}

void pk_poll_close(struct pk_account *account)
{
    struct pk_poll *poll = account->poll;
    account->poll = NULL;
    if (!poll)
        return;
    pk_timer_free(poll->timer);
    poll->timer = NULL;
    poll->account = NULL;
    if (!poll->in_air) /* else it is freed when the client lets go of it */
        poll_free(poll);
}

const char *pk_poll_trouble(const struct pk_account *account)
{
    return account->poll && account->poll->failures >= TROUBLE_FROM ? account->poll->why : "";
}

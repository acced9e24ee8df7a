/* SPDX-License-Identifier: EUPL-1.2 */
/* What a provider tells us: calls at an account's webhook, and events wherever they come from. */
#include "gateway/plugin/errand.h"

#define BODY_MAX_BYTES (1u << 20)
#define REPLY_MAX_BYTES 4096u
#define EVENTS_MAX 1000u /* in one body */
#define EVENT_NAME_MAX 512u /* ids, addresses, codes */
#define EVENT_TEXT_MAX 65536u
#define EVENT_REASON_MAX 200u

/* ---- events ---- */

static bool is_there(struct pk_slice text)
{
    return text.data || text.len == 0;
}

static bool fits(const struct pk_event *event)
{
    const struct pk_slice names[] = { event->provider_id, event->our_reference, event->code, event->address, event->choice, event->event_id,
                                      event->channel };
    for (size_t i = 0; i < PK_COUNT(names); i++)
        if (names[i].len > EVENT_NAME_MAX || !is_there(names[i]))
            return false;
    return event->text.len <= EVENT_TEXT_MAX && is_there(event->text) && is_there(event->reason);
}

/* The event at this gateway's size; PK_E_INVALID for one that makes no sense. */
static int widen(const struct pk_event *event, struct pk_event *ret_whole)
{
    struct pk_event whole = { 0 };
    if (!event || event->size < offsetof(struct pk_event, state))
        return PK_E_INVALID;
    memcpy(&whole, event, event->size < sizeof whole ? event->size : sizeof whole);
    whole.size = sizeof whole;
    if (whole.kind < PK_EVENT_RECEIPT || whole.kind > PK_EVENT_OPT_OUT || !fits(&whole))
        return PK_E_INVALID;
    *ret_whole = whole;
    return 0;
}

static int hand_on(struct pk_account *account, struct pk_event *event)
{
    struct pk_buf reason, code;
    if (!account->ready)
        return PK_E_BUSY; /* nobody listens before open() is through */
    pk_buf_init(&reason, EVENT_REASON_MAX);
    pk_buf_init(&code, EVENT_NAME_MAX);
    if (event->code.len > 0) {
        pk_host_clean(account->host, event->code, EVENT_NAME_MAX, &code);
        event->code = pk_buf_slice(&code);
    }
    if (event->reason.len > 0) {
        pk_host_clean(account->host, event->reason, EVENT_REASON_MAX, &reason);
        event->reason = pk_buf_slice(&reason);
    }
    int r = account->config.ops->event(account->config.ctx, account, event);
    pk_buf_finish(&reason);
    pk_buf_finish(&code);
    return r;
}

int pk_account_emit(struct pk_account *account, const struct pk_event *event)
{
    struct pk_event whole;
    int r = widen(event, &whole);
    return r == 0 ? hand_on(account, &whole) : r;
}

static int emit(struct pk_event_sink *base, const struct pk_event *event)
{
    struct pk_sink *sink = (struct pk_sink *) (void *) base;
    struct pk_event whole;
    if (sink->count == EVENTS_MAX) {
        sink->too_many = true;
        return PK_E_LIMIT;
    }
    sink->count++;
    if (widen(event, &whole) != 0) {
        sink->malformed = true;
        return PK_E_INVALID;
    }
    whole.token = 0; /* nobody waits to be told: the answer tells */
    int r = hand_on(sink->account, &whole);
    sink->not_taken = sink->not_taken || r < 0;
    return r;
}

void pk_sink_init(struct pk_sink *sink, struct pk_account *account)
{
    *sink = (struct pk_sink){ .base = { .emit = emit }, .account = account };
}

/* ---- the webhook ---- */

static unsigned refuse(const struct pk_account *account, unsigned status, int code, const char *what, struct pk_error *err)
{
    (void) pk_fail(err, code, "account \"%s\": %s", account->name, what);
    return status;
}

/* Basic credentials that did not come are asked for; what was given and is wrong is refused. */
static unsigned refuse_denied(const struct pk_account *account, const struct pk_hook_request *request, struct pk_error *err)
{
    bool given = request->header && request->header(request, "Authorization").data;
    return refuse(account, given ? 403 : 401, PK_E_DENIED, "the call does not prove that it comes from the provider", err);
}

unsigned pk_account_webhook_check(struct pk_account *account, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct pk_webhook_ops *webhook = account->config.adapter->webhook;
    struct pk_error why = { 0 }; /* may hold what the caller sent: not passed on */
    if (!webhook)
        return refuse(account, 404, PK_E_NOT_FOUND, "its adapter takes no calls from a provider", err);
    if (request->body.len > BODY_MAX_BYTES)
        return refuse(account, 413, PK_E_LIMIT, "the call's body is larger than 1 MiB", err);
    int r = webhook->verify(account->self, request, &why);
    pk_host_end_call(account->host);
    if (r == 0)
        return 0;
    if (r == PK_E_NOT_FOUND || r == PK_E_UNSUPPORTED || r == PK_E_CONFIG)
        return refuse(account, 404, PK_E_NOT_FOUND, "its webhook is not open", err);
    if (r == PK_E_NOMEM || r == PK_E_BUSY)
        return refuse(account, 503, PK_E_BUSY, "the call could not be verified now", err);
    return refuse_denied(account, request, err);
}

static unsigned status_of(const struct pk_sink *sink, int parsed, const struct pk_out *reply, const struct pk_hook_request *request,
                          struct pk_error *err)
{
    const struct pk_account *account = sink->account;
    if (sink->not_taken)
        return refuse(account, 503, PK_E_BUSY, "an event of the call could not be stored", err);
    if (sink->too_many)
        parsed = PK_E_LIMIT;
    else if (sink->malformed)
        parsed = PK_E_INVALID;
    switch (parsed) {
    case PK_E_DENIED:
        return refuse_denied(account, request, err);
    case PK_E_LIMIT:
        return refuse(account, 413, PK_E_LIMIT, "the call holds more than the gateway takes at once", err);
    case PK_E_NOMEM:
    case PK_E_BUSY:
        return refuse(account, 503, PK_E_BUSY, "the call could not be read now", err);
    case PK_E_NOT_FOUND:
        return refuse(account, 404, PK_E_NOT_FOUND, "its webhook has no such address", err);
    default:
        break;
    }
    if (parsed < 0)
        return refuse(account, 400, PK_E_INVALID, "the call is not what the provider documents", err);
    if (reply->buf.failed)
        return refuse(account, 500, PK_E_INTERNAL, "the adapter's reply is too long", err);
    return 200;
}

unsigned pk_account_webhook_take(struct pk_account *account, const struct pk_hook_request *request, struct pk_buf *ret_reply,
                                 struct pk_error *err)
{
    struct pk_error why = { 0 };
    struct pk_out reply;
    struct pk_sink sink;
    pk_sink_init(&sink, account);
    pk_out_init(&reply, REPLY_MAX_BYTES);
    int r = account->config.adapter->webhook->parse(account->self, request, &sink.base, &reply, &why);
    pk_host_end_call(account->host);
    unsigned status = status_of(&sink, r, &reply, request, err);
    if (status == 200)
        (void) pk_buf_add_slice(ret_reply, pk_buf_slice(&reply.buf));
    pk_out_finish(&reply);
    return status;
}

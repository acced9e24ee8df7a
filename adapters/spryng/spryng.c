/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Spryng, API v2. It takes no reference of ours: receipts name its own ids, and each request is named after the attempt, so
 * that after a lost answer it can be asked whether it has the message. Calls carry no signature but a header or Basic
 * credentials of the customer's choice; whoever takes no calls has the last messages asked for (poll_receipts).
 */
#include "adapters/kit/account.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/export.h"
#include "adapters/kit/guard.h"
#include "adapters/kit/json.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define MESSAGES_MAX 1000u /* in one call or page */
#define CURSOR_MAX 48      /* a moment as Spryng writes it */
#define FLEETING PK_RECEIPT_UNDELIVERED_TEMPORARY
#define NEVER PK_RECEIPT_UNDELIVERED_PERMANENT

static const struct pk_setting settings[] = {
    PK_KIT_URL("url", "https://api.spryng.nl", "The address of the API, without the version."),
    PK_KIT_SECRET_REQUIRED("api_key", "The key that stands in X-Api-Key."),
    PK_KIT_TEXT_REQUIRED("account", "The account's reference, such as SPNL0000000."),
    PK_KIT_TEXT("sender", NULL, "The sender when the message names none; without it Spryng takes the account's own."),
    PK_KIT_CHOICE("message_type",
                  "NotificationsAndReminders|InternalOperations|CustomerSupport|Conversational|MarketingAndResearch",
                  "NotificationsAndReminders", "What Spryng is told the messages are."),
    PK_KIT_CHOICE("brackets", "round|keep", "round",
                  "Spryng reads [square brackets] as variables: write them round, or keep them."),
    PK_KIT_TEXT("code.*", NULL,
                "Spryng's error codes that mean an outcome, such as code.invalid_recipient = some_code, other_code."),
    PK_KIT_DURATION("throttle_wait", "5s", PK_KIT_SECOND, PK_KIT_HOUR,
                    "How long to wait after being throttled when Spryng does not say."),
    PK_KIT_TEXT("webhook_header", NULL, "The header in which Spryng's calls carry a key, as set at its authentication methods."),
    PK_KIT_SECRET("webhook_header_secret", "The key expected in webhook_header, whole."),
    PK_KIT_TEXT("webhook_user", NULL, "The user name that Spryng's calls carry as HTTP Basic authentication."),
    PK_KIT_SECRET("webhook_password", "The password that Spryng's calls carry as HTTP Basic authentication."),
    PK_KIT_CHOICE("reply_from", "Msisdn|Originator", "Msisdn", "Which field of a received message is the person's number."),
    PK_KIT_BOOLEAN("poll_receipts", "no", "Whether to ask Spryng for receipts, where it cannot call."),
    PK_KIT_INTEGER("poll_page", "200", 1, 500, "How many of the last messages to ask for at once."),
};

/* Reasons of a failure that passes. For good: DestinationNotAllowed, LandlineNotAllowed, MessageExpired, MsisdnInvalid,
 * MessagePartCountExceeded, OptedOut, PartiallyDelivered, senderIdInvalid, and whatever is not listed. */
static const struct pk_kit_word passing[] = {
    { "NetworkFailed", FLEETING },
    { "OutsideBusinessHours", FLEETING },
    { "SendingLimitExceeded", FLEETING },
    { "WithinQuietHours", FLEETING },
};

static const struct pk_kit_word statuses[] = {
    { "In Progress", PK_RECEIPT_ACCEPTED },
    { "InProgress", PK_RECEIPT_ACCEPTED },
    { "Sent", PK_RECEIPT_SENT },
    { "Delivered", PK_RECEIPT_DELIVERED },
    { "Failed", NEVER },
};

struct account {
    struct pk_kit_account base;
    struct pk_kit_table codes;
    struct pk_kit_guard guard;
    char cursor[CURSOR_MAX + 1]; /* of the poll under way */
};

static void account_close(void *self)
{
    struct account *account = self;
    if (account) {
        pk_kit_table_finish(&account->codes);
        pk_kit_guard_finish(&account->guard);
    }
    pk_kit_account_free(account);
}

static int configure(struct account *account, struct pk_error *err)
{
    const struct pk_kit_settings *own = &account->base.settings;
    int r = pk_kit_guard_init(&account->guard, own, err);
    if (r == 0)
        r = pk_kit_table_read(&account->codes, own, "code.", PK_KIT_OUTCOMES, err);
    return r;
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct account), host, values, count, &made);
    if (r != 0)
        return r;
    r = configure(made, err);
    if (r != 0)
        account_close(made);
    else
        *ret_self = made;
    return r;
}

static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    bool open = pk_kit_guard_is_set(&account->guard), polls = pk_kit_number(&account->base.settings, "poll_receipts", 0) != 0;
    return (open || polls ? PK_CAN_RECEIPTS : 0) | (open ? PK_CAN_INBOUND : 0) | PK_CAN_EXPIRE;
}

/* ---- sending ---- */

static int begin(const struct account *account, struct pk_request *request, const char *method, const char *path)
{
    const struct pk_host *host = account->base.host;
    const struct pk_kit_settings *own = &account->base.settings;
    bool posts = strcmp(method, "POST") == 0;
    int r = posts ? pk_kit_begin_json(host, request, pk_kit_text(own, "url"), path)
                  : pk_kit_begin(host, request, method, pk_kit_text(own, "url"), path);
    if (r == 0)
        r = host->header(request, PK_SLICE("X-Api-Key"), pk_kit_text(own, "api_key"));
    return r == 0 && !posts ? host->header(request, PK_SLICE("AccountReference"), pk_kit_text(own, "account")) : r;
}

static int write_message(struct account *account, const struct pk_job *job, int64_t left_ms, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    const struct pk_kit_settings *own = &account->base.settings;
    struct pk_slice sender = job->sender.len > 0 ? job->sender : pk_kit_text(own, "sender");
    char until[PK_KIT_RFC3339_ROOM];
    pk_kit_rfc3339(job->now_ms + left_ms, until);
    int r = begin(account, request, "POST", "/v2/messages");
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "accountReference", pk_kit_text(own, "account"));
    pk_kit_json_text(&json, "channel", PK_SLICE("SMS"));
    if (sender.len > 0)
        pk_kit_json_text(&json, "from", sender);
    pk_kit_json_text(&json, "characterSet", PK_SLICE("Auto"));
    pk_kit_json_text(&json, "validity", pk_slice_of(until));
    pk_kit_json_text(&json, "messageType", pk_kit_text(own, "message_type"));
    pk_kit_json_text(&json, "name", job->attempt_id);
    pk_kit_json_open(&json, "body", '{');
    bool keeps = pk_slice_is(pk_kit_text(own, "brackets"), "keep");
    pk_kit_json_swapped(&json, "text", job->text, keeps ? "" : "[]", keeps ? "" : "()");
    pk_kit_json_close(&json, '}');
    pk_kit_json_open(&json, "recipients", '[');
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "msisdn", job->address);
    pk_kit_json_close(&json, '}');
    pk_kit_json_close(&json, ']');
    pk_kit_json_close(&json, '}');
    return json.error;
}

static void judge(struct account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice code = pk_kit_at(host, root, "errors[0].errorCode");
    uint32_t outcome = code.len > 0 ? pk_kit_table_find(&account->codes, code) : 0;
    if (outcome == 0)
        outcome = pk_kit_outcome_of_status(answer->status);
    if (outcome == PK_OUTCOME_ACCEPTED) {
        pk_kit_accept(&account->base.words, pk_kit_at(host, root, "data.messageIds[0]"), ret);
        if (ret->provider_id.len == 0)
            pk_kit_unreadable(&account->base.words, answer, ret);
        return;
    }
    pk_kit_refuse(&account->base.words, answer, outcome, code,
                  pk_kit_number(&account->base.settings, "throttle_wait", 5 * PK_KIT_SECOND), ret);
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    int64_t left_ms;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(account, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    /* More than a minute and less than three days from now. */
    if (!pk_kit_time_left(job, PK_KIT_MINUTE + PK_KIT_SECOND, 72 * PK_KIT_HOUR - PK_KIT_MINUTE, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = write_message(account, job, left_ms, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

/* "Did you take it?", by the request's name. A list without it may only be behind: not known. */
static int query(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    if (!round->answer) {
        int r = begin(account, round->request, "GET", "/v2/messages?pageSize=1&requestName=");
        if (r == 0)
            r = pk_kit_write(host, host->url(round->request), PK_KIT_PERCENT, job->attempt_id);
        return r != 0 ? r : PK_STEP_SEND;
    }
    if (pk_kit_unanswered(round->answer, &round->result))
        return PK_STEP_DONE;
    const struct pk_value *root = round->answer->status == 200 ? host->json_parse(host->ctx, round->answer->body) : NULL;
    pk_kit_accept(&account->base.words, pk_kit_at(host, root, "data[0].messageId"), &round->result);
    if (round->result.provider_id.len == 0)
        pk_kit_unreadable(&account->base.words, round->answer, &round->result);
    return PK_STEP_DONE;
}

/* ---- receipts, in either spelling of the names ---- */

static int take_receipt(struct pk_event_sink *sink, struct pk_slice id, struct pk_slice status, struct pk_slice reason,
                        struct pk_slice moment, struct pk_slice number)
{
    uint32_t state = pk_kit_meaning(statuses, PK_KIT_COUNT(statuses), status),
             why = pk_kit_meaning(passing, PK_KIT_COUNT(passing), reason);
    if (state == PK_RECEIPT_SENT && pk_slice_is(reason, "Delivered"))
        state = PK_RECEIPT_DELIVERED;
    if (state == NEVER && why != 0)
        state = why;
    int r = state != 0 ? pk_kit_receipt(sink, state, id, (struct pk_slice){ 0 }, reason, moment) : 0;
    bool stopped = state == NEVER && pk_slice_is(reason, "OptedOut");
    return r == 0 && stopped ? pk_kit_opt_out(sink, number, (struct pk_slice){ 0 }) : r;
}

/* ---- Spryng's calls ---- */

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct account *account = self;
    if (pk_kit_guard_is_set(&account->guard))
        return pk_kit_guard_verify(&account->guard, request, err);
    (void) pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: nothing protects it");
    return pk_hint(err, PK_E_NOT_FOUND, "Set webhook_header and webhook_header_secret, or webhook_user and webhook_password.");
}

static int take_message(const struct account *account, const struct pk_value *item, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->base.host;
    struct pk_slice id = pk_kit_at(host, item, "MessageId"), status = pk_kit_at(host, item, "Status");
    struct pk_slice moment = pk_kit_at(host, item, "OccurredAtTime");
    if (!pk_slice_is(status, "Received"))
        return take_receipt(sink, id, status, pk_kit_at(host, item, "Reason"), moment, pk_kit_at(host, item, "Msisdn"));
    struct pk_slice from = pk_kit_at(host, item, pk_kit_text(&account->base.settings, "reply_from").data);
    struct pk_slice text = pk_kit_at(host, item, "Body");
    return text.data ? pk_kit_reply(sink, from, text, id, moment) : 0;
}

static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    const struct account *account = self;
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, request->body), *messages = host->json_at(root, "Messages");
    int r = 0;
    (void) reply;
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    if (pk_kit_at(host, root, "ActionPerformedBy").data) /* sms-inbound-opted-out */
        return pk_kit_opt_out(sink, pk_kit_at(host, root, "Address"), (struct pk_slice){ 0 });
    for (size_t i = 0, count = host->json_count(messages); i < count && i < MESSAGES_MAX && r == 0; i++)
        r = take_message(account, host->json_item(messages, i), sink);
    return r;
}

/* ---- asking for receipts: the cursor is the moment of the last change seen ---- */

static int poll_request(void *self, struct pk_slice cursor, struct pk_request *request, int64_t now_ms)
{
    struct account *account = self;
    char path[64];
    (void) now_ms;
    if (!pk_kit_number(&account->base.settings, "poll_receipts", 0))
        return PK_STEP_DONE;
    size_t n = cursor.len <= CURSOR_MAX ? cursor.len : 0;
    memcpy(account->cursor, n > 0 ? cursor.data : "", n);
    account->cursor[n] = '\0';
    (void) snprintf(path, sizeof path, "/v2/messages?pageSize=%lld",
                    (long long) pk_kit_number(&account->base.settings, "poll_page", 200));
    int r = begin(account, request, "GET", path);
    return r != 0 ? r : PK_STEP_SEND;
}

static int poll_parse(void *self, const struct pk_answer *answer, struct pk_event_sink *sink, struct pk_out *ret_cursor,
                      struct pk_error *err)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    const struct pk_value *list = host->json_at(host->json_parse(host->ctx, answer->body), "data");
    struct pk_slice before = pk_slice_of(account->cursor), last = before;
    int r = 0;
    if (answer->status == 401 || answer->status == 403)
        return pk_fail(err, PK_E_DENIED, "Spryng refuses to tell of messages");
    if (answer->status != 200 || host->json_kind(list) != PK_VALUE_ARRAY)
        return pk_fail(err, PK_E_BUSY, "Spryng told nothing of messages, status %u", answer->status);
    for (size_t i = 0, count = host->json_count(list); i < count && i < MESSAGES_MAX && (r == 0 || r == PK_E_INVALID); i++) {
        const struct pk_value *item = host->json_item(list, i);
        struct pk_slice moment = pk_kit_at(host, item, "lastUpdateTimestamp");
        int64_t at_ms = pk_kit_moment(moment);
        if (at_ms <= pk_kit_moment(before) || moment.len > CURSOR_MAX)
            continue;
        r = take_receipt(sink, pk_kit_at(host, item, "messageId"), pk_kit_at(host, item, "status"),
                         pk_kit_at(host, item, "reason"), moment, pk_kit_at(host, item, "msisdn"));
        last = at_ms > pk_kit_moment(last) ? moment : last;
    }
    if ((r == 0 || r == PK_E_INVALID) && last.data != before.data)
        r = host->write(ret_cursor, last.data, last.len);
    return r == PK_E_INVALID ? 0 : r;
}

static const struct pk_exchange_ops exchange = {
    .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step, .query = query
};
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };
static const struct pk_poll_ops poll = { .size = sizeof poll, .request = poll_request, .parse = poll_parse };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "spryng",
    .version = "1",
    .summary = "Spryng, API v2",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_EXPIRE,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 8192,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = account_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .poll = &poll,
    .capabilities_of = capabilities_of,
    .setup = "Make an API key in Spryng's portal, and write down the account's reference.\n"
             "Tell Spryng how its calls prove themselves: PUT /v2/webhooks/authentication-methods with the header and key above.\n"
             "POST /v2/webhooks/subscriptions with {hook} for sms-message-delivered, sms-message-failed, sms-message-received and sms-inbound-opted-out.",
};

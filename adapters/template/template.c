/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A complete small adapter to copy: an imaginary provider that takes a message as one POST of JSON and calls back with
 * receipts and replies. It is not built in; the tests load it. Rename it, then change what differs from the top down:
 * settings, request, answer, calls.
 */
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/request.h"
#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define SECOND 1000ll
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define VALIDITY_LEAST MINUTE
#define VALIDITY_MOST (48 * HOUR)
#define WAIT_MS (5 * SECOND) /* throttled without Retry-After */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what the operator says ---- */

static const struct pk_setting settings[] = {
    { .name = "url", .type = PK_SETTING_URL, .fallback = "https://api.example.com/v1", .help = "The provider's address." },
    { .name = "token", .type = PK_SETTING_SECRET, .required = 1, .help = "The token the provider gave you." },
    { .name = "sender", .type = PK_SETTING_TEXT, .help = "The sender people see when the message names none." },
    { .name = "webhook_secret",
      .type = PK_SETTING_SECRET,
      .help = "The secret that the provider calls as the path behind the webhook's address, at least 16 letters and digits." },
};

/* ---- the provider's words ---- */

static const struct pk_kit_word codes[] = {
    { "bad_token", PK_OUTCOME_MISCONFIGURED },        { "no_credit", PK_OUTCOME_MISCONFIGURED },
    { "bad_number", PK_OUTCOME_INVALID_RECIPIENT },   { "unsubscribed", PK_OUTCOME_OPTED_OUT },
    { "too_fast", PK_OUTCOME_THROTTLED },             { "bad_text", PK_OUTCOME_REJECTED },
};

static const struct pk_kit_word states[] = {
    { "sent", PK_RECEIPT_SENT },
    { "delivered", PK_RECEIPT_DELIVERED },
    { "absent", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "failed", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

/* ---- an account ---- */

struct account {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    struct pk_kit_words words; /* what a result points at */
};

static void account_close(void *self)
{
    struct account *account = self;
    if (!account)
        return;
    pk_kit_settings_finish(&account->settings);
    free(account);
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    struct account *account = calloc(1, sizeof *account);
    if (!account)
        return PK_E_NOMEM;
    account->host = host;
    int r = pk_kit_settings_init(&account->settings, values, count);
    if (r == 0)
        r = pk_kit_check_secret(&account->settings, "webhook_secret", true, err);
    if (r != 0) {
        account_close(account);
        return r;
    }
    *ret_self = account;
    return 0;
}

/* Without a secret the webhook is closed: then there are neither receipts nor replies. */
static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    return pk_kit_is_set(&account->settings, "webhook_secret") ? PK_CAN_RECEIPTS | PK_CAN_INBOUND : 0;
}

/* ---- sending ---- */

static int write_request(struct account *account, const struct pk_job *job, struct pk_request *request, int64_t left_ms)
{
    const struct pk_host *host = account->host;
    struct pk_slice sender = job->sender.len > 0 ? job->sender : pk_kit_text(&account->settings, "sender");
    char until[PK_KIT_RFC3339_ROOM];
    pk_kit_rfc3339(job->now_ms + left_ms, until);
    int r = pk_kit_begin_json(host, request, pk_kit_text(&account->settings, "url"), "/messages");
    if (r == 0)
        r = host->header(request, PK_SLICE("X-Token"), pk_kit_text(&account->settings, "token"));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "to", job->address);
    if (sender.len > 0)
        pk_kit_json_text(&json, "from", sender);
    pk_kit_json_text(&json, "text", job->text);
    pk_kit_json_text(&json, "reference", job->attempt_id);
    pk_kit_json_text(&json, "validUntil", pk_slice_of(until));
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* A code that we know decides; then the status. A 2xx without an id may be anything: nobody knows. */
static void judge(struct account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice id = host->json_text(host->ctx, host->json_at(root, "id"));
    struct pk_slice code = host->json_text(host->ctx, host->json_at(root, "error"));
    uint32_t outcome = pk_kit_meaning(codes, COUNT(codes), code);
    if (outcome == 0)
        outcome = pk_kit_outcome_of_status(answer->status);
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->words, answer, outcome, code, WAIT_MS, ret);
        return;
    }
    pk_kit_accept(&account->words, id, ret);
    if (ret->provider_id.len == 0)
        pk_kit_unreadable(&account->words, answer, ret);
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
    if (!pk_kit_time_left(job, VALIDITY_LEAST, VALIDITY_MOST, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1; /* this request hands the message over */
    int r = write_request(account, job, round->request, left_ms);
    return r != 0 ? r : PK_STEP_SEND;
}

/* ---- the provider's calls ---- */

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct account *account = self;
    struct pk_slice secret = pk_kit_text(&account->settings, "webhook_secret");
    if (secret.len == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: webhook_secret is not set");
    return pk_kit_path_is(request, secret) ? 0 : pk_fail(err, PK_E_DENIED, "the call's path does not hold webhook_secret");
}

static int take_receipt(struct account *account, const struct pk_value *root, uint32_t state, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->host;
    struct pk_slice code = host->json_text(host->ctx, host->json_at(root, "error"));
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_RECEIPT,
        .provider_id = host->json_text(host->ctx, host->json_at(root, "id")),
        .state = state,
        .code = pk_kit_code_is_plain(code) ? code : (struct pk_slice){ 0 },
        .at_ms = pk_kit_moment(host->json_text(host->ctx, host->json_at(root, "at"))),
    };
    if (event.provider_id.len == 0 || event.provider_id.len > PK_KIT_ID_MAX)
        return 0; /* of no message we could find */
    return sink->emit(sink, &event);
}

static int take_reply(struct account *account, const struct pk_value *root, struct pk_slice text, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->host;
    char from[PK_KIT_E164_ROOM];
    if (pk_kit_e164(host->json_text(host->ctx, host->json_at(root, "from")), from) != 0)
        return 0; /* a name or a short code: nobody of ours */
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .address = pk_slice_of(from),
        .text = text,
        .event_id = host->json_text(host->ctx, host->json_at(root, "id")),
        .at_ms = pk_kit_moment(host->json_text(host->ctx, host->json_at(root, "at"))),
    };
    if (event.event_id.len > PK_KIT_ID_MAX)
        event.event_id = (struct pk_slice){ 0 };
    int r = sink->emit(sink, &event);
    explicit_bzero(from, sizeof from);
    return r;
}

/* What is neither passes: the provider would only repeat it. */
static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    struct account *account = self;
    const struct pk_host *host = account->host;
    const struct pk_value *root = host->json_parse(host->ctx, request->body);
    (void) reply;
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    struct pk_slice text = host->json_text(host->ctx, host->json_at(root, "text"));
    uint32_t state = pk_kit_meaning(states, COUNT(states), host->json_text(host->ctx, host->json_at(root, "status")));
    if (state != 0)
        return take_receipt(account, root, state, sink);
    return text.data ? take_reply(account, root, text, sink) : 0;
}

/* ---- the table ---- */

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "template",
    .version = "1",
    .summary = "An imaginary provider, to copy from",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 4096,
    .settings = settings,
    .setting_count = COUNT(settings),
    .open = account_open,
    .close = account_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
};

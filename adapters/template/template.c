/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A complete small adapter to copy: an imaginary provider that takes a message as one POST of JSON and calls back with
 * receipts and replies. It is not built in; the tests load it. Rename it, then change what differs from the top down:
 * settings, request, answer, calls.
 */
#include "adapters/kit/account.h"
#include "adapters/kit/event.h"
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"

#define VALIDITY_LEAST PK_KIT_MINUTE
#define VALIDITY_MOST (48 * PK_KIT_HOUR)
#define WAIT_MS (5 * PK_KIT_SECOND) /* throttled without Retry-After */

/* ---- what the operator says ---- */

static const struct pk_setting settings[] = {
    PK_KIT_URL("url", "https://api.example.com/v1", "The provider's address."),
    PK_KIT_SECRET_REQUIRED("token", "The token the provider gave you."),
    PK_KIT_TEXT("sender", NULL, "The sender people see when the message names none."),
    PK_KIT_SECRET("webhook_secret",
                  "The secret that the provider calls as the path behind the webhook's address, at least 16 letters and digits."),
};

/* ---- the provider's words ---- */

static const struct pk_kit_word codes[] = {
    { "bad_token", PK_OUTCOME_MISCONFIGURED },      { "no_credit", PK_OUTCOME_MISCONFIGURED },
    { "bad_number", PK_OUTCOME_INVALID_RECIPIENT }, { "unsubscribed", PK_OUTCOME_OPTED_OUT },
    { "too_fast", PK_OUTCOME_THROTTLED },           { "bad_text", PK_OUTCOME_REJECTED },
};

static const struct pk_kit_word states[] = {
    { "sent", PK_RECEIPT_SENT },
    { "delivered", PK_RECEIPT_DELIVERED },
    { "absent", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "failed", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

/* ---- an account ---- */

/* Whatever else an account keeps stands behind its base. */
struct account {
    struct pk_kit_account base;
};

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct account), host, values, count, &made);
    struct account *account = made;
    if (r != 0)
        return r;
    r = pk_kit_check_secret(&account->base.settings, "webhook_secret", true, err);
    if (r != 0)
        pk_kit_account_free(account);
    else
        *ret_self = account;
    return r;
}

/* Without a secret the webhook is closed: then there are neither receipts nor replies. */
static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    return pk_kit_is_set(&account->base.settings, "webhook_secret") ? PK_CAN_RECEIPTS | PK_CAN_INBOUND : 0;
}

/* ---- sending ---- */

static int write_request(struct account *account, const struct pk_job *job, struct pk_request *request, int64_t left_ms)
{
    const struct pk_host *host = account->base.host;
    struct pk_slice sender = job->sender.len > 0 ? job->sender : pk_kit_text(&account->base.settings, "sender");
    char until[PK_KIT_RFC3339_ROOM];
    pk_kit_rfc3339(job->now_ms + left_ms, until);
    int r = pk_kit_begin_json(host, request, pk_kit_text(&account->base.settings, "url"), "/messages");
    if (r == 0)
        r = host->header(request, PK_SLICE("X-Token"), pk_kit_text(&account->base.settings, "token"));
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
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice id = pk_kit_at(host, root, "id"), code = pk_kit_at(host, root, "error");
    uint32_t outcome = pk_kit_meaning(codes, PK_KIT_COUNT(codes), code);
    if (outcome == 0)
        outcome = pk_kit_outcome_of_status(answer->status);
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->base.words, answer, outcome, code, WAIT_MS, ret);
        return;
    }
    pk_kit_accept(&account->base.words, id, ret);
    if (ret->provider_id.len == 0)
        pk_kit_unreadable(&account->base.words, answer, ret);
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
    return pk_kit_verify_path(&account->base, request, err);
}

/* What is neither passes: the provider would only repeat it. */
static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, request->body);
    (void) reply;
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    struct pk_slice id = pk_kit_at(host, root, "id"), at = pk_kit_at(host, root, "at"), text = pk_kit_at(host, root, "text");
    uint32_t state = pk_kit_meaning(states, PK_KIT_COUNT(states), pk_kit_at(host, root, "status"));
    if (state != 0)
        return pk_kit_receipt(sink, state, id, (struct pk_slice){ 0 }, pk_kit_at(host, root, "error"), at);
    return text.data ? pk_kit_reply(sink, pk_kit_at(host, root, "from"), text, id, at) : 0;
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
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = pk_kit_account_free,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup = "Tell the provider to call {hook}/WEBHOOK-SECRET (what webhook_secret holds).",
};

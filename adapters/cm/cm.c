/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CM.com, Business Messaging API 1.0. It gives no id of its own: what comes back names our reference. It takes the same
 * reference twice, so a lost answer stays uncertain. The channels of a message are named in one place (write_channels), for
 * the same API carries more than SMS.
 */
#include "adapters/kit/account.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MAX 32u   /* of a form; more are not looked at */
#define MESSAGES_MAX 64u /* in one call */
#define WAIT_MS (10 * PK_KIT_SECOND)
#define ID_BYTES 16 /* of a digest, for an event's id */

static const struct pk_setting settings[] = {
    PK_KIT_URL("url", "https://gw.messaging.cm.com/v1.0/message",
               "The gateway's address; CM names another one to customers that may not use the usual."),
    PK_KIT_SECRET_REQUIRED("product_token", "The product token of the gateway, as the Channels app shows it."),
    PK_KIT_TEXT("sender", NULL,
                "The sender people see when the message names none: at most 11 letters and digits, or 16 digits."),
    PK_KIT_INTEGER("max_parts", "8", 1, 8, "The most parts a message may have; CM refuses a longer one."),
    PK_KIT_TEXT("grouping", NULL, "A label for CM's own reports, at most 100 characters; nothing about a person."),
    PK_KIT_SECRET("webhook_secret",
                  "The secret that CM calls as the path behind the webhook's address, at least 16 letters and digits."),
};

/* errorCode of an answer, messageErrorCode of a message in it. */
static const struct pk_kit_word codes[] = {
    { "0", PK_OUTCOME_ACCEPTED },
    { "101", PK_OUTCOME_MISCONFIGURED }, /* authentication failed */
    { "102", PK_OUTCOME_MISCONFIGURED }, /* balance used up */
    { "103", PK_OUTCOME_MISCONFIGURED }, /* product token wrong */
    { "202", PK_OUTCOME_REJECTED },      /* malformed JSON */
    { "203", PK_OUTCOME_REJECTED },
    { "301", PK_OUTCOME_MISCONFIGURED }, /* sender */
    { "302", PK_OUTCOME_INVALID_RECIPIENT },
    { "303", PK_OUTCOME_INVALID_RECIPIENT },
    { "304", PK_OUTCOME_REJECTED }, /* body */
    { "305", PK_OUTCOME_REJECTED }, /* a field */
    { "401", PK_OUTCOME_REJECTED }, /* taken for spam */
    { "402", PK_OUTCOME_OPTED_OUT },
    { "403", PK_OUTCOME_REJECTED },
    { "500", PK_OUTCOME_RETRY },
    { "999", PK_OUTCOME_RETRY },
};
#define PER_MESSAGE "201" /* errorCode: see each message */

static const struct pk_kit_word states[] = {
    { "0", PK_RECEIPT_SENT },      { "1", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "2", PK_RECEIPT_DELIVERED }, { "3", PK_RECEIPT_UNDELIVERED_PERMANENT }, /* unless its error code says otherwise */
    { "4", PK_RECEIPT_READ },
};

/* Error codes of a state 3 that are not for good. */
static const struct pk_kit_word passing[] = {
    { "7", PK_RECEIPT_SENT },                   /* the network tries on */
    { "21", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* no credit */
    { "22", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "24", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* absent */
    { "25", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* network */
    { "26", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* telephone full */
};
#define ON_STOP_LIST "37"

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
    struct pk_slice sender = pk_kit_text(&account->base.settings, "sender");
    int64_t number;
    r = pk_kit_check_secret(&account->base.settings, "webhook_secret", true, err);
    if (r == 0 && (sender.len > 16 || (sender.len > 11 && !pk_kit_decimal(sender, &number))))
        r = pk_fail(err, PK_E_CONFIG, "sender: it is longer than 11 letters and digits, or 16 digits");
    if (r != 0)
        pk_kit_account_free(account);
    else
        *ret_self = account;
    return r;
}

static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    return pk_kit_is_set(&account->base.settings, "webhook_secret") ? PK_CAN_RECEIPTS | PK_CAN_INBOUND : 0;
}

/* ---- sending ---- */

/* Named, so that CM falls back to no other channel than the consent is for. */
static void write_channels(struct pk_kit_json *json)
{
    pk_kit_json_open(json, "allowedChannels", '[');
    pk_kit_json_text(json, NULL, PK_SLICE("SMS"));
    pk_kit_json_close(json, ']');
}

/* "2026-10-14 18:00:00 GMT": the one absolute form that names its zone. */
static void write_validity(struct pk_kit_json *json, int64_t until_ms)
{
    char moment[PK_KIT_RFC3339_ROOM], text[sizeof "2026-10-14 18:00:00 GMT"];
    pk_kit_rfc3339(until_ms, moment);
    (void) snprintf(text, sizeof text, "%.10s %.8s GMT", moment, moment + 11);
    pk_kit_json_text(json, "validity", pk_slice_of(text));
}

static void write_message(struct account *account, const struct pk_job *job, int64_t left_ms, struct pk_kit_json *json)
{
    const struct pk_kit_settings *own = &account->base.settings;
    struct pk_slice sender = job->sender.len > 0 ? job->sender : pk_kit_text(own, "sender");
    pk_kit_json_open(json, NULL, '{');
    write_channels(json);
    if (sender.len > 0)
        pk_kit_json_text(json, "from", sender);
    pk_kit_json_open(json, "to", '[');
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "number", job->address);
    pk_kit_json_close(json, '}');
    pk_kit_json_close(json, ']');
    pk_kit_json_open(json, "body", '{');
    pk_kit_json_text(json, "type", PK_SLICE("auto"));
    pk_kit_json_text(json, "content", job->text);
    pk_kit_json_close(json, '}');
    pk_kit_json_int(json, "minimumNumberOfMessageParts", 1);
    pk_kit_json_int(json, "maximumNumberOfMessageParts", pk_kit_number(own, "max_parts", 8));
    pk_kit_json_text(json, "reference", job->attempt_id);
    write_validity(json, job->now_ms + left_ms);
    if (pk_kit_is_set(own, "grouping"))
        pk_kit_json_text(json, "customGrouping", pk_kit_text(own, "grouping"));
    pk_kit_json_close(json, '}');
}

static int write_request(struct account *account, const struct pk_job *job, int64_t left_ms, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    int r = pk_kit_begin_json(host, request, pk_kit_text(&account->base.settings, "url"), "");
    if (r == 0)
        r = host->header(request, PK_SLICE("X-CM-PRODUCTTOKEN"), pk_kit_text(&account->base.settings, "product_token"));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_open(&json, "messages", '{');
    pk_kit_json_open(&json, "msg", '[');
    write_message(account, job, left_ms, &json);
    pk_kit_json_close(&json, ']');
    pk_kit_json_close(&json, '}');
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* The code decides, the message's own before the whole's; then the status. Without a code no 2xx is a success. */
static void judge(struct account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice whole = pk_kit_at(host, root, "errorCode"), code = pk_kit_at(host, root, "messages[0].messageErrorCode");
    int64_t parts = host->json_int(host->json_at(root, "messages[0].parts"), 0);
    if (code.len == 0 || (whole.len > 0 && !pk_slice_is(whole, "0") && !pk_slice_is(whole, PER_MESSAGE)))
        code = whole;
    uint32_t outcome = pk_kit_meaning(codes, PK_KIT_COUNT(codes), code);
    if (outcome == 0) {
        outcome = pk_kit_outcome_of_status(answer->status);
        outcome = outcome == PK_OUTCOME_ACCEPTED ? PK_OUTCOME_UNCERTAIN : outcome;
    }
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->base.words, answer, outcome, code, WAIT_MS, ret);
        return;
    }
    pk_kit_accept(&account->base.words, (struct pk_slice){ 0 }, ret);
    ret->parts = parts > 0 && parts < 256 ? (uint32_t) parts : 0;
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
    if (!pk_kit_time_left(job, PK_KIT_MINUTE, 48 * PK_KIT_HOUR, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = write_request(account, job, left_ms, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

/* ---- CM's calls ---- */

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct account *account = self;
    return pk_kit_verify_path(&account->base, request, err);
}

/* CM gives no moment with a zone: the gateway's own counts. On the national stop list the person is heard, too. */
static int take_status(struct pk_event_sink *sink, struct pk_slice reference, struct pk_slice status, struct pk_slice code,
                       struct pk_slice to)
{
    uint32_t state = pk_kit_meaning(states, PK_KIT_COUNT(states), status);
    uint32_t other = pk_slice_is(status, "3") ? pk_kit_meaning(passing, PK_KIT_COUNT(passing), code) : 0;
    int r = state != 0 ? pk_kit_receipt(sink, other != 0 ? other : state, (struct pk_slice){ 0 }, reference, code,
                                        (struct pk_slice){ 0 })
                       : 0;
    if (r == 0 && pk_slice_is(status, "3") && pk_slice_is(code, ON_STOP_LIST))
        r = pk_kit_opt_out(sink, to, (struct pk_slice){ 0 });
    return r;
}

static struct pk_slice either(const struct pk_host *host, const struct pk_value *root, const char *path, const char *other)
{
    struct pk_slice text = pk_kit_at(host, root, path);
    return text.data ? text : pk_kit_at(host, root, other);
}

/* No id comes with a reply, and an unanswered call comes again for a month: sender, moment and text are its id, digested. */
static int take_reply(struct account *account, const struct pk_value *root, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->base.host;
    struct pk_slice from = either(host, root, "from.number", "from"), text = either(host, root, "message.text", "message");
    struct pk_slice time = pk_kit_at(host, root, "timeUtc");
    char id[PK_KIT_HEX_ROOM(ID_BYTES)], moment[40];
    uint8_t digest[32];
    text = text.data ? text : pk_kit_at(host, root, "body");
    if (!text.data)
        return 0;
    const struct pk_slice said[] = { from, PK_SLICE("\n"), time, PK_SLICE("\n"), text };
    host->hmac_sha256(pk_kit_text(&account->base.settings, "webhook_secret"), said, PK_KIT_COUNT(said), digest);
    size_t len = time.len > 0 ? pk_kit_hex(digest, ID_BYTES, id) : 0;
    int n = snprintf(moment, sizeof moment, "%.*sZ", (int) (time.len < 30 ? time.len : 30), time.data ? time.data : "");
    return pk_kit_reply(sink, from, text, pk_slice_make(id, len), pk_slice_make(moment, (size_t) n));
}

/* The older form: a query or form whose names the customer wrote into the URL, in capitals as CM suggests. */
static int parse_form(struct pk_slice form, struct pk_event_sink *sink)
{
    struct pk_slice reference = { 0 }, status = { 0 }, code = { 0 }, to = { 0 }, name, value;
    char *memory = malloc(form.len + 1), *room = memory;
    if (!memory)
        return PK_E_NOMEM;
    for (unsigned i = 0; i < FIELDS_MAX && pk_kit_next_pair(&form, &room, &name, &value); i++) {
        if (pk_kit_same_word(name, PK_SLICE("REFERENCE")))
            reference = value;
        else if (pk_kit_same_word(name, PK_SLICE("STATUS")))
            status = value;
        else if (pk_kit_same_word(name, PK_SLICE("STATUSDESCRIPTION")) || pk_kit_same_word(name, PK_SLICE("ERRORCODE")))
            code = value;
        else if (pk_kit_same_word(name, PK_SLICE("GSM")))
            to = value;
    }
    int r = take_status(sink, reference, status, code, to);
    explicit_bzero(memory, (size_t) (room - memory));
    free(memory);
    return r;
}

static int take_message(const struct pk_host *host, const struct pk_value *message, struct pk_event_sink *sink)
{
    return take_status(sink, pk_kit_at(host, message, "reference"), pk_kit_at(host, message, "status.code"),
                       pk_kit_at(host, message, "status.errorCode"), either(host, message, "to.number", "to"));
}

static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    struct pk_slice body = pk_kit_trim(request->body);
    (void) reply;
    if (body.len == 0 || (body.data[0] != '{' && body.data[0] != '['))
        return parse_form(body.len > 0 ? body : request->query, sink);
    const struct pk_value *root = host->json_parse(host->ctx, body), *messages = host->json_at(root, "messages.msg");
    if (!root)
        return pk_fail(err, PK_E_INVALID, "the call's body is not JSON");
    if (host->json_kind(messages) == PK_VALUE_OBJECT)
        return take_message(host, messages, sink);
    if (host->json_kind(messages) == PK_VALUE_ABSENT)
        return host->json_kind(root) == PK_VALUE_OBJECT ? take_reply(account, root, sink) : 0;
    int r = 0;
    for (size_t i = 0, count = host->json_count(messages); i < count && i < MESSAGES_MAX && r == 0; i++)
        r = take_message(host, host->json_item(messages, i), sink);
    return r;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "cm",
    .version = "1",
    .summary = "CM.com, Business Messaging API",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND,
    .number_format = PK_NUMBER_00,
    .max_text_bytes = 8192,
    .max_parts = 8,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = pk_kit_account_free,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup = "In CM's Channels app, Gateway: copy the product token.\n"
             "Gateway, Status reports: {hook}/WEBHOOK-SECRET (what webhook_secret holds), method POST, format JSON.\n"
             "For replies: the same address at the virtual number's incoming messages, JSON.\n"
             "CM signs nothing: keep that address to yourselves.",
};

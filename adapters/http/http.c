/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any provider that takes a message as one HTTP request with a JSON, form, XML or plain body, by configuration only.
 * README.md beside this file shows how two real shapes are connected.
 */
#include "adapters/http/http.h"

#include "adapters/kit/export.h"

/* clang-format off */
#define TEXT(name_, fallback_, help_) { .name = name_, .type = PK_SETTING_TEXT, .fallback = fallback_, .help = help_ }
#define SECRET(name_, help_) { .name = name_, .type = PK_SETTING_SECRET, .help = help_ }
#define CHOICE(name_, choices_, fallback_, help_) \
    { .name = name_, .type = PK_SETTING_CHOICE, .choices = choices_, .fallback = fallback_, .help = help_ }
#define DURATION(name_, min_, max_, help_) { .name = name_, .type = PK_SETTING_DURATION, .min = min_, .max = max_, .help = help_ }
/* clang-format on */

#define SECOND 1000ll
#define HOUR (3600 * SECOND)

static const struct pk_setting settings[] = {
    /* the request */
    { .name = "url",
      .type = PK_SETTING_URL,
      .required = 1,
      .help = "The provider's address for sending, without what changes per message." },
    CHOICE("method", "POST|PUT|GET", "POST", "The HTTP method of the request."),
    TEXT("query", NULL, "What to add to the URL for every message, such as to={to}&text={text}; places are percent-encoded."),
    CHOICE("format", "json|form|xml|plain", "json", "The format of the body, which decides how places in it are escaped."),
    TEXT("body", NULL, "The body with places such as {to}, {text} and {reference}; in JSON text places stand inside quotes."),
    TEXT("value.*", NULL, "A fixed value or secret of your own, filled in where a template says {value.NAME}."),
    TEXT("header.*", NULL, "A header to send along, such as header.Authorization = file:provider.token."),
    TEXT("user", NULL, "The user name of HTTP Basic authentication."),
    SECRET("password", "The password of HTTP Basic authentication."),
    TEXT("idempotency_header", NULL,
         "The header, such as Idempotency-Key, by which this provider promises to take a repeated message once."),
    CHOICE("number_format", "e164|digits|00", "e164", "How numbers are written: +31612345678, 31612345678 or 0031612345678."),
    TEXT("sender", NULL, "The sender that {sender} stands for when the message names none."),
    DURATION("validity_max", 60 * SECOND, 31 * 24 * HOUR,
             "The longest validity the provider takes; longer ones are shortened to it."),
    /* the answer */
    TEXT("answer_id", NULL,
         "Where the message's id is in a JSON answer, such as messages[0].id, or * when the whole answer is the id."),
    TEXT("answer_id_after", NULL, "The words in a plain answer that the message's id follows, such as ID:."),
    TEXT("answer_code", NULL,
         "Where the provider's code is in a JSON answer; of several places, separated by commas, the first found counts."),
    TEXT("answer_code_after", NULL, "The words in a plain answer that the provider's code follows, such as ERR:."),
    TEXT("answer_parts", NULL, "Where a JSON answer says how many parts the message had."),
    TEXT("answer_price", NULL, "Where a JSON answer says what the message costs, in the account's currency, such as messages[0].price."),
    CHOICE("answer_price_unit", "whole|hundredths", "whole", "Whether that price is in whole units of the currency, as 0.065, or in hundredths, as 6.5."),
    CHOICE("priced_per", "part|message", "part",
           "What the account's own price is of: each part of a text message, or a message, whatever its length."),
    TEXT("code.*", NULL, "The provider's codes that mean an outcome, such as code.invalid_recipient = 302, 303."),
    TEXT("status.*", NULL,
         "The HTTP statuses that mean an outcome, where it is not the usual one, such as status.uncertain = 500, 5xx."),
    DURATION("throttle_wait", SECOND, HOUR, "How long to wait after being throttled when the provider does not say."),
    /* protection of the webhook */
    SECRET("webhook_secret",
           "The secret that the provider calls as the path behind the webhook's address, at least 16 letters and digits."),
    TEXT("webhook_header", NULL, "The header in which the provider sends a secret that you gave it."),
    SECRET("webhook_header_secret", "The secret expected in webhook_header, whole."),
    TEXT("webhook_hmac_header", NULL, "The header with the HMAC-SHA256 of the call's body."),
    SECRET("webhook_hmac_secret", "The key of that HMAC."),
    CHOICE("webhook_hmac_encoding", "hex|base64", "hex",
           "How the HMAC is written in its header; a front such as sha256= is passed over."),
    TEXT("webhook_user", NULL, "The user name that the provider's calls carry as HTTP Basic authentication."),
    SECRET("webhook_password", "The password that the provider's calls carry as HTTP Basic authentication."),
    /* what a call at the webhook holds */
    TEXT("events", NULL, "Where the list of events is in a call; without it the call is one event, or a list of them."),
    TEXT("receipt_id", NULL, "Where a receipt holds the provider's id of the message."),
    TEXT("receipt_reference", NULL, "Where a receipt holds our own {reference}."),
    TEXT("receipt_state", NULL, "Where a receipt holds the message's state."),
    TEXT("receipt_code", NULL, "Where a receipt holds the provider's error code."),
    TEXT("receipt_time", NULL, "Where a receipt holds its moment."),
    TEXT("receipt.*", NULL,
         "The provider's words for a state, such as receipt.delivered = DELIVRD, or with its error code as failed/24."),
    TEXT("reply_from", NULL, "Where a reply holds the number it came from."),
    TEXT("reply_text", NULL, "Where a reply holds what the person wrote."),
    TEXT("reply_id", NULL, "Where a reply holds the provider's id of it, by which repeated calls are known."),
    TEXT("reply_time", NULL, "Where a reply holds its moment."),
    TEXT("reply_part_reference", NULL, "Where a reply that comes in parts holds the reference its parts share."),
    TEXT("reply_part_total", NULL, "Where a reply that comes in parts holds how many there are."),
    TEXT("reply_part_index", NULL, "Where a reply that comes in parts holds which part it is, counted from 1."),
};

/* The provider is told until when it may deliver. */
static bool tells_validity(const struct pk_kit_template *template)
{
    for (size_t i = 0; i < template->count; i++)
        if (template->pieces[i].place >= HTTP_VALID_UNTIL && template->pieces[i].place < HTTP_PLACES)
            return true;
    return false;
}

static uint32_t capabilities_of(const void *self)
{
    const struct http_account *account = self;
    uint32_t can = (account->idempotency_header.len > 0 ? PK_CAN_IDEMPOTENT : 0) | (account->per_message ? PK_PRICED_PER_MESSAGE : 0);
    if (tells_validity(&account->body) || (account->has_query && tells_validity(&account->query)))
        can |= PK_CAN_EXPIRE;
    if (pk_http_adapter_protected(account)) {
        can |= account->receipt_state.count > 0 ? PK_CAN_RECEIPTS : 0;
        can |= account->reply_text.count > 0 ? PK_CAN_INBOUND : 0;
    }
    return can;
}

static const struct pk_exchange_ops exchange = {
    .size = sizeof(struct pk_exchange_ops),
    .transport = PK_TRANSPORT_HTTP,
    .step = pk_http_adapter_step,
};

static const struct pk_webhook_ops webhook = {
    .size = sizeof(struct pk_webhook_ops),
    .verify = pk_http_adapter_verify,
    .parse = pk_http_adapter_parse,
};

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "http",
    .version = "1",
    .summary = "Any provider with an HTTP interface, by configuration",
    .channels = "sms",
    .capabilities = PK_CAN_IDEMPOTENT | PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_EXPIRE | PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 16384,
    .settings = settings,
    .setting_count = sizeof settings / sizeof settings[0],
    .open = pk_http_adapter_open,
    .close = pk_http_adapter_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup = "Give the provider {hook} for receipts and replies (with webhook_secret: {hook}/WEBHOOK-SECRET).\n"
             "adapters/http/README.md works out two providers, setting by setting.",
};

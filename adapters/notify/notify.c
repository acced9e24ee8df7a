/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * NotifyNL and GOV.UK Notify: the texts are templates there, so each of ours is mapped to one of theirs and its parameters,
 * or goes whole into a template that is one parameter. What is mapped to nothing is refused before it leaves. Every
 * request carries a token made for it alone, which is good for 30 seconds.
 */
#include "adapters/kit/account.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/mapping.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#define UUID_LEN 36

static const struct pk_setting settings[] = {
    PK_KIT_URL("url", "https://api.notifynl.nl", "The address of the API; GOV.UK's is https://api.notifications.service.gov.uk."),
    PK_KIT_SECRET_REQUIRED("api_key", "The API key, whole: its name, the service's id and the secret."),
    PK_KIT_TEXT("sender_id", NULL, "The id of the sender to use, from the service's settings; without it the service's default."),
    PK_KIT_TEXT("template.*", NULL,
                "The template's id for one of our texts (template.NAME, or template.NAME.bg-Latn for one language and script), "
                "then each of its parameters with where it comes from: ID, name = school, message = text."),
    PK_KIT_TEXT("text_template", NULL,
                "The id of a template that is one parameter, for every text without a template.* of its own."),
    PK_KIT_TEXT("text_parameter", "bericht", "That parameter's name."),
    PK_KIT_SECRET("webhook_token", "The bearer token that you gave the service for its callbacks, at least 16 characters."),
    PK_KIT_BOOLEAN("inbound", "no", "Whether the service receives messages and passes them on to the callback."),
};

static const struct pk_kit_word statuses[] = {
    { "created", PK_RECEIPT_ACCEPTED },
    { "sending", PK_RECEIPT_SENT },
    { "pending", PK_RECEIPT_SENT },
    { "sent", PK_RECEIPT_SENT }, /* abroad, where no receipt comes */
    { "delivered", PK_RECEIPT_DELIVERED },
    { "permanent-failure", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "temporary-failure", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "technical-failure", PK_RECEIPT_UNDELIVERED_TEMPORARY },
};

/* What a 400, 403 or 429 means: its error, and what its message holds. The first row that fits decides; sentences are used
 * no further than the documentation gives them. */
static const struct meaning {
    const char *error, *holds;
    uint32_t outcome;
} meanings[] = {
    { "ValidationError", "phone_number", PK_OUTCOME_INVALID_RECIPIENT },
    { "ValidationError", "", PK_OUTCOME_REJECTED },
    { "BadRequestError", "international", PK_OUTCOME_MISCONFIGURED },
    { "BadRequestError", "trial mode", PK_OUTCOME_MISCONFIGURED },
    { "BadRequestError", "team-only", PK_OUTCOME_MISCONFIGURED },
    { "BadRequestError", "sms_sender_id", PK_OUTCOME_MISCONFIGURED },
    { "BadRequestError", "Template not found", PK_OUTCOME_MISCONFIGURED },
    { "BadRequestError", "", PK_OUTCOME_REJECTED },
    { "AuthError", "", PK_OUTCOME_MISCONFIGURED },
    { "RateLimitError", "", PK_OUTCOME_THROTTLED },
    { "TooManyRequestsError", "", PK_OUTCOME_THROTTLED },
};

struct account {
    struct pk_kit_account base;
};

/* ---- opening ---- */

static bool is_uuid(struct pk_slice text)
{
    bool good = text.len == UUID_LEN;
    for (size_t i = 0; good && i < UUID_LEN; i++) {
        char c = text.data[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        good = dash ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    return good;
}

/* "NAME-ISS-SECRET" from its end, for the name may hold dashes. */
static bool cut_key(struct pk_slice key, struct pk_slice *ret_iss, struct pk_slice *ret_secret)
{
    if (key.len < 2 * UUID_LEN + 2)
        return false;
    *ret_secret = pk_slice_make(key.data + key.len - UUID_LEN, UUID_LEN);
    *ret_iss = pk_slice_make(key.data + key.len - 2 * UUID_LEN - 1, UUID_LEN);
    return is_uuid(*ret_iss) && is_uuid(*ret_secret) && ret_secret->data[-1] == '-' && ret_iss->data[-1] == '-';
}

static int check(const struct pk_kit_settings *own, struct pk_error *err)
{
    struct pk_slice iss, secret, sender = pk_kit_text(own, "sender_id"), whole = pk_kit_text(own, "text_template");
    size_t mapped = 0;
    int r = pk_kit_check_secret(own, "webhook_token", false, err);
    if (r == 0 && !cut_key(pk_kit_text(own, "api_key"), &iss, &secret))
        return pk_fail(err, PK_E_CONFIG, "api_key: it does not end in the service's id and a secret");
    if (r == 0 && sender.len > 0 && !is_uuid(sender))
        return pk_fail(err, PK_E_CONFIG, "sender_id: this is no id of a sender");
    if (r == 0 && whole.len > 0 && !is_uuid(whole))
        return pk_fail(err, PK_E_CONFIG, "text_template: this is no id of a template");
    if (r == 0)
        r = pk_kit_mapping_check(own, is_uuid, &mapped, err);
    if (r != 0 || mapped > 0 || whole.len > 0)
        return r;
    (void) pk_fail(err, PK_E_CONFIG, "text_template: no text has a template of the provider's");
    return pk_hint(err, PK_E_CONFIG, "Set text_template, or template.NAME for each text.");
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct account), host, values, count, &made);
    struct account *account = made;
    if (r != 0)
        return r;
    r = check(&account->base.settings, err);
    if (r != 0)
        pk_kit_account_free(account);
    else
        *ret_self = account;
    return r;
}

static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    bool open = pk_kit_is_set(&account->base.settings, "webhook_token");
    bool inbound = open && pk_kit_number(&account->base.settings, "inbound", 0) != 0;
    return PK_CAN_TEMPLATES_ONLY | (open ? PK_CAN_RECEIPTS : 0) | (inbound ? PK_CAN_INBOUND : 0);
}

/* With text_template every text goes out, as the one value of that template. */
static int carries(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err)
{
    const struct account *account = self;
    (void) now_ms;
    if (pk_kit_is_set(&account->base.settings, "text_template") || pk_kit_mapping_named(&account->base.settings, template_name, language).len > 0)
        return 0;
    return pk_fail(err, PK_E_NOT_FOUND, "the text is mapped to no template of the provider's");
}

/* ---- our text in their words ---- */

static void write_template(const struct account *account, const struct pk_job *job, struct pk_slice mapping,
                           struct pk_kit_json *json)
{
    const struct pk_kit_settings *own = &account->base.settings;
    bool mapped = mapping.len > 0;
    struct pk_slice name, source;
    pk_kit_json_text(json, "template_id", mapped ? pk_kit_mapping_id(&mapping) : pk_kit_text(own, "text_template"));
    pk_kit_json_open(json, "personalisation", '{');
    while (mapped && pk_kit_mapping_next(&mapping, &name, &source))
        pk_kit_json_named(json, name, pk_kit_mapping_value(job, source));
    if (!mapped)
        pk_kit_json_named(json, pk_kit_text(own, "text_parameter"), job->text);
    pk_kit_json_close(json, '}');
}

/* ---- sending ---- */

static int authorise(const struct account *account, struct pk_request *request, int64_t now_ms)
{
    char token[PK_KIT_JWT_ROOM];
    struct pk_slice iss, secret;
    (void) cut_key(pk_kit_text(&account->base.settings, "api_key"), &iss, &secret);
    size_t len = pk_kit_jwt_issued(account->base.host, secret, iss, now_ms, token);
    int r = account->base.host->header(request, PK_SLICE("Authorization"), pk_slice_make(token, len));
    explicit_bzero(token, sizeof token);
    return r;
}

static int write_request(const struct account *account, const struct pk_job *job, struct pk_slice mapping,
                         struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    const struct pk_kit_settings *own = &account->base.settings;
    int r = pk_kit_begin_json(host, request, pk_kit_text(own, "url"), "/v2/notifications/sms");
    if (r == 0)
        r = authorise(account, request, job->now_ms);
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "phone_number", job->address);
    write_template(account, job, mapping, &json);
    pk_kit_json_text(&json, "reference", job->attempt_id);
    if (pk_kit_is_set(own, "sender_id"))
        pk_kit_json_text(&json, "sms_sender_id", pk_kit_text(own, "sender_id"));
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* An error of a minute, or of the day, which is counted anew at midnight UTC. */
static int64_t wait_of(struct pk_slice error, int64_t now_ms)
{
    int64_t left_ms = PK_KIT_DAY - now_ms % PK_KIT_DAY;
    if (!pk_slice_is(error, "TooManyRequestsError"))
        return PK_KIT_MINUTE;
    return left_ms < PK_KIT_HOUR ? left_ms : PK_KIT_HOUR;
}

static bool holds(struct pk_slice text, const char *words)
{
    return words[0] == '\0' || (text.len > 0 && memmem(text.data, text.len, words, strlen(words)));
}

static void judge(struct account *account, int64_t now_ms, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice error = pk_kit_at(host, root, "errors[0].error"), message = pk_kit_at(host, root, "errors[0].message");
    uint32_t outcome = pk_kit_outcome_of_status(answer->status);
    bool ours = answer->status >= 400 && answer->status < 500;
    for (size_t i = 0; ours && i < PK_KIT_COUNT(meanings); i++)
        if (pk_slice_is(error, meanings[i].error) && holds(message, meanings[i].holds)) {
            outcome = meanings[i].outcome;
            ours = false;
        }
    if (outcome == PK_OUTCOME_ACCEPTED) {
        pk_kit_accept(&account->base.words, pk_kit_at(host, root, "id"), ret);
        if (ret->provider_id.len == 0)
            pk_kit_unreadable(&account->base.words, answer, ret);
        return;
    }
    pk_kit_refuse(&account->base.words, answer, outcome, error, wait_of(error, now_ms), ret);
    if (pk_slice_is(error, "AuthError") && holds(message, "system clock"))
        ret->reason = PK_SLICE("The clocks of the gateway and of the provider differ by more than 30 seconds.");
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    struct pk_slice mapping = pk_kit_mapping_of(&account->base.settings, job);
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(account, job->now_ms, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (mapping.len == 0 && !pk_kit_is_set(&account->base.settings, "text_template")) {
        pk_kit_reject("unmapped", "The account maps this text, in this language, to no template of the provider.",
                      &round->result);
        return PK_STEP_DONE;
    }
    if (mapping.len > 0 && !pk_kit_mapping_whole(mapping, job)) {
        pk_kit_reject("no-value", "A parameter of the provider's template comes from a value that the message does not have.",
                      &round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = write_request(account, job, mapping, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

/* "Did you take it?", by our reference. A list without it may only be behind: not known. */
static int query(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    if (!round->answer) {
        int r = pk_kit_begin(host, round->request, "GET", pk_kit_text(&account->base.settings, "url"),
                             "/v2/notifications?template_type=sms&reference=");
        if (r == 0)
            r = pk_kit_write(host, host->url(round->request), PK_KIT_PERCENT, job->attempt_id);
        if (r == 0)
            r = authorise(account, round->request, job->now_ms);
        return r != 0 ? r : PK_STEP_SEND;
    }
    if (pk_kit_unanswered(round->answer, &round->result))
        return PK_STEP_DONE;
    const struct pk_value *root = round->answer->status == 200 ? host->json_parse(host->ctx, round->answer->body) : NULL;
    pk_kit_accept(&account->base.words, pk_kit_at(host, root, "notifications[0].id"), &round->result);
    if (round->result.provider_id.len == 0)
        pk_kit_unreadable(&account->base.words, round->answer, &round->result);
    return PK_STEP_DONE;
}

/* ---- callbacks ---- */

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct account *account = self;
    struct pk_slice token = pk_kit_text(&account->base.settings, "webhook_token");
    if (token.len == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: webhook_token is not set");
    return pk_kit_bearer_is(request, token) ? 0 : pk_fail(err, PK_E_DENIED, "the call does not carry webhook_token");
}

static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    const struct account *account = self;
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, request->body);
    (void) reply;
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    struct pk_slice id = pk_kit_at(host, root, "id"), from = pk_kit_at(host, root, "source_number");
    if (from.data && pk_kit_number(&account->base.settings, "inbound", 0))
        return pk_kit_reply(sink, from, pk_kit_at(host, root, "message"), id, pk_kit_at(host, root, "date_received"));
    struct pk_slice status = pk_kit_at(host, root, "status"), moment = pk_kit_at(host, root, "completed_at");
    uint32_t state = pk_kit_meaning(statuses, PK_KIT_COUNT(statuses), status);
    if (state == 0)
        return 0;
    return pk_kit_receipt(sink, state, id, pk_kit_at(host, root, "reference"), status, moment);
}

static const struct pk_exchange_ops exchange = {
    .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step, .query = query
};
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "notify",
    .version = "1",
    .summary = "NotifyNL and GOV.UK Notify, by their templates",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_TEMPLATES_ONLY,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 918 * 4, /* 918 characters, template included */
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = pk_kit_account_free,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .carries = carries,
    .setup = "Write the templates there, copy their ids into template.* settings; API integration: make a key of type Live.\n"
             "API integration, Callbacks, delivery receipts: {hook} and the bearer token that webhook_token holds.\n"
             "Have numbers abroad switched on, if you write to any.",
};

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The settings of what comes back: answers, events at the webhook, and how the webhook is protected.
 */
#include "adapters/http/http.h"

#include "adapters/kit/text.h"

#include <stdlib.h>

/* ---- places ---- */

/* Copies a setting's alternatives to *names, each NUL-terminated. */
static int read_paths(struct http_account *account, const char *setting, struct http_paths *ret, char **names,
                      struct pk_error *err)
{
    struct pk_slice list = pk_kit_text(&account->settings, setting), path;
    while (pk_kit_next_item(&list, &path)) {
        if (ret->count == HTTP_PATHS_MAX)
            return pk_fail(err, PK_E_CONFIG, "%s: more than %d places", setting, HTTP_PATHS_MAX);
        memcpy(*names, path.data, path.len);
        (*names)[path.len] = '\0';
        ret->at[ret->count++] = *names;
        *names += path.len + 1;
    }
    return 0;
}

static int read_all_paths(struct http_account *account, struct pk_error *err)
{
    const struct {
        const char *setting;
        struct http_paths *paths;
    } all[] = {
        { "answer_id", &account->id },
        { "answer_code", &account->code },
        { "answer_parts", &account->parts },
        { "answer_price", &account->price },
        { "events", &account->items },
        { "receipt_id", &account->receipt_id },
        { "receipt_reference", &account->receipt_reference },
        { "receipt_state", &account->receipt_state },
        { "receipt_code", &account->receipt_code },
        { "receipt_time", &account->receipt_time },
        { "reply_from", &account->reply_from },
        { "reply_text", &account->reply_text },
        { "reply_id", &account->reply_id },
        { "reply_time", &account->reply_time },
        { "reply_part_reference", &account->reply_part_reference },
        { "reply_part_total", &account->reply_part_total },
        { "reply_part_index", &account->reply_part_index },
    };
    size_t bytes = 1, count = sizeof all / sizeof all[0];
    for (size_t i = 0; i < count; i++)
        bytes += pk_kit_text(&account->settings, all[i].setting).len + HTTP_PATHS_MAX;
    char *names = account->names = calloc(1, bytes);
    if (!names)
        return PK_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        int r = read_paths(account, all[i].setting, all[i].paths, &names, err);
        if (r != 0)
            return r;
    }
    return 0;
}

/* ---- tables ---- */

#define STATES "accepted, sent, delivered, read, undelivered_temporary, undelivered_permanent and unknown"

/* A status is three digits, or its class as 5xx. */
static int check_statuses(const struct http_account *account, struct pk_error *err)
{
    for (size_t i = 0; i < account->statuses.count; i++) {
        struct pk_slice word = account->statuses.rows[i].word;
        int64_t number = 0;
        bool class = word.len == 3 && word.data[0] >= '1' && word.data[0] <= '5' &&
                     pk_kit_same_word(pk_slice_make(word.data + 1, 2), PK_SLICE("xx"));
        if (!class && !(word.len == 3 && pk_kit_decimal(word, &number) && number >= 100)) {
            (void) pk_fail(err, PK_E_CONFIG, "status.%s: \"%.*s\" is no HTTP status",
                           pk_kit_outcome_name(account->statuses.rows[i].meaning), PK_SLICE_ARG(word));
            return pk_hint(err, PK_E_CONFIG, "Write statuses like 409 or 5xx.");
        }
    }
    return 0;
}

static int configure_answers(struct http_account *account, struct pk_error *err)
{
    const struct pk_kit_settings *settings = &account->settings;
    account->id_after = pk_kit_text(settings, "answer_id_after");
    account->code_after = pk_kit_text(settings, "answer_code_after");
    account->wait_ms = pk_kit_number(settings, "throttle_wait", 0);
    account->id_is_body = account->id.count == 1 && strcmp(account->id.at[0], "*") == 0;
    if (account->id_is_body)
        account->id.count = 0;
    if (pk_kit_is_set(settings, "answer_id") && account->id_after.len > 0)
        return pk_fail(err, PK_E_CONFIG, "answer_id_after: answer_id says already where the id is");
    if (account->code.count > 0 && account->code_after.len > 0)
        return pk_fail(err, PK_E_CONFIG, "answer_code_after: answer_code says already where the code is");
    account->per_message = pk_slice_is(pk_kit_text(settings, "priced_per"), "message");
    account->price_in_cents = pk_slice_is(pk_kit_text(settings, "answer_price_unit"), "hundredths");
    if (account->price_in_cents && account->price.count == 0)
        return pk_fail(err, PK_E_CONFIG, "answer_price: required setting is missing beside answer_price_unit");
    int r = pk_kit_table_read(&account->codes, settings, "code.", PK_KIT_OUTCOMES, err);
    if (r == 0)
        r = pk_kit_table_read(&account->statuses, settings, "status.", PK_KIT_OUTCOMES, err);
    if (r == 0)
        r = check_statuses(account, err);
    if (r == 0 && account->codes.count > 0 && account->code.count == 0 && account->code_after.len == 0)
        return pk_fail(err, PK_E_CONFIG, "answer_code: required setting is missing beside code.%s",
                       pk_kit_outcome_name(account->codes.rows[0].meaning));
    return r;
}

static int configure_events(struct http_account *account, struct pk_error *err)
{
    int r = pk_kit_table_read(&account->states, &account->settings, "receipt.", PK_KIT_STATES, err);
    if (r != 0)
        return r;
    if (account->states.count > 0 && account->receipt_state.count == 0)
        return pk_fail(err, PK_E_CONFIG, "receipt_state: required setting is missing beside receipt.%s",
                       pk_kit_receipt_state_name(account->states.rows[0].meaning));
    if (account->receipt_state.count > 0 && account->states.count == 0) {
        (void) pk_fail(err, PK_E_CONFIG, "receipt_state: no receipt. setting says what the states mean");
        return pk_hint(err, PK_E_CONFIG, "List them, such as receipt.delivered = DELIVRD; known are " STATES ".");
    }
    if (account->receipt_state.count > 0 && account->receipt_id.count + account->receipt_reference.count == 0) {
        (void) pk_fail(err, PK_E_CONFIG, "receipt_id: required setting is missing beside receipt_state");
        return pk_hint(err, PK_E_CONFIG,
                       "Say where a receipt holds the provider's id, or with receipt_reference where it holds ours.");
    }
    if (account->items.count > 1)
        return pk_fail(err, PK_E_CONFIG, "events: more than one place");
    return pk_kit_pair(&account->settings, "reply_from", "reply_text", err);
}

/* ---- the webhook's protection ---- */

static int configure_protection(struct http_account *account, struct pk_error *err)
{
    const struct pk_kit_settings *settings = &account->settings;
    account->hmac_header = pk_kit_text(settings, "webhook_hmac_header");
    account->hmac_secret = pk_kit_text(settings, "webhook_hmac_secret");
    account->hmac_base64 = pk_slice_is(pk_kit_text(settings, "webhook_hmac_encoding"), "base64");
    int r = pk_kit_guard_init(&account->guard, settings, err);
    if (r == 0)
        r = pk_kit_pair(settings, "webhook_hmac_header", "webhook_hmac_secret", err);
    if (r != 0)
        return r;
    if (account->receipt_state.count + account->reply_text.count > 0 && !pk_http_adapter_protected(account))
        account->host->log(account->host->ctx, PK_LEVEL_WARN,
                           "The webhook stays closed and no receipt or reply arrives: set webhook_secret or another protection.");
    return 0;
}

int pk_http_adapter_expect(struct http_account *account, struct pk_error *err)
{
    int r = read_all_paths(account, err);
    if (r == 0)
        r = configure_answers(account, err);
    if (r == 0)
        r = configure_events(account, err);
    return r == 0 ? configure_protection(account, err) : r;
}

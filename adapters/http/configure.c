/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From settings to an account; this file has its life and the sending side. The gateway has checked names, types and
 * bounds; what is checked here is what only this adapter knows: members of its families, templates, and settings that
 * make no sense without or beside each other. Every message begins with the setting's name.
 */
#include "adapters/http/http.h"

#include "adapters/kit/request.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define VALUE_FRONT "value."

/* ---- templates ---- */

static uint32_t place_of(const void *ctx, struct pk_slice name)
{
    static const char *const names[HTTP_PLACES] = {
        [HTTP_TO] = "to",
        [HTTP_TEXT] = "text",
        [HTTP_REFERENCE] = "reference",
        [HTTP_MESSAGE_ID] = "message_id",
        [HTTP_IDEMPOTENCY_KEY] = "idempotency_key",
        [HTTP_SENDER] = "sender",
        [HTTP_LANGUAGE] = "language",
        [HTTP_TEMPLATE] = "template",
        [HTTP_VALID_UNTIL] = "valid_until",
        [HTTP_VALID_UNTIL_S] = "valid_until_s",
        [HTTP_VALIDITY_S] = "validity_s",
        [HTTP_VALIDITY_MS] = "validity_ms",
        [HTTP_VALIDITY_MIN] = "validity_min",
    };
    const struct http_account *account = ctx;
    for (uint32_t i = 0; i < HTTP_PLACES; i++)
        if (pk_slice_is(name, names[i]))
            return i;
    const struct pk_setting_value *member;
    size_t cursor = 0;
    for (uint32_t i = HTTP_PLACES; (member = pk_kit_member(&account->settings, VALUE_FRONT, &cursor)); i++)
        if (pk_slice_is(name, member->name))
            return i;
    return PK_KIT_LITERAL;
}

static int fill_values(struct http_account *account, struct pk_error *err)
{
    const struct pk_setting_value *member;
    size_t cursor = 0, count = 0;
    account->places = calloc(HTTP_PLACES + account->settings.count, sizeof *account->places);
    if (!account->places)
        return PK_E_NOMEM;
    while ((member = pk_kit_member(&account->settings, VALUE_FRONT, &cursor))) {
        for (const char *c = member->name; *c; c++) {
            if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == '.')
                continue;
            (void) pk_fail(err, PK_E_CONFIG, "%s: the name cannot be written as a place in a template", member->name);
            return pk_hint(err, PK_E_CONFIG, "Use lower-case letters, digits and \"_\".");
        }
        account->places[HTTP_PLACES + count++] = member->text;
    }
    return 0;
}

static int read_template(struct http_account *account, const char *setting, struct pk_kit_template *template,
                         struct pk_error *err)
{
    int r = pk_kit_template_init(template, setting, pk_kit_text(&account->settings, setting), place_of, account, err);
    if (r == PK_E_CONFIG)
        return pk_hint(err, r,
                       "Known are to, text, reference, message_id, idempotency_key, sender, language, template, valid_until, "
                       "valid_until_s, validity_s, validity_ms, validity_min and your own value.NAME.");
    return r;
}

/* A JSON body is checked with its places filled by "0", which is right inside quotes and as a number; texts are only
 * right inside quotes. */
static int check_json(const struct http_account *account, struct pk_error *err)
{
    struct pk_slice whole = pk_kit_text(&account->settings, "body");
    char *sample = malloc(whole.len + account->body.count + 1);
    size_t len = 0;
    bool quoted = false;
    if (!sample)
        return PK_E_NOMEM;
    for (size_t i = 0; i < account->body.count; i++) {
        const struct pk_kit_piece *piece = &account->body.pieces[i];
        if (piece->place != PK_KIT_LITERAL) {
            sample[len++] = '0';
            if (quoted || (piece->place >= HTTP_VALID_UNTIL_S && piece->place < HTTP_PLACES))
                continue;
            free(sample);
            (void) pk_fail(err, PK_E_CONFIG, "body: {%.*s} stands outside quotes", PK_SLICE_ARG(piece->text));
            return pk_hint(err, PK_E_CONFIG, "Write \"{%.*s}\": only numbers may stand without quotes.",
                           PK_SLICE_ARG(piece->text));
        }
        for (size_t j = 0; j < piece->text.len; j++) {
            if (quoted && piece->text.data[j] == '\\' && j + 1 < piece->text.len)
                sample[len++] = piece->text.data[j++];
            else if (piece->text.data[j] == '"')
                quoted = !quoted;
            sample[len++] = piece->text.data[j];
        }
    }
    bool good = account->host->json_parse(account->host->ctx, pk_slice_make(sample, len)) != NULL;
    free(sample);
    if (good)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "body: this is not JSON, or names a member twice");
    return pk_hint(err, PK_E_CONFIG, "Check quotes, commas and braces, or set format to form, xml or plain.");
}

static const char *const content_types[] = {
    [PK_KIT_PLAIN] = "text/plain; charset=utf-8",
    [PK_KIT_JSON] = "application/json",
    [PK_KIT_PERCENT] = "application/x-www-form-urlencoded",
    [PK_KIT_XML] = "application/xml; charset=utf-8",
};

static int read_body(struct http_account *account, struct pk_error *err)
{
    static const char *const formats[] = {
        [PK_KIT_PLAIN] = "plain", [PK_KIT_JSON] = "json", [PK_KIT_PERCENT] = "form", [PK_KIT_XML] = "xml"
    };
    struct pk_slice method = pk_kit_text(&account->settings, "method"), format = pk_kit_text(&account->settings, "format");
    bool get = pk_slice_is(method, "GET");
    account->method = method.len > 0 ? method.data : "POST";
    account->format = PK_KIT_JSON;
    for (uint32_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (pk_slice_is(format, formats[i]))
            account->format = (enum pk_kit_format) i;
    account->has_query = pk_kit_is_set(&account->settings, "query");
    int r = read_template(account, "query", &account->query, err);
    if (r == 0)
        r = read_template(account, "body", &account->body, err);
    if (r != 0)
        return r;
    if (get && account->body.count > 0) {
        (void) pk_fail(err, PK_E_CONFIG, "body: a GET carries none");
        return pk_hint(err, PK_E_CONFIG, "Write the places in query instead.");
    }
    if (get && !account->has_query) {
        (void) pk_fail(err, PK_E_CONFIG, "query: required setting is missing for method GET");
        return pk_hint(err, PK_E_CONFIG, "Write it like to={to}&text={text}.");
    }
    if (!get && account->body.count == 0) {
        (void) pk_fail(err, PK_E_CONFIG, "body: required setting is missing");
        return pk_hint(err, PK_E_CONFIG, "Write the provider's request with {to} and {text} where they belong.");
    }
    if (account->body.count > 0)
        account->content_type = pk_slice_of(content_types[account->format]);
    return account->format == PK_KIT_JSON && account->body.count > 0 ? check_json(account, err) : 0;
}

static bool is_token(struct pk_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !memchr("-_.!#$&'*^`|~+%", c, 15))
            return false;
    }
    return name.len > 0;
}

static int check_header(const struct http_account *account, const char *setting, struct pk_slice name, struct pk_error *err)
{
    static const char *const ours[] = { "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade",
                                        "TE",   "Trailer" };
    if (!is_token(name))
        return pk_fail(err, PK_E_CONFIG, "%s: this cannot be a header's name", setting);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (pk_kit_same_word(name, pk_slice_of(ours[i])))
            return pk_fail(err, PK_E_CONFIG, "%s: this header is the gateway's own", setting);
    if (account->basic && pk_kit_same_word(name, PK_SLICE("Authorization")))
        return pk_fail(err, PK_E_CONFIG, "%s: user and password make this header already", setting);
    return 0;
}

static int read_headers(struct http_account *account, struct pk_error *err)
{
    const struct pk_kit_settings *settings = &account->settings;
    const struct pk_setting_value *member;
    size_t cursor = 0;
    int r = pk_kit_pair(settings, "user", "password", err);
    if (r == 0 && pk_kit_is_set(settings, "user") &&
        !(account->basic = pk_kit_basic(pk_kit_text(settings, "user"), pk_kit_text(settings, "password"))))
        r = PK_E_NOMEM;
    account->idempotency_header = pk_kit_text(settings, "idempotency_header");
    if (r == 0 && account->idempotency_header.len > 0)
        r = check_header(account, "idempotency_header", account->idempotency_header, err);
    while (r == 0 && (member = pk_kit_member(settings, "header.", &cursor))) {
        struct pk_slice name = pk_slice_of(member->name + strlen("header."));
        r = check_header(account, member->name, name, err);
        if (r == 0 && account->idempotency_header.len > 0 && pk_kit_same_word(name, account->idempotency_header))
            r = pk_fail(err, PK_E_CONFIG, "%s: idempotency_header sets this header already", member->name);
        if (pk_kit_same_word(name, PK_SLICE("Content-Type")))
            account->content_type = (struct pk_slice){ 0 };
    }
    return r;
}

static int configure_sending(struct http_account *account, struct pk_error *err)
{
    const struct pk_kit_settings *settings = &account->settings;
    struct pk_slice numbers = pk_kit_text(settings, "number_format");
    account->url = pk_kit_text(settings, "url");
    account->sender = pk_kit_text(settings, "sender");
    account->validity_max_ms = pk_kit_number(settings, "validity_max", 0);
    account->numbers = pk_slice_is(numbers, "digits") ? HTTP_DIGITS : pk_slice_is(numbers, "00") ? HTTP_DOUBLE_ZERO : HTTP_E164;
    if (memchr(account->url.data ? account->url.data : "", '#', account->url.len))
        return pk_fail(err, PK_E_CONFIG, "url: a part behind \"#\" never reaches a provider");
    int r = fill_values(account, err);
    if (r == 0)
        r = read_body(account, err);
    return r == 0 ? read_headers(account, err) : r;
}

/* ---- life ---- */

int pk_http_adapter_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                         struct pk_error *err)
{
    struct http_account *account = calloc(1, sizeof *account);
    if (!account)
        return PK_E_NOMEM;
    account->host = host;
    int r = pk_kit_settings_init(&account->settings, values, count);
    if (r == 0)
        r = configure_sending(account, err);
    if (r == 0)
        r = pk_http_adapter_expect(account, err);
    if (r != 0) {
        pk_http_adapter_close(account);
        return r;
    }
    *ret_self = account;
    return 0;
}

void pk_http_adapter_close(void *self)
{
    struct http_account *account = self;
    if (!account)
        return;
    pk_kit_basic_free(account->basic);
    pk_kit_guard_finish(&account->guard);
    pk_kit_template_finish(&account->query);
    pk_kit_template_finish(&account->body);
    pk_kit_table_finish(&account->codes);
    pk_kit_table_finish(&account->statuses);
    pk_kit_table_finish(&account->states);
    free(account->places);
    free(account->names);
    pk_kit_settings_finish(&account->settings);
    free(account);
}

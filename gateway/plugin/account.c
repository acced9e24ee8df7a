/* SPDX-License-Identifier: EUPL-1.2 */
/* The account itself: what exchanges and sessions have in common. What they do differently is behind account->kind. */
#include "gateway/plugin/errand.h"

#include <stdio.h>

static void deliver_due(void *ctx)
{
    pk_errand_deliver(ctx);
}

/* ---- for its parts ---- */

void pk_account_say(struct pk_account *account, uint32_t level, const char *front, const char *rest)
{
    const struct pk_host *host = pk_host_table(account->host);
    char line[512];
    (void) snprintf(line, sizeof line, "%s%s", front, rest);
    host->log(host->ctx, level, line);
}

int pk_account_call(struct pk_account *account, const struct pk_request *request, void (*done)(void *ctx, const struct pk_answer *answer),
                    void *ctx, struct pk_error *err)
{
    const struct pk_account_config *config = &account->config;
    struct pk_http_header headers[PK_REQUEST_HEADERS_MAX];
    size_t count = pk_request_header_count(request);
    for (size_t i = 0; i < count; i++)
        pk_request_header(request, i, &headers[i].name, &headers[i].value);
    struct pk_http_call call = {
        .method = pk_request_method(request),
        .url = pk_request_url(request),
        .headers = headers,
        .header_count = count,
        .body = pk_request_body(request),
        .connect_timeout_ms = config->connect_timeout_ms,
        .timeout_ms = config->timeout_ms,
        .done = done,
        .ctx = ctx,
    };
    return pk_http_client_start(config->http, &call, err);
}

/* ---- opening and closing ---- */

static void account_free(struct pk_account *account)
{
    if (!account)
        return;
    pk_poll_close(account);
    if (account->self)
        account->config.adapter->close(account->self);
    for (unsigned i = 0; i < account->slot_count; i++) {
        struct pk_errand *errand = account->slots[i];
        if (errand->in_air)
            errand->account = NULL; /* freed when the client lets go of it */
        else
            pk_errand_free(errand);
    }
    free(account->slots);
    pk_timer_free(account->deliver);
    pk_timer_free(account->link.tick);
    pk_timer_free(account->link.late);
    pk_timer_free(account->link.goodbye);
    pk_wire_free(account);
    pk_mail_close(account);
    pk_host_free(account->host);
    pk_settings_free(account->config.settings);
    free(account->ca_file);
    free(account->name);
    free(account);
}
PK_AUTO_DEFINE(account, struct pk_account *, account_free)

static int open_adapter(struct pk_account *account, struct pk_error *err)
{
    const struct pk_adapter *adapter = account->config.adapter;
    struct pk_error why = { 0 };
    size_t count;
    const struct pk_setting_value *values = pk_settings_values(account->config.settings, &count);
    int r = adapter->open(pk_host_table(account->host), values, count, &account->self, &why);
    pk_host_end_call(account->host);
    if (r >= 0 && account->self) {
        account->capabilities = adapter->capabilities;
        if (adapter->capabilities_of)
            account->capabilities &= adapter->capabilities_of(account->self);
        return 0;
    }
    account->self = NULL;
    if (r >= 0 || why.message[0] == '\0')
        return pk_fail(err, r < 0 ? r : PK_E_INTERNAL, "adapter \"%s\" could not open an account", adapter->name);
    /* The adapter's words may hold what it was given. */
    struct pk_buf clean;
    pk_buf_init(&clean, sizeof err->message);
    pk_host_clean(account->host, pk_slice_of(why.message), sizeof err->message - 1, &clean);
    (void) pk_fail(err, r, "%s", pk_buf_text(&clean));
    pk_buf_clear(&clean);
    pk_host_clean(account->host, pk_slice_of(why.hint), sizeof err->hint - 1, &clean);
    (void) pk_hint(err, r, "%s", pk_buf_text(&clean));
    pk_buf_finish(&clean);
    return r;
}

int pk_account_open(struct pk_loop *loop, const struct pk_account_config *config, struct pk_account **ret_account, struct pk_error *err)
{
    pk_auto(account) struct pk_account *account = pk_alloc(sizeof *account);
    account->name = pk_strdup(config->name);
    account->config = *config;
    account->config.name = account->name;
    account->config.ca_file = account->ca_file = pk_strdup(config->ca_file);
    account->loop = loop;
    account->kind = config->adapter->exchange ? &pk_exchange_kind : &pk_session_kind;
    account->host = pk_host_new(config->name, config->settings);
    account->deliver = pk_timer_new(loop, deliver_due, account);
    pk_list_init(&account->pool);
    pk_list_init(&account->open);
    pk_list_init(&account->ended);
    pk_list_init(&account->publications);
    int r = open_adapter(account, err);
    if (r == 0)
        r = account->kind->open(account, err);
    if (r == 0 && config->adapter->poll)
        r = pk_poll_open(account, err);
    if (r != 0) {
        account->config.settings = NULL; /* still the caller's */
        return r;
    }
    account->ready = true;
    *ret_account = pk_steal(&account);
    return 0;
}

void pk_account_close(struct pk_account *account)
{
    if (!account)
        return;
    account->stopping = true;
    pk_poll_close(account);
    account->kind->close(account);
    pk_errand_end_all(account, PK_OUTCOME_UNCERTAIN, "the gateway closed the account before an answer came");
    pk_errand_deliver(account);
    account_free(account);
}

/* ---- asking ---- */

const char *pk_account_name(const struct pk_account *account)
{
    return account->name;
}

const struct pk_adapter *pk_account_adapter(const struct pk_account *account)
{
    return account->config.adapter;
}

uint32_t pk_account_capabilities(const struct pk_account *account)
{
    return account->capabilities;
}

int pk_account_carries(const struct pk_account *account, struct pk_slice template_name, struct pk_slice language, int64_t now_ms,
                       struct pk_error *err)
{
    const struct pk_adapter *adapter = account->config.adapter;
    struct pk_error why = { 0 };
    if (!(account->capabilities & (PK_CAN_TEMPLATES_ONLY | PK_CAN_WINDOW)) || !adapter->carries)
        return 0;
    int r = adapter->carries(account->self, template_name, language, now_ms, &why);
    pk_host_end_call(account->host);
    return r == 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "%s", why.message[0] ? why.message : "the provider does not know the text");
}

int pk_account_survey(const struct pk_adapter *adapter, const char *name, const struct pk_settings *settings,
                      void (*ask)(void *ctx, const struct pk_adapter *adapter, const void *self, uint32_t capabilities), void *ctx,
                      struct pk_error *err)
{
    pk_auto(pk_host) struct pk_host_side *host = pk_host_new(name, settings);
    void *self = NULL;
    size_t count;
    const struct pk_setting_value *values = pk_settings_values(settings, &count);
    int r = adapter->open(pk_host_table(host), values, count, &self, NULL);
    if (r < 0 || !self)
        return pk_fail(err, PK_E_CONFIG, "account \"%s\" cannot be opened as it is set", name);
    ask(ctx, adapter, self, adapter->capabilities & (adapter->capabilities_of ? adapter->capabilities_of(self) : UINT32_MAX));
    pk_host_end_call(host);
    adapter->close(self);
    return 0;
}

unsigned pk_account_room(const struct pk_account *account)
{
    if (account->stopping || account->open_count >= account->config.window)
        return 0;
    return account->kind->room(account, account->config.window - account->open_count);
}

unsigned pk_account_open_count(const struct pk_account *account)
{
    return account->open_count;
}

const char *pk_account_trouble(const struct pk_account *account)
{
    return account->link.trouble[0] ? account->link.trouble : pk_poll_trouble(account);
}

void pk_account_connect_now(struct pk_account *account)
{
    pk_wire_connect_now(account);
}

const struct pk_play_ops *pk_account_play(const struct pk_account *account, void **ret_self)
{
    if (account->config.adapter->play)
        *ret_self = account->self;
    return account->config.adapter->play;
}

struct pk_play_item pk_play_item_read(const struct pk_play_item *given)
{
    struct pk_play_item item = { 0 };
    memcpy(&item, given, given->size < sizeof item ? given->size : sizeof item);
    return item;
}

/* ---- working ---- */

void pk_account_start(struct pk_account *account, const struct pk_handover *handover)
{
    bool full = account->stopping || account->open_count >= account->config.window;
    struct pk_errand *errand = pk_errand_take(account, handover);
    if (full)
        pk_errand_end_as(errand, PK_OUTCOME_RETRY, "the account takes no more for now");
    else
        account->kind->start(errand);
}

bool pk_account_can_query(const struct pk_account *account)
{
    const struct pk_exchange_ops *exchange = account->config.adapter->exchange;
    return exchange && exchange->query;
}

void pk_account_query(struct pk_account *account, const struct pk_handover *handover)
{
    bool possible = !account->stopping && account->open_count < account->config.window && pk_account_can_query(account);
    struct pk_errand *errand = pk_errand_take(account, handover);
    errand->asks = true;
    if (possible)
        account->kind->start(errand);
    else
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "the account cannot be asked now");
}

void pk_account_settled(struct pk_account *account, uint64_t event_token, bool stored)
{
    account->kind->settled(account, event_token, stored);
}

void pk_account_stop(struct pk_account *account)
{
    if (account->stopping)
        return;
    account->stopping = true;
    account->kind->stop(account);
}

bool pk_account_stopped(const struct pk_account *account)
{
    return account->kind->stopped(account);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The wire under a session: where it leads, by the adapter's settings; connecting, and connecting again after a pause that
 * grows while the link is no good. What is said over it is session.c's.
 */
#include "gateway/plugin/errand.h"

#include "gateway/base/random.h"
#include "gateway/plugin/url.h"

#include <stdio.h>
#include <unistd.h>

#define QUEUE_MAX_BYTES (1u << 20)
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_CAP_MS 60000
#define REFUSED_MS 600000 /* a provider locks whoever tries a wrong password every minute */

struct pk_wire {
    struct pk_account *account;
    struct pk_stream_config config; /* its texts lie in the account's settings, or are ours */
    char *ca_file;
    struct pk_stream *stream; /* NULL: nothing to connect over, now or ever */
    struct pk_timer *again;
    unsigned failures; /* in a row */
    char told[PK_RESULT_REASON_MAX + 1]; /* the trouble that was logged last */
};

/* ---- what the stream tells ---- */

static void opened(void *ctx)
{
    struct pk_wire *wire = ctx;
    (void) pk_session_up(wire->account);
}

static void received(void *ctx, struct pk_slice bytes)
{
    struct pk_wire *wire = ctx;
    pk_session_received(wire->account, bytes);
}

static void closed(void *ctx, const char *reason)
{
    struct pk_wire *wire = ctx;
    char text[128];
    (void) snprintf(text, sizeof text, "the link to the provider: %s", reason);
    pk_session_down(wire->account, text);
}

/* ---- where it leads ---- */

static const struct pk_setting_value *setting(const struct pk_account *account, const char *name)
{
    size_t count;
    const struct pk_setting_value *values = pk_settings_values(account->config.settings, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i].name, name) == 0 && values[i].text.len > 0)
            return &values[i];
    return NULL;
}

static const char *text_of(const struct pk_setting_value *value)
{
    return value ? value->text.data : NULL; /* settings end with a NUL */
}

static int read_settings(struct pk_wire *wire, struct pk_error *err)
{
    const struct pk_account *account = wire->account;
    const struct pk_setting_value *port = setting(account, "port"), *tls = setting(account, "tls"), *ca = setting(account, "ca_file");
    if (!setting(account, "host") || !port)
        return pk_fail(err, PK_E_CONFIG, "host and port are needed to reach the provider");
    if (ca && (ca->text.data[0] != '/' || access(ca->text.data, R_OK) != 0))
        return pk_fail(err, PK_E_CONFIG, "ca_file: the file cannot be read, or its path does not begin with /");
    wire->ca_file = pk_strdup(ca ? ca->text.data : account->config.ca_file);
    wire->config = (struct pk_stream_config){
        .host = text_of(setting(account, "host")),
        .port = port->number > 0 && port->number < 65536 ? (unsigned) port->number : 0,
        .tls = account->config.adapter->session->transport == PK_TRANSPORT_TLS || (tls && tls->number != 0),
        .ca_file = wire->ca_file,
        .tls_name = text_of(setting(account, "tls_name")),
        .connect_timeout_ms = account->config.connect_timeout_ms,
        .stall_timeout_ms = account->config.timeout_ms,
        .queue_max_bytes = QUEUE_MAX_BYTES,
        .opened = opened,
        .received = received,
        .closed = closed,
        .ctx = wire,
    };
    return 0;
}

/* ---- connecting ---- */

static void connect_again(void *ctx)
{
    struct pk_wire *wire = ctx;
    struct pk_error err = { 0 };
    if (wire->stream || wire->account->stopping)
        return;
    /* It was possible once; what cannot be now is tried again like everything else. */
    if (pk_stream_open(wire->account->loop, &wire->config, &wire->stream, &err) != 0)
        pk_session_down(wire->account, err.message);
}

static int64_t backoff_ms(const struct pk_wire *wire, bool refused)
{
    int64_t delay_ms = refused ? REFUSED_MS : BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < wire->failures && delay_ms < BACKOFF_CAP_MS; i++)
        delay_ms *= 2;
    if (delay_ms > BACKOFF_CAP_MS && !refused)
        delay_ms = BACKOFF_CAP_MS;
    return delay_ms / 2 + (int64_t) pk_random_below((uint64_t) delay_ms / 2 + 1);
}

void pk_wire_good(struct pk_account *account)
{
    struct pk_wire *wire = account->link.wire;
    if (account->link.trouble[0])
        pk_account_say(account, PK_LEVEL_INFO, "the link to the provider stands", "");
    account->link.trouble[0] = wire->told[0] = '\0';
    wire->failures = 0;
}

void pk_wire_hang_up(struct pk_account *account, bool refused)
{
    struct pk_wire *wire = account->link.wire;
    const char *trouble = account->link.trouble;
    pk_stream_free(wire->stream);
    wire->stream = NULL;
    pk_timer_stop(wire->again);
    if (account->stopping)
        return;
    wire->failures++;
    pk_timer_in(wire->again, backoff_ms(wire, refused));
    if (strcmp(wire->told, trouble) == 0)
        return; /* said once for each reason in a row */
    (void) snprintf(wire->told, sizeof wire->told, "%s", trouble);
    pk_account_say(account, PK_LEVEL_WARN, trouble, "");
}

void pk_wire_connect_now(struct pk_account *account)
{
    struct pk_wire *wire = account->link.wire;
    if (wire && pk_timer_armed(wire->again))
        pk_timer_in(wire->again, 0);
}

struct pk_stream *pk_wire_stream(const struct pk_account *account)
{
    return account->link.wire ? account->link.wire->stream : NULL;
}

int pk_wire_open(struct pk_account *account, struct pk_error *err)
{
    struct pk_wire *wire = account->link.wire = pk_alloc(sizeof *wire);
    wire->account = account;
    wire->again = pk_timer_new(account->loop, connect_again, wire);
    int r = read_settings(wire, err);
    if (r == 0)
        r = pk_stream_open(account->loop, &wire->config, &wire->stream, err);
    if (r == 0 && !wire->config.tls && !pk_url_host_is_loopback(pk_slice_of(wire->config.host)))
        pk_account_say(account, PK_LEVEL_WARN, "the link to its provider is not encrypted", "");
    return r;
}

void pk_wire_free(struct pk_account *account)
{
    struct pk_wire *wire = account->link.wire;
    account->link.wire = NULL;
    if (!wire)
        return;
    pk_stream_free(wire->stream);
    pk_timer_free(wire->again);
    free(wire->ca_file);
    free(wire);
}

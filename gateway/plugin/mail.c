/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exchanges over SMTP: a described request is one message to one address. The account has a client of its own, with the login and
 * the authorities that its settings name.
 */
#include "gateway/plugin/errand.h"

#include "gateway/base/text.h"
#include "gateway/plugin/url.h"

#include <unistd.h>

static const char *setting(const struct pk_account *account, const char *name)
{
    size_t count;
    const struct pk_setting_value *values = pk_settings_values(account->config.settings, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i].name, name) == 0 && values[i].text.len > 0)
            return values[i].text.data;
    return NULL;
}

int pk_mail_open(struct pk_account *account, struct pk_error *err)
{
    const char *ca_file = setting(account, "ca_file"), *username = setting(account, "username"), *password = setting(account, "password");
    if (ca_file && (ca_file[0] != '/' || access(ca_file, R_OK) != 0))
        return pk_fail(err, PK_E_CONFIG, "ca_file: the file cannot be read, or its path does not begin with /");
    if (!username != !password)
        return pk_fail(err, PK_E_CONFIG, "%s is missing: a login needs both", username ? "password" : "username");
    const struct pk_smtp_config config = {
        .max_mails = account->config.window,
        .ca_file = ca_file ? ca_file : account->config.ca_file,
        .username = username,
        .password = password,
    };
    account->mail = pk_smtp_client_new(account->loop, &config);
    return 0;
}

void pk_mail_close(struct pk_account *account)
{
    struct pk_smtp_client *client = account->mail;
    account->mail = NULL;
    pk_smtp_client_free(client); /* answers those under way */
}

unsigned pk_mail_room(const struct pk_account *account)
{
    return account->mail ? pk_smtp_client_room(account->mail) : 0;
}

static void answered(void *ctx, const struct pk_answer *answer)
{
    pk_exchange_answered(ctx, answer);
}

/* The envelope, once each, and nothing else. */
static int read_envelope(const struct pk_request *request, struct pk_smtp_mail *mail, struct pk_error *err)
{
    for (size_t i = 0; i < pk_request_header_count(request); i++) {
        struct pk_slice name, value;
        pk_request_header(request, i, &name, &value);
        struct pk_slice *place = pk_slice_equal_nocase(name, "from") ? &mail->from : pk_slice_equal_nocase(name, "to") ? &mail->to : NULL;
        if (!place || place->data)
            return pk_fail(err, PK_E_INVALID, "the envelope has one from, one to, and nothing else");
        *place = value;
    }
    return mail->from.data && mail->to.data ? 0 : pk_fail(err, PK_E_INVALID, "the envelope has one from, one to, and nothing else");
}

int pk_mail_send(struct pk_errand *errand, struct pk_error *err)
{
    struct pk_account *account = errand->account;
    char url[512];
    struct pk_smtp_mail mail = {
        .url = url,
        .message = pk_request_body(errand->request),
        .connect_timeout_ms = account->config.connect_timeout_ms,
        .timeout_ms = account->config.timeout_ms,
        .done = answered,
        .ctx = errand,
    };
    struct pk_slice where = pk_request_url(errand->request);
    const char *refusal = where.len < sizeof url ? pk_url_mail_refusal(where, &mail.plain) : "the URL is too long for a mail server's";
    if (refusal)
        return pk_fail(err, PK_E_INVALID, "%s", refusal);
    (void) snprintf(url, sizeof url, "%.*s", PK_SLICE_ARG(where));
    int r = read_envelope(errand->request, &mail, err);
    if (r != 0)
        return r;
    if (!account->mail || account->stopping)
        return pk_fail(err, PK_E_BUSY, "the account takes no more for now");
    return pk_smtp_client_start(account->mail, &mail, err);
}

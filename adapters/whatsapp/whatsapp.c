/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * WhatsApp over Meta's Cloud API. Whoever did not write within the last 24 hours gets approved templates and nothing else:
 * which of our texts are such, and in which language, is in the settings (README.md).
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/export.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define SECOND 1000ll
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct pk_setting settings[] = {
    { .name = "url",
      .type = PK_SETTING_URL,
      .fallback = "https://graph.facebook.com/v25.0",
      .help = "Meta's Graph API with its version; versions expire, so that this changes every year or two." },
    { .name = "phone_number_id",
      .type = PK_SETTING_TEXT,
      .required = 1,
      .help = "The id Meta gave the sending number, digits that are not the number itself." },
    { .name = "token",
      .type = PK_SETTING_SECRET,
      .required = 1,
      .help = "The access token of a system user that may send messages." },
    { .name = "app_secret",
      .type = PK_SETTING_SECRET,
      .help = "The app's secret, by which Meta signs its calls; without it there are neither receipts nor replies." },
    { .name = "verify_token",
      .type = PK_SETTING_SECRET,
      .help = "A word of your own, at least 16 bytes, that Meta shows once when the webhook's address is entered." },
    { .name = "template.*",
      .type = PK_SETTING_TEXT,
      .help = "An approved template, template.TEXT.RENDERING = NAME LANGUAGE: parameters in order | choices of its buttons." },
    { .name = "throttle_wait",
      .type = PK_SETTING_DURATION,
      .fallback = "30s",
      .min = SECOND,
      .max = 3600 * SECOND,
      .help = "How long to wait when Meta asks to go slower and does not say for how long." },
};

/* ---- an account ---- */

static void whatsapp_close(void *self)
{
    struct whatsapp *account = self;
    if (!account)
        return;
    pk_kit_settings_finish(&account->settings);
    if (account->bearer)
        explicit_bzero(account->bearer, strlen(account->bearer));
    free(account->bearer);
    free(account->approved);
    explicit_bzero(&account->window, sizeof account->window);
    free(account);
}

/* It stands in a path. */
static int check_number_id(const struct whatsapp *account, struct pk_error *err)
{
    int64_t number;
    bool good = pk_kit_decimal(pk_kit_text(&account->settings, "phone_number_id"), &number);
    return good ? 0 : pk_fail(err, PK_E_CONFIG, "phone_number_id: Meta's id is of digits only");
}

static int make_bearer(struct whatsapp *account)
{
    static const char front[] = "Bearer ";
    struct pk_slice token = pk_kit_text(&account->settings, "token");
    account->bearer = calloc(1, sizeof front + token.len);
    if (!account->bearer)
        return PK_E_NOMEM;
    memcpy(account->bearer, front, sizeof front - 1);
    memcpy(account->bearer + sizeof front - 1, token.data, token.len);
    return 0;
}

static int whatsapp_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                         struct pk_error *err)
{
    struct whatsapp *account = calloc(1, sizeof *account);
    if (!account)
        return PK_E_NOMEM;
    account->host = host;
    int r = pk_kit_settings_init(&account->settings, values, count);
    if (r == 0)
        r = check_number_id(account, err);
    if (r == 0)
        r = pk_kit_pair(&account->settings, "app_secret", "verify_token", err);
    if (r == 0)
        r = pk_kit_check_secret(&account->settings, "verify_token", false, err);
    if (r == 0)
        r = pk_whatsapp_read_approved(account, err);
    if (r == 0)
        r = make_bearer(account);
    if (r != 0) {
        whatsapp_close(account);
        return r;
    }
    pk_whatsapp_window_init(&account->window, host);
    *ret_self = account;
    return 0;
}

/* Without the webhook nobody is ever heard to write: no window opens. */
static uint32_t capabilities_of(const void *self)
{
    const struct whatsapp *account = self;
    bool hears = pk_kit_is_set(&account->settings, "app_secret");
    return PK_PRICED_PER_MESSAGE | (hears ? PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_WINDOW | PK_CAN_CHOICES : PK_CAN_TEMPLATES_ONLY);
}

/* ---- the table ---- */

static const struct pk_exchange_ops exchange = { .size = sizeof exchange,
                                                 .transport = PK_TRANSPORT_HTTP,
                                                 .step = pk_whatsapp_step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook,
                                               .verify = pk_whatsapp_verify,
                                               .parse = pk_whatsapp_called };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "whatsapp",
    .version = "1",
    .summary = "WhatsApp over Meta's Cloud API: approved templates, free texts within 24 hours",
    .channels = "whatsapp",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_WINDOW | PK_CAN_CHOICES | PK_CAN_TEMPLATES_ONLY |
                    PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_E164, /* with its plus: Meta puts the sender's own country before a number without */
    .max_text_bytes = 12288,
    .settings = settings,
    .setting_count = COUNT(settings),
    .open = whatsapp_open,
    .close = whatsapp_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .carries = pk_whatsapp_carries,
    .setup = "In the Meta developer portal: an app with WhatsApp, the sending number, and a system user's token with whatsapp_business_messaging.\n"
             "File each text as a template, category UTILITY, in each language, and name it in a template.* setting.\n"
             "WhatsApp, Configuration: callback URL {hook}, verify token: what verify_token holds; subscribe to messages and user_preferences.",
};

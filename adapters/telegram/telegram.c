/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A Telegram bot over the Bot API. A bot cannot write first: the address of a person is the chat they opened with it, which
 * the link with a token in it tells us (README.md). There are no receipts.
 */
#include "adapters/telegram/telegram.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/export.h"
#include "adapters/kit/request.h"

#include <stdlib.h>

#define SECOND 1000ll
#define SECRET_LEAST 16u
#define SECRET_MOST 256u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct pk_setting settings[] = {
    { .name = "url",
      .type = PK_SETTING_URL,
      .fallback = "https://api.telegram.org",
      .help = "Where the Bot API is; another address for a Bot API server of your own." },
    { .name = "token",
      .type = PK_SETTING_SECRET,
      .required = 1,
      .help = "The bot's token as BotFather gave it, digits:letters." },
    { .name = "updates",
      .type = PK_SETTING_CHOICE,
      .choices = "poll|webhook|off",
      .fallback = "poll",
      .help = "How answers come: we ask Telegram (no open port needed), Telegram calls us, or they do not come." },
    { .name = "poll_wait",
      .type = PK_SETTING_DURATION,
      .fallback = "7s",
      .min = SECOND,
      .max = 50 * SECOND,
      .help = "How long Telegram may hold a question of ours until somebody writes; shorter than the account's timeout." },
    { .name = "webhook_secret",
      .type = PK_SETTING_SECRET,
      .help = "The secret_token given to setWebhook, 16 to 256 of A-Z a-z 0-9 _ -, which every call then shows." },
    { .name = "link_preview",
      .type = PK_SETTING_BOOLEAN,
      .fallback = "no",
      .help = "Whether Telegram shows a preview of the first link in a text." },
    { .name = "throttle_wait",
      .type = PK_SETTING_DURATION,
      .fallback = "5s",
      .min = SECOND,
      .max = 3600 * SECOND,
      .help = "How long to wait when Telegram asks to go slower and does not say for how long." },
};

/* ---- an account ---- */

static void telegram_close(void *self)
{
    struct telegram *bot = self;
    if (!bot)
        return;
    pk_kit_settings_finish(&bot->settings);
    explicit_bzero(bot->pressed, sizeof bot->pressed);
    free(bot);
}

/* It stands in a path: nothing there may end the path or begin another. */
static int check_token(struct pk_slice token, struct pk_error *err)
{
    const char *colon = memchr(token.data, ':', token.len);
    size_t front = colon ? (size_t) (colon - token.data) : 0;
    bool good = front > 0 && pk_kit_is_token(pk_slice_make(token.data, front)) &&
                pk_kit_is_token(pk_slice_make(colon + 1, token.len - front - 1));
    return good ? 0 : pk_fail(err, PK_E_CONFIG, "token: this is not how a bot's token looks, digits:letters");
}

static int check_secret(const struct telegram *bot, struct pk_error *err)
{
    struct pk_slice secret = pk_kit_text(&bot->settings, "webhook_secret");
    bool good = secret.len >= SECRET_LEAST && secret.len <= SECRET_MOST;
    if (bot->updates != TELEGRAM_WEBHOOK)
        return 0;
    if (secret.len == 0)
        return pk_fail(err, PK_E_CONFIG, "webhook_secret: required setting is missing for updates = webhook");
    for (size_t i = 0; good && i < secret.len; i++)
        good = pk_kit_is_token(pk_slice_make(secret.data + i, 1));
    return good ? 0 : pk_fail(err, PK_E_CONFIG, "webhook_secret: Telegram takes 16 to 256 letters, digits, \"_\" and \"-\" here");
}

static int telegram_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                         struct pk_error *err)
{
    struct telegram *bot = calloc(1, sizeof *bot);
    if (!bot)
        return PK_E_NOMEM;
    bot->host = host;
    int r = pk_kit_settings_init(&bot->settings, values, count);
    if (r == 0) {
        struct pk_slice updates = pk_kit_text(&bot->settings, "updates");
        bot->updates = pk_slice_is(updates, "webhook") ? TELEGRAM_WEBHOOK
                       : pk_slice_is(updates, "off")   ? TELEGRAM_OFF
                                                       : TELEGRAM_POLL;
        r = check_token(pk_kit_text(&bot->settings, "token"), err);
    }
    if (r == 0)
        r = check_secret(bot, err);
    if (r != 0) {
        telegram_close(bot);
        return r;
    }
    *ret_self = bot;
    return 0;
}

static uint32_t capabilities_of(const void *self)
{
    const struct telegram *bot = self;
    return PK_PRICED_PER_MESSAGE | (bot->updates == TELEGRAM_OFF ? 0 : PK_CAN_INBOUND | PK_CAN_CHOICES);
}

int pk_telegram_begin(const struct telegram *bot, struct pk_request *request, const char *method)
{
    const struct pk_host *host = bot->host;
    struct pk_slice token = pk_kit_text(&bot->settings, "token");
    int r = pk_kit_begin_json(host, request, pk_kit_text(&bot->settings, "url"), "/bot");
    if (r == 0)
        r = host->write(host->url(request), token.data, token.len);
    return r == 0 ? host->write(host->url(request), method, strlen(method)) : r;
}

/* ---- the table ---- */

static const struct pk_exchange_ops exchange = { .size = sizeof exchange,
                                                 .transport = PK_TRANSPORT_HTTP,
                                                 .step = pk_telegram_step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook,
                                               .verify = pk_telegram_verify,
                                               .parse = pk_telegram_called };
/* Telegram itself waits; what we add lies between two questions that were answered at once. */
static const struct pk_poll_ops poll = {
    .size = sizeof poll, .every_ms = 250, .request = pk_telegram_ask, .parse = pk_telegram_answered
};

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "telegram",
    .version = "1",
    .summary = "A Telegram bot, with buttons; by asking or by webhook",
    .channels = "telegram",
    .capabilities = PK_CAN_INBOUND | PK_CAN_CHOICES | PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_OPAQUE,
    .max_text_bytes = 12288, /* 4096 characters; what counts is counted again */
    .settings = settings,
    .setting_count = COUNT(settings),
    .open = telegram_open,
    .close = telegram_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .poll = &poll,
    .capabilities_of = capabilities_of,
    .setup = "In Telegram, talk to @BotFather: /newbot, and copy the token it gives.\n"
             "With updates = poll (the usual) nothing else is needed: the gateway asks.\n"
             "With updates = webhook: call setWebhook with url={hook}, secret_token= what webhook_secret holds, and allowed_updates message, callback_query, my_chat_member.\n"
             "Give the bot a privacy policy and say in its description whose it is.",
};

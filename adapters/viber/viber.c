/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A Viber bot. People are known by an id that this bot alone sees, and only once they opened a conversation with it; messages
 * to telephone numbers over Viber are another product, which aggregators sell.
 */
#include "adapters/viber/viber.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/export.h"

#include <stdlib.h>

#define SECOND 1000ll
#define SENDER_UNITS_MAX 28u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct pk_setting settings[] = {
    { .name = "url", .type = PK_SETTING_URL, .fallback = "https://chatapi.viber.com", .help = "Where Viber's bot API is." },
    { .name = "token",
      .type = PK_SETTING_SECRET,
      .required = 1,
      .help = "The bot's authentication token, which also signs Viber's calls." },
    { .name = "sender",
      .type = PK_SETTING_TEXT,
      .required = 1,
      .help = "The name people see over a message, at most 28 characters." },
    { .name = "buttons",
      .type = PK_SETTING_CHOICE,
      .choices = "exact|words|no",
      .fallback = "exact",
      .help =
          "What a button sends: what tells exactly which message is answered, its label as if it were written, or no buttons." },
    { .name = "welcome",
      .type = PK_SETTING_TEXT,
      .help = "What somebody reads who opens the bot by a link with a token, above the button that lets them join." },
    { .name = "welcome_button",
      .type = PK_SETTING_TEXT,
      .help = "The label of the button under the welcome; pressing it is the opt-in." },
    { .name = "throttle_wait",
      .type = PK_SETTING_DURATION,
      .fallback = "1m",
      .min = SECOND,
      .max = 3600 * SECOND,
      .help = "How long to wait when Viber says that there are too many requests; it names no time." },
};

/* ---- an account ---- */

static void viber_close(void *self)
{
    struct viber *bot = self;
    if (!bot)
        return;
    pk_kit_settings_finish(&bot->settings);
    free(bot);
}

static int check_settings(const struct viber *bot, struct pk_error *err)
{
    if (pk_kit_units(pk_kit_text(&bot->settings, "sender")) > SENDER_UNITS_MAX)
        return pk_fail(err, PK_E_CONFIG, "sender: Viber shows names of at most %u characters", SENDER_UNITS_MAX);
    return pk_kit_pair(&bot->settings, "welcome", "welcome_button", err);
}

static int viber_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                      struct pk_error *err)
{
    struct viber *bot = calloc(1, sizeof *bot);
    if (!bot)
        return PK_E_NOMEM;
    bot->host = host;
    int r = pk_kit_settings_init(&bot->settings, values, count);
    if (r == 0)
        r = check_settings(bot, err);
    if (r != 0) {
        viber_close(bot);
        return r;
    }
    struct pk_slice buttons = pk_kit_text(&bot->settings, "buttons");
    bot->buttons = pk_slice_is(buttons, "words") ? VIBER_WORDS : pk_slice_is(buttons, "no") ? VIBER_NO_BUTTONS : VIBER_EXACT;
    *ret_self = bot;
    return 0;
}

/* Viber sends nothing before a webhook is set, and its token signs all calls: the webhook is always open. */
static uint32_t capabilities_of(const void *self)
{
    const struct viber *bot = self;
    return PK_PRICED_PER_MESSAGE | PK_CAN_RECEIPTS | PK_CAN_INBOUND | (bot->buttons != VIBER_NO_BUTTONS ? PK_CAN_CHOICES : 0);
}

/* ---- the table ---- */

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = pk_viber_step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = pk_viber_verify, .parse = pk_viber_called };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "viber",
    .version = "1",
    .summary = "A Viber bot, with buttons, for people who opened a conversation with it",
    .channels = "viber",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_CHOICES | PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_OPAQUE,
    .max_text_bytes = 21000, /* 7000 characters; what counts is counted again */
    .settings = settings,
    .setting_count = COUNT(settings),
    .open = viber_open,
    .close = viber_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup = "In the Viber admin panel (partners.viber.com): copy the bot's token.\n"
             "While the gateway runs, call set_webhook once with url {hook} and event_types delivered, seen, failed, subscribed, unsubscribed, conversation_started.",
};

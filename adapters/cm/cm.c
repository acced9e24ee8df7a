/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CM.com, Business Messaging API 1.0: SMS, or Viber business messages to telephone numbers. Settings and the adapter's table.
 */
#include "adapters/cm/cm.h"

#include "adapters/kit/export.h"
#include "adapters/kit/text.h"

static const struct pk_setting settings[] = {
    PK_KIT_URL("url", "https://gw.messaging.cm.com/v1.0/message",
               "The gateway's address; CM names another one to customers that may not use the usual."),
    PK_KIT_SECRET_REQUIRED("product_token", "The product token of the gateway, as the Channels app shows it."),
    PK_KIT_CHOICE("channel", "sms|viber", "sms", "What the account sends: text messages, or Viber business messages."),
    PK_KIT_TEXT("sender", NULL,
                "SMS: the sender people see when the message names none, 11 letters and digits or 16 digits at most; Viber: the "
                "registered sender as CM gave it."),
    PK_KIT_INTEGER("max_parts", "8", 1, 8, "SMS: the most parts a message may have; CM refuses a longer one."),
    PK_KIT_TEXT("grouping", NULL, "A label for CM's own reports, at most 100 characters; nothing about a person."),
    PK_KIT_SECRET("webhook_secret",
                  "The secret that CM calls as the path behind the webhook's address, at least 16 letters and digits."),
    PK_KIT_CHOICE("buttons", "no|words|exact", "no",
                  "Viber: buttons for the choices; a pressed one sends its label, or exactly which message and choice it is."),
    PK_KIT_TEXT("template.*", NULL,
                "Viber: an approved template, template.TEXT.RENDERING = the JSON object that CM gave for richContent, with "
                "{places} for values."),
    PK_KIT_TEXT("fallback", NULL,
                "Viber: the account of this gateway for SMS by whose prices and rules CM delivers a message as SMS, in the same "
                "call, where Viber does not reach somebody who agreed to both."),
    PK_KIT_TEXT("blocked_codes", NULL,
                "Viber: CM's error codes, separated by commas, of a message to somebody who blocked the sender."),
    PK_KIT_TEXT("temporary_codes", NULL,
                "Viber: CM's error codes, separated by commas, of a failure that another message may not meet."),
};

/* ---- an account ---- */

static int check_sms(const struct cm_account *account, struct pk_error *err)
{
    static const char *const of_viber[] = { "fallback", "blocked_codes", "temporary_codes" };
    struct pk_slice sender = pk_kit_text(&account->base.settings, "sender");
    int64_t number;
    size_t cursor = 0;
    if (sender.len > 16 || (sender.len > 11 && !pk_kit_decimal(sender, &number)))
        return pk_fail(err, PK_E_CONFIG, "sender: it is longer than 11 letters and digits, or 16 digits");
    const struct pk_setting_value *template = pk_kit_member(&account->base.settings, "template.", &cursor);
    if (template || account->buttons != CM_NO_BUTTONS)
        return pk_fail(err, PK_E_CONFIG, "%s: it needs channel = viber", template ? template->name : "buttons");
    for (size_t i = 0; i < PK_KIT_COUNT(of_viber); i++)
        if (pk_kit_is_set(&account->base.settings, of_viber[i]))
            return pk_fail(err, PK_E_CONFIG, "%s: it needs channel = viber", of_viber[i]);
    return 0;
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct cm_account), host, values, count, &made);
    struct cm_account *account = made;
    if (r != 0)
        return r;
    const struct pk_kit_settings *own = &account->base.settings;
    struct pk_slice buttons = pk_kit_text(own, "buttons");
    account->viber = pk_slice_is(pk_kit_text(own, "channel"), "viber");
    account->falls_back = account->viber && pk_kit_is_set(own, "fallback");
    account->buttons = pk_slice_is(buttons, "exact") ? CM_EXACT : pk_slice_is(buttons, "words") ? CM_WORDS : CM_NO_BUTTONS;
    r = pk_kit_check_secret(own, "webhook_secret", true, err);
    if (r == 0)
        r = account->viber ? pk_cm_viber_check(account, err) : check_sms(account, err);
    if (r != 0)
        pk_kit_account_free(account);
    else
        *ret_self = account;
    return r;
}

static uint32_t capabilities_of(const void *self)
{
    const struct cm_account *account = self;
    uint32_t hears = pk_kit_is_set(&account->base.settings, "webhook_secret") ? PK_CAN_RECEIPTS | PK_CAN_INBOUND : 0;
    return hears | PK_CAN_EXPIRE | (account->buttons != CM_NO_BUTTONS ? PK_CAN_CHOICES : 0) |
           (account->viber ? PK_PRICED_PER_MESSAGE : 0) | (account->falls_back ? PK_CAN_FALLBACK : 0);
}

/* ---- the table ---- */

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = pk_cm_step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = pk_cm_verify, .parse = pk_cm_called };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "cm",
    .version = "1",
    .summary = "CM.com, Business Messaging API: SMS, and Viber to telephone numbers",
    .channels = "sms,viber",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_CHOICES | PK_CAN_EXPIRE | PK_PRICED_PER_MESSAGE |
                    PK_CAN_FALLBACK,
    .number_format = PK_NUMBER_00,
    .max_text_bytes = 8192,
    .max_parts = 8,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = pk_kit_account_free,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup =
        "In CM's Channels app, Gateway: copy the product token.\n"
        "Gateway, Status reports: {hook}/WEBHOOK-SECRET (what webhook_secret holds), method POST, format JSON.\n"
        "For replies: the same address at the virtual number's incoming messages, JSON.\n"
        "CM signs nothing: keep that address to yourselves.\n"
        "For Viber: an account of its own with channel = viber, a product token of its own, and the sender that CM registers "
        "with Viber; ask CM for a JSON example of each approved template.\n"
        "With fallback: replies to SMS of that product token at the same address, too.",
};

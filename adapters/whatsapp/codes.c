/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Meta's error codes. HTTP statuses and titles are unstable by Meta's own word; the code decides. Most troubles with a
 * recipient come after the message was accepted, as a failed status with the same codes.
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TEMPLATE "Meta refuses the template: its name, language, parameters or approval."
#define WINDOW "More than 24 hours passed since the person wrote: only an approved template reaches them."
#define CAPPED "Meta limits how many such messages this person gets from anybody; another channel is needed."

static const struct whatsapp_code codes[] = {
    { 0, 0, PK_OUTCOME_MISCONFIGURED, NULL },
    { 1, 2, PK_OUTCOME_RETRY, NULL },
    { 3, 3, PK_OUTCOME_MISCONFIGURED, NULL },
    { 4, 4, PK_OUTCOME_THROTTLED, NULL },
    { 10, 10, PK_OUTCOME_MISCONFIGURED, NULL },
    { 33, 33, PK_OUTCOME_MISCONFIGURED, NULL },
    { 100, 100, PK_OUTCOME_REJECTED, NULL },
    { 190, 190, PK_OUTCOME_MISCONFIGURED, NULL },
    { 200, 299, PK_OUTCOME_MISCONFIGURED, NULL },
    { 368, 368, PK_OUTCOME_MISCONFIGURED, NULL },
    { 613, 613, PK_OUTCOME_THROTTLED, NULL },
    { 80007, 80007, PK_OUTCOME_THROTTLED, NULL },
    { 130403, 130403, PK_OUTCOME_OPTED_OUT, NULL },
    { 130429, 130429, PK_OUTCOME_THROTTLED, NULL },
    { 130472, 130472, PK_OUTCOME_REJECTED, CAPPED },
    { 130497, 130497, PK_OUTCOME_REJECTED, "Meta does not let this account write to that country." },
    { 131000, 131000, PK_OUTCOME_RETRY, NULL },
    { 131005, 131005, PK_OUTCOME_MISCONFIGURED, NULL },
    { 131008, 131009, PK_OUTCOME_REJECTED, NULL },
    { 131016, 131016, PK_OUTCOME_RETRY, NULL },
    { 131021, 131021, PK_OUTCOME_REJECTED, "The recipient is the sending number itself." },
    { 131026, 131026, PK_OUTCOME_INVALID_RECIPIENT, NULL },
    { 131031, 131031, PK_OUTCOME_MISCONFIGURED, NULL },
    { 131037, 131037, PK_OUTCOME_MISCONFIGURED, NULL },
    { 131042, 131042, PK_OUTCOME_MISCONFIGURED, NULL },
    { 131045, 131045, PK_OUTCOME_MISCONFIGURED, NULL },
    { 131047, 131047, PK_OUTCOME_REJECTED, WINDOW },
    { 131048, 131048, PK_OUTCOME_THROTTLED, "Meta slows the number down: people blocked or reported it." },
    { 131049, 131049, PK_OUTCOME_REJECTED, CAPPED },
    { 131050, 131050, PK_OUTCOME_OPTED_OUT, NULL },
    { 131051, 131052, PK_OUTCOME_REJECTED, NULL },
    { 131053, 131053, PK_OUTCOME_RETRY, NULL },
    { 131056, 131056, PK_OUTCOME_THROTTLED, NULL },
    { 131057, 131057, PK_OUTCOME_RETRY, NULL },
    { 131063, 131063, PK_OUTCOME_REJECTED, TEMPLATE },
    { 131064, 131064, PK_OUTCOME_THROTTLED, NULL },
    { 132000, 132001, PK_OUTCOME_REJECTED, TEMPLATE },
    { 132005, 132007, PK_OUTCOME_REJECTED, TEMPLATE },
    { 132012, 132018, PK_OUTCOME_REJECTED, TEMPLATE },
    { 132068, 132069, PK_OUTCOME_REJECTED, TEMPLATE },
    { 133000, 133015, PK_OUTCOME_MISCONFIGURED, NULL },
    { 133016, 133016, PK_OUTCOME_THROTTLED, NULL },
    { 134011, 134011, PK_OUTCOME_MISCONFIGURED, NULL },
    { 135000, 135000, PK_OUTCOME_REJECTED, NULL },
};

bool pk_whatsapp_is_unapproved(int64_t code)
{
    return code == 132001 || code == 132007 || code == 132015 || code == 132016;
}

/* 100 is our bug, but for the recipient: then its details name them. */
static const struct whatsapp_code not_on_whatsapp = { 100, 100, PK_OUTCOME_INVALID_RECIPIENT, NULL };

static bool names_recipient(struct pk_slice details)
{
    static const char *const words[] = { "not a WhatsApp", "not a valid whatsapp", "not a valid WhatsApp", "ecipient" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (details.len > 0 && memmem(details.data, details.len, words[i], strlen(words[i])))
            return true;
    return false;
}

const struct whatsapp_code *pk_whatsapp_code(int64_t code, struct pk_slice details)
{
    if (code == 100 && names_recipient(details))
        return &not_on_whatsapp;
    for (size_t i = 0; i < COUNT(codes); i++)
        if (code >= codes[i].first && code <= codes[i].last)
            return &codes[i];
    return NULL;
}

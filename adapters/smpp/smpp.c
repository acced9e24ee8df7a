/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SMPP 3.4 as a transceiver: short messages over one lasting link to a provider's message centre, receipts and replies over the
 * same. This file has the settings and the life; smpp.h is the map.
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/export.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

static const struct pk_setting settings[] = {
    PK_KIT_TEXT_REQUIRED("host", "Name or address of the provider's message centre."),
    PK_KIT_INTEGER("port", "2775", 1, 65535, "Its port; 3550 is usual with TLS."),
    PK_KIT_BOOLEAN("tls", "no", "Whether the link is encrypted from the first byte on."),
    PK_KIT_TEXT("ca_file", NULL, "Authorities that vouch for the provider instead of the usual ones, an absolute path."),
    PK_KIT_TEXT("tls_name", NULL, "Name that the certificate must have, where it is not the host's."),
    PK_KIT_TEXT_REQUIRED("system_id", "The account's name at the provider, at most 15 characters."),
    PK_KIT_SECRET_REQUIRED("password", "Its password, as file:PATH or credential:NAME."),
    PK_KIT_TEXT("system_type", NULL, "What the provider wants to read as system_type, at most 12 characters."),
    PK_KIT_TEXT("address_range", NULL, "The numbers whose replies come over this link, where the provider asks for it."),
    PK_KIT_INTEGER("address_ton", "0", 0, 255, "Type of number of address_range."),
    PK_KIT_INTEGER("address_npi", "0", 0, 255, "Numbering plan of address_range."),
    PK_KIT_TEXT_REQUIRED("sender", "Who the message is from: a number, a short code, or a name of at most 11 characters."),
    { .name = "sender_ton",
      .type = PK_SETTING_INTEGER,
      .max = 255,
      .help = "Type of number of the sender; by itself 5 for a name, 1 for a number, 3 for a short code." },
    { .name = "sender_npi",
      .type = PK_SETTING_INTEGER,
      .max = 255,
      .help = "Numbering plan of the sender; by itself 1 for a number, else 0." },
    PK_KIT_INTEGER("recipient_ton", "1", 0, 255, "Type of number of recipients, who are written with their country."),
    PK_KIT_INTEGER("recipient_npi", "1", 0, 255, "Numbering plan of recipients."),
    PK_KIT_TEXT("service_type", NULL, "What the provider wants to read as service_type, at most 5 characters."),
    PK_KIT_CHOICE("long_messages", "udh|sar|payload", "udh", "How the parts of a long message are told to belong together."),
    PK_KIT_CHOICE("alphabet", "gsm7|gsm7-packed|latin1", "gsm7",
                  "How texts without Cyrillic travel: a septet an octet, packed, or as Latin-1 with data_coding 3."),
    PK_KIT_BOOLEAN("receipts", "yes", "Whether the provider is asked to tell what became of each message."),
    PK_KIT_CHOICE("id_notation", "auto|same|hex-decimal|decimal-hex", "auto",
                  "How ids are written in answers and, behind the hyphen, in receipts; auto finds out, and remembers."),
    PK_KIT_CHOICE("validity", "relative|absolute|none", "relative", "How the provider is told until when it may deliver."),
    PK_KIT_INTEGER("message_priority", "0", 0, 3, "The priority_flag of every message."),
    PK_KIT_DURATION("enquire_link", "30s", 1000, 3600000, "Silence after which the provider is asked whether it is still there."),
    PK_KIT_DURATION("answer_timeout", "20s", 100, 300000,
                    "How long an answer is waited for, all parts of a message together; the account's timeout and 30 s at most."),
    { .name = "code.*",
      .type = PK_SETTING_TEXT,
      .help = "Statuses of the provider's own by what they mean, such as code.throttled = 0x401, 0x402." },
    { .name = "receipt.*",
      .type = PK_SETTING_TEXT,
      .help = "Words of the provider's own in receipts, such as receipt.undelivered_temporary = ABSENT." },
};

/* ---- life ---- */

static void close_smpp(void *self)
{
    struct smpp *smpp = self;
    if (!smpp)
        return;
    pk_smpp_window_forget(smpp);
    pk_smpp_recent_finish(&smpp->recent);
    pk_kit_table_finish(&smpp->codes);
    pk_kit_table_finish(&smpp->receipts);
    if (smpp->in)
        explicit_bzero(smpp->in, smpp->in_len);
    free(smpp->in);
    pk_kit_account_free(smpp);
}

/* The standard's lengths of what we send; a password of more than 8 is common, and taken by those who give it out. */
static int check_lengths(const struct pk_kit_settings *values, struct pk_error *err)
{
    static const struct {
        const char *name;
        size_t most;
    } lengths[] = { { "system_id", 15 },    { "password", 64 },      { "system_type", 12 },
                    { "address_range", 40 }, { "service_type", 5 } };
    for (size_t i = 0; i < PK_KIT_COUNT(lengths); i++) {
        struct pk_slice text = pk_kit_text(values, lengths[i].name);
        if (text.len > lengths[i].most)
            return pk_fail(err, PK_E_CONFIG, "%s: it is longer than %zu characters", lengths[i].name, lengths[i].most);
    }
    return 0;
}

static int check_sender(struct pk_slice sender, struct pk_error *err)
{
    size_t digits = 0, at = sender.len > 0 && sender.data[0] == '+' ? 1 : 0;
    for (size_t i = at; i < sender.len; i++) {
        digits += sender.data[i] >= '0' && sender.data[i] <= '9';
        if (sender.data[i] < ' ' || sender.data[i] > '~')
            return pk_fail(err, PK_E_CONFIG, "sender: letters of other alphabets than ASCII do not arrive");
    }
    if (digits > 0 && digits == sender.len - at)
        return digits <= 15 ? 0 : pk_fail(err, PK_E_CONFIG, "sender: a number has at most 15 digits");
    return sender.len <= 11 ? 0 : pk_fail(err, PK_E_CONFIG, "sender: a name has at most 11 characters");
}

/* The place of a choice among those declared. */
static uint32_t choice(const struct pk_kit_settings *values, const char *name, const char *const *choices, size_t count)
{
    struct pk_slice text = pk_kit_text(values, name);
    for (uint32_t i = 0; i < count; i++)
        if (pk_slice_is(text, choices[i]))
            return i;
    return 0;
}

static int configure(struct smpp *smpp, struct pk_error *err)
{
    static const char *const long_by[] = { "udh", "sar", "payload" }, *const alphabets[] = { "gsm7", "gsm7-packed", "latin1" };
    static const char *const validities[] = { "relative", "absolute", "none" };
    const struct pk_kit_settings *values = &smpp->base.settings;
    uint64_t chance;
    int r = check_lengths(values, err);
    if (r == 0)
        r = check_sender(pk_kit_text(values, "sender"), err);
    if (r == 0)
        r = pk_kit_table_read(&smpp->codes, values, "code.", PK_KIT_OUTCOMES, err);
    if (r == 0)
        r = pk_kit_table_read(&smpp->receipts, values, "receipt.", PK_KIT_STATES, err);
    if (r != 0)
        return r;
    smpp->long_by = (enum smpp_long) choice(values, "long_messages", long_by, PK_KIT_COUNT(long_by));
    smpp->alphabet = (enum smpp_alphabet) choice(values, "alphabet", alphabets, PK_KIT_COUNT(alphabets));
    smpp->validity = (enum smpp_validity) choice(values, "validity", validities, PK_KIT_COUNT(validities));
    if (smpp->alphabet == SMPP_GSM7_PACKED && smpp->long_by == SMPP_LONG_PAYLOAD)
        return pk_fail(err, PK_E_CONFIG, "long_messages: payload and alphabet = gsm7-packed do not go together");
    smpp->enquire_ms = pk_kit_number(values, "enquire_link", 30000);
    smpp->answer_ms = pk_kit_number(values, "answer_timeout", 20000);
    smpp->base.host->random(smpp->base.host->ctx, &chance, sizeof chance);
    smpp->reference = (uint32_t) (chance >> 40);
    smpp->in = malloc(SMPP_PDU_MAX_BYTES);
    r = pk_smpp_recent_init(&smpp->recent, pk_smpp_notation_of(pk_kit_text(values, "id_notation")), chance);
    return smpp->in ? r : PK_E_NOMEM;
}

static int open_smpp(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                     struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct smpp), host, values, count, &made);
    if (r == 0)
        r = configure(made, err);
    if (r == 0)
        *ret_self = made;
    else
        close_smpp(made);
    return r;
}

static uint32_t capabilities_of(const void *self)
{
    const struct smpp *smpp = self;
    bool receipts = pk_kit_number(&smpp->base.settings, "receipts", 1) != 0;
    return PK_CAN_PARTS | PK_CAN_INBOUND | PK_CAN_EXPIRE | (receipts ? PK_CAN_RECEIPTS : 0);
}

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "smpp",
    .version = "1",
    .summary = "Any provider with a message centre that speaks SMPP 3.4",
    .channels = "sms",
    .capabilities = PK_CAN_PARTS | PK_CAN_INBOUND | PK_CAN_RECEIPTS | PK_CAN_EXPIRE,
    .number_format = PK_NUMBER_E164_DIGITS,
    .max_text_bytes = 16384,
    .max_parts = SMPP_PARTS_MAX,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = open_smpp,
    .close = close_smpp,
    .session = &pk_smpp_session,
    .capabilities_of = capabilities_of,
    .setup = "Ask the provider for a transceiver login (system_id, password, perhaps system_type), its host and port, and for TLS.\n"
             "Ask for the window (unanswered submit_sm at once), messages a second, and how long messages are told: udh, sar or payload.\n"
             "Ask how ids look in answers and in receipts, what data_coding 0 is, and for its statuses above 0x400.\n"
             "Tell it the address this gateway connects from, if it is to be let in.",
};

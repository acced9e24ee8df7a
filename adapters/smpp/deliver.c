/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * deliver_sm and data_sm. What is told in them is answered when the gateway has stored it, and not before: until then the
 * centre keeps it and sends it again. What tells nothing we could use is answered well at once.
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/text.h"

#include <stdlib.h>

#define DATA_TOKEN (UINT64_C(1) << 32) /* of a token: it was a data_sm */
#define TEXT_MAX_BYTES 21000u /* as UTF-8 at most three times as long, which the gateway still takes */

enum status { OK = 0x00, INVALID_LENGTH = 0x02, AGAIN_LATER = 0x64 };

static void answer(struct smpp *smpp, bool data, uint32_t sequence, uint32_t status)
{
    /* message_id: unused, one NUL. */
    (void) pk_smpp_send(smpp, (data ? SMPP_DATA_SM : SMPP_DELIVER_SM) | SMPP_RESPONSE, status, sequence, pk_slice_make("", 1));
}

void pk_smpp_settled(struct smpp *smpp, uint64_t token, bool stored, int64_t now_ms)
{
    uint32_t sequence = (uint32_t) token;
    (void) now_ms;
    if (smpp->state == SMPP_DOWN || smpp->state == SMPP_OVER || token >> 33 != smpp->connection)
        return; /* of a connection that fell: it comes again */
    if (stored)
        pk_smpp_reply_answered(&smpp->recent, smpp->connection, sequence);
    answer(smpp, (token & DATA_TOKEN) != 0, sequence, stored ? OK : AGAIN_LATER);
}

/* ---- what somebody wrote ---- */

/* The concatenation in a user data header, and how long the header is with its own length; 0 when there is no sane one. */
static size_t read_header(struct pk_slice text, struct pk_event *event)
{
    const uint8_t *at = (const uint8_t *) text.data;
    size_t len = text.len > 0 ? (size_t) at[0] + 1 : 0;
    if (len < 2 || len > text.len)
        return 0;
    for (size_t i = 1; i + 1 < len && i + 2 + at[i + 1] <= len; i += 2 + (size_t) at[i + 1]) {
        bool wide = at[i] == 0x08 && at[i + 1] == 4;
        if (!wide && (at[i] != 0x00 || at[i + 1] != 3))
            continue;
        const uint8_t *value = at + i + 2;
        event->part_reference = wide ? (uint32_t) value[0] << 8 | value[1] : value[0];
        event->part_total = value[wide ? 2 : 1];
        event->part_index = value[wide ? 3 : 2];
    }
    return len;
}

enum alphabet { DEFAULT, LATIN1, CYRILLIC, UCS2, OCTETS };

/* By the values of SMPP, and above them by those of GSM 03.38. */
static enum alphabet alphabet_of(uint32_t coding)
{
    switch (coding) {
    case 0x01:
    case 0x03:
        return LATIN1;
    case 0x02:
    case 0x04:
        return OCTETS;
    case 0x06:
        return CYRILLIC;
    case 0x08:
        return UCS2;
    default:
        break;
    }
    if (coding >= 0xf0)
        return coding & 0x04 ? OCTETS : DEFAULT;
    if (coding >= 0xe0)
        return UCS2;
    if (coding >= 0x10 && coding < 0x40)
        return (coding & 0x0c) == 0x04 ? OCTETS : (coding & 0x0c) == 0x08 ? UCS2 : DEFAULT;
    return DEFAULT;
}

static bool is_seven_bit(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((uint8_t) text.data[i] > 0x7f)
            return false;
    return true;
}

/* The text as the gateway reads it, in `room` where it had to be changed. */
static void read_text(const struct smpp *smpp, struct pk_slice text, size_t header, uint32_t coding, char *room, struct pk_event *event)
{
    enum alphabet alphabet = alphabet_of(coding);
    event->text = text;
    if (alphabet == DEFAULT && smpp->alphabet == SMPP_GSM7_PACKED) {
        event->text = pk_slice_make(room, pk_smpp_unpack(text, header, (uint8_t *) room, (size_t) 3 * TEXT_MAX_BYTES));
        event->coding = PK_CODING_GSM7;
        return;
    }
    /* An octet that is no septet: this centre's own alphabet is another. */
    if (alphabet == DEFAULT && (smpp->alphabet == SMPP_LATIN1 || !is_seven_bit(text)))
        alphabet = LATIN1;
    if (alphabet == LATIN1 || alphabet == CYRILLIC)
        event->text = pk_slice_make(room, pk_smpp_utf8(text, alphabet == CYRILLIC, room));
    else
        event->coding = alphabet == UCS2 ? PK_CODING_UCS2 : alphabet == OCTETS ? PK_CODING_BINARY : PK_CODING_GSM7;
}

/* Returns what event() says; 0 with nothing told for what is of nobody or holds nothing. */
static int tell_reply(struct smpp *smpp, const struct smpp_message *message, const struct smpp_pdu *pdu, struct pk_event *event,
                      int64_t now_ms, bool *ret_told)
{
    char from[PK_KIT_E164_ROOM], id[SMPP_REPLY_ID_ROOM];
    struct pk_slice text = message->text;
    if (text.len == 0)
        return 0;
    size_t header = message->esm_class & SMPP_ESM_UDHI ? read_header(text, event) : 0;
    if (message->sar_total > 1 && event->part_total == 0) {
        event->part_reference = message->sar_reference;
        event->part_total = message->sar_total;
        event->part_index = message->sar_index;
    }
    const struct pk_slice pieces[] = { message->source, message->destination, text };
    text = pk_slice_make(text.data + header, text.len - header < TEXT_MAX_BYTES ? text.len - header : TEXT_MAX_BYTES);
    if (text.len == 0 || pk_kit_e164(message->source, from) != 0)
        return 0;
    char *room = malloc(3 * text.len + 1);
    if (!room)
        return PK_E_NOMEM;
    event->kind = PK_EVENT_REPLY;
    event->address = pk_slice_of(from);
    event->event_id = pk_smpp_reply_id(&smpp->recent, pieces, PK_KIT_COUNT(pieces), smpp->connection, pdu->sequence, now_ms, id);
    read_text(smpp, text, header, message->data_coding, room, event);
    *ret_told = event->text.len > 0; /* behind a header one octet may be nothing but bits to fill */
    int r = *ret_told ? smpp->ops->event(smpp->link, event) : 0;
    explicit_bzero(room, 3 * text.len + 1);
    free(room);
    return r;
}

/* ---- either ---- */

static int tell_receipt(struct smpp *smpp, const struct smpp_message *message, struct pk_event *event, bool *ret_told)
{
    struct smpp_receipt_room room;
    uint64_t token = event->token;
    bool knew = smpp->recent.found_out;
    if (!pk_smpp_receipt(smpp, message, &room, event))
        return 0;
    event->token = token;
    *ret_told = true;
    if (!knew && smpp->recent.found_out)
        pk_smpp_notation_keep(smpp);
    return smpp->ops->event(smpp->link, event);
}

void pk_smpp_delivered(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms)
{
    bool data = pdu->command == SMPP_DATA_SM, told = false;
    struct pk_event event = { .size = sizeof event,
                              .token = (uint64_t) smpp->connection << 33 | (data ? DATA_TOKEN : 0) | pdu->sequence };
    struct smpp_message message;
    int r = smpp_message_read(pdu, &message);
    if (r != 0) {
        answer(smpp, data, pdu->sequence, INVALID_LENGTH);
        return;
    }
    if (pk_smpp_is_receipt(&message))
        r = tell_receipt(smpp, &message, &event, &told);
    else
        r = tell_reply(smpp, &message, pdu, &event, now_ms, &told);
    if (r == PK_E_INVALID)
        told = false; /* it makes no sense to the gateway, and would make none the next time */
    if (!told)
        answer(smpp, data, pdu->sequence, r == PK_E_NOMEM ? AGAIN_LATER : OK);
    else if (r != 0)
        answer(smpp, data, pdu->sequence, AGAIN_LATER);
}

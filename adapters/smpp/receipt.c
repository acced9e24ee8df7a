/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a receipt says: in optional parameters, and in a text that the standard gives as an example and every centre writes
 * a little differently:
 *
 *     id:IIIIIIIIII sub:001 dlvrd:001 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:EEE text:...
 *
 * Fields are looked for by name, in any order and case; behind "text:" stands what was sent, which may look like anything.
 * Its times name no zone and are left alone. Sender and recipient have changed places.
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/text.h"

#include <stdio.h>

#define FIELD_MAX 64u
#define RECEIPT 0x04u /* esm_class: message types */
#define MANUAL 0x08u
#define INTERMEDIATE 0x20u

static bool same_at(struct pk_slice text, size_t at, const char *word)
{
    size_t len = strlen(word);
    return text.len - at >= len && pk_kit_same_word(pk_slice_make(text.data + at, len), pk_slice_make(word, len));
}

/* The value behind `name` ("stat:"), up to the next space; {NULL,0} when it is not there. */
static struct pk_slice field(struct pk_slice text, const char *name)
{
    for (size_t at = 0; at < text.len; at++) {
        bool begins = at == 0 || text.data[at - 1] == ' ';
        if (begins && same_at(text, at, "text:"))
            break;
        if (!begins || !same_at(text, at, name))
            continue;
        const char *value = text.data + at + strlen(name);
        size_t left = text.len - at - strlen(name), len = 0;
        while (len < left && value[len] > ' ')
            len++;
        return len <= FIELD_MAX ? pk_slice_make(value, len) : (struct pk_slice){ 0 };
    }
    return (struct pk_slice){ 0 };
}

bool pk_smpp_is_receipt(const struct smpp_message *message)
{
    uint32_t type = message->esm_class & SMPP_ESM_TYPE;
    if (type & (RECEIPT | MANUAL | INTERMEDIATE) || message->receipted_id.len > 0)
        return true;
    /* Some centres forget to say so. */
    return message->text.len > 3 && same_at(message->text, 0, "id:") && field(message->text, "stat:").len > 0;
}

/* ---- states ---- */

static const struct pk_kit_word words[] = {
    { "ENROUTE", PK_RECEIPT_SENT },
    { "DELIVRD", PK_RECEIPT_DELIVERED },
    { "EXPIRED", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* at the centre, and so it cannot arrive any more */
    { "DELETED", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "UNDELIV", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "ACCEPTD", PK_RECEIPT_SENT },
    { "UNKNOWN", PK_RECEIPT_UNKNOWN },
    { "REJECTD", PK_RECEIPT_UNDELIVERED_PERMANENT },
    /* Not of the standard. */
    { "BUFFRED", PK_RECEIPT_SENT },
    { "BUFFERED", PK_RECEIPT_SENT },
    { "DELIVERED", PK_RECEIPT_DELIVERED },
    { "FAILED", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "NACK", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "SKIPPED", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

/* The word of message_state; the first eight words are in its order. */
static struct pk_slice word_of(uint32_t state)
{
    return state >= 1 && state <= 8 ? pk_slice_of(words[state - 1].word) : (struct pk_slice){ 0 };
}

static uint32_t meaning_of(const struct smpp *smpp, struct pk_slice word)
{
    uint32_t meaning = pk_kit_table_find(&smpp->receipts, word);
    if (meaning == 0)
        meaning = pk_kit_meaning(words, PK_KIT_COUNT(words), word);
    return meaning != 0 ? meaning : PK_RECEIPT_UNKNOWN;
}

/* "UNDELIV 011". */
static struct pk_slice code_of(struct pk_slice word, struct pk_slice error, char room[sizeof((struct smpp_receipt_room *) NULL)->code])
{
    size_t size = sizeof((struct smpp_receipt_room *) NULL)->code;
    bool told = false; /* of zeros only: no error */
    for (size_t i = 0; i < error.len && error.len <= 8; i++)
        told = told || error.data[i] != '0';
    if (word.len > 16 || !pk_kit_code_is_plain(word))
        word = PK_SLICE("unreadable");
    (void) snprintf(room, size, "%.*s%s%.*s", PK_SLICE_ARG(word), told ? " " : "", told ? (int) error.len : 0, told ? error.data : "");
    return pk_kit_code_is_plain(pk_slice_of(room)) ? pk_slice_of(room) : word;
}

/* ---- the event ---- */

bool pk_smpp_receipt(struct smpp *smpp, const struct smpp_message *message, struct smpp_receipt_room *room,
                     struct pk_event *ret_event)
{
    struct pk_slice text = message->text, word = field(text, "stat:"), id = message->receipted_id;
    uint32_t number = pk_smpp_number_mark(message->source);
    struct smpp_known known = { 0 };
    if (id.len == 0)
        id = field(text, "id:");
    if (word.len == 0)
        word = word_of(message->state);
    pk_smpp_recent_find(&smpp->recent, id, number, room->id, &known);
    if (room->id[0] == '\0')
        return false;
    *ret_event = (struct pk_event){ .size = sizeof *ret_event,
                                    .kind = PK_EVENT_RECEIPT,
                                    .provider_id = pk_slice_of(room->id),
                                    .state = meaning_of(smpp, word),
                                    .code = code_of(word, field(text, "err:"), room->code) };
    if (known.attempt) {
        (void) snprintf(room->attempt, sizeof room->attempt, "%s", known.attempt);
        ret_event->our_reference = pk_slice_of(room->attempt);
        ret_event->part_total = known.parts > 1 ? known.parts : 0;
        ret_event->part_index = known.parts > 1 ? known.part + 1 : 0;
    }
    return true;
}

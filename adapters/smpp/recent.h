/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was handed over lately, in memory of fixed size: the oldest is forgotten.
 *
 * - A centre may answer with an id in hexadecimal and name it in decimal in the receipt, or the other way round, padded with
 *   zeros or not, in capitals or not. All are brought to one form. Which of the two notations it uses is a setting, or is
 *   found out: an id of one notation may well be that of another message in the other, so the number must fit too.
 * - Each part of a long message has an id and a receipt of its own. Which part has which id the gateway keeps too: after a
 *   restart nothing is known here.
 * - After a link fell, a centre sends again what was not answered, and also what was answered a moment too late.
 */
#ifndef PK_ADAPTER_SMPP_RECENT_H
#define PK_ADAPTER_SMPP_RECENT_H

#include "gateway/include/pokana/adapter.h"

#define SMPP_ID_ROOM 66u /* message_id has 65 octets with its NUL */

enum smpp_notation { SMPP_NOTATION_AUTO = 0, SMPP_NOTATION_SAME, SMPP_NOTATION_HEX_DECIMAL, SMPP_NOTATION_DECIMAL_HEX };

struct smpp_sent;
struct smpp_heard;

struct smpp_recent {
    enum smpp_notation notation; /* as set, or as found out */
    bool found_out;
    struct smpp_sent *sent;
    struct smpp_heard *heard;
    uint32_t stamp, heard_next;
    uint64_t front, number; /* of replies */
};

/* The notation by its name in the settings, and back; AUTO for another word. */
const char *pk_smpp_notation_name(enum smpp_notation notation);
enum smpp_notation pk_smpp_notation_of(struct pk_slice name);

int pk_smpp_recent_init(struct smpp_recent *recent, enum smpp_notation notation, uint64_t chance); /* 0 or PK_E_NOMEM */
void pk_smpp_recent_finish(struct smpp_recent *recent);

/* An id in its one form: hexadecimal digits in small letters without zeros in front, everything else as it is. Empty when it
 * is no id. */
struct pk_slice pk_smpp_id(struct pk_slice id, char room[SMPP_ID_ROOM]);
/* The end of a number: tells it from others, and is not it. */
uint32_t pk_smpp_number_mark(struct pk_slice number);

/* Part `part` (from 0) of `parts` has this id (in its one form). */
void pk_smpp_recent_sent(struct smpp_recent *recent, struct pk_slice id, uint32_t destination, const char *attempt, uint32_t part,
                         uint32_t parts);

struct smpp_known {
    const char *attempt; /* NULL: not known, or forgotten */
    uint32_t part, parts;
};
/* The message a receipt is about; *ret_id: its id in the notation of answers. */
void pk_smpp_recent_find(struct smpp_recent *recent, struct pk_slice id, uint32_t destination, char ret_id[SMPP_ID_ROOM],
                         struct smpp_known *ret_known);

/* The name of a reply for deduplication: the same for one that comes again, new for one that was written again. */
#define SMPP_REPLY_ID_ROOM 36u
struct pk_slice pk_smpp_reply_id(struct smpp_recent *recent, const struct pk_slice *pieces, size_t count, uint32_t connection,
                                 uint32_t sequence, int64_t now_ms, char room[SMPP_REPLY_ID_ROOM]);
/* It was stored: the next one like it on this connection is another. */
void pk_smpp_reply_answered(struct smpp_recent *recent, uint32_t connection, uint32_t sequence);

#endif

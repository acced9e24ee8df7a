/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/smpp/recent.h"

#include "adapters/kit/account.h"

#include <stdio.h>
#include <stdlib.h>

#define SETS 1024u /* of WAYS places each: an id has its set */
#define WAYS 4u
#define HEARD 256u
#define AGAIN_MS (10 * PK_KIT_MINUTE) /* so long after it came a reply may come again */
#define ATTEMPT_ROOM 20u
#define MARK_DIGITS 8u /* of a number: providers write its beginning in many ways */

struct smpp_sent {
    uint64_t mark; /* of the id; 0 = free */
    uint32_t destination, stamp;
    uint16_t part, parts;
    char attempt[ATTEMPT_ROOM];
};

struct smpp_heard {
    uint64_t mark, number;
    uint32_t connection, sequence;
    int64_t at_ms;
    bool answered;
};

static const char *const notations[] = { "auto", "same", "hex-decimal", "decimal-hex" };

const char *pk_smpp_notation_name(enum smpp_notation notation)
{
    return notations[notation];
}

enum smpp_notation pk_smpp_notation_of(struct pk_slice name)
{
    for (size_t i = 0; i < PK_KIT_COUNT(notations); i++)
        if (pk_slice_is(name, notations[i]))
            return (enum smpp_notation) i;
    return SMPP_NOTATION_AUTO;
}

int pk_smpp_recent_init(struct smpp_recent *recent, enum smpp_notation notation, uint64_t chance)
{
    *recent = (struct smpp_recent){ .notation = notation, .front = chance };
    recent->sent = calloc(SETS * WAYS, sizeof *recent->sent);
    recent->heard = calloc(HEARD, sizeof *recent->heard);
    return recent->sent && recent->heard ? 0 : PK_E_NOMEM;
}

void pk_smpp_recent_finish(struct smpp_recent *recent)
{
    free(recent->sent);
    free(recent->heard);
}

/* ---- ids ---- */

/* FNV-1a; never 0. */
static uint64_t mark_of(uint64_t mark, struct pk_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        mark = (mark ^ (uint8_t) bytes.data[i]) * 1099511628211u;
    return mark != 0 ? mark : 1;
}
#define MARK_BEGIN 14695981039346656037u

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

struct pk_slice pk_smpp_id(struct pk_slice id, char room[SMPP_ID_ROOM])
{
    bool hex = true;
    if (id.len == 0 || id.len >= SMPP_ID_ROOM)
        return PK_SLICE("");
    for (size_t i = 0; i < id.len; i++) {
        if (id.data[i] <= ' ' || id.data[i] > '~')
            return PK_SLICE("");
        hex = hex && digit_of(id.data[i]) < 16;
    }
    while (hex && id.len > 1 && id.data[0] == '0')
        id = pk_slice_make(id.data + 1, id.len - 1);
    for (size_t i = 0; i < id.len; i++)
        room[i] = hex ? "0123456789abcdef"[digit_of(id.data[i])] : id.data[i];
    room[id.len] = '\0';
    return pk_slice_make(room, id.len);
}

/* The same number in the other notation; false when it is none of at most 64 bits. `id` is in its one form. */
static bool converted(struct pk_slice id, unsigned from, char room[SMPP_ID_ROOM])
{
    uint64_t number = 0;
    for (size_t i = 0; i < id.len; i++) {
        unsigned digit = (unsigned) digit_of(id.data[i]);
        if (digit >= from || number > (UINT64_MAX - digit) / from)
            return false;
        number = number * from + digit;
    }
    (void) snprintf(room, SMPP_ID_ROOM, from == 10 ? "%llx" : "%llu", (unsigned long long) number);
    return id.len > 0;
}

uint32_t pk_smpp_number_mark(struct pk_slice number)
{
    if (number.len > MARK_DIGITS)
        number = pk_slice_make(number.data + number.len - MARK_DIGITS, MARK_DIGITS);
    return (uint32_t) (mark_of(MARK_BEGIN, number) >> 16);
}

/* ---- what was sent ---- */

static struct smpp_sent *set_of(const struct smpp_recent *recent, uint64_t mark)
{
    return &recent->sent[(mark >> 20) % SETS * WAYS];
}

void pk_smpp_recent_sent(struct smpp_recent *recent, struct pk_slice id, uint32_t destination, const char *attempt, uint32_t part,
                         uint32_t parts)
{
    if (id.len == 0)
        return;
    uint64_t mark = mark_of(MARK_BEGIN, id);
    struct smpp_sent *set = set_of(recent, mark), *place = set;
    for (size_t i = 0; i < WAYS; i++) {
        /* An id given out a second time is that of the later message. */
        if (set[i].mark == mark) {
            place = &set[i];
            break;
        }
        if (recent->stamp - set[i].stamp > recent->stamp - place->stamp || (place->mark != 0 && set[i].mark == 0))
            place = &set[i];
    }
    *place = (struct smpp_sent){ .mark = mark,
                                 .destination = destination,
                                 .stamp = ++recent->stamp,
                                 .part = (uint16_t) part,
                                 .parts = (uint16_t) parts };
    (void) snprintf(place->attempt, sizeof place->attempt, "%s", attempt);
}

static struct smpp_sent *find(const struct smpp_recent *recent, const char *id, uint32_t destination, bool strict)
{
    uint64_t mark = mark_of(MARK_BEGIN, pk_slice_of(id));
    struct smpp_sent *set = set_of(recent, mark);
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].mark == mark && (!strict || set[i].destination == destination))
            return &set[i];
    return NULL;
}

/* The notation of answers and receipts is not known: what fits the number too tells it. */
static const struct smpp_sent *find_out(struct smpp_recent *recent, const char *id, uint32_t destination, char ret_id[SMPP_ID_ROOM])
{
    static const struct {
        unsigned from;
        enum smpp_notation notation;
    } ways[] = { { 10, SMPP_NOTATION_HEX_DECIMAL }, { 16, SMPP_NOTATION_DECIMAL_HEX } };
    const struct smpp_sent *sent = find(recent, id, destination, true);
    for (size_t i = 0; !sent && i < PK_KIT_COUNT(ways); i++) {
        char other[SMPP_ID_ROOM];
        if (!converted(pk_slice_of(id), ways[i].from, other) || !(sent = find(recent, other, destination, true)))
            continue;
        memcpy(ret_id, other, sizeof other);
        recent->notation = ways[i].notation;
        recent->found_out = true;
    }
    return sent ? sent : find(recent, id, destination, false);
}

void pk_smpp_recent_find(struct smpp_recent *recent, struct pk_slice id, uint32_t destination, char ret_id[SMPP_ID_ROOM],
                         struct smpp_known *ret_known)
{
    char one[SMPP_ID_ROOM], other[SMPP_ID_ROOM];
    const struct smpp_sent *sent = NULL;
    *ret_known = (struct smpp_known){ 0 };
    ret_id[0] = '\0';
    if (pk_smpp_id(id, one).len == 0)
        return;
    memcpy(ret_id, one, sizeof one);
    if (recent->notation == SMPP_NOTATION_AUTO) {
        sent = find_out(recent, one, destination, ret_id);
    } else {
        unsigned from = recent->notation == SMPP_NOTATION_HEX_DECIMAL ? 10 : 16;
        if (recent->notation != SMPP_NOTATION_SAME && converted(pk_slice_of(one), from, other))
            memcpy(ret_id, other, sizeof other);
        sent = find(recent, ret_id, destination, false);
    }
    if (sent)
        *ret_known = (struct smpp_known){ .attempt = sent->attempt, .part = sent->part, .parts = sent->parts };
}

/* ---- what was heard ---- */

struct pk_slice pk_smpp_reply_id(struct smpp_recent *recent, const struct pk_slice *pieces, size_t count, uint32_t connection,
                                 uint32_t sequence, int64_t now_ms, char room[SMPP_REPLY_ID_ROOM])
{
    uint64_t mark = MARK_BEGIN;
    struct smpp_heard *heard = NULL;
    for (size_t i = 0; i < count; i++) {
        mark = mark_of(mark, pieces[i]);
        mark = mark_of(mark, pk_slice_make("", 1)); /* where one ends is told too */
    }
    for (size_t i = 0; i < HEARD && !heard; i++) {
        struct smpp_heard *one = &recent->heard[i];
        bool may_come_again = one->connection != connection || !one->answered;
        if (one->mark == mark && may_come_again && now_ms - one->at_ms < AGAIN_MS)
            heard = one;
    }
    if (!heard) {
        heard = &recent->heard[recent->heard_next];
        recent->heard_next = (recent->heard_next + 1) % HEARD;
        *heard = (struct smpp_heard){ .mark = mark, .number = ++recent->number, .at_ms = now_ms };
    }
    heard->connection = connection;
    heard->sequence = sequence;
    heard->answered = false;
    int n = snprintf(room, SMPP_REPLY_ID_ROOM, "%016llx-%llu", (unsigned long long) recent->front, (unsigned long long) heard->number);
    return pk_slice_make(room, (size_t) n);
}

void pk_smpp_reply_answered(struct smpp_recent *recent, uint32_t connection, uint32_t sequence)
{
    for (size_t i = 0; i < HEARD; i++)
        if (recent->heard[i].mark != 0 && recent->heard[i].connection == connection && recent->heard[i].sequence == sequence)
            recent->heard[i].answered = true;
}

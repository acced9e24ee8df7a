/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One account at a short message service centre, as its files see it.
 *
 *     smpp.c      settings, life, the adapter's table
 *     session.c   the link: binding, keeping it alive, leaving; which unit goes where
 *     window.c    hand-overs under way: sent, answered, too late
 *     submit.c    a message as submit_sm units, long ones by one of three methods
 *     deliver.c   deliver_sm and data_sm: a receipt or what somebody wrote, answered when it is stored
 *     receipt.c   what a receipt says
 *     recent.c    what was handed over lately: ids in both notations, parts that belong together, replies that come again
 *     codes.c     the standard's statuses and the operator's own table
 *     alphabet.c  GSM 7-bit packed, Latin-1, ISO 8859-5
 *     pdu.c       octets
 */
#ifndef PK_ADAPTER_SMPP_H
#define PK_ADAPTER_SMPP_H

#include "adapters/kit/account.h"
#include "adapters/kit/table.h"
#include "adapters/smpp/pdu.h"
#include "adapters/smpp/recent.h"

#define SMPP_JOBS_MAX 1024u /* of the gateway's window */
#define SMPP_ATTEMPT_ROOM 20u /* an attempt's id with its NUL */
#define SMPP_PARTS_MAX 64u
#define SMPP_LATE_MAX 256u

enum smpp_state { SMPP_DOWN = 0, SMPP_BINDING, SMPP_BOUND, SMPP_LEAVING, SMPP_OVER /* hung up, until disconnected() */ };
enum smpp_long { SMPP_LONG_UDH = 0, SMPP_LONG_SAR, SMPP_LONG_PAYLOAD };
enum smpp_alphabet { SMPP_GSM7 = 0, SMPP_GSM7_PACKED, SMPP_LATIN1 };
enum smpp_validity { SMPP_RELATIVE = 0, SMPP_ABSOLUTE, SMPP_NO_VALIDITY };

/* A hand-over under way: one unit of it waits for its answer, the others for their turn. */
struct smpp_job {
    uint64_t token; /* 0 = free */
    char attempt[SMPP_ATTEMPT_ROOM];
    uint32_t sequence; /* of the unit that waits for its answer; 0 = none does */
    uint32_t destination; /* pk_smpp_number_mark() of it */
    int64_t until_ms; /* for all of it */
    int64_t again_ms; /* the unit was put off until then; 0 = it was not */
    uint32_t parts, answered; /* units there are, and those taken */
    uint8_t *units; /* all of several, one after the other; NULL for one */
    size_t units_len, at; /* at: where the next one begins */
    bool recorded; /* what is exchanged about it is told */
};

/* Given up for want of an answer; the answer may still come. */
struct smpp_late {
    uint32_t sequence, destination;
    char attempt[SMPP_ATTEMPT_ROOM];
    uint32_t part, parts;
};

struct smpp {
    struct pk_kit_account base; /* first */
    struct pk_kit_table codes, receipts;
    enum smpp_long long_by;
    enum smpp_alphabet alphabet;
    enum smpp_validity validity;
    int64_t enquire_ms, answer_ms;

    struct pk_link *link;
    const struct pk_link_ops *ops;
    enum smpp_state state;
    uint32_t connection; /* counts them; part of an event's token */
    uint32_t sequence;
    int64_t state_until_ms; /* binding and leaving end by then */
    int64_t heard_ms; /* something came */
    int64_t enquired_ms; /* enquire_link sent and nothing came since; 0 = not */
    uint32_t refusals; /* bind_transceiver refused without a reason, in a row */
    uint32_t throttles; /* in a row */
    int64_t throttled_until_ms;

    struct smpp_job jobs[SMPP_JOBS_MAX];
    uint32_t jobs_used, jobs_open; /* used: none behind it is */
    struct smpp_late late[SMPP_LATE_MAX];
    uint32_t late_next;
    uint32_t reference; /* of the last long message */

    struct smpp_recent recent;
    uint8_t *in; /* the beginning of a unit */
    size_t in_len;
};

/* ---- session.c ---- */

extern const struct pk_session_ops pk_smpp_session;
uint32_t pk_smpp_next_sequence(struct smpp *smpp);
void pk_smpp_hang_up(struct smpp *smpp, const char *reason);
/* 0, or the link's own code. */
int pk_smpp_send(struct smpp *smpp, uint32_t command, uint32_t status, uint32_t sequence, struct pk_slice body);

/* ---- notation.c ---- */

/* id_notation = auto: what was found out about this centre in an earlier life is known again; kept once it is found out. */
void pk_smpp_notation_recall(struct smpp *smpp);
void pk_smpp_notation_keep(struct smpp *smpp);

/* ---- window.c ---- */

int pk_smpp_submit(void *self, const struct pk_job *job);
void pk_smpp_answered(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms);
/* What is too late or was put off; returns when to look again, 0 = nothing waits. */
int64_t pk_smpp_window_tick(struct smpp *smpp, int64_t now_ms);
void pk_smpp_window_forget(struct smpp *smpp);

/* ---- submit.c ---- */

/* The job's units, sequences still 0, one after the other in *ret_units (free() it). PK_E_UNSUPPORTED with *ret_why for what
 * this account cannot carry; PK_E_NOMEM. */
int pk_smpp_units(struct smpp *smpp, const struct pk_job *job, uint8_t **ret_units, size_t *ret_len, uint32_t *ret_parts,
                  const char **ret_why);

/* ---- deliver.c, receipt.c ---- */

void pk_smpp_delivered(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms);
void pk_smpp_settled(struct smpp *smpp, uint64_t token, bool stored, int64_t now_ms);

bool pk_smpp_is_receipt(const struct smpp_message *message);
/* The event it is, or false when it names no message. `room` is what the event points at. */
struct smpp_receipt_room {
    char id[SMPP_ID_ROOM], attempt[SMPP_ATTEMPT_ROOM], code[40];
};
bool pk_smpp_receipt(struct smpp *smpp, const struct smpp_message *message, struct smpp_receipt_room *room,
                     struct pk_event *ret_event);

/* ---- codes.c ---- */

/* enum pk_outcome of a status that is not 0. */
uint32_t pk_smpp_outcome(const struct smpp *smpp, uint32_t status);
#define SMPP_CODE_ROOM 32u
struct pk_slice pk_smpp_code(uint32_t status, char room[SMPP_CODE_ROOM]); /* "ESME_RTHROTTLED", "0x00000401" */
/* Result of a status; what it points at lies in the account's words. */
void pk_smpp_refuse(struct smpp *smpp, uint32_t status, int64_t now_ms, struct pk_result *ret_result);

/* ---- alphabet.c ---- */

/* Septets, one an octet, as octets of eight bits, behind `header` octets of user data header. Room for as many octets. */
size_t pk_smpp_pack(struct pk_slice septets, size_t header, uint8_t *ret_octets);
size_t pk_smpp_unpack(struct pk_slice octets, size_t header, uint8_t *ret_septets, size_t room);
/* Septets as Latin-1; room for as many. false when a character has no place there. */
bool pk_smpp_latin1(struct pk_slice septets, uint8_t *ret_octets, size_t *ret_len);
/* One octet a character as UTF-8, room for three times as many: Latin-1, or ISO 8859-5 with its Cyrillic. */
size_t pk_smpp_utf8(struct pk_slice octets, bool cyrillic, char *ret_text);

#endif

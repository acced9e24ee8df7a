/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The consent ledger: append-only and hash-chained, newest event of (recipient, topic, channel) decides. An entry that is
 * there is never changed; it goes only when it lies before an anchor (ledger_chain.h), and the database itself refuses
 * anything else. What was shown word for word is kept beside it, and can neither be changed nor removed.
 */
#ifndef PK_STORE_LEDGER_H
#define PK_STORE_LEDGER_H

#include "gateway/model/consent.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/store.h"

struct pk_consent_event {
    int64_t id; /* given by append */
    int64_t recipient;
    uint32_t topic, channel;
    uint32_t kind; /* enum pk_consent_kind */
    uint32_t key; /* id of the chain key its link was made with; given by append, 0 = an entry of before links told */
    int64_t at_ms; /* entered */
    int64_t given_ms; /* when the person did it; 0 = at_ms */
    int64_t until_ms; /* 0 = no end */
    int64_t shown; /* the text of ours they were shown, pk_shown_intern(); 0 = none */
    struct pk_slice how; /* "paper", "sms-word", "csv", "reply" ... */
    struct pk_slice wording; /* what they were shown where it was no text of ours: "form 7" */
    struct pk_slice language; /* as shown: "bg", "bg-Latn" */
    struct pk_slice by; /* who entered it: a user, "self" or an account */
    int64_t asked_ms; /* read only, of the state this event left: when its renewal was asked for, 0 = not */
};

int pk_ledger_append(struct pk_store *store, struct pk_consent_event *event, struct pk_error *err);
/* State and end of one consent now. */
enum pk_consent_state pk_ledger_state(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel, int64_t now_ms,
                                      int64_t *ret_until_ms);
/* The newest event per topic and channel of a person, by topic and channel. Of one that was pruned only id, recipient, topic,
 * channel, kind and until_ms are known, the rest is 0 and empty. A non-zero return of `each` ends the walk and is returned. */
int pk_ledger_newest(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event),
                     void *ctx, struct pk_error *err);
/* The same of one channel by what stands, without the entries: id, recipient, topic, channel, kind, until_ms and asked_ms. */
int pk_ledger_standing(struct pk_store *store, int64_t recipient, uint32_t channel, int (*each)(void *ctx, const struct pk_consent_event *event),
                       void *ctx, struct pk_error *err);
/* Every entry about a person that is still there, oldest first. */
int pk_ledger_history(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event),
                      void *ctx, struct pk_error *err);
/* One entry with its link and the one before it (32 bytes; zeros before the first). PK_E_NOT_FOUND. The slices live until
 * the next call or the turn's end. */
int pk_ledger_entry(struct pk_store *store, int64_t id, struct pk_consent_event *ret_event, uint8_t ret_link[32],
                    uint8_t ret_previous[32], struct pk_error *err);

/* ---- what was shown ---- */

/* A text as somebody read it, made from a text version. */
struct pk_shown {
    int64_t id;
    int64_t version; /* text version it was made from */
    struct pk_slice text;
    uint8_t hash[32]; /* SHA-256 of text */
};

/* Finds or keeps it; the same words of the same version are kept once. */
int pk_shown_intern(struct pk_store *store, int64_t version, struct pk_slice text, int64_t now_ms, int64_t *ret_id, struct pk_error *err);
/* PK_E_NOT_FOUND. Slices as above. */
int pk_shown_get(struct pk_store *store, int64_t id, struct pk_shown *ret_shown, struct pk_error *err);

/* ---- what ends by itself ---- */

/* One consent somebody has, or was asked for. */
struct pk_consent_row {
    int64_t recipient;
    uint32_t topic, channel;
    int64_t until_ms; /* 0 = no end */
    int64_t event; /* its newest */
    int64_t at_ms; /* of that */
};

/* Granted ones whose end has come, earliest first. */
int pk_consents_ended(struct pk_store *store, int64_t now_ms, size_t max, struct pk_consent_row *ret_rows, size_t *ret_count,
                      struct pk_error *err);
/* Granted ones of a topic that end after `after` (a row of the last call; NULL = from now on) and at `by_ms` at the latest,
 * whose renewal was not asked for yet. */
int pk_consents_ending(struct pk_store *store, uint32_t topic, int64_t now_ms, const struct pk_consent_row *after, int64_t by_ms,
                       size_t max, struct pk_consent_row *ret_rows, size_t *ret_count, struct pk_error *err);
/* Their renewal was asked for. */
int pk_consent_asked(struct pk_store *store, const struct pk_consent_row *row, int64_t now_ms, struct pk_error *err);
/* Those invited by an entry above `after`, entered before `before_ms`, oldest first: no answer came to them. */
int pk_consents_silent(struct pk_store *store, int64_t after, int64_t before_ms, size_t max, struct pk_consent_row *ret_rows,
                       size_t *ret_count, struct pk_error *err);

#endif

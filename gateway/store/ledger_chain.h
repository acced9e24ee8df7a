/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The chain of the consent ledger. A link is a MAC over the link before it and everything the entry says, so that what is
 * changed, removed or put in between is seen from there on. Old entries are pruned behind an anchor: a signed note of the
 * last link that is gone, from which verifying begins.
 *
 *     link = HMAC(chain key, previous | key | id | recipient | topic | channel | kind | at | given | until
 *                            | hash of the text shown | how | wording | language | by)      each behind its length
 *
 * gateway/decisions/consent-chain.md says why it has this shape.
 */
#ifndef PK_STORE_LEDGER_CHAIN_H
#define PK_STORE_LEDGER_CHAIN_H

#include "gateway/store/store.h"

#define PK_LINK_BYTES 32u

/* What does not fit at the first broken entry. */
enum pk_ledger_flaw {
    PK_FLAW_NONE = 0,
    PK_FLAW_MISSING,  /* the entry is gone */
    PK_FLAW_CONTENT,  /* what it says was changed */
    PK_FLAW_LINK,     /* its link was changed */
    PK_FLAW_EITHER,   /* one of the two: no whole entry behind it tells them apart */
    PK_FLAW_KEY,      /* it names a chain key that the key file lacks */
    PK_FLAW_TEXT,     /* the text it shows was changed or removed */
    PK_FLAW_ANCHOR,   /* the anchor before it was changed or removed */
    PK_FLAW_STATE,    /* the state kept for its consent is not what it left */
    PK_FLAWS
};
const char *pk_ledger_flaw_name(enum pk_ledger_flaw flaw); /* "missing", "content" ... */
/* "what it says was changed": goes on behind "entry N". */
const char *pk_ledger_flaw_sentence(enum pk_ledger_flaw flaw);

/* How far a verification is; starts zeroed. Between two steps entries may be added and old ones pruned. */
struct pk_ledger_proof {
    unsigned phase; /* 0 begin, 1 the chain, 2 states against entries, 3 entries against states, 4 done */
    int64_t id; /* the last entry that held */
    uint8_t link[PK_LINK_BYTES];
    size_t link_len;
    int64_t at_ms; /* of that entry */
    int64_t held; /* entries that held so far */
    int64_t total; /* entries there were when it began */
    int64_t first; /* the first entry that is there; those before it were pruned */
    struct {
        int64_t recipient;
        uint32_t topic, channel;
    } state; /* the last one compared */
    /* set when something does not fit */
    enum pk_ledger_flaw flaw;
    int64_t broken_id, broken_at_ms;
};

/* Looks at up to `max` further entries or states. 1 there is more, 0 all of it holds; PK_E_CONFLICT something does not fit
 * (flaw, broken_id, broken_at_ms; err names them); else the database failed. Any connection. */
int pk_ledger_verify_some(struct pk_store *store, struct pk_ledger_proof *proof, size_t max, struct pk_error *err);
/* All of it at once; *ret_count = entries that held. */
int pk_ledger_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err);

/* Up to `max` entries made before `before_ms`, from the oldest on: verified, anchored and removed. It stops before an entry by
 * which somebody's consent still stands or is still asked for. PK_E_CONFLICT: they do not hold; nothing is removed. */
int pk_ledger_prune(struct pk_store *store, int64_t before_ms, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

/* The newest anchor; id 0 = none. */
struct pk_ledger_anchor {
    int64_t id; /* the last entry behind it */
    int64_t at_ms; /* of that entry */
    int64_t made_ms;
    uint32_t key;
    uint8_t link[PK_LINK_BYTES];
};
int pk_ledger_anchor(struct pk_store *store, struct pk_ledger_anchor *ret_anchor, struct pk_error *err);

#endif

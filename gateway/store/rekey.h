/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A new key takes over: addresses and providers' ids are sealed and indexed anew, some rows at a time, with a cursor that
 * moves in the same commit; look-ups try every key meanwhile. What cannot be hashed anew, because nobody has the address
 * any more (STOPs of strangers, proofs), keeps its key alive. On the loop's thread, inside a unit, but for pk_key_needs().
 */
#ifndef PK_STORE_REKEY_H
#define PK_STORE_REKEY_H

#include "gateway/store/store.h"

/* Keys of a ring the database does not know yet become known to it. PK_E_CONFIG when one is not the one it knows, or one
 * it knows is missing. At start, and before a key that was added is used. */
int pk_store_know_keys(struct pk_store *store, const struct pk_keyring *ring, struct pk_error *err);

/* Begins, or begins again: everything that is not under the newest key of `ring` is to be done. Steps do nothing
 * until its keys are the store's. */
int pk_rekey_begin(struct pk_store *store, const struct pk_keyring *ring, struct pk_error *err);
bool pk_rekey_is_done(struct pk_store *store); /* no address is under an older key than the newest */

struct pk_rekey {
    bool running;
    int64_t done; /* rows, since it began */
    int64_t finished_ms; /* when the last one was; 0 = never */
};
void pk_rekey_read(struct pk_store *store, struct pk_rekey *ret_rekey);
/* At most `max` rows. *ret_more: there is more to do; false also when nothing is under way. */
int pk_rekey_step(struct pk_store *store, int64_t now_ms, size_t max, bool *ret_more, struct pk_error *err);

/* What of a kind still needs a key. */
struct pk_key_need {
    const char *kind; /* "addresses", "stops" ... */
    int64_t count;
    bool ages_out; /* goes by itself with retention; else it stays until somebody removes it */
};
#define PK_KEY_NEEDS 23 /* room for one more than the database has: the journal */
/* Reads on any connection; may take seconds with many rows. *ret_count kinds, those with a count of 0 left out. */
int pk_key_needs(struct pk_store *store, uint8_t key, struct pk_key_need ret_needs[PK_KEY_NEEDS], size_t *ret_count, struct pk_error *err);

/* The database forgets a key: nothing of it needs it, which the caller has seen. PK_E_CONFLICT for the one that seals, and
 * while a rotation is under way. */
int pk_key_retire(struct pk_store *store, uint8_t key, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A database file looked at from outside, for commands: whether it is whole, whether our keys open it, and what is in
 * it. Nothing is changed; blocks.
 */
#ifndef PK_STORE_INSPECT_H
#define PK_STORE_INSPECT_H

#include "gateway/store/messages.h"

struct pk_store_facts {
    int64_t schema;              /* version of its tables */
    int64_t taken_ms;            /* when this copy was taken; 0 = it is no backup */
    int64_t recipients, waiting; /* people; messages in the queue */
    int64_t links;               /* of the consent ledger, all of which hold */
};

/* PK_E_NOT_FOUND; PK_E_IO: cut off or damaged; PK_E_UNSUPPORTED: no database of ours, or of a newer program;
 * PK_E_CONFIG: written with other keys; PK_E_CONFLICT: its consent ledger was tampered with. The file must not be in use. */
int pk_store_inspect(const char *path, struct pk_keyring *keys, struct pk_store_facts *ret_facts, struct pk_error *err);

/* The same looks but for the ledger's, and the file opened for reading when all of them are good: to verify a copy that was
 * kept elsewhere. The caller closes *ret_store. */
int pk_store_open_copy(const char *path, struct pk_keyring *keys, struct pk_store **ret_store, struct pk_error *err);
/* Whether its audit is chained yet: not in a copy made by a program of before. */
bool pk_store_has_trail(struct pk_store *store);
/* Whether it says which texts were read aloud. */
bool pk_store_has_readings(struct pk_store *store);

/* How each key of the ring, and each one the database knows, stand to each other. */
enum pk_key_match {
    PK_KEY_MATCHES = 1, /* the database was written with it */
    PK_KEY_DIFFERS,     /* another key of the same number was */
    PK_KEY_FRESH,       /* the database has not seen it yet */
    PK_KEY_MISSING,     /* the database was written with it and the ring lacks it */
};
int pk_store_each_key(const char *path, struct pk_keyring *keys, int (*each)(void *ctx, uint8_t id, enum pk_key_match match),
                      void *ctx, struct pk_error *err);

/* What still needs a key, with the records of the journal at `journal` (NULL = none) as a kind of their own. The database may
 * be in use. */
struct pk_key_need;
int pk_store_key_needs(const char *path, const char *journal, struct pk_keyring *keys, uint8_t id, struct pk_key_need *ret_needs,
                       size_t *ret_count, struct pk_error *err);

/* Waiting messages that are due at `until_ms` at the latest, oldest first, at most `max`; *ret_count is how many there are in
 * all. A non-zero return of `each` ends the walk and is returned. */
int pk_messages_due_by(struct pk_store *store, int64_t until_ms, size_t max,
                       int (*each)(void *ctx, const struct pk_message *message), void *ctx, int64_t *ret_count,
                       struct pk_error *err);

/* A database beside `path` that a restore made ready and did not put in place: until that is done again, nothing opens. */
#define PK_STORE_RESTORING ".restoring"

#endif

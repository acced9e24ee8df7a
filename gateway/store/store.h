/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The database: opening, migrating, turns and units. The only folder that knows SQL. All calls run on the loop's
 * thread inside the turn's transaction; nothing they return or cause may leave the process before the commit:
 * what must leave is put on the after-commit list.
 *
 *     turn   = one transaction, begun by the first unit, ended by pk_store_commit() in the commit phase.
 *     unit   = one piece of work in a SAVEPOINT: kept whole, or rolled back alone with its after-commit entries.
 *
 * Rows are read into structs; slices in them live until the next call on the same table.
 */
#ifndef PK_STORE_STORE_H
#define PK_STORE_STORE_H

#include "gateway/base/crypto.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_store;

struct pk_store_config {
    const char *path; /* ":memory:" for tests */
    struct pk_keyring *keys; /* borrowed; outlives the store */
    bool sync_off; /* tests and simulations only */
    const char *copy_of; /* with ":memory:": begins as a copy of this database, which may be in use and is only read; NULL = empty */
    int64_t cache_bytes; /* 0 = the default, 16 MiB */
};

/* Opens or creates, migrates forward, compares the keys' check values. PK_E_CONFIG when a key does not match,
 * PK_E_CONFLICT when another process holds it, PK_E_UNSUPPORTED when the schema is newer than this program. */
int pk_store_open(const struct pk_store_config *config, struct pk_store **ret_store, struct pk_error *err);
void pk_store_close(struct pk_store *store); /* rolls back what is open */
PK_AUTO_DEFINE(pk_store, struct pk_store *, pk_store_close)

struct pk_keyring *pk_store_keys(const struct pk_store *store);
const char *pk_store_path(const struct pk_store *store);
int64_t pk_schema_newest(void); /* the version this program migrates to */
const char *pk_store_engine(void); /* what keeps it, and of which version: "3.45.1" */

/* ---- units ---- */

int pk_unit_begin(struct pk_store *store, struct pk_error *err);
/* Keeps the unit's work for the turn's commit. A failure rolls the unit back. */
int pk_unit_keep(struct pk_store *store, struct pk_error *err);
/* Takes the unit's work back. */
void pk_unit_drop(struct pk_store *store);
bool pk_unit_open(const struct pk_store *store);

/* ---- after the commit ---- */

/* Order of release within a turn. MQTT acknowledgements leave before all of these. */
enum pk_lane { PK_LANE_MEMORY = 0, /* mirrors of what was committed */ PK_LANE_ANSWER, PK_LANE_CALL, PK_LANE_EVENT, PK_LANES };

/* Exactly one of the two is called, once: done after the commit, failed if it failed or the turn was rolled back.
 * An entry made inside a unit that is dropped is forgotten without a call: whoever drops the unit still has what the
 * entry was for. Outside a unit the entry belongs to the turn. `done` and `failed` may be NULL. */
struct pk_after {
    void (*done)(void *ctx);
    void (*failed)(void *ctx);
    void *ctx;
};
void pk_store_after(struct pk_store *store, enum pk_lane lane, struct pk_after entry);

/* The commit phase: commits what the turn wrote. 0 also when nothing was written. On failure everything of the turn
 * is rolled back; entries are then released as failed. */
int pk_store_commit(struct pk_store *store, struct pk_error *err);
/* The release phase: calls the entries of one lane. Entries added meanwhile wait for the next turn. */
void pk_store_release(struct pk_store *store, enum pk_lane lane);
/* True when a release or a later phase wrote or added something: the next turn must come at once. */
bool pk_store_pending(const struct pk_store *store);
/* Whether the last commit that wrote went well and the file was never found damaged, and why not: health. */
bool pk_store_healthy(const struct pk_store *store, struct pk_error *ret_why);

/* ---- upkeep ---- */

int64_t pk_store_wal_bytes(const struct pk_store *store); /* in use, as of the last commit */
int pk_store_checkpoint(struct pk_store *store, bool restart, struct pk_error *err); /* between turns */
/* A consistent copy while running; blocks: call it from the reader thread or the command line. Mode 0600, synced, with the
 * moment it was taken in it (number "backup.taken_ms"). PK_E_CONFLICT when `to` is there already. */
int pk_store_backup_file(const char *from, const char *to, struct pk_error *err);
/* Free-standing numbers kept in the database: holds, counters, cursors. `otherwise` when absent. */
int64_t pk_store_number(struct pk_store *store, const char *name, int64_t otherwise);
int pk_store_set_number(struct pk_store *store, const char *name, int64_t value, struct pk_error *err);
/* The same for a few words without personal data: why something is on hold. "" when absent; cut to `size`. */
void pk_store_words(struct pk_store *store, const char *name, char *ret_words, size_t size);
int pk_store_set_words(struct pk_store *store, const char *name, struct pk_slice words, struct pk_error *err);

#endif

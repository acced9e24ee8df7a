/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A store that keeps a journal (journal.h): what its turns forbid is written there before their commit, without anybody
 * asking for it. A store without one behaves the same and writes nothing.
 */
#ifndef PK_STORE_JOURNALED_H
#define PK_STORE_JOURNALED_H

#include "gateway/store/journal.h"
#include "gateway/store/store.h"

/* Opens the journal for this store, which owns it from then on. Into one that is new goes what is known already. Commits. */
int pk_store_journal_open(struct pk_store *store, const char *path, int64_t now_ms, struct pk_journal_found *ret_found,
                          struct pk_error *err);
/* "We were there at this moment": a restore then knows up to when nothing is missing. */
void pk_store_journal_mark(struct pk_store *store, int64_t now_ms);
/* A step of housekeeping: writes what could not be written when it happened. */
int pk_store_journal_catch_up(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

struct pk_journal_condition {
    bool kept; /* there is one */
    bool behind; /* it could not be written the last time */
    int64_t owed, oldest_owed_ms; /* records that are in the database only */
    int64_t last_ms; /* moment of its last record */
    char why[256];
};
void pk_store_journal_condition(const struct pk_store *store, struct pk_journal_condition *ret_condition);
/* A record has been owed for longer than the database may be the only place that knows of it: then nothing is sent. */
#define PK_JOURNAL_LATE_MS (3600 * 1000ll)
bool pk_store_journal_late(const struct pk_store *store, int64_t now_ms);
int64_t pk_store_journal_of_key(const struct pk_store *store, uint8_t key); /* records that need it to be read */

#endif

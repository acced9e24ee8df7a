/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Keeps the write-ahead log short: the second thread copies it into the database beside the work, the loop copies the
 * little that was written meanwhile, and the log begins again from its front. Seldom, for the disk is busy with both then,
 * and a commit that comes at that moment waits for it.
 */
#ifndef PK_SERVICE_WAL_H
#define PK_SERVICE_WAL_H

#include "gateway/store/reader.h"

struct pk_wal;

/* reader NULL: nothing is copied until the database is closed. Both are borrowed. copy_bytes: how long the log may become
 * (0: 192 MiB). */
struct pk_wal *pk_wal_new(struct pk_store *store, struct pk_reader *reader, int64_t copy_bytes);
void pk_wal_free(struct pk_wal *wal);

void pk_wal_between_turns(struct pk_wal *wal); /* no transaction is open, nothing waits to leave */
void pk_wal_each_second(struct pk_wal *wal);
void pk_wal_each_minute(struct pk_wal *wal); /* a log of any length, so that a quiet gateway has a short one */

/* Empties it as soon as nobody reads from it, because of what was erased, and then calls `done` between two turns; with
 * emptied = false when that takes too long (a backup is being made): it is emptied later all the same. Whoever asks for it
 * has committed what is to go. done may be NULL. After a crash what was left to empty is found in the store. */
void pk_wal_when_empty(struct pk_wal *wal, void (*done)(void *ctx, bool emptied), void *ctx);

/* Somebody who reads for long keeps it from beginning again. */
bool pk_wal_large(const struct pk_wal *wal);

#endif

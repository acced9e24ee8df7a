/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The second thread: a read-only connection for lists, reports and backups, and passive checkpoints. Work is queued
 * to it; the answer comes back through `notify`, which the application points at the loop's mailbox. In simulations
 * it runs inline.
 */
#ifndef PK_STORE_READER_H
#define PK_STORE_READER_H

#include "gateway/store/store.h"

struct pk_reader;

struct pk_read {
    /* On the reader's thread, in one read transaction that is interrupted after 250 ms (deadline_ms 0) or after
     * deadline_ms. `store` takes reading calls only. */
    int (*run)(void *ctx, struct pk_store *store, struct pk_error *err);
    /* On the thread notify() leads to. */
    void (*done)(void *ctx, int result, const struct pk_error *err);
    void *ctx;
    int64_t deadline_ms;
};

struct pk_reader_config {
    const char *path;
    struct pk_keyring *keys;
    bool inline_only;
    /* Has `run(arg)` called on the loop's thread. */
    void (*notify)(void *ctx, void (*run)(void *arg), void *arg);
    void *ctx;
    unsigned queue_max;
};

int pk_reader_new(const struct pk_reader_config *config, struct pk_reader **ret_reader, struct pk_error *err);
/* Finishes what is queued and takes nothing more in: whoever is told a result afterwards may ask again, and is refused. */
void pk_reader_stop(struct pk_reader *reader);
void pk_reader_free(struct pk_reader *reader); /* stops it first; afterwards nobody may be told anything that asks again */
PK_AUTO_DEFINE(pk_reader, struct pk_reader *, pk_reader_free)
/* PK_E_BUSY when the queue is full or the reader was stopped. `read` is copied. */
int pk_reader_submit(struct pk_reader *reader, const struct pk_read *read, struct pk_error *err);
/* A passive checkpoint on that thread; does nothing while one is queued. */
void pk_reader_checkpoint(struct pk_reader *reader);
bool pk_reader_checkpointing(const struct pk_reader *reader); /* from then until it is done */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The bound: the library calls that handing over a queue cannot do without, in the order in which the gateway makes
 * them, and nothing else: no consent, no gate, no template, no retry. What it reaches is what the gateway is measured
 * against. bound_store.c has the database, bound_calls.c the requests, bound.c the turns.
 */
#ifndef PK_BENCH_BOUND_H
#define PK_BENCH_BOUND_H

#include "tests/bench/common.h"

/* ---- database ---- */

struct bound_store;

struct bound_due {
    int64_t message;
    int64_t attempt; /* given by the store when the attempt is opened */
    char address[24];
};

/* Creates the file (there must be none) with `messages` queued ones. */
struct bound_store *bound_store_new(const char *path, uint64_t messages);
void bound_store_free(struct bound_store *store);
/* All of these run inside the turn's transaction, which the first one begins. */
size_t bound_store_due(struct bound_store *store, int64_t now_ms, size_t max, struct bound_due *ret_due);
void bound_store_open_attempt(struct bound_store *store, struct bound_due *due, int64_t now_ms);
void bound_store_settle(struct bound_store *store, const struct bound_due *due, const char *provider_id, size_t len, int64_t now_ms);
/* True when there was something to commit. */
bool bound_store_commit(struct bound_store *store);
/* Bytes of the database file after a full checkpoint. */
uint64_t bound_store_bytes(struct bound_store *store);

/* ---- requests ---- */

struct bound_calls;

struct bound_calls_config {
    int epoll_fd;
    const char *url;
    unsigned connections;
    void *ctx;
    /* Called from bound_calls_harvest(). status 0 = no answer. */
    void (*done)(void *ctx, const struct bound_due *due, long status, const char *body, size_t len);
};

struct bound_calls *bound_calls_new(const struct bound_calls_config *config);
void bound_calls_free(struct bound_calls *calls);
unsigned bound_calls_room(const struct bound_calls *calls);
void bound_calls_start(struct bound_calls *calls, const struct bound_due *due);
/* curl's own timer: when it wants to be called, UINT64_MAX = not. */
uint64_t bound_calls_timer(const struct bound_calls *calls);
void bound_calls_run_timer(struct bound_calls *calls, uint64_t now_us);
void bound_calls_harvest(struct bound_calls *calls);

#endif

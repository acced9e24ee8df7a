/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens by itself: recovery after a crash, expiry, closed receipt windows, completed triggers, retention, WAL
 * checkpoints, the state told to the bus. Small steps, each turn a few.
 */
#ifndef PK_SERVICE_HOUSEKEEPING_H
#define PK_SERVICE_HOUSEKEEPING_H

#include "gateway/service/service.h"

struct pk_upkeep;

struct pk_upkeep *pk_upkeep_new(struct pk_service *service);
void pk_upkeep_free(struct pk_upkeep *upkeep);
void pk_upkeep_run(struct pk_upkeep *upkeep); /* the open phase */
void pk_upkeep_between_turns(struct pk_upkeep *upkeep); /* no transaction is open, nothing waits to leave */
/* Calls `done` once the write-ahead log no longer holds what was erased (wal.h). */
void pk_upkeep_when_emptied(struct pk_upkeep *upkeep, void (*done)(void *ctx, bool emptied), void *ctx);
/* Until this is true no attempt is opened: what a crash left is not sorted out yet. */
bool pk_upkeep_recovered(const struct pk_upkeep *upkeep);

/* How long it is kept that a file was imported. */
#define PK_UPKEEP_JOBS_MS (90 * 24 * 3600 * 1000ll)
/* How the gateway is doing, for health and the state topic. */
struct pk_condition {
    bool ready; /* can take and hand over */
    bool degraded; /* goes on, but something needs a person or time */
    char why[256]; /* what, or empty */
};
void pk_upkeep_condition(const struct pk_upkeep *upkeep, struct pk_condition *ret_condition);

#endif

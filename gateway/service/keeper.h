/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A room for what is counted on the reading thread step by step and then written in one unit: reports before retention takes their
 * messages (report_keeper.c), months once they are over (indicator_keeper.c). One at a time; it looks each minute, and at once after
 * one is kept. A crash before the unit loses the counting alone.
 */
#ifndef PK_SERVICE_KEEPER_H
#define PK_SERVICE_KEEPER_H

#include "gateway/service/service.h"

struct pk_keeper_kind {
    /* 1 with what is to be counted, 0 when nothing is due. */
    int (*look)(struct pk_service *service, int64_t now_ms, void **ret_counting, struct pk_error *err);
    int (*step)(void *counting, struct pk_store *store, struct pk_error *err); /* on the reading thread; 1 = there is more to do */
    int (*keep)(struct pk_service *service, void *counting, int64_t now_ms, struct pk_error *err); /* inside a unit */
    void (*kept)(const void *counting); /* NULL = nothing is said of it */
    void (*drop)(void *counting);
    const char *component, *not_kept; /* of the line in the log that says it failed */
    bool conflicts; /* PK_E_CONFLICT of `keep` only means that it is counted again */
};

struct pk_keeper;
struct pk_keeper *pk_keeper_new(struct pk_service *service, const struct pk_keeper_kind *kind); /* kind: a constant */
void pk_keeper_free(struct pk_keeper *keeper); /* NULL is fine */
void pk_keeper_run(struct pk_keeper *keeper); /* each turn */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an operator stops and lets go again: everything, one account, and what a restored backup left waiting. A hold is
 * durable and works in the turn that sets it, before it is committed: nothing is handed over any more. Each act is
 * audited. Calls run inside a unit.
 */
#ifndef PK_SERVICE_HOLDS_H
#define PK_SERVICE_HOLDS_H

#include "gateway/service/desks.h"

struct pk_holds {
    bool all; /* an operator paused everything */
    bool restored; /* a backup was restored and nobody has looked yet */
};
/* As the turn sees them. */
void pk_holds_read(struct pk_service *service, struct pk_holds *ret_holds);

int pk_hold_all(struct pk_service *service, const struct pk_actor *actor, bool on, int64_t now_ms, struct pk_error *err);
/* Only ever lifted: setting it is the restore's. */
int pk_hold_restored_lift(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);
/* The last thing in its unit: what a dropped unit said to a desk's memory would stay there. `reason` NULL = by an
 * operator; it is shown and logged. */
int pk_hold_account(struct pk_service *service, const struct pk_actor *actor, struct pk_desk *desk, bool pause, const char *reason,
                    int64_t now_ms, struct pk_error *err);

/* A trigger that may have been run in the hours a restore lost: run now, from where the backup has it, or dropped. */
int pk_hold_trigger_decide(struct pk_service *service, const struct pk_actor *actor, int64_t id, bool drop, int64_t now_ms,
                           struct pk_error *err);
/* The messages that wait since a restore are released, or dropped: noted here, done by pk_holds_step(). PK_E_CONFLICT
 * while the opposite is under way. */
int pk_held_decide(struct pk_service *service, const struct pk_actor *actor, bool drop, int64_t now_ms, struct pk_error *err);
/* One chunk of that, in a unit of its own; true when there is more. Housekeeping's. */
bool pk_holds_step(struct pk_service *service);

#endif

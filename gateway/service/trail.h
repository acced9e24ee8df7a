/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is kept of acts: what was done goes into the audit in the unit that did it; what was refused, whose unit is dropped,
 * waits in memory and is written at the end of the turn. Of a flood of refusals the first of a turn are kept one by one.
 */
#ifndef PK_SERVICE_TRAIL_H
#define PK_SERVICE_TRAIL_H

#include "gateway/service/service.h"

struct pk_trail;

struct pk_trail *pk_trail_new(void);
void pk_trail_free(struct pk_trail *trail);

/* In a unit. `object`: an id or a name, no personal data; `recipient`: whose data it was about, 0 = nobody's. */
int pk_trail_done(struct pk_service *service, const struct pk_actor *actor, const char *action, const char *object, const char *detail,
                  int64_t recipient, int64_t now_ms, struct pk_error *err);
/* `object` NULL = nothing in particular. */
void pk_trail_refused(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const char *object,
                      int64_t recipient);

/* Before the commit, outside a unit; and after it: what was not kept is written again with the next one. */
void pk_trail_write(struct pk_service *service);
void pk_trail_settle(struct pk_service *service, bool committed);

#endif

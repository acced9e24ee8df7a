/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * People as a list, for whoever looks after them: who, in which language, on which channels, with which consents. No address, not even a
 * part of one, and nothing here looks one up: nobody learns from a list whether a number is on it.
 */
#ifndef PK_SERVICE_PEOPLE_H
#define PK_SERVICE_PEOPLE_H

#include "gateway/service/service.h"
#include "gateway/store/recipients.h"

/* By id, which says nothing, after `after`. The look is in the trail. Inside a unit. PK_E_DENIED. A non-zero return of `each` ends the
 * walk and is returned. */
int pk_people_each(struct pk_service *service, const struct pk_actor *actor, int64_t after, size_t max, int64_t now_ms,
                   int (*each)(void *ctx, const struct pk_recipient *who), void *ctx, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whether somebody comes, told by mouth: written down at the desk, or by a key person for somebody of her circle. She types
 * the number and is told the same whosever it is; it counts when its person is in her circle. Inside a unit.
 */
#ifndef PK_SERVICE_RSVPS_H
#define PK_SERVICE_RSVPS_H

#include "gateway/service/person.h"

#define PK_RSVP_HEADS_MAX 50u

struct pk_rsvp_plan {
    int64_t trigger; /* that invited */
    struct pk_whom whom; /* a key person names an address only */
    bool yes;
    unsigned heads; /* with yes: how many come; 0 = one */
    bool *ret_full; /* NULL = nobody asks: there are no places for so many, they wait. A key person hears how it is for whoever
                     * had said nothing before: the same whosever number it is. */
};

/* PK_E_NOT_FOUND: no such trigger; for others than a key person also: nobody is known by this. PK_E_CONFLICT: it asks nobody
 * whether they come, or is over. */
int pk_rsvp_record(struct pk_service *service, const struct pk_actor *actor, const struct pk_rsvp_plan *plan, int64_t now_ms,
                   struct pk_error *err);

#endif

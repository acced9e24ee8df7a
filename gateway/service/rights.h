/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * May this actor do this? Every function of the service that acts for somebody asks here before it does anything; no
 * door and no page decides it. The table is gateway/model/rights_table.h.
 */
#ifndef PK_SERVICE_RIGHTS_H
#define PK_SERVICE_RIGHTS_H

#include "gateway/service/actor.h"
#include "gateway/service/service.h"

/* What the action is about, as far as it is about something; what is not named is not asked about. */
struct pk_about {
    struct pk_slice topic, template_name, tag;
    struct pk_slice owner; /* whose it is: a key person, an account, a publisher */
    int64_t recipient; /* whose data it is about; 0 = nobody's */
};

/* 0, or PK_E_DENIED with a sentence. `about` NULL: nothing in particular, which is never anybody's own. */
int pk_may(const struct pk_actor *actor, enum pk_action action, const struct pk_about *about, struct pk_error *err);

/* The same, and a refusal is kept in the audit at the end of the turn, whatever becomes of the unit at hand. `object` is
 * what it would have been done to: an id, a name, a path; NULL = nothing in particular. */
int pk_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const struct pk_about *about,
             const char *object, struct pk_error *err);

#endif

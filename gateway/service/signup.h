/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person signed up by somebody who stands beside them: at the desk, with or without a paper form, or by a key person for
 * her circle. They are always asked themselves, as after a file of recipients, and whoever signs up is told the same of
 * every number: taken. Inside a unit.
 */
#ifndef PK_SERVICE_SIGNUP_H
#define PK_SERVICE_SIGNUP_H

#include "gateway/service/service.h"

struct pk_signup_plan {
    struct pk_slice channel; /* empty = sms */
    struct pk_slice address, language, script; /* as people write them */
    struct pk_slice topics, tags; /* words with a blank or | between them; tags may be empty */
    struct pk_slice form; /* number of the paper form; empty = said by mouth */
};

/* PK_E_INVALID says what is wrong with what was typed, PK_E_DENIED names a topic that is not the actor's, PK_E_LIMIT when a key
 * person's day is full. Whether the number is known, or said no, changes nothing of what is returned. */
int pk_signup(struct pk_service *service, const struct pk_actor *actor, const struct pk_signup_plan *plan, int64_t now_ms,
              struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who acts. Every function of the service that reads or changes something on somebody's behalf takes one, so that
 * what was done can be told later and a scope can be checked in one place. Borrowed for the call.
 */
#ifndef PK_SERVICE_ACTOR_H
#define PK_SERVICE_ACTOR_H

#include "gateway/include/pokana/slice.h"

enum pk_role {
    PK_ROLE_SYSTEM = 0, /* the gateway itself: schedules, recovery */
    PK_ROLE_PUBLISHER, /* another service, over MQTT */
    PK_ROLE_ACCOUNT, /* a provider, telling what happened */
    PK_ROLE_PERSON, /* the recipient, by a reply */
    PK_ROLE_OPERATOR, /* somebody at the control socket */
};

struct pk_actor {
    enum pk_role role;
    const char *name; /* publisher, account or user; never a number or an address */
    const char *purpose; /* one word for the audit: "import", "resolve"; may be NULL */
    struct pk_slice trace; /* W3C traceparent; may be empty */
};

const char *pk_role_name(enum pk_role role);

#endif

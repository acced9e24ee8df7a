/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who acts. Every function of the service that reads or changes something on somebody's behalf takes one and asks
 * rights.h about it, so that what was done can be told later and what may be done is decided in one place. Borrowed for
 * the call.
 */
#ifndef PK_SERVICE_ACTOR_H
#define PK_SERVICE_ACTOR_H

#include "gateway/model/rights.h"
#include "gateway/service/rules.h"

/* What an actor is limited to. A list without words allows nothing; one "*" allows everything. */
struct pk_actor_scope {
    struct pk_words topics, templates, tags;
};

/* The actions a token is for, a bit each; whatever its role may, it does these alone. */
struct pk_actor_actions {
    uint64_t bits[(PK_ACTION_COUNT + 63) / 64];
};
static inline bool pk_actions_have(const struct pk_actor_actions *actions, enum pk_action action)
{
    return (actions->bits[(unsigned) action / 64] >> ((unsigned) action % 64) & 1) != 0;
}

struct pk_actor {
    enum pk_role role;
    const char *name; /* publisher, account or user; never a number or an address */
    const char *via; /* the door's own name of whoever acts in the name of a user: "uid:1000"; NULL = nobody else */
    const char *purpose; /* one word for the audit: "import", "resolve"; may be NULL */
    const struct pk_actor_actions *actions; /* of a token; NULL = all its role may */
    const struct pk_actor_scope *scope; /* NULL = no limit of its own (a publisher without one may nothing) */
    int64_t recipient; /* PK_ROLE_PERSON: who it is; else 0 */
    struct pk_slice trace; /* W3C traceparent; may be empty */
};

#endif

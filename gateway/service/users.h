/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The people who work with the gateway, and who somebody is that names one of them at the control socket. While there are
 * no users, whoever is at the socket is an operator and nothing else; once there are, a name given there must be one of
 * them and the act is theirs, with the socket's peer beside it. Changes run inside a unit.
 */
#ifndef PK_SERVICE_USERS_H
#define PK_SERVICE_USERS_H

#include "gateway/service/rights.h"
#include "gateway/store/users.h"

/* `user` as asked for, without id, moment and channel: `address` is as people write one, "" = none. PK_E_INVALID says what is wrong with it. */
int pk_users_add(struct pk_service *service, const struct pk_actor *actor, struct pk_user *user, int64_t now_ms, struct pk_error *err);
/* What a key person saw of her day goes at once; her circle waits for a successor (circles.h). Tokens
 * that act as them end. */
int pk_users_remove(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err);
int pk_users_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_user *user), void *ctx,
                  struct pk_error *err);

#define PK_ACTING_WORDS 32u
#define PK_ACTING_VIA_MAX 32 /* "uid:1000", "token:school-portal" */

/* A user at work; not copied once made: the actor points into it. */
struct pk_acting {
    struct pk_actor actor;
    struct pk_user user;
    char via[PK_ACTING_VIA_MAX];
    struct pk_actor_scope scope;
    const char *topics[PK_ACTING_WORDS], *tags[PK_ACTING_WORDS];
};
/* 1: *ret_acting is that user. 0: there are no users, the name says nothing. PK_E_DENIED: there are, and none of this name. */
int pk_users_act(struct pk_service *service, struct pk_slice name, const char *via, struct pk_acting *ret_acting, struct pk_error *err);
/* 0 when there are no users or this one has a yes on the action, else PK_E_DENIED. */
int pk_users_vouch(struct pk_service *service, struct pk_slice name, enum pk_action action, struct pk_error *err);

#endif

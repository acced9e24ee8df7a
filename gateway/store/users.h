/* SPDX-License-Identifier: EUPL-1.2 */
/* The people who work with the gateway: a name, a role, what they are limited to. How they sign in is in sign_in.h. */
#ifndef PK_STORE_USERS_H
#define PK_STORE_USERS_H

#include "gateway/store/store.h"

#define PK_USER_NAME_MAX 64
#define PK_USER_LIST_MAX 512 /* bytes of topics, of tags */
#define PK_USER_ADDRESS_MAX 128
#define PK_USERS_MAX 1000

struct pk_user {
    int64_t id;
    char name[PK_USER_NAME_MAX + 1];
    uint32_t role; /* enum pk_role */
    char language[12];
    char topics[PK_USER_LIST_MAX + 1], tags[PK_USER_LIST_MAX + 1]; /* with commas; "" = nothing in particular */
    int64_t created_ms;
    /* Where a code reaches them, when one is added; never read back with the rest (pk_user_address). channel 0 = nowhere. */
    uint32_t channel; /* PK_NAME_CHANNEL */
    char address[PK_USER_ADDRESS_MAX + 1];
};

/* PK_E_CONFLICT when there is one of this name. */
int pk_user_add(struct pk_store *store, struct pk_user *user, struct pk_error *err); /* sets id */
int pk_user_get(struct pk_store *store, struct pk_slice name, struct pk_user *ret_user, struct pk_error *err); /* PK_E_NOT_FOUND */
int pk_user_find(struct pk_store *store, int64_t id, struct pk_user *ret_user, struct pk_error *err); /* PK_E_NOT_FOUND */
/* Appends the address. PK_E_NOT_FOUND when there is none. */
int pk_user_address(struct pk_store *store, int64_t id, uint32_t *ret_channel, struct pk_buf *address, struct pk_error *err);
/* Sessions, codes and second factor go with them. */
int pk_user_remove(struct pk_store *store, int64_t id, struct pk_error *err);
int64_t pk_user_count(struct pk_store *store);
/* By name. A non-zero return of `each` ends the walk and is returned. */
int pk_users_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_user *user), void *ctx, struct pk_error *err);

#endif

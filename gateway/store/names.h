/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Names that recur (topics, tags, channels, accounts, publishers, routes) stored once and referred to by small
 * integers. Kept in memory: a look-up costs no SQL. A name made in a turn that was rolled back is forgotten again.
 */
#ifndef PK_STORE_NAMES_H
#define PK_STORE_NAMES_H

#include "gateway/store/store.h"

enum pk_name_kind { PK_NAME_TOPIC = 1, PK_NAME_TAG, PK_NAME_CHANNEL, PK_NAME_ACCOUNT, PK_NAME_PUBLISHER, PK_NAME_ROUTE };

/* The id of a name, made when it is new. 0 or a negative code. */
int pk_name_intern(struct pk_store *store, enum pk_name_kind kind, struct pk_slice text, uint32_t *ret_id, struct pk_error *err);
/* 0 when unknown. */
uint32_t pk_name_find(struct pk_store *store, enum pk_name_kind kind, struct pk_slice text);
/* NULL when unknown; lives as long as the store. */
const char *pk_name_text(struct pk_store *store, enum pk_name_kind kind, uint32_t id);

#endif

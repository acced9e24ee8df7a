/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Forms in which somebody signed up at the public page, until they are looked at. Taking one in does the same whoever's the
 * number is; the number lies sealed and only until then. The digest of the form's own token stays a while longer, so that a
 * form that comes twice is one.
 */
#ifndef PK_STORE_JOINS_H
#define PK_STORE_JOINS_H

#include "gateway/store/store.h"

#define PK_JOIN_TOKEN_BYTES 32
#define PK_JOIN_TOPICS_MAX 512u /* bytes of the list */

struct pk_join {
    int64_t id;
    uint32_t channel;
    int64_t created_ms;
    char language[12], script[12];
    char topics[PK_JOIN_TOPICS_MAX]; /* names with commas */
};

/* `join`: all but id. PK_E_CONFLICT when this form came before. Inside a unit. */
int pk_join_add(struct pk_store *store, const uint8_t token[PK_JOIN_TOKEN_BYTES], const struct pk_join *join, struct pk_slice value,
                int64_t until_ms, struct pk_error *err);
int64_t pk_joins_waiting(struct pk_store *store);
int64_t pk_joins_since(struct pk_store *store, int64_t since_ms); /* that came, of the last day */
/* The oldest not looked at. Appends the address to `value`. PK_E_NOT_FOUND when there is none. */
int pk_join_next(struct pk_store *store, struct pk_join *ret_join, struct pk_buf *value, struct pk_error *err);
/* It was looked at: nothing of it stays but that it came. */
int pk_join_done(struct pk_store *store, int64_t id, struct pk_error *err);
/* Drops those with this address that were not looked at: it is forgotten. */
int pk_joins_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err);
/* As if all had been looked at: after a restore, when they may have been. */
int pk_joins_end_all(struct pk_store *store, struct pk_error *err);
/* Drops what is over, at most `max`. */
int pk_joins_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

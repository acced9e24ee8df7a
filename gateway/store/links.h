/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Links by which somebody decides who cannot write back: each belongs to one message and is used once. Of a link only its
 * digest is kept, so that neither the database nor a copy of it opens any. What was decided stays until the link is over.
 */
#ifndef PK_STORE_LINKS_H
#define PK_STORE_LINKS_H

#include "gateway/store/store.h"

#define PK_LINK_TOKEN_BYTES 16 /* 128 bits that nobody can guess */

struct pk_link_row {
    int64_t message;
    int64_t until_ms;
    int64_t decided_ms; /* 0 = not yet */
    uint32_t choice; /* what was decided; service/links.h */
};

/* The link of a message: the same for every attempt of it, under one key. Made, not kept. */
void pk_link_token(struct pk_store *store, int64_t message, uint8_t ret_token[PK_LINK_TOKEN_BYTES]);
/* Keeps it; again for the same message is no harm. Inside a unit. */
int pk_link_add(struct pk_store *store, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t message, int64_t now_ms, int64_t until_ms,
                struct pk_error *err);
/* PK_E_NOT_FOUND when there is none, or it is over. */
int pk_link_find(struct pk_store *store, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms, struct pk_link_row *ret_row,
                 struct pk_error *err);
/* Decides it, for every link of its message. PK_E_CONFLICT when that was done before. Inside a unit. */
int pk_link_decide(struct pk_store *store, int64_t message, uint32_t choice, int64_t now_ms, struct pk_error *err);
/* Those of messages to an address: whose it was is forgotten, or gone to another. */
int pk_links_forget(struct pk_store *store, int64_t address, struct pk_error *err);
/* Drops what is over, at most `max`. */
int pk_links_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Links that end what a person gets on one channel: one for each message that carries one. Of a link's token only the digest
 * is kept, with whose it is and for which channel; it works once. A message keeps its link for as long as somebody may press
 * it in good faith, whatever became of the message's own row.
 */
#ifndef PK_STORE_UNSUBSCRIBE_H
#define PK_STORE_UNSUBSCRIBE_H

#include "gateway/store/store.h"

#define PK_UNSUBSCRIBE_TOKEN_BYTES 16

int pk_unsubscribe_add(struct pk_store *store, const uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES], int64_t recipient, uint32_t channel,
                       int64_t now_ms, int64_t until_ms, struct pk_error *err);
/* Uses a link up. PK_E_NOT_FOUND for one nobody has, or that is over; *ret_again: it was used before. */
int pk_unsubscribe_use(struct pk_store *store, const uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                       uint32_t *ret_channel, bool *ret_again, struct pk_error *err);
int pk_unsubscribe_forget(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* Drops what is over, at most `max`. */
int pk_unsubscribe_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

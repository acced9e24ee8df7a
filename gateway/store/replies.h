/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies: inbound texts, sealed, append-only. Who comes because of them is in rsvps.h. */
#ifndef PK_STORE_REPLIES_H
#define PK_STORE_REPLIES_H

#include "gateway/store/store.h"

#define PK_REPLY_TEXT_MAX 65536u
#define PK_PLACE_REPLY "reply.text" /* where its text is sealed */

struct pk_reply {
    int64_t id; /* given by add */
    uint32_t account;
    uint32_t channel;
    int64_t address; /* 0 = nobody we know */
    int64_t recipient; /* 0 = nobody we know */
    uint32_t intent; /* enum pk_intent, gateway/language/reply.h */
    int64_t message; /* what it answers; 0 = nothing open */
    int64_t at_ms;
};

/* Stores it with its sealed text. PK_E_CONFLICT when it is a repeat: the same text from the same address by the same
 * account, under the same event id or, without one, within a minute. */
int pk_reply_add(struct pk_store *store, const struct pk_reply *reply, struct pk_slice from, struct pk_slice text,
                 struct pk_slice event_id, int64_t *ret_id, struct pk_error *err);

/* When the address this message went to first wrote to its account after it was handed over; 0 = not yet. */
int64_t pk_reply_after(struct pk_store *store, int64_t message);

/* How often this address wrote the same words as its reply `id` before that one, since. */
int64_t pk_reply_echoes(struct pk_store *store, int64_t id, int64_t since_ms);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two attempts of one hand-over: a provider was given the message for one channel and, should it not arrive there, for a second
 * one. The second attempt names the first (`beside`). Of the two one arrives at most; what the other would have cost is put
 * aside then and is its price again should it arrive all the same.
 */
#ifndef PK_STORE_ATTEMPT_PAIRS_H
#define PK_STORE_ATTEMPT_PAIRS_H

#include "gateway/store/attempts.h"

/* The other one of the two; PK_E_NOT_FOUND for an attempt that left alone. */
int pk_attempt_other(struct pk_store *store, const struct pk_attempt *attempt, struct pk_attempt *ret_other, struct pk_error *err);
/* It was not used: its price is put aside. Nothing changes where the provider refused it. */
int pk_attempt_not_used(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err);
/* It was after all: *ret_price is its price again. */
int pk_attempt_used(struct pk_store *store, int64_t id, int64_t now_ms, int64_t *ret_price, struct pk_error *err);
/* What receipts say of it: it arrived; it will not, on its channel. */
bool pk_attempt_has_arrived(struct pk_store *store, int64_t id);
bool pk_attempt_is_lost(struct pk_store *store, int64_t id);
/* Did a provider take the message for this channel too, beside another one? Then no second call may carry it there. */
bool pk_attempts_took(struct pk_store *store, int64_t message, uint32_t channel);
/* For any. */
bool pk_attempts_paired(struct pk_store *store, int64_t message);

#endif

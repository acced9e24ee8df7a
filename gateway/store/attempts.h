/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Attempts (one hand-over of a message to one account), the receipts that follow, and receipts parked because
 * they came before we knew the provider's id. Provider ids are sealed (they can embed numbers) and found by blind
 * index within their account.
 */
#ifndef PK_STORE_ATTEMPTS_H
#define PK_STORE_ATTEMPTS_H

#include "gateway/model/states.h"
#include "gateway/store/store.h"

struct pk_attempt {
    int64_t id; /* ordered; given by the caller */
    int64_t message;
    uint32_t account; /* PK_NAME_ACCOUNT */
    uint32_t state; /* enum pk_attempt_state */
    uint32_t reason; /* enum pk_reason */
    uint32_t gate; /* what the gate decided on, as a record: class << 8 | consent state */
    int64_t opened_ms, settled_ms;
    int64_t price; /* what it costs: as the account's prices say, until the provider says; 0 = nothing, or not known */
    uint32_t parts;
    char currency[4]; /* of the price; "" = none is known */
    uint32_t channel; /* PK_NAME_CHANNEL; 0 = as its message, of attempts from before this was kept */
    int64_t beside; /* the attempt it shares its hand-over with (attempt_pairs.h); 0 = it left alone, or is the first of the two */
    int64_t address, version; /* of one beside another: where it goes, in which words; else 0, as its message's */
};

int pk_attempt_open(struct pk_store *store, const struct pk_attempt *attempt, struct pk_error *err);
/* What the hand-over came to. parts, 0 = as they were counted when it was opened; price: what it came to. account is the attempt's own, provider_id may be empty, code is the provider's own. */
int pk_attempt_settle(struct pk_store *store, int64_t id, uint32_t account, uint32_t state, uint32_t reason, struct pk_slice provider_id,
                      struct pk_slice code, uint32_t parts, int64_t price, int64_t now_ms, struct pk_error *err);
int pk_attempt_get(struct pk_store *store, int64_t id, struct pk_attempt *ret_attempt, struct pk_error *err);
int pk_attempts_of(struct pk_store *store, int64_t message, int (*each)(void *ctx, const struct pk_attempt *attempt), void *ctx,
                   struct pk_error *err);
/* No later attempt of its message was opened. */
bool pk_attempt_is_last(struct pk_store *store, const struct pk_attempt *attempt);
/* By the provider's id within an account; PK_E_NOT_FOUND. */
int pk_attempt_by_provider(struct pk_store *store, uint32_t account, struct pk_slice provider_id, struct pk_attempt *ret_attempt,
                           struct pk_error *err);

/* Attempts whose provider is to be asked what became of them. */
struct pk_ask {
    int64_t attempt;
    uint32_t asked; /* so often already */
};
/* When to ask (the next time); 0 = no more. */
int pk_attempt_ask_at(struct pk_store *store, int64_t id, int64_t ask_ms, uint32_t asked, struct pk_error *err);
/* Those due, earliest first, at most `max`. */
int pk_attempts_to_ask(struct pk_store *store, int64_t now_ms, size_t max, struct pk_ask *ret_asks, size_t *ret_count, struct pk_error *err);
int64_t pk_attempts_next_ask(struct pk_store *store); /* INT64_MAX when none */
int pk_attempts_ask_none(struct pk_store *store, struct pk_error *err); /* after a restore: what is known is old */

/* Its provider's id sealed and indexed under the newest key. */
int pk_attempt_rekey(struct pk_store *store, int64_t id, struct pk_error *err);

/* Appends a receipt. 1 when it is new, 0 when the same (attempt, state, code) is there already, else negative. */
int pk_receipt_append(struct pk_store *store, int64_t attempt, uint32_t receipt_state, struct pk_slice code, int64_t at_ms,
                      int64_t now_ms, struct pk_error *err);
int pk_receipts_of(struct pk_store *store, int64_t attempt,
                   int (*each)(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms), void *ctx, struct pk_error *err);

/* A receipt for an id we do not know (yet): parsed fields only, dropped after `until_ms`. At most `limit` are kept per
 * account: PK_E_LIMIT beyond. */
int pk_receipt_park(struct pk_store *store, uint32_t account, struct pk_slice provider_id, uint32_t receipt_state, struct pk_slice code,
                    int64_t at_ms, int64_t now_ms, int64_t until_ms, int64_t limit, struct pk_error *err);
/* Takes the parked receipts of this id out, oldest first. Quick when none is parked at all. */
int pk_receipt_unpark(struct pk_store *store, uint32_t account, struct pk_slice provider_id,
                      int (*each)(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms), void *ctx,
                      struct pk_error *err);
int pk_receipts_drop_parked(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of a hand-over whose provider gives each an id and a receipt of its own: which id is which part, and what was
 * told of each. Kept until the message goes, so that no restart loses what is known of a part. Ids are found by blind index
 * within their account and cannot be read back.
 */
#ifndef PK_STORE_ATTEMPT_PARTS_H
#define PK_STORE_ATTEMPT_PARTS_H

#include "gateway/store/store.h"

#define PK_ATTEMPT_PARTS_MAX 255u

struct pk_attempt_part {
    int64_t attempt;
    uint32_t index; /* from 1 */
    uint32_t total;
};

/* The provider took this part under this id. A repeat changes nothing; of a person erased meanwhile nothing is kept. */
int pk_attempt_part_taken(struct pk_store *store, uint32_t account, const struct pk_attempt_part *part, struct pk_slice provider_id,
                          struct pk_error *err);
/* The part with this id, the latest when it was given out twice; PK_E_NOT_FOUND. */
int pk_attempt_part_find(struct pk_store *store, uint32_t account, struct pk_slice provider_id, struct pk_attempt_part *ret_part,
                         struct pk_error *err);
/* What a receipt says of it (enum pk_receipt_state): it only raises the rank, and "delivered" never goes down. 1 when that
 * changed something, 0 when not, else negative. */
int pk_attempt_part_heard(struct pk_store *store, const struct pk_attempt_part *part, uint32_t receipt_state, struct pk_error *err);
/* What is so far known of the whole, as enum pk_receipt_state: undelivered as soon as one part is, delivered when all are, sent
 * when something was told of one; 0 when nothing was. */
int pk_attempt_parts_whole(struct pk_store *store, int64_t attempt, uint32_t *ret_receipt_state, struct pk_error *err);

#endif

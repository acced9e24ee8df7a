/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was answered to requests that carry a key of their own, for a day: who did not hear the answer asks again and gets it, and
 * nothing is done twice. Key and request are hashes their maker's secret goes into: neither tells what was asked.
 */
#ifndef PK_STORE_ONCE_H
#define PK_STORE_ONCE_H

#include "gateway/store/store.h"

#define PK_ONCE_BYTES 16
#define PK_ONCE_KEPT_MS (24 * 3600 * 1000ll)

struct pk_once {
    uint8_t request[PK_ONCE_BYTES]; /* of what was asked */
    unsigned status; /* of the answer */
    struct pk_slice answer; /* its body, to be put */
};

/* 1 = found, and the answer's body is appended; 0 = nothing was answered under this key. */
int pk_once_get(struct pk_store *store, const uint8_t key[PK_ONCE_BYTES], struct pk_once *ret_once, struct pk_buf *answer, struct pk_error *err);
/* The first answer of a key stays. Inside a unit. */
int pk_once_put(struct pk_store *store, const uint8_t key[PK_ONCE_BYTES], const struct pk_once *once, int64_t now_ms, struct pk_error *err);
/* Housekeeping: those a day old. */
int pk_once_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

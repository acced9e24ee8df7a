/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Three more told me": how many people said to a user, by mouth, that they come to a date, beside those who answered. A number
 * and nothing of whom; of the version of the date that it was said of (occurrences.h). Writes run inside a unit.
 */
#ifndef PK_STORE_TOLD_ME_H
#define PK_STORE_TOLD_ME_H

#include "gateway/store/store.h"

/* Takes the place of what the user said before; 0 takes it back. */
int pk_told_me_put(struct pk_store *store, int64_t occurrence, int64_t version, int64_t user, int64_t count, int64_t now_ms,
                   struct pk_error *err);
/* What this user said; what all of them said (user 0). 0 also when nobody did, or of another version. */
int64_t pk_told_me_get(struct pk_store *store, int64_t occurrence, int64_t version, int64_t user);

/* The user is removed. */
int pk_told_me_forget(struct pk_store *store, int64_t user, struct pk_error *err);
/* Retention: of dates that are gone. */
int pk_told_me_drop(struct pk_store *store, size_t max, struct pk_error *err);

#endif

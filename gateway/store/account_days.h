/* SPDX-License-Identifier: EUPL-1.2 */
/* What each account was given to hand over in a day, and what that cost: written in the unit that opens or settles the attempts. */
#ifndef PK_STORE_ACCOUNT_DAYS_H
#define PK_STORE_ACCOUNT_DAYS_H

#include "gateway/model/budget.h"
#include "gateway/store/store.h"

/* account: PK_NAME_ACCOUNT; day: 20261013. Nothing was counted = zeros. */
struct pk_day_use pk_account_day(struct pk_store *store, uint32_t account, int64_t day);
/* Adds; what was counted too much is taken back by negative numbers. Inside a unit. */
int pk_account_day_add(struct pk_store *store, uint32_t account, int64_t day, struct pk_day_use more, int64_t now_ms, struct pk_error *err);
/* Forgets at most `max` days that last changed before `before_ms`. */
int pk_account_days_drop(struct pk_store *store, int64_t before_ms, size_t max, struct pk_error *err);

#endif

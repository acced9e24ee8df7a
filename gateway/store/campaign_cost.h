/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How much of a campaign waits and what the rest of it cost: the columns `held` and `spent` of a trigger, moved along with each
 * row of message and attempt that changes. Only messages flagged PK_MESSAGE_OF_CAMPAIGN count, so that the others pay nothing for
 * it: a trigger of the schema would be a program run for every row there is. Only gateway/store.
 */
#ifndef PK_STORE_CAMPAIGN_COST_H
#define PK_STORE_CAMPAIGN_COST_H

#include "gateway/store/store.h"

/* So many more (or fewer, negative) messages of a notice wait to leave. Kept in memory while they are of one notice, and written
 * before the turn commits and before anybody asks. */
int pk_campaign_holds(struct pk_store *store, int64_t notice, int64_t more, struct pk_error *err);
int pk_campaign_holding_write(struct pk_store *store, struct pk_error *err);
/* After a statement that ended with `result` and in which become() or go_on() saw a campaign's message come or leave. */
int pk_campaign_holds_changed(struct pk_store *store, int result, struct pk_error *err);

/* An attempt, whose row is there, cost so much more, in 1/10,000 of its currency. */
int pk_campaign_spends(struct pk_store *store, int64_t attempt, int64_t more, struct pk_error *err);
/* After a statement that ended with `result` and gave this attempt another price by priced(price, next). */
int pk_campaign_spends_changed(struct pk_store *store, int64_t attempt, int result, struct pk_error *err);

/* Before the first statement is prepared. */
int pk_campaign_cost_attach(struct pk_store *store, struct pk_error *err);

#endif

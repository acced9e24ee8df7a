/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What accounts cost, and how much they may in a day. Counted in the unit that opens the attempts, a row for each account of
 * a batch; what is known of it in memory follows after the commit and is read again at start. What the provider certainly
 * did not take is given back, and where it says its own price that one counts. Days are those of the gateway's zone.
 */
#ifndef PK_SERVICE_SPENDING_H
#define PK_SERVICE_SPENDING_H

#include "gateway/service/desks.h"
#include "gateway/store/account_days.h"

struct pk_flight;

/* The day it is at this moment; asked often, worked out once a day. Borrowed. */
const struct pk_today *pk_spending_today(struct pk_service *service, int64_t now_ms);
/* The zone may be another one: at a reload. */
void pk_spending_forget_day(struct pk_service *service);

/* Prices and limits of the newest rules; the account itself need not be opened anew for them. */
void pk_spending_adopt(struct pk_desk *desk, const struct pk_account_rule *rule);
/* What was used today, from the store: at start, after a reload, after a failed commit. */
void pk_spending_read(struct pk_desk *desk, int64_t now_ms);

/* What was used today, what is being opened in this turn included. */
struct pk_day_use pk_spending_used(struct pk_desk *desk, int64_t now_ms);
enum pk_day_state pk_spending_state(struct pk_desk *desk, int64_t now_ms);
/* No further message until midnight. */
bool pk_spending_stopped(struct pk_desk *desk, int64_t now_ms);
unsigned pk_spending_room(struct pk_desk *desk, int64_t now_ms, unsigned wanted);
/* Whether all accounts of a route are stopped so, or some of them: then none of its others need be able to take over. */
bool pk_spending_all_stopped(const struct pk_lane_route *route, int64_t now_ms);
bool pk_spending_some_stopped(const struct pk_lane_route *route, int64_t now_ms);

/* What a hand-over that was prepared will cost: flight->day, counted, cost, spends. `repeats`: of one that is paid already. */
void pk_spending_price(struct pk_flight *flight, int64_t now_ms, bool repeats);
/* Does it fit into what is left of its account's day? If not, that day is over for the account. */
bool pk_spending_fits(struct pk_flight *flight, int64_t now_ms);
void pk_spending_opening(struct pk_flight *flight); /* its attempt is opened in this unit */
void pk_spending_opened(struct pk_flight *flight, bool kept); /* that was committed, or not */

/* What a result makes of it: flight->paid, back. `refused`: the provider certainly does not have it. */
void pk_spending_judge(struct pk_flight *flight, bool refused);
/* The same of an attempt of long ago, of which its provider was asked. */
void pk_spending_judge_late(struct pk_flight *flight, int64_t opened_ms, int64_t price, bool refused);
/* What it gave back is committed. Whether the account can take messages again that it could not. */
bool pk_spending_returned(struct pk_flight *flight, int64_t now_ms);

/* What an attempt of `opened_ms` was counted for and did not use after all; negative: it was used after all. Stored in the unit that
 * is open, remembered with its commit. */
int pk_spending_give_back(struct pk_service *service, uint32_t account, int64_t opened_ms, struct pk_day_use back, int64_t now_ms,
                          struct pk_error *err);

/* What a unit counts, a row for each account and day. */
struct pk_tally {
    struct {
        uint32_t account;
        int64_t day;
        struct pk_day_use use;
    } items[8];
    size_t count;
};
int pk_tally_add(struct pk_tally *tally, struct pk_store *store, uint32_t account, int64_t day, struct pk_day_use use, int64_t now_ms,
                 struct pk_error *err);
int pk_tally_write(struct pk_tally *tally, struct pk_store *store, int64_t now_ms, struct pk_error *err);

#endif

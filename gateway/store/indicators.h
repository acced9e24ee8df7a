/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The indicators of a month (model/indicator.h): counted on any connection a few people a step, from the consent ledger as it
 * stood at the month's end and from what was told, spent, asked and done in it; and the months that are frozen, whose rows the
 * database itself lets nobody change.
 *
 * What is counted outlives the rows it is counted from: of messages that retention takes pk_reach_keep() keeps how many were
 * told and how soon, by trigger; costs are those of the accounts' days; questions and key persons come from the audit trail.
 */
#ifndef PK_STORE_INDICATORS_H
#define PK_STORE_INDICATORS_H

#include "gateway/model/indicator.h"
#include "gateway/store/store.h"

#define PK_INDICATOR_STEP 1000u /* people in one step: some ten milliseconds */
#define PK_INDICATOR_ACCOUNTS_MAX 64u

/* A month, or as much of it as is over. */
struct pk_indicator_span {
    int32_t month; /* 202610 */
    int64_t from_ms, until_ms; /* by the wall clock of the rules; until_ms: not any more */
    int32_t last_day; /* the last day of it, like 20261031 */
    struct {
        uint32_t account; /* PK_NAME_ACCOUNT */
        char currency[4];
    } currencies[PK_INDICATOR_ACCOUNTS_MAX]; /* what accounts are paid in; of others it is not known */
    size_t currency_count;
};

struct pk_indicator_counter;

struct pk_indicator_counter *pk_indicator_counter_new(const struct pk_indicator_span *span);
void pk_indicator_counter_free(struct pk_indicator_counter *counter); /* NULL is fine */
PK_AUTO_DEFINE(pk_indicator_counter, struct pk_indicator_counter *, pk_indicator_counter_free)
/* 1 when there are more people to count, 0 at the end. Each step sees the database as it is then. */
int pk_indicator_count_some(struct pk_indicator_counter *counter, struct pk_store *store, size_t max, struct pk_error *err);
struct pk_indicators *pk_indicator_counted(struct pk_indicator_counter *counter);

/* ---- frozen months ---- */

/* In a unit: PK_E_CONFLICT when the month is frozen already. */
int pk_indicators_freeze(struct pk_store *store, int32_t month, const struct pk_indicators *set, int64_t now_ms, struct pk_error *err);
int64_t pk_indicators_frozen_ms(struct pk_store *store, int32_t month); /* when; 0 = it is not */
int pk_indicators_load(struct pk_store *store, int32_t month, struct pk_indicators *set, struct pk_error *err);
/* The frozen months of most recent and of oldest date; 0 = there is none. */
int32_t pk_indicators_last(struct pk_store *store);
int32_t pk_indicators_oldest(struct pk_store *store);

/* ---- what retention leaves ---- */

/* SQL of messages `m` that may have arrived: states as pk_message_is_told(), class notice. */
#define PK_REACH_TOLD "m.class = 0 AND m.state IN (4, 5, 6, 8, 9, 11, 16)"
/* From when on a trigger `t` is to be at people's phones. */
#define PK_REACH_SINCE "max(t.received_ms, t.send_at_ms)"
/* Of `ms`: the seconds of pk_indicator_seconds. */
#define PK_REACH_SECONDS                                                                                                             \
    "CASE WHEN ms <= 5000 THEN 5 WHEN ms <= 10000 THEN 10 WHEN ms <= 20000 THEN 20 WHEN ms <= 30000 THEN 30 WHEN ms <= 60000 THEN 60" \
    " WHEN ms <= 120000 THEN 120 WHEN ms <= 300000 THEN 300 WHEN ms <= 600000 THEN 600 WHEN ms <= 1800000 THEN 1800"                  \
    " WHEN ms <= 3600000 THEN 3600 ELSE 0 END"

/* In the unit that removes messages, before it: what of them is counted is kept by trigger. `which`: SQL, their ids. */
#define PK_REACH_KEEP_TOLD(which)                                                                                                    \
    "INSERT INTO trigger_reach(trigger, seconds, count) SELECT n.trigger, -1, count(*) FROM message m JOIN notice n ON n.id = m.notice" \
    " WHERE m.id IN (" which ") AND n.trigger <> 0 AND " PK_REACH_TOLD " GROUP BY n.trigger"                                         \
    " ON CONFLICT(trigger, seconds) DO UPDATE SET count = count + excluded.count"
#define PK_REACH_KEEP_SOON(which)                                                                                                    \
    "INSERT INTO trigger_reach(trigger, seconds, count) SELECT trigger, " PK_REACH_SECONDS " AS soon, count(*) FROM (SELECT t.id AS trigger,"   \
    " min(r.at_ms) - " PK_REACH_SINCE " AS ms FROM message m JOIN notice n ON n.id = m.notice JOIN trigger t ON t.id = n.trigger JOIN attempt a" \
    " ON a.message = m.id JOIN receipt r ON r.attempt = a.id WHERE m.id IN (" which ") AND t.priority = 0 AND m.class = 0"           \
    " AND r.state IN (3, 4) GROUP BY m.id) GROUP BY trigger, soon"                                                                   \
    " ON CONFLICT(trigger, seconds) DO UPDATE SET count = count + excluded.count"
int pk_reach_drop(struct pk_store *store, int64_t before, struct pk_error *err); /* of triggers before this id that are gone */

#endif

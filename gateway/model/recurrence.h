/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The dates of an event: its rule, the dates left out or called off, and single ones that were changed. Days come from libical,
 * moments from ICU (language/wall.h): a meeting at 18:00 is at 18:00 on both sides of the night the clock changes; a date of a
 * rule in the hour that is left out begins an hour later on the clock, one in the double hour in the first of the two. A rule
 * gives a date a day at most, so that the day it gives names the date for good, also when that is moved.
 */
#ifndef PK_MODEL_RECURRENCE_H
#define PK_MODEL_RECURRENCE_H

#include "gateway/model/agenda.h"

#define PK_DATES_MAX 1000 /* of one rule, and so of single dates that differ */

struct pk_date {
    int32_t day; /* as the rule gives it; 0 = of an event that is once */
    int64_t starts_ms, ends_ms;
    const struct pk_agenda_change *change; /* borrowed; NULL = as always */
};

/* Reads and rewrites the rule of an event in its one form, with UNTIL in UTC; "" stays. PK_E_INVALID with a sentence: a rule
 * that cannot be read, has no end, comes more often than daily, gives more than PK_DATES_MAX dates or not the event's own first one. */
int pk_recurrence_settle(struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err);

/* All dates in the order they begin, those called off too but none that is skipped. The caller frees *ret_dates. */
int pk_recurrence_list(const struct pk_agenda_event *event, const struct pk_agenda_change *changes, size_t change_count, struct pk_wall *wall,
                       struct pk_date **ret_dates, size_t *ret_count, struct pk_error *err);
/* The days its rule gives, in order, whatever became of those dates; of an event that is once the one day 0. The caller frees *ret_days. */
int pk_recurrence_days(const struct pk_agenda_event *event, struct pk_wall *wall, int32_t **ret_days, size_t *ret_count, struct pk_error *err);
bool pk_days_have(const int32_t *days, size_t count, int32_t day);
/* Both at once, for one day. */
bool pk_recurrence_has(const struct pk_agenda_event *event, int32_t day, struct pk_wall *wall);

#endif

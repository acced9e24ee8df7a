/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the months before told, so that no two months can be subtracted. The people of a group are mostly the same ones a month
 * later: where a group was 20 and is 22, the difference points at two people, though neither number is few.
 *
 * So a group is told only when it is as many as when it was told last, or differs from it by no few people. What several hidden
 * groups are together follows from their total and those beside them; that sum is looked at in the same way, against each earlier
 * month in which it follows as well. A difference that is only the sum of differences that may be told tells nothing new, and the
 * total itself is told each month. Pure.
 */
#ifndef PK_MODEL_INDICATOR_PAST_H
#define PK_MODEL_INDICATOR_PAST_H

#include "gateway/base/mem.h"
#include "gateway/model/indicator.h"

/* {0} is a past of no months. */
struct pk_indicator_past {
    struct pk_indicators *months; /* decided, oldest first; none without rows */
    size_t count, cap;
};

/* Decides a month against those before it and keeps it as one of them: called month by month, oldest first. Takes the rows. */
void pk_indicator_past_add(struct pk_indicator_past *past, struct pk_indicators *month);
void pk_indicator_past_finish(struct pk_indicator_past *past);

/* ---- for pk_indicators_decide() ---- */

/* A group that the past has and this month has not is nobody now. Before the rows are sorted. */
void pk_indicator_past_fill(const struct pk_indicator_past *past, struct pk_indicators *set);
/* Rows beside each other, beside their total, which is told: those in `hidden` stay so. False: all of them are hidden. */
bool pk_indicator_past_hide(const struct pk_indicator_past *past, const struct pk_indicator_row *rows, size_t count, bool *hidden);
/* The same for topics, in which people are several times; `all`: the people of this month. */
void pk_indicator_past_hide_topics(const struct pk_indicator_past *past, const struct pk_indicator_row *rows, size_t count, int64_t all,
                                   bool *hidden);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The indicators of a month: a fixed list, each with a definition in three languages, and the numbers of one month with which
 * of them may be told. Pure.
 *
 * What the same people are counted in is decided together: groups of one breakdown beside their total, topics (people have
 * several) by their differences, and who joined, expired and stopped beside each other, because with the people of two months
 * the third follows from two. Groups of people who stay are decided beside the months before. Each number is hidden as a whole;
 * nothing is rounded.
 */
#ifndef PK_MODEL_INDICATOR_H
#define PK_MODEL_INDICATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PK_INDICATOR_LABEL 96 /* of a group, with its NUL */
#define PK_INDICATOR_GROUPS_MAX 256 /* of a breakdown; what comes beyond is one group */

/* Stored numbers: never renumber, only append. */
enum pk_indicator {
    PK_INDICATOR_CONSENT = 0,
    PK_INDICATOR_JOINED = 1,
    PK_INDICATOR_RENEWED = 2,
    PK_INDICATOR_EXPIRED = 3,
    PK_INDICATOR_STOPPED = 4,
    PK_INDICATOR_TOLD = 5,
    PK_INDICATOR_CAME = 6,
    PK_INDICATOR_COST = 7, /* by currency, in 1/10,000 */
    PK_INDICATOR_COST_TOLD = 8, /* the same for one who was told: from the rows of 7 and 5, never stored */
    PK_INDICATOR_COST_CAME = 9, /* from 7 and 6 */
    PK_INDICATOR_QUESTIONS = 10,
    PK_INDICATOR_KEY_PERSONS = 11,
    PK_INDICATOR_TO_PHONE = 12, /* people by seconds */
    PK_INDICATORS = 13,
};

enum pk_indicator_by {
    PK_INDICATOR_TOTAL = 0,
    PK_INDICATOR_BY_TOPIC = 1, /* people are in several */
    PK_INDICATOR_BY_AREA = 2,
    PK_INDICATOR_BY_LANGUAGE = 3,
    PK_INDICATOR_BY_SCRIPT = 4, /* inside a language, its parent */
    PK_INDICATOR_BY_WAY = 5, /* in which they came in */
    PK_INDICATOR_BY_SUBJECT = 6,
    PK_INDICATOR_BY_CURRENCY = 7, /* no people: nothing of it is hidden for its own size */
    PK_INDICATOR_BY_SECONDS = 8, /* at most so many; "more" */
    PK_INDICATOR_BYS = 9,
};

struct pk_indicator_row {
    uint32_t indicator, by;
    char parent[PK_INDICATOR_LABEL], label[PK_INDICATOR_LABEL]; /* "" of a total */
    int64_t count;
    int64_t estimate; /* how many people there are, as the city says; 0 = it says nothing */
    bool shown; /* pk_indicators_decide() */
};

struct pk_indicators {
    struct pk_indicator_row *rows;
    size_t count, cap;
    bool groups_of[PK_INDICATORS]; /* decided: its breakdowns are told at all */
};

void pk_indicators_finish(struct pk_indicators *set); /* frees its rows */
/* The row of this name, made when it is new; when there are too many, the one that stands for all others. Lives until the next. */
struct pk_indicator_row *pk_indicators_row(struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent, const char *label);
/* NULL when there is none. */
const struct pk_indicator_row *pk_indicators_find(const struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent,
                                                  const char *label);
/* 0 when there is none. */
int64_t pk_indicators_count(const struct pk_indicators *set, uint32_t indicator);
/* Sorts the rows and says of each whether it may be told, beside what the months before told (indicator_past.h); NULL = there is
 * none. Groups of consent that those had and this month has not are rows of nobody afterwards. */
struct pk_indicator_past;
void pk_indicators_decide(struct pk_indicators *set, const struct pk_indicator_past *past);

/* Within how many seconds so many of a hundred had it; 0 = the slowest of them took longer than the longest that is told apart,
 * or nobody had it. */
int64_t pk_indicators_within(const struct pk_indicators *set, int64_t percent);
/* The seconds that are told apart; 0 at the end: more. */
extern const int64_t pk_indicator_seconds[];

/* The names on the wire: "consent", "people"; NULL out of range. */
const char *pk_indicator_name(uint32_t indicator);
const char *pk_indicator_unit(uint32_t indicator); /* "people", "questions", "tenThousandths" */
const char *pk_indicator_by_name(uint32_t by); /* "topic" */
/* One or two sentences in "nl", "bg" or (any other) "en". */
const char *pk_indicator_definition(uint32_t indicator, const char *language);

#endif

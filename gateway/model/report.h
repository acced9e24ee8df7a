/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What became of a campaign, or of what was said of one date, in numbers of people: a total and its breakdowns, and which of
 * those numbers may be told. A person counts once, by the best that became of any message to them. Pure.
 *
 * Each measure of a breakdown is hidden for itself (floor.h), and no row tells a sum of its own: `people` and `told` of a row
 * are told only where everything they are added up from is. So nothing that is hidden follows from what is not. What lies one
 * inside the other (scripts in languages) is hidden from the outside in; what overlaps (steps, topics) by its differences. Who
 * is left of a row's told when its yes and no are taken away is a group too, and so is who has not read what arrived.
 */
#ifndef PK_MODEL_REPORT_H
#define PK_MODEL_REPORT_H

#include "gateway/model/states.h"

#define PK_REPORT_LABEL 96 /* of a group, with its NUL */
#define PK_REPORT_ROWS_MAX 512 /* of a breakdown; what comes beyond is one group */
#define PK_REPORT_CURRENCIES 8

/* Stored numbers: never renumber, only append. */
enum pk_report_measure {
    /* what became of people: each is one of these */
    PK_REPORT_ARRIVED = 0, /* delivered or read */
    PK_REPORT_HANDED_OVER = 1, /* taken by a provider that says nothing more, or has not yet */
    PK_REPORT_UNKNOWN = 2, /* it may have arrived: nobody knows */
    PK_REPORT_NOT = 3, /* it ended without */
    PK_REPORT_WAITING = 4, /* not gone yet */
    PK_REPORT_OUTCOMES = 5,
    /* some of them */
    PK_REPORT_READ = 5,
    PK_REPORT_YES = 6,
    PK_REPORT_NO = 7,
    PK_REPORT_USEFUL = 8,
    PK_REPORT_NOT_USEFUL = 9,
    PK_REPORT_OPTED_OUT = 10,
    PK_REPORT_PEOPLE = 11, /* so many measures count people */
    PK_REPORT_HEADS = 11, /* how many come, of those who said yes */
    PK_REPORT_COUNTS = 12,
    PK_REPORT_COST = 12,
};

enum pk_report_by {
    PK_REPORT_TOTAL = 0,
    PK_REPORT_BY_STEP = 1, /* people are in several */
    PK_REPORT_BY_LANGUAGE = 2,
    PK_REPORT_BY_SCRIPT = 3, /* inside a language */
    PK_REPORT_BY_CHANNEL = 4,
    PK_REPORT_BY_AREA = 5,
    PK_REPORT_BY_TIME = 6, /* when they were told first */
    PK_REPORT_BYS = 7,
    PK_REPORT_DATES = 7, /* stored only: which dates it was about */
};

struct pk_report_cost {
    char currency[4];
    int64_t amount; /* 1/10,000 */
};

struct pk_report_row {
    char label[PK_REPORT_LABEL], parent[PK_REPORT_LABEL]; /* parent: of a script, its language */
    int64_t counts[PK_REPORT_COUNTS];
    struct pk_report_cost costs[PK_REPORT_CURRENCIES];
    size_t currencies;
    uint32_t shown; /* pk_report_decide(): a bit for each measure, PK_REPORT_COST too */
    uint32_t telling; /* its own: measures that beside others of this row would tell a hidden group */
};

struct pk_report_table {
    struct pk_report_row *rows;
    size_t count, cap, newest;
};

struct pk_report {
    struct pk_report_row total;
    struct pk_report_table by[PK_REPORT_BYS]; /* [PK_REPORT_TOTAL] is empty */
    bool few; /* decided: it is about fewer than five people in all */
};

void pk_report_finish(struct pk_report *report); /* frees its rows */
/* The group of this name, made when it is new; when there are too many, the one that stands for all others. */
struct pk_report_row *pk_report_row(struct pk_report *report, enum pk_report_by by, const char *parent, const char *label);
/* False when there are too many currencies. */
bool pk_report_add_cost(struct pk_report_row *row, const char *currency, int64_t amount);
/* Sorts the rows by parent and label, and says of every number whether it may be told. */
void pk_report_decide(struct pk_report *report);

static inline bool pk_report_shows(const struct pk_report_row *row, enum pk_report_measure measure)
{
    return (row->shown >> measure & 1u) != 0;
}
/* All outcomes of a row, or the told ones alone, are told: then so is their sum. */
bool pk_report_shows_people(const struct pk_report_row *row);
bool pk_report_shows_told(const struct pk_report_row *row);
int64_t pk_report_people(const struct pk_report_row *row);
int64_t pk_report_told(const struct pk_report_row *row);

/* What a state of a message is for the person it was for. */
enum pk_report_measure pk_report_outcome(enum pk_message_state state);
/* Which of two outcomes counts: above 0 when `a` is better. */
int pk_report_better(enum pk_report_measure a, enum pk_report_measure b);

/* Groups that overlap, beside their union `all`: which can be told, so that neither what is missing from the union in one, nor
 * what two of them differ by, nor (when all are told) how many are in more than one, is few people. Those that are hidden already
 * stay so. */
void pk_report_hide_overlapping(int64_t all, const int64_t *people, size_t count, bool *hidden);

const char *pk_report_by_name(enum pk_report_by by); /* "step"; NULL out of range */
int pk_report_by_parse(const char *name, enum pk_report_by *ret_by); /* 0, or negative: there is none */

#endif

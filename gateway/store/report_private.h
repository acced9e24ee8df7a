/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of reports share: sums, what is read of people, and the counting. */
#ifndef PK_STORE_REPORT_PRIVATE_H
#define PK_STORE_REPORT_PRIVATE_H

#include "gateway/store/reports.h"

int64_t pk_report_kept_since(struct pk_store *store, const struct pk_report_subject *subject); /* 0 = it is not */
int pk_report_load_sums(struct pk_store *store, const struct pk_report_subject *subject, struct pk_report *report, struct pk_error *err);
int pk_report_add_sums(struct pk_store *store, const struct pk_report_subject *subject, const struct pk_report *report, struct pk_error *err);
int pk_report_keep_dates(struct pk_store *store, const struct pk_report_subject *subject, const struct pk_report_source *sources, size_t count,
                         struct pk_error *err);

/* Answers to a trigger, by person, from behind (recipient, id) on; a person's last one counts. The only place that knows where
 * answers are kept. */
struct pk_report_answer {
    int64_t recipient, id;
    bool yes;
    int64_t heads;
};
int pk_report_answers(struct pk_store *store, const struct pk_report_source *source, int64_t recipient, int64_t id, size_t max,
                      struct pk_report_answer *ret_answers, size_t *ret_count, struct pk_error *err);

/* ---- people, one after the other ---- */

#define PK_REPORT_OF_PERSON 64u /* messages of one person that count in steps */

struct pk_report_ahead;

/* Over the sources of one report. */
struct pk_report_walk {
    const struct pk_report_source *sources; /* borrowed */
    size_t count;
    int64_t after; /* the person it stands behind */
    int64_t first_ms; /* when the first of them was to leave */
    struct pk_report_ahead *ahead; /* rows read already, for a step; its own */
};

/* What is known of the person at hand. */
struct pk_report_person {
    int64_t recipient;
    bool messaged, answered, opinion_given;
    enum pk_report_measure outcome;
    bool read, yes, useful;
    int64_t heads, first_told_ms, last_told_ms, answer_id, opinion_id;
    uint32_t channel, topic;
    struct pk_report_cost costs[PK_REPORT_CURRENCIES];
    size_t currencies;
    struct pk_report_row steps[PK_REPORT_OF_PERSON];
    bool step_messaged[PK_REPORT_OF_PERSON];
    size_t step_count;
};

/* Which group of each breakdown they are in. */
struct pk_report_groups {
    char language[PK_REPORT_LABEL], script[PK_REPORT_LABEL], channel[PK_REPORT_LABEL], area[PK_REPORT_LABEL], time[PK_REPORT_LABEL];
};

/* A step begins behind `after`, and ends. */
void pk_report_walk_begin(struct pk_report_walk *walk);
void pk_report_walk_end(struct pk_report_walk *walk);
/* The next person anything is known of; INT64_MAX = there is none. */
int pk_report_next_person(struct pk_report_walk *walk, struct pk_store *store, int64_t *ret_who, struct pk_error *err);
/* All that is said to and by `who`, the next person; the walk stands behind them when `after` is set to them. */
int pk_report_take_person(struct pk_report_walk *walk, struct pk_store *store, int64_t who, bool with_answers, struct pk_report_person *person,
                          struct pk_error *err);
int pk_report_find_groups(const struct pk_report_walk *walk, struct pk_store *store, const struct pk_report_person *person,
                          struct pk_report_groups *groups, struct pk_error *err);
/* They ended the topic soon after being told, and had been told nothing else since. */
bool pk_report_opted_out(const struct pk_report_walk *walk, struct pk_store *store, const struct pk_report_person *person);

#endif

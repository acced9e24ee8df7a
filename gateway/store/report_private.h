/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two halves of reports share: sums, and the counting. */
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

#endif

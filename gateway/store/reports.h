/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports: what was said in a campaign or of one date, who was told, and what they answered. Counted person by person from the
 * messages that are there, a few people a step, on any connection; what is said of somebody who is erased is added to the sums
 * in that same unit, and when retention wants the messages all of it is, once: from then on the sums are the report.
 *
 *     report = sums + (kept ? nothing : what is counted)
 *
 * Sums below the floor are kept as they are: model/report.h decides what is told.
 */
#ifndef PK_STORE_REPORTS_H
#define PK_STORE_REPORTS_H

#include "gateway/model/report.h"
#include "gateway/store/store.h"

#define PK_REPORT_OPTED_OUT_MS (7 * 24 * 3600 * 1000ll) /* who leaves so long after being told left because of it */
#define PK_REPORT_SETTLE_MS (7 * 24 * 3600 * 1000ll) /* after its end, for receipts and answers */
#define PK_REPORT_STEP 2000u /* people in one step: some ten milliseconds */
#define PK_REPORT_SOURCES_MAX 1024u

/* Stored numbers: never renumber. */
enum pk_report_kind { PK_REPORT_OF_CAMPAIGN = 1, PK_REPORT_OF_DATE = 2 /* an occurrence */ };

struct pk_report_subject {
    uint32_t kind; /* enum pk_report_kind */
    int64_t id;
};

/* One trigger that told of it. */
struct pk_report_source {
    int64_t trigger, notice, occurrence; /* occurrence 0 = of no date */
    int64_t since_ms; /* when it was to leave */
    uint32_t topic;
    char step[PK_REPORT_LABEL]; /* "2 parent-meeting-reminder" */
    char template_name[PK_REPORT_LABEL];
    bool opinion; /* what is answered to it is whether it was useful, not whether somebody comes */
};

/* Oldest first, at most PK_REPORT_SOURCES_MAX. The caller frees *ret_sources. Opinions are known by the name of the text: who
 * has the texts at hand knows better, and says so in the rows. */
int pk_report_sources(struct pk_store *store, const struct pk_report_subject *subject, struct pk_report_source **ret_sources, size_t *ret_count,
                      struct pk_error *err);

struct pk_report_counter;

/* Takes the sources over. */
struct pk_report_counter *pk_report_counter_new(const struct pk_report_subject *subject, struct pk_report_source *sources, size_t count);
void pk_report_counter_free(struct pk_report_counter *counter);
PK_AUTO_DEFINE(pk_report_counter, struct pk_report_counter *, pk_report_counter_free)
/* 1 when there are more people to count, 0 at the end. Any connection; each step sees the database as it is then. */
int pk_report_count_some(struct pk_report_counter *counter, struct pk_store *store, size_t max, struct pk_error *err);
/* What was counted so far, sums and all. */
struct pk_report *pk_report_counted(struct pk_report_counter *counter);
int64_t pk_report_kept_ms(const struct pk_report_counter *counter); /* since when the sums are the report; 0 = they are not */

/* ---- what is kept; inside a unit ---- */

/* A report somebody has counted to its end becomes sums, and messages may go. PK_E_CONFLICT, and nothing is written, when
 * somebody was erased since the counting began: count it again. */
int pk_report_keep(struct pk_store *store, struct pk_report_counter *counter, int64_t now_ms, struct pk_error *err);
/* Before a person's messages are detached: what became of them is added to the sums of every report they are in. Their answers
 * stay as somebody's, and are counted as such. */
int pk_report_forget(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* A report whose end is long enough ago and whose oldest messages or answers retention wants; false when there is none. */
struct pk_report_limits {
    int64_t messages_before_ms, rsvps_before_ms; /* as retention is given them; 0 = it wants none */
    int64_t now_ms;
};
bool pk_report_due(struct pk_store *store, const struct pk_report_limits *limits, struct pk_report_subject *ret_subject);
/* Is what was answered to this trigger still needed? */
bool pk_report_needs(struct pk_store *store, int64_t trigger);
int pk_reports_drop(struct pk_store *store, size_t max, struct pk_error *err); /* of what is no longer there */

/* SQL: true of message `m` as long as a report needs it. A campaign that went back to draft keeps nobody's. */
#define PK_REPORT_NEEDS_MESSAGE                                                                                             \
    "(EXISTS (SELECT 1 FROM notice n CROSS JOIN campaign_trigger g ON g.trigger = n.trigger CROSS JOIN campaign c ON c.id = g.campaign" \
    " WHERE n.id = m.notice AND c.state >= 3 AND NOT EXISTS (SELECT 1 FROM report_kept k WHERE k.kind = 1 AND k.subject = c.id))" \
    " OR EXISTS (SELECT 1 FROM notice n CROSS JOIN occurrence o ON o.id = n.occurrence WHERE n.id = m.notice AND n.occurrence <> 0"     \
    " AND NOT EXISTS (SELECT 1 FROM report_kept k WHERE k.kind = 2 AND k.subject = o.id)))"

/* ---- who came ---- */

struct pk_came {
    int64_t count; /* -1 = nobody said */
    int64_t at_ms;
};
/* One number for one date; another one replaces it. */
int pk_came_put(struct pk_store *store, int64_t occurrence, int64_t count, struct pk_slice by, int64_t now_ms, struct pk_error *err);
struct pk_came pk_came_get(struct pk_store *store, int64_t occurrence);

/* The dates a report is about, by its sources and sums, each once; at most `max`. */
size_t pk_report_dates(struct pk_store *store, const struct pk_report_subject *subject, int64_t *ret_occurrences, size_t max);

#endif

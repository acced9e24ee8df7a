/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports for people: of a campaign, and of one date of an event. Asked on the loop's thread, counted step by step on any
 * connection, told with the small groups hidden (model/report.h). And how many people came, typed afterwards.
 */
#ifndef PK_SERVICE_REPORTS_H
#define PK_SERVICE_REPORTS_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"
#include "gateway/store/reports.h"

#define PK_CAME_MAX 100000

struct pk_report_question;

/* PK_E_DENIED, PK_E_NOT_FOUND. A key person has the reports of events she proposed. The caller frees *ret_question. */
int pk_report_ask_campaign(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                           struct pk_report_question **ret_question, struct pk_error *err);
/* `day`: the one its rule gives; of an event that is once its day, or 0. */
int pk_report_ask_date(struct pk_service *service, const struct pk_actor *actor, int64_t event, int32_t day, int64_t now_ms,
                       struct pk_report_question **ret_question, struct pk_error *err);
void pk_report_question_free(struct pk_report_question *question);
PK_AUTO_DEFINE(pk_report_question, struct pk_report_question *, pk_report_question_free)

/* A step of the counting, on any connection: 1 when there is more to do. */
int pk_report_answer(struct pk_report_question *question, struct pk_store *store, struct pk_error *err);
/* The answer, once it is counted: of one breakdown, or (PK_REPORT_TOTAL) of all. */
void pk_report_tell(struct pk_report_question *question, enum pk_report_by by, struct pk_json_out *out);

/* Something that a report can be asked of. */
struct pk_report_offer {
    const char *name, *state; /* of the campaign, or the title of the event; live for the call */
    int64_t event; /* 0 = a campaign */
    int32_t day; /* of a date: the one its rule gives; 0 = of an event that is once */
    int64_t starts_ms; /* 0 = of nothing with a date */
    int64_t came; /* -1 = nobody said */
};
/* Campaigns that are no drafts, by name; dates that begin in [from_ms, to_ms), in order, at most `max`. For who may see every report:
 * PK_E_DENIED. A non-zero return of `each` ends the walk and is returned. */
int pk_reports_of_campaigns(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_report_offer *offer),
                            void *ctx, struct pk_error *err);
int pk_reports_of_dates(struct pk_service *service, const struct pk_actor *actor, int64_t from_ms, int64_t to_ms, size_t max,
                        int (*each)(void *ctx, const struct pk_report_offer *offer), void *ctx, struct pk_error *err);

/* So many people came to this date, which has begun and was not called off; another number replaces it, and the audit has both.
 * A key person says it of events she proposed. Inside a unit. */
int pk_came_record(struct pk_service *service, const struct pk_actor *actor, int64_t event, int32_t day, int64_t count, int64_t now_ms,
                   struct pk_error *err);

/* ---- the room ---- */

/* Keeps reports whose messages retention wants, one after the other. */
struct pk_keeper *pk_report_keeper_new(struct pk_service *service);

/* What triggers told of it, with what the texts say of themselves; as pk_report_sources(). */
int pk_report_counting(struct pk_service *service, const struct pk_report_subject *subject, struct pk_report_counter **ret_counter,
                       struct pk_error *err);

#endif

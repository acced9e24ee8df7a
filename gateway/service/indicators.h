/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The indicators of a month for people (model/indicator.h): of a month that is frozen as they are kept, of the running one up to
 * this morning. Asked on the loop's thread, counted step by step on any connection, told with the small groups hidden. The month
 * is the wall clock's of the rules. And the room that freezes a month once it is over, also late.
 */
#ifndef PK_SERVICE_INDICATORS_H
#define PK_SERVICE_INDICATORS_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"
#include "gateway/store/indicators.h"

struct pk_indicator_question;

/* month: "2026-10"; "" = the running one. PK_E_DENIED, PK_E_INVALID, PK_E_NOT_FOUND (to come, or nothing is known of it). The
 * caller frees *ret_question before the service. */
int pk_indicator_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice month, int64_t now_ms,
                     struct pk_indicator_question **ret_question, struct pk_error *err);
void pk_indicator_question_free(struct pk_indicator_question *question);
PK_AUTO_DEFINE(pk_indicator_question, struct pk_indicator_question *, pk_indicator_question_free)
/* A step, on any connection: 1 when there is more to do. */
int pk_indicator_answer(struct pk_indicator_question *question, struct pk_store *store, struct pk_error *err);
void pk_indicator_tell(struct pk_indicator_question *question, struct pk_json_out *out); /* once it is counted; on the loop's thread */

/* ---- the room ---- */

struct pk_keeper *pk_indicator_keeper_new(struct pk_service *service);

/* ---- months ---- */

#define PK_INDICATOR_FIRST "indicators.first" /* the month the gateway began to count in: what was before is not known whole */

/* The month of a moment, 202610. PK_E_CONFIG when the zone of the rules is none. */
int pk_indicator_month(const struct pk_service *service, int64_t moment_ms, int32_t *ret_month, struct pk_error *err);
int32_t pk_indicator_month_after(int32_t month);
/* The first of which something is known; 0 = of none yet. */
int32_t pk_indicator_first(const struct pk_service *service);
/* The whole of a month that is over, else up to the beginning of today. */
int pk_indicator_span_of(const struct pk_service *service, int32_t month, int64_t now_ms, struct pk_indicator_span *ret_span, struct pk_error *err);
/* What the city reckons, into the rows it is for. */
void pk_indicator_estimate(const struct pk_service *service, struct pk_indicators *set);

#endif

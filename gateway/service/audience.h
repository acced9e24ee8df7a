/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How many people an audience is, how many of them are told, and why the others are not; without a number that points at
 * anybody. A key person counts her own circle, by size. A publisher counts what it may publish to.
 */
#ifndef PK_SERVICE_AUDIENCE_H
#define PK_SERVICE_AUDIENCE_H

#include "gateway/service/service.h"
#include "gateway/store/audience.h"

#define PK_AUDIENCE_STEP 20000u /* people counted in one go: some 20 ms */

struct pk_audience_plan {
    struct pk_slice topic;
    struct pk_slice where; /* a line; empty = `rule` */
    const struct pk_json *rule; /* NULL, without a line: everybody; of a key person: her circle */
    struct pk_slice channels; /* names with commas, the preferred first; empty = those of all routes, the ladder's first, then
                              * the default one's */
};

/* The rule of a plan, whoever asks for what: its line or its JSON, in its one form, allowed leaf by leaf. Each tag, each topic and
 * what would be everybody must be the actor's for `action`; a circle must be theirs to see; a key person has her own circle, whole,
 * and nothing else. `object`: what it is asked for, as the audit tells a refusal. Nothing is looked up (pk_audience_resolve()).
 * PK_E_DENIED, PK_E_INVALID, PK_E_LIMIT. */
int pk_audience_rule(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const char *object,
                     const struct pk_audience_plan *plan, struct pk_audience_tree *ret_tree, struct pk_error *err);

struct pk_audience_question;

/* Asks what is allowed and looks everything up; nothing is counted yet. The caller frees *ret_question. PK_E_DENIED,
 * PK_E_NOT_FOUND (topic, channel), PK_E_INVALID and PK_E_LIMIT (the rule). */
int pk_audience_ask(struct pk_service *service, const struct pk_actor *actor, const struct pk_audience_plan *plan, int64_t now_ms,
                    struct pk_audience_question **ret_question, struct pk_error *err);
void pk_audience_question_free(struct pk_audience_question *question);
PK_AUTO_DEFINE(pk_audience_question, struct pk_audience_question *, pk_audience_question_free)
/* Counts PK_AUDIENCE_STEP people more: 1 when there are more, 0 when that was everybody. On any thread and connection; touches
 * nothing of the service. */
int pk_audience_count_some(struct pk_audience_question *question, struct pk_store *store, struct pk_error *err);
/* What it came to, as one JSON object. */
void pk_audience_tell(const struct pk_audience_question *question, struct pk_json_out *out);
/* The three at once, on the service's own store: blocks for as long as it takes. */
int pk_audience_reckon(struct pk_service *service, const struct pk_actor *actor, const struct pk_audience_plan *plan, int64_t now_ms,
                       struct pk_json_out *out, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The planner: the only place that makes messages. Triggers are expanded into messages by chunks, a cursor each, so
 * that a large one neither blocks a turn nor the small ones behind it; answers and questions are made one at a time.
 */
#ifndef PK_SERVICE_PLANNER_H
#define PK_SERVICE_PLANNER_H

#include "gateway/service/service.h"
#include "gateway/store/messages.h"

struct pk_planner;

struct pk_planner *pk_planner_new(struct pk_service *service);
void pk_planner_free(struct pk_planner *planner);
/* Expands up to a turn's share. The open phase, before the dispatcher. */
void pk_planner_run(struct pk_planner *planner);
/* There is a trigger to expand. */
void pk_planner_wake(struct pk_planner *planner);
void pk_planner_refresh(struct pk_planner *planner); /* after a failed commit */
bool pk_planner_idle(const struct pk_planner *planner);

/* An automatic answer to somebody's act, by the account it came on. Inside a unit. */
struct pk_answer_plan {
    int64_t recipient; /* 0 = a stranger */
    int64_t address;
    uint32_t channel;
    uint32_t account; /* PK_NAME_ACCOUNT */
    const char *template_name;
    struct pk_slice language, script;
    struct pk_slice values; /* canonical JSON object; empty = none */
    int64_t act_ms;
    bool confirms_stop;
};
/* 0 also when the address had its day's answers already (then nothing is queued). */
int pk_planner_answer(struct pk_service *service, const struct pk_answer_plan *plan, int64_t now_ms, struct pk_error *err);

/* An opt-in question; *ret_asked is false when this address was asked within the rules' time, or has any question open.
 * Inside a unit; needs no accounts (pk_service_new_planning()). */
struct pk_question_plan {
    int64_t recipient, address;
    uint32_t channel, topic;
    struct pk_slice language, script;
};
int pk_planner_question(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms, bool *ret_asked,
                        struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* What the planner's files share: turns are taken in planner.c, a chunk is made in planner_expand.c, a few messages are made
 * with their trigger in planner_at_once.c. */
#ifndef PK_SERVICE_PLANNER_PRIVATE_H
#define PK_SERVICE_PLANNER_PRIVATE_H

#include "gateway/service/campaigns_private.h"
#include "gateway/service/planner.h"
#include "gateway/store/audience.h"
#include "gateway/store/triggers.h"

#define PK_EXPAND_MAX 256u             /* messages of one chunk */

/* Whom a trigger is for, as it was stored: parsed and resolved. PK_E_INVALID: it can never be read. */
struct pk_json;
int pk_wanted_read(struct pk_service *service, const struct pk_json *audience, struct pk_audience_tree *ret_tree, struct pk_error *err);
/* Which triggers must have told somebody, or must not (planner_told.c). */
#define PK_EARLIER_MAX 64u
struct pk_earlier {
    int64_t told[PK_EARLIER_MAX], untold[PK_EARLIER_MAX]; /* oldest first; at least one of the first, none of the second */
    size_t told_count, untold_count;
    bool yes, silent; /* of those told: who said yes, who said nothing */
};
/* A stored audience is a rule, or {"among":RULE,"told":[...],"untold":[...],"answer":"yes"}. Returns the rule, borrowed. */
const struct pk_json *pk_earlier_read(const struct pk_json *audience, struct pk_earlier *ret_earlier);
bool pk_earlier_suits(struct pk_store *store, const struct pk_earlier *earlier, const struct pk_audience_row *row);
/* Messages of one trigger being made. Most people of a chunk are reached by one route: it is found, and its wording, when
 * channel or country change. */
struct pk_notice;
struct pk_lane_route;
struct pk_making {
    struct pk_service *service;
    const struct pk_trigger *trigger;
    const struct pk_notice *notice;
    int64_t now_ms;
    bool of_campaign;
    /* how people of this channel and country are reached */
    uint32_t channel; /* 0 = nobody yet */
    char country[3];
    const struct pk_lane_route *route; /* NULL = nobody takes them */
    struct pk_slice text; /* the form of the notice's template that leaves by it */
    /* the message being made */
    enum pk_reason left_out; /* it is made so that its reason is known, and never leaves */
    int64_t version; /* of its text, once it is made */
};
/* Sets what is said last. PK_E_CONFIG: by that route it cannot be answered, and there is no page. */
int pk_expand_way(struct pk_making *making, const struct pk_audience_row *row, struct pk_error *err);
/* One message. Inside a unit. */
int pk_expand_row(struct pk_making *making, const struct pk_audience_row *row, struct pk_error *err);
/* Its publisher hears, when it wants to, that this trigger is expanded, or was cut short. */
int pk_expand_tell(struct pk_service *service, const struct pk_trigger *trigger, uint32_t state, int64_t planned, int64_t now_ms,
                   struct pk_error *err);

/* One chunk of one trigger, in one unit. *ret_rows: people looked at; as many as `max` when there may be more. `rows` is room
 * for `max`. PK_E_NOT_FOUND, PK_E_INVALID: it can never be expanded. */
int pk_expand(struct pk_service *service, const struct pk_trigger *trigger, struct pk_audience_row *rows, size_t max,
              int64_t now_ms, size_t *ret_rows, struct pk_error *err);
/* What a chunk came to. */
struct pk_expanded {
    size_t seen, made; /* people looked at, messages made of it; fewer seen than asked for: that was everybody */
    int64_t cursor; /* the last one looked at */
    struct pk_campaign_meter meter; /* of a campaign's messages */
};
/* The chunk of a trigger that tells people what the law says they must be told (planner_duty.c). */
int pk_expand_duty(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice, size_t max,
                   int64_t now_ms, struct pk_expanded *ret_expanded, struct pk_error *err);
/* The chunk of a trigger that screens show (planner_public.c). */
int pk_expand_public(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice,
                     const struct pk_lane_route *route, size_t max, int64_t now_ms, struct pk_expanded *ret_expanded, struct pk_error *err);
/* A trigger whose text is gone or broken is closed, and its publisher told, rather than tried for ever. `err` says why. */
int pk_expand_give_up(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err);

/* Tells the dispatcher. Without one (a service that only plans) whoever opens the queue later looks for itself. */
void pk_planner_note(struct pk_service *service, const struct pk_message *message);

#endif

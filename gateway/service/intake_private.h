/* SPDX-License-Identifier: EUPL-1.2 */
/* What the intake's files share: intake.c hears who sends and takes the event in, intake_checks.c asks what it wants. */
#ifndef PK_SERVICE_INTAKE_PRIVATE_H
#define PK_SERVICE_INTAKE_PRIVATE_H

#include "gateway/model/trigger.h"
#include "gateway/service/desks.h"
#include "gateway/service/intake.h"
#include "gateway/service/outbound.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/routing.h"

/* What is known of one event while it is checked. Its publisher may publish within the lists of its rule. */
struct pk_taking {
    struct pk_service *service;
    const struct pk_intake_event *in;
    const struct pk_publisher_rule *rule;
    struct pk_actor_scope scope;
    struct pk_actor actor;
    struct pk_cloudevent event;
    bool read; /* the event, as far as it can be */
    struct pk_trigger_request request;
    const struct pk_lane_route *route;
    struct pk_channels ladder; /* of the channels it may take, if there are several */
    struct pk_told told;
    int64_t now_ms;
    int64_t valid_until_ms;
    int64_t ceiling; /* most people it may reach */
    int64_t day, reach; /* of a publisher with a cap a day: which day it is, how many of it this one takes */
    struct pk_reach few; /* whom it reaches, if these are few */
    int64_t first; /* this event was taken in before, as this trigger; 0 = it was not */
};

/* Says the reason, if there is one to say, and returns the refusal. */
enum pk_event_refusal pk_intake_refuse(enum pk_event_refusal refusal, struct pk_error *err, const char *reason);
/* Whatever is wrong with it: the answer names the event where its id can be read. */
enum pk_event_refusal pk_intake_read_event(struct pk_taking *t, struct pk_error *err);
/* The event itself; t->first when it was taken in before. */
enum pk_event_refusal pk_intake_check_event(struct pk_taking *t, struct pk_error *err);
/* What it asks for: text, times, whom it reaches. */
enum pk_event_refusal pk_intake_check_request(struct pk_taking *t, struct pk_error *err);
/* Is it for screens, and about nobody? */
bool pk_intake_is_public(const struct pk_taking *t);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The door in: a publisher's event, checked whole, becomes a stored trigger or a refusal, and either way an answer in
 * the outbox. Each event is one unit. Nothing here expands an audience or touches a message.
 */
#ifndef PK_SERVICE_INTAKE_H
#define PK_SERVICE_INTAKE_H

#include "gateway/model/cloudevent.h"
#include "gateway/service/service.h"

struct pk_intake;

struct pk_intake *pk_intake_new(struct pk_service *service);
void pk_intake_free(struct pk_intake *intake);

/* One event as it came. Slices live for the call. */
struct pk_intake_event {
    struct pk_slice publisher; /* the topic's last level */
    struct pk_slice content_type, payload;
    const struct pk_attribute *attributes;
    size_t attribute_count;
    struct pk_slice response_topic, correlation;
    bool retained;
    const struct pk_actor *actor; /* who brings it, its door and its token's actions; NULL = the broker's word is enough */
    struct pk_slice key; /* what its sender calls it besides: must be the event's id; {NULL, 0} = nothing */
    struct pk_intake_answer *answer; /* filled instead of telling the answer topic; NULL = the topic is told */
};
/* How an event ended, for a door that answers by itself. */
struct pk_intake_answer {
    enum pk_event_refusal refusal; /* PK_REFUSAL_NONE: it was taken in */
    int64_t trigger; /* as which */
    bool repeated; /* it was taken in before, and nothing more happened */
    struct pk_error why; /* of a refusal: its reason and what helps */
};

/* Negative only when it could not be stored at all (then nothing was, and it must come again). */
int pk_intake_take(struct pk_intake *intake, const struct pk_intake_event *event, struct pk_error *err);

#endif

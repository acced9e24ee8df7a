/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The door in: a publisher's event, checked whole, becomes a stored trigger or a refusal, and either way an answer in
 * the outbox. Each event is one unit. A notice becomes messages later, by the planner; every other type is done here and now, by the
 * services of people at a desk (intake_types.c has the table). What is urgent and nobody approved beforehand waits for a person.
 */
#ifndef PK_SERVICE_INTAKE_H
#define PK_SERVICE_INTAKE_H

#include "gateway/model/cloudevent.h"
#include "gateway/service/outbound.h"

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
    struct pk_upshot outcome; /* what that came to */
    struct pk_error why; /* of a refusal: its reason and what helps */
};

/* Negative only when it could not be stored at all (then nothing was, and it must come again). */
int pk_intake_take(struct pk_intake *intake, const struct pk_intake_event *event, struct pk_error *err);

/* One that waits for a person, or since a restore, and is no notice: it is done now, as its publisher, whatever was approved
 * beforehand, and its publisher hears what came of it. Inside a unit. PK_E_CONFLICT, PK_E_INVALID and PK_E_LIMIT say why it cannot be
 * done as things are by now; it waits on. Who may release it is the caller's to ask. */
struct pk_trigger;
int pk_intake_release(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err);
/* Nobody decided in time: a few of those expire, each in its own unit, and their publishers hear it. True when there is more. */
bool pk_intake_step(struct pk_service *service);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* What the intake's files share: intake.c hears who sends and takes the event in, intake_checks.c asks what it wants,
 * intake_types.c says what is done for which type: intake_acts.c does it, or lets it wait; intake_events.c and intake_closed.c are
 * the things done. */
#ifndef PK_SERVICE_INTAKE_PRIVATE_H
#define PK_SERVICE_INTAKE_PRIVATE_H

#include "gateway/model/trigger.h"
#include "gateway/service/desks.h"
#include "gateway/service/intake.h"
#include "gateway/service/outbound.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/routing.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/triggers.h"

/* What is known of one event while it is checked. Its publisher may publish within the lists of its rule. */
struct pk_taking {
    struct pk_service *service;
    const struct pk_intake_event *in;
    const struct pk_publisher_rule *rule;
    struct pk_actor_scope scope;
    struct pk_actor actor;
    struct pk_actor doer; /* the same without the limits of a token: what it may do besides publishing is in its rule */
    struct pk_cloudevent event;
    bool read; /* the event, as far as it can be */
    const struct pk_event_type *type;
    const struct pk_act_rule *act; /* what is done for it; NULL = it asks for a notice */
    bool urgent; /* what it says is, whatever its publisher's priority */
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

/* ---- what is no notice ---- */

/* What is being done, and what it came to. */
struct pk_doing {
    struct pk_upshot outcome;
    struct pk_trigger trigger; /* its own row. One that tells people by itself is expanded: notice, audience, route are set */
    struct pk_buf audience; /* behind trigger.audience */
    struct pk_json *values; /* of its text */
    char topic[64]; /* what it is about; "" = not known */
    int64_t event, campaign; /* the same; 0 = none */
    enum pk_event_refusal refusal; /* why it cannot be done, where the error's code does not say it all */
};

/* A type, and what is done for it. Inside a unit. A negative return refuses it: PK_E_NOT_FOUND the event, PK_E_INVALID the data,
 * PK_E_DENIED the topic, PK_E_LIMIT the number of people, PK_E_CONFLICT that things are not so; anything else is our own fault. */
struct pk_act_rule {
    const char *word; /* "event.planned" */
    int (*act)(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
    bool any_event; /* events are named by the gateway's ids too, not only by the publisher's own names */
};
const struct pk_act_rule *pk_act_rule_of(const struct pk_event_type *type); /* NULL: a notice's */

/* Does it, or lets it wait, and answers; in units of its own. *ret_refusal with `why`: it is refused, and nothing was done. With
 * t->first it waits already, as that trigger, and nothing was answered. Negative when it could not be stored at all. */
int pk_intake_act(struct pk_taking *t, enum pk_event_refusal *ret_refusal, struct pk_error *why, struct pk_error *err);
/* May it have been run in the hours that a restore lost? */
bool pk_intake_may_have_been_run(const struct pk_taking *t);
/* The route its messages take, and its ladder. */
void pk_intake_route(struct pk_taking *t);

/* The event of the calendar it is about. PK_E_NOT_FOUND, with the same words for what there is not and what is not its publisher's. */
int pk_act_event(struct pk_taking *t, struct pk_doing *doing, struct pk_agenda_event *ret_event, struct pk_error *err);
/* Day and hours that were said, over those there are. */
void pk_act_when(const struct pk_trigger_request *request, struct pk_agenda_when *when);
/* What is done with events of the calendar, and how many people hear of it (intake_events.c). */
int pk_act_change_date(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *event, const struct pk_agenda_change *wanted,
                       bool quietly, struct pk_error *err);
int pk_act_cancel_date(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *event, int32_t day, bool quietly,
                       struct pk_error *err);

/* The things done. */
int pk_act_planned(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
int pk_act_changed(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
int pk_act_cancelled(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
int pk_act_campaign(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
int pk_act_closed(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);
int pk_act_open(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err);

/* ---- checks ---- */

/* Says the reason, if there is one to say, and returns the refusal. */
enum pk_event_refusal pk_intake_refuse(enum pk_event_refusal refusal, struct pk_error *err, const char *reason);
/* Whatever is wrong with it: the answer names the event where its id can be read. */
enum pk_event_refusal pk_intake_read_event(struct pk_taking *t, struct pk_error *err);
/* The event itself; t->first when it was taken in before. */
enum pk_event_refusal pk_intake_check_event(struct pk_taking *t, struct pk_error *err);
/* What it asks for: text, times, whom it reaches. */
enum pk_event_refusal pk_intake_check_request(struct pk_taking *t, struct pk_error *err);
/* The same but for whom it reaches: text, values and times alone. */
enum pk_event_refusal pk_intake_check_text(struct pk_taking *t, struct pk_error *err);
/* May it publish what is no notice? */
enum pk_event_refusal pk_intake_check_act(struct pk_taking *t, struct pk_error *err);
/* How many people hear of it, and when, as it was checked. */
void pk_intake_outcome(const struct pk_taking *t, struct pk_upshot *ret_outcome);
/* Is it for screens, and about nobody? */
bool pk_intake_is_public(const struct pk_taking *t);

#endif

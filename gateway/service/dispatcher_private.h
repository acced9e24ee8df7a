/* SPDX-License-Identifier: EUPL-1.2 */
/* What the dispatcher's files share: dispatcher.c opens attempts and hands over, dispatcher_ask.c asks about those without an
 * answer, dispatcher_settle.c takes in results, dispatcher_quiet.c lets quiet hours be quiet. */
#ifndef PK_SERVICE_DISPATCHER_PRIVATE_H
#define PK_SERVICE_DISPATCHER_PRIVATE_H

#include "gateway/service/dispatcher.h"
#include "gateway/store/messages.h"

#define PK_DISPATCH_TROUBLE_MS 250 /* how long to leave a store alone that just failed */

struct lane {
    int64_t next_due_ms; /* 0 = not known */
    uint64_t quiet_mark; /* of what was quiet when all of it was put off: pk_quiet_lane.mark */
    bool looked; /* for what a limit put off and need wait no longer; false after a reload */
};

/* New quiet rules: how far what waits was judged by them. */
struct anew {
    bool wanted, at; /* at: not all of this topic and channel was judged */
    uint32_t topic, channel;
};

struct pk_dispatcher {
    struct pk_service *service;
    struct pk_list ended;   /* results to settle */
    struct pk_list settled; /* settled in this turn, waiting for its commit */
    bool settled_registered;
    struct pk_timer *timer;              /* the next message is due, or an account has room again */
    struct pk_timer *trouble;            /* the store failed: not again at once */
    struct pk_timer *patience;           /* results have waited long enough */
    bool hurry;                          /* they are settled in this turn */
    struct lane (*lanes)[PK_PRIORITIES]; /* by route, in the order of the desks' routes */
    size_t lane_count;
    unsigned flying;
    struct anew anew;
    struct pk_timer *ask; /* the next question is due */
    int64_t next_ask_ms; /* 0 = not known, INT64_MAX = none */
    struct pk_due due[PK_DISPATCH_PER_TURN];
};

/* The address of a message as the adapter of flight->desk wants it. */
int pk_flight_address(struct pk_dispatcher *dispatcher, const struct pk_due *due, struct pk_flight *flight, struct pk_error *err);
/* Wipes and frees. */
void pk_flight_free(struct pk_flight *flight);
void pk_flights_free(struct pk_list *flights);
/* dispatcher_quiet.c. Puts off what is due of this lane and quiet; false: there is more of it, and the lane waits for the next
 * turn. */
bool pk_lane_put_off(struct pk_dispatcher *dispatcher, const struct pk_lane_route *route, uint32_t priority, struct lane *lane,
                     int64_t now_ms);
/* One that was claimed. Inside a unit. */
int pk_lane_put_off_one(struct pk_dispatcher *dispatcher, const struct pk_message *message, int64_t until_ms, int64_t now_ms,
                        struct pk_error *err);
/* A chunk of what waits for the end of quiet hours, by the rules of now. */
void pk_dispatcher_quiet_anew(struct pk_dispatcher *dispatcher, int64_t now_ms);

/* As pk_handover.done: what it came to waits to be settled. */
void pk_flight_ended(void *flight, const struct pk_result *result);
/* As a timer's: results have waited long enough. */
void pk_settle_soon(void *dispatcher);

#endif

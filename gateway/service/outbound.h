/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is told to other systems: answers and status events are written to the outbox in the turn that decided them,
 * published after its commit, and removed when the broker took them. After a lost link everything still there is
 * published again, in order.
 */
#ifndef PK_SERVICE_OUTBOUND_H
#define PK_SERVICE_OUTBOUND_H

#include "gateway/model/cloudevent.h"
#include "gateway/model/quiet.h"
#include "gateway/service/service.h"

struct pk_outbound;

struct pk_outbound *pk_outbound_new(struct pk_service *service);
void pk_outbound_free(struct pk_outbound *outbound);

/* What taking an event in came to. */
#define PK_PEOPLE_UNKNOWN (-1)
struct pk_upshot {
    bool changed; /* false: everything was so already, or waits; nobody is told */
    bool waiting; /* a person must release it first */
    int64_t people; /* who will be told; PK_PEOPLE_UNKNOWN */
    bool more; /* or more: counting ended there */
    int64_t at_ms; /* when the first of them; 0 = nobody is told */
};
/* As members of an object: changed, people (null: not known, or under five), at; waiting, fewerThanFive, orMore where they hold. */
void pk_upshot_add(struct pk_json_out *out, const struct pk_upshot *outcome);

/* Inside a unit. `topic` NULL: the publisher's answer topic. */
struct pk_told {
    struct pk_slice publisher;
    struct pk_slice topic;
    struct pk_slice correlation;
    struct pk_slice causation; /* id of the event this is about */
    struct pk_slice traceparent;
    const struct pk_quiet_day *falls_on; /* an accepted one's: what the day of its event is; borrowed for the call */
    size_t falls_on_count;
    struct pk_upshot outcome; /* an accepted one's */
};
int pk_outbound_accepted(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, bool repeated, int64_t now_ms,
                         struct pk_error *err);
int pk_outbound_rejected(struct pk_outbound *outbound, const struct pk_told *told, enum pk_event_refusal refusal, const char *reason,
                         const char *remedy, int64_t now_ms, struct pk_error *err);
/* On the status topic: everything planned, or everything final, with counts per state (completed only). */
int pk_outbound_planned(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, int64_t messages, int64_t now_ms,
                        struct pk_error *err);
/* No more messages are made for it: "expired" or "cancelled", after `messages` of them. */
int pk_outbound_cut_short(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, const char *why, int64_t messages,
                          int64_t now_ms, struct pk_error *err);
int pk_outbound_completed(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger,
                          const int64_t counts[PK_MESSAGE_STATES], int64_t now_ms, struct pk_error *err);

/* One that waited was released: what came of it. */
int pk_outbound_released(struct pk_outbound *outbound, const struct pk_told *told, int64_t trigger, int64_t now_ms, struct pk_error *err);
/* Any other event of ours on the status topic; `data` is an object's text. */
int pk_outbound_status(struct pk_outbound *outbound, const struct pk_told *told, const char *type, struct pk_slice data, int64_t now_ms,
                       struct pk_error *err);

/* The release phase: publishes what is new. */
void pk_outbound_publish(struct pk_outbound *outbound);
/* From the bus: the broker took or refused it; the link is new. */
void pk_outbound_published(struct pk_outbound *outbound, uint64_t token, unsigned reason);
void pk_outbound_restart(struct pk_outbound *outbound);
/* Takes what the broker took out of the outbox, when a turn is committed anyway or it has waited long enough. The open phase,
 * after everything else that writes. */
void pk_outbound_tidy(struct pk_outbound *outbound);
/* The turn was not kept: what was taken out in it is still there, and is taken out later. Telling it all again would go on
 * for as long as the disk is full. */
void pk_outbound_refresh(struct pk_outbound *outbound);
bool pk_outbound_idle(const struct pk_outbound *outbound); /* nothing that could be published now */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events: planned, proposed by a key person and accepted, changed, called off, as a whole or one date of them; taken from
 * calendar files and written into them. A change of an event moves its dates in the ledger (store/occurrences.h) in the same
 * unit, and the campaigns on those dates follow (campaigns.h). Every function asks for the actor's right and, where it changes
 * something, is in the trail. Calls that change run in a unit.
 */
#ifndef PK_SERVICE_EVENTS_H
#define PK_SERVICE_EVENTS_H

#include "gateway/model/recurrence.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/service.h"
#include "gateway/store/occurrences.h"

#define PK_EVENTS_AHEAD_MS (400 * 24 * 3600 * 1000ll) /* how far ahead dates are written down */
#define PK_EVENTS_NO_END (-1) /* when.to of an event that names none: as long as its kind */

/* What a change came to. */
struct pk_events_done {
    bool quietly; /* given: who knows a date as it was is not told */
    bool changed; /* false: nothing of it was new, and nothing is written */
    struct pk_campaigns_effect effect; /* on who knows one of the dates as it was */
};

/* *event is filled in: id, zone, what its kind gives, the rule's one form. As `draft` nobody is told of it and it has no dates in
 * the ledger; a key person can make nothing else. PK_E_INVALID with a sentence, also for what would be over. */
int pk_events_plan(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, bool draft, int64_t now_ms,
                   struct pk_error *err);
/* A draft becomes planned. PK_E_CONFLICT when it is none. */
int pk_events_accept(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err);
/* All of *wanted but its id, state and history. Dates that are in the rule no more are called off, new ones are added; those that
 * have begun stay. */
int pk_events_change(struct pk_service *service, const struct pk_actor *actor, const struct pk_agenda_event *wanted, int64_t now_ms,
                     struct pk_events_done *done, struct pk_error *err);
int pk_events_cancel(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_events_done *done,
                     struct pk_error *err);
/* One date of an event that comes back, by the day its rule gives: other hours, another day, another place; also one that was
 * called off, which then is not. Of an event that is once (day 0) it is a change of the event. */
int pk_events_change_date(struct pk_service *service, const struct pk_actor *actor, int64_t id, const struct pk_agenda_change *wanted,
                          int64_t now_ms, struct pk_events_done *done, struct pk_error *err);
/* The desk may do this with a date of today. */
int pk_events_cancel_date(struct pk_service *service, const struct pk_actor *actor, int64_t id, int32_t day, int64_t now_ms,
                          struct pk_events_done *done, struct pk_error *err);

/* A key person sees what is planned or called off, and her own drafts. */
int pk_events_show(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_agenda_event *ret_event, struct pk_error *err);
/* By id, after `after`; state 0 = all; since_ms 0 = those that are over too. A non-zero return of `each` ends it and is returned. */
int pk_events_each(struct pk_service *service, const struct pk_actor *actor, uint32_t state, int64_t since_ms, int64_t after, size_t max,
                   int (*each)(void *ctx, const struct pk_agenda_event *event), void *ctx, struct pk_error *err);

/* How one date is now: its hours, and its place where that is another. Asks nobody: for who was shown the event. PK_E_NOT_FOUND. */
int pk_events_date(struct pk_service *service, const struct pk_agenda_event *event, int32_t day, struct pk_agenda_change *ret_date,
                   struct pk_error *err);

/* Housekeeping: the ledger of events that go on reaches PK_EVENTS_AHEAD_MS again. True when there is more to do. */
bool pk_events_step(struct pk_service *service, int64_t now_ms);

/* ---- calendar files ---- */

struct pk_events_imported {
    int64_t planned, changed, unchanged, cancelled;
    int64_t over; /* not taken: all of its dates are past, or it is called off and unknown here */
    struct pk_campaigns_effect effect;
};
/* The whole file or nothing of it. `quietly`: who knows a date as it was is not told. `kind`: of events the file says nothing of;
 * empty = the file must. */
int pk_events_import(struct pk_service *service, const struct pk_actor *actor, struct pk_slice file, struct pk_slice kind, bool draft,
                     bool quietly, int64_t now_ms, struct pk_events_imported *ret_imported, struct pk_error *err);
/* Everything planned or called off that is not over. */
int pk_events_export(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_buf *out, struct pk_error *err);
/* What everybody may see, of one topic or (empty) of all: planned and not over for more than a month. Asks nobody's right. */
int pk_events_calendar(struct pk_service *service, struct pk_slice topic, int64_t now_ms, struct pk_buf *out, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the room `events` share. */
#ifndef PK_SERVICE_EVENTS_PRIVATE_H
#define PK_SERVICE_EVENTS_PRIVATE_H

#include "gateway/base/mem.h"
#include "gateway/service/events.h"
#include "gateway/store/agenda.h"

int pk_events_wall(const struct pk_service *service, struct pk_wall **ret_wall, struct pk_error *err);

/* About the event's topic, and its proposer as whose it is. */
int pk_events_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const struct pk_agenda_event *event,
                    struct pk_error *err);

/* Fills in what its kind gives, checks all of it, settles the rule. */
int pk_events_ready(struct pk_service *service, struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err);
/* The same event but for its history? The same differing dates? */
bool pk_events_same(const struct pk_agenda_event *a, const struct pk_agenda_event *b);

/* A set of dates that differ replaces the one there was; NULL changes: it stays. Writes the event (new: sequence 0) with its last
 * date's end, and lays its dates when it is planned or called off. PK_E_CONFLICT when no date of it is still to come. */
struct pk_events_keeping {
    const struct pk_actor *actor;
    struct pk_agenda_event *event;
    const struct pk_agenda_change *changes;
    size_t change_count;
    bool replace, fresh;
    int64_t now_ms;
    struct pk_events_done *done;
};
int pk_events_keep(struct pk_service *service, const struct pk_events_keeping *keeping, struct pk_wall *wall, struct pk_error *err);

/* The event as it is now, written, and its dates laid. */
int pk_events_rewrite(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, struct pk_wall *wall, int64_t now_ms,
                      struct pk_events_done *done, struct pk_error *err);
/* Reads it to be changed, and asks: a draft may be changed by who proposed it. The caller frees *ret_wall, also after a failure. */
int pk_events_open(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_agenda_event *ret_event, struct pk_wall **ret_wall,
                   struct pk_error *err);
/* `day` 0 = of all of it. */
int pk_events_trail(struct pk_service *service, const struct pk_actor *actor, const char *action, int64_t id, int32_t day, int64_t now_ms,
                    struct pk_error *err);

/* events_lay.c: the ledger follows the event, up to PK_EVENTS_AHEAD_MS, and the campaigns follow the ledger. */
int pk_events_lay(struct pk_service *service, const struct pk_events_keeping *keeping, const struct pk_date *dates, size_t count, struct pk_error *err);

#endif

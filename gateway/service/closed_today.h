/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "The info point is closed today", said by the desk: today's date of an event that comes back is called off (events.h), and with
 * it go the page, the calendar and every campaign that hangs on it.
 */
#ifndef PK_SERVICE_CLOSED_TODAY_H
#define PK_SERVICE_CLOSED_TODAY_H

#include "gateway/service/events.h"

/* What is open today, or was to be. */
struct pk_open_today {
    int64_t event;
    int32_t day; /* the date's */
    char title[PK_AGENDA_TITLE_MAX + 1], place[PK_AGENDA_PLACE_MAX + 1];
    int64_t starts_ms, ends_ms;
    int64_t closed_ms; /* when it was said to be closed; 0 = it is open */
};
/* By their hours, of what comes back and is not over: those the actor may close. A non-zero return of `each` ends it and is returned. */
int pk_open_today_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                       int (*each)(void *ctx, const struct pk_open_today *open), void *ctx, struct pk_error *err);
/* One of them. PK_E_NOT_FOUND. */
int pk_open_today(struct pk_service *service, const struct pk_actor *actor, int64_t event, int64_t now_ms, struct pk_open_today *ret_open,
                  struct pk_error *err);
/* Inside a unit. 0 also when it was closed before: done->changed is false then. */
int pk_close_today(struct pk_service *service, const struct pk_actor *actor, int64_t event, int64_t now_ms, struct pk_events_done *done,
                   struct pk_error *err);

#endif

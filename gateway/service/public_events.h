/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What everybody may see of events, whoever they are: those of a public kind that were planned, until a month after they are over.
 * Nobody's draft, nobody's number. What was called off as a whole is in no list any more, but who comes with its address, from a
 * poster, is told so. Changes nothing and asks nobody's right.
 */
#ifndef PK_SERVICE_PUBLIC_EVENTS_H
#define PK_SERVICE_PUBLIC_EVENTS_H

#include "gateway/service/service.h"
#include "gateway/store/agenda.h"

#define PK_PUBLIC_BEHIND_MS (31 * 24 * 3600 * 1000ll)

struct pk_public_date {
    int64_t starts_ms, ends_ms;
    char place[PK_AGENDA_PLACE_MAX + 1];
    bool off; /* called off, closed */
    bool changed; /* hours, day or place are other than usual, or than they were */
    bool full; /* there are places, and none is free */
};

/* Is it planned, and of a kind that is in the calendar everybody may follow? */
bool pk_public_is(const struct pk_service *service, const struct pk_agenda_event *event);
/* PK_E_NOT_FOUND, with the same words for what there is not and what is not for everybody. */
int pk_public_event(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_agenda_event *ret_event, struct pk_error *err);
/* Those with a date that is not over, the next one first, at most `max`. A non-zero return of `each` ends it and is returned. */
int pk_public_events_each(struct pk_service *service, int64_t now_ms, size_t max, int (*each)(void *ctx, const struct pk_agenda_event *event),
                          void *ctx, struct pk_error *err);
/* The dates of one of them that are not over, also those called off, in order, at most `max`. */
int pk_public_dates_each(struct pk_service *service, const struct pk_agenda_event *event, int64_t now_ms, size_t max,
                         int (*each)(void *ctx, const struct pk_public_date *date), void *ctx, struct pk_error *err);
/* One of them as a calendar file, appended. */
int pk_public_event_calendar(struct pk_service *service, const struct pk_agenda_event *event, struct pk_buf *out, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The ledger of dates: every date of every planned event up to a year ahead, each once, with an id that stays whatever becomes
 * of it. What hangs on a date (a campaign's steps, answers, a count) names it by that id and compares `version`: it goes up when
 * the date moves, changes its place or is called off, and when that is taken back. What has begun is history and stays as it was.
 * Writes run in a unit, and only service/agenda.c makes them.
 */
#ifndef PK_STORE_OCCURRENCES_H
#define PK_STORE_OCCURRENCES_H

#include "gateway/model/agenda.h"
#include "gateway/store/store.h"

struct pk_occurrence {
    int64_t id, event;
    int32_t day; /* by which its rule gives it; 0 = of an event that is once */
    int64_t starts_ms, ends_ms;
    char place[PK_AGENDA_PLACE_MAX + 1], place_short[PK_AGENDA_SHORT_MAX + 1];
    char zone[PK_AGENDA_ZONE_MAX + 1]; /* of the event: the clock its hours are told by */
    char kind[PK_AGENDA_KIND_MAX + 1]; /* the event's too */
    uint32_t state; /* PK_AGENDA_PLANNED or PK_AGENDA_CANCELLED */
    int64_t version; /* from 1 */
    int64_t changed_ms; /* when it got this version */
};

int pk_occurrence_get(struct pk_store *store, int64_t id, struct pk_occurrence *ret_occurrence, struct pk_error *err); /* PK_E_NOT_FOUND */
int pk_occurrence_find(struct pk_store *store, int64_t event, int32_t day, struct pk_occurrence *ret_occurrence, struct pk_error *err);
/* Those that begin in [from_ms, to_ms), called off or not, in order; a non-zero return of `each` ends the walk and is returned. */
int pk_occurrences_between(struct pk_store *store, int64_t from_ms, int64_t to_ms, size_t max,
                           int (*each)(void *ctx, const struct pk_occurrence *occurrence), void *ctx, struct pk_error *err);
/* The same of one event, all that begin at `from_ms` or later. */
int pk_occurrences_of(struct pk_store *store, int64_t event, int64_t from_ms, size_t max,
                      int (*each)(void *ctx, const struct pk_occurrence *occurrence), void *ctx, struct pk_error *err);

/* Its id is made here. */
int pk_occurrence_add(struct pk_store *store, struct pk_occurrence *occurrence, int64_t now_ms, struct pk_error *err);
/* Hours, place and state; the version is one more afterwards. */
int pk_occurrence_put(struct pk_store *store, struct pk_occurrence *occurrence, int64_t now_ms, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * RSVPs: who comes, and with how many. Append-only: the last answer of a person wins, those before it stay. An answer is to a
 * date of an event in the version that was told (occurrences.h), so that a date that moved begins with nobody; where the notice
 * named no date of an event it is to the trigger that asked. Where places are few somebody may wait for one: they stand in a
 * line, and get it by a row of their own.
 */
#ifndef PK_STORE_RSVPS_H
#define PK_STORE_RSVPS_H

#include "gateway/store/store.h"

#define PK_RSVP_LINE_END (-1) /* for `waits`: behind all who wait */

struct pk_rsvp {
    int64_t recipient;
    int64_t trigger; /* that asked; of a date: where it was answered, 0 = nobody knows */
    int64_t occurrence, version; /* of the date; 0 = none, then it is to the trigger */
    int64_t reply; /* 0 = by mouth, at a page, or a place that freed */
    int64_t address; /* where it was answered; 0 = not told */
    bool yes;
    uint32_t heads; /* with yes: people who have a place, at least 1 unless they wait */
    uint32_t wanted; /* as many as would come; 0 = as heads */
    int64_t waits; /* for a place for the rest: where in the line, the lowest first; 0 = not */
    int64_t at_ms;
};
int pk_rsvp_add(struct pk_store *store, const struct pk_rsvp *rsvp, struct pk_error *err);

/* What this person answered last to what `to` names (its trigger, or its date); false = nothing. */
bool pk_rsvp_last(struct pk_store *store, const struct pk_rsvp *to, int64_t recipient, struct pk_rsvp *ret_rsvp);
/* The same, asked by the trigger that told somebody: 1 yes, 0 no, -1 nothing. Who waits for a place is no yes yet, and did not
 * keep silent either: 0. */
int pk_rsvp_answer(struct pk_store *store, int64_t trigger, int64_t recipient);

/* How many people answered to a trigger, by what each said last to it or to its date. Who waits is no yes yet. Of what is over
 * only the sums are left. */
int pk_replies_count(struct pk_store *store, int64_t trigger, int64_t *ret_yes, int64_t *ret_no, int64_t *ret_heads, struct pk_error *err);

/* What was answered, newest first, without saying by whom. */
struct pk_rsvp_line {
    int64_t at_ms;
    bool yes;
    uint32_t heads;
    bool changed; /* this person had answered before */
    bool waits; /* for a place, or for more of them */
};
int pk_rsvps_of(struct pk_store *store, int64_t trigger, size_t max, int (*each)(void *ctx, const struct pk_rsvp_line *line), void *ctx,
                struct pk_error *err);

/* ---- of a date ---- */

struct pk_rsvp_counts {
    int64_t yes, no, heads; /* people who come, who do not; how many that is with those they bring */
    int64_t waiting, waiting_heads; /* people in the line; for how many places */
};
/* Also of one that is over. */
int pk_rsvps_count(struct pk_store *store, int64_t occurrence, int64_t version, struct pk_rsvp_counts *ret_counts, struct pk_error *err);
/* The first in the line behind `after` (its `waits`; 0 = from the beginning) for whom `places` are enough. PK_E_NOT_FOUND. */
int pk_rsvp_next_waiting(struct pk_store *store, int64_t occurrence, int64_t version, int64_t after, int64_t places, struct pk_rsvp *ret_rsvp,
                         struct pk_error *err);
/* The date of an event that begins later than now, behind `after`, for which somebody waits; 0 = there is none. */
int64_t pk_rsvp_date_waited_for(struct pk_store *store, int64_t event, int64_t after, int64_t now_ms);

/* What was told and answered of one version is of another from now on: it is the same date to people. */
int pk_rsvps_carry(struct pk_store *store, int64_t occurrence, int64_t from, int64_t to, struct pk_error *err);

/* Retention: of dates that ended before, and of those that are gone, the sums are left; and those as long as the date. */
int pk_rsvps_retain(struct pk_store *store, int64_t before_ms, struct pk_error *err);

#endif

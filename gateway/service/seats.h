/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Places at a date of an event: who says yes has one as long as there are some; after that they stand in a line, and whoever is
 * in it is told, once, in the unit in which a place frees. Counted are heads, by what each person answered last. Why the line
 * goes as it does: decisions/rsvps.md. Inside a unit.
 */
#ifndef PK_SERVICE_SEATS_H
#define PK_SERVICE_SEATS_H

#include "gateway/service/service.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/rsvps.h"

/* What an answer comes to. */
enum pk_seat {
    PK_SEAT_NONE, /* a no, or no answer about coming */
    PK_SEAT_GIVEN,
    PK_SEAT_WAITS, /* it is full */
    PK_SEAT_KEPT, /* for more than the places they have it is full: those they keep, for the rest they wait */
};

/* Writes an answer down, to a date or to a trigger: `wanted` says how many would come; heads and waits are found here. What a
 * no or a smaller number frees goes to who waits. */
int pk_seats_answer(struct pk_service *service, struct pk_rsvp *rsvp, int64_t now_ms, enum pk_seat *ret_seat, struct pk_error *err);
/* Would somebody who said nothing yet find so many places (`wanted`) taken? */
int pk_seats_are_taken(struct pk_service *service, const struct pk_rsvp *rsvp, bool *ret_taken, struct pk_error *err);
/* An event has room for more than before: at each date of it that is to come, who waits may get a place. */
int pk_seats_of_event(struct pk_service *service, int64_t event, int64_t now_ms, struct pk_error *err);

/* A date changed, and this is how it was. Corrected without telling anybody it stays the date that people answered to; and one that is
 * again as an earlier version was told is that one: nobody who knows it so has to answer anew. */
int pk_seats_date_changed(struct pk_service *service, const struct pk_occurrence *before, bool quietly, struct pk_error *err);

/* What a text about coming speaks of, and to whom. */
struct pk_seats_of {
    int64_t occurrence; /* 0 = of no event's date: then it is as the invitation said */
    uint32_t topic; /* of the invitation */
    uint32_t people; /* 0 = no number is said */
    struct pk_slice language; /* of who is told */
};
/* Values for a text about coming: those of the invitation, but day, hour and place as the date has them now, how many people, and
 * as its topic what the event is called: its kind's name where that has one in the language of the text, else its topic's.
 * *ret_placed: a place is among them that the texts have room for. */
int pk_seats_values(struct pk_service *service, struct pk_slice values, const struct pk_seats_of *of, struct pk_buf *out, bool *ret_placed,
                    struct pk_error *err);

#endif

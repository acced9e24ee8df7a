/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events as a calendar file (RFC 5545). Read by libical (ical.h) and checked again here, written by hand: a fixed VTIMEZONE,
 * lines folded at 75 bytes between characters, the same bytes for the same events, so that a reader can be told that nothing
 * changed. Read are hours, rules, titles, places; organisers, guests and descriptions are people's and stay where they are.
 */
#ifndef PK_MODEL_ICS_H
#define PK_MODEL_ICS_H

#include "gateway/model/recurrence.h"

#define PK_ICS_TYPE "text/calendar; charset=utf-8"

/* One VEVENT: an event, or one date of one that differs. Strings live for the call. */
struct pk_ics_item {
    struct pk_agenda_event event; /* kind "" unless the file says; id of ours when its UID says so, else 0 */
    int32_t date; /* RECURRENCE-ID: the day of the rule this is about; 0 = the event itself */
    bool cancelled;
    const int32_t *skipped; /* days left out of the rule */
    size_t skipped_count;
};

/* `zone` is the gateway's: other zones are taken over where it is only one date. PK_E_INVALID with a sentence that names the
 * event by its title. */
int pk_ics_read(struct pk_slice file, const char *zone, const char *instance, int (*each)(void *ctx, const struct pk_ics_item *item, struct pk_error *err),
                void *ctx, struct pk_error *err);

struct pk_ics_writer {
    struct pk_buf *out;
    struct pk_wall *wall; /* of all events; borrowed */
    const char *zone, *instance;
};

/* The events come between the two. `name`: what the calendar is called. */
void pk_ics_begin(const struct pk_ics_writer *writer, struct pk_slice name);
void pk_ics_end(const struct pk_ics_writer *writer);
/* An event with those of its dates that differ. Nobody's draft: whoever calls decides what is shown. */
int pk_ics_add(const struct pk_ics_writer *writer, const struct pk_agenda_event *event, const struct pk_agenda_change *changes,
               size_t change_count, struct pk_error *err);

/* What an event's name in calendar files is kept as: such a name may hold somebody's. */
void pk_ics_uid(struct pk_slice uid, uint8_t ret_uid[PK_AGENDA_UID_BYTES]);
/* The name an event of ours has there: "ID@INSTANCE.pokana". */
#define PK_ICS_UID_MAX 96
const char *pk_ics_own_uid(int64_t id, const char *instance, char ret_text[PK_ICS_UID_MAX]);

#endif

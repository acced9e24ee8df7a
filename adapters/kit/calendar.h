/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * iCalendar text (RFC 5545), written line by line into memory of the caller's: values escaped, lines folded at 75 octets
 * between characters, ended by CRLF. What does not fit is kept as `failed`, to be asked for once, at the end.
 */
#ifndef PK_KIT_CALENDAR_H
#define PK_KIT_CALENDAR_H

#include "gateway/include/pokana/adapter.h"

struct pk_kit_calendar {
    char *data; /* the caller's */
    size_t cap, len;
    size_t column; /* octets in the line that is being written */
    bool failed;
};

/* `name` is a property's name with its parameters: "ORGANIZER;CN=Info". A value as it is, or a text that is escaped. */
void pk_kit_calendar_line(struct pk_kit_calendar *calendar, const char *name, struct pk_slice value);
void pk_kit_calendar_text(struct pk_kit_calendar *calendar, const char *name, struct pk_slice text);
/* A mailbox as an address: mailto:..., with what a URI has meanings of its own for escaped. */
void pk_kit_calendar_mailbox(struct pk_kit_calendar *calendar, const char *name, struct pk_slice address);
/* A moment in UTC: DTSTAMP:20261123T090000Z. */
void pk_kit_calendar_moment(struct pk_kit_calendar *calendar, const char *name, int64_t ms);
/* A moment on the wall clock of Amsterdam: DTSTART;TZID=Europe/Amsterdam:20261212T190000; and the block that says what
 * that clock does, once in each calendar. */
void pk_kit_calendar_amsterdam(struct pk_kit_calendar *calendar, const char *name, int64_t ms);
void pk_kit_calendar_amsterdam_zone(struct pk_kit_calendar *calendar);

#endif

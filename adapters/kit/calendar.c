/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/calendar.h"

#include "adapters/kit/moment.h"

#include <stdio.h>

#define LINE_MAX 75u /* octets, without the line's end */
#define STAMP_ROOM sizeof "20261212T190000Z"

static void append(struct pk_kit_calendar *calendar, const char *data, size_t len)
{
    if (calendar->failed || len > calendar->cap - calendar->len) {
        calendar->failed = true;
        return;
    }
    memcpy(calendar->data + calendar->len, data, len);
    calendar->len += len;
}

/* One character, or a piece of text that must stay in one line. */
static void put(struct pk_kit_calendar *calendar, const char *data, size_t len)
{
    if (calendar->column + len > LINE_MAX) {
        append(calendar, "\r\n ", 3);
        calendar->column = 1;
    }
    append(calendar, data, len);
    calendar->column += len;
}

static size_t character_at(struct pk_slice text, size_t at)
{
    size_t n = 1;
    while (n < 4 && at + n < text.len && ((unsigned char) text.data[at + n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void begin(struct pk_kit_calendar *calendar, const char *name)
{
    struct pk_slice text = pk_slice_of(name);
    calendar->column = 0;
    for (size_t at = 0; at < text.len; at++)
        put(calendar, text.data + at, 1);
    put(calendar, ":", 1);
}

static void end(struct pk_kit_calendar *calendar)
{
    append(calendar, "\r\n", 2);
}

void pk_kit_calendar_line(struct pk_kit_calendar *calendar, const char *name, struct pk_slice value)
{
    begin(calendar, name);
    for (size_t at = 0, n; at < value.len; at += n) {
        n = character_at(value, at);
        put(calendar, value.data + at, n);
    }
    end(calendar);
}

void pk_kit_calendar_text(struct pk_kit_calendar *calendar, const char *name, struct pk_slice text)
{
    begin(calendar, name);
    for (size_t at = 0, n; at < text.len; at += n) {
        char c = text.data[at];
        n = character_at(text, at);
        if (c == '\n')
            put(calendar, "\\n", 2);
        else if (c == '\\' || c == ';' || c == ',')
            put(calendar, (const char[]){ '\\', c }, 2);
        else if (((unsigned char) c >= 0x20 && c != 0x7f) || c == '\t')
            put(calendar, text.data + at, n);
    }
    end(calendar);
}

void pk_kit_calendar_mailbox(struct pk_kit_calendar *calendar, const char *name, struct pk_slice address)
{
    char escaped[4];
    begin(calendar, name);
    put(calendar, "mailto:", 7);
    for (size_t i = 0; i < address.len; i++) {
        if (memchr("%?#&/^`{|}", address.data[i], 10)) {
            (void) snprintf(escaped, sizeof escaped, "%%%02X", (unsigned char) address.data[i]);
            put(calendar, escaped, 3);
        } else {
            put(calendar, address.data + i, 1);
        }
    }
    end(calendar);
}

/* 2026-12-12T19:00:00Z without what iCalendar does not write. */
static struct pk_slice stamp(int64_t ms, char ret_stamp[STAMP_ROOM])
{
    char text[PK_KIT_RFC3339_ROOM];
    size_t n = 0;
    pk_kit_rfc3339(ms, text);
    for (size_t i = 0; text[i]; i++)
        if (text[i] != '-' && text[i] != ':')
            ret_stamp[n++] = text[i];
    return pk_slice_make(ret_stamp, n);
}

void pk_kit_calendar_moment(struct pk_kit_calendar *calendar, const char *name, int64_t ms)
{
    char room[STAMP_ROOM];
    pk_kit_calendar_line(calendar, name, stamp(ms, room));
}

void pk_kit_calendar_amsterdam(struct pk_kit_calendar *calendar, const char *name, int64_t ms)
{
    char room[STAMP_ROOM], with_zone[64];
    struct pk_slice local = stamp(pk_kit_amsterdam(ms), room);
    (void) snprintf(with_zone, sizeof with_zone, "%s;TZID=Europe/Amsterdam", name);
    pk_kit_calendar_line(calendar, with_zone, pk_slice_make(local.data, local.len - 1));
}

/* As the clock has gone since 1996; events lie ahead. */
void pk_kit_calendar_amsterdam_zone(struct pk_kit_calendar *calendar)
{
    static const char block[] = "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\n"
                                "BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
                                "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n"
                                "BEGIN:DAYLIGHT\r\nDTSTART:19960331T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
                                "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n"
                                "END:VTIMEZONE\r\n";
    append(calendar, block, sizeof block - 1);
}

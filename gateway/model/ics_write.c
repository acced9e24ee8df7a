/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar file written: see ics.h. */
#include "gateway/model/ics.h"

#include "gateway/base/mem.h"

#define FOLD_BYTES 75u /* of a line without its end, RFC 5545 3.1 */
#define LINE_BYTES_MAX 2048u

/* ---- lines ---- */

static bool inside_character(char c)
{
    return ((unsigned char) c & 0xc0) == 0x80;
}

/* Ends the line: breaks it where it is too long, never within a character. */
static void fold(struct pk_buf *out, struct pk_slice line)
{
    for (size_t room = FOLD_BYTES; line.len > room; room = FOLD_BYTES - 1) { /* the space that begins a further line counts */
        size_t n = room;
        while (n > 1 && inside_character(line.data[n]))
            n--;
        (void) pk_buf_add(out, line.data, n);
        (void) pk_buf_add_text(out, "\r\n ");
        line = pk_slice_make(line.data + n, line.len - n);
    }
    (void) pk_buf_add_slice(out, line);
    (void) pk_buf_add_text(out, "\r\n");
}

__attribute__((format(printf, 2, 3))) static void put(const struct pk_ics_writer *writer, const char *format, ...)
{
    char line[LINE_BYTES_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fold(writer->out, pk_slice_make(line, n < 0 ? 0 : (size_t) n < sizeof line ? (size_t) n : sizeof line - 1));
}

static void put_text(const struct pk_ics_writer *writer, const char *name, struct pk_slice text)
{
    struct pk_buf line;
    pk_buf_init(&line, LINE_BYTES_MAX);
    (void) pk_buf_printf(&line, "%s:", name);
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("\\;,", text.data[i]))
            (void) pk_buf_add_char(&line, '\\');
        (void) pk_buf_add_char(&line, text.data[i]);
    }
    fold(writer->out, pk_buf_slice(&line));
    pk_buf_finish(&line);
}

static const char *utc_text(int64_t ms, char ret_text[PK_LOCAL_TEXT_MAX])
{
    int64_t days = ms / 86400000, in_day = ms % 86400000 / 1000;
    (void) snprintf(ret_text, PK_LOCAL_TEXT_MAX, "%08dT%02d%02d%02dZ", (int) pk_day_of_number((int32_t) days), (int) (in_day / 3600),
                    (int) (in_day / 60 % 60), (int) (in_day % 60));
    return ret_text;
}

/* ---- zones ---- */

/* The one zone written by its rule; in any other every date is written by itself, in UTC. */
static bool has_rule(const struct pk_ics_writer *writer)
{
    return strcmp(writer->zone, "Europe/Amsterdam") == 0;
}

static const char zone_lines[] = "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\n"
                                 "BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
                                 "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n"
                                 "BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
                                 "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

void pk_ics_begin(const struct pk_ics_writer *writer, struct pk_slice name)
{
    put(writer, "BEGIN:VCALENDAR");
    put(writer, "VERSION:2.0");
    put(writer, "PRODID:-//pokana//events//EN");
    put(writer, "METHOD:PUBLISH");
    put_text(writer, "X-WR-CALNAME", name);
    put(writer, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    put(writer, "X-PUBLISHED-TTL:PT1H");
    if (has_rule(writer))
        (void) pk_buf_add_text(writer->out, zone_lines);
}

void pk_ics_end(const struct pk_ics_writer *writer)
{
    put(writer, "END:VCALENDAR");
}

/* ---- events ---- */

struct part {
    const struct pk_agenda_event *event;
    const struct pk_agenda_change *change; /* NULL = the event itself */
    bool cancelled;
};

static void put_head(const struct pk_ics_writer *writer, const struct part *part, int32_t apart)
{
    const struct pk_agenda_event *event = part->event;
    char uid[PK_ICS_UID_MAX], text[PK_LOCAL_TEXT_MAX];
    put(writer, "BEGIN:VEVENT");
    if (apart != 0)
        put(writer, "UID:%d-%s", (int) apart, pk_ics_own_uid(event->id, writer->instance, uid));
    else
        put(writer, "UID:%s", pk_ics_own_uid(event->id, writer->instance, uid));
    put(writer, "DTSTAMP:%s", utc_text(event->updated_ms, text));
    put(writer, "SEQUENCE:%lld", (long long) event->sequence);
}

static void put_tail(const struct pk_ics_writer *writer, const struct part *part)
{
    const struct pk_agenda_event *event = part->event;
    bool elsewhere = part->change && part->change->place[0];
    put_text(writer, "SUMMARY", pk_slice_of(event->title));
    put_text(writer, "LOCATION", pk_slice_of(elsewhere ? part->change->place : event->place));
    put(writer, "CATEGORIES:%s", event->kind);
    put(writer, "STATUS:%s", part->cancelled ? "CANCELLED" : "CONFIRMED");
    put(writer, "TRANSP:TRANSPARENT");
    put(writer, "END:VEVENT");
}

static void put_when(const struct pk_ics_writer *writer, const struct pk_agenda_when *when)
{
    int32_t end = pk_day_of_number(pk_day_number(when->day) + when->days);
    put(writer, "DTSTART;TZID=%s:%08dT%02d%02d00", writer->zone, (int) when->day, (int) (when->from / 60), (int) (when->from % 60));
    put(writer, "DTEND;TZID=%s:%08dT%02d%02d00", writer->zone, (int) end, (int) (when->to / 60), (int) (when->to % 60));
}

static void put_at(const struct pk_ics_writer *writer, const char *name, int32_t day, int32_t minute)
{
    put(writer, "%s;TZID=%s:%08dT%02d%02d00", name, writer->zone, (int) day, (int) (minute / 60), (int) (minute % 60));
}

static void put_change(const struct pk_ics_writer *writer, const struct part *part)
{
    const struct pk_agenda_event *event = part->event;
    struct pk_agenda_when when = event->when;
    when.day = part->change->day;
    put_head(writer, part, 0);
    put_at(writer, "RECURRENCE-ID", part->change->day, event->when.from);
    put_when(writer, part->cancelled ? &when : &part->change->when);
    put_tail(writer, part);
}

static void put_by_rule(const struct pk_ics_writer *writer, const struct pk_agenda_event *event, const struct pk_agenda_change *changes,
                        size_t change_count)
{
    bool off = event->state == PK_AGENDA_CANCELLED, repeats = event->rule[0] != '\0';
    struct part part = { .event = event, .cancelled = off };
    put_head(writer, &part, 0);
    put_when(writer, &event->when);
    if (repeats)
        put(writer, "RRULE:%s", event->rule);
    for (size_t i = 0; repeats && i < change_count; i++)
        if (changes[i].difference == PK_AGENDA_SKIPPED)
            put_at(writer, "EXDATE", changes[i].day, event->when.from);
    put_tail(writer, &part);
    for (size_t i = 0; repeats && !off && i < change_count; i++) {
        part = (struct part){ .event = event, .change = &changes[i], .cancelled = changes[i].difference == PK_AGENDA_CALLED_OFF };
        if (changes[i].difference != PK_AGENDA_SKIPPED)
            put_change(writer, &part);
    }
}

static int put_one_by_one(const struct pk_ics_writer *writer, const struct pk_agenda_event *event, const struct pk_agenda_change *changes,
                          size_t change_count, struct pk_error *err)
{
    struct pk_date *dates = NULL;
    size_t count = 0;
    char text[PK_LOCAL_TEXT_MAX];
    int r = pk_recurrence_list(event, changes, change_count, writer->wall, &dates, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct pk_agenda_change *change = dates[i].change;
        bool off = event->state == PK_AGENDA_CANCELLED || (change && change->difference == PK_AGENDA_CALLED_OFF);
        const struct part part = { .event = event, .change = change, .cancelled = off };
        put_head(writer, &part, dates[i].day);
        put(writer, "DTSTART:%s", utc_text(dates[i].starts_ms, text));
        put(writer, "DTEND:%s", utc_text(dates[i].ends_ms, text));
        put_tail(writer, &part);
    }
    if (r == 0)
        free(dates);
    return r;
}

int pk_ics_add(const struct pk_ics_writer *writer, const struct pk_agenda_event *event, const struct pk_agenda_change *changes,
               size_t change_count, struct pk_error *err)
{
    if (!has_rule(writer))
        return put_one_by_one(writer, event, changes, change_count, err);
    put_by_rule(writer, event, changes, change_count);
    return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An event for the reader's calendar (RFC 5545, 5546): what announces or moves it is a REQUEST, what calls it off a CANCEL.
 * The publisher names the event and counts its changes: the same name is the same entry in every calendar, whatever the
 * texts are. A message about an event without a name carries none, for nobody could move or remove the entry. Reminders carry
 * none either: some programs would ask for an answer anew. The text itself stays in the mail: others may see a calendar, and
 * the text may hold a link that answers for its reader.
 */
#include "adapters/email/email.h"
#include "adapters/kit/calendar.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define SEQUENCE_MAX INT32_MAX

static struct pk_slice value_of(const struct pk_job *job, const char *name)
{
    for (size_t i = 0; i < job->value_count; i++)
        if (pk_slice_is(job->values[i].name, name))
            return job->values[i].text;
    return (struct pk_slice){ 0 };
}

static const char *method_of(const struct pk_job *job)
{
    if (pk_slice_is(job->step, "cancellation"))
        return "CANCEL";
    return pk_slice_is(job->step, "invitation") || pk_slice_is(job->step, "change") ? "REQUEST" : NULL;
}

/* Words in a parameter of a property's name stand in quotes and cannot hold one. What is too long is cut between characters. */
static struct pk_slice quotable(struct pk_slice words, char *room, size_t size)
{
    size_t n = 0;
    for (size_t at = 0, len; at < words.len; at += len) {
        len = 1;
        while (at + len < words.len && ((unsigned char) words.data[at + len] & 0xc0) == 0x80)
            len++;
        if (n + len > size)
            break;
        if ((unsigned char) words.data[at] >= 0x20 && words.data[at] != 0x7f && words.data[at] != '"') {
            memcpy(room + n, words.data + at, len);
            n += len;
        }
    }
    return pk_slice_make(room, n);
}

static void write_people(const struct email *email, const struct pk_job *job, struct pk_kit_calendar *calendar)
{
    const struct pk_kit_settings *own = &email->base.settings;
    struct pk_slice organizer = pk_kit_text(own, "organizer"), name = pk_kit_text(own, "from_name");
    char words[128], line[160];
    if (name.len > 0)
        (void) snprintf(line, sizeof line, "ORGANIZER;CN=\"%.*s\"", PK_SLICE_ARG(quotable(name, words, sizeof words)));
    else
        (void) snprintf(line, sizeof line, "ORGANIZER");
    pk_kit_calendar_mailbox(calendar, line, organizer.len > 0 ? organizer : email->from);
    (void) snprintf(line, sizeof line, "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=%s",
                    organizer.len > 0 ? "TRUE" : "FALSE");
    pk_kit_calendar_mailbox(calendar, line, job->address);
}

static void write_times(const struct email *email, const struct pk_job *job, int64_t begins_ms, struct pk_kit_calendar *calendar)
{
    const struct pk_kit_settings *own = &email->base.settings;
    int64_t ends_ms = pk_kit_moment(value_of(job, "ends"));
    bool utc = pk_slice_is(pk_kit_text(own, "calendar_clock"), "utc");
    if (ends_ms <= begins_ms)
        ends_ms = begins_ms + pk_kit_number(own, "event_length", 2 * PK_KIT_HOUR);
    pk_kit_calendar_moment(calendar, "DTSTAMP", job->now_ms);
    (utc ? pk_kit_calendar_moment : pk_kit_calendar_amsterdam)(calendar, "DTSTART", begins_ms);
    (utc ? pk_kit_calendar_moment : pk_kit_calendar_amsterdam)(calendar, "DTEND", ends_ms);
}

static void write_event(const struct email *email, const struct pk_job *job, int64_t begins_ms, struct pk_kit_calendar *calendar)
{
    char uid[EMAIL_NAME_ROOM], number[24], room[EMAIL_SUBJECT_ROOM];
    int64_t sequence = 0;
    int n = snprintf(uid, sizeof uid, "%.*s@%.*s", PK_SLICE_ARG(value_of(job, "event")), PK_SLICE_ARG(email->domain));
    if (n <= 0 || (size_t) n >= sizeof uid) {
        calendar->failed = true;
        return;
    }
    (void) pk_kit_decimal(value_of(job, "sequence"), &sequence);
    (void) snprintf(number, sizeof number, "%lld", (long long) (sequence < SEQUENCE_MAX ? sequence : SEQUENCE_MAX));
    pk_kit_calendar_line(calendar, "BEGIN", PK_SLICE("VEVENT"));
    pk_kit_calendar_text(calendar, "UID", pk_slice_make(uid, (size_t) n));
    pk_kit_calendar_line(calendar, "SEQUENCE", pk_slice_of(number));
    write_times(email, job, begins_ms, calendar);
    pk_kit_calendar_text(calendar, "SUMMARY", pk_email_subject(email, job, room));
    if (value_of(job, "place").len > 0)
        pk_kit_calendar_text(calendar, "LOCATION", value_of(job, "place"));
    write_people(email, job, calendar);
    pk_kit_calendar_line(calendar, "STATUS", pk_slice_is(job->step, "cancellation") ? PK_SLICE("CANCELLED") : PK_SLICE("CONFIRMED"));
    pk_kit_calendar_line(calendar, "END", PK_SLICE("VEVENT"));
}

struct pk_slice pk_email_invitation(const struct email *email, const struct pk_job *job, char room[EMAIL_CALENDAR_ROOM],
                                    const char **ret_method)
{
    const struct pk_kit_settings *own = &email->base.settings;
    int64_t begins_ms = pk_kit_moment(value_of(job, "begins"));
    const char *method = method_of(job);
    struct pk_kit_calendar calendar = { .data = room, .cap = EMAIL_CALENDAR_ROOM };
    if (!method || begins_ms == 0 || value_of(job, "event").len == 0 || !pk_kit_number(own, "calendar", 1))
        return (struct pk_slice){ 0 };
    pk_kit_calendar_line(&calendar, "BEGIN", PK_SLICE("VCALENDAR"));
    pk_kit_calendar_line(&calendar, "PRODID", PK_SLICE("-//pokana//e-mail//EN"));
    pk_kit_calendar_line(&calendar, "VERSION", PK_SLICE("2.0"));
    pk_kit_calendar_line(&calendar, "CALSCALE", PK_SLICE("GREGORIAN"));
    pk_kit_calendar_line(&calendar, "METHOD", pk_slice_of(method));
    if (pk_slice_is(pk_kit_text(own, "calendar_clock"), "amsterdam"))
        pk_kit_calendar_amsterdam_zone(&calendar);
    write_event(email, job, begins_ms, &calendar);
    pk_kit_calendar_line(&calendar, "END", PK_SLICE("VCALENDAR"));
    *ret_method = method;
    return calendar.failed ? (struct pk_slice){ 0 } : pk_slice_make(room, calendar.len);
}

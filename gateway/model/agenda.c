/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/agenda.h"

#include "gateway/base/text.h"

#define PHONE_DIGITS 9 /* so many in a row, with what is written between them; a school year has eight */

static const char *const names[PK_AGENDA_STATES] = {
    [PK_AGENDA_DRAFT] = "draft", [PK_AGENDA_PLANNED] = "planned", [PK_AGENDA_CANCELLED] = "cancelled"
};

const char *pk_agenda_state_name(enum pk_agenda_state state)
{
    return state > 0 && state < PK_AGENDA_STATES ? names[state] : "unknown";
}

enum pk_agenda_state pk_agenda_state_of(struct pk_slice name)
{
    for (unsigned state = PK_AGENDA_DRAFT; state < PK_AGENDA_STATES; state++)
        if (pk_slice_is(name, names[state]))
            return (enum pk_agenda_state) state;
    return (enum pk_agenda_state) 0;
}

/* ---- texts ---- */

/* A number somebody can be called by, or a mail address. */
static bool may_be_somebodys(struct pk_slice text)
{
    unsigned digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '@')
            return true;
        if (c >= '0' && c <= '9') {
            if (++digits >= PHONE_DIGITS)
                return true;
        } else if (!strchr(" +-./()", c)) {
            digits = 0;
        }
    }
    return false;
}

int pk_agenda_text_check(const char *what, struct pk_slice text, size_t max_bytes, struct pk_error *err)
{
    if (text.len > max_bytes) {
        (void) pk_fail(err, PK_E_INVALID, "the %s is too long: %zu bytes, at most %zu", what, text.len, max_bytes);
        return pk_hint(err, PK_E_INVALID, "Shorten it; a Cyrillic letter counts as two bytes.");
    }
    if (text.len > 0 && !pk_utf8_valid(text))
        return pk_fail(err, PK_E_INVALID, "the %s is no UTF-8", what);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] < 0x20 || text.data[i] == 0x7f) {
            (void) pk_fail(err, PK_E_INVALID, "the %s holds a line break or another control character", what);
            return pk_hint(err, PK_E_INVALID, "Write it on one line.");
        }
    if (may_be_somebodys(text)) {
        (void) pk_fail(err, PK_E_INVALID, "the %s holds what may be somebody's telephone number or mail address", what);
        return pk_hint(err, PK_E_INVALID, "Leave it out: events are shown to everybody and are about nobody.");
    }
    return 0;
}

/* ---- hours ---- */

static bool minute_valid(int32_t minute)
{
    return minute >= 0 && minute < PK_DAY_MINUTES;
}

static int missing(struct pk_local local, struct pk_error *err)
{
    char day[PK_LOCAL_TEXT_MAX], minute[PK_LOCAL_TEXT_MAX];
    (void) pk_fail(err, PK_E_INVALID, "there is no %s on %s: the clock is put forward that night", pk_minute_text(local.minute, minute),
                   pk_day_text(local.day, day));
    return pk_hint(err, PK_E_INVALID, "Choose an hour before the gap or after it.");
}

int pk_agenda_moments(const struct pk_agenda_when *when, struct pk_wall *wall, bool exact, int64_t *ret_starts_ms, int64_t *ret_ends_ms,
                      struct pk_error *err)
{
    enum pk_local_kind kinds[2];
    int64_t starts_ms, ends_ms;
    if (!pk_day_valid(when->day)) {
        (void) pk_fail(err, PK_E_INVALID, "there is no such day in the calendar");
        return pk_hint(err, PK_E_INVALID, "Write a day that exists, like 2026-12-01.");
    }
    if (!minute_valid(when->from) || !minute_valid(when->to)) {
        (void) pk_fail(err, PK_E_INVALID, "there is no such hour in a day");
        return pk_hint(err, PK_E_INVALID, "Write hours from 0:00 to 23:59.");
    }
    if (when->days < 0 || when->days > PK_AGENDA_DAYS_MAX) {
        (void) pk_fail(err, PK_E_INVALID, "it lasts more than %d days, or ends before it begins", PK_AGENDA_DAYS_MAX + 1);
        return pk_hint(err, PK_E_INVALID, "Check the day on which it ends; something longer is an event that comes back.");
    }
    const struct pk_local from = { when->day, when->from }, to = { pk_day_of_number(pk_day_number(when->day) + when->days), when->to };
    if (pk_wall_moment(wall, from, &starts_ms, &kinds[0]) != 0 || pk_wall_moment(wall, to, &ends_ms, &kinds[1]) != 0)
        return pk_fail(err, PK_E_INVALID, "the day is out of the calendar's range");
    if (exact && (kinds[0] == PK_LOCAL_MISSING || kinds[1] == PK_LOCAL_MISSING))
        return missing(kinds[0] == PK_LOCAL_MISSING ? from : to, err);
    if (ends_ms <= starts_ms) {
        (void) pk_fail(err, PK_E_INVALID, "it ends before it begins, or at once");
        return pk_hint(err, PK_E_INVALID, "Let it end later; past midnight the day of its end is the next one.");
    }
    *ret_starts_ms = starts_ms;
    *ret_ends_ms = ends_ms;
    return 0;
}

int pk_agenda_check(const struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err)
{
    int64_t starts_ms, ends_ms;
    if (event->title[0] == '\0') {
        (void) pk_fail(err, PK_E_INVALID, "an event needs a title");
        return pk_hint(err, PK_E_INVALID, "Say in a few words what it is.");
    }
    if (event->place[0] == '\0') {
        (void) pk_fail(err, PK_E_INVALID, "an event needs a place");
        return pk_hint(err, PK_E_INVALID, "Say where it is, as people find it; --place-short is for text messages.");
    }
    int r = pk_agenda_text_check("title", pk_slice_of(event->title), PK_AGENDA_TITLE_MAX, err);
    if (r == 0)
        r = pk_agenda_text_check("subject", pk_slice_of(event->subject), PK_AGENDA_SUBJECT_MAX, err);
    if (r == 0)
        r = pk_agenda_text_check("place", pk_slice_of(event->place), PK_AGENDA_PLACE_MAX, err);
    if (r == 0)
        r = pk_agenda_text_check("short place", pk_slice_of(event->place_short), PK_AGENDA_SHORT_MAX, err);
    if (r == 0 && (event->capacity < 0 || event->capacity > PK_AGENDA_CAPACITY_MAX))
        r = pk_fail(err, PK_E_INVALID, "the capacity must be a number from 0 to %d; 0 is no limit", PK_AGENDA_CAPACITY_MAX);
    return r == 0 ? pk_agenda_moments(&event->when, wall, event->rule[0] == '\0', &starts_ms, &ends_ms, err) : r;
}

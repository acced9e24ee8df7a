/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/ics.h"

#include "gateway/base/crypto.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/model/ical.h"

#define DAY_MS 86400000ll
#define MINUTE_MS 60000ll

/* ---- names ---- */

void pk_ics_uid(struct pk_slice uid, uint8_t ret_uid[PK_AGENDA_UID_BYTES])
{
    uint8_t digest[32];
    pk_sha256(uid, digest);
    memcpy(ret_uid, digest, PK_AGENDA_UID_BYTES);
}

const char *pk_ics_own_uid(int64_t id, const char *instance, char ret_text[PK_ICS_UID_MAX])
{
    char text[PK_ID_TEXT_MAX];
    (void) snprintf(ret_text, PK_ICS_UID_MAX, "%s@%.60s.pokana", pk_id_format(id, text), instance);
    return ret_text;
}

/* The id of ours in a UID of this gateway; 0 = it is another's. */
static int64_t own_id(const char *uid, const char *instance)
{
    char own[PK_ICS_UID_MAX];
    int64_t id = 0;
    if (strlen(uid) < PK_ID_TEXT_MAX || pk_id_parse(pk_slice_make(uid, PK_ID_TEXT_MAX - 1), &id) != 0)
        return 0;
    return strcmp(pk_ics_own_uid(id, instance, own), uid) == 0 ? id : 0;
}

/* ---- times ---- */

struct reading {
    const char *zone, *instance;
    struct pk_wall *wall;
    int (*each)(void *ctx, const struct pk_ics_item *item, struct pk_error *err);
    void *ctx;
    struct pk_ics_item item;
    int32_t skipped[PK_ICAL_SKIPPED_MAX];
};

static int no_day(const char *what, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "%s is at a time that is not in the calendar", what);
    return pk_hint(err, PK_E_INVALID, "Write days and hours that exist, and hours as well as a day: 20261201T180000.");
}

/* On the gateway's wall; *ret_ours: it was written so. */
static int local_of(const struct reading *reading, const struct pk_ical_time *time, const char *what, struct pk_local *ret_local, bool *ret_ours,
                    struct pk_error *err)
{
    struct pk_wall *theirs = reading->wall;
    pk_auto(pk_wall) struct pk_wall *other = NULL;
    int64_t moment_ms = 0;
    if (!time->present || time->date_only || !pk_day_valid(time->local.day) || time->local.minute < 0 || time->local.minute >= PK_DAY_MINUTES)
        return no_day(what, err);
    *ret_ours = !time->utc && (time->zone[0] == '\0' || strcmp(time->zone, reading->zone) == 0);
    *ret_local = time->local;
    if (*ret_ours)
        return 0;
    if (time->utc)
        moment_ms = pk_day_number(time->local.day) * DAY_MS + time->local.minute * MINUTE_MS;
    else if (pk_wall_new(time->zone, &other, err) != 0)
        return PK_E_INVALID;
    else
        theirs = other;
    if (other && pk_wall_moment(theirs, time->local, &moment_ms, NULL) != 0)
        return no_day(what, err);
    *ret_local = pk_wall_local(reading->wall, moment_ms);
    return 0;
}

/* The end on the wall; from a length, by what the wall shows then. */
static int end_of(const struct reading *reading, const struct pk_ical_event *seen, struct pk_local start, struct pk_local *ret_end, struct pk_error *err)
{
    bool ours;
    int64_t starts_ms;
    if (seen->end.present)
        return local_of(reading, &seen->end, "the end", ret_end, &ours, err);
    if (seen->duration_ms <= 0 || seen->duration_ms > (PK_AGENDA_DAYS_MAX + 1) * DAY_MS) {
        (void) pk_fail(err, PK_E_INVALID, "it has no end");
        return pk_hint(err, PK_E_INVALID, "Give it a DTEND or a DURATION.");
    }
    if (pk_wall_moment(reading->wall, start, &starts_ms, NULL) != 0)
        return no_day("the beginning", err);
    *ret_end = pk_wall_local(reading->wall, starts_ms + seen->duration_ms);
    return 0;
}

static int read_when(struct reading *reading, const struct pk_ical_event *seen, bool *ret_ours, struct pk_error *err)
{
    struct pk_local start, end;
    struct pk_agenda_when *when = &reading->item.event.when;
    int r = local_of(reading, &seen->start, "the beginning", &start, ret_ours, err);
    if (r == 0)
        r = end_of(reading, seen, start, &end, err);
    if (r == 0)
        *when = (struct pk_agenda_when){ start.day, start.minute, pk_day_number(end.day) - pk_day_number(start.day), end.minute };
    return r;
}

/* ---- one event ---- */

static int copy(const char *what, const char *text, char *to, size_t size, struct pk_error *err)
{
    struct pk_slice trimmed = pk_slice_trim(pk_slice_of(text ? text : ""));
    int r = pk_agenda_text_check(what, trimmed, size - 1, err);
    if (r == 0)
        (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(trimmed));
    return r;
}

static int read_skipped(struct reading *reading, const struct pk_ical_event *seen, struct pk_error *err)
{
    struct pk_local local;
    bool ours;
    for (size_t i = 0; i < seen->skipped_count; i++) {
        struct pk_ical_time time = seen->skipped[i];
        if (time.date_only) /* written so by some: the day is what counts */
            time.date_only = false;
        int r = local_of(reading, &time, "a date that is left out", &local, &ours, err);
        if (r != 0)
            return r;
        reading->skipped[i] = local.day;
    }
    reading->item.skipped = reading->skipped;
    reading->item.skipped_count = seen->skipped_count;
    return 0;
}

static int read_recurrence(struct reading *reading, const struct pk_ical_event *seen, bool ours, struct pk_error *err)
{
    struct pk_local date;
    struct pk_agenda_event *event = &reading->item.event;
    bool date_ours;
    int r = read_skipped(reading, seen, err);
    if (r == 0 && seen->recurrence_id.present) {
        struct pk_ical_time time = seen->recurrence_id;
        time.date_only = false;
        r = local_of(reading, &time, "the date that differs", &date, &date_ours, err);
        reading->item.date = r == 0 ? date.day : 0;
        return r;
    }
    if (r != 0 || !seen->rule)
        return r;
    if (!ours) {
        (void) pk_fail(err, PK_E_INVALID, "it comes back by the clock of another zone");
        return pk_hint(err, PK_E_INVALID, "Write its hours with TZID=%s.", reading->zone);
    }
    if (strlen(seen->rule) > PK_AGENDA_RULE_MAX)
        return pk_fail(err, PK_E_INVALID, "its rule is too long");
    (void) snprintf(event->rule, sizeof event->rule, "%s", seen->rule);
    return pk_recurrence_settle(event, reading->wall, err);
}

static int read_item(struct reading *reading, const struct pk_ical_event *seen, struct pk_error *err)
{
    struct pk_agenda_event *event = &reading->item.event;
    bool ours = true;
    if (!seen->uid || seen->uid[0] == '\0')
        return pk_fail(err, PK_E_INVALID, "it has no UID");
    event->id = own_id(seen->uid, reading->instance);
    pk_ics_uid(pk_slice_of(seen->uid), event->uid);
    event->sequence = seen->sequence > 0 ? seen->sequence : 0;
    reading->item.cancelled = seen->cancelled;
    (void) snprintf(event->zone, sizeof event->zone, "%s", reading->zone);
    if (seen->category && pk_is_name(pk_slice_of(seen->category)))
        (void) snprintf(event->kind, sizeof event->kind, "%s", seen->category);
    int r = copy("title", seen->summary, event->title, sizeof event->title, err);
    if (r == 0)
        r = copy("place", seen->location, event->place, sizeof event->place, err);
    if (r == 0)
        r = read_when(reading, seen, &ours, err);
    if (r == 0)
        r = read_recurrence(reading, seen, ours, err);
    if (r == 0) {
        int64_t starts_ms, ends_ms;
        r = pk_agenda_moments(&event->when, reading->wall, event->rule[0] == '\0', &starts_ms, &ends_ms, err);
    }
    return r;
}

static int read_one(void *ctx, const struct pk_ical_event *seen, struct pk_error *err)
{
    struct reading *reading = ctx;
    reading->item = (struct pk_ics_item){ 0 };
    int r = read_item(reading, seen, err);
    if (r == 0)
        return reading->each(reading->ctx, &reading->item, err);
    if (reading->item.event.title[0])
        pk_error_prefix(err, "event \"%.60s\"", reading->item.event.title);
    else
        pk_error_prefix(err, "an event without a title that can be read");
    return r;
}

int pk_ics_read(struct pk_slice file, const char *zone, const char *instance, int (*each)(void *ctx, const struct pk_ics_item *item, struct pk_error *err),
                void *ctx, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_wall_new(zone, &wall, err);
    if (r != 0)
        return r;
    struct reading *reading = pk_alloc(sizeof *reading);
    *reading = (struct reading){ .zone = zone, .instance = instance, .wall = wall, .each = each, .ctx = ctx };
    r = pk_ical_read(file, read_one, reading, err);
    free(reading);
    return r;
}

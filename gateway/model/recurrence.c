/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/recurrence.h"

#include "gateway/base/mem.h"
#include "gateway/model/ical.h"

#include <limits.h>

/* ---- rules ---- */

static int endless(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "the rule has no end");
    return pk_hint(err, PK_E_INVALID, "Add UNTIL=20271231 or COUNT=40 to it; it can be made longer later.");
}

/* The last moment a date may begin at. A day, or hours on the wall, are those of the event's clock. */
static int until_of(const struct pk_ical_rule *rule, struct pk_wall *wall, int64_t *ret_ms, struct pk_error *err)
{
    const struct pk_ical_time *until = &rule->until;
    *ret_ms = INT64_MAX;
    if (!until->present)
        return 0;
    if (!pk_day_valid(until->local.day))
        return pk_fail(err, PK_E_INVALID, "the rule ends on a day that is not in the calendar");
    if (until->utc) {
        *ret_ms = pk_day_number(until->local.day) * 86400000ll + until->local.minute * 60000ll + until->second * 1000ll;
        return 0;
    }
    const struct pk_local local = { until->local.day, until->date_only ? PK_DAY_MINUTES - 1 : until->local.minute };
    int r = pk_wall_moment(wall, local, ret_ms, NULL);
    if (r != 0)
        return pk_fail(err, PK_E_INVALID, "the rule ends at an hour that is none");
    *ret_ms += (until->date_only ? 59 : until->second) * 1000ll;
    return 0;
}

struct days {
    int32_t items[PK_DATES_MAX];
    size_t count;
};

static struct pk_agenda_when on(const struct pk_agenda_event *event, int32_t day)
{
    struct pk_agenda_when when = event->when;
    when.day = day;
    return when;
}

/* The days of a rule that has been read, up to its end. */
static int days_of(const struct pk_agenda_event *event, const struct pk_ical_rule *rule, struct pk_wall *wall, struct days *ret_days,
                   struct pk_error *err)
{
    int64_t until_ms, starts_ms;
    int r = until_of(rule, wall, &until_ms, err);
    pk_auto(pk_ical_days) struct pk_ical_days *days = NULL;
    if (r == 0)
        r = pk_ical_days_new(pk_slice_of(event->rule), event->when.day, &days, err);
    size_t again = 0;
    ret_days->count = 0;
    for (int32_t day; r == 0 && (day = pk_ical_days_next(days)) != 0;) {
        if (ret_days->count > 0 && day <= ret_days->items[ret_days->count - 1]) {
            if (++again > PK_DATES_MAX)
                break;
            continue; /* some rules give a day twice: it is one date */
        }
        if (!pk_day_valid(day) || pk_wall_moment(wall, (struct pk_local){ day, event->when.from }, &starts_ms, NULL) != 0 || starts_ms > until_ms)
            break;
        if (ret_days->count == PK_DATES_MAX) {
            (void) pk_fail(err, PK_E_INVALID, "the rule gives more than %d dates", PK_DATES_MAX);
            return pk_hint(err, PK_E_INVALID, "Let it end earlier; it can be made longer later.");
        }
        ret_days->items[ret_days->count++] = day;
    }
    return r;
}

int pk_recurrence_settle(struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err)
{
    struct pk_ical_rule rule;
    struct days days;
    int64_t until_ms;
    char settled[PK_AGENDA_RULE_MAX + 1];
    if (event->rule[0] == '\0')
        return 0;
    int r = pk_ical_rule_read(pk_slice_of(event->rule), &rule, err);
    if (r == 0 && !rule.until.present && rule.count == 0)
        r = endless(err);
    if (r == 0)
        r = days_of(event, &rule, wall, &days, err);
    if (r != 0)
        return r;
    if (days.count == 0 || days.items[0] != event->when.day) {
        (void) pk_fail(err, PK_E_INVALID, "the first day is none the rule gives");
        return pk_hint(err, PK_E_INVALID, "Let it begin on a day of the rule: on a Tuesday for BYDAY=TU, and before its end.");
    }
    r = until_of(&rule, wall, &until_ms, err);
    if (r == 0)
        r = pk_ical_rule_write(pk_slice_of(event->rule), until_ms, settled, sizeof settled, err);
    if (r == 0)
        (void) snprintf(event->rule, sizeof event->rule, "%s", settled);
    return r;
}

/* ---- dates ---- */

static int by_day(const void *a, const void *b)
{
    const struct pk_agenda_change *left = a, *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

static int by_start(const void *a, const void *b)
{
    const struct pk_date *left = a, *right = b;
    int order = (left->starts_ms > right->starts_ms) - (left->starts_ms < right->starts_ms);
    return order != 0 ? order : (left->day > right->day) - (left->day < right->day);
}

struct listing {
    const struct pk_agenda_event *event;
    const struct pk_agenda_change *changes; /* by day */
    size_t change_count;
    struct pk_wall *wall;
    struct pk_date *dates;
    size_t count;
};

static int add(struct listing *listing, int32_t day, struct pk_error *err)
{
    const struct pk_agenda_change key = { .day = day };
    const struct pk_agenda_change *change =
        listing->change_count > 0 ? bsearch(&key, listing->changes, listing->change_count, sizeof key, by_day) : NULL;
    struct pk_date *date = &listing->dates[listing->count];
    if (change && change->difference == PK_AGENDA_SKIPPED)
        return 0;
    const struct pk_agenda_when when =
        change && change->difference == PK_AGENDA_CHANGED ? change->when : day != 0 ? on(listing->event, day) : listing->event->when;
    int r = pk_agenda_moments(&when, listing->wall, false, &date->starts_ms, &date->ends_ms, err);
    if (r != 0)
        return r;
    date->day = day;
    date->change = change;
    listing->count++;
    return 0;
}

int pk_recurrence_list(const struct pk_agenda_event *event, const struct pk_agenda_change *changes, size_t change_count, struct pk_wall *wall,
                       struct pk_date **ret_dates, size_t *ret_count, struct pk_error *err)
{
    struct pk_ical_rule rule;
    struct days days = { .count = 1 };
    struct listing listing = { .event = event, .changes = changes, .change_count = change_count, .wall = wall };
    int r = 0;
    if (event->rule[0] != '\0' && (r = pk_ical_rule_read(pk_slice_of(event->rule), &rule, err)) == 0)
        r = days_of(event, &rule, wall, &days, err);
    if (r != 0)
        return r;
    listing.dates = pk_alloc_array(days.count + 1, sizeof *listing.dates);
    for (size_t i = 0; r == 0 && i < days.count; i++)
        r = add(&listing, event->rule[0] != '\0' ? days.items[i] : 0, err);
    if (r != 0) {
        free(listing.dates);
        return r;
    }
    qsort(listing.dates, listing.count, sizeof *listing.dates, by_start);
    *ret_dates = listing.dates;
    *ret_count = listing.count;
    return 0;
}

/* ---- days ---- */

int pk_recurrence_days(const struct pk_agenda_event *event, struct pk_wall *wall, int32_t **ret_days, size_t *ret_count, struct pk_error *err)
{
    struct pk_ical_rule rule;
    struct days days = { .count = 1 };
    int r = 0;
    if (event->rule[0] != '\0' && (r = pk_ical_rule_read(pk_slice_of(event->rule), &rule, err)) == 0)
        r = days_of(event, &rule, wall, &days, err);
    if (r != 0)
        return r;
    *ret_days = pk_alloc_array(days.count + 1, sizeof **ret_days);
    memcpy(*ret_days, days.items, days.count * sizeof **ret_days);
    *ret_count = days.count;
    return 0;
}

static int in_order(const void *a, const void *b)
{
    int32_t left = *(const int32_t *) a, right = *(const int32_t *) b;
    return (left > right) - (left < right);
}

bool pk_days_have(const int32_t *days, size_t count, int32_t day)
{
    return count > 0 && bsearch(&day, days, count, sizeof day, in_order) != NULL;
}

bool pk_recurrence_has(const struct pk_agenda_event *event, int32_t day, struct pk_wall *wall)
{
    int32_t *days = NULL;
    size_t count = 0;
    if (pk_recurrence_days(event, wall, &days, &count, NULL) != 0)
        return false;
    bool has = pk_days_have(days, count, day);
    free(days);
    return has;
}

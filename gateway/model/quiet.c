/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A rule keeps spans of time quiet: nights, each from its evening to its morning, and whole days. The end of quiet is
 * found by going to the end of the span that lasts longest, and asking again there, until no span covers the moment.
 */
#include "gateway/model/quiet.h"

#include "gateway/base/text.h"

#define DAYS_AHEAD 400

/* ---- one rule at one moment ---- */

static bool rests(const struct pk_quiet_rule *rule, const struct pk_hands *day, struct pk_quiet_verdict *ret)
{
    if (rule->weekdays & 1u << day->weekday) {
        ret->cause = PK_QUIET_WEEKDAY;
        return true;
    }
    for (size_t i = 0; i < rule->calendar_count; i++) {
        const char *name = pk_calendar_rest(&rule->calendars[i], day->year, day->month, day->day);
        if (!name)
            continue;
        ret->cause = PK_QUIET_DAY;
        ret->calendar = &rule->calendars[i];
        ret->day = name;
        return true;
    }
    return false;
}

static bool has_night(const struct pk_quiet_rule *rule)
{
    return rule->night_from != rule->night_to;
}

/* The night that began `back` days before this day: from the first time the clock shows its beginning to the last time it
 * shows its end, so that an hour that is there twice is quiet twice. */
static bool in_night(const struct pk_quiet_rule *rule, struct pk_zone *zone, const struct pk_hands *day, int back, int64_t at_ms,
                     int64_t *ret_end_ms)
{
    int over = rule->night_to < rule->night_from ? 1 : 0;
    int64_t from_ms = pk_zone_moment(zone, day->year, day->month, day->day - back, rule->night_from, PK_TWICE_FIRST);
    *ret_end_ms = pk_zone_moment(zone, day->year, day->month, day->day - back + over, rule->night_to, PK_TWICE_LAST);
    return from_ms <= at_ms && at_ms < *ret_end_ms;
}

/* When the span of this rule that covers the moment ends; 0 = none does. */
static int64_t covered_until(const struct pk_quiet_rule *rule, struct pk_zone *zone, int64_t at_ms, struct pk_quiet_verdict *ret)
{
    struct pk_hands day;
    int64_t end_ms;
    pk_zone_local(zone, at_ms, &day);
    if (rests(rule, &day, ret))
        return pk_zone_moment(zone, day.year, day.month, day.day + 1, 0, PK_TWICE_LAST);
    for (int back = 0; back <= 1 && has_night(rule); back++) {
        if (in_night(rule, zone, &day, back, at_ms, &end_ms)) {
            ret->cause = PK_QUIET_NIGHT;
            return end_ms;
        }
    }
    return 0;
}

/* ---- all of them ---- */

static int64_t longest_cover(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t at_ms,
                             struct pk_quiet_verdict *verdict)
{
    int64_t longest_ms = 0;
    for (size_t i = 0; i < count; i++) {
        struct pk_quiet_verdict one = { .rule = rules[i] };
        int64_t end_ms = covered_until(rules[i], zone, at_ms, &one);
        if (end_ms == 0)
            continue;
        bool waits = rules[i]->urgent_waits || verdict->urgent_waits;
        if (verdict->cause == PK_QUIET_NONE)
            *verdict = one;
        verdict->urgent_waits = waits;
        longest_ms = end_ms > longest_ms ? end_ms : longest_ms;
    }
    return longest_ms;
}

static int64_t quiet_until(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t now_ms, int64_t end_ms)
{
    while (end_ms != 0 && end_ms - now_ms <= PK_QUIET_HORIZON_MS) {
        struct pk_quiet_verdict unheard = { 0 };
        int64_t further_ms = longest_cover(rules, count, zone, end_ms, &unheard);
        if (further_ms == 0)
            return end_ms;
        end_ms = further_ms;
    }
    return INT64_MAX;
}

/* The first beginning of a night or a quiet day on the day `ahead` days on, after `now`; INT64_MAX = there is none. */
static int64_t first_on(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, const struct pk_hands *today,
                        int ahead, int64_t now_ms)
{
    struct pk_hands day;
    int64_t first_ms = INT64_MAX, midnight_ms = pk_zone_moment(zone, today->year, today->month, today->day + ahead, 0, PK_TWICE_FIRST);
    pk_zone_local(zone, midnight_ms, &day);
    for (size_t i = 0; i < count; i++) {
        struct pk_quiet_verdict unheard = { 0 };
        int64_t at_ms = INT64_MAX;
        if (midnight_ms > now_ms && rests(rules[i], &day, &unheard))
            at_ms = midnight_ms;
        else if (has_night(rules[i]))
            at_ms = pk_zone_moment(zone, day.year, day.month, day.day, rules[i]->night_from, PK_TWICE_FIRST);
        if (at_ms > now_ms && at_ms < first_ms)
            first_ms = at_ms;
    }
    return first_ms;
}

static int64_t allowed_until(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t now_ms)
{
    struct pk_hands today;
    if (count == 0)
        return INT64_MAX;
    pk_zone_local(zone, now_ms, &today);
    for (int ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
        int64_t at_ms = first_on(rules, count, zone, &today, ahead, now_ms);
        if (at_ms != INT64_MAX)
            return at_ms;
    }
    return INT64_MAX;
}

void pk_quiet_judge(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t now_ms,
                    struct pk_quiet_verdict *ret_verdict)
{
    *ret_verdict = (struct pk_quiet_verdict){ 0 };
    int64_t end_ms = longest_cover(rules, count, zone, now_ms, ret_verdict);
    ret_verdict->until_ms =
        end_ms != 0 ? quiet_until(rules, count, zone, now_ms, end_ms) : allowed_until(rules, count, zone, now_ms);
}

/* ---- events ---- */

static bool is_among(const struct pk_quiet_day *days, size_t count, const struct pk_calendar *calendar)
{
    for (size_t i = 0; i < count; i++)
        if (days[i].calendar->rules == calendar->rules && days[i].calendar->dates == calendar->dates)
            return true;
    return false;
}

size_t pk_quiet_event(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t begins_ms,
                      struct pk_quiet_day *ret_days, size_t max)
{
    struct pk_hands day;
    size_t found = 0;
    pk_zone_local(zone, begins_ms, &day);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < rules[i]->calendar_count && found < max; j++) {
            const struct pk_calendar *calendar = &rules[i]->calendars[j];
            const char *name = pk_calendar_event(calendar, day.year, day.month, day.day);
            bool known = pk_calendar_known(calendar, day.year, day.month, day.day);
            if ((name || !known) && !is_among(ret_days, found, calendar))
                ret_days[found++] = (struct pk_quiet_day){ calendar, name };
        }
    }
    return found;
}

/* ---- words ---- */

/* "9:05", "21:00" */
static bool read_minute(struct pk_slice text, int *ret_minute)
{
    struct pk_slice hours, minutes;
    int64_t h, m;
    if (!pk_slice_cut(&text, ':', &hours) || !pk_slice_cut(&text, ':', &minutes) || text.data || hours.len > 2 || minutes.len != 2 ||
        pk_parse_int(hours, 0, 23, &h) != 0 || pk_parse_int(minutes, 0, 59, &m) != 0)
        return false;
    *ret_minute = (int) (h * 60 + m);
    return true;
}

bool pk_quiet_night_read(struct pk_slice text, int *ret_from, int *ret_to)
{
    struct pk_slice from, to;
    return pk_slice_cut(&text, '-', &from) && pk_slice_cut(&text, '-', &to) && !text.data && read_minute(pk_slice_trim(from), ret_from) &&
           read_minute(pk_slice_trim(to), ret_to) && *ret_from != *ret_to;
}

const char *pk_quiet_cause_name(enum pk_quiet_cause cause)
{
    static const char *const names[] = { "none", "night", "weekday", "day" };
    return names[cause];
}

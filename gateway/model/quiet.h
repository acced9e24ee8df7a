/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Quiet hours and days: when nobody is to be disturbed, and when that ends. A rule is a night, weekdays and calendars;
 * whoever asks brings the rules that hold for a topic and a channel, and what any of them keeps quiet is quiet. Hours are
 * those of the wall clock of a zone: on the night the clock is set forward or back a night is an hour shorter or longer.
 * Pure: the moment is an argument. Nothing blocks; one thread at a time, because of the zone.
 */
#ifndef PK_MODEL_QUIET_H
#define PK_MODEL_QUIET_H

#include "gateway/language/zone.h"
#include "gateway/model/holidays.h"

#define PK_QUIET_CALENDARS_MAX 16u
#define PK_QUIET_HORIZON_MS (400 * 86400000ll) /* what lasts longer never ends, and what comes later is not looked for */

struct pk_quiet_rule {
    const char *name;
    int night_from, night_to; /* minutes of the day, from 21:00 to 8:00 is 1260, 480; equal = there is no night */
    uint32_t weekdays; /* quiet the whole day: bit 0 = Monday */
    struct pk_calendar calendars[PK_QUIET_CALENDARS_MAX];
    size_t calendar_count;
    bool urgent_waits; /* urgent notices wait too */
};

enum pk_quiet_cause { PK_QUIET_NONE = 0, PK_QUIET_NIGHT, PK_QUIET_WEEKDAY, PK_QUIET_DAY };

struct pk_quiet_verdict {
    enum pk_quiet_cause cause; /* PK_QUIET_NONE: it is allowed now */
    const struct pk_quiet_rule *rule; /* which says so; NULL = none */
    const struct pk_calendar *calendar; /* a day's; else NULL */
    const char *day; /* what that day is called; else NULL */
    bool urgent_waits; /* some rule that keeps this moment quiet wants urgent notices to wait */
    int64_t until_ms; /* so it stays until then: the next moment that is allowed, or the next that is not. INT64_MAX = for ever */
};

/* The rules are borrowed for the call, what the verdict names lives as long as they. */
void pk_quiet_judge(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t now_ms,
                    struct pk_quiet_verdict *ret_verdict);

/* ---- events on such days ---- */

/* What the day is on which something begins: each calendar of the rules once, occasions too. */
struct pk_quiet_day {
    const struct pk_calendar *calendar;
    const char *day; /* its name; NULL: the calendar does not know that day */
};
/* At most `max`; returns how many. */
size_t pk_quiet_event(const struct pk_quiet_rule *const *rules, size_t count, struct pk_zone *zone, int64_t begins_ms,
                      struct pk_quiet_day *ret_days, size_t max);

/* "21:00-8:00"; both times the same, or anything else: false. */
bool pk_quiet_night_read(struct pk_slice text, int *ret_from, int *ret_to);
const char *pk_quiet_cause_name(enum pk_quiet_cause cause); /* "night" */

#endif

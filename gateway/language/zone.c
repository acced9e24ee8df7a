/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/language/zone.h"

#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

struct pk_zone {
    UCalendar *calendar;
};

int pk_zone_new(const char *name, struct pk_zone **ret_zone, struct pk_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar id[64] = { 0 }, known[64] = { 0 };
    if (strlen(name) >= PK_COUNT(id))
        return pk_fail(err, PK_E_INVALID, "cannot use time zone \"%.64s...\": its name is too long", name);
    u_charsToUChars(name, id, (int32_t) strlen(name));
    UCalendar *calendar = ucal_open(id, -1, "en", UCAL_GREGORIAN, &code);
    if (U_SUCCESS(code))
        (void) ucal_getTimeZoneID(calendar, known, (int32_t) PK_COUNT(known) - 1, &code);
    if (U_FAILURE(code) || u_strcmp(known, id) != 0) {
        ucal_close(calendar);
        (void) pk_fail(err, PK_E_INVALID, "cannot use time zone \"%s\": it does not exist", name);
        return pk_hint(err, PK_E_INVALID, "Use a name like Europe/Amsterdam.");
    }
    ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
    struct pk_zone *zone = pk_alloc(sizeof *zone);
    zone->calendar = calendar;
    *ret_zone = zone;
    return 0;
}

void pk_zone_free(struct pk_zone *zone)
{
    if (!zone)
        return;
    ucal_close(zone->calendar);
    free(zone);
}

void pk_zone_local(struct pk_zone *zone, int64_t moment_ms, struct pk_hands *ret_local)
{
    UErrorCode code = U_ZERO_ERROR;
    UCalendar *calendar = zone->calendar;
    ucal_setMillis(calendar, (UDate) moment_ms, &code);
    *ret_local = (struct pk_hands){
        .year = ucal_get(calendar, UCAL_EXTENDED_YEAR, &code),
        .month = ucal_get(calendar, UCAL_MONTH, &code) + 1,
        .day = ucal_get(calendar, UCAL_DATE, &code),
        .weekday = (ucal_get(calendar, UCAL_DAY_OF_WEEK, &code) + 5) % 7, /* ICU counts from Sunday = 1 */
        .minute = ucal_get(calendar, UCAL_HOUR_OF_DAY, &code) * 60 + ucal_get(calendar, UCAL_MINUTE, &code),
    };
}

int64_t pk_zone_moment(struct pk_zone *zone, int year, int month, int day, int minute, enum pk_twice twice)
{
    UErrorCode code = U_ZERO_ERROR;
    UCalendar *calendar = zone->calendar;
    ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, twice == PK_TWICE_FIRST ? UCAL_WALLTIME_FIRST : UCAL_WALLTIME_LAST);
    ucal_clear(calendar);
    ucal_setDateTime(calendar, year, month - 1, day, minute / 60, minute % 60, 0, &code);
    return (int64_t) ucal_getMillis(calendar, &code);
}

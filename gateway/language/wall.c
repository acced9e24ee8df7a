/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/language/wall.h"

#include "gateway/base/text.h"
#include "gateway/language/dates_private.h"

#define MINUTE_MS 60000ll

/* ---- days ---- */

static int32_t year_of(int32_t day)
{
    return day / 10000;
}

static int32_t month_of(int32_t day)
{
    return day / 100 % 100;
}

bool pk_day_valid(int32_t day)
{
    static const int32_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t year = year_of(day), month = month_of(day), date = day % 100;
    if (day < PK_DAY_FIRST || day > PK_DAY_LAST || month < 1 || month > 12)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return date >= 1 && date <= lengths[month - 1] + (month == 2 && leap);
}

/* Years that begin in March have their leap day at the end. */
int32_t pk_day_number(int32_t day)
{
    int32_t month = month_of(day), year = year_of(day) - (month <= 2);
    int32_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day % 100 - 1;
    return 365 * year + year / 4 - year / 100 + year / 400 + in_year - 719468;
}

int32_t pk_day_of_number(int32_t number)
{
    int32_t days = number + 719468, era = days / 146097, in_era = days % 146097;
    int32_t in_years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int32_t in_year = in_era - (365 * in_years + in_years / 4 - in_years / 100);
    int32_t march = (5 * in_year + 2) / 153, date = in_year - (153 * march + 2) / 5 + 1, month = march < 10 ? march + 3 : march - 9;
    return (in_years + era * 400 + (month <= 2)) * 10000 + month * 100 + date;
}

/* ---- clocks ---- */

static int64_t set(UCalendar *calendar, struct pk_local local, UCalendarWallTimeOption repeated, UErrorCode *code)
{
    ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, (int32_t) repeated);
    ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_LAST);
    ucal_clear(calendar); /* what is not set below would stay: milliseconds */
    ucal_setDateTime(calendar, year_of(local.day), month_of(local.day) - 1, local.day % 100, local.minute / 60, local.minute % 60, 0, code);
    return (int64_t) ucal_getMillis(calendar, code);
}

int pk_wall_moment(struct pk_wall *wall, struct pk_local local, int64_t *ret_ms, enum pk_local_kind *ret_kind)
{
    UErrorCode code = U_ZERO_ERROR;
    if (!pk_day_valid(local.day) || local.minute < 0 || local.minute >= PK_DAY_MINUTES)
        return PK_E_INVALID;
    int64_t last = set(wall->calendar, local, UCAL_WALLTIME_LAST, &code), first = set(wall->calendar, local, UCAL_WALLTIME_FIRST, &code);
    if (U_FAILURE(code))
        return PK_E_INVALID;
    struct pk_local back = pk_wall_local(wall, first);
    *ret_ms = first;
    if (ret_kind)
        *ret_kind = back.day != local.day || back.minute != local.minute ? PK_LOCAL_MISSING : first != last ? PK_LOCAL_TWICE : PK_LOCAL_ONCE;
    return 0;
}

struct pk_local pk_wall_local(struct pk_wall *wall, int64_t moment_ms)
{
    UErrorCode code = U_ZERO_ERROR;
    int year, month, date;
    pk_wall_day(wall, moment_ms, &year, &month, &date);
    return (struct pk_local){ .day = year * 10000 + month * 100 + date,
                              .minute = ucal_get(wall->calendar, UCAL_HOUR_OF_DAY, &code) * 60 + ucal_get(wall->calendar, UCAL_MINUTE, &code) };
}

/* ---- as text ---- */

int pk_day_parse(struct pk_slice text, int32_t *ret_day)
{
    struct pk_slice part[3];
    int64_t year, month, date;
    if (text.len != strlen("2026-12-01") || !pk_slice_cut(&text, '-', &part[0]) || !pk_slice_cut(&text, '-', &part[1]) ||
        !pk_slice_cut(&text, '-', &part[2]) || text.data || part[0].len != 4 || part[1].len != 2)
        return PK_E_INVALID;
    if (pk_parse_int(part[0], 0, 9999, &year) != 0 || pk_parse_int(part[1], 0, 99, &month) != 0 || pk_parse_int(part[2], 0, 99, &date) != 0)
        return PK_E_INVALID;
    int32_t day = (int32_t) (year * 10000 + month * 100 + date);
    if (!pk_day_valid(day))
        return PK_E_INVALID;
    *ret_day = day;
    return 0;
}

int pk_minute_parse(struct pk_slice text, int32_t *ret_minute)
{
    struct pk_slice hours, minutes;
    int64_t h, m;
    if (!pk_slice_cut(&text, ':', &hours) || !pk_slice_cut(&text, ':', &minutes) || text.data || hours.len > 2 || minutes.len != 2 ||
        pk_parse_int(hours, 0, 23, &h) != 0 || pk_parse_int(minutes, 0, 59, &m) != 0)
        return PK_E_INVALID;
    *ret_minute = (int32_t) (h * 60 + m);
    return 0;
}

const char *pk_day_text(int32_t day, char ret_text[PK_LOCAL_TEXT_MAX])
{
    (void) snprintf(ret_text, PK_LOCAL_TEXT_MAX, "%04d-%02d-%02d", (int) year_of(day), (int) month_of(day), (int) (day % 100));
    return ret_text;
}

const char *pk_minute_text(int32_t minute, char ret_text[PK_LOCAL_TEXT_MAX])
{
    (void) snprintf(ret_text, PK_LOCAL_TEXT_MAX, "%d:%02d", (int) (minute / 60), (int) (minute % 60));
    return ret_text;
}

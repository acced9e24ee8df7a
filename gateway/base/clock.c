/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/clock.h"

#include "gateway/include/pokana/error.h"

#include <stdio.h>
#include <time.h>

static bool manual;
static int64_t manual_wall_ms, manual_mono_ms;

static int64_t read_clock_us(clockid_t which)
{
    struct timespec now;
    (void) clock_gettime(which, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t pk_clock_wall_ms(void)
{
    return manual ? manual_wall_ms : read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t pk_clock_mono_ms(void)
{
    return manual ? manual_mono_ms : read_clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t pk_clock_mono_us(void)
{
    return manual ? manual_mono_ms * 1000 : read_clock_us(CLOCK_MONOTONIC);
}

void pk_clock_set_manual(int64_t wall_ms)
{
    manual_mono_ms = pk_clock_mono_ms();
    manual_wall_ms = wall_ms;
    manual = true;
}

void pk_clock_advance(int64_t ms)
{
    if (!manual)
        return;
    manual_wall_ms += ms;
    manual_mono_ms += ms;
}

bool pk_clock_is_manual(void)
{
    return manual;
}

void pk_clock_set_system(void)
{
    manual = false;
}

/* ---- RFC 3339 ---- */

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

/* Days since 1970-01-01 of a proleptic Gregorian date, and back: counted in 400-year eras that begin in March, so that
 * the leap day is the last of its year. */
static int64_t days_of(int64_t year, int month, int day)
{
    if (month <= 2)
        year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *ret_day = (int) (day_of_year - (153 * shifted + 2) / 5 + 1);
    *ret_month = (int) (shifted < 10 ? shifted + 3 : shifted - 9);
    *ret_year = (int) (year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0));
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Exactly `digits` digits, moving *at. */
static bool take_digits(struct pk_slice text, size_t *at, size_t digits, int *ret_value)
{
    int value = 0;
    if (text.len - *at < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = text.data[(*at)++];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *ret_value = value;
    return true;
}

static bool take_char(struct pk_slice text, size_t *at, const char *any)
{
    return *at < text.len && text.data[*at] != '\0' && strchr(any, text.data[*at]) && ++*at;
}

static bool take_fraction(struct pk_slice text, size_t *at, int *ret_ms)
{
    int scale = 100;
    size_t start = *at;
    while (*at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9') {
        *ret_ms += (text.data[(*at)++] - '0') * scale;
        scale /= 10;
    }
    return *at > start;
}

static bool take_offset(struct pk_slice text, size_t *at, int *ret_minutes)
{
    int hours, minutes;
    if (take_char(text, at, "Zz"))
        return true;
    bool west = *at < text.len && text.data[*at] == '-';
    if (!take_char(text, at, "+-") || !take_digits(text, at, 2, &hours) || !take_char(text, at, ":") ||
        !take_digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

int pk_time_parse(struct pk_slice text, int64_t *ret_ms)
{
    static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day, hour, minute, second, ms = 0, offset = 0;
    size_t at = 0;
    if (!take_digits(text, &at, 4, &year) || !take_char(text, &at, "-") || !take_digits(text, &at, 2, &month) ||
        !take_char(text, &at, "-") || !take_digits(text, &at, 2, &day) || !take_char(text, &at, "Tt ") ||
        !take_digits(text, &at, 2, &hour) || !take_char(text, &at, ":") || !take_digits(text, &at, 2, &minute) ||
        !take_char(text, &at, ":") || !take_digits(text, &at, 2, &second))
        return PK_E_INVALID;
    if (take_char(text, &at, ".") && !take_fraction(text, &at, &ms))
        return PK_E_INVALID;
    if (!take_offset(text, &at, &offset) || at != text.len)
        return PK_E_INVALID;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
        return PK_E_INVALID;
    if (day > month_days[month - 1] + (month == 2 && leap(year) ? 1 : 0))
        return PK_E_INVALID;
    int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset * 60;
    if (seconds < 0 || seconds > LAST_SECOND) /* the offset leads out of the years there are */
        return PK_E_INVALID;
    *ret_ms = seconds * 1000 + ms;
    return 0;
}

const char *pk_time_format(int64_t ms, char ret_text[PK_TIME_TEXT_MAX])
{
    int year, month, day;
    int64_t seconds = ms / 1000, rest = ms % 1000;
    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    int64_t days = seconds / 86400, of_day = seconds % 86400;
    if (of_day < 0) {
        of_day += 86400;
        days--;
    }
    date_of(days, &year, &month, &day);
    int n = snprintf(ret_text, PK_TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, (int) (of_day / 3600),
                     (int) (of_day / 60 % 60), (int) (of_day % 60));
    if (n < 0 || n > PK_TIME_TEXT_MAX - 6)
        n = 0;
    if (rest != 0)
        (void) snprintf(ret_text + n, PK_TIME_TEXT_MAX - (size_t) n, ".%03dZ", (int) rest);
    else
        (void) snprintf(ret_text + n, PK_TIME_TEXT_MAX - (size_t) n, "Z");
    return ret_text;
}

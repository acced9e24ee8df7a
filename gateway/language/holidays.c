/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/language/holidays.h"

#include "gateway/base/text.h"

#define HOLIDAYS_MAX 40u
#define FROM_EASTER_MAX 100 /* days before and after */

enum anchor { YEAR = 0, EASTER, ORTHODOX_EASTER };

struct holiday {
    enum anchor anchor;
    int month, day; /* of the year; or day = days after Easter */
    int moved; /* so many days, in a year in which it is a Sunday */
    bool rests; /* people are at rest; else it is only a day on which they have plans */
    char *name;
};

struct pk_holidays {
    struct holiday items[HOLIDAYS_MAX];
    size_t count;
};

/* ---- days ---- */

/* Days since 1 March of year 0, so that the leap day is the last of its year. */
static long day_number(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return 365L * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

/* The first Sunday after the full moon on or after 21 March, by the Gregorian tables. */
static long easter(int year)
{
    int golden = year % 19, century = year / 100, rest = year % 100;
    int moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    int weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    int late = (golden + 11 * moon + 22 * weekday) / 451, at = moon + weekday - 7 * late + 114;
    return day_number(year, at / 31, at % 31 + 1);
}

/* The same by the Julian tables, told in the Gregorian calendar. */
static long orthodox_easter(int year)
{
    int moon = (19 * (year % 19) + 15) % 30, weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7, at = moon + weekday + 114;
    return day_number(year, at / 31, at % 31 + 1) + year / 100 - year / 400 - 2;
}

/* ---- loading ---- */

/* "04-27/sunday-1": the 27th of April, but the day before in a year in which that is a Sunday. */
static bool read_moved(struct pk_slice rule, int *ret_moved)
{
    int64_t days;
    bool after = pk_slice_starts(rule, "sunday+");
    if (!after && !pk_slice_starts(rule, "sunday-"))
        return false;
    size_t skip = strlen("sunday") + (after ? 1 : 0);
    if (pk_parse_int(pk_slice_make(rule.data + skip, rule.len - skip), -6, 6, &days) != 0)
        return false;
    *ret_moved = (int) days;
    return true;
}

static bool read_day(struct pk_slice key, struct holiday *ret)
{
    static const int lengths[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    static const struct {
        const char *word;
        enum anchor anchor;
    } anchors[] = { { "orthodox-easter", ORTHODOX_EASTER }, { "easter", EASTER } };
    int64_t month, day;
    for (size_t i = 0; i < PK_COUNT(anchors); i++) {
        if (!pk_slice_starts(key, anchors[i].word))
            continue;
        struct pk_slice rest = pk_slice_make(key.data + strlen(anchors[i].word), key.len - strlen(anchors[i].word));
        bool after = rest.len > 0 && rest.data[0] == '+', before = rest.len > 0 && rest.data[0] == '-';
        day = 0;
        if (after)
            rest = pk_slice_make(rest.data + 1, rest.len - 1);
        *ret = (struct holiday){ .anchor = anchors[i].anchor };
        if ((after || before) && pk_parse_int(rest, -FROM_EASTER_MAX, FROM_EASTER_MAX, &day) != 0)
            return false;
        ret->day = (int) day;
        return after || before || rest.len == 0;
    }
    int moved = 0;
    if (key.len > 6 && key.data[5] == '/') {
        if (!read_moved(pk_slice_make(key.data + 6, key.len - 6), &moved))
            return false;
        key.len = 5;
    }
    if (key.len != 5 || key.data[2] != '-' || pk_parse_int(pk_slice_make(key.data, 2), 1, 12, &month) != 0 ||
        pk_parse_int(pk_slice_make(key.data + 3, 2), 1, lengths[month - 1], &day) != 0)
        return false;
    *ret = (struct holiday){ .month = (int) month, .day = (int) day, .moved = moved };
    return true;
}

static void load_section(struct pk_holidays *holidays, const struct pk_ini *ini, const char *kind, bool rests, struct pk_ini_report *report)
{
    const struct pk_ini_section *section = pk_ini_find(ini, kind, "");
    for (size_t i = 0; section && i < section->entry_count; i++) {
        const struct pk_ini_entry *entry = &section->entries[i];
        struct holiday holiday;
        if (!read_day(pk_slice_of(entry->key), &holiday))
            pk_ini_tell(report, ini->file, entry->line, kind, entry->key,
                        "Write month and day, 03-03 = ... or 04-27/sunday-1 = ..., or count from Easter: easter+39, orthodox-easter-2.",
                        "this is no day of a year");
        else if (entry->value.len == 0)
            pk_ini_tell(report, ini->file, entry->line, kind, entry->key, "Write what people call it.", "the holiday has no name");
        else if (holidays->count == HOLIDAYS_MAX)
            pk_ini_tell(report, ini->file, entry->line, kind, entry->key, "Keep those on which people are away.",
                        "there are more than %u holidays", HOLIDAYS_MAX);
        else {
            holiday.rests = rests;
            holiday.name = pk_slice_dup(entry->value);
            holidays->items[holidays->count++] = holiday;
        }
    }
}

struct pk_holidays *pk_holidays_load(const struct pk_ini *ini, struct pk_ini_report *report)
{
    struct pk_holidays *holidays = pk_alloc(sizeof *holidays);
    load_section(holidays, ini, "holidays", true, report);
    load_section(holidays, ini, "occasions", false, report);
    return holidays;
}

void pk_holidays_free(struct pk_holidays *holidays)
{
    if (!holidays)
        return;
    for (size_t i = 0; i < holidays->count; i++)
        free(holidays->items[i].name);
    free(holidays);
}

/* 1 March of year 0 was a Wednesday. */
static bool is_sunday(long day)
{
    return (day + 3) % 7 == 0;
}

static long day_of(const struct holiday *one, int year)
{
    if (one->anchor != YEAR)
        return (one->anchor == EASTER ? easter(year) : orthodox_easter(year)) + one->day;
    long day = day_number(year, one->month, one->day);
    return one->moved != 0 && is_sunday(day) ? day + one->moved : day;
}

/* 29 February is in leap years only. */
static bool is_in(const struct holiday *one, int year)
{
    return one->anchor != YEAR || one->month != 2 || one->day != 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static const char *find(const struct pk_holidays *holidays, int year, int month, int day, bool rests_only)
{
    long wanted = day_number(year, month, day);
    for (size_t i = 0; i < holidays->count; i++) {
        const struct holiday *one = &holidays->items[i];
        if ((one->rests || !rests_only) && is_in(one, year) && day_of(one, year) == wanted)
            return one->name;
    }
    return NULL;
}

const char *pk_holidays_name(const struct pk_holidays *holidays, int year, int month, int day)
{
    return find(holidays, year, month, day, false);
}

const char *pk_holidays_rest(const struct pk_holidays *holidays, int year, int month, int day)
{
    return find(holidays, year, month, day, true);
}

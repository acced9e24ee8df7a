/* SPDX-License-Identifier: EUPL-1.2 */
/* When it is quiet, and when a step is due, worked out from the dates of four years and the rule for the clocks of Europe:
 * written for this and shared with nobody, so that a mistake of the gateway is not made twice. */
#include "tests/seasons/season.h"

#include <stdlib.h>

static int64_t days_of(int year, int month, int day)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    int64_t days = 0;
    for (int y = 1970; y < year; y++)
        days += y % 4 == 0 ? 366 : 365;
    return days + before[month - 1] + (month > 2 && year % 4 == 0) + day - 1;
}

static int weekday_of(int64_t days)
{
    return (int) ((days + 3) % 7); /* 1970 began on a Thursday */
}

/* The last Sunday of March or October, at one o'clock. */
static int64_t turns_ms(int year, int month)
{
    int64_t last = days_of(year, month, 31);
    return (last - (weekday_of(last) + 1) % 7) * DAY_MS + HOUR_MS;
}

static int64_t offset_ms(int64_t ms)
{
    for (int year = 2026; year < 2030; year++)
        if (ms >= turns_ms(year, 3) && ms < turns_ms(year, 10))
            return 2 * HOUR_MS;
    return HOUR_MS;
}

void calendar_wall(int64_t ms, struct wall_time *ret_wall)
{
    int64_t local = ms + offset_ms(ms), days = local / DAY_MS;
    int year = 1970, month = 12;
    while (days_of(year + 1, 1, 1) <= days)
        year++;
    while (days_of(year, month, 1) > days)
        month--;
    *ret_wall = (struct wall_time){ year, month, (int) (days - days_of(year, month, 1)) + 1, weekday_of(days), (int) (local % DAY_MS / MINUTE_MS) };
}

int64_t calendar_moment(int year, int month, int day, int minute)
{
    int64_t local = days_of(year, month, day) * DAY_MS + minute * MINUTE_MS, summer = local - 2 * HOUR_MS;
    return offset_ms(summer) == 2 * HOUR_MS ? summer : local - HOUR_MS;
}

/* ---- quiet ---- */

static bool is_feast(const struct wall_time *wall)
{
    static const int every_year[] = { 101, 303, 501, 505, 506, 524, 906, 922, 1224, 1225, 1226 };
    static const int moving[] = { /* Easter of both churches, Ascension, Whitsun, King's day: as almanacs print them */
        20260405, 20260406, 20260427, 20260514, 20260524, 20260525, 20260410, 20260411, 20260412, 20260413,
        20270328, 20270329, 20270427, 20270506, 20270516, 20270517, 20270430, 20270501, 20270502, 20270503,
        20280416, 20280417, 20280427, 20280525, 20280604, 20280605, 20280414, 20280415,
        20290401, 20290402, 20290427, 20290510, 20290520, 20290521, 20290406, 20290407, 20290408, 20290409,
    };
    int in_year = wall->month * 100 + wall->day;
    for (size_t i = 0; i < PK_COUNT(every_year); i++)
        if (in_year == every_year[i])
            return true;
    for (size_t i = 0; i < PK_COUNT(moving); i++)
        if (wall->year * 10000 + in_year == moving[i])
            return true;
    return false;
}

bool calendar_quiet(const char *topic, int64_t ms)
{
    struct wall_time wall;
    calendar_wall(ms, &wall);
    if (wall.minute >= 21 * 60 || wall.minute < 8 * 60)
        return true;
    return strcmp(topic, "festival") == 0 ? wall.weekday == 6 : strcmp(topic, "parent-meetings") == 0 && is_feast(&wall);
}

/* ---- steps ---- */

int64_t calendar_due(const char *moment, int64_t begins_ms)
{
    struct wall_time wall;
    char *end = NULL;
    long count = strtol(moment, &end, 10);
    if (end == moment)
        return 0; /* on change, on cancel */
    if (strncmp(end, " hour", 5) == 0)
        return begins_ms - count * HOUR_MS;
    const char *at = strstr(end, " at ");
    if (!at)
        return 0;
    long hour = strtol(at + 4, &end, 10), minute = *end == ':' ? strtol(end + 1, NULL, 10) : 0;
    calendar_wall(begins_ms, &wall);
    int64_t days = days_of(wall.year, wall.month, wall.day) - (strstr(moment, "before") ? count : -count), then = days * DAY_MS + 12 * HOUR_MS;
    calendar_wall(then, &wall);
    return calendar_moment(wall.year, wall.month, wall.day, (int) (hour * 60 + minute));
}

/* ---- where to begin ---- */

int64_t calendar_begin(unsigned season)
{
    static const struct { int year, month, day; } worth[] = {
        { 2026, 10, 16 }, { 2027, 3, 18 }, { 2026, 12, 12 }, { 2027, 4, 20 }, { 2027, 10, 22 }, { 2026, 3, 24 },
        { 2027, 2, 20 },  { 2028, 4, 5 },  { 2026, 9, 1 },   { 2028, 3, 17 }, { 2027, 5, 10 },  { 2028, 2, 21 },
    };
    unsigned at = season % PK_COUNT(worth);
    int64_t days = days_of(worth[at].year, worth[at].month, worth[at].day) - (int64_t) chance(6);
    return days * DAY_MS + (int64_t) chance(DAY_MS);
}

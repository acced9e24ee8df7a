/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Days and hours in words; see the header. Fixed patterns, never skeletons or styles: those bring unbreakable spaces,
 * long zone names and other hour signs from one version of ICU to the next. Reading [dates] is dates_load.c.
 */
#include "gateway/language/dates_private.h"

#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

#include <unicode/ucal.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

#define DAY_MS 86400000ll

/* ---- wall clock ---- */

int pk_wall_new(const char *zone, struct pk_wall **ret_wall, struct pk_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar id[64] = { 0 }, known[64] = { 0 };
    if (strlen(zone) >= PK_COUNT(id))
        return pk_fail(err, PK_E_INVALID, "cannot use time zone \"%.64s...\": its name is too long", zone);
    u_charsToUChars(zone, id, (int32_t) strlen(zone));
    UCalendar *calendar = ucal_open(id, -1, "en", UCAL_GREGORIAN, &code);
    if (U_SUCCESS(code))
        (void) ucal_getTimeZoneID(calendar, known, (int32_t) PK_COUNT(known) - 1, &code);
    if (U_FAILURE(code) || u_strcmp(known, id) != 0) {
        ucal_close(calendar);
        (void) pk_fail(err, PK_E_INVALID, "cannot use time zone \"%s\": it does not exist", zone);
        return pk_hint(err, PK_E_INVALID, "Use a name like Europe/Amsterdam.");
    }
    struct pk_wall *wall = pk_alloc(sizeof *wall);
    wall->calendar = calendar;
    *ret_wall = wall;
    return 0;
}

void pk_wall_free(struct pk_wall *wall)
{
    if (!wall)
        return;
    ucal_close(wall->calendar);
    free(wall);
}

void pk_wall_day(struct pk_wall *wall, int64_t moment_ms, int *ret_year, int *ret_month, int *ret_day)
{
    UErrorCode code = U_ZERO_ERROR;
    ucal_setMillis(wall->calendar, (UDate) moment_ms, &code);
    *ret_year = ucal_get(wall->calendar, UCAL_EXTENDED_YEAR, &code);
    *ret_month = ucal_get(wall->calendar, UCAL_MONTH, &code) + 1;
    *ret_day = ucal_get(wall->calendar, UCAL_DATE, &code);
}

/* Midnight, or the first moment of a day that has none. */
static int64_t start_of_day(struct pk_wall *wall, UErrorCode *code)
{
    static const UCalendarDateFields fields[] = { UCAL_HOUR_OF_DAY, UCAL_MINUTE, UCAL_SECOND, UCAL_MILLISECOND };
    for (size_t i = 0; i < PK_COUNT(fields); i++)
        ucal_set(wall->calendar, fields[i], 0);
    return (int64_t) ucal_getMillis(wall->calendar, code);
}

void pk_wall_day_bounds(struct pk_wall *wall, int64_t moment_ms, int64_t *ret_from_ms, int64_t *ret_until_ms)
{
    UErrorCode code = U_ZERO_ERROR;
    ucal_setMillis(wall->calendar, (UDate) moment_ms, &code);
    *ret_from_ms = start_of_day(wall, &code);
    ucal_add(wall->calendar, UCAL_DATE, 1, &code);
    *ret_until_ms = start_of_day(wall, &code);
}

/* ---- words ---- */

static int add_formatted(const UDateFormat *format, struct pk_wall *wall, int64_t ms, struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar units[PK_WORD_UNITS_MAX];
    ucal_setMillis(wall->calendar, (UDate) ms, &code);
    int32_t len = udat_formatCalendar(format, wall->calendar, units, PK_WORD_UNITS_MAX, NULL, &code);
    if (U_FAILURE(code) || len > PK_WORD_UNITS_MAX)
        return PK_E_INVALID;
    const struct pk_utf16 text = { .data = units, .len = len };
    return pk_utf16_to_utf8(&text, 0, len, out);
}

static bool begins_with_one_of(struct pk_slice word, const char *letters)
{
    int32_t at = 0, list_at = 0, list_len = (int32_t) strlen(letters);
    if (word.len == 0)
        return false;
    UChar32 first = u_tolower(pk_utf8_next(word.data, &at, (int32_t) word.len));
    while (list_at < list_len)
        if (pk_utf8_next(letters, &list_at, list_len) == first && first != ' ')
            return true;
    return false;
}

/* The phrase with its first word changed where the rule of the language says so: "в вторник" is "във вторник". */
static int add_with_preposition(const struct pk_dates *dates, struct pk_slice phrase, struct pk_buf *out)
{
    struct pk_slice rest = phrase, first;
    if (pk_slice_cut(&rest, ' ', &first) && rest.data) {
        for (size_t i = 0; i < dates->preposition_count; i++) {
            const struct pk_preposition *rule = &dates->prepositions[i];
            if (!pk_slice_is(first, rule->plain) || !begins_with_one_of(rest, rule->letters))
                continue;
            (void) pk_buf_add_text(out, rule->changed);
            (void) pk_buf_add_char(out, ' ');
            return pk_buf_add_slice(out, rest);
        }
    }
    return pk_buf_add_slice(out, phrase);
}

int pk_dates_word(const struct pk_dates *dates, struct pk_wall *wall, enum pk_day_word word, int64_t moment_ms,
                  struct pk_buf *out)
{
    struct pk_buf phrase;
    pk_buf_init(&phrase, (size_t) 4 * PK_WORD_UNITS_MAX);
    int r = add_formatted(dates->formats[word], wall, moment_ms, &phrase);
    if (r == 0)
        r = add_with_preposition(dates, pk_buf_slice(&phrase), out);
    pk_buf_finish(&phrase);
    return r;
}

int pk_dates_range(const struct pk_dates *dates, struct pk_wall *wall, int64_t from_ms, int64_t to_ms, struct pk_buf *out)
{
    int r = pk_dates_word(dates, wall, PK_WORD_RANGE_FROM, from_ms, out);
    if (r == 0)
        r = pk_buf_add_char(out, ' ');
    return r != 0 ? r : pk_dates_word(dates, wall, PK_WORD_RANGE_TO, to_ms, out);
}

/* ---- hours and weekdays ---- */

/* "9:05", "17:00" */
static bool parse_hour(struct pk_slice text, int64_t *ret_ms)
{
    struct pk_slice hours, minutes;
    int64_t h, m;
    if (!pk_slice_cut(&text, ':', &hours) || !pk_slice_cut(&text, ':', &minutes) || text.data || minutes.len != 2 ||
        hours.len > 2 || pk_parse_int(hours, 0, 23, &h) != 0 || pk_parse_int(minutes, 0, 59, &m) != 0)
        return false;
    *ret_ms = (h * 60 + m) * 60000;
    return true;
}

static bool parse_hours(struct pk_slice hours, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
    struct pk_slice from, to;
    return pk_slice_cut(&hours, '-', &from) && pk_slice_cut(&hours, '-', &to) && !hours.data && parse_hour(from, ret_from_ms) &&
           parse_hour(to, ret_to_ms) && *ret_to_ms > *ret_from_ms;
}

bool pk_hours_valid(struct pk_slice hours)
{
    int64_t from_ms, to_ms;
    return parse_hours(hours, &from_ms, &to_ms);
}

int pk_dates_hours(const struct pk_dates *dates, struct pk_slice hours, bool brief, struct pk_buf *out)
{
    int64_t from_ms, to_ms;
    if (!parse_hours(hours, &from_ms, &to_ms))
        return PK_E_INVALID;
    if (brief) {
        int r = add_formatted(dates->formats[PK_WORD_BRIEF_FROM], dates->plain, from_ms, out);
        return r != 0 ? r : add_formatted(dates->formats[PK_WORD_BRIEF_TO], dates->plain, to_ms, out);
    }
    return pk_dates_range(dates, dates->plain, from_ms, to_ms, out);
}

const char *const pk_weekday_names[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static bool parse_weekdays(struct pk_slice weekdays, bool ret_wanted[7], size_t *ret_count)
{
    struct pk_slice one;
    *ret_count = 0;
    memset(ret_wanted, 0, 7 * sizeof *ret_wanted);
    while (pk_slice_cut(&weekdays, ' ', &one)) {
        size_t day = 0;
        while (day < 7 && !pk_slice_is(one, pk_weekday_names[day]))
            day++;
        if (day == 7 || ret_wanted[day])
            return false;
        ret_wanted[day] = true;
        ++*ret_count;
    }
    return *ret_count > 0 && *ret_count <= PK_WEEKDAYS_MAX;
}

size_t pk_weekdays_count(struct pk_slice weekdays)
{
    bool wanted[7];
    size_t count;
    return parse_weekdays(weekdays, wanted, &count) ? count : 0;
}

/* What stands before the next name of a list, when `told` are behind it and `left` are to come. */
static void add_joint(const struct pk_dates *dates, size_t told, size_t left, struct pk_buf *out)
{
    if (told > 0)
        (void) (left == 1 ? pk_buf_printf(out, " %s ", dates->list_and) : pk_buf_add_text(out, ", "));
}

int pk_dates_list(const struct pk_dates *dates, const struct pk_slice *names, size_t count, struct pk_buf *out)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        add_joint(dates, i, count - i, out);
        r = pk_buf_add_slice(out, names[i]);
    }
    return r;
}

int pk_dates_weekdays(const struct pk_dates *dates, struct pk_slice weekdays, bool brief, struct pk_buf *out)
{
    bool wanted[7];
    size_t left, told = 0;
    if (!parse_weekdays(weekdays, wanted, &left))
        return PK_E_INVALID;
    int r = 0;
    for (size_t day = 0; r == 0 && day < 7; day++) {
        if (!wanted[day])
            continue;
        add_joint(dates, told++, left--, out);
        /* 5 January 1970 was a Monday. */
        r = add_formatted(brief ? dates->weekday_brief : dates->weekday, dates->plain, (int64_t) (day + 4) * DAY_MS, out);
    }
    return r;
}

const struct pk_longest_days *pk_dates_longest(const struct pk_dates *dates)
{
    return &dates->longest;
}

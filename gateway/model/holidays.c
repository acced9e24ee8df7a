/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/holidays.h"

#include "gateway/base/text.h"
#include "gateway/language/holidays.h"

#include <string.h>

#define SPANS_MAX 400u /* ten years of school holidays and more */
#define SPAN_DAYS_MAX 100 /* the longest summer holiday is shorter: a wrong year is seen */

/* Days written as one number that rises with them: 20270831. */
struct span {
    int first, last;
    char *name;
};

struct pk_days {
    int from, until; /* what is known; 0 = nothing */
    char until_text[16];
    struct span *spans;
    size_t count;
};

static int number_of(int year, int month, int day)
{
    return (year * 100 + month) * 100 + day;
}

static int days_in(int64_t year, int64_t month)
{
    static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* "2027-08-31" */
static bool read_date(struct pk_slice text, int *ret_number)
{
    int64_t year, month, day;
    if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-' ||
        pk_parse_int(pk_slice_make(text.data, 4), 2000, 2100, &year) != 0 ||
        pk_parse_int(pk_slice_make(text.data + 5, 2), 1, 12, &month) != 0 ||
        pk_parse_int(pk_slice_make(text.data + 8, 2), 1, days_in(year, month), &day) != 0)
        return false;
    *ret_number = number_of((int) year, (int) month, (int) day);
    return true;
}

/* "2026-03-20", or "2026-02-21..2026-03-01" */
static bool read_span(struct pk_slice text, struct span *ret_span)
{
    *ret_span = (struct span){ 0 };
    if (text.len == 10 && read_date(text, &ret_span->first)) {
        ret_span->last = ret_span->first;
        return true;
    }
    return text.len == 22 && memcmp(text.data + 10, "..", 2) == 0 && read_date(pk_slice_make(text.data, 10), &ret_span->first) &&
           read_date(pk_slice_make(text.data + 12, 10), &ret_span->last);
}

/* At most the days between two numbers: months counted as 31 days. */
static int most_days(const struct span *span)
{
    int months = (span->last / 10000 - span->first / 10000) * 12 + (span->last / 100 % 100 - span->first / 100 % 100);
    return months * 31 + span->last % 100 - span->first % 100 + 1;
}

/* ---- loading ---- */

static int read_known(const struct pk_ini *ini, const struct pk_ini_section *section, const char *key, struct pk_ini_report *report)
{
    int number = 0;
    const struct pk_ini_entry *entry = section ? pk_ini_entry(section, key) : NULL;
    if (!entry)
        pk_ini_tell(report, ini->file, section ? section->line : 0, "known", key,
                    "Write from and until: the first and the last day of which this file says everything.", "required setting is missing");
    else if (!read_date(entry->value, &number))
        pk_ini_tell(report, ini->file, entry->line, "known", key, "Write year, month and day: 2027-08-31.", "this is no day");
    return number;
}

static void load_known(struct pk_days *days, const struct pk_ini *ini, struct pk_ini_report *report)
{
    const struct pk_ini_section *section = pk_ini_find(ini, "known", "");
    int from = read_known(ini, section, "from", report), until = read_known(ini, section, "until", report);
    for (size_t i = 0; section && i < section->entry_count; i++)
        if (strcmp(section->entries[i].key, "from") != 0 && strcmp(section->entries[i].key, "until") != 0)
            pk_ini_tell(report, ini->file, section->entries[i].line, "known", section->entries[i].key, "Write from and until.",
                        "there is no such key here");
    if (from == 0 || until == 0)
        return;
    if (until < from)
        pk_ini_tell(report, ini->file, section->line, "known", "until", "Write the last day that is known.", "it ends before it begins");
    days->from = from;
    days->until = until;
    (void) snprintf(days->until_text, sizeof days->until_text, "%04d-%02d-%02d", until / 10000, until / 100 % 100, until % 100);
}

static const char *mistake_in(const struct pk_days *days, const struct span *span, struct pk_slice name)
{
    if (name.len == 0)
        return "the day has no name";
    if (span->last < span->first)
        return "the last day is before the first";
    if (most_days(span) > SPAN_DAYS_MAX)
        return "this is longer than any holiday";
    if (days->from != 0 && (span->first < days->from || span->last > days->until))
        return "this is outside of what [known] says is complete";
    return days->count == SPANS_MAX ? "there are more days than a file may hold" : NULL;
}

static void load_span(struct pk_days *days, const struct pk_ini *ini, const struct pk_ini_entry *entry, struct pk_ini_report *report)
{
    struct span span;
    if (!read_span(pk_slice_of(entry->key), &span)) {
        pk_ini_tell(report, ini->file, entry->line, "days", entry->key,
                    "Write 2026-03-20 = name, or 2026-02-21..2026-03-01 = name for all days from the first to the last.", "this is no day");
        return;
    }
    const char *mistake = mistake_in(days, &span, entry->value);
    if (mistake) {
        pk_ini_tell(report, ini->file, entry->line, "days", entry->key, "Correct the days, or move until in [known].", "%s", mistake);
        return;
    }
    span.name = pk_slice_dup(entry->value);
    days->spans = pk_realloc_array(days->spans, days->count + 1, sizeof *days->spans);
    days->spans[days->count++] = span;
}

struct pk_days *pk_days_load(const struct pk_ini *ini, struct pk_ini_report *report)
{
    struct pk_days *days = pk_alloc(sizeof *days);
    const struct pk_ini_section *section = pk_ini_find(ini, "days", "");
    load_known(days, ini, report);
    for (size_t i = 0; i < ini->section_count; i++)
        if (strcmp(ini->sections[i].kind, "known") != 0 && strcmp(ini->sections[i].kind, "days") != 0)
            pk_ini_tell(report, ini->file, ini->sections[i].line, ini->sections[i].kind, NULL, "Use [known] and [days].",
                        "there is no section of this kind");
    for (size_t i = 0; section && i < section->entry_count; i++)
        load_span(days, ini, &section->entries[i], report);
    return days;
}

void pk_days_free(struct pk_days *days)
{
    if (!days)
        return;
    for (size_t i = 0; i < days->count; i++)
        free(days->spans[i].name);
    free(days->spans);
    free(days);
}

/* ---- asking ---- */

const char *pk_days_name(const struct pk_days *days, int year, int month, int day)
{
    int number = number_of(year, month, day);
    for (size_t i = 0; i < days->count; i++)
        if (days->spans[i].first <= number && number <= days->spans[i].last)
            return days->spans[i].name;
    return NULL;
}

bool pk_days_known(const struct pk_days *days, int year, int month, int day)
{
    int number = number_of(year, month, day);
    return days->from <= number && number <= days->until;
}

const char *pk_days_until(const struct pk_days *days)
{
    return days->until_text;
}

const char *pk_calendar_rest(const struct pk_calendar *calendar, int year, int month, int day)
{
    return calendar->rules ? pk_holidays_rest(calendar->rules, year, month, day) : pk_days_name(calendar->dates, year, month, day);
}

const char *pk_calendar_event(const struct pk_calendar *calendar, int year, int month, int day)
{
    return calendar->rules ? pk_holidays_name(calendar->rules, year, month, day) : pk_days_name(calendar->dates, year, month, day);
}

bool pk_calendar_known(const struct pk_calendar *calendar, int year, int month, int day)
{
    return calendar->rules || pk_days_known(calendar->dates, year, month, day);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads section [dates] of a language file; see dates.h. Called when a language is loaded, never later. */
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/language/dates_private.h"
#include "gateway/language/utf16.h"

#define DAY_MS 86400000ll

/* In the order of enum pk_day_word; the keys that are no pattern follow. */
static const char *const keys[] = { "on-day",       "day",      "day-year",       "day-short",  "day-month", "on-weekday",
                                    "time",         "datetime", "short",          "range-from", "range-to",  "list-and",
                                    "prepositions", "weekdays", "weekdays-short", "months" };

struct loading {
    const struct pk_ini *ini;
    const struct pk_ini_section *section;
    struct pk_ini_report *report;
    bool bad;
};

__attribute__((format(printf, 4, 5))) static void complain(struct loading *l, const struct pk_ini_entry *entry, const char *hint,
                                                           const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    pk_ini_tell(l->report, l->ini->file, entry ? entry->line : l->section->line, "dates", entry ? entry->key : NULL, hint, "%s",
                reason);
    l->bad = true;
}

static const struct pk_ini_entry *need(struct loading *l, const char *key)
{
    const struct pk_ini_entry *entry = pk_ini_entry(l->section, key);
    if (entry && entry->value.len > 0)
        return entry;
    complain(l, entry, "Write it as the other languages do, for example: on-day = 'op' EEEE d MMMM", "key \"%s\" is missing",
             key);
    return NULL;
}

static UDateFormat *open_format(struct loading *l, const char *locale, const struct pk_ini_entry *entry, struct pk_slice pattern)
{
    UErrorCode code = U_ZERO_ERROR;
    pk_auto(pk_utf16) struct pk_utf16 units = { 0 };
    UDateFormat *format = NULL;
    if (pattern.len <= PK_WORD_UNITS_MAX && pk_utf16_from_utf8(&units, pattern) == 0)
        format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, u"Etc/UTC", -1, units.data, units.len, &code);
    if (U_SUCCESS(code) && format)
        return format;
    complain(l, entry, "Use the letters of ICU date patterns, other words between apostrophes.", "the pattern cannot be used");
    udat_close(format);
    return NULL;
}

/* "в/във: в ф, с/със: с з" */
static void read_prepositions(struct loading *l, struct pk_dates *dates)
{
    const struct pk_ini_entry *entry = pk_ini_entry(l->section, "prepositions");
    struct pk_slice rest = entry ? entry->value : (struct pk_slice){ 0 }, rule;
    while (rest.data && pk_slice_cut(&rest, ',', &rule)) {
        struct pk_slice words, plain, changed;
        if (dates->preposition_count == PK_PREPOSITIONS_MAX || !pk_slice_cut(&rule, ':', &words) || !rule.data ||
            !pk_slice_cut(&words, '/', &plain) || !pk_slice_cut(&words, '/', &changed) || words.data) {
            complain(l, entry, "Write plain/changed: letters, as in \"в/във: в ф\".", "the rule cannot be read");
            return;
        }
        dates->prepositions[dates->preposition_count++] = (struct pk_preposition){
            .plain = pk_slice_dup(pk_slice_trim(plain)),
            .changed = pk_slice_dup(pk_slice_trim(changed)),
            .letters = pk_slice_dup(pk_slice_trim(rule)),
        };
    }
}

static void set_name(struct pk_dates *dates, UDateFormatSymbolType type, int32_t index, const struct pk_utf16 *name)
{
    for (size_t i = 0; i <= PK_DAY_WORDS; i++) {
        UErrorCode code = U_ZERO_ERROR;
        UDateFormat *format = i < PK_DAY_WORDS ? dates->formats[i] : dates->weekday;
        udat_setSymbols(format, type, index, name->data, name->len, &code);
    }
}

/* Names of days or months that ICU does not know: a language of few speakers brings its own. */
static void read_names(struct loading *l, struct pk_dates *dates, const char *key, UDateFormatSymbolType type, int32_t count)
{
    const struct pk_ini_entry *entry = pk_ini_entry(l->section, key);
    struct pk_slice rest = entry ? entry->value : (struct pk_slice){ 0 }, name;
    int32_t n = 0;
    while (rest.data && pk_slice_cut(&rest, ',', &name)) {
        pk_auto(pk_utf16) struct pk_utf16 units = { 0 };
        /* Written Monday first; ICU counts days from Sunday = 1, months from 0. */
        if (n < count && pk_utf16_from_utf8(&units, pk_slice_trim(name)) == 0 && units.len > 0)
            set_name(dates, type, count == 7 ? 1 + (n + 1) % 7 : n, &units);
        n++;
    }
    if (entry && n != count)
        complain(l, entry, "Separate them by commas, Monday or January first.", "there are %d names and not %d", n, count);
}

/* Every pair of month and weekday, with a day and an hour of two digits. */
static void find_longest(struct pk_dates *dates)
{
    static const int64_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t begin;
    size_t longest = 0;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    if (pk_time_parse(PK_SLICE("2026-01-01T18:30:00Z"), &begin) != 0 || pk_wall_new("Etc/UTC", &wall, NULL) != 0)
        return;
    for (size_t month = 0; month < 12; begin += month_days[month++] * DAY_MS) {
        for (int64_t day = 19; day < 26; day++) {
            struct pk_buf text;
            pk_buf_init(&text, (size_t) 4 * PK_WORD_UNITS_MAX);
            int64_t at = begin + day * DAY_MS;
            if (pk_dates_word(dates, wall, PK_WORD_ON_DAY, at, &text) == 0 && text.len > longest) {
                longest = text.len;
                dates->longest = at;
            }
            pk_buf_finish(&text);
        }
    }
}

static void check_keys(struct loading *l)
{
    for (size_t i = 0; i < l->section->entry_count; i++) {
        const struct pk_ini_entry *entry = &l->section->entries[i];
        bool known = false;
        for (size_t j = 0; j < PK_COUNT(keys); j++)
            known = known || strcmp(entry->key, keys[j]) == 0;
        const char *near = known ? NULL : pk_nearest(pk_slice_of(entry->key), keys, PK_COUNT(keys));
        if (near)
            complain(l, entry, "Correct the spelling.", "there is no key \"%s\"; did you mean \"%s\"?", entry->key, near);
        else if (!known)
            complain(l, entry, "Remove it.", "there is no key \"%s\"", entry->key);
    }
}

struct pk_dates *pk_dates_new(const struct pk_ini *ini, const char *locale, struct pk_ini_report *report)
{
    struct loading l = { .ini = ini, .section = pk_ini_find(ini, "dates", ""), .report = report };
    if (!l.section) {
        pk_ini_tell(report, ini->file, 1, NULL, NULL, "Copy the section of another language and translate it.",
                    "section [dates] is missing");
        return NULL;
    }
    struct pk_dates *dates = pk_alloc(sizeof *dates);
    check_keys(&l);
    for (size_t i = 0; i < PK_DAY_WORDS; i++) {
        const struct pk_ini_entry *entry = need(&l, keys[i]);
        if (entry)
            dates->formats[i] = open_format(&l, locale, entry, entry->value);
    }
    dates->weekday = open_format(&l, locale, NULL, PK_SLICE("EEEE"));
    const struct pk_ini_entry *list_and = need(&l, "list-and");
    dates->list_and = list_and ? pk_slice_dup(list_and->value) : NULL;
    read_prepositions(&l, dates);
    if (!l.bad) {
        read_names(&l, dates, "weekdays", UDAT_WEEKDAYS, 7);
        read_names(&l, dates, "weekdays-short", UDAT_SHORT_WEEKDAYS, 7);
        read_names(&l, dates, "months", UDAT_MONTHS, 12);
    }
    if (l.bad) {
        pk_dates_free(dates);
        return NULL;
    }
    find_longest(dates);
    return dates;
}

void pk_dates_free(struct pk_dates *dates)
{
    if (!dates)
        return;
    for (size_t i = 0; i < PK_DAY_WORDS; i++)
        udat_close(dates->formats[i]);
    udat_close(dates->weekday);
    for (size_t i = 0; i < dates->preposition_count; i++) {
        free(dates->prepositions[i].plain);
        free(dates->prepositions[i].changed);
        free(dates->prepositions[i].letters);
    }
    free(dates->list_and);
    free(dates);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads section [dates] of a language file; see dates.h. Called when a language is loaded, never later. */
#include "gateway/base/text.h"
#include "gateway/language/dates_private.h"
#include "gateway/language/utf16.h"

#define DAY_MS 86400000ll

/* In the order of enum pk_day_word; the keys that are no pattern follow. */
static const char *const keys[] = { "on-day",       "day",      "day-year",       "day-short",  "day-month", "on-weekday",
                                    "time",         "datetime", "short",          "range-from", "range-to",  "brief-from", "brief-to", "list-and",
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

/* ICU leaves out letters it does not know, with what follows them, and takes those it knows for something else: words
 * have to stand between apostrophes, and only days, months, years, hours and minutes are told to people. */
static bool check_letters(struct loading *l, const struct pk_ini_entry *entry, struct pk_slice pattern)
{
    bool quoted = false;
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.data[i];
        if (c == '\'')
            quoted = !quoted;
        if (quoted || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) || strchr("EcMLdyHhKkma", c))
            continue;
        complain(l, entry, "Put words between two apostrophes; the letters that stand for something are E c M L d y H h K k m a.",
                 "the letter %c stands for nothing", c);
        return false;
    }
    if (quoted)
        complain(l, entry, "Put words between two apostrophes; write '' for one.", "an apostrophe has no partner");
    return !quoted;
}

static UDateFormat *open_format(struct loading *l, const char *locale, const struct pk_ini_entry *entry, struct pk_slice pattern)
{
    UErrorCode code = U_ZERO_ERROR;
    pk_auto(pk_utf16) struct pk_utf16 units = { 0 };
    UDateFormat *format = NULL;
    UChar tried[PK_WORD_UNITS_MAX];
    if (!check_letters(l, entry, pattern))
        return NULL;
    if (pattern.len <= PK_WORD_UNITS_MAX && pk_utf16_from_utf8(&units, pattern) == 0)
        format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, u"Etc/UTC", -1, units.data, units.len, &code);
    /* Words have their length, and better here than in a message. */
    if (U_SUCCESS(code) && format)
        (void) udat_format(format, 0, tried, PK_WORD_UNITS_MAX, NULL, &code);
    if (U_SUCCESS(code) && format)
        return format;
    complain(l, entry, "Write it shorter.", "the pattern makes more than %d letters", PK_WORD_UNITS_MAX);
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
    for (size_t i = 0; i < PK_DAY_WORDS + 2; i++) {
        UErrorCode code = U_ZERO_ERROR;
        UDateFormat *format = i < PK_DAY_WORDS ? dates->formats[i] : i == PK_DAY_WORDS ? dates->weekday : dates->weekday_brief;
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
        if (pk_utf16_from_utf8(&units, pk_slice_trim(name)) != 0 || units.len == 0)
            complain(l, entry, "Separate them by commas, Monday or January first.", "a name is missing");
        else if (n < count) /* ICU counts days from Sunday = 1, months from 0 */
            set_name(dates, type, count == 7 ? 1 + (n + 1) % 7 : n, &units);
        n++;
    }
    if (entry && n != count)
        complain(l, entry, "Separate them by commas, Monday or January first.", "there are %d names and not %d", n, count);
}

/* ---- the longest words ---- */

/* In UTF-16 units, which are what a Cyrillic message is paid by. */
static size_t units_of(const struct pk_buf *text)
{
    pk_auto(pk_utf16) struct pk_utf16 units = { 0 };
    return pk_utf16_from_utf8(&units, pk_buf_slice(text)) == 0 ? (size_t) units.len : 0;
}

static size_t day_units(const struct pk_dates *dates, int64_t at)
{
    struct pk_buf text;
    pk_buf_init(&text, (size_t) 4 * PK_WORD_UNITS_MAX);
    (void) pk_dates_word(dates, dates->plain, PK_WORD_ON_DAY, at, &text);
    size_t units = units_of(&text);
    pk_buf_finish(&text);
    return units;
}

/* Every pair of month and weekday, with a day and an hour of two digits. */
static void find_longest_day(struct pk_dates *dates)
{
    static const int64_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t begin = 1767292200000; /* 1 January 2026, 18:30 */
    size_t longest = 0;
    for (size_t month = 0; month < 12; begin += month_days[month++] * DAY_MS) {
        for (int64_t day = 19; day < 26; day++) {
            size_t units = day_units(dates, begin + day * DAY_MS);
            if (units <= longest)
                continue;
            longest = units;
            dates->longest.moment_ms = begin + day * DAY_MS;
        }
    }
}

static size_t weekday_units(const struct pk_dates *dates, size_t day)
{
    struct pk_buf text;
    pk_buf_init(&text, (size_t) 4 * PK_WORD_UNITS_MAX);
    (void) pk_dates_weekdays(dates, pk_slice_of(pk_weekday_names[day]), false, &text);
    size_t units = units_of(&text);
    pk_buf_finish(&text);
    return units;
}

/* As many days as may be named, the longest first. */
static void find_longest_weekdays(struct pk_dates *dates)
{
    size_t units[7], used = 0;
    for (size_t day = 0; day < 7; day++)
        units[day] = weekday_units(dates, day);
    for (size_t n = 0; n < PK_WEEKDAYS_MAX; n++) {
        size_t best = 0;
        for (size_t day = 1; day < 7; day++)
            if (units[day] > units[best])
                best = day;
        units[best] = 0;
        used += (size_t) snprintf(dates->longest.weekdays + used, sizeof dates->longest.weekdays - used, "%s%s", n > 0 ? " " : "",
                                  pk_weekday_names[best]);
    }
}

/* ---- the section ---- */

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
    l.bad = pk_wall_new("Etc/UTC", &dates->plain, NULL) != 0; /* only without ICU's own data */
    check_keys(&l);
    for (size_t i = 0; i < PK_DAY_WORDS; i++) {
        struct pk_slice usual = i == PK_WORD_BRIEF_FROM ? PK_SLICE("H:mm-") : i == PK_WORD_BRIEF_TO ? PK_SLICE("H:mm") : PK_SLICE("");
        const struct pk_ini_entry *entry = usual.len > 0 ? pk_ini_entry(l.section, keys[i]) : need(&l, keys[i]);
        if (entry || usual.len > 0)
            dates->formats[i] = open_format(&l, locale, entry, entry ? entry->value : usual);
    }
    dates->weekday = open_format(&l, locale, NULL, PK_SLICE("EEEE"));
    dates->weekday_brief = open_format(&l, locale, NULL, PK_SLICE("EEE"));
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
    find_longest_day(dates);
    find_longest_weekdays(dates);
    return dates;
}

void pk_dates_free(struct pk_dates *dates)
{
    if (!dates)
        return;
    for (size_t i = 0; i < PK_DAY_WORDS; i++)
        udat_close(dates->formats[i]);
    udat_close(dates->weekday);
    udat_close(dates->weekday_brief);
    pk_wall_free(dates->plain);
    for (size_t i = 0; i < dates->preposition_count; i++) {
        free(dates->prepositions[i].plain);
        free(dates->prepositions[i].changed);
        free(dates->prepositions[i].letters);
    }
    free(dates->list_and);
    free(dates);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Days and hours in words: the nights when clocks change, two zones, lists, and files that say too little. */
#include "tests/unit/language/support.h"

#include "gateway/base/clock.h"
#include "gateway/language/language_file.h"

static struct pk_language *load(const char *tag)
{
    char path[1024];
    struct pk_ini_report report = { 0 };
    (void) snprintf(path, sizeof path, "%s/%s/language.ini", PK_TEST_TEMPLATES, tag);
    struct pk_language *language = pk_language_load(path, pk_slice_of(tag), &report);
    assert_non_null(language);
    return language;
}

static void check(const char *tag, const char *zone, enum pk_day_word word, const char *moment, const char *wanted)
{
    struct pk_language *language = load(tag);
    struct pk_wall *wall = NULL;
    struct pk_buf words;
    int64_t ms;
    pk_buf_init(&words, 1024);
    assert_int_equal(pk_time_parse(pk_slice_of(moment), &ms), 0);
    assert_int_equal(pk_wall_new(zone, &wall, NULL), 0);
    assert_int_equal(pk_dates_word(language->dates, wall, word, ms, &words), 0);
    assert_string_equal(pk_buf_text(&words), wanted);
    pk_buf_finish(&words);
    pk_wall_free(wall);
    pk_language_free(language);
}

static void test_nights_of_the_clock(void **state)
{
    (void) state;
    const char *home = "Europe/Amsterdam", *sofia = "Europe/Sofia";
    check("bg", home, PK_WORD_DATETIME, "2026-03-29T00:59:59Z", "неделя, 29 март, 1:59 ч.");
    check("bg", home, PK_WORD_DATETIME, "2026-03-29T01:00:00Z", "неделя, 29 март, 3:00 ч.");
    check("bg", home, PK_WORD_DATETIME, "2026-10-25T00:30:00Z", "неделя, 25 октомври, 2:30 ч.");
    check("bg", home, PK_WORD_DATETIME, "2026-10-25T01:30:00Z", "неделя, 25 октомври, 2:30 ч.");
    /* An hour further east it is another day. */
    check("bg", home, PK_WORD_ON_DAY, "2026-10-12T21:30:00Z", "в понеделник, 12 октомври");
    check("bg", sofia, PK_WORD_ON_DAY, "2026-10-12T21:30:00Z", "във вторник, 13 октомври");
    check("bg", sofia, PK_WORD_TIME, "2026-10-12T21:30:00Z", "0:30 ч.");
}

static void test_languages(void **state)
{
    (void) state;
    static const struct {
        const char *tag;
        enum pk_day_word word;
        const char *wanted;
    } cases[] = {
        { "bg", PK_WORD_ON_DAY, "във вторник, 13 октомври" },
        { "bg", PK_WORD_ON_WEEKDAY, "във вторник" },
        { "bg", PK_WORD_DAY_YEAR, "вторник, 13 октомври 2026 г." },
        { "bg", PK_WORD_SHORT, "вт, 13.10, 19:30 ч." },
        { "nl", PK_WORD_ON_DAY, "op dinsdag 13 oktober" },
        { "nl", PK_WORD_ON_WEEKDAY, "op dinsdag" },
        { "nl", PK_WORD_DAY_YEAR, "dinsdag 13 oktober 2026" },
        { "nl", PK_WORD_DATETIME, "dinsdag 13 oktober, 19:30 uur" },
        { "nl", PK_WORD_SHORT, "di 13-10, 19:30 uur" },
        { "tr", PK_WORD_ON_DAY, "13 Ekim Salı günü" },
        { "tr", PK_WORD_TIME, "saat 19:30" },
        { "en", PK_WORD_ON_DAY, "on Tuesday 13 October" },
        { "en", PK_WORD_SHORT, "Tue 13 Oct, 19:30" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        check(cases[i].tag, "Europe/Amsterdam", cases[i].word, "2026-10-13T19:30:00+02:00", cases[i].wanted);
}

static void test_hours_and_weekdays(void **state)
{
    (void) state;
    struct pk_language *bg = load("bg"), *nl = load("nl");
    struct pk_buf words;
    pk_buf_init(&words, 1024);
    assert_int_equal(pk_dates_hours(bg->dates, PK_SLICE("9:00-17:00"), false, &words), 0);
    (void) pk_buf_add_char(&words, '|');
    assert_int_equal(pk_dates_hours(nl->dates, PK_SLICE("09:05-17:30"), false, &words), 0);
    (void) pk_buf_add_char(&words, '|');
    assert_int_equal(pk_dates_weekdays(bg->dates, PK_SLICE("thu tue"), false, &words), 0);
    (void) pk_buf_add_char(&words, '|');
    assert_int_equal(pk_dates_weekdays(nl->dates, PK_SLICE("mon wed sun"), false, &words), 0);
    (void) pk_buf_add_char(&words, '|');
    assert_int_equal(pk_dates_weekdays(nl->dates, PK_SLICE("sat"), false, &words), 0);
    assert_string_equal(pk_buf_text(&words),
                        "от 9:00 до 17:00 ч.|van 9:05 tot 17:30 uur|вторник и четвъртък|maandag, woensdag en zondag|zaterdag");
    static const char *const no_hours[] = { "",           "9-17",      "17:00-9:00",       "9:00-9:00",
                                            "9:00-24:00", "9:0-10:00", "9:00-10:00-11:00", "a:00-b:00" };
    static const char *const no_weekdays[] = { "", "ma", "tue tue", "tue  thu", "mon tue wed thu fri sat", "Tue" };
    for (size_t i = 0; i < PK_COUNT(no_hours); i++)
        assert_false(pk_hours_valid(pk_slice_of(no_hours[i])));
    for (size_t i = 0; i < PK_COUNT(no_weekdays); i++)
        assert_int_equal(pk_weekdays_count(pk_slice_of(no_weekdays[i])), 0);
    pk_buf_finish(&words);
    pk_language_free(bg);
    pk_language_free(nl);
}

/* Lengths are checked with these; a language has its own longest days. */
static void test_longest_days(void **state)
{
    (void) state;
    struct pk_language *bg = load("bg"), *nl = load("nl"), *en = load("en");
    char moment[PK_TIME_TEXT_MAX];
    assert_string_equal(pk_dates_longest(bg->dates)->weekdays, "mon thu tue sat sun");
    assert_string_equal(pk_dates_longest(nl->dates)->weekdays, "thu wed sat mon tue");
    assert_string_equal(pk_dates_longest(en->dates)->weekdays, "wed thu sat tue mon");
    assert_string_equal(pk_time_format(pk_dates_longest(bg->dates)->moment_ms, moment), "2026-09-21T18:30:00Z");
    assert_string_equal(pk_time_format(pk_dates_longest(nl->dates)->moment_ms, moment), "2026-09-24T18:30:00Z");
    pk_language_free(bg);
    pk_language_free(nl);
    pk_language_free(en);
}

static void test_zones_that_are_none(void **state)
{
    (void) state;
    static const char *const zones[] = { "", "Europe/Zaandam", "europe/amsterdam", "Europe/Amsterdam ", "GMT+99:99" };
    for (size_t i = 0; i < PK_COUNT(zones); i++) {
        struct pk_wall *wall = NULL;
        struct pk_error err = { 0 };
        assert_int_equal(pk_wall_new(zones[i], &wall, &err), PK_E_INVALID);
        assert_null(wall);
        assert_string_equal(err.hint, "Use a name like Europe/Amsterdam.");
    }
}

static void test_incomplete_files(void **state)
{
    (void) state;
    static const char text[] = "[dates]\n"
                               "on-day = EEEE\nday = EEEE\nday-year = EEEE\nday-short = EEE\nday-month = d\non-weekday = EEEE\n"
                               "datetime = H\nshort = H\nrange-from = H\nrange-to = H\nlist-and = en\n"
                               "prepositions = v vav\nweekday = a\nmonths = a, b\n";
    struct told told;
    struct pk_ini *ini = NULL;
    told_begin(&told);
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(text), &told.report, &ini, NULL), 0);
    assert_null(pk_dates_new(ini, "nl", &told.report));
    assert_string_equal(
        pk_buf_text(&told.text),
        "language.ini:14: [dates] weekday: there is no key \"weekday\"; did you mean \"weekdays\"? | Correct the spelling.\n"
        "language.ini:1: [dates] key \"time\" is missing | Write it as the other languages do, for example: on-day = 'op' EEEE d "
        "MMMM\n"
        "language.ini:13: [dates] prepositions: the rule cannot be read | Write plain/changed: letters, as in \"в/във: в ф\".\n");
    pk_ini_free(ini);
    told_end(&told);
}

#define REST                                                                                                        \
    "day-year = EEEE\nday-short = EEE\nday-month = d\non-weekday = EEEE\ndatetime = H\nshort = H\nrange-from = H\n" \
    "range-to = H\nlist-and = en\n"

/* What would fail, or look odd, at the first message is told when the file is read. */
static void test_patterns_are_tried(void **state)
{
    (void) state;
    static const char text[] = "[dates]\non-day = op EEEE\nday = 'op EEEE\ntime = H 'o''clock' z\n" REST;
    static const char endless[] = "[dates]\non-day = EEEEMMMMEEEEMMMMEEEEMMMMEEEEMMMMEEEEMMMMEEEEMMMMEEEEMMMMEEEEMMMMEEEE\n"
                                  "day = EEEE\ntime = H\n" REST;
    static const char names[] = "[dates]\non-day = EEEE\nday = EEEE\ntime = H\n" REST "weekdays = a, b, c, , e, f, g\n";
    struct told told;
    struct pk_ini *ini = NULL;
    told_begin(&told);
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(text), &told.report, &ini, NULL), 0);
    assert_null(pk_dates_new(ini, "nl", &told.report));
    pk_ini_free(ini);
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(endless), &told.report, &ini, NULL), 0);
    assert_null(pk_dates_new(ini, "nl", &told.report));
    pk_ini_free(ini);
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(names), &told.report, &ini, NULL), 0);
    assert_null(pk_dates_new(ini, "nl", &told.report));
    pk_ini_free(ini);
    assert_string_equal(
        pk_buf_text(&told.text),
        "language.ini:2: [dates] on-day: the letter o stands for nothing | Put words between two apostrophes; the letters that "
        "stand for something are E c M L d y H h K k m a.\n"
        "language.ini:3: [dates] day: an apostrophe has no partner | Put words between two apostrophes; write '' for one.\n"
        "language.ini:4: [dates] time: the letter z stands for nothing | Put words between two apostrophes; the letters that "
        "stand for something are E c M L d y H h K k m a.\n"
        "language.ini:2: [dates] on-day: the pattern makes more than 128 letters | Write it shorter.\n"
        "language.ini:14: [dates] weekdays: a name is missing | Separate them by commas, Monday or January first.\n");
    told_end(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nights_of_the_clock), cmocka_unit_test(test_languages),
        cmocka_unit_test(test_hours_and_weekdays),  cmocka_unit_test(test_longest_days),
        cmocka_unit_test(test_zones_that_are_none), cmocka_unit_test(test_incomplete_files),
        cmocka_unit_test(test_patterns_are_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

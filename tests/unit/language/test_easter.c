/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Easter, western and Orthodox, of every year from 2000 to 2100. The table was reckoned apart, from epacts and the Sunday after
 * the paschal moon, and compared with printed calendars of 2000, 2013, 2016, 2024 to 2027 and 2038.
 */
#include "tests/unit/cmocka.h"

#include "gateway/language/holidays.h"

struct year {
    int year, month, day, orthodox_month, orthodox_day;
};

/* clang-format off */
static const struct year years[] = {
    { 2000, 4, 23, 4, 30 }, { 2001, 4, 15, 4, 15 }, { 2002, 3, 31, 5, 5 }, { 2003, 4, 20, 4, 27 }, { 2004, 4, 11, 4, 11 },
    { 2005, 3, 27, 5, 1 }, { 2006, 4, 16, 4, 23 }, { 2007, 4, 8, 4, 8 }, { 2008, 3, 23, 4, 27 }, { 2009, 4, 12, 4, 19 },
    { 2010, 4, 4, 4, 4 }, { 2011, 4, 24, 4, 24 }, { 2012, 4, 8, 4, 15 }, { 2013, 3, 31, 5, 5 }, { 2014, 4, 20, 4, 20 },
    { 2015, 4, 5, 4, 12 }, { 2016, 3, 27, 5, 1 }, { 2017, 4, 16, 4, 16 }, { 2018, 4, 1, 4, 8 }, { 2019, 4, 21, 4, 28 },
    { 2020, 4, 12, 4, 19 }, { 2021, 4, 4, 5, 2 }, { 2022, 4, 17, 4, 24 }, { 2023, 4, 9, 4, 16 }, { 2024, 3, 31, 5, 5 },
    { 2025, 4, 20, 4, 20 }, { 2026, 4, 5, 4, 12 }, { 2027, 3, 28, 5, 2 }, { 2028, 4, 16, 4, 16 }, { 2029, 4, 1, 4, 8 },
    { 2030, 4, 21, 4, 28 }, { 2031, 4, 13, 4, 13 }, { 2032, 3, 28, 5, 2 }, { 2033, 4, 17, 4, 24 }, { 2034, 4, 9, 4, 9 },
    { 2035, 3, 25, 4, 29 }, { 2036, 4, 13, 4, 20 }, { 2037, 4, 5, 4, 5 }, { 2038, 4, 25, 4, 25 }, { 2039, 4, 10, 4, 17 },
    { 2040, 4, 1, 5, 6 }, { 2041, 4, 21, 4, 21 }, { 2042, 4, 6, 4, 13 }, { 2043, 3, 29, 5, 3 }, { 2044, 4, 17, 4, 24 },
    { 2045, 4, 9, 4, 9 }, { 2046, 3, 25, 4, 29 }, { 2047, 4, 14, 4, 21 }, { 2048, 4, 5, 4, 5 }, { 2049, 4, 18, 4, 25 },
    { 2050, 4, 10, 4, 17 }, { 2051, 4, 2, 5, 7 }, { 2052, 4, 21, 4, 21 }, { 2053, 4, 6, 4, 13 }, { 2054, 3, 29, 5, 3 },
    { 2055, 4, 18, 4, 18 }, { 2056, 4, 2, 4, 9 }, { 2057, 4, 22, 4, 29 }, { 2058, 4, 14, 4, 14 }, { 2059, 3, 30, 5, 4 },
    { 2060, 4, 18, 4, 25 }, { 2061, 4, 10, 4, 10 }, { 2062, 3, 26, 4, 30 }, { 2063, 4, 15, 4, 22 }, { 2064, 4, 6, 4, 13 },
    { 2065, 3, 29, 4, 26 }, { 2066, 4, 11, 4, 18 }, { 2067, 4, 3, 4, 10 }, { 2068, 4, 22, 4, 29 }, { 2069, 4, 14, 4, 14 },
    { 2070, 3, 30, 5, 4 }, { 2071, 4, 19, 4, 19 }, { 2072, 4, 10, 4, 10 }, { 2073, 3, 26, 4, 30 }, { 2074, 4, 15, 4, 22 },
    { 2075, 4, 7, 4, 7 }, { 2076, 4, 19, 4, 26 }, { 2077, 4, 11, 4, 18 }, { 2078, 4, 3, 5, 8 }, { 2079, 4, 23, 4, 23 },
    { 2080, 4, 7, 4, 14 }, { 2081, 3, 30, 5, 4 }, { 2082, 4, 19, 4, 19 }, { 2083, 4, 4, 4, 11 }, { 2084, 3, 26, 4, 30 },
    { 2085, 4, 15, 4, 15 }, { 2086, 3, 31, 4, 7 }, { 2087, 4, 20, 4, 27 }, { 2088, 4, 11, 4, 18 }, { 2089, 4, 3, 5, 1 },
    { 2090, 4, 16, 4, 23 }, { 2091, 4, 8, 4, 8 }, { 2092, 3, 30, 4, 27 }, { 2093, 4, 12, 4, 19 }, { 2094, 4, 4, 4, 11 },
    { 2095, 4, 24, 4, 24 }, { 2096, 4, 15, 4, 15 }, { 2097, 3, 31, 5, 5 }, { 2098, 4, 20, 4, 27 }, { 2099, 4, 12, 4, 12 },
    { 2100, 3, 28, 5, 2 },
};
/* clang-format on */

static struct pk_holidays *load(const char *text)
{
    struct pk_ini_report report = { 0 };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(text), &report, &ini, NULL), 0);
    struct pk_holidays *holidays = pk_holidays_load(ini, &report);
    assert_int_equal(report.count, 0);
    return holidays;
}

/* The one day of the year that is Easter: month * 100 + day. */
static int only_day(const struct pk_holidays *holidays, int year)
{
    int found = 0;
    for (int month = 1; month <= 12; month++) {
        for (int day = 1; day <= 31; day++) {
            if (!pk_holidays_rest(holidays, year, month, day) || (day == 31 && (month == 4 || month == 6)))
                continue;
            assert_int_equal(found, 0);
            found = month * 100 + day;
        }
    }
    return found;
}

static void every_year_of_a_century(void **state)
{
    struct pk_holidays *western = load("[holidays]\neaster = x\n"), *orthodox = load("[holidays]\northodox-easter = x\n");
    (void) state;
    assert_int_equal(PK_COUNT(years), 101);
    for (size_t i = 0; i < PK_COUNT(years); i++) {
        const struct year *y = &years[i];
        assert_int_equal(y->year, 2000 + (int) i);
        if (only_day(western, y->year) != y->month * 100 + y->day || only_day(orthodox, y->year) != y->orthodox_month * 100 + y->orthodox_day)
            fail_msg("%d: %d and %d", y->year, only_day(western, y->year), only_day(orthodox, y->year));
    }
    pk_holidays_free(western);
    pk_holidays_free(orthodox);
}

/* 27 April is a Sunday in 2025 and 2031; then the King is celebrated the day before. */
static void kings_day_gives_way_to_a_sunday(void **state)
{
    struct pk_holidays *holidays = load("[holidays]\n04-27/sunday-1 = Koningsdag\n[occasions]\n12-05 = Sinterklaas\n");
    (void) state;
    static const struct {
        int year, day;
    } cases[] = { { 2024, 27 }, { 2025, 26 }, { 2026, 27 }, { 2030, 27 }, { 2031, 26 }, { 2036, 26 }, { 2037, 27 } };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        for (int day = 25; day <= 28; day++)
            assert_int_equal(pk_holidays_rest(holidays, cases[i].year, 4, day) != NULL, day == cases[i].day);
    assert_null(pk_holidays_rest(holidays, 2026, 12, 5));
    assert_string_equal(pk_holidays_name(holidays, 2026, 12, 5), "Sinterklaas");
    pk_holidays_free(holidays);
}

static void told(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    (void) file, (void) section, (void) key, (void) reason;
    assert_non_null(hint);
    *(uint32_t *) ctx = *(uint32_t *) ctx * 10 + line;
}

static void a_rule_that_is_none_is_told(void **state)
{
    uint32_t lines = 0;
    struct pk_ini_report report = { .tell = told, .ctx = &lines };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    (void) state;
    assert_int_equal(pk_ini_parse("x", PK_SLICE("[holidays]\n04-27/monday-1 = a\n04-27/sunday-9 = b\n04-27/ = c\neaster/sunday-1 = d\n05-05 = e\n"),
                                  &report, &ini, NULL),
                     0);
    pk_holidays_free(pk_holidays_load(ini, &report));
    assert_int_equal(lines, 2345);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_year_of_a_century),
        cmocka_unit_test(kings_day_gives_way_to_a_sunday),
        cmocka_unit_test(a_rule_that_is_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

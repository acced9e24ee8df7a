/* SPDX-License-Identifier: EUPL-1.2 */
/* Days on which people are away: fixed ones, and those that go with either Easter. */
#include "tests/unit/cmocka.h"

#include "gateway/language/holidays.h"

#include <stdio.h>

static char told[512];

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    (void) ctx;
    (void) file;
    (void) section;
    (void) hint;
    size_t n = strlen(told);
    (void) snprintf(told + n, sizeof told - n, "%u %s: %s\n", (unsigned) line, key, reason);
}

static struct pk_holidays *load(const char *text)
{
    struct pk_ini_report report = { .tell = tell };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    told[0] = '\0';
    assert_int_equal(pk_ini_parse("language.ini", pk_slice_of(text), &report, &ini, NULL), 0);
    return pk_holidays_load(ini, &report);
}

static void both_easters(void **state)
{
    static const struct {
        int year, month, day, orthodox_month, orthodox_day;
    } cases[] = {
        { 2000, 4, 23, 4, 30 }, { 2008, 3, 23, 4, 27 }, { 2011, 4, 24, 4, 24 }, { 2024, 3, 31, 5, 5 },  { 2025, 4, 20, 4, 20 },
        { 2026, 4, 5, 4, 12 },  { 2027, 3, 28, 5, 2 },  { 2028, 4, 16, 4, 16 }, { 2038, 4, 25, 4, 25 }, { 2100, 3, 28, 5, 2 },
    };
    (void) state;
    struct pk_holidays *western = load("[holidays]\neaster = Pasen\n"), *orthodox = load("[holidays]\northodox-easter = Великден\n");
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_string_equal(pk_holidays_name(western, cases[i].year, cases[i].month, cases[i].day), "Pasen");
        assert_string_equal(pk_holidays_name(orthodox, cases[i].year, cases[i].orthodox_month, cases[i].orthodox_day), "Великден");
        assert_null(pk_holidays_name(western, cases[i].year, cases[i].month, cases[i].day + 1));
    }
    pk_holidays_free(western);
    pk_holidays_free(orthodox);
}

static void days_around_it_and_of_the_year(void **state)
{
    (void) state;
    struct pk_holidays *holidays = load("[holidays]\neaster+39 = Hemelvaart\northodox-easter-2 = Велики петък\n02-29 = Schrikkeldag\n12-31 = Oud\n");
    assert_string_equal(told, "");
    assert_string_equal(pk_holidays_name(holidays, 2028, 2, 29), "Schrikkeldag");
    assert_null(pk_holidays_name(holidays, 2027, 3, 1));
    assert_string_equal(pk_holidays_name(holidays, 2026, 5, 14), "Hemelvaart");
    assert_string_equal(pk_holidays_name(holidays, 2026, 4, 10), "Велики петък");
    assert_string_equal(pk_holidays_name(holidays, 2026, 12, 31), "Oud");
    assert_null(pk_holidays_name(holidays, 2026, 5, 15));
    pk_holidays_free(holidays);
}

static void mistakes_are_told(void **state)
{
    (void) state;
    struct pk_holidays *holidays = load("[holidays]\n13-01 = a\n3-3 = b\n04-31 = c\neaster39 = d\neaster+200 = e\neaster+ = f\n03-03 =\n05-24 = ok\n");
    assert_string_equal(told, "2 13-01: this is no day of a year\n3 3-3: this is no day of a year\n4 04-31: this is no day of a year\n"
                              "5 easter39: this is no day of a year\n6 easter+200: this is no day of a year\n"
                              "7 easter+: this is no day of a year\n8 03-03: the holiday has no name\n");
    assert_string_equal(pk_holidays_name(holidays, 2027, 5, 24), "ok");
    pk_holidays_free(holidays);
    holidays = load("[language]\nname = x\n");
    assert_null(pk_holidays_name(holidays, 2026, 1, 1));
    pk_holidays_free(holidays);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_easters),
        cmocka_unit_test(days_around_it_and_of_the_year),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of days: what they say, what they do not know, and how mistakes are told. The two that come with the program load. */
#include "tests/unit/cmocka.h"

#include "gateway/model/holidays.h"

#include <stdio.h>
#include <string.h>

static char said[2048];

static void told(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    size_t n = strlen(said);
    (void) ctx, (void) file;
    assert_true(hint && hint[0]);
    (void) snprintf(said + n, sizeof said - n, "%u [%s] %s: %s\n", line, section ? section : "", key ? key : "", reason);
}

static struct pk_days *load(const char *text)
{
    struct pk_ini_report report = { .tell = told };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    said[0] = '\0';
    assert_int_equal(pk_ini_parse("days.ini", pk_slice_of(text), &report, &ini, NULL), 0);
    return pk_days_load(ini, &report);
}

#define KNOWN "[known]\nfrom = 2026-01-01\nuntil = 2027-08-31\n"

static void what_a_file_says(void **state)
{
    struct pk_days *days = load(KNOWN "[days]\n2026-12-19..2027-01-03 = Kerst\n2026-02-28 = Dag\n");
    (void) state;
    assert_string_equal(said, "");
    assert_null(pk_days_name(days, 2026, 12, 18));
    assert_string_equal(pk_days_name(days, 2026, 12, 19), "Kerst");
    assert_string_equal(pk_days_name(days, 2026, 12, 31), "Kerst");
    assert_string_equal(pk_days_name(days, 2027, 1, 3), "Kerst");
    assert_null(pk_days_name(days, 2027, 1, 4));
    assert_string_equal(pk_days_name(days, 2026, 2, 28), "Dag");
    assert_null(pk_days_name(days, 2026, 3, 1));
    pk_days_free(days);
}

static void what_it_does_not_know(void **state)
{
    struct pk_days *days = load(KNOWN);
    struct pk_calendar calendar = { .name = "x", .dates = days };
    (void) state;
    assert_false(pk_calendar_known(&calendar, 2025, 12, 31));
    assert_true(pk_calendar_known(&calendar, 2026, 1, 1));
    assert_true(pk_calendar_known(&calendar, 2027, 8, 31));
    assert_false(pk_calendar_known(&calendar, 2027, 9, 1));
    assert_string_equal(pk_days_until(days), "2027-08-31");
    pk_days_free(days);
}

static void mistakes(void **state)
{
    (void) state;
    pk_days_free(load(KNOWN "[days]\n2026-02-29 = a\n2026-3-1 = b\n2026-03-01-2026-03-02 = c\n2026-05-02..2026-05-01 = d\n2027-08-30..2027-09-01 = e\n"
                            "2026-01-01..2026-06-01 = f\n2026-04-01 =\n2026-04-31 = g\n[other]\n"));
    assert_string_equal(said, "13 [other] : there is no section of this kind\n5 [days] 2026-02-29: this is no day\n6 [days] 2026-3-1: this is no day\n"
                              "7 [days] 2026-03-01-2026-03-02: this is no day\n8 [days] 2026-05-02..2026-05-01: the last day is before the first\n"
                              "9 [days] 2027-08-30..2027-09-01: this is outside of what [known] says is complete\n"
                              "10 [days] 2026-01-01..2026-06-01: this is longer than any holiday\n11 [days] 2026-04-01: the day has no name\n"
                              "12 [days] 2026-04-31: this is no day\n");
    pk_days_free(load("[days]\n2026-01-01 = a\n"));
    assert_string_equal(said, "0 [known] from: required setting is missing\n0 [known] until: required setting is missing\n");
    pk_days_free(load("[known]\nfrom = 2027-01-01\nuntil = 2026-12-31\nuntill = x\n"));
    assert_string_equal(said, "4 [known] untill: there is no such key here\n1 [known] until: it ends before it begins\n");
}

static void those_that_come_with_the_program(void **state)
{
    static const char *const files[] = { PK_TEST_DAYS "/school-noord.ini", PK_TEST_DAYS "/bayram.ini" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(files); i++) {
        struct pk_ini_report report = { .tell = told };
        pk_auto(pk_ini) struct pk_ini *ini = NULL;
        said[0] = '\0';
        assert_int_equal(pk_ini_read(files[i], &report, &ini, NULL), 0);
        struct pk_days *days = pk_days_load(ini, &report);
        assert_string_equal(said, "");
        assert_true(pk_days_known(days, 2026, 11, 25));
        assert_string_equal(i == 0 ? pk_days_name(days, 2026, 10, 18) : pk_days_name(days, 2026, 3, 20), i == 0 ? "Herfstvakantie" : "Ramazan Bayram");
        pk_days_free(days);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_says),
        cmocka_unit_test(what_it_does_not_know),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(those_that_come_with_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

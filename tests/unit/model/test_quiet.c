/* SPDX-License-Identifier: EUPL-1.2 */
/* Quiet hours and days at their edges: nights over midnight, both nights on which the clock is set, days in a row, rules that
 * hold together. */
#include "tests/unit/model/zone.h"

#include "gateway/language/holidays.h"

/* "" = it never changes again. */
static void judge(const struct pk_quiet_rule *rules, size_t count, const char *now, enum pk_quiet_cause cause, const char *until)
{
    const struct pk_quiet_rule *list[4];
    struct pk_quiet_verdict verdict;
    char text[PK_TIME_TEXT_MAX];
    for (size_t i = 0; i < count; i++)
        list[i] = &rules[i];
    pk_quiet_judge(list, count, zone, at(now), &verdict);
    if (verdict.cause != cause || verdict.until_ms != (until[0] ? at(until) : INT64_MAX))
        fail_msg("at %s: %s until %s, not %s", now, pk_quiet_cause_name(verdict.cause), verdict.until_ms == INT64_MAX ? "ever" : pk_time_format(verdict.until_ms, text), until);
}

static const struct pk_quiet_rule night = { .name = "night", .night_from = 21 * 60, .night_to = 8 * 60 };

static void a_night(void **state)
{
    (void) state;
    judge(&night, 1, "2026-11-24T20:59:59.999+01:00", PK_QUIET_NONE, "2026-11-24T21:00:00+01:00");
    judge(&night, 1, "2026-11-24T21:00:00+01:00", PK_QUIET_NIGHT, "2026-11-25T08:00:00+01:00");
    judge(&night, 1, "2026-11-25T00:00:00+01:00", PK_QUIET_NIGHT, "2026-11-25T08:00:00+01:00");
    judge(&night, 1, "2026-11-25T07:59:59+01:00", PK_QUIET_NIGHT, "2026-11-25T08:00:00+01:00");
    judge(&night, 1, "2026-11-25T08:00:00+01:00", PK_QUIET_NONE, "2026-11-25T21:00:00+01:00");
    const struct pk_quiet_rule noon = { .name = "noon", .night_from = 12 * 60, .night_to = 13 * 60 + 30 };
    judge(&noon, 1, "2026-11-25T13:29:00+01:00", PK_QUIET_NIGHT, "2026-11-25T13:30:00+01:00");
    judge(&noon, 1, "2026-11-25T13:30:00+01:00", PK_QUIET_NONE, "2026-11-26T12:00:00+01:00");
    judge(NULL, 0, "2026-11-25T13:30:00+01:00", PK_QUIET_NONE, "");
}

/* 29 March 2026: 2:00 becomes 3:00. 25 October 2026: 3:00 becomes 2:00. */
static void the_two_nights_of_the_clock(void **state)
{
    (void) state;
    judge(&night, 1, "2026-03-28T21:00:00+01:00", PK_QUIET_NIGHT, "2026-03-29T06:00:00Z"); /* ten hours */
    judge(&night, 1, "2026-10-24T21:00:00+02:00", PK_QUIET_NIGHT, "2026-10-25T07:00:00Z"); /* twelve */
    const struct pk_quiet_rule small = { .name = "small", .night_from = 60, .night_to = 150 }; /* 1:00-2:30 */
    judge(&small, 1, "2026-03-29T00:30:00Z", PK_QUIET_NIGHT, "2026-03-29T01:00:00Z"); /* 2:30 is skipped: the night is over at 3:00 */
    judge(&small, 1, "2026-03-29T01:00:00Z", PK_QUIET_NONE, "2026-03-29T23:00:00Z");
    judge(&small, 1, "2026-10-25T00:30:00Z", PK_QUIET_NIGHT, "2026-10-25T01:30:00Z"); /* 2:30 for the first time: not over yet */
    judge(&small, 1, "2026-10-25T01:29:59Z", PK_QUIET_NIGHT, "2026-10-25T01:30:00Z");
    judge(&small, 1, "2026-10-25T01:30:00Z", PK_QUIET_NONE, "2026-10-26T00:00:00Z");
    const struct pk_quiet_rule late = { .name = "late", .night_from = 150, .night_to = 300 }; /* 2:30-5:00 */
    judge(&late, 1, "2026-03-29T00:59:59Z", PK_QUIET_NONE, "2026-03-29T01:00:00Z");
    judge(&late, 1, "2026-10-25T00:29:59Z", PK_QUIET_NONE, "2026-10-25T00:30:00Z");
    judge(&late, 1, "2026-10-25T01:00:00Z", PK_QUIET_NIGHT, "2026-10-25T04:00:00Z"); /* 2:00 again, and the night has begun */
}

static struct pk_holidays *holidays_of(const char *text)
{
    struct pk_ini_report report = { 0 };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    assert_int_equal(pk_ini_parse("x", pk_slice_of(text), &report, &ini, NULL), 0);
    return pk_holidays_load(ini, &report);
}

static void days_in_a_row_and_rules_together(void **state)
{
    struct pk_holidays *holidays = holidays_of("[holidays]\n12-25 = Kerst\n12-26 = tweede\n[occasions]\n12-24 = avond\n");
    (void) state;
    const struct pk_quiet_rule rules[] = {
        night,
        { .name = "days", .weekdays = 1u << 6, .calendars = { { .name = "nl", .rules = holidays } }, .calendar_count = 1, .urgent_waits = true },
    };
    /* Thursday evening, Christmas on Friday and Saturday, Sunday, and then the night before Monday. */
    judge(rules, 2, "2026-12-24T21:00:00+01:00", PK_QUIET_NIGHT, "2026-12-28T08:00:00+01:00");
    judge(rules, 2, "2026-12-25T12:00:00+01:00", PK_QUIET_DAY, "2026-12-28T08:00:00+01:00");
    judge(rules, 2, "2026-12-27T12:00:00+01:00", PK_QUIET_WEEKDAY, "2026-12-28T08:00:00+01:00");
    judge(rules, 2, "2026-12-24T12:00:00+01:00", PK_QUIET_NONE, "2026-12-24T21:00:00+01:00");
    judge(&rules[1], 1, "2026-12-24T12:00:00+01:00", PK_QUIET_NONE, "2026-12-25T00:00:00+01:00");
    judge(&rules[1], 1, "2026-12-25T12:00:00+01:00", PK_QUIET_DAY, "2026-12-28T00:00:00+01:00");
    const struct pk_quiet_rule *list[] = { &rules[0], &rules[1] };
    struct pk_quiet_verdict verdict;
    pk_quiet_judge(list, 2, zone, at("2026-12-25T03:00:00+01:00"), &verdict);
    assert_ptr_equal(verdict.rule, &rules[0]);
    assert_true(verdict.urgent_waits); /* the second rule's, which holds too */
    pk_quiet_judge(list, 2, zone, at("2026-12-22T03:00:00+01:00"), &verdict);
    assert_false(verdict.urgent_waits);
    pk_quiet_judge(list + 1, 1, zone, at("2026-12-26T03:00:00+01:00"), &verdict);
    assert_string_equal(verdict.day, "tweede");
    assert_string_equal(verdict.calendar->name, "nl");
    pk_holidays_free(holidays);
}

static void never(void **state)
{
    (void) state;
    const struct pk_quiet_rule rules[] = { { .name = "a", .night_from = 8 * 60, .night_to = 20 * 60 }, { .name = "b", .night_from = 20 * 60, .night_to = 8 * 60 } };
    judge(rules, 2, "2026-11-25T12:00:00Z", PK_QUIET_NIGHT, "");
    const struct pk_quiet_rule nothing = { .name = "c" };
    judge(&nothing, 1, "2026-11-25T12:00:00Z", PK_QUIET_NONE, "");
}

static void events_on_such_days(void **state)
{
    struct pk_holidays *holidays = holidays_of("[holidays]\northodox-easter = Великден\n[occasions]\n12-24 = Бъдни вечер\n");
    struct pk_ini_report report = { 0 };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    (void) state;
    assert_int_equal(pk_ini_parse("x", PK_SLICE("[known]\nfrom = 2026-01-01\nuntil = 2026-12-31\n"), &report, &ini, NULL), 0);
    struct pk_days *days = pk_days_load(ini, &report);
    const struct pk_quiet_rule rule = { .name = "days", .calendars = { { .name = "bg", .rules = holidays }, { .name = "school", .dates = days } }, .calendar_count = 2 };
    const struct pk_quiet_rule *list[] = { &rule, &rule };
    struct pk_quiet_day found[4];
    assert_int_equal(pk_quiet_event(list, 2, zone, at("2026-04-11T22:00:00Z"), found, 4), 1); /* 12 April has begun here */
    assert_string_equal(found[0].day, "Великден");
    assert_int_equal(pk_quiet_event(list, 2, zone, at("2026-04-11T21:59:00Z"), found, 4), 0);
    assert_int_equal(pk_quiet_event(list, 2, zone, at("2026-12-24T12:00:00Z"), found, 4), 1);
    assert_int_equal(pk_quiet_event(list, 2, zone, at("2027-02-24T12:00:00Z"), found, 4), 1);
    assert_null(found[0].day); /* nobody knows yet */
    assert_string_equal(found[0].calendar->name, "school");
    pk_days_free(days);
    pk_holidays_free(holidays);
}

static void nights_as_they_are_written(void **state)
{
    int from, to;
    (void) state;
    assert_true(pk_quiet_night_read(PK_SLICE("21:00-8:00"), &from, &to));
    assert_int_equal(from, 1260);
    assert_int_equal(to, 480);
    assert_true(pk_quiet_night_read(PK_SLICE("0:00 - 06:30"), &from, &to));
    static const char *const wrong[] = { "", "21:00", "21-8", "24:00-8:00", "21:60-8:00", "21:00-21:00", "21:00-8:00-9:00", "21:0-8:00", "x:00-8:00" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        assert_false(pk_quiet_night_read(pk_slice_of(wrong[i]), &from, &to));
    assert_int_equal(pk_zone_new("Europe/Nowhere", &zone, NULL), PK_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night),
        cmocka_unit_test(the_two_nights_of_the_clock),
        cmocka_unit_test(days_in_a_row_and_rules_together),
        cmocka_unit_test(never),
        cmocka_unit_test(events_on_such_days),
        cmocka_unit_test(nights_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

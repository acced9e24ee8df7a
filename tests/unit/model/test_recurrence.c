/* SPDX-License-Identifier: EUPL-1.2 */
/* When events are: wall clocks on the nights they change, rules and what is refused of them, single dates that differ. */
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"
#include "gateway/base/clock.h"
#include "gateway/model/recurrence.h"

static struct pk_wall *amsterdam(void)
{
    struct pk_wall *wall = NULL;
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    return wall;
}

static const char *at(int64_t ms)
{
    static char text[PK_TIME_TEXT_MAX];
    return pk_time_format(ms, text);
}

/* ---- wall clocks ---- */

static void test_both_nights(void **state)
{
    static const struct {
        struct pk_local local;
        const char *moment;
        enum pk_local_kind kind;
    } cases[] = {
        { { 20270328, 119 }, "2027-03-28T00:59:00Z", PK_LOCAL_ONCE },    { { 20270328, 120 }, "2027-03-28T01:00:00Z", PK_LOCAL_MISSING },
        { { 20270328, 150 }, "2027-03-28T01:30:00Z", PK_LOCAL_MISSING }, { { 20270328, 180 }, "2027-03-28T01:00:00Z", PK_LOCAL_ONCE },
        { { 20261025, 119 }, "2026-10-24T23:59:00Z", PK_LOCAL_ONCE },    { { 20261025, 120 }, "2026-10-25T00:00:00Z", PK_LOCAL_TWICE },
        { { 20261025, 150 }, "2026-10-25T00:30:00Z", PK_LOCAL_TWICE },   { { 20261025, 180 }, "2026-10-25T02:00:00Z", PK_LOCAL_ONCE },
        { { 20261201, 1080 }, "2026-12-01T17:00:00Z", PK_LOCAL_ONCE },   { { 20260701, 1080 }, "2026-07-01T16:00:00Z", PK_LOCAL_ONCE },
    };
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        int64_t ms = 0;
        enum pk_local_kind kind;
        assert_int_equal(pk_wall_moment(wall, cases[i].local, &ms, &kind), 0);
        assert_string_equal(at(ms), cases[i].moment);
        assert_int_equal(kind, cases[i].kind);
        struct pk_local back = pk_wall_local(wall, ms);
        assert_int_equal(back.day, cases[i].local.day);
        assert_int_equal(back.minute, cases[i].local.minute + (kind == PK_LOCAL_MISSING ? 60 : 0));
    }
    int64_t ms = 7;
    assert_int_equal(pk_wall_moment(wall, (struct pk_local){ 20260229, 0 }, &ms, NULL), PK_E_INVALID);
    assert_int_equal(pk_wall_moment(wall, (struct pk_local){ 20260228, 1440 }, &ms, NULL), PK_E_INVALID);
    assert_int_equal(ms, 7);
}

static void test_days_are_numbers(void **state)
{
    int32_t day = 0, minute = 0;
    char text[PK_LOCAL_TEXT_MAX];
    (void) state;
    assert_int_equal(pk_day_number(PK_DAY_FIRST), 0);
    for (int32_t number = 0; number <= pk_day_number(PK_DAY_LAST); number++) {
        int32_t of = pk_day_of_number(number);
        if (!pk_day_valid(of) || pk_day_number(of) != number)
            fail_msg("day %d is %d", (int) number, (int) of);
    }
    static const int32_t none[] = { 0, 20260229, 21000229, 20261301, 20260001, 20260132, 20260431, 19691231, 22000101 };
    for (size_t i = 0; i < PK_COUNT(none); i++)
        assert_false(pk_day_valid(none[i]));
    assert_true(pk_day_valid(20240229) && pk_day_valid(20000229));
    assert_int_equal(pk_day_parse(PK_SLICE("2026-12-01"), &day), 0);
    assert_int_equal(day, 20261201);
    assert_string_equal(pk_day_text(day, text), "2026-12-01");
    assert_int_equal(pk_minute_parse(PK_SLICE("9:05"), &minute), 0);
    assert_int_equal(minute, 545);
    assert_string_equal(pk_minute_text(minute, text), "9:05");
    static const char *const wrong[] = { "", "2026-12-1", "2026-13-01", "2026-02-29", "2026-12-01T", "20261201", "2026_12_01" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        assert_int_equal(pk_day_parse(pk_slice_of(wrong[i]), &day), PK_E_INVALID);
    static const char *const hours[] = { "", "24:00", "9:5", "9", "9:60", "009:00", "-1:00", "9:00:00" };
    for (size_t i = 0; i < PK_COUNT(hours); i++)
        assert_int_equal(pk_minute_parse(pk_slice_of(hours[i]), &minute), PK_E_INVALID);
}

/* ---- rules ---- */

static struct pk_agenda_event event_of(int32_t day, int32_t from, int32_t to, const char *rule)
{
    struct pk_agenda_event event = { .kind = "info-point", .title = "Infopunt", .place = "Stadhuisplein 100", .zone = "Europe/Amsterdam",
                                     .when = { day, from, 0, to }, .state = PK_AGENDA_PLANNED };
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    return event;
}

static void test_the_hour_stays_the_hour(void **state)
{
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    struct pk_agenda_event event = event_of(20261020, 840, 960, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261110");
    struct pk_date *dates = NULL;
    size_t count = 0;
    (void) state;
    assert_int_equal(pk_recurrence_settle(&event, wall, NULL), 0);
    assert_string_equal(event.rule, "FREQ=WEEKLY;UNTIL=20261110T225959Z;BYDAY=TU");
    assert_int_equal(pk_recurrence_settle(&event, wall, NULL), 0); /* its own form stays */
    assert_string_equal(event.rule, "FREQ=WEEKLY;UNTIL=20261110T225959Z;BYDAY=TU");
    assert_int_equal(pk_recurrence_list(&event, NULL, 0, wall, &dates, &count, NULL), 0);
    static const char *const starts[] = { "2026-10-20T12:00:00Z", "2026-10-27T13:00:00Z", "2026-11-03T13:00:00Z", "2026-11-10T13:00:00Z" };
    assert_int_equal(count, PK_COUNT(starts));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(at(dates[i].starts_ms), starts[i]);
        assert_int_equal(dates[i].ends_ms - dates[i].starts_ms, 2 * 3600 * 1000);
    }
    assert_int_equal(dates[1].day, 20261027);
    free(dates);
}

/* A rule through the hours that are not there and there twice: one hour later on the wall, and the first of the two. */
static void test_a_rule_through_both_nights(void **state)
{
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    struct pk_agenda_event event = event_of(20270327, 150, 240, "FREQ=DAILY;COUNT=3");
    struct pk_date *dates = NULL;
    size_t count = 0;
    (void) state;
    assert_int_equal(pk_recurrence_settle(&event, wall, NULL), 0);
    assert_int_equal(pk_recurrence_list(&event, NULL, 0, wall, &dates, &count, NULL), 0);
    assert_int_equal(count, 3);
    assert_string_equal(at(dates[0].starts_ms), "2027-03-27T01:30:00Z");
    assert_string_equal(at(dates[1].starts_ms), "2027-03-28T01:30:00Z");
    assert_int_equal(dates[1].ends_ms - dates[1].starts_ms, 30 * 60 * 1000); /* it ends when the wall says so */
    assert_string_equal(at(dates[2].starts_ms), "2027-03-29T00:30:00Z");
    free(dates);
    event = event_of(20261025, 150, 165, "FREQ=DAILY;COUNT=1");
    assert_int_equal(pk_recurrence_list(&event, NULL, 0, wall, &dates, &count, NULL), 0);
    assert_string_equal(at(dates[0].starts_ms), "2026-10-25T00:30:00Z");
    assert_int_equal(dates[0].ends_ms - dates[0].starts_ms, 15 * 60 * 1000);
    free(dates);
}

static void test_what_is_no_rule(void **state)
{
    static const struct {
        const char *rule, *why;
    } wrong[] = {
        { "FREQ=WEEKLY;BYDAY=TU", "the rule has no end" },
        { "FREQ=WEEKLY;BYDAY=TU;COUNT=3;UNTIL=20261231", "the rule by which it comes back cannot be read" },
        { "every Tuesday", "the rule by which it comes back cannot be read" },
        { "FREQ=WEEKLY;BYDAY=XX;COUNT=3", "the rule by which it comes back cannot be read" },
        { "FREQ=WEEKLY;COUNT=0;BYDAY=TU", "the rule by which it comes back cannot be read" },
        { "FREQ=HOURLY;COUNT=3", "the rule comes back more often than daily" },
        { "FREQ=SECONDLY;COUNT=3", "the rule comes back more often than daily" },
        { "FREQ=DAILY;BYHOUR=9,18;COUNT=3", "the rule counts hours, or days or weeks of the year" },
        { "FREQ=YEARLY;BYWEEKNO=20;COUNT=3", "the rule counts hours, or days or weeks of the year" },
        { "FREQ=WEEKLY;BYDAY=WE;COUNT=3", "the first day is none the rule gives" },
        { "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260101", "the first day is none the rule gives" },
        { "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261332", "" },
        { "FREQ=DAILY;UNTIL=20991231", "the rule gives more than 1000 dates" },
        { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "the rule by which it comes back cannot be read" },
    };
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    (void) state;
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        struct pk_agenda_event event = event_of(20261020, 840, 960, wrong[i].rule);
        struct pk_error err = { 0 };
        if (pk_recurrence_settle(&event, wall, &err) != PK_E_INVALID)
            fail_msg("taken: %s", wrong[i].rule);
        if (wrong[i].why[0])
            assert_string_equal(err.message, wrong[i].why);
        assert_true(wrong[i].why[0] == '\0' || err.hint[0] != '\0');
    }
}

/* ---- dates that differ ---- */

static void test_dates_that_differ(void **state)
{
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    struct pk_agenda_event event = event_of(20261020, 840, 960, "FREQ=WEEKLY;BYDAY=TU;COUNT=4");
    const struct pk_agenda_change changes[] = {
        { .day = 20261020, .difference = PK_AGENDA_CHANGED, .when = { 20261104, 600, 0, 660 }, .place = "De Kern" },
        { .day = 20261027, .difference = PK_AGENDA_SKIPPED },
        { .day = 20261103, .difference = PK_AGENDA_CALLED_OFF },
    };
    struct pk_date *dates = NULL;
    size_t count = 0;
    (void) state;
    assert_int_equal(pk_recurrence_list(&event, changes, PK_COUNT(changes), wall, &dates, &count, NULL), 0);
    assert_int_equal(count, 3);
    assert_int_equal(dates[0].day, 20261103); /* in the order they begin, the moved one last but one */
    assert_int_equal(dates[0].change->difference, PK_AGENDA_CALLED_OFF);
    assert_int_equal(dates[1].day, 20261020);
    assert_string_equal(at(dates[1].starts_ms), "2026-11-04T09:00:00Z");
    assert_int_equal(dates[2].day, 20261110);
    free(dates);
    assert_true(pk_recurrence_has(&event, 20261027, wall));
    assert_false(pk_recurrence_has(&event, 20261028, wall));
    assert_false(pk_recurrence_has(&event, 0, wall));
}

/* ---- an event ---- */

static void refused(const struct pk_agenda_event *event, const char *why)
{
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    struct pk_error err = { 0 };
    assert_int_equal(pk_agenda_check(event, wall, &err), PK_E_INVALID);
    assert_string_equal(err.message, why);
    assert_true(err.hint[0] != '\0');
}

static void test_what_is_no_event(void **state)
{
    pk_auto(pk_wall) struct pk_wall *wall = amsterdam();
    struct pk_agenda_event event = event_of(20261201, 1080, 1170, "");
    (void) state;
    assert_int_equal(pk_agenda_check(&event, wall, NULL), 0);
#define WITH(field, value, why)                        \
    do {                                               \
        struct pk_agenda_event wrong = event;          \
        wrong.field = value;                           \
        refused(&wrong, why);                          \
    } while (0)
    WITH(when.day, 20260230, "there is no such day in the calendar");
    WITH(when.from, 1500, "there is no such hour in a day");
    WITH(when.to, 1080, "it ends before it begins, or at once");
    WITH(when.to, 600, "it ends before it begins, or at once");
    WITH(when.days, 14, "it lasts more than 14 days, or ends before it begins");
    WITH(when.days, -1, "it lasts more than 14 days, or ends before it begins");
    WITH(title[0], '\0', "an event needs a title");
    WITH(place[0], '\0', "an event needs a place");
#undef WITH
    struct pk_agenda_event night = event;
    night.when = (struct pk_agenda_when){ 20270328, 150, 0, 300 };
    refused(&night, "there is no 2:30 on 2027-03-28: the clock is put forward that night");
    static const char *const somebodys[] = { "Bel 075 123 45 67", "+31 6 00000000", "vragen: maria@example.org", "06-00000000" };
    for (size_t i = 0; i < PK_COUNT(somebodys); i++) {
        struct pk_agenda_event wrong = event;
        (void) snprintf(wrong.subject, sizeof wrong.subject, "%s", somebodys[i]);
        refused(&wrong, "the subject holds what may be somebody's telephone number or mail address");
    }
    static const char *const fine[] = { "schooljaar 2026-2027", "groep 8, lokaal 12", "1501 AB 12", "преход към средно училище" };
    for (size_t i = 0; i < PK_COUNT(fine); i++) {
        (void) snprintf(event.subject, sizeof event.subject, "%s", fine[i]);
        assert_int_equal(pk_agenda_check(&event, wall, NULL), 0);
    }
    (void) snprintf(event.title, sizeof event.title, "a\nb");
    refused(&event, "the title holds a line break or another control character");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_nights),        cmocka_unit_test(test_days_are_numbers), cmocka_unit_test(test_the_hour_stays_the_hour),
        cmocka_unit_test(test_a_rule_through_both_nights), cmocka_unit_test(test_what_is_no_rule), cmocka_unit_test(test_dates_that_differ),
        cmocka_unit_test(test_what_is_no_event),
    };
    return cmocka_run_group_tests_name("model/recurrence", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a step's text means, and when it is due on both sides of the nights the clock changes. */
#include "gateway/model/steps.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "tests/unit/cmocka.h"

#define MINUTE_MS (60ll * 1000)

static struct pk_step_rule step_of(const char *text)
{
    struct pk_step_rule step = { 0 };
    struct pk_error err = { 0 };
    if (pk_step_parse(pk_slice_of(text), &step, &err) != 0)
        fail_msg("%s: %s", text, err.message);
    return step;
}

static int64_t moment(const char *text)
{
    int64_t ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of(text), &ms), 0);
    return ms;
}

static void test_each_form_is_read_and_written(void **state)
{
    (void) state;
    static const char *const pairs[][2] = {
        { "7 days before at 18:00", "7 days before at 18:00" },
        { "1 day before at 9:00", "1 day before at 9:00" },
        { "1 days  before at 09:00", "1 day before at 9:00" },
        { "2 hours before", "2 hours before" },
        { "120 minutes before", "2 hours before" },
        { "90 minutes before to silent", "90 minutes before to silent" },
        { "1 minute before", "1 minute before" },
        { "1 day after at 10:00 to yes", "1 day after at 10:00 to yes" },
        { "on change", "on change" },
        { "on cancel", "on cancel" },
        { "at 2026-10-01T18:00:00+02:00", "at 2026-10-01T16:00:00Z" },
    };
    for (size_t i = 0; i < PK_COUNT(pairs); i++) {
        char text[PK_STEP_TEXT_MAX], again[PK_STEP_TEXT_MAX];
        struct pk_step_rule step = step_of(pairs[i][0]), same;
        assert_string_equal(pk_step_text(&step, text), pairs[i][1]);
        same = step_of(text);
        assert_string_equal(pk_step_text(&same, again), text);
        assert_true(step.when == same.when && step.whom == same.whom && step.count == same.count && step.at_ms == same.at_ms &&
                    step.minute == same.minute);
    }
}

static void test_whatever_else_is_refused_with_the_way_to_write_it(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "",
        " ",
        "7",
        "7 days",
        "7 days before",
        "7 days before at",
        "7 days before at 24:00",
        "7 days before at 18",
        "0 days before at 18:00",
        "-1 days before at 18:00",
        "367 days before at 18:00",
        "99999999999999999999 hours before",
        "2 hours after",
        "2 weeks before",
        "2 hours before at 18:00",
        "2 hours before to",
        "2 hours before to all",
        "2 hours before to yes please",
        "on change to yes",
        "on rain",
        "on",
        "at",
        "at noon",
        "at 2026-02-30T10:00:00Z",
        "at 2026-10-01T16:00:00",
        "now",
    };
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        struct pk_step_rule step = { .when = 77 };
        struct pk_error err = { 0 };
        if (pk_step_parse(pk_slice_of(bad[i]), &step, &err) != PK_E_INVALID)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_int_equal(step.when, 77);
        assert_non_null(strstr(err.hint, "7 days before at 18:00"));
    }
}

static void test_days_are_the_walls_and_hours_are_real(void **state)
{
    (void) state;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    /* The clock goes forward on 29 March 2026 and back on 25 October. */
    static const struct {
        const char *text, *starts, *due;
    } rows[] = {
        { "7 days before at 18:00", "2026-03-31T17:30:00Z", "2026-03-24T17:00:00Z" },
        { "1 day before at 18:00", "2026-03-30T17:30:00Z", "2026-03-29T16:00:00Z" },
        { "2 days before at 18:00", "2026-03-30T17:30:00Z", "2026-03-28T17:00:00Z" },
        { "1 day before at 2:30", "2026-03-30T10:00:00Z", "2026-03-29T01:30:00Z" }, /* there is no half past two: half past three */
        { "1 day before at 2:30", "2026-10-26T10:00:00Z", "2026-10-25T00:30:00Z" }, /* there are two: the first */
        { "3 hours before", "2026-03-29T02:00:00Z", "2026-03-28T23:00:00Z" },
        { "1 day after at 10:00", "2026-10-24T22:30:00Z", "2026-10-26T09:00:00Z" }, /* begins after midnight on the 25th */
        { "1 day before at 0:00", "2026-03-01T12:00:00Z", "2026-02-27T23:00:00Z" },
        { "at 2026-10-01T16:00:00Z", "2026-03-01T12:00:00Z", "2026-10-01T16:00:00Z" },
    };
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        struct pk_step_rule step = step_of(rows[i].text);
        char due[PK_TIME_TEXT_MAX];
        (void) pk_time_format(pk_step_due_ms(&step, moment(rows[i].starts), wall), due);
        if (strcmp(due, rows[i].due) != 0)
            fail_msg("row %zu, %s: due %s, not %s", i, rows[i].text, due, rows[i].due);
    }
}

static void test_what_comes_before_ends_when_it_begins(void **state)
{
    (void) state;
    const int64_t starts = 1000000 * MINUTE_MS, due = starts - 60 * MINUTE_MS;
    struct pk_step_rule before = step_of("1 hour before"), after = step_of("1 day after at 10:00"), change = step_of("on change"),
                   at = step_of("at 2026-10-01T16:00:00Z");
    assert_int_equal(pk_step_until_ms(&before, due, starts), starts);
    assert_int_equal(pk_step_until_ms(&change, due, starts), starts);
    assert_int_equal(pk_step_until_ms(&after, due, starts), due + 24 * 60 * MINUTE_MS);
    assert_int_equal(pk_step_until_ms(&at, due, starts), due + 24 * 60 * MINUTE_MS);
    assert_true(pk_step_waits_for_news(&change) && !pk_step_waits_for_news(&before));
    assert_true(pk_step_needs_date(&before) && pk_step_needs_date(&change) && !pk_step_needs_date(&at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_form_is_read_and_written),
        cmocka_unit_test(test_whatever_else_is_refused_with_the_way_to_write_it),
        cmocka_unit_test(test_days_are_the_walls_and_hours_are_real),
        cmocka_unit_test(test_what_comes_before_ends_when_it_begins),
    };
    return cmocka_run_group_tests_name("model/steps", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Limits of a day: where the warning begins, where the stop is, and how long a day lasts where clocks change. */
#include "tests/unit/cmocka.h"

#include "gateway/base/clock.h"
#include "gateway/base/mem.h"
#include "gateway/language/dates.h"
#include "gateway/model/budget.h"

#define EUR 10000ll
#define HOUR_MS (3600 * 1000ll)

static void warned_from_the_share_and_stopped_at_the_limit(void **state)
{
    static const struct pk_day_limits limits = { .cost = 40 * EUR, .messages = 5, .warn_percent = 80 };
    static const struct {
        struct pk_day_use use;
        enum pk_day_state state;
    } cases[] = {
        { { 0, 0 }, PK_DAY_OPEN },
        { { 32 * EUR - 1, 3 }, PK_DAY_OPEN },
        { { 32 * EUR, 0 }, PK_DAY_NEAR },
        { { 0, 4 }, PK_DAY_NEAR }, /* 80 % of 5 */
        { { 40 * EUR - 1, 4 }, PK_DAY_NEAR },
        { { 40 * EUR, 0 }, PK_DAY_SPENT },
        { { 0, 5 }, PK_DAY_SPENT },
        { { 41 * EUR, 6 }, PK_DAY_SPENT },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        if (pk_day_state_of(&limits, cases[i].use) != cases[i].state)
            fail_msg("case %zu is %s", i, pk_day_state_name(pk_day_state_of(&limits, cases[i].use)));
    const struct pk_day_limits none = { .warn_percent = 80 }, odd = { .messages = 3, .warn_percent = 50 };
    assert_int_equal(pk_day_state_of(&none, (struct pk_day_use){ 1000 * EUR, 1000000 }), PK_DAY_OPEN);
    assert_int_equal(pk_day_state_of(&odd, (struct pk_day_use){ 0, 1 }), PK_DAY_OPEN); /* a third is not half */
    assert_int_equal(pk_day_state_of(&odd, (struct pk_day_use){ 0, 2 }), PK_DAY_NEAR);
    assert_string_equal(pk_day_state_name(PK_DAY_SPENT), "spent");
}

/* The last message may use all that is left, to the ten-thousandth, and not one more. */
static void what_fits(void **state)
{
    static const struct pk_day_limits limits = { .cost = EUR, .messages = 20, .warn_percent = 80 }, money = { .cost = EUR }, count = { .messages = 2 };
    (void) state;
    assert_true(pk_day_fits(&limits, (struct pk_day_use){ 9275, 10 }, 725));
    assert_false(pk_day_fits(&limits, (struct pk_day_use){ 9276, 10 }, 725));
    assert_false(pk_day_fits(&limits, (struct pk_day_use){ 0, 20 }, 0));
    assert_true(pk_day_fits(&money, (struct pk_day_use){ 0, 1000000 }, EUR));
    assert_true(pk_day_fits(&count, (struct pk_day_use){ 100 * EUR, 1 }, EUR));
    assert_int_equal(pk_day_room(&limits, (struct pk_day_use){ 0, 18 }, 16), 2);
    assert_int_equal(pk_day_room(&limits, (struct pk_day_use){ 0, 1 }, 16), 16);
    assert_int_equal(pk_day_room(&limits, (struct pk_day_use){ EUR, 1 }, 16), 0);
    assert_int_equal(pk_day_room(&limits, (struct pk_day_use){ 0, 25 }, 16), 0); /* a limit may be lowered below what was used */
    assert_int_equal(pk_day_room(&money, (struct pk_day_use){ 0, 25 }, 16), 16);
}

static int64_t moment(const char *text)
{
    int64_t ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of(text), &ms), 0);
    return ms;
}

static void days_begin_at_midnight_also_where_clocks_change(void **state)
{
    static const struct {
        const char *moment, *from, *until;
        int64_t hours;
    } cases[] = {
        { "2026-10-13T08:30:00Z", "2026-10-12T22:00:00Z", "2026-10-13T22:00:00Z", 24 },
        { "2026-10-13T21:59:59Z", "2026-10-12T22:00:00Z", "2026-10-13T22:00:00Z", 24 },
        { "2026-10-13T22:00:00Z", "2026-10-13T22:00:00Z", "2026-10-14T22:00:00Z", 24 },
        /* the night in which summer begins: 23 hours */
        { "2026-03-28T22:59:59Z", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", 24 },
        { "2026-03-29T00:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 },
        { "2026-03-29T01:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 },
        { "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", 24 },
        /* and in which it ends: 25, and 2:30 comes twice */
        { "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 },
        { "2026-10-25T01:30:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 },
        { "2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 },
        { "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z", 24 },
    };
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    (void) state;
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        int64_t from_ms, until_ms;
        char text[PK_TIME_TEXT_MAX];
        pk_wall_day_bounds(wall, moment(cases[i].moment), &from_ms, &until_ms);
        if (from_ms != moment(cases[i].from) || until_ms != moment(cases[i].until))
            fail_msg("case %zu: from %s", i, pk_time_format(from_ms, text));
        assert_int_equal(until_ms - from_ms, cases[i].hours * HOUR_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warned_from_the_share_and_stopped_at_the_limit),
        cmocka_unit_test(what_fits),
        cmocka_unit_test(days_begin_at_midnight_also_where_clocks_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

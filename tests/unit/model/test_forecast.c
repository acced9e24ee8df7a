/* SPDX-License-Identifier: EUPL-1.2 */
/* When so many messages leave, by rates and quiet hours. */
#include "tests/unit/model/zone.h"

#include "gateway/model/forecast.h"

static const struct pk_quiet_rule night = { .name = "night", .night_from = 20 * 60 + 30, .night_to = 9 * 60 };
static const struct pk_quiet_rule *const rules[] = { &night };

static struct pk_forecast forecast(int64_t count, const int64_t *rates, size_t rate_count, const char *start, const char *until)
{
    struct pk_forecast found;
    struct pk_forecast_plan plan = {
        .count = count, .rates_milli = rates, .rate_count = rate_count, .rules = rules, .rule_count = 1, .start_ms = at(start), .until_ms = until ? at(until) : 0
    };
    pk_forecast(&plan, zone, &found);
    return found;
}

/* 2,910 tonight from 18:00 to 20:30, 1,090 tomorrow from 9:00. */
static void tonight_and_tomorrow(void **state)
{
    (void) state;
    const int64_t rate = 324; /* thousandths a second */
    struct pk_forecast f = forecast(4000, &rate, 1, "2026-11-25T18:00:00+01:00", NULL);
    assert_int_equal(f.span_count, 2);
    assert_int_equal(f.spans[0].count, 2916);
    assert_int_equal(f.spans[0].from_ms, at("2026-11-25T18:00:00+01:00"));
    assert_int_equal(f.spans[0].to_ms, at("2026-11-25T20:30:00+01:00"));
    assert_int_equal(f.spans[1].count, 1084);
    assert_int_equal(f.spans[1].from_ms, at("2026-11-26T09:00:00+01:00"));
    assert_int_equal(f.spans[1].to_ms, f.spans[1].from_ms + (1084 * 1000000ll + 323) / 324);
    assert_int_equal(f.late, 0);
    assert_int_equal(f.starts_ms, f.spans[0].from_ms);
    assert_int_equal(f.finishes_ms, f.spans[1].to_ms);
}

static void in_the_night_it_begins_in_the_morning(void **state)
{
    (void) state;
    const int64_t rates[] = { 10000, 30000 };
    struct pk_forecast f = forecast(4000, rates, 2, "2026-11-25T23:00:00+01:00", NULL);
    assert_int_equal(f.span_count, 1);
    assert_int_equal(f.starts_ms, at("2026-11-26T09:00:00+01:00"));
    assert_int_equal(f.finishes_ms, f.starts_ms + 100 * 1000);
}

static void without_a_limit_all_at_once(void **state)
{
    (void) state;
    const int64_t rates[] = { 10000, 0 };
    struct pk_forecast f = forecast(1000000, rates, 2, "2026-11-25T12:00:00+01:00", NULL);
    assert_int_equal(f.span_count, 1);
    assert_int_equal(f.spans[0].count, 1000000);
    assert_int_equal(f.finishes_ms, f.starts_ms);
}

static void too_late(void **state)
{
    (void) state;
    const int64_t rate = 1000;
    struct pk_forecast f = forecast(4000, &rate, 1, "2026-11-25T20:00:00+01:00", "2026-11-26T08:00:00+01:00");
    assert_int_equal(f.spans[0].count, 1800);
    assert_int_equal(f.late, 2200);
    f = forecast(4000, &rate, 1, "2026-11-25T23:00:00+01:00", "2026-11-26T08:00:00+01:00");
    assert_int_equal(f.span_count, 0);
    assert_int_equal(f.starts_ms, 0);
    assert_int_equal(f.late, 4000);
    f = forecast(4000, NULL, 0, "2026-11-25T12:00:00+01:00", NULL);
    assert_int_equal(f.late, 4000);
    f = forecast(0, &rate, 1, "2026-11-25T12:00:00+01:00", NULL);
    assert_int_equal(f.span_count + (size_t) f.late, 0);
}

/* Every message is in a span or late, however long it takes. */
static void the_sum_is_kept(void **state)
{
    (void) state;
    for (int64_t rate = 1; rate <= 100000000000ll; rate *= 7) {
        struct pk_forecast f = forecast(1000000, &rate, 1, "2026-03-28T12:00:00+01:00", NULL);
        int64_t sum = f.late;
        for (size_t i = 0; i < f.span_count; i++) {
            assert_true(f.spans[i].count > 0 && f.spans[i].to_ms >= f.spans[i].from_ms);
            assert_true(i == 0 || f.spans[i].from_ms > f.spans[i - 1].to_ms);
            sum += f.spans[i].count;
        }
        assert_int_equal(sum, 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tonight_and_tomorrow),        cmocka_unit_test(in_the_night_it_begins_in_the_morning),
        cmocka_unit_test(without_a_limit_all_at_once), cmocka_unit_test(too_late),
        cmocka_unit_test(the_sum_is_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

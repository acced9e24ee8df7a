/* SPDX-License-Identifier: EUPL-1.2 */
/* Back-off, rate and breaker at their edges. */
#include "gateway/model/retry.h"
#include "tests/unit/cmocka.h"

static void test_back_off_doubles_up_to_its_cap(void **state)
{
    (void) state;
    const struct pk_retry_rule rule = { .first_ms = 1000, .cap_ms = 60000, .max_attempts = 10 };
    int64_t last = 0;
    for (uint32_t attempts = 1; attempts < 40; attempts++) {
        int64_t least = pk_retry_delay_ms(&rule, attempts, 0), most = pk_retry_delay_ms(&rule, attempts, UINT32_MAX);
        assert_true(least >= 500 && most <= 60000);
        assert_true(least <= most && 2 * least >= most - 1);
        assert_true(most >= last);
        last = most;
    }
    assert_true(pk_retry_delay_ms(&rule, 1, UINT32_MAX) <= 1000);
    assert_true(last >= 59999);
}

static void test_rate_gives_what_it_says(void **state)
{
    (void) state;
    struct pk_rate rate;
    pk_rate_init(&rate, 10000, 0, 0); /* ten a second */
    assert_int_equal(pk_rate_available(&rate, 0, 100), 10);
    pk_rate_take(&rate, 10);
    assert_int_equal(pk_rate_available(&rate, 0, 100), 0);
    int64_t sent = 10;
    for (int64_t now = 0; now <= 10000; now += 7) {
        uint32_t may = pk_rate_available(&rate, now, 3);
        pk_rate_take(&rate, may);
        sent += may;
    }
    assert_true(sent >= 109 && sent <= 110);
}

static void test_rate_below_one_a_second(void **state)
{
    (void) state;
    struct pk_rate rate;
    pk_rate_init(&rate, 200, 0, 0); /* one in five seconds */
    assert_int_equal(pk_rate_available(&rate, 0, 5), 1);
    pk_rate_take(&rate, 1);
    int64_t next = pk_rate_next_ms(&rate, 0);
    assert_int_equal(next, 5000);
    assert_int_equal(pk_rate_available(&rate, next - 1, 5), 0);
    assert_int_equal(pk_rate_available(&rate, next, 5), 1);
    /* Asking often must not lose parts of a token. */
    pk_rate_take(&rate, 1);
    for (int64_t now = next; now < next + 5000; now++)
        assert_int_equal(pk_rate_available(&rate, now, 1), 0);
    assert_int_equal(pk_rate_available(&rate, next + 5000, 1), 1);
}

static void test_rate_with_a_burst_of_its_own(void **state)
{
    (void) state;
    struct pk_rate rate;
    pk_rate_init(&rate, 1000, 60, 0); /* sixty a minute, all at once if need be */
    assert_int_equal(pk_rate_available(&rate, 0, 100), 60);
    pk_rate_take(&rate, 60);
    assert_int_equal(pk_rate_available(&rate, 999, 100), 0);
    assert_int_equal(pk_rate_available(&rate, 2000, 100), 2);
    assert_int_equal(pk_rate_available(&rate, 600000, 100), 60);
}

static void test_rate_and_clocks(void **state)
{
    (void) state;
    struct pk_rate rate;
    pk_rate_init(&rate, 0, 0, 0);
    assert_int_equal(pk_rate_available(&rate, 5, 77), 77); /* unlimited */
    pk_rate_init(&rate, 1000, 0, 100000);
    pk_rate_take(&rate, 1);
    assert_int_equal(pk_rate_available(&rate, 50000, 1), 0); /* set back: no gift, no hang */
    assert_int_equal(pk_rate_available(&rate, 51000, 1), 1);
    assert_int_equal(pk_rate_available(&rate, INT64_MAX / 2, 9), 1); /* a long pause fills one burst */
}

static const struct pk_breaker_rule rule = { .threshold = 3, .window_ms = 100, .first_open_ms = 1000, .cap_open_ms = 4000, .trial = 2 };

static void test_breaker_opens_and_closes(void **state)
{
    (void) state;
    struct pk_breaker breaker = { 0 };
    assert_int_equal(pk_breaker_room(&breaker, &rule, 0, 50), 50);
    assert_false(pk_breaker_failed(&breaker, &rule, 0));
    assert_false(pk_breaker_failed(&breaker, &rule, 50));
    assert_false(pk_breaker_failed(&breaker, &rule, 99)); /* a burst of failures at one moment is one fault */
    assert_true(pk_breaker_failed(&breaker, &rule, 100));
    assert_int_equal(pk_breaker_room(&breaker, &rule, 100, 50), 0);
    assert_int_equal(breaker.until_ms, 1100);
    assert_false(pk_breaker_failed(&breaker, &rule, 200)); /* one that was under way */
    assert_int_equal(pk_breaker_room(&breaker, &rule, 1099, 50), 0);
    assert_int_equal(pk_breaker_room(&breaker, &rule, 1100, 50), 2);
    pk_breaker_started(&breaker, 2);
    assert_int_equal(pk_breaker_room(&breaker, &rule, 1100, 50), 0);
    assert_true(pk_breaker_failed(&breaker, &rule, 1200)); /* the trial failed: twice as long */
    assert_int_equal(breaker.until_ms, 3200);
    assert_int_equal(pk_breaker_room(&breaker, &rule, 3200, 1), 1);
    pk_breaker_succeeded(&breaker);
    assert_int_equal(pk_breaker_room(&breaker, &rule, 3201, 50), 50);
}

static void test_breaker_cap_and_success_in_between(void **state)
{
    (void) state;
    struct pk_breaker breaker = { 0 };
    (void) pk_breaker_failed(&breaker, &rule, 0);
    (void) pk_breaker_failed(&breaker, &rule, 200);
    pk_breaker_succeeded(&breaker);
    assert_false(pk_breaker_failed(&breaker, &rule, 400));
    assert_false(pk_breaker_failed(&breaker, &rule, 600));
    assert_true(pk_breaker_failed(&breaker, &rule, 800));
    for (int i = 0; i < 10; i++) {
        int64_t now = breaker.until_ms;
        assert_true(pk_breaker_room(&breaker, &rule, now, 9) > 0);
        assert_true(pk_breaker_failed(&breaker, &rule, now));
        assert_true(breaker.until_ms - now <= 4000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_off_doubles_up_to_its_cap), cmocka_unit_test(test_rate_gives_what_it_says),
        cmocka_unit_test(test_rate_below_one_a_second),        cmocka_unit_test(test_rate_and_clocks),
        cmocka_unit_test(test_rate_with_a_burst_of_its_own),
        cmocka_unit_test(test_breaker_opens_and_closes),       cmocka_unit_test(test_breaker_cap_and_success_in_between),
    };
    return cmocka_run_group_tests_name("model/retry", tests, NULL, NULL);
}

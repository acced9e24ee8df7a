/* SPDX-License-Identifier: EUPL-1.2 */
/* The loop's timers, on a clock set by hand. */
#include "tests/unit/io/trace.h"

static void test_timers_by_deadline_then_by_arming(void **state)
{
    struct pk_loop *loop = *state;
    static const char *const names[] = { "30", "10a", "20", "10b", "10c", "40" };
    static const int delays[] = { 30, 10, 20, 10, 10, 40 };
    struct pk_timer *timers[PK_COUNT(names)];
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        timers[i] = pk_timer_new(loop, note_ctx, word(names[i]));
        pk_timer_in(timers[i], delays[i]);
    }
    pk_timer_stop(timers[5]);
    assert_false(pk_timer_armed(timers[5]));
    pk_clock_advance(9);
    test_turn(loop, 0);
    assert_string_equal(trace, "");
    pk_clock_advance(11);
    test_turn(loop, 0);
    assert_string_equal(trace, "10a 10b 10c 20 ");
    assert_true(pk_timer_armed(timers[0]));
    pk_timer_free(timers[0]);
    pk_clock_advance(1000);
    test_turn(loop, 0);
    assert_string_equal(trace, "10a 10b 10c 20 ");
}

static void test_many_timers_keep_their_order(void **state)
{
    struct pk_loop *loop = *state;
    struct pk_timer *timers[200];
    int64_t last_ms = -1;
    unsigned fired = 0;
    for (unsigned i = 0; i < PK_COUNT(timers); i++) {
        timers[i] = pk_timer_new(loop, note_ctx, word(""));
        pk_timer_in(timers[i], (int64_t) ((i * 7919u) % 1000u));
    }
    for (unsigned i = 0; i < PK_COUNT(timers); i += 3)
        pk_timer_stop(timers[i]);
    while (fired < 133) {
        int64_t before_ms = pk_clock_wall_ms();
        test_turn(loop, -1); /* idle: the clock goes to the next one, no further */
        unsigned now = 0;
        for (unsigned i = 0; i < PK_COUNT(timers); i++)
            now += i % 3 != 0 && !pk_timer_armed(timers[i]);
        if (now > fired)
            assert_true(pk_clock_wall_ms() >= last_ms);
        assert_true(now > fired || pk_clock_wall_ms() > before_ms);
        last_ms = pk_clock_wall_ms();
        fired = now;
    }
    assert_true(pk_clock_wall_ms() <= START_MS + 999);
}

struct chain {
    struct pk_timer *timer;
    unsigned fired;
};

static void again_now(void *ctx)
{
    struct chain *chain = ctx;
    chain->fired++;
    pk_timer_in(chain->timer, 0);
}

static void test_timer_armed_in_its_callback_waits_a_turn(void **state)
{
    struct pk_loop *loop = *state;
    struct chain chain = { .timer = NULL };
    struct pk_timer *later[8];
    chain.timer = pk_timer_new(loop, again_now, &chain);
    pk_timer_in(chain.timer, 0);
    for (size_t i = 0; i < PK_COUNT(later); i++) {
        later[i] = pk_timer_new(loop, note_ctx, word("late"));
        pk_timer_in(later[i], 1000);
    }
    for (unsigned turn = 1; turn <= 3; turn++) {
        test_turn(loop, -1);
        assert_int_equal(chain.fired, turn);
    }
    pk_timer_stop(chain.timer);
    assert_string_equal(trace, "");
}

static void test_idle_time_is_skipped_exactly(void **state)
{
    struct pk_loop *loop = *state;
    struct pk_timer *timer = pk_timer_new(loop, note_ctx, word("fired"));
    pk_timer_in(timer, 86400000);
    test_turn(loop, 250);
    assert_int_equal(pk_clock_wall_ms(), START_MS + 250);
    test_turn(loop, 0);
    pk_loop_again(loop);
    test_turn(loop, -1); /* not idle: something was left */
    assert_int_equal(pk_clock_wall_ms(), START_MS + 250);
    assert_string_equal(trace, "");
    test_turn(loop, -1);
    assert_int_equal(pk_clock_wall_ms(), START_MS + 86400000);
    assert_string_equal(trace, "fired ");
}

static void test_wall_timer_follows_a_clock_that_is_set(void **state)
{
    struct pk_loop *loop = *state;
    struct pk_timer *timer = pk_timer_new(loop, note_ctx, word("fired"));
    pk_timer_at(timer, START_MS + 600000);
    pk_clock_set_manual(START_MS + 600000); /* forward by ten minutes; monotonic time does not move */
    int64_t mono_ms = pk_clock_mono_ms();
    for (unsigned turn = 0; turn < 2 && trace[0] == '\0'; turn++)
        test_turn(loop, -1);
    assert_string_equal(trace, "fired ");
    assert_true(pk_clock_mono_ms() - mono_ms <= 60000);

    pk_timer_at(timer, START_MS + 600000 + 30000);
    pk_clock_set_manual(START_MS); /* back: it waits for the moment, not for the duration */
    for (unsigned turn = 0; turn < 9; turn++)
        test_turn(loop, -1);
    assert_string_equal(trace, "fired ");
    while (strcmp(trace, "fired ") == 0 && pk_clock_wall_ms() < START_MS + 900000)
        test_turn(loop, -1);
    assert_string_equal(trace, "fired fired ");
    assert_int_equal(pk_clock_wall_ms(), START_MS + 630000);

    pk_timer_at(timer, 0); /* long past */
    test_turn(loop, 0);
    assert_string_equal(trace, "fired fired fired ");
    pk_timer_in(timer, INT64_MAX);
    assert_true(pk_timer_armed(timer));
}

#define with_loop(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_loop(test_timers_by_deadline_then_by_arming),        with_loop(test_many_timers_keep_their_order),
        with_loop(test_timer_armed_in_its_callback_waits_a_turn), with_loop(test_idle_time_is_skipped_exactly),
        with_loop(test_wall_timer_follows_a_clock_that_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

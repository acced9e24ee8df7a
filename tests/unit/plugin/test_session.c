/* SPDX-License-Identifier: EUPL-1.2 */
/* Sessions over no transport, on a clock that is set by hand: jobs, completions, wishes to be woken, events, falling. */
#include "tests/unit/plugin/session_stage.h"

static void test_a_job_and_its_completion(void **state)
{
    struct came came = { 0 };
    (void) state;
    assert_int_equal(pk_account_capabilities(account), PK_CAN_RECEIPTS | PK_CAN_INBOUND);
    assert_string_equal(pk_account_name(account), "desk");
    assert_ptr_equal(pk_account_adapter(account), &adapter);
    support_start(account, &came);
    assert_string_equal(seen.said, "+316000000042 Здравей");
    assert_int_equal(pk_account_room(account), 2);
    seen.complete_in_tick = true;
    seen.ops->wake_at(seen.link, START_MS + 500);
    turn();
    assert_int_equal(seen.ticks, 1);
    assert_int_equal(seen.ticked_ms[0], START_MS + 500);
    assert_int_equal(came.times, 1); /* in the timer phase of the tick itself */
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    assert_string_equal(came.provider_id, "p1");
    assert_int_equal(came.asked, 0);
    assert_int_equal(pk_account_room(account), 3);
}

static void test_a_completion_inside_submit_waits_for_the_next_turn(void **state)
{
    struct came came = { 0 };
    (void) state;
    seen.complete_in_submit = true;
    support_start(account, &came);
    assert_int_equal(came.times, 0);
    assert_int_equal(pk_account_open_count(account), 1);
    turn();
    assert_int_equal(came.times, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    /* Nor does an error of submit() count then. */
    seen.submit_returns = PK_E_INVALID;
    support_start(account, &came);
    turn();
    assert_int_equal(came.times, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
}

static void test_exactly_one_completion(void **state)
{
    struct came first = { 0 }, second = { 0 };
    const struct pk_result rejected = { .outcome = PK_OUTCOME_REJECTED };
    (void) state;
    support_start(account, &first);
    uint64_t token = seen.tokens[0];
    assert_int_equal(seen.ops->complete(seen.link, token, &accepted), 0);
    assert_int_equal(seen.ops->complete(seen.link, token, &rejected), PK_E_NOT_FOUND);
    turn();
    assert_int_equal(first.outcome, PK_OUTCOME_ACCEPTED);
    /* The next hand-over uses the same memory, and the old token does not fit it. */
    support_start(account, &second);
    assert_int_not_equal(seen.tokens[1], token);
    assert_int_equal(seen.ops->complete(seen.link, token, &rejected), PK_E_NOT_FOUND);
    assert_int_equal(seen.ops->complete(seen.link, 0, &rejected), PK_E_NOT_FOUND);
    assert_int_equal(seen.ops->complete(seen.link, UINT64_MAX, &rejected), PK_E_NOT_FOUND);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[1], &accepted), 0);
    turn();
    assert_int_equal(first.times, 1);
    assert_int_equal(second.times, 1);
    assert_int_equal(second.outcome, PK_OUTCOME_ACCEPTED);
}

static void test_outcomes_of_submit(void **state)
{
    struct came busy = { 0 }, refused = { 0 }, nonsense = { 0 };
    const struct pk_result none = { .outcome = 0 };
    (void) state;
    seen.submit_returns = PK_E_BUSY;
    support_start(account, &busy);
    seen.submit_returns = PK_E_INVALID;
    support_start(account, &refused);
    seen.submit_returns = 0;
    support_start(account, &nonsense);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[2], &none), 0);
    turn();
    assert_int_equal(busy.outcome, PK_OUTCOME_RETRY);
    assert_string_equal(busy.reason, "the adapter takes no more for now");
    assert_int_equal(refused.outcome, PK_OUTCOME_REJECTED);
    assert_int_equal(nonsense.outcome, PK_OUTCOME_UNCERTAIN);
}

/* An adapter that forgets a job: its place is free again, and nobody claims to know what became of the message. */
static void test_a_job_that_is_never_completed(void **state)
{
    struct came first = { 0 }, second = { 0 };
    (void) state;
    support_start(account, &first);
    pk_clock_advance(20000);
    support_start(account, &second);
    turn();
    assert_int_equal(first.times, 1);
    assert_int_equal(first.outcome, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(second.times, 0);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), PK_E_NOT_FOUND);
    turn();
    assert_int_equal(second.outcome, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(pk_account_room(account), 3);
}

static void check_result(const struct pk_result *result, struct came *came)
{
    support_start(account, came);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[(seen.submitted - 1) % 8], result), 0);
    turn();
    assert_int_equal(came->times, 1);
}

static void test_results_that_lie(void **state)
{
    static char sevens[1u << 20];
    struct came came = { 0 };
    (void) state;
    check_result(NULL, &came);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    check_result(&(struct pk_result){ .outcome = PK_OUTCOME_ACCEPTED, .provider_id = { NULL, 9 }, .code = { NULL, 9 }, .reason = { NULL, 9 } },
                 &came);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    assert_string_equal(came.provider_id, "");
    memset(sevens, '7', sizeof sevens);
    struct pk_slice many = pk_slice_make(sevens, sizeof sevens);
    check_result(&(struct pk_result){ .outcome = PK_OUTCOME_ACCEPTED, .provider_id = many, .code = many, .reason = many, .price = -1 }, &came);
    assert_string_equal(came.provider_id, "");
    assert_null(strchr(came.code, '7'));
    assert_null(strchr(came.reason, '7'));
    assert_int_equal(came.price, 0);
    /* Nobody waits for years. */
    check_result(&(struct pk_result){ .outcome = PK_OUTCOME_THROTTLED, .after_ms = INT64_MAX }, &came);
    assert_int_equal(came.after_ms, 3600 * 1000);
}

static void test_results_that_repeat_number_and_text(void **state)
{
    struct came came = { 0 };
    (void) state;
    check_result(&(struct pk_result){ .outcome = PK_OUTCOME_REJECTED, .code = PK_SLICE_INIT("E+316000000042.302302"),
                                      .reason = PK_SLICE_INIT("not to +316000000042: Здравей!") },
                 &came);
    assert_string_equal(came.code, "E+????????????.302302");
    assert_string_equal(came.reason, "not to +[number]: [text]!");
}

static void test_the_earliest_wish_counts(void **state)
{
    (void) state;
    seen.ops->wake_at(seen.link, START_MS + 900);
    seen.ops->wake_at(seen.link, START_MS + 300);
    seen.ops->wake_at(seen.link, START_MS + 600);
    turn();
    assert_int_equal(seen.ticked_ms[0], START_MS + 300);
    seen.ops->wake_at(seen.link, START_MS + 700); /* the others are forgotten */
    turn();
    assert_int_equal(seen.ticks, 2);
    assert_int_equal(seen.ticked_ms[1], START_MS + 700);
    seen.ops->wake_at(seen.link, START_MS); /* past: at once */
    turn();
    assert_int_equal(seen.ticks, 3);
    assert_int_equal(seen.ticked_ms[2], START_MS + 700);
}

static void test_window(void **state)
{
    struct came came[2] = { 0 };
    (void) state;
    assert_int_equal(pk_account_room(account), 3);
    seen.ops->window(seen.link, 100); /* never more than configured */
    assert_int_equal(pk_account_room(account), 3);
    seen.ops->window(seen.link, 1);
    assert_int_equal(pk_account_room(account), 1);
    support_start(account, &came[0]);
    assert_int_equal(pk_account_room(account), 0);
    seen.ops->window(seen.link, 0);
    assert_int_equal(pk_account_room(account), 0);
    seen.ops->window(seen.link, 3);
    assert_int_equal(pk_account_room(account), 2);
    seen.ops->window(seen.link, 2); /* one of the two is taken */
    assert_int_equal(pk_account_room(account), 1);
}

static void check_fallen(struct came *open)
{
    struct came late = { 0 };
    assert_int_equal(open->times, 1);
    assert_int_equal(open->outcome, PK_OUTCOME_UNCERTAIN);
    assert_string_equal(open->reason, "the session ended before an answer came");
    assert_int_equal(seen.disconnects, 1);
    assert_int_equal(pk_account_room(account), 0);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), PK_E_NOT_FOUND);
    support_start(account, &late);
    turn();
    assert_int_equal(late.outcome, PK_OUTCOME_RETRY);
    assert_string_equal(late.reason, "the session is down");
    assert_int_equal(seen.submitted, 1);
}

static void test_a_disconnect(void **state)
{
    struct came came = { 0 };
    (void) state;
    seen.disconnect_in_submit = true;
    support_start(account, &came);
    assert_int_equal(seen.disconnects, 0); /* not from inside the adapter */
    assert_int_equal(pk_account_room(account), 0);
    turn();
    check_fallen(&came);
}

static void test_a_tick_that_fails(void **state)
{
    struct came came = { 0 };
    (void) state;
    support_start(account, &came);
    seen.tick_returns = PK_E_INTERNAL;
    seen.ops->wake_at(seen.link, START_MS + 10);
    turn();
    check_fallen(&came);
}

static void test_events(void **state)
{
    static char long_text[65537];
    (void) state;
    struct pk_event event = {
        .size = sizeof event, .kind = PK_EVENT_REPLY, .address = PK_SLICE_INIT("+316000000042"), .text = PK_SLICE_INIT("ДА 2"),
        .token = 77, .reason = PK_SLICE_INIT("from\n+316000000042"),
    };
    assert_int_equal(seen.ops->event(seen.link, &event), 0);
    assert_int_equal(taken.token, 77);
    assert_string_equal(taken_text, "ДА 2");
    assert_string_equal(taken_reason, "from +[number]");
    pk_account_settled(account, 77, true);
    assert_int_equal(seen.settled_token, 77);
    assert_int_equal(seen.settled_ok, 1);
    take_returns = PK_E_BUSY;
    assert_int_equal(seen.ops->event(seen.link, &event), PK_E_BUSY);
    take_returns = 0;
    /* An older adapter's event ends before the token. */
    event.size = offsetof(struct pk_event, part_reference);
    assert_int_equal(seen.ops->event(seen.link, &event), 0);
    assert_int_equal(taken.token, 0);
    assert_int_equal(taken.size, sizeof event);
    event.size = 4;
    assert_int_equal(seen.ops->event(seen.link, &event), PK_E_INVALID);
    event.size = sizeof event;
    event.kind = 5;
    assert_int_equal(seen.ops->event(seen.link, &event), PK_E_INVALID);
    event.kind = PK_EVENT_REPLY;
    memset(long_text, 'x', sizeof long_text);
    event.text = pk_slice_make(long_text, sizeof long_text);
    assert_int_equal(seen.ops->event(seen.link, &event), PK_E_INVALID);
    event.text = (struct pk_slice){ NULL, 3 };
    assert_int_equal(seen.ops->event(seen.link, &event), PK_E_INVALID);
    assert_int_equal(seen.ops->event(seen.link, NULL), PK_E_INVALID);
}

static void test_stop(void **state)
{
    struct came came = { 0 }, late = { 0 };
    (void) state;
    support_start(account, &came);
    pk_account_stop(account);
    pk_account_stop(account);
    assert_int_equal(seen.stops, 1);
    assert_int_equal(pk_account_room(account), 0);
    support_start(account, &late);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), 0);
    turn();
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(late.outcome, PK_OUTCOME_RETRY);
    assert_int_equal(pk_account_open_count(account), 0);
}

static void test_close_ends_what_is_open(void **state)
{
    struct came open = { 0 }, done = { 0 };
    (void) state;
    support_start(account, &open);
    support_start(account, &done);
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[1], &accepted), 0);
    pk_account_close(pk_steal(&account));
    assert_int_equal(open.times, 1);
    assert_int_equal(open.outcome, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(done.times, 1);
    assert_int_equal(done.outcome, PK_OUTCOME_ACCEPTED);
    pk_account_close(NULL);
}

static void test_a_session_that_does_not_begin(void **state)
{
    struct pk_error err = { 0 };
    (void) state;
    pk_account_close(pk_steal(&account));
    seen.connect_returns = PK_E_IO;
    assert_int_equal(open_account(&err), PK_E_IO);
    assert_string_equal(err.message, "adapter \"probe\" could not begin its session");
    assert_null(account);
}

static void test_memory_is_used_again(void **state)
{
    (void) state;
    struct came came = { 0 };
    seen.complete_in_submit = true;
    for (unsigned i = 0; i < 100; i++) {
        support_start(account, &came);
        turn();
        assert_int_equal(came.times, 1);
        /* One slot, again and again: the low half of a token is its number. */
        assert_int_equal(seen.tokens[i % 8] & UINT32_MAX, 0);
        assert_int_equal(seen.tokens[i % 8] >> 32, i + 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_job_and_its_completion),
        TEST(test_a_completion_inside_submit_waits_for_the_next_turn),
        TEST(test_exactly_one_completion),
        TEST(test_outcomes_of_submit),
        TEST(test_a_job_that_is_never_completed),
        TEST(test_results_that_lie),
        TEST(test_results_that_repeat_number_and_text),
        TEST(test_the_earliest_wish_counts),
        TEST(test_window),
        TEST(test_a_disconnect),
        TEST(test_a_tick_that_fails),
        TEST(test_events),
        TEST(test_stop),
        TEST(test_close_ends_what_is_open),
        TEST(test_a_session_that_does_not_begin),
        TEST(test_memory_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every session without a wire must do, on a link with a clock of its own: each job taken is completed once, an event
 * that was not stored comes again, stop ends what is open. Then the sessions of the case files, number by number.
 */
#include "tests/adapters/harness.h"

#include <stdio.h>

#define JOBS 2000u
#define HOUR_MS (3600 * 1000ll)

static struct test_case *cases;
static size_t case_count;
static struct pk_link link_;

typedef void each_bench(struct pk_bench *bench, const struct test_case *test);

static void for_each(each_bench *run)
{
    size_t ran = 0;
    for (size_t i = 0; i < case_count; i++) {
        struct pk_bench bench;
        if (!cases[i].adapter->session || pk_json_get(cases[i].document, "refused"))
            continue;
        bench_open(&bench, &cases[i]);
        link_init(&link_);
        assert_int_equal(bench.trial->adapter->session->connected(bench.self, &link_, &link_test_ops, NOW_MS), 0);
        run(&bench, &cases[i]);
        link_finish(&link_);
        pk_bench_close(&bench);
        ran++;
    }
    assert_true(ran > 0);
}

static int submit(struct pk_bench *bench, uint64_t token, const char *address)
{
    char attempt[24], key[24];
    struct pk_trial_job usual;
    pk_trial_job(bench->trial, bench->test, NULL, &usual);
    struct pk_job job = usual.job;
    (void) snprintf(attempt, sizeof attempt, "a%llu", (unsigned long long) token);
    (void) snprintf(key, sizeof key, "k%llu", (unsigned long long) token);
    job.token = token;
    job.recorded = token == 1;
    job.attempt_id = pk_slice_of(attempt);
    job.idempotency_key = pk_slice_of(key);
    job.address = pk_slice_of(address);
    job.now_ms = link_.now_ms;
    int r = bench->trial->adapter->session->submit(bench->self, &job);
    pk_bench_end_call(bench);
    return r;
}

/* As many as the adapter takes at once, `count` at most; every second one to a number by which something else happens. */
static unsigned submit_many(struct pk_bench *bench, unsigned count)
{
    if (count > link_.window)
        count = link_.window;
    for (unsigned i = 1; i <= count; i++) {
        char address[24];
        (void) snprintf(address, sizeof address, "+316%08u", i % 2 ? i : 9900 + i % 40);
        assert_int_equal(submit(bench, i, address), 0);
    }
    return count;
}

static void completed_once(const char *where, unsigned count)
{
    for (unsigned i = 1; i <= count; i++)
        if (link_.jobs[i].completed != 1)
            fail_msg("%s: job %u was completed %u times", where, i, link_.jobs[i].completed);
}

static void check_once(struct pk_bench *bench, const struct test_case *test)
{
    unsigned count = submit_many(bench, JOBS);
    link_run(&link_, bench, NOW_MS + 24 * HOUR_MS, SETTLE_STORED);
    completed_once(test->name, count);
    assert_int_equal(link_.wake_ms, 0);
    char left[64];
    (void) snprintf(left, sizeof left, "> message bytes %zu\n< ", strlen(PK_TRIAL_TEXT));
    if (strncmp(link_.told, left, strlen(left)) != 0 || link_.told[strlen(left)] < 'a')
        fail_msg("%s: it tells \"%s\" of what was exchanged", test->name, link_.told);
}

static void every_job_is_completed_once(void **state)
{
    (void) state;
    for_each(check_once);
}

static bool same_event(const struct pk_event *a, const struct pk_event *b)
{
    return a->kind == b->kind && a->state == b->state && pk_slice_equal(a->provider_id, b->provider_id) &&
           pk_slice_equal(a->text, b->text) && pk_slice_equal(a->event_id, b->event_id) && pk_slice_equal(a->address, b->address);
}

static void check_again(struct pk_bench *bench, const struct test_case *test)
{
    unsigned count = submit_many(bench, 200);
    link_run(&link_, bench, NOW_MS + 24 * HOUR_MS, SETTLE_REFUSED_ONCE);
    completed_once(test->name, count);
    assert_true(link_.event_count > 0);
    for (size_t i = 0; i < link_.event_count; i++) {
        size_t before = 0, next = i + 1;
        for (size_t j = 0; j < i; j++)
            before += link_.events[j].token == link_.events[i].token;
        if (before % 2 == 1)
            continue;
        while (next < link_.event_count && link_.events[next].token != link_.events[i].token)
            next++;
        if (next == link_.event_count || !same_event(&link_.events[i], &link_.events[next]))
            fail_msg("%s: event %zu, not stored, does not come again", test->name, i);
    }
}

static void events_not_stored_come_again(void **state)
{
    (void) state;
    for_each(check_again);
}

static void check_stop(struct pk_bench *bench, const struct test_case *test)
{
    unsigned count = submit_many(bench, 300);
    link_run(&link_, bench, NOW_MS + 300, SETTLE_STORED);
    bench->trial->adapter->session->stop(bench->self, link_.now_ms);
    link_run(&link_, bench, link_.now_ms + 60 * 1000, SETTLE_STORED);
    completed_once(test->name, count);
    assert_true(submit(bench, count + 1, NUMBER) != 0);
    link_run(&link_, bench, NOW_MS + 24 * HOUR_MS, SETTLE_STORED);
    completed_once(test->name, count);
    assert_int_equal(link_.jobs[count + 1].completed, 0);
}

/* The token of an event that was stored long ago says nothing about another. */
static void check_stale(struct pk_bench *bench, const struct test_case *test)
{
    assert_int_equal(submit(bench, 1, "+31600009901"), 0);
    link_run(&link_, bench, NOW_MS + HOUR_MS, SETTLE_STORED);
    uint64_t old = link_.events[0].token;
    size_t before = link_.event_count;
    assert_int_equal(submit(bench, 2, "+31600009901"), 0);
    link_run(&link_, bench, link_.now_ms + HOUR_MS, SETTLE_NOT);
    if (link_.event_count != before + 1)
        fail_msg("%s: an event does not wait until the one before it is stored", test->name);
    bench->trial->adapter->session->settled(bench->self, old, 1, link_.now_ms);
    bench->trial->adapter->session->settled(bench->self, UINT64_MAX, 1, link_.now_ms);
    bench->trial->adapter->session->settled(bench->self, 0, 1, link_.now_ms);
    link_run(&link_, bench, link_.now_ms + HOUR_MS, SETTLE_NOT);
    assert_int_equal(link_.event_count, before + 1);
}

static void old_tokens_settle_nothing(void **state)
{
    (void) state;
    for_each(check_stale);
}

/* Whoever says how long an answer takes at most keeps to it, however many wait. */
static void check_punctual(struct pk_bench *bench, const struct test_case *test)
{
    int64_t within_ms = pk_case_int(test->document, "answersWithinMs", 0);
    if (within_ms == 0)
        return;
    unsigned count = submit_many(bench, JOBS);
    link_run(&link_, bench, NOW_MS + within_ms, SETTLE_STORED);
    completed_once(test->name, count);
}

static void answers_are_in_time(void **state)
{
    (void) state;
    for_each(check_punctual);
}

static void stop_drains(void **state)
{
    (void) state;
    for_each(check_stop);
}

/* The link falls: the gateway ends what is open, the adapter must not end it again. */
static void check_fall(struct pk_bench *bench, const struct test_case *test)
{
    unsigned count = submit_many(bench, 100);
    link_run(&link_, bench, NOW_MS + 300, SETTLE_STORED);
    bench->trial->adapter->session->disconnected(bench->self, link_.now_ms);
    for (unsigned i = 1; i <= count; i++)
        if (link_.jobs[i].completed == 0)
            link_.jobs[i].completed = 1; /* as the gateway does then */
    assert_int_equal(bench->trial->adapter->session->connected(bench->self, &link_, &link_test_ops, link_.now_ms), 0);
    link_run(&link_, bench, NOW_MS + 24 * HOUR_MS, SETTLE_STORED);
    completed_once(test->name, count);
}

static void a_fallen_link_is_not_completed_twice(void **state)
{
    (void) state;
    for_each(check_fall);
}

/* ---- the case files ---- */

static void check_numbers(struct pk_bench *bench, const struct test_case *test)
{
    static const char *const outcomes[] = { "",          "accepted",      "retry",
                                            "throttled", "rejected",      "invalid_recipient",
                                            "opted_out", "misconfigured", "uncertain" };
    const struct pk_json *numbers = pk_json_get(test->document, "numbers");
    for (size_t i = 0; i < pk_json_count(numbers); i++) {
        const struct pk_json *one = pk_json_item(numbers, i), *expected = pk_json_get(one, "events");
        char where[128];
        size_t seen = 0, first = link_.event_count;
        uint64_t token = i + 1;
        (void) snprintf(where, sizeof where, "%s: %.*s", test->name, PK_SLICE_ARG(pk_case_text(one, "address", "")));
        struct pk_buf address;
        pk_case_body(one, "address", &address);
        assert_int_equal(submit(bench, token, pk_buf_text(&address)), 0);
        pk_buf_finish(&address);
        link_run(&link_, bench, link_.now_ms + 24 * HOUR_MS, SETTLE_STORED);
        struct pk_slice outcome = pk_case_text(one, "outcome", "accepted");
        if (!pk_slice_is(outcome, outcomes[link_.jobs[token].outcome]))
            fail_msg("%s: the outcome is %s", where, outcomes[link_.jobs[token].outcome]);
        for (size_t j = first; j < link_.event_count; j++, seen++) {
            struct pk_event event = link_.events[j];
            if (seen >= pk_json_count(expected))
                fail_msg("%s: more events than %zu", where, seen);
            if (event.kind == PK_EVENT_RECEIPT && link_.jobs[token].outcome == PK_OUTCOME_ACCEPTED)
                assert_true(pk_slice_is(event.provider_id, link_.jobs[token].provider_id));
            event.provider_id = event.event_id = (struct pk_slice){ 0 }; /* they begin by chance */
            event.at_ms = 0;
            pk_trial_where(bench->trial, where, NULL);
            pk_event_compare(bench->trial, &event, pk_json_item(expected, seen));
        }
        if (seen != pk_json_count(expected))
            fail_msg("%s: %zu events, not %zu", where, seen, pk_json_count(expected));
    }
}

static void numbers(void **state)
{
    (void) state;
    for_each(check_numbers);
}

/* The same seed and the same messages: the same outcomes and events at the same moments. */
static void check_replay(struct pk_bench *bench, const struct test_case *test)
{
    uint64_t sum[2] = { 0, 0 };
    (void) bench;
    for (int life = 0; life < 2; life++) {
        struct pk_bench again;
        link_finish(&link_);
        link_init(&link_);
        bench_open(&again, test);
        assert_int_equal(again.trial->adapter->session->connected(again.self, &link_, &link_test_ops, NOW_MS), 0);
        for (unsigned i = 1; i <= 500 && i <= link_.window; i++)
            assert_int_equal(submit(&again, i, NUMBER), 0);
        link_run(&link_, &again, NOW_MS + 24 * HOUR_MS, SETTLE_STORED);
        for (size_t i = 0; i < link_.event_count; i++)
            sum[life] = sum[life] * 31 + (uint64_t) link_.events[i].at_ms + link_.events[i].state;
        for (unsigned i = 1; i <= 500; i++)
            sum[life] = sum[life] * 31 + link_.jobs[i].outcome;
        pk_bench_close(&again);
    }
    assert_true(sum[0] == sum[1]);
}

static void a_seed_replays(void **state)
{
    (void) state;
    for_each(check_replay);
}

/* ---- the play desk ---- */

struct shown {
    size_t count;
    char first[64], last_text[256];
    uint32_t last_state;
};

static int show(void *ctx, const struct pk_play_item *item)
{
    struct shown *shown = ctx;
    if (shown->count++ == 0)
        (void) snprintf(shown->first, sizeof shown->first, "%.*s", PK_SLICE_ARG(item->attempt_id));
    (void) snprintf(shown->last_text, sizeof shown->last_text, "%.*s", PK_SLICE_ARG(item->text));
    shown->last_state = item->state;
    return 0;
}

static void check_play(struct pk_bench *bench, const struct test_case *test)
{
    const struct pk_play_ops *play = bench->trial->adapter->play;
    int64_t remember = pk_case_int(test->document, "remembers", 0);
    struct shown shown = { 0 };
    struct pk_error err = { 0 };
    char first[64];
    if (!play || remember == 0)
        return;
    for (unsigned i = 1; i <= 50; i++)
        assert_int_equal(submit(bench, i, "+31600009901"), 0);
    link_run(&link_, bench, NOW_MS + 24 * HOUR_MS, SETTLE_STORED);
    assert_int_equal(play->list(bench->self, show, &shown), 0);
    assert_int_equal(shown.count, remember);
    (void) snprintf(first, sizeof first, "a%lld", 51 - (long long) remember);
    assert_string_equal(shown.first, first); /* oldest first, and the oldest forgotten */
    assert_string_equal(shown.last_text, TEXT);
    assert_int_equal(shown.last_state, PK_RECEIPT_DELIVERED);

    size_t before = link_.event_count;
    assert_int_equal(play->answer(bench->self, PK_SLICE(NUMBER), PK_SLICE("Да, 2"), link_.now_ms, &err), 0);
    link_run(&link_, bench, link_.now_ms + 1000, SETTLE_STORED);
    assert_int_equal(link_.event_count, before + 1);
    assert_int_equal(link_.events[before].kind, PK_EVENT_REPLY);
    assert_true(pk_slice_is(link_.events[before].text, "Да, 2") && pk_slice_is(link_.events[before].address, NUMBER));
    assert_int_equal(play->answer(bench->self, PK_SLICE("nobody"), PK_SLICE("x"), link_.now_ms, &err), PK_E_INVALID);
    assert_int_equal(play->answer(bench->self, PK_SLICE(NUMBER), PK_SLICE("\xff"), link_.now_ms, &err), PK_E_INVALID);
    pk_bench_private(bench, pk_slice_of(err.message), "what the play desk says");
}

static void the_play_desk(void **state)
{
    (void) state;
    for_each(check_play);
}

/* A full adapter says so and takes more once there is room. */
static void check_full(struct pk_bench *bench, const struct test_case *test)
{
    int64_t capacity = pk_case_int(test->document, "capacity", 0);
    if (capacity == 0)
        return;
    assert_int_equal(link_.window, capacity);
    submit_many(bench, (unsigned) capacity);
    assert_int_equal(submit(bench, (uint64_t) capacity + 1, NUMBER), PK_E_BUSY);
    link_run(&link_, bench, link_.now_ms + 24 * HOUR_MS, SETTLE_STORED);
    assert_int_equal(submit(bench, (uint64_t) capacity + 1, NUMBER), 0);
}

static void a_full_adapter_says_so(void **state)
{
    (void) state;
    for_each(check_full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_completed_once),
        cmocka_unit_test(events_not_stored_come_again),
        cmocka_unit_test(old_tokens_settle_nothing),
        cmocka_unit_test(answers_are_in_time),
        cmocka_unit_test(stop_drains),
        cmocka_unit_test(a_fallen_link_is_not_completed_twice),
        cmocka_unit_test(numbers),
        cmocka_unit_test(a_seed_replays),
        cmocka_unit_test(the_play_desk),
        cmocka_unit_test(a_full_adapter_says_so),
    };
    case_count = cases_load(&cases);
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    cases_free(cases, case_count);
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every adapter with a webhook must do: refuse what is unsigned or altered, and survive every body cut off
 * anywhere. A sample whose signature covers its body says so ("signed": true).
 */
#include "tests/adapters/harness.h"

static struct test_case *cases;
static size_t case_count;

typedef void each_sample(struct bench *bench, const struct pk_json *sample, const char *where);

/* Runs over every call that a case accepts. */
static void for_each(each_sample *run)
{
    size_t ran = 0;
    for (size_t i = 0; i < case_count; i++) {
        const struct pk_json *calls = pk_json_get(cases[i].document, "calls");
        struct bench bench;
        if (!calls || !cases[i].adapter->webhook)
            continue;
        log_begin();
        bench_open(&bench, &cases[i], NULL);
        assert_non_null(bench.self);
        for (size_t j = 0; j < pk_json_count(calls); j++) {
            const struct pk_json *sample = pk_json_item(calls, j);
            if (pk_json_get(sample, "refused"))
                continue;
            run(&bench, sample, cases[i].name);
            ran++;
        }
        log_check(cases[i].name, &bench);
        bench_close(&bench);
    }
    assert_true(ran > 0);
}

static void check_bare(struct bench *bench, const struct pk_json *sample, const char *where)
{
    struct call call;
    call_init(&call, sample);
    call.headers = NULL;
    call.base.path_rest = PK_SLICE("");
    if (bench_verify(bench, &call) != PK_E_DENIED)
        fail_msg("%s: a call without any proof passes", where);
    call_finish(&call);
}

static void unsigned_calls_are_refused(void **state)
{
    (void) state;
    for_each(check_bare);
}

static void check_altered(struct bench *bench, const struct pk_json *sample, const char *where)
{
    struct call call;
    call_init(&call, sample);
    call.spoil_headers = true;
    if (call.path.len > 0)
        call.path.data[0] ^= 1;
    if (bench_verify(bench, &call) != PK_E_DENIED)
        fail_msg("%s: a call with spoilt proofs passes", where);
    call.spoil_headers = false;
    if (call.path.len > 0)
        call.path.data[0] ^= 1;
    assert_int_equal(bench_verify(bench, &call), 0);
    if (call.path.len > 0) {
        call.base.path_rest = pk_slice_make(call.path.data + 1, call.path.len - 1);
        assert_int_equal(bench_verify(bench, &call), PK_E_DENIED);
        call.base.path_rest = pk_buf_slice(&call.path);
    }
    for (size_t i = 0; i < call.body.len && pk_json_get(sample, "signed"); i++) {
        call.body.data[i] ^= 1;
        if (bench_verify(bench, &call) != PK_E_DENIED)
            fail_msg("%s: a body altered at %zu passes", where, i);
        call.body.data[i] ^= 1;
    }
    call_finish(&call);
}

static void altered_calls_are_refused(void **state)
{
    (void) state;
    for_each(check_altered);
}

/* The body, or the query where there is none. */
static void check_truncated(struct bench *bench, const struct pk_json *sample, const char *where)
{
    struct call call;
    call_init(&call, sample);
    struct pk_slice query = call.base.query;
    size_t longest = call.body.len > 0 ? call.body.len : query.len;
    for (size_t len = 0; len < longest; len++) {
        struct events events;
        events_init(&events);
        if (call.body.len > 0)
            call.base.body = pk_slice_make(call.body.data, len);
        else
            call.base.query = pk_slice_make(query.data, len);
        int r = bench_parse(bench, &call, &events);
        if (r != 0 && r != PK_E_INVALID)
            fail_msg("%s: cut off at %zu, parse says %d", where, len, r);
        if (r != 0 && events.count > 0)
            fail_msg("%s: cut off at %zu, events came before the refusal", where, len);
        if (call.body.len > 0 && pk_json_get(sample, "signed"))
            assert_int_equal(bench_verify(bench, &call), PK_E_DENIED);
        events_finish(&events);
    }
    call_finish(&call);
}

static void truncated_calls(void **state)
{
    (void) state;
    for_each(check_truncated);
}

static void check_garbage(struct bench *bench, const struct pk_json *sample, const char *where)
{
    static const char *const bodies[] = {
        "[", "[]", "{}", "[1,2,null,\"x\",[[]]]", "{\"a\":1,\"a\":2}", "&&&===&=&%", "%zz=%1&%", "\xff\xfe", "null", "="
    };
    struct call call;
    (void) where;
    call_init(&call, sample);
    for (size_t i = 0; i < PK_COUNT(bodies); i++) {
        struct events events;
        events_init(&events);
        call.base.body = pk_slice_of(bodies[i]);
        (void) bench_parse(bench, &call, &events);
        assert_int_equal(events.count, 0);
        events_finish(&events);
    }
    call_finish(&call);
}

static void garbage_makes_no_events(void **state)
{
    (void) state;
    for_each(check_garbage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsigned_calls_are_refused),
        cmocka_unit_test(altered_calls_are_refused),
        cmocka_unit_test(truncated_calls),
        cmocka_unit_test(garbage_makes_no_events),
    };
    case_count = cases_load(&cases);
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    cases_free(cases, case_count);
    return r;
}

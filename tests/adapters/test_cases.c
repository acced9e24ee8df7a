/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The case files: what each adapter writes and how it reads what it is given, exactly. Their form is in
 * tests/adapters/README.md.
 */
#include "tests/adapters/harness.h"

#include "gateway/base/text.h"

#include <stdio.h>

static void same(const char *where, const char *what, struct pk_slice got, struct pk_slice wanted)
{
    if (!pk_slice_equal(got, wanted))
        fail_msg("%s: %s is\n  %.*s\nnot\n  %.*s", where, what, PK_SLICE_ARG(got), PK_SLICE_ARG(wanted));
}

/* ---- hand-overs ---- */

static void check_headers(const char *where, const struct pk_request *request, const struct pk_json *expected)
{
    void *iter = NULL;
    struct pk_slice key, name, value;
    const struct pk_json *wanted;
    assert_int_equal(pk_request_header_count(request), pk_json_count(expected));
    while (pk_json_next(expected, &iter, &key, &wanted)) {
        char plain[128];
        (void) snprintf(plain, sizeof plain, "%.*s", PK_SLICE_ARG(key));
        bool found = false;
        for (size_t i = 0; i < pk_request_header_count(request) && !found; i++) {
            pk_request_header(request, i, &name, &value);
            found = pk_slice_equal_nocase(name, plain);
        }
        if (!found)
            fail_msg("%s: header %s is missing", where, plain);
        same(where, plain, value, pk_json_string(wanted));
    }
}

static void check_request(const char *where, const struct pk_request *request, const struct pk_json *expected)
{
    struct pk_buf body;
    case_body(expected, "body", &body);
    same(where, "method", pk_request_method(request), case_text(expected, "method", "POST"));
    same(where, "url", pk_request_url(request), case_text(expected, "url", ""));
    same(where, "body", pk_request_body(request), pk_buf_slice(&body));
    check_headers(where, request, pk_json_get(expected, "headers"));
    pk_buf_finish(&body);
}

static uint32_t answer_state(const struct pk_json *answer)
{
    struct pk_slice state = case_text(answer, "state", "complete");
    return pk_slice_is(state, "complete")  ? PK_ANSWER_COMPLETE
           : pk_slice_is(state, "notSent") ? PK_ANSWER_NOT_SENT
                                           : PK_ANSWER_NONE;
}

static void check_result(const char *where, const struct pk_result *result, const struct pk_json *expected)
{
    static const char *const outcomes[] = { "",          "accepted",      "retry",
                                            "throttled", "rejected",      "invalid_recipient",
                                            "opted_out", "misconfigured", "uncertain" };
    assert_in_range(result->outcome, 1, PK_COUNT(outcomes) - 1);
    same(where, "outcome", pk_slice_of(outcomes[result->outcome]), case_text(expected, "outcome", "accepted"));
    same(where, "providerId", result->provider_id, case_text(expected, "providerId", ""));
    same(where, "code", result->code, case_text(expected, "code", ""));
    assert_int_equal(result->parts, case_int(expected, "parts", 0));
    assert_int_equal(result->after_ms, case_int(expected, "afterMs", 0));
    assert_int_equal(result->reason.len > 0, result->outcome != PK_OUTCOME_ACCEPTED);
}

static void run_handover(struct bench *bench, const char *file, const struct pk_json *handover)
{
    char where[256];
    struct pk_job job = job_make(pk_json_get(handover, "job"));
    struct pk_request request;
    struct pk_round round = { .size = sizeof round, .request = &request };
    const struct pk_json *rounds = pk_json_get(handover, "rounds");
    struct pk_buf body;
    (void) snprintf(where, sizeof where, "%s: %.*s", file, PK_SLICE_ARG(case_text(handover, "about", "?")));
    pk_request_init(&request);
    pk_buf_init(&body, 1);
    assert_true(pk_json_count(rounds) > 0);
    for (size_t i = 0; i < pk_json_count(rounds); i++) {
        const struct pk_json *expected = pk_json_item(rounds, i), *given = pk_json_get(expected, "answer");
        pk_request_clear(&request);
        round.submits = 0;
        assert_int_equal(bench->adapter->exchange->step(bench->self, &job, &round), PK_STEP_SEND);
        pk_host_end_call(bench->host);
        assert_int_equal(pk_request_check(&request, NULL), 0);
        if (pk_json_get(expected, "request"))
            check_request(where, &request, pk_json_get(expected, "request"));
        assert_int_equal(round.submits, i + 1 == pk_json_count(rounds));
        pk_buf_finish(&body);
        case_body(given, "body", &body);
        struct answer answer = answer_make(answer_state(given), (uint32_t) case_int(given, "status", 200), pk_buf_slice(&body));
        answer.base.retry_after_ms = case_int(given, "retryAfterMs", 0);
        answer.headers = pk_json_get(given, "headers");
        round.answer = &answer.base;
        round.number++;
        if (i + 1 < pk_json_count(rounds))
            continue;
        assert_int_equal(bench->adapter->exchange->step(bench->self, &job, &round), PK_STEP_DONE);
        struct pk_result result = bench_keep(&round.result);
        pk_host_end_call(bench->host);
        check_result(where, &result, pk_json_get(handover, "result"));
        privacy_check(result.reason, bench, where);
    }
    pk_buf_finish(&body);
    pk_request_finish(&request);
}

/* ---- calls ---- */

static void run_call(struct bench *bench, const char *file, const struct pk_json *sample)
{
    char where[256];
    struct call call;
    struct events events;
    const struct pk_json *expected = pk_json_get(sample, "events");
    (void) snprintf(where, sizeof where, "%s: %.*s", file, PK_SLICE_ARG(case_text(sample, "about", "?")));
    call_init(&call, sample);
    events_init(&events);
    struct pk_slice refused = case_text(sample, "refused", "");
    int wanted = pk_slice_is(refused, "denied") ? PK_E_DENIED : pk_slice_is(refused, "closed") ? PK_E_NOT_FOUND : 0;
    int r = bench_verify(bench, &call);
    if (r != wanted)
        fail_msg("%s: verify says %d, not %d", where, r, wanted);
    if (r == 0) {
        r = bench_parse(bench, &call, &events);
        if (r != (pk_slice_is(refused, "invalid") ? PK_E_INVALID : 0))
            fail_msg("%s: parse says %d", where, r);
        if (events.count != pk_json_count(expected))
            fail_msg("%s: %zu events, not %zu", where, events.count, pk_json_count(expected));
        for (size_t i = 0; i < events.count; i++)
            event_check(&events.at[i], pk_json_item(expected, i), where);
    }
    events_finish(&events);
    call_finish(&call);
}

/* ---- files ---- */

static void check_capabilities(const struct bench *bench, const struct test_case *test)
{
    static const char *const names[] = { "idempotent", "receipts", "inbound", "parts", "templates_only", "window", "choices" };
    const struct pk_json *list = pk_json_get(test->document, "capabilities");
    uint32_t wanted = 0,
             can = bench->adapter->capabilities_of ? bench->adapter->capabilities_of(bench->self) : bench->adapter->capabilities;
    for (size_t i = 0; i < pk_json_count(list); i++)
        for (uint32_t j = 0; j < PK_COUNT(names); j++)
            if (pk_slice_is(pk_json_string(pk_json_item(list, i)), names[j]))
                wanted |= 1u << j;
    assert_int_equal(can & ~bench->adapter->capabilities, 0);
    if (list)
        assert_int_equal(can, wanted);
}

static void run_file(const struct test_case *test)
{
    struct bench bench;
    const struct pk_json *handovers = pk_json_get(test->document, "handovers"), *calls = pk_json_get(test->document, "calls");
    struct pk_slice refused = case_text(test->document, "refused", "");
    bench_open(&bench, test, NULL);
    same(test->name, "what open says", pk_slice_trim(pk_buf_slice(&bench.trouble)), refused);
    if (bench.self)
        check_capabilities(&bench, test);
    for (size_t i = 0; bench.self && i < pk_json_count(handovers); i++)
        run_handover(&bench, test->name, pk_json_item(handovers, i));
    for (size_t i = 0; bench.self && i < pk_json_count(calls); i++)
        run_call(&bench, test->name, pk_json_item(calls, i));
    log_check(test->name, &bench);
    bench_close(&bench);
}

static void case_files(void **state)
{
    struct test_case *cases;
    size_t count = cases_load(&cases);
    (void) state;
    log_begin();
    for (size_t i = 0; i < count; i++)
        run_file(&cases[i]);
    cases_free(cases, count);
}

/* Settings that cannot be meant: each of a file's "refusals" is an account of its own, and what open() says of it. */
static void refusals(void **state)
{
    struct test_case *cases;
    size_t count = cases_load(&cases), seen = 0;
    (void) state;
    for (size_t i = 0; i < count; i++) {
        const struct pk_json *list = pk_json_get(cases[i].document, "refusals");
        for (size_t j = 0; j < pk_json_count(list); j++, seen++) {
            const struct pk_json *one = pk_json_item(list, j);
            struct bench bench;
            struct test_case changed = { .name = cases[i].name,
                                         .adapter = cases[i].adapter,
                                         .document = (struct pk_json *) (uintptr_t) one };
            bench_open(&bench, &changed, NULL);
            same(cases[i].name, "what open says", pk_slice_trim(pk_buf_slice(&bench.trouble)), case_text(one, "refused", "?"));
            assert_null(bench.self);
            bench_close(&bench);
        }
    }
    assert_true(seen > 0);
    cases_free(cases, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(case_files), cmocka_unit_test(refusals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every exchange adapter must do, whoever wrote it: run against each account of each case file. A file whose
 * settings give a status a meaning of their own says so ("ownStatuses": true).
 */
#include "tests/adapters/harness.h"

#include "adapters/kit/text.h"
#include "gateway/base/text.h"
#include "gateway/plugin/registry.h"

#include <stdio.h>

static struct test_case *cases;
static size_t case_count;

typedef void each_bench(struct bench *bench, const struct test_case *test);

/* Opens every account that hands over. */
static void for_each(each_bench *run)
{
    size_t ran = 0;
    for (size_t i = 0; i < case_count; i++) {
        struct bench bench;
        if (!cases[i].adapter->exchange || !pk_json_get(cases[i].document, "handovers"))
            continue;
        log_begin();
        bench_open(&bench, &cases[i], NULL);
        if (!bench.self)
            fail_msg("%s: %s", cases[i].name, pk_buf_text(&bench.trouble));
        run(&bench, &cases[i]);
        log_check(cases[i].name, &bench);
        bench_close(&bench);
        ran++;
    }
    assert_true(ran > 0);
}

static struct pk_result answered(struct bench *bench, uint32_t state, uint32_t status, struct pk_slice body,
                                 int64_t retry_after_ms)
{
    struct pk_job job = job_make(NULL);
    struct answer answer = answer_make(state, status, body);
    answer.base.retry_after_ms = retry_after_ms;
    return bench_handover(bench, &job, &answer.base);
}

/* ---- the table ---- */

static void tables_are_sound(void **state)
{
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    (void) state;
    for (size_t i = 0; i < pk_registry_count(registry); i++) {
        const struct pk_adapter *adapter = pk_registry_at(registry, i);
        struct pk_error err = { 0 };
        if (pk_adapter_check(adapter, adapter->name, &err) != 0)
            fail_msg("%s: %s", adapter->name, err.message);
        for (size_t j = 0; j < adapter->setting_count; j++) {
            const char *help = adapter->settings[j].help;
            if (strlen(help) < 20 || help[strlen(help) - 1] != '.' || help[0] < 'A' || help[0] > 'Z')
                fail_msg("%s: the help of %s is no sentence", adapter->name, adapter->settings[j].name);
        }
    }
}

/* ---- settings ---- */

static void missing_settings_are_named(void **state)
{
    size_t seen = 0;
    (void) state;
    for (size_t i = 0; i < case_count; i++) {
        const struct pk_adapter *adapter = cases[i].adapter;
        for (size_t j = 0; j < adapter->setting_count; j++) {
            struct bench bench;
            char wanted[160];
            if (!adapter->settings[j].required)
                continue;
            bench_open(&bench, &cases[i], adapter->settings[j].name);
            (void) snprintf(wanted, sizeof wanted, "%s: required setting is missing\n", adapter->settings[j].name);
            assert_null(bench.self);
            assert_string_equal(pk_buf_text(&bench.trouble), wanted);
            bench_close(&bench);
            seen++;
        }
    }
    assert_true(seen > 0);
}

/* ---- answers ---- */

static void check_statuses(struct bench *bench, const struct test_case *test)
{
    static const struct {
        uint32_t status, outcome;
    } table[] = {
        { 401, PK_OUTCOME_MISCONFIGURED }, { 403, PK_OUTCOME_MISCONFIGURED }, { 500, PK_OUTCOME_RETRY },
        { 502, PK_OUTCOME_RETRY },         { 503, PK_OUTCOME_RETRY },         { 504, PK_OUTCOME_RETRY },
    };
    static const char *const bodies[] = { "", "{}", "<html>no</html>", "{\"error\":{\"message\":\"no\"}}" };
    if (case_bool(test->document, "ownStatuses"))
        return;
    for (size_t i = 0; i < PK_COUNT(table); i++)
        for (size_t j = 0; j < PK_COUNT(bodies); j++) {
            struct pk_result result = answered(bench, PK_ANSWER_COMPLETE, table[i].status, pk_slice_of(bodies[j]), 0);
            if (result.outcome != table[i].outcome)
                fail_msg("%s: status %u gives outcome %u", test->name, table[i].status, result.outcome);
            assert_true(result.reason.len > 0);
        }
}

static void statuses(void **state)
{
    (void) state;
    for_each(check_statuses);
}

static void check_throttled(struct bench *bench, const struct test_case *test)
{
    if (case_bool(test->document, "ownStatuses"))
        return;
    struct pk_result result = answered(bench, PK_ANSWER_COMPLETE, 429, PK_SLICE(""), 7000);
    assert_int_equal(result.outcome, PK_OUTCOME_THROTTLED);
    assert_int_equal(result.after_ms, 7000);
    assert_int_equal(answered(bench, PK_ANSWER_COMPLETE, 503, PK_SLICE(""), 9000).after_ms, 9000);
}

static void throttling(void **state)
{
    (void) state;
    for_each(check_throttled);
}

static void check_no_answer(struct bench *bench, const struct test_case *test)
{
    (void) test;
    assert_int_equal(answered(bench, PK_ANSWER_NOT_SENT, 0, PK_SLICE(""), 0).outcome, PK_OUTCOME_RETRY);
    assert_int_equal(answered(bench, PK_ANSWER_NONE, 0, PK_SLICE(""), 0).outcome, PK_OUTCOME_UNCERTAIN);
    /* Half an answer is none, whatever its beginning says. */
    assert_int_equal(answered(bench, PK_ANSWER_NONE, 200, PK_SLICE("{\"id\":"), 0).outcome, PK_OUTCOME_UNCERTAIN);
}

static void no_answer(void **state)
{
    (void) state;
    for_each(check_no_answer);
}

/* Every sample answer, cut off anywhere: an outcome each time, and what is read never reaches past the end. */
static void check_truncations(struct bench *bench, const struct test_case *test)
{
    const struct pk_json *handovers = pk_json_get(test->document, "handovers");
    for (size_t i = 0; i < pk_json_count(handovers); i++) {
        const struct pk_json *rounds = pk_json_get(pk_json_item(handovers, i), "rounds");
        const struct pk_json *given = pk_json_get(pk_json_item(rounds, pk_json_count(rounds) - 1), "answer");
        struct pk_buf body;
        case_body(given, "body", &body);
        for (size_t len = 0; len <= body.len; len++) {
            char *exact = malloc(len > 0 ? len : 1);
            memcpy(exact, pk_buf_text(&body), len);
            struct pk_result result =
                answered(bench, PK_ANSWER_COMPLETE, (uint32_t) case_int(given, "status", 200), pk_slice_make(exact, len), 0);
            free(exact);
            for (size_t j = 0; j < result.provider_id.len; j++)
                assert_in_range(result.provider_id.data[j], 0x21, 0x7e);
        }
        pk_buf_finish(&body);
    }
}

static void truncated_answers(void **state)
{
    (void) state;
    for_each(check_truncations);
}

/* A provider that repeats everything it was told, with every kind of status: none of it reaches a person. */
static void check_echo(struct bench *bench, const struct test_case *test)
{
    static const uint32_t statuses_[] = { 200, 202, 400, 401, 404, 422, 429, 500 };
    struct pk_job job = job_make(NULL);
    struct pk_request request;
    struct pk_round round;
    struct pk_buf echo;
    (void) test;
    pk_request_init(&request);
    bench_request(bench, &job, &round, &request);
    pk_buf_init(&echo, 1u << 20);
    (void) pk_buf_add_slice(&echo, pk_request_url(&request));
    (void) pk_buf_add_slice(&echo, pk_request_body(&request));
    for (size_t i = 0; i < pk_request_header_count(&request); i++) {
        struct pk_slice name, value;
        pk_request_header(&request, i, &name, &value);
        (void) pk_buf_add_slice(&echo, value);
    }
    for (size_t i = 0; i < PK_COUNT(statuses_); i++) {
        (void) answered(bench, PK_ANSWER_COMPLETE, statuses_[i], pk_buf_slice(&echo), 0);
        (void) answered(bench, PK_ANSWER_COMPLETE, statuses_[i], pk_request_body(&request), 0);
    }
    pk_buf_finish(&echo);
    pk_request_finish(&request);
}

static void nothing_is_repeated_to_people(void **state)
{
    (void) state;
    for_each(check_echo);
}

/* ---- texts ---- */

static bool json_holds(const struct pk_json *value, struct pk_slice text)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *member;
    if (pk_json_kind(value) == PK_JSON_STRING)
        return pk_slice_equal(pk_json_string(value), text);
    for (size_t i = 0; pk_json_kind(value) == PK_JSON_ARRAY && i < pk_json_count(value); i++)
        if (json_holds(pk_json_item(value, i), text))
            return true;
    while (pk_json_kind(value) == PK_JSON_OBJECT && pk_json_next(value, &iter, &name, &member))
        if (json_holds(member, text))
            return true;
    return false;
}

static bool form_holds(struct pk_slice form, struct pk_slice text)
{
    char *memory = malloc(form.len + 1), *room = memory;
    struct pk_slice name, value;
    bool found = false;
    while (!found && pk_kit_next_pair(&form, &room, &name, &value))
        found = pk_slice_equal(value, text);
    free(memory);
    return found;
}

/* Is the text in the request, whole, by the request's own format? Plain bodies hold it as it is, XML in references. */
static bool request_holds(const struct pk_request *request, struct pk_slice text)
{
    struct pk_slice body = pk_request_body(request), url = pk_request_url(request);
    const char *query = memchr(url.data, '?', url.len);
    struct pk_json *document = NULL;
    if (body.len == 0)
        return query && form_holds(pk_slice_make(query + 1, url.len - (size_t) (query + 1 - url.data)), text);
    if (body.data[0] == '{' || body.data[0] == '[') {
        assert_int_equal(pk_json_parse(body, 1u << 20, &document, NULL), 0);
        bool found = json_holds(document, text);
        pk_json_free(document);
        return found;
    }
    if (body.data[0] == '<') {
        struct pk_buf plain;
        pk_buf_init(&plain, 1u << 20);
        for (size_t i = 0; i < body.len;) {
            static const struct {
                const char *name;
                char c;
            } references[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
            size_t j = 0;
            struct pk_slice rest = pk_slice_make(body.data + i, body.len - i);
            while (j < PK_COUNT(references) && !pk_slice_starts(rest, references[j].name))
                j++;
            (void) pk_buf_add_char(&plain, j < PK_COUNT(references) ? references[j].c : body.data[i]);
            i += j < PK_COUNT(references) ? strlen(references[j].name) : 1;
        }
        bool found = memmem(plain.data, plain.len, text.data, text.len) != NULL;
        pk_buf_finish(&plain);
        return found;
    }
    return form_holds(body, text) || memmem(body.data, body.len, text.data, text.len) != NULL;
}

static void check_texts(struct bench *bench, const struct test_case *test)
{
    static const char *const texts[] = {
        "👩‍👩‍👧‍👦 🎉 Заповядайте! 🇧🇬",
        "مرحبا بكم في المدرسة‏ ‫שלום‬",
        "Quote \" back \\ slash / line\nfeed\ttab {to} {text} &amp;=+%20?#<b>'`",
        "end with a backslash \\",
        "ю",
    };
    char thousand[2001];
    for (size_t i = 0; i < 1000; i++)
        memcpy(thousand + 2 * i, "Ж", 2);
    thousand[2000] = '\0';
    for (size_t i = 0; i <= PK_COUNT(texts); i++) {
        struct pk_job job = job_make(NULL);
        struct pk_request request;
        struct pk_round round;
        job.text = pk_slice_of(i < PK_COUNT(texts) ? texts[i] : thousand);
        assert_true(job.text.len <= bench->adapter->max_text_bytes);
        pk_request_init(&request);
        bench_request(bench, &job, &round, &request);
        if (!request_holds(&request, job.text))
            fail_msg("%s: text %zu does not arrive whole", test->name, i);
        pk_request_finish(&request);
    }
}

static void texts_survive(void **state)
{
    (void) state;
    for_each(check_texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(missing_settings_are_named),
        cmocka_unit_test(statuses),
        cmocka_unit_test(throttling),
        cmocka_unit_test(no_answer),
        cmocka_unit_test(truncated_answers),
        cmocka_unit_test(nothing_is_repeated_to_people),
        cmocka_unit_test(texts_survive),
    };
    case_count = cases_load(&cases);
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    cases_free(cases, case_count);
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The hand-overs and queries of the case files: each request and each result, exactly. */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

#include <stdio.h>

static void same(struct pk_trial *trial, const char *what, struct pk_slice got, struct pk_slice wanted)
{
    if (!pk_slice_equal(got, wanted))
        (void) pk_trial_flaw(trial, "%s is\n    %.*s\n  not\n    %.*s", what, PK_SLICE_ARG(got), PK_SLICE_ARG(wanted));
}

/* ---- requests ---- */

static void check_headers(struct pk_trial *trial, const struct pk_request *request, const struct pk_json *expected)
{
    void *iter = NULL;
    struct pk_slice key, name, value;
    const struct pk_json *wanted;
    if (pk_request_header_count(request) != pk_json_count(expected))
        (void) pk_trial_flaw(trial, "there are %zu headers, not %zu", pk_request_header_count(request), pk_json_count(expected));
    while (pk_json_next(expected, &iter, &key, &wanted)) {
        char plain[128];
        bool found = false;
        (void) snprintf(plain, sizeof plain, "%.*s", PK_SLICE_ARG(key));
        for (size_t i = 0; i < pk_request_header_count(request) && !found; i++) {
            pk_request_header(request, i, &name, &value);
            found = pk_slice_equal_nocase(name, plain);
        }
        if (found)
            same(trial, plain, value, pk_json_string(wanted));
        else
            (void) pk_trial_flaw(trial, "header %s is missing", plain);
    }
}

void pk_trial_compare_request(struct pk_trial *trial, const struct pk_request *request, const struct pk_json *expected)
{
    struct pk_buf body;
    pk_case_body(expected, "body", &body);
    same(trial, "method", pk_request_method(request), pk_case_text(expected, "method", "POST"));
    same(trial, "url", pk_request_url(request), pk_case_text(expected, "url", ""));
    same(trial, "body", pk_request_body(request), pk_buf_slice(&body));
    check_headers(trial, request, pk_json_get(expected, "headers"));
    pk_buf_finish(&body);
}

struct looking {
    struct pk_trial *trial;
    bool asks;
    const struct pk_json *rounds;
};

static void look(void *ctx, unsigned round, const struct pk_request *request, bool submits)
{
    const struct looking *looking = ctx;
    size_t count = pk_json_count(looking->rounds);
    const struct pk_json *expected = pk_json_item(looking->rounds, round);
    if (round >= count)
        return; /* told by their number */
    if (pk_json_get(expected, "request"))
        pk_trial_compare_request(looking->trial, request, pk_json_get(expected, "request"));
    bool wanted = pk_json_get(expected, "submits") ? pk_case_bool(expected, "submits") : !looking->asks && round + 1 == count;
    if (submits != wanted)
        (void) pk_trial_flaw(looking->trial, "round %u %s the message over, by what it says", round,
                             submits ? "hands" : "does not hand");
}

/* ---- results ---- */

static void check_result(struct pk_trial *trial, const struct pk_handed *handed, const struct pk_json *expected)
{
    const struct pk_result *result = &handed->result;
    same(trial, "outcome", pk_slice_of(pk_trial_outcome(result->outcome)), pk_case_text(expected, "outcome", "accepted"));
    same(trial, "providerId", result->provider_id, pk_case_text(expected, "providerId", ""));
    same(trial, "code", result->code, pk_case_text(expected, "code", ""));
    if (pk_json_get(expected, "reason"))
        same(trial, "reason", result->reason, pk_case_text(expected, "reason", ""));
    if (result->parts != pk_case_int(expected, "parts", 0))
        (void) pk_trial_flaw(trial, "parts are %u", result->parts);
    if (result->price != pk_case_int(expected, "price", 0))
        (void) pk_trial_flaw(trial, "the price is %lld", (long long) result->price);
    if (result->after_ms != pk_case_int(expected, "afterMs", 0))
        (void) pk_trial_flaw(trial, "afterMs is %lld", (long long) result->after_ms);
}

static void run_handover(struct pk_bench *bench, const struct pk_json *handover)
{
    struct pk_trial *trial = bench->trial;
    const struct pk_json *rounds = pk_json_get(handover, "rounds");
    struct pk_trial_answer answers[PK_TRIAL_ROUNDS_MAX];
    const struct pk_answer *given[PK_TRIAL_ROUNDS_MAX];
    size_t count = pk_json_count(rounds);
    struct pk_trial_job job;
    struct pk_handed handed;
    struct looking looking = { trial, bench->asks, rounds };
    if (count > PK_TRIAL_ROUNDS_MAX) {
        (void) pk_trial_flaw(trial, "it has more rounds than there can be");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        pk_trial_answer(pk_json_get(pk_json_item(rounds, i), "answer"), &answers[i]);
        given[i] = &answers[i].base;
    }
    struct pk_trial_answer nothing = pk_trial_answer_make(PK_ANSWER_NONE, 0, PK_SLICE(""), 0);
    if (count == 0)
        given[0] = &nothing.base; /* refused before anything is sent */
    pk_trial_job(trial, bench->test, handover, &job);
    if (pk_trial_hand_over(bench, &job.job, given, count > 0 ? count : 1, look, &looking, &handed)) {
        if (handed.rounds != count)
            (void) pk_trial_flaw(trial, "it took %u rounds, not %zu", handed.rounds, count);
        check_result(trial, &handed, pk_json_get(handover, "result"));
    }
    for (size_t i = 0; i < count; i++)
        pk_buf_finish(&answers[i].body);
}

static void run_list(struct pk_trial *trial, const char *list, const char *what, bool asks)
{
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *handovers = pk_json_get(test->document, list);
        struct pk_bench bench;
        if (!handovers)
            continue;
        pk_bench_open(&bench, trial, test, NULL, NULL);
        for (size_t j = 0; j < pk_json_count(handovers) && bench.self; j++) {
            const struct pk_json *handover = pk_json_item(handovers, j);
            char name[100];
            (void) snprintf(name, sizeof name, "%s: %.*s", test->name, PK_SLICE_ARG(pk_case_text(handover, "about", "?")));
            pk_trial_begin(trial, what, name);
            pk_bench_renew(&bench);
            bench.asks = asks;
            if (bench.self)
                run_handover(&bench, handover);
            pk_trial_end(trial);
        }
        pk_bench_close(&bench);
    }
}

void pk_check_handovers(struct pk_trial *trial)
{
    run_list(trial, "handovers", "hand-over", false);
    if (trial->adapter->exchange->query)
        run_list(trial, "queries", "query", true);
}

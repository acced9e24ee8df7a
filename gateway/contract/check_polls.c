/* SPDX-License-Identifier: EUPL-1.2 */
/* Polls: the cases (a cursor, the request it makes, an answer, events and the next cursor), and answers gone wrong. */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

#include <stdio.h>

#define CHANGES 300u
#define CURSOR_MAX_BYTES 4096u

static int parse(struct pk_bench *bench, const struct pk_answer *answer, struct pk_events *events, struct pk_out *cursor)
{
    struct pk_error err = { 0 };
    int r = bench->trial->adapter->poll->parse(bench->self, answer, &events->base, cursor, &err);
    pk_bench_end_call(bench);
    pk_bench_private(bench, pk_slice_of(err.message), "what parse() says");
    pk_events_sound(bench->trial, events);
    if (cursor->buf.failed)
        (void) pk_trial_flaw(bench->trial, "its cursor is longer than 4 KiB");
    return r;
}

static void check_request(struct pk_bench *bench, const struct pk_json *poll)
{
    struct pk_trial *trial = bench->trial;
    struct pk_error err = { 0 };
    struct pk_request request;
    pk_request_init(&request);
    int r = trial->adapter->poll->request(bench->self, pk_case_text(poll, "cursor", ""), &request, PK_TRIAL_NOW_MS);
    pk_bench_end_call(bench);
    if (pk_case_bool(poll, "nothing")) {
        if (r != PK_STEP_DONE)
            (void) pk_trial_flaw(trial, "request() says %d where there is nothing to ask", r);
    } else if (r != PK_STEP_SEND) {
        (void) pk_trial_flaw(trial, "request() says %d", r);
    } else if (pk_request_check(&request, &err) != 0) {
        (void) pk_trial_flaw(trial, "its request cannot be sent: %s", err.message);
    } else if (pk_json_get(poll, "request")) {
        pk_trial_compare_request(trial, &request, pk_json_get(poll, "request"));
    }
    pk_request_finish(&request);
}

static void run_poll(struct pk_bench *bench, const struct pk_json *poll)
{
    struct pk_trial *trial = bench->trial;
    const struct pk_json *expected = pk_json_get(poll, "events");
    struct pk_trial_answer answer;
    struct pk_events events;
    struct pk_out cursor;
    check_request(bench, poll);
    if (pk_case_bool(poll, "nothing"))
        return;
    pk_trial_answer(pk_json_get(poll, "answer"), &answer);
    pk_events_init(&events);
    pk_out_init(&cursor, CURSOR_MAX_BYTES);
    int r = parse(bench, &answer.base, &events, &cursor);
    bool refused = pk_json_get(poll, "refused") != NULL;
    if (refused != (r < 0))
        (void) pk_trial_flaw(trial, "parse() says %d", r);
    if (!refused && events.count != pk_json_count(expected))
        (void) pk_trial_flaw(trial, "there are %zu events, not %zu", events.count, pk_json_count(expected));
    for (size_t i = 0; !refused && i < events.count && i < pk_json_count(expected); i++)
        pk_event_compare(trial, &events.at[i], pk_json_item(expected, i));
    struct pk_slice next = pk_case_text(poll, "next", "");
    if (!refused && !pk_slice_equal(pk_buf_slice(&cursor.buf), next))
        (void) pk_trial_flaw(trial, "the next cursor is \"%s\", not \"%.*s\"", pk_buf_text(&cursor.buf), PK_SLICE_ARG(next));
    pk_out_finish(&cursor);
    pk_events_finish(&events);
    pk_buf_finish(&answer.body);
}

struct wrong {
    struct pk_bench *bench;
    uint32_t status;
    struct pk_slice cursor;
};

static void give_wrong(void *ctx, struct pk_slice body, const char *what)
{
    const struct wrong *wrong = ctx;
    struct pk_trial_answer answer = pk_trial_answer_make(PK_ANSWER_COMPLETE, wrong->status, body, 0);
    struct pk_request request;
    struct pk_events events;
    struct pk_out cursor;
    pk_trial_where(wrong->bench->trial, wrong->bench->test->name, what);
    pk_request_init(&request);
    (void) wrong->bench->trial->adapter->poll->request(wrong->bench->self, wrong->cursor, &request, PK_TRIAL_NOW_MS);
    pk_bench_end_call(wrong->bench);
    pk_request_finish(&request);
    pk_events_init(&events);
    pk_out_init(&cursor, CURSOR_MAX_BYTES);
    (void) parse(wrong->bench, &answer.base, &events, &cursor);
    pk_out_finish(&cursor);
    pk_events_finish(&events);
}

static void run_wrong(struct pk_bench *bench, const struct pk_json *poll)
{
    const struct pk_json *answer = pk_json_get(poll, "answer");
    struct wrong wrong = { bench, (uint32_t) pk_case_int(answer, "status", 200), pk_case_text(poll, "cursor", "") };
    struct pk_buf body;
    pk_case_body(answer, "body", &body);
    pk_changes(pk_buf_slice(&body), CHANGES, give_wrong, &wrong);
    pk_buf_finish(&body);
}

static void for_each(struct pk_trial *trial, const char *check, void (*run)(struct pk_bench *bench, const struct pk_json *poll))
{
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *polls = pk_json_get(test->document, "polls");
        struct pk_bench bench;
        if (!polls)
            continue;
        pk_bench_open(&bench, trial, test, NULL, NULL);
        for (size_t j = 0; j < pk_json_count(polls) && bench.self; j++) {
            char name[100];
            (void) snprintf(name, sizeof name, "%s: %.*s", test->name,
                            PK_SLICE_ARG(pk_case_text(pk_json_item(polls, j), "about", "?")));
            pk_trial_begin(trial, check, name);
            run(&bench, pk_json_item(polls, j));
            pk_trial_end(trial);
        }
        pk_bench_close(&bench);
    }
}

void pk_check_polls(struct pk_trial *trial)
{
    for_each(trial, "poll", run_poll);
    for_each(trial, "a poll's answer cut off or changed is survived", run_wrong);
}

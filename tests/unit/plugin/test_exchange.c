/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exchanges against a scripted provider on the loopback: rounds, the gate before a late submission, and above all what
 * an attempt may be called when an answer is lost, whatever the adapter says.
 */
#include "tests/unit/plugin/server.h"
#include "tests/unit/plugin/support.h"

#define TURNS_MAX 2000

/* What the adapter does in a round, and what it saw. */
struct move {
    int step; /* PK_STEP_SEND, PK_STEP_DONE or an error */
    uint32_t submits;
    uint32_t outcome;
};

static struct play {
    const struct move *moves;
    size_t count;
    const char *url; /* instead of the server's */
    const char *reason;
    bool bad_header;
    unsigned port;
    uint32_t states[16], statuses[16];
    char said[512]; /* what the last job held */
} play;

static const struct pk_host *host;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static void describe(const struct pk_job *job, struct pk_round *round)
{
    char url[64], body[256];
    int n = snprintf(url, sizeof url, "http://127.0.0.1:%u/%u", play.port, round->number);
    if (play.url)
        n = snprintf(url, sizeof url, "%s", play.url);
    assert_int_equal(host->write(host->url(round->request), url, (size_t) n), 0);
    if (play.bad_header)
        (void) host->header(round->request, PK_SLICE("Host"), PK_SLICE("elsewhere"));
    (void) host->header(round->request, PK_SLICE("X-Attempt"), job->attempt_id);
    n = snprintf(body, sizeof body, "to=%.*s&text=%.*s", PK_SLICE_ARG(job->address), PK_SLICE_ARG(job->text));
    if (round->submits)
        (void) host->write(host->body(round->request), body, (size_t) n);
}

static int step_probe(void *self, const struct pk_job *job, struct pk_round *round)
{
    const struct move *move = &play.moves[round->number < play.count ? round->number : play.count - 1];
    assert_ptr_equal(self, &support_self);
    assert_int_equal(round->answer == NULL, round->number == 0);
    assert_int_equal(round->memory[0], round->number); /* the adapter's own, kept */
    round->memory[0]++;
    if (round->answer && round->number < 16) {
        play.states[round->number] = round->answer->state;
        play.statuses[round->number] = round->answer->status;
    }
    (void) snprintf(play.said, sizeof play.said, "%.*s %.*s %.*s %.*s %.*s %.*s", PK_SLICE_ARG(job->attempt_id), PK_SLICE_ARG(job->address),
                    PK_SLICE_ARG(job->text), PK_SLICE_ARG(job->choices[0].id), PK_SLICE_ARG(job->choices[0].label),
                    PK_SLICE_ARG(job->parts[0].octets));
    if (move->submits)
        round->submits = 1; /* else left as the gateway gave it */
    if (move->step == PK_STEP_SEND)
        describe(job, round);
    round->result = (struct pk_result){ .outcome = move->outcome, .reason = pk_slice_of(play.reason) };
    if (move->step == PK_STEP_DONE && round->answer) {
        round->result.provider_id = round->answer->header(round->answer, "X-Id");
        round->result.code = round->answer->header(round->answer, "X-Code");
        round->result.after_ms = round->answer->retry_after_ms;
        round->result.parts = 2;
        round->result.price = 1234;
    }
    return move->step;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step_probe };
static struct pk_adapter adapter = { SUPPORT_ADAPTER, .exchange = &exchange };

/* ---- one account on one loop ---- */

struct stage {
    struct server server;
    struct pk_loop *loop;
    struct pk_http_client *http;
    struct pk_account *account;
    struct came came;
};

static void harvest(void *ctx)
{
    pk_http_client_harvest(((struct stage *) ctx)->http, 256);
}

static void stage_begin(struct stage *stage, const struct move *moves, size_t move_count, const char *const *script, size_t count)
{
    const struct pk_http_client_config http = { .max_calls = 8, .max_answer_bytes = 65536 };
    static const struct pk_account_ops ops = { .event = NULL };
    *stage = (struct stage){ 0 };
    server_begin(&stage->server, script, count);
    play = (struct play){ .moves = moves, .count = move_count, .port = stage->server.port };
    adapter.open = open_probe;
    assert_int_equal(pk_loop_new(&stage->loop, NULL), 0);
    assert_int_equal(pk_http_client_new(stage->loop, &http, &stage->http, NULL), 0);
    pk_loop_on_phase(stage->loop, PK_PHASE_HARVEST, harvest, stage);
    const struct pk_account_config config = {
        .name = "nightly",
        .adapter = &adapter,
        .settings = support_settings(&adapter, "[account nightly]\n", NULL, NULL),
        .http = stage->http,
        .window = 2,
        .connect_timeout_ms = 5000,
        .timeout_ms = 5000,
        .ops = &ops,
    };
    assert_int_equal(pk_account_open(stage->loop, &config, &stage->account, NULL), 0);
}

static void stage_end(struct stage *stage)
{
    pk_account_close(stage->account);
    pk_http_client_free(stage->http);
    pk_loop_free(stage->loop);
    server_end(&stage->server);
}

static void stage_run(struct stage *stage)
{
    support_start(stage->account, &stage->came);
    for (int i = 0; stage->came.times == 0 && i < TURNS_MAX; i++)
        assert_int_equal(pk_loop_turn(stage->loop, 5000, NULL), 0);
    assert_int_equal(stage->came.times, 1);
    assert_int_equal(pk_account_open_count(stage->account), 0);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Id: m-17\r\nX-Code: 0\r\nConnection: close\r\n\r\n{}"
#define BUSY "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: 7\r\nConnection: close\r\n\r\n"
#define SEND(submits) { PK_STEP_SEND, (submits), 0 }
#define DONE(outcome) { PK_STEP_DONE, 0, PK_OUTCOME_##outcome }

static void test_one_round(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(ACCEPTED) };
    static const char *const script[] = { OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 2, script, 1);
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_ACCEPTED);
    assert_string_equal(stage.came.provider_id, "m-17");
    assert_string_equal(stage.came.code, "0");
    assert_string_equal(stage.came.reason, "");
    assert_int_equal(stage.came.parts, 2);
    assert_int_equal(stage.came.price, 1234);
    assert_int_equal(stage.came.asked, 0);
    assert_int_equal(stage.server.seen, 1);
    assert_memory_equal(stage.server.requests[0], "POST /0 HTTP/1.1\r\n", 18);
    assert_non_null(strstr(stage.server.requests[0], "\r\nX-Attempt: 0attempt00001\r\n"));
    assert_non_null(strstr(stage.server.requests[0], "\r\n\r\nto=+316000000042&text=Здравей"));
    /* The texts it was started with were overwritten long before the answer came. */
    assert_string_equal(play.said, "0attempt00001 +316000000042 Здравей text-id Ja octets");
    stage_end(&stage);
}

static void test_throttled_says_how_long(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(THROTTLED) };
    static const char *const script[] = { BUSY };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 2, script, 1);
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_THROTTLED);
    assert_int_equal(stage.came.after_ms, 7000);
    assert_int_equal(play.statuses[1], 429);
    stage_end(&stage);
}

static void test_three_rounds_ask_once(void **state)
{
    static const struct move moves[] = { SEND(0), SEND(0), SEND(1), DONE(ACCEPTED) };
    static const char *const script[] = { OK, OK, OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 4, script, 3);
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(stage.came.asked, 1);
    assert_int_equal(stage.server.seen, 3);
    assert_memory_equal(stage.server.requests[0], "GET /0 ", 7);
    assert_memory_equal(stage.server.requests[1], "GET /1 ", 7);
    assert_memory_equal(stage.server.requests[2], "POST /2 ", 8);
    stage_end(&stage);
}

static void test_a_closed_gate_stops_a_late_submission(void **state)
{
    static const struct move moves[] = { SEND(0), SEND(1), DONE(ACCEPTED) };
    static const char *const script[] = { OK, OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 3, script, 2);
    stage.came.refuse = true;
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_RETRY);
    assert_int_equal(stage.came.after_ms, 0);
    assert_int_equal(stage.came.asked, 1);
    assert_int_equal(stage.server.seen, 1);
    stage_end(&stage);
}

/* ---- what is certain ---- */

struct verdict {
    struct move moves[5];
    const char *script[5];
    size_t script_count;
    uint32_t outcome;
    const char *reason;
};

#define LOST "no answer came after the message was handed over"
#define FAULT "the adapter could not describe or judge the exchange"

static void test_what_an_attempt_may_be_called(void **state)
{
    static const struct verdict verdicts[] = {
        /* The answer to a submitting request is lost. */
        { { SEND(1), DONE(RETRY) }, { NULL }, 1, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), DONE(REJECTED) }, { NULL }, 1, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), DONE(ACCEPTED) }, { NULL }, 1, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), DONE(UNCERTAIN) }, { NULL }, 1, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), DONE(RETRY) }, { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}" }, 1, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), SEND(1), DONE(ACCEPTED) }, { NULL, OK }, 2, PK_OUTCOME_UNCERTAIN, LOST },
        /* A later question can show that it was taken, and nothing else. */
        { { SEND(1), SEND(0), DONE(ACCEPTED) }, { NULL, OK }, 2, PK_OUTCOME_ACCEPTED, "" },
        { { SEND(1), SEND(0), DONE(RETRY) }, { NULL, OK }, 2, PK_OUTCOME_UNCERTAIN, LOST },
        { { SEND(1), SEND(0), DONE(ACCEPTED) }, { NULL, NULL }, 2, PK_OUTCOME_UNCERTAIN, LOST },
        /* The answer to any other is lost: nothing was handed over. */
        { { SEND(0), DONE(RETRY) }, { NULL }, 1, PK_OUTCOME_RETRY, "" },
        { { SEND(0), DONE(ACCEPTED) }, { OK }, 1, PK_OUTCOME_UNCERTAIN, "the adapter says accepted, and submitted nothing" },
        /* An answer came: the adapter judges. */
        { { SEND(1), DONE(RETRY) }, { OK }, 1, PK_OUTCOME_RETRY, "" },
        { { SEND(1), DONE(MISCONFIGURED) }, { OK }, 1, PK_OUTCOME_MISCONFIGURED, "" },
        /* Faults of the adapter, before and after. */
        { { { PK_E_INVALID, 0, 0 } }, { NULL }, 0, PK_OUTCOME_REJECTED, FAULT },
        { { { 7, 0, 0 } }, { NULL }, 0, PK_OUTCOME_REJECTED, FAULT },
        { { SEND(0), { PK_E_NOMEM, 0, 0 } }, { OK }, 1, PK_OUTCOME_REJECTED, FAULT },
        { { SEND(1), { PK_E_NOMEM, 0, 0 } }, { OK }, 1, PK_OUTCOME_UNCERTAIN, FAULT },
        { { SEND(1), { PK_STEP_DONE, 0, 0 } }, { OK }, 1, PK_OUTCOME_UNCERTAIN, "the adapter came to no outcome" },
        { { { PK_STEP_DONE, 0, 9 } }, { NULL }, 0, PK_OUTCOME_REJECTED, "the adapter came to no outcome" },
        { { DONE(OPTED_OUT) }, { NULL }, 0, PK_OUTCOME_OPTED_OUT, "" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(verdicts); i++) {
        const struct verdict *verdict = &verdicts[i];
        struct stage stage;
        stage_begin(&stage, verdict->moves, 5, verdict->script, verdict->script_count);
        stage_run(&stage);
        if (stage.came.outcome != verdict->outcome || strcmp(stage.came.reason, verdict->reason) != 0)
            fail_msg("verdict %zu: outcome %u, \"%s\"", i, stage.came.outcome, stage.came.reason);
        stage_end(&stage);
    }
}

static void test_what_never_left_may_be_tried_again(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(RETRY) };
    struct stage stage;
    struct server closed;
    (void) state;
    server_begin(&closed, NULL, 0);
    server_end(&closed);
    stage_begin(&stage, moves, 2, NULL, 0);
    play.port = closed.port; /* nobody listens there now */
    stage_run(&stage);
    assert_int_equal(play.states[1], PK_ANSWER_NOT_SENT);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_RETRY);
    stage_end(&stage);
}

static void test_requests_that_may_not_leave(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(RETRY) };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 2, NULL, 0);
    play.url = "http://provider.example/send";
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_REJECTED);
    assert_string_equal(stage.came.reason, "http:// is for this machine only (localhost, 127.0.0.1, [::1])");
    play.url = NULL;
    play.bad_header = true;
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_REJECTED);
    assert_string_equal(stage.came.reason, "the adapter described a method or header that no request may have");
    stage_end(&stage);
}

static void test_eight_rounds_and_no_more(void **state)
{
    static const struct move ends[] = { SEND(0), SEND(0), SEND(0), SEND(0), SEND(0), SEND(0), SEND(0), SEND(1), DONE(ACCEPTED) };
    static const struct move goes_on[] = { SEND(0) };
    static const char *const script[] = { OK, OK, OK, OK, OK, OK, OK, OK, OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, ends, 9, script, 8);
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_ACCEPTED);
    stage_end(&stage);
    stage_begin(&stage, goes_on, 1, script, 9);
    stage_run(&stage);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_REJECTED);
    assert_string_equal(stage.came.reason, "the adapter needs more than 8 rounds");
    assert_int_equal(stage.server.seen, 8);
    stage_end(&stage);
}

/* ---- results, window, closing ---- */

static void test_results_are_bounded_and_cleaned(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(ACCEPTED) };
    static char answer[1024], reason[512], id[257], code[101];
    static const char *const script[] = { answer, answer };
    struct stage stage;
    (void) state;
    memset(id, 'i', 256);
    memset(code, 'c', 100);
    memset(reason, 'r', 511);
    memcpy(reason, "bad\nnumber +316000000042 ", 25);
    (void) snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Id: %s\r\nX-Code: %s\r\nConnection: close\r\n\r\n", id, code);
    stage_begin(&stage, moves, 2, script, 2);
    play.reason = reason;
    stage_run(&stage);
    assert_string_equal(stage.came.provider_id, ""); /* too long to be kept whole */
    assert_int_equal(strlen(stage.came.code), 63);
    assert_int_equal(strlen(stage.came.reason), 200);
    assert_memory_equal(stage.came.reason, "bad number +[number] rrr", 24);
    id[255] = '\0';
    (void) snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Id: %s\r\nX-Code: a\xff\r\nConnection: close\r\n\r\n", id);
    stage_run(&stage);
    assert_string_equal(stage.came.provider_id, id);
    assert_string_equal(stage.came.code, "a?");
    stage_end(&stage);
}

static void test_window(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(ACCEPTED) };
    static const char *const script[] = { OK, OK };
    struct stage stage;
    struct came came[3] = { 0 };
    (void) state;
    stage_begin(&stage, moves, 2, script, 2);
    assert_int_equal(pk_account_room(stage.account), 2);
    for (size_t i = 0; i < 3; i++)
        support_start(stage.account, &came[i]);
    assert_int_equal(pk_account_room(stage.account), 0);
    assert_int_equal(pk_account_open_count(stage.account), 3);
    for (int i = 0; pk_account_open_count(stage.account) > 0 && i < TURNS_MAX; i++)
        assert_int_equal(pk_loop_turn(stage.loop, 5000, NULL), 0);
    assert_int_equal(came[0].outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(came[1].outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(came[2].outcome, PK_OUTCOME_RETRY);
    assert_int_equal(pk_account_room(stage.account), 2);
    pk_account_stop(stage.account);
    assert_int_equal(pk_account_room(stage.account), 0);
    stage_end(&stage);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(came[i].times, 1);
}

static void test_closing_ends_what_is_in_the_air(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(ACCEPTED) };
    static const char *const script[] = { OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 2, script, 1);
    support_start(stage.account, &stage.came);
    pk_account_close(stage.account);
    assert_int_equal(stage.came.times, 1);
    assert_int_equal(stage.came.outcome, PK_OUTCOME_UNCERTAIN);
    /* The request goes on without its account; its answer finds nobody. */
    for (int i = 0; pk_http_client_active(stage.http) > 0 && i < TURNS_MAX; i++)
        assert_int_equal(pk_loop_turn(stage.loop, 5000, NULL), 0);
    assert_int_equal(stage.came.times, 1);
    stage.account = NULL;
    stage_end(&stage);
}

static void test_closing_the_client_first(void **state)
{
    static const struct move moves[] = { SEND(1), DONE(RETRY) };
    static const char *const script[] = { OK };
    struct stage stage;
    (void) state;
    stage_begin(&stage, moves, 2, script, 1);
    support_start(stage.account, &stage.came);
    pk_http_client_free(pk_steal(&stage.http));
    assert_int_equal(stage.came.outcome, play.states[1] == PK_ANSWER_NOT_SENT ? PK_OUTCOME_RETRY : PK_OUTCOME_UNCERTAIN);
    stage_end(&stage);
    assert_int_equal(stage.came.times, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_round),
        cmocka_unit_test(test_throttled_says_how_long),
        cmocka_unit_test(test_three_rounds_ask_once),
        cmocka_unit_test(test_a_closed_gate_stops_a_late_submission),
        cmocka_unit_test(test_what_an_attempt_may_be_called),
        cmocka_unit_test(test_what_never_left_may_be_tried_again),
        cmocka_unit_test(test_requests_that_may_not_leave),
        cmocka_unit_test(test_eight_rounds_and_no_more),
        cmocka_unit_test(test_results_are_bounded_and_cleaned),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_closing_ends_what_is_in_the_air),
        cmocka_unit_test(test_closing_the_client_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

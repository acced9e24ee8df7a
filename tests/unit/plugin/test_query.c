/* SPDX-License-Identifier: EUPL-1.2 */
/* Asking what became of an attempt, over a client that is a few lines here: only a whole answer is knowledge, and a question
 * hands nothing over. */
#include "tests/unit/plugin/support.h"

#include "gateway/base/log.h"

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

struct pk_http_client {
    struct pk_http_call call;
    unsigned started;
    bool in_air;
    int returns;
};

static struct pk_http_client http;

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return client->in_air ? 0 : 1;
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    if (client->returns != 0)
        return pk_fail(err, client->returns, "no");
    client->call = *call;
    client->in_air = true;
    client->started++;
    return 0;
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static void answer(uint32_t state)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = 200, .header = no_header };
    assert_true(http.in_air);
    http.in_air = false;
    http.call.done(http.call.ctx, &answer);
}

/* ---- the adapter ---- */

static const struct pk_host *host;
static uint32_t outcome;
static bool submits, at_once;
static int last_step;
static unsigned steps;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
    (void) round;
    steps++;
    return PK_E_INTERNAL;
}

static int query(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    assert_true(pk_slice_is(job->attempt_id, "0attempt00001"));
    round->result = (struct pk_result){ .outcome = outcome, .provider_id = PK_SLICE("p1") };
    if (round->answer || at_once)
        return last_step;
    (void) host->write(host->url(round->request), "http://127.0.0.1/", 17);
    round->submits = submits;
    return PK_STEP_SEND;
}

static struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static struct pk_adapter adapter = { SUPPORT_ADAPTER, .exchange = &exchange };

/* ---- the stage ---- */

static struct pk_loop *loop;
static struct pk_account *account;
static struct came came;

static int begin(void **state)
{
    static const struct pk_account_ops ops = { .event = NULL };
    (void) state;
    pk_log_set_fd(-1);
    http = (struct pk_http_client){ 0 };
    outcome = PK_OUTCOME_ACCEPTED;
    submits = at_once = false;
    last_step = PK_STEP_DONE;
    steps = 0;
    adapter.open = open_probe;
    exchange.query = query;
    came = (struct came){ 0 };
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    const struct pk_account_config config = {
        .name = "nightly", .adapter = &adapter, .settings = support_settings(&adapter, "[account nightly]\n", NULL, NULL), .http = &http,
        .window = 1, .ops = &ops,
    };
    assert_int_equal(pk_account_open(loop, &config, &account, NULL), 0);
    return 0;
}

static int end(void **state)
{
    (void) state;
    pk_account_close(account);
    if (http.in_air)
        answer(PK_ANSWER_NONE);
    pk_loop_free(loop);
    pk_log_set_fd(2);
    return 0;
}

static void ask(void)
{
    char attempt[] = "0attempt00001";
    struct pk_handover handover = { .job = { .size = sizeof(struct pk_job), .attempt_id = pk_slice_of(attempt) }, .done = support_done, .ctx = &came };
    came = (struct came){ 0 };
    pk_account_query(account, &handover);
    assert_int_equal(came.times, 0);
}

static void turn(void)
{
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

static void test_what_is_known(void **state)
{
    static const uint32_t known[] = { PK_OUTCOME_ACCEPTED, PK_OUTCOME_RETRY,   PK_OUTCOME_THROTTLED, PK_OUTCOME_REJECTED, PK_OUTCOME_INVALID_RECIPIENT,
                                      PK_OUTCOME_OPTED_OUT };
    (void) state;
    assert_true(pk_account_can_query(account));
    for (size_t i = 0; i < PK_COUNT(known); i++) {
        outcome = known[i];
        ask();
        assert_int_equal(pk_account_room(account), 0); /* it takes a place */
        answer(PK_ANSWER_COMPLETE);
        assert_int_equal(came.outcome, known[i]);
        assert_string_equal(came.provider_id, "p1");
    }
    assert_int_equal(steps, 0);
}

static void test_what_is_not(void **state)
{
    static const uint32_t words[] = { 0, PK_OUTCOME_MISCONFIGURED, PK_OUTCOME_UNCERTAIN, 99 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        outcome = words[i];
        ask();
        answer(PK_ANSWER_COMPLETE);
        assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    }
    outcome = PK_OUTCOME_RETRY;
    ask();
    answer(PK_ANSWER_NONE);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    ask();
    answer(PK_ANSWER_NOT_SENT);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    at_once = true; /* without asking anybody */
    ask();
    turn();
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    at_once = false;
    last_step = PK_E_INTERNAL;
    ask();
    answer(PK_ANSWER_COMPLETE);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    http.returns = PK_E_LIMIT;
    ask();
    turn();
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
}

static void test_a_question_that_hands_over(void **state)
{
    (void) state;
    submits = true;
    ask();
    turn();
    assert_int_equal(http.started, 0);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    assert_string_equal(came.reason, "the adapter would hand a message over while asking");
}

static void test_no_place_and_nobody_to_ask(void **state)
{
    struct came first;
    (void) state;
    ask();
    first = came;
    struct pk_handover second = { .job = { .size = sizeof(struct pk_job) }, .done = support_done, .ctx = &first };
    pk_account_query(account, &second);
    turn();
    assert_int_equal(first.times, 1);
    assert_int_equal(first.outcome, PK_OUTCOME_UNCERTAIN);
    answer(PK_ANSWER_COMPLETE);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    exchange.query = NULL;
    assert_false(pk_account_can_query(account));
    ask();
    turn();
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
}

#define staged(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(test_what_is_known),
        staged(test_what_is_not),
        staged(test_a_question_that_hands_over),
        staged(test_no_place_and_nobody_to_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A hand-over of two rounds, a token and then the message, over an HTTP client that is a few lines here. Between the two
 * the gate is asked again, and what it keeps back is nobody's failure.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/io/http_client.h"
#include "gateway/service/holds.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

struct pk_http_client {
    struct pk_http_call calls[16];
    size_t count; /* started so far */
    bool done[16];
};

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return (unsigned) (PK_COUNT(client->calls) - client->count);
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    (void) err;
    client->calls[client->count++] = *call;
    return 0;
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static void finish(struct pk_http_client *client, size_t call, const struct pk_answer *answer)
{
    client->done[call] = true;
    client->calls[call].done(client->calls[call].ctx, answer);
}

static void answer(struct house *house, size_t call, uint32_t status)
{
    struct pk_answer whole = { .size = sizeof whole, .state = status ? PK_ANSWER_COMPLETE : PK_ANSWER_NONE, .status = status,
                               .header = no_header };
    finish(house->http, call, &whole);
    house_settle(house);
}

/* ---- the adapter ---- */

static const struct pk_host *lent;

static int two_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) values;
    (void) count;
    (void) err;
    lent = host;
    *ret_self = pk_alloc(1);
    return 0;
}

static void two_close(void *self)
{
    free(self);
}

static int two_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
    if (round->number == 2) {
        round->result.outcome = !round->answer || round->answer->state != PK_ANSWER_COMPLETE ? PK_OUTCOME_UNCERTAIN : PK_OUTCOME_ACCEPTED;
        return PK_STEP_DONE;
    }
    static const char url[] = "http://127.0.0.1/";
    if (lent->write(lent->url(round->request), url, sizeof url - 1) != 0)
        return PK_E_LIMIT;
    round->submits = round->number == 1;
    return PK_STEP_SEND;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = two_step };

static int with_rounds(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    struct pk_adapter *adapter = &house->adapters[0];
    adapter->session = NULL;
    adapter->exchange = &exchange;
    adapter->open = two_open;
    adapter->close = two_close;
    house->http = pk_alloc(sizeof *house->http);
    house->rules.account_count = 1;
    static const char *const only[] = { "first" };
    static const struct pk_route_rule route = { .name = "main", .channel = "sms", .accounts = { only, 1 } };
    house->rules.routes = &route;
    house->accounts[0].breaker.threshold = 1;
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turn(house);
    assert_int_equal(house->http->count, 1); /* the token */
    return r;
}

static int without_rounds(void **state)
{
    struct house *house = *state;
    struct pk_http_client *http = house->http;
    int r = house_tear(state);
    struct pk_answer none = { .size = sizeof none, .state = PK_ANSWER_NONE, .header = no_header };
    for (size_t i = 0; i < http->count; i++)
        if (!http->done[i])
            finish(http, i, &none);
    free(http);
    return r;
}
#define in_rounds(name) cmocka_unit_test_setup_teardown(name, with_rounds, without_rounds)

static struct pk_desk *desk(struct house *house)
{
    return house->service->desks->items[0];
}

static void both_rounds_go_through(void **state)
{
    struct house *house = *state;
    answer(house, 0, 200);
    assert_int_equal(house->http->count, 2);
    answer(house, 1, 200);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
}

/* Kept back it counts neither as a failure of the provider nor as an attempt. */
static void assert_nobodys_failure(struct house *house, enum pk_reason why)
{
    assert_int_equal(house->http->count, 1);
    assert_int_equal(desk(house)->breaker.state, PK_BREAKER_CLOSED);
    assert_int_equal(desk(house)->flying, 0);
    assert_int_equal(house_message(house, "1").attempts, 0);
    assert_int_equal(house_count(house, "SELECT state FROM attempt"), PK_ATTEMPT_REFUSED_TEMPORARY);
    assert_int_equal(house_count(house, "SELECT reason FROM attempt"), why);
}

static void held_between_the_rounds(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, true, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    answer(house, 0, 200);
    assert_nobodys_failure(house, PK_REASON_ALL_PAUSED);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_DEFERRED);
    assert_int_equal(house_message(house, "1").reason, PK_REASON_ALL_PAUSED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_turn(house); /* at once: nothing was backed off */
    assert_int_equal(house->http->count, 2);
    assert_int_equal(house_message(house, "1").attempts, 1);
}

static void paused_between_the_rounds(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &operator, desk(house), true, NULL, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    answer(house, 0, 200);
    assert_nobodys_failure(house, PK_REASON_ACCOUNT_PAUSED);
}

static void stopped_between_the_rounds(void **state)
{
    struct house *house = *state;
    assert_int_equal(house_count(house, "UPDATE recipient SET stopped_ms = 1"), -1);
    answer(house, 0, 200);
    assert_nobodys_failure(house, PK_REASON_STOPPED);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_SUPPRESSED); /* by the next claim */
}

static void draining_between_the_rounds(void **state)
{
    struct house *house = *state;
    pk_service_drain(house->service);
    answer(house, 0, 200);
    assert_nobodys_failure(house, PK_REASON_ALL_PAUSED);
    assert_true(pk_service_idle(house->service));
    house_reopen(house);
    assert_int_equal(house->http->count, 2); /* the next life sends it */
}

/* A trial of the breaker that was kept back may be made again. */
static void a_trial_that_was_kept_back(void **state)
{
    struct house *house = *state;
    answer(house, 0, 200);
    answer(house, 1, 0); /* silence: uncertain, and the breaker opens */
    assert_int_equal(desk(house)->breaker.state, PK_BREAKER_OPEN);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_later(house, 11 * SECOND_MS);
    assert_int_equal(house->http->count, 3);
    assert_int_equal(desk(house)->breaker.trials_out, 1);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    answer(house, 2, 200);
    assert_int_equal(desk(house)->breaker.state, PK_BREAKER_HALF_OPEN);
    assert_int_equal(desk(house)->breaker.trials_out, 0);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_turn(house);
    assert_int_equal(house->http->count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_rounds(both_rounds_go_through),
        in_rounds(held_between_the_rounds),
        in_rounds(paused_between_the_rounds),
        in_rounds(stopped_between_the_rounds),
        in_rounds(draining_between_the_rounds),
        in_rounds(a_trial_that_was_kept_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

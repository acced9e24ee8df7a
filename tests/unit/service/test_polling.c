/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An account that asks its provider, over an HTTP client that is a few lines here: what an answer tells and the cursor
 * behind it are kept together or not at all, what comes twice counts once, and a pause keeps nobody from being heard.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/io/http_client.h"
#include "gateway/service/holds.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

struct pk_http_client {
    struct pk_http_call calls[4];
    char urls[4][128];
    unsigned in_air, started;
};

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return 4 - client->in_air;
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    (void) err;
    assert_true(client->in_air < 4);
    (void) snprintf(client->urls[client->in_air], sizeof client->urls[0], "%.*s", PK_SLICE_ARG(call->url));
    client->calls[client->in_air++] = *call;
    client->started++;
    return 0;
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

/* Answers the first call that waits. */
static void answer_as(struct pk_http_client *client, uint32_t state, const char *body)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = 200, .body = pk_slice_of(body), .header = no_header };
    assert_true(client->in_air > 0);
    struct pk_http_call call = client->calls[0];
    client->in_air--;
    memmove(client->calls, client->calls + 1, client->in_air * sizeof client->calls[0]);
    memmove(client->urls, client->urls + 1, client->in_air * sizeof client->urls[0]);
    call.done(call.ctx, &answer);
}

static void answer(struct house *house, const char *body)
{
    answer_as(house->http, PK_ANSWER_COMPLETE, body);
    house_turns(house, 2);
}

/* ---- the adapter: "CURSOR id:text id:text", everything from ANNA ---- */

static const struct pk_host *lent;

static int asking_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) values;
    (void) count;
    (void) err;
    lent = host;
    *ret_self = pk_alloc(1);
    return 0;
}

static void asking_close(void *self)
{
    free(self);
}

static int asking_request(void *self, struct pk_slice cursor, struct pk_request *request, int64_t now_ms)
{
    static const char front[] = "http://127.0.0.1/";
    (void) self;
    (void) now_ms;
    (void) lent->write(lent->url(request), front, sizeof front - 1);
    (void) lent->write(lent->url(request), cursor.data, cursor.len);
    return PK_STEP_SEND;
}

static int asking_parse(void *self, const struct pk_answer *from, struct pk_event_sink *sink, struct pk_out *cursor, struct pk_error *err)
{
    struct pk_slice rest = from->body, word, id;
    (void) self;
    (void) err;
    (void) pk_slice_cut(&rest, ' ', &word);
    (void) lent->write(cursor, word.data, word.len);
    while (pk_slice_cut(&rest, ' ', &word)) {
        struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA) };
        (void) pk_slice_cut(&word, ':', &id);
        event.event_id = id;
        event.text = word;
        int r = sink->emit(sink, &event);
        if (r != 0)
            return r;
    }
    return 0;
}

static int asking_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
    round->result.outcome = PK_OUTCOME_RETRY;
    return PK_STEP_DONE;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = asking_step };
static const struct pk_poll_ops poll = { .size = sizeof poll, .every_ms = 5000, .request = asking_request, .parse = asking_parse };

static int with_asking(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    struct pk_adapter *adapter = &house->adapters[0];
    static const char *const only[] = { "first" };
    static const struct pk_route_rule route = { .name = "main", .channel = "sms", .accounts = { only, 1 } };
    adapter->session = NULL;
    adapter->exchange = &exchange;
    adapter->poll = &poll;
    adapter->open = asking_open;
    adapter->close = asking_close;
    house->http = pk_alloc(sizeof *house->http);
    house->rules.account_count = 1;
    house->rules.routes = &route;
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house->http->in_air, 1);
    return r;
}

static int without_asking(void **state)
{
    struct house *house = *state;
    struct pk_http_client *http = house->http;
    int r = house_tear(state);
    while (http->in_air > 0)
        answer_as(http, PK_ANSWER_NONE, "");
    free(http);
    return r;
}
#define asking(name) cmocka_unit_test_setup_teardown(name, with_asking, without_asking)

#define expect_url(house, rest) assert_string_equal((house)->http->urls[0], "http://127.0.0.1/" rest)
#define replies(house) house_count(house, "SELECT count(*) FROM reply")

static void kept_together(void **state)
{
    struct house *house = *state;
    expect_url(house, "");
    answer(house, "c1 1:da 2:kakvo");
    assert_int_equal(replies(house), 2);
    expect_url(house, "c1"); /* asked again at once */
    assert_int_equal(house_count(house, "SELECT count(*) FROM cursor WHERE instr(value, 'c1') > 0"), 0); /* sealed */
    answer_as(house->http, PK_ANSWER_NONE, "");
    house_reopen(house);
    expect_url(house, "c1");
}

static void lost_together(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    answer(house, "c1 1:da");
    house->commit_fails = false;
    house_turn(house);
    assert_int_equal(house->http->in_air, 0);
    assert_int_equal(replies(house), 0);
    house_later(house, 10 * SECOND_MS);
    expect_url(house, "");
    answer(house, "c1 1:da");
    assert_int_equal(replies(house), 1);
    expect_url(house, "c1");
}

/* The process dies after the answer was read and before it was kept; or a provider repeats itself. */
static void what_comes_twice_counts_once(void **state)
{
    struct house *house = *state;
    answer(house, "c1 1:da");
    answer(house, "c2 1:da 2:da");
    assert_int_equal(replies(house), 2);
    expect_url(house, "c2");
    answer_as(house->http, PK_ANSWER_COMPLETE, "c3 3:da");
    assert_int_equal(house->http->in_air, 0);
    house_crash(house);
    assert_int_equal(replies(house), 2);
    expect_url(house, "c2");
    answer(house, "c3 3:da");
    assert_int_equal(replies(house), 3);
}

static void a_stop_is_heard_while_paused(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &operator, house->service->desks->items[0], true, NULL, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, true, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    answer(house, "c1");
    house_later(house, 5 * SECOND_MS);
    expect_url(house, "c1");
    answer(house, "c2 1:STOP");
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE stopped_ms > 0"), 1);
}

static void draining_asks_no_more(void **state)
{
    struct house *house = *state;
    pk_service_drain(house->service);
    answer(house, "c1 1:da");
    assert_int_equal(replies(house), 1); /* what was asked for is still taken */
    house_later(house, 10 * SECOND_MS);
    assert_int_equal(house->http->in_air, 0);
    assert_true(pk_service_idle(house->service));
}

/* The one that takes its place asks from where it was; an answer that comes too late for the old one is not kept. */
static void replaced_by_a_reload(void **state)
{
    struct house *house = *state;
    struct pk_account_rule changed = house->accounts[0];
    struct pk_rules rules = house->rules;
    answer(house, "c1 1:da");
    changed.poll_ms = 7 * SECOND_MS;
    rules.accounts = &changed;
    assert_int_equal(pk_service_reload(house->service, &rules, house->catalog, NULL), 0);
    house_turn(house);
    unsigned waiting = house->http->in_air;
    assert_string_equal(house->http->urls[waiting - 1], "http://127.0.0.1/c1");
    answer(house, "c9 2:da"); /* to the old one, which may be gone already */
    assert_int_equal(replies(house), 1);
    answer(house, "c2 2:da");
    assert_int_equal(replies(house), 2);
    expect_url(house, "c2");
    assert_int_equal(pk_service_reload(house->service, &house->rules, house->catalog, NULL), 0);
}

/* A name that another adapter has now: its cursor means nothing to this one. */
static void another_adapter(void **state)
{
    struct house *house = *state;
    answer(house, "c1 1:da");
    answer_as(house->http, PK_ANSWER_NONE, "");
    house->adapters[0].name = "other";
    house_reopen(house);
    expect_url(house, "");
}

static void trouble_is_told(void **state)
{
    struct house *house = *state;
    struct pk_condition condition;
    for (int i = 0; i < 3; i++) {
        answer_as(house->http, PK_ANSWER_NOT_SENT, "");
        house_later(house, MINUTE_MS);
    }
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_true(condition.degraded && condition.ready);
    assert_string_equal(condition.why, "account first: the provider cannot be reached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        asking(kept_together),
        asking(lost_together),
        asking(what_comes_twice_counts_once),
        asking(a_stop_is_heard_while_paused),
        asking(draining_asks_no_more),
        asking(replaced_by_a_reload),
        asking(another_adapter),
        asking(trouble_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

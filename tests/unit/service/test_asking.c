/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A hand-over whose end nobody knows, at a provider that can be asked, over an HTTP client that is a few lines here: what
 * the answer makes of it, and that nobody is told twice whatever else happens meanwhile.
 */
#include "tests/unit/service/asked.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/inbound.h"
#include "gateway/service/tracker.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- the stage: one message, handed over, without an answer ---- */

static int build(void **state, uint32_t capabilities, int64_t query_after_ms, unsigned attempts)
{
    int r = house_build(state);
    struct house *house = *state;
    struct pk_adapter *adapter = &house->adapters[0];
    static const char *const only[] = { "first" };
    static const struct pk_route_rule route = { .name = "main", .channel = "sms", .accounts = { only, 1 } };
    adapter->session = NULL;
    adapter->exchange = &exchange;
    adapter->open = post_open;
    adapter->close = post_close;
    adapter->capabilities = capabilities;
    house->http = pk_alloc(sizeof *house->http);
    house->rules.account_count = 1;
    house->rules.routes = &route;
    house->accounts[0].query_after_ms = query_after_ms;
    house->accounts[0].retry.max_attempts = attempts;
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turn(house);
    assert_int_equal(house->http->sent, 1);
    return r;
}

static int with_question(void **state)
{
    int r = build(state, PK_CAN_RECEIPTS, MINUTE_MS, 3);
    answer(*state, 0);
    assert_int_equal(house_message(*state, "1").state, PK_MESSAGE_UNCERTAIN);
    return r;
}

static int with_a_last_attempt(void **state)
{
    int r = build(state, 0, MINUTE_MS, 1);
    answer(*state, 0);
    return r;
}

static int without_question(void **state)
{
    int r = build(state, PK_CAN_RECEIPTS, 0, 3);
    answer(*state, 0);
    return r;
}

static int with_harmless_repeats(void **state)
{
    int r = build(state, PK_CAN_RECEIPTS | PK_CAN_IDEMPOTENT, MINUTE_MS, 3);
    answer(*state, 0);
    return r;
}

static int under_way(void **state)
{
    return build(state, PK_CAN_RECEIPTS, MINUTE_MS, 3);
}

static int tear(void **state)
{
    struct house *house = *state;
    struct pk_http_client *http = house->http;
    int r = house_tear(state);
    for (size_t i = 0; i < http->count; i++)
        if (!http->done[i])
            finish(http, i, 0);
    free(http);
    return r;
}
#define uncertain(name) cmocka_unit_test_setup_teardown(name, with_question, tear)

#define message(house) house_message(house, "1")
#define attempt_state(house) house_count(house, "SELECT state FROM attempt ORDER BY id DESC LIMIT 1")

static void be_asked(struct house *house)
{
    unsigned before = house->http->asked;
    house_later(house, MINUTE_MS);
    assert_int_equal(house->http->asked, before + 1);
}

static void receipt(struct house *house, const char *provider_id, uint32_t state)
{
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_RECEIPT, .provider_id = pk_slice_of(provider_id), .state = state };
    assert_int_equal(pk_inbound_event(house->service->desks->items[0], house->service->desks->items[0]->account, &event), 0);
    house_turn(house);
}

/* Nothing of a question is left over. */
static void assert_settled(struct house *house)
{
    const struct pk_desk *desk = house->service->desks->items[0];
    assert_int_equal(desk->flying, 0);
    assert_int_equal(desk->asking, 0);
    assert_int_equal(pk_dispatcher_flying(house->service->dispatcher), 0);
    assert_int_equal(desk->breaker.state, PK_BREAKER_CLOSED);
    house_assert_counts(house);
}

/* ---- answers ---- */

static void it_has_it(void **state)
{
    struct house *house = *state;
    house_later(house, MINUTE_MS - 10);
    assert_int_equal(house->http->asked, 0);
    house_later(house, 10);
    assert_int_equal(house->http->asked, 1);
    assert_string_equal(house->http->last, "GET " ANNA);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    answer(house, 200);
    assert_int_equal(message(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(attempt_state(house), PK_ATTEMPT_ACCEPTED);
    assert_settled(house);
    receipt(house, "p-found", PK_RECEIPT_DELIVERED); /* the id it told is known */
    assert_int_equal(message(house).state, PK_MESSAGE_DELIVERED);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 1);
    assert_int_equal(house->http->sent, 1);
}

static void a_receipt_that_waited(void **state)
{
    struct house *house = *state;
    receipt(house, "p-found", PK_RECEIPT_DELIVERED); /* for an id we do not know yet */
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    be_asked(house);
    answer(house, 200);
    assert_int_equal(message(house).state, PK_MESSAGE_DELIVERED);
}

static void it_certainly_has_not(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 404);
    assert_int_equal(message(house).state, PK_MESSAGE_DEFERRED);
    assert_int_equal(attempt_state(house), PK_ATTEMPT_REFUSED_TEMPORARY);
    assert_settled(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->http->sent, 2);
    assert_int_equal(message(house).attempts, 2);
    assert_int_equal(message(house).flags & PK_MESSAGE_POSSIBLE_DOUBLE, 0);
    answer(house, 200);
    assert_int_equal(message(house).state, PK_MESSAGE_ACCEPTED);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->sent, 2);
    assert_int_equal(house->http->asked, 1);
}

static void it_refused(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 410);
    assert_int_equal(message(house).state, PK_MESSAGE_FAILED);
    assert_int_equal(message(house).reason, PK_REASON_PROVIDER_REFUSED);
    assert_int_equal(attempt_state(house), PK_ATTEMPT_REFUSED_PERMANENT);
    assert_settled(house);
}

static void the_person_stopped_it_there(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 403);
    assert_int_equal(message(house).state, PK_MESSAGE_SUPPRESSED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms > 0"), 1);
}

/* Three times, after one minute, two and four more; then a receipt, a person or the end of the window decides. */
static void it_does_not_know(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 202);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    house_later(house, 2 * MINUTE_MS - SECOND_MS);
    assert_int_equal(house->http->asked, 1);
    house_later(house, SECOND_MS);
    assert_int_equal(house->http->asked, 2);
    answer(house, 401); /* nor does a refusal of the question pause the account */
    assert_false(house->service->desks->items[0]->paused);
    house_later(house, 4 * MINUTE_MS);
    assert_int_equal(house->http->asked, 3);
    answer(house, 202);
    assert_settled(house);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 3);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    house_later(house, HOUR_MS);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCONFIRMED);
    assert_int_equal(house->http->sent, 1);
}

/* The adapter takes silence for "not there": the gateway does not. */
static void silence_is_no_answer(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 0);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    assert_settled(house);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house->http->asked, 2);
    assert_int_equal(house->http->sent, 1);
}

static void no_attempt_is_left(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 404);
    assert_int_equal(message(house).state, PK_MESSAGE_FAILED);
    assert_int_equal(message(house).reason, PK_REASON_ATTEMPTS_USED_UP);
}

static void no_receipts_there(void **state)
{
    struct house *house = *state;
    be_asked(house);
    answer(house, 200);
    assert_int_equal(message(house).state, PK_MESSAGE_SENT_FINAL);
}

/* ---- nobody is told twice ---- */

static void delivered_while_we_asked(void **state)
{
    struct house *house = *state;
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_RECEIPT, .state = PK_RECEIPT_DELIVERED };
    char attempt[PK_ID_TEXT_MAX];
    be_asked(house);
    pk_id_format(house_count(house, "SELECT id FROM attempt"), attempt);
    event.our_reference = pk_slice_of(attempt);
    assert_int_equal(pk_inbound_event(house->service->desks->items[0], house->service->desks->items[0]->account, &event), 0);
    house_turn(house);
    answer(house, 404);
    assert_int_equal(message(house).state, PK_MESSAGE_DELIVERED);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->sent, 1);
    assert_int_equal(house->http->asked, 1);
}

static void resolved_while_we_asked(void **state)
{
    struct house *house = *state;
    be_asked(house);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_tracker_resolve(house->service, &operator, message(house).id, PK_RESOLVE_RESEND, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house->http->sent, 2);
    finish(house->http, 1, 404); /* about the first attempt */
    house_settle(house);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->sent, 2);
    finish(house->http, 2, 200);
    house_settle(house);
    assert_int_equal(message(house).state, PK_MESSAGE_ACCEPTED);
    assert_settled(house);
}

/* The receipt window closed meanwhile. */
static void too_late(void **state)
{
    struct house *house = *state;
    be_asked(house);
    house_later(house, 3 * HOUR_MS);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCONFIRMED);
    answer(house, 404);
    house_later(house, HOUR_MS);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCONFIRMED);
    assert_int_equal(house->http->sent, 1);
}

/* An earlier attempt may have arrived as well: that this one did not says too little. */
static void another_attempt_without_an_answer(void **state)
{
    struct house *house = *state;
    assert_int_equal(house_count(house, "INSERT INTO attempt(id, message, account, state, reason, gate, opened_ms, settled_ms, price, parts)"
                                        " SELECT id - 1, message, account, 4, 0, 0, 1, 1, 0, 0 FROM attempt"),
                     -1);
    be_asked(house);
    answer(house, 404);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->sent, 1);
}

/* ---- when and whether ---- */

static void never_asked(void **state)
{
    struct house *house = *state;
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 0);
}

static void repeated_instead(void **state)
{
    struct house *house = *state;
    house_later(house, 30 * SECOND_MS);
    assert_int_equal(house->http->sent, 2);
    answer(house, 200);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 0);
}

static void after_a_crash(void **state)
{
    struct house *house = *state;
    house_crash(house); /* in the middle of the hand-over */
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
    be_asked(house);
    house_crash(house); /* in the middle of the question */
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house->http->asked, 2);
    answer(house, 404);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->http->sent, 2);
}

static void a_disk_that_is_full(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    house_later(house, MINUTE_MS);
    assert_int_equal(house->http->asked, 0); /* not noted, not asked */
    house->commit_fails = false;
    house_later(house, SECOND_MS);
    assert_int_equal(house->http->asked, 1);
    finish(house->http, 1, 404);
    house->commit_fails = true;
    house_settle(house);
    house->commit_fails = false;
    house_later(house, SECOND_MS);
    assert_int_equal(message(house).state, PK_MESSAGE_DEFERRED);
    assert_settled(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->http->sent, 2);
}

static void an_account_that_is_gone(void **state)
{
    struct house *house = *state;
    assert_int_equal(house_count(house, "UPDATE attempt SET account = 99"), -1);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE ask_ms > 0"), 0);
    assert_int_equal(message(house).state, PK_MESSAGE_UNCERTAIN);
}

static void a_stop_asks_no_more(void **state)
{
    struct house *house = *state;
    pk_service_drain(house->service);
    house_later(house, HOUR_MS);
    assert_int_equal(house->http->asked, 0);
    assert_true(pk_service_idle(house->service));
    house_reopen(house);
    assert_int_equal(house->http->asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        uncertain(it_has_it),
        uncertain(a_receipt_that_waited),
        uncertain(it_certainly_has_not),
        uncertain(it_refused),
        uncertain(the_person_stopped_it_there),
        uncertain(it_does_not_know),
        uncertain(silence_is_no_answer),
        cmocka_unit_test_setup_teardown(no_attempt_is_left, with_a_last_attempt, tear),
        cmocka_unit_test_setup_teardown(no_receipts_there, with_a_last_attempt, tear),
        uncertain(delivered_while_we_asked),
        uncertain(resolved_while_we_asked),
        uncertain(too_late),
        uncertain(another_attempt_without_an_answer),
        cmocka_unit_test_setup_teardown(never_asked, without_question, tear),
        cmocka_unit_test_setup_teardown(repeated_instead, with_harmless_repeats, tear),
        cmocka_unit_test_setup_teardown(after_a_crash, under_way, tear),
        uncertain(a_disk_that_is_full),
        uncertain(an_account_that_is_gone),
        uncertain(a_stop_asks_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts: told, paused in the turn, resumed, tested by exactly the one meant, and their play desk. */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/holds.h"

static void test_list_tells_both(void **state)
{
    struct asked asked = house_json(*state, "GET", "/v1/accounts", NULL, 200);
    assert_said(&asked, "accounts[0].name", "first");
    assert_said(&asked, "accounts[0].adapter", "fake");
    assert_said(&asked, "accounts[0].channel", "sms");
    assert_said(&asked, "accounts[0].state", "working");
    assert_said(&asked, "accounts[0].why", "");
    assert_int_equal(said_int(&asked, "accounts[0].window"), 4);
    assert_int_equal(said_int(&asked, "accounts[0].inFlight"), 0);
    assert_said(&asked, "accounts[0].capabilities[0]", "receipts");
    assert_said(&asked, "accounts[0].capabilities[1]", "inbound");
    assert_said(&asked, "accounts[1].name", "second");
    house_forget(&asked);
}

static void test_pause_and_resume(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/accounts/first/pause", "{\"reason\":\"moving on 1-2-2026\"}", 200);
    assert_said(&asked, "state", "paused");
    assert_said(&asked, "why", "moving on 1-2-2026");
    house_forget(&asked);
    int64_t id = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house->first->count, 0);
    assert_int_equal(house->second->count, 1); /* the route's other account goes on */
    assert_int_equal(house_state(house, id), PK_MESSAGE_SUBMITTING);
    asked = house_json(house, "POST", "/v1/accounts/first/resume", NULL, 200);
    assert_said(&asked, "state", "working");
    house_forget(&asked);
    (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house->first->count, 1);
    assert_int_equal(house_audited(house, "account.pause"), 1);
    assert_int_equal(house_audited(house, "account.resume"), 1);
}

/* The turn after the one that kept the resume comes at once: no timer has to fire, so the clock stands. */
static void test_resume_wakes_the_loop(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/accounts/first/pause", NULL, 200);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/accounts/second/pause", NULL, 200);
    house_forget(&asked);
    (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house_handed(house), 0);
    /* Without the network, whose noise would wake it as well. */
    const struct pk_actor actor = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &actor, house->service->desks->items[0], false, NULL, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    assert_int_equal(house_handed(house), 0); /* not before it is kept */
    house->wait_ms = 1000;
    house_turn(house);
    assert_int_equal(house_handed(house), 1);
    assert_true(pk_clock_wall_ms() == HOUSE_NOW);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *path, *body, *detail;
        unsigned status;
    } cases[] = {
        { "/v1/accounts/third/pause", NULL, "there is no such account", 404 },
        { "/v1/accounts/third/resume", NULL, "there is no such account", 404 },
        { "/v1/accounts/third/test", "{}", "there is no such account", 404 },
        { "/v1/accounts/first/pause", "{\"reason\":7}", "field \"reason\" must be a text that is not empty", 400 },
        { "/v1/accounts/first/pause", "{\"reason\":\"asked by 06-123 456 78\"}", "field \"reason\" may hold no phone number", 400 },
        { "/v1/accounts/first/resume", "{\"reason\":\"x\"}", "body: unknown field \"reason\"", 400 },
        { "/v1/accounts/first/test", "{}", "field \"address\" is missing", 400 },
        { "/v1/accounts/first/test", "{\"address\":\"0201234567\"}", "field \"address\" is no number that takes SMS", 400 },
        { "/v1/accounts/first/play", "{\"address\":\"x\"}", "field \"text\" is missing", 400 },
        { "/v1/accounts/first/play", "{\"address\":\"x\",\"text\":\"y\"}", "nothing arrived at this address", 404 },
        { "/v1/accounts/second/play", "{}", "account \"second\" reaches a real provider: it has no play desk", 501 },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = house_json(*state, "POST", cases[i].path, cases[i].body, cases[i].status);
        assert_said(&asked, "detail", cases[i].detail);
        house_forget(&asked);
    }
    struct asked asked = house_json(*state, "GET", "/v1/accounts/second/play", NULL, 501);
    house_forget(&asked);
}

/* Puts a message into the queue in the very turn that paused its only account. */
static void queue_once_paused(struct house *house)
{
    if (house->served == 0 && pk_store_number(house->store, "hold.account.second", 0) != 0) {
        house->served++;
        (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    }
}

static void test_pause_stops_the_same_turn(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/accounts/first/pause", NULL, 200);
    house_forget(&asked);
    house->after_serve = queue_once_paused;
    asked = house_json(house, "POST", "/v1/accounts/second/pause", NULL, 200);
    house_forget(&asked);
    house_turn(house);
    assert_int_equal(house->served, 1);
    assert_int_equal(house_handed(house), 0);
}

static void test_pause_that_was_not_kept_does_not_stay(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    struct asked asked = house_json(house, "POST", "/v1/accounts/first/pause", NULL, 503);
    house_forget(&asked);
    house->commit_fails = false;
    asked = house_json(house, "GET", "/v1/accounts", NULL, 200);
    assert_said(&asked, "accounts[0].state", "working");
    house_forget(&asked);
}

static void test_test_message_leaves_by_that_account(void **state)
{
    struct house *house = *state;
    char path[64];
    struct asked asked = house_json(house, "POST", "/v1/accounts/second/test", "{\"address\":\"06 12345678\"}", 202);
    (void) snprintf(path, sizeof path, "/v1/messages/%.*s", PK_SLICE_ARG(said(&asked, "message")));
    house_forget(&asked);
    house_turn(house);
    assert_int_equal(house->first->count, 0);
    assert_int_equal(house->second->count, 1);
    fake_complete(house->second, 0, PK_OUTCOME_ACCEPTED);
    house_turn(house);
    asked = house_json(house, "GET", path, NULL, 200);
    assert_said(&asked, "class", "staff");
    assert_said(&asked, "language", "nl");
    assert_said(&asked, "state", "handed-over"); /* an account without receipts */
    assert_said(&asked, "attempts[0].account", "second");
    house_forget(&asked);
    assert_int_equal(house_audited(house, "account.test"), 1);
}

static void test_test_message_waits_for_its_account(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/accounts/second/pause", NULL, 200);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/accounts/second/test", "{\"address\":\"" FAKE_NUMBER "\"}", 409);
    assert_said(&asked, "detail", "account \"second\" is paused");
    house_forget(&asked);
    house_turn(house);
    assert_int_equal(house_handed(house), 0);
}

static void test_play_desk(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "GET", "/v1/accounts/first/play", NULL, 200);
    assert_said(&asked, "messages[0].attempt", "0123456789abc");
    assert_said(&asked, "messages[0].address", FAKE_NUMBER);
    assert_said(&asked, "messages[0].text", "Здравейте \"вие\"");
    assert_said(&asked, "messages[0].state", "delivered");
    assert_said(&asked, "messages[0].at", "2025-11-24T16:00:00Z");
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/accounts/first/play", "{\"address\":\"" FAKE_NUMBER "\",\"text\":\"ДА\"}", 202);
    house_forget(&asked);
    assert_string_equal(house->first->answered, "ДА");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_list_tells_both),
        test_in_house(test_pause_and_resume),
        test_in_house(test_resume_wakes_the_loop),
        test_in_house(test_refusals),
        test_in_house(test_pause_stops_the_same_turn),
        test_in_house(test_pause_that_was_not_kept_does_not_stay),
        test_in_house(test_test_message_leaves_by_that_account),
        test_in_house(test_test_message_waits_for_its_account),
        test_in_house(test_play_desk),
    };
    return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Health, readiness, status and the queue: what each says when all is well, and when the database is not. */
#include "tests/unit/api/house.h"

static void expect(struct house *house, const char *path, unsigned status, const char *word, const char *why)
{
    struct asked asked;
    house_ask(house, CONTROL, "GET", path, "", NULL, &asked);
    if (asked.status != status)
        fail_msg("%s: %u instead of %u: %s", path, asked.status, status, asked.body);
    assert_said(&asked, "status", word);
    assert_said(&asked, "why", why);
    house_forget(&asked);
}

static void test_all_is_well(void **state)
{
    expect(*state, "/healthz", 200, "ok", "");
    expect(*state, "/readyz", 200, "ok", "");
}

static void test_degraded_is_healthy_and_says_why(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/accounts/first/pause", NULL, 200);
    house_forget(&asked);
    expect(house, "/healthz", 200, "degraded", "account first: paused");
    expect(house, "/readyz", 200, "degraded", "account first: paused");
    asked = house_json(house, "PUT", "/v1/hold", "{\"all\":true}", 200);
    house_forget(&asked);
    expect(house, "/healthz", 200, "degraded", "all sending is on hold; account first: paused");
}

static void test_draining_is_alive_and_not_ready(void **state)
{
    struct house *house = *state;
    house->service->draining = true;
    expect(house, "/healthz", 200, "degraded", "stopping");
    expect(house, "/readyz", 503, "degraded", "stopping");
}

/* Fails the turn before the question and lets the one that answers be kept. */
static void test_failing_database_is_503(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    assert_int_equal(pk_store_set_number(house->store, "test", 1, NULL), 0);
    house_turn(house);
    house->commit_fails = false;
    struct pk_error why = { 0 };
    assert_false(pk_store_healthy(house->store, &why));
    char text[320];
    (void) snprintf(text, sizeof text, "database: %s", why.message);
    expect(house, "/healthz", 503, "failing", text);
    expect(house, "/readyz", 503, "failing", text);
    /* Housekeeping tries it by itself, once a second. */
    for (int i = 0; i < 4; i++)
        assert_int_equal(pk_loop_turn(house->loop, 1000, NULL), 0);
    expect(house, "/healthz", 200, "ok", "");
    expect(house, "/readyz", 200, "ok", "");
}

static void test_status_is_whole(void **state)
{
    struct house *house = *state;
    (void) house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    house_turn(house);
    struct asked asked = house_json(house, "GET", "/v1/status", NULL, 200);
    assert_said(&asked, "instance", "test");
    assert_said(&asked, "version", "1.2.\"3\"");
    assert_said(&asked, "startedAt", "2025-11-24T16:00:00Z");
    assert_false(said_bool(&asked, "broker.configured"));
    assert_false(said_bool(&asked, "broker.connected"));
    assert_said(&asked, "broker.trouble", "");
    assert_false(said_bool(&asked, "hold.all"));
    assert_false(said_bool(&asked, "hold.restored"));
    assert_true(said_bool(&asked, "condition.ready"));
    assert_false(said_bool(&asked, "condition.degraded"));
    assert_int_equal(said_int(&asked, "messages.queued"), 1);
    assert_int_equal(said_int(&asked, "messages.handed-over"), 0);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "messages")), PK_MESSAGE_STATES);
    assert_int_equal(said_int(&asked, "recipients"), 0);
    assert_int_equal(said_int(&asked, "outbox"), 0);
    assert_said(&asked, "accounts[1].name", "second");
    assert_false(said_bool(&asked, "journal.kept"));
    assert_said(&asked, "retention[0].kind", "messages");
    assert_int_equal(said_int(&asked, "retention[0].keptSeconds"), house->rules.keep_messages_ms / 1000);
    assert_int_equal(pk_json_kind(pk_json_at(asked.json, "retention[2].oldestAt")), PK_JSON_NULL); /* no replies */
    assert_true(said(&asked, "retention[0].oldestAt").len > 0);
    house_forget(&asked);
}

static void test_queue_tells_its_lanes(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "GET", "/v1/queue", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "lanes")), 0);
    house_forget(&asked);
    asked = house_json(house, "PUT", "/v1/hold", "{\"all\":true}", 200);
    house_forget(&asked);
    (void) house_message(house, 0, HOUSE_NOW - 5000, HOUSE_NOW + 7200000);
    (void) house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    house_turn(house);
    asked = house_json(house, "GET", "/v1/queue", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "lanes")), 1);
    assert_said(&asked, "lanes[0].route", "main");
    assert_said(&asked, "lanes[0].priority", "normal");
    assert_int_equal(said_int(&asked, "lanes[0].waiting"), 2);
    assert_int_equal(said_int(&asked, "lanes[0].due"), 1);
    assert_said(&asked, "lanes[0].oldestDueAt", "2025-11-24T15:59:55Z");
    assert_int_equal(said_int(&asked, "inFlight"), 0);
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_all_is_well),
        test_in_house(test_degraded_is_healthy_and_says_why),
        test_in_house(test_draining_is_alive_and_not_ready),
        test_in_house(test_failing_database_is_503),
        test_in_house(test_status_is_whole),
        test_in_house(test_queue_tells_its_lanes),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The brake: it works in the turn it is pulled, is kept, and lets go without being waited for. */
#include "tests/unit/api/house.h"

static void put(struct house *house, const char *body, bool all, bool restored)
{
    struct asked asked = house_json(house, "PUT", "/v1/hold", body, 200);
    assert_int_equal(said_bool(&asked, "all"), all);
    assert_int_equal(said_bool(&asked, "restored"), restored);
    house_forget(&asked);
}

/* Puts a message into the queue in the turn that asked anything. */
static void queue_once(struct house *house)
{
    if (house->served == 0 && pk_http_server_open(house->control) > 0) {
        house->served++;
        (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    }
}

static void test_pause_all_stops_the_same_turn(void **state)
{
    struct house *house = *state;
    house->after_serve = queue_once;
    put(house, "{\"all\":true}", true, false);
    for (int i = 0; i < 5; i++)
        house_turn(house);
    assert_int_equal(house->served, 1);
    assert_int_equal(house_handed(house), 0);
    assert_int_equal(pk_store_number(house->store, "hold.all", 0), 1);
    assert_int_equal(house_audited(house, "hold.all"), 1);
}

/* The same turn without the hold hands over: what the test above sees is the hold. */
static void test_the_turn_would_have_handed_over(void **state)
{
    struct house *house = *state;
    house->after_serve = queue_once;
    struct asked asked = house_json(house, "GET", "/v1/hold", NULL, 200);
    house_forget(&asked);
    assert_int_equal(house_handed(house), 1);
}

static void test_pause_that_was_not_kept_holds_nothing(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    struct asked asked = house_json(house, "PUT", "/v1/hold", "{\"all\":true}", 503);
    house_forget(&asked);
    house->commit_fails = false;
    (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house_handed(house), 1);
}

static void test_resume_hands_over_at_once(void **state)
{
    struct house *house = *state;
    put(house, "{\"all\":true}", true, false);
    (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house_handed(house), 0);
    put(house, "{\"all\":false}", false, false);
    house_turn(house);
    assert_int_equal(house_handed(house), 1);
    assert_int_equal(house_audited(house, "hold.all"), 2);
}

static void test_restored_hold_is_lifted(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_store_set_number(house->store, "hold.restored", 1, NULL), 0);
    (void) house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house_handed(house), 0);
    struct asked asked = house_json(house, "GET", "/v1/hold", NULL, 200);
    assert_true(said_bool(&asked, "restored"));
    house_forget(&asked);
    put(house, "{\"restored\":false}", false, false);
    house_turn(house);
    assert_int_equal(house_handed(house), 1);
    assert_int_equal(house_audited(house, "hold.restored"), 1);
}

/* ---- messages held since a restore ---- */

#define MANY 1203 /* more than two chunks */

static void decide(struct house *house, const char *path)
{
    struct asked asked = house_json(house, "POST", path, "{\"held\":true}", 202);
    house_forget(&asked);
    assert_int_equal(pk_loop_turn(house->loop, 1000, NULL), 0); /* housekeeping's short round */
    for (int i = 0; i < 400 && pk_store_number(house->store, "held.job", 0) != 0; i++)
        assert_int_equal(pk_loop_turn(house->loop, 1000, NULL), 0);
    assert_int_equal(pk_store_number(house->store, "held.job", -1), 0);
}

static void count(struct house *house, uint32_t state, int64_t expected)
{
    int64_t counts[PK_MESSAGE_STATES];
    assert_int_equal(pk_messages_count(house->store, 0, counts, NULL), 0);
    assert_int_equal(counts[state], expected);
}

static void test_held_messages_are_dropped_in_chunks(void **state)
{
    struct house *house = *state;
    int64_t free_one = house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    for (int i = 0; i < MANY; i++)
        (void) house_message(house, PK_MESSAGE_HELD, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    house_turn(house);
    decide(house, "/v1/messages/drop-held");
    count(house, PK_MESSAGE_CANCELLED, MANY);
    assert_int_equal(house_state(house, free_one), PK_MESSAGE_QUEUED);
    assert_int_equal(house_audited(house, "held.drop"), 1);
}

static void test_held_messages_are_released(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < 3; i++)
        (void) house_message(house, PK_MESSAGE_HELD, HOUSE_NOW, HOUSE_NOW + 7200000);
    for (int i = 0; i < 3; i++)
        house_turn(house);
    assert_int_equal(house_handed(house), 0);
    decide(house, "/v1/messages/release");
    house_turn(house);
    assert_int_equal(house_handed(house), 3);
    assert_int_equal(house_audited(house, "held.release"), 1);
}

static void test_held_wants_to_be_meant(void **state)
{
    struct asked asked = house_json(*state, "POST", "/v1/messages/release", "{}", 400);
    assert_said(&asked, "detail", "field \"held\" must be true");
    house_forget(&asked);
    asked = house_json(*state, "POST", "/v1/messages/drop-held", "{\"held\":false}", 400);
    house_forget(&asked);
}

static void test_the_opposite_waits(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "POST", "/v1/messages/release", "{\"held\":true}", 202);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/messages/drop-held", "{\"held\":true}", 409);
    assert_said(&asked, "detail", "held messages are being released now");
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_pause_all_stops_the_same_turn),
        test_in_house(test_the_turn_would_have_handed_over),
        test_in_house(test_pause_that_was_not_kept_holds_nothing),
        test_in_house(test_resume_hands_over_at_once),
        test_in_house(test_restored_hold_is_lifted),
        test_in_house(test_held_messages_are_dropped_in_chunks),
        test_in_house(test_held_messages_are_released),
        test_in_house(test_held_wants_to_be_meant),
        test_in_house(test_the_opposite_waits),
    };
    return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What is told to others, over a bus that is a few lines here: in order, once where all goes well, again after a lost link. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/io/mqtt.h"
#include "gateway/service/bus.h"
#include "gateway/service/outbound.h"

/* ---- the bus: linked instead of gateway/io/mqtt.c ---- */

struct pk_mqtt {
    struct pk_mqtt_config config;
    bool connected, refuses_stored;
    unsigned room;
    uint64_t tokens[64];
    size_t count; /* published, but for states */
    unsigned states;
    char last_payload[2048], last_topic[128];
};
static struct pk_mqtt bus;

int pk_mqtt_new(struct pk_loop *loop, const struct pk_mqtt_config *config, struct pk_mqtt **ret_mqtt, struct pk_error *err)
{
    (void) loop;
    (void) err;
    bus = (struct pk_mqtt){ .config = *config, .room = 64 };
    *ret_mqtt = &bus;
    return 0;
}

void pk_mqtt_free(struct pk_mqtt *mqtt)
{
    (void) mqtt;
}

bool pk_mqtt_connected(const struct pk_mqtt *mqtt)
{
    return mqtt->connected;
}

int pk_mqtt_publish(struct pk_mqtt *mqtt, const struct pk_mqtt_publish *publish, struct pk_error *err)
{
    if (mqtt->room == 0)
        return pk_fail(err, PK_E_BUSY, "too much is in flight");
    if (publish->token == 0) {
        mqtt->states++;
        return 0;
    }
    assert_true(mqtt->count < PK_COUNT(mqtt->tokens));
    mqtt->room--;
    mqtt->tokens[mqtt->count++] = publish->token;
    (void) snprintf(mqtt->last_payload, sizeof mqtt->last_payload, "%.*s", PK_SLICE_ARG(publish->payload));
    (void) snprintf(mqtt->last_topic, sizeof mqtt->last_topic, "%s", publish->topic);
    return 0;
}

unsigned pk_mqtt_room(const struct pk_mqtt *mqtt)
{
    return mqtt->room;
}

void pk_mqtt_release(struct pk_mqtt *mqtt, bool committed)
{
    mqtt->refuses_stored = !committed;
}

void pk_mqtt_pause(struct pk_mqtt *mqtt, bool paused)
{
    (void) mqtt;
    (void) paused;
}

void pk_mqtt_close(struct pk_mqtt *mqtt)
{
    mqtt->connected = false;
}

/* ---- helpers ---- */

#define TIDY_MS 50 /* how long a removal waits for company */

static void connect_bus(struct house *house)
{
    bus.connected = true;
    bus.room = 64;
    bus.count = 0;
    bus.config.connected(bus.config.ctx);
    house_turns(house, 2);
}

/* The broker's answer; what comes of it is not looked at yet. */
static void hear(size_t which, unsigned reason)
{
    bus.room++;
    bus.config.published(bus.config.ctx, bus.tokens[which], reason);
}

static void answered(struct house *house, size_t which, unsigned reason)
{
    hear(which, reason);
    house_later(house, TIDY_MS);
}

static int with_bus(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.bus.host = "127.0.0.1";
    house_reopen(house);
    return r;
}
#define on_bus(name) cmocka_unit_test_setup_teardown(name, with_bus, house_tear)

static int64_t left(struct house *house)
{
    return house_count(house, "SELECT count(*) FROM outbox");
}

/* Refused for want of a route: one answer each, nothing else. */
static void make_answers(struct house *house, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(house_publish(house, "school", "\"nonsense\":1"), 0);
}

/* ---- the tests ---- */

static void told_in_order_and_removed_when_taken(void **state)
{
    struct house *house = *state;
    make_answers(house, 2);
    assert_int_equal(bus.count, 0); /* no link yet */
    connect_bus(house);
    assert_int_equal(bus.count, 2);
    assert_true(bus.tokens[0] < bus.tokens[1]);
    make_answers(house, 1);
    assert_int_equal(bus.count, 3);
    assert_string_equal(bus.last_topic, "pokana/v1/answer/school");
    assert_non_null(strstr(bus.last_payload, "\"reason\":\"data\""));
    assert_int_equal(left(house), 3);
    answered(house, 0, 0);
    answered(house, 2, 16); /* taken, though nobody listens */
    assert_int_equal(left(house), 1);
    assert_int_equal(house->service->metrics.outbox_told, 2);
    assert_true(pk_outbound_idle(house->service->outbound));
}

static void what_the_broker_refuses_is_kept_for_the_next_connection(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    make_answers(house, 1);
    answered(house, 0, 135);
    assert_int_equal(left(house), 1);
    house_later(house, MINUTE_MS);
    assert_int_equal(bus.count, 1); /* not again on this one */
    connect_bus(house);
    assert_int_equal(bus.count, 1);
    answered(house, 0, 0);
    assert_int_equal(left(house), 0);
}

static void a_new_life_tells_what_the_last_one_could_not(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    make_answers(house, 3);
    answered(house, 1, 0);
    house_crash(house);
    connect_bus(house);
    assert_int_equal(bus.count, 2);
}

static void no_more_than_there_is_room_for(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    bus.room = 2;
    make_answers(house, 5);
    assert_int_equal(bus.count, 2);
    for (size_t i = 0; i < 5; i++)
        answered(house, i, 0);
    assert_int_equal(bus.count, 5);
    assert_int_equal(left(house), 0);
}

/* Nothing is told of a turn that was not kept. */
static void told_after_the_commit_only(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    house->commit_fails = true;
    make_answers(house, 1);
    assert_int_equal(bus.count, 0);
    house->commit_fails = false;
    house_turns(house, 2);
    assert_int_equal(bus.count, 0);
    make_answers(house, 1);
    assert_int_equal(bus.count, 1);
}

/* A unit that was dropped with its answer does not keep later ones from being told. */
static void a_dropped_unit_leaves_nothing_behind(void **state)
{
    struct house *house = *state;
    struct pk_told told = { .publisher = PK_SLICE("school") };
    connect_bus(house);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_outbound_accepted(house->service->outbound, &told, 1, false, HOUSE_NOW, NULL), 0);
    pk_unit_drop(house->store);
    house_turns(house, 2);
    assert_int_equal(bus.count, 0);
    make_answers(house, 1);
    assert_int_equal(bus.count, 1);
}

static void a_removal_waits_for_a_turn_that_is_committed_anyway(void **state)
{
    struct house *house = *state;
    house_turns(house, 4); /* what a life begins with is over */
    connect_bus(house);
    make_answers(house, 2);
    hear(0, 0);
    house_later(house, TIDY_MS - 1);
    assert_int_equal(left(house), 2);
    make_answers(house, 1); /* another event is stored */
    assert_int_equal(left(house), 2);
    hear(1, 0);
    house->service->draining = true; /* no time for that at the end */
    house_turn(house);
    assert_int_equal(left(house), 1);
}

/* A full disk: what the broker took is taken out when there is room again, and not told over and over meanwhile. */
static void a_removal_that_was_not_kept_is_made_up_for(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    make_answers(house, 1);
    house->commit_fails = true;
    answered(house, 0, 0);
    for (unsigned i = 0; i < 5; i++)
        house_later(house, SECOND_MS);
    assert_int_equal(left(house), 1);
    assert_int_equal(bus.count, 1);
    house->commit_fails = false;
    house_later(house, SECOND_MS);
    house_later(house, SECOND_MS);
    assert_int_equal(left(house), 0);
    assert_int_equal(bus.count, 1);
}

static void what_nobody_took_for_a_week_is_dropped_and_counted(void **state)
{
    struct house *house = *state;
    make_answers(house, 2);
    house_later(house, 7 * DAY_MS - SECOND_MS);
    assert_int_equal(left(house), 2);
    house_later(house, 2 * SECOND_MS);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(left(house), 0);
    assert_int_equal(house->service->metrics.outbox_expired, 2);
}

static void an_event_that_could_not_be_stored_is_not_acknowledged(void **state)
{
    struct house *house = *state;
    struct pk_mqtt_message message = { .topic = PK_SLICE("pokana/v1/trigger/school"), .payload = PK_SLICE("{}") };
    connect_bus(house);
    bus.config.message(bus.config.ctx, &message);
    house_turn(house);
    assert_false(bus.refuses_stored);
    assert_int_equal(bus.count, 1);
    assert_int_equal(house_count(house, "CREATE TRIGGER broken BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END"), -1);
    bus.config.message(bus.config.ctx, &message);
    house_turn(house);
    assert_true(bus.refuses_stored); /* though the commit itself went well */
    house_turn(house);
    assert_false(bus.refuses_stored);
}

static void the_state_is_told_when_it_changes(void **state)
{
    struct house *house = *state;
    connect_bus(house);
    house_later(house, 2 * SECOND_MS);
    unsigned states = bus.states;
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(bus.states, states);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house_later(house, 2 * SECOND_MS);
    house_turn(house);
    assert_int_equal(bus.states, states + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_bus(told_in_order_and_removed_when_taken),
        on_bus(a_removal_waits_for_a_turn_that_is_committed_anyway),
        on_bus(what_the_broker_refuses_is_kept_for_the_next_connection),
        on_bus(a_new_life_tells_what_the_last_one_could_not),
        on_bus(no_more_than_there_is_room_for),
        on_bus(told_after_the_commit_only),
        on_bus(a_dropped_unit_leaves_nothing_behind),
        on_bus(a_removal_that_was_not_kept_is_made_up_for),
        on_bus(what_nobody_took_for_a_week_is_dropped_and_counted),
        on_bus(an_event_that_could_not_be_stored_is_not_acknowledged),
        on_bus(the_state_is_told_when_it_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages in and out through a real broker: what is acknowledged when, what comes again, what travels with them. */
#include "tests/unit/io/broker.h"

#include <mqtt_protocol.h>

static struct broker broker;

struct table {
    struct member *member;
    struct peer *peer;
};

static int set_up(void **state)
{
    struct table *table = pk_alloc(sizeof *table);
    broker_new(&broker);
    broker_start(&broker, "");
    table->member = member_new(&broker);
    *state = table;
    return 0;
}

static int tear_down(void **state)
{
    struct table *table = *state;
    member_free(table->member);
    peer_free(table->peer);
    broker_free(&broker);
    free(table);
    return 0;
}

static struct member *open_up(struct table *table, const char *peer_topic)
{
    member_open(table->member);
    turn_until(table->member->loop, table->member->connects == 1);
    table->peer = peer_new(&broker, peer_topic);
    return table->member;
}

static void check_seen(struct member *member, const char *text)
{
    assert_string_equal(pk_buf_text(&member->seen), text);
}

/* ---- acknowledged after the commit ---- */

static void test_what_is_not_committed_comes_again(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    member->fail = true;
    peer_publish(table->peer, "in/a", "one", NULL);
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "the gateway could not store what came");
    assert_false(pk_mqtt_connected(member->mqtt));
    check_seen(member, "one ");
    member->fail = false;
    turn_until(member->loop, member->messages == 2 && member->connects == 2);
    check_seen(member, "one one ");
    /* Committed: a later cut brings back only what came after. */
    peer_publish(table->peer, "in/a", "two", NULL);
    turn_until(member->loop, member->messages == 3);
    for (int i = 0; i < 5; i++)
        test_turn(member->loop, 1);
    member->fail = true;
    peer_publish(table->peer, "in/a", "three", NULL);
    turn_until(member->loop, member->disconnects == 2);
    member->fail = false;
    turn_until(member->loop, member->messages == 5);
    check_seen(member, "one one two three three ");
}

static void test_a_failed_commit_without_messages_costs_nothing(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    member->fail = true;
    for (int i = 0; i < 10; i++)
        test_turn(member->loop, 1);
    assert_true(pk_mqtt_connected(member->mqtt));
    assert_int_equal(member->disconnects, 0);
}

/* Without a release nothing is acknowledged, whatever else happens; the end cuts the link and the next life gets it. */
static void test_taken_but_not_released_at_the_end(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    member->hold = true;
    peer_publish(table->peer, "in/a", "held", NULL);
    turn_until(member->loop, member->messages == 1);
    member_close(member);
    member->hold = false;
    member_open(member);
    turn_until(member->loop, member->messages == 2);
    check_seen(member, "held held ");
    for (int i = 0; i < 5; i++)
        test_turn(member->loop, 1);
    member_close(member);
    peer_publish(table->peer, "in/a", "while away", NULL);
    member_open(member);
    turn_until(member->loop, member->messages == 3);
    check_seen(member, "held held while away "); /* the session was there all the time */
}

static void test_so_many_unacknowledged_and_no_more(void **state)
{
    struct table *table = *state;
    struct member *member = table->member;
    char payload[16], expected[256] = "";
    member->config.receive_maximum = 5;
    (void) open_up(table, NULL);
    member->hold = true;
    for (int i = 0; i < 20; i++) {
        (void) snprintf(payload, sizeof payload, "%d", i);
        (void) snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%d ", i);
        peer_publish(table->peer, "in/a", payload, NULL);
    }
    turn_until(member->loop, member->messages == 5);
    peer_publish(table->peer, "in/a", "end", NULL);
    for (int i = 0; i < 20; i++)
        test_turn(member->loop, 1);
    assert_int_equal(member->messages, 5);
    member->hold = false;
    turn_until(member->loop, member->messages == 21);
    (void) strncat(expected, "end ", sizeof expected - strlen(expected) - 1);
    check_seen(member, expected);
}

static void test_many_messages_in_order(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    struct pk_buf expected;
    char payload[16];
    pk_buf_init(&expected, 1u << 20);
    for (int i = 0; i < 700; i++) {
        (void) snprintf(payload, sizeof payload, "%d", i);
        (void) pk_buf_printf(&expected, "%d ", i);
        peer_publish(table->peer, i % 2 ? "in/a" : "more/b/c", payload, NULL);
    }
    turn_until(member->loop, member->messages == 700);
    check_seen(member, pk_buf_text(&expected));
    pk_buf_finish(&expected);
}

/* ---- what travels with a message ---- */

static void look_at_properties(struct member *member, const struct pk_mqtt_message *message)
{
    (void) member;
    assert_true(pk_slice_is(message->topic, "more/x/y"));
    assert_true(pk_slice_is(message->content_type, "application/cloudevents+json"));
    assert_true(pk_slice_is(message->response_topic, "answers/here"));
    assert_true(pk_slice_equal(message->correlation, PK_SLICE("\x00\x01\xff")));
    assert_int_equal(message->user_count, 2);
    assert_true(pk_slice_is(message->user[0].name, "id") && pk_slice_is(message->user[0].value, "7"));
    assert_true(pk_slice_is(message->user[1].name, "source") && pk_slice_is(message->user[1].value, ""));
    assert_false(message->retained || message->user_cut);
}

static void test_properties_in(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    mosquitto_property *properties = NULL;
    (void) mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE, "application/cloudevents+json");
    (void) mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "id", "7");
    (void) mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC, "answers/here");
    (void) mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, "\x00\x01\xff", 3);
    (void) mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "source", "");
    member->look = look_at_properties;
    peer_publish(table->peer, "more/x/y", "payload", properties);
    turn_until(member->loop, member->messages == 1);
    mosquitto_property_free_all(&properties);
}

static void look_at_absence(struct member *member, const struct pk_mqtt_message *message)
{
    (void) member;
    assert_null(message->content_type.data);
    assert_null(message->response_topic.data);
    assert_null(message->correlation.data);
    assert_int_equal(message->user_count, 0);
    assert_int_equal(message->payload.len, 0);
    assert_non_null(message->payload.data);
}

static void look_at_many(struct member *member, const struct pk_mqtt_message *message)
{
    (void) member;
    assert_int_equal(message->user_count, PK_MQTT_USER_MAX);
    assert_true(message->user_cut);
    assert_true(pk_slice_is(message->user[PK_MQTT_USER_MAX - 1].value, "63"));
}

static void test_no_properties_and_too_many(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    mosquitto_property *properties = NULL;
    char value[16];
    member->look = look_at_absence;
    peer_publish(table->peer, "in/a", "", NULL);
    turn_until(member->loop, member->messages == 1);
    for (int i = 0; i < 100; i++) {
        (void) snprintf(value, sizeof value, "%d", i);
        (void) mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, "n", value);
    }
    member->look = look_at_many;
    peer_publish(table->peer, "in/a", "many", properties);
    turn_until(member->loop, member->messages == 2);
    mosquitto_property_free_all(&properties);
}

static void look_at_retained(struct member *member, const struct pk_mqtt_message *message)
{
    (void) member;
    assert_true(message->retained);
}

/* A command must not be one: it is known by that where it arrives first, not only to who comes later. */
static void test_a_retained_message_says_so_at_once(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    member->look = look_at_retained;
    for (int len = 1; len >= 0; len--) { /* the empty one clears it */
        assert_int_equal(mosquitto_publish_v5(table->peer->handle, NULL, "in/a", len, "x", 1, true, NULL), MOSQ_ERR_SUCCESS);
        turn_until(member->loop, peer_turn(table->peer) && member->messages == 2 - (unsigned) len);
    }
}

/* ---- publishing ---- */

static void expect_user(const mosquitto_property *properties, const char *wanted)
{
    char seen[128] = "";
    for (; properties; properties = mosquitto_property_next(properties)) {
        char *name = NULL, *value = NULL;
        if (mosquitto_property_identifier(properties) != MQTT_PROP_USER_PROPERTY ||
            !mosquitto_property_read_string_pair(properties, MQTT_PROP_USER_PROPERTY, &name, &value, false))
            continue;
        size_t n = strlen(seen);
        (void) snprintf(seen + n, sizeof seen - n, "%s=%s ", name, value ? value : "");
        free(name);
        free(value);
    }
    assert_string_equal(seen, wanted);
}

static void test_published_with_token_and_reason(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, "out/#");
    char *text = NULL;
    void *correlation = NULL;
    uint16_t len = 0;
    uint32_t expiry_s = 0;
    uint8_t format = 0;
    const struct pk_mqtt_property user[] = { { PK_SLICE_INIT("language"), PK_SLICE_INIT("bg") }, { PK_SLICE_INIT("class"), PK_SLICE_INIT("public") } };
    struct pk_mqtt_publish publish = {
        .topic = "out/a",
        .payload = PK_SLICE_INIT("{}"),
        .content_type = "application/json",
        .response_topic = "answers/here",
        .correlation = PK_SLICE_INIT("c\0d"),
        .expiry_s = 100,
        .user = user,
        .user_count = PK_COUNT(user),
        .token = UINT64_MAX,
    };
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX - 1);
    turn_until(member->loop, peer_turn(table->peer) && table->peer->received == 1 && member->published == 1);
    assert_true(member->last_token == UINT64_MAX);
    assert_int_equal(member->last_reason, 0);
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX);
    assert_string_equal(pk_buf_text(&table->peer->seen), "out/a {}\n");
    assert_non_null(mosquitto_property_read_string(table->peer->properties, MQTT_PROP_CONTENT_TYPE, &text, false));
    assert_string_equal(text, "application/json");
    assert_non_null(
        mosquitto_property_read_binary(table->peer->properties, MQTT_PROP_CORRELATION_DATA, &correlation, &len, false));
    assert_true(pk_slice_equal(pk_slice_make(correlation, len), PK_SLICE("c\0d")));
    assert_non_null(mosquitto_property_read_int32(table->peer->properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, &expiry_s, false));
    assert_true(expiry_s > 50 && expiry_s <= 100);
    assert_non_null(mosquitto_property_read_byte(table->peer->properties, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, &format, false));
    assert_int_equal(format, 1);
    free(text);
    assert_non_null(mosquitto_property_read_string(table->peer->properties, MQTT_PROP_RESPONSE_TOPIC, &text, false));
    assert_string_equal(text, "answers/here");
    free(text);
    expect_user(table->peer->properties, "language=bg class=public ");
    free(correlation);
    member_publish(member, "nobody/hears", "x", 8);
    turn_until(member->loop, member->published == 2);
    assert_int_equal(member->last_token, 8);
    assert_int_equal(member->last_reason, 16); /* no subscribers */
}

static void test_publishing_alone_wakes_the_loop(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    for (int i = 0; i < 20; i++)
        test_turn(member->loop, 1);
    member_publish(member, "nobody/hears", "x", 1);
    int64_t began_us = test_now_us();
    test_turn(member->loop, -1);
    assert_true(test_now_us() - began_us < 900000); /* not the once-a-second look */
    turn_until(member->loop, member->published == 1);
}

static void test_as_many_in_flight_as_may_be(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, "out/#");
    struct pk_error err = { 0 };
    struct pk_mqtt_publish publish = { .topic = "out/a", .payload = PK_SLICE_INIT("x") };
    for (unsigned round = 1; round <= 2; round++) { /* the second with the library's inner pipe full */
        for (unsigned i = 0; i < PK_MQTT_IN_FLIGHT_MAX; i++)
            assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
        assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_BUSY);
        assert_int_equal(pk_mqtt_room(member->mqtt), 0);
        turn_until(member->loop, peer_turn(table->peer) && member->published == round * PK_MQTT_IN_FLIGHT_MAX);
    }
    turn_until(member->loop, peer_turn(table->peer) && table->peer->received == 2 * PK_MQTT_IN_FLIGHT_MAX);
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX);
}

static void test_what_cannot_be_published(void **state)
{
    struct table *table = *state;
    struct member *member = table->member;
    struct pk_error err = { 0 };
    struct pk_buf large;
    struct pk_mqtt_publish publish = { .topic = "out/+", .payload = PK_SLICE_INIT("x") };
    member_open(member);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_BUSY); /* not connected yet */
    assert_int_equal(pk_mqtt_room(member->mqtt), 0);
    turn_until(member->loop, member->connects == 1);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_INVALID);
    pk_buf_init(&large, 1u << 20);
    (void) pk_buf_printf(&large, "%070000d", 7);
    publish.topic = "out/a";
    publish.correlation = pk_buf_slice(&large);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_LIMIT);
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX);
    pk_buf_finish(&large);
}

/* ---- pause ---- */

static void test_paused(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, "out/#");
    pk_mqtt_pause(member->mqtt, true);
    peer_publish(table->peer, "in/a", "later", NULL);
    member_publish(member, "out/a", "goes on", 1);
    turn_until(member->loop, peer_turn(table->peer) && table->peer->received == 1);
    for (int i = 0; i < 20; i++)
        test_turn(member->loop, 1);
    assert_int_equal(member->messages, 0);
    assert_int_equal(member->published, 0);
    assert_true(pk_mqtt_connected(member->mqtt));
    pk_mqtt_pause(member->mqtt, false);
    turn_until(member->loop, member->messages == 1 && member->published == 1);
    check_seen(member, "later ");
}

static void test_paused_while_connecting(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    member_close(member);
    peer_publish(table->peer, "in/a", "kept", NULL);
    member_open(member);
    pk_mqtt_pause(member->mqtt, true);
    for (int i = 0; i < 50; i++)
        test_turn(member->loop, 1);
    assert_int_equal(member->messages, 0);
    pk_mqtt_pause(member->mqtt, false);
    turn_until(member->loop, member->messages == 1);
}

/* ---- state and will ---- */

static void test_will(void **state)
{
    struct table *table = *state;
    struct member *member = table->member;
    member->config.will_topic = "out/state";
    member->config.will_payload = PK_SLICE("offline");
    (void) open_up(table, "out/#");
    member_close(member); /* in order: no will */
    member_open(member);
    turn_until(member->loop, member->connects == 2);
    member->fail = true; /* cut: the will */
    peer_publish(table->peer, "in/a", "x", NULL);
    turn_until(member->loop, peer_turn(table->peer) && table->peer->received > 0);
    assert_string_equal(pk_buf_text(&table->peer->seen), "out/state offline\n");
    struct peer *late = peer_new(&broker, "out/state"); /* retained */
    turn_until(member->loop, peer_turn(late) && late->received == 1);
    peer_free(late);
}

static void test_retained_and_closed_in_order(void **state)
{
    struct table *table = *state;
    struct member *member = open_up(table, NULL);
    struct pk_mqtt_publish publish = { .topic = "out/state", .payload = PK_SLICE_INIT("stopped"), .retain = true };
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
    pk_mqtt_close(member->mqtt); /* what is queued leaves with it */
    assert_false(pk_mqtt_connected(member->mqtt));
    assert_int_equal(pk_mqtt_room(member->mqtt), 0);
    assert_int_equal(member->disconnects, 0);
    pk_mqtt_close(member->mqtt);
    for (int i = 0; i < 5; i++)
        test_turn(member->loop, 1);
    struct peer *late = peer_new(&broker, "out/state");
    turn_until(member->loop, peer_turn(late) && late->received == 1);
    assert_string_equal(pk_buf_text(&late->seen), "out/state stopped\n");
    peer_free(late);
}

/* ---- 3.1.1 ---- */

static void test_the_older_protocol(void **state)
{
    struct table *table = *state;
    struct member *member = table->member;
    mosquitto_property *properties = NULL;
    member->config.protocol = 4;
    member->config.will_topic = "out/state";
    member->config.will_payload = PK_SLICE("offline");
    member->config.will_delay_s = 30;
    (void) open_up(table, "out/#");
    (void) mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE, "text/plain");
    member->look = look_at_absence;
    peer_publish(table->peer, "in/a", "", properties);
    turn_until(member->loop, member->messages == 1);
    mosquitto_property_free_all(&properties);
    member->look = NULL;
    struct pk_mqtt_publish publish = {
        .topic = "out/a", .payload = PK_SLICE_INIT("x"), .content_type = "text/plain", .token = 5, .expiry_s = 9
    };
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
    turn_until(member->loop, peer_turn(table->peer) && table->peer->received == 1 && member->published == 1);
    assert_int_equal(member->last_token, 5);
    member->fail = true;
    peer_publish(table->peer, "in/a", "again", NULL);
    turn_until(member->loop, member->disconnects == 1);
    member->fail = false;
    turn_until(member->loop, member->messages == 3);
    check_seen(member, " again again ");
}

#define with_broker(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_broker(test_what_is_not_committed_comes_again),
        with_broker(test_a_failed_commit_without_messages_costs_nothing),
        with_broker(test_taken_but_not_released_at_the_end),
        with_broker(test_so_many_unacknowledged_and_no_more),
        with_broker(test_many_messages_in_order),
        with_broker(test_properties_in),
        with_broker(test_no_properties_and_too_many),
        with_broker(test_a_retained_message_says_so_at_once),
        with_broker(test_published_with_token_and_reason),
        with_broker(test_publishing_alone_wakes_the_loop),
        with_broker(test_as_many_in_flight_as_may_be),
        with_broker(test_what_cannot_be_published),
        with_broker(test_paused),
        with_broker(test_paused_while_connecting),
        with_broker(test_will),
        with_broker(test_retained_and_closed_in_order),
        with_broker(test_the_older_protocol),
    };
    if (!broker_is_installed()) {
        (void) fprintf(stderr, "SKIPPED: there is no mosquitto here, so nothing of the MQTT client was tested\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The link to the broker: lost and found, refused, encrypted, and never there. */
#include "tests/unit/io/broker.h"
#include "tests/unit/io/names.h"
#include "tests/unit/io/script.h"

static struct broker broker;

static int set_up(void **state)
{
    broker_new(&broker);
    *state = member_new(&broker);
    return 0;
}

static int tear_down(void **state)
{
    member_free(*state);
    broker_free(&broker);
    return 0;
}

static void exchange(struct member *member, const struct broker *with, const char *payload)
{
    unsigned messages = member->messages, published = member->published;
    struct peer *peer = peer_new(with, "out/#");
    peer_publish(peer, "in/a", payload, NULL);
    turn_until(member->loop, member->messages == messages + 1);
    member_publish(member, "out/a", payload, 1);
    turn_until(member->loop, peer_turn(peer) && member->published == published + 1 && peer->received == 1);
    peer_free(peer);
}

/* ---- lost and found ---- */

static void test_a_broker_that_comes_and_goes(void **state)
{
    struct member *member = *state;
    struct pk_error err = { 0 };
    struct pk_mqtt_publish publish = { .topic = "out/a", .payload = PK_SLICE_INIT("x") };
    member_open(member); /* nobody there: no error, told once */
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "could not connect to the broker: Connection refused");
    broker_start(&broker, "");
    turn_until(member->loop, member->connects == 1);
    assert_int_equal(member->disconnects, 1);
    for (unsigned life = 1; life <= 3; life++) { /* the library gets the same descriptor each time */
        exchange(member, &broker, "hello");
        assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
        broker_stop(&broker);
        turn_until(member->loop, member->disconnects == 1 + life);
        assert_false(pk_mqtt_connected(member->mqtt));
        assert_int_equal(pk_mqtt_room(member->mqtt), 0);
        assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_BUSY);
        broker_start(&broker, "");
        turn_until(member->loop, member->connects == 1 + life);
        assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX); /* what was under way is the owner's again */
        member->published = 0;
    }
    exchange(member, &broker, "at last");
}

static void test_a_failing_attempt_is_told_once(void **state)
{
    struct member *member = *state;
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    int64_t began_us = test_now_us();
    turn_until(member->loop, test_now_us() - began_us > 2000000); /* there is one more attempt in these, at least */
    assert_int_equal(member->disconnects, 1);
}

static void test_paused_stays_away(void **state)
{
    struct member *member = *state;
    broker_start(&broker, "");
    member_open(member);
    turn_until(member->loop, member->connects == 1);
    pk_mqtt_pause(member->mqtt, true);
    member_close(member); /* a paused one ends as well */
    member_open(member);
    turn_until(member->loop, member->connects == 2);
}

/* ---- refused ---- */

static void test_user_and_password(void **state)
{
    struct member *member = *state;
    broker_make_user(&broker, "gateway", "right");
    broker_start(&broker, "allow_anonymous false\npassword_file users\n");
    member->config.username = "gateway";
    member->config.password = "wrong";
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "Not authorized");
    assert_int_equal(member->connects, 0);
    member_close(member);
    member->config.protocol = 4;
    member_open(member);
    turn_until(member->loop, member->disconnects == 2);
    assert_string_equal(member->reason, "Connection Refused: not authorised.");
    member_close(member);
    member->config.password = "right";
    member_open(member);
    turn_until(member->loop, member->connects == 1);
}

static void test_a_subscription_that_is_none(void **state)
{
    struct member *member = *state;
    static const char *const wrong[] = { "in/#/a" };
    broker_start(&broker, "");
    member->config.subscriptions = wrong;
    member->config.subscription_count = 1;
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "the topics cannot be subscribed to");
    member_close(member);
    member->config.subscription_count = 0; /* none at all is fine */
    member_open(member);
    turn_until(member->loop, member->connects == 1);
}

static void test_less_than_qos_1_is_refused(void **state)
{
    struct member *member = *state;
    broker_start(&broker, "allow_anonymous true\nmax_qos 0\n");
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "the broker grants no QoS 1");
    assert_int_equal(member->connects, 0);
}

static void test_packets_over_the_limit(void **state)
{
    struct member *member = *state;
    struct pk_error err = { 0 };
    struct pk_buf payload;
    struct pk_mqtt_publish publish = { .topic = "out/a" };
    broker_start(&broker, "allow_anonymous true\nmax_packet_size 2000\n");
    member->config.max_packet_bytes = 500;
    member_open(member);
    turn_until(member->loop, member->connects == 1);
    pk_buf_init(&payload, 65536);
    (void) pk_buf_printf(&payload, "%03000d", 7);
    publish.payload = pk_buf_slice(&payload);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_LIMIT);
    assert_string_equal(err.message, "the broker takes no message of 3000 bytes");
    assert_int_equal(pk_mqtt_room(member->mqtt), PK_MQTT_IN_FLIGHT_MAX);
    struct peer *peer = peer_new(&broker, NULL);
    peer_publish(peer, "in/a", pk_buf_text(&payload) + 2000, NULL); /* 1,000: the broker keeps it from us */
    peer_publish(peer, "in/a", "small", NULL);
    turn_until(member->loop, member->messages == 1);
    assert_string_equal(pk_buf_text(&member->seen), "small ");
    peer_free(peer);
    pk_buf_finish(&payload);
}

static void test_a_broker_that_takes_nothing_retained(void **state)
{
    struct member *member = *state;
    struct pk_error err = { 0 };
    struct pk_mqtt_publish publish = { .topic = "out/a", .payload = PK_SLICE_INIT("x"), .retain = true };
    broker_start(&broker, "allow_anonymous true\nretain_available false\n");
    member_open(member);
    turn_until(member->loop, member->connects == 1);
    assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, &err), PK_E_UNSUPPORTED);
}

/* ---- encrypted ---- */

#define TLS_SETTINGS                                                                 \
    "allow_anonymous true\ncafile ca.crt\ncertfile server.crt\nkeyfile server.key\n" \
    "require_certificate true\ntls_version tlsv1.2\n"

static bool open_encrypted(struct member *member)
{
    if (!broker_can_make_certificates())
        return false;
    broker_make_certificates(&broker);
    broker_start(&broker, TLS_SETTINGS);
    member->config.ca_file = test_path(broker.folder, "ca.crt");
    member->config.cert_file = test_path(broker.folder, "client.crt");
    member->config.key_file = test_path(broker.folder, "client.key");
    return true;
}

static void must_skip(void)
{
    (void) fprintf(stderr, "SKIPPED: there is no openssl program here, so TLS to a broker was not tested\n");
    skip();
}

static void test_with_certificates(void **state)
{
    struct member *member = *state;
    static const unsigned burst = 400;
    char payload[16];
    if (!open_encrypted(member))
        must_skip();
    member_open(member);
    turn_until(member->loop, member->connects == 1);
    /* Many at once, both ways, and more than the library's inner pipe holds: what TLS has read and the descriptor does
     * not show is not forgotten. */
    struct pk_mqtt_publish publish = { .topic = "in/loop", .payload = PK_SLICE_INIT("x") };
    for (unsigned round = 1; round <= 2; round++) {
        for (unsigned i = 0; i < burst; i++) {
            (void) snprintf(payload, sizeof payload, "%u", i);
            publish.payload = pk_slice_of(payload);
            assert_int_equal(pk_mqtt_publish(member->mqtt, &publish, NULL), 0);
        }
        turn_until(member->loop, member->published == round * burst && member->messages == round * burst);
    }
    member->fail = true;
    member_publish(member, "in/loop", "last", 1);
    turn_until(member->loop, member->disconnects == 1);
    member->fail = false;
    turn_until(member->loop, member->messages == 2 * burst + 2);
}

static void test_an_authority_we_do_not_trust(void **state)
{
    struct member *member = *state;
    if (!open_encrypted(member))
        must_skip();
    member->config.ca_file = test_path(broker.folder, "other-ca.crt");
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    assert_non_null(strstr(member->reason, "A TLS error occurred.")); /* on the thread, or when the answer came */
    assert_int_equal(member->connects, 0);
    member_close(member);
    member->config.ca_file = test_path(broker.folder, "ca.crt");
    member->config.cert_file = member->config.key_file = NULL;
    member_open(member);
    turn_until(member->loop, member->disconnects == 2); /* the broker wants ours */
    assert_int_equal(member->connects, 0);
}

static void test_a_peer_that_hangs_up_in_the_middle_of_tls(void **state)
{
    struct member *member = *state;
    struct script *script = script_new(member->loop);
    if (!open_encrypted(member))
        must_skip();
    member->config.port = script->port;
    for (unsigned i = 0; i < 2; i++) {
        script->rude_to_tls = i == 1;
        member_open(member);
        uint64_t turns = pk_loop_turns(member->loop);
        turn_until(member->loop, member->disconnects == i + 1);
        assert_true(pk_loop_turns(member->loop) - turns < 500); /* seen at once, not after much spinning */
        member_close(member);
    }
    script_free(script);
}

/* ---- never there ---- */

static void test_an_unknown_name(void **state)
{
    struct member *member = *state;
    member->config.host = "nobody.test";
    member_open(member);
    turn_until(member->loop, member->disconnects == 1);
    assert_string_equal(member->reason, "could not connect to the broker: its name is not known");
}

static void test_a_name_nobody_answers_for(void **state)
{
    struct member *member = *state;
    member->config.host = "blackhole.test";
    (void) pk_loop_worst_turn_us(member->loop);
    member_open(member);
    turn_until(member->loop, waits());
    int64_t began_us = test_now_us();
    member_close(member); /* waits for nobody */
    assert_true(test_now_us() - began_us < 1000000);
    assert_true(pk_loop_worst_turn_us(member->loop) < 1000000);
    assert_true(waits());
    answer_the_name();
    turn_until(member->loop, !waits());
    assert_int_equal(member->disconnects, 0);
}

static void test_freed_at_once(void **state)
{
    struct member *member = *state;
    broker_start(&broker, "");
    for (int i = 0; i < 20; i++) {
        member_open(member);
        for (int turn = 0; turn < i % 5; turn++)
            test_turn(member->loop, 1);
        member_close(member);
    }
    for (int turn = 0; turn < 20; turn++)
        test_turn(member->loop, 1);
    assert_int_equal(member->disconnects, 0);
}

static void test_configurations_that_are_none(void **state)
{
    struct member *member = *state;
    struct pk_error err = { 0 };
    struct pk_mqtt_config good = member->config;
    member->config.ca_file = "/nonexistent/ca.crt";
    assert_int_equal(pk_mqtt_new(member->loop, &member->config, &member->mqtt, &err), PK_E_CONFIG);
    member->config = good;
    member->config.will_topic = "out/#";
    assert_int_equal(pk_mqtt_new(member->loop, &member->config, &member->mqtt, &err), PK_E_CONFIG);
    member->config = good;
    member->config.client_id = "";
    assert_int_equal(pk_mqtt_new(member->loop, &member->config, &member->mqtt, &err), PK_E_CONFIG);
    assert_null(member->mqtt);
    pk_mqtt_free(NULL);
}

#define with_member(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_member(test_a_broker_that_comes_and_goes),
        with_member(test_a_failing_attempt_is_told_once),
        with_member(test_paused_stays_away),
        with_member(test_user_and_password),
        with_member(test_a_subscription_that_is_none),
        with_member(test_less_than_qos_1_is_refused),
        with_member(test_packets_over_the_limit),
        with_member(test_a_broker_that_takes_nothing_retained),
        with_member(test_with_certificates),
        with_member(test_an_authority_we_do_not_trust),
        with_member(test_a_peer_that_hangs_up_in_the_middle_of_tls),
        with_member(test_an_unknown_name),
        with_member(test_a_name_nobody_answers_for),
        with_member(test_freed_at_once),
        with_member(test_configurations_that_are_none),
    };
    if (!broker_is_installed()) {
        (void) fprintf(stderr, "SKIPPED: there is no mosquitto here, so no link to a broker was tested\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The broker's connection lent to accounts that publish, over an MQTT client that is a few lines here: whose answer is whose,
 * what a lost link leaves, and a stop that waits for the answers. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/io/mqtt.h"
#include "gateway/service/bus.h"
#include "gateway/service/publishing.h"

/* ---- the client: linked instead of gateway/io/mqtt.c ---- */

struct pk_mqtt {
    struct pk_mqtt_config config;
    bool connected, paused;
    unsigned room;
    uint64_t tokens[8]; /* of what accounts published */
    size_t count;
    char topic[64];
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
    mqtt->connected = false;
}

bool pk_mqtt_connected(const struct pk_mqtt *mqtt)
{
    return mqtt->connected;
}

int pk_mqtt_publish(struct pk_mqtt *mqtt, const struct pk_mqtt_publish *publish, struct pk_error *err)
{
    if (!mqtt->connected)
        return pk_fail(err, PK_E_BUSY, "not connected");
    if (strncmp(publish->topic, "pokana/", 7) == 0)
        return 0;
    assert_true(mqtt->count < PK_COUNT(mqtt->tokens));
    mqtt->tokens[mqtt->count++] = publish->token;
    (void) snprintf(mqtt->topic, sizeof mqtt->topic, "%s", publish->topic);
    return 0;
}

unsigned pk_mqtt_room(const struct pk_mqtt *mqtt)
{
    return mqtt->connected ? mqtt->room : 0;
}

void pk_mqtt_release(struct pk_mqtt *mqtt, bool committed)
{
    (void) mqtt;
    (void) committed;
}

void pk_mqtt_pause(struct pk_mqtt *mqtt, bool paused)
{
    mqtt->paused = paused;
}

void pk_mqtt_close(struct pk_mqtt *mqtt)
{
    mqtt->connected = false;
}

static void goes_up(struct house *house)
{
    bus.connected = true;
    bus.config.connected(bus.config.ctx);
    house_turn(house);
}

static void goes_down(struct house *house)
{
    bus.connected = false;
    bus.config.disconnected(bus.config.ctx, "the link was closed");
    house_settle(house);
}

static void puback(struct house *house, size_t which, unsigned reason)
{
    bus.config.published(bus.config.ctx, bus.tokens[which], reason);
    house_settle(house);
}

/* ---- the adapter ---- */

static const struct pk_host *lent;

static int screen_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) values;
    (void) count;
    (void) err;
    lent = host;
    *ret_self = pk_alloc(1);
    return 0;
}

static void screen_close(void *self)
{
    free(self);
}

static int screen_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    if (round->answer) {
        round->result.outcome = round->answer->state == PK_ANSWER_COMPLETE   ? PK_OUTCOME_ACCEPTED
                                : round->answer->state == PK_ANSWER_NOT_SENT ? PK_OUTCOME_RETRY
                                                                             : PK_OUTCOME_UNCERTAIN;
        return PK_STEP_DONE;
    }
    round->submits = 1;
    (void) lent->write(lent->url(round->request), "screens/hall", 12);
    (void) lent->write(lent->body(round->request), job->text.data, job->text.len);
    return PK_STEP_SEND;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_PUBLISH, .step = screen_step };

static int with_screen(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    static const char *const only[] = { "first" };
    static const struct pk_route_rule route = { .name = "main", .channel = "sms", .accounts = { only, 1 } };
    struct pk_adapter *adapter = &house->adapters[0];
    adapter->session = NULL;
    adapter->exchange = &exchange;
    adapter->open = screen_open;
    adapter->close = screen_close;
    house->rules.account_count = 1;
    house->rules.routes = &route;
    house->rules.bus.host = "127.0.0.1";
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    return r;
}
#define on_screen(name) cmocka_unit_test_setup_teardown(name, with_screen, house_tear)

static void publish_one(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turn(house);
}

static void it_waits_for_the_link(void **state)
{
    struct house *house = *state;
    publish_one(house);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_QUEUED);
    assert_int_equal(house_message(house, "1").attempts, 0);
    goes_up(house);
    house_turn(house);
    assert_int_equal(bus.count, 1);
    assert_string_equal(bus.topic, "screens/hall");
    puback(house, 0, 16);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
}

static void what_the_link_took_is_unknown(void **state)
{
    struct house *house = *state;
    goes_up(house);
    publish_one(house);
    assert_int_equal(bus.count, 1);
    goes_down(house);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_UNCERTAIN);
    goes_up(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(bus.count, 1); /* not by itself */
}

static void it_is_repeated_where_that_is_no_double(void **state)
{
    struct house *house = *state;
    house->adapters[0].capabilities |= PK_CAN_IDEMPOTENT;
    house_reopen(house);
    goes_up(house);
    publish_one(house);
    goes_down(house);
    goes_up(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(bus.count, 2);
    puback(house, 1, 0);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
}

/* The gateway's own answers go over the same link; an unknown token is nobody's. */
static void answers_find_their_own(void **state)
{
    struct house *house = *state;
    goes_up(house);
    publish_one(house);
    bus.config.published(bus.config.ctx, bus.tokens[0] + 1, 0);
    assert_int_equal(pk_publishing_waiting(house->service->publishing), 1);
    puback(house, 0, 0);
    assert_int_equal(pk_publishing_waiting(house->service->publishing), 0);
    puback(house, 0, 0); /* twice */
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
}

/* A paused link hears no answers: it is paused when they are there. */
static void a_stop_waits_for_the_answers(void **state)
{
    struct house *house = *state;
    goes_up(house);
    publish_one(house);
    pk_service_drain(house->service);
    house_turns(house, 2);
    assert_false(bus.paused);
    assert_false(pk_service_idle(house->service));
    puback(house, 0, 0);
    assert_true(bus.paused);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
}

static void an_end_under_way(void **state)
{
    struct house *house = *state;
    goes_up(house);
    publish_one(house);
    house_reopen(house);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house_count(house, "SELECT state FROM attempt"), PK_ATTEMPT_NO_ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_screen(it_waits_for_the_link),
        on_screen(what_the_link_took_is_unknown),
        on_screen(it_is_repeated_where_that_is_no_double),
        on_screen(answers_find_their_own),
        on_screen(a_stop_waits_for_the_answers),
        on_screen(an_end_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/bus.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/service/intake.h"
#include "gateway/service/outbound.h"

#define ATTRIBUTES_MAX 64u
#define RECEIVE_MAXIMUM 256u /* also what one turn takes in: the broker's back-pressure */
#define SESSION_EXPIRY_S (7 * 24 * 3600u)
#define WILL_DELAY_S 30u
#define STATE_PAYLOAD_MAX 512

struct pk_bus {
    struct pk_service *service;
    struct pk_mqtt *mqtt;
    char state_topic[128];
    char state[16];
    char why[256];
    int64_t late; /* items of the inbox that wait too long for a person */
    bool state_told; /* on this connection */
    bool refused; /* an event of this turn could not be stored: it must come again */
    char trouble[256];
};

static void compose_state(struct pk_buf *out, const char *state, const char *why, int64_t late)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    pk_json_add_text(&json, "state", state);
    if (why[0])
        pk_json_add_text(&json, "why", why);
    if (late > 0)
        pk_json_add_int(&json, "inboxLate", late);
    pk_json_add_time(&json, "since", pk_clock_wall_ms());
    pk_json_close(&json, '}');
}

static void tell_state(struct pk_bus *bus)
{
    if (bus->state_told || !bus->state[0] || !pk_mqtt_connected(bus->mqtt))
        return;
    struct pk_buf payload;
    pk_buf_init(&payload, STATE_PAYLOAD_MAX);
    compose_state(&payload, bus->state, bus->why, bus->late);
    struct pk_mqtt_publish publish = {
        .topic = bus->state_topic,
        .payload = pk_buf_slice(&payload),
        .retain = true,
        .content_type = "application/json",
    };
    bus->state_told = pk_mqtt_publish(bus->mqtt, &publish, NULL) == 0;
    pk_buf_finish(&payload);
}

void pk_bus_state(struct pk_bus *bus, const char *state, const char *why)
{
    if (strcmp(bus->state, state) == 0 && strcmp(bus->why, why) == 0)
        return;
    (void) snprintf(bus->state, sizeof bus->state, "%s", state);
    (void) snprintf(bus->why, sizeof bus->why, "%s", why);
    bus->state_told = false;
    pk_loop_again(bus->service->loop);
}

void pk_bus_inbox(struct pk_bus *bus, int64_t late)
{
    if (bus->late == late)
        return;
    bus->late = late;
    bus->state_told = false;
    pk_loop_again(bus->service->loop);
}

/* ---- what the broker tells us ---- */

static void on_message(void *ctx, const struct pk_mqtt_message *message)
{
    struct pk_bus *bus = ctx;
    const size_t front = strlen(PK_TOPIC_TRIGGER);
    if (!pk_slice_starts(message->topic, PK_TOPIC_TRIGGER))
        return;
    struct pk_attribute attributes[ATTRIBUTES_MAX];
    size_t count = message->user_count < ATTRIBUTES_MAX ? message->user_count : ATTRIBUTES_MAX;
    for (size_t i = 0; i < count; i++)
        attributes[i] = (struct pk_attribute){ message->user[i].name, message->user[i].value };
    struct pk_intake_event event = {
        .publisher = pk_slice_make(message->topic.data + front, message->topic.len - front),
        .content_type = message->content_type,
        .payload = message->payload,
        .attributes = attributes,
        .attribute_count = count,
        .response_topic = message->response_topic,
        .correlation = message->correlation,
        .retained = message->retained,
    };
    struct pk_error err = { 0 };
    if (pk_intake_take(bus->service->intake, &event, &err) != 0) {
        pk_log(PK_LOG_ERROR, "bus", "event.not_stored", "reason", err.message, NULL);
        bus->refused = true;
    }
}

static void on_published(void *ctx, uint64_t token, unsigned reason)
{
    struct pk_bus *bus = ctx;
    if (token != 0)
        pk_outbound_published(bus->service->outbound, token, reason);
}

static void on_connected(void *ctx)
{
    struct pk_bus *bus = ctx;
    bus->trouble[0] = '\0';
    bus->state_told = false;
    pk_log(PK_LOG_INFO, "bus", "connected", "broker", bus->service->rules->bus.host, NULL);
    pk_outbound_restart(bus->service->outbound);
    pk_loop_again(bus->service->loop);
}

static void on_disconnected(void *ctx, const char *reason)
{
    struct pk_bus *bus = ctx;
    if (strcmp(bus->trouble, reason) != 0)
        pk_log(PK_LOG_WARN, "bus", "disconnected", "reason", reason, NULL);
    (void) snprintf(bus->trouble, sizeof bus->trouble, "%s", reason);
}

/* ---- life ---- */

int pk_bus_new(struct pk_service *service, struct pk_bus **ret_bus, struct pk_error *err)
{
    const struct pk_bus_rule *rule = &service->rules->bus;
    static const char *const subscriptions[] = { PK_TOPIC_TRIGGER "+" };
    struct pk_bus *bus = pk_alloc(sizeof *bus);
    bus->service = service;
    (void) snprintf(bus->state_topic, sizeof bus->state_topic, PK_TOPIC_STATE "%s", service->rules->instance);
    (void) snprintf(bus->trouble, sizeof bus->trouble, "not connected yet");
    struct pk_buf will;
    pk_buf_init(&will, STATE_PAYLOAD_MAX);
    compose_state(&will, "offline", "the connection was lost", 0);
    struct pk_mqtt_config config = {
        .host = rule->host,
        .port = rule->port,
        .protocol = rule->protocol,
        .client_id = rule->client_id,
        .username = rule->username,
        .password = rule->password,
        .ca_file = rule->ca_file,
        .cert_file = rule->cert_file,
        .key_file = rule->key_file,
        .keepalive_s = rule->keepalive_s,
        .session_expiry_s = SESSION_EXPIRY_S,
        .receive_maximum = RECEIVE_MAXIMUM,
        .max_packet_bytes = 2 * PK_CLOUDEVENT_BYTES_MAX,
        .packets_per_turn = RECEIVE_MAXIMUM,
        .subscriptions = subscriptions,
        .subscription_count = 1,
        .will_topic = bus->state_topic,
        .will_payload = pk_buf_slice(&will),
        .will_delay_s = WILL_DELAY_S,
        .ctx = bus,
        .message = on_message,
        .published = on_published,
        .connected = on_connected,
        .disconnected = on_disconnected,
    };
    int r = pk_mqtt_new(service->loop, &config, &bus->mqtt, err);
    pk_buf_finish(&will);
    if (r != 0) {
        free(bus);
        return r;
    }
    *ret_bus = bus;
    return 0;
}

void pk_bus_free(struct pk_bus *bus)
{
    if (!bus)
        return;
    pk_mqtt_free(bus->mqtt);
    free(bus);
}

bool pk_bus_connected(const struct pk_bus *bus)
{
    return pk_mqtt_connected(bus->mqtt);
}

const char *pk_bus_trouble(const struct pk_bus *bus)
{
    return pk_mqtt_connected(bus->mqtt) ? "" : bus->trouble;
}

struct pk_mqtt *pk_bus_mqtt(struct pk_bus *bus)
{
    return bus->mqtt;
}

void pk_bus_release(struct pk_bus *bus, bool committed)
{
    pk_mqtt_release(bus->mqtt, committed && !bus->refused);
    bus->refused = false;
    tell_state(bus);
}

void pk_bus_drain(struct pk_bus *bus)
{
    pk_mqtt_pause(bus->mqtt, true);
    pk_bus_state(bus, "offline", "stopped in order");
}

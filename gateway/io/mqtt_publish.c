/* SPDX-License-Identifier: EUPL-1.2 */
/* Publishing: what may be in flight, what a message carries, and what the library says about it. */
#include "gateway/io/mqtt_internal.h"

#include <mqtt_protocol.h>

bool pk_mqtt_connected(const struct pk_mqtt *mqtt)
{
    return mqtt->ready && !mqtt->lost && !mqtt->closing;
}

unsigned pk_mqtt_room(const struct pk_mqtt *mqtt)
{
    return pk_mqtt_connected(mqtt) ? (unsigned) (PK_MQTT_IN_FLIGHT_MAX - mqtt->in_flight_count) : 0;
}

static void add_user(mosquitto_property **properties, const struct pk_mqtt_property *user)
{
    char *name = pk_slice_dup(user->name), *value = pk_slice_dup(user->value);
    (void) mosquitto_property_add_string_pair(properties, MQTT_PROP_USER_PROPERTY, name ? name : "", value ? value : "");
    free(name);
    free(value);
}

static mosquitto_property *properties_of(const struct pk_mqtt_publish *publish)
{
    mosquitto_property *properties = NULL;
    (void) mosquitto_property_add_byte(&properties, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
    if (publish->content_type)
        (void) mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE, publish->content_type);
    if (publish->correlation.len > 0)
        (void) mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, publish->correlation.data,
                                             (uint16_t) publish->correlation.len);
    if (publish->response_topic)
        (void) mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC, publish->response_topic);
    if (publish->expiry_s > 0)
        (void) mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, publish->expiry_s);
    for (size_t i = 0; i < publish->user_count; i++)
        add_user(&properties, &publish->user[i]);
    return properties;
}

static int publish_error(int rc, size_t len, struct pk_error *err)
{
    switch (rc) {
    case MOSQ_ERR_OVERSIZE_PACKET:
    case MOSQ_ERR_PAYLOAD_SIZE:
        return pk_fail(err, PK_E_LIMIT, "the broker takes no message of %zu bytes", len);
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
        return pk_fail(err, PK_E_INVALID, "the topic cannot be published to");
    case MOSQ_ERR_QOS_NOT_SUPPORTED:
        return pk_fail(err, PK_E_UNSUPPORTED, "the broker takes no message of QoS 1");
    default:
        return pk_fail(err, PK_E_BUSY, "could not publish: %s", mosquitto_strerror(rc));
    }
}

int pk_mqtt_publish(struct pk_mqtt *mqtt, const struct pk_mqtt_publish *publish, struct pk_error *err)
{
    int mid = 0;
    if (!pk_mqtt_connected(mqtt))
        return pk_fail(err, PK_E_BUSY, "the broker cannot be reached now");
    if (pk_mqtt_room(mqtt) == 0)
        return pk_fail(err, PK_E_BUSY, "%u messages wait for the broker already", PK_MQTT_IN_FLIGHT_MAX);
    if (publish->retain && !mqtt->retains) /* the library would drop the flag in silence */
        return pk_fail(err, PK_E_UNSUPPORTED, "the broker takes no retained messages");
    if (publish->payload.len > INT32_MAX || publish->correlation.len > UINT16_MAX)
        return pk_fail(err, PK_E_LIMIT, "a message of %zu bytes is too large", publish->payload.len);
    mosquitto_property *properties = mqtt->config.protocol == 5 ? properties_of(publish) : NULL;
    int rc = mosquitto_publish_v5(mqtt->handle, &mid, publish->topic, (int) publish->payload.len, publish->payload.data, 1,
                                  publish->retain, properties);
    mosquitto_property_free_all(&properties);
    if (rc != MOSQ_ERR_SUCCESS)
        return publish_error(rc, publish->payload.len, err);
    mqtt->in_flight[mqtt->in_flight_count++] = (struct in_flight){ mid, publish->token };
    pk_loop_again(mqtt->loop); /* it leaves at the next release, which may be this turn's or not */
    return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the library calls from inside its own calls, on the loop's thread. A loss is noted and dealt with later
 * (mqtt.c); messages and answers go to their owner at once.
 */
#include "gateway/io/mqtt_internal.h"

#include <mqtt_protocol.h>
#include <stdio.h>

void pk_mqtt_lose(struct pk_mqtt *mqtt, const char *reason)
{
    if (!mqtt->lost)
        (void) snprintf(mqtt->reason, sizeof mqtt->reason, "%s", reason);
    mqtt->lost = true;
}

static void become_ready(struct pk_mqtt *mqtt)
{
    mqtt->ready = true;
    mqtt->failures = 0;
    mqtt->told[0] = '\0';
    pk_timer_stop(mqtt->patience);
    if (mqtt->config.connected)
        mqtt->config.connected(mqtt->config.ctx);
}

void pk_mqtt_on_connect(struct mosquitto *handle, void *ctx, int rc, int flags, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    uint8_t retains = 1;
    (void) flags;
    mqtt->heard++;
    (void) mosquitto_property_read_byte(properties, MQTT_PROP_RETAIN_AVAILABLE, &retains, false);
    mqtt->retains = retains != 0;
    if (rc != 0) {
        pk_mqtt_lose(mqtt, mqtt->config.protocol == 5 ? mosquitto_reason_string(rc) : mosquitto_connack_string(rc));
        return;
    }
    if (mqtt->config.subscription_count == 0) {
        become_ready(mqtt);
        return;
    }
    /* Without being asked a broker tells of a retained message only to who subscribes later (with 3.1.1 always). */
    int options = mqtt->config.protocol == 5 ? MQTT_SUB_OPT_RETAIN_AS_PUBLISHED : 0;
    rc = mosquitto_subscribe_multiple(handle, &mqtt->subscribed_mid, (int) mqtt->config.subscription_count,
                                      (char *const *) mqtt->subscriptions, 1, options, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        pk_mqtt_lose(mqtt, "the topics cannot be subscribed to");
}

void pk_mqtt_on_subscribe(struct mosquitto *handle, void *ctx, int mid, int count, const int *granted,
                          const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
    mqtt->heard++;
    if (mid != mqtt->subscribed_mid || mqtt->ready)
        return;
    for (int i = 0; i < count; i++) {
        if (granted[i] != 1) { /* less than asked would lose messages in silence */
            pk_mqtt_lose(mqtt, granted[i] == 0 ? "the broker grants no QoS 1" : "the broker refused the subscription");
            return;
        }
    }
    become_ready(mqtt);
}

void pk_mqtt_on_disconnect(struct mosquitto *handle, void *ctx, int rc, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
    mqtt->heard++;
    pk_mqtt_lose(mqtt, rc >= 128 ? mosquitto_reason_string(rc) : rc > 0 ? mosquitto_strerror(rc) : "the link was closed");
}

static void take_message(void *ctx, const struct pk_mqtt_message *message)
{
    struct pk_mqtt *mqtt = ctx;
    mqtt->config.message(mqtt->config.ctx, message);
}

void pk_mqtt_on_message(struct mosquitto *handle, void *ctx, const struct mosquitto_message *in,
                        const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    mqtt->heard++;
    if (in->qos > 0)
        mqtt->unsettled++;
    pk_mqtt_message_open(in, properties, mqtt->config.protocol, take_message, mqtt);
}

void pk_mqtt_on_publish(struct mosquitto *handle, void *ctx, int mid, int reason, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
    mqtt->heard++;
    for (size_t i = 0; i < mqtt->in_flight_count; i++) {
        if (mqtt->in_flight[i].mid != mid)
            continue;
        uint64_t token = mqtt->in_flight[i].token;
        mqtt->in_flight[i] = mqtt->in_flight[--mqtt->in_flight_count];
        if (mqtt->config.published)
            mqtt->config.published(mqtt->config.ctx, token, (unsigned) reason);
        return;
    }
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * MQTT 5 (or 3.1.1) over libmosquitto on the loop. Messages received are acknowledged in the release phase only:
 * after a commit pk_mqtt_release(true) lets the PUBACKs out; after a failed one pk_mqtt_release(false) cuts the link,
 * so that the broker sends them again. It is called in every turn: nothing else writes. Subscribes on every connect.
 * Connecting (names, TCP, TLS) runs on a short helper thread and is given up after 20 s. Own back-off: exponential with
 * jitter, 1 s to 60 s, over refused connections and failed commits alike.
 *
 * Callbacks come in the descriptor and timer phases. They may publish; they may not close, release or free.
 */
#ifndef PK_IO_MQTT_H
#define PK_IO_MQTT_H

#include "gateway/include/pokana/slice.h"
#include "gateway/io/loop.h"

#define PK_MQTT_USER_MAX 64u /* user properties of a message that are handed over */
#define PK_MQTT_IN_FLIGHT_MAX 512u /* publishes that the broker has not answered */

struct pk_mqtt;

struct pk_mqtt_property {
    struct pk_slice name, value;
};

struct pk_mqtt_message {
    struct pk_slice topic;
    struct pk_slice payload;
    bool retained; /* published so; with 3.1.1 known only of what lay there before we subscribed */
    unsigned qos;
    unsigned protocol; /* 4 = 3.1.1, 5 */
    /* MQTT 5; absent otherwise */
    struct pk_slice content_type;
    struct pk_slice response_topic;
    struct pk_slice correlation;
    const struct pk_mqtt_property *user;
    size_t user_count;
    bool user_cut; /* there were more than PK_MQTT_USER_MAX */
};

struct pk_mqtt_publish {
    const char *topic;
    struct pk_slice payload;
    bool retain;
    const char *content_type; /* MQTT 5, NULL = none */
    const char *response_topic; /* MQTT 5, NULL = none */
    struct pk_slice correlation; /* MQTT 5, empty = none */
    uint32_t expiry_s; /* MQTT 5, 0 = none */
    const struct pk_mqtt_property *user; /* MQTT 5: user properties, UTF-8 without NUL */
    size_t user_count;
    uint64_t token; /* comes back in published() */
};

struct pk_mqtt_config {
    const char *host;
    unsigned port;
    unsigned protocol; /* 4 or 5 */
    const char *client_id;
    const char *username, *password; /* NULL = none */
    const char *ca_file, *cert_file, *key_file; /* TLS when ca_file is set */
    unsigned keepalive_s;
    uint32_t session_expiry_s;
    unsigned receive_maximum;
    size_t max_packet_bytes; /* MQTT 5 tells the broker; with 3.1.1 only its own limit holds */
    unsigned packets_per_turn;
    const char *const *subscriptions; /* QoS 1; a broker that grants less is none */
    size_t subscription_count;
    const char *will_topic; /* retained, QoS 1; NULL = none */
    struct pk_slice will_payload;
    uint32_t will_delay_s;
    void *ctx;
    void (*message)(void *ctx, const struct pk_mqtt_message *message);
    /* The broker took it (reason < 128) or refused it; `token` as given. Not called for what a lost link took
     * with it: publish again after connected(). */
    void (*published)(void *ctx, uint64_t token, unsigned reason);
    void (*connected)(void *ctx); /* subscriptions are granted */
    /* The link was lost; or an attempt failed, told once for each reason in a row. */
    void (*disconnected)(void *ctx, const char *reason);
};

/* Connects by itself from here on. Strings are copied. PK_E_CONFIG for TLS files, a will or an id that cannot be used. */
int pk_mqtt_new(struct pk_loop *loop, const struct pk_mqtt_config *config, struct pk_mqtt **ret_mqtt, struct pk_error *err);
/* Closes first; disconnected() is not called. Waits for nothing. */
void pk_mqtt_free(struct pk_mqtt *mqtt);
PK_AUTO_DEFINE(pk_mqtt, struct pk_mqtt *, pk_mqtt_free)

bool pk_mqtt_connected(const struct pk_mqtt *mqtt);
/* Release phase, QoS 1. PK_E_BUSY when not connected or too much is in flight, PK_E_LIMIT when over the broker's
 * packet size, PK_E_INVALID for a topic that is none, PK_E_UNSUPPORTED when the broker takes no retained message. */
int pk_mqtt_publish(struct pk_mqtt *mqtt, const struct pk_mqtt_publish *publish, struct pk_error *err);
unsigned pk_mqtt_room(const struct pk_mqtt *mqtt); /* publishes that may be in flight beside those that are */
void pk_mqtt_release(struct pk_mqtt *mqtt, bool committed);
/* Unsubscribes nothing (the session is durable) but takes no more messages: back-pressure and drain. Publishing goes on
 * while the link stands, its answers wait; a link that is lost comes back when the pause ends. */
void pk_mqtt_pause(struct pk_mqtt *mqtt, bool paused);
/* Publishes what is queued, sends DISCONNECT, so that the will is not sent; for good. With messages taken in and not yet
 * released it cuts the link instead: they come again, and the will is sent. After the turn's release, then. */
void pk_mqtt_close(struct pk_mqtt *mqtt);

#endif

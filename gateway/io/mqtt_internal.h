/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the client's own files share: mqtt.c (the link's coming and going, releasing), mqtt_events.c (the library's
 * callbacks), mqtt_publish.c, mqtt_link.c (one connection: a handle of the library and the thread that connects it),
 * mqtt_message.c (a message taken apart).
 */
#ifndef PK_IO_MQTT_INTERNAL_H
#define PK_IO_MQTT_INTERNAL_H

#include "gateway/io/mqtt.h"

#include <mosquitto.h>

#define REASON_MAX 256

/* One connection, with a handle of its own: what the library would keep over a reconnect (its queue of our publishes,
 * which the owner publishes again) is not wanted, and a connect that hangs is left to its thread. */
struct mqtt_link;

struct in_flight {
    int mid;
    uint64_t token;
};

struct pk_mqtt {
    struct pk_loop *loop;
    struct pk_mqtt_config config;
    char *texts[8]; /* copies of the configuration's strings */
    size_t text_count;
    char **subscriptions;
    char *will_payload;
    struct mqtt_link *link; /* NULL while waiting for the next attempt */
    struct mosquitto *handle; /* the link's, once its thread is done */
    struct pk_source *source;
    struct pk_timer *misc, *backoff, *patience;
    bool ready; /* subscriptions are granted */
    bool paused, closing, lost;
    bool retains; /* the broker does */
    int subscribed_mid;
    unsigned heard; /* callbacks of the library's in this round of reading */
    unsigned unsettled; /* messages taken in since the last commit */
    unsigned failures, refusals; /* in a row: attempts to connect, commits */
    char reason[REASON_MAX], told[REASON_MAX];
    struct in_flight in_flight[PK_MQTT_IN_FLIGHT_MAX];
    size_t in_flight_count;
};

/* The handle with everything set but the connection; PK_E_CONFIG. Its callbacks get `mqtt`, on the loop's thread. */
int pk_mqtt_link_new(struct pk_loop *loop, struct pk_mqtt *mqtt, const struct pk_mqtt_config *config, struct mqtt_link **ret_link,
                     struct pk_error *err);
/* Starts the thread. Ends with pk_mqtt_link_is_up() on the loop, in a later turn. */
int pk_mqtt_link_connect(struct mqtt_link *link, struct pk_error *err);
/* Closes the socket and forgets what was queued; NULL is fine. Never inside a callback of the library's. */
void pk_mqtt_link_drop(struct mqtt_link *link);
struct mosquitto *pk_mqtt_link_handle(const struct mqtt_link *link);

/* mqtt.c: the thread is done; `why` is NULL, or what went wrong. */
void pk_mqtt_link_is_up(struct pk_mqtt *mqtt, const char *why);

/* mqtt_events.c: notes the first reason of a loss. */
void pk_mqtt_lose(struct pk_mqtt *mqtt, const char *reason);
void pk_mqtt_on_connect(struct mosquitto *handle, void *ctx, int rc, int flags, const mosquitto_property *properties);
void pk_mqtt_on_subscribe(struct mosquitto *handle, void *ctx, int mid, int count, const int *granted, const mosquitto_property *properties);
void pk_mqtt_on_disconnect(struct mosquitto *handle, void *ctx, int rc, const mosquitto_property *properties);
void pk_mqtt_on_message(struct mosquitto *handle, void *ctx, const struct mosquitto_message *in, const mosquitto_property *properties);
void pk_mqtt_on_publish(struct mosquitto *handle, void *ctx, int mid, int reason, const mosquitto_property *properties);

/* mqtt_message.c: calls take() with the message; what it points to lives for that call. */
void pk_mqtt_message_open(const struct mosquitto_message *in, const mosquitto_property *properties, unsigned protocol,
                          void (*take)(void *ctx, const struct pk_mqtt_message *message), void *ctx);

#endif

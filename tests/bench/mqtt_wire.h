/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The few MQTT 5 packets a publisher needs, as bytes: CONNECT, SUBSCRIBE, PUBLISH with QoS 1, PUBACK, PINGREQ and
 * DISCONNECT out; CONNACK, SUBACK, PUBACK and PUBLISH in. Used by publisher.c, where a library's queues and threads
 * would be measured with the gateway.
 */
#ifndef PK_BENCH_MQTT_WIRE_H
#define PK_BENCH_MQTT_WIRE_H

#include "tests/bench/common.h"

enum mqtt_type {
    MQTT_CONNACK = 2,
    MQTT_PUBLISH = 3,
    MQTT_PUBACK = 4,
    MQTT_SUBACK = 9,
    MQTT_PINGRESP = 13,
    MQTT_DISCONNECT = 14,
};

struct mqtt_connect {
    const char *client_id;
    const char *username, *password; /* NULL = none */
    uint16_t keepalive_s;
};

struct mqtt_publish {
    const char *topic;
    const char *content_type;
    const char *response_topic; /* NULL = none */
    uint32_t expiry_s; /* 0 = none */
    uint64_t correlation; /* eight bytes, most significant first */
    uint16_t packet_id;
    const char *payload;
    size_t payload_len;
};

/* Each appends one packet. */
void mqtt_write_connect(struct bench_buf *out, const struct mqtt_connect *connect);
void mqtt_write_subscribe(struct bench_buf *out, uint16_t packet_id, const char *filter);
void mqtt_write_publish(struct bench_buf *out, const struct mqtt_publish *publish);
void mqtt_write_puback(struct bench_buf *out, uint16_t packet_id);
void mqtt_write_ping(struct bench_buf *out);
void mqtt_write_disconnect(struct bench_buf *out);

struct mqtt_packet {
    unsigned type; /* enum mqtt_type */
    uint16_t packet_id; /* SUBACK, PUBACK, PUBLISH with QoS 1 */
    unsigned reason; /* CONNACK, SUBACK, PUBACK, DISCONNECT */
    uint32_t receive_maximum; /* CONNACK: how many may be under way, 65535 where not said */
    unsigned qos; /* PUBLISH */
    bool has_correlation; /* PUBLISH: eight bytes were there */
    uint64_t correlation;
    const char *payload; /* PUBLISH; points into the bytes read */
    size_t payload_len;
};

/* The first packet in `bytes`: its length in bytes, 0 when it is not whole yet, -1 when it is malformed. */
long mqtt_read(const char *bytes, size_t len, struct mqtt_packet *ret_packet);

#endif

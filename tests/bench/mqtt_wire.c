/* SPDX-License-Identifier: EUPL-1.2 */
/* MQTT 5 packets as bytes, out and in. Section numbers are those of the OASIS standard. */
#include "tests/bench/mqtt_wire.h"

#include <string.h>

enum property {
    PROPERTY_PAYLOAD_FORMAT = 1,
    PROPERTY_EXPIRY = 2,
    PROPERTY_CONTENT_TYPE = 3,
    PROPERTY_RESPONSE_TOPIC = 8,
    PROPERTY_CORRELATION = 9,
    PROPERTY_RECEIVE_MAXIMUM = 33,
};

static void add_byte(struct bench_buf *out, unsigned value)
{
    char byte = (char) (unsigned char) value;
    bench_buf_add(out, &byte, 1);
}

static void add_uint(struct bench_buf *out, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        add_byte(out, (unsigned) (value >> (8 * bytes)) & 0xffU);
}

static void add_varint(struct bench_buf *out, size_t value)
{
    do {
        unsigned byte = value % 128;
        value /= 128;
        add_byte(out, value > 0 ? byte | 128U : byte);
    } while (value > 0);
}

static size_t varint_len(size_t value)
{
    return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : 4;
}

static void add_text(struct bench_buf *out, const char *text)
{
    size_t len = strlen(text);
    add_uint(out, len, 2);
    bench_buf_add(out, text, len);
}

void mqtt_write_connect(struct bench_buf *out, const struct mqtt_connect *connect)
{
    unsigned flags = 0x02; /* clean start */
    size_t len = 6 + 1 + 1 + 2 + 1 + 2 + strlen(connect->client_id);
    if (connect->username) {
        flags |= 0x80;
        len += 2 + strlen(connect->username);
    }
    if (connect->password) {
        flags |= 0x40;
        len += 2 + strlen(connect->password);
    }
    add_byte(out, 0x10);
    add_varint(out, len);
    add_text(out, "MQTT");
    add_byte(out, 5);
    add_byte(out, flags);
    add_uint(out, connect->keepalive_s, 2);
    add_varint(out, 0); /* no properties: the session ends with the connection */
    add_text(out, connect->client_id);
    if (connect->username)
        add_text(out, connect->username);
    if (connect->password)
        add_text(out, connect->password);
}

void mqtt_write_subscribe(struct bench_buf *out, uint16_t packet_id, const char *filter)
{
    add_byte(out, 0x82);
    add_varint(out, 2 + 1 + 2 + strlen(filter) + 1);
    add_uint(out, packet_id, 2);
    add_varint(out, 0);
    add_text(out, filter);
    add_byte(out, 1); /* QoS 1 */
}

void mqtt_write_publish(struct bench_buf *out, const struct mqtt_publish *publish)
{
    size_t topic_len = strlen(publish->topic);
    size_t properties = 2 + 3 + strlen(publish->content_type) + 3 + 8;
    if (publish->response_topic)
        properties += 3 + strlen(publish->response_topic);
    if (publish->expiry_s > 0)
        properties += 5;
    add_byte(out, 0x32); /* QoS 1 */
    add_varint(out, 2 + topic_len + 2 + varint_len(properties) + properties + publish->payload_len);
    add_text(out, publish->topic);
    add_uint(out, publish->packet_id, 2);
    add_varint(out, properties);
    add_byte(out, PROPERTY_PAYLOAD_FORMAT);
    add_byte(out, 1);
    if (publish->expiry_s > 0) {
        add_byte(out, PROPERTY_EXPIRY);
        add_uint(out, publish->expiry_s, 4);
    }
    add_byte(out, PROPERTY_CONTENT_TYPE);
    add_text(out, publish->content_type);
    if (publish->response_topic) {
        add_byte(out, PROPERTY_RESPONSE_TOPIC);
        add_text(out, publish->response_topic);
    }
    add_byte(out, PROPERTY_CORRELATION);
    add_uint(out, 8, 2);
    add_uint(out, publish->correlation, 8);
    bench_buf_add(out, publish->payload, publish->payload_len);
}

void mqtt_write_puback(struct bench_buf *out, uint16_t packet_id)
{
    add_byte(out, 0x40);
    add_byte(out, 2);
    add_uint(out, packet_id, 2);
}

void mqtt_write_ping(struct bench_buf *out)
{
    add_byte(out, 0xc0);
    add_byte(out, 0);
}

void mqtt_write_disconnect(struct bench_buf *out)
{
    add_byte(out, 0xe0);
    add_byte(out, 0);
}

/* Reads from the front of a span; `broken` stays set once something did not fit. */
struct cursor {
    const unsigned char *at, *end;
    bool broken;
};

static uint64_t take_uint(struct cursor *cursor, unsigned bytes)
{
    uint64_t value = 0;
    if ((size_t) (cursor->end - cursor->at) < bytes) {
        cursor->broken = true;
        cursor->at = cursor->end;
        return 0;
    }
    while (bytes-- > 0)
        value = value << 8 | *cursor->at++;
    return value;
}

static size_t take_varint(struct cursor *cursor)
{
    size_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        unsigned byte = (unsigned) take_uint(cursor, 1);
        value |= (size_t) (byte & 127U) << shift;
        if (byte < 128 || cursor->broken)
            return value;
    }
    cursor->broken = true;
    return 0;
}

static struct cursor take_span(struct cursor *cursor, size_t len)
{
    struct cursor span = { .at = cursor->at, .end = cursor->at };
    if ((size_t) (cursor->end - cursor->at) < len) {
        cursor->broken = span.broken = true;
        return span;
    }
    cursor->at += len;
    span.end = cursor->at;
    return span;
}

/* 2.2.2.2: every property has to be known to be stepped over. */
static void take_property(struct cursor *cursor, struct mqtt_packet *packet)
{
    size_t id = take_varint(cursor);
    switch (id) {
    case PROPERTY_RECEIVE_MAXIMUM: packet->receive_maximum = (uint32_t) take_uint(cursor, 2); return;
    case PROPERTY_CORRELATION: {
        struct cursor value = take_span(cursor, take_uint(cursor, 2));
        packet->has_correlation = !value.broken && value.end - value.at == 8;
        if (packet->has_correlation)
            packet->correlation = take_uint(&value, 8);
        return;
    }
    case 1: case 23: case 25: case 36: case 37: case 40: case 41: case 42: take_uint(cursor, 1); return;
    case 19: case 34: case 35: take_uint(cursor, 2); return;
    case 2: case 17: case 24: case 39: take_uint(cursor, 4); return;
    case 3: case 8: case 18: case 21: case 22: case 26: case 28: case 31: take_span(cursor, take_uint(cursor, 2)); return;
    case 11: take_varint(cursor); return;
    case 38:
        take_span(cursor, take_uint(cursor, 2));
        take_span(cursor, take_uint(cursor, 2));
        return;
    default: cursor->broken = true;
    }
}

static void take_properties(struct cursor *cursor, struct mqtt_packet *packet)
{
    struct cursor span = take_span(cursor, take_varint(cursor));
    while (!span.broken && span.at < span.end)
        take_property(&span, packet);
    cursor->broken = cursor->broken || span.broken;
}

static void take_publish(struct cursor *cursor, unsigned flags, struct mqtt_packet *packet)
{
    packet->qos = flags >> 1 & 3U;
    take_span(cursor, take_uint(cursor, 2));
    if (packet->qos > 0)
        packet->packet_id = (uint16_t) take_uint(cursor, 2);
    take_properties(cursor, packet);
    packet->payload = (const char *) cursor->at;
    packet->payload_len = (size_t) (cursor->end - cursor->at);
}

static void take_body(struct cursor *cursor, unsigned flags, struct mqtt_packet *packet)
{
    switch (packet->type) {
    case MQTT_CONNACK:
        take_uint(cursor, 1);
        packet->reason = (unsigned) take_uint(cursor, 1);
        take_properties(cursor, packet);
        return;
    case MQTT_PUBLISH: take_publish(cursor, flags, packet); return;
    case MQTT_PUBACK:
        packet->packet_id = (uint16_t) take_uint(cursor, 2);
        packet->reason = cursor->at < cursor->end ? (unsigned) take_uint(cursor, 1) : 0;
        return;
    case MQTT_SUBACK:
        packet->packet_id = (uint16_t) take_uint(cursor, 2);
        take_properties(cursor, packet);
        packet->reason = (unsigned) take_uint(cursor, 1);
        return;
    case MQTT_DISCONNECT: packet->reason = cursor->at < cursor->end ? (unsigned) take_uint(cursor, 1) : 0; return;
    case MQTT_PINGRESP: return;
    default: cursor->broken = true;
    }
}

long mqtt_read(const char *bytes, size_t len, struct mqtt_packet *ret_packet)
{
    struct cursor all = { .at = (const unsigned char *) bytes, .end = (const unsigned char *) bytes + len };
    struct mqtt_packet packet = { .receive_maximum = 65535 };
    unsigned first = (unsigned) take_uint(&all, 1);
    size_t rest = take_varint(&all);
    if (all.broken)
        return len < 5 ? 0 : -1;
    if ((size_t) (all.end - all.at) < rest)
        return 0;
    packet.type = first >> 4;
    struct cursor body = { .at = all.at, .end = all.at + rest };
    take_body(&body, first & 15U, &packet);
    if (body.broken)
        return -1;
    *ret_packet = packet;
    return (long) (body.end - (const unsigned char *) bytes);
}

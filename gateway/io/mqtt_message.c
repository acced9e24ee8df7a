/* SPDX-License-Identifier: EUPL-1.2 */
/* A message of the library's as one of ours. Properties are read as copies, which are freed when it has been taken. */
#include "gateway/io/mqtt_internal.h"

#include <mqtt_protocol.h>

struct opened {
    struct pk_mqtt_message message;
    struct pk_mqtt_property user[PK_MQTT_USER_MAX];
    void *copies[3 + 2 * PK_MQTT_USER_MAX];
    size_t copy_count;
};

static struct pk_slice keep(struct opened *opened, char *text)
{
    opened->copies[opened->copy_count++] = text;
    return pk_slice_of(text);
}

static void read_text(struct opened *opened, const mosquitto_property *property, int identifier, struct pk_slice *ret_text)
{
    char *text = NULL;
    if (!ret_text->data && mosquitto_property_read_string(property, identifier, &text, false))
        *ret_text = keep(opened, text);
}

static void read_correlation(struct opened *opened, const mosquitto_property *property)
{
    void *bytes = NULL;
    uint16_t len = 0;
    if (opened->message.correlation.data ||
        !mosquitto_property_read_binary(property, MQTT_PROP_CORRELATION_DATA, &bytes, &len, false))
        return;
    opened->copies[opened->copy_count++] = bytes;
    opened->message.correlation = pk_slice_make(bytes ? bytes : "", len);
}

static void read_user(struct opened *opened, const mosquitto_property *property)
{
    char *name = NULL, *value = NULL;
    if (opened->message.user_count == PK_MQTT_USER_MAX) {
        opened->message.user_cut = true;
        return;
    }
    if (!mosquitto_property_read_string_pair(property, MQTT_PROP_USER_PROPERTY, &name, &value, false))
        return;
    struct pk_mqtt_property *user = &opened->user[opened->message.user_count++];
    user->name = keep(opened, name);
    user->value = keep(opened, value);
}

void pk_mqtt_message_open(const struct mosquitto_message *in, const mosquitto_property *properties, unsigned protocol,
                          void (*take)(void *ctx, const struct pk_mqtt_message *message), void *ctx)
{
    struct opened opened = {
        .message = {
            .topic = pk_slice_of(in->topic),
            .payload = pk_slice_make(in->payloadlen > 0 ? in->payload : "", (size_t) in->payloadlen),
            .retained = in->retain,
            .qos = (unsigned) in->qos,
            .protocol = protocol,
        },
    };
    opened.message.user = opened.user;
    for (const mosquitto_property *p = properties; p; p = mosquitto_property_next(p)) {
        switch (mosquitto_property_identifier(p)) {
        case MQTT_PROP_CONTENT_TYPE:
            read_text(&opened, p, MQTT_PROP_CONTENT_TYPE, &opened.message.content_type);
            break;
        case MQTT_PROP_RESPONSE_TOPIC:
            read_text(&opened, p, MQTT_PROP_RESPONSE_TOPIC, &opened.message.response_topic);
            break;
        case MQTT_PROP_CORRELATION_DATA:
            read_correlation(&opened, p);
            break;
        case MQTT_PROP_USER_PROPERTY:
            read_user(&opened, p);
            break;
        default:
            break;
        }
    }
    take(ctx, &opened.message);
    for (size_t i = 0; i < opened.copy_count; i++)
        free(opened.copies[i]);
}

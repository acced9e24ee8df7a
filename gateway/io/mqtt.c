/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libmosquitto driven from our loop. `mosquitto_threaded_set()` makes it queue what it wants to send, also its PUBACKs:
 * they leave in mosquitto_loop_write(), which we call after the turn's commit only.
 *
 * Connecting blocks (names, TCP, TLS), so it runs on a short thread that touches nothing but the library's handle; the
 * loop leaves the handle alone meanwhile. The library closes and reopens its socket as it likes, often with the same
 * number: the registration is made anew after every connect and dropped at every loss.
 */
#include "gateway/io/mqtt.h"

#include "gateway/base/clock.h"
#include "gateway/base/random.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_CAP_MS 60000
#define MISC_MS 1000
#define CONNECT_TIMEOUT_MS 20000 /* from the TCP connection to the granted subscriptions */
#define USER_MAX 64
#define IN_FLIGHT_MAX 512u

struct in_flight {
    int mid;
    uint64_t token;
};

struct pk_mqtt {
    struct pk_loop *loop;
    struct pk_mqtt_config config;
    char *texts[10]; /* copies of the configuration's strings */
    size_t text_count;
    char **subscriptions;
    char *will_payload;
    struct mosquitto *handle;
    struct pk_source *source;
    struct pk_timer *misc, *backoff, *patience;
    pthread_t connector;
    bool connecting; /* the thread has the handle */
    bool link; /* a TCP connection stands */
    bool ready; /* subscriptions are granted */
    bool was_connected; /* the library knows the address: a reconnect is enough */
    bool paused, closing, lost;
    int subscribed_mid;
    int connect_result;
    unsigned failures;
    char reason[200];
    struct in_flight in_flight[IN_FLIGHT_MAX];
    size_t in_flight_count;
};

static void start_connecting(void *ctx);

/* ---- the library's callbacks ---- */

static void note(struct pk_mqtt *mqtt, const char *text)
{
    (void) snprintf(mqtt->reason, sizeof mqtt->reason, "%s", text);
}

static void on_connect(struct mosquitto *handle, void *ctx, int rc, int flags, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) flags;
    (void) properties;
    if (rc != 0) {
        note(mqtt, mqtt->config.protocol == 5 ? mosquitto_reason_string(rc) : mosquitto_connack_string(rc));
        mqtt->lost = true;
        return;
    }
    (void) mosquitto_subscribe_multiple(handle, &mqtt->subscribed_mid, (int) mqtt->config.subscription_count,
                                        (char *const *const) mqtt->subscriptions, 1, 0, NULL);
}

static void on_subscribe(struct mosquitto *handle, void *ctx, int mid, int count, const int *granted, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
    if (mid != mqtt->subscribed_mid)
        return;
    for (int i = 0; i < count; i++) {
        if (granted[i] >= 128) {
            note(mqtt, "the broker refused the subscription");
            mqtt->lost = true;
            return;
        }
    }
    mqtt->ready = true;
    mqtt->failures = 0;
    pk_timer_stop(mqtt->patience);
    if (mqtt->config.connected)
        mqtt->config.connected(mqtt->config.ctx);
}

static void on_disconnect(struct mosquitto *handle, void *ctx, int rc, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
    if (!mqtt->lost)
        note(mqtt, rc > 0 && rc < 128 ? mosquitto_strerror(rc) : rc >= 128 ? mosquitto_reason_string(rc) : "the link was closed");
    mqtt->lost = true;
}

struct opened {
    char *strings[3 + 2 * USER_MAX];
    size_t count;
    void *correlation;
};

static struct pk_slice keep(struct opened *opened, char *text)
{
    opened->strings[opened->count++] = text;
    return pk_slice_of(text);
}

static void on_message(struct mosquitto *handle, void *ctx, const struct mosquitto_message *in, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    struct opened opened = { 0 };
    struct pk_mqtt_property user[USER_MAX];
    (void) handle;
    struct pk_mqtt_message message = {
        .topic = pk_slice_of(in->topic),
        .payload = pk_slice_make(in->payloadlen > 0 ? in->payload : "", (size_t) in->payloadlen),
        .retained = in->retain,
        .qos = (unsigned) in->qos,
        .protocol = mqtt->config.protocol,
        .user = user,
    };
    for (const mosquitto_property *p = properties; p; p = mosquitto_property_next(p)) {
        char *text = NULL, *value = NULL;
        uint16_t len;
        switch (mosquitto_property_identifier(p)) {
        case MQTT_PROP_CONTENT_TYPE:
            if (!message.content_type.data && mosquitto_property_read_string(p, MQTT_PROP_CONTENT_TYPE, &text, false))
                message.content_type = keep(&opened, text);
            break;
        case MQTT_PROP_RESPONSE_TOPIC:
            if (!message.response_topic.data && mosquitto_property_read_string(p, MQTT_PROP_RESPONSE_TOPIC, &text, false))
                message.response_topic = keep(&opened, text);
            break;
        case MQTT_PROP_CORRELATION_DATA:
            if (!opened.correlation && mosquitto_property_read_binary(p, MQTT_PROP_CORRELATION_DATA, &opened.correlation, &len, false))
                message.correlation = pk_slice_make(opened.correlation, len);
            break;
        case MQTT_PROP_USER_PROPERTY:
            if (message.user_count < USER_MAX && mosquitto_property_read_string_pair(p, MQTT_PROP_USER_PROPERTY, &text, &value, false)) {
                user[message.user_count].name = keep(&opened, text);
                user[message.user_count++].value = keep(&opened, value);
            }
            break;
        default:
            break;
        }
    }
    mqtt->config.message(mqtt->config.ctx, &message);
    for (size_t i = 0; i < opened.count; i++)
        free(opened.strings[i]);
    free(opened.correlation);
}

static void on_publish(struct mosquitto *handle, void *ctx, int mid, int reason, const mosquitto_property *properties)
{
    struct pk_mqtt *mqtt = ctx;
    (void) handle;
    (void) properties;
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

/* ---- the link ---- */

static void drop_source(struct pk_mqtt *mqtt)
{
    pk_source_free(mqtt->source);
    mqtt->source = NULL;
}

/* The loss of the link, dealt with outside the library's callbacks. */
static void link_lost(struct pk_mqtt *mqtt)
{
    bool told = mqtt->ready || mqtt->link;
    drop_source(mqtt);
    pk_timer_stop(mqtt->misc);
    pk_timer_stop(mqtt->patience);
    mqtt->link = mqtt->ready = mqtt->lost = false;
    mqtt->in_flight_count = 0; /* whoever published publishes again after connected() */
    if (told && mqtt->config.disconnected)
        mqtt->config.disconnected(mqtt->config.ctx, mqtt->reason);
    if (mqtt->closing)
        return;
    int64_t delay_ms = BACKOFF_FIRST_MS;
    for (unsigned i = 0; i < mqtt->failures && delay_ms < BACKOFF_CAP_MS; i++)
        delay_ms *= 2;
    if (delay_ms > BACKOFF_CAP_MS)
        delay_ms = BACKOFF_CAP_MS;
    mqtt->failures++;
    pk_timer_in(mqtt->backoff, delay_ms / 2 + (int64_t) pk_random_below((uint64_t) delay_ms / 2 + 1));
}

static void check_lost(struct pk_mqtt *mqtt)
{
    if (mqtt->lost)
        link_lost(mqtt);
}

/* One call reads one packet or several, as the library likes: go on while there are bytes, within the turn's share. */
static void on_ready(void *ctx, unsigned events)
{
    struct pk_mqtt *mqtt = ctx;
    (void) events;
    if (mqtt->paused && mqtt->ready && !mqtt->closing)
        return;
    for (unsigned i = 0; i < mqtt->config.packets_per_turn && !mqtt->lost; i++) {
        struct pollfd fd = { .fd = mosquitto_socket(mqtt->handle), .events = POLLIN };
        if (fd.fd < 0 || poll(&fd, 1, 0) <= 0)
            break;
        if (mosquitto_loop_read(mqtt->handle, 1) != MOSQ_ERR_SUCCESS)
            break;
    }
    check_lost(mqtt);
}

static void on_misc(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    if (!mqtt->link)
        return;
    (void) mosquitto_loop_misc(mqtt->handle);
    check_lost(mqtt);
    if (mqtt->link)
        pk_timer_in(mqtt->misc, MISC_MS);
}

static void on_impatient(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    note(mqtt, "the broker did not answer in time");
    mqtt->lost = true;
    (void) mosquitto_disconnect(mqtt->handle);
    check_lost(mqtt);
}

/* On the loop again: the thread is done. */
static void connected(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    (void) pthread_join(mqtt->connector, NULL);
    mqtt->connecting = false;
    int fd = mosquitto_socket(mqtt->handle);
    if (mqtt->connect_result != MOSQ_ERR_SUCCESS || fd < 0) {
        bool first = mqtt->failures == 0;
        if (mqtt->connect_result == MOSQ_ERR_ERRNO || mqtt->connect_result == MOSQ_ERR_SUCCESS)
            note(mqtt, "could not connect to the broker");
        else
            note(mqtt, mosquitto_strerror(mqtt->connect_result));
        mqtt->link = first; /* said once, not at every attempt */
        link_lost(mqtt);
        return;
    }
    mqtt->was_connected = mqtt->link = true;
    mqtt->lost = false;
    if (pk_source_new(mqtt->loop, fd, PK_READY_READ, on_ready, mqtt, &mqtt->source, NULL) != 0) {
        mqtt->lost = true;
        check_lost(mqtt);
        return;
    }
    pk_timer_in(mqtt->misc, MISC_MS);
    pk_timer_in(mqtt->patience, CONNECT_TIMEOUT_MS);
    (void) mosquitto_loop_write(mqtt->handle, 1);
}

static void *connect_on_thread(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    const struct pk_mqtt_config *config = &mqtt->config;
    mosquitto_property *properties = NULL;
    if (mqtt->was_connected) {
        mqtt->connect_result = mosquitto_reconnect(mqtt->handle);
    } else if (config->protocol == 5) {
        (void) mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, config->session_expiry_s);
        if (config->max_packet_bytes > 0)
            (void) mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, (uint32_t) config->max_packet_bytes);
        mqtt->connect_result =
            mosquitto_connect_bind_v5(mqtt->handle, config->host, (int) config->port, (int) config->keepalive_s, NULL, properties);
        mosquitto_property_free_all(&properties);
    } else {
        mqtt->connect_result = mosquitto_connect(mqtt->handle, config->host, (int) config->port, (int) config->keepalive_s);
    }
    pk_loop_post(mqtt->loop, connected, mqtt);
    return NULL;
}

static void start_connecting(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    if (mqtt->connecting || mqtt->closing)
        return;
    mqtt->connecting = true;
    if (pthread_create(&mqtt->connector, NULL, connect_on_thread, mqtt) != 0) {
        mqtt->connecting = false;
        pk_timer_in(mqtt->backoff, BACKOFF_CAP_MS);
    }
}

/* ---- life ---- */

static const char *copy(struct pk_mqtt *mqtt, const char *text)
{
    return mqtt->texts[mqtt->text_count++] = pk_strdup(text);
}

static void copy_config(struct pk_mqtt *mqtt, const struct pk_mqtt_config *config)
{
    struct pk_mqtt_config *own = &mqtt->config;
    *own = *config;
    own->host = copy(mqtt, config->host);
    own->client_id = copy(mqtt, config->client_id);
    own->username = copy(mqtt, config->username);
    own->password = copy(mqtt, config->password);
    own->ca_file = copy(mqtt, config->ca_file);
    own->cert_file = copy(mqtt, config->cert_file);
    own->key_file = copy(mqtt, config->key_file);
    own->will_topic = copy(mqtt, config->will_topic);
    mqtt->will_payload = pk_slice_dup(config->will_payload);
    mqtt->subscriptions = pk_alloc_array(config->subscription_count, sizeof(char *));
    for (size_t i = 0; i < config->subscription_count; i++)
        mqtt->subscriptions[i] = pk_strdup(config->subscriptions[i]);
}

static int set_up(struct pk_mqtt *mqtt, struct pk_error *err)
{
    const struct pk_mqtt_config *config = &mqtt->config;
    mosquitto_property *will = NULL;
    (void) mosquitto_int_option(mqtt->handle, MOSQ_OPT_PROTOCOL_VERSION, config->protocol == 5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    (void) mosquitto_int_option(mqtt->handle, MOSQ_OPT_RECEIVE_MAXIMUM, (int) config->receive_maximum);
    (void) mosquitto_threaded_set(mqtt->handle, true);
    mosquitto_connect_v5_callback_set(mqtt->handle, on_connect);
    mosquitto_disconnect_v5_callback_set(mqtt->handle, on_disconnect);
    mosquitto_subscribe_v5_callback_set(mqtt->handle, on_subscribe);
    mosquitto_message_v5_callback_set(mqtt->handle, on_message);
    mosquitto_publish_v5_callback_set(mqtt->handle, on_publish);
    if (config->username)
        (void) mosquitto_username_pw_set(mqtt->handle, config->username, config->password);
    if (config->ca_file) {
        int r = mosquitto_tls_set(mqtt->handle, config->ca_file, NULL, config->cert_file, config->key_file, NULL);
        if (r == MOSQ_ERR_SUCCESS)
            r = mosquitto_tls_opts_set(mqtt->handle, 1, "tlsv1.2", NULL); /* at least 1.2 */
        if (r != MOSQ_ERR_SUCCESS)
            return pk_fail(err, PK_E_CONFIG, "the broker's TLS files cannot be used: %s", mosquitto_strerror(r));
    }
    if (config->will_topic) {
        if (config->protocol == 5 && config->will_delay_s > 0)
            (void) mosquitto_property_add_int32(&will, MQTT_PROP_WILL_DELAY_INTERVAL, config->will_delay_s);
        int r = mosquitto_will_set_v5(mqtt->handle, config->will_topic, (int) config->will_payload.len, mqtt->will_payload, 1, true, will);
        if (r != MOSQ_ERR_SUCCESS) /* the library owns the properties from here on, unless it failed */
            mosquitto_property_free_all(&will);
    }
    return 0;
}

int pk_mqtt_new(struct pk_loop *loop, const struct pk_mqtt_config *config, struct pk_mqtt **ret_mqtt, struct pk_error *err)
{
    (void) mosquitto_lib_init();
    pk_auto(pk_mqtt) struct pk_mqtt *mqtt = pk_alloc(sizeof *mqtt);
    mqtt->loop = loop;
    copy_config(mqtt, config);
    mqtt->misc = pk_timer_new(loop, on_misc, mqtt);
    mqtt->backoff = pk_timer_new(loop, start_connecting, mqtt);
    mqtt->patience = pk_timer_new(loop, on_impatient, mqtt);
    mqtt->handle = mosquitto_new(config->client_id, false, mqtt);
    if (!mqtt->handle)
        return pk_fail(err, PK_E_CONFIG, "the broker's client id cannot be used");
    int r = set_up(mqtt, err);
    if (r != 0)
        return r;
    start_connecting(mqtt);
    *ret_mqtt = pk_steal(&mqtt);
    return 0;
}

void pk_mqtt_free(struct pk_mqtt *mqtt)
{
    if (!mqtt)
        return;
    mqtt->closing = true;
    /* The thread's message may still be in the mailbox: it is taken out by turning once. */
    while (mqtt->connecting)
        if (pk_loop_turn(mqtt->loop, 1000, NULL) != 0)
            break;
    drop_source(mqtt);
    pk_timer_free(mqtt->misc);
    pk_timer_free(mqtt->backoff);
    pk_timer_free(mqtt->patience);
    if (mqtt->handle)
        mosquitto_destroy(mqtt->handle);
    for (size_t i = 0; i < mqtt->text_count; i++)
        free(mqtt->texts[i]);
    for (size_t i = 0; mqtt->subscriptions && i < mqtt->config.subscription_count; i++)
        free(mqtt->subscriptions[i]);
    free(mqtt->subscriptions);
    free(mqtt->will_payload);
    free(mqtt);
}

bool pk_mqtt_connected(const struct pk_mqtt *mqtt)
{
    return mqtt->ready;
}

/* ---- publishing and releasing ---- */

unsigned pk_mqtt_room(const struct pk_mqtt *mqtt)
{
    return mqtt->ready ? (unsigned) (IN_FLIGHT_MAX - mqtt->in_flight_count) : 0;
}

int pk_mqtt_publish(struct pk_mqtt *mqtt, const struct pk_mqtt_publish *publish, struct pk_error *err)
{
    mosquitto_property *properties = NULL;
    int mid = 0;
    if (pk_mqtt_room(mqtt) == 0)
        return pk_fail(err, PK_E_BUSY, "the broker cannot be reached now");
    if (mqtt->config.protocol == 5) {
        (void) mosquitto_property_add_byte(&properties, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
        if (publish->content_type)
            (void) mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE, publish->content_type);
        if (publish->correlation.len > 0)
            (void) mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, publish->correlation.data,
                                                 (uint16_t) publish->correlation.len);
        if (publish->expiry_s > 0)
            (void) mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, publish->expiry_s);
    }
    int r = mosquitto_publish_v5(mqtt->handle, &mid, publish->topic, (int) publish->payload.len, publish->payload.data, 1, publish->retain,
                                 properties);
    mosquitto_property_free_all(&properties);
    if (r == MOSQ_ERR_OVERSIZE_PACKET || r == MOSQ_ERR_PAYLOAD_SIZE)
        return pk_fail(err, PK_E_LIMIT, "the broker takes no message of %zu bytes", publish->payload.len);
    if (r == MOSQ_ERR_INVAL || r == MOSQ_ERR_MALFORMED_UTF8)
        return pk_fail(err, PK_E_INVALID, "the topic cannot be published to");
    if (r != MOSQ_ERR_SUCCESS)
        return pk_fail(err, PK_E_BUSY, "could not publish: %s", mosquitto_strerror(r));
    mqtt->in_flight[mqtt->in_flight_count++] = (struct in_flight){ mid, publish->token };
    return 0;
}

void pk_mqtt_release(struct pk_mqtt *mqtt, bool committed)
{
    if (!mqtt->link || mqtt->connecting)
        return;
    if (committed) {
        while (mosquitto_want_write(mqtt->handle) && !mqtt->lost) {
            struct pollfd fd = { .fd = mosquitto_socket(mqtt->handle), .events = POLLOUT };
            if (fd.fd < 0 || poll(&fd, 1, 0) <= 0) {
                pk_timer_in(mqtt->misc, 10); /* the socket is full: soon again */
                break;
            }
            if (mosquitto_loop_write(mqtt->handle, 1) != MOSQ_ERR_SUCCESS)
                break;
        }
        check_lost(mqtt);
        return;
    }
    /* Nothing queued may leave: the link is cut, so that the broker sends again what was not acknowledged. */
    note(mqtt, "the gateway could not store what came");
    mqtt->lost = true;
    mqtt->ready = false;
    int socket_fd = mosquitto_socket(mqtt->handle);
    drop_source(mqtt);
    if (socket_fd >= 0)
        (void) mosquitto_reconnect_async(mqtt->handle) /* drops what was queued */;
    link_lost(mqtt);
}

void pk_mqtt_pause(struct pk_mqtt *mqtt, bool paused)
{
    mqtt->paused = paused;
    if (mqtt->source)
        (void) pk_source_set(mqtt->source, paused ? 0 : PK_READY_READ);
}

void pk_mqtt_close(struct pk_mqtt *mqtt)
{
    mqtt->closing = true;
    if (!mqtt->link || mqtt->connecting)
        return;
    (void) mosquitto_disconnect(mqtt->handle);
    pk_mqtt_release(mqtt, true);
}

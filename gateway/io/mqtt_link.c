/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One connection. Connecting blocks (names, TCP, the first step of TLS), so it runs on a thread that touches the link
 * alone; the loop leaves the link alone meanwhile. Who gives up waiting drops the link, and the thread frees it when it
 * comes back: nobody waits for a network that does not answer.
 */
#include "gateway/io/mqtt_internal.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

struct mqtt_link {
    struct pk_loop *loop;
    struct pk_mqtt *mqtt; /* not touched by the thread */
    struct mosquitto *handle;
    mosquitto_property *properties; /* of CONNECT */
    char *host;
    int port, keepalive_s;
    int result, error_number; /* what connecting came to */
    pthread_mutex_t lock;     /* of the two below */
    bool running, abandoned;
};

/* ---- set up ---- */

static int set_security(struct mosquitto *handle, const struct pk_mqtt_config *config, struct pk_error *err)
{
    int r = MOSQ_ERR_SUCCESS;
    if (config->username)
        r = mosquitto_username_pw_set(handle, config->username, config->password);
    if (r != MOSQ_ERR_SUCCESS)
        return pk_fail(err, PK_E_CONFIG, "the broker's user name or password cannot be used: %s", mosquitto_strerror(r));
    if (!config->ca_file)
        return 0;
    r = mosquitto_tls_set(handle, config->ca_file, NULL, config->cert_file, config->key_file, NULL);
    if (r == MOSQ_ERR_SUCCESS)
        r = mosquitto_tls_opts_set(handle, 1, "tlsv1.2", NULL); /* at least 1.2 */
    return r == MOSQ_ERR_SUCCESS ? 0
                                 : pk_fail(err, PK_E_CONFIG, "the broker's TLS files cannot be used: %s", mosquitto_strerror(r));
}

static int set_will(struct mosquitto *handle, const struct pk_mqtt_config *config, struct pk_error *err)
{
    mosquitto_property *properties = NULL;
    if (!config->will_topic)
        return 0;
    if (config->protocol == 5 && config->will_delay_s > 0)
        (void) mosquitto_property_add_int32(&properties, MQTT_PROP_WILL_DELAY_INTERVAL, config->will_delay_s);
    int r = mosquitto_will_set_v5(handle, config->will_topic, (int) config->will_payload.len, config->will_payload.data, 1, true,
                                  properties);
    if (r == MOSQ_ERR_SUCCESS) /* the properties are the library's now */
        return 0;
    mosquitto_property_free_all(&properties);
    return pk_fail(err, PK_E_CONFIG, "the broker's last will cannot be used: %s", mosquitto_strerror(r));
}

static int set_options(struct mosquitto *handle, const struct pk_mqtt_config *config, struct pk_error *err)
{
    (void) mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, config->protocol == 5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    (void) mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, (int) config->receive_maximum);
    (void) mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, PK_MQTT_IN_FLIGHT_MAX);
    /* From here on it queues what it wants to send, its PUBACKs too: they leave in mosquitto_loop_write(). */
    (void) mosquitto_threaded_set(handle, true);
    mosquitto_connect_v5_callback_set(handle, pk_mqtt_on_connect);
    mosquitto_disconnect_v5_callback_set(handle, pk_mqtt_on_disconnect);
    mosquitto_subscribe_v5_callback_set(handle, pk_mqtt_on_subscribe);
    mosquitto_message_v5_callback_set(handle, pk_mqtt_on_message);
    mosquitto_publish_v5_callback_set(handle, pk_mqtt_on_publish);
    int r = set_security(handle, config, err);
    return r != 0 ? r : set_will(handle, config, err);
}

static void link_free(struct mqtt_link *link)
{
    if (!link)
        return;
    if (link->handle)
        mosquitto_destroy(link->handle);
    mosquitto_property_free_all(&link->properties);
    (void) pthread_mutex_destroy(&link->lock);
    free(link->host);
    free(link);
}
PK_AUTO_DEFINE(link, struct mqtt_link *, link_free)

int pk_mqtt_link_new(struct pk_loop *loop, struct pk_mqtt *mqtt, const struct pk_mqtt_config *config, struct mqtt_link **ret_link,
                     struct pk_error *err)
{
    pk_auto(link) struct mqtt_link *link = pk_alloc(sizeof *link);
    (void) pthread_mutex_init(&link->lock, NULL);
    link->loop = loop;
    link->mqtt = mqtt;
    link->host = pk_strdup(config->host);
    link->port = (int) config->port;
    link->keepalive_s = (int) config->keepalive_s;
    link->handle = mosquitto_new(config->client_id, false, mqtt);
    if (!link->handle)
        return pk_fail(err, PK_E_CONFIG, "the broker's client id cannot be used");
    int r = set_options(link->handle, config, err);
    if (r != 0)
        return r;
    if (config->protocol == 5) {
        (void) mosquitto_property_add_int32(&link->properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, config->session_expiry_s);
        if (config->max_packet_bytes > 0)
            (void) mosquitto_property_add_int32(&link->properties, MQTT_PROP_MAXIMUM_PACKET_SIZE,
                                                (uint32_t) config->max_packet_bytes);
    }
    *ret_link = pk_steal(&link);
    return 0;
}

/* ---- connecting ---- */

/* On the loop again. */
static void thread_done(void *ctx)
{
    struct mqtt_link *link = ctx;
    char text[128], why[REASON_MAX];
    if (link->result == MOSQ_ERR_SUCCESS) {
        pk_mqtt_link_is_up(link->mqtt, NULL);
        return;
    }
    const char *cause = link->result == MOSQ_ERR_ERRNO ? strerror_r(link->error_number, text, sizeof text)
                        : link->result == MOSQ_ERR_EAI ? "its name is not known"
                                                       : mosquitto_strerror(link->result);
    (void) snprintf(why, sizeof why, "could not connect to the broker: %s", cause);
    pk_mqtt_link_is_up(link->mqtt, why);
}

static void *connect_on_thread(void *ctx)
{
    struct mqtt_link *link = ctx;
    link->result = mosquitto_connect_bind_v5(link->handle, link->host, link->port, link->keepalive_s, NULL, link->properties);
    link->error_number = errno;
    (void) pthread_mutex_lock(&link->lock);
    bool abandoned = link->abandoned;
    link->running = false;
    if (!abandoned)
        pk_loop_post(link->loop, thread_done, link);
    (void) pthread_mutex_unlock(&link->lock);
    if (abandoned)
        link_free(link);
    return NULL;
}

int pk_mqtt_link_connect(struct mqtt_link *link, struct pk_error *err)
{
    pthread_t thread;
    pthread_attr_t detached;
    sigset_t all, before;
    (void) pthread_attr_init(&detached);
    (void) pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the loop's */
    link->running = true;
    int r = pthread_create(&thread, &detached, connect_on_thread, link);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void) pthread_attr_destroy(&detached);
    if (r == 0)
        return 0;
    link->running = false;
    return pk_fail(err, PK_E_IO, "could not start a thread to connect to the broker");
}

void pk_mqtt_link_drop(struct mqtt_link *link)
{
    if (!link)
        return;
    (void) pthread_mutex_lock(&link->lock);
    bool running = link->running;
    link->abandoned = true;
    (void) pthread_mutex_unlock(&link->lock);
    if (running)
        return; /* the thread frees it */
    pk_loop_unpost(link->loop, thread_done, link);
    link_free(link);
}

struct mosquitto *pk_mqtt_link_handle(const struct mqtt_link *link)
{
    return link->handle;
}

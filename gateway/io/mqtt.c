/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The client: libmosquitto driven from our loop. What the library wants to send, its PUBACKs too, is queued and leaves in
 * mosquitto_loop_write(), which is called after the turn's commit only.
 *
 * The library closes its socket inside any call. Its callbacks (mqtt_events.c) only note that; what follows is done when
 * the call has returned: the registration is dropped, the handle with it, and the next connection gets new ones.
 */
#include "gateway/io/mqtt.h"

#include "gateway/base/random.h"
#include "gateway/io/mqtt_internal.h"

#include <stdio.h>

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_CAP_MS 60000
#define MISC_MS 1000
#define CONNECT_TIMEOUT_MS 20000 /* from the name to the granted subscriptions */
#define IDLE_READS 2             /* calls in a row that bring nothing: there is nothing */

/* ---- the link comes and goes ---- */

static void drop_link(struct pk_mqtt *mqtt)
{
    pk_source_free(mqtt->source);
    mqtt->source = NULL;
    pk_mqtt_link_drop(mqtt->link);
    mqtt->link = NULL;
    mqtt->handle = NULL;
    pk_timer_stop(mqtt->misc);
    pk_timer_stop(mqtt->patience);
    mqtt->ready = mqtt->lost = false;
    mqtt->unsettled = 0;
    mqtt->in_flight_count = 0; /* whoever published publishes again after connected() */
}

static int64_t backoff_ms(const struct pk_mqtt *mqtt)
{
    int64_t delay_ms = BACKOFF_FIRST_MS;
    for (unsigned i = 0; i < mqtt->failures + mqtt->refusals && delay_ms < BACKOFF_CAP_MS; i++)
        delay_ms *= 2;
    if (delay_ms > BACKOFF_CAP_MS)
        delay_ms = BACKOFF_CAP_MS;
    return delay_ms / 2 + (int64_t) pk_random_below((uint64_t) delay_ms / 2 + 1);
}

/* Outside the library's callbacks only. A loss is told once, a failing attempt when it fails for another reason. */
static void link_lost(struct pk_mqtt *mqtt)
{
    bool was_ready = mqtt->ready;
    drop_link(mqtt);
    if (mqtt->closing)
        return;
    if (!mqtt->paused)
        pk_timer_in(mqtt->backoff, backoff_ms(mqtt));
    if (!was_ready)
        mqtt->failures++;
    if (!was_ready && strcmp(mqtt->told, mqtt->reason) == 0)
        return;
    (void) snprintf(mqtt->told, sizeof mqtt->told, "%s", mqtt->reason);
    if (mqtt->config.disconnected)
        mqtt->config.disconnected(mqtt->config.ctx, mqtt->reason);
}

static void check_lost(struct pk_mqtt *mqtt)
{
    if (mqtt->lost)
        link_lost(mqtt);
}

static void fail_link(struct pk_mqtt *mqtt, const char *reason)
{
    pk_mqtt_lose(mqtt, reason);
    link_lost(mqtt);
}

static void on_impatient(void *ctx)
{
    fail_link(ctx, "the broker did not answer in time");
}

static int start(struct pk_mqtt *mqtt, struct pk_error *err)
{
    int r = pk_mqtt_link_new(mqtt->loop, mqtt, &mqtt->config, &mqtt->link, err);
    if (r == 0)
        r = pk_mqtt_link_connect(mqtt->link, err);
    if (r == 0)
        pk_timer_in(mqtt->patience, CONNECT_TIMEOUT_MS);
    return r;
}

static void on_backoff(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    struct pk_error err = { 0 };
    if (!mqtt->link && !mqtt->closing && !mqtt->paused && start(mqtt, &err) != 0)
        fail_link(mqtt, err.message);
}

/* ---- reading and writing ---- */

/* A call of the library's reads one packet or several, as it likes, and with TLS keeps what the descriptor no longer
 * shows; a reset in the middle of TLS it tells at the second call only. So: until nothing comes any more, within the
 * turn's share; then the rest in the next turn. */
static void read_in(struct pk_mqtt *mqtt)
{
    unsigned total = 0, idle = 0;
    while (!mqtt->lost && idle < IDLE_READS && total < mqtt->config.packets_per_turn) {
        mqtt->heard = 0;
        int rc = mosquitto_loop_read(mqtt->handle, 1);
        if (rc != MOSQ_ERR_SUCCESS)
            pk_mqtt_lose(mqtt, mosquitto_strerror(rc));
        idle = mqtt->heard > 0 ? 0 : idle + 1;
        total += mqtt->heard;
    }
    if (!mqtt->lost && idle < IDLE_READS)
        pk_timer_in(mqtt->misc, 0);
}

static bool may_read(const struct pk_mqtt *mqtt)
{
    return mqtt->handle && !mqtt->closing && !(mqtt->paused && mqtt->ready);
}

static void on_ready(void *ctx, unsigned events)
{
    struct pk_mqtt *mqtt = ctx;
    (void) events;
    if (may_read(mqtt))
        read_in(mqtt);
    check_lost(mqtt);
}

static void on_misc(void *ctx)
{
    struct pk_mqtt *mqtt = ctx;
    pk_timer_in(mqtt->misc, MISC_MS);
    int rc = mosquitto_loop_misc(mqtt->handle);
    if (rc != MOSQ_ERR_SUCCESS)
        pk_mqtt_lose(mqtt, mosquitto_strerror(rc));
    else if (may_read(mqtt))
        read_in(mqtt);
    check_lost(mqtt);
}

static void watch(struct pk_mqtt *mqtt)
{
    unsigned events = (may_read(mqtt) ? PK_READY_READ : 0u) | (mosquitto_want_write(mqtt->handle) ? PK_READY_WRITE : 0u);
    if (pk_source_set(mqtt->source, events) != 0)
        pk_mqtt_lose(mqtt, "the link to the broker cannot be watched");
}

/* What the socket does not take leaves in a later turn. */
static void write_out(struct pk_mqtt *mqtt)
{
    if (mosquitto_want_write(mqtt->handle)) {
        int rc = mosquitto_loop_write(mqtt->handle, 1);
        if (rc != MOSQ_ERR_SUCCESS)
            pk_mqtt_lose(mqtt, mosquitto_strerror(rc));
    }
    if (!mqtt->lost)
        watch(mqtt);
    check_lost(mqtt);
}

void pk_mqtt_link_is_up(struct pk_mqtt *mqtt, const char *why)
{
    struct pk_error err = { 0 };
    if (why) {
        fail_link(mqtt, why);
        return;
    }
    mqtt->handle = pk_mqtt_link_handle(mqtt->link);
    if (pk_source_new(mqtt->loop, mosquitto_socket(mqtt->handle), PK_READY_READ, on_ready, mqtt, &mqtt->source, &err) != 0) {
        fail_link(mqtt, err.message);
        return;
    }
    pk_timer_in(mqtt->misc, MISC_MS);
    write_out(mqtt); /* CONNECT */
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
    own->will_payload.data = mqtt->will_payload;
    if (own->packets_per_turn == 0)
        own->packets_per_turn = 1;
    mqtt->subscriptions = pk_alloc_array(config->subscription_count, sizeof(char *));
    for (size_t i = 0; i < config->subscription_count; i++)
        mqtt->subscriptions[i] = pk_strdup(config->subscriptions[i]);
    own->subscriptions = NULL; /* the caller's */
}

int pk_mqtt_new(struct pk_loop *loop, const struct pk_mqtt_config *config, struct pk_mqtt **ret_mqtt, struct pk_error *err)
{
    (void) mosquitto_lib_init();
    pk_auto(pk_mqtt) struct pk_mqtt *mqtt = pk_alloc(sizeof *mqtt);
    mqtt->loop = loop;
    copy_config(mqtt, config);
    mqtt->misc = pk_timer_new(loop, on_misc, mqtt);
    mqtt->backoff = pk_timer_new(loop, on_backoff, mqtt);
    mqtt->patience = pk_timer_new(loop, on_impatient, mqtt);
    int r = start(mqtt, err);
    if (r != 0)
        return r;
    *ret_mqtt = pk_steal(&mqtt);
    return 0;
}

void pk_mqtt_free(struct pk_mqtt *mqtt)
{
    if (!mqtt)
        return;
    mqtt->config.disconnected = NULL;
    pk_mqtt_close(mqtt);
    drop_link(mqtt);
    pk_timer_free(mqtt->misc);
    pk_timer_free(mqtt->backoff);
    pk_timer_free(mqtt->patience);
    for (size_t i = 0; i < mqtt->text_count; i++)
        free(mqtt->texts[i]);
    for (size_t i = 0; i < mqtt->config.subscription_count; i++)
        free(mqtt->subscriptions[i]);
    free(mqtt->subscriptions);
    free(mqtt->will_payload);
    free(mqtt);
}

/* ---- releasing ---- */

void pk_mqtt_release(struct pk_mqtt *mqtt, bool committed)
{
    if (!mqtt->handle)
        return;
    if (!committed && mqtt->unsettled > 0) {
        /* Nothing queued may leave: the link is cut, so that the broker sends again what was not acknowledged. */
        mqtt->refusals++;
        fail_link(mqtt, "the gateway could not store what came");
        return;
    }
    if (committed && mqtt->unsettled > 0)
        mqtt->refusals = 0;
    mqtt->unsettled = 0;
    write_out(mqtt);
}

void pk_mqtt_pause(struct pk_mqtt *mqtt, bool paused)
{
    if (mqtt->paused == paused)
        return;
    mqtt->paused = paused;
    if (mqtt->ready) {
        watch(mqtt);
    } else if (paused) {
        /* A broker sends what it kept before it answers a subscription: no connecting while paused. */
        drop_link(mqtt);
        pk_timer_stop(mqtt->backoff);
    } else {
        pk_timer_in(mqtt->backoff, 0);
    }
}

void pk_mqtt_close(struct pk_mqtt *mqtt)
{
    if (mqtt->closing)
        return;
    bool polite = mqtt->ready && !mqtt->lost && mqtt->unsettled == 0;
    mqtt->closing = true;
    pk_timer_stop(mqtt->backoff);
    if (!polite) {
        drop_link(mqtt);
        return;
    }
    (void) mosquitto_disconnect(mqtt->handle);
    write_out(mqtt);
}

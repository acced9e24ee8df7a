/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/publish.h"

#include "gateway/base/id.h"
#include "gateway/base/random.h"
#include "gateway/io/mqtt.h"
#include "gateway/model/cloudevent.h"
#include "gateway/service/bus.h"

#define BROKER_WAIT_MS 30000
#define RECEIVE_MAXIMUM 16
#define TOPIC_MAX 256
#define REFUSED 128u       /* reasons from here on */
#define NO_SUBSCRIBERS 16u /* taken by the broker and thrown away: nobody listens there */

struct publishing {
    const struct pk_publication *in;
    struct pk_loop *loop;
    struct pk_mqtt *mqtt;
    char trigger_topic[TOPIC_MAX], answer_topic[TOPIC_MAX];
    char correlation[PK_ID_TEXT_MAX];
    bool due;          /* to be published in this turn's release */
    bool sent;         /* at least once */
    bool taken;        /* by the broker */
    char trouble[200]; /* why the link fell last; "" = it stands */
    struct pk_json *receipt;
    int result;
    struct pk_error *err;
};

static void finish(struct publishing *p, int result)
{
    p->result = result;
    pk_loop_stop(p->loop);
}

/* ---- what the broker tells ---- */

static void on_connected(void *ctx)
{
    struct publishing *p = ctx;
    p->due = true;
    p->trouble[0] = '\0';
    pk_loop_again(p->loop);
}

static void on_disconnected(void *ctx, const char *reason)
{
    struct publishing *p = ctx;
    (void) snprintf(p->trouble, sizeof p->trouble, "%s", reason);
    if (p->sent)
        return; /* it connects again by itself, and we publish again */
    (void) pk_fail(p->err, PK_E_BUSY, "broker at %s:%u: %s", p->in->bus->host, p->in->bus->port, reason);
    finish(p, pk_hint(p->err, PK_E_BUSY,
                      "Look at [broker] in the configuration; give --username and --password when publishers have their own."));
}

static void on_published(void *ctx, uint64_t token, unsigned reason)
{
    struct publishing *p = ctx;
    (void) token;
    if (reason >= REFUSED) {
        (void) pk_fail(p->err, PK_E_DENIED, "the broker does not let us publish to \"%s\" (reason %u)", p->trigger_topic, reason);
        finish(p, pk_hint(p->err, PK_E_DENIED, "Give --username and --password of a user whom the broker allows this topic."));
    } else if (reason == NO_SUBSCRIBERS && !p->receipt) {
        (void) pk_fail(p->err, PK_E_BUSY, "the broker took the event, but no gateway listens there: it is lost");
        finish(p, pk_hint(p->err, PK_E_BUSY,
                          "Start the gateway, see with pokana status that its broker is connected, and publish again."));
    } else {
        p->taken = true;
        if (p->in->wait_ms == 0)
            finish(p, 0);
    }
}

static void on_message(void *ctx, const struct pk_mqtt_message *message)
{
    struct publishing *p = ctx;
    if (p->receipt || !pk_slice_is(message->correlation, p->correlation))
        return; /* somebody else's */
    int r = pk_json_parse(message->payload, PK_CLOUDEVENT_BYTES_MAX, &p->receipt, p->err);
    if (r != 0)
        pk_error_prefix(p->err, "the gateway's receipt");
    finish(p, r);
}

/* ---- the turn ---- */

static void release(void *ctx)
{
    struct publishing *p = ctx;
    if (p->due) {
        struct pk_mqtt_publish publish = {
            .topic = p->trigger_topic,
            .payload = p->in->event,
            .content_type = "application/cloudevents+json",
            .response_topic = p->answer_topic,
            .correlation = pk_slice_of(p->correlation),
            .token = 1,
        };
        p->due = false;
        p->sent = true;
        int r = pk_mqtt_publish(p->mqtt, &publish, p->err);
        if (r != 0 && r != PK_E_BUSY)
            finish(p, r);
    }
    pk_mqtt_release(p->mqtt, true);
}

static void on_impatient(void *ctx)
{
    struct publishing *p = ctx;
    if (!p->taken) {
        (void) pk_fail(p->err, PK_E_TIMEOUT, "the broker did not take the event in time%s%s", p->trouble[0] ? ": " : "",
                       p->trouble);
        finish(p, pk_hint(p->err, PK_E_TIMEOUT, "Publish it again: a repeat of the same event is harmless."));
        return;
    }
    (void) pk_fail(p->err, PK_E_TIMEOUT, "the broker has the event, but the gateway's receipt did not come in time");
    finish(p, pk_hint(p->err, PK_E_TIMEOUT,
                      "The broker keeps it for the gateway. Publish it again to see the receipt: a repeat is harmless."));
}

static int connect_to(struct publishing *p)
{
    const struct pk_bus_rule *bus = p->in->bus;
    const char *subscriptions[] = { p->answer_topic };
    char client_id[40], id[PK_ID_TEXT_MAX];
    (void) snprintf(client_id, sizeof client_id, "pokana-trigger-%s", pk_id_format(pk_id_random(), id));
    struct pk_mqtt_config config = {
        .host = bus->host,
        .port = bus->port,
        .protocol = 5,
        .client_id = client_id,
        .username = bus->username,
        .password = bus->password,
        .ca_file = bus->ca_file,
        .cert_file = bus->cert_file,
        .key_file = bus->key_file,
        .keepalive_s = bus->keepalive_s,
        .receive_maximum = RECEIVE_MAXIMUM,
        .packets_per_turn = RECEIVE_MAXIMUM,
        .subscriptions = subscriptions,
        .subscription_count = PK_COUNT(subscriptions),
        .ctx = p,
        .message = on_message,
        .published = on_published,
        .connected = on_connected,
        .disconnected = on_disconnected,
    };
    return pk_mqtt_new(p->loop, &config, &p->mqtt, p->err);
}

static int run(struct publishing *p)
{
    int r = connect_to(p);
    if (r != 0)
        return r;
    struct pk_timer *patience = pk_timer_new(p->loop, on_impatient, p);
    pk_loop_on_phase(p->loop, PK_PHASE_RELEASE, release, p);
    pk_timer_in(patience, p->in->wait_ms > 0 ? p->in->wait_ms : BROKER_WAIT_MS);
    r = pk_loop_run(p->loop, p->err);
    pk_timer_free(patience);
    pk_mqtt_close(p->mqtt);
    return r != 0 ? r : p->result;
}

int pk_publish(const struct pk_publication *publication, struct pk_json **ret_receipt, struct pk_error *err)
{
    struct publishing p = { .in = publication, .err = err };
    pk_auto(pk_loop) struct pk_loop *loop = NULL;
    int r = pk_loop_new(&loop, err);
    if (r != 0)
        return r;
    p.loop = loop;
    (void) snprintf(p.trigger_topic, sizeof p.trigger_topic, "%s%s", PK_TOPIC_TRIGGER, publication->publisher);
    (void) snprintf(p.answer_topic, sizeof p.answer_topic, "%s%s", PK_TOPIC_ANSWER, publication->publisher);
    (void) pk_id_format(pk_id_random(), p.correlation);
    r = run(&p);
    pk_mqtt_free(p.mqtt);
    if (r == 0)
        *ret_receipt = pk_steal(&p.receipt);
    pk_json_free(p.receipt);
    return r;
}

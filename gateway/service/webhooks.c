/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A call has a slot from its start until what came of it is kept: free, flying, ended, written. Whose slot it is, is looked up by
 * the delivery's id, so that nothing is sent twice at once; after a failed commit a written slot is an ended one again, and nothing
 * is sent anew because of it.
 */
#include "gateway/service/webhooks.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/model/webhook_signature.h"
#include "gateway/service/team.h"

#define CONNECT_TIMEOUT_MS 10000
#define HEADERS_MAX 6
#define SIGNATURES_MAX 512
#define TROUBLE_MS 1000
#define CE_JSON "application/cloudevents+json; charset=UTF-8"

enum slot_state { SLOT_FREE = 0, SLOT_FLYING, SLOT_ENDED, SLOT_WRITTEN };

struct slot {
    struct pk_webhooks *webhooks;
    enum slot_state state;
    bool question; /* whether anything may be sent: OPTIONS */
    bool yes; /* it was answered so */
    struct pk_webhook_delivery delivery;
    uint8_t address[32]; /* digest of the URL it went to */
    enum pk_webhook_outcome outcome;
    unsigned status;
    int64_t retry_after_ms;
    bool turned_off; /* by this outcome */
};

struct pk_webhooks {
    struct pk_service *service;
    struct slot slots[PK_WEBHOOK_CALLS];
    struct pk_timer *timer; /* when the next one is due */
    bool look;
    size_t first; /* whose turn it is: with all calls in use by slow ones, everybody comes to it */
};

static void on_timer(void *ctx)
{
    struct pk_webhooks *webhooks = ctx;
    webhooks->look = true;
}

struct pk_webhooks *pk_webhooks_new(struct pk_service *service)
{
    struct pk_webhooks *webhooks = pk_alloc(sizeof *webhooks);
    webhooks->service = service;
    webhooks->timer = pk_timer_new(service->loop, on_timer, webhooks);
    webhooks->look = true; /* what an earlier life left */
    return webhooks;
}

void pk_webhooks_free(struct pk_webhooks *webhooks)
{
    if (!webhooks)
        return;
    pk_timer_free(webhooks->timer);
    free(webhooks);
}

void pk_webhooks_look(struct pk_webhooks *webhooks)
{
    webhooks->look = true;
    pk_loop_again(webhooks->service->loop);
}

unsigned pk_webhooks_flying(const struct pk_webhooks *webhooks)
{
    unsigned count = 0;
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++)
        count += webhooks->slots[i].state != SLOT_FREE;
    return count;
}

const struct pk_webhook_rule *pk_rules_webhook(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->webhook_count; i++)
        if (pk_slice_is(name, rules->webhooks[i].name))
            return &rules->webhooks[i];
    return NULL;
}

/* ---- written ---- */

static int write_one(struct pk_webhooks *webhooks, const struct pk_webhook_rule *rule, const char *type, const char *event_id,
                     struct pk_slice payload, int64_t now_ms, struct pk_error *err)
{
    struct pk_webhook_delivery delivery = { .created_ms = now_ms };
    bool added = false;
    (void) snprintf(delivery.endpoint, sizeof delivery.endpoint, "%s", rule->name);
    (void) snprintf(delivery.event, sizeof delivery.event, "%s", event_id);
    (void) snprintf(delivery.type, sizeof delivery.type, "%s", type);
    int r = pk_webhook_add(webhooks->service->store, &delivery, payload, &added, err);
    if (r == 0 && !added) {
        webhooks->service->metrics.webhooks_missed++;
        pk_log(PK_LOG_WARN, "webhooks", "event.missed", "webhook", rule->name, "reason", "too many wait for it", NULL);
    }
    /* Looked for in the release phase: a unit that is dropped leaves nothing to be found there. */
    webhooks->look |= added;
    return r;
}

int pk_webhooks_tell(struct pk_webhooks *webhooks, struct pk_slice publisher, const char *type, const char *event_id, struct pk_slice payload,
                     int64_t now_ms, struct pk_error *err)
{
    const struct pk_rules *rules = webhooks->service->rules;
    int r = 0;
    for (size_t i = 0; r == 0 && i < rules->webhook_count; i++) {
        const struct pk_webhook_rule *rule = &rules->webhooks[i];
        if (!pk_slice_is(publisher, rule->publisher) || !pk_words_allow(&rule->types, pk_slice_of(type)))
            continue;
        if (payload.len >= PK_WEBHOOK_BODY_MAX) {
            webhooks->service->metrics.webhooks_missed++;
            pk_log(PK_LOG_ERROR, "webhooks", "event.missed", "webhook", rule->name, "reason", "it is too large", NULL);
            continue;
        }
        r = write_one(webhooks, rule, type, event_id, payload, now_ms, err);
    }
    return r;
}

/* ---- sent ---- */

static void done(void *ctx, const struct pk_answer *answer)
{
    struct slot *slot = ctx;
    bool whole = answer->state == PK_ANSWER_COMPLETE;
    slot->state = SLOT_ENDED;
    slot->status = whole ? answer->status : 0;
    slot->retry_after_ms = whole ? answer->retry_after_ms : 0;
    slot->outcome = whole                                  ? pk_webhook_outcome_of(answer->status)
                    : answer->state == PK_ANSWER_NOT_SENT ? PK_WEBHOOK_NOT_SENT
                                                          : PK_WEBHOOK_NO_ANSWER;
    if (slot->question && slot->outcome == PK_WEBHOOK_TAKEN) {
        struct pk_slice origin = pk_webhook_host(pk_slice_of(slot->webhooks->service->rules->public_url));
        slot->yes = pk_webhook_permits(answer->header(answer, "WebHook-Allowed-Origin"), origin);
        slot->outcome = slot->yes ? PK_WEBHOOK_TAKEN : PK_WEBHOOK_NOT_PERMITTED;
    } else if (slot->question && slot->outcome == PK_WEBHOOK_REFUSED) {
        slot->outcome = PK_WEBHOOK_NOT_PERMITTED;
    }
}

static void header(struct pk_http_call *call, struct pk_http_header *headers, const char *name, struct pk_slice value)
{
    headers[call->header_count++] = (struct pk_http_header){ pk_slice_of(name), value };
    call->headers = headers;
}

static int start_question(struct pk_webhooks *webhooks, struct slot *slot, struct pk_http_call *call, struct pk_error *err)
{
    struct pk_http_header headers[HEADERS_MAX];
    call->method = PK_SLICE("OPTIONS");
    header(call, headers, "WebHook-Request-Origin", pk_webhook_host(pk_slice_of(webhooks->service->rules->public_url)));
    slot->question = true;
    return pk_http_client_start(webhooks->service->webhook_http, call, err);
}

static int start_event(struct pk_webhooks *webhooks, const struct pk_webhook_rule *rule, struct slot *slot, struct pk_slice body,
                       struct pk_http_call *call, struct pk_error *err)
{
    struct pk_http_header headers[HEADERS_MAX];
    struct pk_slice secrets[2] = { pk_slice_of(rule->secret), pk_slice_of(rule->secret_before ? rule->secret_before : "") };
    struct pk_buf signatures, bearer;
    char moment[24];
    int64_t now_s = pk_clock_wall_ms() / 1000;
    pk_buf_init(&signatures, SIGNATURES_MAX);
    pk_buf_init(&bearer, 8192);
    (void) snprintf(moment, sizeof moment, "%lld", (long long) now_s);
    (void) pk_buf_printf(&bearer, "Bearer %s", rule->token ? rule->token : "");
    int r = pk_webhook_sign(secrets, rule->secret_before ? 2 : 1, pk_slice_of(slot->delivery.event), now_s, body, &signatures);
    if (r != 0)
        r = pk_fail(err, r, "it cannot be signed");
    call->method = PK_SLICE("POST");
    call->body = body;
    header(call, headers, "Content-Type", PK_SLICE(CE_JSON));
    header(call, headers, "webhook-id", pk_slice_of(slot->delivery.event));
    header(call, headers, "webhook-timestamp", pk_slice_of(moment));
    header(call, headers, "webhook-signature", pk_buf_slice(&signatures));
    if (rule->token)
        header(call, headers, "Authorization", pk_buf_slice(&bearer));
    if (r == 0)
        r = pk_http_client_start(webhooks->service->webhook_http, call, err);
    pk_buf_finish(&signatures);
    pk_buf_wipe(&bearer);
    return r;
}

struct sending {
    struct pk_webhooks *webhooks;
    const struct pk_webhook_rule *rule;
    bool ask; /* first whether anything may be sent */
    uint8_t address[32];
    unsigned room; /* of this endpoint */
};

static struct slot *slot_of(struct pk_webhooks *webhooks, int64_t id)
{
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++)
        if (webhooks->slots[i].state != SLOT_FREE && webhooks->slots[i].delivery.id == id)
            return &webhooks->slots[i];
    return NULL;
}

static struct slot *free_slot(struct pk_webhooks *webhooks)
{
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++)
        if (webhooks->slots[i].state == SLOT_FREE)
            return &webhooks->slots[i];
    return NULL;
}

static int send_one(void *ctx, const struct pk_webhook_delivery *delivery, struct pk_slice body)
{
    struct sending *sending = ctx;
    struct pk_webhooks *webhooks = sending->webhooks;
    const struct pk_webhook_rule *rule = sending->rule;
    struct pk_error err = { 0 };
    if (slot_of(webhooks, delivery->id))
        return 0;
    struct slot *slot = free_slot(webhooks);
    if (!slot || sending->room == 0 || pk_http_client_room(webhooks->service->webhook_http) == 0)
        return 1; /* a call that ends looks again */
    *slot = (struct slot){ .webhooks = webhooks, .state = SLOT_FLYING, .delivery = *delivery };
    memcpy(slot->address, sending->address, sizeof slot->address);
    struct pk_http_call call = {
        .url = pk_slice_of(rule->url),
        .connect_timeout_ms = rule->timeout_ms < CONNECT_TIMEOUT_MS ? rule->timeout_ms : CONNECT_TIMEOUT_MS,
        .timeout_ms = rule->timeout_ms,
        .public_only = rule->network == PK_WEBHOOK_PUBLIC,
        .done = done,
        .ctx = slot,
    };
    int r = sending->ask ? start_question(webhooks, slot, &call, &err) : start_event(webhooks, rule, slot, body, &call, &err);
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "webhooks", "not_sent", "webhook", rule->name, "reason", err.message, NULL);
        slot->state = SLOT_ENDED;
        slot->outcome = PK_WEBHOOK_NOT_SENT;
        pk_loop_again(webhooks->service->loop);
    }
    sending->room--;
    return sending->ask ? 1 : 0; /* one question is enough */
}

static unsigned flying_to(const struct pk_webhooks *webhooks, const char *endpoint)
{
    unsigned count = 0;
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++)
        count += webhooks->slots[i].state != SLOT_FREE && strcmp(webhooks->slots[i].delivery.endpoint, endpoint) == 0;
    return count;
}

static void earlier(int64_t *at_ms, int64_t moment_ms)
{
    if (moment_ms != 0 && (*at_ms == 0 || moment_ms < *at_ms))
        *at_ms = moment_ms;
}

/* What is due for one endpoint; *at_ms: when there is something to do next. */
static void send_to(struct pk_webhooks *webhooks, const struct pk_webhook_rule *rule, int64_t now_ms, int64_t *at_ms)
{
    struct pk_store *store = webhooks->service->store;
    struct pk_webhook_place place;
    struct pk_error err = { 0 };
    struct sending sending = { .webhooks = webhooks, .rule = rule };
    unsigned flying = flying_to(webhooks, rule->name);
    pk_webhook_place(store, rule->name, &place);
    if (place.off_ms != 0)
        return;
    if (place.quiet_ms > now_ms) {
        if (pk_webhooks_waiting(store, rule->name) > 0)
            earlier(at_ms, place.quiet_ms);
        return;
    }
    pk_sha256(pk_slice_of(rule->url), sending.address);
    sending.ask = rule->handshake && memcmp(place.permitted, sending.address, sizeof place.permitted) != 0;
    sending.room = flying >= PK_WEBHOOK_CALLS_EACH ? 0 : sending.ask ? flying == 0 : PK_WEBHOOK_CALLS_EACH - flying;
    if (sending.room > 0 && pk_webhooks_due(store, rule->name, now_ms, PK_WEBHOOK_CALLS, send_one, &sending, &err) < 0) {
        pk_log(PK_LOG_ERROR, "webhooks", "unreadable", "reason", err.message, NULL);
        earlier(at_ms, now_ms + TROUBLE_MS);
    }
    earlier(at_ms, pk_webhooks_next_due_ms(store, rule->name, now_ms));
}

/* What was written in this turn is kept, or is to be written again. */
static void keep_written(struct pk_webhooks *webhooks)
{
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++) {
        struct slot *slot = &webhooks->slots[i];
        if (slot->state != SLOT_WRITTEN)
            continue;
        slot->state = webhooks->service->committed ? SLOT_FREE : SLOT_ENDED;
        if (slot->state != SLOT_FREE) {
            pk_loop_again(webhooks->service->loop); /* nothing else may wake an idle gateway for it */
            continue;
        }
        webhooks->look = true;
        if (!slot->question)
            webhooks->service->metrics.webhooks[slot->outcome]++;
        if (slot->turned_off)
            pk_log(PK_LOG_WARN, "webhooks", "turned_off", "webhook", slot->delivery.endpoint, "reason",
                   pk_webhook_outcome_name(slot->outcome), NULL);
    }
}

void pk_webhooks_send(struct pk_webhooks *webhooks)
{
    struct pk_service *service = webhooks->service;
    keep_written(webhooks);
    if (!webhooks->look || !service->webhook_http || service->draining || !service->committed || !pk_store_healthy(service->store, NULL))
        return;
    int64_t now_ms = pk_clock_wall_ms(), at_ms = 0;
    size_t count = service->rules->webhook_count, first = webhooks->first++;
    webhooks->look = false;
    for (size_t i = 0; i < count; i++)
        send_to(webhooks, &service->rules->webhooks[(first + i) % count], now_ms, &at_ms);
    if (at_ms != 0)
        pk_timer_at(webhooks->timer, at_ms);
    else
        pk_timer_stop(webhooks->timer);
}

/* ---- settled ---- */

static void turn_off(struct slot *slot, struct pk_webhook_place *place, int64_t now_ms)
{
    slot->turned_off = place->off_ms == 0;
    if (!slot->turned_off)
        return;
    place->off_ms = now_ms;
    place->off_outcome = slot->outcome;
}

/* What the outcome makes of the delivery and of what is remembered of its endpoint. */
static void judge(struct slot *slot, struct pk_webhook_delivery *delivery, struct pk_webhook_place *place, int64_t now_ms)
{
    delivery->outcome = slot->outcome;
    delivery->status = slot->status;
    delivery->tried_ms = now_ms;
    delivery->tries++;
    if (slot->outcome == PK_WEBHOOK_TAKEN) {
        delivery->state = PK_WEBHOOK_DELIVERED;
        delivery->ended_ms = now_ms;
        return;
    }
    delivery->due_ms = slot->outcome == PK_WEBHOOK_GONE
                           ? 0
                           : pk_webhook_next_ms(delivery->tries, now_ms, slot->retry_after_ms, (uint32_t) pk_random_u64());
    if (slot->outcome == PK_WEBHOOK_BUSY && slot->retry_after_ms > 0 && now_ms + slot->retry_after_ms > place->quiet_ms)
        place->quiet_ms = now_ms + slot->retry_after_ms;
    if (delivery->due_ms != 0)
        return;
    delivery->due_ms = now_ms;
    delivery->state = PK_WEBHOOK_FAILED;
    delivery->ended_ms = now_ms;
    turn_off(slot, place, now_ms);
}

static int settle_one(struct pk_webhooks *webhooks, struct slot *slot, struct pk_error *err)
{
    struct pk_store *store = webhooks->service->store;
    struct pk_webhook_delivery delivery;
    struct pk_webhook_place place;
    int64_t now_ms = pk_clock_wall_ms();
    slot->turned_off = false;
    int r = pk_webhook_get(store, slot->delivery.id, &delivery, err);
    if (r == PK_E_NOT_FOUND)
        return 0; /* its time was over meanwhile */
    if (r != 0)
        return r;
    pk_webhook_place(store, delivery.endpoint, &place);
    if (slot->question && slot->yes) {
        memcpy(place.permitted, slot->address, sizeof place.permitted); /* the event itself is still due */
        return pk_webhook_place_put(store, delivery.endpoint, &place, err);
    }
    judge(slot, &delivery, &place, now_ms);
    r = pk_webhook_put(store, &delivery, err);
    if (r == 0 && slot->outcome != PK_WEBHOOK_TAKEN)
        r = pk_webhook_place_put(store, delivery.endpoint, &place, err);
    return r == 0 && slot->turned_off ? pk_team_note(webhooks->service, PK_TEAM_WEBHOOK_OFF, now_ms, err) : r;
}

void pk_webhooks_settle(struct pk_webhooks *webhooks)
{
    struct pk_store *store = webhooks->service->store;
    for (size_t i = 0; i < PK_WEBHOOK_CALLS; i++) {
        struct slot *slot = &webhooks->slots[i];
        struct pk_error err = { 0 };
        if (slot->state != SLOT_ENDED)
            continue;
        int r = pk_unit_begin(store, &err);
        if (r == 0) {
            r = settle_one(webhooks, slot, &err);
            if (r != 0)
                pk_unit_drop(store);
            else
                r = pk_unit_keep(store, &err);
        }
        if (r != 0) {
            pk_log(PK_LOG_ERROR, "webhooks", "outcome.not_stored", "reason", err.message, NULL);
            return; /* a later turn writes it */
        }
        slot->state = SLOT_WRITTEN;
    }
}

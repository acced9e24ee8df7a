/* SPDX-License-Identifier: EUPL-1.2 */
/* Webhooks and what became of their events. Of an address its host is shown: the rest of it may be a secret. */
#include "gateway/service/webhooks.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/model/webhook_signature.h"

#define LIST_DEADLINE_MS 1000

/* ---- endpoints ---- */

/* What receivers of ed25519 signatures are given. */
static void add_public_keys(struct pk_json_out *out, const struct pk_webhook_rule *rule)
{
    const char *const secrets[] = { rule->secret, rule->secret_before };
    pk_json_open(out, "publicKeys", '[');
    for (size_t i = 0; i < PK_COUNT(secrets); i++) {
        char bytes[64];
        struct pk_buf text = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
        if (secrets[i] && pk_webhook_public_key(pk_slice_of(secrets[i]), &text))
            pk_json_add_slice(out, NULL, pk_buf_slice(&text));
    }
    pk_json_close(out, ']');
}

static int add_view(void *ctx, const struct pk_webhook_view *view)
{
    struct pk_json_out *out = ctx;
    const struct pk_webhook_rule *rule = view->rule;
    bool off = view->place.off_ms != 0;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", rule->name);
    pk_json_add_slice(out, "host", pk_webhook_host(pk_slice_of(rule->url)));
    pk_json_add_text(out, "publisher", rule->publisher);
    pk_json_open(out, "events", '[');
    for (size_t i = 0; i < rule->types.count; i++)
        pk_json_add_text(out, NULL, rule->types.items[i]);
    pk_json_close(out, ']');
    add_public_keys(out, rule);
    pk_json_add_bool(out, "rotating", rule->secret_before != NULL);
    pk_json_add_text(out, "state", off ? "off" : "on");
    pk_json_add_time(out, "offSince", view->place.off_ms);
    pk_json_add_text(out, "offReason", off ? pk_webhook_outcome_name((enum pk_webhook_outcome) view->place.off_outcome) : NULL);
    pk_json_add_int(out, "waiting", view->waiting);
    pk_json_add_time(out, "nextAt", view->next_ms);
    pk_json_add_int(out, "missed", view->place.missed);
    pk_json_close(out, '}');
    return 0;
}

void pk_api_webhooks(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "webhooks", '[');
    if (pk_webhooks_show(call->service, &call->actor, add_view, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- deliveries ---- */

struct listing {
    char endpoint[49];
    uint32_t state;
    int64_t after, last;
    size_t limit, count;
    struct pk_json_out out;
};

static int add_delivery(void *ctx, const struct pk_webhook_delivery *delivery, struct pk_slice body)
{
    struct listing *listing = ctx;
    struct pk_json_out *out = &listing->out;
    (void) body;
    if (listing->count++ == listing->limit)
        return 1; /* there are more */
    listing->last = delivery->id;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", delivery->id);
    pk_json_add_text(out, "event", delivery->event);
    pk_json_add_text(out, "type", delivery->type);
    pk_json_add_text(out, "state", pk_webhook_state_name((enum pk_webhook_state) delivery->state));
    pk_json_add_text(out, "outcome", pk_webhook_outcome_name((enum pk_webhook_outcome) delivery->outcome));
    if (delivery->status != 0)
        pk_json_add_int(out, "status", delivery->status);
    else
        pk_json_add_null(out, "status");
    pk_json_add_int(out, "tries", delivery->tries);
    pk_json_add_time(out, "createdAt", delivery->created_ms);
    pk_json_add_time(out, "triedAt", delivery->tried_ms);
    pk_json_add_time(out, "nextAt", delivery->state == PK_WEBHOOK_WAITING ? delivery->due_ms : 0);
    pk_json_add_time(out, "endedAt", delivery->ended_ms);
    pk_json_close(out, '}');
    return 0;
}

static int list_read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct listing *listing = call->data;
    listing->out = pk_json_out(&call->out);
    pk_json_open(&listing->out, NULL, '{');
    pk_json_open(&listing->out, "deliveries", '[');
    int r = pk_webhooks_page(store, listing->endpoint, listing->state, listing->after, listing->limit + 1, add_delivery, listing, err);
    if (r < 0)
        return r;
    pk_answer_list_end(&listing->out, listing->count > listing->limit, listing->last);
    return 0;
}

static int argument_state(struct pk_call *call, uint32_t *ret_state, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    enum pk_webhook_state state;
    pk_buf_init(&text, 64);
    int r = pk_call_argument(call, "state", &text, &given, err);
    if (r == 0 && given) {
        if (pk_webhook_state_parse(pk_buf_slice(&text), &state) == 0) {
            *ret_state = state;
        } else {
            r = pk_fail(err, PK_E_INVALID, "argument \"state\" names no state of a delivery");
            (void) pk_hint(err, r, "There are waiting, delivered, failed and expired.");
        }
    }
    pk_buf_finish(&text);
    return r;
}

void pk_api_webhook_deliveries(struct pk_call *call)
{
    struct listing *listing = pk_alloc(sizeof *listing);
    struct pk_error err = { 0 };
    call->data = listing;
    int r = pk_webhooks_may_look(call->service, &call->actor, call->places[0], &err);
    if (r == 0)
        r = argument_state(call, &listing->state, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &listing->after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing->limit, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) snprintf(listing->endpoint, sizeof listing->endpoint, "%.*s", PK_SLICE_ARG(call->places[0]));
    pk_call_read(call, list_read, pk_call_answer_read, LIST_DEADLINE_MS);
}

/* ---- acts ---- */

static void change(struct pk_call *call, const char *purpose, int (*act)(struct pk_call *call, void *ctx, struct pk_error *err), unsigned status,
                   const char *member, bool id)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    int64_t number = 0;
    call->actor.purpose = purpose;
    if (pk_call_change(call, act, &number, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_open(&out, NULL, '{');
    if (id)
        pk_json_add_id(&out, member, number);
    else
        pk_json_add_int(&out, member, number);
    pk_json_close(&out, '}');
    pk_call_answer(call, status, &call->out);
}

static int resend(struct pk_call *call, void *ctx, struct pk_error *err)
{
    int64_t *id = ctx;
    int r = pk_call_place_id(call, 0, "delivery", id, err);
    return r == 0 ? pk_webhooks_resend(call->service, &call->actor, *id, call->now_ms, err) : r;
}

void pk_api_webhook_resend(struct pk_call *call)
{
    change(call, "resend", resend, 202, "delivery", true);
}

static int test(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_webhooks_test(call->service, &call->actor, call->places[0], call->now_ms, ctx, err);
}

void pk_api_webhook_test(struct pk_call *call)
{
    change(call, "test", test, 202, "delivery", true);
}

static int resume(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_webhooks_resume(call->service, &call->actor, call->places[0], call->now_ms, ctx, err);
}

void pk_api_webhook_resume(struct pk_call *call)
{
    change(call, "resume", resume, 200, "waiting", false);
}

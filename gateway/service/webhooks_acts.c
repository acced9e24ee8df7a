/* SPDX-License-Identifier: EUPL-1.2 */
/* What an operator sees of webhooks and does with them. */
#include "gateway/service/webhooks.h"

#include "gateway/service/outbound.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define TEST_TYPE "nl.notices.webhook-tested.v1"

static int no_such(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no webhook of this name");
    return pk_hint(err, PK_E_NOT_FOUND, "pokana webhooks list shows them; each is a [webhook NAME] section of the configuration.");
}

static int open_one(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, struct pk_slice name,
                    const struct pk_webhook_rule **ret_rule, struct pk_error *err)
{
    *ret_rule = pk_rules_webhook(service->rules, name);
    int r = pk_allow(service, actor, action, NULL, *ret_rule ? (*ret_rule)->name : NULL, err);
    return r != 0 ? r : *ret_rule ? 0 : no_such(err);
}

/* ---- looked at ---- */

int pk_webhooks_show(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_webhook_view *view), void *ctx,
                     struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_WEBHOOK_VIEW, NULL, NULL, err);
    for (size_t i = 0; r == 0 && i < service->rules->webhook_count; i++) {
        struct pk_webhook_view view = { .rule = &service->rules->webhooks[i] };
        pk_webhook_place(service->store, view.rule->name, &view.place);
        view.waiting = pk_webhooks_waiting(service->store, view.rule->name);
        view.next_ms = view.place.off_ms == 0 ? pk_webhooks_next_due_ms(service->store, view.rule->name, 0) : 0;
        if (view.next_ms != 0 && view.next_ms < view.place.quiet_ms)
            view.next_ms = view.place.quiet_ms;
        r = each(ctx, &view);
    }
    return r;
}

int pk_webhooks_may_look(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_error *err)
{
    const struct pk_webhook_rule *rule;
    if (name.len == 0)
        return pk_allow(service, actor, PK_ACTION_WEBHOOK_VIEW, NULL, NULL, err);
    return open_one(service, actor, PK_ACTION_WEBHOOK_VIEW, name, &rule, err);
}

/* ---- done ---- */

static void kept(void *ctx)
{
    pk_webhooks_look(ctx);
}

static void look_when_kept(struct pk_service *service)
{
    pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = kept, .ctx = service->webhooks });
}

static int check_on(struct pk_service *service, const char *name, struct pk_error *err)
{
    struct pk_webhook_place place;
    pk_webhook_place(service->store, name, &place);
    if (place.off_ms == 0)
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "this webhook is off: %s", pk_webhook_outcome_name((enum pk_webhook_outcome) place.off_outcome));
    return pk_hint(err, PK_E_CONFLICT, "Once its owner has put it right: pokana webhooks resume %s.", name);
}

int pk_webhooks_resend(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_webhook_delivery delivery;
    const struct pk_webhook_rule *rule;
    int r = pk_allow(service, actor, PK_ACTION_WEBHOOK_EDIT, NULL, NULL, err);
    if (r == 0)
        r = pk_webhook_get(service->store, id, &delivery, err);
    if (r == 0)
        r = open_one(service, actor, PK_ACTION_WEBHOOK_EDIT, pk_slice_of(delivery.endpoint), &rule, err);
    if (r == 0)
        r = check_on(service, delivery.endpoint, err);
    if (r != 0)
        return r;
    if (delivery.state != PK_WEBHOOK_WAITING)
        delivery.tries = 0;
    delivery.state = PK_WEBHOOK_WAITING;
    delivery.due_ms = now_ms;
    delivery.ended_ms = 0;
    r = pk_webhook_put(service->store, &delivery, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "webhook.resend", delivery.endpoint, delivery.event, 0, now_ms, err);
    if (r == 0)
        look_when_kept(service);
    return r;
}

int pk_webhooks_test(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, int64_t *ret_id,
                     struct pk_error *err)
{
    const struct pk_webhook_rule *rule;
    struct pk_webhook_delivery delivery = { .created_ms = now_ms };
    bool added = false;
    int r = open_one(service, actor, PK_ACTION_WEBHOOK_EDIT, name, &rule, err);
    if (r == 0)
        r = check_on(service, rule->name, err);
    if (r != 0)
        return r;
    char data[96];
    (void) snprintf(data, sizeof data, "{\"webhook\":\"%s\"}", rule->name); /* a name: nothing in it needs escaping */
    (void) pk_id_format(pk_id_ordered(), delivery.event);
    (void) snprintf(delivery.endpoint, sizeof delivery.endpoint, "%s", rule->name);
    (void) snprintf(delivery.type, sizeof delivery.type, "%s", TEST_TYPE);
    const struct pk_cloudevent_out event = {
        .id = delivery.event, .source = service->rules->source, .type = TEST_TYPE, .time_ms = now_ms, .data = pk_slice_of(data),
    };
    struct pk_buf payload;
    pk_buf_init(&payload, PK_WEBHOOK_BODY_MAX);
    r = pk_cloudevent_write(&event, &payload);
    if (r == 0)
        r = pk_webhook_add(service->store, &delivery, pk_buf_slice(&payload), &added, err);
    pk_buf_finish(&payload);
    if (r == 0 && !added)
        r = pk_fail(err, PK_E_LIMIT, "too many events wait for this webhook already");
    if (r == 0)
        r = pk_trail_done(service, actor, "webhook.test", rule->name, delivery.event, 0, now_ms, err);
    if (r != 0)
        return r;
    *ret_id = delivery.id;
    look_when_kept(service);
    return 0;
}

int pk_webhooks_resume(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, int64_t *ret_waiting,
                       struct pk_error *err)
{
    const struct pk_webhook_rule *rule;
    int r = open_one(service, actor, PK_ACTION_WEBHOOK_EDIT, name, &rule, err);
    if (r == 0)
        r = pk_webhook_place_on(service->store, rule->name, now_ms, ret_waiting, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "webhook.resume", rule->name, "", 0, now_ms, err);
    if (r == 0)
        look_when_kept(service);
    return r;
}

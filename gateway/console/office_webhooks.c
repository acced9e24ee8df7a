/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What services are told over HTTP: each endpoint with how it is doing, what was sent to one of them and what came of it; and what is
 * done about it. Of an address its host is shown: the rest of it may be a secret.
 */
#include "gateway/base/id.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"
#include "gateway/model/webhook_signature.h"
#include "gateway/service/rights.h"
#include "gateway/service/webhooks.h"

#define SECTION "webhooks"
#define PAGE "/office/webhooks"
#define NAME_MAX 48u
#define LIST_MAX 50u
#define LOOKED_AT_MAX 500u /* of one endpoint's deliveries for one page, whatever state is asked for: it is read on the loop */

/* ---- endpoints ---- */

static int look_for_tried(void *ctx, const struct pk_webhook_delivery *delivery, struct pk_slice body)
{
    struct pk_webhook_delivery *newest = ctx;
    (void) body;
    if (delivery->tried_ms > newest->tried_ms)
        *newest = *delivery;
    return 0;
}

/* What the endpoint answered last, among its newest. */
static void add_last_answer(struct pk_visit *visit, const char *endpoint)
{
    struct pk_webhook_delivery newest = { .tried_ms = 0 };
    (void) pk_webhooks_page(visit->call->service->store, endpoint, 0, 0, LIST_MAX, look_for_tried, &newest, NULL);
    bool any = newest.tried_ms != 0;
    pk_json_add_bool(&visit->out, "answered", any);
    pk_staff_add_phrase(visit, "outcome", "webhooks.outcome", any ? pk_webhook_outcome_name((enum pk_webhook_outcome) newest.outcome) : "untried");
    pk_json_add_int(&visit->out, "status", newest.status);
    pk_json_add_bool(&visit->out, "hasStatus", newest.status != 0);
    pk_staff_add_moment(visit, "tried", newest.tried_ms);
}

static int add_endpoint(void *ctx, const struct pk_webhook_view *view)
{
    struct pk_visit *visit = ctx;
    bool off = view->place.off_ms != 0;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "endpoint", view->rule->name);
    pk_json_add_slice(&visit->out, "host", pk_webhook_host(pk_slice_of(view->rule->url)));
    pk_json_add_text(&visit->out, "publisher", view->rule->publisher);
    pk_json_add_bool(&visit->out, "off", off);
    pk_staff_add_moment(visit, "offSince", view->place.off_ms);
    pk_json_add_int(&visit->out, "waiting", view->waiting);
    pk_staff_add_moment(visit, "next", view->next_ms);
    pk_json_add_int(&visit->out, "missed", view->place.missed);
    pk_json_add_bool(&visit->out, "hasMissed", view->place.missed > 0);
    add_last_answer(visit, view->rule->name);
    pk_json_close(&visit->out, '}');
    return 0;
}

/* ---- deliveries ---- */

struct listing {
    struct pk_visit *visit;
    uint32_t state; /* 0 = whatever */
    bool off; /* its endpoint: nothing is sent again before it is on */
    size_t shown, looked_at;
    int64_t last; /* id */
    bool more;
};

static int add_delivery(void *ctx, const struct pk_webhook_delivery *delivery, struct pk_slice body)
{
    struct listing *listing = ctx;
    struct pk_visit *visit = listing->visit;
    (void) body;
    if (listing->shown == LIST_MAX || listing->looked_at == LOOKED_AT_MAX) {
        listing->more = true;
        return 1;
    }
    listing->looked_at++;
    listing->last = delivery->id;
    if (listing->state != 0 && delivery->state != listing->state)
        return 0;
    listing->shown++;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_id(&visit->out, "id", delivery->id);
    pk_json_add_text(&visit->out, "type", delivery->type);
    pk_staff_add_phrase(visit, "state", "webhooks.state", pk_webhook_state_name((enum pk_webhook_state) delivery->state));
    pk_json_add_bool(&visit->out, "delivered", delivery->state == PK_WEBHOOK_DELIVERED);
    pk_json_add_bool(&visit->out, "waits", delivery->state == PK_WEBHOOK_WAITING);
    pk_staff_add_phrase(visit, "outcome", "webhooks.outcome", pk_webhook_outcome_name((enum pk_webhook_outcome) delivery->outcome));
    pk_json_add_int(&visit->out, "status", delivery->status);
    pk_json_add_bool(&visit->out, "hasStatus", delivery->status != 0);
    pk_json_add_int(&visit->out, "tries", delivery->tries);
    pk_staff_add_moment(visit, "made", delivery->created_ms);
    pk_json_add_bool(&visit->out, "canResend", !listing->off);
    pk_json_close(&visit->out, '}');
    return 0;
}

static void add_states(struct pk_visit *visit, uint32_t chosen)
{
    pk_json_open(&visit->out, "states", '[');
    for (uint32_t state = PK_WEBHOOK_WAITING; state <= PK_WEBHOOK_EXPIRED; state++) {
        const char *name = pk_webhook_state_name((enum pk_webhook_state) state);
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "value", name);
        pk_staff_add_phrase(visit, "label", "webhooks.state", name);
        pk_json_add_bool(&visit->out, "chosen", state == chosen);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_names(struct pk_visit *visit, const char *chosen)
{
    const struct pk_rules *rules = visit->call->service->rules;
    pk_json_open(&visit->out, "names", '[');
    for (size_t i = 0; i < rules->webhook_count; i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "value", rules->webhooks[i].name);
        pk_json_add_bool(&visit->out, "chosen", strcmp(rules->webhooks[i].name, chosen) == 0);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* An argument of the address that fits into `size`; nothing where it is absent or cannot be. */
static void argument(struct pk_visit *visit, const char *name, char *ret_text, size_t size)
{
    struct pk_buf text;
    pk_buf_init(&text, size);
    ret_text[0] = '\0';
    if (pk_http_request_argument(visit->call->request, name, &text) == 0)
        (void) snprintf(ret_text, size, "%.*s", PK_SLICE_ARG(pk_buf_slice(&text)));
    pk_buf_finish(&text);
}

/* Of the endpoint that was asked for, else of the first. */
static int add_deliveries(struct pk_visit *visit, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    char wanted[NAME_MAX + 1], state[16], after[PK_ID_TEXT_MAX], next[PK_ID_TEXT_MAX] = "";
    enum pk_webhook_state only;
    struct listing listing = { .visit = visit };
    struct pk_webhook_place place;
    int64_t before = 0;
    argument(visit, "endpoint", wanted, sizeof wanted);
    argument(visit, "state", state, sizeof state);
    argument(visit, "after", after, sizeof after);
    const struct pk_webhook_rule *rule = pk_rules_webhook(service->rules, pk_slice_of(wanted));
    if (!rule && service->rules->webhook_count > 0)
        rule = &service->rules->webhooks[0];
    const char *name = rule ? rule->name : "";
    if (pk_webhook_state_parse(pk_slice_of(state), &only) == 0)
        listing.state = only;
    if (pk_id_parse(pk_slice_of(after), &before) != 0)
        before = 0;
    pk_webhook_place(service->store, name, &place);
    listing.off = place.off_ms != 0;
    pk_json_open(&visit->out, "deliveries", '[');
    int r = pk_webhooks_page(service->store, name, 0, before, LOOKED_AT_MAX + 1, add_delivery, &listing, err);
    pk_json_close(&visit->out, ']');
    pk_json_add_text(&visit->out, "of", name);
    pk_json_add_text(&visit->out, "only", listing.state != 0 ? state : "");
    pk_json_add_bool(&visit->out, "none", listing.shown == 0);
    pk_json_add_text(&visit->out, "next", listing.more ? pk_id_format(listing.last, next) : "");
    add_names(visit, name);
    add_states(visit, listing.state);
    return r < 0 ? r : 0;
}

void pk_office_webhooks_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_WEBHOOK_VIEW, &staff))
        return;
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "webhooks.heading"));
    pk_staff_add_flag(visit, "done");
    pk_staff_add_flag(visit, "old");
    pk_json_add_bool(&visit->out, "mayEdit", pk_may(&staff.acting.actor, PK_ACTION_WEBHOOK_EDIT, NULL, NULL) == 0);
    pk_json_add_bool(&visit->out, "any", visit->call->service->rules->webhook_count > 0);
    pk_json_open(&visit->out, "endpoints", '[');
    int r = pk_webhooks_show(visit->call->service, &staff.acting.actor, add_endpoint, visit, &err);
    pk_json_close(&visit->out, ']');
    if (r == 0)
        r = add_deliveries(visit, &err);
    if (r == 0)
        pk_office_show(visit, &staff, 200, SECTION, "office-webhooks");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- acts ---- */

static int change(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    struct pk_buf act;
    int64_t number;
    int r = pk_me_field(visit, "act", PK_ME_FIELD_MAX, &act, err);
    bool resumes = r == 0 && pk_slice_is(pk_buf_slice(&act), "resume");
    if (r == 0 && !resumes && !pk_slice_is(pk_buf_slice(&act), "test"))
        r = pk_fail(err, PK_E_NOT_FOUND, "nothing like that is done with a webhook");
    pk_buf_finish(&act);
    if (r != 0)
        return r;
    staff->acting.actor.purpose = resumes ? "resume" : "test";
    return resumes ? pk_webhooks_resume(service, &staff->acting.actor, visit->place, visit->call->now_ms, &number, err)
                   : pk_webhooks_test(service, &staff->acting.actor, visit->place, visit->call->now_ms, &number, err);
}

void pk_office_webhooks_endpoint(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (pk_office_opened(visit, PK_ACTION_WEBHOOK_EDIT, &staff))
        pk_staff_do(visit, change, PAGE "?done=1", PAGE "?old=1");
}

static int resend(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    int64_t id;
    if (pk_id_parse(visit->place, &id) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such delivery");
    staff->acting.actor.purpose = "resend";
    return pk_webhooks_resend(visit->call->service, &staff->acting.actor, id, visit->call->now_ms, err);
}

void pk_office_webhooks_resend(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (pk_office_opened(visit, PK_ACTION_WEBHOOK_EDIT, &staff))
        pk_staff_do(visit, resend, PAGE "?done=1", PAGE "?old=1");
}

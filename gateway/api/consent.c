/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people agreed to: one person's consents, granted and withdrawn on their behalf, and the ledger verified. A person is
 * named by their id; an address is looked up from a body, never from a path, and is shown masked. The rules are
 * service/consent and service/verification. The receipt is consent_receipt.c.
 */
#include "gateway/api/consent.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/service/consent.h"
#include "gateway/service/verification.h"
#include "gateway/store/names.h"

#define ADDRESS_MAX 255u
#define NAME_MAX 48u

/* ---- show ---- */

struct showing {
    struct pk_call *call;
    struct pk_json_out *out;
    struct pk_error *err;
};

static int add_address(void *ctx, const struct pk_address *address)
{
    struct showing *showing = ctx;
    struct pk_store *store = showing->call->service->store;
    struct pk_buf value, masked;
    pk_buf_init(&value, 1024);
    pk_buf_init(&masked, 1024);
    int r = pk_address_value(store, address->id, &value, showing->err);
    if (r == 0) {
        pk_consent_mask(pk_buf_slice(&value), &masked);
        pk_json_open(showing->out, NULL, '{');
        pk_json_add_text(showing->out, "channel", pk_name_text(store, PK_NAME_CHANNEL, address->channel));
        pk_json_add_slice(showing->out, "address", pk_buf_slice(&masked));
        pk_json_add_time(showing->out, "blockedAt", address->blocked_ms);
        pk_json_close(showing->out, '}');
    }
    pk_buf_wipe(&value);
    pk_buf_finish(&masked);
    return r;
}

void pk_consent_event_write(struct pk_json_out *out, struct pk_store *store, const struct pk_consent_event *event)
{
    pk_json_add_int(out, "entry", event->id);
    pk_json_add_text(out, "event", pk_consent_kind_name((enum pk_consent_kind) event->kind));
    pk_json_add_text(out, "topic", pk_name_text(store, PK_NAME_TOPIC, event->topic));
    pk_json_add_text(out, "channel", pk_name_text(store, PK_NAME_CHANNEL, event->channel));
    pk_json_add_time(out, "at", event->at_ms);
    pk_json_add_time(out, "givenAt", event->given_ms);
    pk_json_add_time(out, "until", event->until_ms);
    pk_json_add_slice(out, "how", event->how.len > 0 ? event->how : (struct pk_slice){ 0 });
    pk_json_add_slice(out, "wording", event->wording.len > 0 ? event->wording : (struct pk_slice){ 0 });
    pk_json_add_slice(out, "language", event->language.len > 0 ? event->language : (struct pk_slice){ 0 });
    pk_json_add_slice(out, "by", event->by.len > 0 ? event->by : (struct pk_slice){ 0 });
    pk_json_add_bool(out, "wordsKept", event->shown != 0);
}

static int add_consent(void *ctx, const struct pk_consent_event *event)
{
    struct showing *showing = ctx;
    pk_json_open(showing->out, NULL, '{');
    pk_json_add_text(showing->out, "state",
                     pk_consent_state_name(pk_consent_state_of(event->kind, event->until_ms, showing->call->now_ms)));
    pk_consent_event_write(showing->out, showing->call->service->store, event);
    pk_json_add_time(showing->out, "renewalAskedAt", event->asked_ms);
    pk_json_close(showing->out, '}');
    return 0;
}

static int add_event(void *ctx, const struct pk_consent_event *event)
{
    struct showing *showing = ctx;
    pk_json_open(showing->out, NULL, '{');
    pk_consent_event_write(showing->out, showing->call->service->store, event);
    pk_json_close(showing->out, '}');
    return 0;
}

static int show(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const int64_t *id = ctx;
    struct pk_store *store = call->service->store;
    struct pk_recipient who;
    struct pk_json_out out = pk_json_out(&call->out);
    struct showing showing = { .call = call, .out = &out, .err = err };
    int r = pk_consent_look(call->service, &call->actor, *id, "consent.show", call->now_ms, &who, err);
    if (r != 0)
        return r;
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "recipient", who.id);
    pk_json_add_text(&out, "language", who.language);
    pk_json_add_text(&out, "script", who.script);
    pk_json_add_time(&out, "knownSince", who.created_ms);
    pk_json_add_time(&out, "stoppedAt", who.stopped_ms);
    pk_json_open(&out, "addresses", '[');
    r = pk_addresses_of(store, who.id, add_address, &showing, err);
    pk_json_close(&out, ']');
    pk_json_open(&out, "consents", '[');
    if (r == 0)
        r = pk_ledger_newest(store, who.id, add_consent, &showing, err);
    pk_json_close(&out, ']');
    pk_json_open(&out, "history", '[');
    if (r == 0)
        r = pk_ledger_history(store, who.id, add_event, &showing, err);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    return r;
}

void pk_api_consent(struct pk_call *call)
{
    struct pk_error err = { 0 };
    int64_t id = 0;
    call->actor.purpose = "consent";
    int r = pk_call_place_id(call, 0, "recipient", &id, &err);
    if (r == 0)
        r = pk_call_change(call, show, &id, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

/* ---- find ---- */

struct finding {
    struct pk_slice channel, address;
    int64_t recipient;
};

static int find(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct finding *finding = ctx;
    return pk_consent_find(call->service, &call->actor, finding->channel, finding->address, call->now_ms, &finding->recipient, err);
}

void pk_api_recipient_find(struct pk_call *call)
{
    static const char *const fields[] = { "channel", "address", NULL };
    struct finding finding = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "consent";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "address", ADDRESS_MAX, &finding.address, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "channel", NAME_MAX, &finding.channel, &err);
    if (r == 0)
        r = pk_call_change(call, find, &finding, &err); /* that somebody looked is kept either way */
    if (r == 0 && finding.recipient == 0)
        r = pk_fail(&err, PK_E_NOT_FOUND, "nobody is known by this address");
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "recipient", finding.recipient);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- grant, withdraw ---- */

static int field_moment(struct pk_call *call, const char *name, int64_t *ret_ms, struct pk_error *err)
{
    struct pk_slice text;
    char day[PK_TIME_TEXT_MAX];
    int r = pk_call_field_optional(call, name, PK_TIME_TEXT_MAX, &text, err);
    if (r != 0 || !text.data)
        return r;
    if (text.len == 10) {
        (void) snprintf(day, sizeof day, "%.*sT00:00:00Z", PK_SLICE_ARG(text));
        text = pk_slice_of(day);
    }
    if (pk_time_parse(text, ret_ms) == 0)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "field \"%s\" is not a moment", name);
    return pk_hint(err, PK_E_INVALID, "Write a day as 2026-03-14, or a moment as 2026-03-14T09:30:00+01:00.");
}

struct granting {
    struct pk_grant_plan plan;
    struct pk_grant_result result;
};

static int read_grant(struct pk_call *call, struct pk_grant_plan *plan, struct pk_error *err)
{
    static const char *const fields[] = { "topic", "channel", "how", "wording", "by", "givenAt", "confirmed", "secondPerson", NULL };
    bool given = false;
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "topic", NAME_MAX, &plan->topic, err);
    if (r == 0)
        r = pk_call_field(call, "channel", NAME_MAX, &plan->channel, err);
    if (r == 0)
        r = pk_call_field(call, "how", PK_CONSENT_WORD_MAX, &plan->how, err);
    if (r == 0)
        r = pk_call_field_optional(call, "wording", PK_CONSENT_WORD_MAX, &plan->wording, err);
    if (r == 0)
        r = pk_call_field_optional(call, "by", PK_CONSENT_WORD_MAX, &plan->by, err);
    if (r == 0)
        r = pk_call_field_optional(call, "secondPerson", PK_CONSENT_WORD_MAX, &plan->second_person, err);
    if (r == 0)
        r = pk_call_field_bool(call, "confirmed", &given, &plan->confirmed, err);
    return r == 0 ? field_moment(call, "givenAt", &plan->given_ms, err) : r;
}

static int grant(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct granting *granting = ctx;
    return pk_consent_grant(call->service, &call->actor, &granting->plan, call->now_ms, &granting->result, err);
}

void pk_api_consent_grant(struct pk_call *call)
{
    struct granting granting = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "grant";
    int r = pk_call_place_id(call, 0, "recipient", &granting.plan.recipient, &err);
    if (r == 0)
        r = read_grant(call, &granting.plan, &err);
    if (r == 0)
        r = pk_call_change(call, grant, &granting, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "state", pk_consent_state_name(granting.result.state));
    pk_json_add_bool(&out, "changed", granting.result.changed);
    pk_json_add_bool(&out, "asked", granting.result.asked);
    pk_json_add_time(&out, "until", granting.result.until_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

struct withdrawing {
    struct pk_withdraw_plan plan;
    size_t count;
};

static int withdraw(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct withdrawing *withdrawing = ctx;
    return pk_consent_withdraw(call->service, &call->actor, &withdrawing->plan, call->now_ms, &withdrawing->count, err);
}

void pk_api_consent_withdraw(struct pk_call *call)
{
    static const char *const fields[] = { "topic", "how", "by", NULL };
    struct withdrawing withdrawing = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "withdraw";
    int r = pk_call_place_id(call, 0, "recipient", &withdrawing.plan.recipient, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field_optional(call, "topic", NAME_MAX, &withdrawing.plan.topic, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "how", PK_CONSENT_WORD_MAX, &withdrawing.plan.how, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "by", PK_CONSENT_WORD_MAX, &withdrawing.plan.by, &err);
    if (r == 0)
        r = pk_call_change(call, withdraw, &withdrawing, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_int(&out, "withdrawn", (int64_t) withdrawing.count);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- verify ---- */

static void write_verification(struct pk_call *call)
{
    static const char *const states[] = { "never", "running", "holds", "broken", "failed" };
    struct pk_verification_view view;
    struct pk_buf link;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_verification_view(call->service->verification, &view);
    pk_buf_init(&link, 2 * sizeof view.link + 1);
    pk_hex(&link, view.link, sizeof view.link);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "state", states[view.state]);
    pk_json_add_int(&out, "held", view.held);
    pk_json_add_int(&out, "total", view.total);
    pk_json_add_int(&out, "first", view.first);
    pk_json_add_int(&out, "last", view.last);
    pk_json_add_text(&out, "lastLink", view.last != 0 ? pk_buf_text(&link) : NULL);
    if (view.state == PK_VERIFY_BROKEN) {
        pk_json_open(&out, "broken", '{');
        pk_json_add_int(&out, "entry", view.broken_id);
        pk_json_add_time(&out, "at", view.broken_at_ms);
        pk_json_add_text(&out, "what", pk_ledger_flaw_name(view.flaw));
        pk_json_close(&out, '}');
    } else {
        pk_json_add_null(&out, "broken");
    }
    pk_json_add_text(&out, "trouble", view.trouble[0] ? view.trouble : NULL);
    pk_json_add_time(&out, "beganAt", view.began_ms);
    pk_json_add_time(&out, "endedAt", view.ended_ms);
    pk_json_close(&out, '}');
    pk_buf_finish(&link);
}

void pk_api_verification(struct pk_call *call)
{
    write_verification(call);
    pk_call_answer(call, 200, &call->out);
}

static int begin(struct pk_call *call, void *ctx, struct pk_error *err)
{
    (void) ctx;
    return pk_verification_start(call->service->verification, &call->actor, call->now_ms, err);
}

void pk_api_verification_start(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->actor.purpose = "verify";
    if (pk_call_change(call, begin, NULL, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    write_verification(call);
    pk_call_answer(call, 202, &call->out);
}

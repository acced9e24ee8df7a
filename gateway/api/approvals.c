/* SPDX-License-Identifier: EUPL-1.2 */
/* Standing approvals: asked for, approved by a second person, revoked. The rules are service/approvals. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/clock.h"
#include "gateway/service/approvals.h"

static int add_view(void *ctx, const struct pk_approval_view *view)
{
    struct pk_json_out *out = ctx;
    const struct pk_approval *approval = view->approval;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", approval->id);
    pk_json_add_text(out, "state", view->state);
    pk_json_add_text(out, "type", approval->type);
    pk_json_add_text(out, "publisher", approval->publisher);
    pk_json_add_text(out, "topic", approval->topic);
    pk_json_add_int(out, "people", approval->people_max);
    pk_json_add_time(out, "until", approval->until_ms);
    pk_json_add_text(out, "digest", view->digest);
    pk_json_add_text(out, "askedBy", approval->asked_by);
    pk_json_add_time(out, "askedAt", approval->asked_ms);
    pk_json_add_text(out, "approvedBy", approval->approved_by[0] ? approval->approved_by : NULL);
    pk_json_add_time(out, "approvedAt", approval->approved_ms);
    pk_json_add_text(out, "revokedBy", approval->revoked_by[0] ? approval->revoked_by : NULL);
    pk_json_add_time(out, "revokedAt", approval->revoked_ms);
    pk_json_close(out, '}');
    return 0;
}

void pk_api_approvals(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "approvals", '[');
    if (pk_approvals_show(call->service, &call->actor, call->now_ms, add_view, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* The one of this id, as it is now. */
struct looking {
    struct pk_json_out out;
    int64_t id;
};

static int find_view(void *ctx, const struct pk_approval_view *view)
{
    struct looking *looking = ctx;
    if (view->approval->id != looking->id)
        return 0;
    (void) add_view(&looking->out, view);
    return 1;
}

static void show(struct pk_call *call, int64_t id, unsigned status)
{
    struct pk_error err = { 0 };
    struct looking looking = { .out = pk_json_out(&call->out), .id = id };
    if (pk_approvals_show(call->service, &call->actor, call->now_ms, find_view, &looking, &err) < 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, status, &call->out);
}

/* ---- asked ---- */

struct asking {
    struct pk_approval_plan plan;
    int64_t id;
};

static int ask(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct asking *asking = ctx;
    return pk_approvals_ask(call->service, &call->actor, &asking->plan, call->now_ms, &asking->id, err);
}

void pk_api_approval_ask(struct pk_call *call)
{
    static const char *const fields[] = { "type", "publisher", "topic", "people", "until", NULL };
    struct pk_error err = { 0 };
    struct asking asking = { .id = 0 };
    struct pk_slice until;
    call->actor.purpose = "approval";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "type", PK_APPROVAL_NAME_MAX, &asking.plan.type, &err);
    if (r == 0)
        r = pk_call_field(call, "publisher", PK_APPROVAL_NAME_MAX, &asking.plan.publisher, &err);
    if (r == 0)
        r = pk_call_field(call, "topic", PK_APPROVAL_NAME_MAX, &asking.plan.topic, &err);
    if (r == 0 && !pk_json_int(pk_json_get(call->body, "people"), &asking.plan.people_max))
        r = pk_fail(&err, PK_E_INVALID, "field \"people\" must be a number: more are not told by one trigger");
    if (r == 0)
        r = pk_call_field(call, "until", PK_APPROVAL_NAME_MAX, &until, &err);
    if (r == 0 && pk_time_parse(until, &asking.plan.until_ms) != 0)
        r = pk_fail(&err, PK_E_INVALID, "field \"until\" must be a moment, like 2026-12-31T00:00:00Z");
    if (r == 0)
        r = pk_call_change(call, ask, &asking, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        show(call, asking.id, 201);
}

/* ---- decided ---- */

struct deciding {
    int64_t id;
    struct pk_slice digest; /* {NULL, 0}: revoked */
};

static int decide(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct deciding *deciding = ctx;
    return deciding->digest.data ? pk_approvals_approve(call->service, &call->actor, deciding->id, deciding->digest, call->now_ms, err)
                                 : pk_approvals_revoke(call->service, &call->actor, deciding->id, call->now_ms, err);
}

static void decide_on(struct pk_call *call, struct deciding *deciding, int r, struct pk_error *err)
{
    call->actor.purpose = "approval";
    if (r == 0)
        r = pk_call_place_id(call, 0, "standing approval", &deciding->id, err);
    if (r == 0)
        r = pk_call_change(call, decide, deciding, err);
    if (r != 0)
        pk_call_problem(call, err);
    else
        show(call, deciding->id, 200);
}

void pk_api_approval_approve(struct pk_call *call)
{
    static const char *const fields[] = { "digest", NULL };
    struct pk_error err = { 0 };
    struct deciding deciding = { .id = 0 };
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "digest", PK_APPROVAL_DIGEST_TEXT, &deciding.digest, &err);
    decide_on(call, &deciding, r, &err);
}

void pk_api_approval_revoke(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct deciding deciding = { .id = 0 };
    decide_on(call, &deciding, 0, &err);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Stopping everything and letting it go again, and what waits since a restore. The rules are service/holds. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/holds.h"

static void answer(struct pk_call *call, const struct pk_holds *holds)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "all", holds->all);
    pk_json_add_bool(&out, "restored", holds->restored);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_hold(struct pk_call *call)
{
    struct pk_holds holds;
    pk_holds_read(call->service, &holds);
    answer(call, &holds);
}

struct wish {
    bool all_given, all;
    bool restored_given, restored;
};

static int read_wish(struct pk_call *call, struct wish *ret_wish, struct pk_error *err)
{
    static const char *const fields[] = { "all", "restored", NULL };
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field_bool(call, "all", &ret_wish->all_given, &ret_wish->all, err);
    if (r == 0)
        r = pk_call_field_bool(call, "restored", &ret_wish->restored_given, &ret_wish->restored, err);
    if (r == 0 && !ret_wish->all_given && !ret_wish->restored_given)
        r = pk_fail(err, PK_E_INVALID, "field \"all\" or \"restored\" is missing");
    if (r == 0 && ret_wish->restored_given && ret_wish->restored)
        r = pk_fail(err, PK_E_INVALID, "field \"restored\" can only be false: a restore sets it");
    return r;
}

static int set(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct wish *wish = ctx;
    int r = wish->all_given ? pk_hold_all(call->service, &call->actor, wish->all, call->now_ms, err) : 0;
    if (r == 0 && wish->restored_given)
        r = pk_hold_restored_lift(call->service, &call->actor, call->now_ms, err);
    return r;
}

void pk_api_hold_set(struct pk_call *call)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    int r = read_wish(call, &wish, &err);
    call->actor.purpose = "hold";
    if (r == 0)
        r = pk_call_change(call, set, &wish, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_holds holds;
    pk_holds_read(call->service, &holds);
    answer(call, &holds);
}

/* ---- messages that wait since a restore ---- */

static int decide(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const bool *drop = ctx;
    return pk_held_decide(call->service, &call->actor, *drop, call->now_ms, err);
}

static void release_or_drop(struct pk_call *call, bool drop)
{
    static const char *const fields[] = { "held", NULL };
    struct pk_error err = { 0 };
    bool given = false, held = false;
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field_bool(call, "held", &given, &held, &err);
    if (r == 0 && !held)
        r = pk_fail(&err, PK_E_INVALID, "field \"held\" must be true");
    call->actor.purpose = drop ? "drop-held" : "release";
    if (r == 0)
        r = pk_call_change(call, decide, &drop, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 202, &call->out);
}

void pk_api_held_release(struct pk_call *call)
{
    release_or_drop(call, false);
}

void pk_api_held_drop(struct pk_call *call)
{
    release_or_drop(call, true);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The people who work with the gateway: their names, roles and what they are limited to. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/users.h"

static int add_user(void *ctx, const struct pk_user *user)
{
    struct pk_json_out *out = ctx;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", user->name);
    pk_json_add_text(out, "role", pk_role_name((enum pk_role) user->role));
    pk_json_add_text(out, "language", user->language);
    pk_json_add_text(out, "topics", user->topics);
    pk_json_add_text(out, "tags", user->tags);
    pk_json_add_time(out, "createdAt", user->created_ms);
    pk_json_close(out, '}');
    return 0;
}

void pk_api_users(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "users", '[');
    if (pk_users_each(call->service, &call->actor, add_user, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- adding ---- */

static int field(struct pk_call *call, const char *name, char *to, size_t size, const char *otherwise, struct pk_error *err)
{
    struct pk_slice text = { 0 };
    int r = pk_call_field_optional(call, name, size - 1, &text, err);
    if (r == 0 && !text.data && !otherwise)
        r = pk_fail(err, PK_E_INVALID, "field \"%s\" is missing", name);
    if (r == 0)
        (void) snprintf(to, size, "%.*s", text.data ? (int) text.len : (int) strlen(otherwise), text.data ? text.data : otherwise);
    return r;
}

static int read_user(struct pk_call *call, struct pk_user *user, struct pk_error *err)
{
    static const char *const fields[] = { "name", "role", "language", "topics", "tags", NULL };
    char role[24] = "";
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = field(call, "name", user->name, sizeof user->name, NULL, err);
    if (r == 0)
        r = field(call, "role", role, sizeof role, NULL, err);
    if (r == 0)
        r = field(call, "language", user->language, sizeof user->language, "nl", err);
    if (r == 0)
        r = field(call, "topics", user->topics, sizeof user->topics, "", err);
    if (r == 0)
        r = field(call, "tags", user->tags, sizeof user->tags, "", err);
    user->role = pk_role_of_name(pk_slice_of(role));
    return r;
}

static int add(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_users_add(call->service, &call->actor, ctx, call->now_ms, err);
}

void pk_api_user_add(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_user user = { 0 };
    int r = read_user(call, &user, &err);
    call->actor.purpose = "user";
    if (r == 0)
        r = pk_call_change(call, add, &user, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    (void) add_user(&out, &user);
    pk_call_answer(call, 201, &call->out);
}

/* ---- removing ---- */

static int remove_user(struct pk_call *call, void *ctx, struct pk_error *err)
{
    (void) ctx;
    return pk_users_remove(call->service, &call->actor, call->places[0], call->now_ms, err);
}

void pk_api_user_remove(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->actor.purpose = "user";
    if (pk_call_change(call, remove_user, NULL, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 200, &call->out);
}

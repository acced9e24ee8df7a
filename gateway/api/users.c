/* SPDX-License-Identifier: EUPL-1.2 */
/* The people who work with the gateway: their names, roles and what they are limited to. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/api/token_text.h"
#include "gateway/service/sign_in.h"

static void add_fields(struct pk_json_out *out, const struct pk_user *user)
{
    pk_json_add_text(out, "name", user->name);
    pk_json_add_text(out, "role", pk_role_name((enum pk_role) user->role));
    pk_json_add_text(out, "language", user->language);
    pk_json_add_text(out, "topics", user->topics);
    pk_json_add_text(out, "tags", user->tags);
    pk_json_add_time(out, "createdAt", user->created_ms);
}

static int add_user(void *ctx, const struct pk_user *user)
{
    struct pk_json_out *out = ctx;
    pk_json_open(out, NULL, '{');
    add_fields(out, user);
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
        (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text.data ? text : pk_slice_of(otherwise)));
    return r;
}

static int read_user(struct pk_call *call, struct pk_user *user, struct pk_error *err)
{
    static const char *const fields[] = { "name", "role", "language", "topics", "tags", "address", NULL };
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
    if (r == 0)
        r = field(call, "address", user->address, sizeof user->address, "", err);
    user->role = pk_role_of_name(pk_slice_of(role));
    return r;
}

/* The user's first link is made with them: without a public listener there is no page to open. */
struct adding {
    struct pk_user user;
    uint8_t token[PK_PASS_TOKEN_BYTES];
};

static bool has_pages(const struct pk_call *call)
{
    return call->service->rules->public_url != NULL;
}

static int add(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct adding *adding = ctx;
    int r = pk_users_add(call->service, &call->actor, &adding->user, call->now_ms, err);
    if (r != 0 || !has_pages(call))
        return r;
    return pk_staff_link(call->service, &call->actor, pk_slice_of(adding->user.name), call->now_ms, adding->token, err);
}

static void add_link(struct pk_call *call, struct pk_json_out *out, const uint8_t token[PK_PASS_TOKEN_BYTES])
{
    char text[PK_TOKEN_TEXT];
    struct pk_buf link;
    pk_buf_init(&link, 512);
    pk_token_write(token, text);
    (void) pk_buf_add_text(&link, call->service->rules->public_url);
    (void) pk_buf_add_text(&link, PK_STAFF_LINK_PATH);
    (void) pk_buf_add_text(&link, text);
    pk_json_add_text(out, "link", pk_buf_text(&link));
    pk_json_add_time(out, "linkUntil", call->now_ms + PK_STAFF_LINK_MS);
    pk_buf_wipe(&link);
    explicit_bzero(text, sizeof text);
}

void pk_api_user_add(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct adding adding = { 0 };
    int r = read_user(call, &adding.user, &err);
    call->actor.purpose = "user";
    if (r == 0)
        r = pk_call_change(call, add, &adding, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    add_fields(&out, &adding.user);
    if (has_pages(call))
        add_link(call, &out, adding.token);
    pk_json_close(&out, '}');
    explicit_bzero(&adding, sizeof adding);
    pk_call_answer(call, 201, &call->out);
}

/* ---- a further link ---- */

static int make_link(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_staff_link(call->service, &call->actor, call->places[0], call->now_ms, ctx, err);
}

void pk_api_user_link(struct pk_call *call)
{
    struct pk_error err = { 0 };
    uint8_t token[PK_PASS_TOKEN_BYTES];
    call->actor.purpose = "user";
    int r = has_pages(call) ? pk_call_change(call, make_link, token, &err) : pk_fail(&err, PK_E_CONFIG, "there is no public_url a link could lead to");
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    add_link(call, &out, token);
    pk_json_close(&out, '}');
    explicit_bzero(token, sizeof token);
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

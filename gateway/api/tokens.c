/* SPDX-License-Identifier: EUPL-1.2 */
/* Tokens of services, made and revoked at the control socket. The answer that makes one is the only place it is ever shown. */
#include "gateway/service/tokens.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"

static const char *state_of(const struct pk_token *token, int64_t now_ms)
{
    return token->revoked_ms != 0 ? "revoked" : token->expires_ms <= now_ms ? "expired" : "valid";
}

static void add_scopes(struct pk_json_out *out, const char *scopes)
{
    struct pk_slice rest = pk_slice_of(scopes), word;
    pk_json_open(out, "scopes", '[');
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &word))
        pk_json_add_slice(out, NULL, word);
    pk_json_close(out, ']');
}

static void add_members(struct pk_json_out *out, const struct pk_token *token, int64_t now_ms)
{
    pk_json_add_text(out, "name", token->name);
    pk_json_add_text(out, token->owner_kind == PK_TOKEN_OF_USER ? "user" : "publisher", token->owner);
    add_scopes(out, token->scopes);
    pk_json_add_text(out, "state", state_of(token, now_ms));
    pk_json_add_text(out, "madeBy", token->made_by);
    pk_json_add_time(out, "createdAt", token->created_ms);
    pk_json_add_time(out, "expiresAt", token->expires_ms);
    pk_json_add_time(out, "usedOn", token->used_ms);
    pk_json_add_time(out, "revokedAt", token->revoked_ms);
}

static int add_token(void *ctx, const struct pk_token *token)
{
    struct pk_json_out *out = ctx;
    pk_json_open(out, NULL, '{');
    add_members(out, token, pk_clock_wall_ms());
    pk_json_close(out, '}');
    return 0;
}

void pk_api_tokens(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "tokens", '[');
    if (pk_tokens_each(call->service, &call->actor, add_token, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- making one ---- */

struct making {
    struct pk_token token;
    char text[PK_TOKEN_TEXT_MAX];
};

static int field(struct pk_call *call, const char *name, char *to, size_t size, struct pk_error *err)
{
    struct pk_slice text = { 0 };
    int r = pk_call_field_optional(call, name, size - 1, &text, err);
    if (r == 0)
        (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
    return r;
}

static int field_end(struct pk_call *call, int64_t *ret_ms, struct pk_error *err)
{
    char moment[PK_TIME_TEXT_MAX + 8] = "";
    int r = field(call, "expires", moment, PK_TIME_TEXT_MAX, err);
    if (r == 0 && strlen(moment) == strlen("2026-10-14"))
        memcpy(moment + strlen(moment), "T00:00:00Z", sizeof "T00:00:00Z");
    if (r == 0 && pk_time_parse(pk_slice_of(moment), ret_ms) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "field \"expires\" must be a day or a moment");
        r = pk_hint(err, PK_E_INVALID, "Write it like 2026-10-14; a token has an end, at most a year ahead.");
    }
    return r;
}

static int read_token(struct pk_call *call, struct pk_token *token, struct pk_error *err)
{
    static const char *const fields[] = { "name", "publisher", "user", "scopes", "expires", NULL };
    bool of_user = pk_json_get(call->body, "user") != NULL;
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0 && of_user == (pk_json_get(call->body, "publisher") != NULL))
        r = pk_fail(err, PK_E_INVALID, "either field \"publisher\" or field \"user\" must be there");
    token->owner_kind = of_user ? PK_TOKEN_OF_USER : PK_TOKEN_OF_PUBLISHER;
    if (r == 0)
        r = field(call, "name", token->name, sizeof token->name, err);
    if (r == 0)
        r = field(call, of_user ? "user" : "publisher", token->owner, sizeof token->owner, err);
    if (r == 0)
        r = field(call, "scopes", token->scopes, sizeof token->scopes, err);
    return r == 0 ? field_end(call, &token->expires_ms, err) : r;
}

static int make(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct making *making = ctx;
    return pk_tokens_add(call->service, &call->actor, &making->token, call->now_ms, making->text, err);
}

void pk_api_token_add(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct making making = { .text = "" };
    call->actor.purpose = "token";
    int r = read_token(call, &making.token, &err);
    if (r == 0)
        r = pk_call_change(call, make, &making, &err);
    if (r == 0) {
        struct pk_json_out out = pk_json_out(&call->out);
        pk_json_open(&out, NULL, '{');
        add_members(&out, &making.token, call->now_ms);
        pk_json_add_text(&out, "token", making.text);
        pk_json_close(&out, '}');
        pk_call_answer(call, 201, &call->out);
    } else {
        pk_call_problem(call, &err);
    }
    explicit_bzero(&making, sizeof making);
}

/* ---- revoking one ---- */

static int revoke(struct pk_call *call, void *ctx, struct pk_error *err)
{
    (void) ctx;
    return pk_tokens_revoke(call->service, &call->actor, call->places[0], call->now_ms, err);
}

void pk_api_token_revoke(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->actor.purpose = "token";
    if (pk_call_change(call, revoke, NULL, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 200, &call->out);
}

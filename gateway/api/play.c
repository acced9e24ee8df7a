/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The play desk of an account that only simulates: what arrived, and an answer typed for the person. The one place
 * where texts and addresses leave by this door; they are made up.
 */
#include "gateway/api/accounts.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/api/words.h"

#define TEXT_MAX 4096u
#define ADDRESS_MAX 255u

static int desk_of(struct pk_call *call, const struct pk_play_ops **ret_play, void **ret_self, struct pk_error *err)
{
    struct pk_desk *desk = NULL;
    int r = pk_account_place(call, 0, &desk, err);
    if (r != 0)
        return r;
    *ret_play = pk_account_play(desk->account, ret_self);
    if (!*ret_play)
        return pk_fail(err, PK_E_UNSUPPORTED, "account \"%s\" reaches a real provider: it has no play desk", desk->rule->name);
    return 0;
}

/* What arrived; what was typed stands on the page of phones (gateway/console). */
static int show(void *ctx, const struct pk_play_item *given)
{
    struct pk_json_out *out = ctx;
    const struct pk_play_item item = pk_play_item_read(given);
    if (item.typed)
        return 0;
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "attempt", item.attempt_id);
    pk_json_add_slice(out, "address", item.address);
    pk_json_add_slice(out, "text", item.text);
    pk_json_add_text(out, "state", pk_receipt_word(item.state));
    pk_json_add_time(out, "at", item.at_ms);
    pk_json_close(out, '}');
    return out->buf->failed ? -1 : 0;
}

void pk_api_play_list(struct pk_call *call)
{
    const struct pk_play_ops *play = NULL;
    struct pk_error err = { 0 };
    void *self = NULL;
    if (desk_of(call, &play, &self, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "messages", '[');
    (void) play->list(self, show, &out);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_play_answer(struct pk_call *call)
{
    static const char *const fields[] = { "address", "text", NULL };
    const struct pk_play_ops *play = NULL;
    struct pk_error err = { 0 };
    struct pk_slice address = { 0 }, text = { 0 };
    void *self = NULL;
    int r = desk_of(call, &play, &self, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "address", ADDRESS_MAX, &address, &err);
    if (r == 0)
        r = pk_call_field(call, "text", TEXT_MAX, &text, &err);
    /* No unit: what the adapter tells of it comes in by the session's own door, which opens one. */
    if (r == 0)
        r = play->answer(self, address, text, call->now_ms, &err);
    if (r != 0) {
        err.code = r;
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 202, &call->out);
}

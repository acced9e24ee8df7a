/* SPDX-License-Identifier: EUPL-1.2 */
/* A word sent to somebody who stands at the desk, and said there. The rules are service/desk_word. */
#include "gateway/service/desk_word.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"

#define NAME_MAX 48u

struct sending {
    struct pk_desk_word_plan plan;
    int64_t until_ms;
};

static int send(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct sending *sending = ctx;
    return pk_desk_word_send(call->service, &call->actor, &sending->plan, call->now_ms, &sending->until_ms, err);
}

void pk_api_desk_word(struct pk_call *call)
{
    static const char *const fields[] = { "topic", "channel", "by", NULL };
    struct sending sending = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "grant";
    int r = pk_call_place_id(call, 0, "recipient", &sending.plan.recipient, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "topic", NAME_MAX, &sending.plan.topic, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "channel", NAME_MAX, &sending.plan.channel, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "by", PK_CONSENT_WORD_MAX, &sending.plan.by, &err);
    if (r == 0)
        r = pk_call_change(call, send, &sending, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "sent", true);
    pk_json_add_time(&out, "until", sending.until_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- said ---- */

struct saying {
    int64_t recipient;
    struct pk_slice word, by;
    struct pk_grant_result result;
    struct pk_error wrong;
};

/* A wrong word is no failure of the unit: it is counted. */
static int said(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct saying *saying = ctx;
    int r = pk_desk_word_said(call->service, &call->actor, saying->recipient, saying->word, saying->by, call->now_ms, &saying->result, err);
    if (r != PK_E_DENIED || !call->service->rules->desk_words)
        return r;
    saying->wrong = *err;
    *err = (struct pk_error){ 0 };
    return 0;
}

void pk_api_desk_word_said(struct pk_call *call)
{
    static const char *const fields[] = { "word", "by", NULL };
    struct saying saying = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "grant";
    int r = pk_call_place_id(call, 0, "recipient", &saying.recipient, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "word", PK_DESK_WORD_MAX, &saying.word, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "by", PK_CONSENT_WORD_MAX, &saying.by, &err);
    if (r == 0)
        r = pk_call_change(call, said, &saying, &err);
    if (r != 0 || saying.wrong.code != 0) {
        pk_call_problem(call, r != 0 ? &err : &saying.wrong);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "state", pk_consent_state_name(saying.result.state));
    pk_json_add_bool(&out, "changed", saying.result.changed);
    pk_json_add_time(&out, "until", saying.result.until_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

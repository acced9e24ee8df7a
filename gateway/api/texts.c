/* SPDX-License-Identifier: EUPL-1.2 */
/* That a text was read aloud by somebody whose language it is. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/readings.h"

#define TAG_MAX_BYTES 24u

static int keep(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct pk_slice *tag = ctx;
    return pk_text_was_read(call->service, &call->actor, call->places[0], *tag, PK_SLICE(""), call->now_ms, err);
}

void pk_api_template_read(struct pk_call *call)
{
    static const char *const fields[] = { "language", NULL };
    struct pk_error err = { 0 };
    struct pk_slice tag = { 0 };
    call->actor.purpose = "proof";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "language", TAG_MAX_BYTES, &tag, &err);
    if (r == 0)
        r = pk_call_change(call, keep, &tag, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "template", call->places[0]);
    pk_json_add_slice(&out, "language", tag);
    pk_json_add_text(&out, "readBy", call->actor.name);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

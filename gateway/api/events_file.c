/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files at the control socket: taken in whole, and everything given out. The public calendar is a page (console/calendar.c). */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/service/events.h"

#define NAME_MAX_BYTES 64u

struct importing {
    struct pk_buf kind;
    bool draft, quietly;
    struct pk_events_imported done;
};

static int import(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct importing *importing = ctx;
    return pk_events_import(call->service, &call->actor, pk_http_request_body(call->request), pk_buf_slice(&importing->kind), importing->draft, importing->quietly,
                            call->now_ms, &importing->done, err);
}

static int read_arguments(struct pk_call *call, struct importing *importing, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, NAME_MAX_BYTES);
    int r = pk_call_argument(call, "kind", &importing->kind, &given, err);
    if (r == 0)
        r = pk_call_argument(call, "draft", &text, &given, err);
    if (r == 0 && given && pk_parse_bool(pk_buf_slice(&text), &importing->draft) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"draft\" must be yes or no");
    pk_buf_clear(&text);
    if (r == 0)
        r = pk_call_argument(call, "tell", &text, &given, err);
    if (r == 0 && given) {
        bool tell = true;
        if (pk_parse_bool(pk_buf_slice(&text), &tell) != 0)
            r = pk_fail(err, PK_E_INVALID, "argument \"tell\" must be yes or no");
        importing->quietly = !tell;
    }
    pk_buf_finish(&text);
    return r;
}

void pk_api_events_import(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct importing importing = { 0 };
    pk_buf_init(&importing.kind, NAME_MAX_BYTES);
    call->actor.purpose = "event";
    int r = read_arguments(call, &importing, &err);
    if (r == 0)
        r = pk_call_change(call, import, &importing, &err);
    pk_buf_finish(&importing.kind);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_int(&out, "planned", importing.done.planned);
    pk_json_add_int(&out, "changed", importing.done.changed);
    pk_json_add_int(&out, "unchanged", importing.done.unchanged);
    pk_json_add_int(&out, "cancelled", importing.done.cancelled);
    pk_json_add_int(&out, "over", importing.done.over);
    pk_json_add_int(&out, "know", importing.done.effect.know);
    pk_json_add_int(&out, "told", importing.done.effect.told);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_events_export(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_buf calendar;
    pk_buf_init(&calendar, PK_CALL_ANSWER_MAX / 2);
    int r = pk_events_export(call->service, &call->actor, call->now_ms, &calendar, &err);
    if (r == 0) {
        struct pk_json_out out = pk_json_out(&call->out);
        pk_json_open(&out, NULL, '{');
        pk_json_add_slice(&out, "calendar", pk_buf_slice(&calendar));
        pk_json_close(&out, '}');
        pk_call_answer(call, 200, &call->out);
    } else {
        pk_call_problem(call, &err);
    }
    pk_buf_finish(&calendar);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/call.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"

#define ARGUMENT_MAX 256u

struct pk_call *pk_call_new(struct pk_api *api, struct pk_http_request *request)
{
    struct pk_call *call = pk_alloc(sizeof *call);
    call->api = api;
    call->service = api->service;
    call->request = request;
    call->now_ms = pk_clock_wall_ms();
    pk_buf_init(&call->out, PK_CALL_ANSWER_MAX);
    pk_complaints_init(&call->complaints);
    pk_list_append(&api->calls, &call->node);
    return call;
}

void pk_call_free(struct pk_call *call)
{
    if (!call)
        return;
    pk_list_remove(&call->node);
    pk_json_free(call->document);
    for (size_t i = 0; i < call->header_count; i++)
        free(call->header_values[i]);
    pk_buf_wipe(&call->out); /* a play desk's texts pass here */
    pk_complaints_finish(&call->complaints);
    free(call->bearer);
    if (call->drop)
        call->drop(call->data);
    else
        free(call->data);
    free(call);
}

/* ---- arguments ---- */

int pk_call_argument(struct pk_call *call, const char *name, struct pk_buf *out, bool *ret_given, struct pk_error *err)
{
    int r = pk_http_request_argument(call->request, name, out);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return pk_fail(err, PK_E_INVALID, "argument \"%s\" cannot be read", name);
    *ret_given = r == 0 && out->len > 0;
    return 0;
}

int pk_call_argument_id(struct pk_call *call, const char *name, int64_t *ret_id, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    int64_t id = 0;
    pk_buf_init(&text, ARGUMENT_MAX);
    int r = pk_call_argument(call, name, &text, &given, err);
    if (r == 0 && given && pk_id_parse(pk_buf_slice(&text), &id) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"%s\" is no id", name);
    pk_buf_finish(&text);
    if (r == 0)
        *ret_id = id;
    return r;
}

int pk_call_argument_limit(struct pk_call *call, size_t *ret_limit, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    int64_t limit = PK_CALL_ROWS;
    pk_buf_init(&text, ARGUMENT_MAX);
    int r = pk_call_argument(call, "limit", &text, &given, err);
    if (r == 0 && given && pk_parse_int(pk_buf_slice(&text), 1, PK_CALL_ROWS_MAX, &limit) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"limit\" must be a number from 1 to %d", PK_CALL_ROWS_MAX);
    pk_buf_finish(&text);
    if (r == 0)
        *ret_limit = (size_t) limit;
    return r;
}

int pk_call_argument_moment(struct pk_call *call, const char *name, int64_t *ret_ms, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, ARGUMENT_MAX);
    int r = pk_call_argument(call, name, &text, &given, err);
    if (r == 0 && given) {
        if (text.len == strlen("2026-10-14"))
            (void) pk_buf_add_text(&text, "T00:00:00Z");
        r = pk_time_parse(pk_buf_slice(&text), ret_ms);
        if (r != 0) {
            (void) pk_fail(err, r, "argument \"%s\" is no moment", name);
            (void) pk_hint(err, r, "Write it like 2026-10-14 or 2026-10-14T17:30:00+02:00.");
        }
    }
    pk_buf_finish(&text);
    return r;
}

int pk_call_place_id(struct pk_call *call, size_t place, const char *what, int64_t *ret_id, struct pk_error *err)
{
    if (pk_id_parse(call->places[place], ret_id) == 0)
        return 0;
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such %s", what);
    return pk_hint(err, PK_E_NOT_FOUND, "An id has 13 letters and digits.");
}

/* ---- fields ---- */

int pk_call_field_optional(struct pk_call *call, const char *name, size_t max_bytes, struct pk_slice *ret_text,
                           struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(call->body, name);
    *ret_text = (struct pk_slice){ 0 };
    if (!value)
        return 0;
    struct pk_slice text = pk_json_string(value);
    if (!text.data || text.len == 0)
        return pk_fail(err, PK_E_INVALID, "field \"%s\" must be a text that is not empty", name);
    if (text.len > max_bytes)
        return pk_fail(err, PK_E_INVALID, "field \"%s\" may have %zu bytes at most", name, max_bytes);
    *ret_text = text;
    return 0;
}

int pk_call_field(struct pk_call *call, const char *name, size_t max_bytes, struct pk_slice *ret_text, struct pk_error *err)
{
    int r = pk_call_field_optional(call, name, max_bytes, ret_text, err);
    return r != 0 || ret_text->data ? r : pk_fail(err, PK_E_INVALID, "field \"%s\" is missing", name);
}

int pk_call_field_bool(struct pk_call *call, const char *name, bool *ret_given, bool *ret_value, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(call->body, name);
    *ret_given = value != NULL;
    if (value && !pk_json_bool(value, ret_value))
        return pk_fail(err, PK_E_INVALID, "field \"%s\" must be true or false", name);
    return 0;
}

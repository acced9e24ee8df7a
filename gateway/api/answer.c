/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/answer.h"

#include "gateway/api/once.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"

#define RETRY_AFTER "1" /* seconds: a failed commit is tried again with the next turn */

/* ---- the release phase ---- */

/* What every answer under /v1 says besides. */
static size_t add_versioned(const struct pk_call *call, struct pk_answer_header *headers)
{
    const char *url = call->service->rules->public_url;
    size_t count = 0;
    if (!pk_slice_starts(pk_http_request_path(call->request), "/v1"))
        return 0;
    headers[count++] = (struct pk_answer_header){ "API-Version", PK_API_VERSION };
    headers[count++] = (struct pk_answer_header){ "X-Frame-Options", "DENY" };
    if (url && pk_slice_starts(pk_slice_of(url), "https://"))
        headers[count++] = (struct pk_answer_header){ "Strict-Transport-Security", "max-age=31536000" };
    return count;
}

static void leave(struct pk_call *call)
{
    struct pk_answer_header headers[PK_CALL_HEADERS + 5];
    size_t count = call->header_count;
    memcpy(headers, call->headers, sizeof call->headers);
    count += add_versioned(call, headers + count);
    if (call->status == 503)
        headers[count++] = (struct pk_answer_header){ "Retry-After", RETRY_AFTER };
    if (call->allow)
        headers[count++] = (struct pk_answer_header){ "Allow", call->allow };
    call->api->answers[call->status / 100 < PK_COUNT(call->api->answers) ? call->status / 100 : 0]++;
    pk_http_answer(call->request, call->status, call->content_type, pk_buf_slice(&call->out), headers, count);
    pk_call_free(call);
}

static void write_problem(struct pk_call *call, unsigned status, const struct pk_error *err)
{
    const char *name = pk_code_name(err->code);
    char title[32];
    size_t n = strlen(name) < sizeof title - 1 ? strlen(name) : sizeof title - 1;
    for (size_t i = 0; i < n; i++)
        title[i] = name[i] == '-' ? ' ' : name[i];
    title[n] = '\0';
    pk_buf_clear(&call->out);
    call->out.failed = false;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    char type[64];
    (void) snprintf(type, sizeof type, "urn:pokana:problem:%s", name);
    pk_json_add_text(&out, "type", type);
    pk_json_add_text(&out, "title", title);
    pk_json_add_int(&out, "status", status);
    pk_json_add_text(&out, "detail", err->message);
    pk_json_add_text(&out, "hint", err->hint);
    pk_json_add_text(&out, "code", name);
    if (call->reason)
        pk_json_add_text(&out, "reason", call->reason);
    if (call->complaints.count > 0 && !call->complaints.text.failed) {
        pk_json_open(&out, "errors", '[');
        (void) pk_buf_add_slice(&call->out, pk_buf_slice(&call->complaints.text));
        pk_json_close(&out, ']');
    }
    pk_json_close(&out, '}');
    (void) pk_buf_add_char(&call->out, '\n');
    call->status = status;
    call->content_type = "application/problem+json";
}

static void committed(void *ctx)
{
    leave(ctx);
}

/* Nothing of this turn happened, so nothing of its answers is true. */
static void not_committed(void *ctx)
{
    struct pk_call *call = ctx;
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_BUSY, "the database could not keep this now");
    (void) pk_hint(&err, PK_E_BUSY, "Try again in a moment; the gateway's health says what is wrong.");
    call->allow = NULL;
    call->reason = NULL;
    call->complaints.count = 0;
    for (size_t i = 0; i < call->header_count; i++)
        free(call->header_values[i]);
    call->header_count = 0;
    write_problem(call, 503, &err);
    leave(call);
}

static void queue(struct pk_call *call)
{
    pk_store_after(call->service->store, PK_LANE_ANSWER,
                   (struct pk_after){ .done = committed, .failed = not_committed, .ctx = call });
}

/* ---- an answer that goes on ---- */

struct streaming {
    struct pk_call *call;
    struct pk_call_stream stream;
};

static void begin_stream(void *ctx)
{
    struct streaming *streaming = ctx;
    struct pk_call *call = streaming->call;
    const struct pk_call_stream *stream = &streaming->stream;
    const struct pk_http_stream_config config = {
        .content_type = stream->content_type,
        .headers = call->headers,
        .header_count = call->header_count,
        .unsent_max_bytes = stream->unsent_max_bytes,
        .gone = stream->gone,
        .ctx = stream->ctx,
    };
    call->api->answers[2]++;
    stream->begun(stream->ctx, pk_http_answer_stream(call->request, &config));
    pk_call_free(call); /* and `streaming` */
}

static void no_stream(void *ctx)
{
    struct streaming *streaming = ctx;
    streaming->stream.begun(streaming->stream.ctx, NULL);
    not_committed(streaming->call);
}

void pk_call_stream(struct pk_call *call, const struct pk_call_stream *stream)
{
    struct streaming *streaming = pk_alloc(sizeof *streaming);
    *streaming = (struct streaming){ call, *stream };
    if (call->drop)
        call->drop(call->data);
    else
        free(call->data);
    call->data = streaming;
    call->drop = NULL;
    pk_store_after(call->service->store, PK_LANE_ANSWER, (struct pk_after){ .done = begin_stream, .failed = no_stream, .ctx = streaming });
}

/* ---- answering ---- */

void pk_call_answer_as(struct pk_call *call, unsigned status, const char *content_type, struct pk_buf *body)
{
    if (body->failed) {
        struct pk_error err = { 0 };
        (void) pk_fail(&err, PK_E_INTERNAL, "the answer is too large");
        pk_call_problem(call, &err);
        return;
    }
    if (body != &call->out) {
        pk_buf_finish(&call->out);
        call->out = *body;
        pk_buf_init(body, body->max_bytes);
    }
    call->status = status;
    call->content_type = content_type;
    pk_once_keep(call);
    queue(call);
}

void pk_call_answer(struct pk_call *call, unsigned status, struct pk_buf *json)
{
    (void) pk_buf_add_char(json, '\n');
    pk_call_answer_as(call, status, "application/json", json);
}

void pk_call_problem_as(struct pk_call *call, unsigned status, const struct pk_error *err)
{
    write_problem(call, status, err);
    queue(call);
}

/* Whoever named a user hears that there is none, rather than what an operator may not do. */
static void blame_nobody(const struct pk_call *call, struct pk_error *err)
{
    bool named = pk_is_name(call->nobody) && call->nobody.len <= PK_USER_NAME_MAX;
    (void) pk_fail(err, PK_E_DENIED, "there is no user \"%.*s\": there are no users yet", named ? (int) call->nobody.len : 1, named ? call->nobody.data : "?");
    (void) pk_hint(err, PK_E_DENIED, "pokana users add makes one; until then everybody here is an operator.");
}

void pk_call_problem(struct pk_call *call, const struct pk_error *err)
{
    struct pk_error own = { 0 };
    if (err->code == PK_E_DENIED && call->nobody.len > 0) {
        blame_nobody(call, &own);
        err = &own;
    }
    pk_call_problem_as(call, call->problem_status != 0 ? call->problem_status : pk_code_http_status(err->code), err);
}

/* ---- changing and reading ---- */

int pk_call_change(struct pk_call *call, int (*change)(struct pk_call *call, void *ctx, struct pk_error *err), void *ctx,
                   struct pk_error *err)
{
    struct pk_store *store = call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = change(call, ctx, err);
    if (r != 0) {
        pk_unit_drop(store);
        return r;
    }
    return pk_unit_keep(store, err);
}

static int run(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct pk_call *call = ctx;
    return call->read(call, store, err);
}

static void done(void *ctx, int result, const struct pk_error *err)
{
    struct pk_call *call = ctx;
    call->then(call, result, err);
}

void pk_call_read(struct pk_call *call, int (*read)(struct pk_call *call, struct pk_store *store, struct pk_error *err),
                  void (*then)(struct pk_call *call, int result, const struct pk_error *err), int64_t deadline_ms)
{
    struct pk_error err = { 0 };
    struct pk_read task = { .run = run, .done = done, .ctx = call, .deadline_ms = deadline_ms };
    call->read = read;
    call->then = then;
    int r = pk_reader_submit(call->service->reader, &task, &err);
    if (r != 0)
        then(call, r, &err);
}

static void read_now(void *ctx)
{
    struct pk_call *call = ctx;
    pk_call_read(call, call->read, call->then, call->read_deadline_ms);
}

void pk_call_read_kept(struct pk_call *call, int (*read)(struct pk_call *call, struct pk_store *store, struct pk_error *err),
                       void (*then)(struct pk_call *call, int result, const struct pk_error *err), int64_t deadline_ms)
{
    call->read = read;
    call->then = then;
    call->read_deadline_ms = deadline_ms;
    pk_store_after(call->service->store, PK_LANE_ANSWER, (struct pk_after){ .done = read_now, .failed = not_committed, .ctx = call });
}

void pk_call_answer_read(struct pk_call *call, int result, const struct pk_error *err)
{
    if (result != 0)
        pk_call_problem(call, err);
    else
        pk_call_answer(call, 200, &call->out);
}

void pk_answer_list_end(struct pk_json_out *out, bool more, int64_t last)
{
    pk_json_close(out, ']');
    if (more)
        pk_json_add_id(out, "next", last);
    else
        pk_json_add_null(out, "next");
    pk_json_close(out, '}');
}

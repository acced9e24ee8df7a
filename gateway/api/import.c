/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/import.h"

#include "gateway/api/answer.h"
#include "gateway/base/text.h"
#include "gateway/service/imports.h"
#include "gateway/store/jobs.h"

#define NAME_MAX_BYTES 128u

/* ---- starting one ---- */

static int argument_bool(struct pk_call *call, const char *name, bool *ret_value, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, NAME_MAX_BYTES);
    int r = pk_call_argument(call, name, &text, &given, err);
    if (r == 0 && given && pk_parse_bool(pk_buf_slice(&text), ret_value) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"%s\" must be yes or no", name);
    pk_buf_finish(&text);
    return r;
}

static int start(struct pk_call *call, struct pk_buf *by, struct pk_buf *second, int64_t *ret_job, struct pk_error *err)
{
    struct pk_import_options options = { 0 };
    bool by_given = false, second_given = false;
    int r = argument_bool(call, "confirmed", &options.confirmed, err);
    if (r == 0)
        r = argument_bool(call, "partial", &options.partial, err);
    if (r == 0)
        r = pk_call_argument(call, "by", by, &by_given, err);
    if (r == 0)
        r = pk_call_argument(call, "second", second, &second_given, err);
    if (r != 0)
        return r;
    options.by = by_given ? pk_buf_slice(by) : pk_slice_of(call->actor.name);
    options.second_person = pk_buf_slice(second);
    call->actor.purpose = "import";
    return pk_imports_start(call->service->imports, &call->actor, &options, pk_http_request_body(call->request), call->now_ms,
                            ret_job, err);
}

void pk_api_import(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_buf by, second;
    int64_t job = 0;
    pk_buf_init(&by, NAME_MAX_BYTES);
    pk_buf_init(&second, NAME_MAX_BYTES);
    int r = start(call, &by, &second, &job, &err);
    pk_buf_finish(&by);
    pk_buf_finish(&second);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "job", job);
    pk_json_close(&out, '}');
    pk_call_answer(call, 202, &call->out);
}

/* ---- what became of it ---- */

static void write_error(struct pk_json_out *out, uint32_t line, const char *reason, const char *hint)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_int(out, "line", line);
    pk_json_add_text(out, "reason", reason);
    pk_json_add_text(out, "hint", hint);
    pk_json_close(out, '}');
}

static void write_counts(struct pk_json_out *out, int64_t taken, int64_t refused)
{
    pk_json_open(out, "counts", '{');
    pk_json_add_int(out, "taken", taken);
    pk_json_add_int(out, "refused", refused);
    pk_json_close(out, '}');
}

void pk_import_view_write(struct pk_json_out *out, const struct pk_import_view *view)
{
    static const char *const states[] = { "running", "running", "done", "failed" };
    static const char *const phases[] = { "checking", "importing", "ended", "ended" };
    pk_json_add_id(out, "id", view->job);
    pk_json_add_text(out, "kind", "import");
    pk_json_add_text(out, "state", states[view->phase]);
    pk_json_add_text(out, "phase", phases[view->phase]);
    pk_json_add_int(out, "done", view->done);
    pk_json_add_int(out, "total", view->total);
    write_counts(out, view->taken, view->refused);
    pk_json_open(out, "errors", '[');
    if (view->trouble[0])
        write_error(out, 0, view->trouble, "Import the same file again: it continues where it stopped.");
    for (size_t i = 0; i < view->note_count; i++)
        write_error(out, view->notes[i].line, view->notes[i].reason, view->notes[i].hint);
    pk_json_close(out, ']');
    pk_json_add_int(out, "moreErrors", view->more_notes);
}

/* A job of an earlier life of the gateway: its row is all that is known. */
static void write_row(struct pk_json_out *out, const struct pk_job_row *row)
{
    bool cut_off = row->state == PK_JOB_RUNNING;
    pk_json_add_id(out, "id", row->id);
    pk_json_add_text(out, "kind", "import");
    pk_json_add_text(out, "state", row->state == PK_JOB_DONE ? "done" : "failed");
    pk_json_add_text(out, "phase", "ended");
    pk_json_add_int(out, "done", row->cursor);
    pk_json_add_int(out, "total", row->total);
    write_counts(out, pk_import_taken(row), row->counts[PK_IMPORT_REFUSED]);
    pk_json_open(out, "errors", '[');
    if (cut_off)
        write_error(out, 0, "the gateway stopped before it was done",
                    "Import the same file again: it continues where it stopped.");
    pk_json_close(out, ']');
    pk_json_add_int(out, "moreErrors", 0);
}

void pk_api_job(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_job_row row;
    int64_t id = 0;
    const struct pk_import *import = NULL;
    int r = pk_call_place_id(call, 0, "job", &id, &err);
    if (r == 0 && !(import = pk_imports_find(call->service->imports, id)))
        r = pk_job_get(call->service->store, id, &row, &err);
    if (r == 0 && !import && row.kind != PK_JOB_IMPORT)
        r = pk_fail(&err, PK_E_NOT_FOUND, "there is no such job");
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    if (import) {
        struct pk_import_view view;
        pk_import_view(import, &view);
        pk_import_view_write(&out, &view);
    } else {
        write_row(&out, &row);
    }
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

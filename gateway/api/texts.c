/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts: shown, written by the city in its own words, taken back; and that one was read aloud by somebody whose language it is.
 * A text has an edition, which is its ETag: whoever changes one says which edition was seen. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/service/own_texts_tell.h"
#include "gateway/service/readings.h"
#include "gateway/store/own_texts.h"

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

/* ---- shown ---- */

void pk_api_templates(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    const struct pk_texts_teller teller = { .service = call->service, .actor = &call->actor, .out = &out };
    pk_json_open(&out, NULL, '{');
    if (pk_texts_tell_all(&teller, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

static void add_etag(struct pk_call *call, struct pk_slice name)
{
    char tag[32];
    (void) snprintf(tag, sizeof tag, "\"%lld\"", (long long) pk_own_text_edition(call->service->store, name));
    pk_call_header(call, "ETag", tag);
}

void pk_api_template(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    const struct pk_texts_teller teller = { .service = call->service, .actor = &call->actor, .out = &out };
    pk_json_open(&out, NULL, '{');
    if (pk_texts_tell_one(&teller, call->places[0], &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, '}');
    add_etag(call, call->places[0]);
    pk_call_answer(call, 200, &call->out);
}

/* ---- written ---- */

/* The first mistake is the problem's sentence; `pokana templates import` and the pages show all of them with their lines. */
struct writing {
    struct pk_own_file files[PK_OWN_FILES_MAX];
    size_t count;
    int64_t edition;
    struct pk_buf mistakes;
};

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    struct writing *writing = ctx;
    (void) section;
    (void) key;
    (void) pk_buf_printf(&writing->mistakes, "%s%s:%u: %s (%s)", writing->mistakes.len > 0 ? "; " : "", file, line, reason, hint);
}

static int explain(const struct writing *writing, int r, struct pk_error *err)
{
    if (r != PK_E_INVALID || writing->mistakes.len == 0)
        return r;
    return pk_fail(err, r, "%.*s", (int) (writing->mistakes.len < sizeof err->message - 1 ? writing->mistakes.len : sizeof err->message - 1),
                   pk_buf_text(&writing->mistakes));
}

static int write_all(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct writing *writing = ctx;
    struct pk_ini_report report = { .tell = tell, .ctx = writing };
    int r = pk_own_texts_write(call->service, &call->actor, writing->files, writing->count, writing->edition, &report, call->now_ms, err);
    return explain(writing, r, err);
}

static int take_back(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct writing *writing = ctx;
    struct pk_ini_report report = { .tell = tell, .ctx = writing };
    int r = pk_own_texts_withdraw(call->service, &call->actor, call->places[0], writing->edition, &report, call->now_ms, err);
    return explain(writing, r, err);
}

/* If-Match: the edition that was seen, or * for whatever it is. Taking back loses nothing, and may go without. */
static bool read_edition(struct pk_call *call, bool needed, int64_t *ret_edition)
{
    struct pk_slice match = pk_slice_trim(pk_http_request_header(call->request, "If-Match"));
    struct pk_error err = { 0 };
    *ret_edition = PK_EDITION_ANY;
    if (pk_slice_is(match, "*") || (match.len == 0 && !needed))
        return true;
    if (match.len > 2 && match.data[0] == '"' && match.data[match.len - 1] == '"' &&
        pk_parse_int(pk_slice_make(match.data + 1, match.len - 2), 0, INT64_MAX, ret_edition) == 0)
        return true;
    (void) pk_fail(&err, PK_E_INVALID, "header If-Match does not say which edition was seen");
    (void) pk_hint(&err, PK_E_INVALID, "Send the ETag that GET answered with.");
    pk_call_problem_as(call, match.len == 0 ? 428 : 400, &err);
    return false;
}

/* Only where two wrote at once: what a change meets otherwise has the status of its code. */
static void refuse(struct pk_call *call, int64_t edition, const struct pk_error *err)
{
    bool other = err->code == PK_E_CONFLICT && edition != PK_EDITION_ANY;
    if (other)
        pk_call_problem_as(call, 412, err);
    else
        pk_call_problem(call, err);
}

static void answer_edition(struct pk_call *call, struct pk_slice name)
{
    char edition[24];
    (void) snprintf(edition, sizeof edition, "%lld", (long long) pk_own_text_edition(call->service->store, name));
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "template", name);
    pk_json_add_text(&out, "edition", edition);
    pk_json_close(&out, '}');
    add_etag(call, name);
    pk_call_answer(call, 200, &call->out);
}

static int read_content(const struct pk_json *value, struct pk_slice *ret_content, struct pk_error *err)
{
    *ret_content = pk_json_string(value);
    return ret_content->len > 0 && ret_content->len <= PK_OWN_TEXT_MAX
               ? 0
               : pk_fail(err, PK_E_INVALID, "each text is a string: its head, an empty line and its words, of at most %u bytes", PK_OWN_TEXT_MAX);
}

/* {"texts":{"bg":"...","nl":"..."}} */
static int read_texts(struct pk_call *call, struct writing *writing, struct pk_error *err)
{
    static const char *const fields[] = { "texts", NULL };
    const struct pk_json *texts = pk_json_get(call->body, "texts"), *value;
    void *iter = NULL;
    struct pk_slice language;
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0 && (pk_json_kind(texts) != PK_JSON_OBJECT || pk_json_count(texts) == 0))
        r = pk_fail(err, PK_E_INVALID, "field \"texts\" must be an object: a text by its language");
    while (r == 0 && pk_json_next(texts, &iter, &language, &value)) {
        if (writing->count == PK_OWN_FILES_MAX)
            return pk_fail(err, PK_E_LIMIT, "there are more than %d texts", PK_OWN_FILES_MAX);
        struct pk_own_file *file = &writing->files[writing->count++];
        *file = (struct pk_own_file){ .name = call->places[0], .language = language };
        r = read_content(value, &file->content, err);
    }
    return r;
}

void pk_api_template_put(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct writing writing = { 0 };
    call->actor.purpose = "texts";
    if (!read_edition(call, true, &writing.edition))
        return;
    pk_buf_init(&writing.mistakes, 4096);
    int r = read_texts(call, &writing, &err);
    if (r == 0)
        r = pk_call_change(call, write_all, &writing, &err);
    pk_buf_finish(&writing.mistakes);
    if (r == 0)
        answer_edition(call, call->places[0]);
    else
        refuse(call, writing.edition, &err);
}

void pk_api_template_delete(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct writing writing = { 0 };
    call->actor.purpose = "texts";
    if (!read_edition(call, false, &writing.edition))
        return;
    pk_buf_init(&writing.mistakes, 4096);
    int r = pk_call_change(call, take_back, &writing, &err);
    pk_buf_finish(&writing.mistakes);
    if (r == 0)
        answer_edition(call, call->places[0]);
    else
        refuse(call, writing.edition, &err);
}

/* {"texts":[{"name":..,"language":..,"content":..}]}: forms of a text that go with each other only together. */
static int read_files(struct pk_call *call, struct writing *writing, struct pk_error *err)
{
    static const char *const fields[] = { "texts", NULL };
    const struct pk_json *texts = pk_json_get(call->body, "texts");
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0 && (pk_json_kind(texts) != PK_JSON_ARRAY || pk_json_count(texts) == 0 || pk_json_count(texts) > PK_OWN_FILES_MAX))
        r = pk_fail(err, PK_E_INVALID, "field \"texts\" must be a list of 1 to %d texts", PK_OWN_FILES_MAX);
    for (size_t i = 0; r == 0 && i < pk_json_count(texts); i++) {
        const struct pk_json *text = pk_json_item(texts, i);
        struct pk_own_file *file = &writing->files[writing->count++];
        file->name = pk_json_string(pk_json_get(text, "name"));
        file->language = pk_json_string(pk_json_get(text, "language"));
        r = file->name.len > 0 && file->language.len > 0 ? read_content(pk_json_get(text, "content"), &file->content, err)
                                                         : pk_fail(err, PK_E_INVALID, "each text has a \"name\" and a \"language\"");
    }
    return r;
}

void pk_api_templates_import(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct writing writing = { .edition = PK_EDITION_ANY };
    call->actor.purpose = "texts";
    pk_buf_init(&writing.mistakes, 4096);
    int r = read_files(call, &writing, &err);
    if (r == 0)
        r = pk_call_change(call, write_all, &writing, &err);
    pk_buf_finish(&writing.mistakes);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_int(&out, "texts", (int64_t) writing.count);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

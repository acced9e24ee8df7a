/* SPDX-License-Identifier: EUPL-1.2 */
/* Documents for machines laid out for people: what nests becomes rows, "steps[].when", and a reference the name it refers to. */
#include "gateway/api/v1.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/console/docs.h"

#define DOCUMENT_MAX (1u << 20)
#define PATH_MAX_BYTES 160u
#define TYPE_MAX 400u
#define DEPTH_MAX 5

static struct pk_slice text_of(const struct pk_json *of, const char *name)
{
    struct pk_slice text = pk_json_string(pk_json_get(of, name));
    return text.data ? text : PK_SLICE("");
}

/* What follows the last '/' of a reference, without ".json"; empty when it is none. */
static struct pk_slice refers_to(const struct pk_json *schema)
{
    struct pk_slice rest = text_of(schema, "$ref"), last = rest, part;
    while (rest.len > 0 && pk_slice_cut(&rest, '/', &part))
        last = part;
    if (last.len > 5 && memcmp(last.data + last.len - 5, ".json", 5) == 0)
        last.len -= 5;
    return last;
}

/* ---- types ---- */

static void add_words(struct pk_buf *out, const struct pk_json *words)
{
    for (size_t i = 0; i < pk_json_count(words); i++) {
        (void) pk_buf_add_text(out, i > 0 ? ", " : "");
        (void) pk_buf_add_slice(out, pk_json_string(pk_json_item(words, i)));
    }
}

static void add_type(struct pk_buf *out, const struct pk_json *schema)
{
    const struct pk_json *type = pk_json_get(schema, "type");
    if (pk_json_string(type).data)
        (void) pk_buf_add_slice(out, pk_json_string(type));
    for (size_t i = 0; i < pk_json_count(type); i++) {
        (void) pk_buf_add_text(out, i > 0 ? " or " : "");
        (void) pk_buf_add_slice(out, pk_json_string(pk_json_item(type, i)));
    }
    if (pk_json_get(schema, "format")) {
        (void) pk_buf_add_text(out, ", ");
        (void) pk_buf_add_slice(out, text_of(schema, "format"));
    }
    if (pk_json_get(schema, "enum")) {
        (void) pk_buf_add_text(out, out->len > 0 ? ": " : "");
        add_words(out, pk_json_get(schema, "enum"));
    }
    if (pk_json_get(schema, "const")) {
        (void) pk_buf_add_text(out, out->len > 0 ? ": " : "");
        (void) pk_buf_add_slice(out, text_of(schema, "const"));
    }
}

/* "kind" is what it is, "named" the schema it refers to ("" = none), "list" whether there are several. */
static void add_kind(struct pk_json_out *out, const struct pk_json *schema)
{
    struct pk_buf text;
    bool list = pk_slice_is(text_of(schema, "type"), "array");
    const struct pk_json *one = list ? pk_json_get(schema, "items") : schema;
    pk_buf_init(&text, TYPE_MAX);
    add_type(&text, one);
    pk_json_add_slice(out, "named", refers_to(one));
    pk_json_add_slice(out, "kind", pk_buf_slice(&text));
    pk_json_add_bool(out, "list", list);
    pk_buf_finish(&text);
}

/* ---- fields ---- */

static bool is_needed(const struct pk_json *schema, struct pk_slice name)
{
    const struct pk_json *required = pk_json_get(schema, "required");
    for (size_t i = 0; i < pk_json_count(required); i++)
        if (pk_slice_equal(pk_json_string(pk_json_item(required, i)), name))
            return true;
    return false;
}

static void add_fields(struct pk_json_out *out, const struct pk_json *schema, const char *front, int depth)
{
    const struct pk_json *part;
    struct pk_slice name;
    void *iter = NULL;
    while (pk_json_next(pk_json_get(schema, "properties"), &iter, &name, &part)) {
        char path[PATH_MAX_BYTES];
        (void) snprintf(path, sizeof path, "%s%.*s", front, PK_SLICE_ARG(name));
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "field", path);
        pk_json_add_bool(out, "needed", is_needed(schema, name));
        pk_json_add_slice(out, "about", text_of(part, "description"));
        add_kind(out, part);
        pk_json_close(out, '}');
        bool list = pk_slice_is(text_of(part, "type"), "array");
        if (depth >= DEPTH_MAX)
            continue;
        (void) snprintf(path, sizeof path, "%s%.*s%s.", front, PK_SLICE_ARG(name), list ? "[]" : "");
        add_fields(out, list ? pk_json_get(part, "items") : part, path, depth + 1);
    }
}

static void add_schema(struct pk_json_out *out, struct pk_slice name, const struct pk_json *schema)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "schema", name);
    pk_json_add_slice(out, "about", text_of(schema, "description"));
    pk_json_open(out, "fields", '[');
    add_fields(out, schema, "", 0);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

/* ---- OpenAPI ---- */

static void add_parameters(struct pk_json_out *out, const struct pk_json *operation)
{
    const struct pk_json *parameters = pk_json_get(operation, "parameters");
    pk_json_add_bool(out, "asks", pk_json_count(parameters) > 0);
    pk_json_open(out, "parameters", '[');
    for (size_t i = 0; i < pk_json_count(parameters); i++) {
        const struct pk_json *parameter = pk_json_item(parameters, i);
        bool needed = false;
        (void) pk_json_bool(pk_json_get(parameter, "required"), &needed);
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "parameter", text_of(parameter, "name"));
        pk_json_add_slice(out, "where", text_of(parameter, "in"));
        pk_json_add_bool(out, "needed", needed);
        pk_json_add_slice(out, "about", text_of(parameter, "description"));
        add_kind(out, pk_json_get(parameter, "schema"));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void add_bodies(struct pk_json_out *out, const char *list, const struct pk_json *content)
{
    const struct pk_json *body;
    struct pk_slice media;
    void *iter = NULL;
    pk_json_open(out, list, '[');
    while (pk_json_next(content, &iter, &media, &body)) {
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "media", media);
        add_kind(out, pk_json_get(body, "schema"));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* What it answers itself, and the statuses of what is answered everywhere alike. */
static void add_answers(struct pk_json_out *out, const struct pk_json *operation)
{
    const struct pk_json *responses = pk_json_get(operation, "responses"), *answer;
    struct pk_slice status;
    for (int shared = 0; shared < 2; shared++) {
        void *iter = NULL;
        pk_json_open(out, shared ? "refusals" : "answers", '[');
        while (pk_json_next(responses, &iter, &status, &answer)) {
            if ((refers_to(answer).len > 0) != (shared == 1))
                continue;
            pk_json_open(out, NULL, '{');
            pk_json_add_slice(out, "status", status);
            if (!shared)
                add_bodies(out, "bodies", pk_json_get(answer, "content"));
            pk_json_close(out, '}');
        }
        pk_json_close(out, ']');
    }
}

/* The status under which operations refer to a shared answer; empty when none does. */
static struct pk_slice status_of(const struct pk_json *document, struct pk_slice name)
{
    const struct pk_json *methods, *operation, *answer;
    struct pk_slice part, status;
    void *paths = NULL;
    while (pk_json_next(pk_json_get(document, "paths"), &paths, &part, &methods)) {
        void *verbs = NULL;
        while (pk_json_next(methods, &verbs, &part, &operation)) {
            void *answers = NULL;
            while (pk_json_next(pk_json_get(operation, "responses"), &answers, &status, &answer))
                if (pk_slice_equal(refers_to(answer), name))
                    return status;
        }
    }
    return PK_SLICE("");
}

static void add_errors(struct pk_json_out *out, const struct pk_json *document)
{
    const struct pk_json *answer;
    struct pk_slice name;
    void *iter = NULL;
    pk_json_open(out, "errors", '[');
    while (pk_json_next(pk_json_at(document, "components.responses"), &iter, &name, &answer)) {
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "status", status_of(document, name));
        pk_json_add_slice(out, "about", text_of(answer, "description"));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* "Scope: `event.view`." is event.view. */
static struct pk_slice scope_of(const struct pk_json *operation)
{
    struct pk_slice rest = text_of(operation, "description"), scope = PK_SLICE("");
    return pk_slice_cut(&rest, '`', &scope) && rest.len > 0 && pk_slice_cut(&rest, '`', &scope) ? scope : PK_SLICE("");
}

static void add_operation(struct pk_json_out *out, struct pk_slice path, struct pk_slice verb, const struct pk_json *operation)
{
    char method[16];
    size_t n = 0;
    for (; n < verb.len && n < sizeof method - 1; n++)
        method[n] = (char) (verb.data[n] >= 'a' && verb.data[n] <= 'z' ? verb.data[n] - 'a' + 'A' : verb.data[n]);
    method[n] = '\0';
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "id", text_of(operation, "operationId"));
    pk_json_add_text(out, "method", method);
    pk_json_add_slice(out, "path", path);
    pk_json_add_slice(out, "summary", text_of(operation, "summary"));
    pk_json_add_slice(out, "scope", scope_of(operation));
    add_parameters(out, operation);
    add_bodies(out, "takes", pk_json_at(operation, "requestBody.content"));
    add_answers(out, operation);
    pk_json_close(out, '}');
}

static void add_group(struct pk_json_out *out, const struct pk_json *document, struct pk_slice tag)
{
    const struct pk_json *methods, *operation;
    struct pk_slice path, verb;
    void *iter = NULL;
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "tag", tag);
    pk_json_open(out, "operations", '[');
    while (pk_json_next(pk_json_get(document, "paths"), &iter, &path, &methods)) {
        void *inner = NULL;
        while (pk_json_next(methods, &inner, &verb, &operation))
            if (pk_slice_equal(pk_json_string(pk_json_at(operation, "tags[0]")), tag))
                add_operation(out, path, verb, operation);
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

int pk_docs_lay_out_api(struct pk_buf *to, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = pk_json_parse(pk_slice_make(pk_openapi_text, pk_openapi_len), DOCUMENT_MAX, &document, err);
    if (r != 0)
        return r;
    const struct pk_json *tags = pk_json_get(document, "tags"), *schema;
    struct pk_json_out out = pk_json_out(to);
    struct pk_slice name;
    void *iter = NULL;
    pk_json_open(&out, "groups", '[');
    for (size_t i = 0; i < pk_json_count(tags); i++)
        add_group(&out, document, text_of(pk_json_item(tags, i), "name"));
    pk_json_close(&out, ']');
    add_errors(&out, document);
    pk_json_open(&out, "schemas", '[');
    while (pk_json_next(pk_json_at(document, "components.schemas"), &iter, &name, &schema))
        add_schema(&out, name, schema);
    pk_json_close(&out, ']');
    return to->failed ? pk_fail(err, PK_E_LIMIT, "the description of the API is too long for its page") : 0;
}

/* ---- AsyncAPI ---- */

static void add_channels(struct pk_json_out *out, const struct pk_json *document)
{
    const struct pk_json *channel, *message;
    struct pk_slice name;
    void *iter = NULL;
    pk_json_open(out, "channels", '[');
    while (pk_json_next(pk_json_get(document, "channels"), &iter, &name, &channel)) {
        void *inner = NULL;
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "address", text_of(channel, "address"));
        pk_json_add_slice(out, "about", text_of(channel, "description"));
        pk_json_open(out, "carries", '[');
        while (pk_json_next(pk_json_get(channel, "messages"), &inner, &name, &message)) {
            pk_json_open(out, NULL, '{');
            pk_json_add_slice(out, "message", refers_to(message));
            pk_json_close(out, '}');
        }
        pk_json_close(out, ']');
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static int add_message(struct pk_json_out *out, struct pk_slice name, const struct pk_json *message, struct pk_error *err)
{
    int r = 0;
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "message", name);
    pk_json_add_slice(out, "type", text_of(message, "name"));
    pk_json_add_slice(out, "title", text_of(message, "title"));
    pk_json_add_slice(out, "summary", text_of(message, "summary"));
    pk_json_open(out, "fields", '[');
    for (size_t i = 0; r == 0 && i < pk_document_count; i++) {
        pk_auto(pk_json) struct pk_json *schema = NULL;
        if (!pk_slice_is(text_of(message, "title"), pk_documents[i].name))
            continue;
        r = pk_json_parse(pk_slice_make(pk_documents[i].text, pk_documents[i].len), DOCUMENT_MAX, &schema, err);
        const struct pk_json *data = pk_json_at(schema, "properties.data");
        add_fields(out, data ? data : schema, "", 0);
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    return r;
}

int pk_docs_lay_out_events(struct pk_buf *to, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    const struct pk_json *message;
    struct pk_json_out out = pk_json_out(to);
    struct pk_slice name;
    void *iter = NULL;
    int r = PK_E_NOT_FOUND;
    for (size_t i = 0; i < pk_document_count; i++)
        if (strcmp(pk_documents[i].name, "asyncapi") == 0)
            r = pk_json_parse(pk_slice_make(pk_documents[i].text, pk_documents[i].len), DOCUMENT_MAX, &document, err);
    if (r != 0)
        return r;
    add_channels(&out, document);
    pk_json_open(&out, "messages", '[');
    while (r == 0 && pk_json_next(pk_json_at(document, "components.messages"), &iter, &name, &message))
        r = add_message(&out, name, message, err);
    pk_json_close(&out, ']');
    return r == 0 && to->failed ? pk_fail(err, PK_E_LIMIT, "the description of the events is too long for its page") : r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/schema.h"

#include "gateway/base/text.h"

#include <stdio.h>

#define POINTER_MAX 160u
#define COMPLAINTS_BYTES_MAX 16384u
#define REFERENCE "#/components/schemas/"

void pk_complaints_init(struct pk_complaints *complaints)
{
    pk_buf_init(&complaints->text, COMPLAINTS_BYTES_MAX);
    complaints->out = pk_json_out(&complaints->text);
    complaints->count = 0;
}

void pk_complaints_finish(struct pk_complaints *complaints)
{
    pk_buf_finish(&complaints->text);
    complaints->count = 0;
}

void pk_complain(struct pk_complaints *complaints, const char *pointer, const char *detail)
{
    if (complaints->count == PK_SCHEMA_COMPLAINTS_MAX)
        return;
    complaints->count++;
    pk_json_open(&complaints->out, NULL, '{');
    pk_json_add_text(&complaints->out, pointer[0] == '?' ? "parameter" : "pointer", pointer[0] == '?' ? pointer + 1 : pointer);
    pk_json_add_text(&complaints->out, "detail", detail);
    pk_json_close(&complaints->out, '}');
}

__attribute__((format(printf, 3, 4))) static void complain(struct pk_complaints *complaints, const char *pointer, const char *format, ...)
{
    char detail[160];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    pk_complain(complaints, pointer, detail);
}

static const struct pk_json *follow(const struct pk_json *document, const struct pk_json *schema)
{
    char name[64];
    struct pk_slice reference = pk_json_string(pk_json_get(schema, "$ref"));
    if (!reference.data || !pk_slice_starts(reference, REFERENCE))
        return schema;
    (void) snprintf(name, sizeof name, "%.*s", (int) (reference.len - strlen(REFERENCE)), reference.data + strlen(REFERENCE));
    return pk_json_get(pk_json_get(pk_json_get(document, "components"), "schemas"), name);
}

/* ---- kinds ---- */

static bool is_of(const struct pk_json *value, struct pk_slice type)
{
    int64_t number;
    switch (pk_json_kind(value)) {
    case PK_JSON_NULL:
        return pk_slice_is(type, "null");
    case PK_JSON_BOOL:
        return pk_slice_is(type, "boolean");
    case PK_JSON_NUMBER:
        return pk_slice_is(type, "number") || (pk_slice_is(type, "integer") && pk_json_int(value, &number));
    case PK_JSON_STRING:
        return pk_slice_is(type, "string");
    case PK_JSON_ARRAY:
        return pk_slice_is(type, "array");
    case PK_JSON_OBJECT:
        return pk_slice_is(type, "object");
    default:
        return false;
    }
}

static bool has_type(const struct pk_json *schema, const struct pk_json *value, struct pk_slice *ret_wanted)
{
    const struct pk_json *type = pk_json_get(schema, "type");
    *ret_wanted = pk_json_string(type);
    if (!type)
        return true;
    if (ret_wanted->data)
        return is_of(value, *ret_wanted);
    *ret_wanted = pk_json_string(pk_json_item(type, 0));
    for (size_t i = 0; i < pk_json_count(type); i++)
        if (is_of(value, pk_json_string(pk_json_item(type, i))))
            return true;
    return false;
}

/* ---- limits ---- */

static void check_number(const struct pk_json *schema, int64_t number, const char *pointer, struct pk_complaints *complaints)
{
    int64_t limit;
    if (pk_json_int(pk_json_get(schema, "minimum"), &limit) && number < limit)
        complain(complaints, pointer, "must be %lld or more", (long long) limit);
    if (pk_json_int(pk_json_get(schema, "maximum"), &limit) && number > limit)
        complain(complaints, pointer, "must be %lld or less", (long long) limit);
}

static void check_words(const struct pk_json *schema, struct pk_slice text, const char *pointer, struct pk_complaints *complaints)
{
    const struct pk_json *words = pk_json_get(schema, "enum");
    int64_t limit, length = 0;
    for (size_t i = 0; i < text.len; i++)
        length += ((unsigned char) text.data[i] & 0xc0) != 0x80 ? 1 : 0;
    if (pk_json_int(pk_json_get(schema, "minLength"), &limit) && length < limit)
        complain(complaints, pointer, "must have %lld characters or more", (long long) limit);
    if (pk_json_int(pk_json_get(schema, "maxLength"), &limit) && length > limit)
        complain(complaints, pointer, "may have %lld characters at most", (long long) limit);
    bool known = !words;
    for (size_t i = 0; !known && i < pk_json_count(words); i++)
        known = pk_slice_equal(text, pk_json_string(pk_json_item(words, i)));
    if (!known)
        pk_complain(complaints, pointer, "is none of the words there are");
}

static void check_list(const struct pk_json *document, const struct pk_json *schema, const struct pk_json *value, const char *pointer,
                       struct pk_complaints *complaints)
{
    int64_t limit;
    size_t count = pk_json_count(value);
    if (pk_json_int(pk_json_get(schema, "minItems"), &limit) && (int64_t) count < limit)
        complain(complaints, pointer, "must have %lld items or more", (long long) limit);
    if (pk_json_int(pk_json_get(schema, "maxItems"), &limit) && (int64_t) count > limit) {
        complain(complaints, pointer, "may have %lld items at most", (long long) limit);
        return;
    }
    for (size_t i = 0; i < count && complaints->count < PK_SCHEMA_COMPLAINTS_MAX; i++) {
        char here[POINTER_MAX];
        (void) snprintf(here, sizeof here, "%s/%zu", pointer, i);
        pk_schema_check(document, pk_json_get(schema, "items"), pk_json_item(value, i), here, complaints);
    }
}

static void check_object(const struct pk_json *document, const struct pk_json *schema, const struct pk_json *value, const char *pointer,
                         struct pk_complaints *complaints)
{
    const struct pk_json *properties = pk_json_get(schema, "properties"), *required = pk_json_get(schema, "required"), *part;
    bool open = true;
    void *iter = NULL;
    struct pk_slice name;
    char here[POINTER_MAX], plain[64];
    for (size_t i = 0; i < pk_json_count(required); i++) {
        struct pk_slice wanted = pk_json_string(pk_json_item(required, i));
        (void) snprintf(plain, sizeof plain, "%.*s", PK_SLICE_ARG(wanted));
        (void) snprintf(here, sizeof here, "%s/%s", pointer, plain);
        if (!pk_json_get(value, plain))
            pk_complain(complaints, here, "is missing");
    }
    (void) pk_json_bool(pk_json_get(schema, "additionalProperties"), &open);
    while (pk_json_next(value, &iter, &name, &part) && complaints->count < PK_SCHEMA_COMPLAINTS_MAX) {
        (void) snprintf(plain, sizeof plain, "%.*s", name.len < sizeof plain ? (int) name.len : 0, name.data);
        const struct pk_json *known = pk_json_get(properties, plain);
        (void) snprintf(here, sizeof here, "%s/%s", pointer, known ? plain : "");
        if (known)
            pk_schema_check(document, known, part, here, complaints);
        else if (!open)
            pk_complain(complaints, pointer, "has a field that is not known here");
    }
}

void pk_schema_check(const struct pk_json *document, const struct pk_json *schema, const struct pk_json *value, const char *pointer,
                     struct pk_complaints *complaints)
{
    struct pk_slice wanted;
    int64_t number;
    schema = follow(document, schema);
    if (!schema)
        return;
    if (!has_type(schema, value, &wanted)) {
        complain(complaints, pointer, "must be of type %.*s", PK_SLICE_ARG(wanted));
        return;
    }
    switch (pk_json_kind(value)) {
    case PK_JSON_NUMBER:
        if (pk_json_int(value, &number))
            check_number(schema, number, pointer, complaints);
        return;
    case PK_JSON_STRING:
        check_words(schema, pk_json_string(value), pointer, complaints);
        return;
    case PK_JSON_ARRAY:
        check_list(document, schema, value, pointer, complaints);
        return;
    case PK_JSON_OBJECT:
        check_object(document, schema, value, pointer, complaints);
        return;
    default:
        return;
    }
}

void pk_schema_check_text(const struct pk_json *document, const struct pk_json *schema, struct pk_slice text, const char *pointer,
                          struct pk_complaints *complaints)
{
    int64_t number;
    schema = follow(document, schema);
    if (!pk_slice_is(pk_json_string(pk_json_get(schema, "type")), "integer"))
        check_words(schema, text, pointer, complaints);
    else if (pk_parse_int(text, INT64_MIN, INT64_MAX, &number) != 0)
        pk_complain(complaints, pointer, "must be of type integer");
    else
        check_number(schema, number, pointer, complaints);
}

/* ---- which operation ---- */

/* "/v1/triggers/{}" is "/triggers/{id}". */
static bool same_path(const char *route, struct pk_slice path)
{
    size_t at = 0;
    if (strncmp(route, "/v1", 3) != 0)
        return false;
    for (const char *c = route + 3; *c; c++) {
        if (at >= path.len || path.data[at] != *c)
            return false;
        if (*c == '{')
            while (at + 1 < path.len && path.data[at + 1] != '}')
                at++;
        at++;
    }
    return at == path.len;
}

const struct pk_json *pk_schema_operation(const struct pk_json *document, const char *method, const char *route)
{
    const struct pk_json *item;
    void *iter = NULL;
    struct pk_slice path;
    char verb[16];
    size_t n = 0;
    for (; method[n] && n < sizeof verb - 1; n++)
        verb[n] = (char) (method[n] >= 'A' && method[n] <= 'Z' ? method[n] - 'A' + 'a' : method[n]);
    verb[n] = '\0';
    while (pk_json_next(pk_json_get(document, "paths"), &iter, &path, &item))
        if (same_path(route, path) && pk_json_get(item, verb))
            return pk_json_get(item, verb);
    return NULL;
}

const struct pk_json *pk_schema_body(const struct pk_json *operation, const char *media_type)
{
    const struct pk_json *content = pk_json_get(pk_json_get(operation, "requestBody"), "content");
    return pk_json_get(pk_json_get(content, media_type), "schema");
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading: jansson behind our own getters, so that its types stay in this file. `struct pk_json` is never defined: a
 * pointer to one is jansson's pointer under another name.
 */
#include "gateway/base/json.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"

#include <jansson.h>

#define NAME_SHOWN 48u /* bytes of a name nobody expected */

static const json_t *in(const struct pk_json *value)
{
    return (const json_t *) (const void *) value;
}

static const struct pk_json *out_of(const json_t *value)
{
    return (const struct pk_json *) (const void *) value;
}

/* Depth is looked at before jansson recurses into it. */
static int check_depth(struct pk_slice text, struct pk_error *err)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > PK_JSON_DEPTH_MAX)
                return pk_fail(err, PK_E_LIMIT, "the JSON is nested deeper than %d levels", PK_JSON_DEPTH_MAX);
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return 0;
}

int pk_json_parse(struct pk_slice text, size_t max_bytes, struct pk_json **ret_document, struct pk_error *err)
{
    json_error_t why;
    if (text.len > max_bytes)
        return pk_fail(err, PK_E_LIMIT, "the JSON is larger than %zu bytes", max_bytes);
    int r = check_depth(text, err);
    if (r != 0)
        return r;
    json_t *document = json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!document) {
        /* jansson's own words can repeat the input: only the place is told. */
        return pk_fail(err, PK_E_INVALID, "line %d, column %d: %s", why.line, why.column,
                       json_error_code(&why) == json_error_duplicate_key ? "a name occurs twice in one object" : "this is not JSON");
    }
    *ret_document = (struct pk_json *) (void *) document;
    return 0;
}

void pk_json_free(struct pk_json *document)
{
    json_decref((json_t *) (void *) document);
}

enum pk_json_kind pk_json_kind(const struct pk_json *value)
{
    if (!value)
        return PK_JSON_ABSENT;
    switch (json_typeof(in(value))) {
    case JSON_OBJECT:
        return PK_JSON_OBJECT;
    case JSON_ARRAY:
        return PK_JSON_ARRAY;
    case JSON_STRING:
        return PK_JSON_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return PK_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return PK_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return PK_JSON_NULL;
}

const struct pk_json *pk_json_get(const struct pk_json *object, const char *name)
{
    return object ? out_of(json_object_get(in(object), name)) : NULL;
}

const struct pk_json *pk_json_at(const struct pk_json *value, const char *path)
{
    while (value && *path) {
        char name[128];
        size_t n = strcspn(path, ".[");
        if (n >= sizeof name)
            return NULL;
        if (n > 0) {
            memcpy(name, path, n);
            name[n] = '\0';
            value = pk_json_get(value, name);
        }
        path += n;
        while (value && *path == '[') {
            char *end;
            unsigned long index = strtoul(path + 1, &end, 10);
            if (end == path + 1 || *end != ']')
                return NULL;
            value = pk_json_item(value, index);
            path = end + 1;
        }
        if (*path == '.')
            path++;
    }
    return value;
}

size_t pk_json_count(const struct pk_json *value)
{
    if (!value)
        return 0;
    return json_is_array(in(value)) ? json_array_size(in(value)) : json_object_size(in(value));
}

const struct pk_json *pk_json_item(const struct pk_json *array, size_t index)
{
    return array ? out_of(json_array_get(in(array), index)) : NULL;
}

struct pk_slice pk_json_string(const struct pk_json *value)
{
    if (!value || !json_is_string(in(value)))
        return (struct pk_slice){ 0 };
    return pk_slice_make(json_string_value(in(value)), json_string_length(in(value)));
}

bool pk_json_int(const struct pk_json *value, int64_t *ret_value)
{
    if (!value || !json_is_integer(in(value)))
        return false;
    *ret_value = json_integer_value(in(value));
    return true;
}

bool pk_json_bool(const struct pk_json *value, bool *ret_value)
{
    if (!value || !json_is_boolean(in(value)))
        return false;
    *ret_value = json_is_true(in(value));
    return true;
}

static int dump_to(const char *bytes, size_t len, void *ctx)
{
    return pk_buf_add(ctx, bytes, len) == 0 ? 0 : -1;
}

int pk_json_dump(const struct pk_json *value, struct pk_buf *out)
{
    if (!value)
        return pk_buf_add_text(out, "null");
    int r = json_dump_callback(in(value), dump_to, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    return r == 0 ? 0 : PK_E_LIMIT;
}

bool pk_json_next(const struct pk_json *object, void **iter, struct pk_slice *ret_name, const struct pk_json **ret_value)
{
    if (!object || !json_is_object(in(object)))
        return false;
    json_t *walked = (json_t *) (uintptr_t) in(object); /* jansson's iterator asks for a writable object and writes nothing */
    *iter = *iter ? json_object_iter_next(walked, *iter) : json_object_iter(walked);
    if (!*iter)
        return false;
    *ret_name = pk_slice_of(json_object_iter_key(*iter));
    *ret_value = out_of(json_object_iter_value(*iter));
    return true;
}

int pk_json_only(const struct pk_json *object, const char *const *names, const char *where, struct pk_error *err)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    size_t count = 0;
    while (names[count])
        count++;
    while (pk_json_next(object, &iter, &name, &value)) {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++)
            known = pk_slice_is(name, names[i]);
        if (known)
            continue;
        const char *near = pk_nearest(name, names, count);
        size_t shown = name.len < NAME_SHOWN ? name.len : NAME_SHOWN;
        while (shown < name.len && shown > 0 && ((unsigned char) name.data[shown] & 0xc0) == 0x80)
            shown--; /* not half a character */
        (void) pk_fail(err, PK_E_INVALID, "%s: unknown field \"%.*s\"", where, (int) shown, name.data);
        return near ? pk_hint(err, PK_E_INVALID, "Did you mean \"%s\"?", near) : PK_E_INVALID;
    }
    return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON in: typed getters over a parsed document that say what is wrong and where; out: a writer into a pk_buf.
 * Duplicate keys, invalid UTF-8, NUL, numbers out of range, nesting over the limit and trailing text are refused.
 */
#ifndef PK_BASE_JSON_H
#define PK_BASE_JSON_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_json; /* a document or a value inside it; values are borrowed from their document */

#define PK_JSON_DEPTH_MAX 16

/* The caller frees the document. The text is not kept. PK_E_INVALID with line and column; PK_E_LIMIT. */
int pk_json_parse(struct pk_slice text, size_t max_bytes, struct pk_json **ret_document, struct pk_error *err);
void pk_json_free(struct pk_json *document);
PK_AUTO_DEFINE(pk_json, struct pk_json *, pk_json_free)

enum pk_json_kind { PK_JSON_ABSENT = 0, PK_JSON_NULL, PK_JSON_BOOL, PK_JSON_NUMBER, PK_JSON_STRING, PK_JSON_ARRAY, PK_JSON_OBJECT };

/* All take NULL as "absent". */
enum pk_json_kind pk_json_kind(const struct pk_json *value);
const struct pk_json *pk_json_get(const struct pk_json *object, const char *name);
const struct pk_json *pk_json_at(const struct pk_json *value, const char *path); /* "a.b[0].c" */
size_t pk_json_count(const struct pk_json *value); /* of an array or object, else 0 */
const struct pk_json *pk_json_item(const struct pk_json *array, size_t index);
struct pk_slice pk_json_string(const struct pk_json *value); /* {NULL,0} when no string */
bool pk_json_int(const struct pk_json *value, int64_t *ret_value); /* integers only */
bool pk_json_bool(const struct pk_json *value, bool *ret_value);
/* Appends the value as compact JSON with sorted keys: the canonical form that is stored and compared. */
int pk_json_dump(const struct pk_json *value, struct pk_buf *out);

/* Walks an object in the order written: start with *iter NULL; false at the end. */
bool pk_json_next(const struct pk_json *object, void **iter, struct pk_slice *ret_name, const struct pk_json **ret_value);

/* Refuses a member not in `names` (NULL-terminated), naming it and the nearest one known. */
int pk_json_only(const struct pk_json *object, const char *const *names, const char *where, struct pk_error *err);

/* ---- writing ---- */

struct pk_json_out {
    struct pk_buf *buf;
    bool first; /* nothing yet at this level */
};

struct pk_json_out pk_json_out(struct pk_buf *buf);
/* name NULL inside arrays and at the top. */
void pk_json_open(struct pk_json_out *out, const char *name, char bracket); /* '{' or '[' */
void pk_json_close(struct pk_json_out *out, char bracket); /* '}' or ']' */
void pk_json_add_slice(struct pk_json_out *out, const char *name, struct pk_slice value);
void pk_json_add_text(struct pk_json_out *out, const char *name, const char *value); /* NULL writes null */
void pk_json_add_int(struct pk_json_out *out, const char *name, int64_t value);
void pk_json_add_bool(struct pk_json_out *out, const char *name, bool value);
void pk_json_add_null(struct pk_json_out *out, const char *name);
void pk_json_add_time(struct pk_json_out *out, const char *name, int64_t ms); /* RFC 3339; 0 writes null */
void pk_json_add_id(struct pk_json_out *out, const char *name, int64_t id);
void pk_json_add_raw(struct pk_json_out *out, const char *name, struct pk_slice json);
/* Only the escaped characters between the quotes. */
void pk_json_escape(struct pk_buf *out, struct pk_slice text);

#endif

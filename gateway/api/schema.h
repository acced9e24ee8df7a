/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The description of the public API (openapi.json) at work: whatever a request gets wrong by its form is found by the very
 * document its sender reads, and told all at once. Of JSON Schema it knows what that document uses: $ref, type, enum,
 * properties, required, additionalProperties, items and the limits of texts, numbers and lists. Only gateway/api.
 */
#ifndef PK_API_SCHEMA_H
#define PK_API_SCHEMA_H

#include "gateway/base/json.h"

#define PK_SCHEMA_COMPLAINTS_MAX 32 /* told of one request; more are not looked for */

/* Complaints as elements of a JSON array, without its brackets: {"pointer":"/tags/0","detail":"..."}. No value is repeated, and no
 * name that does not stand in the document: either may be a number of somebody's. */
struct pk_complaints {
    struct pk_buf text;
    struct pk_json_out out;
    size_t count;
};
void pk_complaints_init(struct pk_complaints *complaints);
void pk_complaints_finish(struct pk_complaints *complaints);
/* `pointer` into the body, "" = the whole of it; or "?limit" for an argument. */
void pk_complain(struct pk_complaints *complaints, const char *pointer, const char *detail);

/* `document` is the whole, in which $ref points; `schema` a part of it, NULL = everything goes. */
void pk_schema_check(const struct pk_json *document, const struct pk_json *schema, const struct pk_json *value, const char *pointer,
                     struct pk_complaints *complaints);
/* The same of a text that stands for a number or a word, as an argument does. */
void pk_schema_check_text(const struct pk_json *document, const struct pk_json *schema, struct pk_slice text, const char *pointer,
                          struct pk_complaints *complaints);

/* The operation of a route, "/v1/triggers/{}" for a path "/triggers/{id}"; NULL = the document has none. */
const struct pk_json *pk_schema_operation(const struct pk_json *document, const char *method, const char *route);
/* What a JSON body of this operation looks like; NULL = it says nothing of one. */
const struct pk_json *pk_schema_body(const struct pk_json *operation, const char *media_type);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON on its way out, written straight into a request's body: no document is built, nothing is allocated. The first
 * error is kept and everything after it does nothing, so that it is asked for once, at the end.
 *
 *     struct pk_kit_json json = pk_kit_json(host, host->body(request));
 *     pk_kit_json_open(&json, NULL, '{');
 *     pk_kit_json_text(&json, "to", job->address);
 *     pk_kit_json_close(&json, '}');
 *     return json.error;
 */
#ifndef PK_KIT_JSON_H
#define PK_KIT_JSON_H

#include "gateway/include/pokana/adapter.h"

struct pk_kit_json {
    const struct pk_host *host;
    struct pk_out *out;
    int error; /* 0, or what write() said first */
    bool more; /* something stands before at this level */
};

struct pk_kit_json pk_kit_json(const struct pk_host *host, struct pk_out *out);
/* Names are literals of the adapter's and need no escape; NULL inside arrays and at the top. */
void pk_kit_json_open(struct pk_kit_json *json, const char *name, char bracket); /* '{' or '[' */
void pk_kit_json_close(struct pk_kit_json *json, char bracket);                  /* '}' or ']' */
void pk_kit_json_text(struct pk_kit_json *json, const char *name, struct pk_slice text);
void pk_kit_json_named(struct pk_kit_json *json, struct pk_slice name, struct pk_slice text); /* a name that needs it */
/* Each of the characters `from` written as the one at the same place in `to`. */
void pk_kit_json_swapped(struct pk_kit_json *json, const char *name, struct pk_slice text, const char *from, const char *to);
void pk_kit_json_int(struct pk_kit_json *json, const char *name, int64_t number);
void pk_kit_json_bool(struct pk_kit_json *json, const char *name, bool value);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request on its way: what the router found out about it and what a handler needs. The handler answers exactly
 * once, by answer.h, in the same turn or a later one; with its answer the call is gone. Only gateway/api.
 */
#ifndef PK_API_CALL_H
#define PK_API_CALL_H

#include "gateway/api/api.h"
#include "gateway/api/schema.h"
#include "gateway/base/json.h"
#include "gateway/base/list.h"
#include "gateway/service/tokens.h"
#include "gateway/service/users.h"
#include "gateway/store/once.h"

#define PK_CALL_PLACES 2
#define PK_CALL_JSON_MAX (64u << 10) /* a JSON body */
#define PK_CALL_ANSWER_MAX (4u << 20)
#define PK_CALL_HEADERS 8 /* of an answer, beside those every answer has */
#define PK_CALL_ROWS 50 /* of a list, when the caller says no limit */
#define PK_CALL_ROWS_MAX 500

/* What the handlers share. */
struct pk_api {
    struct pk_service *service;
    char *version;
    int64_t started_ms;
    void (*pages)(void *ctx, struct pk_call *call);
    void *pages_ctx;
    struct pk_v1 *v1; /* of the public API: tokens' rates, its description */
    struct pk_list calls; /* not answered yet */
    struct pk_list hooks; /* nor are these, which the end of the serve phase takes together (hooks.c) */
    uint64_t answers[6]; /* by the status' first digit */
    int64_t hook_told_ms; /* when a refused hook was last logged */
};

struct pk_counting;

struct pk_call {
    struct pk_list node;
    struct pk_api *api;
    struct pk_service *service;
    struct pk_http_request *request; /* its slices live until the answer */
    struct pk_actor actor;
    char actor_name[24]; /* "uid:1000" */
    struct pk_acting acting; /* the user named in its header, if there is one */
    struct pk_slice nobody; /* the name in its header, while there are no users: whoever asks is an operator */
    struct pk_bearer *bearer; /* the token it came with at the public listener */
    const char *route_method, *route_path; /* of the row that was found */
    struct pk_slice places[PK_CALL_PLACES]; /* what stands in the path where the pattern has {}, in order */
    const struct pk_json *body; /* an object; NULL where the route takes none or none was sent */
    int64_t now_ms;

    /* The handler's own, kept between turns; freed after the answer with `drop`, NULL = free(). */
    void *data;
    void (*drop)(void *data);
    const struct pk_counting *counting; /* counting.c: how `data` is counted */

    /* answer.c: the answer to be, and work on the reading thread */
    unsigned status;
    const char *content_type;
    const char *reason; /* of a problem: a word from a fixed list; NULL = none */
    unsigned problem_status; /* of a problem: the one no code stands for; 0 = its code's */
    struct pk_complaints complaints; /* of a problem: all that is wrong with the request */
    const char *allow; /* 405: the methods there are */
    struct pk_buf out;
    struct pk_answer_header headers[PK_CALL_HEADERS];
    char *header_values[PK_CALL_HEADERS]; /* the call's own copies */
    size_t header_count;
    int (*read)(struct pk_call *call, struct pk_store *store, struct pk_error *err);
    void (*then)(struct pk_call *call, int result, const struct pk_error *err);
    int64_t read_deadline_ms;
    struct pk_json *document;
    char allow_text[32];

    /* once.c: its answer is kept under this key, for whoever asks again */
    bool once;
    uint8_t once_key[PK_ONCE_BYTES], once_request[PK_ONCE_BYTES];
};

typedef void (*pk_handler)(struct pk_call *call);

/* What a route wants as body. */
enum pk_call_body {
    PK_BODY_NONE = 0, /* what is sent is not looked at */
    PK_BODY_JSON, /* an object, application/json */
    PK_BODY_JSON_OPTIONAL, /* the same, or nothing */
    PK_BODY_EVENT, /* a CloudEvent, structured or binary, as it came */
    PK_BODY_CSV, /* text/csv, as it came: pk_http_request_body() */
    PK_BODY_CALENDAR, /* text/calendar, likewise */
};

struct pk_call *pk_call_new(struct pk_api *api, struct pk_http_request *request);
void pk_call_free(struct pk_call *call); /* by answer.c, and of those left over at the end */

/* ---- query arguments; what is wrong is named ---- */

/* Appended decoded; *ret_given is false when it is absent or empty. */
int pk_call_argument(struct pk_call *call, const char *name, struct pk_buf *out, bool *ret_given, struct pk_error *err);
int pk_call_argument_id(struct pk_call *call, const char *name, int64_t *ret_id, struct pk_error *err); /* absent: 0 */
/* "limit": 1 to PK_CALL_ROWS_MAX; absent: PK_CALL_ROWS */
int pk_call_argument_limit(struct pk_call *call, size_t *ret_limit, struct pk_error *err);
/* A moment, or a day, which begins as UTC's does; absent: 0 */
int pk_call_argument_moment(struct pk_call *call, const char *name, int64_t *ret_ms, struct pk_error *err);
/* The id at a place of the path. `what` is the thing looked for: "message". PK_E_NOT_FOUND. */
int pk_call_place_id(struct pk_call *call, size_t place, const char *what, int64_t *ret_id, struct pk_error *err);

/* ---- forms and cookies, for pages ---- */

/* A field of an application/x-www-form-urlencoded body, appended decoded; the first of its name, or the one with number
 * `index` among those. *ret_given is false when there is none or it is empty. PK_E_INVALID for a broken escape or text that
 * is no UTF-8. */
int pk_call_form(struct pk_call *call, const char *name, size_t index, struct pk_buf *out, bool *ret_given, struct pk_error *err);
/* The value of a cookie, or {NULL, 0}. Borrowed until the answer. */
struct pk_slice pk_call_cookie(struct pk_call *call, const char *name);
/* For the answer. `name` is a constant, the value is copied. */
void pk_call_header(struct pk_call *call, const char *name, const char *value);

/* ---- fields of the JSON body; what is wrong is named. All take a missing body as an empty one. ---- */

/* A string of 1 to max_bytes; PK_E_INVALID when it is missing, no string, empty or too long. */
int pk_call_field(struct pk_call *call, const char *name, size_t max_bytes, struct pk_slice *ret_text, struct pk_error *err);
/* The same, or {NULL, 0} when it is missing. */
int pk_call_field_optional(struct pk_call *call, const char *name, size_t max_bytes, struct pk_slice *ret_text, struct pk_error *err);
int pk_call_field_bool(struct pk_call *call, const char *name, bool *ret_given, bool *ret_value, struct pk_error *err);

#endif

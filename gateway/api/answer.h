/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a call ends. Each of these takes the call over: it is answered in the release phase of the turn, with what is
 * given here when the turn was kept, else with 503 and Retry-After; the handler does not touch it afterwards.
 * Call them outside a unit: an entry made in a unit that is dropped is forgotten. Only gateway/api.
 */
#ifndef PK_API_ANSWER_H
#define PK_API_ANSWER_H

#include "gateway/api/call.h"

/* Takes over what is in `json` (it is empty afterwards) and ends it with a line feed. */
void pk_call_answer(struct pk_call *call, unsigned status, struct pk_buf *json);
/* The same for another type, as it is; content_type is a constant, NULL = none. */
void pk_call_answer_as(struct pk_call *call, unsigned status, const char *content_type, struct pk_buf *body);
/* RFC 9457; the status is that of err's code. */
void pk_call_problem(struct pk_call *call, const struct pk_error *err);
/* The same with a status no code stands for: 405, 415. */
void pk_call_problem_as(struct pk_call *call, unsigned status, const struct pk_error *err);

/* An answer that goes on (gateway/io/http_server.h), with the headers given by pk_call_header(). `begun` is called in the release
 * phase, with the stream, which is its owner's from then on; or with NULL, when the turn was not kept and 503 was answered. Neither
 * it nor `gone` is called when the gateway ends before. */
struct pk_call_stream {
    const char *content_type; /* a constant */
    size_t unsent_max_bytes;
    void (*begun)(void *ctx, struct pk_http_stream *stream);
    void (*gone)(void *ctx);
    void *ctx;
};
void pk_call_stream(struct pk_call *call, const struct pk_call_stream *stream);

/* Runs a change as one unit: kept, or taken back when it fails. Not the end of the call. */
int pk_call_change(struct pk_call *call, int (*change)(struct pk_call *call, void *ctx, struct pk_error *err), void *ctx,
                   struct pk_error *err);

/* Runs `read` on the reading thread (it touches nothing of the service: only the store it is given, call->data and
 * call->out) and then `then` on the loop's, which answers. deadline_ms 0 = the reader's own. When it cannot be queued
 * `then` is called at once with the reason. */
void pk_call_read(struct pk_call *call, int (*read)(struct pk_call *call, struct pk_store *store, struct pk_error *err),
                  void (*then)(struct pk_call *call, int result, const struct pk_error *err), int64_t deadline_ms);
/* The same once what this turn wrote is kept: for what may be shown only when it is kept who asked. A turn that is not
 * kept answers 503 and nothing is read. */
void pk_call_read_kept(struct pk_call *call, int (*read)(struct pk_call *call, struct pk_store *store, struct pk_error *err),
                       void (*then)(struct pk_call *call, int result, const struct pk_error *err), int64_t deadline_ms);
/* Ends a list read page after page, and its document: "next" is where the next page begins, null when there is none. */
void pk_answer_list_end(struct pk_json_out *out, bool more, int64_t last);
/* A usual `then`: 200 with call->out, or the problem. */
void pk_call_answer_read(struct pk_call *call, int result, const struct pk_error *err);

#endif

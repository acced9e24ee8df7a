/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTTP requests out, over curl's multi interface on the loop. A call is started in the release phase; its bytes leave in
 * the timer phase of the next turn, whose wait is 0, and its answer is handed back in the harvest phase of a later one. A
 * request is begun once: where curl would repeat it because a connection it kept was dead, the call ends as
 * PK_ANSWER_NONE instead, unless not a byte had left. Redirects are not followed, the environment is never asked.
 *
 * PK_ANSWER_NOT_SENT is certain: no byte of the request was written. Everything else that is not a whole answer, also one
 * that is too large, is PK_ANSWER_NONE.
 *
 * Bounded: at most `max_calls` at once over all origins; pk_http_client_room() says how many more fit, and the
 * caller starts no more than that, so curl's own queue stays empty. A request is at most 4 MiB, its headers and those of
 * an answer 32 KiB, a URL 16 KiB, a call ten minutes.
 */
#ifndef PK_IO_HTTP_CLIENT_H
#define PK_IO_HTTP_CLIENT_H

#include "gateway/include/pokana/adapter.h"
#include "gateway/io/loop.h"

struct pk_http_client;

struct pk_http_client_config {
    unsigned max_calls; /* and connections kept */
    size_t max_answer_bytes; /* the body's */
    const char *ca_file; /* NULL = the system's */
    const char *proxy; /* NULL = none */
};

struct pk_http_header {
    struct pk_slice name, value;
};

/* Everything is copied before the call returns. Headers are the caller's, but for those of the transport: Content-Length,
 * Transfer-Encoding, Connection and Expect are refused. */
struct pk_http_call {
    struct pk_slice method;
    struct pk_slice url;
    const struct pk_http_header *headers;
    size_t header_count;
    struct pk_slice body;
    int64_t connect_timeout_ms; /* 0 = the ceiling, as for timeout_ms */
    int64_t timeout_ms; /* whole call */
    /* Refuses private, loopback and link-local addresses after name resolution. Behind a proxy it is the proxy that
     * resolves and has to refuse. */
    bool public_only;
    /* In the harvest phase; `answer` lives for that call. Exactly once for each started call, also at free. */
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

int pk_http_client_new(struct pk_loop *loop, const struct pk_http_client_config *config, struct pk_http_client **ret_client,
                       struct pk_error *err);
/* Calls in flight end as PK_ANSWER_NONE, or PK_ANSWER_NOT_SENT where nothing had left. No call is started from there. */
void pk_http_client_free(struct pk_http_client *client);
PK_AUTO_DEFINE(pk_http_client, struct pk_http_client *, pk_http_client_free)

const char *pk_http_client_library(void); /* the version of libcurl in use: "8.5.0" */
unsigned pk_http_client_room(const struct pk_http_client *client);
unsigned pk_http_client_active(const struct pk_http_client *client);
/* PK_E_LIMIT when there is no room or something is too large, PK_E_INVALID for a URL, method or header that is none; then
 * done() is not called. */
int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err);
/* The harvest phase: hands finished calls to their done(). At most `budget` of them. */
void pk_http_client_harvest(struct pk_http_client *client, unsigned budget);

#endif

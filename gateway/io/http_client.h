/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTTP requests out, over curl's multi interface on the loop. A call is started in the release phase and its answer
 * is handed back in the harvest phase of a later turn. A body is sent at most once: where curl would repeat it on
 * a dead reused connection the call ends as PK_ANSWER_NONE instead. Redirects are not followed.
 *
 * Bounded: at most `max_calls` at once over all origins; pk_http_client_room() says how many more fit, and the
 * caller starts no more than that, so curl's own queue stays empty.
 */
#ifndef PK_IO_HTTP_CLIENT_H
#define PK_IO_HTTP_CLIENT_H

#include "gateway/include/pokana/adapter.h"
#include "gateway/io/loop.h"

struct pk_http_client;

struct pk_http_client_config {
    unsigned max_calls; /* and connections kept */
    size_t max_answer_bytes;
    const char *ca_file; /* NULL = the system's */
    const char *proxy; /* NULL = none; the environment is never asked */
};

struct pk_http_header {
    struct pk_slice name, value;
};

/* Everything is copied, or taken over by curl, before the call returns. */
struct pk_http_call {
    struct pk_slice method;
    struct pk_slice url;
    const struct pk_http_header *headers;
    size_t header_count;
    struct pk_slice body;
    int64_t connect_timeout_ms;
    int64_t timeout_ms; /* whole call */
    bool public_only; /* refuse private, loopback and link-local addresses after name resolution */
    /* In the harvest phase; `answer` lives for that call. Exactly once for each started call, also at free. */
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

int pk_http_client_new(struct pk_loop *loop, const struct pk_http_client_config *config, struct pk_http_client **ret_client,
                       struct pk_error *err);
/* Calls in flight end as PK_ANSWER_NONE. */
void pk_http_client_free(struct pk_http_client *client);
PK_AUTO_DEFINE(pk_http_client, struct pk_http_client *, pk_http_client_free)

unsigned pk_http_client_room(const struct pk_http_client *client);
unsigned pk_http_client_active(const struct pk_http_client *client);
/* PK_E_LIMIT when there is no room, PK_E_INVALID for a URL that is none; then done() is not called. */
int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err);
/* The harvest phase: hands finished calls to their done(). At most `budget` of them. */
void pk_http_client_harvest(struct pk_http_client *client, unsigned budget);

#endif

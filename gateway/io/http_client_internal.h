/* SPDX-License-Identifier: EUPL-1.2 */
/* What the client's own files share: http_client.c (life, phases), http_call.c (one call), http_answer.c, http_sockets.c. */
#ifndef PK_IO_HTTP_CLIENT_INTERNAL_H
#define PK_IO_HTTP_CLIENT_INTERNAL_H

#include "gateway/base/buf.h"
#include "gateway/base/list.h"
#include "gateway/io/http_client.h"

#include <curl/curl.h>

#define METHOD_MAX_BYTES 15u
#define URL_MAX_BYTES 16384u
#define HEADERS_MAX_BYTES 32768u /* of a request, and of an answer */
#define REQUEST_MAX_BYTES (4u << 20)

enum body_kind { BODY_UNSET = 0, BODY_ABSENT, BODY_OF_HEAD, BODY_PRESENT };

/* A call is an easy handle with its buffers, taken from a pool and given back. What does not change from call to call
 * (callbacks, limits, often the URL, the method, the headers) stays set on the handle. */
struct call {
    struct pk_list node; /* in the pool, active, or ended */
    struct pk_http_client *client;
    CURL *easy;
    CURLU *where; /* `url` taken apart, so that libcurl need not do it at every request */
    struct pk_buf url, header_text, body; /* as last set */
    struct curl_slist *header_nodes; /* one array; they point into header_text */
    char method[METHOD_MAX_BYTES + 1];
    enum body_kind kind;
    int64_t connect_timeout_ms, timeout_ms;
    bool public_only;
    bool began; /* a connection was ready and the request was begun on it */
    bool too_large, headers_whole; /* of the answer */
    struct pk_buf answer_headers, answer_body;
    CURLcode result;
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

struct watch;

struct pk_http_client {
    struct pk_loop *loop;
    struct pk_http_client_config config;
    char *ca_file, *proxy;
    CURLM *multi;
    struct pk_timer *timer;
    struct pk_buf scratch;
    struct pk_list pool, active, ended;
    unsigned active_count; /* also those that ended and were not handed over */
    bool closing;
    struct watch **watches; /* by descriptor */
    size_t watch_cap;
};

/* http_call.c */
struct call *pk_http_call_new(struct pk_http_client *client);
void pk_http_call_free(struct call *call);
int pk_http_call_set(struct call *call, const struct pk_http_call *what, struct pk_error *err);
/* Gives large memory back before the call rests in the pool. */
void pk_http_call_rest(struct call *call);

/* http_answer.c: tells the caller what came of it. */
void pk_http_call_hand_over(struct call *call);

/* http_sockets.c */
void pk_http_sockets_attach(struct pk_http_client *client);
void pk_http_sockets_attach_call(struct call *call);
void pk_http_sockets_finish(struct pk_http_client *client);

/* http_client.c: after every action of curl's. */
void pk_http_client_collect(struct pk_http_client *client);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTTP in, over libmicrohttpd on the loop. A request is handed over whole (headers and body within limits) in the
 * serve phase; its answer is given in the release phase of that turn or a later one, never before the commit.
 * Request-smuggling shapes (repeated or conflicting Content-Length and Transfer-Encoding, codings but chunked, names
 * ending in space, a second Host) are answered 400 and closed; a body over the limit 413 and closed, where its length is
 * announced before a byte of it is read. A listener is TCP on one address, or a Unix socket (mode 0600) that knows its peer.
 */
#ifndef PK_IO_HTTP_SERVER_H
#define PK_IO_HTTP_SERVER_H

#include "gateway/include/pokana/slice.h"
#include "gateway/io/loop.h"

#include <sys/types.h>

struct pk_buf;
struct pk_http_server;
struct pk_http_request; /* one request and its answer to be */

/* `address` is copied. */
struct pk_http_server_config {
    const char *address; /* "127.0.0.1:8080", "[::1]:8080", port 0 = free; or "unix:PATH" */
    unsigned max_connections;
    unsigned max_per_ip; /* 0 = no own limit */
    size_t max_body_bytes;
    size_t max_header_bytes; /* the memory of one connection, its answer's headers too: some KiB at least */
    /* Silence for so long (in whole seconds, rounded up) ends a connection; a request that has not arrived whole after
     * twice that ends it too. Time in which it is being answered does not count. */
    int64_t idle_timeout_ms;
    unsigned requests_per_turn;
    /* Called once per request. Answer now or later with pk_http_answer(); every request must be answered. */
    void (*handle)(void *ctx, struct pk_http_request *request);
    void *ctx;
};

/* PK_E_INVALID for an address that is none, PK_E_CONFLICT where somebody listens or something that is no socket lies. */
int pk_http_server_new(struct pk_loop *loop, const struct pk_http_server_config *config, struct pk_http_server **ret_server,
                       struct pk_error *err);
/* Answers what is open with 503, sends what it can, closes. Requests not answered yet are gone afterwards. */
void pk_http_server_free(struct pk_http_server *server);
PK_AUTO_DEFINE(pk_http_server, struct pk_http_server *, pk_http_server_free)

/* The serve phase: reads what came, calls handle(). */
void pk_http_server_serve(struct pk_http_server *server);
/* The release phase, after the turn's answers were given: puts them on the wire. */
void pk_http_server_release(struct pk_http_server *server);
/* No new connections, and no socket file; those open are served to their end, but streams, which have none, end now. */
void pk_http_server_quiesce(struct pk_http_server *server);
const char *pk_http_server_library(void); /* the version of libmicrohttpd in use */
unsigned pk_http_server_port(const struct pk_http_server *server); /* 0 for a Unix socket */
unsigned pk_http_server_open(const struct pk_http_server *server); /* requests not answered yet */

/* Borrowed until the request is answered. */
struct pk_slice pk_http_request_method(const struct pk_http_request *request);
struct pk_slice pk_http_request_path(const struct pk_http_request *request); /* raw, without query */
struct pk_slice pk_http_request_query(const struct pk_http_request *request); /* raw, without '?'; empty when none */
struct pk_slice pk_http_request_body(const struct pk_http_request *request);
struct pk_slice pk_http_request_header(const struct pk_http_request *request, const char *name); /* first; {NULL,0} absent */
/* Every header as it came, those that came twice twice. A false return of `each` ends the walk. */
void pk_http_request_each_header(const struct pk_http_request *request, bool (*each)(void *ctx, struct pk_slice name, struct pk_slice value),
                                 void *ctx);
/* A decoded query argument appended to `out`; PK_E_NOT_FOUND, PK_E_INVALID (then nothing is appended). Without '=' it is
 * empty. The name is compared as it stands there. */
int pk_http_request_argument(const struct pk_http_request *request, const char *name, struct pk_buf *out);
/* Unix sockets: the peer's user; else (uid_t) -1. */
uid_t pk_http_request_peer_uid(const struct pk_http_request *request);

/* The peer's numeric address, without its port: "127.0.0.1", "::1"; "" of a Unix socket. Behind a proxy it is the proxy's. */
#define PK_REMOTE_MAX 48
void pk_http_request_remote(const struct pk_http_request *request, char ret_remote[PK_REMOTE_MAX]);

/* Only in the release phase, once for each request. Copies everything; headers are added to the security headers every
 * answer has, and replace those of the same name. Ends the request: it is not touched afterwards. */
struct pk_answer_header {
    const char *name;
    const char *value;
};
void pk_http_answer(struct pk_http_request *request, unsigned status, const char *content_type, struct pk_slice body,
                    const struct pk_answer_header *headers, size_t header_count);

/* ---- an answer that goes on: server-sent events ---- */

struct pk_http_stream;

/* All of it is copied or used before the call returns, but ctx. */
struct pk_http_stream_config {
    const char *content_type;
    const struct pk_answer_header *headers; /* as of pk_http_answer() */
    size_t header_count;
    size_t unsent_max_bytes; /* what may wait here, and about as much again in the kernel; whoever reads so slowly is dropped */
    /* It is over without pk_http_stream_end(): its peer left, said something more, or reads too slowly, or the server stops
     * or goes quiet. Once, from inside a phase of the server, never from a call of the owner's; the stream is gone after it. */
    void (*gone)(void *ctx);
    void *ctx;
};

/* Instead of pk_http_answer(), with status 200: its head leaves now, its body as it is sent, in chunks (HTTP/1.0: until the
 * connection closes). Ends the request. Never NULL; the owner keeps it until it ends it or it is gone. */
struct pk_http_stream *pk_http_answer_stream(struct pk_http_request *request, const struct pk_http_stream_config *config);
/* Only in the release phase, as an answer. Copies; never blocks. One that is too slow is dropped instead, and soon gone. */
void pk_http_stream_send(struct pk_http_stream *stream, struct pk_slice bytes);
/* In any phase: what was sent still leaves, then it closes. Not touched afterwards, and gone() is not called. */
void pk_http_stream_end(struct pk_http_stream *stream);
unsigned pk_http_server_streams(const struct pk_http_server *server);

#endif

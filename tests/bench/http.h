/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * As much HTTP/1.1 as the benchmark needs: finding whole messages with a Content-Length in a byte stream, and posting
 * bodies over a fixed number of keep-alive connections, one request at a time on each. No chunks, no TLS.
 */
#ifndef PK_BENCH_HTTP_H
#define PK_BENCH_HTTP_H

#include "tests/bench/common.h"

#define BENCH_HTTP_BYTES_MAX (4U << 20)

struct bench_http_message {
    size_t head_len; /* with the empty line */
    size_t body_len;
    int status; /* answers only, else 0 */
    bool close; /* Connection: close */
};

/* 1 a whole message stands at the front, 0 more bytes are needed, -1 this is not HTTP as we take it. */
int bench_http_read(const char *bytes, size_t len, struct bench_http_message *ret_message);

/* Finds the text value of `member` in a JSON text, wherever the member first stands; escapes untouched. false when there
 * is none. *ret_value points into the body. */
bool bench_json_string(const char *body, size_t len, const char *member, const char **ret_value, size_t *ret_len);

/* Non-blocking listening socket on 127.0.0.1; port 0 takes a free one. */
int bench_listen(unsigned port, unsigned *ret_port);
/* Connected non-blocking TCP socket without delay; -1 when refused. The connection itself is awaited: loopback only. */
int bench_connect(const char *host, const char *port);

/* ---- posting ---- */

struct bench_poster;

struct bench_poster_config {
    int epoll_fd;
    const char *url; /* http://host:port/path; borrowed for the call */
    const char *const *headers; /* "Name: value" */
    size_t header_count;
    unsigned connections;
    void *ctx;
    /* The answer's status, or 0 when the connection ended without one. */
    void (*answered)(void *ctx, uint64_t tag, int status, uint64_t sent_us, uint64_t now_us);
};

struct bench_poster *bench_poster_new(const struct bench_poster_config *config);
void bench_poster_free(struct bench_poster *poster);
unsigned bench_poster_free_connections(const struct bench_poster *poster);
/* Sends a body over a free connection (there must be one), which is opened when it is not. `tag` comes back. Where no
 * connection could be made false is returned and answered() is not called. */
bool bench_poster_send(struct bench_poster *poster, const char *body, size_t len, uint64_t tag);

#endif

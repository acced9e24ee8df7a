/* SPDX-License-Identifier: EUPL-1.2 */
/* A server under test with a handler that writes down what it is asked and answers in the release phase, or waits. */
#ifndef PK_TEST_IO_DESK_H
#define PK_TEST_IO_DESK_H

#include "gateway/io/http_server.h"
#include "tests/unit/io/support.h"

#define DESK_HEADER_BYTES 4096u
#define DESK_BODY_BYTES 1000u
#define DESK_OPEN_MAX 16u

struct desk {
    struct pk_loop *loop;
    struct pk_http_server *server;
    struct pk_http_server_config config; /* to be changed before desk_open() */
    bool hold; /* answer nothing */
    unsigned handled, most_in_a_turn, in_this_turn;
    struct pk_http_request *waiting[DESK_OPEN_MAX];
    size_t waiting_count;
    struct pk_buf seen; /* "METHOD path?query body\n" */
    void (*look)(struct desk *desk, struct pk_http_request *request); /* instead of the answer "ok <path>" */
};

struct desk *desk_new(void);
int desk_try_open(struct desk *desk, struct pk_error *err);
void desk_open(struct desk *desk);
void desk_close(struct desk *desk); /* the server only */
void desk_free(struct desk *desk);
int desk_connect(const struct desk *desk);

/* Sends, and turns until the server ends the connection; what it said. The caller finishes the buffer. */
struct pk_buf desk_ask(struct desk *desk, const char *request);
/* Turns until `fd` said `text`. */
void desk_until(struct desk *desk, int fd, struct pk_buf *said, const char *text);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The far end of a stream: it listens on the loopback, on the same loop, takes one connection at a time, plain or TLS, and
 * does what the test says. */
#ifndef PK_TEST_IO_FAR_H
#define PK_TEST_IO_FAR_H

#include "tests/unit/io/support.h"

struct far {
    struct pk_loop *loop;
    int listener, fd; /* fd: -1 = nobody is connected */
    unsigned port;
    struct pk_source *door, *source;
    void *context, *ssl; /* TLS: NULL = plain */
    bool at_once;
    bool shaken; /* hands, TLS */
    bool deaf; /* reads nothing */
    bool sips; /* reads a piece at a time */
    const char *greeting; /* sent as soon as it can be */
    unsigned links; /* so far */
    bool ended; /* the other side closed the last one */
    bool tidy; /* with TLS: after saying so */
    struct pk_buf seen; /* on the last connection */
};

/* `folder`, NULL for plain: where server.crt and server.key are. `at_once`: TLS from the first byte. */
struct far *far_new_with(struct pk_loop *loop, const char *folder, bool at_once);
#define far_new(loop, folder) far_new_with(loop, folder, true)
void far_free(struct far *far);
void far_send(struct far *far, struct pk_slice bytes); /* what does not fit fails the test */
size_t far_send_some(struct far *far, struct pk_slice bytes); /* how much of it fitted */
void far_start_tls(struct far *far); /* on the connection that is there; made with a folder */
void far_hear(struct far *far); /* no longer deaf */
void far_hang_up(struct far *far, bool rudely);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The other side of the client: an HTTP server on the same loop that does, request by request, what its script says. */
#ifndef PK_TEST_IO_SCRIPT_H
#define PK_TEST_IO_SCRIPT_H

#include "tests/unit/io/support.h"

#define SCRIPT_LINKS_MAX 64u

enum act {
    ACT_ANSWER = 0, /* `answer`, and the connection stays */
    ACT_CLOSE, /* without a word */
    ACT_RESET, /* the same, rudely */
    ACT_SILENCE,
    ACT_ANSWER_AND_CLOSE,
    ACT_CLOSE_AND_VANISH, /* and nobody listens any more */
};

struct script {
    struct pk_loop *loop;
    int listener;
    struct pk_source *source;
    unsigned port;
    const enum act *acts; /* one for each request; the last one goes on */
    size_t act_count;
    const char *answer;
    bool rude_to_tls; /* a reset, not an end */
    struct pk_buf seen; /* all requests, as they came */
    unsigned requests, links, open;
    struct script_link *open_links[SCRIPT_LINKS_MAX];
};

struct script *script_new(struct pk_loop *loop);
void script_free(struct script *script);
void script_hang_up(struct script *script); /* closes every connection */
void script_stop_listening(struct script *script);

#define SCRIPT_OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

#endif

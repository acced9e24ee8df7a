/* SPDX-License-Identifier: EUPL-1.2 */
/* What the server's own files share: http_server.c (life, phases), http_access.c (requests come in), http_request.c (looked
 * at and answered), http_stream.c (answers that go on), http_listen.c. */
#ifndef PK_IO_HTTP_SERVER_INTERNAL_H
#define PK_IO_HTTP_SERVER_INTERNAL_H

#include "gateway/base/buf.h"
#include "gateway/base/list.h"
#include "gateway/io/http_server.h"

#include <microhttpd.h>

enum stage {
    STAGE_READING = 0,
    STAGE_ARRIVED,   /* whole, seen by nobody: its connection may still end */
    STAGE_OPEN,      /* seen in this turn; the daemon does not run before the release */
    STAGE_SUSPENDED, /* not answered in the turn it was seen in */
    STAGE_ANSWERED,
};

/* A connection; its request's time runs while it is in the server's list of those being read. */
struct http_link {
    struct pk_list node;
    int fd;
    int64_t since_ms;
};

/* The body of an answer that goes on (http_stream.c). */
struct pk_http_stream {
    struct pk_list node; /* in the server's list */
    struct pk_http_request *request; /* which ends last, and it with it */
    struct pk_source *peer; /* what its peer does meanwhile: the daemon does not look at who is suspended */
    struct pk_buf unsent;
    bool suspended; /* nothing to send: the daemon asks again when it is resumed */
    bool ended; /* no more will come: the rest is sent */
    bool dropped; /* nothing more is sent */
    void (*gone)(void *ctx); /* NULL when its owner ended it */
    void *ctx;
};

struct pk_http_request {
    struct pk_list node; /* in the server's list of requests to serve, or of open ones */
    struct pk_http_server *server;
    struct MHD_Connection *connection;
    struct http_link *link;
    enum stage stage;
    unsigned refused; /* status to refuse with, before anybody saw it */
    size_t swallowed; /* bytes of a refused body */
    const char *method; /* the library's; NULL until the headers are there */
    struct pk_slice path, query; /* in `target` */
    struct pk_buf body;
    struct MHD_Response *response; /* its own, or the server's plain one */
    struct pk_http_stream *stream; /* NULL of an answer that is whole */
    unsigned status;
    char target[]; /* as it stood in the request line */
};

struct pk_http_server {
    struct pk_loop *loop;
    struct pk_http_server_config config;
    struct MHD_Daemon *daemon;
    struct MHD_Response *plain; /* what most answers are: a number and nothing else */
    struct pk_source *source;
    struct pk_timer *timer; /* the library's */
    struct pk_timer *patience; /* for the oldest of `reading` */
    struct pk_list reading, arrived, open, streams;
    unsigned open_count, stream_count, link_count, port;
    bool room_again; /* a connection closed while there were as many as may be */
    bool local;
    char *unix_path; /* NULL when there is none to remove */
    bool ready; /* the daemon has something to do */
    bool stopping, answered, quiet;
};

/* http_listen.c: a listening descriptor for "ADDRESS:PORT" or "unix:PATH", or an error. */
int pk_http_listen(const char *address, unsigned *ret_port, char **ret_unix_path, struct pk_error *err);

/* http_access.c: the library's callbacks. */
void *pk_http_on_uri(void *ctx, const char *uri, struct MHD_Connection *connection);
enum MHD_Result pk_http_on_access(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                               const char *upload, size_t *upload_len, void **state);
void pk_http_on_completed(void *ctx, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why);
void pk_http_on_connection(void *ctx, struct MHD_Connection *connection, void **link, enum MHD_ConnectionNotificationCode what);
void pk_http_on_impatient(void *ctx);

/* http_request.c: the headers of an answer, an answer given, one without body, a problem document, and it as the answer to a
 * request that waits. */
void pk_http_dress(struct MHD_Response *response, const char *content_type, const struct pk_answer_header *headers, size_t header_count);
void pk_http_give(struct pk_http_request *request, unsigned status, struct MHD_Response *response);
struct MHD_Response *pk_http_plain(void);
struct MHD_Response *pk_http_problem(unsigned status);
void pk_http_drop_response(struct pk_http_request *request);
void pk_http_refuse_open(struct pk_http_request *request);

/* http_stream.c: all of them end, whoever owns them; one is over with its request. */
void pk_http_streams_stop(struct pk_http_server *server);
void pk_http_stream_over(struct pk_http_stream *stream);

#endif

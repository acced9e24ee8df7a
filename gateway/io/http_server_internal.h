/* SPDX-License-Identifier: EUPL-1.2 */
/* What the server's own files share: http_server.c (life, phases), http_access.c (requests come in), http_request.c (looked
 * at and answered), http_listen.c. */
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
    struct pk_list reading, arrived, open;
    unsigned open_count, link_count, port;
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

/* http_request.c: an answer without body, a problem document, and it as the answer to a request that waits. */
struct MHD_Response *pk_http_plain(void);
struct MHD_Response *pk_http_problem(unsigned status);
void pk_http_drop_response(struct pk_http_request *request);
void pk_http_refuse_open(struct pk_http_request *request);

#endif

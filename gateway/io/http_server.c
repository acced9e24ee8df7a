/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libmicrohttpd on our loop. A request is collected whole in the access handler, its connection suspended, and the
 * request put on the list of those to serve. Answering resumes the connection; the daemon then calls the access handler
 * once more, which queues the answer. A connection is only ever suspended inside its own handler.
 *
 * libmicrohttpd 0.9.75 lets through repeated Content-Length and Content-Length beside Transfer-Encoding, with which a
 * second request can be smuggled past a proxy: such requests are answered 400 and their connection is closed.
 */
#include "gateway/io/http_server.h"

#include "gateway/base/buf.h"
#include "gateway/base/list.h"
#include "gateway/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>


enum stage { STAGE_READING = 0, STAGE_REFUSED, STAGE_WAITING, STAGE_ANSWERED };

struct pk_http_request {
    struct pk_list node; /* in the server's list of requests to serve, or of open ones */
    struct pk_http_server *server;
    struct MHD_Connection *connection;
    enum stage stage;
    unsigned refused; /* status to refuse with, before anybody saw it */
    char *method, *path;
    struct pk_buf query;
    struct pk_buf body;
    struct MHD_Response *response;
    unsigned status;
};

struct pk_http_server {
    struct pk_loop *loop;
    struct pk_http_server_config config;
    struct MHD_Daemon *daemon;
    struct pk_source *source;
    struct pk_timer *timer;
    struct pk_list arrived, open;
    unsigned open_count, port;
    char *unix_path;
    bool stopping, resumed, quiet;
};

/* ---- one request ---- */

static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    unsigned *counts = ctx; /* content-length, transfer-encoding, malformed */
    (void) kind;
    (void) value;
    struct pk_slice text = pk_slice_of(name);
    if (pk_slice_equal_nocase(text, "content-length"))
        counts[0]++;
    else if (pk_slice_equal_nocase(text, "transfer-encoding"))
        counts[1]++;
    if (text.len == 0 || text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t')
        counts[2]++;
    return MHD_YES;
}

static bool is_smuggling(struct MHD_Connection *connection)
{
    unsigned counts[3] = { 0 };
    (void) MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, counts);
    return counts[0] > 1 || counts[1] > 1 || (counts[0] > 0 && counts[1] > 0) || counts[2] > 0;
}

/* The raw target as it stood in the request line: libmicrohttpd decodes what it shows elsewhere. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void) connection;
    struct pk_http_request *request = pk_alloc(sizeof *request);
    request->server = ctx;
    pk_list_init(&request->node);
    pk_buf_init(&request->query, request->server->config.max_header_bytes);
    pk_buf_init(&request->body, request->server->config.max_body_bytes);
    const char *question = strchr(uri, '?');
    size_t len = question ? (size_t) (question - uri) : strlen(uri);
    request->path = pk_strndup(uri, len);
    if (question)
        (void) pk_buf_add_text(&request->query, question + 1);
    return request;
}

static enum MHD_Result queue_answer(struct pk_http_request *request)
{
    enum MHD_Result r = MHD_queue_response(request->connection, request->status, request->response);
    MHD_destroy_response(request->response);
    request->response = NULL;
    request->stage = STAGE_ANSWERED;
    return r;
}

static void add_security_headers(struct MHD_Response *response)
{
    static const char *const headers[][2] = {
        { "X-Content-Type-Options", "nosniff" },
        { "Cache-Control", "no-store" },
        { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
        { "Referrer-Policy", "no-referrer" },
    };
    for (size_t i = 0; i < PK_COUNT(headers); i++)
        (void) MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

static enum MHD_Result refuse(struct pk_http_request *request)
{
    static const char too_large[] = "{\"title\":\"the body is too large\",\"status\":413}\n";
    static const char malformed[] = "{\"title\":\"the request is malformed\",\"status\":400}\n";
    static const char busy[] = "{\"title\":\"the gateway is stopping\",\"status\":503}\n";
    const char *text = request->refused == 413 ? too_large : request->refused == 503 ? busy : malformed;
    request->response = MHD_create_response_from_buffer(strlen(text), (void *) (uintptr_t) text, MHD_RESPMEM_PERSISTENT);
    add_security_headers(request->response);
    (void) MHD_add_response_header(request->response, "Content-Type", "application/problem+json");
    (void) MHD_add_response_header(request->response, "Connection", "close");
    request->status = request->refused;
    return queue_answer(request);
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                                 const char *upload, size_t *upload_len, void **state)
{
    struct pk_http_server *server = ctx;
    struct pk_http_request *request = *state;
    (void) url;
    (void) version;
    if (!request)
        return MHD_NO;
    if (!request->method) {
        request->connection = connection;
        request->method = pk_strdup(method);
        if (is_smuggling(connection) || request->path[0] != '/')
            request->refused = 400;
        else if (server->stopping)
            request->refused = 503;
        if (request->refused != 0)
            return refuse(request);
        return MHD_YES;
    }
    if (*upload_len > 0) {
        if (request->refused == 0 && pk_buf_add(&request->body, upload, *upload_len) != 0)
            request->refused = 413;
        *upload_len = 0;
        return MHD_YES;
    }
    if (request->response)
        return queue_answer(request);
    if (request->stage == STAGE_ANSWERED)
        return MHD_YES;
    if (request->refused != 0)
        return refuse(request);
    if (request->stage == STAGE_READING) {
        request->stage = STAGE_WAITING;
        pk_list_append(&server->arrived, &request->node);
        server->open_count++;
        MHD_suspend_connection(connection);
    }
    return MHD_YES;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
    struct pk_http_request *request = *state;
    (void) ctx;
    (void) connection;
    (void) why;
    if (!request)
        return;
    *state = NULL;
    pk_list_remove(&request->node);
    if (request->response)
        MHD_destroy_response(request->response);
    free(request->method);
    free(request->path);
    pk_buf_wipe(&request->query);
    pk_buf_wipe(&request->body);
    free(request);
}

/* ---- the listener ---- */

static void run_daemon(struct pk_http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    (void) MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES)
        pk_timer_in(server->timer, (int64_t) wait_ms);
    else
        pk_timer_stop(server->timer);
}

static void on_ready(void *ctx, unsigned events)
{
    (void) events;
    run_daemon(ctx);
}

static void on_timer(void *ctx)
{
    run_daemon(ctx);
}

static int bind_unix(struct pk_http_server *server, const char *path, struct pk_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return pk_fail(err, PK_E_LIMIT, "the path of the socket \"%s\" is longer than %zu bytes", path, sizeof address.sun_path - 1);
    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return pk_fail(err, PK_E_IO, "could not make a socket");
    if (connect(fd, (const struct sockaddr *) (const void *) &address, sizeof address) == 0) {
        (void) close(fd);
        return pk_fail(err, PK_E_CONFLICT, "somebody listens at \"%s\" already", path);
    }
    (void) unlink(path); /* left behind by one that was killed */
    mode_t mask = umask(0177);
    int r = bind(fd, (const struct sockaddr *) (const void *) &address, sizeof address);
    (void) umask(mask);
    if (r != 0 || listen(fd, 128) != 0) {
        char text[128];
        (void) pk_fail(err, PK_E_IO, "could not listen at \"%s\": %s", path, strerror_r(errno, text, sizeof text));
        (void) close(fd);
        return PK_E_IO;
    }
    server->unix_path = pk_strdup(path);
    return fd;
}

static int parse_address(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (!colon || pk_parse_int(pk_slice_of(colon + 1), 0, 65535, &port) != 0)
        return PK_E_INVALID;
    size_t len = (size_t) (colon - text);
    bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    if (len >= sizeof host)
        return PK_E_INVALID;
    (void) snprintf(host, sizeof host, "%.*s", (int) (bracketed ? len - 2 : len), bracketed ? text + 1 : text);
    memset(ret_address, 0, sizeof *ret_address);
    struct sockaddr_in *in = (struct sockaddr_in *) (void *) ret_address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) (void *) ret_address;
    if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t) port);
        *ret_len = sizeof *in;
        return 0;
    }
    if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t) port);
        *ret_len = sizeof *in6;
        return 0;
    }
    return PK_E_INVALID;
}

static int bind_tcp(struct pk_http_server *server, const char *text, struct pk_error *err)
{
    struct sockaddr_storage address;
    socklen_t len = 0;
    int on = 1;
    if (parse_address(text, &address, &len) != 0)
        return pk_fail(err, PK_E_INVALID, "\"%s\" is not an address and port", text);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return pk_fail(err, PK_E_IO, "could not make a socket");
    (void) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *) (const void *) &address, len) != 0 || listen(fd, 511) != 0) {
        char why[128];
        (void) pk_fail(err, PK_E_IO, "could not listen at \"%s\": %s", text, strerror_r(errno, why, sizeof why));
        (void) close(fd);
        return PK_E_IO;
    }
    (void) getsockname(fd, (struct sockaddr *) (void *) &address, &len);
    server->port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *) (void *) &address)->sin_port
                                                       : ((struct sockaddr_in6 *) (void *) &address)->sin6_port);
    return fd;
}

int pk_http_server_new(struct pk_loop *loop, const struct pk_http_server_config *config, struct pk_http_server **ret_server, struct pk_error *err)
{
    pk_auto(pk_http_server) struct pk_http_server *server = pk_alloc(sizeof *server);
    server->loop = loop;
    server->config = *config;
    pk_list_init(&server->arrived);
    pk_list_init(&server->open);
    server->timer = pk_timer_new(loop, on_timer, server);
    bool local = strncmp(config->address, "unix:", 5) == 0;
    int fd = local ? bind_unix(server, config->address + 5, err) : bind_tcp(server, config->address, err);
    if (fd < 0)
        return fd;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL, on_access, server, MHD_OPTION_LISTEN_SOCKET, (MHD_socket) fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server, MHD_OPTION_CONNECTION_LIMIT,
        config->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, local ? 0u : config->max_per_ip, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        config->max_header_bytes, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) ((config->idle_timeout_ms + 999) / 1000),
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!server->daemon) {
        (void) close(fd);
        return pk_fail(err, PK_E_IO, "could not serve HTTP at \"%s\"", config->address);
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int r = pk_source_new(loop, info->epoll_fd, PK_READY_READ, on_ready, server, &server->source, err);
    if (r != 0)
        return r;
    *ret_server = pk_steal(&server);
    return 0;
}

void pk_http_server_free(struct pk_http_server *server)
{
    if (!server)
        return;
    server->stopping = true;
    pk_http_server_serve(server);
    while (!pk_list_empty(&server->open)) {
        struct pk_http_request *request = pk_list_entry(server->open.next, struct pk_http_request, node);
        pk_http_answer(request, 503, "application/problem+json", PK_SLICE("{\"title\":\"the gateway is stopping\",\"status\":503}\n"), NULL, 0);
    }
    if (server->daemon) {
        /* Every connection was resumed: stopping with a suspended one aborts the process. */
        (void) MHD_run(server->daemon);
        (void) MHD_run(server->daemon);
    }
    pk_source_free(server->source);
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    pk_timer_free(server->timer);
    if (server->unix_path)
        (void) unlink(server->unix_path);
    free(server->unix_path);
    free(server);
}

/* ---- phases ---- */

void pk_http_server_serve(struct pk_http_server *server)
{
    for (unsigned left = server->stopping ? UINT32_MAX : server->config.requests_per_turn; left > 0 && !pk_list_empty(&server->arrived); left--) {
        struct pk_http_request *request = pk_list_entry(server->arrived.next, struct pk_http_request, node);
        pk_list_remove(&request->node);
        pk_list_append(&server->open, &request->node);
        if (!server->stopping)
            server->config.handle(server->config.ctx, request);
    }
    if (!pk_list_empty(&server->arrived))
        pk_loop_again(server->loop);
}

void pk_http_server_release(struct pk_http_server *server)
{
    if (!server->resumed)
        return;
    server->resumed = false;
    run_daemon(server);
}

void pk_http_server_quiesce(struct pk_http_server *server)
{
    if (server->quiet)
        return;
    server->quiet = true;
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);
    if (fd != MHD_INVALID_SOCKET)
        (void) close(fd);
}

unsigned pk_http_server_port(const struct pk_http_server *server)
{
    return server->port;
}

unsigned pk_http_server_open(const struct pk_http_server *server)
{
    return server->open_count;
}

/* ---- looking at a request ---- */

struct pk_slice pk_http_request_method(const struct pk_http_request *request)
{
    return pk_slice_of(request->method);
}

struct pk_slice pk_http_request_path(const struct pk_http_request *request)
{
    return pk_slice_of(request->path);
}

struct pk_slice pk_http_request_query(const struct pk_http_request *request)
{
    return pk_buf_slice(&request->query);
}

struct pk_slice pk_http_request_body(const struct pk_http_request *request)
{
    return pk_buf_slice(&request->body);
}

struct pk_slice pk_http_request_header(const struct pk_http_request *request, const char *name)
{
    return pk_slice_of(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

static int decode(struct pk_slice text, struct pk_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char) text.data[i];
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            if (text.len - i < 3 || pk_unhex(pk_slice_make(text.data + i + 1, 2), &byte, 1) != 0)
                return PK_E_INVALID;
            i += 2;
        }
        if (byte == 0 || pk_buf_add(out, &byte, 1) != 0)
            return PK_E_INVALID;
    }
    return 0;
}

int pk_http_request_argument(const struct pk_http_request *request, const char *name, struct pk_buf *out)
{
    struct pk_slice rest = pk_http_request_query(request), pair;
    while (rest.len > 0 && pk_slice_cut(&rest, '&', &pair)) {
        struct pk_slice key;
        if (pk_slice_cut(&pair, '=', &key) && pk_slice_is(key, name))
            return decode(pair, out);
    }
    return PK_E_NOT_FOUND;
}

uid_t pk_http_request_peer_uid(const struct pk_http_request *request)
{
    struct ucred peer = { .uid = (uid_t) -1 };
    socklen_t len = sizeof peer;
    if (!request->server->unix_path)
        return (uid_t) -1;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return (uid_t) -1;
    return peer.uid;
}

/* ---- answering ---- */

void pk_http_answer(struct pk_http_request *request, unsigned status, const char *content_type, struct pk_slice body,
                    const struct pk_answer_header *headers, size_t header_count)
{
    struct pk_http_server *server = request->server;
    request->response = MHD_create_response_from_buffer(body.len, (void *) (uintptr_t) (body.len > 0 ? body.data : ""), MHD_RESPMEM_MUST_COPY);
    request->status = status;
    add_security_headers(request->response);
    if (content_type)
        (void) MHD_add_response_header(request->response, "Content-Type", content_type);
    for (size_t i = 0; i < header_count; i++)
        (void) MHD_add_response_header(request->response, headers[i].name, headers[i].value);
    pk_list_remove(&request->node);
    server->open_count--;
    server->resumed = true;
    MHD_resume_connection(request->connection);
}

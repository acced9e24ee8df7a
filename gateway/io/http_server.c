/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libmicrohttpd on our loop: its epoll descriptor is watched by ours, never waited on by itself, and every sleep asks
 * for its timeout. A request is collected whole (http_access.c) and put on the list of those to serve. The daemon asks for
 * its answer whenever it runs, and it runs twice in a turn: before requests are served, and in the release, when most of
 * them have theirs. Only a request that has to wait for a later turn is suspended: that takes the connection out of the
 * daemon's epoll set and back in, and costs a read in vain.
 */
#include "gateway/io/http_server.h"

#include "gateway/io/http_server_internal.h"

#include <unistd.h>

#define LAST_RUNS 16 /* of the daemon when it stops: the last answers leave */

/* ---- the daemon ---- */

static void run_daemon(struct pk_http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    server->ready = false;
    /* With all connections taken the daemon stops listening; it begins again when it is run, and nothing but us would. */
    do {
        server->room_again = false;
        (void) MHD_run(server->daemon);
    } while (server->room_again);
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES)
        pk_timer_in(server->timer, wait_ms < INT32_MAX ? (int64_t) wait_ms : INT32_MAX);
    else
        pk_timer_stop(server->timer);
}

/* It runs in the serve phase, so once, whatever woke us. */
static void on_timer(void *ctx)
{
    struct pk_http_server *server = ctx;
    server->ready = true;
}

static void on_ready(void *ctx, unsigned events)
{
    (void) events;
    on_timer(ctx);
}

static int start_daemon(struct pk_http_server *server, int fd, struct pk_error *err)
{
    const struct pk_http_server_config *config = &server->config;
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL, pk_http_on_access, server,
                         MHD_OPTION_LISTEN_SOCKET, (MHD_socket) fd, MHD_OPTION_NOTIFY_COMPLETED, pk_http_on_completed, server,
                         MHD_OPTION_NOTIFY_CONNECTION, pk_http_on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, pk_http_on_uri,
                         server, MHD_OPTION_CONNECTION_LIMIT, config->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                         server->local ? 0u : config->max_per_ip, MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->max_header_bytes,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) ((config->idle_timeout_ms + 999) / 1000),
                         MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!server->daemon) {
        (void) close(fd);
        return pk_fail(err, PK_E_IO, "could not serve HTTP");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int r = info ? pk_source_new(server->loop, info->epoll_fd, PK_READY_READ, on_ready, server, &server->source, err)
                 : pk_fail(err, PK_E_IO, "could not serve HTTP");
    if (r == 0)
        run_daemon(server); /* only now does it listen for connections */
    return r;
}

/* ---- life ---- */

int pk_http_server_new(struct pk_loop *loop, const struct pk_http_server_config *config, struct pk_http_server **ret_server,
                       struct pk_error *err)
{
    pk_auto(pk_http_server) struct pk_http_server *server = pk_alloc(sizeof *server);
    server->loop = loop;
    server->config = *config;
    server->config.address = NULL; /* borrowed for this call only */
    pk_list_init(&server->reading);
    pk_list_init(&server->arrived);
    pk_list_init(&server->open);
    pk_list_init(&server->streams);
    server->timer = pk_timer_new(loop, on_timer, server);
    server->patience = pk_timer_new(loop, pk_http_on_impatient, server);
    int fd = pk_http_listen(config->address, &server->port, &server->unix_path, err);
    if (fd < 0)
        return fd;
    server->local = server->unix_path != NULL;
    server->plain = pk_http_plain();
    int r = start_daemon(server, fd, err);
    if (r != 0)
        return r;
    *ret_server = pk_steal(&server);
    return 0;
}

static void remove_path(struct pk_http_server *server)
{
    if (server->unix_path)
        (void) unlink(server->unix_path);
    free(server->unix_path);
    server->unix_path = NULL;
}

/* Stopping with a suspended connection aborts the process: none is suspended from here on, and all are resumed. */
static void let_go(struct pk_http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    server->stopping = true;
    while (!pk_list_empty(&server->arrived))
        pk_http_refuse_open(pk_list_entry(server->arrived.next, struct pk_http_request, node));
    while (!pk_list_empty(&server->open))
        pk_http_refuse_open(pk_list_entry(server->open.next, struct pk_http_request, node));
    pk_http_streams_stop(server);
    for (unsigned i = 0; i < LAST_RUNS && wait_ms == 0; i++) {
        (void) MHD_run(server->daemon);
        if (MHD_get_timeout(server->daemon, &wait_ms) != MHD_YES)
            break;
    }
    pk_source_free(server->source);
    MHD_stop_daemon(server->daemon);
}

void pk_http_server_free(struct pk_http_server *server)
{
    if (!server)
        return;
    remove_path(server);
    if (server->daemon)
        let_go(server);
    if (server->plain)
        MHD_destroy_response(server->plain);
    pk_timer_free(server->timer);
    pk_timer_free(server->patience);
    free(server);
}

void pk_http_server_quiesce(struct pk_http_server *server)
{
    if (server->quiet)
        return;
    server->quiet = true;
    remove_path(server); /* before the descriptor closes: a successor may put its own there */
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);
    if (fd != MHD_INVALID_SOCKET)
        (void) close(fd);
    pk_http_streams_stop(server);
}

/* ---- phases ---- */

void pk_http_server_serve(struct pk_http_server *server)
{
    if (server->ready)
        run_daemon(server);
    for (unsigned left = server->config.requests_per_turn; left > 0 && !pk_list_empty(&server->arrived); left--) {
        struct pk_http_request *request = pk_list_entry(server->arrived.next, struct pk_http_request, node);
        pk_list_remove(&request->node);
        pk_list_append(&server->open, &request->node);
        request->stage = STAGE_OPEN;
        server->config.handle(server->config.ctx, request);
    }
    if (!pk_list_empty(&server->arrived))
        pk_loop_again(server->loop);
}

/* Whoever has a request must find its connection there when the answer comes; running, the daemon ends those whose peer
 * left, but not suspended ones. We do so between its runs, on its thread. The newest are last. */
static bool suspend_open(struct pk_http_server *server)
{
    struct pk_list *node = server->open.prev;
    for (; node != &server->open; node = node->prev) {
        struct pk_http_request *request = pk_list_entry(node, struct pk_http_request, node);
        if (request->stage != STAGE_OPEN)
            break;
        request->stage = STAGE_SUSPENDED;
        MHD_suspend_connection(request->connection);
    }
    return node != server->open.prev;
}

void pk_http_server_release(struct pk_http_server *server)
{
    bool suspended = suspend_open(server);
    if (server->answered)
        run_daemon(server); /* takes the answers; the next run writes them */
    if (server->answered || suspended)
        run_daemon(server);
    server->answered = false;
    /* A connection that was answered may have had its next request ready: nothing else would wake us for it. */
    if (!pk_list_empty(&server->arrived))
        pk_loop_again(server->loop);
}

const char *pk_http_server_library(void)
{
    return MHD_get_version();
}

unsigned pk_http_server_port(const struct pk_http_server *server)
{
    return server->port;
}

unsigned pk_http_server_open(const struct pk_http_server *server)
{
    return server->open_count;
}

unsigned pk_http_server_streams(const struct pk_http_server *server)
{
    return server->stream_count;
}

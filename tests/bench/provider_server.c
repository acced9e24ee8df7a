/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The provider's server: reads requests from keep-alive connections (pipelined ones too), counts them and what came
 * twice, and answers at once or after the fixed delay. All delays being equal, answers leave in the order of requests
 * and a queue serves as the timer. Connections' slots are reused, never freed.
 */
#include "tests/bench/http.h"
#include "tests/bench/provider.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    struct bench_source source;
    struct provider_server *server;
    struct bench_buf in, out;
    size_t written;
    uint32_t slot, turn; /* turn: how often this slot was taken, so that a late answer finds out that its peer left */
};

struct provider_server {
    struct bench_source listener;
    int epoll_fd;
    const struct provider_options *options;
    struct provider_stats *stats;
    struct provider_receipts *receipts;
    struct bench_set seen;
    struct bench_log log;
    struct bench_fifo delayed;
    struct connection **connections;
    uint32_t count, cap;
    uint32_t *unused;
    uint32_t unused_count;
    struct bench_buf body; /* the answer being written */
    uint64_t next_id;
    double fail_due;
};

static void drop(struct connection *connection)
{
    struct provider_server *server = connection->server;
    if (connection->source.fd < 0)
        return;
    bench_source_close(&connection->source, server->epoll_fd);
    connection->turn++;
    connection->in.len = connection->out.len = connection->written = 0;
    server->unused[server->unused_count++] = connection->slot;
}

static void flush(struct connection *connection)
{
    while (connection->written < connection->out.len) {
        ssize_t sent = send(connection->source.fd, connection->out.data + connection->written,
                            connection->out.len - connection->written, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            bench_source_watch(&connection->source, connection->server->epoll_fd, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            drop(connection);
            return;
        }
        connection->written += (size_t) sent;
    }
    connection->out.len = connection->written = 0;
    bench_source_watch(&connection->source, connection->server->epoll_fd, EPOLLIN);
}

static void write_answer(struct connection *connection, unsigned status, const char *body, size_t len)
{
    bench_buf_text(&connection->out, "HTTP/1.1 ");
    bench_buf_number(&connection->out, status);
    bench_buf_text(&connection->out, " Answer\r\nContent-Type: application/json\r\nContent-Length: ");
    bench_buf_number(&connection->out, len);
    bench_buf_text(&connection->out, "\r\n\r\n");
    bench_buf_add(&connection->out, body, len);
}

/* id 0 stands for a request that is to fail. */
static void answer(struct connection *connection, uint64_t id, uint64_t now_us)
{
    static const char failed[] = "{\"error\":\"scripted\"}";
    struct provider_server *server = connection->server;
    const struct provider_options *options = server->options;
    if (id == 0) {
        server->stats->refused++;
        write_answer(connection, options->fail_status, failed, sizeof failed - 1);
        return;
    }
    char text[64];
    int len = snprintf(text, sizeof text, "%.32s%llu", options->id_prefix, (unsigned long long) id);
    server->body.len = 0;
    bench_buf_expand(&server->body, options->answer, strlen(options->answer), "id", text, (size_t) len);
    server->stats->accepted++;
    write_answer(connection, options->status, server->body.data, server->body.len);
    if (server->receipts)
        provider_receipts_add(server->receipts, id, now_us);
}

static bool in_token(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

/* What the log calls this request by: the marked token, else the reference. */
static void log_request(struct provider_server *server, const char *body, size_t len, uint64_t reference, uint64_t now_us)
{
    const char *mark = server->options->mark;
    if (!server->log.file)
        return;
    if (mark) {
        const char *token = memmem(body, len, mark, strlen(mark));
        size_t token_len = 0;
        while (token && token + token_len < body + len && in_token(token[token_len]))
            token_len++;
        reference = token ? bench_hash(token, token_len) : 0;
    }
    if (reference)
        bench_log_add(&server->log, reference, now_us);
}

static void take(struct connection *connection, const char *body, size_t len, uint64_t now_us)
{
    struct provider_server *server = connection->server;
    struct provider_stats *stats = server->stats;
    const struct provider_options *options = server->options;
    const char *value;
    size_t value_len;
    uint64_t reference = 0;
    stats->requests++;
    stats->last_us = now_us;
    if (stats->requests == 1)
        stats->first_us = now_us;
    if (options->reference && bench_json_string(body, len, options->reference, &value, &value_len))
        reference = bench_hash(value, value_len);
    stats->unreferenced += options->reference && !reference;
    log_request(server, body, len, reference, now_us);

    server->fail_due += options->fail_share;
    bool fail = server->fail_due >= 1.0;
    server->fail_due -= fail ? 1.0 : 0.0;
    /* What was refused may well come again; what was taken may not. */
    if (reference && !fail && !bench_set_add(&server->seen, reference))
        stats->doubles++;
    uint64_t id = fail ? 0 : ++server->next_id;
    if (options->delay_us == 0) {
        answer(connection, id, now_us);
        return;
    }
    bench_fifo_push(&server->delayed, (struct bench_wait){ .due_us = now_us + options->delay_us,
                                                           .value = id,
                                                           .slot = connection->slot,
                                                           .turn = connection->turn });
}

static void connection_ready(struct bench_source *source, uint32_t events)
{
    struct connection *connection = (struct connection *) source;
    if (source->fd < 0)
        return;
    if (events & EPOLLOUT) {
        flush(connection);
        if (source->fd < 0)
            return;
    }
    bench_buf_reserve(&connection->in, 16384);
    ssize_t got = recv(source->fd, connection->in.data + connection->in.len, connection->in.cap - connection->in.len, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(connection);
        return;
    }
    connection->in.len += (size_t) got;
    uint64_t now_us = bench_now_us();
    struct bench_http_message message;
    size_t at = 0;
    int whole;
    while ((whole = bench_http_read(connection->in.data + at, connection->in.len - at, &message)) > 0) {
        take(connection, connection->in.data + at + message.head_len, message.body_len, now_us);
        at += message.head_len + message.body_len;
    }
    bench_buf_consume(&connection->in, at);
    if (whole < 0) {
        connection->server->stats->broken++;
        drop(connection);
        return;
    }
    if (connection->out.len > 0)
        flush(connection);
}

static struct connection *take_slot(struct provider_server *server)
{
    if (server->unused_count > 0)
        return server->connections[server->unused[--server->unused_count]];
    if (server->count == server->cap) {
        server->cap = server->cap ? server->cap * 2 : 64;
        server->connections = realloc(server->connections, server->cap * sizeof(struct connection *));
        server->unused = realloc(server->unused, server->cap * sizeof *server->unused);
        if (!server->connections || !server->unused)
            bench_die("no memory for %u connections", server->cap);
    }
    struct connection *connection = bench_alloc(1, sizeof *connection);
    *connection = (struct connection){ .source = { .ready = connection_ready, .fd = -1 }, .server = server, .slot = server->count };
    server->connections[server->count++] = connection;
    return connection;
}

static void listener_ready(struct bench_source *source, uint32_t events)
{
    struct provider_server *server = (struct provider_server *) source;
    (void) events;
    for (int fd; (fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = take_slot(server);
        connection->source.fd = fd;
        bench_source_watch(&connection->source, server->epoll_fd, EPOLLIN);
    }
}

struct provider_server *provider_server_new(int epoll_fd, const struct provider_options *options, struct provider_stats *stats,
                                            struct provider_receipts *receipts, unsigned *ret_port)
{
    struct provider_server *server = bench_alloc(1, sizeof *server);
    *server = (struct provider_server){ .listener = { .ready = listener_ready },
                                        .epoll_fd = epoll_fd,
                                        .options = options,
                                        .stats = stats,
                                        .receipts = receipts };
    bench_set_init(&server->seen, options->expected);
    bench_log_open(&server->log, options->log_path);
    server->listener.fd = bench_listen(options->port, ret_port);
    bench_source_watch(&server->listener, epoll_fd, EPOLLIN);
    return server;
}

void provider_server_free(struct provider_server *server)
{
    for (uint32_t i = 0; i < server->count; i++) {
        drop(server->connections[i]);
        bench_buf_finish(&server->connections[i]->in);
        bench_buf_finish(&server->connections[i]->out);
        free(server->connections[i]);
    }
    bench_source_close(&server->listener, server->epoll_fd);
    bench_set_finish(&server->seen);
    bench_log_close(&server->log);
    bench_fifo_finish(&server->delayed);
    bench_buf_finish(&server->body);
    free(server->connections);
    free(server->unused);
    free(server);
}

uint64_t provider_server_run(struct provider_server *server, uint64_t now_us)
{
    const struct bench_wait *next;
    while ((next = bench_fifo_peek(&server->delayed)) && next->due_us <= now_us) {
        struct bench_wait item = bench_fifo_pop(&server->delayed);
        struct connection *connection = server->connections[item.slot];
        if (connection->turn != item.turn)
            continue;
        answer(connection, item.value, now_us);
        flush(connection);
    }
    return next ? next->due_us : UINT64_MAX;
}

unsigned provider_server_connections(const struct provider_server *server)
{
    return server->count - server->unused_count;
}

void provider_server_flush_log(struct provider_server *server)
{
    bench_log_flush(&server->log);
}

void provider_server_reset(struct provider_server *server)
{
    bench_set_clear(&server->seen);
}

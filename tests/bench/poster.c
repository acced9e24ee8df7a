/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Posts bodies over keep-alive connections, one request at a time on each. Used by the provider for its receipts and
 * by hook_load. A free connection is found on a stack, so that few are busy when there is little to do.
 */
#include "tests/bench/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    struct bench_source source;
    struct bench_poster *poster;
    struct bench_buf in, out;
    size_t written;
    uint64_t tag, sent_us;
    bool busy;
};

struct bench_poster {
    struct bench_poster_config config;
    char host[128], port[8];
    struct bench_buf head; /* up to the value of Content-Length */
    struct connection *connections;
    struct connection **idle;
    unsigned idle_count;
};

static void split_url(struct bench_poster *poster, const char *url, const char **ret_path)
{
    static const char scheme[] = "http://";
    const char *host = url + sizeof scheme - 1;
    const char *path = strncmp(url, scheme, sizeof scheme - 1) == 0 ? strchr(host, '/') : NULL;
    const char *colon = path ? memchr(host, ':', (size_t) (path - host)) : NULL;
    if (!colon || (size_t) (colon - host) >= sizeof poster->host || (size_t) (path - colon - 1) >= sizeof poster->port)
        bench_die("\"%s\" is not of the form http://host:port/path", url);
    memcpy(poster->host, host, (size_t) (colon - host));
    memcpy(poster->port, colon + 1, (size_t) (path - colon - 1));
    *ret_path = path;
}

static void idle_again(struct connection *connection)
{
    struct bench_poster *poster = connection->poster;
    connection->busy = false;
    poster->idle[poster->idle_count++] = connection;
}

/* The connection is free before answered() is called: it may be used for the next request at once. */
static void finish(struct connection *connection, int status)
{
    struct bench_poster_config *config = &connection->poster->config;
    bool was_busy = connection->busy;
    if (status == 0)
        bench_source_close(&connection->source, config->epoll_fd);
    if (!was_busy)
        return;
    idle_again(connection);
    config->answered(config->ctx, connection->tag, status, connection->sent_us, bench_now_us());
}

static bool flush(struct connection *connection)
{
    while (connection->written < connection->out.len) {
        ssize_t sent = send(connection->source.fd, connection->out.data + connection->written,
                            connection->out.len - connection->written, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            return bench_source_watch(&connection->source, connection->poster->config.epoll_fd, EPOLLIN | EPOLLOUT);
        if (sent < 0)
            return false;
        connection->written += (size_t) sent;
    }
    return bench_source_watch(&connection->source, connection->poster->config.epoll_fd, EPOLLIN);
}

static void ready(struct bench_source *source, uint32_t events)
{
    struct connection *connection = (struct connection *) source;
    if (source->fd < 0)
        return;
    if ((events & EPOLLOUT) && !flush(connection)) {
        finish(connection, 0);
        return;
    }
    bench_buf_reserve(&connection->in, 4096);
    ssize_t got = recv(source->fd, connection->in.data + connection->in.len, connection->in.cap - connection->in.len, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        finish(connection, 0);
        return;
    }
    connection->in.len += (size_t) got;
    struct bench_http_message answer;
    int whole = bench_http_read(connection->in.data, connection->in.len, &answer);
    if (whole == 0)
        return;
    if (whole < 0 || answer.status < 100 || !connection->busy) {
        finish(connection, 0);
        return;
    }
    if (answer.close)
        bench_source_close(source, connection->poster->config.epoll_fd);
    finish(connection, answer.status);
}

struct bench_poster *bench_poster_new(const struct bench_poster_config *config)
{
    struct bench_poster *poster = bench_alloc(1, sizeof *poster);
    const char *path;
    poster->config = *config;
    split_url(poster, config->url, &path);
    bench_buf_format(&poster->head, "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\n", path, poster->host,
                     poster->port);
    for (size_t i = 0; i < config->header_count; i++)
        bench_buf_format(&poster->head, "%s\r\n", config->headers[i]);
    bench_buf_text(&poster->head, "Content-Length: ");
    poster->connections = bench_alloc(config->connections, sizeof *poster->connections);
    poster->idle = bench_alloc(config->connections, sizeof(struct connection *));
    for (unsigned i = 0; i < config->connections; i++) {
        poster->connections[i] = (struct connection){ .source = { .ready = ready, .fd = -1 }, .poster = poster };
        idle_again(&poster->connections[i]);
    }
    return poster;
}

void bench_poster_free(struct bench_poster *poster)
{
    if (!poster)
        return;
    for (unsigned i = 0; i < poster->config.connections; i++) {
        bench_source_close(&poster->connections[i].source, poster->config.epoll_fd);
        bench_buf_finish(&poster->connections[i].in);
        bench_buf_finish(&poster->connections[i].out);
    }
    bench_buf_finish(&poster->head);
    free(poster->connections);
    free(poster->idle);
    free(poster);
}

unsigned bench_poster_free_connections(const struct bench_poster *poster)
{
    return poster->idle_count;
}

bool bench_poster_send(struct bench_poster *poster, const char *body, size_t len, uint64_t tag)
{
    struct connection *connection = poster->idle[poster->idle_count - 1];
    if (connection->source.fd < 0) {
        connection->source.fd = bench_connect(poster->host, poster->port);
        connection->source.events = 0;
        if (connection->source.fd < 0)
            return false;
    }
    poster->idle_count--;
    connection->busy = true;
    connection->tag = tag;
    connection->sent_us = bench_now_us();
    connection->written = connection->in.len = connection->out.len = 0;
    bench_buf_add(&connection->out, poster->head.data, poster->head.len);
    bench_buf_number(&connection->out, len);
    bench_buf_text(&connection->out, "\r\n\r\n");
    bench_buf_add(&connection->out, body, len);
    if (!flush(connection)) {
        bench_source_close(&connection->source, poster->config.epoll_fd);
        idle_again(connection);
        return false;
    }
    return true;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A provider on the loopback, in a thread: it takes one request a connection, keeps it, and plays the next line of its
 * script: an answer, or NULL for hanging up without one. It ends with its script.
 */
#ifndef PK_TESTS_PLUGIN_SERVER_H
#define PK_TESTS_PLUGIN_SERVER_H

#include "tests/unit/cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_REQUESTS 16

struct server {
    int fd;
    unsigned port;
    const char *const *script;
    size_t count;
    char requests[SERVER_REQUESTS][2048]; /* whole, as they came */
    size_t seen;
    pthread_t thread;
};

static inline void server_serve(struct server *server, int fd, const char *answer)
{
    char *request = server->requests[server->seen];
    size_t have = 0, want = SIZE_MAX;
    while (have < want && have < sizeof server->requests[0] - 1) {
        ssize_t n = read(fd, request + have, sizeof server->requests[0] - 1 - have);
        if (n <= 0)
            break;
        have += (size_t) n;
        request[have] = '\0';
        const char *body = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "\r\nContent-Length:");
        if (body)
            want = (size_t) (body + 4 - request) + (length ? strtoul(length + 17, NULL, 10) : 0);
    }
    server->seen++;
    size_t len = answer ? strlen(answer) : 0;
    ssize_t n = len > 0 ? send(fd, answer, len, MSG_NOSIGNAL) : 0;
    (void) n;
    (void) close(fd);
}

static inline void *server_run(void *ctx)
{
    struct server *server = ctx;
    for (size_t i = 0; i < server->count; i++) {
        int fd = accept(server->fd, NULL, NULL);
        if (fd < 0)
            break;
        server_serve(server, fd, server->script[i]);
    }
    return NULL;
}

static inline void server_begin(struct server *server, const char *const *script, size_t count)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof in;
    *server = (struct server){ .script = script, .count = count };
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->fd >= 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *) &in, sizeof in), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *) &in, &len), 0);
    assert_int_equal(listen(server->fd, 16), 0);
    server->port = ntohs(in.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, server_run, server), 0);
}

/* Waits for the script's end; also ends one that was not played to it. */
static inline void server_end(struct server *server)
{
    (void) shutdown(server->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    (void) close(server->fd);
}

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The provider's other server: a message centre that speaks SMPP and answers at once. Linked instead of provider_server.c, with
 * the same counters: a message counts when its last part came, a part that comes twice is a double. It reads no more of
 * the protocol than it must; what measures shares nothing with what is measured.
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

#define HEADER 16u
#define LINKS_MAX 16u
#define UDHI 0x40u

enum { SUBMIT_SM = 0x04, UNBIND = 0x06, BIND = 0x09, ENQUIRE_LINK = 0x15, ANSWER = 0x80 /* of the first octet */ };

struct link {
    struct bench_source source;
    struct provider_server *server;
    struct bench_buf in, out;
    size_t written;
};

struct provider_server {
    struct bench_source listener;
    int epoll_fd;
    const struct provider_options *options;
    struct provider_stats *stats;
    struct bench_set seen;
    struct bench_log log;
    struct link links[LINKS_MAX];
    uint64_t next_id;
};

static void drop(struct link *link)
{
    if (link->source.fd < 0)
        return;
    bench_source_close(&link->source, link->server->epoll_fd);
    link->in.len = link->out.len = link->written = 0;
}

static void flush(struct link *link)
{
    while (link->written < link->out.len) {
        ssize_t sent = send(link->source.fd, link->out.data + link->written, link->out.len - link->written, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            bench_source_watch(&link->source, link->server->epoll_fd, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            drop(link);
            return;
        }
        link->written += (size_t) sent;
    }
    link->out.len = link->written = 0;
    bench_source_watch(&link->source, link->server->epoll_fd, EPOLLIN);
}

static uint32_t number(const uint8_t *at)
{
    return (uint32_t) at[0] << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
}

/* The answer to a unit: its command and number, status 0, and a body. */
static void answer(struct link *link, const uint8_t *unit, const char *body, size_t len)
{
    uint8_t header[HEADER] = { 0 };
    header[3] = (uint8_t) (HEADER + len);
    memcpy(header + 4, unit + 4, 4);
    header[4] |= ANSWER;
    memcpy(header + 12, unit + 12, 4);
    bench_buf_add(&link->out, header, sizeof header);
    bench_buf_add(&link->out, body, len);
}

/* Behind a string; NULL when it does not end. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *nul = at && at < end ? memchr(at, 0, (size_t) (end - at)) : NULL;
    return nul ? nul + 1 : NULL;
}

/* What tells this part from all others, and whether it is its message's last. 0 = it cannot be read. The text is in it: two
 * messages to one person differ there. */
static uint64_t mark_of(const uint8_t *unit, size_t length, bool *ret_last)
{
    const uint8_t *end = unit + length, *at = behind(unit + HEADER, end);
    at = behind(at ? at + 2 : NULL, end); /* the source */
    const uint8_t *destination = at ? at + 2 : NULL;
    at = behind(destination, end);
    if (!at || end - at < 3)
        return 0;
    uint8_t esm_class = at[0];
    const uint8_t *text = behind(behind(at + 3, end), end);
    if (!text || end - text < 5)
        return 0;
    *ret_last = !(esm_class & UDHI) || (end - text > 10 && text[9] == text[10]);
    return bench_hash(destination, (size_t) (end - destination));
}

static void submitted(struct link *link, const uint8_t *unit, size_t length, uint64_t now_us)
{
    struct provider_server *server = link->server;
    struct provider_stats *stats = server->stats;
    char text[32];
    bool last = false;
    uint64_t mark = mark_of(unit, length, &last);
    stats->broken += mark == 0;
    stats->doubles += mark != 0 && !bench_set_add(&server->seen, mark);
    if (stats->requests == 0)
        stats->first_us = stats->first_us ? stats->first_us : now_us;
    stats->last_us = now_us;
    stats->requests += last;
    stats->accepted += last;
    if (last)
        bench_log_add(&server->log, mark, now_us);
    int len = snprintf(text, sizeof text, "%llx", (unsigned long long) ++server->next_id);
    answer(link, unit, text, (size_t) len + 1);
}

static bool take(struct link *link, const uint8_t *unit, size_t length, uint64_t now_us)
{
    switch (number(unit + 4)) {
    case SUBMIT_SM:
        submitted(link, unit, length, now_us);
        return true;
    case BIND:
        answer(link, unit, "bench", 6);
        return true;
    case ENQUIRE_LINK:
    case UNBIND:
        answer(link, unit, "", 0);
        return true;
    default:
        return (unit[4] & ANSWER) != 0;
    }
}

static void link_ready(struct bench_source *source, uint32_t events)
{
    struct link *link = (struct link *) source;
    if (source->fd >= 0 && events & EPOLLOUT)
        flush(link);
    if (source->fd < 0)
        return;
    bench_buf_reserve(&link->in, 65536);
    ssize_t got = recv(source->fd, link->in.data + link->in.len, link->in.cap - link->in.len, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(link);
        return;
    }
    link->in.len += (size_t) got;
    uint64_t now_us = bench_now_us();
    size_t at = 0, length = HEADER;
    bool good = true;
    while (good && link->in.len - at >= HEADER && (length = number((const uint8_t *) link->in.data + at)) <= link->in.len - at && length >= HEADER) {
        good = take(link, (const uint8_t *) link->in.data + at, length, now_us);
        at += length;
    }
    bench_buf_consume(&link->in, at);
    if (!good || length < HEADER) {
        link->server->stats->broken++;
        drop(link);
    } else if (link->out.len > 0) {
        flush(link);
    }
}

static void listener_ready(struct bench_source *source, uint32_t events)
{
    struct provider_server *server = (struct provider_server *) source;
    (void) events;
    for (int fd; (fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        int on = 1;
        size_t i = 0;
        while (i < LINKS_MAX && server->links[i].source.fd >= 0)
            i++;
        if (i == LINKS_MAX) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        server->links[i].source.fd = fd;
        bench_source_watch(&server->links[i].source, server->epoll_fd, EPOLLIN);
    }
}

struct provider_server *provider_server_new(int epoll_fd, const struct provider_options *options, struct provider_stats *stats,
                                            struct provider_receipts *receipts, unsigned *ret_port)
{
    if (options->delay_us > 0 || options->fail_share > 0 || receipts)
        bench_die("the message centre answers at once and well, and sends no receipts");
    struct provider_server *server = bench_alloc(1, sizeof *server);
    *server = (struct provider_server){ .listener = { .ready = listener_ready }, .epoll_fd = epoll_fd, .options = options, .stats = stats };
    for (size_t i = 0; i < LINKS_MAX; i++)
        server->links[i] = (struct link){ .source = { .ready = link_ready, .fd = -1 }, .server = server };
    bench_set_init(&server->seen, 2 * options->expected);
    bench_log_open(&server->log, options->log_path);
    server->listener.fd = bench_listen(options->port, ret_port);
    bench_source_watch(&server->listener, epoll_fd, EPOLLIN);
    return server;
}

void provider_server_free(struct provider_server *server)
{
    for (size_t i = 0; i < LINKS_MAX; i++) {
        drop(&server->links[i]);
        bench_buf_finish(&server->links[i].in);
        bench_buf_finish(&server->links[i].out);
    }
    bench_source_close(&server->listener, server->epoll_fd);
    bench_set_finish(&server->seen);
    bench_log_close(&server->log);
    free(server);
}

uint64_t provider_server_run(struct provider_server *server, uint64_t now_us)
{
    (void) server;
    (void) now_us;
    return UINT64_MAX;
}

unsigned provider_server_connections(const struct provider_server *server)
{
    unsigned count = 0;
    for (size_t i = 0; i < LINKS_MAX; i++)
        count += server->links[i].source.fd >= 0;
    return count;
}

void provider_server_flush_log(struct provider_server *server)
{
    bench_log_flush(&server->log);
}

void provider_server_reset(struct provider_server *server)
{
    bench_set_clear(&server->seen);
}

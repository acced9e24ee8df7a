/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP/1.1 for the benchmark programs: messages in a stream and sockets. Posting is in poster.c. */
#include "tests/bench/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_length(const char *value, size_t len, size_t *ret_number)
{
    size_t number = 0, digits = 0;
    for (; digits < len && value[digits] >= '0' && value[digits] <= '9'; digits++) {
        number = number * 10 + (size_t) (value[digits] - '0');
        if (number > BENCH_HTTP_BYTES_MAX)
            return -1;
    }
    *ret_number = number;
    return digits > 0 ? 0 : -1;
}

static bool named(const char *line, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    return len > name_len && line[name_len] == ':' && strncasecmp(line, name, name_len) == 0;
}

static int read_header(const char *line, size_t len, struct bench_http_message *message)
{
    const char *colon = memchr(line, ':', len);
    if (!colon)
        return -1;
    const char *value = colon + 1;
    while (value < line + len && *value == ' ')
        value++;
    size_t value_len = (size_t) (line + len - value);
    if (named(line, len, "content-length"))
        return read_length(value, value_len, &message->body_len);
    if (named(line, len, "transfer-encoding"))
        return -1;
    if (named(line, len, "connection"))
        message->close = value_len >= 5 && strncasecmp(value, "close", 5) == 0;
    return 0;
}

int bench_http_read(const char *bytes, size_t len, struct bench_http_message *ret_message)
{
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    if (!end)
        return len > 65536 ? -1 : 0;
    struct bench_http_message message = { .head_len = (size_t) (end - bytes) + 4 };
    const char *line = memmem(bytes, message.head_len, "\r\n", 2);
    if (!line || line == bytes)
        return -1;
    if (line - bytes >= 12 && memcmp(bytes, "HTTP/1.", 7) == 0)
        message.status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
    while (line < end) {
        line += 2;
        const char *next = memmem(line, (size_t) (end + 2 - line), "\r\n", 2);
        if (!next || read_header(line, (size_t) (next - line), &message) < 0)
            return -1;
        line = next;
    }
    if (message.head_len + message.body_len > len)
        return 0;
    *ret_message = message;
    return 1;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at;
}

bool bench_json_string(const char *body, size_t len, const char *member, const char **ret_value, size_t *ret_len)
{
    size_t member_len = strlen(member);
    const char *at = body, *end = body + len;
    while ((at = memmem(at, (size_t) (end - at), member, member_len))) {
        const char *after = at + member_len;
        bool quoted = at > body && at[-1] == '"' && after < end && *after == '"';
        at = after;
        if (!quoted)
            continue;
        after = skip_space(after + 1, end);
        if (after == end || *after != ':')
            continue;
        after = skip_space(after + 1, end);
        if (after == end || *after != '"')
            continue;
        const char *value = ++after;
        while (after < end && *after != '"')
            after += *after == '\\' ? 2 : 1;
        if (after >= end)
            return false;
        *ret_value = value;
        *ret_len = (size_t) (after - value);
        return true;
    }
    return false;
}

int bench_listen(unsigned port, unsigned *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *) &address, size) < 0 || listen(fd, 1024) < 0 ||
        getsockname(fd, (struct sockaddr *) &address, &size) < 0)
        bench_die("cannot listen on port %u: %s", port, strerrordesc_np(errno));
    *ret_port = ntohs(address.sin_port);
    return fd;
}

int bench_connect(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list = NULL;
    if (getaddrinfo(host, port, &hints, &list) != 0)
        bench_die("cannot find the host \"%s\"", host);
    int fd = -1;
    for (struct addrinfo *at = list; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd < 0)
        return -1;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the server listens: one TCP address, or a Unix socket that is its owner's alone. */
#include "gateway/base/text.h"
#include "gateway/io/http_server_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 511

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

static int fail_listen(const char *where, int fd, struct pk_error *err)
{
    char text[128];
    const char *why = strerror_r(errno, text, sizeof text);
    if (fd >= 0)
        (void) close(fd);
    return pk_fail(err, PK_E_IO, "could not listen at \"%s\": %s", where, why);
}

/* Removes the socket of a process that was killed; whatever else lies there stays. */
static int clear_path(const char *path, const union address *address, struct pk_error *err)
{
    struct stat there;
    if (lstat(path, &there) != 0)
        return 0;
    if (!S_ISSOCK(there.st_mode))
        return pk_fail(err, PK_E_CONFLICT, "\"%s\" is not a socket and stays as it is", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_listen(path, fd, err);
    bool refused = connect(fd, &address->any, sizeof address->un) != 0 && errno == ECONNREFUSED;
    (void) close(fd);
    if (!refused)
        return pk_fail(err, PK_E_CONFLICT, "somebody listens at \"%s\" already", path);
    return unlink(path) == 0 ? 0 : fail_listen(path, -1, err);
}

static int listen_unix(const char *path, char **ret_path, struct pk_error *err)
{
    union address address = { .un = { .sun_family = AF_UNIX } };
    if (path[0] == '\0' || strlen(path) >= sizeof address.un.sun_path)
        return pk_fail(err, PK_E_LIMIT, "the path of the socket \"%s\" is empty or longer than %zu bytes", path,
                       sizeof address.un.sun_path - 1);
    memcpy(address.un.sun_path, path, strlen(path) + 1);
    int r = clear_path(path, &address, err);
    if (r != 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode of the descriptor becomes the mode of the file: it is never there with another. */
    if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, &address.any, sizeof address.un) != 0)
        return fail_listen(path, fd, err);
    if (listen(fd, BACKLOG) != 0) {
        r = fail_listen(path, fd, err);
        (void) unlink(path);
        return r;
    }
    *ret_path = pk_strdup(path);
    return fd;
}

/* "127.0.0.1:8080", "[::1]:8080" */
static int parse_address(const char *text, union address *ret_address, socklen_t *ret_len)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (!colon || pk_parse_int(pk_slice_of(colon + 1), 0, 65535, &port) != 0)
        return PK_E_INVALID;
    struct pk_slice front = pk_slice_make(text, (size_t) (colon - text));
    bool bracketed = front.len >= 2 && front.data[0] == '[' && front.data[front.len - 1] == ']';
    if (bracketed)
        front = pk_slice_make(front.data + 1, front.len - 2);
    if (front.len >= sizeof host)
        return PK_E_INVALID;
    (void) snprintf(host, sizeof host, "%.*s", PK_SLICE_ARG(front));
    *ret_address = (union address){ 0 };
    if (!bracketed && inet_pton(AF_INET, host, &ret_address->in.sin_addr) == 1) {
        ret_address->in.sin_family = AF_INET;
        ret_address->in.sin_port = htons((uint16_t) port);
        *ret_len = sizeof ret_address->in;
        return 0;
    }
    if (bracketed && inet_pton(AF_INET6, host, &ret_address->in6.sin6_addr) == 1) {
        ret_address->in6.sin6_family = AF_INET6;
        ret_address->in6.sin6_port = htons((uint16_t) port);
        *ret_len = sizeof ret_address->in6;
        return 0;
    }
    return PK_E_INVALID;
}

static int listen_tcp(const char *text, unsigned *ret_port, struct pk_error *err)
{
    union address address;
    socklen_t len = 0;
    int on = 1;
    if (parse_address(text, &address, &len) != 0)
        return pk_fail(err, PK_E_INVALID, "\"%s\" is not an address and port", text);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_listen(text, fd, err);
    (void) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.any.sa_family == AF_INET6)
        (void) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, &address.any, len) != 0 || listen(fd, BACKLOG) != 0 || getsockname(fd, &address.any, &len) != 0)
        return fail_listen(text, fd, err);
    *ret_port = ntohs(address.any.sa_family == AF_INET ? address.in.sin_port : address.in6.sin6_port);
    return fd;
}

int pk_http_listen(const char *address, unsigned *ret_port, char **ret_unix_path, struct pk_error *err)
{
    return strncmp(address, "unix:", 5) == 0 ? listen_unix(address + 5, ret_unix_path, err) : listen_tcp(address, ret_port, err);
}

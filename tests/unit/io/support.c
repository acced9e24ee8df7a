/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int64_t test_now_us(void)
{
    struct timespec now;
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void test_turn(struct pk_loop *loop, int max_wait_ms)
{
    struct pk_error err = { 0 };
    if (pk_loop_turn(loop, max_wait_ms, &err) != 0)
        fail_msg("the loop does not turn: %s", err.message);
}

struct pk_loop *test_loop_new(void)
{
    struct pk_loop *loop = NULL;
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    return loop;
}

static int connected(int fd, const struct sockaddr *address, socklen_t len)
{
    int on = 1;
    assert_true(fd >= 0);
    if (connect(fd, address, len) != 0)
        fail_msg("could not connect");
    if (address->sa_family == AF_INET)
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int test_connect_tcp(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t) port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return connected(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *) (const void *) &address,
                     sizeof address);
}

int test_connect_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connected(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (const struct sockaddr *) (const void *) &address,
                     sizeof address);
}

void test_send(int fd, struct pk_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            fail_msg("could not send");
        bytes = pk_slice_make(bytes.data + n, bytes.len - (size_t) n);
    }
}

bool test_receive(int fd, struct pk_buf *out)
{
    char bytes[4096];
    for (;;) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN;
        if (n == 0)
            return false;
        assert_int_equal(pk_buf_add(out, bytes, (size_t) n), 0);
    }
}

unsigned test_count(const struct pk_buf *buf, const char *text)
{
    unsigned count = 0;
    for (const char *at = pk_buf_text(buf); (at = strstr(at, text)); at += strlen(text))
        count++;
    return count;
}

bool test_has(const struct pk_buf *buf, const char *text)
{
    return test_count(buf, text) > 0;
}

/* The lease is a name in the abstract namespace, which parts the same networks as ports do: no other suite is given the port
 * until this process has ended, and the kernel gives no connection one below its own range. tests/support/net.py does the same. */
static bool port_is_leased(unsigned port)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int len = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "pokana-test-port-%u", port);
    int lease = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(lease >= 0);
    if (bind(lease, (const struct sockaddr *) (const void *) &name, (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + (size_t) len)) == 0)
        return true;
    (void) close(lease);
    return false;
}

static bool port_is_free(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    bool is_free = bind(fd, (const struct sockaddr *) (const void *) &address, sizeof address) == 0;
    (void) close(fd);
    return is_free;
}

unsigned test_free_port(void)
{
    enum { FIRST = 10000, AFTER_LAST = 30000, SPAN = AFTER_LAST - FIRST };
    unsigned start = (unsigned) getpid() * 97U % SPAN;
    for (unsigned step = 0; step < SPAN; step++) {
        unsigned port = FIRST + (start + step) % SPAN;
        if (port_is_leased(port) && port_is_free(port))
            return port;
    }
    fail_msg("no port is free between %d and %d", FIRST, AFTER_LAST);
    return 0;
}

void test_folder_make(char ret_path[128])
{
    const char *base = getenv("TMPDIR");
    (void) snprintf(ret_path, 128, "%s/pokana-io-XXXXXX", base && base[0] && strlen(base) < 80 ? base : "/tmp");
    assert_non_null(mkdtemp(ret_path));
}

void test_folder_remove(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            (void) unlink(test_path(path, entry->d_name));
    if (folder)
        (void) closedir(folder);
    (void) rmdir(path);
}

const char *test_path(const char *folder, const char *name)
{
    static char places[8][384];
    static unsigned next;
    char *place = places[next++ % PK_COUNT(places)];
    (void) snprintf(place, sizeof places[0], "%s/%s", folder, name);
    return place;
}

void test_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

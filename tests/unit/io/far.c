/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/far.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

static void drop(struct far *far)
{
    pk_source_free(far->source);
    far->source = NULL;
    SSL_free(far->ssl);
    far->ssl = NULL;
    if (far->fd >= 0)
        (void) close(far->fd);
    far->fd = -1;
    ERR_clear_error();
}

void far_hang_up(struct far *far, bool rudely)
{
    struct linger none = { .l_onoff = 1, .l_linger = 0 };
    if (far->fd >= 0 && rudely)
        (void) setsockopt(far->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    else if (far->ssl)
        (void) SSL_shutdown(far->ssl);
    drop(far);
}

/* -1: nothing now, 0: the end. */
static ssize_t take(struct far *far, char *bytes, size_t len)
{
    if (!far->ssl)
        return recv(far->fd, bytes, len, MSG_DONTWAIT);
    int n = SSL_read(far->ssl, bytes, (int) len);
    if (n > 0)
        return n;
    int why = SSL_get_error(far->ssl, n);
    far->tidy = why == SSL_ERROR_ZERO_RETURN;
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static bool shake_hands(struct far *far)
{
    if (!far->ssl || far->shaken)
        return true;
    int r = SSL_accept(far->ssl);
    far->shaken = r == 1;
    if (r == 1)
        return true;
    int why = SSL_get_error(far->ssl, r);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
        far->ended = true;
        drop(far);
    }
    return false;
}

static void on_bytes(void *ctx, unsigned events)
{
    struct far *far = ctx;
    char bytes[16384];
    ssize_t n;
    (void) events;
    if (!shake_hands(far))
        return;
    if (far->greeting) {
        const char *greeting = far->greeting;
        far->greeting = NULL;
        far_send(far, pk_slice_of(greeting));
    }
    while (!far->deaf && (n = take(far, bytes, sizeof bytes)) >= 0) {
        if (n == 0) {
            far->ended = true;
            drop(far);
            return;
        }
        assert_int_equal(pk_buf_add(&far->seen, bytes, (size_t) n), 0);
        if (far->sips && !far->ssl)
            break; /* the rest keeps the descriptor readable */
        if (far->sips && SSL_pending(far->ssl) == 0)
            break;
    }
    if (far->deaf)
        (void) pk_source_set(far->source, 0);
}

static void on_connection(void *ctx, unsigned events)
{
    struct far *far = ctx;
    int on = 1;
    (void) events;
    drop(far);
    far->fd = accept4(far->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    assert_true(far->fd >= 0);
    (void) setsockopt(far->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    far->links++;
    far->ended = far->shaken = far->tidy = false;
    pk_buf_clear(&far->seen);
    if (far->at_once)
        far_start_tls(far);
    assert_int_equal(pk_source_new(far->loop, far->fd, PK_READY_READ, on_bytes, far, &far->source, NULL), 0);
    if (!far->at_once)
        on_bytes(far, 0);
}

void far_start_tls(struct far *far)
{
    far->ssl = SSL_new(far->context);
    assert_int_equal(SSL_set_fd(far->ssl, far->fd), 1);
    (void) SSL_set_mode(far->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

size_t far_send_some(struct far *far, struct pk_slice bytes)
{
    assert_true(far->fd >= 0);
    ssize_t n = far->ssl ? SSL_write(far->ssl, bytes.data, (int) bytes.len) : send(far->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? (size_t) n : 0;
}

void far_send(struct far *far, struct pk_slice bytes)
{
    assert_int_equal(far_send_some(far, bytes), bytes.len);
}

void far_hear(struct far *far)
{
    far->deaf = false;
    assert_int_equal(pk_source_set(far->source, PK_READY_READ), 0);
    on_bytes(far, 0);
}

struct far *far_new_with(struct pk_loop *loop, const char *folder, bool at_once)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int small = 32768;
    struct far *far = pk_alloc(sizeof *far);
    far->loop = loop;
    far->fd = -1;
    far->at_once = folder && at_once;
    pk_buf_init(&far->seen, 64u << 20);
    far->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(far->listener, (const struct sockaddr *) (const void *) &address, len), 0);
    assert_int_equal(setsockopt(far->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0); /* full soon, and often */
    assert_int_equal(listen(far->listener, 8), 0);
    assert_int_equal(getsockname(far->listener, (struct sockaddr *) (void *) &address, &len), 0);
    far->port = ntohs(address.sin_port);
    assert_int_equal(pk_source_new(loop, far->listener, PK_READY_READ, on_connection, far, &far->door, NULL), 0);
    if (!folder)
        return far;
    far->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate_file(far->context, test_path(folder, "server.crt"), SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(far->context, test_path(folder, "server.key"), SSL_FILETYPE_PEM), 1);
    return far;
}

void far_free(struct far *far)
{
    if (!far)
        return;
    drop(far);
    pk_source_free(far->door);
    (void) close(far->listener);
    SSL_CTX_free(far->context);
    pk_buf_finish(&far->seen);
    free(far);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a server must not let in: too much, too slow, two requests in one, and whoever may not listen or ask. */
#include "tests/unit/io/desk.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int set_up(void **state)
{
    *state = desk_new();
    return 0;
}

static int tear_down(void **state)
{
    desk_free(*state);
    return 0;
}

static void check_refused(struct desk *desk, const char *request, const char *status)
{
    char front[32];
    struct pk_buf said = desk_ask(desk, request);
    (void) snprintf(front, sizeof front, "HTTP/1.1 %s ", status);
    if (!pk_slice_starts(pk_buf_slice(&said), front) || test_has(&said, " 200 OK") || desk->handled != 0)
        fail_msg("\"%s\" is answered \"%s\" and handled %u times", request, pk_buf_text(&said), desk->handled);
    pk_buf_finish(&said);
}

/* ---- two requests in one ---- */

#define SECRET "GET /secret HTTP/1.1\r\nHost: h\r\n\r\n"

static void test_smuggling_is_answered_400_and_closed(void **state)
{
    struct desk *desk = *state;
    static const char *const requests[] = {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 34\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 34\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer Encoding: chunked\r\n\r\n0\r\n\r\n" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5,5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\nhello" SECRET,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n" SECRET,
        "GET / HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n" SECRET,
    };
    desk_open(desk);
    for (size_t i = 0; i < PK_COUNT(requests); i++)
        check_refused(desk, requests[i], "400");
}

static void test_malformed_lines(void **state)
{
    struct desk *desk = *state;
    desk_open(desk);
    check_refused(desk, "GET / HTTP/1.1\r\n\r\n", "400"); /* no Host */
    check_refused(desk, "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "400");
    check_refused(desk, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "400");
    check_refused(desk, "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", "400");
    check_refused(desk, "GET /\xd0\xb6 HTTP/1.1\r\nHost: h\r\n\r\n", "400");
    check_refused(desk, "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505");
    static const char *const silent[] = { "GET /\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "nonsense\r\n\r\n",
                                          "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n" };
    for (size_t i = 0; i < PK_COUNT(silent); i++) { /* 400 or nothing at all, as the library likes */
        struct pk_buf said = desk_ask(desk, silent[i]);
        assert_true(said.len == 0 || pk_slice_starts(pk_buf_slice(&said), "HTTP/1.1 400 "));
        pk_buf_finish(&said);
    }
    assert_int_equal(desk->handled, 0);
}

/* ---- too much ---- */

static void test_bodies_over_the_limit(void **state)
{
    struct desk *desk = *state;
    desk_open(desk);
    check_refused(desk, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", "413"); /* before a byte of it */
    check_refused(desk, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n", "413");
    struct pk_buf request;
    pk_buf_init(&request, 65536);
    (void) pk_buf_add_text(&request, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; i++)
        (void) pk_buf_printf(&request, "64\r\n%0100d\r\n", i);
    (void) pk_buf_add_text(&request, "0\r\n\r\n");
    check_refused(desk, request.data, "413");
    pk_buf_finish(&request);
}

static void test_a_body_without_end_is_cut(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    char chunk[1100];
    desk_open(desk);
    int fd = desk_connect(desk);
    pk_buf_init(&said, 65536);
    (void) snprintf(chunk, sizeof chunk, "400\r\n%01024d\r\n", 7);
    test_send_text(fd, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    unsigned sent = 0;
    turn_until(desk->loop, (sent += send(fd, chunk, strlen(chunk), MSG_NOSIGNAL | MSG_DONTWAIT) > 0, !test_receive(fd, &said)));
    assert_true(sent > 50);
    assert_int_equal(desk->handled, 0);
    (void) close(fd);
    pk_buf_finish(&said);
}

static void test_a_body_of_just_the_limit(void **state)
{
    struct desk *desk = *state;
    struct pk_buf request;
    desk_open(desk);
    pk_buf_init(&request, 4096);
    (void) pk_buf_printf(&request, "POST /full HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n%01000d", 7);
    struct pk_buf said = desk_ask(desk, request.data);
    assert_true(test_has(&said, "ok /full"));
    pk_buf_finish(&said);
    pk_buf_finish(&request);
}

static void test_headers_over_the_limit(void **state)
{
    struct desk *desk = *state;
    struct pk_buf request;
    desk_open(desk);
    pk_buf_init(&request, 65536);
    (void) pk_buf_add_text(&request, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 60; i++)
        (void) pk_buf_printf(&request, "X-%d: %0100d\r\n", i, i);
    (void) pk_buf_add_text(&request, "\r\n");
    check_refused(desk, request.data, "431");
    pk_buf_clear(&request);
    (void) pk_buf_printf(&request, "GET /%05000d HTTP/1.1\r\nHost: h\r\n\r\n", 7);
    check_refused(desk, request.data, "414");
    pk_buf_finish(&request);
}

static void test_connections_over_the_limit_wait(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fds[3];
    desk->config.max_connections = 2;
    desk_open(desk);
    desk->hold = true;
    for (int i = 0; i < 3; i++) {
        fds[i] = desk_connect(desk);
        test_send_text(fds[i], "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        turn_until(desk->loop, desk->handled == (i < 2 ? (unsigned) i + 1 : 2));
    }
    for (int i = 0; i < 10; i++)
        test_turn(desk->loop, 0);
    assert_int_equal(desk->handled, 2);
    desk->hold = false; /* the first two leave; the third is not lost */
    pk_buf_init(&said, 4096);
    desk_until(desk, fds[2], &said, "ok /x");
    assert_int_equal(desk->handled, 3);
    for (int i = 0; i < 3; i++)
        (void) close(fds[i]);
    pk_buf_finish(&said);
}

static void test_connections_of_one_address(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk->config.max_per_ip = 1;
    desk_open(desk);
    desk->hold = true;
    int first = desk_connect(desk);
    test_send_text(first, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    turn_until(desk->loop, desk->handled == 1);
    int second = desk_connect(desk);
    pk_buf_init(&said, 4096);
    turn_until(desk->loop, !test_receive(second, &said));
    assert_int_equal(said.len, 0);
    (void) close(first);
    (void) close(second);
    pk_buf_finish(&said);
}

/* ---- too slow ---- */

static void test_silence_ends_a_connection(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk->config.idle_timeout_ms = 1000;
    desk_open(desk);
    int fd = desk_connect(desk);
    pk_buf_init(&said, 4096);
    int64_t began_us = test_now_us();
    turn_until(desk->loop, !test_receive(fd, &said));
    assert_true(test_now_us() - began_us >= 900000);
    (void) close(fd);
    pk_buf_finish(&said);
}

/* A byte now and then: no silence, and no request either. */
static bool drop(int fd, const char *byte, int64_t *last_us)
{
    if (test_now_us() - *last_us > 2000) {
        *last_us = test_now_us();
        (void) send(fd, byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    return true;
}

static void drip(struct desk *desk, const char *front, const char *more)
{
    struct pk_buf said;
    int fd = desk_connect(desk);
    pk_buf_init(&said, 4096);
    test_send_text(fd, front);
    int64_t began_us = test_now_us(), last_us = 0;
    turn_until(desk->loop, drop(fd, more, &last_us) && !test_receive(fd, &said));
    assert_true(test_now_us() - began_us >= 2 * 300000 - 50000);
    assert_int_equal(desk->handled, 0);
    (void) close(fd);
    pk_buf_finish(&said);
}

static void test_a_slow_request_is_ended(void **state)
{
    struct desk *desk = *state;
    desk->config.idle_timeout_ms = 300;
    desk->config.max_header_bytes = 65536;
    desk->config.max_body_bytes = 65536;
    desk_open(desk);
    drip(desk, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ", "a");
    drip(desk, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n", "a");
    drip(desk, "", "G");
}

static void test_waiting_for_our_answer_is_not_slowness(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk->config.idle_timeout_ms = 300;
    desk_open(desk);
    desk->hold = true;
    int fd = desk_connect(desk);
    pk_buf_init(&said, 4096);
    test_send_text(fd, "GET /patient HTTP/1.1\r\nHost: h\r\n\r\n");
    int64_t began_us = test_now_us();
    turn_until(desk->loop, test_now_us() - began_us > 1300000);
    assert_true(test_receive(fd, &said));
    desk->hold = false;
    desk_until(desk, fd, &said, "ok /patient");
    (void) close(fd);
    pk_buf_finish(&said);
}

/* ---- where it listens ---- */

static void look_at_peer(struct desk *desk, struct pk_http_request *request)
{
    (void) desk;
    assert_int_equal(pk_http_request_peer_uid(request), getuid());
    pk_http_answer(request, 200, NULL, PK_SLICE("mine"), NULL, 0);
}

static void test_unix_socket_is_its_owners(void **state)
{
    struct desk *desk = *state;
    char folder[128], address[400];
    struct stat there;
    test_folder_make(folder);
    const char *path = test_path(folder, "control.sock");
    (void) snprintf(address, sizeof address, "unix:%s", path);
    desk->config.address = address;
    desk->config.max_per_ip = 1; /* means nothing here */
    desk->look = look_at_peer;
    desk_open(desk);
    assert_int_equal(pk_http_server_port(desk->server), 0);
    assert_int_equal(stat(path, &there), 0);
    assert_true(S_ISSOCK(there.st_mode));
    assert_int_equal(there.st_mode & 0777, 0600);
    int other = desk_connect(desk);
    struct pk_buf said = desk_ask(desk, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_true(test_has(&said, "mine"));
    (void) close(other);
    pk_buf_finish(&said);

    struct desk *second = desk_new();
    struct pk_error err = { 0 };
    second->config.address = address;
    assert_int_equal(desk_try_open(second, &err), PK_E_CONFLICT);
    assert_int_equal(stat(path, &there), 0);
    pk_http_server_quiesce(desk->server);
    assert_int_equal(stat(path, &there), -1);
    desk_open(second); /* a successor's socket survives the end of the first */
    desk_close(desk);
    assert_int_equal(stat(path, &there), 0);
    desk_free(second);
    assert_int_equal(stat(path, &there), -1);
    test_folder_remove(folder);
}

static void test_what_lies_at_the_path(void **state)
{
    struct desk *desk = *state;
    char folder[128], address[400];
    struct pk_error err = { 0 };
    struct sockaddr_un left = { .sun_family = AF_UNIX };
    struct stat there;
    test_folder_make(folder);
    const char *path = test_path(folder, "control.sock");
    (void) snprintf(address, sizeof address, "unix:%s", path);
    desk->config.address = address;

    test_write_file(path, "somebody's");
    assert_int_equal(desk_try_open(desk, &err), PK_E_CONFLICT);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_size, 10);
    assert_int_equal(unlink(path), 0);

    (void) snprintf(left.sun_path, sizeof left.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *) (const void *) &left, sizeof left), 0);
    (void) close(fd); /* what a killed process leaves behind */
    desk_open(desk);
    desk_close(desk);

    char long_address[300];
    (void) snprintf(long_address, sizeof long_address, "unix:/tmp/%0200d", 7);
    desk->config.address = long_address;
    assert_int_equal(desk_try_open(desk, &err), PK_E_LIMIT);
    desk->config.address = "unix:/nonexistent/folder/control.sock";
    assert_int_equal(desk_try_open(desk, &err), PK_E_IO);
    assert_string_equal(err.message, "could not listen at \"/nonexistent/folder/control.sock\": No such file or directory");
    test_folder_remove(folder);
}

static void test_addresses(void **state)
{
    struct desk *desk = *state;
    struct pk_error err = { 0 };
    static const char *const wrong[] = { "", "80", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                                         "::1:80", "[127.0.0.1]:80", "[::1]80", "localhost:80", "1.2.3:80" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        desk->config.address = wrong[i];
        if (desk_try_open(desk, &err) != PK_E_INVALID)
            fail_msg("\"%s\" is taken for an address", wrong[i]);
    }
    desk->config.address = "127.0.0.1:0";
    desk_open(desk);
    char taken[32];
    (void) snprintf(taken, sizeof taken, "127.0.0.1:%u", pk_http_server_port(desk->server));
    struct desk *second = desk_new();
    second->config.address = taken;
    assert_int_equal(desk_try_open(second, &err), PK_E_IO);
    desk_free(second);
}

#define with_desk(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_desk(test_smuggling_is_answered_400_and_closed),
        with_desk(test_malformed_lines),
        with_desk(test_bodies_over_the_limit),
        with_desk(test_a_body_without_end_is_cut),
        with_desk(test_a_body_of_just_the_limit),
        with_desk(test_headers_over_the_limit),
        with_desk(test_connections_over_the_limit_wait),
        with_desk(test_connections_of_one_address),
        with_desk(test_silence_ends_a_connection),
        with_desk(test_a_slow_request_is_ended),
        with_desk(test_waiting_for_our_answer_is_not_slowness),
        with_desk(test_unix_socket_is_its_owners),
        with_desk(test_what_lies_at_the_path),
        with_desk(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

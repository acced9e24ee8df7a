/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests as handlers see them, answers as clients see them, and when. */
#include "tests/unit/io/desk.h"

#include <sys/socket.h>
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

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_LAST(path) "GET " path " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

static void check_seen(const struct desk *desk, const char *text)
{
    assert_string_equal(pk_buf_text(&desk->seen), text);
}

static void check_begins(struct pk_buf *said, const char *front)
{
    if (!pk_slice_starts(pk_buf_slice(said), front))
        fail_msg("\"%s\" does not begin with \"%s\"", pk_buf_text(said), front);
}

/* ---- what a handler sees ---- */

static void look_at_headers(struct desk *desk, struct pk_http_request *request)
{
    static const struct pk_answer_header own[] = { { "X-Own", "1" }, { "cache-control", "max-age=60" } };
    assert_true(pk_slice_is(pk_http_request_header(request, "x-thing"), "first"));
    assert_true(pk_slice_is(pk_http_request_header(request, "X-EMPTY"), ""));
    assert_non_null(pk_http_request_header(request, "X-Empty").data);
    assert_null(pk_http_request_header(request, "X-Absent").data);
    assert_int_equal(pk_http_request_peer_uid(request), (uid_t) -1);
    assert_int_equal(pk_http_server_open(desk->server), 1);
    pk_http_answer(request, 201, "application/json", PK_SLICE("{}"), own, PK_COUNT(own));
    assert_int_equal(pk_http_server_open(desk->server), 0);
}

static void test_a_request_and_its_answer(void **state)
{
    struct desk *desk = *state;
    desk->look = look_at_headers;
    desk_open(desk);
    struct pk_buf said = desk_ask(desk, "POST /a%2Fb/%D0%B1?q=%20x&y=+ HTTP/1.1\r\nHost: h\r\nX-Thing: first\r\nX-Thing: second\r\n"
                                        "X-Empty:\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    check_seen(desk, "POST /a%2Fb/%D0%B1?q=%20x&y=+ hello\n");
    check_begins(&said, "HTTP/1.1 201 Created\r\n");
    static const char *const lines[] = { "\r\nContent-Type: application/json\r\n",
                                         "\r\nX-Content-Type-Options: nosniff\r\n",
                                         "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
                                         "\r\nReferrer-Policy: no-referrer\r\n",
                                         "\r\nX-Own: 1\r\n",
                                         "\r\ncache-control: max-age=60\r\n",
                                         "\r\nContent-Length: 2\r\n" };
    for (size_t i = 0; i < PK_COUNT(lines); i++)
        assert_int_equal(test_count(&said, lines[i]), 1);
    assert_false(test_has(&said, "no-store")); /* its own replaced it */
    pk_buf_finish(&said);
}

static void answer_without_words(struct desk *desk, struct pk_http_request *request)
{
    static const struct pk_answer_header own[] = { { "X-Own", "1" }, { "Referrer-Policy", "origin" } };
    size_t count = pk_slice_is(pk_http_request_path(request), "/own") ? PK_COUNT(own) : 0;
    (void) desk;
    pk_http_answer(request, 200, NULL, PK_SLICE(""), own, count);
}

/* They are one and the same; what another answer says of itself is not theirs. */
static void test_answers_without_words_are_alike(void **state)
{
    struct desk *desk = *state;
    desk->look = answer_without_words;
    desk_open(desk);
    for (int connection = 0; connection < 2; connection++) {
        struct pk_buf said = desk_ask(desk, GET("/a") GET("/own") GET_LAST("/b"));
        assert_int_equal(test_count(&said, "HTTP/1.1 200 "), 3);
        assert_int_equal(test_count(&said, "\r\nX-Content-Type-Options: nosniff\r\n"), 3);
        assert_int_equal(test_count(&said, "\r\nReferrer-Policy: no-referrer\r\n"), 2);
        assert_int_equal(test_count(&said, "\r\nX-Own: 1\r\n"), 1);
        assert_int_equal(test_count(&said, "\r\nContent-Length: 0\r\n"), 3);
        pk_buf_finish(&said);
    }
}

static void check_argument(struct pk_http_request *request, const char *name, int code, const char *value)
{
    struct pk_buf out;
    pk_buf_init(&out, 64);
    (void) pk_buf_add_text(&out, ">");
    assert_int_equal(pk_http_request_argument(request, name, &out), code);
    assert_int_equal(out.data[0], '>');
    assert_string_equal(pk_buf_text(&out) + 1, value);
    pk_buf_finish(&out);
}

static void look_at_arguments(struct desk *desk, struct pk_http_request *request)
{
    (void) desk;
    check_argument(request, "text", 0, "a b+c&d=\xd0\xb6");
    check_argument(request, "twice", 0, "1");
    check_argument(request, "empty", 0, "");
    check_argument(request, "flag", 0, "");
    check_argument(request, "equals", 0, "x=y=");
    check_argument(request, "absent", PK_E_NOT_FOUND, "");
    check_argument(request, "te", PK_E_NOT_FOUND, "");
    check_argument(request, "bad", PK_E_INVALID, "");
    check_argument(request, "cut", PK_E_INVALID, "");
    check_argument(request, "nul", PK_E_INVALID, "");
    check_argument(request, "long", PK_E_INVALID, "");
    check_argument(request, "last", 0, "end");
    pk_http_answer(request, 204, NULL, PK_SLICE(""), NULL, 0);
}

static void test_arguments_are_decoded(void **state)
{
    struct desk *desk = *state;
    desk->look = look_at_arguments;
    desk_open(desk);
    struct pk_buf said = desk_ask(desk, GET_LAST("/?text=a+b%2bc%26d=%D0%B6&twice=1&twice=2&empty=&&flag&equals=x=y=&bad=ab%zz&nul=a%00b&"
                                                 "long=0123456789012345678901234567890123456789012345678901234567890123456789&cut=%4&last=end"));
    check_begins(&said, "HTTP/1.1 204 ");
    assert_int_equal(desk->handled, 1);
    pk_buf_finish(&said);
}

static void test_methods(void **state)
{
    struct desk *desk = *state;
    desk_open(desk);
    struct pk_buf head = desk_ask(desk, "HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    check_begins(&head, "HTTP/1.1 200 OK\r\n");
    assert_true(test_has(&head, "Content-Length: 5\r\n"));
    assert_string_equal(pk_buf_text(&head) + head.len - 4, "\r\n\r\n");
    struct pk_buf brew = desk_ask(desk, "BREW /pot HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    check_begins(&brew, "HTTP/1.1 200 OK\r\n");
    struct pk_buf put = desk_ask(desk, "PUT /x HTTP/1.0\r\nContent-Length: 1\r\n\r\nz");
    check_begins(&put, "HTTP/1.1 200 OK\r\n");
    check_seen(desk, "HEAD /x \nBREW /pot \nPUT /x z\n");
    pk_buf_finish(&head);
    pk_buf_finish(&brew);
    pk_buf_finish(&put);
}

static void test_chunks_and_continue(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk_open(desk);
    int fd = desk_connect(desk);
    pk_buf_init(&said, 65536);
    test_send_text(fd, "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    desk_until(desk, fd, &said, "HTTP/1.1 100 Continue\r\n\r\n");
    test_send_text(fd, "3\r\nabc\r\n");
    test_turn(desk->loop, 0);
    test_send_text(fd, "2;x=y\r\nde\r\n0\r\n\r\n");
    desk_until(desk, fd, &said, "ok /c");
    check_seen(desk, "POST /c abcde\n");
    (void) close(fd);
    pk_buf_finish(&said);
}

/* ---- when ---- */

static void test_answered_in_a_later_turn(void **state)
{
    struct desk *desk = *state;
    struct pk_buf first, second;
    desk_open(desk);
    desk->hold = true;
    int one = desk_connect(desk);
    test_send_text(one, GET("/one"));
    turn_until(desk->loop, desk->handled == 1);
    int two = desk_connect(desk);
    test_send_text(two, GET("/two"));
    turn_until(desk->loop, desk->handled == 2);
    for (int i = 0; i < 20; i++)
        test_turn(desk->loop, 0);
    pk_buf_init(&first, 4096);
    pk_buf_init(&second, 4096);
    assert_true(test_receive(one, &first) && test_receive(two, &second));
    assert_int_equal(first.len + second.len, 0);
    assert_int_equal(pk_http_server_open(desk->server), 2);
    desk->hold = false;
    test_turn(desk->loop, 0); /* one turn is enough: what is answered leaves in that release */
    assert_true(test_receive(one, &first) && test_receive(two, &second));
    assert_true(test_has(&first, "ok /one") && test_has(&second, "ok /two"));
    (void) close(one);
    (void) close(two);
    pk_buf_finish(&first);
    pk_buf_finish(&second);
}

static void test_pipelined_requests_wake_the_loop(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk_open(desk);
    int fd = desk_connect(desk);
    pk_buf_init(&said, 65536);
    test_send_text(fd, GET("/1") GET("/2") "POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy" GET("/4"));
    while (!test_has(&said, "ok /4")) { /* a request that waits for nobody would stop this for good */
        uint64_t turns = pk_loop_turns(desk->loop);
        test_turn(desk->loop, -1);
        assert_true(pk_loop_turns(desk->loop) == turns + 1 && turns < 200);
        (void) test_receive(fd, &said);
    }
    check_seen(desk, "GET /1 \nGET /2 \nPOST /3 xy\nGET /4 \n");
    assert_int_equal(test_count(&said, "HTTP/1.1 200 OK"), 4);
    assert_true(strstr(said.data, "ok /1") < strstr(said.data, "ok /2") && strstr(said.data, "ok /3") < strstr(said.data, "ok /4"));
    (void) close(fd);
    pk_buf_finish(&said);
}

static void test_so_many_requests_a_turn(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said[6];
    int fds[6];
    desk->config.requests_per_turn = 2;
    desk_open(desk);
    for (int i = 0; i < 6; i++) {
        fds[i] = desk_connect(desk);
        pk_buf_init(&said[i], 4096);
        test_send_text(fds[i], GET("/x"));
    }
    turn_until(desk->loop, desk->handled == 6);
    assert_int_equal(desk->most_in_a_turn, 2);
    for (int i = 0; i < 6; i++) {
        desk_until(desk, fds[i], &said[i], "ok /x");
        (void) close(fds[i]);
        pk_buf_finish(&said[i]);
    }
}

/* Connections are accepted, looked at and watched: only then are they read together, and their ends heard of. */
static void lie_still(struct desk *desk)
{
    for (int i = 0; i < 5; i++)
        test_turn(desk->loop, 0);
}

static void test_client_gone_before_the_answer(void **state)
{
    struct desk *desk = *state;
    desk_open(desk);
    desk->hold = true;
    int fd = desk_connect(desk);
    test_send_text(fd, GET("/gone"));
    turn_until(desk->loop, desk->handled == 1);
    (void) close(fd);
    lie_still(desk);
    assert_int_equal(pk_http_server_open(desk->server), 1); /* it stays until it is answered */
    desk->hold = false;
    test_turn(desk->loop, 0);
    assert_int_equal(pk_http_server_open(desk->server), 0);
    struct pk_buf said = desk_ask(desk, GET_LAST("/next"));
    assert_true(test_has(&said, "ok /next"));
    pk_buf_finish(&said);
}

/* Not closed but cut off: the library hears of that as soon as it runs. */
static void cut_off(int fd)
{
    struct linger at_once = { .l_onoff = 1 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    (void) close(fd);
}

/* What somebody holds stays whole whatever becomes of its connection. */
static void test_client_cut_off_before_the_answer(void **state)
{
    struct desk *desk = *state;
    desk_open(desk);
    desk->hold = true;
    int fd = desk_connect(desk);
    lie_still(desk);
    test_send_text(fd, GET("/cut"));
    turn_until(desk->loop, desk->handled == 1);
    cut_off(fd);
    struct pk_buf said = desk_ask(desk, "no request\r\n\r\n"); /* the library runs meanwhile */
    assert_int_equal(pk_http_server_open(desk->server), 1);
    desk->hold = false;
    test_turn(desk->loop, 0);
    assert_int_equal(pk_http_server_open(desk->server), 0);
    pk_buf_finish(&said);
}

static void test_client_cut_off_before_it_was_seen(void **state)
{
    struct desk *desk = *state;
    desk->config.requests_per_turn = 1;
    desk_open(desk);
    int one = desk_connect(desk), two = desk_connect(desk);
    lie_still(desk);
    test_send_text(one, GET("/x"));
    test_send_text(two, GET("/x"));
    turn_until(desk->loop, desk->handled == 1);
    assert_int_equal(pk_http_server_open(desk->server), 1);
    cut_off(one);
    cut_off(two);
    lie_still(desk);
    assert_int_equal(desk->handled, 1);
    assert_int_equal(pk_http_server_open(desk->server), 0);
}

/* ---- the end ---- */

static void test_freed_with_everything_open(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said[4];
    int fds[4];
    static const char *const requests[] = {
        GET("/served"), "POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", "GET /headers HTTP/1.1\r\nHos", GET("/arrived"),
    };
    desk->config.requests_per_turn = 1;
    desk_open(desk);
    desk->hold = true;
    for (int i = 0; i < 3; i++) {
        fds[i] = desk_connect(desk);
        test_send_text(fds[i], requests[i]);
    }
    turn_until(desk->loop, desk->handled == 1);
    lie_still(desk);
    fds[3] = desk_connect(desk);
    test_send_text(fds[3], requests[3]); /* accepted and read by nobody, or by the last runs */
    test_send_text(fds[1], "defghi"); /* complete while the server stops: it must not be suspended any more */
    desk_close(desk);
    for (int i = 0; i < 4; i++) {
        pk_buf_init(&said[i], 4096);
        assert_false(test_receive(fds[i], &said[i]));
        (void) close(fds[i]);
    }
    check_begins(&said[0], "HTTP/1.1 503 ");
    assert_int_equal(desk->handled, 1);
    for (int i = 0; i < 4; i++)
        pk_buf_finish(&said[i]);
}

static void test_quiesced_serves_what_is_open(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    desk_open(desk);
    desk->hold = true;
    int fd = desk_connect(desk);
    test_send_text(fd, GET("/old"));
    turn_until(desk->loop, desk->handled == 1);
    unsigned port = pk_http_server_port(desk->server);
    pk_http_server_quiesce(desk->server);
    pk_http_server_quiesce(desk->server);
    desk->hold = false;
    pk_buf_init(&said, 4096);
    desk_until(desk, fd, &said, "ok /old");
    test_send_text(fd, GET("/again"));
    desk_until(desk, fd, &said, "ok /again");
    /* The port is free for a successor. */
    struct desk *other = desk_new();
    char address[32];
    (void) snprintf(address, sizeof address, "127.0.0.1:%u", port);
    other->config.address = address;
    desk_open(other);
    desk_free(other);
    (void) close(fd);
    pk_buf_finish(&said);
}

#define with_desk(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_desk(test_a_request_and_its_answer),
        with_desk(test_answers_without_words_are_alike),
        with_desk(test_arguments_are_decoded),
        with_desk(test_methods),
        with_desk(test_chunks_and_continue),
        with_desk(test_answered_in_a_later_turn),
        with_desk(test_pipelined_requests_wake_the_loop),
        with_desk(test_so_many_requests_a_turn),
        with_desk(test_client_gone_before_the_answer),
        with_desk(test_client_cut_off_before_the_answer),
        with_desk(test_client_cut_off_before_it_was_seen),
        with_desk(test_freed_with_everything_open),
        with_desk(test_quiesced_serves_what_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

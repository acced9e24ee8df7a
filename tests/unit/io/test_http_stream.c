/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers that go on: what arrives piece by piece, and every way in which one ends. */
#include "tests/unit/io/desk.h"

#include <sys/socket.h>
#include <unistd.h>

#define UNSENT_BYTES 4096u
#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define STREAMS_MAX 8u

/* Of the test at hand: the streams that were begun, by their order, and how many went away by themselves. */
static struct pk_http_stream *streams[STREAMS_MAX];
static size_t begun;
static unsigned gone;

static void on_gone(void *ctx)
{
    struct pk_http_stream **stream = ctx;
    assert_non_null(*stream);
    *stream = NULL;
    gone++;
}

static void go_on(struct desk *desk, struct pk_http_request *request)
{
    static const struct pk_answer_header own[] = { { "X-Own", "1" } };
    (void) desk;
    if (pk_slice_is(pk_http_request_path(request), "/whole")) {
        pk_http_answer(request, 200, "text/plain", PK_SLICE("whole"), NULL, 0);
        return;
    }
    assert_true(begun < STREAMS_MAX);
    const struct pk_http_stream_config config = {
        .content_type = "text/event-stream", .headers = own, .header_count = 1, .unsent_max_bytes = UNSENT_BYTES, .gone = on_gone, .ctx = &streams[begun],
    };
    streams[begun] = pk_http_answer_stream(request, &config);
    begun++;
}

static int set_up(void **state)
{
    struct desk *desk = desk_new();
    desk->look = go_on;
    begun = gone = 0;
    desk_open(desk);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    desk_free(*state);
    return 0;
}

/* A client whose stream has begun. */
static int open_stream(struct desk *desk, const char *request, struct pk_buf *said)
{
    int fd = desk_connect(desk);
    size_t before = begun;
    pk_buf_init(said, 1u << 20);
    test_send_text(fd, request);
    turn_until(desk->loop, begun > before);
    return fd;
}

static void end(struct desk *desk, int fd, struct pk_buf *said)
{
    turn_until(desk->loop, !test_receive(fd, said));
    (void) close(fd);
}

static void test_pieces_arrive_as_they_are_sent(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, GET("/"), &said);
    desk_until(desk, fd, &said, "\r\n\r\n"); /* its head does not wait for the first piece */
    assert_true(pk_slice_starts(pk_buf_slice(&said), "HTTP/1.1 200 OK\r\n"));
    assert_true(test_has(&said, "\r\nTransfer-Encoding: chunked\r\n") && test_has(&said, "\r\nContent-Type: text/event-stream\r\n"));
    assert_true(test_has(&said, "\r\nX-Own: 1\r\n") && test_has(&said, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_false(test_has(&said, "Content-Length"));
    assert_int_equal(pk_http_server_open(desk->server), 0); /* it holds up no stop */
    assert_int_equal(pk_http_server_streams(desk->server), 1);
    pk_http_stream_send(streams[0], PK_SLICE("one"));
    desk_until(desk, fd, &said, "3\r\none\r\n");
    pk_http_stream_send(streams[0], PK_SLICE(""));
    pk_http_stream_send(streams[0], PK_SLICE("two"));
    pk_http_stream_send(streams[0], PK_SLICE("three"));
    desk_until(desk, fd, &said, "8\r\ntwothree\r\n");
    pk_http_stream_send(streams[0], PK_SLICE("last"));
    pk_http_stream_end(streams[0]); /* after what was sent */
    end(desk, fd, &said);
    assert_true(test_has(&said, "4\r\nlast\r\n0\r\n\r\n"));
    assert_int_equal(gone, 0);
    assert_int_equal(pk_http_server_streams(desk->server), 0);
    pk_buf_finish(&said);
}

static void test_http_1_0_reads_until_the_end(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, "GET / HTTP/1.0\r\n\r\n", &said);
    pk_http_stream_send(streams[0], PK_SLICE("one"));
    desk_until(desk, fd, &said, "\r\n\r\none");
    pk_http_stream_send(streams[0], PK_SLICE("two"));
    pk_http_stream_end(streams[0]);
    end(desk, fd, &said);
    assert_true(test_has(&said, "\r\n\r\nonetwo"));
    assert_false(test_has(&said, "chunked"));
    pk_buf_finish(&said);
}

/* Nothing is sent meanwhile: nobody else would find out. */
static void test_a_peer_that_leaves_is_noticed(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, GET("/"), &said);
    desk_until(desk, fd, &said, "\r\n\r\n");
    (void) close(fd);
    turn_until(desk->loop, gone == 1);
    assert_null(streams[0]);
    assert_int_equal(pk_http_server_streams(desk->server), 0);
    pk_buf_finish(&said);
    fd = open_stream(desk, GET("/"), &said); /* in the middle of a piece */
    (void) close(fd);
    for (unsigned i = 0; i < 3 && streams[1]; i++)
        pk_http_stream_send(streams[1], PK_SLICE("piece"));
    turn_until(desk->loop, gone == 2);
    pk_buf_finish(&said);
}

static void test_a_peer_that_says_more_is_dropped(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, GET("/"), &said);
    test_send_text(fd, GET("/whole"));
    end(desk, fd, &said);
    turn_until(desk->loop, gone == 1);
    assert_false(test_has(&said, "\r\n\r\nwhole"));
    pk_buf_finish(&said);
}

static void test_a_head_has_no_body(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", &said);
    end(desk, fd, &said);
    assert_true(test_has(&said, "text/event-stream"));
    assert_int_equal(gone, 1);
    pk_buf_finish(&said);
}

/* The other one loses nothing, and is not kept waiting. */
static void test_a_slow_reader_is_dropped_alone(void **state)
{
    struct desk *desk = *state;
    struct pk_buf slow, fast;
    char piece[1000];
    unsigned sent = 0;
    memset(piece, 'x', sizeof piece);
    int slow_fd = open_stream(desk, GET("/"), &slow), fast_fd = open_stream(desk, GET("/"), &fast);
    desk_until(desk, fast_fd, &fast, "\r\n\r\n");
    turn_until(desk->loop, (streams[0] ? pk_http_stream_send(streams[0], pk_slice_make(piece, sizeof piece)) : (void) 0,
                            pk_http_stream_send(streams[1], PK_SLICE("tick;")), sent++, (void) test_receive(fast_fd, &fast), gone == 1));
    assert_null(streams[0]);
    assert_non_null(streams[1]);
    pk_http_stream_send(streams[1], PK_SLICE("done"));
    pk_http_stream_end(streams[1]);
    end(desk, fast_fd, &fast);
    assert_int_equal(test_count(&fast, "tick;"), sent);
    /* It had read nothing: what it might have read was bounded on our side; the rest lay in its own buffer. */
    (void) test_receive(slow_fd, &slow);
    (void) close(slow_fd);
    pk_buf_finish(&slow);
    pk_buf_finish(&fast);
}

static void test_more_at_once_than_may_wait(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    char piece[UNSENT_BYTES + 1];
    memset(piece, 'x', sizeof piece);
    int fd = open_stream(desk, GET("/"), &said);
    pk_http_stream_send(streams[0], pk_slice_make(piece, sizeof piece));
    pk_http_stream_send(streams[0], PK_SLICE("after")); /* allowed, and in vain */
    end(desk, fd, &said);
    turn_until(desk->loop, gone == 1);
    assert_false(test_has(&said, "xx") || test_has(&said, "after"));
    pk_buf_finish(&said);
}

static void test_ended_at_once_and_before_the_peer_reads(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, GET("/"), &said);
    pk_http_stream_end(streams[0]);
    end(desk, fd, &said);
    assert_true(test_has(&said, "\r\n\r\n0\r\n\r\n"));
    pk_buf_finish(&said);
    fd = open_stream(desk, GET("/"), &said); /* ended by its owner, and its peer leaves: gone is not told */
    pk_http_stream_send(streams[1], PK_SLICE("x"));
    pk_http_stream_end(streams[1]);
    (void) close(fd);
    turn_until(desk->loop, pk_http_server_streams(desk->server) == 0);
    assert_int_equal(gone, 0);
    pk_buf_finish(&said);
}

/* One is silent, one has bytes on the way, one does not read. */
static void test_a_server_that_stops_ends_them(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said[3];
    int fds[3];
    char piece[3000];
    memset(piece, 'x', sizeof piece);
    for (size_t i = 0; i < 3; i++)
        fds[i] = open_stream(desk, GET("/"), &said[i]);
    for (unsigned i = 0; i < 40 && streams[2]; i++, test_turn(desk->loop, 0))
        pk_http_stream_send(streams[2], pk_slice_make(piece, streams[2] && i < 30 ? 100 : 1));
    pk_http_stream_send(streams[1], PK_SLICE("on its way"));
    desk_close(desk);
    assert_int_equal(gone, 3);
    for (size_t i = 0; i < 3; i++) {
        while (test_receive(fds[i], &said[i])) /* all of it is there: the other side has closed */
            ;
        (void) close(fds[i]);
        pk_buf_finish(&said[i]);
    }
}

static void test_a_server_that_goes_quiet_ends_them_and_serves_the_rest(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said, whole;
    int fd = open_stream(desk, GET("/"), &said), other = desk_connect(desk);
    pk_buf_init(&whole, 65536);
    test_send_text(other, GET("/whole"));
    desk_until(desk, other, &whole, "\r\n\r\nwhole");
    pk_http_server_quiesce(desk->server);
    end(desk, fd, &said);
    turn_until(desk->loop, gone == 1);
    assert_true(test_has(&said, "0\r\n\r\n"));
    pk_buf_clear(&whole);
    test_send_text(other, GET("/whole"));
    desk_until(desk, other, &whole, "\r\n\r\nwhole");
    (void) close(other);
    pk_buf_finish(&said);
    pk_buf_finish(&whole);
}

/* While nothing is sent the loop has nothing to do: a reader that is asked again and again would keep it turning. */
static void test_a_silent_stream_costs_nothing(void **state)
{
    struct desk *desk = *state;
    struct pk_buf said;
    int fd = open_stream(desk, GET("/"), &said);
    desk_until(desk, fd, &said, "\r\n\r\n");
    for (unsigned i = 0; i < 8; i++)
        test_turn(desk->loop, 0);
    int64_t before_us = test_now_us();
    uint64_t turns = pk_loop_turns(desk->loop);
    while (test_now_us() - before_us < 50000)
        test_turn(desk->loop, 25);
    assert_true(pk_loop_turns(desk->loop) - turns < 10);
    pk_http_stream_end(streams[0]);
    end(desk, fd, &said);
    pk_buf_finish(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pieces_arrive_as_they_are_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_http_1_0_reads_until_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_peer_that_leaves_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_peer_that_says_more_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_head_has_no_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_slow_reader_is_dropped_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_more_at_once_than_may_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ended_at_once_and_before_the_peer_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_server_that_stops_ends_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_server_that_goes_quiet_ends_them_and_serves_the_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_silent_stream_costs_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

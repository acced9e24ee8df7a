/* SPDX-License-Identifier: EUPL-1.2 */
/* One lasting connection, plain and TLS, to a far end on the loopback: bytes both ways, ends of every kind, and a loop that
 * never waits for it. */
#include "tests/unit/io/broker.h"
#include "tests/unit/io/far.h"
#include "tests/unit/io/names.h"

#include "gateway/io/stream.h"

static struct broker papers; /* a folder with certificates */
static bool have_tls;

/* ---- the stage ---- */

struct stage {
    struct pk_loop *loop;
    struct far *far;
    struct pk_stream *stream;
    struct pk_stream_config config; /* to be changed before dial() */
    char ca[384];
    unsigned opens, closes;
    char reason[128];
    struct pk_buf got;
    bool close_when_opened, close_when_received;
};

static void on_opened(void *ctx)
{
    struct stage *stage = ctx;
    stage->opens++;
    assert_true(pk_stream_is_open(stage->stream));
    if (stage->close_when_opened)
        pk_stream_close(stage->stream);
}

static void on_received(void *ctx, struct pk_slice bytes)
{
    struct stage *stage = ctx;
    assert_true(pk_stream_is_open(stage->stream));
    assert_true(bytes.len > 0 && bytes.len <= 16384);
    assert_int_equal(pk_buf_add_slice(&stage->got, bytes), 0);
    if (stage->close_when_received)
        pk_stream_close(stage->stream);
}

static void on_closed(void *ctx, const char *reason)
{
    struct stage *stage = ctx;
    stage->closes++;
    assert_false(pk_stream_is_open(stage->stream));
    assert_int_equal(pk_stream_send(stage->stream, "x", 1), PK_E_IO);
    (void) snprintf(stage->reason, sizeof stage->reason, "%s", reason);
}

static struct stage *stage_new(bool tls)
{
    struct stage *stage = pk_alloc(sizeof *stage);
    stage->loop = test_loop_new();
    stage->far = far_new(stage->loop, tls ? papers.folder : NULL);
    (void) snprintf(stage->ca, sizeof stage->ca, "%s/ca.crt", papers.folder);
    stage->config = (struct pk_stream_config){
        .host = "127.0.0.1", .port = stage->far->port, .tls = tls, .ca_file = tls ? stage->ca : NULL, .connect_timeout_ms = 5000,
        .stall_timeout_ms = 20000, .queue_max_bytes = 1u << 20, .opened = on_opened, .received = on_received, .closed = on_closed,
        .ctx = stage,
    };
    pk_buf_init(&stage->got, 64u << 20);
    return stage;
}

static void stage_free(struct stage *stage)
{
    pk_stream_free(stage->stream);
    far_free(stage->far);
    test_turn(stage->loop, 0);
    pk_loop_free(stage->loop);
    pk_buf_finish(&stage->got);
    free(stage);
}

static void dial(struct stage *stage)
{
    assert_int_equal(pk_stream_open(stage->loop, &stage->config, &stage->stream, NULL), 0);
}

static void dial_and_open(struct stage *stage)
{
    dial(stage);
    turn_until(stage->loop, stage->opens == 1 && (!stage->far->context || stage->far->shaken) && stage->far->fd >= 0);
}

static void expect_closed(struct stage *stage, const char *reason)
{
    turn_until(stage->loop, stage->closes > 0);
    assert_string_equal(stage->reason, reason);
    for (int i = 0; i < 3; i++)
        test_turn(stage->loop, 0);
    assert_int_equal(stage->closes, 1);
}

#define send_text(stage, text) assert_int_equal(pk_stream_send((stage)->stream, text, sizeof text - 1), 0)

/* Every test that makes sense for both is run for both. */
static bool is_tls(void **state)
{
    bool tls = *state != NULL;
    if (tls && !have_tls)
        skip();
    return tls;
}

/* ---- bytes ---- */

static void test_both_ways(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    dial(stage);
    assert_int_equal(pk_stream_send(stage->stream, "early", 5), PK_E_IO);
    turn_until(stage->loop, stage->opens == 1 && stage->far->fd >= 0);
    send_text(stage, "hel");
    send_text(stage, "lo");
    assert_int_equal(pk_stream_waiting(stage->stream), 5);
    assert_int_equal(pk_stream_queued(stage->stream), 5);
    assert_int_equal(pk_stream_offered(stage->stream), 0); /* in the next turn */
    turn_until(stage->loop, test_has(&stage->far->seen, "hello"));
    assert_int_equal(pk_stream_waiting(stage->stream), 0);
    assert_int_equal(pk_stream_offered(stage->stream), 5);
    far_send(stage->far, PK_SLICE("good day"));
    turn_until(stage->loop, test_has(&stage->got, "good day"));
    far_hang_up(stage->far, false);
    expect_closed(stage, "the other side closed it");
    assert_int_equal(stage->opens, 1);
    stage_free(stage);
}

/* What comes together with the end of the handshake is read too: no descriptor tells of it. */
static void test_the_other_side_speaks_first(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    stage->far->greeting = "welcome";
    dial(stage);
    turn_until(stage->loop, test_has(&stage->got, "welcome"));
    assert_int_equal(stage->opens, 1);
    stage_free(stage);
}

/* Far more than any buffer on the way holds, both ways at once; the far end reads late. Nothing is lost, doubled or moved. */
static void test_a_lot(void **state)
{
    enum { TOTAL = 12u << 20, PIECE = 3001 };
    struct stage *stage = stage_new(is_tls(state));
    char piece[PIECE];
    size_t sent = 0, back = 0;
    bool was_full = false;
    int64_t end_us = test_now_us() + CEILING_MS * INT64_C(1000);
    stage->config.queue_max_bytes = 100000;
    stage->far->deaf = stage->far->sips = true;
    dial(stage);
    turn_until(stage->loop, stage->opens == 1 && stage->far->fd >= 0);
    while (sent < TOTAL || back < TOTAL || stage->far->seen.len < sent || stage->got.len < back) {
        for (int r = 0, some = 25; r == 0 && sent < TOTAL && some-- > 0;) {
            for (size_t i = 0; i < PIECE; i++)
                piece[i] = (char) ('A' + (sent + i) * 7 / 5 % 61);
            r = pk_stream_send(stage->stream, piece, PIECE);
            assert_true(r == 0 || r == PK_E_LIMIT);
            sent += r == 0 ? PIECE : 0;
            was_full = was_full || r != 0;
        }
        assert_true(pk_stream_waiting(stage->stream) <= 100000);
        for (size_t i = 0; i < PIECE; i++)
            piece[i] = (char) ('a' + (back + i) * 3 / 2 % 23);
        if ((!stage->far->context || stage->far->shaken) && back < TOTAL)
            back += far_send_some(stage->far, pk_slice_make(piece, PIECE));
        test_turn(stage->loop, 0);
        if (was_full && stage->far->deaf && pk_stream_waiting(stage->stream) > 90000 && (!stage->far->context || stage->far->shaken))
            far_hear(stage->far);
        assert_int_equal(stage->closes, 0);
        assert_true(test_now_us() < end_us);
    }
    assert_true(was_full);
    for (size_t i = 0; i < sent; i++)
        if (stage->far->seen.data[i] != (char) ('A' + i * 7 / 5 % 61))
            fail_msg("byte %zu of what was sent is another one", i);
    for (size_t i = 0; i < back; i++)
        if (stage->got.data[i] != (char) ('a' + i * 3 / 2 % 23))
            fail_msg("byte %zu of what came is another one", i);
    stage_free(stage);
}

/* The time to connect in ends with connecting. */
static void fire(void *ctx)
{
    *(bool *) ctx = true;
}

static void test_it_lasts(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    bool later = false;
    stage->config.connect_timeout_ms = 300;
    dial_and_open(stage);
    struct pk_timer *timer = pk_timer_new(stage->loop, fire, &later);
    pk_timer_in(timer, 400);
    turn_until(stage->loop, later);
    send_text(stage, "still here");
    turn_until(stage->loop, test_has(&stage->far->seen, "still here"));
    assert_int_equal(stage->closes, 0);
    pk_timer_free(timer);
    stage_free(stage);
}

/* ---- ends ---- */

static void test_closing(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    dial_and_open(stage);
    send_text(stage, "goodbye");
    pk_stream_close(stage->stream);
    assert_false(pk_stream_is_open(stage->stream));
    assert_int_equal(pk_stream_offered(stage->stream), 7);
    turn_until(stage->loop, stage->far->ended);
    assert_true(test_has(&stage->far->seen, "goodbye"));
    assert_int_equal(stage->far->tidy, stage->config.tls);
    assert_int_equal(stage->closes, 0); /* we did it */
    stage_free(stage);
}

static void test_closing_from_a_callback(void **state)
{
    bool tls = is_tls(state);
    struct stage *stage = stage_new(tls);
    stage->close_when_opened = true;
    dial(stage);
    turn_until(stage->loop, stage->opens == 1 && stage->far->ended);
    stage_free(stage);
    stage = stage_new(tls);
    stage->close_when_received = true;
    dial_and_open(stage);
    far_send(stage->far, PK_SLICE("a"));
    turn_until(stage->loop, stage->far->ended);
    assert_string_equal(pk_buf_text(&stage->got), "a");
    assert_int_equal(stage->closes, 0);
    stage_free(stage);
}

static void test_a_reset(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    dial_and_open(stage);
    far_hang_up(stage->far, true);
    expect_closed(stage, "the connection was lost");
    stage_free(stage);
}

static void test_it_takes_nothing(void **state)
{
    static char much[400000];
    struct stage *stage = stage_new(is_tls(state));
    stage->config.stall_timeout_ms = 100;
    dial_and_open(stage);
    stage->far->deaf = true;
    while (stage->closes == 0) {
        while (pk_stream_send(stage->stream, much, sizeof much) == 0)
            test_turn(stage->loop, 0);
        test_turn(stage->loop, 5);
    }
    assert_string_equal(stage->reason, "it takes nothing any more");
    assert_true(pk_stream_offered(stage->stream) < pk_stream_queued(stage->stream));
    stage_free(stage);
}

/* ---- no connection ---- */

static void test_nobody_there(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    stage->config.port = test_free_port();
    dial(stage);
    expect_closed(stage, "nothing answers at its address");
    assert_int_equal(stage->opens, 0);
    stage_free(stage);
}

static void test_names(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    stage->config.host = "nobody.test";
    dial(stage);
    expect_closed(stage, "its name is not known");
    stage_free(stage);
    stage = stage_new(false);
    stage->config.host = "localhost";
    dial_and_open(stage);
    stage_free(stage);
}

/* The loop goes on while a name is asked for, and neither the end of the patience nor the stream's waits for the answer. */
static void test_a_name_without_an_answer(void **state)
{
    (void) state;
    struct stage *stage = stage_new(false);
    struct pk_stream *other = NULL;
    stage->config.host = "blackhole.test";
    stage->config.connect_timeout_ms = 100;
    dial(stage);
    assert_int_equal(pk_stream_open(stage->loop, &stage->config, &other, NULL), 0);
    turn_until(stage->loop, waits());
    pk_stream_free(other);
    expect_closed(stage, "it did not answer in time");
    stage_free(stage);
    assert_true(waits());
    answer_the_name();
}

static void test_a_silent_handshake(void **state)
{
    (void) is_tls(state);
    struct stage *stage = stage_new(false); /* the far end is plain, and says nothing */
    stage->config.tls = true;
    stage->config.ca_file = stage->ca; /* a machine may have no authorities of its own */
    stage->config.connect_timeout_ms = 100;
    dial(stage);
    expect_closed(stage, "it did not answer in time");
    assert_int_equal(stage->opens, 0);
    assert_int_equal(stage->far->links, 1);
    stage_free(stage);
}

static void test_garbage_for_a_handshake(void **state)
{
    (void) is_tls(state);
    struct stage *stage = stage_new(false);
    stage->config.tls = true;
    stage->config.ca_file = stage->ca; /* a machine may have no authorities of its own */
    stage->far->greeting = "220 mail.example ready\r\n";
    dial(stage);
    expect_closed(stage, "TLS could not be agreed on");
    stage_free(stage);
}

static void test_trust(void **state)
{
    (void) is_tls(state);
    char other[384];
    (void) snprintf(other, sizeof other, "%s/other-ca.crt", papers.folder);
    const struct {
        const char *ca, *name, *reason;
    } cases[] = {
        { NULL, "localhost", NULL }, /* the certificate says so */
        { NULL, "elsewhere.example", "its certificate is not trusted" },
        { other, NULL, "its certificate is not trusted" },
        { "/nowhere/ca.crt", NULL, "the file of authorities cannot be read" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct stage *stage = stage_new(true);
        stage->config.tls_name = cases[i].name;
        if (cases[i].ca)
            stage->config.ca_file = cases[i].ca;
        dial(stage);
        if (cases[i].reason)
            expect_closed(stage, cases[i].reason);
        else
            turn_until(stage->loop, stage->opens == 1);
        stage_free(stage);
    }
}

static void test_what_is_no_host(void **state)
{
    static const char *const bad[] = { NULL, "", "a b", "a/b", "a@b", "a?b", "[::1]", "a\nb", "\xd0\xb0" };
    struct pk_error err = { 0 };
    struct stage *stage = stage_new(false);
    (void) state;
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        stage->config.host = bad[i];
        assert_int_equal(pk_stream_open(stage->loop, &stage->config, &stage->stream, &err), PK_E_INVALID);
        assert_string_equal(err.message, "the host is not a name or an address");
    }
    stage->config.host = "127.0.0.1";
    stage->config.tls_name = "a b";
    assert_int_equal(pk_stream_open(stage->loop, &stage->config, &stage->stream, &err), PK_E_INVALID);
    stage->config.tls_name = NULL;
    stage->config.port = 65536;
    assert_int_equal(pk_stream_open(stage->loop, &stage->config, &stage->stream, &err), PK_E_INVALID);
    assert_null(stage->stream);
    pk_stream_free(NULL);
    stage_free(stage);
}

/* Given up in the middle of connecting. */
static void test_given_up(void **state)
{
    struct stage *stage = stage_new(is_tls(state));
    for (int turns = 0; turns < 6; turns++) {
        dial(stage);
        for (int i = 0; i < turns; i++)
            test_turn(stage->loop, 0);
        pk_stream_free(stage->stream);
        stage->stream = NULL;
    }
    assert_int_equal(stage->closes, 0);
    stage_free(stage);
}

#define plain(name) cmocka_unit_test(name)
#define tls(name) { #name " over TLS", name, NULL, NULL, (void *) (uintptr_t) "tls" }
#define both(name) plain(name), tls(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_both_ways),
        both(test_the_other_side_speaks_first),
        both(test_a_lot),
        both(test_it_lasts),
        both(test_closing),
        both(test_closing_from_a_callback),
        both(test_a_reset),
        both(test_it_takes_nothing),
        both(test_nobody_there),
        both(test_names),
        plain(test_a_name_without_an_answer),
        tls(test_a_silent_handshake),
        tls(test_garbage_for_a_handshake),
        tls(test_trust),
        plain(test_what_is_no_host),
        both(test_given_up),
    };
    broker_new(&papers);
    have_tls = broker_can_make_certificates();
    if (have_tls)
        broker_make_certificates(&papers);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_folder_remove(papers.folder);
    return failed;
}

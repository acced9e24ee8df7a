/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls as the wire shows them, and what the client says of each end they can come to. */
#include "tests/unit/io/caller.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>

/* ---- names: only those of this suite exist ---- */

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t name_released = PTHREAD_COND_INITIALIZER;
static bool black_hole_open;
static unsigned name_lookups, name_returns;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                                                       struct addrinfo **ret)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
    *(void **) &real = dlsym(RTLD_NEXT, "getaddrinfo");
    bool black_hole = name && strcmp(name, "blackhole.test") == 0;
    bool known = name && (strcmp(name, "provider.test") == 0 || strcmp(name, "127.0.0.1") == 0);
    (void) pthread_mutex_lock(&name_lock);
    name_lookups++;
    while (black_hole && !black_hole_open)
        (void) pthread_cond_wait(&name_released, &name_lock);
    (void) pthread_mutex_unlock(&name_lock);
    int r = known ? real("127.0.0.1", service, hints, ret) : EAI_NONAME;
    (void) pthread_mutex_lock(&name_lock);
    name_returns++;
    (void) pthread_mutex_unlock(&name_lock);
    return r;
}

static int set_up(void **state)
{
    *state = caller_new();
    name_lookups = name_returns = 0;
    return 0;
}

static int tear_down(void **state)
{
    caller_free(*state);
    return 0;
}

static void call_name(struct caller *caller, const char *scheme, const char *name)
{
    (void) snprintf(caller->url, sizeof caller->url, "%s://%s:%u/send", scheme, name, caller->script->port);
    caller->call.url = pk_slice_of(caller->url);
}

static void check_seen(struct caller *caller, const char *text)
{
    assert_string_equal(pk_buf_text(&caller->script->seen), text);
    pk_buf_clear(&caller->script->seen);
}

/* ---- whole answers ---- */

static void test_a_call_on_the_wire(void **state)
{
    struct caller *caller = *state;
    const struct pk_http_header headers[] = {
        { PK_SLICE("Content-Type"), PK_SLICE("application/json") },
        { PK_SLICE("Idempotency-Key"), PK_SLICE("0123456789abc") },
        { PK_SLICE("X-Empty"), PK_SLICE("") },
    };
    char expected[512];
    caller->script->answer = "HTTP/1.1 103 Early Hints\r\nX-Thing: early\r\n\r\n"
                             "HTTP/1.1 202 Accepted\r\nx-thing:  late \r\nContent-Length: 11\r\n\r\n{\"id\":\"7\"}\n";
    caller_open(caller);
    caller->call.headers = headers;
    caller->call.header_count = PK_COUNT(headers);
    caller_expect(caller, PK_ANSWER_COMPLETE);
    (void) snprintf(expected, sizeof expected,
                    "POST /send HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\nContent-Type: application/json\r\n"
                    "Idempotency-Key: 0123456789abc\r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello",
                    caller->script->port);
    check_seen(caller, expected);
    assert_int_equal(caller->status, 202);
    assert_string_equal(caller->body, "{\"id\":\"7\"}\n");
    assert_string_equal(caller->thing, "late");
}

/* One call after the other on the same handle: each goes where it says, also behind one that was refused. */
static void test_each_call_goes_where_it_says(void **state)
{
    struct caller *caller = *state;
    static const char *const targets[][2] = { { "127.0.0.1", "/send" }, { "provider.test", "/other?x=1" }, { "127.0.0.1", "/" } };
    char expected[512];
    caller_open(caller);
    for (size_t i = 0; i < PK_COUNT(targets); i++) {
        unsigned port = caller->script->port;
        caller->call.url = PK_SLICE("gopher://127.0.0.1/");
        assert_int_equal(pk_http_client_start(caller->client, &caller->call, NULL), PK_E_INVALID);
        (void) snprintf(caller->url, sizeof caller->url, "http://%s:%u%s", targets[i][0], port, targets[i][1]);
        caller->call.url = pk_slice_of(caller->url);
        caller_expect(caller, PK_ANSWER_COMPLETE);
        (void) snprintf(expected, sizeof expected,
                        "POST %s HTTP/1.1\r\nHost: %s:%u\r\nAccept: */*\r\nContent-Length: 5\r\n\r\nhello", targets[i][1],
                        targets[i][0], port);
        check_seen(caller, expected);
    }
}

static void test_nothing_is_left_from_the_call_before(void **state)
{
    struct caller *caller = *state;
    const struct pk_http_header once[] = { { PK_SLICE("X-Once"), PK_SLICE("1") } };
    char expected[512];
    unsigned port = caller->script->port;
    caller_open(caller);
    caller->call.headers = once;
    caller->call.header_count = 1;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    pk_buf_clear(&caller->script->seen);
    caller->call.header_count = 0;
    caller->call.method = PK_SLICE("GET");
    caller->call.body = PK_SLICE("");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    (void) snprintf(expected, sizeof expected, "GET /send HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n\r\n", port);
    check_seen(caller, expected);
    caller->call.method = PK_SLICE("PUT");
    caller->call.body = PK_SLICE("z");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    (void) snprintf(expected, sizeof expected,
                    "PUT /send HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\nContent-Length: 1\r\n\r\nz", port);
    check_seen(caller, expected);
    caller->call.method = PK_SLICE("DELETE");
    caller->call.body = PK_SLICE("");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    (void) snprintf(expected, sizeof expected, "DELETE /send HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n\r\n", port);
    check_seen(caller, expected);
    caller->call.method = PK_SLICE("POST");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    (void) snprintf(expected, sizeof expected,
                    "POST /send HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\nContent-Length: 0\r\n\r\n", port);
    check_seen(caller, expected);
    caller->script->answer = "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n";
    caller->call.method = PK_SLICE("HEAD");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(caller->script->links, 1); /* all over one connection */
}

static void test_a_large_body_leaves_whole(void **state)
{
    struct caller *caller = *state;
    struct pk_buf body;
    caller_open(caller);
    pk_buf_init(&body, 4u << 20);
    while (body.len < 1200000) /* more than what libcurl would ask leave for, by Expect */
        (void) pk_buf_printf(&body, "%09zu\n", body.len);
    caller->call.body = pk_buf_slice(&body);
    caller_expect(caller, PK_ANSWER_COMPLETE);
    const char *at = strstr(pk_buf_text(&caller->script->seen), "\r\n\r\n");
    assert_non_null(at);
    assert_true(strcmp(at + 4, pk_buf_text(&body)) == 0);
    assert_false(test_has(&caller->script->seen, "Expect"));
    struct pk_error err = { 0 };
    caller->call.body = pk_slice_make(body.data, (4u << 20) + 1);
    assert_int_equal(pk_http_client_start(caller->client, &caller->call, &err), PK_E_LIMIT);
    pk_buf_finish(&body);
}

static void test_redirects_are_answers(void **state)
{
    struct caller *caller = *state;
    caller->script->answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    caller_open(caller);
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(caller->status, 307);
    assert_int_equal(caller->script->requests, 1);
}

static void check_retry_after(struct caller *caller, const char *value, int64_t least_ms, int64_t most_ms)
{
    char answer[256];
    (void) snprintf(answer, sizeof answer, "HTTP/1.1 429 Slow\r\nretry-after: %s\r\nContent-Length: 0\r\n\r\n", value);
    caller->script->answer = answer;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(caller->status, 429);
    if (caller->retry_after_ms < least_ms || caller->retry_after_ms > most_ms)
        fail_msg("\"%s\" is %lld ms", value, (long long) caller->retry_after_ms);
}

static void test_retry_after(void **state)
{
    struct caller *caller = *state;
    const int64_t hour_ms = INT64_C(3600000);
    caller_open(caller);
    check_retry_after(caller, "120", 120000, 120000);
    check_retry_after(caller, "0", 0, 0);
    check_retry_after(caller, "3601", hour_ms, hour_ms);
    check_retry_after(caller, "99999999999999999999999", hour_ms, hour_ms);
    check_retry_after(caller, "-5", 0, 0);
    check_retry_after(caller, "soon", 0, 0);
    check_retry_after(caller, "", 0, 0);
    check_retry_after(caller, "Wed, 21 Oct 2015 07:28:00 GMT", 0, 0);
    check_retry_after(caller, "Fri, 31 Dec 9999 23:59:59 GMT", hour_ms, hour_ms);
    time_t soon = (time_t) (pk_clock_wall_ms() / 1000 + 3599);
    struct tm utc;
    char date[64];
    assert_non_null(gmtime_r(&soon, &utc));
    assert_true(strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc) > 0);
    check_retry_after(caller, date, 3580000, 3600000);
    caller->script->answer = SCRIPT_OK;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(caller->retry_after_ms, 0);
}

/* ---- certainly not sent ---- */

static void test_refused_is_not_sent(void **state)
{
    struct caller *caller = *state;
    script_stop_listening(caller->script);
    caller_open(caller);
    caller_expect(caller, PK_ANSWER_NOT_SENT);
    assert_string_equal(caller->thing, "absent");
    assert_int_equal(caller->body[0], '\0');
}

static void test_unknown_name_is_not_sent(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    call_name(caller, "http", "nobody.test");
    caller_expect(caller, PK_ANSWER_NOT_SENT);
    assert_true(name_lookups >= 1);
}

static void test_no_tls_is_not_sent(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    call_name(caller, "https", "127.0.0.1");
    caller_expect(caller, PK_ANSWER_NOT_SENT);
    assert_int_equal(caller->script->links, 1);
    assert_int_equal(caller->script->requests, 0);
}

/* A resolver that does not answer must hold neither the call nor the loop, and not the end either. */
static void test_black_hole_of_a_resolver(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    call_name(caller, "http", "blackhole.test");
    caller->call.connect_timeout_ms = 100;
    (void) pk_loop_worst_turn_us(caller->loop);
    caller_expect(caller, PK_ANSWER_NOT_SENT);
    call_name(caller, "http", "127.0.0.1");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(name_returns, 0); /* it hangs still: nothing waited for it */
    (void) pthread_mutex_lock(&name_lock);
    black_hole_open = true;
    (void) pthread_cond_broadcast(&name_released);
    (void) pthread_mutex_unlock(&name_lock);
    turn_until(caller->loop, name_returns > 0);
}

/* ---- in doubt ---- */

static void check_doubt(struct caller *caller, enum act act, const char *answer)
{
    caller->script->acts = &act;
    caller->script->act_count = 1;
    caller->script->answer = answer;
    unsigned before = caller->script->requests;
    caller_expect(caller, PK_ANSWER_NONE);
    assert_int_equal(caller->script->requests, before + 1);
    assert_int_equal(caller->status, 0);
    assert_int_equal(caller->body[0], '\0');
    assert_string_equal(caller->thing, "absent");
    caller->script->act_count = 0;
}

static void test_lost_answers_are_in_doubt(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    check_doubt(caller, ACT_CLOSE, "");
    check_doubt(caller, ACT_RESET, "");
    check_doubt(caller, ACT_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nX-Thing: half\r\nContent-Length: 10\r\n\r\nhalf");
    check_doubt(caller, ACT_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    check_doubt(caller, ACT_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nX-Thing: ha");
    check_doubt(caller, ACT_ANSWER_AND_CLOSE, "220 mail.test ESMTP\r\n"); /* not HTTP at all, but it was sent */
    check_doubt(caller, ACT_ANSWER_AND_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: oops\r\nContent-Length: 3\r\n\r\nok");
    caller->call.timeout_ms = 150;
    check_doubt(caller, ACT_SILENCE, "");
    check_doubt(caller, ACT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
}

static void test_answers_too_large_are_in_doubt(void **state)
{
    struct caller *caller = *state;
    struct pk_buf answer;
    caller_open(caller);
    pk_buf_init(&answer, 1u << 20);
    (void) pk_buf_printf(&answer, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n%01001d", 7);
    check_doubt(caller, ACT_ANSWER, answer.data);
    pk_buf_clear(&answer);
    (void) pk_buf_add_text(&answer, "HTTP/1.1 200 OK\r\nX-Thing: x\r\n");
    for (int i = 0; i < 40; i++)
        (void) pk_buf_printf(&answer, "X-%d: %01000d\r\n", i, i);
    (void) pk_buf_add_text(&answer, "Content-Length: 2\r\n\r\nok");
    check_doubt(caller, ACT_ANSWER, answer.data);
    pk_buf_clear(&answer);
    (void) pk_buf_printf(&answer, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%01000d", 7);
    caller->script->answer = answer.data;
    caller_expect(caller, PK_ANSWER_COMPLETE); /* just the limit */
    pk_buf_finish(&answer);
}

/* ---- a kept connection that is dead ---- */

static void die_after_the_first(struct caller *caller, enum act death)
{
    enum act acts[] = { ACT_ANSWER, death, ACT_ANSWER };
    script_hang_up(caller->script);
    caller->script->requests = 0;
    caller->script->acts = acts;
    caller->script->act_count = PK_COUNT(acts);
    caller_expect(caller, PK_ANSWER_COMPLETE);
    unsigned links = caller->script->links;
    caller_expect(caller, PK_ANSWER_NONE);
    assert_int_equal(caller->script->requests, 2); /* the second came once: it was not tried again */
    assert_true(caller->script->links <= links + 1);
    caller->script->act_count = 0;
}

static void test_a_dead_connection_gets_no_second_copy(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    die_after_the_first(caller, ACT_CLOSE);
    die_after_the_first(caller, ACT_RESET);
    caller->call.body = PK_SLICE("");
    die_after_the_first(caller, ACT_CLOSE);
    caller->call.method = PK_SLICE("GET"); /* there are providers that send on GET */
    die_after_the_first(caller, ACT_CLOSE);
    die_after_the_first(caller, ACT_RESET);
}

/* What curl would do next fails for certain; that says nothing about the first copy. */
static void test_dead_and_then_refused_is_in_doubt(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    die_after_the_first(caller, ACT_CLOSE_AND_VANISH);
    caller_expect(caller, PK_ANSWER_NOT_SENT);
}

static void note_moment(void *ctx)
{
    *(bool *) ctx = true;
}

static void test_a_connection_closed_while_idle_is_replaced(void **state)
{
    struct caller *caller = *state;
    bool later = false;
    caller_open(caller);
    for (unsigned i = 1; i <= 3; i++) {
        caller_expect(caller, PK_ANSWER_COMPLETE);
        assert_int_equal(caller->script->links, i);
        script_hang_up(caller->script);
        for (int turn = 0; turn < 3; turn++)
            test_turn(caller->loop, 0);
    }
    assert_int_equal(caller->script->requests, 3);
    /* Its end is seen once: it does not keep the loop turning. */
    struct pk_timer *timer = pk_timer_new(caller->loop, note_moment, &later);
    pk_timer_in(timer, 200);
    uint64_t turns = pk_loop_turns(caller->loop);
    while (!later)
        test_turn(caller->loop, -1);
    assert_true(pk_loop_turns(caller->loop) - turns < 20);
}

#define with_caller(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_caller(test_a_call_on_the_wire),
        with_caller(test_each_call_goes_where_it_says),
        with_caller(test_nothing_is_left_from_the_call_before),
        with_caller(test_a_large_body_leaves_whole),
        with_caller(test_redirects_are_answers),
        with_caller(test_retry_after),
        with_caller(test_refused_is_not_sent),
        with_caller(test_unknown_name_is_not_sent),
        with_caller(test_no_tls_is_not_sent),
        with_caller(test_black_hole_of_a_resolver),
        with_caller(test_lost_answers_are_in_doubt),
        with_caller(test_answers_too_large_are_in_doubt),
        with_caller(test_a_dead_connection_gets_no_second_copy),
        with_caller(test_dead_and_then_refused_is_in_doubt),
        with_caller(test_a_connection_closed_while_idle_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

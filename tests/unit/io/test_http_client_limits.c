/* SPDX-License-Identifier: EUPL-1.2 */
/* How many calls at once, over how many connections, to whom not, and what is refused before it starts. */
#include "tests/unit/io/caller.h"

static int set_up(void **state)
{
    *state = caller_new();
    return 0;
}

static int tear_down(void **state)
{
    caller_free(*state);
    return 0;
}

/* ---- room ---- */

static void test_room_is_counted_from_start_to_harvest(void **state)
{
    struct caller *caller = *state;
    struct pk_error err = { 0 };
    caller->config.max_calls = 3;
    caller_open(caller);
    assert_int_equal(pk_http_client_room(caller->client), 3);
    for (unsigned i = 1; i <= 3; i++) {
        caller_start(caller);
        assert_int_equal(pk_http_client_room(caller->client), 3 - i);
        assert_int_equal(pk_http_client_active(caller->client), i);
    }
    assert_int_equal(pk_http_client_start(caller->client, &caller->call, &err), PK_E_LIMIT);
    caller->budget = 0; /* they end, and nobody takes them */
    turn_until(caller->loop, caller->script->requests == 3);
    for (int i = 0; i < 10; i++)
        test_turn(caller->loop, 0);
    assert_int_equal(pk_http_client_room(caller->client), 0);
    assert_int_equal(caller->done, 0);
    caller->budget = 2;
    test_turn(caller->loop, -1); /* what is left over keeps the loop awake */
    assert_int_equal(caller->done, 2);
    test_turn(caller->loop, -1);
    assert_int_equal(caller->done, 3);
    assert_int_equal(pk_http_client_room(caller->client), 3);
    assert_int_equal(caller->states[PK_ANSWER_COMPLETE], 3);
}

static void test_connections_are_kept_and_no_more_than_calls(void **state)
{
    struct caller *caller = *state;
    caller->config.max_calls = 8;
    caller_open(caller);
    for (unsigned round = 1; round <= 20; round++) {
        for (unsigned i = 0; i < 8; i++)
            caller_start(caller);
        turn_until(caller->loop, caller->done == 8 * round);
    }
    assert_int_equal(caller->script->requests, 160);
    assert_int_equal(caller->script->links, 8);
    assert_int_equal(caller->states[PK_ANSWER_COMPLETE], 160);
}

/* ---- the end ---- */

static void test_free_ends_every_call_once(void **state)
{
    struct caller *caller = *state;
    enum act act = ACT_SILENCE;
    caller->script->acts = &act;
    caller->script->act_count = 1;
    caller_open(caller);
    for (int i = 0; i < 3; i++)
        caller_start(caller);
    turn_until(caller->loop, caller->script->requests == 3);
    for (int i = 0; i < 2; i++)
        caller_start(caller); /* not a byte of these has left */
    assert_int_equal(caller->done, 0);
    caller->start_again = true; /* refused: the end is the end */
    pk_http_client_free(caller->client);
    caller->client = NULL;
    assert_int_equal(caller->done, 5);
    assert_int_equal(caller->states[PK_ANSWER_NONE], 3);
    assert_int_equal(caller->states[PK_ANSWER_NOT_SENT], 2);
    for (int i = 0; i < 5; i++)
        test_turn(caller->loop, 0);
    assert_int_equal(caller->done, 5);
    assert_int_equal(caller->script->open, 0);
}

static void test_free_hands_over_what_has_ended(void **state)
{
    struct caller *caller = *state;
    caller_open(caller);
    caller->budget = 0;
    caller_start(caller);
    turn_until(caller->loop, caller->script->requests == 1);
    for (int i = 0; i < 20; i++)
        test_turn(caller->loop, 1);
    pk_http_client_free(caller->client);
    caller->client = NULL;
    assert_int_equal(caller->done, 1);
    assert_int_equal(caller->state, PK_ANSWER_COMPLETE);
    assert_string_equal(caller->body, "ok");
    pk_http_client_free(NULL);
}

/* ---- not to everybody ---- */

static void test_public_only(void **state)
{
    struct caller *caller = *state;
    static const char *const hosts[] = { "127.0.0.1",  "localhost", "[::1]",   "127.1",
                                         "2130706433", "0x7f.1",    "0.0.0.0", "[::ffff:127.0.0.1]" };
    caller_open(caller);
    caller->call.public_only = true;
    for (size_t i = 0; i < PK_COUNT(hosts); i++) {
        (void) snprintf(caller->url, sizeof caller->url, "http://%s:%u/", hosts[i], caller->script->port);
        caller->call.url = pk_slice_of(caller->url);
        caller_expect(caller, PK_ANSWER_NOT_SENT);
    }
    assert_int_equal(caller->script->links, 0);
    (void) snprintf(caller->url, sizeof caller->url, "http://127.0.0.1:%u/", caller->script->port);
    caller->call.url = pk_slice_of(caller->url);
    caller->call.public_only = false;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    caller->call.public_only = true; /* not over the connection that one kept, either */
    caller_expect(caller, PK_ANSWER_NOT_SENT);
    assert_int_equal(caller->script->requests, 1);
}

static void test_the_environment_is_not_asked(void **state)
{
    struct caller *caller = *state;
    static const char *const names[] = { "http_proxy", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < PK_COUNT(names); i++)
        assert_int_equal(setenv(names[i], "http://127.0.0.1:1", 1), 0);
    caller_open(caller);
    caller_expect(caller, PK_ANSWER_COMPLETE);
    for (size_t i = 0; i < PK_COUNT(names); i++)
        assert_int_equal(unsetenv(names[i]), 0);
}

static void test_through_a_proxy(void **state)
{
    struct caller *caller = *state;
    char proxy[64];
    (void) snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", caller->script->port);
    assert_int_equal(setenv("no_proxy", "*", 1), 0);
    caller->config.proxy = proxy;
    caller_open(caller);
    proxy[0] = 'x'; /* it was copied */
    caller->call.url = PK_SLICE("http://provider.test/send");
    caller->call.public_only = true;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_true(pk_slice_starts(pk_buf_slice(&caller->script->seen), "POST http://provider.test/send HTTP/1.1\r\n"));
    assert_int_equal(unsetenv("no_proxy"), 0);
}

/* ---- refused before it starts ---- */

static void check_refused(struct caller *caller, int code)
{
    struct pk_error err = { 0 };
    int r = pk_http_client_start(caller->client, &caller->call, &err);
    if (r != code || err.message[0] == '\0')
        fail_msg("started with %d: %s", r, err.message);
    assert_int_equal(pk_http_client_active(caller->client), 0);
}

static void test_urls_that_are_none(void **state)
{
    struct caller *caller = *state;
    static const struct pk_slice urls[] = {
        PK_SLICE_INIT(""),
        PK_SLICE_INIT("provider"),
        PK_SLICE_INIT("http://"),
        PK_SLICE_INIT("ftp://127.0.0.1/"),
        PK_SLICE_INIT("file:///etc/passwd"),
        PK_SLICE_INIT("http://[::1/"),
        PK_SLICE_INIT("http://127.0.0.1:99999/"),
        PK_SLICE_INIT("http://127.0.0.1/a b"),
        PK_SLICE_INIT("http://127.0.0.1/a\r\nX: y"),
        PK_SLICE_INIT("http://127.0.0.1/\0"),
    };
    caller_open(caller);
    struct pk_slice good = caller->call.url;
    for (size_t i = 0; i < PK_COUNT(urls); i++) {
        caller->call.url = urls[i];
        check_refused(caller, PK_E_INVALID);
    }
    struct pk_buf long_url;
    pk_buf_init(&long_url, 65536);
    (void) pk_buf_printf(&long_url, "http://127.0.0.1/%020000d", 7);
    caller->call.url = pk_buf_slice(&long_url);
    check_refused(caller, PK_E_LIMIT);
    pk_buf_finish(&long_url);
    caller->call.url = good;
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_int_equal(caller->done, 1);
}

static void test_headers_and_methods_that_are_none(void **state)
{
    struct caller *caller = *state;
    static const struct pk_http_header headers[] = {
        { PK_SLICE_INIT(""), PK_SLICE_INIT("x") },
        { PK_SLICE_INIT("X Y"), PK_SLICE_INIT("x") },
        { PK_SLICE_INIT("X: y\r\nZ"), PK_SLICE_INIT("x") },
        { PK_SLICE_INIT("X"), PK_SLICE_INIT("x\r\nY: z") },
        { PK_SLICE_INIT("X"), PK_SLICE_INIT("x\ny") },
        { PK_SLICE_INIT("X"), PK_SLICE_INIT("x\0y") },
        { PK_SLICE_INIT("content-length"), PK_SLICE_INIT("3") },
        { PK_SLICE_INIT("Transfer-Encoding"), PK_SLICE_INIT("chunked") },
        { PK_SLICE_INIT("Connection"), PK_SLICE_INIT("close") },
        { PK_SLICE_INIT("EXPECT"), PK_SLICE_INIT("100-continue") },
    };
    static const struct pk_slice methods[] = { PK_SLICE_INIT(""), PK_SLICE_INIT("GET /x"), PK_SLICE_INIT("PO\r\nST"),
                                               PK_SLICE_INIT("SIXTEENLETTERSAB") };
    caller_open(caller);
    caller->call.header_count = 1;
    for (size_t i = 0; i < PK_COUNT(headers); i++) {
        caller->call.headers = &headers[i];
        check_refused(caller, PK_E_INVALID);
    }
    struct pk_buf value;
    pk_buf_init(&value, 65536);
    (void) pk_buf_printf(&value, "%040000d", 7);
    const struct pk_http_header large = { PK_SLICE("X-Large"), pk_buf_slice(&value) };
    caller->call.headers = &large;
    check_refused(caller, PK_E_LIMIT);
    pk_buf_finish(&value);
    caller->call.header_count = 0;
    for (size_t i = 0; i < PK_COUNT(methods); i++) {
        caller->call.method = methods[i];
        check_refused(caller, PK_E_INVALID);
    }
    caller->call.method = PK_SLICE("POST");
    caller_expect(caller, PK_ANSWER_COMPLETE);
    assert_false(test_has(&caller->script->seen, "X-Large"));
}

#define with_caller(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_caller(test_room_is_counted_from_start_to_harvest),
        with_caller(test_connections_are_kept_and_no_more_than_calls),
        with_caller(test_free_ends_every_call_once),
        with_caller(test_free_hands_over_what_has_ended),
        with_caller(test_public_only),
        with_caller(test_the_environment_is_not_asked),
        with_caller(test_through_a_proxy),
        with_caller(test_urls_that_are_none),
        with_caller(test_headers_and_methods_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

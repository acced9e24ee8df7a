/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Asking a provider, on a clock that is set by hand and over a client that is a few lines here: when a request leaves, what
 * it follows, what of an answer counts, and that one is in the air at a time.
 */
#include "tests/unit/plugin/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define START_MS INT64_C(1790000000000)

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

struct pk_http_client {
    struct pk_http_call call;
    char url[256];
    unsigned started, full;
    bool in_air;
};

static struct pk_http_client http;

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return client->full ? 0 : 1;
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    (void) err;
    assert_false(client->in_air);
    client->call = *call;
    (void) snprintf(client->url, sizeof client->url, "%.*s", PK_SLICE_ARG(call->url));
    client->in_air = true;
    client->started++;
    return 0;
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static void answer_as(uint32_t state, const char *body, int64_t retry_after_ms)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = 200, .body = pk_slice_of(body),
                                .retry_after_ms = retry_after_ms, .header = no_header };
    assert_true(http.in_air);
    http.in_air = false;
    http.call.done(http.call.ctx, &answer);
}

#define answer(body) answer_as(PK_ANSWER_COMPLETE, body, 0)

/* ---- the adapter: an answer is "CURSOR event event", "!" refuses it ---- */

static const struct pk_host *host;
static int request_returns;
static int64_t requested_ms;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static int request(void *self, struct pk_slice cursor, struct pk_request *to, int64_t now_ms)
{
    static const char front[] = "http://127.0.0.1/after/";
    assert_ptr_equal(self, &support_self);
    requested_ms = now_ms;
    if (request_returns != PK_STEP_SEND)
        return request_returns;
    assert_int_equal(host->write(host->url(to), front, sizeof front - 1), 0);
    assert_int_equal(host->write(host->url(to), cursor.data, cursor.len), 0);
    return PK_STEP_SEND;
}

static int parse(void *self, const struct pk_answer *from, struct pk_event_sink *sink, struct pk_out *cursor, struct pk_error *err)
{
    struct pk_slice rest = from->body, word = { 0 };
    (void) self;
    if (pk_slice_is(rest, "!"))
        return pk_fail(err, PK_E_DENIED, "the key 31600000042 is refused");
    (void) pk_slice_cut(&rest, ' ', &word);
    if (pk_slice_is(word, "long"))
        for (int i = 0; i < 5000; i++)
            (void) host->write(cursor, "x", 1);
    else
        (void) host->write(cursor, word.data, word.len);
    while (pk_slice_cut(&rest, ' ', &word)) {
        struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_REPLY, .address = PK_SLICE("+316000000042"), .text = word };
        if (pk_slice_is(word, "nonsense"))
            event.kind = 99;
        int r = sink->emit(sink, &event);
        if (r < 0 && r != PK_E_INVALID)
            return r;
    }
    return 0;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP };
static struct pk_poll_ops poll = { .size = sizeof poll, .request = request, .parse = parse };
static struct pk_adapter adapter = { SUPPORT_ADAPTER, .exchange = &exchange, .poll = &poll };

/* ---- the service's side ---- */

static struct pk_loop *loop;
static struct pk_account *account;
static struct pk_buf heard; /* texts of events, a space after each */
static char stored[64]; /* the cursor */
static char fresh[64];
static int take_returns, read_returned, cursor_returns;
static unsigned polled_times;
static bool settle_by_itself;
static struct pk_error read_err;

static int take(void *ctx, struct pk_account *of, const struct pk_event *event)
{
    (void) ctx;
    assert_ptr_equal(of, account);
    assert_int_equal(event->token, 0);
    if (take_returns == 0)
        (void) pk_buf_printf(&heard, "%.*s ", PK_SLICE_ARG(event->text));
    return take_returns;
}

static int cursor(void *ctx, struct pk_account *of, struct pk_buf *ret_cursor)
{
    (void) ctx;
    (void) of;
    (void) pk_buf_add_text(ret_cursor, stored);
    return cursor_returns;
}

static void polled(void *ctx, struct pk_account *of)
{
    struct pk_buf out;
    (void) ctx;
    polled_times++;
    pk_buf_init(&out, PK_POLL_CURSOR_MAX);
    read_err = (struct pk_error){ 0 };
    read_returned = pk_account_poll_read(of, &out, &read_err);
    (void) snprintf(fresh, sizeof fresh, "%s", pk_buf_text(&out));
    pk_buf_finish(&out);
    if (!settle_by_itself)
        return;
    if (read_returned >= 0 && fresh[0])
        (void) snprintf(stored, sizeof stored, "%s", fresh);
    pk_account_poll_settled(of, read_returned >= 0, read_err.message);
}

static const struct pk_account_ops ops = { .event = take, .cursor = cursor, .polled = polled };

static struct pk_account_config config;

static void open_account(int64_t poll_ms)
{
    config = (struct pk_account_config){
        .name = "nightly", .adapter = &adapter, .settings = support_settings(&adapter, "[account nightly]\n", NULL, NULL), .http = &http,
        .window = 2, .connect_timeout_ms = 5000, .timeout_ms = 7000, .poll_ms = poll_ms, .ops = &ops,
    };
    assert_int_equal(pk_account_open(loop, &config, &account, NULL), 0);
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

static int begin(void **state)
{
    (void) state;
    pk_log_set_level(PK_LOG_ERROR);
    pk_clock_set_manual(START_MS);
    http = (struct pk_http_client){ 0 };
    adapter.open = open_probe;
    poll.every_ms = 0;
    request_returns = PK_STEP_SEND;
    take_returns = cursor_returns = 0;
    polled_times = 0;
    settle_by_itself = true;
    stored[0] = '\0';
    pk_buf_init(&heard, 4096);
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    return 0;
}

static int end(void **state)
{
    (void) state;
    pk_account_close(account);
    account = NULL;
    if (http.in_air) /* the client lets go of everything at its end */
        answer_as(PK_ANSWER_NONE, "", 0);
    pk_loop_free(loop);
    pk_buf_finish(&heard);
    pk_clock_set_system();
    return 0;
}

/* What is due after so long has happened. */
static void later(int64_t ms)
{
    pk_clock_advance(ms);
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

#define expect_url(rest) assert_string_equal(http.url, "http://127.0.0.1/after/" rest)

/* ---- asking ---- */

static void test_events_and_cursor(void **state)
{
    (void) state;
    open_account(0);
    assert_int_equal(http.started, 1);
    assert_int_equal(requested_ms, START_MS);
    expect_url("");
    assert_int_equal(http.call.timeout_ms, 7000);
    assert_true(pk_slice_is(http.call.method, "GET"));
    answer("c1 ja nee");
    assert_string_equal(pk_buf_text(&heard), "ja nee ");
    assert_int_equal(read_returned, 2);
    assert_string_equal(fresh, "c1");
    later(0); /* it brought something: at once */
    assert_int_equal(http.started, 2);
    expect_url("c1");
    answer("c1"); /* nothing new */
    assert_int_equal(read_returned, 0);
    assert_string_equal(fresh, "");
    later(29999);
    assert_int_equal(http.started, 2);
    later(1);
    assert_int_equal(http.started, 3);
    expect_url("c1");
}

static void test_one_in_the_air(void **state)
{
    (void) state;
    settle_by_itself = false;
    open_account(1000);
    later(60000);
    assert_int_equal(http.started, 1);
    answer("c1 ja");
    later(60000); /* nor while the answer waits for its commit */
    assert_int_equal(http.started, 1);
    pk_account_poll_settled(account, true, "");
    pk_account_poll_settled(account, true, ""); /* once */
    later(0);
    assert_int_equal(http.started, 2);
}

/* A provider that keeps the request open has been waited for already. */
static void test_intervals(void **state)
{
    (void) state;
    poll.every_ms = 5000;
    open_account(0);
    pk_clock_advance(4000);
    answer("c1");
    later(999);
    assert_int_equal(http.started, 1);
    later(1);
    assert_int_equal(http.started, 2);
    pk_clock_advance(25000);
    answer("c1");
    later(0);
    assert_int_equal(http.started, 3);
    pk_account_close(account);
    answer("c1 lost"); /* the account is gone, and nobody minds */
    assert_int_equal(polled_times, 2);
    open_account(2000); /* the operator's word counts more */
    answer("c1");
    later(1999);
    assert_int_equal(http.started, 4);
    later(1);
    assert_int_equal(http.started, 5);
    answer("");
}

/* Events behind a cursor that stays would come again and again without a pause. */
static void test_a_cursor_that_stays(void **state)
{
    (void) state;
    (void) snprintf(stored, sizeof stored, "c1");
    open_account(1000);
    answer("c1 ja");
    later(0);
    assert_int_equal(http.started, 1);
    later(1000);
    assert_int_equal(http.started, 2);
    answer(" ja"); /* none written */
    later(0);
    assert_int_equal(http.started, 2);
    assert_string_equal(stored, "c1");
}

static void test_not_now(void **state)
{
    (void) state;
    request_returns = PK_STEP_DONE;
    open_account(1000);
    assert_int_equal(http.started, 0);
    request_returns = PK_STEP_SEND;
    later(1000);
    assert_int_equal(http.started, 1);
    answer("");
    cursor_returns = PK_E_BUSY;
    later(1000);
    later(999);
    assert_int_equal(http.started, 1);
    cursor_returns = 0;
    http.full = 1;
    later(1);
    assert_int_equal(http.started, 1);
    http.full = 0;
    later(1000);
    assert_int_equal(http.started, 2);
    assert_string_equal(pk_account_trouble(account), "");
    answer("");
}

/* ---- what does not count ---- */

static void test_what_was_not_stored_comes_again(void **state)
{
    (void) state;
    open_account(1000);
    take_returns = PK_E_IO;
    answer("c1 ja nee");
    assert_int_equal(read_returned, PK_E_BUSY);
    assert_string_equal(fresh, "");
    take_returns = 0;
    later(1000);
    assert_int_equal(http.started, 2);
    expect_url("");
    settle_by_itself = false;
    answer("c1 ja nee");
    assert_string_equal(fresh, "c1");
    pk_account_poll_settled(account, false, "the disk is full"); /* its commit failed */
    later(2000);
    assert_int_equal(http.started, 3);
    expect_url("");
    answer("");
    pk_account_poll_settled(account, true, "");
}

static void test_nonsense_is_passed_over(void **state)
{
    (void) state;
    pk_log_set_level(PK_LOG_ERROR + 1);
    open_account(1000);
    answer("c1 ja nonsense nee");
    assert_string_equal(pk_buf_text(&heard), "ja nee ");
    assert_string_equal(stored, "c1");
    later(0);
    answer("long ja");
    assert_int_equal(read_returned, PK_E_LIMIT);
    assert_string_equal(stored, "c1");
}

/* ---- failures ---- */

static void fail_and_wait(int64_t least_ms, int64_t most_ms)
{
    unsigned before = http.started;
    later(least_ms - 1);
    assert_int_equal(http.started, before);
    later(most_ms - least_ms + 1);
    assert_int_equal(http.started, before + 1);
}

static void test_backing_off(void **state)
{
    (void) state;
    open_account(100);
    answer_as(PK_ANSWER_NONE, "", 0);
    fail_and_wait(500, 1000);
    answer_as(PK_ANSWER_NOT_SENT, "", 0);
    fail_and_wait(1000, 2000);
    assert_string_equal(pk_account_trouble(account), "");
    answer("!");
    assert_int_equal(read_returned, PK_E_DENIED);
    assert_string_equal(pk_account_trouble(account), "the key [number] is refused");
    fail_and_wait(2000, 4000);
    for (int i = 0; i < 8; i++) {
        answer_as(PK_ANSWER_NONE, "", 0);
        later(300000);
        assert_true(http.in_air); /* five minutes at most */
    }
    answer_as(PK_ANSWER_COMPLETE, "!", 600000);
    fail_and_wait(600000, 600000); /* unless it asks for more */
    answer("c1");
    assert_string_equal(pk_account_trouble(account), "");
    fail_and_wait(100, 100);
    answer("c1");
}

static void test_a_request_that_is_none(void **state)
{
    (void) state;
    request_returns = PK_E_INVALID;
    open_account(100);
    later(1000);
    later(2000);
    assert_int_equal(http.started, 0);
    assert_string_equal(pk_account_trouble(account), "the adapter could not describe the request");
    request_returns = PK_STEP_SEND;
    (void) snprintf(stored, sizeof stored, "a b"); /* into the URL */
    later(4000);
    assert_int_equal(http.started, 0);
    assert_string_equal(pk_account_trouble(account), "the adapter described a request without a URL, or with one that holds spaces or raw bytes");
}

static void test_nobody_to_ask(void **state)
{
    (void) state;
    static const struct pk_account_ops deaf = { .event = take };
    struct pk_settings *settings = support_settings(&adapter, "[account nightly]\n", NULL, NULL);
    struct pk_account_config wrong = { .name = "nightly", .adapter = &adapter, .settings = settings, .http = &http, .window = 1, .ops = &deaf };
    struct pk_error err = { 0 };
    assert_int_equal(pk_account_open(loop, &wrong, &account, &err), PK_E_INTERNAL);
    assert_string_equal(err.message, "there is nobody to ask the provider for account \"nightly\"");
    pk_settings_free(settings);
    account = NULL;
}

#define staged(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(test_events_and_cursor),
        staged(test_one_in_the_air),
        staged(test_intervals),
        staged(test_a_cursor_that_stays),
        staged(test_not_now),
        staged(test_what_was_not_stored_comes_again),
        staged(test_nonsense_is_passed_over),
        staged(test_backing_off),
        staged(test_a_request_that_is_none),
        staged(test_nobody_to_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls at a webhook: verified before they are read, answered as what became of their events. */
#include "tests/unit/plugin/support.h"

#define EVENTS_MAX 1000

static struct behaviour {
    int verify, parse;
    unsigned events; /* emitted by parse() */
    uint32_t event_kind;
    size_t reply_bytes;
    bool ignore_limit;
    unsigned verified, parsed;
} behaviour;

static const struct pk_host *host;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    assert_ptr_equal(self, &support_self);
    assert_int_equal(behaviour.parsed, 0);
    behaviour.verified++;
    return behaviour.verify < 0 ? pk_fail(err, behaviour.verify, "said %.*s", PK_SLICE_ARG(request->body)) : behaviour.verify;
}

static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply, struct pk_error *err)
{
    (void) self;
    (void) request;
    (void) err;
    behaviour.parsed++;
    for (unsigned i = 0; i < behaviour.events; i++) {
        const struct pk_event event = { .size = sizeof event, .kind = behaviour.event_kind, .state = PK_RECEIPT_DELIVERED,
                                        .provider_id = PK_SLICE_INIT("m-1"), .token = 9 };
        int r = sink->emit(sink, &event);
        if (r != 0 && !behaviour.ignore_limit)
            return r;
    }
    for (size_t i = 0; i < behaviour.reply_bytes; i++)
        (void) host->write(reply, "r", 1);
    return behaviour.parse;
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
    (void) round;
    return PK_E_UNSUPPORTED;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };
static const struct pk_adapter with_webhook = { SUPPORT_ADAPTER, .exchange = &exchange, .webhook = &webhook };
static const struct pk_adapter without_webhook = { SUPPORT_ADAPTER, .exchange = &exchange };

/* ---- the stage ---- */

static unsigned taken;
static int take_returns;

static int take(void *ctx, struct pk_account *account, const struct pk_event *event)
{
    (void) ctx;
    (void) account;
    assert_int_equal(event->token, 0); /* the answer tells the provider, nobody else does */
    assert_int_equal(event->state, PK_RECEIPT_DELIVERED);
    taken++;
    return take_returns;
}

static const struct pk_account_ops ops = { .event = take };

struct stage {
    struct pk_loop *loop;
    struct pk_http_client *http;
    struct pk_account *account;
};

static void stage_begin(struct stage *stage, const struct pk_adapter *adapter)
{
    static struct pk_adapter opened;
    opened = *adapter;
    opened.open = open_probe;
    const struct pk_http_client_config http = { .max_calls = 1, .max_answer_bytes = 1024 };
    assert_int_equal(pk_loop_new(&stage->loop, NULL), 0);
    assert_int_equal(pk_http_client_new(stage->loop, &http, &stage->http, NULL), 0);
    const struct pk_account_config config = {
        .name = "nightly",
        .adapter = &opened,
        .settings = support_settings(adapter, "[account nightly]\n", NULL, NULL),
        .http = stage->http,
        .window = 1,
        .ops = &ops,
    };
    assert_int_equal(pk_account_open(stage->loop, &config, &stage->account, NULL), 0);
}

static void stage_end(struct stage *stage)
{
    pk_account_close(stage->account);
    pk_http_client_free(stage->http);
    pk_loop_free(stage->loop);
}

static bool authorized;

static struct pk_slice header(const struct pk_hook_request *request, const char *name)
{
    (void) request;
    return authorized && strcmp(name, "Authorization") == 0 ? PK_SLICE("Basic eDp5") : (struct pk_slice){ 0 };
}

static unsigned call(struct stage *stage, struct pk_slice body, struct pk_buf *reply, struct pk_error *err)
{
    const struct pk_hook_request request = { .size = sizeof request, .method = PK_SLICE_INIT("POST"), .body = body, .header = header };
    taken = 0;
    behaviour.verified = behaviour.parsed = 0;
    unsigned refused = pk_account_webhook_check(stage->account, &request, err);
    return refused != 0 ? refused : pk_account_webhook_take(stage->account, &request, reply, err);
}

struct expected {
    struct behaviour behaviour;
    int take_returns;
    bool authorized;
    unsigned status, taken, parsed;
    size_t reply_bytes;
    const char *sentence;
};

static void test_answers(void **state)
{
    static const struct expected cases[] = {
        { { .events = 2, .event_kind = PK_EVENT_RECEIPT }, 0, false, 200, 2, 1, 0, "" },
        { { .reply_bytes = 12 }, 0, false, 200, 0, 1, 12, "" },
        { { .verify = PK_E_DENIED }, 0, false, 401, 0, 0, 0, "account \"nightly\": the call does not prove that it comes from the provider" },
        { { .verify = PK_E_DENIED }, 0, true, 403, 0, 0, 0, "account \"nightly\": the call does not prove that it comes from the provider" },
        { { .verify = 1 }, 0, true, 403, 0, 0, 0, "account \"nightly\": the call does not prove that it comes from the provider" },
        { { .verify = PK_E_INVALID }, 0, true, 403, 0, 0, 0, "account \"nightly\": the call does not prove that it comes from the provider" },
        { { .verify = PK_E_NOT_FOUND }, 0, false, 404, 0, 0, 0, "account \"nightly\": its webhook is not open" },
        { { .verify = PK_E_NOMEM }, 0, false, 503, 0, 0, 0, "account \"nightly\": the call could not be verified now" },
        { { .parse = PK_E_INVALID }, 0, false, 400, 0, 1, 0, "account \"nightly\": the call is not what the provider documents" },
        { { .parse = PK_E_INVALID, .reply_bytes = 4 }, 0, false, 400, 0, 1, 0, "account \"nightly\": the call is not what the provider documents" },
        { { .parse = PK_E_DENIED }, 0, false, 401, 0, 1, 0, "account \"nightly\": the call does not prove that it comes from the provider" },
        { { .parse = PK_E_NOT_FOUND }, 0, false, 404, 0, 1, 0, "account \"nightly\": its webhook has no such address" },
        { { .parse = PK_E_NOMEM }, 0, false, 503, 0, 1, 0, "account \"nightly\": the call could not be read now" },
        /* An event that was not taken comes again, whatever the adapter made of that. */
        { { .events = 1, .event_kind = PK_EVENT_RECEIPT }, PK_E_IO, false, 503, 1, 1, 0, "account \"nightly\": an event of the call could not be stored" },
        { { .events = 2, .event_kind = PK_EVENT_RECEIPT, .ignore_limit = true, .reply_bytes = 3 }, PK_E_INVALID, false, 503, 2, 1, 0,
          "account \"nightly\": an event of the call could not be stored" },
        { { .events = 1, .event_kind = 99, .ignore_limit = true }, 0, false, 400, 0, 1, 0, "account \"nightly\": the call is not what the provider documents" },
        { { .events = EVENTS_MAX, .event_kind = PK_EVENT_RECEIPT }, 0, false, 200, EVENTS_MAX, 1, 0, "" },
        { { .events = EVENTS_MAX + 1, .event_kind = PK_EVENT_RECEIPT, .ignore_limit = true }, 0, false, 413, EVENTS_MAX, 1, 0,
          "account \"nightly\": the call holds more than the gateway takes at once" },
        { { .reply_bytes = 4096 }, 0, false, 200, 0, 1, 4096, "" },
        { { .reply_bytes = 4097 }, 0, false, 500, 0, 1, 0, "account \"nightly\": the adapter's reply is too long" },
    };
    struct stage stage;
    (void) state;
    stage_begin(&stage, &with_webhook);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_error err = { 0 };
        struct pk_buf reply;
        pk_buf_init(&reply, 65536);
        behaviour = cases[i].behaviour;
        take_returns = cases[i].take_returns;
        authorized = cases[i].authorized;
        unsigned status = call(&stage, PK_SLICE("+316000000042"), &reply, &err);
        if (status != cases[i].status || taken != cases[i].taken || behaviour.parsed != cases[i].parsed || reply.len != cases[i].reply_bytes ||
            strcmp(err.message, cases[i].sentence) != 0)
            fail_msg("case %zu: status %u, %u taken, %u parsed, %zu bytes, \"%s\"", i, status, taken, behaviour.parsed, reply.len, err.message);
        pk_buf_finish(&reply);
    }
    stage_end(&stage);
}

static void test_a_body_too_large_is_not_looked_at(void **state)
{
    static char much[(1u << 20) + 1];
    struct stage stage;
    struct pk_error err = { 0 };
    struct pk_buf reply;
    (void) state;
    memset(much, 'm', sizeof much);
    behaviour = (struct behaviour){ 0 };
    stage_begin(&stage, &with_webhook);
    pk_buf_init(&reply, 16);
    assert_int_equal(call(&stage, pk_slice_make(much, sizeof much), &reply, &err), 413);
    assert_string_equal(err.message, "account \"nightly\": the call's body is larger than 1 MiB");
    assert_int_equal(behaviour.verified, 0);
    assert_int_equal(call(&stage, pk_slice_make(much, sizeof much - 1), &reply, &err), 200);
    pk_buf_finish(&reply);
    stage_end(&stage);
}

static void test_no_webhook(void **state)
{
    struct stage stage;
    struct pk_error err = { 0 };
    struct pk_buf reply;
    void *self = NULL;
    (void) state;
    stage_begin(&stage, &without_webhook);
    pk_buf_init(&reply, 16);
    assert_int_equal(call(&stage, PK_SLICE(""), &reply, &err), 404);
    assert_string_equal(err.message, "account \"nightly\": its adapter takes no calls from a provider");
    assert_int_equal(behaviour.verified, 0);
    assert_null(pk_account_play(stage.account, &self));
    pk_buf_finish(&reply);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_a_body_too_large_is_not_looked_at),
        cmocka_unit_test(test_no_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

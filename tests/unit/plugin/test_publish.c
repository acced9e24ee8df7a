/* SPDX-License-Identifier: EUPL-1.2 */
/* Exchanges over MQTT, through a publisher that is a few lines here: what a described message becomes, and what each end of
 * it is called. */
#include "tests/unit/plugin/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define START_MS INT64_C(1790000000000)

/* ---- the publisher ---- */

static struct {
    unsigned published;
    char topic[128], payload[128], content_type[64], correlation[64], user[128];
    bool retain;
    uint32_t expiry_s;
    int returns;
    void (*answered)(void *ctx, int reason);
    void *answered_ctx;
} broker;

static int publish(void *ctx, const struct pk_mqtt_publish *what, void (*answered)(void *ctx, int reason), void *answered_ctx,
                   struct pk_error *err)
{
    assert_ptr_equal(ctx, &broker);
    if (broker.returns != 0)
        return pk_fail(err, broker.returns, "no");
    broker.published++;
    (void) snprintf(broker.topic, sizeof broker.topic, "%s", what->topic);
    (void) snprintf(broker.payload, sizeof broker.payload, "%.*s", PK_SLICE_ARG(what->payload));
    (void) snprintf(broker.content_type, sizeof broker.content_type, "%s", what->content_type ? what->content_type : "-");
    (void) snprintf(broker.correlation, sizeof broker.correlation, "%.*s", PK_SLICE_ARG(what->correlation));
    broker.user[0] = '\0';
    for (size_t i = 0; i < what->user_count; i++) {
        size_t n = strlen(broker.user);
        (void) snprintf(broker.user + n, sizeof broker.user - n, "%.*s=%.*s ", PK_SLICE_ARG(what->user[i].name), PK_SLICE_ARG(what->user[i].value));
    }
    broker.retain = what->retain;
    broker.expiry_s = what->expiry_s;
    broker.answered = answered;
    broker.answered_ctx = answered_ctx;
    return 0;
}

static unsigned broker_room(void *ctx)
{
    assert_ptr_equal(ctx, &broker);
    return broker.returns == PK_E_BUSY ? 0 : 5;
}

static const struct pk_publisher publisher = { .ctx = &broker, .publish = publish, .room = broker_room };

static void puback(int reason)
{
    assert_non_null(broker.answered);
    broker.answered(broker.answered_ctx, reason);
    broker.answered = NULL;
}

/* ---- the adapter ---- */

static const struct pk_host *host;
static const char *topic;
static const char *headers[8][2];
static uint32_t state, status, header_found;
static unsigned steps;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    steps++;
    if (round->number > 0) {
        state = round->answer->state;
        status = round->answer->status;
        header_found = round->answer->header(round->answer, "content-type").data != NULL;
        round->result.outcome = state == PK_ANSWER_COMPLETE ? (status < 128 ? PK_OUTCOME_ACCEPTED : PK_OUTCOME_REJECTED)
                                : state == PK_ANSWER_NOT_SENT ? PK_OUTCOME_RETRY
                                                              : PK_OUTCOME_UNCERTAIN;
        return PK_STEP_DONE;
    }
    round->submits = 1;
    (void) host->write(host->url(round->request), topic, strlen(topic));
    (void) host->write(host->body(round->request), job->text.data, job->text.len);
    for (size_t i = 0; i < PK_COUNT(headers) && headers[i][0]; i++)
        (void) host->header(round->request, pk_slice_of(headers[i][0]), pk_slice_of(headers[i][1]));
    return PK_STEP_SEND;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_PUBLISH, .step = step };
static struct pk_adapter adapter = { SUPPORT_ADAPTER, .exchange = &exchange };

/* ---- the stage ---- */

static struct pk_loop *loop;
static struct pk_account *account;
static struct came came;

static void open_account(const struct pk_publisher *with)
{
    static const struct pk_account_ops ops = { .event = NULL };
    const struct pk_account_config config = {
        .name = "screen", .adapter = &adapter, .settings = support_settings(&adapter, "[account screen]\n", NULL, NULL), .publisher = with,
        .window = 3, .connect_timeout_ms = 5000, .timeout_ms = 7000, .ops = &ops,
    };
    assert_int_equal(pk_account_open(loop, &config, &account, NULL), 0);
}

static int begin(void **ctx)
{
    (void) ctx;
    pk_log_set_fd(-1);
    pk_clock_set_manual(START_MS);
    memset(&broker, 0, sizeof broker);
    memset(headers, 0, sizeof headers);
    memset(&came, 0, sizeof came);
    adapter.open = open_probe;
    topic = "screens/hall";
    steps = 0;
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    open_account(&publisher);
    return 0;
}

static int end(void **ctx)
{
    (void) ctx;
    pk_account_close(account);
    if (broker.answered)
        puback(-1);
    pk_loop_free(loop);
    pk_clock_set_system();
    pk_log_set_fd(2);
    return 0;
}

static void later(int64_t ms)
{
    pk_clock_advance(ms);
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

/* ---- what is said ---- */

static void test_a_message(void **ctx)
{
    static const char *const said[][2] = { { "Content-Type", "text/plain" }, { "Retain", "yes" }, { "expiry", "600" },
                                           { "correlation", "c1" }, { "language", "bg" }, { "Class", "public" } };
    (void) ctx;
    memcpy(headers, said, sizeof said);
    assert_int_equal(pk_account_room(account), 3);
    support_start(account, &came);
    assert_string_equal(broker.topic, "screens/hall");
    assert_string_equal(broker.payload, "Здравей");
    assert_string_equal(broker.content_type, "text/plain");
    assert_string_equal(broker.correlation, "c1");
    assert_string_equal(broker.user, "language=bg Class=public ");
    assert_true(broker.retain);
    assert_int_equal(broker.expiry_s, 600);
    puback(0);
    assert_int_equal(came.times, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(header_found, 0);
    memset(headers, 0, sizeof headers);
    support_start(account, &came);
    assert_string_equal(broker.content_type, "-");
    assert_false(broker.retain);
    assert_int_equal(broker.expiry_s, 0);
    assert_string_equal(broker.user, "");
}

static void test_what_cannot_be_said(void **ctx)
{
    static const struct {
        const char *topic, *name, *value, *reason;
    } cases[] = {
        { "screens/+", NULL, NULL, "the topic has a wildcard" },
        { "screens/#", NULL, NULL, "the topic has a wildcard" },
        { "screens//hall", NULL, NULL, "the topic has an empty level" },
        { "/screens", NULL, NULL, "the topic has an empty level" },
        { "screens/", NULL, NULL, "the topic has an empty level" },
        { "$SYS/broker", NULL, NULL, "the topic is too long, or not an adapter's to publish to" },
        { "pokana/v1/trigger/school", NULL, NULL, "the topic is too long, or not an adapter's to publish to" },
        { "screens/the hall", NULL, NULL, "the adapter described a request without a URL, or with one that holds spaces or raw bytes" },
        { "screens/hall", "retain", "1", "retain is neither yes nor no" },
        { "screens/hall", "expiry", "0", "expiry is not a number of seconds" },
        { "screens/hall", "expiry", "soon", "expiry is not a number of seconds" },
        { "screens/hall", "x", "a\nb", "the adapter described a method or header that no request may have" },
    };
    (void) ctx;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        topic = cases[i].topic;
        headers[0][0] = cases[i].name;
        headers[0][1] = cases[i].value;
        support_start(account, &came);
        later(0);
        assert_int_equal(came.outcome, PK_OUTCOME_REJECTED);
        assert_string_equal(came.reason, cases[i].reason);
    }
    assert_int_equal(broker.published, 0);
    headers[0][0] = NULL;
    topic = "screens/hall";
    broker.returns = PK_E_LIMIT; /* larger than the broker takes */
    support_start(account, &came);
    later(0);
    assert_int_equal(came.outcome, PK_OUTCOME_REJECTED);
}

/* ---- what becomes of it ---- */

static void test_refused_by_the_broker(void **ctx)
{
    (void) ctx;
    support_start(account, &came);
    puback(135); /* not authorized */
    assert_int_equal(state, PK_ANSWER_COMPLETE);
    assert_int_equal(status, 135);
    assert_int_equal(came.outcome, PK_OUTCOME_REJECTED);
}

static void test_lost_with_the_link(void **ctx)
{
    (void) ctx;
    support_start(account, &came);
    puback(-1);
    assert_int_equal(state, PK_ANSWER_NONE);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
}

static void test_no_answer_in_time(void **ctx)
{
    (void) ctx;
    support_start(account, &came);
    later(6999);
    assert_int_equal(came.times, 0);
    later(1);
    assert_int_equal(came.times, 1);
    assert_int_equal(state, PK_ANSWER_NONE);
    puback(0); /* too late, and nobody's */
    assert_int_equal(came.times, 1);
    assert_int_equal(steps, 2);
}

static void test_no_connection(void **ctx)
{
    (void) ctx;
    broker.returns = PK_E_BUSY;
    assert_int_equal(pk_account_room(account), 0);
    support_start(account, &came);
    assert_int_equal(steps, 1); /* the answer comes in a later turn */
    later(0);
    assert_int_equal(state, PK_ANSWER_NOT_SENT);
    assert_int_equal(came.outcome, PK_OUTCOME_RETRY);
    pk_account_close(account);
    open_account(NULL); /* there is no broker at all */
    assert_int_equal(pk_account_room(account), 0);
    support_start(account, &came);
    later(0);
    assert_int_equal(state, PK_ANSWER_NOT_SENT);
    assert_int_equal(came.outcome, PK_OUTCOME_RETRY);
}

static void test_closed_under_way(void **ctx)
{
    struct came second = { 0 };
    (void) ctx;
    support_start(account, &came);
    broker.returns = PK_E_BUSY;
    support_start(account, &second);
    pk_account_close(account);
    account = NULL;
    assert_int_equal(came.times, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(second.outcome, PK_OUTCOME_RETRY);
    puback(0);
    assert_int_equal(came.times, 1);
}

#define staged(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(test_a_message),
        staged(test_what_cannot_be_said),
        staged(test_refused_by_the_broker),
        staged(test_lost_with_the_link),
        staged(test_no_answer_in_time),
        staged(test_no_connection),
        staged(test_closed_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

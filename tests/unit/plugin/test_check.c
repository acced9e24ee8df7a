/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules of an adapter's table that no file is needed for: what it declares of itself, its doors and its settings. */
#include "tests/unit/plugin/support.h"

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
    (void) round;
    return PK_E_UNSUPPORTED;
}

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    (void) self;
    (void) request;
    (void) err;
    return PK_E_DENIED;
}

static int request(void *self, struct pk_slice cursor, struct pk_request *to, int64_t now_ms)
{
    (void) self;
    (void) cursor;
    (void) to;
    (void) now_ms;
    return PK_STEP_DONE;
}

static int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    (void) self;
    (void) link;
    (void) ops;
    return now_ms > 0 ? 0 : PK_E_INTERNAL;
}

static int received(void *self, struct pk_slice bytes, int64_t now_ms)
{
    (void) self;
    (void) bytes;
    (void) now_ms;
    return PK_E_PROTOCOL;
}

static int submit(void *self, const struct pk_job *job)
{
    (void) self;
    (void) job;
    return PK_E_BUSY;
}

static int tick(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    return 0;
}

static int list(void *self, int (*show)(void *ctx, const struct pk_play_item *item), void *ctx)
{
    (void) self;
    (void) show;
    (void) ctx;
    return 0;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_exchange_ops exchange_none = { .size = sizeof exchange, .transport = PK_TRANSPORT_NONE, .step = step };
static const struct pk_exchange_ops exchange_short = { .size = 8, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_session_ops session_none = { .size = sizeof session_none, .transport = PK_TRANSPORT_NONE };
static const struct pk_session_ops session_http = { .size = sizeof session_http, .transport = PK_TRANSPORT_HTTP };
static const struct pk_exchange_ops exchange_mail = { .size = sizeof exchange, .transport = PK_TRANSPORT_SMTP, .step = step };
static const struct pk_exchange_ops exchange_bus = { .size = sizeof exchange, .transport = PK_TRANSPORT_PUBLISH, .step = step };
static const struct pk_setting mail_text[] = { { "password", PK_SETTING_TEXT, 0, NULL, NULL, 0, 0, "Help." } };
static const struct pk_session_ops session_deaf = { .size = sizeof session_deaf, .transport = PK_TRANSPORT_TLS };
static const struct pk_session_ops session_tcp = {
    .size = sizeof session_tcp, .transport = PK_TRANSPORT_TCP, .connected = connected, .received = received, .submit = submit, .tick = tick,
};
static const struct pk_setting wire_half[] = { { "host", PK_SETTING_TEXT, 1, NULL, NULL, 0, 0, "Help." } };
static const struct pk_setting wire_text[] = { { "host", PK_SETTING_TEXT, 1, NULL, NULL, 0, 0, "Help." },
                                               { "port", PK_SETTING_TEXT, 1, NULL, NULL, 0, 0, "Help." } };
static const struct pk_setting wire_whole[] = { { "host", PK_SETTING_TEXT, 1, NULL, NULL, 0, 0, "Help." },
                                                { "port", PK_SETTING_INTEGER, 1, NULL, NULL, 0, 0, "Help." } };
static const struct pk_setting wire_tls[] = { { "host", PK_SETTING_TEXT, 1, NULL, NULL, 0, 0, "Help." },
                                              { "port", PK_SETTING_INTEGER, 1, NULL, NULL, 0, 0, "Help." },
                                              { "tls", PK_SETTING_CHOICE, 0, NULL, "yes|no", 0, 0, "Help." } };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify };
static const struct pk_webhook_ops webhook_empty = { .size = sizeof webhook };
static const struct pk_poll_ops poll = { .size = sizeof poll, .request = request };
static const struct pk_poll_ops poll_empty = { .size = sizeof poll };
static const struct pk_play_ops play = { .size = sizeof play, .list = list };
static const struct pk_play_ops play_empty = { .size = sizeof play };

#define GOOD SUPPORT_ADAPTER, .exchange = &exchange
#define WIRED(declared) SUPPORT_ADAPTER, .session = &session_tcp, .settings = declared, .setting_count = PK_COUNT(declared)

static void check(const struct pk_adapter *adapter, const char *sentence)
{
    struct pk_error err = { 0 };
    int r = pk_adapter_check(adapter, NULL, &err);
    assert_string_equal(err.message, sentence);
    assert_int_equal(r, sentence[0] ? PK_E_INVALID : 0);
}

/* What is wrong stands last and takes the place of what GOOD said. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
static const struct {
    struct pk_adapter adapter;
    const char *sentence;
} tables[] = {
    { { GOOD }, "" },
    { { GOOD, .price_unit = "EUR", .channels = "sms,whatsapp", .capabilities = PK_CAN_CHOICES | PK_CAN_RECEIPTS }, "" },
    { { GOOD, .name = NULL }, "its name is none: lower-case letters, digits and '-', at most 48" },
    { { GOOD, .version = "" }, "adapter \"probe\" has no version" },
    { { GOOD, .summary = "two\nlines" }, "adapter \"probe\" has no summary of one line" },
    { { GOOD, .summary = "\xff" }, "adapter \"probe\" has no summary of one line" },
    { { GOOD, .channels = NULL }, "adapter \"probe\" declares no channel" },
    { { GOOD, .channels = "sms,,chat" }, "adapter \"probe\" declares channels that make no sense" },
    { { GOOD, .channels = "sms,sms" }, "adapter \"probe\" declares channels that make no sense" },
    { { GOOD, .channels = "SMS" }, "adapter \"probe\" declares channels that make no sense" },
    { { GOOD, .channels = "a,b,c,d,e,f,g,h,i" }, "adapter \"probe\" declares channels that make no sense" },
    { { GOOD, .capabilities = 1u << 11 }, "adapter \"probe\" declares capabilities this gateway does not know" },
    { { GOOD, .number_format = 0 }, "adapter \"probe\" declares no number format" },
    { { GOOD, .number_format = 5 }, "adapter \"probe\" declares no number format" },
    { { GOOD, .price_unit = "eur" }, "adapter \"probe\" declares a price unit that is no currency code" },
    { { GOOD, .open = NULL }, "adapter \"probe\" lacks open" },
    { { GOOD, .close = NULL }, "adapter \"probe\" lacks close" },
    { { GOOD, .exchange = &exchange_none }, "adapter \"probe\" declares no transport an exchange can have" },
    { { GOOD, .exchange = &exchange_short }, "adapter \"probe\" lacks exchange.step" },
    { { SUPPORT_ADAPTER, .session = &session_http }, "adapter \"probe\" declares no transport a session can have" },
    { { SUPPORT_ADAPTER, .session = &session_none }, "adapter \"probe\" lacks session.connected" },
    { { SUPPORT_ADAPTER, .session = &session_deaf }, "adapter \"probe\" lacks session.received" },
    { { SUPPORT_ADAPTER, .session = &session_tcp }, "adapter \"probe\" keeps a link and declares no setting \"host\"" },
    { { WIRED(wire_half) }, "adapter \"probe\" keeps a link and declares no setting \"port\"" },
    { { WIRED(wire_text) }, "adapter \"probe\": its setting \"port\" is read by the gateway and has another type" },
    { { WIRED(wire_tls) }, "adapter \"probe\": its setting \"tls\" is read by the gateway and has another type" },
    { { WIRED(wire_whole) }, "" },
    { { SUPPORT_ADAPTER, .exchange = &exchange_mail, .settings = mail_text, .setting_count = 1 },
      "adapter \"probe\": its setting \"password\" is read by the gateway and has another type" },
    { { SUPPORT_ADAPTER, .exchange = &exchange_mail }, "" },
    { { SUPPORT_ADAPTER, .exchange = &exchange_bus }, "" },
    { { GOOD, .webhook = &webhook_empty }, "adapter \"probe\" lacks webhook.verify" },
    { { GOOD, .webhook = &webhook }, "adapter \"probe\" lacks webhook.parse" },
    { { GOOD, .play = &play_empty }, "adapter \"probe\" lacks play.list" },
    { { GOOD, .play = &play }, "adapter \"probe\" lacks play.answer" },
    { { GOOD, .poll = &poll_empty }, "adapter \"probe\" lacks poll.request" },
    { { GOOD, .poll = &poll }, "adapter \"probe\" lacks poll.parse" },
    { { GOOD, .setting_count = 1 }, "adapter \"probe\" declares settings that are not there, or more than 128" },
};
#pragma GCC diagnostic pop

static void test_tables(void **state)
{
    (void) state;
    for (size_t i = 0; i < PK_COUNT(tables); i++)
        check(&tables[i].adapter, tables[i].sentence);
}

#define HELP .help = "What it is for."

static void test_settings(void **state)
{
    static const struct {
        struct pk_setting setting;
        const char *flaw;
    } cases[] = {
        { { "a", PK_SETTING_TEXT, 0, "x", NULL, 0, 0, "Help." }, NULL },
        { { "header.*", PK_SETTING_TEXT, 0, NULL, NULL, 0, 0, "Help." }, NULL },
        { { "a", PK_SETTING_INTEGER, 0, "5", NULL, 1, 5, "Help." }, NULL },
        { { "a", 0, 0, NULL, NULL, 0, 0, "Help." }, "has no type" },
        { { "a", 8, 0, NULL, NULL, 0, 0, "Help." }, "has no type" },
        { { "a", PK_SETTING_TEXT, 0, NULL, NULL, 0, 0, NULL }, "has no help of one line" },
        { { "a", PK_SETTING_TEXT, 1, "x", NULL, 0, 0, "Help." }, "is both required and optional" },
        { { "a", PK_SETTING_TEXT, 2, NULL, NULL, 0, 0, "Help." }, "is both required and optional" },
        { { "a", PK_SETTING_INTEGER, 0, NULL, NULL, 5, 1, "Help." }, "has bounds that leave nothing" },
        { { "a", PK_SETTING_TEXT, 0, NULL, NULL, 1, 5, "Help." }, "has bounds but no number" },
        { { "a", PK_SETTING_TEXT, 0, NULL, "x|y", 0, 0, "Help." }, "declares choices without being one, or the other way round" },
        { { "a", PK_SETTING_CHOICE, 0, NULL, NULL, 0, 0, "Help." }, "declares choices without being one, or the other way round" },
        { { "a", PK_SETTING_CHOICE, 0, NULL, "", 0, 0, "Help." }, "declares an empty choice" },
        { { "a", PK_SETTING_CHOICE, 0, NULL, "x||y", 0, 0, "Help." }, "declares an empty choice" },
        { { "a", PK_SETTING_SECRET, 0, "x", NULL, 0, 0, "Help." }, "has a fallback where there can be none" },
        { { "a.*", PK_SETTING_TEXT, 0, "x", NULL, 0, 0, "Help." }, "has a fallback where there can be none" },
        { { "a", PK_SETTING_INTEGER, 0, "6", NULL, 1, 5, "Help." }, "has a fallback that it would refuse" },
        { { "a", PK_SETTING_CHOICE, 0, "z", "x|y", 0, 0, "Help." }, "has a fallback that it would refuse" },
        { { "a", PK_SETTING_URL, 0, "http://a.example", NULL, 0, 0, "Help." }, "has a fallback that it would refuse" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        const struct pk_adapter adapter = { GOOD, .settings = &cases[i].setting, .setting_count = 1 };
        char sentence[256] = "";
        if (cases[i].flaw)
            (void) snprintf(sentence, sizeof sentence, "adapter \"probe\": its setting \"%s\" %s", cases[i].setting.name, cases[i].flaw);
        check(&adapter, sentence);
    }
}

static void test_names_of_settings(void **state)
{
    static const char *const bad[] = { NULL, "", "A", "1a", ".*", "a b", "a*", "*", "a.*.*", "a=b", "a-name-that-is-far-too-long-for-anybody-to-write-it-down" };
    static const char *const good[] = { "a", "webhook_secret", "x-y.z1", "header.*" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        const struct pk_setting setting = { .name = bad[i], .type = PK_SETTING_TEXT, HELP };
        const struct pk_adapter adapter = { GOOD, .settings = &setting, .setting_count = 1 };
        check(&adapter, "adapter \"probe\" declares a setting (number 1) whose name is none");
    }
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        const struct pk_setting twice[] = { { .name = good[i], .type = PK_SETTING_TEXT, HELP }, { .name = good[i], .type = PK_SETTING_SECRET, HELP } };
        struct pk_adapter adapter = { GOOD, .settings = twice, .setting_count = 1 };
        char sentence[128];
        check(&adapter, "");
        adapter.setting_count = 2;
        (void) snprintf(sentence, sizeof sentence, "adapter \"probe\": its setting \"%s\" is declared twice", good[i]);
        check(&adapter, sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_names_of_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

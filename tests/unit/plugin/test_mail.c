/* SPDX-License-Identifier: EUPL-1.2 */
/* Exchanges over SMTP, through a client that is a few lines here: what a described message becomes, whose login it is, where it
 * may go, and what each end of it is called. */
#include "tests/unit/plugin/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/io/smtp_client.h"
#include "gateway/plugin/url.h"

/* ---- the client: linked instead of gateway/io/smtp_client.c ---- */

struct pk_smtp_client {
    char ca_file[64], username[64], password[64];
    unsigned max_mails, count;
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

static struct pk_smtp_client post;
static char sent_url[128], sent_from[64], sent_to[64], sent_message[256];
static bool sent_plain;
static int64_t sent_timeout_ms;
static unsigned freed;

static void keep(char *to, size_t size, const char *text)
{
    (void) snprintf(to, size, "%s", text ? text : "-");
}

struct pk_smtp_client *pk_smtp_client_new(struct pk_loop *loop, const struct pk_smtp_config *config)
{
    (void) loop;
    post = (struct pk_smtp_client){ .max_mails = config->max_mails };
    keep(post.ca_file, sizeof post.ca_file, config->ca_file);
    keep(post.username, sizeof post.username, config->username);
    keep(post.password, sizeof post.password, config->password);
    return &post;
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static void answer(uint32_t state, uint32_t status)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = status, .header = no_header };
    assert_int_equal(post.count, 1);
    post.count = 0;
    post.done(post.ctx, &answer);
}

void pk_smtp_client_free(struct pk_smtp_client *client)
{
    if (!client)
        return;
    freed++;
    if (client->count > 0)
        answer(PK_ANSWER_NONE, 0);
}

unsigned pk_smtp_client_room(const struct pk_smtp_client *client)
{
    return client->max_mails - client->count;
}

int pk_smtp_client_start(struct pk_smtp_client *client, const struct pk_smtp_mail *mail, struct pk_error *err)
{
    (void) err;
    keep(sent_url, sizeof sent_url, mail->url);
    sent_plain = mail->plain;
    sent_timeout_ms = mail->timeout_ms;
    (void) snprintf(sent_from, sizeof sent_from, "%.*s", PK_SLICE_ARG(mail->from));
    (void) snprintf(sent_to, sizeof sent_to, "%.*s", PK_SLICE_ARG(mail->to));
    (void) snprintf(sent_message, sizeof sent_message, "%.*s", PK_SLICE_ARG(mail->message));
    client->count++;
    client->done = mail->done;
    client->ctx = mail->ctx;
    return 0;
}

/* ---- the adapter ---- */

static const struct pk_host *host;
static const char *url;
static const char *headers[4][2];
static uint32_t state, status;

static int open_probe(const struct pk_host *lent, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    host = lent;
    return support_open(lent, values, count, ret_self, err);
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    static const char message[] = "Subject: test\r\n\r\nhello\r\n";
    (void) self;
    (void) job;
    if (round->number > 0) {
        state = round->answer->state;
        status = round->answer->status;
        round->result.outcome = state == PK_ANSWER_NOT_SENT ? PK_OUTCOME_RETRY : status / 100 == 2 ? PK_OUTCOME_ACCEPTED : PK_OUTCOME_INVALID_RECIPIENT;
        return PK_STEP_DONE;
    }
    round->submits = 1;
    (void) host->write(host->url(round->request), url, strlen(url));
    for (size_t i = 0; i < PK_COUNT(headers) && headers[i][0]; i++)
        (void) host->header(round->request, pk_slice_of(headers[i][0]), pk_slice_of(headers[i][1]));
    (void) host->write(host->body(round->request), message, sizeof message - 1);
    return PK_STEP_SEND;
}

static const struct pk_setting settings[] = {
    { .name = "username", .type = PK_SETTING_TEXT, .help = "Who logs in." },
    { .name = "password", .type = PK_SETTING_TEXT, .help = "With what." }, /* a real one is a secret */
    { .name = "ca_file", .type = PK_SETTING_TEXT, .help = "Authorities." },
};
static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_SMTP, .step = step };
static struct pk_adapter adapter = { SUPPORT_ADAPTER, .exchange = &exchange, .settings = settings, .setting_count = PK_COUNT(settings) };

/* ---- the stage ---- */

static struct pk_loop *loop;
static struct pk_account *account;
static struct came came;

static int open_with(const char *text, struct pk_error *err)
{
    static const struct pk_account_ops ops = { .event = NULL };
    struct pk_settings *read = support_settings(&adapter, text, NULL, NULL);
    const struct pk_account_config config = {
        .name = "mail", .adapter = &adapter, .settings = read, .ca_file = "/etc/authorities", .window = 3, .timeout_ms = 7000, .ops = &ops,
    };
    int r = pk_account_open(loop, &config, &account, err);
    if (r != 0)
        pk_settings_free(read);
    return r;
}

static int begin(void **ctx)
{
    (void) ctx;
    pk_log_set_fd(-1);
    memset(headers, 0, sizeof headers);
    memset(&came, 0, sizeof came);
    headers[0][0] = "from";
    headers[0][1] = "office@city.example";
    headers[1][0] = "To";
    headers[1][1] = "anna@home.example";
    adapter.open = open_probe;
    url = "smtp://mail.example:587/gateway.example";
    freed = 0;
    assert_int_equal(pk_loop_new(&loop, NULL), 0);
    return open_with("[account mail]\n", NULL);
}

static int end(void **ctx)
{
    (void) ctx;
    pk_account_close(account);
    pk_loop_free(loop);
    pk_log_set_fd(2);
    return 0;
}

static void turn(void)
{
    assert_int_equal(pk_loop_turn(loop, 0, NULL), 0);
}

static void test_a_message(void **ctx)
{
    (void) ctx;
    assert_string_equal(post.username, "-");
    assert_string_equal(post.ca_file, "/etc/authorities");
    assert_int_equal(post.max_mails, 3);
    assert_int_equal(pk_account_room(account), 3);
    support_start(account, &came);
    assert_int_equal(pk_account_room(account), 2);
    assert_string_equal(sent_url, url);
    assert_string_equal(sent_from, "office@city.example");
    assert_string_equal(sent_to, "anna@home.example");
    assert_string_equal(sent_message, "Subject: test\r\n\r\nhello\r\n");
    assert_false(sent_plain);
    assert_int_equal(sent_timeout_ms, 7000);
    answer(PK_ANSWER_COMPLETE, 250);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
}

static void test_what_becomes_of_it(void **ctx)
{
    (void) ctx;
    support_start(account, &came);
    answer(PK_ANSWER_COMPLETE, 550);
    assert_int_equal(status, 550);
    assert_int_equal(came.outcome, PK_OUTCOME_INVALID_RECIPIENT);
    support_start(account, &came);
    answer(PK_ANSWER_NOT_SENT, 0);
    assert_int_equal(came.outcome, PK_OUTCOME_RETRY);
    support_start(account, &came);
    answer(PK_ANSWER_NONE, 0);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN); /* whatever the adapter says */
    support_start(account, &came);
    pk_account_close(account);
    account = NULL;
    assert_int_equal(state, PK_ANSWER_NONE);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(freed, 1);
}

static void test_the_envelope(void **ctx)
{
    static const char *const wrong[][4][2] = {
        { { "from", "a@b.example" } },
        { { "to", "a@b.example" } },
        { { "from", "a@b.example" }, { "to", "a@b.example" }, { "To", "c@d.example" } },
        { { "from", "a@b.example" }, { "to", "a@b.example" }, { "Bcc", "c@d.example" } },
    };
    (void) ctx;
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        memcpy(headers, wrong[i], sizeof headers);
        support_start(account, &came);
        turn();
        assert_int_equal(came.outcome, PK_OUTCOME_REJECTED);
        assert_string_equal(came.reason, "the envelope has one from, one to, and nothing else");
    }
    assert_int_equal(post.count, 0);
}

static void test_where_it_may_go(void **ctx)
{
    static const char *const good[] = { "smtp://mail.example", "smtp://mail.example:587", "smtps://mail.example/", "smtps://[::1]:465/a.example" };
    static const char *const bad[] = { "http://mail.example", "mail.example", "smtp://", "smtp:///x", "smtp://u:p@mail.example", "smtp://mail.example?x",
                                       "smtp://mail.example:0", "smtp://mail.example:70000", "smtp://mail.example/a/b", "smtp://mail.example/a%0d",
                                       "SMTP://mail.example", "smtp://[mail]:25" };
    static const char *const here[] = { "smtp://localhost", "smtp://127.0.0.1:2525", "smtp://[::1]/x" };
    bool plain = true;
    (void) ctx;
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        if (pk_url_mail_refusal(pk_slice_of(good[i]), &plain))
            fail_msg("this is a mail server's: %s", good[i]);
        assert_false(plain);
    }
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        if (!pk_url_mail_refusal(pk_slice_of(bad[i]), &plain))
            fail_msg("this is no mail server's: %s", bad[i]);
    for (size_t i = 0; i < PK_COUNT(here); i++) {
        assert_null(pk_url_mail_refusal(pk_slice_of(here[i]), &plain));
        assert_true(plain);
    }
    url = "https://mail.example";
    support_start(account, &came);
    turn();
    assert_int_equal(came.outcome, PK_OUTCOME_REJECTED);
    assert_string_equal(came.reason, "the URL begins with neither smtp:// nor smtps://");
}

static void test_the_login(void **ctx)
{
    struct pk_error err = { 0 };
    (void) ctx;
    pk_account_close(account);
    assert_int_equal(open_with("[account mail]\nusername = office\npassword = word\nca_file = /etc/hosts\n", NULL), 0);
    assert_string_equal(post.username, "office");
    assert_string_equal(post.password, "word");
    assert_string_equal(post.ca_file, "/etc/hosts");
    pk_account_close(account);
    assert_int_equal(open_with("[account mail]\nusername = office\n", &err), PK_E_CONFIG);
    assert_string_equal(err.message, "password is missing: a login needs both");
    assert_int_equal(open_with("[account mail]\nca_file = hosts\n", &err), PK_E_CONFIG);
    account = NULL;
}

#define staged(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(test_a_message),
        staged(test_what_becomes_of_it),
        staged(test_the_envelope),
        staged(test_where_it_may_go),
        staged(test_the_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

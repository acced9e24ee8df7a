/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mail to a server that does, command by command, what the test says, on the same loop: were the client to wait for it
 * anywhere, both would stand still. What is certain about a mail is told by where its link broke.
 */
#include "tests/unit/io/broker.h"
#include "tests/unit/io/office.h"

static struct broker papers; /* a folder with certificates */
static bool have_tls;

#define MESSAGE "Subject: test\r\n\r\n.one\r\ntwo\r\n"

/* ---- the stage ---- */

static void on_done(void *ctx, const struct pk_answer *answer)
{
    struct office *office = ctx;
    office->done++;
    office->state = answer->state;
    office->status = answer->status;
    (void) snprintf(office->reply, sizeof office->reply, "%.*s", PK_SLICE_ARG(answer->body));
    assert_null(answer->header(answer, "x").data);
}

static struct office *office_new(bool tls, bool at_once)
{
    static const char *const replies[PLACES] = { "220 office\r\n", NULL, "220 go on\r\n", "235 in\r\n", "250 ok\r\n", "250 ok\r\n",
                                                 "354 go on\r\n", "250 2.0.0 queued\r\n" };
    struct office *office = pk_alloc(sizeof *office);
    office->loop = test_loop_new();
    office->far = far_new_with(office->loop, tls ? papers.folder : NULL, at_once);
    memcpy(office->replies, replies, sizeof replies);
    office->hang_up = -1;
    (void) snprintf(office->ca, sizeof office->ca, "%s/ca.crt", papers.folder);
    (void) snprintf(office->url, sizeof office->url, "%s://127.0.0.1:%u/gateway.example", tls && at_once ? "smtps" : "smtp", office->far->port);
    pk_buf_init(&office->commands, 1u << 20);
    pk_buf_init(&office->message, 1u << 20);
    office->config = (struct pk_smtp_config){ .max_mails = 2, .ca_file = tls ? office->ca : NULL };
    office->mail = (struct pk_smtp_mail){
        .url = office->url, .plain = !tls, .from = PK_SLICE_INIT("office@city.example"), .to = PK_SLICE_INIT("anna@home.example"),
        .message = PK_SLICE_INIT(MESSAGE), .connect_timeout_ms = 5000, .timeout_ms = 15000, .done = on_done, .ctx = office,
    };
    return office;
}

static void office_free(struct office *office)
{
    pk_smtp_client_free(office->client);
    far_free(office->far);
    test_turn(office->loop, 0);
    pk_loop_free(office->loop);
    pk_buf_finish(&office->commands);
    pk_buf_finish(&office->message);
    free(office);
}

static bool turn_office(struct office *office)
{
    office_serve(office);
    return true;
}

static void start(struct office *office)
{
    struct pk_error err = { 0 };
    if (!office->client)
        office->client = pk_smtp_client_new(office->loop, &office->config);
    if (pk_smtp_client_start(office->client, &office->mail, &err) != 0)
        fail_msg("a mail does not start: %s", err.message);
}

static void expect(struct office *office, uint32_t state, uint32_t status)
{
    unsigned before = office->done;
    start(office);
    turn_until(office->loop, turn_office(office) && office->done > before);
    assert_int_equal(office->state, state);
    assert_int_equal(office->status, status);
}

/* ---- taken ---- */

static void test_taken(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    expect(office, PK_ANSWER_COMPLETE, 250);
    assert_string_equal(office->reply, "2.0.0 queued");
    assert_string_equal(pk_buf_text(&office->commands), "EHLO gateway.example\nMAIL FROM:<office@city.example>\nRCPT TO:<anna@home.example>\nDATA\n");
    assert_string_equal(pk_buf_text(&office->message), "Subject: test\n\n..one\ntwo\n");
    expect(office, PK_ANSWER_COMPLETE, 250); /* over the same connection */
    assert_int_equal(office->far->links, 1);
    assert_int_equal(office->mails, 2);
    assert_int_equal(pk_smtp_client_room(office->client), 2);
    office_free(office);
}

/* A link that nobody needs for a while is ended with a word, and nobody waits for the answer. */
static void test_goodbye(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    expect(office, PK_ANSWER_COMPLETE, 250);
    pk_clock_set_manual(pk_clock_wall_ms());
    pk_clock_advance(20000);
    test_turn(office->loop, 0);
    pk_clock_set_system();
    turn_until(office->loop, office->far->ended && test_has(&office->far->seen, "QUIT\r\n"));
    expect(office, PK_ANSWER_COMPLETE, 250);
    assert_int_equal(office->far->links, 2);
    office_free(office);
}

/* ---- refused ---- */

static void test_refused(void **state)
{
    static const struct {
        enum place place;
        const char *reply;
        uint32_t code;
        const char *text;
    } cases[] = {
        { AT_GREETING, "554 go away\r\n", 554, "go away" },
        { AT_MAIL, "451 4.7.1 later\r\n", 451, "4.7.1 later" },
        { AT_RCPT, "550-5.1.1 unknown\r\n550 5.1.1 really\r\n", 550, "5.1.1 unknown\n5.1.1 really" },
        { AT_DATA, "554 no\r\n", 554, "no" },
        { AT_END, "552 5.3.4 too large\r\n", 552, "5.3.4 too large" },
        { AT_END, "421 closing\r\n", 421, "closing" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct office *office = office_new(false, false);
        office->replies[cases[i].place] = cases[i].reply;
        expect(office, PK_ANSWER_COMPLETE, cases[i].code);
        assert_string_equal(office->reply, cases[i].text);
        assert_int_equal(office->mails, cases[i].place == AT_END);
        /* The next one is not the worse for it. */
        office->replies[cases[i].place] = cases[i].place == AT_GREETING ? "220 office\r\n" : cases[i].place == AT_DATA ? "354 go on\r\n" : "250 ok\r\n";
        turn_until(office->loop, turn_office(office) && (cases[i].place < AT_MAIL || cases[i].place == AT_END || test_has(&office->commands, "RSET")));
        for (int turn = 0; turn < 3; turn++)
            test_turn(office->loop, 1);
        expect(office, PK_ANSWER_COMPLETE, 250);
        assert_int_equal(office->far->links, cases[i].code == 421 || cases[i].place == AT_GREETING ? 2 : 1);
        office_free(office);
    }
}

/* ---- cut off ---- */

static void test_cut_off(void **state)
{
    static const struct {
        enum place place;
        uint32_t state;
    } cases[] = {
        { AT_GREETING, PK_ANSWER_NOT_SENT }, { AT_EHLO, PK_ANSWER_NOT_SENT }, { AT_MAIL, PK_ANSWER_NOT_SENT },
        { AT_RCPT, PK_ANSWER_NOT_SENT },     { AT_DATA, PK_ANSWER_NOT_SENT }, { AT_END, PK_ANSWER_NONE },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct office *office = office_new(false, false);
        office->hang_up = (int) cases[i].place;
        expect(office, cases[i].state, 0);
        assert_string_equal(office->reply, "");
        office_free(office);
    }
}

static void test_silence(void **state)
{
    static const struct {
        enum place place;
        uint32_t state;
    } cases[] = { { AT_GREETING, PK_ANSWER_NOT_SENT }, { AT_RCPT, PK_ANSWER_NOT_SENT }, { AT_DATA, PK_ANSWER_NOT_SENT }, { AT_END, PK_ANSWER_NONE } };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct office *office = office_new(false, false);
        office->mail.timeout_ms = 150;
        office->replies[cases[i].place] = NULL;
        expect(office, cases[i].state, 0);
        office_free(office);
    }
}

static void test_nobody_there(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    (void) snprintf(office->url, sizeof office->url, "smtp://127.0.0.1:%u", test_free_port());
    expect(office, PK_ANSWER_NOT_SENT, 0);
    office_free(office);
}

/* A kept connection that the server closed meanwhile: the mail goes over a new one, or certainly not at all. */
static void test_a_dead_connection(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    expect(office, PK_ANSWER_COMPLETE, 250);
    far_hang_up(office->far, false);
    start(office);
    turn_until(office->loop, turn_office(office) && office->done == 2);
    assert_true(office->state != PK_ANSWER_NONE);
    assert_int_equal(office->mails, office->state == PK_ANSWER_COMPLETE ? 2 : 1);
    office_free(office);
}

static void test_given_up(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    office->replies[AT_END] = NULL;
    start(office);
    turn_until(office->loop, turn_office(office) && office->mails == 1);
    office->config.max_mails = 1;
    pk_smtp_client_free(office->client);
    assert_int_equal(office->done, 1);
    assert_int_equal(office->state, PK_ANSWER_NONE);
    office->client = NULL;
    start(office);
    assert_int_equal(pk_smtp_client_room(office->client), 0);
    assert_int_equal(pk_smtp_client_start(office->client, &office->mail, NULL), PK_E_LIMIT);
    test_turn(office->loop, 0);
    pk_smtp_client_free(office->client);
    office->client = NULL;
    assert_int_equal(office->done, 2);
    assert_int_equal(office->state, PK_ANSWER_NOT_SENT);
    office_free(office);
}

/* ---- TLS and the login ---- */

static void test_starttls(void **state)
{
    (void) state;
    if (!have_tls)
        skip();
    struct office *office = office_new(true, false);
    office->config.username = "office";
    office->config.password = "pass word";
    office->starttls = true;
    expect(office, PK_ANSWER_COMPLETE, 250);
    assert_true(office->encrypted);
    assert_string_equal(pk_buf_text(&office->commands),
                        "EHLO gateway.example\nSTARTTLS\nEHLO gateway.example\nAUTH PLAIN\nAG9mZmljZQBwYXNzIHdvcmQ=\n"
                        "MAIL FROM:<office@city.example>\nRCPT TO:<anna@home.example>\nDATA\n");
    office_free(office);
}

/* Somebody in between took the offer out, or refuses it: nothing is said in the clear. */
static void test_no_starttls(void **state)
{
    (void) state;
    if (!have_tls)
        skip();
    struct office *office = office_new(true, false);
    office->config.username = "office";
    office->config.password = "pass word";
    expect(office, PK_ANSWER_NOT_SENT, 0);
    assert_string_equal(pk_buf_text(&office->commands), "EHLO gateway.example\n");
    office_free(office);
    office = office_new(true, false);
    office->config.ca_file = test_path(papers.folder, "other-ca.crt");
    office->config.username = "office";
    office->config.password = "pass word";
    office->starttls = true;
    expect(office, PK_ANSWER_NOT_SENT, 0);
    assert_false(test_has(&office->commands, "AUTH"));
    office_free(office);
}

static void test_tls_at_once(void **state)
{
    (void) state;
    if (!have_tls)
        skip();
    struct office *office = office_new(true, true);
    office->config.username = "office";
    office->config.password = "pass word";
    expect(office, PK_ANSWER_COMPLETE, 250);
    office->replies[AT_RCPT] = "550 5.1.1 unknown\r\n";
    expect(office, PK_ANSWER_COMPLETE, 550);
    office_free(office);
}

static void test_a_login_that_is_refused(void **state)
{
    (void) state;
    struct office *office = office_new(false, false);
    office->config.username = "office";
    office->config.password = "wrong";
    office->replies[AT_AUTH] = "535 5.7.8 no\r\n";
    expect(office, PK_ANSWER_COMPLETE, 535);
    office_free(office);
}

/* ---- what is not sent ---- */

static void test_addresses(void **state)
{
    static const char *const good[] = { "anna@home.example", "a.b+c_d@x-y.example", "a@localhost", "o'hara@1.example" };
    static const char *const bad[] = {
        "", "anna", "@home.example", "anna@", "a b@home.example", "anna@home.example\r\nRCPT TO:<x@y.example>", "anna@home.example\n",
        "<anna@home.example>", "Anna <anna@home.example>", "anna@home.example,x@y.example", "\"a b\"@home.example", "anna@home@example",
        "anna@home..example", "anna@-home.example", "anna@home-.example", "anna@.example", "anna@home.", ".anna@home.example", "anna.@home.example",
        "an..na@home.example", "anna@[127.0.0.1]", "\xd0\xb0@home.example", "anna@\xd0\xb4.example", "anna@home.example SIZE=1", "a\\b@home.example",
        "a-name-that-is-much-longer-than-any-mail-box-may-ever-be-by-the-rules@home.example",
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(good); i++)
        if (pk_smtp_address_refusal(pk_slice_of(good[i])))
            fail_msg("this is an address: %s", good[i]);
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        if (!pk_smtp_address_refusal(pk_slice_of(bad[i])))
            fail_msg("this is no address: %s", bad[i]);
    assert_non_null(pk_smtp_address_refusal(PK_SLICE("anna\0@home.example")));
    assert_non_null(pk_smtp_address_refusal(PK_SLICE("anna@home.ex\0ample")));
    assert_non_null(pk_smtp_address_refusal((struct pk_slice){ 0 }));
}

static void test_what_is_not_sent(void **state)
{
    static char long_line[1200];
    const struct {
        struct pk_slice from, to, message;
        const char *sentence;
    } cases[] = {
        { PK_SLICE("x"), PK_SLICE("a@b.example"), PK_SLICE(MESSAGE), "an address of the envelope is none" },
        { PK_SLICE("a@b.example"), PK_SLICE("x"), PK_SLICE(MESSAGE), "an address of the envelope is none" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("a\nb\r\n"), "the message has a line end that is not CRLF" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("a\n.\nMAIL"), "the message has a line end that is not CRLF" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("a\rb\r\n"), "the message has a line end that is not CRLF" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("a\r"), "the message has a line end that is not CRLF" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("\xd0\xb0\r\n"), "the message holds bytes that are not ASCII" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE("a\0b\r\n"), "the message holds bytes that are not ASCII" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), PK_SLICE(""), "the message is empty" },
        { PK_SLICE("a@b.example"), PK_SLICE("a@b.example"), pk_slice_make(long_line, 999), "the message has a line of more than 998 bytes" },
    };
    (void) state;
    struct office *office = office_new(false, false);
    memset(long_line, 'x', sizeof long_line);
    office->client = pk_smtp_client_new(office->loop, &office->config);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_error err = { 0 };
        office->mail.from = cases[i].from;
        office->mail.to = cases[i].to;
        office->mail.message = cases[i].message;
        assert_int_equal(pk_smtp_client_start(office->client, &office->mail, &err), PK_E_INVALID);
        assert_string_equal(err.message, cases[i].sentence);
    }
    assert_int_equal(office->done, 0);
    office_free(office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_goodbye),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_a_dead_connection),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_starttls),
        cmocka_unit_test(test_no_starttls),
        cmocka_unit_test(test_tls_at_once),
        cmocka_unit_test(test_a_login_that_is_refused),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_what_is_not_sent),
    };
    broker_new(&papers);
    have_tls = broker_can_make_certificates();
    if (have_tls)
        broker_make_certificates(&papers);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_folder_remove(papers.folder);
    return failed;
}

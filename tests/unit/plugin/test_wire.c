/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sessions over a wire, on a clock that is set by hand and over a stream that is a few lines here: connecting and connecting
 * again, what becomes of the jobs when the link falls, and the goodbye.
 */
#include "tests/unit/plugin/wire_stage.h"

/* ---- where it leads ---- */

static void test_settings(void **state)
{
    (void) state;
    assert_string_equal(wire.host, "smsc.example");
    assert_int_equal(wire.now->config.port, 2775);
    assert_false(wire.now->config.tls);
    assert_string_equal(wire.ca_file, "/etc/authorities");
    assert_string_equal(wire.tls_name, "-");
    assert_int_equal(wire.now->config.connect_timeout_ms, 5000);
    assert_int_equal(wire.now->config.stall_timeout_ms, 7000);
    assert_int_equal(wire.now->config.queue_max_bytes, 1u << 20);
    pk_account_close(account);
    assert_int_equal(open_with("[account desk]\nhost = a\nport = 3550\ntls = yes\nca_file = /etc/hosts\ntls_name = b\n", NULL), 0);
    assert_int_equal(wire.now->config.port, 3550);
    assert_true(wire.now->config.tls);
    assert_string_equal(wire.ca_file, "/etc/hosts");
    assert_string_equal(wire.tls_name, "b");
    pk_account_close(account);
    session.transport = PK_TRANSPORT_TLS;
    assert_int_equal(open_with("[account desk]\nhost = a\n", NULL), 0);
    assert_true(wire.now->config.tls);
}

static void test_settings_that_lead_nowhere(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        { "[account desk]\nhost = a\nca_file = hosts\n", "ca_file: the file cannot be read, or its path does not begin with /" },
        { "[account desk]\nhost = a\nca_file = /nowhere/hosts\n", "ca_file: the file cannot be read, or its path does not begin with /" },
        { "[account desk]\nhost = a\nport = 70000\n", "0 is not a port" },
    };
    (void) state;
    pk_account_close(account);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_error err = { 0 };
        assert_true(open_with(cases[i].text, &err) < 0);
        assert_string_equal(err.message, cases[i].sentence);
    }
    account = NULL;
}

/* ---- a link that stands ---- */

static void test_jobs(void **state)
{
    struct came came = { 0 }, early = { 0 };
    (void) state;
    assert_int_equal(pk_account_room(account), 0);
    support_start(account, &early); /* nobody should, and nothing is lost by it */
    later(0);
    assert_int_equal(early.outcome, PK_OUTCOME_RETRY);
    comes_up();
    assert_int_equal(pk_account_room(account), 0); /* not logged in */
    brings("ok");
    assert_int_equal(pk_account_room(account), 2);
    support_start(account, &came);
    assert_string_equal(pk_buf_text(&wire.sent), "login job ");
    assert_int_equal(pk_account_room(account), 1);
    brings("done");
    assert_int_equal(came.times, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_ACCEPTED);
    assert_int_equal(pk_account_room(account), 2);
    wire.full = true;
    assert_int_equal(seen.ops->send(seen.link, "x", 1), PK_E_LIMIT);
    wire.full = false;
    assert_int_equal(seen.ops->send(seen.link, NULL, 1), PK_E_IO);
    later(60000);
    assert_int_equal(seen.ticks, 1);
    pk_account_settled(account, 5, true);
    assert_int_equal(seen.settled, 1);
}

/* ---- a link that falls ---- */

static void test_jobs_of_a_link_that_falls(void **state)
{
    struct came sent = { 0 }, stayed = { 0 }, late = { 0 };
    (void) state;
    log_in();
    support_start(account, &sent);
    wire.offered = wire.queued;
    support_start(account, &stayed);
    goes_down("the connection was lost");
    assert_int_equal(seen.disconnects, 0); /* not from inside the stream */
    assert_int_equal(pk_account_room(account), 0);
    brings("done"); /* too late, and not heard */
    support_start(account, &late);
    later(0);
    assert_int_equal(sent.outcome, PK_OUTCOME_UNCERTAIN);
    assert_string_equal(sent.reason, "the session ended before an answer came");
    assert_int_equal(stayed.outcome, PK_OUTCOME_RETRY);
    assert_string_equal(stayed.reason, "the link fell before the message was sent");
    assert_int_equal(late.outcome, PK_OUTCOME_RETRY);
    assert_int_equal(seen.disconnects, 1);
    assert_int_equal(pk_account_open_count(account), 0);
    assert_string_equal(pk_account_trouble(account), "the link to the provider: the connection was lost");
    assert_int_equal(seen.ops->complete(seen.link, seen.tokens[0], &accepted), PK_E_NOT_FOUND);
    pk_account_settled(account, 5, true);
    assert_int_equal(seen.settled, 0);
    later(60000); /* the wish of the old connection is gone */
    assert_int_equal(seen.ticks, 0);
}

/* What the adapter keeps to itself may have gone with other bytes: nobody knows. */
static void test_a_job_kept_back_by_the_adapter(void **state)
{
    struct came came = { 0 };
    (void) state;
    log_in();
    seen.silent = true;
    support_start(account, &came);
    assert_int_equal(seen.ops->send(seen.link, "later", 5), 0);
    wire.offered = wire.queued;
    goes_down("the connection was lost");
    later(0);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
}

static void test_connecting_again(void **state)
{
    (void) state;
    goes_down("nothing answers at its address");
    later(0);
    assert_int_equal(seen.disconnects, 0); /* it never stood */
    assert_string_equal(pk_account_trouble(account), "the link to the provider: nothing answers at its address");
    expect_again(500, 1000);
    goes_down("nothing answers at its address");
    later(0);
    expect_again(1000, 2000);
    comes_up(); /* and is no good */
    goes_down("the other side closed it");
    later(0);
    assert_int_equal(seen.disconnects, 1);
    expect_again(2000, 4000);
    for (int i = 0; i < 8; i++) {
        goes_down("nothing answers at its address");
        later(0);
        later(60000);
        assert_non_null(wire.now); /* a minute at most */
    }
    log_in();
    assert_string_equal(pk_account_trouble(account), "");
    assert_int_equal(seen.connects, 2);
    assert_int_equal(pk_account_room(account), 2);
    goes_down("the connection was lost");
    later(0);
    expect_again(500, 1000); /* from the beginning */
    comes_up();
    assert_int_equal(pk_account_room(account), 0);
}

/* The settings are wrong: told once for each refusal, tried rarely, and at once when somebody has seen to it. */
static void test_a_login_that_is_refused(void **state)
{
    (void) state;
    comes_up();
    seen.refused = true;
    brings("no");
    assert_int_equal(seen.refusals, 0); /* not from inside the adapter */
    later(0);
    assert_int_equal(seen.refusals, 1);
    assert_string_equal(seen.refusal, "The login of +[number] is refused: check the password.");
    assert_string_equal(pk_account_trouble(account), seen.refusal);
    assert_int_equal(seen.disconnects, 1);
    expect_again(300000, 600000);
    comes_up();
    brings("no");
    later(0);
    assert_int_equal(seen.refusals, 2);
    pk_account_connect_now(account);
    later(0);
    assert_int_equal(wire.opened, 3);
    pk_account_connect_now(account); /* it connects already */
    later(600000);
    assert_int_equal(wire.opened, 3);
    seen.refused = false;
    log_in();
    goes_down("the connection was lost");
    later(0);
    assert_int_equal(seen.refusals, 2);
    expect_again(500, 1000);
}

static void test_the_adapter_hangs_up(void **state)
{
    struct came came = { 0 };
    (void) state;
    log_in();
    support_start(account, &came);
    seen.hang_up = true;
    brings("no");
    brings("more"); /* not heard any more */
    assert_string_equal(seen.heard, "no");
    later(0);
    assert_int_equal(seen.disconnects, 1);
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN); /* its bytes left with the close */
    assert_string_equal(pk_account_trouble(account), "the login of +[number] was refused");
    seen.hang_up = false;
    expect_again(500, 1000);
    seen.connect_returns = PK_E_INTERNAL;
    comes_up();
    later(0);
    assert_int_equal(seen.disconnects, 2);
    assert_string_equal(pk_account_trouble(account), "the adapter could not begin its session");
    seen.connect_returns = 0;
    later(4000);
    log_in();
    seen.receive_returns = PK_E_PROTOCOL;
    wire.takes_nothing = true;
    support_start(account, &came);
    brings("garbage");
    later(0);
    assert_int_equal(came.outcome, PK_OUTCOME_RETRY);
    assert_string_equal(pk_account_trouble(account), "the provider sent what its protocol does not allow");
}

/* A wish for a later tick does not put off the fall. */
static void test_a_fall_does_not_wait(void **state)
{
    (void) state;
    log_in();
    seen.ops->disconnect(seen.link, "told to");
    seen.ops->wake_at(seen.link, START_MS + 3600000);
    seen.ops->window(seen.link, 9);
    later(0);
    assert_int_equal(seen.disconnects, 1);
    assert_string_equal(pk_account_trouble(account), "told to");
}

/* ---- the end ---- */

static void test_goodbye(void **state)
{
    (void) state;
    log_in();
    assert_false(pk_account_stopped(account));
    pk_account_stop(account);
    pk_account_stop(account); /* once */
    assert_int_equal(seen.stops, 1);
    assert_string_equal(pk_buf_text(&wire.sent), "login goodbye ");
    assert_int_equal(pk_account_room(account), 0);
    later(1999);
    assert_false(pk_account_stopped(account));
    brings("bye"); /* still heard */
    assert_string_equal(seen.heard, "bye");
    goes_down("the other side closed it");
    later(0);
    assert_true(pk_account_stopped(account));
    assert_int_equal(seen.disconnects, 1);
    later(120000);
    assert_int_equal(wire.opened, 1); /* for good */
}

static void test_a_goodbye_without_an_answer(void **state)
{
    (void) state;
    log_in();
    pk_account_stop(account);
    later(2000);
    later(0);
    assert_true(pk_account_stopped(account));
    assert_int_equal(seen.disconnects, 1);
}

static void test_stopped_while_down(void **state)
{
    (void) state;
    pk_account_stop(account); /* connecting */
    later(0);
    assert_true(pk_account_stopped(account));
    assert_int_equal(seen.stops + seen.disconnects, 0);
    pk_account_close(account);
    assert_int_equal(open_with("[account desk]\nhost = a\n", NULL), 0);
    goes_down("nothing answers at its address");
    later(0);
    pk_account_stop(account); /* between two connections */
    later(0);
    later(5000);
    assert_true(pk_account_stopped(account));
    assert_null(wire.now);
}

static void test_closed_with_jobs(void **state)
{
    struct came came = { 0 };
    (void) state;
    log_in();
    support_start(account, &came);
    pk_account_close(account);
    account = NULL;
    assert_int_equal(came.outcome, PK_OUTCOME_UNCERTAIN);
}

#define staged(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(test_settings),
        staged(test_settings_that_lead_nowhere),
        staged(test_jobs),
        staged(test_jobs_of_a_link_that_falls),
        staged(test_a_job_kept_back_by_the_adapter),
        staged(test_connecting_again),
        staged(test_a_login_that_is_refused),
        staged(test_the_adapter_hangs_up),
        staged(test_a_fall_does_not_wait),
        staged(test_goodbye),
        staged(test_a_goodbye_without_an_answer),
        staged(test_stopped_while_down),
        staged(test_closed_with_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What keeps a rehearsal from anybody: no account of it speaks to a provider, and its process opens no socket. How shares of people
 * are said, and what is told of reasons. */
#include "gateway/app/rehearsal.h"
#include "gateway/model/states.h"
#include "gateway/plugin/builtin.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void refused(struct pk_rehearsal *rehearsal, const char *text, const char *why)
{
    struct pk_error err = { 0 };
    size_t before = rehearsal->fail_count;
    assert_true(pk_rehearsal_fail_parse(rehearsal, text, &err) != 0);
    if (!strstr(err.message, why))
        fail_msg("\"%s\": %s", text, err.message);
    assert_int_equal(rehearsal->fail_count, before);
}

static void shares_are_said(void **state)
{
    (void) state;
    struct pk_rehearsal rehearsal = { .seed = 1 };
    assert_int_equal(pk_rehearsal_fail_parse(&rehearsal, "invalid=10%", NULL), 0);
    assert_int_equal(pk_rehearsal_fail_parse(&rehearsal, "stop=0.025", NULL), 0);
    assert_int_equal(pk_rehearsal_fail_parse(&rehearsal, "no-receipt=0.5%", NULL), 0);
    assert_string_equal(rehearsal.fails[0].course, "invalid_recipient");
    assert_int_equal(rehearsal.fails[0].millionths, 100000);
    assert_int_equal(rehearsal.fails[1].millionths, 25000);
    assert_int_equal(rehearsal.fails[2].millionths, 5000);
    static const char *const no_shares[] = { "yes=", "yes=%", "yes=0", "yes=101%", "yes=1.1", "yes=-1", "yes=1..0", "yes=10%%", "yes=0.00000001", "yes=99999999999999999999" };
    for (size_t i = 0; i < PK_COUNT(no_shares); i++)
        refused(&rehearsal, no_shares[i], "no share of people");
    refused(&rehearsal, "invalid", "can befall");
    refused(&rehearsal, "rain=10%", "can befall");
    refused(&rehearsal, "inval=10%", "can befall");
    refused(&rehearsal, "invalid=1%", "said twice");
    refused(&rehearsal, "yes=90%", "more than everybody");
}

/* An account of each adapter there is. */
static void no_account_speaks_to_a_provider(void **state)
{
    (void) state;
    struct pk_rehearsal rehearsal = { .campaign = "autumn", .seed = 7 };
    struct pk_account_rule accounts[32] = { 0 };
    assert_in_range(pk_builtin_count, 5, PK_COUNT(accounts));
    for (size_t i = 0; i < pk_builtin_count; i++)
        accounts[i] = (struct pk_account_rule){ .name = pk_builtin_adapters[i]->name, .adapter = pk_builtin_adapters[i], .window = 7 };
    struct pk_rules rules = { .bus = { .host = "broker.example" }, .accounts = accounts, .account_count = pk_builtin_count };
    for (size_t i = 0; pk_rehearsal_fail_name(i); i++) {
        char text[40];
        (void) snprintf(text, sizeof text, "%s=1%%", pk_rehearsal_fail_name(i));
        assert_int_equal(pk_rehearsal_fail_parse(&rehearsal, text, NULL), 0);
    }
    struct pk_error err = { 0 };
    pk_auto(pk_rehearsal_rules) struct pk_rehearsal_rules *made = NULL;
    if (pk_rehearsal_rules_new(&rules, &rehearsal, &made, &err) != 0)
        fail_msg("%s", err.message);
    const struct pk_rules *played = pk_rehearsal_rules(made);
    assert_null(played->bus.host);
    assert_int_equal(played->account_count, pk_builtin_count);
    for (size_t i = 0; i < played->account_count; i++) {
        const struct pk_adapter *adapter = played->accounts[i].adapter, *own = accounts[i].adapter;
        assert_string_equal(adapter->name, "simulator");
        assert_non_null(adapter->session);
        assert_int_equal(adapter->session->transport, PK_TRANSPORT_NONE);
        assert_null(adapter->exchange);
        assert_null(adapter->webhook);
        assert_null(adapter->poll);
        assert_ptr_equal(adapter->channels, own->channels);
        assert_int_equal(adapter->number_format, own->number_format);
        assert_int_equal(played->accounts[i].window, 7);
        assert_ptr_equal(accounts[i].adapter, pk_builtin_adapters[i]); /* the rules themselves are as they were */
    }
}

/* For ever: so in a child. */
static void the_door_is_closed(void **state)
{
    (void) state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int pair[2], open = socket(AF_INET, SOCK_STREAM, 0);
        if (open < 0)
            _exit(2); /* it proves nothing then */
        if (pk_rehearsal_close_door(NULL) != 0)
            _exit(3);
        struct sockaddr_storage nobody = { .ss_family = AF_INET };
        bool closed = socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM && socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM &&
                      connect(open, (struct sockaddr *) &nobody, sizeof nobody) < 0 && errno == EPERM;
        _exit(!closed ? 4 : pipe(pair) != 0 ? 5 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- by reason ---- */

static void left_is(const struct pk_rehearsal_left *left, size_t count, const char *expected)
{
    struct pk_buf text;
    pk_buf_init(&text, 4096);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_rehearsal_tell_left(left, count, &out);
    pk_json_close(&out, '}');
    assert_string_equal(pk_buf_text(&text), expected);
    pk_buf_finish(&text);
}

static void a_reason_of_three_takes_another_with_it(void **state)
{
    static const struct pk_rehearsal_left none[1], alone[] = { { PK_REASON_TEXT_UNMAPPED, 3 } };
    static const struct pk_rehearsal_left beside[] = { { PK_REASON_TEXT_UNMAPPED, 3 }, { PK_REASON_NEXT_CHANNEL, 40 }, { PK_REASON_OFTEN_ENOUGH, 9 } };
    (void) state;
    left_is(none, 0, "{\"left\":[]}");
    left_is(alone, 1, "{\"left\":[{\"reason\":\"text-unmapped\",\"messages\":null}]}");
    left_is(beside, 3, "{\"left\":[{\"reason\":\"text-unmapped\",\"messages\":null},{\"reason\":\"next-channel\",\"messages\":40},"
                       "{\"reason\":\"often-enough\",\"messages\":null}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_said),
        cmocka_unit_test(no_account_speaks_to_a_provider),
        cmocka_unit_test(the_door_is_closed),
        cmocka_unit_test(a_reason_of_three_takes_another_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

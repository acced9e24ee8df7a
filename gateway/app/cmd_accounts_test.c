/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana accounts test NAME --to ADDRESS`: one message to an address of one's own, and its three legs: handed over, told to
 * have arrived, answered. Each is a tick or a sentence with the remedy; below them the exchange, without anybody's data. The
 * status is 0 only when every leg that the account can have was seen.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_accounts.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/base/clock.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"
#include "gateway/model/states.h"

#include <poll.h>
#include <stdio.h>

#define WAIT_DEFAULT_MS (2 * 60 * 1000)
#define LOOK_EVERY_MS 200
#define BODY_BYTES_MAX 16384

struct test {
    const struct pk_invocation *invocation;
    const char *name, *to, *language;
    int64_t wait_ms;
    bool no_reply; /* nobody will answer */

    struct pk_json *message; /* as /v1/messages shows it; NULL before it was looked at */
    struct pk_json *tried; /* as /v1/accounts/NAME/test; NULL before it was handed over */
    enum pk_message_state state;
    bool not_let_in; /* the provider wants other settings: the account is paused until somebody looks */
};

enum leg { LEG_SEEN, LEG_OPEN, LEG_FAILED, LEG_NONE };

/* ---- legs ---- */

static enum leg handed_over(const struct test *test)
{
    switch (test->state) {
    case PK_MESSAGE_ACCEPTED:
    case PK_MESSAGE_SENT:
    case PK_MESSAGE_SENT_FINAL:
    case PK_MESSAGE_DELIVERED:
    case PK_MESSAGE_READ:
    case PK_MESSAGE_UNDELIVERED:
    case PK_MESSAGE_UNCONFIRMED:
        return LEG_SEEN;
    default:
        return pk_message_is_final(test->state) || test->state == PK_MESSAGE_UNCERTAIN || test->not_let_in ? LEG_FAILED : LEG_OPEN;
    }
}

static bool has(const struct test *test, const char *what)
{
    bool yes = false;
    return pk_json_bool(pk_json_get(test->tried, what), &yes) && yes;
}

static enum leg arrived(const struct test *test)
{
    if (test->state == PK_MESSAGE_DELIVERED || test->state == PK_MESSAGE_READ)
        return LEG_SEEN;
    if (test->state == PK_MESSAGE_UNDELIVERED)
        return LEG_FAILED;
    return test->tried && !has(test, "receipts") ? LEG_NONE : LEG_OPEN;
}

static enum leg answered(const struct test *test)
{
    if (pk_json_string(pk_json_get(test->tried, "answeredAt")).len > 0)
        return LEG_SEEN;
    return test->no_reply || (test->tried && !has(test, "answerable")) ? LEG_NONE : LEG_OPEN;
}

static bool is_over(const struct test *test)
{
    return handed_over(test) == LEG_FAILED || (handed_over(test) == LEG_SEEN && arrived(test) != LEG_OPEN && answered(test) != LEG_OPEN);
}

/* ---- looking ---- */

static int look(struct test *test, const char *message_path, const char *test_path, struct pk_error *err)
{
    char name[32];
    pk_json_free(test->message);
    test->message = NULL;
    int r = pk_ask_read(test->invocation, message_path, &test->message, err);
    if (r != 0)
        return r;
    struct pk_slice state = pk_json_string(pk_json_get(test->message, "state"));
    (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(state));
    if (pk_message_state_parse(name, &test->state) != 0)
        return pk_fail(err, PK_E_PROTOCOL, "the gateway answered with the unknown state \"%s\"", name);
    struct pk_slice reason = pk_json_string(pk_json_get(test->message, "reason"));
    test->not_let_in = test->state == PK_MESSAGE_DEFERRED && (pk_slice_is(reason, pk_reason_name(PK_REASON_MISCONFIGURED)) ||
                                                              pk_slice_is(reason, pk_reason_name(PK_REASON_ACCOUNT_PAUSED)));
    if (handed_over(test) == LEG_OPEN)
        return 0; /* there is nothing to tell of the exchange yet */
    pk_json_free(test->tried);
    test->tried = NULL;
    r = pk_ask_read(test->invocation, test_path, &test->tried, err);
    return r == PK_E_NOT_FOUND ? 0 : r; /* it ended before it left */
}

static int follow(struct test *test, struct pk_slice id, struct pk_error *err)
{
    char message_path[128], bytes[256];
    struct pk_buf test_path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    int64_t until_ms = pk_clock_mono_ms() + test->wait_ms;
    bool asked = false;
    (void) snprintf(message_path, sizeof message_path, "/v1/messages/%.*s?language=en", PK_SLICE_ARG(id));
    pk_accounts_path(&test_path, test->name, "/test");
    for (;;) {
        int r = look(test, message_path, pk_buf_text(&test_path), err);
        if (r != 0 || is_over(test) || pk_clock_mono_ms() >= until_ms)
            return r;
        if (!asked && test->invocation->terminal && handed_over(test) == LEG_SEEN && answered(test) == LEG_OPEN) {
            (void) printf("The message is on its way: answer it with any word.\n");
            (void) fflush(stdout);
            asked = true;
        }
        (void) poll(NULL, 0, LOOK_EVERY_MS);
    }
}

/* ---- telling ---- */

static void print_leg(enum leg leg, const char *what, const char *otherwise, const char *none)
{
    if (leg == LEG_SEEN)
        (void) printf("✓ %s\n", what);
    else if (leg == LEG_NONE)
        (void) printf("– %s\n", none);
    else
        (void) printf("✗ %s\n", otherwise);
}

static void print(const struct test *test)
{
    char handed[640], receipt[640];
    struct pk_slice sentence = pk_json_string(pk_json_get(test->message, "sentence"));
    struct pk_slice exchange = pk_json_string(pk_json_get(test->tried, "exchange"));
    (void) snprintf(handed, sizeof handed, "handed over: %.*s%s", PK_SLICE_ARG(sentence),
                    handed_over(test) == LEG_OPEN ? " pokana status tells whether anything is on hold or the provider is down." : "");
    if (test->not_let_in)
        (void) snprintf(handed, sizeof handed,
                        "handed over: the provider does not let this account in, so it is paused. Put its settings and secrets right, "
                        "then pokana accounts resume %s: the message leaves then.",
                        test->name);
    if (arrived(test) == LEG_FAILED)
        (void) snprintf(receipt, sizeof receipt, "arrived: %.*s", PK_SLICE_ARG(sentence));
    else
        (void) snprintf(receipt, sizeof receipt,
                        "arrived: no receipt came yet. Does the provider call the address that pokana accounts add names, and is "
                        "the message on the telephone? Ask again with --wait 10m.");
    print_leg(handed_over(test), "handed over: the provider took it", handed, "");
    if (handed_over(test) == LEG_SEEN) {
        print_leg(arrived(test), test->state == PK_MESSAGE_READ ? "arrived, and read" : "arrived: the receipt says delivered", receipt,
                  "arrived: this account gives no receipts; look at the telephone");
        print_leg(answered(test), "answered: your words came back to the gateway",
                  "answered: nothing came back. If you did answer: does the provider pass replies on to the address that pokana "
                  "accounts add names? If nobody can answer this sender, write replies = no.",
                  test->no_reply ? "answered: not waited for" : "answered: nobody can answer this account");
    }
    if (exchange.len > 0)
        (void) printf("\nWhat was exchanged, without numbers, texts and secrets:\n\n%.*s", PK_SLICE_ARG(exchange));
    else if (handed_over(test) == LEG_SEEN)
        (void) printf("\nIts adapter tells nothing of what passes over its link.\n");
}

static void print_json(const struct test *test)
{
    static const char *const words[] = { [LEG_SEEN] = "seen", [LEG_OPEN] = "open", [LEG_FAILED] = "failed", [LEG_NONE] = "none" };
    struct pk_buf text;
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "message", pk_json_string(pk_json_get(test->message, "id")));
    pk_json_add_text(&out, "state", pk_message_state_name(test->state));
    pk_json_add_text(&out, "handedOver", words[handed_over(test)]);
    pk_json_add_text(&out, "arrived", words[arrived(test)]);
    pk_json_add_text(&out, "answered", words[answered(test)]);
    pk_json_add_slice(&out, "exchange", pk_json_string(pk_json_get(test->tried, "exchange")));
    pk_json_close(&out, '}');
    (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
}

static int exit_status(const struct test *test)
{
    if (handed_over(test) == LEG_FAILED || arrived(test) == LEG_FAILED)
        return pk_code_exit_status(PK_E_DENIED);
    bool open = handed_over(test) == LEG_OPEN || arrived(test) == LEG_OPEN || answered(test) == LEG_OPEN;
    return open ? pk_code_exit_status(PK_E_TIMEOUT) : 0;
}

/* ---- the command ---- */

static int start(const struct test *test, struct pk_json **ret_started, struct pk_error *err)
{
    char path_bytes[256];
    struct pk_buf path = { .data = path_bytes, .cap = sizeof path_bytes, .max_bytes = sizeof path_bytes - 1 }, body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "address", test->to);
    if (test->language)
        pk_json_add_text(&out, "language", test->language);
    pk_json_close(&out, '}');
    pk_accounts_path(&path, test->name, "/test");
    int r = pk_ask_change(test->invocation, "POST", pk_buf_text(&path), pk_buf_text(&body), ret_started, err);
    pk_buf_wipe(&body);
    return r;
}

static int try_it(struct test *test)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *started = NULL;
    int r = start(test, &started, &err);
    if (r == 0) {
        pk_progress_begin("waiting for the test message");
        r = follow(test, pk_json_string(pk_json_get(started, "message")), &err);
        pk_progress_end();
    }
    if (r != 0)
        return pk_command_failed(&err);
    if (test->invocation->json)
        print_json(test);
    else
        print(test);
    return exit_status(test);
}

int pk_accounts_test_verb(const struct pk_invocation *invocation)
{
    struct test test = { .invocation = invocation, .wait_ms = WAIT_DEFAULT_MS, .state = PK_MESSAGE_QUEUED };
    const char *wait = NULL;
    const struct pk_option options[] = {
        { "to", &test.to, NULL }, { "language", &test.language, NULL }, { "wait", &wait, NULL }, { "no-reply", NULL, &test.no_reply }
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be tested?");
    if (!test.to)
        return pk_command_misused(&pk_command_accounts, "--to says whose address the test message goes to: your own");
    if (wait && pk_parse_duration(pk_slice_of(wait), &test.wait_ms) != 0)
        return pk_command_misused(&pk_command_accounts, "--wait \"%s\" is no length of time such as 30s or 2m", wait);
    test.name = words.words[0];
    status = try_it(&test);
    pk_json_free(test.message);
    pk_json_free(test.tried);
    return status;
}

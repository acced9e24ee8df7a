/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana accounts`: the accounts at providers, pausing and resuming one, a test message, the simulator's desk. */
#include "gateway/app/cmd_accounts.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"
#include "gateway/model/states.h"

#include <inttypes.h>
#include <poll.h>

#define WAIT_DEFAULT_MS 30000
#define LOOK_EVERY_MS 200
#define BODY_BYTES_MAX 16384

void pk_accounts_print(const struct pk_json *accounts)
{
    static const struct pk_column columns[] = { { "ACCOUNT", false }, { "ADAPTER", false },  { "CHANNEL", false },
                                                { "STATE", false },   { "IN FLIGHT", true }, { "WINDOW", true },
                                                { "WHY", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    bool paused = false;
    for (size_t i = 0; i < pk_json_count(accounts); i++) {
        const struct pk_json *account = pk_json_item(accounts, i);
        pk_table_json(table, pk_json_get(account, "name"));
        pk_table_json(table, pk_json_get(account, "adapter"));
        pk_table_json(table, pk_json_get(account, "channel"));
        pk_table_json(table, pk_json_get(account, "state"));
        pk_table_json(table, pk_json_get(account, "inFlight"));
        pk_table_json(table, pk_json_get(account, "window"));
        pk_table_json(table, pk_json_get(account, "why"));
        paused |= pk_slice_is(pk_json_string(pk_json_get(account, "state")), "paused");
    }
    pk_table_print(table);
    if (paused)
        (void) printf("\nA paused account takes nothing until pokana accounts resume NAME.\n");
}

static void account_path(struct pk_buf *path, const char *name, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/accounts/");
    pk_ask_escape(path, pk_slice_of(name));
    (void) pk_buf_add_text(path, what);
}

static int list(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_accounts, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/accounts", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        pk_accounts_print(pk_json_get(document, "accounts"));
    return 0;
}

/* ---- pause, resume ---- */

static int change(const struct pk_invocation *invocation, const char *name, const char *what, const char *json)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_error err = { 0 };
    account_path(&path, name, what);
    pk_auto(pk_json) struct pk_json *account = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), json, &account, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(account);
        return 0;
    }
    struct pk_slice state = pk_json_string(pk_json_get(account, "state")), why = pk_json_string(pk_json_get(account, "why"));
    (void) printf("account %s: %.*s%s%.*s\n", name, PK_SLICE_ARG(state), why.len > 0 ? ", " : "", PK_SLICE_ARG(why));
    return 0;
}

static int pause_one(const struct pk_invocation *invocation)
{
    const char *reason = NULL;
    const struct pk_option options[] = { { "reason", &reason, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be paused?");
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    if (reason)
        pk_json_add_text(&out, "reason", reason);
    pk_json_close(&out, '}');
    status = change(invocation, words.words[0], "/pause", pk_buf_text(&body));
    pk_buf_finish(&body);
    return status;
}

static int resume_one(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be resumed?");
    return change(invocation, words.words[0], "/resume", "{}");
}

/* ---- test ---- */

/* Looks until the message has an end or the time is over; *ret_message is what it is then. */
static int follow(const struct pk_invocation *invocation, struct pk_slice id, int64_t wait_ms, struct pk_json **ret_message,
                  enum pk_message_state *ret_state, struct pk_error *err)
{
    char path[128];
    int64_t until_ms = pk_clock_mono_ms() + wait_ms;
    (void) snprintf(path, sizeof path, "/v1/messages/%.*s?language=en", PK_SLICE_ARG(id));
    for (;;) {
        pk_auto(pk_json) struct pk_json *message = NULL;
        char name[32];
        int r = pk_ask_read(invocation, path, &message, err);
        if (r != 0)
            return r;
        struct pk_slice state = pk_json_string(pk_json_get(message, "state"));
        (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(state));
        if (pk_message_state_parse(name, ret_state) != 0)
            return pk_fail(err, PK_E_PROTOCOL, "the gateway answered with the unknown state \"%s\"", name);
        if (pk_message_is_final(*ret_state) || *ret_state == PK_MESSAGE_UNCERTAIN || pk_clock_mono_ms() >= until_ms) {
            *ret_message = pk_steal(&message);
            return 0;
        }
        (void) poll(NULL, 0, LOOK_EVERY_MS);
    }
}

/* Did it go well? What is at the provider without a receipt yet did. */
static int test_exit_status(enum pk_message_state state)
{
    switch (state) {
    case PK_MESSAGE_ACCEPTED:
    case PK_MESSAGE_SENT:
    case PK_MESSAGE_SENT_FINAL:
    case PK_MESSAGE_DELIVERED:
    case PK_MESSAGE_READ:
        return 0;
    default:
        return pk_code_exit_status(pk_message_is_final(state) ? PK_E_DENIED : PK_E_TIMEOUT);
    }
}

static int start_test(const struct pk_invocation *invocation, const char *name, const char *to, const char *language,
                      struct pk_json **ret_started, struct pk_error *err)
{
    char path_bytes[256];
    struct pk_buf path = { .data = path_bytes, .cap = sizeof path_bytes, .max_bytes = sizeof path_bytes - 1 }, body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "address", to);
    if (language)
        pk_json_add_text(&out, "language", language);
    pk_json_close(&out, '}');
    account_path(&path, name, "/test");
    int r = pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(&body), ret_started, err);
    pk_buf_wipe(&body);
    pk_buf_finish(&body);
    return r;
}

static int run_test(const struct pk_invocation *invocation, const char *name, const char *to, const char *language,
                    int64_t wait_ms)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *started = NULL, *message = NULL;
    enum pk_message_state state = PK_MESSAGE_QUEUED;
    int r = start_test(invocation, name, to, language, &started, &err);
    struct pk_slice id = pk_json_string(pk_json_get(started, "message"));
    if (r == 0) {
        pk_progress_begin("waiting for the test message");
        r = follow(invocation, id, wait_ms, &message, &state, &err);
        pk_progress_end();
    }
    if (r != 0)
        return pk_command_failed(&err);
    int status = test_exit_status(state);
    if (invocation->json) {
        pk_ask_print(message);
        return status;
    }
    struct pk_slice sentence = pk_json_string(pk_json_get(message, "sentence"));
    (void) printf("message %.*s (%s): %.*s\n", PK_SLICE_ARG(id), pk_message_state_name(state), PK_SLICE_ARG(sentence));
    return status;
}

static int test(const struct pk_invocation *invocation)
{
    const char *to = NULL, *language = NULL, *wait = NULL;
    const struct pk_option options[] = { { "to", &to, NULL }, { "language", &language, NULL }, { "wait", &wait, NULL } };
    struct pk_plain_words words;
    int64_t wait_ms = WAIT_DEFAULT_MS;
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be tested?");
    if (!to)
        return pk_command_misused(&pk_command_accounts, "--to says whose address the test message goes to: your own");
    if (wait && pk_parse_duration(pk_slice_of(wait), &wait_ms) != 0)
        return pk_command_misused(&pk_command_accounts, "--wait \"%s\" is no length of time such as 30s or 2m", wait);
    return run_test(invocation, words.words[0], to, language, wait_ms);
}

/* ---- play ---- */

static void print_play(const struct pk_json *messages)
{
    static const struct pk_column columns[] = { { "AT", false }, { "ADDRESS", false }, { "STATE", false }, { "TEXT", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(messages); i++) {
        const struct pk_json *message = pk_json_item(messages, i);
        pk_table_moment(table, pk_json_get(message, "at"));
        pk_table_json(table, pk_json_get(message, "address"));
        pk_table_json(table, pk_json_get(message, "state"));
        pk_table_json(table, pk_json_get(message, "text"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("nothing arrived yet\n");
}

static int show_play(const struct pk_invocation *invocation, const char *path)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, path, &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_play(pk_json_get(document, "messages"));
    return 0;
}

static int answer_play(const struct pk_invocation *invocation, const char *path, const char *address, const char *text)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "address", address);
    pk_json_add_text(&out, "text", text);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = body.failed ? pk_fail(&err, PK_E_LIMIT, "the answer is too long")
                        : pk_ask_change(invocation, "POST", path, pk_buf_text(&body), &document, &err);
    pk_buf_wipe(&body);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        (void) printf("the answer is on its way\n");
    return 0;
}

static int play(const struct pk_invocation *invocation)
{
    bool answer = false;
    const struct pk_option options[] = { { "answer", NULL, &answer } };
    struct pk_plain_words words;
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count == 0)
        return pk_command_misused(&pk_command_accounts, "which account's desk?");
    if (answer && words.count != 3)
        return pk_command_misused(&pk_command_accounts, "--answer needs an address and a text; put the text in quotes");
    if (!answer && words.count != 1)
        return pk_command_misused(&pk_command_accounts, "play shows what arrived; to answer, write --answer ADDRESS TEXT");
    account_path(&path, words.words[0], "/play");
    return answer ? answer_play(invocation, pk_buf_text(&path), words.words[1], words.words[2])
                  : show_play(invocation, pk_buf_text(&path));
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list }, { "pause", pause_one }, { "resume", resume_one }, { "test", test }, { "play", play }
    };
    return pk_verb_run(&pk_command_accounts, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_accounts = {
    .name = "accounts",
    .usage = "accounts list\n"
             "accounts pause NAME [--reason TEXT]\n"
             "accounts resume NAME\n"
             "accounts test NAME --to ADDRESS [--language TAG] [--wait TIME]\n"
             "accounts play NAME [--answer ADDRESS TEXT]",
    .summary = "accounts at providers: state, pause, resume, test; play shows what reached the simulator",
    .run = run,
};

/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana messages`: what became of each, and the decisions only a person can take. No text and no address is shown. */
#include "gateway/app/cmd_messages.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"
#include "gateway/model/price.h"
#include "gateway/model/states.h"

static bool is_true(const struct pk_json *object, const char *name)
{
    bool value = false;
    return pk_json_bool(pk_json_get(object, name), &value) && value;
}

/* ---- list ---- */

static void add_row(struct pk_table *table, const struct pk_json *message)
{
    pk_table_json(table, pk_json_get(message, "id"));
    pk_table_json(table, pk_json_get(message, "state"));
    struct pk_slice reason = pk_json_string(pk_json_get(message, "reason"));
    pk_table_slice(table, pk_slice_is(reason, "none") ? (struct pk_slice){ 0 } : reason);
    pk_table_json(table, pk_json_get(message, "class"));
    pk_table_json(table, pk_json_get(message, "topic"));
    pk_table_json(table, pk_json_get(message, "channel"));
    pk_table_json(table, pk_json_get(message, "attempts"));
    pk_table_moment(table, pk_json_get(message, "dueAt"));
    pk_table_moment(table, pk_json_get(message, "updatedAt"));
    pk_table_json(table, pk_json_get(message, "recipient"));
}

static void print_list(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = {
        { "MESSAGE", false }, { "STATE", false },   { "REASON", false }, { "CLASS", false },   { "TOPIC", false },
        { "CHANNEL", false }, { "ATTEMPTS", true }, { "DUE", false },    { "CHANGED", false }, { "RECIPIENT", false },
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_page_place place = { 0 };
    const struct pk_json *message;
    while ((message = pk_pages_next(pages, &place)) != NULL)
        add_row(table, message);
    pk_pages_show(pages, table, "no such messages");
}

/* A state is checked here, where all of them can be named. */
static int check_state(const char *state)
{
    enum pk_message_state parsed;
    struct pk_buf known;
    if (pk_message_state_parse(state, &parsed) == 0)
        return 0;
    pk_buf_init(&known, 1024);
    for (int i = 0; i < PK_MESSAGE_STATES; i++)
        (void) pk_buf_printf(&known, "%s%s", i > 0 ? ", " : "", pk_message_state_name((enum pk_message_state) i));
    int status = pk_command_misused(&pk_command_messages, "there is no state \"%s\"; there are %s", state, pk_buf_text(&known));
    pk_buf_finish(&known);
    return status;
}

static bool is_held(const struct pk_json *message)
{
    return is_true(message, "held");
}

int pk_messages_held(struct pk_pages *pages, const struct pk_invocation *invocation, struct pk_error *err)
{
    static const enum pk_message_state waiting[] = { PK_MESSAGE_UNCERTAIN, PK_MESSAGE_DEFERRED, PK_MESSAGE_QUEUED, PK_MESSAGE_SCHEDULED };
    int r = 0;
    pages->keep = is_held;
    for (size_t i = 0; r == 0 && i < PK_COUNT(waiting) && pages->items <= pages->limit; i++) {
        const struct pk_page_filter filter = { "state", pk_message_state_name(waiting[i]) };
        r = pk_pages_read(pages, invocation, &filter, 1, NULL, err);
    }
    return r;
}

struct list_wish {
    const char *state, *trigger, *after, *limit;
    bool held;
};

static int read_list_wish(const struct pk_invocation *invocation, struct list_wish *wish)
{
    const struct pk_option options[] = {
        { "state", &wish->state, NULL }, { "trigger", &wish->trigger, NULL }, { "after", &wish->after, NULL },
        { "limit", &wish->limit, NULL }, { "held", NULL, &wish->held },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_messages, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_messages, "list takes no words; one message is shown by pokana messages show ID");
    if (wish->held && (wish->state || wish->trigger || wish->after))
        return pk_command_misused(&pk_command_messages, "--held stands alone or with --limit");
    return wish->state ? check_state(wish->state) : 0;
}

static int list(const struct pk_invocation *invocation)
{
    struct list_wish wish = { 0 };
    struct pk_error err = { 0 };
    int r = 0, status = read_list_wish(invocation, &wish);
    if (status != 0)
        return status;
    const struct pk_page_filter filters[] = { { "state", wish.state }, { "trigger", wish.trigger } };
    struct pk_pages pages;
    pk_pages_init(&pages, "/v1/messages", "messages");
    if (!pk_pages_limit(&pages, wish.limit))
        return pk_command_misused(&pk_command_messages, "--limit \"%s\" is no number from 1 to %d", wish.limit,
                                  PK_PAGES_LIMIT_MAX);
    if (wish.held)
        r = pk_messages_held(&pages, invocation, &err);
    else
        r = pk_pages_read(&pages, invocation, filters, PK_COUNT(filters), wish.after, &err);
    if (r != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_list(&pages);
    pk_pages_finish(&pages);
    return status;
}

/* ---- show ---- */

static void print_receipts(struct pk_table *table, const struct pk_json *attempt)
{
    const struct pk_json *receipts = pk_json_get(attempt, "receipts");
    for (size_t i = 0; i < pk_json_count(receipts); i++) {
        const struct pk_json *receipt = pk_json_item(receipts, i);
        pk_table_text(table, "  receipt");
        pk_table_text(table, "");
        pk_table_text(table, "");
        pk_table_json(table, pk_json_get(receipt, "state"));
        pk_table_json(table, pk_json_get(receipt, "code"));
        pk_table_moment(table, pk_json_get(receipt, "at"));
        pk_table_text(table, "");
        pk_table_text(table, "");
    }
}

static void print_attempts(const struct pk_json *attempts)
{
    static const struct pk_column columns[] = { { "ATTEMPT", false },      { "ACCOUNT", false }, { "CHANNEL", false }, { "STATE", false },
                                                { "REASON, CODE", false }, { "AT", false },      { "PARTS", true },
                                                { "PRICE", true } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(attempts); i++) {
        const struct pk_json *attempt = pk_json_item(attempts, i);
        struct pk_slice currency = pk_json_string(pk_json_get(attempt, "currency"));
        char amount[PK_PRICE_TEXT_MAX];
        int64_t parts = 0, price = 0;
        pk_table_json(table, pk_json_get(attempt, "id"));
        pk_table_json(table, pk_json_get(attempt, "account"));
        pk_table_json(table, pk_json_get(attempt, "channel"));
        pk_table_json(table, pk_json_get(attempt, "state"));
        struct pk_slice reason = pk_json_string(pk_json_get(attempt, "reason"));
        pk_table_slice(table, pk_slice_is(reason, "none") ? (struct pk_slice){ 0 } : reason);
        pk_table_moment(table, pk_json_get(attempt, "openedAt"));
        if (pk_json_int(pk_json_get(attempt, "parts"), &parts) && parts > 0)
            pk_table_printf(table, "%lld", (long long) parts);
        else
            pk_table_text(table, ""); /* not every account tells */
        if (pk_json_int(pk_json_get(attempt, "price"), &price) && price > 0)
            pk_table_printf(table, "%s%s%.*s", pk_amount_text(price, amount), currency.len > 0 ? " " : "", PK_SLICE_ARG(currency));
        else
            pk_table_text(table, "");
        print_receipts(table, attempt);
    }
    if (pk_table_rows(table) == 0)
        return;
    (void) printf("\n");
    pk_table_print(table);
}

static void print_message(const struct pk_json *message)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "message", pk_json_get(message, "id"));
    pk_table_fact(facts, "state", pk_json_get(message, "state"));
    if (!pk_slice_is(pk_json_string(pk_json_get(message, "reason")), "none"))
        pk_table_fact(facts, "reason", pk_json_get(message, "reason"));
    pk_table_fact(facts, "that is", pk_json_get(message, "sentence"));
    pk_table_fact(facts, "class", pk_json_get(message, "class"));
    pk_table_fact(facts, "topic", pk_json_get(message, "topic"));
    pk_table_fact(facts, "channel", pk_json_get(message, "channel"));
    pk_table_fact(facts, "language", pk_json_get(message, "language"));
    pk_table_fact(facts, "recipient", pk_json_get(message, "recipient"));
    if (is_true(message, "held"))
        pk_table_fact(facts, "held", pk_json_get(message, "held"));
    if (is_true(message, "possibleDouble"))
        pk_table_fact(facts, "possible double", pk_json_get(message, "possibleDouble"));
    pk_table_fact_moment(facts, "due", pk_json_get(message, "dueAt"));
    pk_table_fact_moment(facts, "expires", pk_json_get(message, "expiresAt"));
    pk_table_fact_moment(facts, "changed", pk_json_get(message, "updatedAt"));
    pk_table_print(facts);
    print_attempts(pk_json_get(message, "attempts"));
    struct pk_slice id = pk_json_string(pk_json_get(message, "id"));
    if (is_true(message, "held") || pk_slice_is(pk_json_string(pk_json_get(message, "state")), "uncertain"))
        (void) printf("\nTo decide: pokana messages resolve %.*s sent|resend|drop\n", PK_SLICE_ARG(id));
}

static void message_path(struct pk_buf *path, const char *id, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/messages/");
    pk_ask_escape(path, pk_slice_of(id));
    (void) pk_buf_add_text(path, what);
}

static int show_one(const struct pk_invocation *invocation, const char *id)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_error err = { 0 };
    message_path(&path, id, "?language=en");
    pk_auto(pk_json) struct pk_json *message = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &message, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(message);
    else
        print_message(message);
    return 0;
}

static int show(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_messages, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_messages, "which message? pokana messages list shows their ids");
    return show_one(invocation, words.words[0]);
}

/* ---- decisions ---- */

static int resolve(const struct pk_invocation *invocation)
{
    char bytes[256], body[64];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_messages, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 2)
        return pk_command_misused(&pk_command_messages, "which message, and is it sent, to resend or to drop?");
    const char *what = words.words[1];
    if (strcmp(what, "sent") != 0 && strcmp(what, "resend") != 0 && strcmp(what, "drop") != 0)
        return pk_command_misused(&pk_command_messages, "a message is resolved as sent, resend or drop, not \"%s\"", what);
    message_path(&path, words.words[0], "/resolve");
    (void) snprintf(body, sizeof body, "{\"resolution\":\"%s\"}", what);
    pk_auto(pk_json) struct pk_json *message = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), body, &message, &err) != 0)
        return pk_command_failed(&err);
    return show_one(invocation, words.words[0]);
}

static int decide_held(const struct pk_invocation *invocation, const char *path, const char *said)
{
    bool held = false;
    const struct pk_option options[] = { { "held", NULL, &held } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_messages, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_messages, "one message is decided on by pokana messages resolve %s",
                                  words.words[0]);
    if (!held)
        return pk_command_misused(&pk_command_messages, "say --held: this is about every message held after a restore");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "POST", path, "{\"held\":true}", &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s\n", said);
    return 0;
}

static int release(const struct pk_invocation *invocation)
{
    return decide_held(
        invocation, "/v1/messages/release",
        "the messages held after the restore are being released: what is still valid goes out, what is too late expires");
}

static int drop(const struct pk_invocation *invocation)
{
    return decide_held(invocation, "/v1/messages/drop-held", "the messages held after the restore are being given up: whether they were sent is not known");
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list }, { "show", show }, { "resolve", resolve }, { "release", release }, { "drop", drop }
    };
    return pk_verb_run(&pk_command_messages, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_messages = {
    .name = "messages",
    .usage = "messages list [--state STATE] [--trigger ID] [--held] [--limit N] [--after ID]\n"
             "messages show ID\n"
             "messages resolve ID sent|resend|drop\n"
             "messages release --held\n"
             "messages drop --held",
    .summary = "what became of each message; decide on uncertain and held ones",
    .run = run,
};

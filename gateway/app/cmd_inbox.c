/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana inbox`: replies that a person has to read. A list shows no text; who shows one reads it, and that is written down.
 * An answer's words come from a file or from standard input, never from the command line, which others can see.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"
#include "gateway/base/file.h"

#include <errno.h>
#include <unistd.h>

#define WORDS_MAX 4096u
#define BODY_MAX 32768u

/* ---- list ---- */

static void print_list(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = {
        { "ITEM", false },    { "STATE", false },  { "SUBJECT", false }, { "ASSIGNED", false }, { "FROM", false },
        { "LANGUAGE", false }, { "REPLIES", true }, { "SINCE", false },   { "LATE", false },
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_page_place place = { 0 };
    const struct pk_json *item;
    while ((item = pk_pages_next(pages, &place)) != NULL) {
        pk_table_json(table, pk_json_get(item, "id"));
        pk_table_json(table, pk_json_get(item, "state"));
        pk_table_json(table, pk_json_get(item, "subject"));
        pk_table_json(table, pk_json_get(item, "assigned"));
        pk_table_json(table, pk_json_get(item, "from"));
        pk_table_json(table, pk_json_get(item, "language"));
        pk_table_json(table, pk_json_get(item, "replies"));
        pk_table_moment(table, pk_json_get(item, "firstAt"));
        pk_table_json(table, pk_json_get(item, "late"));
    }
    pk_pages_show(pages, table, "nothing to read");
}

static int list(const struct pk_invocation *invocation)
{
    const char *state = NULL, *assigned = NULL, *limit = NULL, *after = NULL;
    bool all = false;
    const struct pk_option options[] = {
        { "state", &state, NULL }, { "assigned", &assigned, NULL }, { "limit", &limit, NULL }, { "after", &after, NULL }, { "all", NULL, &all },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_inbox, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_inbox, "list takes no words; one item is shown by pokana inbox show ID");
    if (all && state)
        return pk_command_misused(&pk_command_inbox, "--all and --state are two things");
    const struct pk_page_filter filters[] = { { "state", all ? NULL : state ? state : "open" }, { "assigned", assigned } };
    struct pk_pages pages;
    pk_pages_init(&pages, "/v1/inbox", "items");
    if (!pk_pages_limit(&pages, limit))
        status = pk_command_misused(&pk_command_inbox, "--limit \"%s\" is no number from 1 to %d", limit, PK_PAGES_LIMIT_MAX);
    else if (pk_pages_read(&pages, invocation, filters, PK_COUNT(filters), after, &err) != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_list(&pages);
    pk_pages_finish(&pages);
    return status;
}

/* ---- one ---- */

static void print_item(const struct pk_json *item)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "item", pk_json_get(item, "id"));
    pk_table_fact(facts, "state", pk_json_get(item, "state"));
    pk_table_fact(facts, "subject", pk_json_get(item, "subject"));
    pk_table_fact(facts, "assigned", pk_json_get(item, "assigned"));
    pk_table_fact(facts, "from", pk_json_get(item, "from"));
    pk_table_fact(facts, "channel", pk_json_get(item, "channel"));
    pk_table_fact(facts, "language", pk_json_get(item, "language"));
    pk_table_fact_moment(facts, "closed", pk_json_get(item, "closedAt"));
    pk_table_fact(facts, "closed by", pk_json_get(item, "closedBy"));
    pk_table_fact(facts, "answer", pk_json_get(item, "answer"));
    const struct pk_json *texts = pk_json_get(item, "texts");
    for (size_t i = 0; i < pk_json_count(texts); i++) {
        pk_table_fact_moment(facts, "written", pk_json_get(pk_json_item(texts, i), "at"));
        pk_table_fact(facts, "", pk_json_get(pk_json_item(texts, i), "text"));
    }
    pk_table_print(facts);
}

static void item_path(struct pk_buf *path, const char *id, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/inbox/");
    pk_ask_escape(path, pk_slice_of(id));
    (void) pk_buf_add_text(path, what);
}

static int show(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_inbox, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_inbox, "which item? pokana inbox list shows their ids");
    item_path(&path, words.words[0], "");
    pk_auto(pk_json) struct pk_json *item = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &item, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(item);
    else
        print_item(item);
    return 0;
}

/* ---- answering ---- */

static int read_input(struct pk_buf *out, struct pk_error *err)
{
    char bytes[1024];
    ssize_t n;
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pk_fail(err, PK_E_IO, "standard input cannot be read");
        if (pk_buf_add(out, bytes, (size_t) n) != 0)
            return pk_fail(err, PK_E_LIMIT, "the answer is longer than %u bytes", WORDS_MAX);
    }
    return 0;
}

static int body_of(const char *subject, const char *template_name, const char *file, bool dry_run, struct pk_buf *body, struct pk_error *err)
{
    struct pk_buf words;
    int r = 0;
    pk_buf_init(&words, WORDS_MAX);
    if (file)
        r = strcmp(file, "-") == 0 ? read_input(&words, err) : pk_file_read(file, WORDS_MAX, &words, err);
    if (r == 0) {
        struct pk_json_out json = pk_json_out(body);
        pk_json_open(&json, NULL, '{');
        pk_json_add_text(&json, "subject", subject);
        if (template_name)
            pk_json_add_text(&json, "template", template_name);
        else
            pk_json_add_slice(&json, "text", pk_buf_slice(&words));
        pk_json_add_bool(&json, "dryRun", dry_run);
        pk_json_close(&json, '}');
        r = body->failed ? pk_fail(err, PK_E_LIMIT, "the answer is too long") : 0;
    }
    if (words.data)
        explicit_bzero(words.data, words.len);
    pk_buf_finish(&words);
    return r;
}

static int post(const struct pk_invocation *invocation, const char *id, const char *what, struct pk_buf *body, const char *said)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_error err = { 0 };
    int64_t parts = 0;
    item_path(&path, id, what);
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(body), &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else if (pk_json_int(pk_json_get(answer, "parts"), &parts))
        (void) printf("%s: %lld text message%s\n", said, (long long) parts, parts == 1 ? "" : "s");
    else
        (void) printf("%s\n", said);
    return 0;
}

static int answer(const struct pk_invocation *invocation)
{
    const char *subject = NULL, *template_name = NULL, *file = NULL;
    bool dry_run = false;
    const struct pk_option options[] = {
        { "subject", &subject, NULL }, { "template", &template_name, NULL }, { "file", &file, NULL }, { "dry-run", NULL, &dry_run },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_inbox, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !subject || (template_name != NULL) == (file != NULL))
        return pk_command_misused(&pk_command_inbox, "which item, what is it about (--subject), and --template NAME or --file FILE?");
    struct pk_buf body;
    pk_buf_init(&body, BODY_MAX);
    if (body_of(subject, template_name, file, dry_run, &body, &err) != 0)
        status = pk_command_failed(&err);
    else
        status = post(invocation, words.words[0], "/answer", &body, dry_run ? "it would take" : "the answer is on its way");
    if (body.data)
        explicit_bzero(body.data, body.len);
    pk_buf_finish(&body);
    return status;
}

/* ---- assigning, closing ---- */

static int one_field(const struct pk_invocation *invocation, const char *what, const char *field, const char *missing, const char *said)
{
    const char *value = NULL;
    const struct pk_option options[] = { { field, &value, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_inbox, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !value)
        return pk_command_misused(&pk_command_inbox, "%s", missing);
    struct pk_buf body;
    pk_buf_init(&body, 1024);
    struct pk_json_out json = pk_json_out(&body);
    pk_json_open(&json, NULL, '{');
    pk_json_add_text(&json, field, value);
    pk_json_close(&json, '}');
    status = body.failed ? pk_command_misused(&pk_command_inbox, "--%s is too long", field) : post(invocation, words.words[0], what, &body, said);
    pk_buf_finish(&body);
    return status;
}

static int assign(const struct pk_invocation *invocation)
{
    return one_field(invocation, "/assign", "to", "which item, and --to whom?", "assigned");
}

static int close_item(const struct pk_invocation *invocation)
{
    return one_field(invocation, "/close", "subject", "which item, and what is it about (--subject)?", "closed");
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list }, { "show", show }, { "answer", answer }, { "assign", assign }, { "close", close_item }
    };
    return pk_verb_run(&pk_command_inbox, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_inbox = {
    .name = "inbox",
    .usage = "inbox list [--all | --state STATE] [--assigned NAME] [--limit N] [--after ID]\n"
             "inbox show ID\n"
             "inbox answer ID --subject SUBJECT (--template NAME | --file FILE) [--dry-run]\n"
             "inbox assign ID --to NAME\n"
             "inbox close ID --subject SUBJECT",
    .summary = "replies that a person reads and answers",
    .run = run,
};

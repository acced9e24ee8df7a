/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana triggers`: what became of a trigger: how many messages it planned, where they are, what people answered. */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_person.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"

static void print_list(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = {
        { "TRIGGER", false }, { "PUBLISHER", false }, { "STATE", false }, { "RECEIVED", false }, { "TEMPLATE", false },
        { "PLANNED", true },  { "YES", true },        { "NO", true },     { "HEADS", true },     { "MESSAGES", false },
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_page_place place = { 0 };
    const struct pk_json *trigger;
    while ((trigger = pk_pages_next(pages, &place)) != NULL) {
        pk_table_json(table, pk_json_get(trigger, "id"));
        pk_table_json(table, pk_json_get(trigger, "publisher"));
        pk_table_json(table, pk_json_get(trigger, "state"));
        pk_table_moment(table, pk_json_get(trigger, "receivedAt"));
        pk_table_json(table, pk_json_get(trigger, "template"));
        pk_table_json(table, pk_json_get(trigger, "planned"));
        pk_table_json(table, pk_json_at(trigger, "replies.yes"));
        pk_table_json(table, pk_json_at(trigger, "replies.no"));
        pk_table_json(table, pk_json_at(trigger, "replies.heads"));
        pk_table_json(table, pk_json_get(trigger, "counts"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no trigger yet\n");
}

static int list(const struct pk_invocation *invocation)
{
    const char *limit = NULL;
    const struct pk_option options[] = { { "limit", &limit, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_triggers, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_triggers, "list takes no words; one trigger is shown by pokana triggers show ID");
    struct pk_pages pages;
    pk_pages_init(&pages, "/v1/triggers", "triggers");
    if (!pk_pages_limit(&pages, limit) || pages.limit > PK_PAGE_ITEMS)
        status = pk_command_misused(&pk_command_triggers, "--limit \"%s\" is no number from 1 to %d", limit, PK_PAGE_ITEMS);
    else if (pk_pages_read(&pages, invocation, NULL, 0, NULL, &err) != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_list(&pages);
    pk_pages_finish(&pages);
    return status;
}

static void print_history(const struct pk_json *history)
{
    static const struct pk_column columns[] = { { "ANSWERED", false }, { "ANSWER", false }, { "HEADS", true }, { "CHANGED", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(history); i++) {
        const struct pk_json *line = pk_json_item(history, i);
        pk_table_moment(table, pk_json_get(line, "at"));
        pk_table_json(table, pk_json_get(line, "answer"));
        pk_table_json(table, pk_json_get(line, "heads"));
        pk_table_json(table, pk_json_get(line, "changed"));
    }
    if (pk_table_rows(table) > 0) {
        (void) printf("\n");
        pk_table_print(table);
    }
}

static void print_trigger(const struct pk_json *trigger)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "trigger", pk_json_get(trigger, "id"));
    pk_table_fact(facts, "publisher", pk_json_get(trigger, "publisher"));
    pk_table_fact(facts, "type", pk_json_get(trigger, "type"));
    pk_table_fact(facts, "state", pk_json_get(trigger, "state"));
    pk_table_fact_moment(facts, "received", pk_json_get(trigger, "receivedAt"));
    pk_table_fact(facts, "template", pk_json_get(trigger, "template"));
    pk_table_fact(facts, "topic", pk_json_get(trigger, "topic"));
    if (pk_json_get(trigger, "event"))
        pk_table_fact(facts, "event", pk_json_get(trigger, "event"));
    if (pk_json_get(trigger, "changed"))
        pk_table_fact(facts, "changed", pk_json_get(trigger, "changed"));
    pk_table_fact(facts, "planned", pk_json_get(trigger, "planned"));
    pk_table_fact(facts, "messages", pk_json_get(trigger, "counts"));
    pk_table_fact(facts, "said yes", pk_json_at(trigger, "replies.yes"));
    pk_table_fact(facts, "said no", pk_json_at(trigger, "replies.no"));
    pk_table_fact(facts, "heads", pk_json_at(trigger, "replies.heads"));
    pk_table_print(facts);
    print_history(pk_json_get(trigger, "history"));
    int64_t planned = 0;
    if (pk_slice_is(pk_json_string(pk_json_get(trigger, "state")), "completed") && !pk_json_get(trigger, "changed") &&
        pk_json_int(pk_json_get(trigger, "planned"), &planned) && planned == 0)
        (void) printf("\nNobody was written to: nobody with these tags has agreed to this topic. Are the tags written right?\n");
}

static int show(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_triggers, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_triggers, "which trigger? pokana triggers list shows their ids");
    (void) pk_buf_add_text(&path, "/v1/triggers/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    pk_auto(pk_json) struct pk_json *trigger = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &trigger, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(trigger);
    else
        print_trigger(trigger);
    return 0;
}

/* ---- those held since a restore, or for want of an approval ---- */

static int decide(const struct pk_invocation *invocation, const char *what, const char *said)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_triggers, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_triggers, "which trigger? pokana triggers list shows those that are held or wait");
    (void) pk_buf_add_text(&path, "/v1/triggers/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_printf(&path, "/%s", what);
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), "", &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s\n", said);
    return 0;
}

static int release(const struct pk_invocation *invocation)
{
    return decide(invocation, "release", "released: it is done now, and everybody it reaches who was not planned for yet is written to");
}

static int drop(const struct pk_invocation *invocation)
{
    return decide(invocation, "drop", "dropped: nobody more is written to, and its publisher hears so");
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "show", show }, { "release", release }, { "drop", drop }, { "answer", pk_answer_told_run } };
    return pk_verb_run(&pk_command_triggers, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_triggers = {
    .name = "triggers",
    .usage = "triggers list [--limit N]\n"
             "triggers show ID\n"
             "triggers release ID\n"
             "triggers drop ID\n"
             "triggers answer ID yes|no [--heads N] --address-from FILE [--channel NAME] | --recipient ID",
    .summary = "what became of each trigger: planned, delivered, yes and no",
    .run = run,
};

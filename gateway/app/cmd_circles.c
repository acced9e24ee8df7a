/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana circles`: a key person's circle by its size, her own sign-ups of the last day with masked numbers, and what an
 * adviser decides about it: a successor, a day with more sign-ups. Who is in it is told to nobody.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

#define BODY_BYTES_MAX 1024

static int say_nothing_but(const struct pk_invocation *invocation, int least, int most, const char *which, struct pk_plain_words *words)
{
    int status = pk_options_read(&pk_command_circles, invocation, NULL, 0, words);
    if (status == 0 && (words->count < least || words->count > most))
        status = pk_command_misused(&pk_command_circles, "%s", which);
    return status;
}

static void path_of(struct pk_buf *path, const char *name, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/circles/");
    pk_ask_escape(path, pk_slice_of(name));
    (void) pk_buf_add_text(path, what);
}

static void add_size(struct pk_table *table, const struct pk_json *circle)
{
    bool few = false;
    if (pk_json_bool(pk_json_get(circle, "fewerThanFive"), &few) && few)
        pk_table_text(table, "under 5");
    else
        pk_table_json(table, pk_json_get(circle, "size"));
}

/* What would point at people is hidden. */
static void add_unreachable(struct pk_table *table, const struct pk_json *circle)
{
    if (pk_json_kind(pk_json_get(circle, "unreachable")) == PK_JSON_NUMBER)
        pk_table_json(table, pk_json_get(circle, "unreachable"));
    else
        pk_table_text(table, "hidden");
}

static void print_codes(const struct pk_json *circle)
{
    const struct pk_json *codes = pk_json_get(circle, "startCodes");
    if (pk_json_count(codes) == 0)
        return;
    (void) printf("\nWhoever has a new number and wants messages again writes from it:\n");
    for (size_t i = 0; i < pk_json_count(codes); i++)
        (void) printf("    %.*s\n", PK_SLICE_ARG(pk_json_string(pk_json_item(codes, i))));
}

/* ---- list, show ---- */

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "CIRCLE", false }, { "SIZE", true },   { "UNREACHABLE", true }, { "TODAY", true },
                                                { "MOST", true },    { "SINCE", false }, { "LEFT", false } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = say_nothing_but(invocation, 0, 0, "list takes no words", &words);
    if (status != 0)
        return status;
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/circles", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *circles = pk_json_get(document, "circles");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(circles); i++) {
        const struct pk_json *circle = pk_json_item(circles, i);
        pk_table_json(table, pk_json_get(circle, "circle"));
        add_size(table, circle);
        add_unreachable(table, circle);
        pk_table_json(table, pk_json_get(circle, "signedUpToday"));
        pk_table_json(table, pk_json_get(circle, "mostToday"));
        pk_table_moment(table, pk_json_get(circle, "since"));
        pk_table_moment(table, pk_json_get(circle, "keyPersonLeftAt"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no circles yet: a key person's begins when she signs the first person up\n");
    return 0;
}

/* The named circle, else that of whoever asks. */
static const char *whose(const struct pk_invocation *invocation, const struct pk_plain_words *words)
{
    return words->count > 0 ? words->words[0] : invocation->by;
}

static int show(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = say_nothing_but(invocation, invocation->by ? 0 : 1, 1, "whose circle?", &words);
    if (status != 0)
        return status;
    path_of(&path, whose(invocation, &words), "");
    pk_auto(pk_json) struct pk_json *circle = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &circle, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(circle);
        return 0;
    }
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "circle", pk_json_get(circle, "circle"));
    pk_table_text(facts, "people");
    add_size(facts, circle);
    pk_table_text(facts, "unreachable");
    add_unreachable(facts, circle);
    pk_table_fact(facts, "signed up today", pk_json_get(circle, "signedUpToday"));
    pk_table_fact(facts, "at most", pk_json_get(circle, "mostToday"));
    pk_table_fact_moment(facts, "since", pk_json_get(circle, "since"));
    pk_table_fact_moment(facts, "key person left", pk_json_get(circle, "keyPersonLeftAt"));
    pk_table_print(facts);
    print_codes(circle);
    return 0;
}

static int recent(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "SIGNED UP", false }, { "NUMBER", false }, { "STATE", false } };
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = say_nothing_but(invocation, 0, 0, "recent takes no words: everybody sees their own with --by NAME", &words);
    if (status != 0)
        return status;
    if (!invocation->by)
        return pk_command_misused(&pk_command_circles, "whose sign-ups? Say who you are with --by NAME");
    path_of(&path, invocation->by, "/recent");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *signups = pk_json_get(document, "signUps");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(signups); i++) {
        const struct pk_json *signup = pk_json_item(signups, i);
        pk_table_moment(table, pk_json_get(signup, "at"));
        pk_table_json(table, pk_json_get(signup, "address"));
        pk_table_json(table, pk_json_get(signup, "state"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("nobody signed up in the last 24 hours\n");
    return 0;
}

/* ---- handover, allow ---- */

/* Asks, and says `said` unless --json. */
static int change(const struct pk_invocation *invocation, const char *name, const char *what, const struct pk_buf *body,
                  struct pk_json **ret_answer)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_error err = { 0 };
    path_of(&path, name, what);
    int r = body->failed || path.failed ? pk_fail(&err, PK_E_LIMIT, "that name is too long")
                                        : pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(body), ret_answer, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(*ret_answer);
    return 0;
}

static int handover(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = say_nothing_but(invocation, 2, 2, "whose circle, and to which key person?", &words);
    if (status != 0)
        return status;
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "to", words.words[1]);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = change(invocation, words.words[0], "/handover", &body, &answer);
    pk_buf_finish(&body);
    if (status == 0 && !invocation->json)
        (void) printf("the people of %s's circle are in %s's now\n", words.words[0], words.words[1]);
    return status;
}

static int allow(const struct pk_invocation *invocation)
{
    const char *more = NULL, *day = NULL;
    const struct pk_option options[] = { { "more", &more, NULL }, { "day", &day, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_circles, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !more)
        return pk_command_misused(&pk_command_circles, "which key person, and how many more?");
    char *end = NULL;
    long count = strtol(more, &end, 10);
    if (!more[0] || *end || count < 0 || count > 1000000)
        return pk_command_misused(&pk_command_circles, "--more \"%s\" is no number", more);
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_int(&out, "more", count);
    if (day)
        pk_json_add_text(&out, "day", day);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = change(invocation, words.words[0], "/allow", &body, &answer);
    pk_buf_finish(&body);
    int64_t most = 0;
    if (status == 0 && !invocation->json && pk_json_int(pk_json_get(answer, "most"), &most))
        (void) printf("%s may sign up %lld people %s%s\n", words.words[0], (long long) most, day ? "on " : "today", day ? day : "");
    return status;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list }, { "show", show }, { "recent", recent }, { "handover", handover }, { "allow", allow }
    };
    return pk_verb_run(&pk_command_circles, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_circles = {
    .name = "circles",
    .usage = "circles list\n"
             "circles show [NAME]\n"
             "circles recent --by NAME\n"
             "circles handover NAME SUCCESSOR\n"
             "circles allow NAME --more N [--day 2026-03-14]",
    .summary = "key persons' circles: their size, who takes one over, a day with more sign-ups",
    .run = run,
};

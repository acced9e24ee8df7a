/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana users`: the people who work with the gateway. From the first one on, a name given with --by must be one of
 * theirs, and what is done is done with that user's role.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

#define BODY_BYTES_MAX 4096

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "USER", false },   { "ROLE", false }, { "LANGUAGE", false },
                                                { "TOPICS", false }, { "TAGS", false }, { "SINCE", false } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_users, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_users, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/users", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *users = pk_json_get(document, "users");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(users); i++) {
        const struct pk_json *user = pk_json_item(users, i);
        pk_table_json(table, pk_json_get(user, "name"));
        pk_table_json(table, pk_json_get(user, "role"));
        pk_table_json(table, pk_json_get(user, "language"));
        pk_table_json(table, pk_json_get(user, "topics"));
        pk_table_json(table, pk_json_get(user, "tags"));
        pk_table_moment(table, pk_json_get(user, "createdAt"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no users yet: whoever may use the control socket is an operator\n");
    return 0;
}

static void add_field(struct pk_json_out *out, const char *name, const char *value)
{
    if (value)
        pk_json_add_text(out, name, value);
}

/* Shown this once, to whoever gives it to the user; where there are no pages there is none. */
static void print_link(const struct pk_json *answer)
{
    const struct pk_json *link = pk_json_get(answer, "link");
    if (pk_json_kind(link) == PK_JSON_STRING)
        (void) printf("Their link, which signs in once and within a day:\n%.*s\n", PK_SLICE_ARG(pk_json_string(link)));
}

static int add(const struct pk_invocation *invocation)
{
    const char *role = NULL, *language = NULL, *topics = NULL, *tags = NULL, *address = NULL;
    const struct pk_option options[] = {
        { "role", &role, NULL }, { "language", &language, NULL }, { "topics", &topics, NULL }, { "tags", &tags, NULL },
        { "address", &address, NULL }
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_users, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !role)
        return pk_command_misused(&pk_command_users, "which user, and in which role?");
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "name", words.words[0]);
    pk_json_add_text(&out, "role", role);
    add_field(&out, "language", language);
    add_field(&out, "topics", topics);
    add_field(&out, "tags", tags);
    add_field(&out, "address", address);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *user = NULL;
    int r = body.failed ? pk_fail(&err, PK_E_LIMIT, "that is too much for one user")
                        : pk_ask_change(invocation, "POST", "/v1/users", pk_buf_text(&body), &user, &err);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(user);
    else
        (void) printf("%s is a user now, as %s\n", words.words[0], role);
    if (!invocation->json)
        print_link(user);
    return 0;
}

static int make_link(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_users, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_users, "which user?");
    (void) pk_buf_add_text(&path, "/v1/users/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/link");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), "", &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        print_link(answer);
    return 0;
}

static int remove_one(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_users, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_users, "which user?");
    (void) pk_buf_add_text(&path, "/v1/users/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "DELETE", pk_buf_text(&path), "", &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s is no user any more; what they did stays in the audit\n", words.words[0]);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "add", add }, { "link", make_link }, { "remove", remove_one } };
    return pk_verb_run(&pk_command_users, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_users = {
    .name = "users",
    .usage = "users list\n"
             "users add NAME --role adviser|approver|desk|key-person|operator [--language TAG] [--topics A,B] [--tags A,B]\n"
             "          [--address MAIL-OR-NUMBER]\n"
             "users link NAME\n"
             "users remove NAME",
    .summary = "the people who work with the gateway, and what they may do",
    .run = run,
};

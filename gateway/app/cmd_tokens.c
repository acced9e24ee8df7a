/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana tokens`: what other services show at the public API. `add` prints the token on standard output, this once: only its
 * hash is kept.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

#define BODY_BYTES_MAX 4096

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "TOKEN", false }, { "OF", false },   { "STATE", false },
                                                { "UNTIL", false }, { "USED", false }, { "SCOPES", false } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_tokens, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_tokens, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/tokens", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *tokens = pk_json_get(document, "tokens");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(tokens); i++) {
        const struct pk_json *token = pk_json_item(tokens, i), *user = pk_json_get(token, "user");
        struct pk_slice owner = pk_json_string(user ? user : pk_json_get(token, "publisher"));
        struct pk_slice used = pk_json_string(pk_json_get(token, "usedOn")), until = pk_json_string(pk_json_get(token, "expiresAt"));
        pk_table_json(table, pk_json_get(token, "name"));
        pk_table_printf(table, "%s %.*s", user ? "user" : "publisher", PK_SLICE_ARG(owner));
        pk_table_json(table, pk_json_get(token, "state"));
        pk_table_slice(table, pk_slice_make(until.data, until.len < 10 ? until.len : 10)); /* days */
        pk_table_slice(table, pk_slice_make(used.data, used.len < 10 ? used.len : 10));
        pk_table_json(table, pk_json_get(token, "scopes"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no tokens yet\n");
    return 0;
}

static int ask_for(const struct pk_invocation *invocation, const char *name, const struct pk_option *options, size_t count,
                   struct pk_json **ret_token, struct pk_error *err)
{
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "name", name);
    for (size_t i = 0; i < count; i++)
        if (*options[i].value)
            pk_json_add_text(&out, options[i].name, *options[i].value);
    pk_json_close(&out, '}');
    int r = body.failed ? pk_fail(err, PK_E_LIMIT, "that is too much for one token")
                        : pk_ask_change(invocation, "POST", "/v1/tokens", pk_buf_text(&body), ret_token, err);
    pk_buf_finish(&body);
    return r;
}

static int add(const struct pk_invocation *invocation)
{
    const char *publisher = NULL, *user = NULL, *scopes = NULL, *expires = NULL;
    const struct pk_option options[] = {
        { "publisher", &publisher, NULL }, { "user", &user, NULL }, { "scopes", &scopes, NULL }, { "expires", &expires, NULL }
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_tokens, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !scopes || !expires || !publisher == !user)
        return pk_command_misused(&pk_command_tokens, "which token, of which publisher or user, for which scopes, until when?");
    pk_auto(pk_json) struct pk_json *token = NULL;
    if (ask_for(invocation, words.words[0], options, PK_COUNT(options), &token, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(token);
        return 0;
    }
    struct pk_slice text = pk_json_string(pk_json_get(token, "token"));
    (void) printf("%.*s\n", PK_SLICE_ARG(text));
    (void) fprintf(stderr, "This is the token, shown this once: give it to the service and keep it nowhere else.\n");
    return 0;
}

static int revoke(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_tokens, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_tokens, "which token?");
    (void) pk_buf_add_text(&path, "/v1/tokens/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_change(invocation, "DELETE", pk_buf_text(&path), "", &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s counts no more, from now on\n", words.words[0]);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "add", add }, { "revoke", revoke } };
    return pk_verb_run(&pk_command_tokens, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_tokens = {
    .name = "tokens",
    .usage = "tokens list\n"
             "tokens add NAME --publisher NAME|--user NAME --scopes A,B --expires DAY\n"
             "tokens revoke NAME",
    .summary = "what other services show at the public API",
    .run = run,
};

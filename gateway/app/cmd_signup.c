/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana recipients add` and `pokana triggers answer`: what somebody says by mouth at the desk or to a key person, who wants
 * to be signed up and who comes. The number is read from a file or standard input, as in cmd_person.c.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_person.h"
#include "gateway/app/options.h"

#include <stdio.h>

#define BODY_BYTES_MAX 8192u

/* The body is sent and wiped. */
static int post(const struct pk_invocation *invocation, const char *path, struct pk_buf *body, const char *said)
{
    bool full = false;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *answer = NULL;
    struct pk_question question = { .method = "POST", .path = path, .body = pk_buf_slice(body) };
    int r = body->failed ? pk_fail(&err, PK_E_LIMIT, "that is too much for one person") : pk_ask(invocation, &question, &answer, &err);
    pk_buf_wipe(body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s\n", said);
    if (!invocation->json && pk_json_bool(pk_json_get(answer, "full"), &full) && full)
        (void) printf("It is full: who has no place yet waits for one, and is told when there is one.\n");
    return 0;
}

static void add_field(struct pk_json_out *out, const char *name, const char *value)
{
    if (value)
        pk_json_add_text(out, name, value);
}

/* ---- recipients add ---- */

int pk_signup_run(const struct pk_invocation *invocation)
{
    const char *from = NULL, *channel = NULL, *language = NULL, *script = NULL, *topics = NULL, *tags = NULL, *form = NULL;
    const struct pk_option options[] = {
        { "address-from", &from, NULL }, { "channel", &channel, NULL }, { "language", &language, NULL }, { "script", &script, NULL },
        { "topics", &topics, NULL },     { "tags", &tags, NULL },       { "form", &form, NULL },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf address, body;
    int status = pk_options_read(&pk_command_recipients, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0 || !from)
        return pk_command_misused(&pk_command_recipients, "a number does not belong on the command line: put it in a file and say"
                                                          " --address-from FILE, or - for standard input");
    if (!language || !topics)
        return pk_command_misused(&pk_command_recipients, "in which language, and about which topics?");
    pk_buf_init(&address, PK_ADDRESS_INPUT_MAX);
    if (pk_address_read(from, &address, &err) != 0) {
        pk_buf_wipe(&address);
        return pk_command_failed(&err);
    }
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "address", pk_buf_slice(&address));
    add_field(&out, "channel", channel);
    add_field(&out, "language", language);
    add_field(&out, "script", script);
    add_field(&out, "topics", topics);
    add_field(&out, "tags", tags);
    add_field(&out, "form", form);
    pk_json_close(&out, '}');
    pk_buf_wipe(&address);
    return post(invocation, "/v1/recipients", &body,
                "taken: whoever is new is asked; whoever said STOP or no before is not. Which of them it was is told to nobody.");
}

/* ---- triggers answer ---- */

static bool read_heads(const char *text, long *ret_heads)
{
    char *end = NULL;
    *ret_heads = text ? strtol(text, &end, 10) : 0;
    return !text || (text[0] && !*end && *ret_heads > 0 && *ret_heads < 1000);
}

int pk_answer_told_run(const struct pk_invocation *invocation)
{
    const char *from = NULL, *channel = NULL, *recipient = NULL, *heads = NULL;
    const struct pk_option options[] = {
        { "address-from", &from, NULL }, { "channel", &channel, NULL }, { "recipient", &recipient, NULL }, { "heads", &heads, NULL }
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf address, body;
    long count = 0;
    int status = pk_options_read(&pk_command_triggers, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 2)
        return pk_command_misused(&pk_command_triggers, "to which trigger, and yes or no?");
    if ((from != NULL) == (recipient != NULL))
        return pk_command_misused(&pk_command_triggers, "whose answer? Say --address-from FILE with the number in it, or --recipient ID");
    if (!read_heads(heads, &count))
        return pk_command_misused(&pk_command_triggers, "--heads \"%s\" is no number of people", heads);
    pk_buf_init(&address, PK_ADDRESS_INPUT_MAX);
    if (from && pk_address_read(from, &address, &err) != 0) {
        pk_buf_wipe(&address);
        return pk_command_failed(&err);
    }
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    add_field(&out, "trigger", words.words[0]);
    add_field(&out, "answer", words.words[1]);
    if (count > 0)
        pk_json_add_int(&out, "heads", count);
    if (from)
        pk_json_add_slice(&out, "address", pk_buf_slice(&address));
    add_field(&out, "recipient", recipient);
    add_field(&out, "channel", channel);
    pk_json_close(&out, '}');
    pk_buf_wipe(&address);
    return post(invocation, "/v1/rsvps", &body, "taken down; a key person's counts when the number is of her circle");
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana approvals`: what services may tell people urgently without being asked each time. One person asks for it, another
 * approves what the list shows; either may revoke it.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#define BODY_BYTES_MAX 4096

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "APPROVAL", false }, { "STATE", false }, { "PUBLISHER", false }, { "MAY", false },
                                                { "TOPIC", false },    { "PEOPLE", true }, { "UNTIL", false },     { "ASKED BY", false },
                                                { "APPROVED BY", false }, { "DIGEST", false } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_approvals, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_approvals, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/approvals", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *approvals = pk_json_get(document, "approvals");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(approvals); i++) {
        const struct pk_json *approval = pk_json_item(approvals, i);
        pk_table_json(table, pk_json_get(approval, "id"));
        pk_table_json(table, pk_json_get(approval, "state"));
        pk_table_json(table, pk_json_get(approval, "publisher"));
        pk_table_json(table, pk_json_get(approval, "type"));
        pk_table_json(table, pk_json_get(approval, "topic"));
        pk_table_json(table, pk_json_get(approval, "people"));
        pk_table_moment(table, pk_json_get(approval, "until"));
        pk_table_json(table, pk_json_get(approval, "askedBy"));
        pk_table_json(table, pk_json_get(approval, "approvedBy"));
        pk_table_json(table, pk_json_get(approval, "digest"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no approvals yet: what services want to say urgently waits for a person (pokana triggers list)\n");
    return 0;
}

/* ---- asked, decided ---- */

static void print_one(const struct pk_json *approval)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    static const char *const facts[][2] = { { "approval", "id" },     { "state", "state" },      { "publisher", "publisher" },     { "may", "type" },
                                            { "topic", "topic" },     { "people", "people" },    { "asked by", "askedBy" },        { "approved by", "approvedBy" },
                                            { "revoked by", "revokedBy" } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < PK_COUNT(facts); i++)
        pk_table_fact(table, facts[i][0], pk_json_get(approval, facts[i][1]));
    pk_table_fact_moment(table, "until", pk_json_get(approval, "until"));
    pk_table_fact(table, "digest", pk_json_get(approval, "digest"));
    pk_table_print(table);
}

static int ask_for(const struct pk_invocation *invocation, const char *path, const struct pk_buf *body)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *approval = NULL;
    int r = body && body->failed ? pk_fail(&err, PK_E_LIMIT, "that is too long")
                                 : pk_ask_change(invocation, "POST", path, body ? pk_buf_text(body) : "", &approval, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(approval);
    else
        print_one(approval);
    return 0;
}

static int ask(const struct pk_invocation *invocation)
{
    const char *publisher = NULL, *topic = NULL, *people = NULL, *until = NULL;
    const struct pk_option options[] = { { "publisher", &publisher, NULL }, { "topic", &topic, NULL }, { "people", &people, NULL }, { "until", &until, NULL } };
    struct pk_plain_words words;
    int64_t most = 0, end_ms = 0;
    char end[PK_TIME_TEXT_MAX];
    int status = pk_options_read(&pk_command_approvals, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !publisher || !topic || !people || !until)
        return pk_command_misused(&pk_command_approvals, "which type of trigger, of which publisher, about which topic, for how many people, until when?");
    if (pk_parse_int(pk_slice_of(people), 1, 1000000, &most) != 0)
        return pk_command_misused(&pk_command_approvals, "--people \"%s\" is no number from 1 to 1000000", people);
    (void) snprintf(end, sizeof end, "%.20sT00:00:00Z", until);
    if (pk_time_parse(pk_slice_of(until), &end_ms) != 0 && (strlen(until) != 10 || pk_time_parse(pk_slice_of(end), &end_ms) != 0))
        return pk_command_misused(&pk_command_approvals, "--until \"%s\" is no day or moment, like 2026-12-31", until);
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "type", words.words[0]);
    pk_json_add_text(&out, "publisher", publisher);
    pk_json_add_text(&out, "topic", topic);
    pk_json_add_int(&out, "people", most);
    pk_json_add_time(&out, "until", end_ms);
    pk_json_close(&out, '}');
    status = ask_for(invocation, "/v1/approvals", &body);
    pk_buf_finish(&body);
    return status;
}

static int decide(const struct pk_invocation *invocation, const char *id, const char *what, const char *digest)
{
    char path_bytes[256], body_bytes[256];
    struct pk_buf path = { .data = path_bytes, .cap = sizeof path_bytes, .max_bytes = sizeof path_bytes - 1 };
    struct pk_buf body = { .data = body_bytes, .cap = sizeof body_bytes, .max_bytes = sizeof body_bytes - 1 };
    (void) pk_buf_add_text(&path, "/v1/approvals/");
    pk_ask_escape(&path, pk_slice_of(id));
    (void) pk_buf_add_text(&path, what);
    if (digest) {
        struct pk_json_out out = pk_json_out(&body);
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "digest", digest);
        pk_json_close(&out, '}');
    }
    return ask_for(invocation, pk_buf_text(&path), digest ? &body : NULL);
}

static int approve(const struct pk_invocation *invocation)
{
    const char *digest = NULL;
    const struct pk_option options[] = { { "digest", &digest, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_approvals, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !digest)
        return pk_command_misused(&pk_command_approvals, "which one, and what did you see? --digest is what approvals list shows at its end");
    return decide(invocation, words.words[0], "/approve", digest);
}

static int revoke(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_approvals, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_approvals, "which one? pokana approvals list shows them");
    return decide(invocation, words.words[0], "/revoke", NULL);
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "ask", ask }, { "approve", approve }, { "revoke", revoke } };
    return pk_verb_run(&pk_command_approvals, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_approvals = {
    .name = "approvals",
    .usage = "approvals list\n"
             "approvals ask TYPE --publisher NAME --topic NAME --people N --until DAY\n"
             "approvals approve ID --digest DIGEST\n"
             "approvals revoke ID",
    .summary = "what services may tell people urgently, approved beforehand by two people",
    .run = run,
};

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana audience`: how many people a rule means, how many of them would be told, and why the others would not. Groups of
 * fewer than five people are not told, nor what would give them away.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

#define BODY_BYTES_MAX (32u * 1024)

static const char *const few = "fewer than 5";

/* Absent: not told by itself. */
static void add_number(struct pk_table *table, const struct pk_json *number, const char *otherwise)
{
    int64_t value = 0;
    if (pk_json_int(number, &value))
        pk_table_printf(table, "%lld", (long long) value);
    else
        pk_table_text(table, otherwise);
}

static void print_totals(const struct pk_json *counted)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    static const struct {
        const char *reason, *words;
    } words[] = { { "stopped", "said STOP" }, { "no-address", "no address" }, { "bad-number", "bad number" }, { "no-consent", "no consent" } };
    const struct pk_json *people = pk_json_get(counted, "people"), *left = pk_json_get(counted, "leftOut");
    int64_t least = 0, most = 0;
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "who", pk_json_get(counted, "where"));
    pk_table_fact(facts, "places", pk_json_get(counted, "places"));
    pk_table_fact(facts, "in more than one", pk_json_get(counted, "duplicates"));
    pk_table_text(facts, "people");
    if (pk_json_kind(people) == PK_JSON_NUMBER || !pk_json_int(pk_json_get(counted, "atLeast"), &least) ||
        !pk_json_int(pk_json_get(counted, "atMost"), &most))
        pk_table_json(facts, people);
    else if (least == 0)
        pk_table_text(facts, few);
    else
        pk_table_printf(facts, "%lld to %lld", (long long) least, (long long) most);
    if (least != 0 || pk_json_kind(people) == PK_JSON_NUMBER) {
        pk_table_text(facts, "told");
        add_number(facts, pk_json_get(counted, "told"), few);
    }
    for (size_t i = 0; i < pk_json_count(left); i++) {
        struct pk_slice reason = pk_json_string(pk_json_get(pk_json_item(left, i), "reason"));
        for (size_t w = 0; w < PK_COUNT(words); w++)
            if (pk_slice_is(reason, words[w].reason))
                reason = pk_slice_of(words[w].words);
        pk_table_slice(facts, reason);
        add_number(facts, pk_json_get(pk_json_item(left, i), "people"), few);
    }
    pk_table_print(facts);
}

static void print_channels(const struct pk_json *channels)
{
    static const struct pk_column columns[] = { { "CHANNEL", false }, { "TOLD", true } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(channels); i++) {
        pk_table_json(table, pk_json_get(pk_json_item(channels, i), "channel"));
        add_number(table, pk_json_get(pk_json_item(channels, i), "people"), "hidden");
    }
    if (pk_table_rows(table) == 0)
        return;
    (void) printf("\n");
    pk_table_print(table);
}

static void print_languages(const struct pk_json *groups)
{
    static const struct pk_column columns[] = { { "LANGUAGE", false }, { "SCRIPT", false }, { "TOLD", true } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(groups); i++) {
        struct pk_slice script = pk_json_string(pk_json_get(pk_json_item(groups, i), "script"));
        pk_table_json(table, pk_json_get(pk_json_item(groups, i), "language"));
        pk_table_slice(table, script.len > 0 ? script : PK_SLICE("own"));
        add_number(table, pk_json_get(pk_json_item(groups, i), "people"), "hidden");
    }
    if (pk_table_rows(table) == 0)
        return;
    (void) printf("\n");
    pk_table_print(table);
}

static int count(const struct pk_invocation *invocation)
{
    const char *topic = NULL, *where = NULL, *channels = NULL;
    const struct pk_option options[] = { { "topic", &topic, NULL }, { "where", &where, NULL }, { "channels", &channels, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_audience, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_audience, "count takes no words: put the rule in quotes behind --where");
    if (!topic)
        return pk_command_misused(&pk_command_audience, "what about? Say --topic NAME: who has not said yes to it is not told");
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "topic", topic);
    if (where)
        pk_json_add_text(&out, "where", where);
    if (channels)
        pk_json_add_text(&out, "channels", channels);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *counted = NULL;
    int r = body.failed ? pk_fail(&err, PK_E_LIMIT, "the rule is too long")
                        : pk_ask_change(invocation, "POST", "/v1/audience/count", pk_buf_text(&body), &counted, &err);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(counted);
        return 0;
    }
    print_totals(counted);
    print_channels(pk_json_get(counted, "byChannel"));
    print_languages(pk_json_get(counted, "byLanguage"));
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "count", count } };
    return pk_verb_run(&pk_command_audience, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_audience = {
    .name = "audience",
    .usage = "audience count --topic NAME [--where 'school:a and not area:b'] [--channels sms,telegram]",
    .summary = "how many people a rule means, how many would be told, and why the others would not",
    .run = run,
};

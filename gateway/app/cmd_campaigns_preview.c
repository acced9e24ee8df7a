/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana campaigns preview`: whom it reaches and why not the others, what each step says, costs and when it goes, and the digest
 * that names all of it. `pokana campaigns trial`: one text of it to oneself.
 */
#include "gateway/app/cmd_campaigns.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#include <inttypes.h>

/* ---- said ---- */

/* A number that is null is of few people. */
static void people(struct pk_table *table, const struct pk_json *value)
{
    if (pk_json_kind(value) == PK_JSON_NULL)
        pk_table_text(table, "under 5");
    else
        pk_table_json(table, value);
}

static void cost(struct pk_table *table, const struct pk_json *value)
{
    struct pk_slice from = pk_json_string(pk_json_get(value, "from")), to = pk_json_string(pk_json_get(value, "to"));
    if (from.len == 0)
        pk_table_text(table, NULL);
    else if (pk_slice_equal(from, to))
        pk_table_slice(table, from);
    else
        pk_table_printf(table, "%.*s to %.*s", PK_SLICE_ARG(from), PK_SLICE_ARG(to));
}

static void print_facts(const struct pk_json *preview)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    static const char *const facts[][2] = { { "campaign", "name" }, { "state", "state" }, { "topic", "topic" }, { "channels", "channels" } };
    const struct pk_json *days = pk_json_get(preview, "beginsOn"), *sum = pk_json_get(preview, "cost");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < PK_COUNT(facts); i++)
        pk_table_fact(table, facts[i][0], pk_json_get(preview, facts[i][1]));
    pk_table_fact_moment(table, "begins", pk_json_get(preview, "begins"));
    for (size_t i = 0; i < pk_json_count(days); i++)
        pk_table_fact(table, "which is", pk_json_get(pk_json_item(days, i), "day"));
    pk_table_text(table, "reaches");
    people(table, pk_json_get(preview, "people"));
    pk_table_fact(table, "at most", pk_json_get(preview, "mostPeople"));
    if (pk_json_kind(sum) == PK_JSON_OBJECT) {
        pk_table_text(table, "costs");
        cost(table, sum);
    }
    pk_table_fact(table, "at most", pk_json_get(preview, "mostCost"));
    pk_table_print(table);
}

/* What the most is made of, and what no sum holds. */
static void print_ways(const struct pk_json *preview)
{
    const struct pk_json *channels = pk_json_get(preview, "channels"), *fallbacks = pk_json_get(preview, "fallbacks"),
                         *unpriced = pk_json_get(preview, "unpriced");
    struct pk_slice later = pk_json_string(pk_json_get(preview, "later"));
    bool may_pause = false;
    if (pk_json_count(channels) > 1 && later.len > 5 && memcmp(later.data, "0.00 ", 5) != 0)
        (void) printf("\nThe most holds %.*s for later channels: it is when nobody is reached before the last of theirs.\n", PK_SLICE_ARG(later));
    for (size_t i = 0; i < pk_json_count(unpriced); i++) {
        struct pk_slice channel = pk_json_string(pk_json_item(unpriced, i));
        (void) printf("%.*s has no price in this currency: who goes on there is in no sum, and no ceiling counts it.\n", PK_SLICE_ARG(channel));
    }
    for (size_t i = 0; i < pk_json_count(fallbacks); i++) {
        const struct pk_json *one = pk_json_item(fallbacks, i);
        struct pk_slice channel = pk_json_string(pk_json_get(one, "channel")), account = pk_json_string(pk_json_get(one, "account"));
        (void) printf("%.*s falls back to account %.*s in the same call: both prices count until a receipt says which it was.\n",
                      PK_SLICE_ARG(channel), PK_SLICE_ARG(account));
    }
    if (pk_json_bool(pk_json_get(preview, "mayPause"), &may_pause) && may_pause)
        (void) printf("Its ceiling is below the most: at that it pauses before everybody is reached.\n");
}

static void print_left_out(const struct pk_json *preview)
{
    static const struct pk_column columns[] = { { "LEFT OUT", false }, { "PEOPLE", true } };
    const struct pk_json *reasons = pk_json_get(preview, "leftOut");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(reasons); i++) {
        const struct pk_json *reason = pk_json_item(reasons, i), *count = pk_json_get(reason, "people");
        int64_t number = 0;
        if (pk_json_int(count, &number) && number == 0)
            continue;
        pk_table_json(table, pk_json_get(reason, "reason"));
        people(table, count);
    }
    if (pk_table_rows(table) == 0)
        return;
    (void) printf("\n");
    pk_table_print(table);
}

/* "2910 from 18:00:00 to 20:30:00; 1090 from 26 Nov 9:00 to 26 Nov 9:40" */
static void add_spans(struct pk_table *table, const struct pk_json *step)
{
    const struct pk_json *spans = pk_json_get(step, "spans");
    int64_t now_ms = pk_clock_wall_ms(), late = 0, count = 0;
    struct pk_buf line;
    pk_buf_init(&line, 8192);
    for (size_t i = 0; i < pk_json_count(spans); i++) {
        const struct pk_json *span = pk_json_item(spans, i);
        char from[PK_SHOW_TEXT_MAX], to[PK_SHOW_TEXT_MAX];
        int64_t from_ms = 0, to_ms = 0;
        (void) pk_time_parse(pk_json_string(pk_json_get(span, "from")), &from_ms);
        (void) pk_time_parse(pk_json_string(pk_json_get(span, "to")), &to_ms);
        (void) pk_buf_add_text(&line, i > 0 ? "; " : "");
        if (pk_json_int(pk_json_get(span, "people"), &count))
            (void) pk_buf_printf(&line, "%" PRId64 " ", count);
        (void) pk_buf_printf(&line, "from %s", pk_show_moment(from_ms, now_ms, from));
        if (to_ms > from_ms)
            (void) pk_buf_printf(&line, " to %s", pk_show_moment(to_ms, now_ms, to));
    }
    if (pk_json_kind(pk_json_get(step, "tooLate")) == PK_JSON_NULL)
        (void) pk_buf_printf(&line, "%sa few too late", line.len > 0 ? "; " : "");
    else if (pk_json_int(pk_json_get(step, "tooLate"), &late) && late > 0)
        (void) pk_buf_printf(&line, "%s%" PRId64 " too late", line.len > 0 ? "; " : "", late);
    pk_table_slice(table, pk_buf_slice(&line));
    pk_buf_finish(&line);
}

static void print_steps(const struct pk_json *steps)
{
    static const struct pk_column columns[] = { { "STEP", true },   { "WHEN", false }, { "TEXT", false },
                                                { "STATE", false }, { "COST", false }, { "LEAVES", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(steps); i++) {
        const struct pk_json *step = pk_json_item(steps, i);
        pk_table_printf(table, "%zu", i + 1);
        pk_table_json(table, pk_json_get(step, "when"));
        pk_table_json(table, pk_json_get(step, "template"));
        pk_table_json(table, pk_json_get(step, "state"));
        cost(table, pk_json_get(step, "cost"));
        add_spans(table, step);
    }
    (void) printf("\n");
    pk_table_print(table);
}

static void print_lengths(const struct pk_json *steps)
{
    static const struct pk_column columns[] = { { "STEP", true },     { "LANGUAGE", false }, { "SCRIPT", false }, { "PEOPLE", true },
                                                { "PARTS", true }, { "ENCODING", false }, { "EACH", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(steps); i++) {
        const struct pk_json *texts = pk_json_get(pk_json_item(steps, i), "texts");
        for (size_t j = 0; j < pk_json_count(texts); j++) {
            const struct pk_json *text = pk_json_item(texts, j);
            pk_table_printf(table, "%zu", i + 1);
            pk_table_json(table, pk_json_get(text, "language"));
            pk_table_json(table, pk_json_get(text, "script"));
            pk_table_json(table, pk_json_get(text, "people")); /* "-": few, or hidden beside few */
            pk_table_json(table, pk_json_get(text, "parts"));
            pk_table_json(table, pk_json_get(text, "encoding"));
            cost(table, pk_json_get(text, "each"));
        }
    }
    (void) printf("\n");
    pk_table_print(table);
}

static void print_texts(const struct pk_json *steps)
{
    struct pk_buf shown;
    pk_buf_init(&shown, 1u << 20);
    for (size_t i = 0; i < pk_json_count(steps); i++) {
        const struct pk_json *texts = pk_json_get(pk_json_item(steps, i), "texts");
        for (size_t j = 0; j < pk_json_count(texts); j++) {
            const struct pk_json *text = pk_json_item(texts, j);
            struct pk_slice script = pk_json_string(pk_json_get(text, "script"));
            (void) pk_buf_printf(&shown, "\n%zu ", i + 1);
            pk_show_json(&shown, pk_json_get(text, "language"));
            if (script.len > 0)
                (void) pk_buf_add_text(&shown, "-");
            pk_show_text(&shown, script);
            (void) pk_buf_add_text(&shown, "\n");
            pk_show_json(&shown, pk_json_get(text, "text"));
            (void) pk_buf_add_text(&shown, "\n");
        }
    }
    (void) printf("%s", pk_buf_text(&shown));
    pk_buf_finish(&shown);
}

static void print_preview(const struct pk_json *preview, bool texts)
{
    const struct pk_json *steps = pk_json_get(preview, "steps");
    struct pk_slice digest = pk_json_string(pk_json_get(preview, "digest"));
    bool second = false;
    print_facts(preview);
    print_ways(preview);
    print_left_out(preview);
    print_steps(steps);
    print_lengths(steps);
    if (texts)
        print_texts(steps);
    (void) printf("\nAn estimate: what else waits, and providers that are slow, are not in it.\n");
    if (pk_json_bool(pk_json_get(preview, "secondPerson"), &second) && !second)
        (void) printf("So small that whoever submits it answers for it alone.\n");
    (void) printf("All of this, texts included, is approved as %.*s.\n", PK_SLICE_ARG(digest));
}

int pk_campaigns_preview(const struct pk_invocation *invocation)
{
    bool texts = false;
    const struct pk_option options[] = { { "texts", NULL, &texts } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *preview = NULL;
    int status = pk_options_read(&pk_command_campaigns, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_campaigns, "which campaign?");
    struct pk_buf path;
    pk_buf_init(&path, 512);
    (void) pk_buf_add_text(&path, "/v1/campaigns/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/preview");
    int r = path.failed ? pk_fail(&err, PK_E_LIMIT, "that name is too long") : pk_ask_read(invocation, pk_buf_text(&path), &preview, &err);
    pk_buf_finish(&path);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(preview);
    else
        print_preview(preview, texts);
    return 0;
}

/* ---- tried ---- */

static int post_trial(const struct pk_invocation *invocation, const char *name, const struct pk_buf *body, struct pk_json **ret_answer, struct pk_error *err)
{
    struct pk_buf path;
    pk_buf_init(&path, 512);
    (void) pk_buf_add_text(&path, "/v1/campaigns/");
    pk_ask_escape(&path, pk_slice_of(name));
    (void) pk_buf_add_text(&path, "/trial");
    int r = path.failed || body->failed ? pk_fail(err, PK_E_LIMIT, "that is too long")
                                        : pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(body), ret_answer, err);
    pk_buf_finish(&path);
    return r;
}

int pk_campaigns_trial(const struct pk_invocation *invocation)
{
    const char *to = NULL, *step = NULL, *language = NULL, *script = NULL;
    const struct pk_option options[] = { { "to", &to, NULL }, { "step", &step, NULL }, { "language", &language, NULL }, { "script", &script, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int64_t number = 1;
    int status = pk_options_read(&pk_command_campaigns, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !to)
        return pk_command_misused(&pk_command_campaigns, "which campaign, and --to which address of your own?");
    if (step && pk_parse_int(pk_slice_of(step), 1, 1000, &number) != 0)
        return pk_command_misused(&pk_command_campaigns, "--step \"%s\" is no number of a step", step);
    struct pk_buf body;
    pk_buf_init(&body, 1024);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "address", to);
    pk_json_add_int(&out, "step", number);
    if (language)
        pk_json_add_text(&out, "language", language);
    if (script)
        pk_json_add_text(&out, "script", script);
    pk_json_close(&out, '}');
    int r = post_trial(invocation, words.words[0], &body, &answer, &err);
    pk_buf_wipe(&body);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    struct pk_slice message = pk_json_string(pk_json_get(answer, "message"));
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("On its way. How far it is: pokana messages show %.*s\n", PK_SLICE_ARG(message));
    return 0;
}

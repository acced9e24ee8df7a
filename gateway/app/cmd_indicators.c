/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana report indicators`: the numbers of a month, as a table, or as comma-separated values with a line for each. What the
 * gateway hides is said to be hidden, everywhere by the same word.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/model/report_csv.h"

#define PATH_BYTES 128u
#define CSV_BYTES (1u << 20)

static struct pk_slice text_of(const struct pk_json *object, const char *field)
{
    return pk_json_string(pk_json_get(object, field));
}

/* ---- for people ---- */

static void add_row(void *ctx, const struct pk_indicator_line *line)
{
    struct pk_table *table = ctx;
    char text[48];
    struct pk_slice group = text_of(line->numbers, "group"), within = text_of(line->numbers, "within");
    pk_table_slice(table, text_of(line->indicator, "indicator"));
    pk_table_slice(table, line->group ? text_of(line->numbers, "by") : (struct pk_slice){ 0 });
    if (within.len > 0 && !pk_slice_equal(within, group))
        pk_table_printf(table, "%.*s %.*s", PK_SLICE_ARG(within), PK_SLICE_ARG(group));
    else
        pk_table_slice(table, group);
    pk_indicator_value_text(line, text);
    pk_table_text(table, text);
    pk_indicator_estimate_text(line, text);
    pk_table_text(table, text);
    pk_indicator_share_text(line, text);
    pk_table_text(table, text);
}

static void print_soon(const struct pk_json *month)
{
    const struct pk_json *indicators = pk_json_get(month, "indicators");
    for (size_t i = 0; i < pk_json_count(indicators); i++) {
        int64_t half = 0, most = 0;
        if (!pk_json_int(pk_json_get(pk_json_item(indicators, i), "halfWithinSeconds"), &half))
            continue;
        (void) printf("half of those who got an urgent notice had it within %lld seconds", (long long) half);
        if (pk_json_int(pk_json_get(pk_json_item(indicators, i), "nineInTenWithinSeconds"), &most))
            (void) printf(", nine in ten within %lld", (long long) most);
        (void) printf("\n");
    }
}

static void print_month(const struct pk_json *month)
{
    static const struct pk_column fact_columns[] = { { NULL, false }, { NULL, false } };
    static const struct pk_column columns[] = { { "INDICATOR", false }, { "BY", false },      { "GROUP", false },
                                                { "VALUE", true },      { "ESTIMATE", true }, { "SHARE", true } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(fact_columns, PK_COUNT(fact_columns));
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "month", pk_json_get(month, "month"));
    pk_table_fact(facts, "state", pk_json_get(month, "state"));
    pk_table_fact_moment(facts, "as of", pk_json_get(month, "asOf"));
    pk_table_fact_moment(facts, "frozen", pk_json_get(month, "frozen"));
    pk_table_print(facts);
    (void) printf("\n");
    pk_indicators_each_line(month, add_row, table);
    pk_table_print(table);
    print_soon(month);
}

/* ---- for spreadsheets ---- */

static void print_csv(const struct pk_json *month)
{
    struct pk_buf text;
    pk_buf_init(&text, CSV_BYTES);
    pk_indicators_csv(month, &text);
    (void) fwrite(pk_buf_text(&text), 1, text.len, stdout);
    pk_buf_finish(&text);
}

/* ---- the verb ---- */

static int indicators(const struct pk_invocation *invocation)
{
    const char *month = NULL;
    bool csv = false;
    const struct pk_option options[] = { { "month", &month, NULL }, { "csv", NULL, &csv } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf path;
    int status = pk_options_read(&pk_command_report, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_report, "indicators takes no words; --month names one");
    pk_auto(pk_json) struct pk_json *document = NULL;
    pk_buf_init(&path, PATH_BYTES);
    (void) pk_buf_add_text(&path, "/v1/reports/indicators");
    if (month) {
        (void) pk_buf_add_text(&path, "?month=");
        pk_ask_escape(&path, pk_slice_of(month));
    }
    int r = path.failed ? pk_fail(&err, PK_E_INVALID, "that is no month") : pk_ask_read(invocation, pk_buf_text(&path), &document, &err);
    pk_buf_finish(&path);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else if (csv)
        print_csv(document);
    else
        print_month(document);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "indicators", indicators } };
    return pk_verb_run(&pk_command_report, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_report = {
    .name = "report",
    .usage = "report indicators [--month 2026-10] [--csv]",
    .summary = "the city's numbers of a month: consent, told and came, cost, questions",
    .run = run,
};

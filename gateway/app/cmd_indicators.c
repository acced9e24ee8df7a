/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana report indicators`: the numbers of a month, as a table, or as comma-separated values with a line for each. What the
 * gateway hides is said to be hidden, everywhere by the same word.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

#define PATH_BYTES 128u
#define HIDDEN "hidden"

/* One number of the list: an indicator's own, or a group's. */
struct line {
    const struct pk_json *indicator, *numbers;
    bool group;
};

static struct pk_slice text_of(const struct pk_json *object, const char *field)
{
    return pk_json_string(pk_json_get(object, field));
}

static bool is_money(const struct line *line)
{
    return pk_slice_is(text_of(line->indicator, "unit"), "tenThousandths");
}

/* ---- one by one ---- */

/* Money is told by its currencies alone. */
static void each_line(const struct pk_json *month, void (*each)(void *ctx, const struct line *line), void *ctx)
{
    const struct pk_json *indicators = pk_json_get(month, "indicators");
    for (size_t i = 0; i < pk_json_count(indicators); i++) {
        struct line line = { .indicator = pk_json_item(indicators, i) };
        const struct pk_json *groups = pk_json_get(line.indicator, "groups");
        line.numbers = line.indicator;
        if (!is_money(&line))
            each(ctx, &line);
        line.group = true;
        for (size_t g = 0; g < pk_json_count(groups); g++) {
            line.numbers = pk_json_item(groups, g);
            each(ctx, &line);
        }
    }
}

static void value_text(const struct line *line, char text[48])
{
    int64_t value = 0;
    if (!pk_json_int(pk_json_get(line->numbers, "value"), &value))
        (void) snprintf(text, 48, HIDDEN);
    else if (is_money(line))
        (void) snprintf(text, 48, "%lld.%04lld", (long long) (value / 10000), (long long) (value % 10000));
    else
        (void) snprintf(text, 48, "%lld", (long long) value);
}

/* "12.5%"; "" when there is none. */
static void share_text(const struct line *line, char text[48])
{
    int64_t share = 0;
    text[0] = '\0';
    if (pk_json_int(pk_json_get(line->numbers, "sharePerMille"), &share))
        (void) snprintf(text, 48, "%lld.%lld%%", (long long) (share / 10), (long long) (share % 10));
}

static void estimate_text(const struct line *line, char text[48])
{
    int64_t estimate = 0;
    text[0] = '\0';
    if (pk_json_int(pk_json_get(line->numbers, "estimate"), &estimate))
        (void) snprintf(text, 48, "%lld", (long long) estimate);
}

/* ---- for people ---- */

static void add_row(void *ctx, const struct line *line)
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
    value_text(line, text);
    pk_table_text(table, text);
    estimate_text(line, text);
    pk_table_text(table, text);
    share_text(line, text);
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
    each_line(month, add_row, table);
    pk_table_print(table);
    print_soon(month);
}

/* ---- for spreadsheets ---- */

static void csv_line(void *ctx, const struct line *line)
{
    const struct pk_json *month = ctx;
    char value[48], estimate[48], share[48];
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    pk_csv_text(&out, text_of(month, "month"));
    (void) pk_buf_add_char(&out, ',');
    pk_csv_text(&out, text_of(month, "state"));
    (void) pk_buf_add_char(&out, ',');
    pk_csv_text(&out, text_of(line->indicator, "indicator"));
    for (size_t i = 0; i < 3; i++) {
        static const char *const fields[] = { "by", "within", "group" };
        (void) pk_buf_add_char(&out, ',');
        pk_csv_text(&out, line->group ? text_of(line->numbers, fields[i]) : i == 0 ? PK_SLICE("total") : (struct pk_slice){ 0 });
    }
    value_text(line, value);
    estimate_text(line, estimate);
    share_text(line, share);
    (void) printf("%s,%s,%s,%s\r\n", pk_buf_text(&out), value, estimate, share);
    pk_buf_finish(&out);
}

static void print_csv(struct pk_json *month)
{
    (void) printf("month,state,indicator,breakdown,within,group,value,estimate,share\r\n");
    each_line(month, csv_line, month);
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

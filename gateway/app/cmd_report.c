/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What became of a campaign or of one date: a total as a list of facts, breakdowns as tables, or all of it as comma-separated
 * values, a line for each group. What the gateway hides is said to be hidden, everywhere by the same word.
 */
#include "gateway/app/cmd_report.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/model/report_csv.h"

#define PATH_BYTES 512u
#define BODY_BYTES 128u
#define CSV_BYTES (4u << 20)
#define HIDDEN PK_REPORT_HIDDEN

struct wanted {
    const char *by, *day;
    bool csv;
};

/* Of a row, in order: the field, its heading in tables (NULL = in none), and in the list of facts. */
static const struct {
    const char *field, *column, *fact;
} measures[] = {
    { "people", "PEOPLE", "people" },
    { "told", "TOLD", "told" },
    { "arrived", "ARRIVED", "  arrived" },
    { "handedOver", "HANDED OVER", "  handed over" },
    { "unknown", "UNKNOWN", "  unknown" },
    { "notTold", "NOT", "not told" },
    { "waiting", NULL, "waiting" },
    { "read", "READ", "read" },
    { "yes", "YES", "said yes" },
    { "no", "NO", "said no" },
    { "noAnswer", NULL, "no answer" },
    { "heads", "HEADS", "heads" },
    { "useful", NULL, "found it useful" },
    { "notUseful", NULL, "did not" },
    { "optedOut", "LEFT", "left because of it" },
};

/* ---- for people ---- */

static void add_cost(struct pk_table *table, const struct pk_json *row)
{
    char bytes[256];
    struct pk_buf text = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    const struct pk_json *costs = pk_json_get(row, "cost");
    if (pk_json_kind(costs) != PK_JSON_ARRAY) {
        pk_table_text(table, HIDDEN);
        return;
    }
    pk_report_cost_text(costs, &text);
    pk_table_slice(table, pk_buf_slice(&text));
}

static void add_number(struct pk_table *table, const struct pk_json *number)
{
    int64_t value = 0;
    if (pk_json_int(number, &value))
        pk_table_printf(table, "%lld", (long long) value);
    else
        pk_table_text(table, HIDDEN);
}

/* A sum of which a part is hidden lies between two numbers. */
static void add_sum(struct pk_table *table, const struct pk_json *total, const char *field)
{
    char least_name[40], most_name[40];
    int64_t least = 0, most = 0;
    (void) snprintf(least_name, sizeof least_name, "%sAtLeast", field);
    (void) snprintf(most_name, sizeof most_name, "%sAtMost", field);
    if (pk_json_kind(pk_json_get(total, field)) == PK_JSON_NUMBER || !pk_json_int(pk_json_get(total, least_name), &least) ||
        !pk_json_int(pk_json_get(total, most_name), &most))
        add_number(table, pk_json_get(total, field));
    else
        pk_table_printf(table, "%lld to %lld", (long long) least, (long long) most);
}

static void print_total(const struct pk_json *report)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    const struct pk_json *total = pk_json_get(report, "total"), *came = pk_json_get(total, "came");
    bool final = false;
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "campaign", pk_json_get(report, "campaign"));
    pk_table_fact(facts, "event", pk_json_get(report, "title"));
    pk_table_fact_moment(facts, "begins", pk_json_get(report, "begins"));
    pk_table_fact(facts, "state", pk_json_get(report, "state"));
    (void) pk_json_bool(pk_json_get(report, "final"), &final);
    pk_table_fact_moment(facts, final ? "final since" : "as of", pk_json_get(report, "asOf"));
    for (size_t i = 0; i < PK_COUNT(measures); i++) {
        pk_table_text(facts, measures[i].fact);
        add_sum(facts, total, measures[i].field);
    }
    pk_table_text(facts, "came");
    if (pk_json_kind(came) == PK_JSON_NUMBER)
        add_number(facts, came);
    else
        pk_table_text(facts, "nobody said: pokana events came");
    pk_table_text(facts, "cost");
    add_cost(facts, total);
    pk_table_print(facts);
}

static void print_breakdown(const struct pk_json *breakdown)
{
    struct pk_column columns[PK_COUNT(measures) + 2];
    const struct pk_json *groups = pk_json_get(breakdown, "groups");
    char title[16] = "";
    size_t count = 0;
    struct pk_slice by = pk_json_string(pk_json_get(breakdown, "by"));
    for (size_t i = 0; i < by.len && i < sizeof title - 1; i++)
        title[i] = (char) (by.data[i] - 'a' + 'A');
    columns[count++] = (struct pk_column){ title, false };
    for (size_t i = 0; i < PK_COUNT(measures); i++)
        if (measures[i].column)
            columns[count++] = (struct pk_column){ measures[i].column, true };
    columns[count++] = (struct pk_column){ "COST", true };
    if (pk_json_count(groups) == 0)
        return;
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, count);
    for (size_t g = 0; g < pk_json_count(groups); g++) {
        const struct pk_json *group = pk_json_item(groups, g);
        struct pk_slice name = pk_json_string(pk_json_get(group, "group")), within = pk_json_string(pk_json_get(group, "language"));
        if (within.len > 0 && !pk_slice_equal(name, within))
            pk_table_printf(table, "%.*s %.*s", PK_SLICE_ARG(within), PK_SLICE_ARG(name));
        else
            pk_table_slice(table, name);
        for (size_t i = 0; i < PK_COUNT(measures); i++)
            if (measures[i].column)
                add_number(table, pk_json_get(group, measures[i].field));
        add_cost(table, group);
    }
    (void) printf("\n");
    pk_table_print(table);
}

/* ---- for spreadsheets ---- */

static void print_csv(const struct pk_json *report)
{
    struct pk_buf text;
    pk_buf_init(&text, CSV_BYTES);
    pk_report_csv(report, &text);
    (void) fwrite(pk_buf_text(&text), 1, text.len, stdout);
    pk_buf_finish(&text);
}

/* ---- the verbs ---- */

void pk_report_print(const struct pk_json *report, const char *by)
{
    const struct pk_json *breakdowns = pk_json_get(report, "breakdowns");
    print_total(report);
    for (size_t i = 0; i < pk_json_count(breakdowns); i++) {
        const struct pk_json *breakdown = pk_json_item(breakdowns, i);
        if (by || pk_slice_is(pk_json_string(pk_json_get(breakdown, "by")), "step"))
            print_breakdown(breakdown);
    }
}

static int print(const struct pk_invocation *invocation, const struct wanted *wanted, struct pk_buf *path)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *report = NULL;
    if (wanted->by) {
        (void) pk_buf_add_text(path, "?by=");
        pk_ask_escape(path, pk_slice_of(wanted->by));
    }
    int r = path->failed ? pk_fail(&err, PK_E_LIMIT, "that name is too long") : pk_ask_read(invocation, pk_buf_text(path), &report, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(report);
        return 0;
    }
    if (wanted->csv) {
        print_csv(report);
        return 0;
    }
    pk_report_print(report, wanted->by);
    return 0;
}

int pk_report_verb_campaign(const struct pk_invocation *invocation)
{
    struct wanted wanted = { 0 };
    const struct pk_option options[] = { { "per", &wanted.by, NULL }, { "csv", NULL, &wanted.csv } };
    struct pk_plain_words words;
    struct pk_buf path;
    int status = pk_options_read(&pk_command_campaigns, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_campaigns, "which campaign?");
    pk_buf_init(&path, PATH_BYTES);
    (void) pk_buf_add_text(&path, "/v1/campaigns/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/report");
    status = print(invocation, &wanted, &path);
    pk_buf_finish(&path);
    return status;
}

static void date_path(struct pk_buf *path, const char *event, const char *day, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/events/");
    pk_ask_escape(path, pk_slice_of(event));
    (void) pk_buf_add_text(path, "/dates/");
    pk_ask_escape(path, pk_slice_of(day ? day : "once"));
    (void) pk_buf_add_text(path, what);
}

int pk_report_verb_date(const struct pk_invocation *invocation)
{
    struct wanted wanted = { 0 };
    const struct pk_option options[] = { { "per", &wanted.by, NULL }, { "day", &wanted.day, NULL }, { "csv", NULL, &wanted.csv } };
    struct pk_plain_words words;
    struct pk_buf path;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which event? pokana events list shows them");
    pk_buf_init(&path, PATH_BYTES);
    date_path(&path, words.words[0], wanted.day, "/report");
    status = print(invocation, &wanted, &path);
    pk_buf_finish(&path);
    return status;
}

int pk_report_verb_came(const struct pk_invocation *invocation)
{
    const char *day = NULL;
    const struct pk_option options[] = { { "day", &day, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf path, body;
    char *end = NULL;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 2)
        return pk_command_misused(&pk_command_events, "which event, and how many people came?");
    long long count = strtoll(words.words[1], &end, 10);
    if (!words.words[1][0] || *end)
        return pk_command_misused(&pk_command_events, "\"%s\" is no number of people", words.words[1]);
    pk_auto(pk_json) struct pk_json *answer = NULL;
    pk_buf_init(&path, PATH_BYTES);
    pk_buf_init(&body, BODY_BYTES);
    date_path(&path, words.words[0], day, "/came");
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_int(&out, "count", count);
    pk_json_close(&out, '}');
    int r = path.failed ? pk_fail(&err, PK_E_LIMIT, "that id is too long")
                        : pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(&body), &answer, &err);
    pk_buf_finish(&path);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%lld came\n", count);
    return 0;
}

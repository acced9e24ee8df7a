/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/report_csv.h"

#include "gateway/base/csv.h"
#include "gateway/base/mem.h"

#include <stdio.h>

static struct pk_slice text_of(const struct pk_json *object, const char *field)
{
    return pk_json_string(pk_json_get(object, field));
}

static void add_text(struct pk_buf *out, struct pk_slice text)
{
    pk_csv_text(out, text);
    (void) pk_buf_add_char(out, ',');
}

/* ---- a report ---- */

/* Of a row, in order: the field, and its name in the first line. */
static const struct {
    const char *field, *name;
} measures[] = {
    { "people", "people" },         { "told", "told" },         { "arrived", "arrived" },
    { "handedOver", "handed_over" }, { "unknown", "unknown" },   { "notTold", "not_told" },
    { "waiting", "waiting" },       { "read", "read" },         { "yes", "yes" },
    { "no", "no" },                 { "noAnswer", "no_answer" }, { "heads", "heads" },
    { "useful", "useful" },         { "notUseful", "not_useful" }, { "optedOut", "opted_out" },
};

void pk_report_cost_text(const struct pk_json *costs, struct pk_buf *out)
{
    for (size_t i = 0; i < pk_json_count(costs); i++) {
        const struct pk_json *cost = pk_json_item(costs, i);
        struct pk_slice currency = text_of(cost, "currency");
        int64_t amount = 0;
        (void) pk_json_int(pk_json_get(cost, "tenThousandths"), &amount);
        (void) pk_buf_printf(out, "%s%lld.%04lld%s%.*s", i > 0 ? " + " : "", (long long) (amount / 10000), (long long) (amount % 10000),
                             currency.len > 0 ? " " : "", PK_SLICE_ARG(currency));
    }
}

static void add_row(struct pk_buf *out, struct pk_slice by, struct pk_slice within, struct pk_slice group, const struct pk_json *row)
{
    add_text(out, by);
    add_text(out, within);
    pk_csv_text(out, group);
    for (size_t i = 0; i < PK_COUNT(measures); i++) {
        int64_t value = 0;
        if (pk_json_int(pk_json_get(row, measures[i].field), &value))
            (void) pk_buf_printf(out, ",%lld", (long long) value);
        else
            (void) pk_buf_add_text(out, "," PK_REPORT_HIDDEN);
    }
    (void) pk_buf_add_char(out, ',');
    if (pk_json_kind(pk_json_get(row, "cost")) == PK_JSON_ARRAY)
        pk_report_cost_text(pk_json_get(row, "cost"), out);
    else
        (void) pk_buf_add_text(out, PK_REPORT_HIDDEN);
    (void) pk_buf_add_text(out, "\r\n");
}

void pk_report_csv(const struct pk_json *report, struct pk_buf *out)
{
    const struct pk_json *breakdowns = pk_json_get(report, "breakdowns");
    (void) pk_buf_add_text(out, "breakdown,within,group");
    for (size_t i = 0; i < PK_COUNT(measures); i++)
        (void) pk_buf_printf(out, ",%s", measures[i].name);
    (void) pk_buf_add_text(out, ",cost\r\n");
    add_row(out, PK_SLICE("total"), (struct pk_slice){ 0 }, (struct pk_slice){ 0 }, pk_json_get(report, "total"));
    for (size_t i = 0; i < pk_json_count(breakdowns); i++) {
        const struct pk_json *groups = pk_json_get(pk_json_item(breakdowns, i), "groups");
        for (size_t g = 0; g < pk_json_count(groups); g++) {
            const struct pk_json *group = pk_json_item(groups, g);
            add_row(out, text_of(pk_json_item(breakdowns, i), "by"), text_of(group, "language"), text_of(group, "group"), group);
        }
    }
}

/* ---- a month ---- */

static bool is_money(const struct pk_indicator_line *line)
{
    return pk_slice_is(text_of(line->indicator, "unit"), "tenThousandths");
}

void pk_indicators_each_line(const struct pk_json *month, void (*each)(void *ctx, const struct pk_indicator_line *line), void *ctx)
{
    const struct pk_json *indicators = pk_json_get(month, "indicators");
    for (size_t i = 0; i < pk_json_count(indicators); i++) {
        struct pk_indicator_line line = { .indicator = pk_json_item(indicators, i) };
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

void pk_indicator_value_text(const struct pk_indicator_line *line, char ret_text[48])
{
    int64_t value = 0;
    if (!pk_json_int(pk_json_get(line->numbers, "value"), &value))
        (void) snprintf(ret_text, 48, PK_REPORT_HIDDEN);
    else if (is_money(line))
        (void) snprintf(ret_text, 48, "%lld.%04lld", (long long) (value / 10000), (long long) (value % 10000));
    else
        (void) snprintf(ret_text, 48, "%lld", (long long) value);
}

void pk_indicator_share_text(const struct pk_indicator_line *line, char ret_text[48])
{
    int64_t share = 0;
    ret_text[0] = '\0';
    if (pk_json_int(pk_json_get(line->numbers, "sharePerMille"), &share))
        (void) snprintf(ret_text, 48, "%lld.%lld%%", (long long) (share / 10), (long long) (share % 10));
}

void pk_indicator_estimate_text(const struct pk_indicator_line *line, char ret_text[48])
{
    int64_t estimate = 0;
    ret_text[0] = '\0';
    if (pk_json_int(pk_json_get(line->numbers, "estimate"), &estimate))
        (void) snprintf(ret_text, 48, "%lld", (long long) estimate);
}

struct file {
    const struct pk_json *month;
    struct pk_buf *out;
};

static void add_line(void *ctx, const struct pk_indicator_line *line)
{
    static const char *const fields[] = { "by", "within", "group" };
    const struct file *file = ctx;
    char value[48], estimate[48], share[48];
    add_text(file->out, text_of(file->month, "month"));
    add_text(file->out, text_of(file->month, "state"));
    add_text(file->out, text_of(line->indicator, "indicator"));
    for (size_t i = 0; i < PK_COUNT(fields); i++)
        add_text(file->out, line->group ? text_of(line->numbers, fields[i]) : i == 0 ? PK_SLICE("total") : (struct pk_slice){ 0 });
    pk_indicator_value_text(line, value);
    pk_indicator_estimate_text(line, estimate);
    pk_indicator_share_text(line, share);
    (void) pk_buf_printf(file->out, "%s,%s,%s\r\n", value, estimate, share);
}

void pk_indicators_csv(const struct pk_json *month, struct pk_buf *out)
{
    struct file file = { month, out };
    (void) pk_buf_add_text(out, "month,state,indicator,breakdown,within,group,value,estimate,share\r\n");
    pk_indicators_each_line(month, add_line, &file);
}

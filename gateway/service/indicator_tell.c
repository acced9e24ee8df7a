/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Indicators as JSON: each with its definition, its number and its groups, every one of the same fields. What is hidden is null;
 * so is what there is none of (an estimate nobody gave, one number of several currencies).
 */
#include "gateway/service/indicator_tell.h"

static void add_number(struct pk_json_out *out, const char *name, int64_t value, bool there)
{
    if (there)
        pk_json_add_int(out, name, value);
    else
        pk_json_add_null(out, name);
}

static void add_numbers(struct pk_json_out *out, int64_t value, bool shown, int64_t estimate)
{
    add_number(out, "value", value, shown);
    add_number(out, "estimate", estimate, estimate > 0);
    add_number(out, "sharePerMille", estimate > 0 ? (1000 * value + estimate / 2) / estimate : 0, shown && estimate > 0);
}

static void add_group(struct pk_json_out *out, const struct pk_indicator_row *row, int64_t value, bool shown)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "by", pk_indicator_by_name(row->by));
    pk_json_add_text(out, "within", row->parent);
    pk_json_add_text(out, "group", row->label);
    add_numbers(out, value, shown, row->estimate);
    pk_json_close(out, '}');
}

/* What it cost for each of them; of nobody nothing is told. */
static void add_costs_each(struct pk_json_out *out, const struct pk_indicators *set, uint32_t of)
{
    int64_t people = pk_indicators_count(set, of);
    for (size_t i = 0; people > 0 && i < set->count; i++)
        if (set->rows[i].indicator == PK_INDICATOR_COST)
            add_group(out, &set->rows[i], (set->rows[i].count + people / 2) / people, set->rows[i].shown);
}

static void add_groups(struct pk_json_out *out, const struct pk_indicators *set, uint32_t indicator)
{
    pk_json_open(out, "groups", '[');
    if (indicator == PK_INDICATOR_COST_TOLD || indicator == PK_INDICATOR_COST_CAME)
        add_costs_each(out, set, indicator == PK_INDICATOR_COST_TOLD ? PK_INDICATOR_TOLD : PK_INDICATOR_CAME);
    for (size_t i = 0; i < set->count; i++) {
        const struct pk_indicator_row *row = &set->rows[i];
        bool told = row->by == PK_INDICATOR_BY_CURRENCY || (row->by != PK_INDICATOR_TOTAL && set->groups_of[indicator]);
        if (row->indicator == indicator && told)
            add_group(out, row, row->count, row->shown);
    }
    pk_json_close(out, ']');
}

static void add_definition(struct pk_json_out *out, uint32_t indicator)
{
    static const char *const languages[] = { "en", "nl", "bg" };
    pk_json_open(out, "definition", '{');
    for (size_t i = 0; i < PK_COUNT(languages); i++)
        pk_json_add_text(out, languages[i], pk_indicator_definition(indicator, languages[i]));
    pk_json_close(out, '}');
}

static void add_indicator(struct pk_json_out *out, const struct pk_indicators *set, uint32_t indicator)
{
    const struct pk_indicator_row *total = pk_indicators_find(set, indicator, PK_INDICATOR_TOTAL, "", "");
    bool shown = total && total->shown;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "indicator", pk_indicator_name(indicator));
    pk_json_add_text(out, "unit", pk_indicator_unit(indicator));
    add_definition(out, indicator);
    add_numbers(out, total ? total->count : 0, shown, total ? total->estimate : 0);
    if (indicator == PK_INDICATOR_TO_PHONE) {
        int64_t half = pk_indicators_within(set, 50), most = pk_indicators_within(set, 90);
        add_number(out, "halfWithinSeconds", half, shown && half > 0);
        add_number(out, "nineInTenWithinSeconds", most, shown && most > 0);
    }
    add_groups(out, set, indicator);
    pk_json_close(out, '}');
}

void pk_indicator_tell(struct pk_indicator_question *question, struct pk_json_out *out)
{
    struct pk_indicators *set = question->counter ? pk_indicator_counted(question->counter) : &question->frozen;
    char month[16];
    if (question->counter)
        pk_indicator_estimate(question->service, set);
    pk_indicators_decide(set, &question->past);
    (void) snprintf(month, sizeof month, "%04d-%02d", (int) (question->month / 100 % 10000), (int) (question->month % 100));
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "month", month);
    pk_json_add_text(out, "state", question->frozen_ms != 0 ? "frozen" : question->running ? "running" : "closing");
    pk_json_add_time(out, "asOf", question->as_of_ms);
    pk_json_add_time(out, "frozen", question->frozen_ms);
    pk_json_open(out, "indicators", '[');
    for (uint32_t i = 0; i < PK_INDICATORS; i++)
        add_indicator(out, set, i);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A report as JSON. What is hidden is null; of a sum with a hidden part is told between what it lies. A total row and rows of
 * groups have the same fields, so that one is read like the other.
 */
#include "gateway/service/report_tell.h"

#include "gateway/model/floor.h"

static void add_count(struct pk_json_out *out, const char *name, int64_t count, bool shown)
{
    if (shown)
        pk_json_add_int(out, name, count);
    else
        pk_json_add_null(out, name);
}

static void add_measure(struct pk_json_out *out, const char *name, const struct pk_report_row *row, enum pk_report_measure measure)
{
    add_count(out, name, row->counts[measure], pk_report_shows(row, measure));
}

static bool shows_silent(const struct pk_report_row *row)
{
    return pk_report_shows_told(row) && pk_report_shows(row, PK_REPORT_YES) && pk_report_shows(row, PK_REPORT_NO);
}

/* Told and not answered; who answered without being told by a message (by mouth) makes it no less than nobody. */
static int64_t silent(const struct pk_report_row *row)
{
    int64_t count = pk_report_told(row) - row->counts[PK_REPORT_YES] - row->counts[PK_REPORT_NO];
    return count > 0 ? count : 0;
}

static void add_costs(struct pk_json_out *out, const struct pk_report_row *row)
{
    if (!pk_report_shows(row, PK_REPORT_COST)) {
        pk_json_add_null(out, "cost");
        return;
    }
    pk_json_open(out, "cost", '[');
    for (size_t i = 0; i < row->currencies; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "currency", row->costs[i].currency);
        pk_json_add_int(out, "tenThousandths", row->costs[i].amount);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void add_row(struct pk_json_out *out, const struct pk_report_row *row)
{
    add_count(out, "people", pk_report_people(row), pk_report_shows_people(row));
    add_count(out, "told", pk_report_told(row), pk_report_shows_told(row));
    add_measure(out, "arrived", row, PK_REPORT_ARRIVED);
    add_measure(out, "handedOver", row, PK_REPORT_HANDED_OVER);
    add_measure(out, "unknown", row, PK_REPORT_UNKNOWN);
    add_measure(out, "notTold", row, PK_REPORT_NOT);
    add_measure(out, "waiting", row, PK_REPORT_WAITING);
    add_measure(out, "read", row, PK_REPORT_READ);
    add_measure(out, "yes", row, PK_REPORT_YES);
    add_measure(out, "no", row, PK_REPORT_NO);
    add_count(out, "noAnswer", silent(row), shows_silent(row));
    add_measure(out, "heads", row, PK_REPORT_HEADS);
    add_measure(out, "useful", row, PK_REPORT_USEFUL);
    add_measure(out, "notUseful", row, PK_REPORT_NOT_USEFUL);
    add_measure(out, "optedOut", row, PK_REPORT_OPTED_OUT);
    add_costs(out, row);
}

static void add_bounds(struct pk_json_out *out, const char *least, const char *most, const struct pk_report_row *row, size_t measures, bool few)
{
    struct pk_floor_bounds bounds = pk_floor_total(row->counts, measures);
    pk_json_add_int(out, least, few ? 1 : bounds.least);
    pk_json_add_int(out, most, few ? PK_FLOOR - 1 : bounds.most);
}

static void add_breakdown(struct pk_json_out *out, const struct pk_report *report, enum pk_report_by by)
{
    const struct pk_report_table *table = &report->by[by];
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "by", pk_report_by_name(by));
    pk_json_open(out, "groups", '[');
    for (size_t i = 0; !report->few && i < table->count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "group", table->rows[i].label);
        if (by == PK_REPORT_BY_SCRIPT)
            pk_json_add_text(out, "language", table->rows[i].parent);
        add_row(out, &table->rows[i]);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

void pk_report_tell(struct pk_report_question *question, enum pk_report_by by, struct pk_json_out *out)
{
    struct pk_report *report = pk_report_counted(question->counter);
    pk_report_decide(report);
    pk_json_open(out, NULL, '{');
    if (question->event != 0) {
        pk_json_add_id(out, "event", question->event);
        pk_json_add_text(out, "title", question->name);
        pk_json_add_time(out, "begins", question->starts_ms);
    } else {
        pk_json_add_text(out, "campaign", question->name);
    }
    pk_json_add_text(out, "state", question->state);
    pk_json_add_time(out, "asOf", pk_report_kept_ms(question->counter) != 0 ? pk_report_kept_ms(question->counter) : question->now_ms);
    pk_json_add_bool(out, "final", pk_report_kept_ms(question->counter) != 0);
    pk_json_add_bool(out, "fewerThanFive", report->few);
    pk_json_open(out, "total", '{');
    add_row(out, &report->total);
    add_bounds(out, "peopleAtLeast", "peopleAtMost", &report->total, PK_REPORT_OUTCOMES, report->few);
    add_bounds(out, "toldAtLeast", "toldAtMost", &report->total, PK_REPORT_UNKNOWN + 1, report->few);
    add_count(out, "came", question->came, question->came >= 0);
    pk_json_close(out, '}');
    pk_json_open(out, "breakdowns", '[');
    for (size_t at = PK_REPORT_BY_STEP; at < PK_REPORT_BYS; at++)
        if (by == PK_REPORT_TOTAL || by == (enum pk_report_by) at)
            add_breakdown(out, report, (enum pk_report_by) at);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

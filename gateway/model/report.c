/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/report.h"

#include "gateway/base/mem.h"
#include "gateway/model/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS "others"
#define BIT(measure) (1u << (measure))
#define OUTCOMES (BIT(PK_REPORT_OUTCOMES) - 1u)
#define TOLD (BIT(PK_REPORT_ARRIVED) | BIT(PK_REPORT_HANDED_OVER) | BIT(PK_REPORT_UNKNOWN))

/* ---- written ---- */

void pk_report_finish(struct pk_report *report)
{
    for (size_t by = 0; by < PK_REPORT_BYS; by++)
        free(report->by[by].rows);
    *report = (struct pk_report){ 0 };
}

static bool is_of(const struct pk_report_row *row, const char *parent, const char *label)
{
    return strcmp(row->label, label) == 0 && strcmp(row->parent, parent) == 0;
}

struct pk_report_row *pk_report_row(struct pk_report *report, enum pk_report_by by, const char *parent, const char *label)
{
    struct pk_report_table *table = &report->by[by];
    if (by == PK_REPORT_TOTAL)
        return &report->total;
    if (table->newest < table->count && is_of(&table->rows[table->newest], parent, label)) /* mostly the last one's too */
        return &table->rows[table->newest];
    for (table->newest = 0; table->newest < table->count; table->newest++)
        if (is_of(&table->rows[table->newest], parent, label))
            return &table->rows[table->newest];
    if (table->count >= PK_REPORT_ROWS_MAX - 1 && strcmp(label, OTHERS) != 0)
        return pk_report_row(report, by, "", OTHERS);
    if (table->count == table->cap) {
        table->cap = table->cap > 0 ? 2 * table->cap : 8;
        table->rows = pk_realloc_array(table->rows, table->cap, sizeof *table->rows);
    }
    struct pk_report_row *row = &table->rows[table->count++];
    *row = (struct pk_report_row){ 0 };
    (void) snprintf(row->label, sizeof row->label, "%s", label);
    (void) snprintf(row->parent, sizeof row->parent, "%s", parent);
    return row;
}

bool pk_report_add_cost(struct pk_report_row *row, const char *currency, int64_t amount)
{
    size_t at = 0;
    while (at < row->currencies && strcmp(row->costs[at].currency, currency) != 0)
        at++;
    if (at == PK_REPORT_CURRENCIES)
        return false;
    if (at == row->currencies) {
        (void) snprintf(row->costs[at].currency, sizeof row->costs[at].currency, "%s", currency);
        row->currencies++;
    }
    row->costs[at].amount += amount;
    return true;
}

/* ---- what a state is ---- */

enum pk_report_measure pk_report_outcome(enum pk_message_state state)
{
    switch (state) {
    case PK_MESSAGE_DELIVERED:
    case PK_MESSAGE_READ:
        return PK_REPORT_ARRIVED;
    case PK_MESSAGE_ACCEPTED:
    case PK_MESSAGE_SENT:
    case PK_MESSAGE_SENT_FINAL:
        return PK_REPORT_HANDED_OVER;
    case PK_MESSAGE_UNCERTAIN:
    case PK_MESSAGE_UNCONFIRMED:
        return PK_REPORT_UNKNOWN;
    case PK_MESSAGE_SCHEDULED:
    case PK_MESSAGE_QUEUED:
    case PK_MESSAGE_DEFERRED:
    case PK_MESSAGE_SUBMITTING:
    case PK_MESSAGE_UNDELIVERED_TEMPORARY:
        return PK_REPORT_WAITING;
    default:
        return PK_REPORT_NOT;
    }
}

int pk_report_better(enum pk_report_measure a, enum pk_report_measure b)
{
    static const int ranks[PK_REPORT_OUTCOMES] = {
        [PK_REPORT_ARRIVED] = 4, [PK_REPORT_HANDED_OVER] = 3, [PK_REPORT_UNKNOWN] = 2, [PK_REPORT_WAITING] = 1, [PK_REPORT_NOT] = 0
    };
    return ranks[a] - ranks[b];
}

/* ---- sums ---- */

int64_t pk_report_told(const struct pk_report_row *row)
{
    return row->counts[PK_REPORT_ARRIVED] + row->counts[PK_REPORT_HANDED_OVER] + row->counts[PK_REPORT_UNKNOWN];
}

int64_t pk_report_people(const struct pk_report_row *row)
{
    return pk_report_told(row) + row->counts[PK_REPORT_NOT] + row->counts[PK_REPORT_WAITING];
}

bool pk_report_shows_people(const struct pk_report_row *row)
{
    return (row->shown & OUTCOMES) == OUTCOMES;
}

bool pk_report_shows_told(const struct pk_report_row *row)
{
    return (row->shown & TOLD) == TOLD;
}

/* ---- what may be told ---- */

static bool is_apart(int64_t a, int64_t b)
{
    return !pk_is_few(a > b ? a - b : b - a);
}

void pk_report_hide_overlapping(int64_t all, const int64_t *people, size_t count, bool *hidden)
{
    int64_t sum = 0;
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        bool told = !hidden[i] && !pk_is_few(people[i]) && is_apart(all, people[i]);
        for (size_t j = 0; told && j < i; j++)
            told = hidden[j] || is_apart(people[i], people[j]);
        hidden[i] = !told;
        whole = whole && told;
        sum += people[i];
    }
    if (whole && count > 1 && !is_apart(sum, all))
        hidden[count - 1] = true;
}

static int in_order(const void *a, const void *b)
{
    const struct pk_report_row *one = a, *other = b;
    int order = strcmp(one->parent, other->parent);
    return order != 0 ? order : strcmp(one->label, other->label);
}

/* The rows from `first` on that have one parent. */
static size_t siblings(const struct pk_report_table *table, size_t first)
{
    size_t count = 1;
    while (first + count < table->count && strcmp(table->rows[first + count].parent, table->rows[first].parent) == 0)
        count++;
    return count;
}

/* ---- what a row's own numbers tell of each other ---- */

/* Parts of a whole; who is in none of them is a group that stands nowhere. */
static const struct {
    uint32_t whole;
    enum pk_report_measure parts[2];
    size_t count;
} wholes[] = {
    { BIT(PK_REPORT_ARRIVED), { PK_REPORT_READ }, 1 },
    { TOLD, { PK_REPORT_YES, PK_REPORT_NO }, 2 },
    { TOLD, { PK_REPORT_OPTED_OUT }, 1 },
    { BIT(PK_REPORT_YES), { PK_REPORT_USEFUL, PK_REPORT_NOT_USEFUL }, 2 },
};

static int64_t sum_of(const struct pk_report_row *row, uint32_t measures)
{
    int64_t sum = 0;
    for (size_t i = 0; i < PK_REPORT_COUNTS; i++)
        sum += (measures & BIT(i)) != 0 ? row->counts[i] : 0;
    return sum;
}

/* Parts are hidden, the smallest first, until what is missing from the whole is no few people. */
static void mark_parts(struct pk_report_row *row, size_t at)
{
    uint32_t parts = 0;
    for (size_t i = 0; i < wholes[at].count; i++)
        parts |= BIT(wholes[at].parts[i]);
    if ((row->shown & wholes[at].whole) != wholes[at].whole || sum_of(row, parts) == 0)
        return;
    int64_t missing = sum_of(row, wholes[at].whole) - sum_of(row, parts);
    missing = missing < 0 ? -missing : missing;
    for (size_t i = 0; i < wholes[at].count; i++)
        missing += pk_is_few(row->counts[wholes[at].parts[i]]) ? row->counts[wholes[at].parts[i]] : 0;
    while (pk_is_few(missing)) {
        size_t least = wholes[at].count;
        for (size_t i = 0; i < wholes[at].count; i++) {
            int64_t people = row->counts[wholes[at].parts[i]];
            if (people >= PK_FLOOR && (row->telling & BIT(wholes[at].parts[i])) == 0 &&
                (least == wholes[at].count || people < row->counts[wholes[at].parts[least]]))
                least = i;
        }
        if (least == wholes[at].count)
            return;
        row->telling |= BIT(wholes[at].parts[least]);
        missing += row->counts[wholes[at].parts[least]];
    }
}

/* Of all rows, when it is decided which wholes are told, and of the parts nothing is yet. */
static void mark_telling(struct pk_report *report, enum pk_report_measure next)
{
    for (size_t at = 0; at < PK_COUNT(wholes); at++) {
        if ((wholes[at].whole == BIT(PK_REPORT_YES) ? PK_REPORT_USEFUL : PK_REPORT_READ) != next)
            continue;
        mark_parts(&report->total, at);
        for (size_t by = PK_REPORT_BY_STEP; by < PK_REPORT_BYS; by++)
            for (size_t i = 0; i < report->by[by].count; i++)
                mark_parts(&report->by[by].rows[i], at);
    }
}

/* Rows beside the number they add up to, or (overlapping) are parts of. */
static void decide_rows(struct pk_report_row *rows, size_t count, enum pk_report_measure measure, int64_t whole, bool overlapping)
{
    int64_t people[PK_REPORT_ROWS_MAX] = { 0 };
    bool hidden[PK_REPORT_ROWS_MAX];
    for (size_t i = 0; i < count; i++) {
        people[i] = rows[i].counts[measure];
        hidden[i] = (rows[i].telling & BIT(measure)) != 0;
    }
    if (overlapping)
        pk_report_hide_overlapping(whole, people, count, hidden);
    else if (!pk_floor_hide_more(people, count, hidden))
        return;
    for (size_t i = 0; i < count; i++)
        rows[i].shown |= hidden[i] ? 0u : BIT(measure);
}

static const struct pk_report_row *language_of(const struct pk_report *report, const char *name)
{
    const struct pk_report_table *languages = &report->by[PK_REPORT_BY_LANGUAGE];
    for (size_t i = 0; i < languages->count; i++)
        if (strcmp(languages->rows[i].label, name) == 0)
            return &languages->rows[i];
    return NULL;
}

static void decide_measure(struct pk_report *report, enum pk_report_measure measure)
{
    mark_telling(report, measure);
    if (pk_is_few(report->total.counts[measure]) || (report->total.telling & BIT(measure)) != 0)
        return; /* rows that add up to it would tell it */
    report->total.shown |= BIT(measure);
    for (size_t by = PK_REPORT_BY_STEP; by < PK_REPORT_BYS; by++) {
        struct pk_report_table *table = &report->by[by];
        for (size_t first = 0, count; first < table->count; first += count) {
            count = siblings(table, first);
            const struct pk_report_row *whole = by == PK_REPORT_BY_SCRIPT ? language_of(report, table->rows[first].parent) : &report->total;
            if (whole && pk_report_shows(whole, measure))
                decide_rows(&table->rows[first], count, measure, whole->counts[measure], by == PK_REPORT_BY_STEP);
        }
    }
}

/* So that steps do not differ by few people in a sum either, the least of what it is added up from is hidden. */
static void hide_least(struct pk_report_row *row, size_t parts)
{
    size_t least = 0;
    for (size_t i = 1; i < parts; i++)
        if (row->counts[i] > 0 && (row->counts[least] == 0 || row->counts[i] < row->counts[least]))
            least = i;
    row->shown &= ~BIT(least);
}

static void decide_step_sums(struct pk_report *report, int64_t (*sum)(const struct pk_report_row *row), size_t parts)
{
    struct pk_report_table *steps = &report->by[PK_REPORT_BY_STEP];
    const uint32_t all = BIT(parts) - 1u;
    int64_t people[PK_REPORT_ROWS_MAX] = { 0 };
    bool hidden[PK_REPORT_ROWS_MAX] = { false };
    for (size_t i = 0; i < steps->count; i++)
        people[i] = sum(&steps->rows[i]);
    pk_report_hide_overlapping(sum(&report->total), people, steps->count, hidden);
    for (size_t i = 0; i < steps->count; i++)
        if (hidden[i] && (steps->rows[i].shown & all) == all)
            hide_least(&steps->rows[i], parts);
}

/* Heads tell of those who said yes, and cost of all to whom something was sent. */
static void decide_rest(struct pk_report_row *row)
{
    if (pk_report_shows(row, PK_REPORT_YES))
        row->shown |= BIT(PK_REPORT_HEADS);
    if (pk_report_shows_people(row))
        row->shown |= BIT(PK_REPORT_COST);
}

void pk_report_decide(struct pk_report *report)
{
    for (size_t by = 0; by < PK_REPORT_BYS; by++) {
        struct pk_report_table *table = &report->by[by];
        if (table->count > 0)
            qsort(table->rows, table->count, sizeof table->rows[0], in_order);
        for (size_t i = 0; i < table->count; i++)
            table->rows[i].shown = table->rows[i].telling = 0;
    }
    report->total.telling = 0;
    report->total.shown = BIT(PK_REPORT_HEADS); /* how many come is never hidden */
    report->few = pk_is_few(pk_report_people(&report->total));
    if (report->few)
        return;
    for (unsigned measure = 0; measure < PK_REPORT_PEOPLE; measure++)
        decide_measure(report, (enum pk_report_measure) measure);
    decide_step_sums(report, pk_report_told, PK_REPORT_UNKNOWN + 1);
    decide_step_sums(report, pk_report_people, PK_REPORT_OUTCOMES);
    report->total.shown |= BIT(PK_REPORT_COST);
    for (size_t by = PK_REPORT_BY_STEP; by < PK_REPORT_BYS; by++)
        for (size_t i = 0; i < report->by[by].count; i++)
            decide_rest(&report->by[by].rows[i]);
}

/* ---- names ---- */

static const char *const by_names[PK_REPORT_BYS] = { NULL, "step", "language", "script", "channel", "area", "time" };

const char *pk_report_by_name(enum pk_report_by by)
{
    return by > PK_REPORT_TOTAL && by < PK_REPORT_BYS ? by_names[by] : NULL;
}

int pk_report_by_parse(const char *name, enum pk_report_by *ret_by)
{
    for (size_t by = PK_REPORT_BY_STEP; by < PK_REPORT_BYS; by++) {
        if (strcmp(by_names[by], name) != 0)
            continue;
        *ret_by = (enum pk_report_by) by;
        return 0;
    }
    return -1;
}

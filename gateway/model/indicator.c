/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/indicator.h"

#include "gateway/base/mem.h"
#include "gateway/model/floor.h"
#include "gateway/model/indicator_past.h"
#include "gateway/model/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS "others"

const int64_t pk_indicator_seconds[] = { 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 0 };

/* ---- written ---- */

void pk_indicators_finish(struct pk_indicators *set)
{
    free(set->rows);
    *set = (struct pk_indicators){ 0 };
}

static struct pk_indicator_row *find(const struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent, const char *label,
                                     size_t *ret_of_breakdown)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct pk_indicator_row *row = &set->rows[i];
        if (row->indicator != indicator || row->by != by)
            continue;
        if (strcmp(row->label, label) == 0 && strcmp(row->parent, parent) == 0)
            return row;
        count++;
    }
    *ret_of_breakdown = count;
    return NULL;
}

struct pk_indicator_row *pk_indicators_row(struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent, const char *label)
{
    size_t count = 0;
    struct pk_indicator_row *row = find(set, indicator, by, parent, label, &count);
    if (row)
        return row;
    if (count >= PK_INDICATOR_GROUPS_MAX - 1 && strcmp(label, OTHERS) != 0)
        return pk_indicators_row(set, indicator, by, "", OTHERS);
    if (set->count == set->cap) {
        set->cap = set->cap > 0 ? 2 * set->cap : 32;
        set->rows = pk_realloc_array(set->rows, set->cap, sizeof *set->rows);
    }
    row = &set->rows[set->count++];
    *row = (struct pk_indicator_row){ .indicator = indicator, .by = by };
    (void) snprintf(row->parent, sizeof row->parent, "%s", parent);
    (void) snprintf(row->label, sizeof row->label, "%s", label);
    return row;
}

const struct pk_indicator_row *pk_indicators_find(const struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent,
                                                  const char *label)
{
    size_t count;
    return find(set, indicator, by, parent, label, &count);
}

int64_t pk_indicators_count(const struct pk_indicators *set, uint32_t indicator)
{
    const struct pk_indicator_row *row = pk_indicators_find(set, indicator, PK_INDICATOR_TOTAL, "", "");
    return row ? row->count : 0;
}

static int in_order(const void *a, const void *b)
{
    const struct pk_indicator_row *one = a, *other = b;
    if (one->indicator != other->indicator)
        return one->indicator < other->indicator ? -1 : 1;
    if (one->by != other->by)
        return one->by < other->by ? -1 : 1;
    int order = strcmp(one->parent, other->parent);
    return order != 0 ? order : strcmp(one->label, other->label);
}

/* ---- what may be told ---- */

static void show_total(struct pk_indicators *set, uint32_t indicator, bool shown)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].indicator == indicator && set->rows[i].by == PK_INDICATOR_TOTAL)
            set->rows[i].shown = shown;
}

/* The rows from `first` on that are beside each other in one breakdown, and in one parent. */
static size_t siblings(const struct pk_indicators *set, size_t first)
{
    const struct pk_indicator_row *one = &set->rows[first];
    size_t count = 1;
    for (; first + count < set->count; count++) {
        const struct pk_indicator_row *other = &set->rows[first + count];
        if (other->indicator != one->indicator || other->by != one->by || strcmp(other->parent, one->parent) != 0)
            break;
    }
    return count;
}

/* Beside their total, which is told. Who is counted with consent is still there next month; all others are of one month. */
static void show_groups(const struct pk_indicator_past *past, struct pk_indicator_row *rows, size_t count, int64_t total)
{
    int64_t people[PK_INDICATOR_GROUPS_MAX];
    bool hidden[PK_INDICATOR_GROUPS_MAX] = { false }, stay = rows[0].indicator == PK_INDICATOR_CONSENT;
    for (size_t i = 0; i < count; i++)
        people[i] = rows[i].count;
    if (rows[0].by == PK_INDICATOR_BY_TOPIC) {
        pk_report_hide_overlapping(total, people, count, hidden);
        if (stay)
            pk_indicator_past_hide_topics(past, rows, count, total, hidden);
    } else if (!(stay ? pk_indicator_past_hide(past, rows, count, hidden) : pk_floor_hide(people, count, hidden))) {
        return;
    }
    for (size_t i = 0; i < count; i++)
        rows[i].shown = !hidden[i];
}

static bool language_is_shown(const struct pk_indicators *set, const char *language)
{
    const struct pk_indicator_row *row = pk_indicators_find(set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", language);
    return row && row->shown;
}

/* In order, so that languages are decided before the scripts inside them. */
static void decide_groups(struct pk_indicators *set, const struct pk_indicator_past *past)
{
    for (size_t i = 0, count = 0; i < set->count; i += count) {
        struct pk_indicator_row *row = &set->rows[i];
        count = siblings(set, i);
        if (row->by == PK_INDICATOR_TOTAL || row->by == PK_INDICATOR_BY_CURRENCY || !set->groups_of[row->indicator])
            continue;
        if (row->by == PK_INDICATOR_BY_SCRIPT && !language_is_shown(set, row->parent))
            continue;
        show_groups(past, row, count, pk_indicators_count(set, row->indicator));
    }
}

/* The people of this month are those of the last and who joined, without who expired and stopped: whoever has both months
 * knows what is left of the three. */
static void decide_moves(struct pk_indicators *set, int64_t now)
{
    static const uint32_t moves[] = { PK_INDICATOR_JOINED, PK_INDICATOR_EXPIRED, PK_INDICATOR_STOPPED };
    int64_t people[PK_COUNT(moves)], renewed = pk_indicators_count(set, PK_INDICATOR_RENEWED);
    bool hidden[PK_COUNT(moves)] = { false };
    for (size_t i = 0; i < PK_COUNT(moves); i++) {
        people[i] = pk_indicators_count(set, moves[i]);
        hidden[i] = i == 0 && pk_is_few(now > people[i] ? now - people[i] : people[i] - now); /* else who was there before is told */
    }
    int64_t before = now - people[0] + people[1] + people[2];
    bool told = !pk_is_few(now) && !pk_is_few(before) && pk_floor_hide_more(people, PK_COUNT(moves), hidden);
    for (size_t i = 0; i < PK_COUNT(moves); i++)
        show_total(set, moves[i], told && !hidden[i]);
    show_total(set, PK_INDICATOR_RENEWED, !pk_is_few(now) && !pk_is_few(renewed) && (renewed == 0 || !pk_is_few(now > renewed ? now - renewed : 0)));
}

void pk_indicators_decide(struct pk_indicators *set, const struct pk_indicator_past *past)
{
    static const struct pk_indicator_past nothing = { 0 };
    static const uint32_t alone[] = { PK_INDICATOR_CONSENT, PK_INDICATOR_TOLD, PK_INDICATOR_QUESTIONS, PK_INDICATOR_KEY_PERSONS,
                                      PK_INDICATOR_TO_PHONE };
    past = past ? past : &nothing;
    if (set->count > 0)
        pk_indicator_past_fill(past, set);
    if (set->count > 1)
        qsort(set->rows, set->count, sizeof *set->rows, in_order);
    for (size_t i = 0; i < set->count; i++)
        set->rows[i].shown = false;
    for (size_t i = 0; i < PK_COUNT(alone); i++) {
        bool told = !pk_is_few(pk_indicators_count(set, alone[i]));
        show_total(set, alone[i], told);
        set->groups_of[alone[i]] = told;
    }
    show_total(set, PK_INDICATOR_CAME, true); /* whoever stood in the room saw them */
    decide_moves(set, pk_indicators_count(set, PK_INDICATOR_CONSENT));
    decide_groups(set, past);
    /* What so few cost tells how many they were. */
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].by == PK_INDICATOR_BY_CURRENCY)
            set->rows[i].shown = set->groups_of[PK_INDICATOR_TOLD];
}

/* ---- time ---- */

int64_t pk_indicators_within(const struct pk_indicators *set, int64_t percent)
{
    int64_t people = pk_indicators_count(set, PK_INDICATOR_TO_PHONE), seen = 0;
    for (size_t i = 0; people > 0 && pk_indicator_seconds[i] != 0; i++) {
        char label[PK_INDICATOR_LABEL];
        (void) snprintf(label, sizeof label, "%lld", (long long) pk_indicator_seconds[i]);
        const struct pk_indicator_row *row = pk_indicators_find(set, PK_INDICATOR_TO_PHONE, PK_INDICATOR_BY_SECONDS, "", label);
        seen += row ? row->count : 0;
        if (100 * seen >= percent * people)
            return pk_indicator_seconds[i];
    }
    return 0;
}

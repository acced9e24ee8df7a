/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/indicator_past.h"

#include "gateway/model/floor.h"

#include <string.h>

#define NONE SIZE_MAX

/* ---- months ---- */

void pk_indicator_past_finish(struct pk_indicator_past *past)
{
    for (size_t i = 0; i < past->count; i++)
        pk_indicators_finish(&past->months[i]);
    free(past->months);
    *past = (struct pk_indicator_past){ 0 };
}

void pk_indicator_past_add(struct pk_indicator_past *past, struct pk_indicators *month)
{
    pk_indicators_decide(month, past);
    if (month->count == 0) /* of a month that was not counted nothing was told */
        return;
    if (past->count == past->cap) {
        past->cap = past->cap > 0 ? 2 * past->cap : 16;
        past->months = pk_realloc_array(past->months, past->cap, sizeof *past->months);
    }
    past->months[past->count++] = *month;
    *month = (struct pk_indicators){ 0 };
}

/* Each month has the groups of those before it: the last one has all. */
void pk_indicator_past_fill(const struct pk_indicator_past *past, struct pk_indicators *set)
{
    if (past->count == 0)
        return;
    const struct pk_indicators *last = &past->months[past->count - 1];
    for (size_t i = 0; i < last->count; i++)
        if (last->rows[i].indicator == PK_INDICATOR_CONSENT && last->rows[i].by != PK_INDICATOR_TOTAL)
            (void) pk_indicators_row(set, PK_INDICATOR_CONSENT, last->rows[i].by, last->rows[i].parent, last->rows[i].label);
}

/* The total that groups of this kind stand beside, or NULL when it is not told: then nothing follows from them. */
static const struct pk_indicator_row *told_total(const struct pk_indicators *month, const struct pk_indicator_row *of)
{
    const struct pk_indicator_row *total = of->by == PK_INDICATOR_BY_SCRIPT
                                               ? pk_indicators_find(month, of->indicator, PK_INDICATOR_BY_LANGUAGE, "", of->parent)
                                               : pk_indicators_find(month, of->indicator, PK_INDICATOR_TOTAL, "", "");
    return total && total->shown && month->groups_of[of->indicator] ? total : NULL;
}

/* ---- one breakdown through the months ---- */

/* A line for each month that told the total, oldest first; the last one is to be decided. Line after line, `groups` long. */
struct lines {
    size_t groups, count;
    int64_t *people;
    bool *hidden;
};

static void add_line(struct lines *lines, const struct pk_indicators *month, const struct pk_indicator_row *rows)
{
    int64_t *people = lines->people + lines->count * lines->groups;
    bool *hidden = lines->hidden + lines->count * lines->groups;
    if (!told_total(month, &rows[0]))
        return;
    for (size_t g = 0; g < lines->groups; g++) {
        const struct pk_indicator_row *row = pk_indicators_find(month, rows[g].indicator, rows[g].by, rows[g].parent, rows[g].label);
        people[g] = row ? row->count : 0; /* what there was none of yet was nobody, and everybody saw that */
        hidden[g] = row && !row->shown;
    }
    lines->count++;
}

static void read_lines(const struct pk_indicator_past *past, const struct pk_indicator_row *rows, size_t count, const bool *hidden, struct lines *ret_lines)
{
    struct lines *lines = ret_lines;
    *lines = (struct lines){ .groups = count };
    lines->people = pk_alloc_array((past->count + 1) * count, sizeof *lines->people);
    lines->hidden = pk_alloc_array((past->count + 1) * count, sizeof *lines->hidden);
    for (size_t i = 0; i < past->count; i++)
        add_line(lines, &past->months[i], rows);
    for (size_t g = 0; g < count; g++) {
        lines->people[lines->count * count + g] = rows[g].count;
        lines->hidden[lines->count * count + g] = hidden[g];
    }
    lines->count++;
}

static void free_lines(struct lines *lines)
{
    free(lines->people);
    free(lines->hidden);
}

static const int64_t *people_of(const struct lines *lines, size_t line)
{
    return lines->people + line * lines->groups;
}

static bool *hidden_of(const struct lines *lines, size_t line)
{
    return lines->hidden + line * lines->groups;
}

static int64_t sum_of(const struct lines *lines, size_t line, const bool *set)
{
    int64_t sum = 0;
    for (size_t g = 0; g < lines->groups; g++)
        sum += set[g] ? people_of(lines, line)[g] : 0;
    return sum;
}

/* How many these groups are together follows from what a month told: none of them is hidden, or all that are hidden are in it. */
static bool follows(const struct lines *lines, size_t line, const bool *set)
{
    bool outside = false, inside = false;
    for (size_t g = 0; g < lines->groups; g++) {
        inside = inside || (hidden_of(lines, line)[g] && set[g]);
        outside = outside || (hidden_of(lines, line)[g] && !set[g]);
    }
    return !inside || !outside;
}

static bool is_everybody(const struct lines *lines, size_t line, const bool *set)
{
    for (size_t g = 0; g < lines->groups; g++)
        if (!set[g] && people_of(lines, line)[g] != 0)
            return false;
    return true;
}

/* Would these groups together tell of few people, by what they were in an earlier line? Where they follow in one between the two,
 * that one is looked at instead. */
static bool differs_by_few(const struct lines *lines, size_t before, const bool *set)
{
    size_t now = lines->count - 1;
    for (size_t i = before + 1; i < now; i++)
        if (follows(lines, i, set))
            return false;
    if (is_everybody(lines, before, set) && is_everybody(lines, now, set))
        return false;
    int64_t difference = sum_of(lines, now, set) - sum_of(lines, before, set);
    return pk_is_few(difference < 0 ? -difference : difference);
}

/* ---- hidden ---- */

/* The newest line before the last in which this group is told; NONE when there is none. */
static size_t told_last(const struct lines *lines, size_t group)
{
    for (size_t i = lines->count - 1; i > 0; i--)
        if (!hidden_of(lines, i - 1)[group])
            return i - 1;
    return NONE;
}

static void hide_single(const struct lines *lines)
{
    size_t now = lines->count - 1;
    for (size_t g = 0; g < lines->groups; g++) {
        size_t before = told_last(lines, g);
        int64_t difference = before == NONE ? 0 : people_of(lines, now)[g] - people_of(lines, before)[g];
        if (pk_is_few(difference < 0 ? -difference : difference))
            hidden_of(lines, now)[g] = true;
    }
}

/* The smallest told group of those in `among`; NONE when there is none. */
static size_t smallest(const struct lines *lines, const bool *among)
{
    size_t now = lines->count - 1, found = NONE;
    for (size_t g = 0; g < lines->groups; g++) {
        int64_t people = people_of(lines, now)[g];
        if (!hidden_of(lines, now)[g] && people > 0 && (!among || among[g]) && (found == NONE || people < people_of(lines, now)[found]))
            found = g;
    }
    return found;
}

static size_t smallest_of(const struct lines *lines, const bool *among)
{
    size_t found = smallest(lines, among);
    return found != NONE ? found : smallest(lines, NULL);
}

/* A sum of hidden groups, now or then, that would tell of few people: true with a group to hide as well, NONE = there is none. */
static bool find_leak(const struct lines *lines, bool *set, size_t *ret_next)
{
    size_t now = lines->count - 1;
    const bool *ours = hidden_of(lines, now);
    for (size_t i = 0; i < now; i++) {
        const bool *theirs = hidden_of(lines, i);
        bool meet = false;
        for (size_t g = 0; g < lines->groups; g++)
            meet = meet || (ours[g] && theirs[g]);
        for (size_t g = 0; g < lines->groups; g++)
            set[g] = ours[g] || (meet && theirs[g]);
        if (differs_by_few(lines, i, set)) {
            *ret_next = smallest(lines, NULL);
            return true;
        }
        if (!meet && differs_by_few(lines, i, theirs)) {
            *ret_next = smallest_of(lines, theirs);
            return true;
        }
    }
    return false;
}

static bool hide_all(const struct lines *lines, bool *hidden)
{
    for (size_t g = 0; g < lines->groups; g++)
        hidden[g] = true;
    return false;
}

static bool hide_sums(const struct lines *lines)
{
    size_t now = lines->count - 1, next = NONE;
    bool *hidden = hidden_of(lines, now), *set = pk_alloc_array(lines->groups, sizeof *set);
    bool told = pk_floor_hide_more(people_of(lines, now), lines->groups, hidden);
    while (told && find_leak(lines, set, &next)) {
        if (next == NONE) {
            told = hide_all(lines, hidden);
        } else {
            hidden[next] = true;
            told = pk_floor_hide_more(people_of(lines, now), lines->groups, hidden);
        }
    }
    free(set);
    return told;
}

bool pk_indicator_past_hide(const struct pk_indicator_past *past, const struct pk_indicator_row *rows, size_t count, bool *hidden)
{
    struct lines lines;
    read_lines(past, rows, count, hidden, &lines);
    hide_single(&lines);
    bool told = hide_sums(&lines);
    memcpy(hidden, hidden_of(&lines, lines.count - 1), count * sizeof *hidden);
    free_lines(&lines);
    return told;
}

/* ---- topics ---- */

static bool is_few_apart(int64_t a, int64_t b)
{
    return pk_is_few(a > b ? a - b : b - a);
}

/* What it was in the newest month that told it, and how many people there were then; NULL when none did. */
static const struct pk_indicator_row *topic_before(const struct pk_indicator_past *past, const char *topic, int64_t *ret_all, size_t *ret_month)
{
    for (size_t i = past->count; i > 0; i--) {
        const struct pk_indicators *month = &past->months[i - 1];
        const struct pk_indicator_row *row = pk_indicators_find(month, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_TOPIC, "", topic);
        if (row && row->shown && told_total(month, row)) {
            *ret_all = pk_indicators_count(month, PK_INDICATOR_CONSENT);
            *ret_month = i - 1;
            return row;
        }
    }
    return NULL;
}

void pk_indicator_past_hide_topics(const struct pk_indicator_past *past, const struct pk_indicator_row *rows, size_t count, int64_t all,
                                   bool *hidden)
{
    for (size_t t = 0; t < count; t++) {
        int64_t all_before = 0, all_other = 0;
        size_t month = NONE, other_month = NONE;
        const struct pk_indicator_row *before = hidden[t] ? NULL : topic_before(past, rows[t].label, &all_before, &month);
        if (!before)
            continue;
        /* They, and those who are not among them. */
        hidden[t] = is_few_apart(rows[t].count, before->count) || is_few_apart(all - rows[t].count, all_before - before->count);
        /* Who took one topic and not another. */
        for (size_t o = 0; !hidden[t] && o < t; o++) {
            const struct pk_indicator_row *other = hidden[o] ? NULL : topic_before(past, rows[o].label, &all_other, &other_month);
            hidden[t] = other && other_month == month && is_few_apart(rows[t].count - rows[o].count, before->count - other->count);
        }
    }
}

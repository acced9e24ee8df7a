/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Months that are told one after the other cannot be subtracted. Somebody keeps all of them and knows of every set of areas what
 * follows from each month: where a set follows from two months and from none between, and neither holds a smaller one that does, it
 * is as many people in both, or differs by no few. Months and areas are drawn from seeds that a failure prints.
 */
#include "gateway/model/indicator_past.h"
#include "tests/unit/cmocka.h"

#include "gateway/model/floor.h"

#include <stdio.h>
#include <string.h>

#define AREAS 6u
#define SETS (1u << AREAS)
#define MONTHS 10u
#define SEEDS 4000u

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned) (seed >> 33) % below;
}

static void put(struct pk_indicators *set, uint32_t by, const char *parent, const char *label, int64_t count)
{
    pk_indicators_row(set, PK_INDICATOR_CONSENT, by, parent, label)->count += count;
}

static const struct pk_indicator_row *told(const struct pk_indicator_past *past, size_t month, uint32_t by, const char *label)
{
    const struct pk_indicator_row *row = pk_indicators_find(&past->months[month], PK_INDICATOR_CONSENT, by, "", label);
    assert_non_null(row);
    return row;
}

/* People of areas and of a topic, month by month. */
static void month(struct pk_indicator_past *past, const char *const *areas, const int64_t *people, size_t count, int64_t topic)
{
    struct pk_indicators set = { 0 };
    for (size_t i = 0; i < count; i++) {
        put(&set, PK_INDICATOR_TOTAL, "", "", people[i]);
        if (people[i] > 0)
            put(&set, PK_INDICATOR_BY_AREA, "", areas[i], people[i]);
    }
    put(&set, PK_INDICATOR_BY_TOPIC, "", "festival", topic);
    pk_indicator_past_add(past, &set);
}

static const char *const areas[AREAS] = { "centrum", "dorp", "noord", "oost", "west", "zuid" };

static void is_told(const struct pk_indicator_past *past, size_t at, const char *expected)
{
    char told_text[AREAS + 1] = "";
    for (size_t i = 0; expected[i]; i++)
        told_text[i] = told(past, at, PK_INDICATOR_BY_AREA, areas[i])->shown ? '+' : '-';
    assert_string_equal(told_text, expected);
}

static void two_more_are_not_told(void **state)
{
    static const int64_t people[][4] = { { 20, 30, 40, 50 }, { 22, 30, 47, 50 }, { 22, 36, 47, 50 }, { 26, 36, 47, 50 } };
    struct pk_indicator_past past = { 0 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(people); i++)
        month(&past, areas, people[i], 4, 60);
    is_told(&past, 0, "++++");
    is_told(&past, 1, "---+"); /* 22 beside 20; 30 with it, or 22 would follow; together 52 and 50, so 47 as well */
    pk_indicator_past_finish(&past);
}

static void who_was_hidden_is_told_once_they_are_enough(void **state)
{
    static const int64_t people[][3] = { { 20, 30, 40 }, { 22, 38, 40 }, { 27, 38, 40 } };
    struct pk_indicator_past past = { 0 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(people); i++)
        month(&past, areas, people[i], 3, 60);
    is_told(&past, 0, "+++");
    is_told(&past, 1, "--+"); /* together ten more */
    is_told(&past, 2, "+++"); /* seven more than when they were told */
    pk_indicator_past_finish(&past);
}

static void a_group_that_is_gone_is_told_to_be_nobody(void **state)
{
    static const int64_t people[][3] = { { 20, 30, 40 }, { 0, 30, 40 } };
    struct pk_indicator_past past = { 0 };
    (void) state;
    month(&past, areas, people[0], 3, 60);
    month(&past, areas, people[1], 3, 60);
    is_told(&past, 1, "+++");
    assert_int_equal(told(&past, 1, PK_INDICATOR_BY_AREA, "centrum")->count, 0);
    pk_indicator_past_finish(&past);
}

static void a_topic_is_told_by_who_took_it_and_who_did_not(void **state)
{
    static const struct {
        int64_t all, topic;
        bool tells;
    } cases[] = { { 90, 60, true }, { 90, 62, false }, { 96, 65, false }, { 95, 65, true }, { 98, 67, false }, { 104, 65, true } };
    (void) state;
    for (size_t i = 1; i < PK_COUNT(cases); i++) {
        struct pk_indicator_past past = { 0 };
        const int64_t before[] = { 90 }, now[] = { cases[i].all };
        month(&past, areas, before, 1, 60);
        month(&past, areas, now, 1, cases[i].topic);
        if (told(&past, 1, PK_INDICATOR_BY_TOPIC, "festival")->shown != cases[i].tells)
            fail_msg("case %zu", i);
        pk_indicator_past_finish(&past);
    }
}

static void of_one_month_nothing_else_is_hidden(void **state)
{
    (void) state;
    for (seed = 1; seed < 200; seed++) {
        struct pk_indicators alone = { 0 };
        int64_t people[AREAS], all = 0;
        for (size_t a = 0; a < AREAS; a++)
            all += people[a] = any(12);
        for (size_t a = 0; a < AREAS; a++)
            put(&alone, PK_INDICATOR_BY_AREA, "", areas[a], people[a]);
        put(&alone, PK_INDICATOR_TOTAL, "", "", all);
        pk_indicators_decide(&alone, NULL);
        bool hidden[AREAS] = { false };
        bool possible = pk_floor_hide(people, AREAS, hidden);
        for (size_t a = 0; a < AREAS; a++) {
            const struct pk_indicator_row *row = pk_indicators_find(&alone, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", areas[a]);
            assert_int_equal(row->shown, !pk_is_few(all) && possible && !hidden[a]);
        }
        pk_indicators_finish(&alone);
    }
}

/* ---- somebody who keeps all months ---- */

struct seen {
    bool anything; /* the month's total was told */
    int64_t people[SETS];
    bool follows[SETS];
};

static void look(const struct pk_indicator_past *past, size_t at, struct seen *seen)
{
    unsigned hidden = 0;
    const struct pk_indicators *months = &past->months[at];
    seen->anything = pk_indicators_find(months, PK_INDICATOR_CONSENT, PK_INDICATOR_TOTAL, "", "")->shown;
    int64_t people[AREAS] = { 0 };
    for (size_t a = 0; a < AREAS; a++) {
        const struct pk_indicator_row *row = pk_indicators_find(months, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", areas[a]);
        people[a] = row ? row->count : 0;
        hidden |= row && !row->shown ? 1u << a : 0;
    }
    for (unsigned set = 0; set < SETS; set++) {
        seen->people[set] = 0;
        for (size_t a = 0; a < AREAS; a++)
            seen->people[set] += set >> a & 1u ? people[a] : 0;
        seen->follows[set] = seen->anything && ((set & hidden) == 0 || (set & hidden) == hidden);
    }
}

static bool holds_a_smaller_one(const struct seen *one, const struct seen *other, unsigned set)
{
    for (unsigned part = (set - 1) & set; part != 0; part = (part - 1) & set)
        if (one->follows[part] && other->follows[part])
            return true;
    return false;
}

static void subtract(unsigned from_seed, const struct seen *seen, size_t i, size_t j)
{
    for (unsigned set = 1; set < SETS; set++) {
        bool everybody = seen[i].people[set] == seen[i].people[SETS - 1] && seen[j].people[set] == seen[j].people[SETS - 1];
        bool between = false;
        if (everybody || !seen[i].follows[set] || !seen[j].follows[set] || holds_a_smaller_one(&seen[i], &seen[j], set))
            continue;
        for (size_t k = i + 1; k < j; k++)
            between = between || seen[k].follows[set];
        int64_t difference = seen[j].people[set] - seen[i].people[set];
        if (!between && pk_is_few(difference < 0 ? -difference : difference))
            fail_msg("seed %u: months %zu and %zu tell of %lld people in areas %x", from_seed, i, j, (long long) difference, set);
    }
}

static void no_two_months_tell_of_few_people(void **state)
{
    size_t shown = 0, rows = 0;
    (void) state;
    for (unsigned n = 1; n <= SEEDS; n++) {
        struct pk_indicator_past past = { 0 };
        static struct seen seen[MONTHS];
        int64_t people[AREAS];
        seed = n;
        unsigned moves = 2 + any(12);
        for (size_t a = 0; a < AREAS; a++)
            people[a] = any(4) == 0 ? any(8) : 5 + any(40);
        for (size_t m = 0; m < MONTHS; m++) {
            for (size_t a = 0; a < AREAS; a++) {
                people[a] += any(3) == 0 ? (int64_t) any(2 * moves) - moves : 0;
                people[a] = people[a] < 0 ? 0 : people[a];
            }
            people[0] += 1; /* never nobody */
            month(&past, areas, people, AREAS, 0);
            look(&past, m, &seen[m]);
            for (size_t a = 0; a < AREAS; a++)
                shown += !(seen[m].follows[1u << a]) ? 0 : 1;
            rows += AREAS;
        }
        for (size_t j = 1; j < MONTHS; j++)
            for (size_t i = 0; i < j; i++)
                subtract(n, seen, i, j);
        pk_indicator_past_finish(&past);
    }
    print_message("seeds 1 to %u: %zu of %zu numbers were told\n", SEEDS, shown, rows);
    assert_true(shown * 5 > rows); /* else hiding everything would do */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_more_are_not_told),
        cmocka_unit_test(who_was_hidden_is_told_once_they_are_enough),
        cmocka_unit_test(a_group_that_is_gone_is_told_to_be_nobody),
        cmocka_unit_test(a_topic_is_told_by_who_took_it_and_who_did_not),
        cmocka_unit_test(of_one_month_nothing_else_is_hidden),
        cmocka_unit_test(no_two_months_tell_of_few_people),
    };
    return cmocka_run_group_tests_name("model/indicator_past", tests, NULL, NULL);
}

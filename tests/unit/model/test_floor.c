/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The floor under groups, tried on every small table: whoever knows the rule, the total and what is told cannot tell how many
 * any hidden group has, nor that the hidden ones together are few.
 */
#include "gateway/model/floor.h"
#include "tests/unit/cmocka.h"

#define GROUPS_MAX 5
#define TABLES 16807u /* 7 to the power of 5; 11 to the power of 4 are less */

struct seen {
    uint64_t view; /* the total, and of each group what is told or that it is hidden */
    uint8_t people[GROUPS_MAX];
    bool hidden[GROUPS_MAX];
    bool shown;
};

static int by_view(const void *a, const void *b)
{
    uint64_t one = ((const struct seen *) a)->view, other = ((const struct seen *) b)->view;
    return one < other ? -1 : one > other;
}

/* How many numbers of people are tried in each group. */
static unsigned numbers(size_t count)
{
    return count < GROUPS_MAX ? 11 : 7;
}

static struct seen look(unsigned number, size_t count)
{
    struct seen seen = { 0 };
    int64_t people[GROUPS_MAX], total = 0;
    for (size_t i = 0; i < count; i++, number /= numbers(count)) {
        people[i] = number % numbers(count);
        seen.people[i] = (uint8_t) people[i];
        total += people[i];
    }
    seen.shown = pk_floor_hide(people, count, seen.hidden);
    seen.view = (uint64_t) total;
    for (size_t i = 0; i < count; i++)
        seen.view = seen.view * 16 + (seen.hidden[i] ? 15 : seen.people[i]);
    return seen;
}

static void check_alone(const struct seen *seen, size_t count)
{
    int64_t missing = 0;
    size_t hidden = 0;
    for (size_t i = 0; i < count; i++) {
        missing += seen->hidden[i] ? seen->people[i] : 0;
        hidden += seen->hidden[i];
        if (pk_is_few(seen->people[i]))
            assert_true(seen->hidden[i]);
    }
    if (!seen->shown)
        assert_int_equal(hidden, count);
    else if (hidden > 0)
        assert_true(hidden > 1 && missing >= PK_FLOOR);
}

static void every_table(void **state)
{
    (void) state;
    struct seen *all = calloc(TABLES, sizeof *all);
    for (size_t count = 1; count <= GROUPS_MAX; count++) {
        unsigned tables = 1;
        for (size_t i = 0; i < count; i++)
            tables *= numbers(count);
        for (unsigned i = 0; i < tables; i++) {
            all[i] = look(i, count);
            check_alone(&all[i], count);
        }
        qsort(all, tables, sizeof *all, by_view);
        for (unsigned i = 0, end; i < tables; i = end) {
            for (end = i; end < tables && all[end].view == all[i].view; end++) {
            }
            for (size_t group = 0; group < count; group++) {
                int64_t total = 0;
                bool other = false;
                for (size_t g = 0; g < count; g++)
                    total += all[i].people[g];
                for (unsigned j = i + 1; j < end; j++)
                    other |= all[j].people[group] != all[i].people[group];
                /* A total of few is not told beside a breakdown; one of nobody has nothing to hide. */
                if (all[i].hidden[group] && total >= PK_FLOOR && total < (int64_t) numbers(count) && !other)
                    fail_msg("of %zu groups with %lld people, group %zu can be told to have %u", count, (long long) total, group, all[i].people[group]);
            }
        }
    }
    free(all);
}

static void what_an_adviser_sees(void **state)
{
    (void) state;
    bool hidden[5];
    assert_true(pk_floor_hide((const int64_t[]){ 60, 30, 3 }, 3, hidden)); /* 93 - 60 would be few otherwise */
    assert_true(!hidden[0] && hidden[1] && hidden[2]);
    assert_true(pk_floor_hide((const int64_t[]){ 95, 0, 0 }, 3, hidden));
    assert_true(!hidden[0] && !hidden[1] && !hidden[2]);
    assert_true(pk_floor_hide((const int64_t[]){ 60, 30, 4, 4 }, 4, hidden));
    assert_true(!hidden[0] && !hidden[1] && hidden[2] && hidden[3]);
    assert_false(pk_floor_hide((const int64_t[]){ 3, 0 }, 2, hidden));
    assert_true(hidden[0] && hidden[1]);
    struct pk_floor_bounds bounds = pk_floor_total((const int64_t[]){ 93, 2, 0, 7, 4 }, 5);
    assert_true(bounds.least == 102 && bounds.most == 108);
    bounds = pk_floor_total((const int64_t[]){ 93, 5, 0 }, 3);
    assert_true(bounds.least == 98 && bounds.most == 98);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_table), cmocka_unit_test(what_an_adviser_sees) };
    return cmocka_run_group_tests_name("model/floor", tests, NULL, NULL);
}

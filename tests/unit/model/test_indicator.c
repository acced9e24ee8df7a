/* SPDX-License-Identifier: EUPL-1.2 */
/* The indicators of a month: each has a name and its sentences, and what is told gives nobody away. */
#include "gateway/model/indicator.h"
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"

#include <stdio.h>
#include <string.h>

static void put(struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent, const char *label, int64_t count)
{
    pk_indicators_row(set, indicator, by, parent, label)->count += count;
}

static void total(struct pk_indicators *set, uint32_t indicator, int64_t count)
{
    put(set, indicator, PK_INDICATOR_TOTAL, "", "", count);
}

static bool told(const struct pk_indicators *set, uint32_t indicator, uint32_t by, const char *parent, const char *label)
{
    const struct pk_indicator_row *row = pk_indicators_find(set, indicator, by, parent, label);
    assert_non_null(row);
    return row->shown && (by == PK_INDICATOR_TOTAL || by == PK_INDICATOR_BY_CURRENCY || set->groups_of[indicator]);
}

#define TOTAL_TOLD(set, what) told((set), PK_INDICATOR_##what, PK_INDICATOR_TOTAL, "", "")
#define GROUP_TOLD(set, by, label) told((set), PK_INDICATOR_CONSENT, PK_INDICATOR_BY_##by, "", label)

static void each_is_defined(void **state)
{
    static const char *const languages[] = { "en", "nl", "bg" };
    (void) state;
    for (uint32_t i = 0; i < PK_INDICATORS; i++) {
        assert_non_null(pk_indicator_name(i));
        assert_non_null(pk_indicator_unit(i));
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(pk_indicator_name(i), pk_indicator_name(j));
        for (size_t l = 0; l < PK_COUNT(languages); l++) {
            const char *sentence = pk_indicator_definition(i, languages[l]);
            assert_non_null(sentence);
            assert_true(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.');
            for (size_t m = 0; m < l; m++)
                assert_string_not_equal(sentence, pk_indicator_definition(i, languages[m]));
        }
    }
    assert_null(pk_indicator_name(PK_INDICATORS));
    assert_null(pk_indicator_definition(PK_INDICATORS, "en"));
    for (uint32_t by = 0; by < PK_INDICATOR_BYS; by++)
        assert_non_null(pk_indicator_by_name(by));
}

static void consent(struct pk_indicators *set, int64_t people)
{
    *set = (struct pk_indicators){ 0 };
    total(set, PK_INDICATOR_CONSENT, people);
    total(set, PK_INDICATOR_JOINED, 0);
    total(set, PK_INDICATOR_RENEWED, 0);
    total(set, PK_INDICATOR_EXPIRED, 0);
    total(set, PK_INDICATOR_STOPPED, 0);
}

static void a_small_group_takes_another_with_it(void **state)
{
    struct pk_indicators set;
    (void) state;
    consent(&set, 40);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "area:noord", 20);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "area:zuid", 17);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "none", 3);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "bg", 30);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "nl", 10);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg", 28);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg-Latn", 2);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "nl", "nl", 10);
    pk_indicators_decide(&set, NULL);
    assert_true(TOTAL_TOLD(&set, CONSENT));
    assert_false(GROUP_TOLD(&set, AREA, "none"));
    assert_false(GROUP_TOLD(&set, AREA, "area:zuid")); /* else 40 - 20 - 17 tells it */
    assert_true(GROUP_TOLD(&set, AREA, "area:noord"));
    assert_true(GROUP_TOLD(&set, LANGUAGE, "bg") && GROUP_TOLD(&set, LANGUAGE, "nl"));
    assert_false(told(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg-Latn"));
    assert_false(told(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg")); /* else 30 - 28 */
    assert_true(told(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "nl", "nl"));
    pk_indicators_finish(&set);
}

static void scripts_of_a_hidden_language_are_hidden(void **state)
{
    struct pk_indicators set;
    (void) state;
    consent(&set, 28);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "bg", 15);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "nl", 10);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "tr", 3);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "nl", "nl", 10);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg", 15);
    pk_indicators_decide(&set, NULL);
    assert_false(GROUP_TOLD(&set, LANGUAGE, "nl"));
    assert_false(told(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "nl", "nl"));
    assert_true(told(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, "bg", "bg"));
    pk_indicators_finish(&set);
}

static void topics_are_hidden_by_their_differences(void **state)
{
    struct pk_indicators set;
    (void) state;
    consent(&set, 40);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_TOPIC, "", "festival", 30);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_TOPIC, "", "info-point", 38); /* all but two */
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_TOPIC, "", "parent-meetings", 40);
    pk_indicators_decide(&set, NULL);
    assert_true(GROUP_TOLD(&set, TOPIC, "festival") && GROUP_TOLD(&set, TOPIC, "parent-meetings"));
    assert_false(GROUP_TOLD(&set, TOPIC, "info-point"));
    pk_indicators_finish(&set);
}

static void of_few_people_no_group_is_told(void **state)
{
    struct pk_indicators set;
    (void) state;
    consent(&set, 4);
    put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", "bg", 4);
    put(&set, PK_INDICATOR_STOPPED, PK_INDICATOR_TOTAL, "", "", 20);
    pk_indicators_decide(&set, NULL);
    assert_false(TOTAL_TOLD(&set, CONSENT) || GROUP_TOLD(&set, LANGUAGE, "bg"));
    assert_false(TOTAL_TOLD(&set, STOPPED)); /* beside last month's 24 it would tell them */
    pk_indicators_finish(&set);
}

/* joined, expired, stopped; the people at the month's end: which of the three are told. */
static void moves_do_not_tell_each_other(void **state)
{
    static const struct {
        int64_t now, joined, expired, stopped;
        bool tells[3];
    } cases[] = {
        { 100, 20, 8, 9, { true, true, true } },
        { 100, 0, 0, 0, { true, true, true } },
        { 100, 20, 8, 2, { true, false, false } }, /* with both months' people, the one hidden would follow */
        { 100, 3, 0, 0, { false, false, false } },
        { 100, 3, 0, 9, { false, true, false } },
        { 20, 17, 6, 7, { false, false, true } }, /* three were there before and still are, or are not */
        { 20, 25, 0, 8, { false, false, false } }, /* three in the month before */
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_indicators set;
        consent(&set, cases[i].now);
        total(&set, PK_INDICATOR_JOINED, cases[i].joined);
        total(&set, PK_INDICATOR_EXPIRED, cases[i].expired);
        total(&set, PK_INDICATOR_STOPPED, cases[i].stopped);
        pk_indicators_decide(&set, NULL);
        const bool tells[] = { TOTAL_TOLD(&set, JOINED), TOTAL_TOLD(&set, EXPIRED), TOTAL_TOLD(&set, STOPPED) };
        for (size_t m = 0; m < 3; m++)
            if (tells[m] != cases[i].tells[m])
                fail_msg("case %zu: move %zu", i, m);
        pk_indicators_finish(&set);
    }
}

static void all_but_few_renewed_is_not_told(void **state)
{
    static const struct {
        int64_t renewed;
        bool tells;
    } cases[] = { { 0, true }, { 4, false }, { 5, true }, { 37, false }, { 35, true }, { 40, true } };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_indicators set;
        consent(&set, 40);
        total(&set, PK_INDICATOR_RENEWED, cases[i].renewed);
        pk_indicators_decide(&set, NULL);
        assert_int_equal(TOTAL_TOLD(&set, RENEWED), cases[i].tells);
        pk_indicators_finish(&set);
    }
}

static void what_few_people_cost_is_not_told(void **state)
{
    (void) state;
    for (int64_t people = 4; people <= 5; people++) {
        struct pk_indicators set;
        consent(&set, 40);
        total(&set, PK_INDICATOR_TOLD, people);
        total(&set, PK_INDICATOR_CAME, 3);
        put(&set, PK_INDICATOR_COST, PK_INDICATOR_BY_CURRENCY, "", "EUR", 700 * people);
        pk_indicators_decide(&set, NULL);
        assert_int_equal(TOTAL_TOLD(&set, TOLD), people == 5);
        assert_int_equal(told(&set, PK_INDICATOR_COST, PK_INDICATOR_BY_CURRENCY, "", "EUR"), people == 5);
        assert_true(TOTAL_TOLD(&set, CAME)); /* whoever stood in the room saw them */
        pk_indicators_finish(&set);
    }
}

static void half_of_them_within(void **state)
{
    struct pk_indicators set = { 0 };
    (void) state;
    assert_int_equal(pk_indicators_within(&set, 50), 0);
    total(&set, PK_INDICATOR_TO_PHONE, 20);
    put(&set, PK_INDICATOR_TO_PHONE, PK_INDICATOR_BY_SECONDS, "", "10", 10);
    put(&set, PK_INDICATOR_TO_PHONE, PK_INDICATOR_BY_SECONDS, "", "60", 7);
    put(&set, PK_INDICATOR_TO_PHONE, PK_INDICATOR_BY_SECONDS, "", "more", 3);
    assert_int_equal(pk_indicators_within(&set, 50), 10);
    assert_int_equal(pk_indicators_within(&set, 51), 60);
    assert_int_equal(pk_indicators_within(&set, 90), 0);
    pk_indicators_finish(&set);
}

static void too_many_groups_are_one(void **state)
{
    struct pk_indicators set = { 0 };
    char label[32];
    int64_t sum = 0;
    (void) state;
    for (unsigned i = 0; i < 400; i++) {
        (void) snprintf(label, sizeof label, "way %u", i);
        put(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_WAY, "", label, 1);
    }
    assert_int_equal(set.count, PK_INDICATOR_GROUPS_MAX);
    for (size_t i = 0; i < set.count; i++)
        sum += set.rows[i].count;
    assert_int_equal(sum, 400);
    pk_indicators_decide(&set, NULL);
    pk_indicators_finish(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_defined),
        cmocka_unit_test(a_small_group_takes_another_with_it),
        cmocka_unit_test(scripts_of_a_hidden_language_are_hidden),
        cmocka_unit_test(topics_are_hidden_by_their_differences),
        cmocka_unit_test(of_few_people_no_group_is_told),
        cmocka_unit_test(moves_do_not_tell_each_other),
        cmocka_unit_test(all_but_few_renewed_is_not_told),
        cmocka_unit_test(what_few_people_cost_is_not_told),
        cmocka_unit_test(half_of_them_within),
        cmocka_unit_test(too_many_groups_are_one),
    };
    return cmocka_run_group_tests_name("model/indicator", tests, NULL, NULL);
}

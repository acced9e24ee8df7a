/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report tells, tried on random small tables: nobody who has all breakdowns and totals before them can work out a number
 * that is hidden, nor a group of fewer than five by what two numbers differ by. Who looks knows how groups lie in each other.
 */
#include "gateway/base/mem.h"
#include "gateway/model/floor.h"
#include "gateway/model/report.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>

#define TABLES 4000u

static uint64_t seed;

static unsigned some(unsigned below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned) (seed >> 33) % below;
}

static const char *const languages[] = { "bg", "nl", "tr" };
static const char *const channels[] = { "sms", "telegram" };
static const char *const areas[] = { "area:noord", "area:zuid", "none", "several" };

static void add(struct pk_report *report, enum pk_report_by by, const char *parent, const char *label, const struct pk_report_row *person)
{
    struct pk_report_row *row = pk_report_row(report, by, parent, label);
    for (size_t i = 0; i < PK_REPORT_COUNTS; i++)
        row->counts[i] += person->counts[i];
}

/* One person, in one group of each breakdown, and in one or both steps. */
static void add_somebody(struct pk_report *report)
{
    struct pk_report_row person = { 0 };
    const char *language = languages[some(some(4) ? 1 : 3)], *script = some(3) ? language : "bg-Latn";
    unsigned steps = 1 + some(some(3) ? 1 : 3);
    person.counts[some(some(2) ? 2 : PK_REPORT_OUTCOMES)] = 1;
    person.counts[PK_REPORT_READ] = person.counts[PK_REPORT_ARRIVED] && some(2);
    person.counts[some(2) ? PK_REPORT_YES : PK_REPORT_NO] = some(2);
    person.counts[PK_REPORT_HEADS] = person.counts[PK_REPORT_YES] * (1 + some(3));
    person.counts[PK_REPORT_OPTED_OUT] = some(9) == 0;
    if (person.counts[PK_REPORT_YES] && some(3))
        person.counts[some(4) ? PK_REPORT_USEFUL : PK_REPORT_NOT_USEFUL] = 1;
    add(report, PK_REPORT_TOTAL, "", "", &person);
    add(report, PK_REPORT_BY_LANGUAGE, "", language, &person);
    add(report, PK_REPORT_BY_SCRIPT, language, script, &person);
    add(report, PK_REPORT_BY_CHANNEL, "", channels[some(some(4) ? 1 : 2)], &person);
    add(report, PK_REPORT_BY_AREA, "", areas[some(4)], &person);
    if (steps & 1)
        add(report, PK_REPORT_BY_STEP, "", "1 invitation", &person);
    if (steps & 2)
        add(report, PK_REPORT_BY_STEP, "", "2 reminder", &person);
}

/* Of rows that add up to a number that is told: what is missing is nobody, or enough people in more than one group, who can be
 * spread in more than one way. Where the number is not told, neither is any row. */
static void check_parts(const struct pk_report_row *rows, size_t count, unsigned measure, bool whole_told, int64_t whole)
{
    int64_t missing = whole;
    size_t hidden = 0, told = 0;
    for (size_t i = 0; i < count; i++) {
        bool shown = pk_report_shows(&rows[i], (enum pk_report_measure) measure);
        assert_false(shown && pk_is_few(rows[i].counts[measure]));
        hidden += !shown;
        told += shown;
        missing -= shown ? rows[i].counts[measure] : 0;
    }
    if (!whole_told)
        assert_int_equal(told, 0);
    else if (hidden > 0 && told > 0)
        assert_true(hidden > 1 && missing >= PK_FLOOR && missing >= 2 * (int64_t) hidden);
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static void check_steps(const struct pk_report *report, unsigned measure)
{
    const struct pk_report_table *steps = &report->by[PK_REPORT_BY_STEP];
    int64_t sum = 0;
    size_t told = 0;
    for (size_t i = 0; i < steps->count; i++) {
        if (!pk_report_shows(&steps->rows[i], (enum pk_report_measure) measure))
            continue;
        int64_t people = steps->rows[i].counts[measure];
        assert_true(pk_report_shows(&report->total, (enum pk_report_measure) measure));
        assert_false(pk_is_few(people) || pk_is_few(apart(report->total.counts[measure], people)));
        for (size_t j = 0; j < i; j++)
            assert_false(pk_report_shows(&steps->rows[j], (enum pk_report_measure) measure) && pk_is_few(apart(people, steps->rows[j].counts[measure])));
        sum += people;
        told++;
    }
    if (told > 1 && told == steps->count)
        assert_false(pk_is_few(apart(sum, report->total.counts[measure])));
}

/* What a step's numbers add up to differs by no few people from the total's. */
static void check_step_sums(const struct pk_report *report)
{
    const struct pk_report_table *steps = &report->by[PK_REPORT_BY_STEP];
    for (size_t i = 0; i < steps->count; i++) {
        if (pk_report_shows_people(&steps->rows[i]))
            assert_false(pk_is_few(apart(pk_report_people(&report->total), pk_report_people(&steps->rows[i]))));
        if (pk_report_shows_told(&steps->rows[i]))
            assert_false(pk_is_few(apart(pk_report_told(&report->total), pk_report_told(&steps->rows[i]))));
    }
}

static void check(const struct pk_report *report, unsigned measure)
{
    static const enum pk_report_by flat[] = { PK_REPORT_BY_LANGUAGE, PK_REPORT_BY_CHANNEL, PK_REPORT_BY_AREA };
    const struct pk_report_table *scripts = &report->by[PK_REPORT_BY_SCRIPT], *groups = &report->by[PK_REPORT_BY_LANGUAGE];
    bool told = pk_report_shows(&report->total, (enum pk_report_measure) measure);
    assert_false(told && pk_is_few(report->total.counts[measure]));
    for (size_t i = 0; i < PK_COUNT(flat); i++)
        check_parts(report->by[flat[i]].rows, report->by[flat[i]].count, measure, told, report->total.counts[measure]);
    for (size_t i = 0, first = 0; i < groups->count; i++) {
        size_t count = 0;
        while (first + count < scripts->count && strcmp(scripts->rows[first + count].parent, groups->rows[i].label) == 0)
            count++;
        check_parts(&scripts->rows[first], count, measure, pk_report_shows(&groups->rows[i], (enum pk_report_measure) measure),
                    groups->rows[i].counts[measure]);
        first += count;
    }
    check_steps(report, measure);
}

/* Of a row that tells a whole and some of its parts: who is in none of these is nobody, or enough people. */
static void check_rest(const struct pk_report_row *row)
{
    static const struct {
        unsigned wholes[3], whole_count, parts[2], part_count;
    } rows[] = {
        { { PK_REPORT_ARRIVED }, 1, { PK_REPORT_READ }, 1 },
        { { PK_REPORT_ARRIVED, PK_REPORT_HANDED_OVER, PK_REPORT_UNKNOWN }, 3, { PK_REPORT_YES, PK_REPORT_NO }, 2 },
        { { PK_REPORT_ARRIVED, PK_REPORT_HANDED_OVER, PK_REPORT_UNKNOWN }, 3, { PK_REPORT_OPTED_OUT }, 1 },
        { { PK_REPORT_YES }, 1, { PK_REPORT_USEFUL, PK_REPORT_NOT_USEFUL }, 2 },
    };
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        int64_t whole = 0, parts = 0;
        bool told = true;
        for (unsigned j = 0; j < rows[i].whole_count; j++) {
            told = told && pk_report_shows(row, (enum pk_report_measure) rows[i].wholes[j]);
            whole += row->counts[rows[i].wholes[j]];
        }
        for (unsigned j = 0; j < rows[i].part_count; j++)
            parts += pk_report_shows(row, (enum pk_report_measure) rows[i].parts[j]) ? row->counts[rows[i].parts[j]] : 0;
        if (told && parts > 0)
            assert_false(pk_is_few(apart(whole, parts)));
    }
}

/* No sum of a row is told that has a hidden part: else the part is what is missing. */
static void check_sums(const struct pk_report_row *row)
{
    for (unsigned i = 0; i < PK_REPORT_OUTCOMES; i++) {
        bool shown = pk_report_shows(row, (enum pk_report_measure) i);
        assert_false(!shown && (pk_report_shows_people(row) || (i <= PK_REPORT_UNKNOWN && pk_report_shows_told(row))));
    }
}

static void nothing_hidden_follows(void **state)
{
    unsigned shown = 0, hidden = 0;
    (void) state;
    for (unsigned table = 0; table < TABLES; table++) {
        struct pk_report report = { 0 };
        seed = table * 7919u + 1;
        for (unsigned people = some(60); people > 0; people--)
            add_somebody(&report);
        pk_report_decide(&report);
        for (unsigned measure = 0; measure < PK_REPORT_PEOPLE; measure++)
            check(&report, measure);
        check_sums(&report.total);
        check_rest(&report.total);
        check_step_sums(&report);
        for (size_t by = PK_REPORT_BY_STEP; by < PK_REPORT_BYS; by++) {
            for (size_t i = 0; i < report.by[by].count; i++) {
                const struct pk_report_row *row = &report.by[by].rows[i];
                check_sums(row);
                check_rest(row);
                assert_false(pk_report_shows(row, PK_REPORT_HEADS) && !pk_report_shows(row, PK_REPORT_YES));
                assert_false(pk_report_shows(row, PK_REPORT_COST) && !pk_report_shows_people(row));
                shown += pk_report_shows(row, PK_REPORT_ARRIVED) && row->counts[PK_REPORT_ARRIVED] > 0;
                hidden += !pk_report_shows(row, PK_REPORT_ARRIVED);
            }
        }
        pk_report_finish(&report);
    }
    assert_true(shown > TABLES && hidden > TABLES / 4); /* both happen */
}

/* Whatever is told of two languages whose scripts are told too, the small script stays hidden. */
static void a_script_does_not_follow_from_its_language(void **state)
{
    struct pk_report report = { 0 };
    static const struct {
        const char *language, *script;
        int64_t people;
    } rows[] = { { "bg", "bg", 60 }, { "bg", "bg-Latn", 3 }, { "tr", "tr", 7 } };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        report.total.counts[PK_REPORT_ARRIVED] += rows[i].people;
        pk_report_row(&report, PK_REPORT_BY_LANGUAGE, "", rows[i].language)->counts[PK_REPORT_ARRIVED] += rows[i].people;
        pk_report_row(&report, PK_REPORT_BY_SCRIPT, rows[i].language, rows[i].script)->counts[PK_REPORT_ARRIVED] += rows[i].people;
    }
    pk_report_decide(&report);
    assert_true(pk_report_shows(&report.by[PK_REPORT_BY_LANGUAGE].rows[0], PK_REPORT_ARRIVED));
    assert_false(pk_report_shows(&report.by[PK_REPORT_BY_SCRIPT].rows[0], PK_REPORT_ARRIVED)); /* 63 less 60 */
    assert_false(pk_report_shows(&report.by[PK_REPORT_BY_SCRIPT].rows[1], PK_REPORT_ARRIVED));
    assert_true(pk_report_shows(&report.by[PK_REPORT_BY_SCRIPT].rows[2], PK_REPORT_ARRIVED));
    pk_report_finish(&report);
}

/* Forty were told, thirty said yes and seven no: those three who said nothing do not follow. */
static void the_silent_do_not_follow_from_the_others(void **state)
{
    struct pk_report report = { .total.counts = { [PK_REPORT_ARRIVED] = 40, [PK_REPORT_READ] = 38, [PK_REPORT_YES] = 30, [PK_REPORT_NO] = 7 } };
    (void) state;
    pk_report_decide(&report);
    assert_true(pk_report_shows_told(&report.total) && pk_report_shows(&report.total, PK_REPORT_YES));
    assert_false(pk_report_shows(&report.total, PK_REPORT_NO) || pk_report_shows(&report.total, PK_REPORT_READ));
    report.total.counts[PK_REPORT_NO] = 10; /* everybody answered: nobody is pointed at */
    pk_report_decide(&report);
    assert_true(pk_report_shows(&report.total, PK_REPORT_YES) && pk_report_shows(&report.total, PK_REPORT_NO));
    pk_report_finish(&report);
}

static void heads_are_told_of_few_too(void **state)
{
    struct pk_report report = { .total.counts = { [PK_REPORT_ARRIVED] = 3, [PK_REPORT_YES] = 2, [PK_REPORT_HEADS] = 4 } };
    (void) state;
    pk_report_decide(&report);
    assert_true(report.few);
    assert_true(pk_report_shows(&report.total, PK_REPORT_HEADS));
    assert_false(pk_report_shows(&report.total, PK_REPORT_ARRIVED) || pk_report_shows(&report.total, PK_REPORT_YES) ||
                 pk_report_shows(&report.total, PK_REPORT_COST));
    pk_report_finish(&report);
}

static void every_state_is_one_outcome(void **state)
{
    (void) state;
    for (unsigned i = 0; i < PK_MESSAGE_STATES; i++) {
        enum pk_report_measure outcome = pk_report_outcome((enum pk_message_state) i);
        assert_true(outcome < PK_REPORT_OUTCOMES);
        assert_int_equal(pk_message_is_told((enum pk_message_state) i), outcome <= PK_REPORT_UNKNOWN);
    }
    assert_true(pk_report_better(PK_REPORT_ARRIVED, PK_REPORT_HANDED_OVER) > 0);
    assert_true(pk_report_better(PK_REPORT_UNKNOWN, PK_REPORT_WAITING) > 0);
    assert_true(pk_report_better(PK_REPORT_WAITING, PK_REPORT_NOT) > 0);
}

static void too_many_groups_are_one(void **state)
{
    struct pk_report report = { 0 };
    (void) state;
    for (unsigned i = 0; i < 2 * PK_REPORT_ROWS_MAX; i++) {
        char label[24];
        (void) snprintf(label, sizeof label, "area:%u", i);
        pk_report_row(&report, PK_REPORT_BY_AREA, "", label)->counts[PK_REPORT_ARRIVED]++;
    }
    assert_int_equal(report.by[PK_REPORT_BY_AREA].count, PK_REPORT_ROWS_MAX);
    assert_int_equal(pk_report_row(&report, PK_REPORT_BY_AREA, "", "others")->counts[PK_REPORT_ARRIVED], PK_REPORT_ROWS_MAX + 1);
    pk_report_finish(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_hidden_follows),     cmocka_unit_test(a_script_does_not_follow_from_its_language),
        cmocka_unit_test(the_silent_do_not_follow_from_the_others),
        cmocka_unit_test(heads_are_told_of_few_too),  cmocka_unit_test(every_state_is_one_outcome),
        cmocka_unit_test(too_many_groups_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

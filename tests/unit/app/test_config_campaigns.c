/* SPDX-License-Identifier: EUPL-1.2 */
/* When a campaign needs a second person, what it may cost, when it stops, how often it tells: read, by default, and what is no such thing. */
#include "tests/unit/app/config_support.h"

#define HEAD PLACE_HEAD "[topic parent-meetings]\n[route sms]\nchannel = sms\naccounts = main\n[account main]\nadapter = simulator\n"

static void what_is_written(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, HEAD "[campaigns]\napprove_above = 200\ncost_margin = 25%\nstop_at_errors = 5%\nat_most = 3 in 7d\n");
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_int_equal(rules->approve_above, 200);
    assert_int_equal(rules->cost_margin_percent, 25);
    assert_int_equal(rules->stop_at_percent, 5);
    assert_int_equal(rules->at_most_times, 3);
    assert_int_equal(rules->at_most_ms, 7 * 86400000ll);
    place_remove(&place);
}

static void without_any_each_needs_a_second_person(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD);
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_true(rules->approve_above == 0 && rules->cost_margin_percent == 10 && rules->stop_at_percent == 20 && rules->at_most_times == 0);
    place_remove(&place);
}

static void what_makes_no_sense_is_told(void **state)
{
    static const struct {
        const char *lines, *told;
    } cases[] = {
        { "approve_above = -1\n", "approve_above: -1 is not between 0 and" },
        { "cost_margin = 10\n", "cost_margin: \"10\" is no share | Write a share from 0% to 100%" },
        { "stop_at_errors = 101%\n", "stop_at_errors: \"101%\" is no share |" },
        { "at_most = 3\n", "at_most: \"3\" does not say how often | Write how often" },
        { "at_most = 3 per 7d\n", "at_most: \"3 per 7d\" does not say how often |" },
        { "at_most = 0 in 7d\n", "at_most: \"0 in 7d\" does not say how often |" },
        { "at_most = 3 in 91d\n", "at_most: \"3 in 91d\" does not say how often |" },
        { "at_most = 3 in 31d\n", "at_most: it looks further back than messages are kept | Name a shorter time" },
    };
    struct place place;
    char text[1024];
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        (void) snprintf(text, sizeof text, HEAD "[campaigns]\n%s", cases[i].lines);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        assert_null(config);
        if (!strstr(place.told, cases[i].told))
            fail_msg("%s: %s", cases[i].lines, place.told);
    }
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(without_any_each_needs_a_second_person),
        cmocka_unit_test(what_makes_no_sense_is_told),
    };
    return cmocka_run_group_tests_name("app/config_campaigns", tests, NULL, NULL);
}

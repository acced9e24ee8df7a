/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes by country, and over an account that is away: who is met by which account, and that doubt is handed to no other. */
#include "tests/unit/service/ladder.h"

#include "gateway/service/planner.h"

static int build(void **state)
{
    static const char *const numbers[] = { "first" }, *const others[] = { "second" }, *const dutch[] = { "NL" };
    static const struct pk_route_rule routes[] = { { .name = "rest", .channel = "sms", .accounts = { numbers, 1 } },
                                                   { .name = "dutch", .channel = "sms", .accounts = { others, 1 }, .countries = { dutch, 1 } } };
    int r = house_build(state);
    struct house *house = *state;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->rules.default_route = "rest";
    house_reopen(house);
    return r;
}

#define by_country(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static void a_country_has_its_route(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, "+31600000007", "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house->posts[1]->count, 1);
    assert_string_equal(house->posts[0]->jobs[0].address, ANNA);
    assert_string_equal(house->posts[1]->jobs[0].address, "+31600000007");
    /* Also in a chunk, and for those kept before countries were. */
    house_people(house, 8, "school:windroos");
    assert_int_equal(house_count(house, "UPDATE address SET country = NULL"), -1);
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 9);
    assert_int_equal(house->posts[1]->count, 1);
    assert_string_equal(house->posts[1]->jobs[0].address, "+31600000007");
}

static void a_question_goes_by_its_country(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, "+31600000007", "nl", PK_CONSENT_REQUESTED);
    struct pk_question_plan plan = {
        .recipient = who, .address = house_address(house, "+31600000007"), .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")), .language = PK_SLICE("nl"),
    };
    bool asked = false;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    assert_true(asked);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house->posts[1]->count, 1);
}

/* The breaker passes over an account that is away; what nobody knows the end of is not handed to another. */
static void failover_leaves_doubt_alone(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, HOUR_MS);
    assert_int_equal(only(house).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 1);
}

static void proven_trouble_opens_the_breaker_and_a_trial_closes_it(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    house->accounts[0].breaker = (struct pk_breaker_rule){ 3, 0, 10 * SECOND_MS, MINUTE_MS, 1 };
    house->accounts[0].window = 1;
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    for (size_t i = 0; i < 3; i++) { /* the first failures open nothing: the next one leaves by it as well */
        assert_int_equal(house->posts[0]->count, i + 1);
        assert_int_equal(house->posts[1]->count, 0);
        post_complete(house->posts[0], i, PK_OUTCOME_RETRY);
        house_settle(house);
        house_turn(house);
    }
    assert_int_equal(house->posts[0]->count, 4); /* it left in the turn that settled the third: nothing is believed before it is kept */
    post_complete(house->posts[0], 3, PK_OUTCOME_RETRY);
    house_settle(house);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 4);
    assert_true(house->posts[1]->count > 0); /* the second account of the route */
    for (size_t i = 0; i < house->posts[1]->count; i++)
        if (!house->posts[1]->jobs[i].completed)
            post_complete(house->posts[1], i, PK_OUTCOME_ACCEPTED);
    house_later(house, 11 * SECOND_MS);
    house_people(house, 3, "school:late");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:late\"]}"), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 5); /* one trial, the rest by the other */
    post_complete(house->posts[0], 4, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->service->desks->items[0]->breaker.state, PK_BREAKER_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        by_country(a_country_has_its_route),
        by_country(a_question_goes_by_its_country),
        by_country(failover_leaves_doubt_alone),
        in_house(proven_trouble_opens_the_breaker_and_a_trial_closes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Consent that ends by itself: a renewal is asked once, silence leaves a count, and old entries go behind an anchor. */
#include "tests/unit/service/consents.h"

#include "gateway/service/consent_ends.h"
#include "gateway/store/internal.h"

/* Anna says yes to what she was signed up for; her consents have ends. */
static int64_t agreed(struct house *house)
{
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_plan plan = plan_of(anna);
    struct pk_grant_result result;
    assert_int_equal(grant(house, &plan, &result), 0);
    plan.topic = PK_SLICE("festival");
    assert_int_equal(grant(house, &plan, &result), 0);
    take_all(house);
    pk_clock_advance(1);
    say(house, ANNA, "да");
    take_all(house);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    return anna;
}

static void to(struct house *house, int64_t at_ms)
{
    while (pk_clock_wall_ms() < at_ms)
        house_later(house, at_ms - pk_clock_wall_ms() > DAY_MS ? DAY_MS : at_ms - pk_clock_wall_ms());
    house_later(house, HOUR_MS);
    house_turns(house, 6);
}

static void a_renewal_is_asked_once_and_a_yes_renews(void **state)
{
    struct house *house = *state;
    int64_t anna = agreed(house);
    size_t before = house->posts[0]->count;
    to(house, HOUSE_NOW + 334 * DAY_MS); /* the festival's 365 days, less 31 */
    assert_int_equal(house->posts[0]->count, before);
    to(house, HOUSE_NOW + 335 * DAY_MS + 2 * HOUR_MS);
    assert_int_equal(house->posts[0]->count, before + 1);
    assert_non_null(strstr(last_text(house), "още ли искате съобщения за фестивала?"));
    take_all(house);
    assert_int_equal(house_messages(house, "class = 1 AND flags = 8"), 1);
    assert_int_equal(house->service->metrics.renewals_asked, 1);
    pk_clock_advance(1);
    say(house, ANNA, "добре"); /* soft: asked back, nothing changes */
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 3"), 2);
    say(house, ANNA, "Да");
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 3"), 3); /* the festival alone */
    to(house, HOUSE_NOW + 366 * DAY_MS);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house->service->metrics.renewals_asked, 1);
    assert_int_equal(house->service->metrics.consents_ended, 0);
    assert_chain_holds(house);
}

static void silence_to_a_renewal_ends_it(void **state)
{
    struct house *house = *state;
    int64_t anna = agreed(house);
    to(house, HOUSE_NOW + 335 * DAY_MS + 2 * HOUR_MS);
    take_all(house);
    size_t asked = house->posts[0]->count;
    to(house, HOUSE_NOW + 366 * DAY_MS);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_EXPIRED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 6 AND how = 'end' AND by = 'gateway'"), 1);
    assert_int_equal(house->posts[0]->count, asked); /* asked once */
    assert_int_equal(house->service->metrics.consents_ended, 1);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(house_messages(house, "class = 0"), 0);
    assert_chain_holds(house);
}

static void a_no_to_a_renewal_is_a_no(void **state)
{
    struct house *house = *state;
    int64_t anna = agreed(house);
    to(house, HOUSE_NOW + 335 * DAY_MS + 2 * HOUR_MS);
    take_all(house);
    pk_clock_advance(1);
    say(house, ANNA, "не");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
}

static void a_stop_is_not_asked_about_renewal(void **state)
{
    struct house *house = *state;
    (void) agreed(house);
    say(house, ANNA, "стоп");
    size_t before = house->posts[0]->count;
    to(house, HOUSE_NOW + 340 * DAY_MS);
    assert_int_equal(house->posts[0]->count, before);
    assert_int_equal(house->service->metrics.renewals_asked, 0);
}

static void silence_to_the_question_leaves_a_count(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0), boris = house_person(house, BORIS, "bg", PK_CONSENT_REFUSED);
    struct pk_grant_plan plan = plan_of(anna), other = plan_of(boris);
    struct pk_grant_result result;
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_int_equal(grant(house, &other, &result), 0);
    take_all(house);
    to(house, HOUSE_NOW + 6 * DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 2);
    to(house, HOUSE_NOW + 9 * DAY_MS);
    /* Anna is gone but for the count; Boris said no to the festival, which has to be known. */
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 1);
    assert_int_equal(house_address(house, ANNA), 0);
    assert_int_not_equal(house_address(house, BORIS), 0);
    assert_int_equal(house_consent(house, boris, "parent-meetings"), PK_CONSENT_STATE_EXPIRED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 6 AND how = 'silence'"), 2);
    assert_int_equal(pk_store_number(house->store, PK_NUMBER_SILENT, 0), 1);
    assert_int_equal(house->service->metrics.people_silent, 1);
    assert_chain_holds(house);
    /* Entered again she is not asked again within the 90 days. */
    size_t before = house->posts[0]->count;
    int64_t again = house_person(house, ANNA, "bg", 0);
    plan = plan_of(again);
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_false(result.asked);
    assert_int_equal(house->posts[0]->count, before);
    to(house, HOUSE_NOW + 99 * DAY_MS);
    int64_t later = house_person(house, ANNA, "bg", 0);
    plan = plan_of(later);
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_true(result.asked);
}

static void old_entries_are_pruned_by_themselves(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_REFUSED);
    int64_t entries = house_count(house, "SELECT count(*) FROM ledger");
    house->rules.keep_ledger_ms = 400 * DAY_MS;
    to(house, HOUSE_NOW + 399 * DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger"), entries);
    to(house, HOUSE_NOW + 401 * DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger_anchor"), 1);
    assert_chain_holds(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_renewal_is_asked_once_and_a_yes_renews),
        in_house(silence_to_a_renewal_ends_it),
        in_house(a_no_to_a_renewal_is_a_no),
        in_house(a_stop_is_not_asked_about_renewal),
        in_house(silence_to_the_question_leaves_a_count),
        in_house(old_entries_are_pruned_by_themselves),
    };
    return cmocka_run_group_tests_name("service/consent_ends", tests, NULL, NULL);
}

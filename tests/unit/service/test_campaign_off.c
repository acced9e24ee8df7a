/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns on a date that is called off, and on again: who knew of it is told, nobody else. */
#include "tests/unit/service/campaign_dates.h"

static void called_off_and_on_again(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "FREQ=WEEKLY;COUNT=3");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 20261027, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(date_off(house, event, 20261103).effect.campaigns, 0); /* another date */
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED); /* never heard of it */
    struct pk_events_done done = date_off(house, event, 20261027);
    assert_int_equal(done.effect.know, 1);
    assert_int_equal(done.effect.told, 1);
    until(house, "2026-10-20T16:20:00Z");
    assert_int_equal(told(house, ANNA, OFF), 1);
    assert_int_equal(told(house, BORIS, ""), 0);
    assert_string_equal(seen(house).campaign.why, "its date is called off");
    assert_int_equal(date_off(house, event, 20261027).effect.campaigns, 0); /* it was so already */
    (void) moved(house, event, 20261027, "Het Koraal", false); /* of a date that is off that is no news */
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 2);
    done = date_on(house, event, 20261027);
    assert_int_equal(done.effect.know, 1);
    until(house, "2026-10-20T17:20:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 1);
    assert_int_equal(told(house, BORIS, OFF) + told(house, BORIS, CHANGED), 0);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 4); /* and the reminder */
    assert_string_equal(seen(house).campaign.why, "");
}

static void off_and_on_before_anybody_heard(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "FREQ=WEEKLY;COUNT=3");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 20261027, STEPS);
    until(house, "2026-10-19T16:10:00Z");
    assert_int_equal(date_off(house, event, 20261027).effect.know, 0);
    assert_int_equal(date_on(house, event, 20261027).effect.know, 0);
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, OLD_DAY), 1);
    assert_int_equal(told(house, ANNA, ""), 1);
}

static void a_whole_event_called_off(void **state)
{
    struct house *house = *state;
    struct pk_events_done done = { 0 };
    int64_t event = planned(house, "parent-meeting", "");
    int r;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(house_messages(house, "state = 0"), 1);
    DO(house, r, pk_events_cancel(house->service, &anna, event, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(house_messages(house, "state = 0"), 0); /* in the same commit */
    assert_int_equal(done.effect.know, 0);
    until(house, "2026-10-28T17:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 0);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_FINISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(called_off_and_on_again),
        with_kinds(off_and_on_before_anybody_heard),
        with_kinds(a_whole_event_called_off),
    };
    return cmocka_run_group_tests_name("service/campaign_off", tests, NULL, NULL);
}

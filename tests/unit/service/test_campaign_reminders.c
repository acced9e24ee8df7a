/* SPDX-License-Identifier: EUPL-1.2 */
/* A key person reminds a circle: it is the reminder that was planned, earlier, and to nobody who was not invited. */
#include "tests/unit/service/campaign_dates.h"

#include "gateway/store/internal.h"
#include "gateway/store/users.h"

static void circle_of_maria(struct house *house, int64_t first, int64_t second)
{
    struct pk_user user = { .name = "maria", .role = PK_ROLE_KEY_PERSON, .language = "bg", .created_ms = 1 };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_user_add(house->store, &user, NULL), 0);
    assert_int_equal(pk_sql_write(house->store, NULL, "INSERT INTO circle(id, user, name, created_ms) VALUES(7, ?1, 'maria', 1)", "i", user.id), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pk_sql_write(house->store, NULL, "INSERT INTO circle_member(recipient, circle, question, since_ms, told_ms)"
                                                          " VALUES(?1, 7, 1, 1, 1)", "i", i == 0 ? first : second), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 1);
}

static int remind(struct house *house, const struct pk_actor *actor, const char *circle, struct pk_campaign_reminded *ret_done)
{
    int r;
    DO(house, r, pk_campaign_remind(house->service, actor, NAME, pk_slice_of(circle), pk_clock_wall_ms(), ret_done, NULL));
    return r;
}

static void a_key_persons_reminder_is_the_planned_one(void **state)
{
    struct house *house = *state;
    struct pk_campaign_reminded done = { 0 };
    int64_t event = planned(house, "parent-meeting", "");
    int64_t invited = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, "+359880001236", "bg", PK_CONSENT_CONFIRMED); /* in no circle */
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    circle_of_maria(house, invited, house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED)); /* who was never invited */
    assert_int_equal(remind(house, &petya, "maria", &done), PK_E_DENIED);
    assert_int_equal(remind(house, &maria, "", &done), 0);
    assert_true(done.changed);
    assert_string_equal(done.step, "1 day before at 18:00");
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, ""), 2);
    assert_int_equal(told(house, "+359880001236", ""), 1);
    assert_int_equal(told(house, BORIS, ""), 0);
    assert_int_equal(remind(house, &maria, "maria", &done), 0);
    assert_false(done.changed);
    until(house, "2026-10-26T17:20:00Z"); /* when it was planned */
    assert_int_equal(told(house, ANNA, ""), 2);
    assert_int_equal(told(house, "+359880001236", ""), 2);
    assert_int_equal(told(house, BORIS, ""), 1); /* the invitation instead */
    assert_int_equal(remind(house, &maria, "", &done), PK_E_CONFLICT); /* none is left */
}

/* Its words are true on the day itself alone: neither she nor a plan sends them on another. */
static void what_says_today_goes_on_that_day(void **state)
{
    struct house *house = *state;
    struct pk_campaign_reminded done;
    struct pk_error err = { 0 };
    int64_t event = planned(house, "parent-meeting", "");
    int64_t invited = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"},"
                              "{\"when\":\"2 hours before\",\"template\":\"parent-meeting-reminder-today\"}]");
    until(house, "2026-10-20T16:10:00Z");
    circle_of_maria(house, invited, house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED));
    assert_int_equal(remind(house, &maria, "", &done), PK_E_CONFLICT);
    until(house, "2026-10-26T23:30:00Z"); /* still the day before in UTC, and the day itself here */
    assert_int_equal(remind(house, &maria, "", &done), 0);
    assert_true(done.changed);
    struct pk_campaign_plan plan = { .name = PK_SLICE("other"), .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .people_max = 10 };
    assert_int_equal(write_as(house, &anna, plan, VALUES, "[{\"when\":\"1 day before at 18:00\",\"template\":\"parent-meeting-reminder-today\"}]", &err),
                     PK_E_INVALID);
    if (!strstr(err.message, "says \"today\""))
        fail_msg("%s", err.message);
}

static void nobody_is_reminded_before_they_were_invited(void **state)
{
    struct house *house = *state;
    struct pk_campaign_reminded done;
    int64_t event = planned(house, "parent-meeting", "");
    int64_t first = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    circle_of_maria(house, first, house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED));
    assert_int_equal(write_on(house, event, 0, "{}", STEPS, NULL), 0);
    assert_int_equal(remind(house, &anna, "maria", &done), PK_E_CONFLICT); /* a draft */
    start_on(house, event, 0, STEPS);
    assert_int_equal(remind(house, &anna, "maria", &done), PK_E_CONFLICT);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(remind(house, &anna, "nobody", &done), PK_E_NOT_FOUND);
    assert_int_equal(remind(house, &anna, "maria", &done), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(a_key_persons_reminder_is_the_planned_one),
        with_kinds(what_says_today_goes_on_that_day),
        with_kinds(nobody_is_reminded_before_they_were_invited),
    };
    return cmocka_run_group_tests_name("service/campaign_reminders", tests, NULL, NULL);
}

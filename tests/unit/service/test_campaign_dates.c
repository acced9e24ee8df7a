/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns on a date of the calendar: what its texts say, and who is told what when the date moves. */
#include "tests/unit/service/campaign_dates.h"

/* ---- written ---- */

static void the_calendar_says_when_and_where(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t event = planned(house, "parent-meeting", ""), other = planned(house, "training", "");
    assert_int_equal(write_on(house, event, 0, "{\"place\":\"x\"}", STEPS, &err), PK_E_INVALID);
    assert_string_equal(err.message, "values: \"place\" is what the event says");
    assert_int_equal(write_on(house, other, 0, "{}", STEPS, &err), PK_E_INVALID);
    assert_string_equal(err.message, "topic: \"parent-meetings\" is not what the event is about");
    assert_int_equal(write_on(house, event, 20261028, "{}", STEPS, &err), PK_E_NOT_FOUND);
    assert_int_equal(write_on(house, 77, 0, "{}", STEPS, &err), PK_E_NOT_FOUND);
    assert_int_equal(write_on(house, event, 20261027, "{}", STEPS, &err), 0);
    struct pk_campaign_view view = seen(house);
    assert_true(pk_slice_is(view.campaign.values, "{\"begins\":\"2026-10-27T17:30:00Z\",\"place\":\"De Windroos\"}"));
    assert_int_equal(view.date.event, event);
    assert_false(view.no_change);
    assert_int_equal(write_on(house, event, 0, "{}", "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"}]", &err), 0);
    view = seen(house);
    assert_true(view.no_change && view.no_cancel); /* whoever approves is told that nobody will be */
}

static void a_long_place_gives_way_to_its_short_form(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t id = planned(house, "parent-meeting", "");
    struct pk_agenda_event event;
    struct pk_events_done done = { 0 };
    int r;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, id, 0, STEPS);
    assert_int_equal(pk_events_show(house->service, &anna, id, &event, NULL), 0);
    (void) snprintf(event.place, sizeof event.place, "Basisschool De Windroos, aula");
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, &err));
    assert_int_equal(r, PK_E_INVALID);
    assert_non_null(strstr(err.message, "campaign \"parents-autumn\""));
    assert_int_equal(house_count(house, "SELECT count(*) FROM event WHERE place LIKE 'Basis%'"), 0); /* nothing of it is kept */
    (void) snprintf(event.place_short, sizeof event.place_short, "Windroos-aula");
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, &err));
    assert_int_equal(r, 0);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, "Windroos-aula"), 1);
}

static void a_draft_follows_and_is_approved_as_it_is(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    assert_int_equal(write_on(house, event, 0, "{}", STEPS, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    struct pk_campaign_view before = seen(house);
    (void) moved(house, event, 20261103, NULL, false);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, before.digest, NULL), PK_E_CONFLICT);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
    /* Only the date moves: the approval goes along. */
    (void) moved(house, event, 20261104, NULL, false);
    assert_false(seen(house).texts_changed);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_START, "", NULL), 0);
}

/* ---- moved ---- */

static void notices_name_the_date_they_are_about(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    (void) moved(house, event, 20261103, NULL, false);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(house_count(house, "SELECT count(*) FROM notice n JOIN occurrence o ON o.id = n.occurrence WHERE n.version = 1"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM notice n JOIN occurrence o ON o.id = n.occurrence WHERE n.version = 2"), 1);
}

static void a_moved_event_is_told_to_who_knew(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, "+359880001236", "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, OLD_DAY), 1);
    assert_int_equal(post_reply(house->posts[0], "+359880001236", "НЕ"), 0);
    house_turns(house, 3);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED); /* never heard of it */
    struct pk_events_done done = moved(house, event, 20261028, NULL, false);
    assert_int_equal(done.effect.campaigns, 1);
    assert_int_equal(done.effect.know, 2);
    assert_int_equal(done.effect.told, 2);
    assert_int_equal(done.effect.tells_ms, pk_clock_wall_ms() + 5 * MINUTE_MS);
    house_later(house, MINUTE_MS);
    done = moved(house, event, 20261103, NULL, false); /* the newest wins */
    assert_int_equal(done.effect.know, 2);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 1);
    assert_int_equal(told(house, ANNA, NEW_DAY), 1);
    assert_int_equal(told(house, "+359880001236", NEW_DAY), 1); /* who said no is told too */
    assert_int_equal(told(house, BORIS, ""), 0);
    until(house, "2026-10-26T18:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 2); /* no reminder of the old date */
}

static void moved_back_in_time_nobody_hears_of_it(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(moved(house, event, 20261103, NULL, false).effect.know, 1);
    house_later(house, MINUTE_MS);
    assert_int_equal(moved(house, event, 20261027, NULL, false).effect.know, 0);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 0);
    assert_int_equal(told(house, ANNA, ""), 2); /* the invitation, the reminder */
}

/* Handed over, and nobody heard yet what came of it. */
static size_t on_its_way_to(const struct house *house, const char *number)
{
    const struct post *post = house->posts[0];
    for (size_t i = 0; i < post->count; i++)
        if (!post->jobs[i].completed && strcmp(post->jobs[i].address, number) == 0)
            return i;
    fail_msg("nothing is on its way to %s", number);
    return 0;
}

/* The date moves between a hand-over and its answer, which is that it did not arrive, or nobody knows. */
static void move_on_the_way(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    struct pk_agenda_event now;
    assert_int_equal(pk_events_show(house->service, &anna, event, &now, NULL), 0);
    now.when.day = day;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_events_change(house->service, &anna, &now, pk_clock_wall_ms(), &done, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 3);
}

/* The time to invite to the new date has passed: she is invited now. */
static void whose_invitation_fails_as_the_date_moves_is_invited_to_the_new_one(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T15:59:30Z");
    house_later(house, MINUTE_MS);
    size_t to_anna = on_its_way_to(house, ANNA), to_boris = on_its_way_to(house, BORIS);
    post_complete(house->posts[0], to_boris, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    move_on_the_way(house, event, 20261026);
    post_complete(house->posts[0], to_anna, PK_OUTCOME_RETRY);
    house_settle(house);
    until(house, "2026-10-20T16:40:00Z");
    assert_int_equal(told(house, ANNA, OLD_DAY), 1); /* the one that failed */
    assert_int_equal(told(house, ANNA, "26 октомври"), 1);
    assert_int_equal(told(house, ANNA, CHANGED), 0); /* it is no change to her */
    assert_int_equal(told(house, BORIS, OLD_DAY), 1);
    assert_int_equal(told(house, BORIS, CHANGED), 1);
    assert_int_equal(told(house, BORIS, ""), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM campaign_step WHERE moment LIKE '7 days%' AND state = 2"), 1);
    until(house, "2026-10-25T18:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 3); /* and reminded, once */
    assert_int_equal(told(house, BORIS, ""), 3);
}

/* Where it may have arrived she knows the old date, as far as anybody can say, and is told the change. */
static void whose_invitation_may_have_arrived_as_the_date_moves_is_not_invited_twice(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T15:59:30Z");
    house_later(house, MINUTE_MS);
    size_t to_anna = on_its_way_to(house, ANNA);
    move_on_the_way(house, event, 20261103);
    post_complete(house->posts[0], to_anna, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    until(house, "2026-10-20T16:40:00Z");
    assert_int_equal(told(house, ANNA, ""), 2);
    assert_int_equal(told(house, ANNA, CHANGED), 1);
}

/* What was to be said in the meantime is said once: the invitation, not a reminder with it. */
static void resumed_late_nobody_is_invited_and_reminded_at_once(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    until(house, "2026-10-26T17:30:00Z"); /* half an hour after the reminder was due */
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-26T18:30:00Z");
    assert_int_equal(told(house, ANNA, ""), 2); /* reminded */
    assert_int_equal(told(house, BORIS, ""), 1); /* invited */
}

static void corrected_quietly_what_waits_says_it_right(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    until(house, "2026-10-26T16:50:00Z"); /* the reminder waits for its time */
    assert_int_equal(house_messages(house, "state = 0"), 2);
    struct pk_events_done done = moved(house, event, 20261027, "Het Koraal", true);
    assert_int_equal(done.effect.know, 1);
    assert_int_equal(done.effect.told, 0);
    assert_int_equal(done.effect.tells_ms, 0);
    until(house, "2026-10-26T17:20:00Z");
    assert_int_equal(told(house, ANNA, "Het Koraal"), 1);
    assert_int_equal(told(house, BORIS, "Het Koraal"), 1);
    assert_int_equal(told(house, ANNA, CHANGED), 0);
    assert_int_equal(told(house, ANNA, ""), 2);
}

static void what_no_text_says_is_no_news(void **state)
{
    struct house *house = *state;
    int64_t id = planned(house, "parent-meeting", "");
    struct pk_agenda_event event;
    struct pk_events_done done = { 0 };
    int r;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, id, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(pk_events_show(house->service, &anna, id, &event, NULL), 0);
    event.when.to += 30;
    (void) snprintf(event.title, sizeof event.title, "Ander woord");
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, NULL));
    assert_true(r == 0 && done.changed);
    assert_int_equal(done.effect.campaigns, 0);
    until(house, "2026-10-20T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
}

static void without_a_step_nobody_is_told_and_it_says_so(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"}]");
    until(house, "2026-10-20T16:10:00Z");
    struct pk_events_done done = moved(house, event, 20261103, NULL, false);
    assert_int_equal(done.effect.know, 1);
    assert_int_equal(done.effect.told, 0);
    assert_string_equal(done.effect.silent, "parents-autumn");
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
}

static void to_and_fro_each_is_told_once(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    (void) moved(house, event, 20261103, NULL, false);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 1);
    (void) moved(house, event, 20261027, NULL, false);
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 2);
    assert_int_equal(told(house, ANNA, OLD_DAY), 2); /* the invitation, and that it is so again */
    until(house, "2026-10-20T19:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 3);
}

static void planned_late_what_has_passed_is_left_out(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    until(house, "2026-10-21T08:00:00Z");
    assert_int_equal(write_on(house, event, 0, "{}", STEPS, NULL), 0);
    struct pk_campaign_view view = seen(house);
    assert_true(view.late[0]); /* said before it is approved */
    assert_false(view.late[1]);
    start_on(house, event, 0, STEPS);
    assert_int_equal(seen(house).steps[0].state, PK_STEP_DROPPED);
    until(house, "2026-10-21T10:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 0);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
}

static void a_file_moves_it_too(void **state)
{
    static const char file[] = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:a@example.org\r\n"
                               "DTSTAMP:20260101T000000Z\r\nSUMMARY:Ouderavond\r\nLOCATION:De Windroos\r\n"
                               "DTSTART;TZID=Europe/Amsterdam:%sT183000\r\nDTEND;TZID=Europe/Amsterdam:%sT200000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    struct house *house = *state;
    struct pk_events_imported done;
    char text[600];
    int r;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) snprintf(text, sizeof text, file, "20261027", "20261027");
    DO(house, r, pk_events_import(house->service, &anna, pk_slice_of(text), PK_SLICE("parent-meeting"), false, false, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    start_on(house, house_count(house, "SELECT id FROM event"), 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    (void) snprintf(text, sizeof text, file, "20261103", "20261103");
    DO(house, r, pk_events_import(house->service, &anna, pk_slice_of(text), PK_SLICE("parent-meeting"), false, false, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(done.effect.told, 1);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, NEW_DAY), 1);
}

/* Paused and written anew it follows its event all the same, and whoever knows the old date is told. */
static void written_anew_it_is_still_about_that_date(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, "parent-meeting", ""), other = planned(house, "parent-meeting", "");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_on(house, event, 0, STEPS);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, OLD_DAY), 1);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    assert_int_equal(write_on(house, other, 0, "{}", STEPS, NULL), PK_E_CONFLICT);
    assert_int_equal(write_on(house, event, 0, "{}", STEPS, NULL), 0);
    (void) moved(house, event, 20261103, NULL, false);
    assert_int_equal(write_on(house, event, 0, "{}", STEPS, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_START, "", NULL), 0);
    until(house, "2026-10-20T16:40:00Z");
    assert_int_equal(told(house, ANNA, CHANGED), 1);
    assert_int_equal(told(house, ANNA, NEW_DAY), 1);
    until(house, "2026-10-28T10:00:00Z");
    assert_int_equal(house->posts[0]->count, 2); /* and is not invited twice */
    until(house, "2026-11-02T17:30:00Z");
    assert_int_equal(house->posts[0]->count, 3); /* but reminded */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(the_calendar_says_when_and_where),
        with_kinds(a_long_place_gives_way_to_its_short_form),
        with_kinds(a_draft_follows_and_is_approved_as_it_is),
        with_kinds(notices_name_the_date_they_are_about),
        with_kinds(a_moved_event_is_told_to_who_knew),
        with_kinds(moved_back_in_time_nobody_hears_of_it),
        with_kinds(whose_invitation_fails_as_the_date_moves_is_invited_to_the_new_one),
        with_kinds(whose_invitation_may_have_arrived_as_the_date_moves_is_not_invited_twice),
        with_kinds(resumed_late_nobody_is_invited_and_reminded_at_once),
        with_kinds(corrected_quietly_what_waits_says_it_right),
        with_kinds(what_no_text_says_is_no_news),
        with_kinds(without_a_step_nobody_is_told_and_it_says_so),
        with_kinds(to_and_fro_each_is_told_once),
        with_kinds(planned_late_what_has_passed_is_left_out),
        with_kinds(a_file_moves_it_too),
        with_kinds(written_anew_it_is_still_about_that_date),
    };
    return cmocka_run_group_tests_name("service/campaign_dates", tests, NULL, NULL);
}

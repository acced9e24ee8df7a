/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns on a date of the calendar: what its texts say, and who is told what when the date moves, is called off or is on again. */
#include "tests/unit/service/campaigns.h"

#include "gateway/store/internal.h"
#include "gateway/store/users.h"

#define CHANGED "Промяна!"
#define OFF "отменя"

/* ---- what is done ---- */

static int64_t planned(struct house *house, const char *kind, const char *rule)
{
    struct pk_agenda_event event = { .title = "Ouderavond", .place = "De Windroos", .when = { 20261027, 1110, 0, PK_EVENTS_NO_END } };
    struct pk_error err = { 0 };
    int r;
    (void) snprintf(event.kind, sizeof event.kind, "%s", kind);
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return event.id;
}

static int write_on(struct house *house, int64_t event, int32_t day, const char *values, const char *steps, struct pk_error *err)
{
    const struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .event = event,
                                           .day = day, .people_max = 100 };
    return write_as(house, &anna, plan, values, steps, err);
}

static void start_on(struct house *house, int64_t event, int32_t day, const char *steps)
{
    struct pk_error err = { 0 };
    if (write_on(house, event, day, "{}", steps, &err) != 0)
        fail_msg("%s", err.message);
    put_through(house, AUTUMN);
}

/* The event is on this day, in this place (NULL = as it was). */
static struct pk_events_done moved(struct house *house, int64_t id, int32_t day, const char *place, bool quietly)
{
    struct pk_agenda_event event;
    struct pk_events_done done = { .quietly = quietly };
    struct pk_error err = { 0 };
    int r;
    assert_int_equal(pk_events_show(house->service, &anna, id, &event, NULL), 0);
    event.when.day = day;
    if (place)
        (void) snprintf(event.place, sizeof event.place, "%s", place);
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return done;
}

static struct pk_events_done date_off(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    int r;
    DO(house, r, pk_events_cancel_date(house->service, &anna, event, day, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    return done;
}

static struct pk_events_done date_on(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    struct pk_agenda_change change = { .day = day, .when = { day, 1110, 0, 1230 } };
    int r;
    DO(house, r, pk_events_change_date(house->service, &anna, event, &change, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    return done;
}

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

/* ---- a circle ---- */

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

/* ---- called off ---- */

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
        with_kinds(corrected_quietly_what_waits_says_it_right),
        with_kinds(what_no_text_says_is_no_news),
        with_kinds(without_a_step_nobody_is_told_and_it_says_so),
        with_kinds(to_and_fro_each_is_told_once),
        with_kinds(planned_late_what_has_passed_is_left_out),
        with_kinds(a_key_persons_reminder_is_the_planned_one),
        with_kinds(nobody_is_reminded_before_they_were_invited),
        with_kinds(called_off_and_on_again),
        with_kinds(off_and_on_before_anybody_heard),
        with_kinds(a_whole_event_called_off),
        with_kinds(a_file_moves_it_too),
        with_kinds(written_anew_it_is_still_about_that_date),
    };
    return cmocka_run_group_tests_name("service/campaign_dates", tests, NULL, NULL);
}

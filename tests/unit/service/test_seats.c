/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Places at a date of an event: a yes beyond them waits in a line and is told, once, in the unit in which a place frees; whoever
 * may not be told stays in the line; answers are about the date people were told, and name it.
 */
#include "tests/unit/service/agenda.h"
#include "tests/unit/service/talk.h"

#include "gateway/base/id.h"
#include "gateway/service/person.h"
#include "gateway/service/rsvps.h"
#include "gateway/service/seats.h"
#include "gateway/store/agenda.h"
#include "gateway/store/ledger.h"
#include "gateway/store/occurrences.h"

#define VERA "+359880001236"
#define GANCHO "+359880001237"
#define FULL "Няма достатъчно места за"
#define PLACE "Ако не можете, пишете НЕ." /* in the word of a place alone */
/* HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall. */
#define MEETING                                                                                                                       \
    "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-20T16:00:00Z\","       \
    "\"place\":\"De Windroos\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-19T00:00:00Z\""

static int build(void **state)
{
    int r = build_agenda(state);
    ((struct house *) *state)->rules.answers_per_day = 20;
    return r;
}

#define with_places(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

/* ---- an event, and people invited to it ---- */

struct meeting {
    int64_t event, date, trigger;
};

static struct meeting plan(struct house *house, int32_t day, int32_t capacity)
{
    struct pk_agenda_event event = { .kind = "parent-meeting", .title = "Ouderavond", .place = "De Windroos", .capacity = capacity,
                                     .when = { day, 1080, 0, PK_EVENTS_NO_END } };
    struct pk_occurrence date;
    in_unit(house, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), err));
    assert_int_equal(pk_occurrence_find(house->store, event.id, 0, &date, NULL), 0);
    return (struct meeting){ .event = event.id, .date = date.id };
}

/* The notice names the date, as one that a campaign on it makes. */
static void invite_to(struct house *house, struct meeting *meeting, const char *data)
{
    char sql[256];
    meeting->trigger = invite(house, data);
    (void) snprintf(sql, sizeof sql,
                    "UPDATE notice SET occurrence = %lld, version = (SELECT version FROM occurrence WHERE id = %lld) WHERE trigger = %lld",
                    (long long) meeting->date, (long long) meeting->date, (long long) meeting->trigger);
    (void) house_count(house, sql);
}

static struct meeting full_of(struct house *house, int32_t capacity)
{
    static const char *const numbers[] = { ANNA, BORIS, VERA, GANCHO };
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        (void) house_person(house, numbers[i], "bg", PK_CONSENT_CONFIRMED);
    struct meeting meeting = plan(house, 20261020, capacity);
    invite_to(house, &meeting, MEETING);
    return meeting;
}

static void assert_counts(struct house *house, const struct meeting *meeting, int64_t version, int64_t yes, int64_t no, int64_t heads, int64_t waiting)
{
    struct pk_rsvp_counts counts;
    assert_int_equal(pk_rsvps_count(house->store, meeting->date, version, &counts, NULL), 0);
    assert_int_equal(counts.yes, yes);
    assert_int_equal(counts.no, no);
    assert_int_equal(counts.heads, heads);
    assert_int_equal(counts.waiting, waiting);
}

static void change_as(struct house *house, int64_t id, int32_t day, int32_t capacity, bool quietly)
{
    struct pk_agenda_event event;
    struct pk_events_done done = { .quietly = quietly };
    assert_int_equal(pk_agenda_get(house->store, id, &event, NULL), 0);
    event.when.day = day;
    event.capacity = capacity;
    in_unit(house, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, err));
}

static void change(struct house *house, int64_t id, int32_t day, int32_t capacity)
{
    change_as(house, id, day, capacity, false);
}

/* ---- full ---- */

static void a_yes_beyond_the_places_waits_and_is_told(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 2);
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    assert_says(house, "Записахме");
    say(house, VERA, "ДА");
    assert_says(house, FULL " родителски срещи: вт, 20.10, 18:00 ч.");
    assert_counts(house, &meeting, 1, 2, 0, 2, 1);
    say(house, BORIS, "НЕ");
    assert_int_equal(told(house, VERA, "Сега имате 1 място за родителски срещи: вторник, 20 октомври, 18:00 ч. Къде: De Windroos. " PLACE), 1);
    assert_counts(house, &meeting, 1, 2, 1, 2, 0);
    /* Once: whatever happens next, it is theirs. */
    say(house, BORIS, "ДА");
    say(house, ANNA, "НЕ");
    house_later(house, HOUR_MS);
    assert_int_equal(told(house, VERA, PLACE), 1);
    assert_int_equal(told(house, BORIS, PLACE), 1);
    assert_counts(house, &meeting, 1, 2, 1, 2, 0);
}

static void the_place_is_a_notice_and_its_answer_is_about_it(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    say(house, ANNA, "ДА");
    say(house, VERA, "ДА");
    say(house, ANNA, "НЕ");
    take_all(house);
    struct pk_message message = house_message(house, "class = 0");
    assert_int_equal(message.address, house_address(house, VERA));
    assert_int_equal(message.expires_ms, 1792512000000ll); /* when it begins */
    pk_clock_advance(1);
    say(house, VERA, "не");
    assert_counts(house, &meeting, 1, 0, 2, 0, 0);
    assert_replies(house, meeting.trigger, 0, 2, 0); /* where it was asked, though the word of the place asked nobody first */
}

static void heads_are_counted(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 4);
    say(house, ANNA, "да 3");
    say(house, BORIS, "да 2");
    assert_says(house, FULL);
    say(house, VERA, "да 2");
    say(house, GANCHO, "да");
    assert_says(house, "Записахме"); /* one place was left, and who waits needs two */
    assert_counts(house, &meeting, 1, 2, 0, 4, 2);
    say(house, ANNA, "да 1");
    assert_int_equal(told(house, BORIS, "Сега имате 2 места за"), 1);
    assert_int_equal(told(house, VERA, PLACE), 0);
    assert_counts(house, &meeting, 1, 3, 0, 4, 1);
    /* More than there is: what they have they keep. */
    say(house, BORIS, "да 5");
    assert_says(house, "Запазихме Ви 2 места.");
    assert_counts(house, &meeting, 1, 3, 0, 4, 2);
    say(house, BORIS, "да 2");
    assert_says(house, "Записахме 2 души");
    assert_counts(house, &meeting, 1, 3, 0, 4, 1);
}

static void who_wants_no_more_keeps_their_place_in_the_line(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 2);
    say(house, ANNA, "да 2");
    say(house, BORIS, "да 2");
    say(house, VERA, "да");
    say(house, BORIS, "да 1"); /* fewer: still the first */
    say(house, ANNA, "да 1");
    assert_int_equal(told(house, BORIS, PLACE), 1);
    assert_int_equal(told(house, VERA, PLACE), 0);
    say(house, GANCHO, "да");
    say(house, VERA, "да 2"); /* more: the last */
    say(house, ANNA, "не");
    assert_int_equal(told(house, GANCHO, PLACE), 1);
    assert_int_equal(told(house, VERA, PLACE), 0);
    assert_counts(house, &meeting, 1, 2, 1, 2, 1);
}

static void more_room_is_given_at_once(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    say(house, VERA, "ДА");
    say(house, GANCHO, "ДА");
    change(house, meeting.event, 20261020, 3);
    assert_int_equal(told(house, BORIS, PLACE) + told(house, VERA, PLACE), 2);
    assert_int_equal(told(house, GANCHO, PLACE), 0);
    change(house, meeting.event, 20261020, 1); /* nobody is sent away */
    assert_counts(house, &meeting, 1, 3, 0, 3, 1);
    say(house, ANNA, "НЕ");
    assert_int_equal(told(house, GANCHO, PLACE), 0);
    change(house, meeting.event, 20261020, 0); /* no limit any more */
    assert_int_equal(told(house, GANCHO, PLACE), 1);
    assert_counts(house, &meeting, 1, 3, 1, 3, 0);
}

/* ---- who is passed over ---- */

static void withdraw(struct house *house, int64_t person)
{
    struct pk_consent_event no = {
        .recipient = person,
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .kind = PK_CONSENT_WITHDRAWN, .at_ms = pk_clock_wall_ms(), .how = PK_SLICE("paper"), .by = PK_SLICE("test"),
    };
    assert_int_equal(pk_ledger_append(house->store, &no, NULL), 0);
    house_turn(house);
}

static void who_may_not_be_told_is_passed_over(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    int64_t other = house_count(house, "SELECT min(recipient) + 0 FROM address WHERE id = (SELECT min(id) + 1 FROM address)");
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    say(house, VERA, "ДА");
    say(house, GANCHO, "ДА");
    withdraw(house, other);
    say(house, VERA, "СТОП");
    say(house, ANNA, "НЕ");
    assert_int_equal(told(house, BORIS, PLACE) + told(house, VERA, PLACE), 0);
    assert_int_equal(told(house, GANCHO, PLACE), 1);
    /* Back again, they stand where they stood. */
    say(house, VERA, "СТАРТ");
    say(house, GANCHO, "НЕ");
    assert_int_equal(told(house, VERA, PLACE), 1);
    assert_counts(house, &meeting, 1, 1, 2, 1, 1);
    /* A STOP holds whatever the ledger says. */
    say(house, GANCHO, "ДА");
    (void) house_count(house, "UPDATE recipient SET stopped_ms = 1 WHERE id = (SELECT recipient FROM rsvp ORDER BY id DESC LIMIT 1)");
    say(house, VERA, "НЕ");
    assert_int_equal(told(house, GANCHO, PLACE), 1);
    assert_counts(house, &meeting, 1, 0, 2, 0, 2);
}

static void what_began_or_is_off_gives_nothing(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    struct pk_events_done done = { 0 };
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    in_unit(house, pk_events_cancel(house->service, &anna, meeting.event, pk_clock_wall_ms(), &done, err));
    say(house, ANNA, "НЕ");
    assert_says(house, "Датата за родителски срещи мина или е друга.");
    in_unit(house, pk_seats_of_event(house->service, meeting.event, pk_clock_wall_ms(), err));
    assert_int_equal(told(house, BORIS, PLACE), 0);
    assert_counts(house, &meeting, 1, 1, 0, 1, 1);
}

/* ---- the date people were told ---- */

static void a_date_that_moved_begins_with_nobody(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    change(house, meeting.event, 20261027, 1);
    assert_counts(house, &meeting, 1, 1, 0, 1, 1);
    assert_counts(house, &meeting, 2, 0, 0, 0, 0);
    say(house, VERA, "ДА"); /* to the old one */
    assert_says(house, "Датата за родителски срещи мина или е друга.");
    assert_counts(house, &meeting, 2, 0, 0, 0, 0);
    invite_to(house, &meeting, "\"template\":\"parent-meeting-changed\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-27T17:00:00Z\","
                               "\"place\":\"De Windroos\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-26T00:00:00Z\"");
    say(house, VERA, "ДА");
    assert_says(house, "27 октомври");
    assert_counts(house, &meeting, 2, 1, 0, 1, 0);
    say(house, ANNA, "НЕ"); /* about the new one: the old one's line does not move */
    assert_int_equal(told(house, BORIS, PLACE), 0);
    assert_counts(house, &meeting, 1, 1, 0, 1, 1);
    assert_counts(house, &meeting, 2, 1, 1, 1, 0);
}

/* Moved, and back before anybody was told: nobody has to answer anew. */
static void a_date_that_is_again_as_it_was_told_is_that_date(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    say(house, ANNA, "ДА");
    say(house, BORIS, "ДА");
    change(house, meeting.event, 20261027, 1);
    change(house, meeting.event, 20261020, 1);
    assert_counts(house, &meeting, 3, 1, 0, 1, 1);
    say(house, VERA, "ДА");
    assert_says(house, FULL " родителски срещи: вт, 20.10");
    say(house, ANNA, "НЕ");
    assert_int_equal(told(house, BORIS, PLACE), 1);
    assert_counts(house, &meeting, 3, 1, 1, 1, 1);
}

/* Corrected without telling anybody: what they said stands, and what they say now names the date as it is. */
static void a_quiet_correction_keeps_the_answers(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 3);
    say(house, ANNA, "ДА");
    change_as(house, meeting.event, 20261021, 3, true);
    assert_counts(house, &meeting, 2, 1, 0, 1, 0);
    say(house, VERA, "ДА");
    assert_says(house, "сряда, 21 октомври");
    assert_counts(house, &meeting, 2, 2, 0, 2, 0);
}

static void a_reminder_asks_about_the_same_date(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 2);
    int64_t first = meeting.trigger;
    say(house, ANNA, "ДА");
    invite_to(house, &meeting, "\"template\":\"parent-meeting-reminder\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-20T16:00:00Z\","
                               "\"place\":\"De Windroos\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-19T00:00:00Z\"");
    say(house, ANNA, "НЕ");
    assert_counts(house, &meeting, 1, 0, 1, 0, 0);
    assert_replies(house, first, 0, 0, 0);
    assert_replies(house, meeting.trigger, 0, 1, 0);
}

static void two_dates_are_not_mixed_up(void **state)
{
    struct house *house = *state;
    char id[16], older_yes[48];
    struct meeting older = full_of(house, 1), newer = plan(house, 20261021, 1);
    invite_to(house, &newer, "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-21T16:00:00Z\","
                             "\"place\":\"Dam 12\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-20T00:00:00Z\"");
    int64_t notice = house_count(house, "SELECT min(notice) FROM message WHERE class = 0");
    (void) snprintf(older_yes, sizeof older_yes, "yes-%s", pk_id_format(notice, id));
    press(house, ANNA, older_yes);
    assert_says(house, "вторник, 20 октомври");
    say(house, ANNA, "ДА"); /* words are about the newer one */
    assert_says(house, "сряда, 21 октомври");
    assert_counts(house, &older, 1, 1, 0, 1, 0);
    assert_counts(house, &newer, 1, 1, 0, 1, 0);
    press(house, BORIS, older_yes);
    assert_says(house, FULL " родителски срещи: вт, 20.10");
    say(house, BORIS, "ДА");
    assert_says(house, FULL " родителски срещи: ср, 21.10");
    assert_counts(house, &older, 1, 1, 0, 1, 1);
    say(house, ANNA, "НЕ");
    assert_int_equal(told(house, BORIS, "Сега имате 1 място за родителски срещи: сряда, 21 октомври"), 1);
    assert_counts(house, &older, 1, 1, 0, 1, 1);
    assert_counts(house, &newer, 1, 1, 1, 1, 0);
}

static void told_in_their_language_and_letters(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    (void) house_count(house, "UPDATE recipient SET script = 'Latn' WHERE id = (SELECT recipient FROM address WHERE id = (SELECT min(id) + 1 FROM address))");
    (void) house_count(house, "UPDATE recipient SET language = 'nl' WHERE id = (SELECT recipient FROM address WHERE id = (SELECT min(id) + 2 FROM address))");
    say(house, ANNA, "ДА");
    say(house, BORIS, "da");
    assert_says(house, "Nyama dostatachno mesta");
    say(house, VERA, "ja");
    assert_says(house, "Er zijn niet genoeg plaatsen");
    say(house, ANNA, "НЕ");
    assert_int_equal(told(house, BORIS, "Sega imate 1 myasto za roditelski sreshti: vtornik, 20 oktomvri, 18:00 ch."), 1);
    say(house, BORIS, "ne");
    assert_int_equal(told(house, VERA, "U heeft nu 1 plaats voor ouderbijeenkomsten: dinsdag 20 oktober"), 1);
    assert_counts(house, &meeting, 1, 1, 2, 1, 0);
}

/* ---- by mouth, and when somebody is forgotten ---- */

static bool recorded(struct house *house, const struct pk_actor *actor, int64_t trigger, const char *number, bool yes)
{
    bool full = false;
    const struct pk_rsvp_plan plan = { .trigger = trigger, .whom = { .address = pk_slice_of(number) }, .yes = yes, .ret_full = &full };
    in_unit(house, pk_rsvp_record(house->service, actor, &plan, pk_clock_wall_ms(), err));
    return full;
}

static void what_is_said_at_the_desk_takes_places_too(void **state)
{
    struct house *house = *state;
    struct meeting meeting = full_of(house, 1);
    assert_false(recorded(house, &maria, meeting.trigger, STRANGER, true)); /* there are places, whoever it is */
    assert_false(recorded(house, &desk, meeting.trigger, ANNA, true));
    assert_true(recorded(house, &desk, meeting.trigger, BORIS, true));
    assert_false(recorded(house, &desk, meeting.trigger, ANNA, true)); /* hers already */
    /* A key person hears the same of everybody. */
    assert_true(recorded(house, &maria, meeting.trigger, STRANGER, true));
    assert_true(recorded(house, &maria, meeting.trigger, ANNA, true));
    assert_counts(house, &meeting, 1, 1, 0, 1, 1);
    assert_false(recorded(house, &desk, meeting.trigger, ANNA, false));
    assert_int_equal(told(house, BORIS, PLACE), 1);
    assert_counts(house, &meeting, 1, 1, 1, 1, 0);
}

static void who_is_forgotten_stands_in_no_line(void **state)
{
    struct house *house = *state;
    struct pk_buf file;
    struct meeting meeting = full_of(house, 1);
    const struct pk_erase_plan plan = { .whom = { .address = PK_SLICE(BORIS) } };
    say(house, ANNA, "ДА");
    say(house, BORIS, "да 2");
    pk_buf_init(&file, 1u << 20);
    in_unit(house, pk_person_export(house->service, &anna, &plan.whom, pk_clock_wall_ms(), &file, err));
    assert_non_null(strstr(pk_buf_text(&file), "\"answer\":\"yes\",\"heads\":0,\"waitsFor\":2"));
    pk_buf_finish(&file);
    assert_counts(house, &meeting, 1, 1, 0, 1, 1);
    in_unit(house, pk_person_erase(house->service, &anna, &plan, pk_clock_wall_ms(), err));
    assert_counts(house, &meeting, 1, 1, 0, 1, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp WHERE address <> 0 AND recipient NOT IN (SELECT id FROM recipient)"), 0);
    say(house, ANNA, "НЕ");
    assert_counts(house, &meeting, 1, 0, 1, 0, 0);
    assert_int_equal(told(house, BORIS, PLACE), 0);
}

static void an_answer_about_no_date_is_as_before(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    say(house, ANNA, "да 4");
    assert_replies(house, trigger, 1, 0, 4);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp WHERE occurrence = 0 AND waits = 0 AND heads = 4"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_places(a_yes_beyond_the_places_waits_and_is_told),
        with_places(the_place_is_a_notice_and_its_answer_is_about_it),
        with_places(heads_are_counted),
        with_places(who_wants_no_more_keeps_their_place_in_the_line),
        with_places(more_room_is_given_at_once),
        with_places(who_may_not_be_told_is_passed_over),
        with_places(what_began_or_is_off_gives_nothing),
        with_places(a_date_that_moved_begins_with_nobody),
        with_places(a_date_that_is_again_as_it_was_told_is_that_date),
        with_places(a_quiet_correction_keeps_the_answers),
        with_places(a_reminder_asks_about_the_same_date),
        with_places(two_dates_are_not_mixed_up),
        with_places(told_in_their_language_and_letters),
        with_places(what_is_said_at_the_desk_takes_places_too),
        with_places(who_is_forgotten_stands_in_no_line),
        with_places(an_answer_about_no_date_is_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Triggers become messages: chunk by chunk, in turns, for whom there is at that moment; answers and questions within their caps. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/planner.h"
#include "gateway/store/names.h"
#include "gateway/store/triggers.h"

#define STATUS(type) "SELECT count(*) FROM outbox WHERE topic = 'pokana/v1/status/school' AND CAST(payload AS TEXT) LIKE '%" type "%'"
#define TO_MANY HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:many\"]}"
#define OF_LAST_TRIGGER "notice = (SELECT notice FROM trigger ORDER BY id DESC LIMIT 1)"
#define OF_FIRST_TRIGGER "notice = (SELECT notice FROM trigger ORDER BY id LIMIT 1)"

/* Nothing is handed over, so that what was planned can be counted. */
static void hold(struct house *house)
{
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house_turn(house);
}

static void a_large_one_lets_a_small_one_pass(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 1100, "school:many");
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", TO_MANY), 0);
    int64_t first_turn = house_messages(house, OF_FIRST_TRIGGER);
    assert_in_range(first_turn, 256, 1000); /* a turn's share, not all */
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, OF_LAST_TRIGGER), 3);
    house_turns(house, 4);
    assert_int_equal(house_messages(house, OF_FIRST_TRIGGER), 1100);
    assert_int_equal(house_count(house, "SELECT count(DISTINCT recipient) FROM message WHERE " OF_FIRST_TRIGGER), 1100);
    assert_int_equal(house_count(house, STATUS("trigger-planned.v1%\"messages\":1100")), 1);
    assert_true(pk_planner_idle(house->service->planner));
    house_assert_counts(house);
}

static void fair_within_a_turn(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 600, "school:many");
    house_people(house, 2, "school:windroos");
    /* Both wait before either is begun. */
    house->service->draining = true;
    assert_int_equal(house_publish(house, "school", TO_MANY), 0);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house->service->draining = false;
    house_turn(house);
    assert_int_equal(house_messages(house, OF_LAST_TRIGGER), 2);
    assert_true(house_messages(house, OF_FIRST_TRIGGER) < 600);
}

static void one_for_later_meets_the_people_of_that_moment(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T10:30:00Z\""), 0);
    house_later(house, HOUR_MS + 44 * MINUTE_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    (void) post_reply(house->posts[0], ANNA, "СТОП");
    house_turns(house, 2);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    house_later(house, 2 * MINUTE_MS); /* a quarter of an hour before */
    assert_int_equal(house_messages(house, "class = 0"), 1);
    struct pk_message message = house_message(house, "class = 0");
    assert_int_equal(message.state, PK_MESSAGE_SCHEDULED);
    assert_int_equal(message.due_ms, HOUSE_NOW + 2 * HOUR_MS);
    assert_int_equal(house->posts[0]->count, 1); /* the confirmation */
    house_later(house, 15 * MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 2);
    assert_string_equal(house->posts[0]->jobs[1].address, BORIS);
}

/* A timer opens it: nobody else has to wake the gateway. */
static void later_wakes_by_itself(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T08:50:00Z\""), 0);
    for (unsigned i = 0; i < 2000 && house->posts[0]->count == 0; i++)
        assert_int_equal(pk_loop_turn(house->loop, 1000, NULL), 0); /* idle turns move the clock to the next timer */
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(pk_clock_wall_ms(), HOUSE_NOW + 20 * MINUTE_MS);
}

/* A number that is reached in the middle of a chunk ends it there, for good. */
static void the_ceiling_ends_it(void **state)
{
    struct house *house = *state;
    hold(house);
    house->publishers[0].max_recipients = 5;
    house_people(house, 9, "school:many");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"any\":[\"school:many\"]}"), 0);
    assert_int_equal(house_messages(house, "1"), 5);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_EXPANDED);
    assert_int_equal(house_count(house, STATUS("trigger-planned.v1%\"messages\":5")), 1);
}

static void tags_decide(void **state)
{
    static const struct {
        const char *tags;
        int64_t people;
    } cases[] = {
        { "\"tags\":{\"all\":[\"school:a\"]}", 2 },
        { "\"tags\":{\"any\":[\"school:a\",\"school:b\"]}", 5 },
        { "\"tags\":{\"any\":[\"school:a\",\"school:none\"]}", 2 },
        { "\"tags\":{\"all\":[\"school:a\",\"school:none\"]}", 0 },
        { "\"tags\":{\"any\":[\"school:none\"]}", 0 },
        { "\"tags\":{\"none\":[\"school:b\",\"school:none\"]}", 2 },
        { "\"tags\":{\"all\":[\"school:a\",\"school:b\"]}", 0 },
        { "\"tags\":{}", 5 },
    };
    struct house *house = *state;
    hold(house);
    house_people(house, 2, "school:a");
    house_people(house, 3, "school:b");
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char data[512];
        (void) snprintf(data, sizeof data, HOUSE_INVITATION ",%s", cases[i].tags);
        assert_int_equal(house_publish(house, "school", data), 0);
        if (house_messages(house, OF_LAST_TRIGGER) != cases[i].people)
            fail_msg("%s reaches %lld", cases[i].tags, (long long) house_messages(house, OF_LAST_TRIGGER));
        assert_int_equal(house_count(house, "SELECT state FROM trigger ORDER BY id DESC LIMIT 1"), PK_TRIGGER_EXPANDED);
    }
}

static void only_who_agreed(void **state)
{
    struct house *house = *state;
    hold(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_REFUSED);
    int64_t mila = house_person(house, "+359880001236", "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "1"), 1);
    assert_int_equal(house_message(house, "1").recipient, mila);
}

static void it_expires_half_made(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 1100, "school:many");
    assert_int_equal(house_publish(house, "school", TO_MANY ",\"validUntil\":\"2026-10-13T08:31:00Z\""), 0);
    int64_t made = house_messages(house, "1");
    assert_in_range(made, 1, 1099);
    pk_clock_advance(MINUTE_MS);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), made);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_EXPIRED);
    assert_int_equal(house_count(house, STATUS("trigger-cut-short.v1%\"reason\":\"expired\"")), 1);
}

/* Nobody tries for ever, and whoever asked hears of it. */
static void what_cannot_be_made_is_cancelled_and_told(void **state)
{
    struct house *house = *state;
    house_people(house, 2, "school:windroos");
    house->service->draining = true;
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house->service->draining = false;
    assert_int_equal(house_count(house, "UPDATE notice SET template = 'gone' WHERE trigger <> 0"), -1);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_CANCELLED);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, STATUS("trigger-cut-short.v1%\"reason\":\"cancelled\"%\"messages\":0")), 1);
    assert_true(pk_planner_idle(house->service->planner));
    /* Its route is gone: the same. */
    house->service->draining = true;
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house->service->draining = false;
    assert_int_equal(house_count(house, "UPDATE trigger SET route = 999999 WHERE state = 1"), -1);
    house_turns(house, 2);
    assert_int_equal(house_count(house, STATUS("trigger-cut-short.v1%\"reason\":\"cancelled\"")), 2);
}

static void a_failed_commit_makes_nobody_twice(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 300, "school:many");
    house->service->draining = true;
    assert_int_equal(house_publish(house, "school", TO_MANY), 0);
    house->service->draining = false;
    house->commit_fails = true;
    house_turns(house, 2);
    house->commit_fails = false;
    assert_int_equal(house_messages(house, "1"), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "1"), 300);
    assert_int_equal(house_count(house, "SELECT count(DISTINCT recipient) FROM message"), 300);
    house_assert_counts(house);
}

/* A chunk the store refuses is tried again by itself, though another trigger behind it went well. */
static void a_chunk_that_failed_is_tried_again(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 2, "school:windroos");
    house->service->draining = true;
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house->service->draining = false;
    assert_int_equal(house_count(house, "CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'no'); END"), -1);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "DROP TRIGGER broken"), -1);
    house_later(house, 300);
    assert_int_equal(house_messages(house, "1"), 2);
}

/* Taken in and not a turn older. */
static void take(struct house *house, const char *data)
{
    char payload[1024];
    (void) snprintf(payload, sizeof payload,
                    "{\"specversion\":\"1.0\",\"id\":\"at-once-%u\",\"source\":\"urn:school\",\"type\":\"nl.notices.notice-requested.v1\","
                    "\"data\":{%s}}",
                    ++house->events, data);
    struct pk_intake_event event = { .publisher = PK_SLICE("school"), .payload = pk_slice_of(payload) };
    assert_int_equal(pk_intake_take(house->service->intake, &event, NULL), 0);
}

#define NEWEST_STATE "SELECT state FROM trigger ORDER BY id DESC LIMIT 1"

static void a_few_are_made_with_their_trigger(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, PK_AT_ONCE, "school:a");
    house_people(house, PK_AT_ONCE + 1, "school:b");
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:a\"]}");
    assert_int_equal(house_count(house, NEWEST_STATE), PK_TRIGGER_EXPANDED);
    assert_int_equal(house_count(house, "SELECT planned FROM trigger"), PK_AT_ONCE);
    assert_int_equal(house_messages(house, "state = 1 AND " OF_FIRST_TRIGGER), PK_AT_ONCE);
    assert_int_equal(house_count(house, "SELECT count(DISTINCT recipient) FROM message"), PK_AT_ONCE);
    assert_int_equal(house->service->metrics.messages_planned, PK_AT_ONCE);
    /* First that it was accepted, then what became of it. */
    assert_int_equal(house_count(house, "SELECT (SELECT min(id) FROM outbox WHERE CAST(payload AS TEXT) LIKE '%trigger-accepted.v1%') <"
                                        " (SELECT min(id) FROM outbox WHERE CAST(payload AS TEXT) LIKE '%trigger-planned.v1%')"),
                     1);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), PK_AT_ONCE);
    assert_int_equal(house_count(house, STATUS("trigger-planned.v1%\"messages\":4")), 1);
    /* One more, and it takes its turn. */
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:b\"]}");
    assert_int_equal(house_count(house, NEWEST_STATE), PK_TRIGGER_EXPANDING);
    assert_int_equal(house_messages(house, OF_LAST_TRIGGER), 0);
    house_turn(house);
    assert_int_equal(house_messages(house, OF_LAST_TRIGGER), PK_AT_ONCE + 1);
    house_assert_counts(house);
}

static void not_at_once(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 2, "school:a");
    /* For later. */
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:a\"]},\"sendAt\":\"2026-10-13T10:30:00Z\"");
    assert_int_equal(house_count(house, NEWEST_STATE), PK_TRIGGER_EXPANDING);
    /* More than its publisher may reach, though these are few. */
    house->publishers[0].max_recipients = 1;
    take(house, HOUSE_INVITATION ",\"tags\":{\"any\":[\"school:a\"]}");
    assert_int_equal(house_count(house, NEWEST_STATE), PK_TRIGGER_EXPANDING);
    house->publishers[0].max_recipients = 1000;
    /* It may have been run in the hours a restore lost. */
    assert_int_equal(pk_store_set_number(house->store, "hold.restored", 1, NULL), 0);
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:a\"]}");
    assert_int_equal(house_count(house, NEWEST_STATE), PK_TRIGGER_HELD);
    assert_int_equal(house_messages(house, "1"), 0);
}

/* What was taken in and not kept is not there, and its repeat is taken in anew. */
static void a_failed_commit_keeps_none_of_a_few(void **state)
{
    struct house *house = *state;
    hold(house);
    house_people(house, 2, "school:a");
    house->commit_fails = true;
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:a\"]}");
    house_turn(house);
    house->commit_fails = false;
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
    house->events--;
    take(house, HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:a\"]}");
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM message m JOIN text_version v ON v.id = m.version"), 2);
    house_assert_counts(house);
}

/* Who says STOP in the same turn hears nothing. */
static void stop_in_the_same_turn(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    house_turn(house);
    take(house, HOUSE_INVITATION "," HOUSE_TAGS);
    assert_int_equal(house_messages(house, "state = 1"), 1);
    (void) post_reply(house->posts[0], ANNA, "СТОП");
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "class = 0"), 1);
    assert_int_equal(house_message(house, "class = 0").state, PK_MESSAGE_SUPPRESSED);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 1); /* the confirmation */
}

/* ---- one at a time ---- */

static void answers_have_a_daily_cap(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (unsigned i = 0; i < 7; i++) {
        static const char *const cries[] = { "ПОМОЩ", "помощ!", "Помощ", "помощ моля", "помогнете", "инфо", "информация" };
        assert_int_equal(post_reply(house->posts[0], ANNA, cries[i]), 0);
        house_turn(house);
    }
    assert_int_equal(house_messages(house, "class = 2"), 5);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0); /* always confirmed */
    house_turn(house);
    assert_int_equal(house_messages(house, "class = 2"), 6);
    house_later(house, DAY_MS + 1);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ПОМОЩ"), 0);
    house_turn(house);
    assert_int_equal(house_messages(house, "class = 2"), 7);
}

static bool ask(struct house *house, int64_t person, const char *number, const char *topic)
{
    bool asked = false;
    struct pk_question_plan plan = {
        .recipient = person,
        .address = house_address(house, number),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(topic)),
        .language = PK_SLICE("bg"),
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    return asked;
}

static void a_question_is_put_once_in_ninety_days(void **state)
{
    struct house *house = *state;
    house->rules.keep_unanswered_ms = 0; /* she would be gone after a week of silence */
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    assert_true(ask(house, anna, ANNA, "parent-meetings"));
    assert_int_equal(house->posts[0]->count, 1);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0);
    house_turn(house);
    assert_false(ask(house, anna, ANNA, "parent-meetings"));
    assert_false(ask(house, anna, ANNA, "festival")); /* one open question is enough */
    house_later(house, 8 * DAY_MS);
    assert_true(ask(house, anna, ANNA, "festival"));
    /* Also once the message itself would be gone. */
    for (unsigned day = 8; day < 89; day += 9)
        house_later(house, 9 * DAY_MS);
    assert_false(ask(house, anna, ANNA, "parent-meetings"));
    house_later(house, 3 * DAY_MS);
    assert_true(ask(house, anna, ANNA, "parent-meetings"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_large_one_lets_a_small_one_pass),
        in_house(fair_within_a_turn),
        in_house(one_for_later_meets_the_people_of_that_moment),
        in_house(later_wakes_by_itself),
        in_house(the_ceiling_ends_it),
        in_house(tags_decide),
        in_house(only_who_agreed),
        in_house(it_expires_half_made),
        in_house(what_cannot_be_made_is_cancelled_and_told),
        in_house(a_failed_commit_makes_nobody_twice),
        in_house(a_chunk_that_failed_is_tried_again),
        in_house(a_few_are_made_with_their_trigger),
        in_house(not_at_once),
        in_house(a_failed_commit_keeps_none_of_a_few),
        in_house(stop_in_the_same_turn),
        in_house(answers_have_a_daily_cap),
        in_house(a_question_is_put_once_in_ninety_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

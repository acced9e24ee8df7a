/* SPDX-License-Identifier: EUPL-1.2 */
/* What happens by itself: expiry, receipts that never come, triggers that are complete, retention, and what a crash left. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/store/triggers.h"

#define COMPLETED "SELECT count(*) FROM outbox WHERE CAST(payload AS TEXT) LIKE '%trigger-completed.v1%'"

static void wait_a_round(struct house *house)
{
    house_later(house, 1100);
}

static void take_all(struct house *house, uint32_t outcome)
{
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        for (size_t j = 0; j < house->posts[i]->count; j++)
            if (!house->posts[i]->jobs[j].completed)
                post_complete(house->posts[i], j, outcome);
    house_settle(house);
}

static void what_waits_too_long_expires(void **state)
{
    struct house *house = *state;
    house_people(house, 3, "school:windroos");
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T08:31:00Z\""), 0);
    house_later(house, 59 * SECOND_MS);
    assert_int_equal(house_messages(house, "state = 1"), 3);
    wait_a_round(house);
    assert_int_equal(house_messages(house, "state = 13 AND reason = 14"), 3);
    house_assert_counts(house);
}

static void silence_is_not_success(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    take_all(house, PK_OUTCOME_ACCEPTED);
    house_later(house, 2 * HOUR_MS - SECOND_MS);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_ACCEPTED);
    wait_a_round(house);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_UNCONFIRMED);
    assert_int_equal(house_message(house, "1").reason, PK_REASON_RECEIPT_SILENT);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0); /* late, and true all the same */
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_DELIVERED);
}

static void completion_is_told_once(void **state)
{
    struct house *house = *state;
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    wait_a_round(house);
    assert_int_equal(house_count(house, COMPLETED), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_REJECTED);
    post_complete(house->posts[0], 1, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    wait_a_round(house);
    assert_int_equal(house_count(house, COMPLETED), 0);
    assert_int_equal(post_receipt(house->posts[0], 1, PK_RECEIPT_DELIVERED), 0);
    /* In a commit that fails it is not told, and told in the next. */
    house->commit_fails = true;
    wait_a_round(house);
    house->commit_fails = false;
    assert_int_equal(post_receipt(house->posts[0], 1, PK_RECEIPT_READ), 0);
    wait_a_round(house);
    wait_a_round(house);
    assert_int_equal(house_count(house, COMPLETED), 1);
    assert_int_equal(house_count(house, COMPLETED " AND CAST(payload AS TEXT) LIKE '%\"messages\":{\"read\":1,\"failed\":1}%'"), 1);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_COMPLETED);
    /* Nobody to reach is complete as well. */
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:none\"]}"), 0);
    wait_a_round(house);
    assert_int_equal(house_count(house, COMPLETED), 2);
    house->publishers[0].status = false;
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:none\"]}"), 0);
    wait_a_round(house);
    assert_int_equal(house_count(house, COMPLETED), 2);
}

static void what_is_old_goes(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    take_all(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0);
    assert_int_equal(post_reply(house->posts[0], STRANGER, "здравейте"), 0);
    house_turns(house, 2);
    take_all(house, PK_OUTCOME_REJECTED);
    assert_true(house_address(house, STRANGER) != 0);
    house_later(house, 8 * DAY_MS);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply"), 0);
    assert_int_equal(house_messages(house, "1"), 2);
    house_later(house, 23 * DAY_MS);
    house_later(house, 2 * MINUTE_MS);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM attempt) + (SELECT count(*) FROM receipt)"), 0);
    assert_int_equal(house_address(house, STRANGER), 0);
    assert_true(house_address(house, ANNA) != 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1); /* a year */
    house_later(house, 340 * DAY_MS);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
}

/* In the middle of a hand-over: repeated where that is no double, or is the lesser evil; else a person decides. */
static void what_a_crash_left(void **state)
{
    static const struct {
        uint32_t capabilities;
        bool resend;
        uint32_t message, flags;
        size_t again;
    } cases[] = {
        { PK_CAN_RECEIPTS, false, PK_MESSAGE_UNCERTAIN, 0, 0 },
        { PK_CAN_RECEIPTS | PK_CAN_IDEMPOTENT, false, PK_MESSAGE_SUBMITTING, 0, 1 },
        { PK_CAN_RECEIPTS, true, PK_MESSAGE_SUBMITTING, PK_MESSAGE_POSSIBLE_DOUBLE, 1 },
    };
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        house->adapters[0].capabilities = cases[i].capabilities;
        house->accounts[0].resend_uncertain = cases[i].resend;
        house_reopen(house);
        assert_int_equal(house_publish(house, "school", NULL), 0);
        int64_t id = house_job_message(house->posts[0], 0);
        house_crash(house);
        house_turns(house, 2);
        struct pk_message message;
        assert_int_equal(pk_message_get(house->store, id, &message, NULL), 0);
        assert_int_equal(message.state, cases[i].message);
        assert_int_equal(message.flags, cases[i].flags);
        assert_int_equal(house->posts[0]->count, cases[i].again);
        assert_int_equal(house_count(house, "SELECT state FROM attempt ORDER BY id DESC LIMIT 1 OFFSET 0") == PK_ATTEMPT_OPENED,
                         cases[i].again == 1);
        take_all(house, PK_OUTCOME_REJECTED);
        house_assert_counts(house);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE state = 0"), 0);
}

/* An account that is no longer configured has no one to repeat by. */
static void a_crash_of_an_account_that_is_gone(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    house->adapters[0].capabilities = PK_CAN_RECEIPTS | PK_CAN_IDEMPOTENT;
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    static const char *const names[] = { "third", "second" };
    static const struct pk_route_rule route = { .name = "main", .channel = "sms", .accounts = { names, 2 } };
    house->accounts[0].name = "third";
    house->rules.routes = &route;
    house_crash(house);
    assert_int_equal(house_message(house, "1").state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house_message(house, "1").reason, PK_REASON_RESTART);
}

static void health_says_what_is_wrong(void **state)
{
    struct house *house = *state;
    struct pk_condition condition;
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_true(condition.ready);
    assert_false(condition.degraded);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house->commit_fails = true;
    house_turn(house);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_false(condition.ready);
    assert_non_null(strstr(condition.why, "database: "));
    /* It goes on by itself: a round writes something to see whether it can. */
    house->commit_fails = false;
    wait_a_round(house);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_true(condition.ready);
    assert_false(condition.degraded); /* the hold was not kept */
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house_turn(house);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_string_equal(condition.why, "all sending is on hold");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(what_waits_too_long_expires),
        in_house(silence_is_not_success),
        in_house(completion_is_told_once),
        in_house(what_is_old_goes),
        in_house(what_a_crash_left),
        in_house(a_crash_of_an_account_that_is_gone),
        in_house(health_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

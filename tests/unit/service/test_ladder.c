/* SPDX-License-Identifier: EUPL-1.2 */
/* The ladder: who is met where, what goes on to the next channel, and what never does. */
#include "tests/unit/service/ladder.h"

#include "gateway/base/json.h"
#include "gateway/service/audience.h"
#include "gateway/service/ladder.h"

#define RECEIPTS PK_CAN_RECEIPTS

static void invite(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 0);
    assert_true(only(house).flags & PK_MESSAGE_HAS_NEXT);
}

static void went_on(struct house *house)
{
    house_turns(house, 2);
    struct pk_message message = only(house);
    assert_int_equal(SMS(house)->count, 1);
    assert_int_equal(CHAT(house)->count, 1);
    assert_true(house_job_message(SMS(house), 0) == message.id);
    assert_string_equal(SMS(house)->jobs[0].address, ANNA);
    assert_string_equal(SMS(house)->jobs[0].language, "bg");
    assert_true(message.address == house_address(house, ANNA) && message.attempts == 2 && message.earlier == 1);
    assert_false(message.flags & PK_MESSAGE_HAS_NEXT);
    post_complete(SMS(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 2);
    house_assert_counts(house);
}

static void stayed(struct house *house, uint32_t state)
{
    house_later(house, MINUTE_MS);
    struct pk_message message = only(house);
    if (message.state != state)
        fail_msg("it is %s", pk_message_state_name(message.state));
    assert_int_equal(SMS(house)->count, 0);
    house_assert_counts(house);
}

/* ---- the ladder ---- */

static void who_agreed_to_both_is_told_once(void **state)
{
    struct house *house = *state;
    (void) both(house);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 2);
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 1);
    assert_string_equal(CHAT(house)->jobs[0].address, "716000001");
    assert_string_equal(SMS(house)->jobs[0].address, BORIS);
    /* As many at once as in a chunk of its own. */
    house_people(house, 9, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "topic = (SELECT id FROM name WHERE text = 'festival')"), 11);
    assert_int_equal(CHAT(house)->count, 1); /* nobody agreed to that in the chat */
}

/* Who asks how many they are, and names no channel, is told of the ladder. */
static void they_are_counted_where_they_are_met(void **state)
{
    struct house *house = *state;
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };
    const struct pk_audience_plan plan = { .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("everybody") };
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    struct pk_json_out out = pk_json_out(&text);
    assert_int_equal(pk_audience_reckon(house->service, &adviser, &plan, HOUSE_NOW, &out, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&text), "\"channels\":[\"telegram\",\"sms\"]"));
    pk_buf_finish(&text);
}

/* Whoever names a route means its channel. */
static void who_names_a_route_keeps_to_its_channel(void **state)
{
    struct house *house = *state;
    house->publishers[0].route = "main";
    house_reopen(house);
    (void) both(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(SMS(house)->count, 1);
    assert_int_equal(CHAT(house)->count, 0);
    assert_false(only(house).flags & PK_MESSAGE_HAS_NEXT);
}

static void a_definite_no_goes_on(void **state)
{
    static const uint32_t outcomes[] = { PK_OUTCOME_REJECTED, PK_OUTCOME_INVALID_RECIPIENT };
    for (size_t i = 0; i < PK_COUNT(outcomes); i++) {
        struct house *house = *state;
        (void) both(house);
        invite(house);
        post_complete(CHAT(house), 0, outcomes[i]);
        house_settle(house);
        went_on(house);
        assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms > 0"), outcomes[i] == PK_OUTCOME_INVALID_RECIPIENT);
        house_tear(state);
        build_ladder(state);
    }
}

static void what_was_tried_in_vain_goes_on(void **state)
{
    struct house *house = *state;
    house->accounts[1].retry.max_attempts = 1;
    house->accounts[0].retry.max_attempts = 2; /* of its own: those before count elsewhere */
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_RETRY);
    house_settle(house);
    house_turn(house);
    assert_int_equal(SMS(house)->count, 1);
    post_complete(SMS(house), 0, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_DEFERRED);
    house_later(house, MINUTE_MS);
    assert_int_equal(SMS(house)->count, 2);
    post_complete(SMS(house), 1, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_FAILED);
    assert_int_equal(only(house).reason, PK_REASON_ATTEMPTS_USED_UP);
}

static void an_undelivered_one_goes_on(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_SENT), 0);
    stayed(house, PK_MESSAGE_SENT);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_PERMANENT), 0);
    went_on(house);
    /* What comes of the first one now changes nothing, unless it arrived after all. */
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_TEMPORARY), 0);
    house_turns(house, 2);
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(SMS(house)->count, 1);
}

/* Delivered after all, before the next one left: it does not leave. */
static void one_that_arrived_after_all_does_not_go_on(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_PERMANENT), 0);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_DELIVERED), 0);
    stayed(house, PK_MESSAGE_DELIVERED);
}

static void what_may_have_arrived_stays(void **state)
{
    static const struct {
        uint32_t outcome, receipt, state;
    } cases[] = {
        { PK_OUTCOME_UNCERTAIN, 0, PK_MESSAGE_UNCERTAIN },
        { PK_OUTCOME_ACCEPTED, 0, PK_MESSAGE_ACCEPTED },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_SENT, PK_MESSAGE_SENT },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_DELIVERED, PK_MESSAGE_DELIVERED },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_READ, PK_MESSAGE_READ },
        { PK_OUTCOME_OPTED_OUT, 0, PK_MESSAGE_SUPPRESSED }, /* a block by the chat's network */
        { PK_OUTCOME_MISCONFIGURED, 0, PK_MESSAGE_DEFERRED },
        { PK_OUTCOME_THROTTLED, 0, PK_MESSAGE_SUBMITTING }, /* tried again there */
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct house *house = *state;
        (void) both(house);
        invite(house);
        post_complete(CHAT(house), 0, cases[i].outcome);
        house_settle(house);
        if (cases[i].receipt != 0)
            assert_int_equal(post_receipt(CHAT(house), 0, cases[i].receipt), 0);
        stayed(house, cases[i].state);
        house_tear(state);
        build_ladder(state);
    }
}

/* One attempt without an answer, and one that was refused: the first may have arrived. */
static void doubt_about_an_earlier_attempt_holds_it(void **state)
{
    struct house *house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_IDEMPOTENT;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(CHAT(house)->count, 2);
    post_complete(CHAT(house), 1, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED);
}

/* The gate decides anew: what stands on one channel does not on another. */
static void the_gate_is_asked_on_every_channel(void **state)
{
    struct house *house = *state;
    int64_t who = both(house);
    invite(house);
    consent(house, who, "sms", PK_CONSENT_WITHDRAWN);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED); /* nowhere left that they agreed to */
}

static void what_is_worth_nothing_any_more_stays(void **state)
{
    struct house *house = *state;
    (void) both(house);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T09:00:00Z\""), 0);
    assert_int_equal(CHAT(house)->count, 1);
    house_later(house, HOUR_MS);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED);
}

static void a_stop_ends_it_on_every_channel(void **state)
{
    struct house *house = *state;
    int64_t who = both(house);
    invite(house);
    assert_int_equal(pk_recipient_set_stopped(house->store, who, pk_clock_wall_ms(), NULL), 0);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_SUPPRESSED);
}

/* It leaves as the next route words it: here nobody can write back, and a page takes the answer. What has neither is not let in. */
static void it_goes_on_in_the_words_of_the_next_route(void **state)
{
    static const char *const no[] = { "no" };
    struct house *house = *state;
    house->accounts[0].replies = (struct pk_words){ no, 1 };
    house_reopen(house);
    (void) both(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{"
                                                    "\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\",\"link\":\"https://c.nl/d\"},"
                                                    HOUSE_TAGS),
                     0);
    assert_int_equal(CHAT(house)->count, 1);
    assert_null(strstr(CHAT(house)->jobs[0].text, "https://c.nl/d"));
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turn(house);
    assert_int_equal(SMS(house)->count, 1);
    assert_non_null(strstr(SMS(house)->jobs[0].text, "https://c.nl/d"));
}

/* A crash between refusal and commit leaves it in doubt: nobody is told twice. After the commit it goes on, once. */
static void a_crash_doubles_nothing(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    house_crash(house);
    stayed(house, PK_MESSAGE_UNCERTAIN);
    house_tear(state);
    build_ladder(state);
    house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turns(house, 2);
    assert_int_equal(SMS(house)->count, 1);
    house_crash(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(only(house).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(SMS(house)->count + CHAT(house)->count, 0); /* the posts are new ones */
}

/* A failed commit: the refusal is settled again, and it goes on once. */
static void a_failed_commit_doubles_nothing(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    house->commit_fails = true;
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    assert_int_equal(SMS(house)->count, 0);
    house->commit_fails = false;
    house_later(house, MINUTE_MS);
    went_on(house);
}

/* ---- what its provider drops ---- */

static void what_can_no_longer_arrive_goes_on(void **state)
{
    struct house *house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_EXPIRE;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    house_later(house, HOUR_MS); /* its time there is over, and its receipt may still be on its way */
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(SMS(house)->count, 0);
    house_later(house, PK_LADDER_MARGIN_MS + SECOND_MS);
    went_on(house);
}

static void what_may_still_arrive_does_not(void **state)
{
    struct house *house = *state; /* this account's provider drops nothing */
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    house_later(house, 2 * HOUR_MS + MINUTE_MS);
    house_later(house, 2 * SECOND_MS);
    stayed(house, PK_MESSAGE_UNCONFIRMED);
    house_tear(state);
    build_ladder(state);
    /* Nor does doubt, wherever it is. */
    house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_EXPIRE;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, 3 * HOUR_MS);
    house_later(house, 2 * SECOND_MS);
    stayed(house, PK_MESSAGE_UNCONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_ladder(who_agreed_to_both_is_told_once),
        on_ladder(they_are_counted_where_they_are_met),
        on_ladder(who_names_a_route_keeps_to_its_channel),
        on_ladder(a_definite_no_goes_on),
        on_ladder(what_was_tried_in_vain_goes_on),
        on_ladder(an_undelivered_one_goes_on),
        on_ladder(one_that_arrived_after_all_does_not_go_on),
        on_ladder(what_may_have_arrived_stays),
        on_ladder(doubt_about_an_earlier_attempt_holds_it),
        on_ladder(the_gate_is_asked_on_every_channel),
        on_ladder(what_is_worth_nothing_any_more_stays),
        on_ladder(a_stop_ends_it_on_every_channel),
        on_ladder(it_goes_on_in_the_words_of_the_next_route),
        on_ladder(a_crash_doubles_nothing),
        on_ladder(a_failed_commit_doubles_nothing),
        on_ladder(what_can_no_longer_arrive_goes_on),
        on_ladder(what_may_still_arrive_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* One call for two channels: when it is one, which of its two attempts arrives, what they cost, and what never leaves twice. */
#include "tests/unit/service/falling.h"

#include "gateway/service/holds.h"
#include "gateway/store/account_days.h"
#include "gateway/store/attempt_pairs.h"

static const char *const through[] = { "viber", "telegram", "sms" };

static int64_t on_both(struct house *house, const char *number)
{
    return known_on(house, "bg", "viber", number);
}

static struct pk_attempt attempt_on(struct house *house, bool second)
{
    struct pk_attempt attempt;
    int64_t id = house_count(house, second ? "SELECT max(id) FROM attempt WHERE beside <> 0" : "SELECT max(id) FROM attempt WHERE beside = 0");
    assert_int_equal(pk_attempt_get(house->store, id, &attempt, NULL), 0);
    return attempt;
}

static struct pk_day_use used(struct house *house, const char *account)
{
    struct pk_desk *desk = pk_desks_find(house->service->desks, account);
    struct pk_day_use stored = pk_account_day(house->store, desk->id, 20261013);
    assert_true(stored.cost == desk->used.cost && stored.messages == desk->used.messages); /* memory and store agree */
    return stored;
}

/* Of the first job: its reference is the first attempt's, and the channel says which one is meant; NULL = it does not. */
static void receipt(struct house *house, uint32_t state, const char *channel)
{
    const struct pk_event event = { .kind = PK_EVENT_RECEIPT, .our_reference = pk_slice_of(CHAT(house)->jobs[0].attempt), .state = state,
                                    .channel = channel ? pk_slice_of(channel) : (struct pk_slice){ 0 } };
    assert_int_equal(post_event(CHAT(house), &event), 0);
    house_turn(house);
}

static void leaves_for_both(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 0);
    assert_string_equal(CHAT(house)->jobs[0].beside_channel, "sms");
}

static void leaves_alone(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(CHAT(house)->count, 1);
    assert_string_equal(CHAT(house)->jobs[0].beside_channel, "");
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 1);
}

static void accepted(struct house *house)
{
    leaves_for_both(house);
    const struct pk_result result = { .outcome = PK_OUTCOME_ACCEPTED };
    post_complete_as(CHAT(house), 0, &result);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
}

static void nothing_more_leaves(struct house *house, uint32_t state)
{
    house_later(house, MINUTE_MS);
    struct pk_message message = only(house);
    if (message.state != state)
        fail_msg("it is %s", pk_message_state_name(message.state));
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 0);
    house_assert_counts(house);
}

/* ---- when ---- */

static void one_call_is_two_attempts_with_both_prices(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    leaves_for_both(house);
    struct pk_attempt first = attempt_on(house, false), second = attempt_on(house, true);
    const struct post_job *job = &CHAT(house)->jobs[0];
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 2);
    assert_true(second.beside == first.id && second.message == first.message && first.state == PK_ATTEMPT_OPENED && second.state == PK_ATTEMPT_OPENED);
    assert_true(first.price == CHAT_COSTS && second.price == PART_COSTS * second.parts && second.parts > 0);
    assert_true(first.channel != second.channel && first.account != second.account);
    assert_int_equal(only(house).attempts, 1);
    assert_true(strlen(job->beside) > 0 && strcmp(job->beside, job->attempt) != 0);
    assert_string_equal(job->beside_text, job->text); /* both can be answered: the same words */
    assert_true(used(house, "second").cost == CHAT_COSTS && used(house, "first").cost == second.price && used(house, "first").messages == 1);
}

static void without_consent_for_both_it_leaves_alone(void **state)
{
    struct house *house = *state;
    int64_t who = on_both(house, ANNA);
    consent(house, who, "sms", PK_CONSENT_WITHDRAWN);
    house_turn(house);
    leaves_alone(house);
}

/* What the store says when it leaves counts, not what it said when it was planned. */
static void a_withdrawal_before_it_leaves_wins(void **state)
{
    static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };
    struct house *house = *state;
    int64_t who = on_both(house, ANNA);
    for (int hold = 1; hold >= 0; hold--) {
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        assert_int_equal(pk_hold_all(house->service, &operator, hold, pk_clock_wall_ms(), NULL), 0);
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
        if (!hold)
            break;
        assert_int_equal(house_publish(house, "school", NULL), 0);
        assert_true(only(house).flags & PK_MESSAGE_HAS_NEXT);
        consent(house, who, "sms", PK_CONSENT_WITHDRAWN);
    }
    house_turns(house, 3);
    assert_int_equal(CHAT(house)->count, 1);
    assert_string_equal(CHAT(house)->jobs[0].beside_channel, "");
}

static void another_number_is_not_fallen_back_to(void **state)
{
    struct house *house = *state;
    (void) on_both(house, BORIS);
    leaves_alone(house);
}

static void a_blocked_number_is_not_fallen_back_to(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    assert_int_equal(pk_address_block(house->store, house_address(house, ANNA), HOUSE_NOW, NULL), 0);
    house_turn(house);
    leaves_alone(house);
}

static void a_channel_between_the_two_comes_first(void **state)
{
    struct house *house = *state;
    int64_t address = 0;
    house->rules.ladder = (struct pk_words){ through, 3 };
    house_reopen(house);
    int64_t who = on_both(house, ANNA);
    uint32_t telegram = 0;
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"), &telegram, NULL), 0);
    assert_int_equal(pk_address_add(house->store, who, telegram, PK_SLICE("716000001"), HOUSE_NOW, &address, NULL), 0);
    consent(house, who, "telegram", PK_CONSENT_CONFIRMED);
    house_turn(house);
    leaves_alone(house);
}

static void what_its_account_may_not_spend_leaves_alone(void **state)
{
    struct house *house = *state;
    house->accounts[0].limits = (struct pk_day_limits){ .cost = PART_COSTS / 2, .warn_percent = 80 };
    house_reopen(house);
    (void) on_both(house, ANNA);
    leaves_alone(house);
    assert_int_equal(used(house, "first").cost, 0);
}

static void a_paused_account_is_not_fallen_back_to(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_desk_pause(pk_desks_find(house->service->desks, "first"), true, NULL, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    leaves_alone(house);
}

/* Each in the words of its own route: by SMS nobody can answer here, and a page takes it. */
static void each_channel_has_its_words(void **state)
{
    static const char *const no[] = { "no" };
    struct house *house = *state;
    house->accounts[0].replies = (struct pk_words){ no, 1 };
    house_reopen(house);
    (void) on_both(house, ANNA);
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{"
                                                    "\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\",\"link\":\"https://c.nl/d\"},"
                                                    HOUSE_TAGS), 0);
    house_turns(house, 2);
    assert_int_equal(CHAT(house)->count, 1);
    assert_null(strstr(CHAT(house)->jobs[0].text, "https://c.nl/d"));
    assert_non_null(strstr(CHAT(house)->jobs[0].beside_text, "https://c.nl/d"));
    assert_true(attempt_on(house, true).version != only(house).version);
}

/* ---- what became of it ---- */

static void the_chat_carried_it(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_DELIVERED, "viber");
    struct pk_attempt first = attempt_on(house, false), second = attempt_on(house, true);
    assert_true(first.state == PK_ATTEMPT_ACCEPTED && first.price == CHAT_COSTS);
    assert_true(second.state == PK_ATTEMPT_NOT_USED && second.price == 0);
    assert_true(used(house, "second").cost == CHAT_COSTS && used(house, "first").cost == 0 && used(house, "first").messages == 0);
    assert_int_equal(only(house).channel, first.channel);
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
}

static void the_sms_carried_it(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_UNDELIVERED_PERMANENT, "viber");
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED); /* the other may still arrive: nobody goes on */
    receipt(house, PK_RECEIPT_DELIVERED, "sms");
    struct pk_attempt first = attempt_on(house, false), second = attempt_on(house, true);
    assert_true(first.state == PK_ATTEMPT_NOT_USED && first.price == 0);
    assert_true(second.state == PK_ATTEMPT_ACCEPTED && second.price == PART_COSTS * second.parts);
    assert_true(used(house, "second").cost == 0 && used(house, "first").cost == second.price);
    /* It is of that channel now, so that an answer by SMS is an answer to it. */
    struct pk_message message = only(house);
    assert_true(message.channel == second.channel && message.address == house_address(house, ANNA));
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
    assert_int_equal(post_event(CHAT(house), &(struct pk_event){ .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("ДА 2"),
                                                                 .channel = PK_SLICE("sms"), .event_id = PK_SLICE("r1") }), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT heads FROM rsvp"), 2);
    assert_int_equal(SMS(house)->count, 1); /* answered by the account of SMS */
}

static void both_arrived_after_all(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_DELIVERED, "sms");
    receipt(house, PK_RECEIPT_DELIVERED, "viber");
    struct pk_attempt first = attempt_on(house, false), second = attempt_on(house, true);
    assert_true(first.state == PK_ATTEMPT_ACCEPTED && first.price == CHAT_COSTS && second.state == PK_ATTEMPT_ACCEPTED && second.price > 0);
    assert_true(used(house, "second").cost == CHAT_COSTS && used(house, "first").cost == second.price);
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
}

static void lost_on_both_it_is_not_sent_by_sms_again(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_UNDELIVERED_PERMANENT, "sms");
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    receipt(house, PK_RECEIPT_UNDELIVERED_PERMANENT, "viber");
    nothing_more_leaves(house, PK_MESSAGE_UNDELIVERED);
}

static void a_receipt_without_a_channel(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_UNDELIVERED_PERMANENT, NULL); /* of both */
    nothing_more_leaves(house, PK_MESSAGE_UNDELIVERED);
    house_tear(state);
    build_falling(state);
    house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    receipt(house, PK_RECEIPT_DELIVERED, NULL); /* of the account's own */
    assert_int_equal(attempt_on(house, true).state, PK_ATTEMPT_NOT_USED);
    receipt(house, PK_RECEIPT_SENT, "telegram"); /* of none of them */
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
}

static void silence_is_silence(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    accepted(house);
    house_later(house, 2 * HOUR_MS + MINUTE_MS); /* the window of its receipts, once */
    house_later(house, 2 * SECOND_MS);
    house_later(house, 2 * SECOND_MS);
    nothing_more_leaves(house, PK_MESSAGE_UNCONFIRMED);
}

/* It has neither, so the next channel is the ladder's as ever. */
static void refused_as_a_whole_it_goes_on(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    leaves_for_both(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turns(house, 2);
    assert_true(attempt_on(house, true).beside != 0 && attempt_on(house, true).state == PK_ATTEMPT_REFUSED_PERMANENT);
    assert_int_equal(SMS(house)->count, 1);
    assert_true(used(house, "second").cost == 0 && used(house, "first").messages == 1);
}

static void doubt_is_of_both(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    leaves_for_both(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE state = 4"), 2);
    nothing_more_leaves(house, PK_MESSAGE_UNCERTAIN);
    receipt(house, PK_RECEIPT_DELIVERED, "sms");
    assert_int_equal(attempt_on(house, false).state, PK_ATTEMPT_NOT_USED);
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
}

static void a_crash_leaves_both_in_doubt(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    leaves_for_both(house);
    house_crash(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(only(house).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE state = 4"), 2);
    assert_int_equal(SMS(house)->count + CHAT(house)->count, 0);
    house_assert_counts(house);
}

static void receipts_before_the_answer_are_kept(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    leaves_for_both(house);
    receipt(house, PK_RECEIPT_UNDELIVERED_PERMANENT, "viber");
    receipt(house, PK_RECEIPT_DELIVERED, "sms");
    assert_int_equal(only(house).state, PK_MESSAGE_SUBMITTING);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(attempt_on(house, false).state, PK_ATTEMPT_NOT_USED);
    nothing_more_leaves(house, PK_MESSAGE_DELIVERED);
}

/* ---- a STOP of either ---- */

static void a_stop_by_either_is_heard(void **state)
{
    static const char *const said[] = { "sms", "viber" };
    for (size_t i = 0; i < PK_COUNT(said); i++) {
        struct house *house = *state;
        int64_t who = on_both(house, ANNA);
        accepted(house);
        assert_int_equal(post_event(CHAT(house), &(struct pk_event){ .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("СТОП"),
                                                                     .channel = pk_slice_of(said[i]), .event_id = PK_SLICE("s1") }), 0);
        house_turns(house, 2);
        struct pk_recipient person;
        assert_int_equal(pk_recipient_get(house->store, who, &person, NULL), 0);
        assert_true(person.stopped_ms > 0);
        assert_int_equal(SMS(house)->count, i == 0); /* confirmed where it was said */
        assert_int_equal(CHAT(house)->count, 1 + (i == 1));
        house_tear(state);
        build_falling(state);
    }
}

/* Taken for the wrong channel it would be lost to its own: the provider says it again until it is put right. */
static void without_a_fallback_another_channel_is_refused(void **state)
{
    struct house *house = *state;
    (void) on_both(house, ANNA);
    const struct pk_event stop = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("СТОП"), .channel = PK_SLICE("viber"),
                                   .event_id = PK_SLICE("s1") };
    assert_int_equal(post_event(SMS(house), &stop), PK_E_INVALID);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        falling(one_call_is_two_attempts_with_both_prices),
        falling(without_consent_for_both_it_leaves_alone),
        falling(a_withdrawal_before_it_leaves_wins),
        falling(another_number_is_not_fallen_back_to),
        falling(a_blocked_number_is_not_fallen_back_to),
        falling(a_channel_between_the_two_comes_first),
        falling(what_its_account_may_not_spend_leaves_alone),
        falling(a_paused_account_is_not_fallen_back_to),
        falling(each_channel_has_its_words),
        falling(the_chat_carried_it),
        falling(the_sms_carried_it),
        falling(both_arrived_after_all),
        falling(lost_on_both_it_is_not_sent_by_sms_again),
        falling(a_receipt_without_a_channel),
        falling(silence_is_silence),
        falling(refused_as_a_whole_it_goes_on),
        falling(doubt_is_of_both),
        falling(a_crash_leaves_both_in_doubt),
        falling(receipts_before_the_answer_are_kept),
        falling(a_stop_by_either_is_heard),
        falling(without_a_fallback_another_channel_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

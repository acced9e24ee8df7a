/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue's way out: order and reserve, room, rate and breaker, throttling, and what a commit that fails leaves. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/holds.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

static struct pk_desk *desk(struct house *house, size_t i)
{
    return pk_desks_find(house->service->desks, house->accounts[i].name);
}

static void set_hold(struct house *house, bool on)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, on, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

static void set_pause(struct house *house, size_t i, bool on, const char *reason)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &operator, desk(house, i), on, reason, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

/* So many people are written to; nothing leaves until the hold is lifted. */
static void queue(struct house *house, unsigned people)
{
    set_hold(house, true);
    house_people(house, people, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "state = 1"), people);
}

static void urgent_first_then_answers_then_the_rest(void **state)
{
    struct house *house = *state;
    house->accounts[0].window = 7;
    house_reopen(house);
    set_hold(house, true);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    pk_clock_advance(1);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ПОМОЩ"), 0);
    house_turn(house);
    pk_clock_advance(1);
    assert_int_equal(house_publish(house, "alarm", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    set_hold(house, false);
    house_turn(house);
    static const uint32_t order[] = { PK_PRIORITY_URGENT, PK_PRIORITY_URGENT, PK_PRIORITY_ANSWER, PK_PRIORITY_NORMAL, PK_PRIORITY_NORMAL };
    assert_int_equal(house->posts[0]->count, PK_COUNT(order));
    for (size_t i = 0; i < PK_COUNT(order); i++)
        assert_int_equal(house_of_job(house, house->posts[0], i).priority, order[i]);
}

static void oldest_first(void **state)
{
    struct house *house = *state;
    queue(house, 1);
    int64_t older = house_message(house, "1").id;
    pk_clock_advance(5);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:windroos\"],\"none\":[\"school:x\"]}"), 0);
    set_hold(house, false);
    house_turn(house);
    assert_int_equal(house_job_message(house->posts[0], 0), older);
}

static void slots_are_kept_for_what_is_urgent(void **state)
{
    struct house *house = *state;
    queue(house, 40);
    set_hold(house, false);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 14); /* 16, but for an eighth */
    assert_int_equal(house->posts[1]->count, 0); /* a full account is waited for */
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "alarm", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 16);
    assert_int_equal(house_of_job(house, house->posts[0], 15).priority, PK_PRIORITY_URGENT);
    for (size_t i = 0; i < 3; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->posts[0]->count, 19); /* what ends makes room, for the urgent first */
    assert_int_equal(house_of_job(house, house->posts[0], 18).priority, PK_PRIORITY_URGENT);
    assert_int_equal(desk(house, 0)->flying, 16);
    assert_int_equal(pk_dispatcher_flying(house->service->dispatcher), 16);
}

static void no_faster_than_the_rate(void **state)
{
    struct house *house = *state;
    house->accounts[0].per_second_milli = 2000;
    house_reopen(house);
    queue(house, 6);
    set_hold(house, false);
    house_turn(house); /* no other turn comes by itself */
    assert_int_equal(house->posts[0]->count, 2);
    /* Its own timer goes on, though no hand-over ends. */
    int64_t before_ms = pk_clock_wall_ms();
    for (unsigned i = 0; i < 50 && house->posts[0]->count < 3; i++)
        assert_int_equal(pk_loop_turn(house->loop, 1000, NULL), 0);
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(pk_clock_wall_ms() - before_ms, 500);
    assert_int_equal(house->posts[1]->count, 0);
}

static void throttled_waits_as_long_as_it_was_told(void **state)
{
    struct house *house = *state;
    queue(house, 1);
    set_hold(house, false);
    for (size_t i = 0; i < 5; i++) { /* more often than there are attempts */
        house_turns(house, 2);
        assert_int_equal(house->posts[0]->count, i + 1);
        post_complete_as(house->posts[0], i, &(struct pk_result){ .outcome = PK_OUTCOME_THROTTLED, .after_ms = 30 * SECOND_MS });
        house_settle(house);
        house_later(house, 29 * SECOND_MS);
        assert_int_equal(house->posts[0]->count, i + 1);
        pk_clock_advance(SECOND_MS);
    }
    house_turns(house, 2);
    post_complete(house->posts[0], 5, PK_OUTCOME_RETRY);
    house_settle(house);
    struct pk_message message = house_of_job(house, house->posts[0], 5);
    assert_int_equal(message.state, PK_MESSAGE_DEFERRED); /* a busy provider does not use the attempts up */
    assert_int_equal(message.attempts, 1);
    assert_int_equal(desk(house, 0)->breaker.state, PK_BREAKER_CLOSED);
}

/* ---- the breaker ---- */

static void break_first(struct house *house)
{
    set_hold(house, false);
    house_turns(house, 2);
    set_hold(house, true); /* a breaker opens with the commit: nothing leaves in that turn */
    for (size_t i = 0; i < 3; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(desk(house, 0)->breaker.state, PK_BREAKER_OPEN);
    set_hold(house, false);
}

static void a_broken_account_is_passed_over(void **state)
{
    struct house *house = *state;
    house->accounts[0].window = 3;
    house_reopen(house);
    queue(house, 20);
    break_first(house);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(house->posts[1]->count, 14); /* the three that were refused are not due yet */
    for (size_t i = 0; i < 3; i++)
        post_complete(house->posts[1], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->posts[1]->count, 17);
}

/* Half open: one trial, the rest goes by the other account; a success lets all in again. */
static void one_trial_at_a_time(void **state)
{
    struct house *house = *state;
    house->accounts[0].window = house->accounts[1].window = 3;
    house_reopen(house);
    queue(house, 12);
    break_first(house);
    house_turns(house, 2);
    assert_int_equal(house->posts[1]->count, 3);
    pk_clock_advance(10 * SECOND_MS);
    /* In the lane of the urgent too: one is one. */
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "alarm", HOUSE_FESTIVAL ",\"tags\":{\"all\":[\"school:windroos\"],\"none\":[\"school:x\"]}"), 0);
    for (size_t i = 0; i < 3; i++)
        post_complete(house->posts[1], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(house->posts[1]->count, 6);
    post_complete(house->posts[0], 3, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(desk(house, 0)->breaker.state, PK_BREAKER_OPEN);
    house_later(house, 19 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, 4); /* twice as long */
    house_later(house, SECOND_MS);
    assert_int_equal(house->posts[0]->count, 5);
    post_complete(house->posts[0], 4, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(desk(house, 0)->breaker.state, PK_BREAKER_CLOSED);
    assert_int_equal(house->posts[0]->count, 8);
}

/* A trial that never flew is not a trial out. */
static void a_trial_whose_commit_failed_is_made_again(void **state)
{
    struct house *house = *state;
    house->accounts[0].window = 3;
    house_reopen(house);
    queue(house, 5);
    break_first(house);
    set_pause(house, 1, true, NULL);
    house_turns(house, 2);
    pk_clock_advance(10 * SECOND_MS);
    house->commit_fails = true;
    house_turn(house);
    house->commit_fails = false;
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(desk(house, 0)->breaker.trials_out, 0);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(desk(house, 0)->breaker.trials_out, 1);
}

/* ---- commits that fail ---- */

static void a_failed_commit_launches_nothing_and_claims_again(void **state)
{
    struct house *house = *state;
    house->accounts[0].breaker.threshold = 100;
    house_reopen(house);
    queue(house, 5);
    set_hold(house, false);
    house_turn(house); /* lifted and handed over in one turn */
    assert_int_equal(house->posts[0]->count, 5);
    for (size_t i = 0; i < 5; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_RETRY);
    house_settle(house);
    pk_clock_advance(4 * SECOND_MS + 999);
    house->commit_fails = true;
    pk_clock_advance(1);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 5);
    assert_int_equal(desk(house, 0)->flying, 0);
    assert_int_equal(pk_dispatcher_flying(house->service->dispatcher), 0);
    assert_int_equal(house_messages(house, "state = 2 AND attempts = 1"), 5);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE state = 0"), 0);
    house->commit_fails = false;
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 10);
    house_assert_counts(house);
}

static void what_was_settled_in_a_failed_commit_is_settled_again_once(void **state)
{
    struct house *house = *state;
    queue(house, 1);
    set_hold(house, false);
    house_turn(house);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house->commit_fails = true;
    house_settle(house);
    assert_int_equal(house->service->metrics.handovers[PK_OUTCOME_ACCEPTED], 0);
    assert_int_equal(desk(house, 0)->flying, 1);
    assert_int_equal(house_of_job(house, house->posts[0], 0).state, PK_MESSAGE_SUBMITTING);
    house->commit_fails = false;
    house_turns(house, 3);
    assert_int_equal(house->service->metrics.handovers[PK_OUTCOME_ACCEPTED], 1);
    assert_int_equal(desk(house, 0)->flying, 0);
    assert_int_equal(house_of_job(house, house->posts[0], 0).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(house->posts[0]->count, 1);
}

/* A wrong account is not paused by a turn that was not kept, and is by one that was. */
static void a_pause_in_a_failed_commit(void **state)
{
    struct house *house = *state;
    queue(house, 1);
    set_hold(house, false);
    house_turn(house);
    post_complete_as(house->posts[0], 0, &(struct pk_result){ .outcome = PK_OUTCOME_MISCONFIGURED, .reason = PK_SLICE("the key is wrong") });
    house->commit_fails = true;
    house_settle(house);
    assert_false(desk(house, 0)->paused);
    house->commit_fails = false;
    house_turns(house, 2);
    assert_true(desk(house, 0)->paused);
    assert_string_equal(desk(house, 0)->last.message, "the key is wrong");
    assert_int_equal(house->posts[1]->count, 1); /* the other account takes it */
}

/* ---- stopping and letting go ---- */

static void the_reason_of_a_pause_outlives_the_process(void **state)
{
    struct house *house = *state;
    set_pause(house, 0, true, "the contract has ended");
    house_turn(house);
    house_crash(house);
    assert_true(desk(house, 0)->paused);
    assert_string_equal(desk(house, 0)->last.message, "the contract has ended");
    set_pause(house, 0, false, NULL);
    house_turn(house);
    assert_false(desk(house, 0)->paused);
    house_reopen(house);
    assert_false(desk(house, 0)->paused);
    assert_string_equal(desk(house, 0)->last.message, "");
}

static void a_hold_works_in_its_own_turn(void **state)
{
    struct house *house = *state;
    queue(house, 3);
    set_hold(house, false);
    set_hold(house, true);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 0);
    set_hold(house, false);
    set_pause(house, 0, true, NULL);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house->posts[1]->count, 3);
    /* A resume counts once it is kept. */
    house_people(house, 1, "school:windroos");
    set_pause(house, 1, true, NULL);
    house_turn(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house->commit_fails = true;
    set_pause(house, 0, false, NULL);
    house_turn(house);
    house->commit_fails = false;
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, 0);
    set_pause(house, 0, false, NULL);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, 4);
}

static void draining_opens_nothing_and_settles_the_rest(void **state)
{
    struct house *house = *state;
    queue(house, 20);
    set_hold(house, false);
    house_turn(house);
    size_t out = house->posts[0]->count;
    pk_service_drain(house->service);
    for (size_t i = 0; i < out; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->posts[0]->count, out);
    assert_int_equal(house_messages(house, "state = 5"), out);
    assert_true(pk_service_idle(house->service));
}

/* An answer leaves by the account the act came on, and waits for it. */
static void answers_leave_by_their_own_account(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[1], ANNA, "ПОМОЩ"), 0);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house->posts[1]->count, 1);
    set_pause(house, 1, true, NULL);
    house_turn(house);
    assert_int_equal(post_reply(house->posts[1], ANNA, "ПОМОЩ"), 0);
    house_turns(house, 2);
    house_later(house, 5 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house_message(house, "class = 2").reason, PK_REASON_ACCOUNT_PAUSED);
    set_pause(house, 1, false, NULL);
    house_turn(house);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house->posts[1]->count, 2);
    /* Too late to be an answer. */
    set_pause(house, 1, true, NULL);
    house_turn(house);
    assert_int_equal(post_reply(house->posts[1], ANNA, "помощ, моля"), 0);
    house_later(house, 11 * MINUTE_MS);
    set_pause(house, 1, false, NULL);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house->posts[1]->count, 2);
    assert_int_equal(house_message(house, "class = 2").state, PK_MESSAGE_EXPIRED);
}

/* The gate is asked in the unit that opens the attempt. */
static void consent_that_went_is_seen_at_the_last_moment(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    set_hold(house, true);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_count(house, "UPDATE consent SET kind = 5"), -1);
    set_hold(house, false);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, 0);
    struct pk_message message = house_message(house, "1");
    assert_int_equal(message.recipient, anna);
    assert_int_equal(message.state, PK_MESSAGE_SUPPRESSED);
    assert_int_equal(message.reason, PK_REASON_NO_CONSENT);
    assert_int_equal(house->service->metrics.gate_refused[PK_REASON_NO_CONSENT], 1);
}

/* What a hand-over carries: the text, parts and buttons of the language, and the decision it left on. */
static void the_job_is_whole(void **state)
{
    struct house *house = *state;
    house->adapters[0].capabilities = PK_CAN_RECEIPTS | PK_CAN_PARTS;
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house->posts[0]->count, 2);
    const struct post_job *bg = &house->posts[0]->jobs[0], *nl = &house->posts[0]->jobs[1];
    if (strcmp(bg->language, "bg") != 0) {
        nl = bg;
        bg = &house->posts[0]->jobs[1];
    }
    assert_string_equal(bg->address, ANNA);
    assert_non_null(strstr(bg->text, "родителска среща в сряда, 14 октомври, 19:30 ч. Място: De Windroos."));
    assert_string_equal(bg->yes, "ДА");
    assert_string_equal(bg->no, "НЕ");
    assert_string_equal(nl->yes, "JA");
    assert_int_equal(bg->parts, 2);
    assert_int_equal(house_count(house, "SELECT DISTINCT gate FROM attempt"), PK_CLASS_NOTICE << 8 | PK_CONSENT_GRANTED);
    /* In Latin letters for who reads those. */
    assert_int_equal(house_count(house, "UPDATE recipient SET script = 'Latn'"), -1);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    bool seen = false;
    for (size_t i = 2; i < house->posts[0]->count; i++)
        seen |= strcmp(house->posts[0]->jobs[i].yes, "DA") == 0;
    assert_true(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(urgent_first_then_answers_then_the_rest),
        in_house(oldest_first),
        in_house(slots_are_kept_for_what_is_urgent),
        in_house(no_faster_than_the_rate),
        in_house(throttled_waits_as_long_as_it_was_told),
        in_house(a_broken_account_is_passed_over),
        in_house(one_trial_at_a_time),
        in_house(a_trial_whose_commit_failed_is_made_again),
        in_house(a_failed_commit_launches_nothing_and_claims_again),
        in_house(what_was_settled_in_a_failed_commit_is_settled_again_once),
        in_house(a_pause_in_a_failed_commit),
        in_house(the_reason_of_a_pause_outlives_the_process),
        in_house(a_hold_works_in_its_own_turn),
        in_house(draining_opens_nothing_and_settles_the_rest),
        in_house(answers_leave_by_their_own_account),
        in_house(consent_that_went_is_seen_at_the_last_moment),
        in_house(the_job_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

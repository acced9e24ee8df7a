/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of a message: by every outcome at every kind of account, by receipts in any order, by a person's decision. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/tracker.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* One message on its way by the first account. */
static int64_t one_out(struct house *house)
{
    if (house_address(house, ANNA) == 0)
        (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_true(house->posts[0]->count > 0);
    return house_job_message(house->posts[0], house->posts[0]->count - 1);
}

static struct pk_message get(struct house *house, int64_t id)
{
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, id, &message, NULL), 0);
    return message;
}

static void end(struct house *house, uint32_t outcome)
{
    post_complete(house->posts[0], house->posts[0]->count - 1, outcome);
    house_settle(house);
}

static void receipt(struct house *house, size_t job, uint32_t state)
{
    assert_int_equal(post_receipt(house->posts[0], job, state), 0);
    house_turn(house);
}

#define RECEIPTS PK_CAN_RECEIPTS
#define REPEATS (PK_CAN_RECEIPTS | PK_CAN_IDEMPOTENT)

static void every_outcome_at_every_account(void **state)
{
    static const struct {
        uint32_t outcome, capabilities;
        bool resend;
        uint32_t message, reason, attempt, flags;
    } cases[] = {
        { PK_OUTCOME_ACCEPTED, RECEIPTS, false, PK_MESSAGE_ACCEPTED, PK_REASON_NONE, PK_ATTEMPT_ACCEPTED, 0 },
        { PK_OUTCOME_ACCEPTED, 0, false, PK_MESSAGE_SENT_FINAL, PK_REASON_NONE, PK_ATTEMPT_ACCEPTED, 0 },
        { PK_OUTCOME_RETRY, RECEIPTS, false, PK_MESSAGE_DEFERRED, PK_REASON_PROVIDER_BUSY, PK_ATTEMPT_REFUSED_TEMPORARY, 0 },
        { PK_OUTCOME_THROTTLED, RECEIPTS, false, PK_MESSAGE_DEFERRED, PK_REASON_PROVIDER_BUSY, PK_ATTEMPT_REFUSED_TEMPORARY, 0 },
        { PK_OUTCOME_REJECTED, 0, false, PK_MESSAGE_FAILED, PK_REASON_PROVIDER_REFUSED, PK_ATTEMPT_REFUSED_PERMANENT, 0 },
        { PK_OUTCOME_INVALID_RECIPIENT, 0, false, PK_MESSAGE_FAILED, PK_REASON_INVALID_RECIPIENT, PK_ATTEMPT_REFUSED_PERMANENT, 0 },
        { PK_OUTCOME_OPTED_OUT, 0, false, PK_MESSAGE_SUPPRESSED, PK_REASON_OPTED_OUT, PK_ATTEMPT_REFUSED_PERMANENT, 0 },
        { PK_OUTCOME_UNCERTAIN, RECEIPTS, false, PK_MESSAGE_UNCERTAIN, PK_REASON_NO_ANSWER, PK_ATTEMPT_NO_ANSWER, 0 },
        { PK_OUTCOME_UNCERTAIN, 0, false, PK_MESSAGE_UNCERTAIN, PK_REASON_NO_ANSWER, PK_ATTEMPT_NO_ANSWER, 0 },
        { PK_OUTCOME_UNCERTAIN, REPEATS, false, PK_MESSAGE_DEFERRED, PK_REASON_NO_ANSWER, PK_ATTEMPT_NO_ANSWER, 0 },
        { PK_OUTCOME_UNCERTAIN, RECEIPTS, true, PK_MESSAGE_DEFERRED, PK_REASON_NO_ANSWER, PK_ATTEMPT_NO_ANSWER,
          PK_MESSAGE_POSSIBLE_DOUBLE },
        { PK_OUTCOME_UNCERTAIN, REPEATS, true, PK_MESSAGE_DEFERRED, PK_REASON_NO_ANSWER, PK_ATTEMPT_NO_ANSWER, 0 },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        house->adapters[0].capabilities = cases[i].capabilities;
        house->accounts[0].resend_uncertain = cases[i].resend;
        house_reopen(house);
        assert_int_equal(house_count(house, "UPDATE address SET blocked_ms = 0"), -1);
        assert_int_equal(house_count(house, "UPDATE consent SET kind = 3"), -1);
        int64_t id = one_out(house);
        end(house, cases[i].outcome);
        struct pk_message message = get(house, id);
        if (message.state != cases[i].message || message.reason != cases[i].reason || message.flags != cases[i].flags)
            fail_msg("case %zu: %s, %s, flags %u", i, pk_message_state_name(message.state), pk_reason_name(message.reason), message.flags);
        assert_int_equal(house_count(house, "SELECT state FROM attempt ORDER BY id DESC LIMIT 1"), cases[i].attempt);
        bool blocks = cases[i].outcome == PK_OUTCOME_INVALID_RECIPIENT || cases[i].outcome == PK_OUTCOME_OPTED_OUT;
        assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms > 0"), blocks ? 1 : 0);
        if (cases[i].outcome == PK_OUTCOME_OPTED_OUT)
            assert_int_equal(house_consent(house, message.recipient, "parent-meetings"), PK_CONSENT_STATE_BLOCKED);
        house_assert_counts(house);
        /* Out of the way of the next case. */
        assert_int_equal(house_count(house, "UPDATE message SET due_ms = due_ms + 864000000 WHERE state = 2"), -1);
    }
}

static void a_wrong_account_pauses_and_the_message_waits(void **state)
{
    struct house *house = *state;
    int64_t id = one_out(house);
    end(house, PK_OUTCOME_MISCONFIGURED);
    assert_true(pk_desks_find(house->service->desks, "first")->paused);
    assert_int_equal(house->posts[1]->count, 1);
    assert_int_equal(house_job_message(house->posts[1], 0), id);
    assert_int_equal(get(house, id).attempts, 1); /* by the other one: the first does not count */
}

static void attempts_are_used_up(void **state)
{
    struct house *house = *state;
    house->accounts[0].breaker.threshold = 100;
    house_reopen(house);
    int64_t id = one_out(house);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(house->posts[0]->count, i + 1);
        end(house, PK_OUTCOME_RETRY);
        if (i < 2) {
            int64_t wait_ms = get(house, id).due_ms - pk_clock_wall_ms();
            assert_in_range(wait_ms, (2500 << i) - SETTLE_MS, (5000 << i) + SETTLE_MS); /* doubling, half of it by chance */
        }
        house_later(house, 30 * SECOND_MS);
    }
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(get(house, id).state, PK_MESSAGE_FAILED);
    assert_int_equal(get(house, id).reason, PK_REASON_ATTEMPTS_USED_UP);
}

/* "Failed" would be said of something that may have arrived. */
static void used_up_after_a_silence_stays_uncertain(void **state)
{
    static const uint32_t ends[][3] = { { PK_OUTCOME_UNCERTAIN, PK_OUTCOME_UNCERTAIN, PK_OUTCOME_UNCERTAIN },
                                        { PK_OUTCOME_UNCERTAIN, PK_OUTCOME_RETRY, PK_OUTCOME_RETRY } };
    struct house *house = *state;
    house->accounts[0].breaker.threshold = 100;
    house->adapters[0].capabilities = REPEATS;
    house_reopen(house);
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        int64_t id = one_out(house);
        for (unsigned j = 0; j < 3; j++) {
            end(house, ends[i][j]);
            house_later(house, 30 * SECOND_MS);
        }
        assert_int_equal(get(house, id).state, PK_MESSAGE_UNCERTAIN);
        house_later(house, 3 * HOUR_MS);
        assert_int_equal(get(house, id).state, PK_MESSAGE_UNCONFIRMED);
    }
}

static void put_off_past_its_time(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T08:31:00Z\""), 0);
    post_complete_as(house->posts[0], 0, &(struct pk_result){ .outcome = PK_OUTCOME_RETRY, .after_ms = MINUTE_MS });
    house_settle(house);
    struct pk_message message = house_of_job(house, house->posts[0], 0);
    assert_int_equal(message.state, PK_MESSAGE_EXPIRED);
    assert_int_equal(message.reason, PK_REASON_TOO_LATE);
}

/* ---- receipts ---- */

static void receipts_only_raise(void **state)
{
    static const struct {
        uint32_t receipts[5];
        uint32_t message;
    } cases[] = {
        { { PK_RECEIPT_SENT, PK_RECEIPT_DELIVERED }, PK_MESSAGE_DELIVERED },
        { { PK_RECEIPT_DELIVERED, PK_RECEIPT_SENT }, PK_MESSAGE_DELIVERED }, /* out of order */
        { { PK_RECEIPT_DELIVERED, PK_RECEIPT_DELIVERED }, PK_MESSAGE_DELIVERED }, /* twice */
        { { PK_RECEIPT_READ, PK_RECEIPT_DELIVERED }, PK_MESSAGE_READ },
        { { PK_RECEIPT_DELIVERED, PK_RECEIPT_UNDELIVERED_PERMANENT }, PK_MESSAGE_DELIVERED },
        { { PK_RECEIPT_DELIVERED, PK_RECEIPT_UNDELIVERED_TEMPORARY }, PK_MESSAGE_DELIVERED },
        { { PK_RECEIPT_SENT, PK_RECEIPT_ACCEPTED }, PK_MESSAGE_SENT },
        { { PK_RECEIPT_UNKNOWN }, PK_MESSAGE_ACCEPTED },
        { { PK_RECEIPT_UNDELIVERED_PERMANENT }, PK_MESSAGE_UNDELIVERED },
        { { PK_RECEIPT_SENT, PK_RECEIPT_UNDELIVERED_TEMPORARY }, PK_MESSAGE_DEFERRED },
        { { PK_RECEIPT_UNDELIVERED_TEMPORARY, PK_RECEIPT_DELIVERED }, PK_MESSAGE_DELIVERED }, /* no second attempt then */
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        int64_t id = one_out(house);
        size_t job = house->posts[0]->count - 1;
        end(house, PK_OUTCOME_ACCEPTED);
        for (size_t j = 0; cases[i].receipts[j] != 0; j++)
            receipt(house, job, cases[i].receipts[j]);
        if (get(house, id).state != cases[i].message)
            fail_msg("case %zu: %s", i, pk_message_state_name(get(house, id).state));
        assert_int_equal(house_count(house, "UPDATE message SET due_ms = due_ms + 864000000 WHERE state = 2"), -1);
    }
    assert_int_equal(house->service->metrics.receipts_repeated, 1);
    house_assert_counts(house);
}

/* The provider was quicker than its own answer, by its id or by our reference. */
static void receipts_before_the_answer(void **state)
{
    struct house *house = *state;
    int64_t by_id = one_out(house);
    size_t job = house->posts[0]->count - 1;
    receipt(house, job, PK_RECEIPT_DELIVERED);
    assert_int_equal(house->service->metrics.receipts_parked, 1);
    assert_int_equal(get(house, by_id).state, PK_MESSAGE_SUBMITTING);
    end(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(get(house, by_id).state, PK_MESSAGE_DELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 0);

    int64_t by_reference = one_out(house);
    job = house->posts[0]->count - 1;
    struct pk_event event = { .kind = PK_EVENT_RECEIPT, .our_reference = pk_slice_of(house->posts[0]->jobs[job].attempt),
                              .state = PK_RECEIPT_DELIVERED };
    assert_int_equal(post_event(house->posts[0], &event), 0);
    /* Another account's word about it is nobody's. */
    event.state = PK_RECEIPT_READ;
    assert_int_equal(post_event(house->posts[1], &event), 0);
    house_turn(house);
    assert_int_equal(get(house, by_reference).state, PK_MESSAGE_SUBMITTING);
    end(house, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(get(house, by_reference).state, PK_MESSAGE_DELIVERED);
}

static void undelivered_for_now_is_tried_again(void **state)
{
    struct house *house = *state;
    int64_t id = one_out(house);
    end(house, PK_OUTCOME_ACCEPTED);
    receipt(house, 0, PK_RECEIPT_UNDELIVERED_TEMPORARY);
    assert_int_equal(get(house, id).state, PK_MESSAGE_DEFERRED);
    house_later(house, 10 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, 2);
    end(house, PK_OUTCOME_ACCEPTED);
    /* What is still said of the first attempt says nothing of the second, but that it arrived. */
    receipt(house, 0, PK_RECEIPT_UNDELIVERED_PERMANENT);
    assert_int_equal(get(house, id).state, PK_MESSAGE_ACCEPTED);
    receipt(house, 1, PK_RECEIPT_UNDELIVERED_TEMPORARY);
    assert_int_equal(get(house, id).state, PK_MESSAGE_DEFERRED);
    receipt(house, 0, PK_RECEIPT_DELIVERED);
    assert_int_equal(get(house, id).state, PK_MESSAGE_DELIVERED);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 2);
}

/* It was delivered after all, while the next attempt was on its way: that one failed, and there is no third. */
static void delivered_while_it_is_tried_again(void **state)
{
    struct house *house = *state;
    int64_t id = one_out(house);
    end(house, PK_OUTCOME_ACCEPTED);
    receipt(house, 0, PK_RECEIPT_UNDELIVERED_TEMPORARY);
    house_later(house, 10 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, 2);
    receipt(house, 0, PK_RECEIPT_DELIVERED);
    end(house, PK_OUTCOME_RETRY);
    assert_int_equal(get(house, id).state, PK_MESSAGE_DEFERRED);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 2);
    assert_int_equal(get(house, id).state, PK_MESSAGE_DELIVERED);
}

/* ---- a person decides ---- */

static int resolve(struct house *house, int64_t id, enum pk_resolution resolution, struct pk_error *err)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_tracker_resolve(house->service, &operator, id, resolution, pk_clock_wall_ms(), err);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    house_turns(house, 2);
    return r;
}

static void uncertain_ones_are_decided_by_a_person(void **state)
{
    struct house *house = *state;
    house->accounts[0].breaker.threshold = 100;
    house_reopen(house);
    int64_t sent = one_out(house);
    end(house, PK_OUTCOME_UNCERTAIN);
    int64_t dropped = one_out(house);
    end(house, PK_OUTCOME_UNCERTAIN);
    int64_t again = one_out(house);
    end(house, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(resolve(house, sent, PK_RESOLVE_SENT, NULL), 0);
    assert_int_equal(get(house, sent).state, PK_MESSAGE_SENT);
    assert_int_equal(resolve(house, dropped, PK_RESOLVE_DROP, NULL), 0);
    assert_int_equal(get(house, dropped).state, PK_MESSAGE_UNCONFIRMED);
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(resolve(house, again, PK_RESOLVE_RESEND, NULL), 0);
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(house_job_message(house->posts[0], 3), again);
    assert_int_equal(get(house, again).flags, PK_MESSAGE_POSSIBLE_DOUBLE);
    end(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(get(house, again).flags, PK_MESSAGE_POSSIBLE_DOUBLE); /* for ever */
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'message.resolve' AND actor = 'uid:1000'"), 3);
}

static void what_cannot_be_decided(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t id = one_out(house);
    assert_int_equal(resolve(house, 12345, PK_RESOLVE_SENT, &err), PK_E_NOT_FOUND);
    assert_int_equal(resolve(house, id, PK_RESOLVE_RESEND, &err), PK_E_CONFLICT); /* on its way */
    end(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(resolve(house, id, PK_RESOLVE_DROP, &err), PK_E_CONFLICT);
    assert_non_null(strstr(err.message, "is accepted: only uncertain or held ones can be resolved"));
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T08:31:00Z\""), 0);
    int64_t late = house_job_message(house->posts[0], 1);
    end(house, PK_OUTCOME_UNCERTAIN);
    pk_clock_advance(MINUTE_MS);
    assert_int_equal(resolve(house, late, PK_RESOLVE_RESEND, &err), PK_E_CONFLICT);
    assert_non_null(strstr(err.message, "past its validity"));
    assert_int_equal(get(house, late).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit"), 0);
}

static void held_ones_are_released_or_dropped(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_count(house, "UPDATE message SET flags = 2"), -1);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house_message(house, "1").reason, PK_REASON_RESTORED);
    int64_t one = house_count(house, "SELECT min(id) FROM message"), other = house_count(house, "SELECT max(id) FROM message");
    assert_int_equal(resolve(house, one, PK_RESOLVE_RESEND, NULL), 0);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(get(house, one).flags, 0);
    assert_int_equal(resolve(house, other, PK_RESOLVE_SENT, NULL), 0);
    assert_int_equal(get(house, other).state, PK_MESSAGE_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(every_outcome_at_every_account),
        in_house(a_wrong_account_pauses_and_the_message_waits),
        in_house(attempts_are_used_up),
        in_house(used_up_after_a_silence_stays_uncertain),
        in_house(put_off_past_its_time),
        in_house(receipts_only_raise),
        in_house(receipts_before_the_answer),
        in_house(undelivered_for_now_is_tried_again),
        in_house(delivered_while_it_is_tried_again),
        in_house(uncertain_ones_are_decided_by_a_person),
        in_house(what_cannot_be_decided),
        in_house(held_ones_are_released_or_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

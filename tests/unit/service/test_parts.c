/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Long messages whose parts the provider tells of one by one: delivered is what arrived in all its parts, undelivered what
 * lost one. Which part has which id outlives the process, and does not outlive the person.
 */
#include "tests/unit/service/house.h"

#include "gateway/store/person.h"

#include <stdio.h>

#define PARTS 3

static struct post *post(struct house *house)
{
    return house->posts[0];
}

static int64_t one_out(struct house *house)
{
    if (house_address(house, ANNA) == 0)
        (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_true(post(house)->count > 0);
    return house_job_message(post(house), post(house)->count - 1);
}

static enum pk_message_state state_of(struct house *house, int64_t id)
{
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, id, &message, NULL), 0);
    return (enum pk_message_state) message.state;
}

/* The provider gave part `part` of the newest job the id "id-<part>". */
static void taken(struct house *house, uint32_t part)
{
    char id[16];
    struct pk_event event = { .kind = PK_EVENT_RECEIPT,
                              .our_reference = pk_slice_of(post(house)->jobs[post(house)->count - 1].attempt),
                              .state = PK_RECEIPT_ACCEPTED,
                              .part_total = PARTS,
                              .part_index = part };
    (void) snprintf(id, sizeof id, "id-%u", part);
    event.provider_id = pk_slice_of(id);
    assert_int_equal(post_event(post(house), &event), 0);
}

static void end_as(struct house *house, uint32_t outcome)
{
    struct pk_result result = { .outcome = outcome, .parts = outcome == PK_OUTCOME_ACCEPTED ? PARTS : 0, .reason = PK_SLICE("so it is") };
    if (outcome == PK_OUTCOME_ACCEPTED)
        result.provider_id = PK_SLICE("id-3");
    post_complete_as(post(house), post(house)->count - 1, &result);
    house_settle(house);
}

static int64_t handed_over(struct house *house)
{
    int64_t id = one_out(house);
    for (uint32_t part = 1; part <= PARTS; part++)
        taken(house, part);
    end_as(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_ACCEPTED);
    return id;
}

/* By the part's id alone, which is all an adapter in another life knows. */
static void told(struct house *house, uint32_t part, uint32_t state)
{
    char id[16];
    (void) snprintf(id, sizeof id, "id-%u", part);
    struct pk_event event = { .kind = PK_EVENT_RECEIPT, .provider_id = pk_slice_of(id), .state = state, .code = PK_SLICE("CODE") };
    assert_int_equal(post_event(post(house), &event), 0);
    house_turn(house);
}

static void delivered_when_all_are(void **state)
{
    struct house *house = *state;
    int64_t id = handed_over(house);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SENT);
    told(house, 3, PK_RECEIPT_DELIVERED); /* again: it is still one part */
    assert_int_equal(house->service->metrics.receipts_repeated, 1);
    told(house, 1, PK_RECEIPT_SENT);
    told(house, 1, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SENT);
    told(house, 3, PK_RECEIPT_UNDELIVERED_PERMANENT); /* delivered does not go down */
    told(house, 2, PK_RECEIPT_UNKNOWN);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SENT);
    told(house, 2, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM receipt WHERE state = 3 AND code = 'CODE 2/3'"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM receipt WHERE state = 2 AND code = 'CODE 3/3'"), 1);
}

static void undelivered_as_soon_as_one_is(void **state)
{
    struct house *house = *state;
    int64_t id = handed_over(house);
    told(house, 1, PK_RECEIPT_DELIVERED);
    told(house, 2, PK_RECEIPT_UNDELIVERED_PERMANENT);
    assert_int_equal(state_of(house, id), PK_MESSAGE_UNDELIVERED);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_UNDELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM receipt WHERE state = 6"), 1);
}

static void a_part_given_up_for_now_is_a_new_attempt(void **state)
{
    struct house *house = *state;
    int64_t id = handed_over(house);
    told(house, 2, PK_RECEIPT_UNDELIVERED_TEMPORARY);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DEFERRED);
    house_later(house, 10 * SECOND_MS);
    assert_int_equal(post(house)->count, 2);
    /* The parts of the second are not those of the first. */
    char second[8][16] = { "n-1", "n-2", "n-3" };
    for (uint32_t part = 1; part <= PARTS; part++) {
        struct pk_event event = { .kind = PK_EVENT_RECEIPT, .our_reference = pk_slice_of(post(house)->jobs[1].attempt),
                                  .provider_id = pk_slice_of(second[part - 1]), .state = PK_RECEIPT_ACCEPTED, .part_total = PARTS,
                                  .part_index = part };
        assert_int_equal(post_event(post(house), &event), 0);
    }
    struct pk_result result = { .outcome = PK_OUTCOME_ACCEPTED, .parts = PARTS, .provider_id = PK_SLICE("n-3") };
    post_complete_as(post(house), 1, &result);
    house_settle(house);
    told(house, 1, PK_RECEIPT_DELIVERED);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_ACCEPTED);
    for (uint32_t part = 1; part <= PARTS; part++) {
        struct pk_event event = { .kind = PK_EVENT_RECEIPT, .provider_id = pk_slice_of(second[part - 1]), .state = PK_RECEIPT_DELIVERED };
        assert_int_equal(post_event(post(house), &event), 0);
    }
    house_turn(house);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DELIVERED);
}

/* The process ends between the receipts of two parts, in order and not. */
static void a_restart_loses_no_part(void **state)
{
    struct house *house = *state;
    int64_t id = handed_over(house);
    told(house, 1, PK_RECEIPT_DELIVERED);
    house_crash(house);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SENT);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SENT); /* the last one's id is also that of the attempt: it does not speak for all */
    house_reopen(house);
    told(house, 2, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 0);
}

/* The centre was quicker than its own answers. */
static void receipts_before_the_answer(void **state)
{
    struct house *house = *state;
    int64_t id = one_out(house);
    told(house, 1, PK_RECEIPT_DELIVERED);
    told(house, 2, PK_RECEIPT_DELIVERED);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 3);
    taken(house, 1);
    taken(house, 2);
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 1);
    assert_int_equal(state_of(house, id), PK_MESSAGE_SUBMITTING);
    taken(house, 3);
    end_as(house, PK_OUTCOME_ACCEPTED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DELIVERED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 0);
}

/* What is told of one part does not end the doubt about the others. */
static void half_of_it_taken_stays_uncertain(void **state)
{
    struct house *house = *state;
    int64_t id = one_out(house);
    taken(house, 1);
    told(house, 1, PK_RECEIPT_DELIVERED);
    end_as(house, PK_OUTCOME_UNCERTAIN);
    assert_int_equal(state_of(house, id), PK_MESSAGE_UNCERTAIN);
    taken(house, 2);
    told(house, 2, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_UNCERTAIN);
    taken(house, 3);
    told(house, 3, PK_RECEIPT_DELIVERED);
    assert_int_equal(state_of(house, id), PK_MESSAGE_DELIVERED); /* all of it arrived: there is no doubt left */
}

/* Whatever an adapter invents. */
static void parts_that_cannot_be(void **state)
{
    static const uint32_t wrong[][2] = { { 0, 3 }, { 4, 3 }, { 1, 1 }, { 1, 70000 } }; /* index, total */
    struct house *house = *state;
    int64_t id = handed_over(house);
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        struct pk_event event = { .kind = PK_EVENT_RECEIPT, .our_reference = pk_slice_of(post(house)->jobs[0].attempt),
                                  .provider_id = PK_SLICE("other"), .state = PK_RECEIPT_ACCEPTED, .part_index = wrong[i][0],
                                  .part_total = wrong[i][1] };
        assert_int_equal(post_event(post(house), &event), 0);
    }
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt_part"), PARTS);
    assert_int_equal(state_of(house, id), PK_MESSAGE_ACCEPTED);
}

static void a_person_forgotten_leaves_no_id(void **state)
{
    struct house *house = *state;
    size_t cancelled;
    (void) handed_over(house);
    (void) one_out(house); /* is being handed over meanwhile */
    taken(house, 1);
    int64_t who = house_count(house, "SELECT recipient FROM address WHERE recipient IS NOT NULL");
    struct pk_forgetting forgetting = { .recipient = who, .now_ms = HOUSE_NOW };
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt_part"), PARTS + 1);
    assert_int_equal(pk_person_forget(house->store, &forgetting, &cancelled, NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt_part"), 0);
    taken(house, 2);
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt_part"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(delivered_when_all_are),          in_house(undelivered_as_soon_as_one_is), in_house(a_part_given_up_for_now_is_a_new_attempt),
        in_house(a_restart_loses_no_part),         in_house(receipts_before_the_answer),    in_house(half_of_it_taken_stays_uncertain),
        in_house(parts_that_cannot_be),            in_house(a_person_forgotten_leaves_no_id),
    };
    return cmocka_run_group_tests_name("service/parts", tests, NULL, NULL);
}

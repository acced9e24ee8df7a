/* SPDX-License-Identifier: EUPL-1.2 */
/* A channel whose provider does not let the text through is left out, with that reason, and the person's next one takes its place. */
#include "tests/unit/service/ladder.h"

/* The chat's provider lets approved texts through only, in Dutch: who reads Bulgarian is met on the next channel, with that reason. */
static int carries_dutch(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err)
{
    (void) self;
    (void) template_name;
    return pk_slice_is(language, "nl") && now_ms < HOUSE_NOW + 5 * MINUTE_MS ? 0 : pk_fail(err, PK_E_NOT_FOUND, "it is not approved");
}

static void build_choosy(struct house *house)
{
    house->adapters[1].capabilities = PK_CAN_RECEIPTS | PK_CAN_TEMPLATES_ONLY;
    house->adapters[1].carries = carries_dutch;
    house_reopen(house);
}

static void an_unmapped_text_leaves_the_channel_out(void **state)
{
    struct house *house = *state;
    build_choosy(house);
    (void) both(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(CHAT(house)->count, 0);
    assert_int_equal(SMS(house)->count, 1);
    struct pk_message message = only(house);
    assert_true(message.address == house_address(house, ANNA) && message.attempts == 1 && message.earlier == 0);
    assert_false(message.flags & PK_MESSAGE_HAS_NEXT);
    /* Until it leaves its reason says why it is not on the channel before. */
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T08:40:00Z\""), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "state = 0 AND reason = 29"), 1);
}

/* In a chunk of its own too; and where no channel is left it fails with that reason. */
static void an_unmapped_text_with_nowhere_to_go_fails(void **state)
{
    struct house *house = *state;
    build_choosy(house);
    int64_t who = both(house);
    consent(house, who, "sms", PK_CONSENT_WITHDRAWN);
    house_people(house, 9, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "state = 12 AND reason = 29"), 1);
    assert_int_equal(SMS(house)->count, 9);
    assert_int_equal(CHAT(house)->count, 0);
    house_assert_counts(house);
}

/* Approved when it was planned, and no more when it is to leave. */
static void an_approval_that_ended_goes_on(void **state)
{
    struct house *house = *state;
    build_choosy(house);
    (void) known_on(house, "nl", "telegram", "716000001");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T08:40:00Z\""), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "state = 0 AND reason = 0"), 1);
    house_later(house, 11 * MINUTE_MS);
    house_turns(house, 2);
    assert_int_equal(CHAT(house)->count, 0);
    assert_int_equal(SMS(house)->count, 1);
    (void) only(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_ladder(an_unmapped_text_leaves_the_channel_out),
        on_ladder(an_unmapped_text_with_nowhere_to_go_fails),
        on_ladder(an_approval_that_ended_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Which route takes a country, and which ends of a message leave room for another channel: every end, every reason. */
#include "gateway/model/routing.h"
#include "tests/unit/cmocka.h"

static void a_country_is_named_or_left_to_the_rest(void **state)
{
    static const char *const countries[] = { "NL", "BG" };
    (void) state;
    assert_int_equal(pk_route_fit(countries, 2, "NL"), PK_ROUTE_NAMED);
    assert_int_equal(pk_route_fit(countries, 2, "BG"), PK_ROUTE_NAMED);
    assert_int_equal(pk_route_fit(countries, 2, "TR"), PK_ROUTE_NOT);
    assert_int_equal(pk_route_fit(countries, 2, ""), PK_ROUTE_NOT); /* a chat is in no country */
    assert_int_equal(pk_route_fit(countries, 1, "BG"), PK_ROUTE_NOT);
    assert_int_equal(pk_route_fit(NULL, 0, "NL"), PK_ROUTE_REST);
    assert_int_equal(pk_route_fit(NULL, 0, ""), PK_ROUTE_REST);
    assert_true(PK_ROUTE_NAMED > PK_ROUTE_REST && PK_ROUTE_REST > PK_ROUTE_NOT);
}

/* Only these, of all there are. */
static void what_certainly_did_not_arrive_goes_on(void **state)
{
    static const struct {
        uint32_t end, reason;
    } on[] = {
        { PK_MESSAGE_FAILED, PK_REASON_PROVIDER_REFUSED },      { PK_MESSAGE_FAILED, PK_REASON_INVALID_RECIPIENT },
        { PK_MESSAGE_FAILED, PK_REASON_ATTEMPTS_USED_UP },      { PK_MESSAGE_FAILED, PK_REASON_TEXT_UNFIT },
        { PK_MESSAGE_FAILED, PK_REASON_NO_ROUTE },              { PK_MESSAGE_SUPPRESSED, PK_REASON_INVALID_RECIPIENT },
        { PK_MESSAGE_UNDELIVERED, PK_REASON_PROVIDER_REFUSED }, { PK_MESSAGE_UNDELIVERED, PK_REASON_ATTEMPTS_USED_UP },
        { PK_MESSAGE_UNCONFIRMED, PK_REASON_NEXT_CHANNEL },     { PK_MESSAGE_FAILED, PK_REASON_TEXT_UNMAPPED },
    };
    (void) state;
    for (int end = 0; end <= PK_MESSAGE_STATES; end++)
        for (int reason = 0; reason <= PK_REASONS; reason++) {
            bool wanted = false;
            for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
                wanted |= on[i].end == (uint32_t) end && on[i].reason == (uint32_t) reason;
            if (pk_ladder_goes_on((enum pk_message_state) end, (enum pk_reason) reason) != wanted)
                fail_msg("end %d, reason %d", end, reason);
        }
    /* The person's own word, or their network's on their behalf, is heard everywhere. */
    assert_false(pk_ladder_goes_on(PK_MESSAGE_SUPPRESSED, PK_REASON_OPTED_OUT));
    assert_false(pk_ladder_goes_on(PK_MESSAGE_SUPPRESSED, PK_REASON_BLOCKED_BY_NETWORK));
    assert_false(pk_ladder_goes_on(PK_MESSAGE_UNCERTAIN, PK_REASON_NO_ANSWER));
}

static void a_provider_has_the_wait_and_not_more(void **state)
{
    (void) state;
    assert_int_equal(pk_ladder_valid_until(1000, 500, 9000), 1500);
    assert_int_equal(pk_ladder_valid_until(1000, 8000, 9000), 9000);
    assert_int_equal(pk_ladder_valid_until(1000, 9000, 9000), 9000);
    assert_int_equal(pk_ladder_valid_until(9500, 500, 9000), 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_is_named_or_left_to_the_rest),
        cmocka_unit_test(what_certainly_did_not_arrive_goes_on),
        cmocka_unit_test(a_provider_has_the_wait_and_not_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

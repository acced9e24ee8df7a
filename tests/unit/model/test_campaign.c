/* SPDX-License-Identifier: EUPL-1.2 */
/* Every state and every act: the table written down a second time, as the sentence people would say. */
#include "gateway/model/campaign.h"

#include "tests/unit/cmocka.h"

#include <stdio.h>

/* Rows by state, columns edit submit approve reject start pause resume cancel finish; "-" = not allowed. */
static const char *const expected[PK_CAMPAIGN_STATES][PK_CAMPAIGN_ACTS] = {
    { "draft", "awaiting-approval", "-", "-", "-", "-", "-", "cancelled", "-" },
    { "draft", "-", "approved", "draft", "-", "-", "-", "cancelled", "-" },
    { "draft", "-", "-", "-", "running", "-", "-", "cancelled", "-" },
    { "-", "-", "-", "-", "-", "paused", "-", "cancelled", "finished" },
    { "draft", "-", "-", "-", "-", "-", "running", "cancelled", "-" },
    { "-", "-", "-", "-", "-", "-", "-", "-", "-" },
    { "-", "-", "-", "-", "-", "-", "-", "-", "-" },
};

static void test_every_cell(void **state)
{
    (void) state;
    for (unsigned from = 0; from < PK_CAMPAIGN_STATES; from++)
        for (unsigned act = 0; act < PK_CAMPAIGN_ACTS; act++) {
            enum pk_campaign_state to = pk_campaign_after((enum pk_campaign_state) from, (enum pk_campaign_act) act);
            const char *name = to == PK_CAMPAIGN_STATES ? "-" : pk_campaign_state_name(to);
            if (strcmp(name, expected[from][act]) != 0)
                fail_msg("%s, %s: %s, not %s", pk_campaign_state_name((enum pk_campaign_state) from),
                         pk_campaign_act_name((enum pk_campaign_act) act), name, expected[from][act]);
        }
    assert_int_equal(pk_campaign_after(PK_CAMPAIGN_STATES, PK_CAMPAIGN_EDIT), PK_CAMPAIGN_STATES);
    assert_int_equal(pk_campaign_after(PK_CAMPAIGN_DRAFT, PK_CAMPAIGN_ACTS), PK_CAMPAIGN_STATES);
}

static void test_nothing_follows_the_end_and_only_it(void **state)
{
    (void) state;
    for (unsigned from = 0; from < PK_CAMPAIGN_STATES; from++) {
        unsigned ways = 0;
        for (unsigned act = 0; act < PK_CAMPAIGN_ACTS; act++)
            ways += pk_campaign_after((enum pk_campaign_state) from, (enum pk_campaign_act) act) != PK_CAMPAIGN_STATES;
        assert_int_equal(ways == 0, pk_campaign_is_final((enum pk_campaign_state) from));
    }
}

static void test_each_state_has_its_sentences(void **state)
{
    (void) state;
    for (unsigned from = 0; from < PK_CAMPAIGN_STATES; from++) {
        const char *nl = pk_campaign_state_sentence((enum pk_campaign_state) from, "nl");
        const char *bg = pk_campaign_state_sentence((enum pk_campaign_state) from, "bg");
        const char *en = pk_campaign_state_sentence((enum pk_campaign_state) from, "fr");
        assert_true(nl && bg && en && strcmp(nl, bg) != 0 && strcmp(nl, en) != 0);
        assert_true((unsigned char) bg[0] >= 0xd0);
    }
    assert_null(pk_campaign_state_sentence(PK_CAMPAIGN_STATES, "nl"));
    assert_null(pk_campaign_state_name(PK_CAMPAIGN_STATES));
    assert_null(pk_campaign_act_name(PK_CAMPAIGN_ACTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_nothing_follows_the_end_and_only_it),
        cmocka_unit_test(test_each_state_has_its_sentences),
    };
    return cmocka_run_group_tests_name("model/campaign", tests, NULL, NULL);
}

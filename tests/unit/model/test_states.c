/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of states, walked through whole: what may follow what, and what no receipt may ever undo. */
#include "gateway/include/pokana/adapter.h"
#include "gateway/model/states.h"
#include "tests/unit/cmocka.h"

#define STATE(i) ((enum pk_message_state) (i))

static void test_every_state_has_a_name_that_reads_back(void **state)
{
    (void) state;
    for (int i = 0; i < PK_MESSAGE_STATES; i++) {
        enum pk_message_state back = PK_MESSAGE_STATES;
        assert_non_null(pk_message_state_name(STATE(i)));
        assert_int_equal(pk_message_state_parse(pk_message_state_name(STATE(i)), &back), 0);
        assert_int_equal(back, i);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(pk_message_state_name(STATE(i)), pk_message_state_name(STATE(j)));
    }
    assert_null(pk_message_state_name(PK_MESSAGE_STATES));
    enum pk_message_state back = PK_MESSAGE_QUEUED;
    assert_true(pk_message_state_parse("gone", &back) < 0);
    assert_int_equal(back, PK_MESSAGE_QUEUED);
}

static void test_every_state_and_reason_has_a_sentence_in_three_languages(void **state)
{
    (void) state;
    static const char *const languages[] = { "nl", "bg", "en" };
    for (size_t l = 0; l < 3; l++) {
        for (int i = 0; i < PK_MESSAGE_STATES; i++)
            assert_true(strlen(pk_message_state_sentence(STATE(i), languages[l])) >= 5);
        for (int i = 0; i < PK_REASONS; i++) {
            assert_true(strlen(pk_reason_sentence((enum pk_reason) i, languages[l])) >= 5);
            assert_non_null(pk_reason_name((enum pk_reason) i));
        }
    }
    assert_string_equal(pk_message_state_sentence(PK_MESSAGE_READ, "fr"), pk_message_state_sentence(PK_MESSAGE_READ, "en"));
    assert_string_not_equal(pk_message_state_sentence(PK_MESSAGE_READ, "bg"), pk_message_state_sentence(PK_MESSAGE_READ, "en"));
}

static void test_kinds_of_states_part_the_whole(void **state)
{
    (void) state;
    for (int i = 0; i < PK_MESSAGE_STATES; i++) {
        assert_false(pk_message_is_waiting(STATE(i)) && pk_message_is_final(STATE(i)));
        assert_true(pk_message_may_become(STATE(i), STATE(i)));
        /* Who may be told again was not told. */
        if (pk_message_is_waiting(STATE(i)))
            assert_false(pk_message_is_told(STATE(i)));
    }
    assert_false(pk_message_may_become(PK_MESSAGE_STATES, PK_MESSAGE_READ));
    assert_false(pk_message_may_become(PK_MESSAGE_READ, PK_MESSAGE_STATES));
}

/* Nothing that is over is sent again, and delivered stays delivered. */
static void test_the_end_is_the_end(void **state)
{
    (void) state;
    for (int from = 0; from < PK_MESSAGE_STATES; from++) {
        if (!pk_message_is_final(STATE(from)))
            continue;
        for (int to = 0; to < PK_MESSAGE_STATES; to++)
            if (to != from && pk_message_may_become(STATE(from), STATE(to)))
                assert_true(pk_message_is_final(STATE(to)));
    }
    for (int to = 0; to < PK_MESSAGE_STATES; to++) {
        assert_int_equal(pk_message_may_become(PK_MESSAGE_DELIVERED, STATE(to)), to == PK_MESSAGE_DELIVERED || to == PK_MESSAGE_READ);
        assert_int_equal(pk_message_may_become(PK_MESSAGE_READ, STATE(to)), to == PK_MESSAGE_READ);
        assert_int_equal(pk_message_may_become(PK_MESSAGE_SUPPRESSED, STATE(to)), to == PK_MESSAGE_SUPPRESSED);
    }
}

/* Only what waits is handed over, and a hand-over ends in doubt or with an answer, never back in the plain queue. */
static void test_hand_over_begins_and_ends_where_it_should(void **state)
{
    (void) state;
    for (int from = 0; from < PK_MESSAGE_STATES; from++)
        if (from != PK_MESSAGE_SUBMITTING)
            assert_int_equal(pk_message_may_become(STATE(from), PK_MESSAGE_SUBMITTING), pk_message_is_waiting(STATE(from)));
    assert_false(pk_message_may_become(PK_MESSAGE_SUBMITTING, PK_MESSAGE_QUEUED));
    assert_true(pk_message_may_become(PK_MESSAGE_SUBMITTING, PK_MESSAGE_UNCERTAIN));
    assert_false(pk_message_may_become(PK_MESSAGE_UNCERTAIN, PK_MESSAGE_QUEUED));
    assert_false(pk_message_may_become(PK_MESSAGE_UNCERTAIN, PK_MESSAGE_SUBMITTING));
    assert_false(pk_message_may_become(PK_MESSAGE_ACCEPTED, PK_MESSAGE_DEFERRED));
}

/* To the next channel: what waits, what is under way, what its provider has; never what is over or may have been read. */
static void test_who_may_go_on(void **state)
{
    (void) state;
    for (int from = 0; from < PK_MESSAGE_STATES; from++)
        assert_int_equal(pk_message_may_go_on(STATE(from)), !pk_message_is_final(STATE(from)));
    assert_false(pk_message_may_go_on(PK_MESSAGE_STATES));
}

static int rank(enum pk_message_state state)
{
    switch (state) {
    case PK_MESSAGE_UNCERTAIN:
        return 0;
    case PK_MESSAGE_ACCEPTED:
        return 1;
    case PK_MESSAGE_SENT:
        return 2;
    case PK_MESSAGE_DELIVERED:
        return 4;
    case PK_MESSAGE_READ:
        return 5;
    default:
        return 3;
    }
}

static void test_receipts_in_any_order_end_alike(void **state)
{
    (void) state;
    static const uint32_t receipts[] = { PK_RECEIPT_ACCEPTED, PK_RECEIPT_SENT, PK_RECEIPT_DELIVERED };
    static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (size_t o = 0; o < 6; o++) {
        enum pk_message_state now = PK_MESSAGE_ACCEPTED;
        for (size_t i = 0; i < 3; i++) {
            enum pk_message_state next = pk_message_after_receipt(now, receipts[orders[o][i]]);
            assert_true(rank(next) >= rank(now));
            assert_int_equal(pk_message_after_receipt(next, receipts[orders[o][i]]), next); /* twice is once */
            now = next;
        }
        assert_int_equal(now, PK_MESSAGE_DELIVERED);
        assert_int_equal(pk_message_after_receipt(now, PK_RECEIPT_UNDELIVERED_PERMANENT), PK_MESSAGE_DELIVERED);
        assert_int_equal(pk_message_after_receipt(now, PK_RECEIPT_READ), PK_MESSAGE_READ);
    }
}

static void test_receipts_obey_the_table(void **state)
{
    (void) state;
    for (int from = 0; from < PK_MESSAGE_STATES; from++)
        for (uint32_t receipt = 0; receipt < 12; receipt++)
            assert_true(pk_message_may_become(STATE(from), pk_message_after_receipt(STATE(from), receipt)));
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_UNCERTAIN, PK_RECEIPT_ACCEPTED), PK_MESSAGE_ACCEPTED);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_UNCERTAIN, PK_RECEIPT_DELIVERED), PK_MESSAGE_DELIVERED);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_SUBMITTING, PK_RECEIPT_DELIVERED), PK_MESSAGE_SUBMITTING);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_SENT, PK_RECEIPT_ACCEPTED), PK_MESSAGE_SENT);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_SENT, PK_RECEIPT_UNKNOWN), PK_MESSAGE_SENT);
    /* Given up by the provider, and told too late to try again: it is known all the same that it did not arrive. */
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_UNCONFIRMED, PK_RECEIPT_UNDELIVERED_TEMPORARY), PK_MESSAGE_UNDELIVERED);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_UNCONFIRMED, PK_RECEIPT_DELIVERED), PK_MESSAGE_DELIVERED);
    assert_int_equal(pk_message_after_receipt(PK_MESSAGE_SUPPRESSED, PK_RECEIPT_DELIVERED), PK_MESSAGE_SUPPRESSED);
}

/* One without an answer may get one later; nothing opens an attempt again. */
/* One that left beside another one may turn out not to have been used, and to have arrived after all. */
static void test_attempts_end_once(void **state)
{
    (void) state;
    for (int from = 0; from < PK_ATTEMPT_STATES; from++)
        for (int to = 0; to < PK_ATTEMPT_STATES; to++) {
            bool taken = from == PK_ATTEMPT_ACCEPTED || from == PK_ATTEMPT_NO_ANSWER;
            bool may = to == PK_ATTEMPT_NOT_USED ? taken : from == PK_ATTEMPT_OPENED || (from == PK_ATTEMPT_NO_ANSWER && to != PK_ATTEMPT_OPENED);
            may |= from == to || (from == PK_ATTEMPT_NOT_USED && to == PK_ATTEMPT_ACCEPTED);
            assert_int_equal(pk_attempt_may_become((enum pk_attempt_state) from, (enum pk_attempt_state) to), may);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_has_a_name_that_reads_back),
        cmocka_unit_test(test_every_state_and_reason_has_a_sentence_in_three_languages),
        cmocka_unit_test(test_kinds_of_states_part_the_whole),
        cmocka_unit_test(test_the_end_is_the_end),
        cmocka_unit_test(test_who_may_go_on),
        cmocka_unit_test(test_hand_over_begins_and_ends_where_it_should),
        cmocka_unit_test(test_receipts_in_any_order_end_alike),
        cmocka_unit_test(test_receipts_obey_the_table),
        cmocka_unit_test(test_attempts_end_once),
    };
    return cmocka_run_group_tests_name("model/states", tests, NULL, NULL);
}

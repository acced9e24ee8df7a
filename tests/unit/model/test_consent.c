/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ledger's newest event means, and the gate's rule: every class against every consent, STOP, block and hold. */
#include "gateway/model/consent.h"
#include "tests/unit/cmocka.h"

#define NOW 1000000

static void test_newest_event_decides(void **state)
{
    (void) state;
    assert_int_equal(pk_consent_state_of(0, 0, NOW), PK_CONSENT_UNKNOWN);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_REQUESTED, 0, NOW), PK_CONSENT_INVITED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_GIVEN, 0, NOW), PK_CONSENT_INVITED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_CONFIRMED, 0, NOW), PK_CONSENT_GRANTED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_CONFIRMED, NOW + 1, NOW), PK_CONSENT_GRANTED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_CONFIRMED, NOW, NOW), PK_CONSENT_STATE_EXPIRED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_REFUSED, 0, NOW), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_WITHDRAWN, 0, NOW), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_EXPIRED_EVENT, 0, NOW), PK_CONSENT_STATE_EXPIRED);
    assert_int_equal(pk_consent_state_of(PK_CONSENT_BLOCKED, 0, NOW), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(pk_consent_state_of(99, 0, NOW), PK_CONSENT_UNKNOWN);
}

static struct pk_gate_facts facts_of(uint32_t cls, enum pk_consent_state consent)
{
    return (struct pk_gate_facts){
        .cls = cls, .consent = consent, .expires_ms = NOW + 1, .act_ms = NOW - 10, .act_window_ms = 100, .now_ms = NOW
    };
}

static enum pk_gate_verdict ask(struct pk_gate_facts facts, enum pk_reason expected)
{
    enum pk_reason reason = PK_REASONS;
    enum pk_gate_verdict verdict = pk_gate_decide(&facts, &reason);
    assert_int_equal(reason, expected);
    return verdict;
}

/* The whole table: a notice needs granted consent and nothing less. */
static void test_consent_by_class(void **state)
{
    (void) state;
    static const struct {
        enum pk_consent_state consent;
        enum pk_reason notice, question; /* NONE = passes */
    } rows[] = {
        { PK_CONSENT_UNKNOWN, PK_REASON_NO_CONSENT, PK_REASON_NO_CONSENT },
        { PK_CONSENT_INVITED, PK_REASON_NO_CONSENT, PK_REASON_NONE },
        { PK_CONSENT_GRANTED, PK_REASON_NONE, PK_REASON_QUESTION_ALREADY_ASKED },
        { PK_CONSENT_STATE_WITHDRAWN, PK_REASON_NO_CONSENT, PK_REASON_NO_CONSENT },
        { PK_CONSENT_STATE_EXPIRED, PK_REASON_CONSENT_EXPIRED, PK_REASON_NONE },
        { PK_CONSENT_STATE_BLOCKED, PK_REASON_BLOCKED_BY_NETWORK, PK_REASON_NO_CONSENT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum pk_gate_verdict notice = ask(facts_of(PK_CLASS_NOTICE, rows[i].consent), rows[i].notice);
        enum pk_gate_verdict question = ask(facts_of(PK_CLASS_QUESTION, rows[i].consent), rows[i].question);
        assert_int_equal(notice, rows[i].notice == PK_REASON_NONE ? PK_GATE_PASS : PK_GATE_REFUSE);
        assert_int_equal(question, rows[i].question == PK_REASON_NONE ? PK_GATE_PASS : PK_GATE_REFUSE);
        /* Whether it shall go on may be asked of what stands, and of nothing that an opt-in question may not. */
        struct pk_gate_facts renewal = facts_of(PK_CLASS_QUESTION, rows[i].consent);
        renewal.renews = true;
        enum pk_reason expected = rows[i].consent == PK_CONSENT_GRANTED ? PK_REASON_NONE : rows[i].question;
        assert_int_equal(ask(renewal, expected), expected == PK_REASON_NONE ? PK_GATE_PASS : PK_GATE_REFUSE);
        /* Answers go to the person's own act; staff and screens are nobody's consent. */
        assert_int_equal(ask(facts_of(PK_CLASS_ANSWER, rows[i].consent), PK_REASON_NONE), PK_GATE_PASS);
        assert_int_equal(ask(facts_of(PK_CLASS_STAFF, rows[i].consent), PK_REASON_NONE), PK_GATE_PASS);
        /* What the law says must be told needs nobody's consent; but see below. */
        assert_int_equal(ask(facts_of(PK_CLASS_DUTY, rows[i].consent), PK_REASON_NONE), PK_GATE_PASS);
    }
    assert_int_equal(ask(facts_of(PK_CLASSES, PK_CONSENT_GRANTED), PK_REASON_NO_CONSENT), PK_GATE_REFUSE);
}

static void test_after_stop_only_its_confirmation(void **state)
{
    (void) state;
    for (uint32_t cls = PK_CLASS_NOTICE; cls < PK_CLASSES; cls++) {
        if (cls == PK_CLASS_STAFF || cls == PK_CLASS_PUBLIC)
            continue;
        struct pk_gate_facts facts = facts_of(cls, cls == PK_CLASS_QUESTION ? PK_CONSENT_INVITED : PK_CONSENT_GRANTED);
        facts.person_stopped = true;
        assert_int_equal(ask(facts, PK_REASON_STOPPED), PK_GATE_REFUSE);
        facts.confirms_stop = true;
        assert_int_equal(ask(facts, cls == PK_CLASS_ANSWER ? PK_REASON_NONE : PK_REASON_STOPPED),
                         cls == PK_CLASS_ANSWER ? PK_GATE_PASS : PK_GATE_REFUSE);
    }
}

static void test_answers_have_their_time(void **state)
{
    (void) state;
    struct pk_gate_facts facts = facts_of(PK_CLASS_ANSWER, PK_CONSENT_UNKNOWN);
    facts.act_ms = NOW - 100;
    assert_int_equal(ask(facts, PK_REASON_NONE), PK_GATE_PASS);
    facts.act_ms = NOW - 101;
    assert_int_equal(ask(facts, PK_REASON_ANSWER_TOO_LATE), PK_GATE_REFUSE);
    facts.act_ms = 0; /* to no act at all */
    assert_int_equal(ask(facts, PK_REASON_ANSWER_TOO_LATE), PK_GATE_REFUSE);
    facts.act_ms = NOW + 1; /* before the act */
    assert_int_equal(ask(facts, PK_REASON_ANSWER_TOO_LATE), PK_GATE_REFUSE);
}

static void test_blocks_pauses_and_ends(void **state)
{
    (void) state;
    struct pk_gate_facts facts = facts_of(PK_CLASS_NOTICE, PK_CONSENT_GRANTED);
    facts.address_blocked = true;
    assert_int_equal(ask(facts, PK_REASON_BLOCKED_BY_NETWORK), PK_GATE_REFUSE);
    facts.cls = PK_CLASS_DUTY;
    assert_int_equal(ask(facts, PK_REASON_BLOCKED_BY_NETWORK), PK_GATE_REFUSE);
    facts.cls = PK_CLASS_ANSWER;
    assert_int_equal(ask(facts, PK_REASON_NONE), PK_GATE_PASS);
    facts = facts_of(PK_CLASS_NOTICE, PK_CONSENT_GRANTED);
    facts.held = true;
    assert_int_equal(ask(facts, PK_REASON_RESTORED), PK_GATE_WAIT);
    facts.all_paused = true;
    assert_int_equal(ask(facts, PK_REASON_ALL_PAUSED), PK_GATE_WAIT);
    facts.expires_ms = NOW;
    assert_int_equal(ask(facts, PK_REASON_TOO_LATE), PK_GATE_EXPIRE);
    /* What waits and may not be sent is not kept for later. */
    facts = facts_of(PK_CLASS_NOTICE, PK_CONSENT_GRANTED);
    facts.held = facts.person_stopped = true;
    assert_int_equal(ask(facts, PK_REASON_STOPPED), PK_GATE_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newest_event_decides),   cmocka_unit_test(test_consent_by_class),
        cmocka_unit_test(test_after_stop_only_its_confirmation), cmocka_unit_test(test_answers_have_their_time),
        cmocka_unit_test(test_blocks_pauses_and_ends),
    };
    return cmocka_run_group_tests_name("model/consent", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/consent.h"

const char *pk_consent_kind_name(enum pk_consent_kind kind)
{
    static const char *const names[] = { NULL, "requested", "given", "confirmed", "refused", "withdrawn", "expired", "blocked", "corrected" };
    return (size_t) kind < sizeof names / sizeof names[0] ? names[kind] : NULL;
}

const char *pk_consent_state_name(enum pk_consent_state state)
{
    static const char *const names[] = { "unknown", "invited", "granted", "withdrawn", "expired", "blocked-by-network" };
    return (size_t) state < sizeof names / sizeof names[0] ? names[state] : NULL;
}

enum pk_consent_state pk_consent_state_of(uint32_t newest_kind, int64_t until_ms, int64_t now_ms)
{
    switch (newest_kind) {
    case PK_CONSENT_REQUESTED:
    case PK_CONSENT_GIVEN: /* said by somebody else, or not clearly: the person's own yes is still to come */
        return PK_CONSENT_INVITED;
    case PK_CONSENT_CONFIRMED:
        return until_ms != 0 && until_ms <= now_ms ? PK_CONSENT_STATE_EXPIRED : PK_CONSENT_GRANTED;
    case PK_CONSENT_REFUSED:
    case PK_CONSENT_WITHDRAWN:
        return PK_CONSENT_STATE_WITHDRAWN;
    case PK_CONSENT_EXPIRED_EVENT:
        return PK_CONSENT_STATE_EXPIRED;
    case PK_CONSENT_BLOCKED:
        return PK_CONSENT_STATE_BLOCKED;
    default:
        return PK_CONSENT_UNKNOWN;
    }
}

static enum pk_gate_verdict verdict(enum pk_gate_verdict what, enum pk_reason why, enum pk_reason *ret_reason)
{
    *ret_reason = why;
    return what;
}

static enum pk_gate_verdict decide_notice(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    switch (facts->consent) {
    case PK_CONSENT_GRANTED:
        return verdict(PK_GATE_PASS, PK_REASON_NONE, ret_reason);
    case PK_CONSENT_STATE_EXPIRED:
        return verdict(PK_GATE_REFUSE, PK_REASON_CONSENT_EXPIRED, ret_reason);
    case PK_CONSENT_STATE_BLOCKED:
        return verdict(PK_GATE_REFUSE, PK_REASON_BLOCKED_BY_NETWORK, ret_reason);
    default:
        return verdict(PK_GATE_REFUSE, PK_REASON_NO_CONSENT, ret_reason);
    }
}

/* A question may only be put to somebody who was signed up and has not decided yet, or whose consent is about to end. */
static enum pk_gate_verdict decide_question(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    if (facts->consent == PK_CONSENT_INVITED || facts->consent == PK_CONSENT_STATE_EXPIRED ||
        (facts->renews && facts->consent == PK_CONSENT_GRANTED))
        return verdict(PK_GATE_PASS, PK_REASON_NONE, ret_reason);
    if (facts->consent == PK_CONSENT_GRANTED)
        return verdict(PK_GATE_REFUSE, PK_REASON_QUESTION_ALREADY_ASKED, ret_reason);
    return verdict(PK_GATE_REFUSE, PK_REASON_NO_CONSENT, ret_reason);
}

static enum pk_gate_verdict decide_answer(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    if (facts->act_ms == 0 || facts->act_ms > facts->now_ms || facts->now_ms - facts->act_ms > facts->act_window_ms)
        return verdict(PK_GATE_REFUSE, PK_REASON_ANSWER_TOO_LATE, ret_reason);
    return verdict(PK_GATE_PASS, PK_REASON_NONE, ret_reason);
}

/* What the class of a message asks for. */
static enum pk_gate_verdict decide_by_class(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    switch (facts->cls) {
    case PK_CLASS_NOTICE:
        return decide_notice(facts, ret_reason);
    case PK_CLASS_QUESTION:
        return decide_question(facts, ret_reason);
    case PK_CLASS_ANSWER:
        return decide_answer(facts, ret_reason);
    case PK_CLASS_DUTY: /* owed by law, whatever was agreed to; but a STOP ends this as well (decisions/breach.md) */
    case PK_CLASS_STAFF:
    case PK_CLASS_PUBLIC:
        return verdict(PK_GATE_PASS, PK_REASON_NONE, ret_reason);
    default:
        return verdict(PK_GATE_REFUSE, PK_REASON_NO_CONSENT, ret_reason);
    }
}

/* Who may be written to at all may be asleep. */
static enum pk_gate_verdict decide_quiet(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    if (facts->quiet_until_ms <= facts->now_ms)
        return verdict(PK_GATE_PASS, PK_REASON_NONE, ret_reason);
    if (facts->expires_ms != 0 && facts->expires_ms <= facts->quiet_until_ms)
        return verdict(PK_GATE_EXPIRE, PK_REASON_QUIET_TOO_LATE, ret_reason);
    return verdict(PK_GATE_WAIT, PK_REASON_QUIET, ret_reason);
}

bool pk_gate_is_quietable(uint32_t cls, uint32_t flags)
{
    return (cls == PK_CLASS_NOTICE || cls == PK_CLASS_QUESTION || cls == PK_CLASS_DUTY) && !(flags & PK_MESSAGE_AT_ONCE);
}

enum pk_gate_verdict pk_gate_decide(const struct pk_gate_facts *facts, enum pk_reason *ret_reason)
{
    bool personal = facts->cls == PK_CLASS_NOTICE || facts->cls == PK_CLASS_QUESTION || facts->cls == PK_CLASS_ANSWER ||
                    facts->cls == PK_CLASS_DUTY;
    if (facts->expires_ms != 0 && facts->expires_ms <= facts->now_ms)
        return verdict(PK_GATE_EXPIRE, PK_REASON_TOO_LATE, ret_reason);
    if (personal && facts->person_stopped && !(facts->cls == PK_CLASS_ANSWER && facts->confirms_stop))
        return verdict(PK_GATE_REFUSE, PK_REASON_STOPPED, ret_reason);
    /* Suppression follows a STOP by itself; what confirms it, or answers a later act, may still use the address. */
    if (personal && facts->address_blocked && facts->cls != PK_CLASS_ANSWER)
        return verdict(PK_GATE_REFUSE, PK_REASON_BLOCKED_BY_NETWORK, ret_reason);
    if (facts->all_paused)
        return verdict(PK_GATE_WAIT, PK_REASON_ALL_PAUSED, ret_reason);
    if (facts->held)
        return verdict(PK_GATE_WAIT, PK_REASON_RESTORED, ret_reason);
    enum pk_gate_verdict by_class = decide_by_class(facts, ret_reason);
    return by_class == PK_GATE_PASS ? decide_quiet(facts, ret_reason) : by_class;
}

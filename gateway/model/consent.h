/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Consent: the kinds of ledger events, the state they leave, and the gate's rule by class of message. Pure: facts
 * and the time come in, a verdict goes out.
 */
#ifndef PK_MODEL_CONSENT_H
#define PK_MODEL_CONSENT_H

#include "gateway/model/states.h"

/* Ledger event kinds; stored numbers. */
enum pk_consent_kind {
    PK_CONSENT_REQUESTED = 1, /* signed up by somebody; to be asked */
    PK_CONSENT_GIVEN = 2,
    PK_CONSENT_CONFIRMED = 3, /* a clear YES of the person */
    PK_CONSENT_REFUSED = 4,
    PK_CONSENT_WITHDRAWN = 5,
    PK_CONSENT_EXPIRED_EVENT = 6,
    PK_CONSENT_BLOCKED = 7, /* by the network */
    PK_CONSENT_CORRECTED = 8,
};

enum pk_consent_state {
    PK_CONSENT_UNKNOWN = 0,
    PK_CONSENT_INVITED = 1,
    PK_CONSENT_GRANTED = 2,
    PK_CONSENT_STATE_WITHDRAWN = 3,
    PK_CONSENT_STATE_EXPIRED = 4,
    PK_CONSENT_STATE_BLOCKED = 5,
};

const char *pk_consent_kind_name(enum pk_consent_kind kind);
const char *pk_consent_state_name(enum pk_consent_state state);
/* The state after the newest event (0 = no event), at a moment. until_ms 0 = no end. */
enum pk_consent_state pk_consent_state_of(uint32_t newest_kind, int64_t until_ms, int64_t now_ms);

/* What the gate looks at: all of it read in the unit that asks. */
struct pk_gate_facts {
    uint32_t cls; /* enum pk_class */
    enum pk_consent_state consent; /* for the message's topic and channel */
    bool person_stopped; /* STOP stands for this person */
    bool address_blocked; /* by the network, or suppressed */
    bool all_paused;
    bool held; /* this message waits for a person */
    int64_t expires_ms;
    /* answers: the act of the person this answers, and until when it may be answered */
    int64_t act_ms;
    int64_t act_window_ms;
    bool confirms_stop; /* the one message that may follow a STOP */
    bool renews; /* a question whether a consent that stands shall go on */
    int64_t quiet_until_ms; /* quiet hours or days hold it now, until then; 0 = they do not */
    int64_t now_ms;
};

enum pk_gate_verdict { PK_GATE_PASS = 0, PK_GATE_WAIT /* not now, ask again */, PK_GATE_REFUSE /* suppressed */, PK_GATE_EXPIRE };

/* Whether quiet hours and days hold messages of this class and these flags (enum pk_message_flag): answers, tests and screens
 * they do not, nor a question that somebody waits for. */
bool pk_gate_is_quietable(uint32_t cls, uint32_t flags);

enum pk_gate_verdict pk_gate_decide(const struct pk_gate_facts *facts, enum pk_reason *ret_reason);

#endif

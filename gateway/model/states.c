/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables. A row is a state, its bits the states that may follow; the diagram is in README.md. */
#include "gateway/model/states.h"

#include "gateway/include/pokana/adapter.h"

#include <string.h>

#define TO(state) (1u << PK_MESSAGE_##state)

/* What ends a message that still waits. */
#define ENDS_WAITING (TO(EXPIRED) | TO(SUPPRESSED) | TO(CANCELLED) | TO(FAILED) | TO(UNCONFIRMED))
/* What a provider may say of one it has. */
#define RECEIPTS (TO(SENT) | TO(DELIVERED) | TO(READ) | TO(UNDELIVERED_TEMPORARY) | TO(UNDELIVERED))

static const uint32_t message_next[PK_MESSAGE_STATES] = {
    [PK_MESSAGE_SCHEDULED] = TO(QUEUED) | TO(DEFERRED) | TO(SUBMITTING) | ENDS_WAITING,
    [PK_MESSAGE_QUEUED] = TO(DEFERRED) | TO(SUBMITTING) | ENDS_WAITING,
    /* A receipt of an earlier attempt may still come while the next one waits. */
    [PK_MESSAGE_DEFERRED] = TO(QUEUED) | TO(SUBMITTING) | TO(DELIVERED) | TO(READ) | ENDS_WAITING,
    [PK_MESSAGE_SUBMITTING] = TO(ACCEPTED) | TO(SENT_FINAL) | TO(DEFERRED) | TO(UNCERTAIN) | TO(FAILED) | TO(SUPPRESSED) | TO(EXPIRED) | RECEIPTS,
    /* A receipt, the provider's answer to our question, a person, or the end of the receipt window. */
    [PK_MESSAGE_UNCERTAIN] = TO(ACCEPTED) | TO(SENT_FINAL) | TO(DEFERRED) | TO(UNCONFIRMED) | TO(FAILED) | TO(SUPPRESSED) | TO(EXPIRED) |
                             RECEIPTS,
    [PK_MESSAGE_ACCEPTED] = TO(UNCONFIRMED) | RECEIPTS,
    [PK_MESSAGE_SENT] = TO(UNCONFIRMED) | RECEIPTS,
    [PK_MESSAGE_UNDELIVERED_TEMPORARY] = TO(DEFERRED) | TO(UNCONFIRMED) | TO(EXPIRED) | RECEIPTS,
    [PK_MESSAGE_DELIVERED] = TO(READ),
    [PK_MESSAGE_UNCONFIRMED] = TO(DELIVERED) | TO(READ) | TO(UNDELIVERED),
    [PK_MESSAGE_EXPIRED] = TO(DELIVERED) | TO(READ),
};

/* From here to the next channel. What is uncertain only once its provider was asked and said no. */
static const uint32_t may_go_on = TO(SCHEDULED) | TO(QUEUED) | TO(DEFERRED) | TO(SUBMITTING) | TO(UNCERTAIN) | TO(ACCEPTED) | TO(SENT) |
                                  TO(UNDELIVERED_TEMPORARY);

#define ATTEMPT(state) (1u << PK_ATTEMPT_##state)
static const uint32_t attempt_next[PK_ATTEMPT_STATES] = {
    /* Asked later, the provider knew. */
    [PK_ATTEMPT_NO_ANSWER] = ATTEMPT(ACCEPTED) | ATTEMPT(REFUSED_TEMPORARY) | ATTEMPT(REFUSED_PERMANENT) | ATTEMPT(NOT_USED),
    [PK_ATTEMPT_ACCEPTED] = ATTEMPT(NOT_USED),
    /* It arrived all the same. */
    [PK_ATTEMPT_NOT_USED] = ATTEMPT(ACCEPTED),
    [PK_ATTEMPT_OPENED] = ATTEMPT(ACCEPTED) | ATTEMPT(REFUSED_TEMPORARY) | ATTEMPT(REFUSED_PERMANENT) | ATTEMPT(NO_ANSWER),
};

bool pk_message_may_become(enum pk_message_state from, enum pk_message_state to)
{
    if (from >= PK_MESSAGE_STATES || to >= PK_MESSAGE_STATES)
        return false;
    return from == to || (message_next[from] & (1u << to)) != 0;
}

bool pk_message_may_go_on(enum pk_message_state from)
{
    return from < PK_MESSAGE_STATES && (may_go_on & (1u << from)) != 0;
}

bool pk_attempt_may_become(enum pk_attempt_state from, enum pk_attempt_state to)
{
    if (from >= PK_ATTEMPT_STATES || to >= PK_ATTEMPT_STATES)
        return false;
    return from == to || (attempt_next[from] & (1u << to)) != 0;
}

bool pk_message_is_final(enum pk_message_state state)
{
    return state >= PK_MESSAGE_DELIVERED && state < PK_MESSAGE_STATES;
}

bool pk_message_is_waiting(enum pk_message_state state)
{
    return state < PK_MESSAGE_SUBMITTING;
}

bool pk_message_is_told(enum pk_message_state state)
{
    const uint32_t told = TO(UNCERTAIN) | TO(ACCEPTED) | TO(SENT) | TO(DELIVERED) | TO(READ) | TO(UNCONFIRMED) | TO(SENT_FINAL);
    return state < PK_MESSAGE_STATES && (told & (1u << state)) != 0;
}

enum pk_message_state pk_message_after_receipt(enum pk_message_state from, uint32_t receipt_state)
{
    static const enum pk_message_state meaning[] = {
        [PK_RECEIPT_ACCEPTED] = PK_MESSAGE_ACCEPTED,
        [PK_RECEIPT_SENT] = PK_MESSAGE_SENT,
        [PK_RECEIPT_DELIVERED] = PK_MESSAGE_DELIVERED,
        [PK_RECEIPT_READ] = PK_MESSAGE_READ,
        [PK_RECEIPT_UNDELIVERED_TEMPORARY] = PK_MESSAGE_UNDELIVERED_TEMPORARY,
        [PK_RECEIPT_UNDELIVERED_PERMANENT] = PK_MESSAGE_UNDELIVERED,
    };
    if (receipt_state == 0 || receipt_state >= sizeof meaning / sizeof meaning[0])
        return from; /* the provider does not know either */
    enum pk_message_state to = meaning[receipt_state];
    if (to == PK_MESSAGE_UNDELIVERED_TEMPORARY && from == PK_MESSAGE_UNCONFIRMED)
        to = PK_MESSAGE_UNDELIVERED; /* it did not arrive, and the time to try again is over */
    /* accepted ranks below sent: a late "accepted" says nothing new, but it ends doubt. */
    if (to == PK_MESSAGE_ACCEPTED && from != PK_MESSAGE_UNCERTAIN)
        return from;
    if (from == PK_MESSAGE_SUBMITTING)
        return from; /* our own answer is on its way; the receipt is kept and counted when it is there */
    return pk_message_may_become(from, to) ? to : from;
}

/* ---- names ---- */

static const char *const message_names[PK_MESSAGE_STATES] = {
    [PK_MESSAGE_SCHEDULED] = "scheduled",
    [PK_MESSAGE_QUEUED] = "queued",
    [PK_MESSAGE_DEFERRED] = "deferred",
    [PK_MESSAGE_SUBMITTING] = "submitting",
    [PK_MESSAGE_UNCERTAIN] = "uncertain",
    [PK_MESSAGE_ACCEPTED] = "accepted",
    [PK_MESSAGE_SENT] = "sent",
    [PK_MESSAGE_UNDELIVERED_TEMPORARY] = "undelivered-temporary",
    [PK_MESSAGE_DELIVERED] = "delivered",
    [PK_MESSAGE_READ] = "read",
    [PK_MESSAGE_UNDELIVERED] = "undelivered",
    [PK_MESSAGE_UNCONFIRMED] = "unconfirmed",
    [PK_MESSAGE_FAILED] = "failed",
    [PK_MESSAGE_EXPIRED] = "expired",
    [PK_MESSAGE_SUPPRESSED] = "suppressed",
    [PK_MESSAGE_CANCELLED] = "cancelled",
    [PK_MESSAGE_SENT_FINAL] = "handed-over",
};

static const char *const attempt_names[PK_ATTEMPT_STATES] = { "opened", "accepted", "refused-temporary", "refused-permanent", "no-answer", "not-used" };

static const char *const reason_names[PK_REASONS] = {
    [PK_REASON_NONE] = "none",
    [PK_REASON_NO_CONSENT] = "no-consent",
    [PK_REASON_CONSENT_EXPIRED] = "consent-expired",
    [PK_REASON_STOPPED] = "stopped",
    [PK_REASON_BLOCKED_BY_NETWORK] = "blocked-by-network",
    [PK_REASON_QUESTION_ALREADY_ASKED] = "question-already-asked",
    [PK_REASON_ANSWER_TOO_LATE] = "answer-too-late",
    [PK_REASON_ACCOUNT_PAUSED] = "account-paused",
    [PK_REASON_ALL_PAUSED] = "all-paused",
    [PK_REASON_PROVIDER_BUSY] = "provider-busy",
    [PK_REASON_PROVIDER_REFUSED] = "provider-refused",
    [PK_REASON_INVALID_RECIPIENT] = "invalid-recipient",
    [PK_REASON_OPTED_OUT] = "opted-out",
    [PK_REASON_MISCONFIGURED] = "misconfigured",
    [PK_REASON_TOO_LATE] = "too-late",
    [PK_REASON_NO_ANSWER] = "no-answer",
    [PK_REASON_RESTART] = "restart",
    [PK_REASON_RECEIPT_SILENT] = "receipt-silent",
    [PK_REASON_NO_ROUTE] = "no-route",
    [PK_REASON_TEXT_UNFIT] = "text-unfit",
    [PK_REASON_ATTEMPTS_USED_UP] = "attempts-used-up",
    [PK_REASON_TRIGGER_CANCELLED] = "trigger-cancelled",
    [PK_REASON_OPERATOR] = "operator",
    [PK_REASON_RESTORED] = "restored",
    [PK_REASON_ERASED] = "erased",
    [PK_REASON_OTHER_QUESTION] = "other-question-open",
    [PK_REASON_QUIET] = "quiet-hours",
    [PK_REASON_QUIET_TOO_LATE] = "quiet-too-long",
    [PK_REASON_DAY_LIMIT] = "day-limit",
    [PK_REASON_TEXT_UNMAPPED] = "text-unmapped",
    [PK_REASON_NEXT_CHANNEL] = "next-channel",
    [PK_REASON_OFTEN_ENOUGH] = "often-enough",
    [PK_REASON_TEXT_UNREAD] = "text-unread",
};

static const char *const class_names[PK_CLASSES] = { "notice", "question", "answer", "staff", "public", "duty" };
static const char *const priority_names[PK_PRIORITIES] = { "urgent", "answer", "normal" };

#define NAME_OF(names, index) ((size_t) (index) < sizeof(names) / sizeof((names)[0]) ? (names)[index] : NULL)

const char *pk_message_state_name(enum pk_message_state state)
{
    return NAME_OF(message_names, state);
}

const char *pk_attempt_state_name(enum pk_attempt_state state)
{
    return NAME_OF(attempt_names, state);
}

const char *pk_reason_name(enum pk_reason reason)
{
    return NAME_OF(reason_names, reason);
}

const char *pk_class_name(enum pk_class cls)
{
    return NAME_OF(class_names, cls);
}

const char *pk_priority_name(enum pk_priority priority)
{
    return NAME_OF(priority_names, priority);
}

int pk_message_state_parse(const char *name, enum pk_message_state *ret_state)
{
    for (size_t i = 0; i < PK_MESSAGE_STATES; i++) {
        if (strcmp(message_names[i], name) == 0) {
            *ret_state = (enum pk_message_state) i;
            return 0;
        }
    }
    return -1;
}

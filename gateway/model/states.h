/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The states of messages and attempts, and which may follow which: tables, asked by the one place that changes a
 * message's state (service/tracker). Numbers are stored: never renumber, only append.
 */
#ifndef PK_MODEL_STATES_H
#define PK_MODEL_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pk_message_state {
    PK_MESSAGE_SCHEDULED = 0, /* 0-2 wait to be sent: the queue's partial index is `state < 3` */
    PK_MESSAGE_QUEUED = 1,
    PK_MESSAGE_DEFERRED = 2,
    PK_MESSAGE_SUBMITTING = 3, /* 3-7 are alive: an attempt is open or a receipt is awaited */
    PK_MESSAGE_UNCERTAIN = 4,
    PK_MESSAGE_ACCEPTED = 5,
    PK_MESSAGE_SENT = 6,
    PK_MESSAGE_UNDELIVERED_TEMPORARY = 7, /* 7: may return to the queue */
    PK_MESSAGE_DELIVERED = 8, /* from here on final; delivered may still become read */
    PK_MESSAGE_READ = 9,
    PK_MESSAGE_UNDELIVERED = 10,
    PK_MESSAGE_UNCONFIRMED = 11,
    PK_MESSAGE_FAILED = 12,
    PK_MESSAGE_EXPIRED = 13,
    PK_MESSAGE_SUPPRESSED = 14,
    PK_MESSAGE_CANCELLED = 15,
    PK_MESSAGE_SENT_FINAL = 16, /* handed over at an account that gives no receipts */
    PK_MESSAGE_STATES
};

enum pk_attempt_state {
    PK_ATTEMPT_OPENED = 0,
    PK_ATTEMPT_ACCEPTED = 1,
    PK_ATTEMPT_REFUSED_TEMPORARY = 2,
    PK_ATTEMPT_REFUSED_PERMANENT = 3,
    PK_ATTEMPT_NO_ANSWER = 4,
    PK_ATTEMPT_NOT_USED = 5, /* of two that left in one call: the other one arrived */
    PK_ATTEMPT_STATES
};

/* Why a message is where it is. Each has one sentence per language that says who acts next (states.c). */
enum pk_reason {
    PK_REASON_NONE = 0,
    PK_REASON_NO_CONSENT,
    PK_REASON_CONSENT_EXPIRED,
    PK_REASON_STOPPED, /* the person said STOP */
    PK_REASON_BLOCKED_BY_NETWORK,
    PK_REASON_QUESTION_ALREADY_ASKED,
    PK_REASON_ANSWER_TOO_LATE, /* class answer outside its window or cap */
    PK_REASON_ACCOUNT_PAUSED,
    PK_REASON_ALL_PAUSED,
    PK_REASON_PROVIDER_BUSY, /* retry or throttled */
    PK_REASON_PROVIDER_REFUSED,
    PK_REASON_INVALID_RECIPIENT,
    PK_REASON_OPTED_OUT, /* at the provider */
    PK_REASON_MISCONFIGURED,
    PK_REASON_TOO_LATE, /* validity passed before it could be sent */
    PK_REASON_NO_ANSWER, /* the provider did not answer: it may have arrived */
    PK_REASON_RESTART, /* the gateway stopped between hand-over and answer */
    PK_REASON_RECEIPT_SILENT, /* receipt window closed */
    PK_REASON_NO_ROUTE,
    PK_REASON_TEXT_UNFIT, /* cannot be rendered for this channel */
    PK_REASON_ATTEMPTS_USED_UP,
    PK_REASON_TRIGGER_CANCELLED,
    PK_REASON_OPERATOR, /* a person decided */
    PK_REASON_RESTORED, /* held after a restore until a person releases it */
    PK_REASON_ERASED,
    PK_REASON_OTHER_QUESTION, /* another question is open at this address */
    PK_REASON_QUIET, /* quiet hours or a quiet day: it leaves when they are over */
    PK_REASON_QUIET_TOO_LATE, /* they end after its validity */
    PK_REASON_DAY_LIMIT, /* its account has used up its budget or its messages of the day */
    PK_REASON_TEXT_UNMAPPED, /* every account of the route sends approved texts only, and this is none of them */
    PK_REASON_NEXT_CHANNEL, /* it did not arrive on the channel before, and goes on to the next one */
    PK_REASON_OFTEN_ENOUGH, /* campaigns told this person as often as the configuration allows */
    PK_REASON_TEXT_UNREAD, /* nobody whose language it is has read the text aloud yet: it waits */
    PK_REASONS
};

enum pk_class { PK_CLASS_NOTICE = 0, PK_CLASS_QUESTION = 1, PK_CLASS_ANSWER = 2, PK_CLASS_STAFF = 3, PK_CLASS_PUBLIC = 4, PK_CLASS_DUTY = 5 /* what the law says people must be told */, PK_CLASSES };
enum pk_priority { PK_PRIORITY_URGENT = 0, PK_PRIORITY_ANSWER = 1, PK_PRIORITY_NORMAL = 2, PK_PRIORITIES };

/* Message flags, a bit set. */
enum pk_message_flag {
    PK_MESSAGE_POSSIBLE_DOUBLE = 1,
    PK_MESSAGE_HELD = 2, /* waits for a person's release */
    PK_MESSAGE_CONFIRMS_STOP = 4, /* the one answer that may follow a STOP */
    PK_MESSAGE_RENEWS = 8, /* a question about consents that stand and will end */
    PK_MESSAGE_BY_HAND = 16, /* an answer that a person gave: in days, not minutes, and to nobody who stopped */
    PK_MESSAGE_AT_ONCE = 32, /* a question that somebody waits for, face to face or at a page: in quiet hours too */
    PK_MESSAGE_HAS_NEXT = 64, /* the ladder has another channel for this person */
    PK_MESSAGE_OF_CAMPAIGN = 128, /* it counts in what that campaign costs */
};

/* Whether `from` may become `to`; every state may stay itself. */
bool pk_message_may_become(enum pk_message_state from, enum pk_message_state to);
/* Whether a message that is `from` may go on to the next channel of the ladder, by which it waits again as deferred. What is over
 * does not, nor what may have arrived; sent and accepted only when that is certain (routing.h). */
bool pk_message_may_go_on(enum pk_message_state from);
bool pk_message_is_final(enum pk_message_state state);
bool pk_message_is_waiting(enum pk_message_state state); /* in the queue */
/* Whether an attempt of it may have arrived ("told"). */
bool pk_message_is_told(enum pk_message_state state);
bool pk_attempt_may_become(enum pk_attempt_state from, enum pk_attempt_state to);

const char *pk_message_state_name(enum pk_message_state state); /* "undelivered", "sent" ...; NULL out of range */
const char *pk_attempt_state_name(enum pk_attempt_state state);
const char *pk_reason_name(enum pk_reason reason);
const char *pk_class_name(enum pk_class cls);
const char *pk_priority_name(enum pk_priority priority);
int pk_message_state_parse(const char *name, enum pk_message_state *ret_state);
/* The sentence for people; language "nl", "bg" or "en" (anything else: en). Never NULL within range. */
const char *pk_message_state_sentence(enum pk_message_state state, const char *language);
const char *pk_reason_sentence(enum pk_reason reason, const char *language);

/* What a receipt (adapter.h, enum pk_receipt_state) makes of a message: the state to go to, or `from` itself when the
 * receipt is late, repeated or lower in rank. delivered never goes down. */
enum pk_message_state pk_message_after_receipt(enum pk_message_state from, uint32_t receipt_state);

#endif

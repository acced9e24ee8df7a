/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an answer to a webhook means and when the next try is: about three days of tries by Standard Webhooks, each moved by
 * chance so that receivers which were away are not all called in the same second. Pure.
 */
#ifndef PK_MODEL_WEBHOOK_H
#define PK_MODEL_WEBHOOK_H

#include "gateway/base/buf.h"

#include <stdint.h>

#define PK_WEBHOOK_TRIES 10
#define PK_WEBHOOK_BODY_MAX 20000u /* a larger event is not sent */

/* What a try came to. The numbers are kept in the database. */
enum pk_webhook_outcome {
    PK_WEBHOOK_UNTRIED = 0,
    PK_WEBHOOK_TAKEN, /* any 2xx */
    PK_WEBHOOK_REFUSED, /* any other status */
    PK_WEBHOOK_REDIRECTED, /* 3xx: never followed */
    PK_WEBHOOK_BUSY, /* 429, 503: later, and nothing else until then where it says when */
    PK_WEBHOOK_GONE, /* 410: the endpoint wants nothing any more */
    PK_WEBHOOK_NO_ANSWER, /* none in time, half of one, or one that is too large */
    PK_WEBHOOK_NOT_SENT, /* no such name, no connection, no certificate that holds, or no address it may be */
    PK_WEBHOOK_NOT_PERMITTED, /* asked before anything is sent, it did not say yes */
    PK_WEBHOOK_OUTCOMES
};
const char *pk_webhook_outcome_name(enum pk_webhook_outcome outcome); /* "no-answer" */
enum pk_webhook_outcome pk_webhook_outcome_of(unsigned status);

/* Of a delivery. The numbers are kept in the database. */
enum pk_webhook_state {
    PK_WEBHOOK_WAITING = 1,
    PK_WEBHOOK_DELIVERED,
    PK_WEBHOOK_FAILED, /* no more tries */
    PK_WEBHOOK_EXPIRED, /* its endpoint was off, or not configured, for too long */
    PK_WEBHOOK_STATES
};
const char *pk_webhook_state_name(enum pk_webhook_state state);
/* PK_E_INVALID when there is none of this name. */
int pk_webhook_state_parse(struct pk_slice name, enum pk_webhook_state *ret_state);

/* After so many tries that failed, the last one at `now_ms`: the moment of the next, 0 = there is none. `chance` moves it by
 * up to a tenth; not before `retry_after_ms` from now, 0 = it was not said. */
int64_t pk_webhook_next_ms(unsigned tries, int64_t now_ms, int64_t retry_after_ms, uint32_t chance);

/* Whether the answer to the question before the first event lets this origin in: "*", or it by name. */
bool pk_webhook_permits(struct pk_slice allowed_origin, struct pk_slice origin);
/* The host of a URL, without its port; for origins and lists, where the rest is nobody's business. Empty for none. */
struct pk_slice pk_webhook_host(struct pk_slice url);

#endif

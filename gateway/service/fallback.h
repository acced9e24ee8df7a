/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two attempts in one call. Some providers take a message for a chat and, should it not arrive there, for SMS. That is done when
 * the next channel of the person's ladder is that one, at the same number, and everything allows it now: the gate for both
 * channels in the unit that opens them, the route, the other account's pause and its day. Then both are opened, each with its
 * price and its words. Otherwise the message leaves for its own channel alone, and the ladder follows as ever.
 */
#ifndef PK_SERVICE_FALLBACK_H
#define PK_SERVICE_FALLBACK_H

#include "gateway/service/dispatcher.h"
#include "gateway/store/messages.h"

/* Adds flight->second to a prepared flight, where that may be. Inside the unit that opens it. */
void pk_fallback_add(struct pk_dispatcher *dispatcher, const struct pk_due *due, struct pk_flight *flight, int64_t now_ms);
/* What the second one costs; it is taken away where that does not fit into its account's day. */
void pk_fallback_price(struct pk_flight *flight, int64_t now_ms);
/* Asked again between rounds; PK_REASON_NONE without a second one. */
enum pk_reason pk_fallback_withholds(const struct pk_flight *flight, int64_t now_ms);
/* Into the job; its slices live as long as the flight. */
void pk_fallback_tell(const struct pk_flight *flight, struct pk_job *job);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gate: the one door every attempt passes. It gathers the facts the rule needs (model/consent) from rows read in
 * the unit that opens the attempt, so that a STOP that was stored before always wins.
 */
#ifndef PK_SERVICE_GATE_H
#define PK_SERVICE_GATE_H

#include "gateway/service/service.h"
#include "gateway/store/messages.h"

#define PK_GATE_ANSWER_MS (10 * 60 * 1000ll) /* an automatic answer is given this long after the act */
#define PK_GATE_HAND_ANSWER_MS (7 * 24 * 3600 * 1000ll) /* one that a person gives */
#define PK_GATE_STOP_ANSWER_MS (24 * 3600 * 1000ll) /* the confirmation of a STOP */

/* *ret_until_ms: with PK_GATE_WAIT for quiet hours, when they are over; else 0. */
enum pk_gate_verdict pk_gate_ask(struct pk_service *service, const struct pk_due *due, int64_t now_ms, enum pk_reason *ret_reason,
                                 int64_t *ret_until_ms);
/* Whether everything is on hold: `pause --all`, or a restored backup that nobody released yet. Read in the turn. */
bool pk_gate_all_held(struct pk_service *service);
/* Asked again before a later round submits a message whose attempt is open: reads the facts anew. Why it must not leave, or
 * PK_REASON_NONE. */
enum pk_reason pk_gate_withholds(struct pk_service *service, int64_t message, int64_t now_ms);

#endif

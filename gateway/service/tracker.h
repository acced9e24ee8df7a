/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tracker: the one place that changes a message's state after it was planned. Callers are inside a unit; what
 * fails drops the unit.
 */
#ifndef PK_SERVICE_TRACKER_H
#define PK_SERVICE_TRACKER_H

#include "gateway/service/dispatcher.h"
#include "gateway/store/attempt_parts.h"
#include "gateway/store/attempts.h"
#include "gateway/store/messages.h"

/* What the gate said instead of pass. */
int pk_tracker_refuse(struct pk_service *service, const struct pk_message *message, enum pk_gate_verdict verdict,
                      enum pk_reason reason, int64_t now_ms, struct pk_error *err);
/* It waits to be tried again, and an earlier attempt turns out to have been delivered: that is the end of it. */
int pk_tracker_arrived(struct pk_service *service, const struct pk_message *message, int64_t now_ms, struct pk_error *err);
/* Opens the attempt's row and makes the message submitting. */
int pk_tracker_open(struct pk_service *service, const struct pk_flight *flight, uint32_t gate, int64_t now_ms, struct pk_error *err);
/* What becomes of a message whose hand-over nobody saw the end of: uncertain, or due again where the account may repeat.
 * `desk` NULL: the account is not configured any more. Fills all but now_ms, which is given. */
void pk_tracker_interrupted(const struct pk_desk *desk, struct pk_message_change *change);
/* What a hand-over came to. */
int pk_tracker_settle(struct pk_service *service, struct pk_flight *flight, int64_t now_ms, struct pk_error *err);

/* When the provider is to be asked what became of a hand-over that ended now without an answer; 0 = it cannot be, or is not to
 * be asked. `desk` may be NULL. */
int64_t pk_tracker_ask_ms(const struct pk_desk *desk, int64_t now_ms);
/* What it said when it was asked. Nothing changes when the doubt has ended otherwise meanwhile. */
int pk_tracker_told(struct pk_service *service, struct pk_flight *flight, int64_t now_ms, struct pk_error *err);

/* What a provider says of an attempt. Nothing changes when it is late, repeated or of lower rank. */
struct pk_receipt {
    uint32_t state; /* enum pk_receipt_state */
    struct pk_slice code;
    int64_t at_ms; /* 0 = not said */
};
int pk_tracker_receipt(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_receipt *receipt, int64_t now_ms,
                       struct pk_error *err);

/* Two attempts of one call (tracker_pairs.c); nothing for a flight or an attempt that left alone. */
int pk_pair_open(struct pk_service *service, const struct pk_flight *flight, uint32_t gate, int64_t now_ms, struct pk_error *err);
int pk_pair_settle(struct pk_service *service, struct pk_flight *flight, uint32_t state, uint32_t reason, int64_t now_ms, struct pk_error *err);
/* Its provider was asked about the first one: the second is as that one. */
int pk_pair_told(struct pk_service *service, const struct pk_attempt *first, uint32_t state, uint32_t reason, int64_t now_ms,
                 struct pk_error *err);
/* A receipt of either one, stored already. 1: it says nothing of the message, for the other one may still arrive; 0: it does.
 * Of `attempt` the id and `beside` are looked at. */
int pk_pair_heard(struct pk_service *service, const struct pk_attempt *attempt, uint32_t receipt_state, int64_t now_ms, struct pk_error *err);

/* The same of one part of several. The message is delivered when all are, undelivered as soon as one is; while parts of it are
 * still to be handed over, what is told of others says nothing of the whole. */
int pk_tracker_part_receipt(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_attempt_part *part,
                            const struct pk_receipt *receipt, int64_t now_ms, struct pk_error *err);
/* The provider took a part under an id of its own; what was told of that id before is told now. */
int pk_tracker_part_taken(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_attempt_part *part,
                          struct pk_slice provider_id, int64_t now_ms, struct pk_error *err);

/* A person's decision about an uncertain or held message. PK_E_CONFLICT when its state forbids it. */
enum pk_resolution { PK_RESOLVE_SENT = 1, PK_RESOLVE_RESEND, PK_RESOLVE_DROP };
int pk_tracker_resolve(struct pk_service *service, const struct pk_actor *actor, int64_t message, enum pk_resolution resolution,
                       int64_t now_ms, struct pk_error *err);

#endif

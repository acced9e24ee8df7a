/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From an answer to a result, where adapters over HTTP do the same: what silence means, what is said to the operator, how
 * long to wait. Nothing of an answer but an id and a plain code reaches a result: a provider's sentences may repeat
 * the number or the text.
 */
#ifndef PK_KIT_RESULT_H
#define PK_KIT_RESULT_H

#include "gateway/include/pokana/adapter.h"

#define PK_KIT_ID_MAX 255
#define PK_KIT_CODE_MAX 64

/* What a result points at; part of the account, so that it outlives the call. */
struct pk_kit_words {
    char id[PK_KIT_ID_MAX + 1], code[PK_KIT_CODE_MAX + 1];
};

/* Ids and codes are of visible ASCII: a copy, or empty when the text is none (or longer than `size` - 1). */
struct pk_slice pk_kit_keep(char *room, size_t size, struct pk_slice text);

/* Nothing left (retry), or nobody knows (uncertain): fills the result. false: there is an answer to judge. */
bool pk_kit_unanswered(const struct pk_answer *answer, struct pk_result *ret_result);

/* Accepted; `id` may be empty where receipts name our reference. */
void pk_kit_accept(struct pk_kit_words *words, struct pk_slice id, struct pk_result *ret_result);

/* Anything but accepted: the sentence for the operator, the provider's code if it is plain (else "HTTP 429"), and for
 * throttled and retry how long to wait: what the answer says, else for throttled `wait_ms`. */
void pk_kit_refuse(struct pk_kit_words *words, const struct pk_answer *answer, uint32_t outcome, struct pk_slice code,
                   int64_t wait_ms, struct pk_result *ret_result);
/* A 2xx that holds nothing we know: the provider may have the message. */
void pk_kit_unreadable(struct pk_kit_words *words, const struct pk_answer *answer, struct pk_result *ret_result);

/* Refused by ourselves before anything is sent, with a sentence of the adapter's own. */
void pk_kit_reject(const char *code, const char *reason, struct pk_result *ret_result);

/* How long the provider may still deliver: at most `most_ms`, which is also what a job without an end gets. false when
 * less than `least_ms` is left, the shortest validity the provider takes. */
bool pk_kit_time_left(const struct pk_job *job, int64_t least_ms, int64_t most_ms, int64_t *ret_left_ms);
/* For then: rejected, so that it does not arrive too late. */
void pk_kit_too_late(struct pk_result *ret_result);

#endif

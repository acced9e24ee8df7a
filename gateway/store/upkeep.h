/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Retention: what is no longer needed is removed, a few hundred rows a step, deletions overwriting their bytes
 * (secure_delete). What is counted stays: messages by state, all and of each trigger, and answers to invitations.
 */
#ifndef PK_STORE_UPKEEP_H
#define PK_STORE_UPKEEP_H

#include "gateway/store/store.h"

/* Everything older than these moments goes; 0 = nothing of this kind. */
struct pk_retention {
    int64_t messages_before_ms; /* final messages with their attempts and receipts */
    int64_t questions_before_ms; /* opt-in questions: known for as long as they may not be asked again */
    int64_t replies_before_ms; /* replies' texts, and the inbox */
    int64_t triggers_before_ms; /* triggers without messages left */
    int64_t values_before_ms; /* values of texts that can be sent no more since: of triggers that were valid until then */
    int64_t rsvps_before_ms; /* answers to invitations that were valid until then */
    int64_t jobs_before_ms; /* files that were imported: that one was, by a keyed digest */
    int64_t now_ms; /* proofs of consent say themselves how long they are kept */
};

/* One step of each kind inside a unit. *ret_more: there is more to remove. */
int pk_upkeep_retain(struct pk_store *store, const struct pk_retention *retention, size_t max, bool *ret_more,
                     struct pk_error *err);

/* The moment of the oldest row of each kind, 0 = there is none: shows that retention works. A few index look-ups. */
struct pk_oldest {
    int64_t messages_ms, replies_ms, triggers_ms, audit_ms;
    int64_t values_ms, rsvps_ms, parked_ms, jobs_ms, proofs_ms; /* proofs: when the first one goes */
    int64_t former_ms, silent_ms, passes_ms, ledger_ms, inbox_ms, webhooks_ms; /* silent: when the first one goes */
};
void pk_upkeep_oldest(struct pk_store *store, struct pk_oldest *ret_oldest);

#endif

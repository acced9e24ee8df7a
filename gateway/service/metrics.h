/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Counters of one process life: added to where the thing happens, after it is certain, and shown by api/metrics.
 * Labels come from fixed lists; nothing here tells of a person.
 */
#ifndef PK_SERVICE_METRICS_H
#define PK_SERVICE_METRICS_H

#include "gateway/model/cloudevent.h"
#include "gateway/model/states.h"
#include "gateway/model/webhook.h"

#define PK_OUTCOMES 9 /* enum pk_outcome, by number */
#define PK_RECEIPT_STATES 8 /* enum pk_receipt_state, by number */
#define PK_INTENTS 6 /* enum pk_intent, by number */

struct pk_metrics {
    uint64_t triggers_accepted, triggers_repeated, triggers_refused[PK_REFUSALS];
    uint64_t messages_planned;
    uint64_t handovers[PK_OUTCOMES];
    uint64_t gate_refused[PK_REASONS];
    uint64_t receipts[PK_RECEIPT_STATES], receipts_repeated, receipts_parked, receipts_refused;
    uint64_t replies[PK_INTENTS], replies_repeated, replies_muted;
    uint64_t inbox_taken, inbox_refused, inbox_answered, inbox_late;
    uint64_t campaigns_stopped; /* by themselves: at a ceiling, at errors, after a change somebody must look at */
    uint64_t stops;
    uint64_t unsubscribed; /* at the link of a message */
    uint64_t consents_ended, renewals_asked, people_silent, people_former;
    uint64_t outbox_told, outbox_expired;
    uint64_t webhooks[PK_WEBHOOK_OUTCOMES], webhooks_missed, webhooks_expired;
    uint64_t commits, commits_failed;
    uint64_t hooks_refused;
    uint64_t tokens_refused; /* calls of the public API without a token that counts */
};

#endif

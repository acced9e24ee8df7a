/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The consent ledger: append-only and hash-chained, newest event of (recipient, topic, channel) decides.
 * A link is a MAC under the chain key over the previous link and the event's fields, length-prefixed, fixed order.
 */
#ifndef PK_STORE_LEDGER_H
#define PK_STORE_LEDGER_H

#include "gateway/model/consent.h"
#include "gateway/store/store.h"

struct pk_consent_event {
    int64_t id; /* given by append */
    int64_t recipient;
    uint32_t topic, channel;
    uint32_t kind; /* enum pk_consent_kind */
    int64_t at_ms; /* entered */
    int64_t given_ms; /* when the person did it; 0 = at_ms */
    int64_t until_ms; /* 0 = no end */
    struct pk_slice how; /* "paper", "sms-word", "csv", "reply" ... */
    struct pk_slice wording; /* version of the text shown */
    struct pk_slice language;
    struct pk_slice by; /* who entered it: a user, "self" or an account */
};

int pk_ledger_append(struct pk_store *store, struct pk_consent_event *event, struct pk_error *err);
/* State and end of one consent now. */
enum pk_consent_state pk_ledger_state(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel, int64_t now_ms,
                                      int64_t *ret_until_ms);
/* The newest event per topic and channel of a person. A non-zero return of `each` ends the walk and is returned. */
int pk_ledger_newest(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event),
                     void *ctx, struct pk_error *err);
/* Walks the whole chain. PK_E_CONFLICT names the first broken link; *ret_count = links that held. */
int pk_ledger_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err);

#endif

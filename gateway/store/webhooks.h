/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events that leave as webhooks: one row for each endpoint that gets one, written in the turn that decided the event, changed
 * by the outcome of each try, and kept for a while after its end so that somebody can look at it and send it again. Beside
 * them what is remembered of an endpoint. None of it is about a person.
 */
#ifndef PK_STORE_WEBHOOKS_H
#define PK_STORE_WEBHOOKS_H

#include "gateway/base/id.h"
#include "gateway/model/webhook.h"
#include "gateway/store/store.h"

#define PK_WEBHOOK_WAITING_MAX 10000 /* of one endpoint; what comes then is counted as missed */
#define PK_WEBHOOK_WAITS_MS (7 * 24 * 3600 * 1000ll) /* past its time: its endpoint is off, or not configured */

struct pk_webhook_delivery {
    int64_t id; /* given by add */
    char endpoint[49];
    char event[PK_ID_TEXT_MAX]; /* the CloudEvents id: the same at every try, and when it is sent again */
    char type[80];
    uint32_t state; /* enum pk_webhook_state */
    uint32_t outcome, status; /* of the last try: enum pk_webhook_outcome, HTTP status or 0 */
    uint32_t tries;
    int64_t due_ms, created_ms;
    int64_t tried_ms, ended_ms; /* 0 = not yet */
};

/* Waiting and due now. *ret_added is false when too many wait for this endpoint; that is counted. */
int pk_webhook_add(struct pk_store *store, struct pk_webhook_delivery *delivery, struct pk_slice body, bool *ret_added, struct pk_error *err);
int pk_webhook_get(struct pk_store *store, int64_t id, struct pk_webhook_delivery *ret_delivery, struct pk_error *err);
/* State, last try and moments as they are in `delivery` now. */
int pk_webhook_put(struct pk_store *store, const struct pk_webhook_delivery *delivery, struct pk_error *err);

typedef int (*pk_webhook_each)(void *ctx, const struct pk_webhook_delivery *delivery, struct pk_slice body);
/* Waiting for this endpoint and due, the longest due first. A number other than 0 from `each` ends it and is returned. */
int pk_webhooks_due(struct pk_store *store, const char *endpoint, int64_t now_ms, size_t max, pk_webhook_each each, void *ctx, struct pk_error *err);
int64_t pk_webhooks_next_due_ms(struct pk_store *store, const char *endpoint, int64_t after_ms); /* 0 = none */
int64_t pk_webhooks_waiting(struct pk_store *store, const char *endpoint);
/* Newest first, with an id below `before` (0 = from the newest); `state` 0: whatever. Without bodies. */
int pk_webhooks_page(struct pk_store *store, const char *endpoint, uint32_t state, int64_t before, size_t max, pk_webhook_each each, void *ctx,
                     struct pk_error *err);

/* ---- what is remembered of an endpoint ---- */

struct pk_webhook_place {
    int64_t off_ms; /* since when nothing is sent; 0 = it is on */
    uint32_t off_outcome; /* why: enum pk_webhook_outcome */
    int64_t quiet_ms; /* nothing before this moment: it asked for that */
    int64_t missed; /* events there was no room for */
    uint8_t permitted[32]; /* digest of the address that said yes before the first event; zeros = none did */
};
/* All zeros when nothing is remembered. */
void pk_webhook_place(struct pk_store *store, const char *name, struct pk_webhook_place *ret_place);
int pk_webhook_place_put(struct pk_store *store, const char *name, const struct pk_webhook_place *place, struct pk_error *err);
/* On again: what waits is due now, with all its tries; so is what failed since it was turned off. */
int pk_webhook_place_on(struct pk_store *store, const char *name, int64_t now_ms, int64_t *ret_waiting, struct pk_error *err);

/* ---- upkeep ---- */

/* Those that waited too long past their time. */
int pk_webhooks_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);
/* Those that ended before this moment. */
int pk_webhooks_drop(struct pk_store *store, int64_t before_ms, size_t max, size_t *ret_count, struct pk_error *err);
int64_t pk_webhooks_oldest_ms(struct pk_store *store); /* of those that ended; 0 = none */

#endif

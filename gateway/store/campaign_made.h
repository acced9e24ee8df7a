/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was made of a campaign's steps, and what came of it: counted with the chunk that makes the messages, so that its two
 * ceilings, of people and of cost, are known at every moment without looking at each message. What waits to leave counts at the
 * price it was made at. What left counts as its attempts cost: each of them, a second one of the same call too, as the account's
 * prices say when it opens and as the provider says then, and nothing where it was refused or not used. Every way
 * in which a row of message or attempt changes is a function of the store, which counts it along (campaign_cost.h).
 */
#ifndef PK_STORE_CAMPAIGN_MADE_H
#define PK_STORE_CAMPAIGN_MADE_H

#include "gateway/store/store.h"

/* A trigger that a step became. */
struct pk_campaign_link {
    int64_t campaign, step, edition;
    bool news; /* a change or a cancellation is told by it */
};
/* False when it is no campaign's. */
bool pk_campaign_link(struct pk_store *store, int64_t trigger, struct pk_campaign_link *ret_link);

/* So many more messages were made of it, at this price together, in 1/10,000 of the campaign's currency. Inside a unit. */
int pk_campaign_trigger_made(struct pk_store *store, int64_t trigger, int64_t people, int64_t cost, struct pk_error *err);
/* So many that had not left of it were cancelled just now: those count no more, and of the price the same share. Inside a unit. */
int pk_campaign_trigger_called_back(struct pk_store *store, int64_t trigger, int64_t cancelled, struct pk_error *err);

/* A message of it was on its way when its campaign moved to another date, and did not arrive: its step, when it is the invitation and
 * went, waits to go again, to those it did not reach. Nothing where it is no campaign's, or one that does not run. Inside a unit. */
int pk_campaign_trigger_missed(struct pk_store *store, int64_t trigger, int64_t now_ms, struct pk_error *err);

struct pk_campaign_made {
    int64_t people;
    int64_t cost; /* of what left, and of what waits; only what is priced in the currency of the ceiling */
};
/* Of one step or of all (0), of editions from `edition` on. */
struct pk_campaign_made pk_campaign_made(struct pk_store *store, int64_t campaign, int64_t step, int64_t edition);

/* How often campaigns told this person since then, or will: each message once that arrived or still may. Changes and
 * cancellations are not counted. */
int64_t pk_campaign_told_since(struct pk_store *store, int64_t recipient, int64_t since_ms);
/* How many messages of a campaign were left out because of that. */
int64_t pk_campaign_left_out(struct pk_store *store, int64_t campaign);

/* What came of one trigger's messages since then: those handed over for good or for ill, and of them those that failed. Any
 * connection; reads each message of it. */
struct pk_campaign_outcome {
    int64_t ended, failed;
};
int pk_campaign_outcome(struct pk_store *store, int64_t trigger, int64_t since_ms, struct pk_campaign_outcome *ret_outcome, struct pk_error *err);

/* Its messages that ended without arriving, counted by their reason (enum pk_reason). */
int pk_campaign_left(struct pk_store *store, int64_t campaign, int (*each)(void *ctx, uint32_t reason, int64_t messages), void *ctx, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A campaign while it runs, in numbers: how far it is, what became of its messages, what people answered, what it costs. Asked on
 * the loop's thread, counted step by step on any connection. How far it is is exact; what became of messages and people is told
 * as reports tell it, with few people hidden and no sum that would tell them (model/floor.h, model/report.h).
 */
#ifndef PK_SERVICE_LIVE_H
#define PK_SERVICE_LIVE_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"
#include "gateway/store/campaigns.h"

#define PK_LIVE_HIDDEN (-1) /* few people, or what would tell them */

/* Where messages are. The first two have not left. */
enum pk_live_stage {
    PK_LIVE_PLANNED = 0,
    PK_LIVE_QUEUED, /* due, or to be tried again */
    PK_LIVE_WAITING = 2, /* so many stages have not left */
    PK_LIVE_HANDED_OVER = 2, /* to a provider, that may say more */
    PK_LIVE_DELIVERED,
    PK_LIVE_FAILED,
    PK_LIVE_EXPIRED,
    PK_LIVE_UNKNOWN, /* it may have arrived */
    PK_LIVE_LEFT_OUT, /* no consent, a STOP, called back */
    PK_LIVE_STAGES
};

struct pk_live_step {
    char when[PK_STEP_TEXT_MAX]; /* "1 day before at 18:00" */
    char template_name[PK_CAMPAIGN_NAME_MAX + 1];
    uint32_t state; /* enum pk_campaign_step_state */
    int64_t due_ms; /* 0 = not known */
    int64_t made, gone; /* messages, exact */
};

struct pk_live {
    int64_t campaign;
    char name[PK_CAMPAIGN_NAME_MAX + 1];
    char why[PK_CAMPAIGN_WHY_MAX + 1]; /* it is paused */
    uint32_t state; /* enum pk_campaign_state */
    int64_t people_max;
    int64_t made, gone; /* messages so far, exact */
    int64_t stages[PK_LIVE_STAGES]; /* of these; or PK_LIVE_HIDDEN, as all below */
    struct pk_live_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t step_count;
    bool few; /* fewer than five people in all: nothing of them is told */
    int64_t yes, no, silent; /* people */
    int64_t heads; /* how many come: never hidden */
    int64_t opted_out;
    int64_t cost, cost_max; /* in 1/10,000 of the currency: of what left and of what waits; cost_max 0 = no ceiling, and no cost */
    char currency[4];
};

/* May this actor see its numbers? PK_E_DENIED, which is kept; PK_E_NOT_FOUND. For whoever may see no reports at all both are alike. */
int pk_live_allow(struct pk_service *service, const struct pk_actor *actor, int64_t campaign, struct pk_error *err);

/* The same without a word in the audit: again and again, of somebody who was allowed. */
bool pk_live_may(struct pk_service *service, const struct pk_actor *actor, int64_t campaign);

struct pk_live_count;
/* Of one that was allowed. The caller frees *ret_count. */
int pk_live_begin(struct pk_service *service, int64_t campaign, struct pk_live_count **ret_count, struct pk_error *err);
void pk_live_count_free(struct pk_live_count *count);
PK_AUTO_DEFINE(pk_live_count, struct pk_live_count *, pk_live_count_free)
/* A step of the counting, on any connection: 1 when there is more to do. Most are some ten milliseconds; the last looks at each message
 * of the campaign: a second for a million of them. */
int pk_live_count_some(struct pk_live_count *count, struct pk_store *store, struct pk_error *err);
/* What was counted, once it is; borrowed. */
const struct pk_live *pk_live_counted(struct pk_live_count *count);

/* Numbers alone, as JSON; what is hidden is null. The state is its stored number (model/campaign.h). */
void pk_live_tell(const struct pk_live *live, struct pk_json_out *out);
const char *pk_live_stage_name(enum pk_live_stage stage); /* "handedOver"; NULL out of range */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* What campaigns_preview.c reckons and campaigns_preview_tell.c tells. */
#ifndef PK_SERVICE_CAMPAIGNS_PREVIEW_PRIVATE_H
#define PK_SERVICE_CAMPAIGNS_PREVIEW_PRIVATE_H

#include "gateway/service/campaigns_preview.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/campaigns_when.h"

struct pk_preview_step {
    bool goes; /* it has not gone, and its time has not passed */
    bool for_some; /* of those told: everybody at the most */
    struct pk_cost_bounds cost; /* from everybody reached where they are met first to nobody before the last of their channels */
    int64_t later; /* of the most: what later channels come to */
    struct pk_campaign_when when; /* not of one that waits for news */
};

struct pk_campaign_preview {
    int64_t now_ms;
    struct pk_campaign campaign; /* as it was asked for; its slices are in `texts` */
    struct pk_buf texts;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX]; /* with when they are due, and whether they go at all */
    size_t step_count;
    uint8_t digest[32];
    struct pk_audience_tree tree;
    struct pk_audience audience;
    struct pk_survey *survey;
    struct pk_preview_step found[PK_CAMPAIGN_STEPS_MAX];
    struct pk_cost_bounds cost; /* of all steps that go, without news */
    int64_t later; /* of it */
    int64_t so_far; /* what it cost already */
    uint32_t unpriced; /* channels that somebody may come to later and that have no price: a bit for each of the audience's */
};

/* `currency` NULL = no price is known. */
int pk_preview_write(struct pk_service *service, const struct pk_campaign_preview *preview, const char *currency, struct pk_json_out *out,
                     struct pk_error *err);

#endif

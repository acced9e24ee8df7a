/* SPDX-License-Identifier: EUPL-1.2 */
/* When the messages of a campaign's step leave: by every route that takes some of them. Only gateway/service/campaigns_*.c. */
#ifndef PK_SERVICE_CAMPAIGNS_WHEN_H
#define PK_SERVICE_CAMPAIGNS_WHEN_H

#include "gateway/model/forecast.h"
#include "gateway/service/service.h"
#include "gateway/store/audience.h"
#include "gateway/store/campaigns.h"

/* Quiet time, or half an hour in which nothing leaves, lies between two spans. */
struct pk_campaign_when {
    struct pk_forecast_span spans[PK_FORECAST_SPANS];
    size_t span_count;
    int64_t starts_ms, finishes_ms; /* 0 = nothing leaves */
    int64_t late; /* those that do not leave in time, or are more than the spans tell */
};

/* Of one text to everybody who is told; not before `start_ms`, worth nothing from `until_ms` on. By each route's first account, as
 * those behind it stand in for it. */
void pk_campaign_when(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_audience_counts *counts,
                      const uint32_t *channels, int64_t start_ms, int64_t until_ms, struct pk_campaign_when *ret_when);

#endif

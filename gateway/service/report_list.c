/* SPDX-License-Identifier: EUPL-1.2 */
/* Of what there are reports: for whoever may see them all. */
#include "gateway/service/reports.h"

#include "gateway/service/rights.h"
#include "gateway/store/agenda.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/occurrences.h"

struct listing {
    struct pk_service *service;
    int (*each)(void *ctx, const struct pk_report_offer *offer);
    void *ctx;
    struct pk_error *err;
};

static int offer_campaign(void *ctx, const struct pk_campaign *campaign)
{
    const struct listing *listing = ctx;
    struct pk_report_offer offer = { .name = campaign->name, .state = pk_campaign_state_name((enum pk_campaign_state) campaign->state),
                                     .starts_ms = campaign->starts_ms, .came = -1 };
    return campaign->state == PK_CAMPAIGN_DRAFT ? 0 : listing->each(listing->ctx, &offer);
}

int pk_reports_of_campaigns(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_report_offer *offer),
                            void *ctx, struct pk_error *err)
{
    struct listing listing = { service, each, ctx, err };
    int r = pk_allow(service, actor, PK_ACTION_REPORT_VIEW, NULL, NULL, err);
    return r == 0 ? pk_campaigns_list(service->store, offer_campaign, &listing, err) : r;
}

static int offer_date(void *ctx, const struct pk_occurrence *date)
{
    const struct listing *listing = ctx;
    struct pk_agenda_event event;
    int r = pk_agenda_get(listing->service->store, date->event, &event, listing->err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    struct pk_report_offer offer = { .name = event.title, .state = pk_agenda_state_name((enum pk_agenda_state) date->state), .event = date->event,
                                     .day = date->day, .starts_ms = date->starts_ms };
    offer.came = pk_came_get(listing->service->store, date->id).count;
    return listing->each(listing->ctx, &offer);
}

int pk_reports_of_dates(struct pk_service *service, const struct pk_actor *actor, int64_t from_ms, int64_t to_ms, size_t max,
                        int (*each)(void *ctx, const struct pk_report_offer *offer), void *ctx, struct pk_error *err)
{
    struct listing listing = { service, each, ctx, err };
    int r = pk_allow(service, actor, PK_ACTION_REPORT_VIEW, NULL, NULL, err);
    return r == 0 ? pk_occurrences_between(service->store, from_ms, to_ms, max, offer_date, &listing, err) : r;
}

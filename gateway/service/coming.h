/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is coming, for whoever plans it: the dates of events, drafts too, and the campaigns that are not over with the step that
 * goes next. Reads only, counts nobody, and passes over what is not for the actor.
 */
#ifndef PK_SERVICE_COMING_H
#define PK_SERVICE_COMING_H

#include "gateway/model/agenda.h"
#include "gateway/service/service.h"
#include "gateway/store/campaigns.h"

#define PK_COMING_DATES_MAX 500u /* in one walk */

enum pk_coming_state { PK_COMING_DRAFT = 0, PK_COMING_PLANNED, PK_COMING_CHANGED, PK_COMING_CANCELLED, PK_COMING_STATES };

struct pk_coming_date {
    int64_t event;
    int32_t day; /* by which its rule gives it; 0 = of an event that is once */
    enum pk_coming_state state; /* changed: since it was planned, hours, day or place */
    int64_t starts_ms, ends_ms;
    char kind[PK_AGENDA_KIND_MAX + 1], title[PK_AGENDA_TITLE_MAX + 1], place[PK_AGENDA_PLACE_MAX + 1];
    char proposed_by[PK_AGENDA_BY_MAX + 1]; /* of a draft; "" = nobody's */
};

/* Those that begin in [from_ms, until_ms): first what was planned, in order, then drafts by the first date they would have. PK_E_DENIED.
 * A non-zero return of `each` ends the walk and is returned. */
int pk_coming_dates_each(struct pk_service *service, const struct pk_actor *actor, int64_t from_ms, int64_t until_ms,
                         int (*each)(void *ctx, const struct pk_coming_date *date), void *ctx, struct pk_error *err);

struct pk_coming_campaign {
    int64_t id;
    char name[PK_CAMPAIGN_NAME_MAX + 1];
    uint32_t state; /* enum pk_campaign_state */
    char asked_by[PK_CAMPAIGN_BY_MAX + 1]; /* who wants it approved */
    char template_name[PK_CAMPAIGN_NAME_MAX + 1]; /* of the step that goes next; "" = none */
    int64_t due_ms; /* 0 = of none */
    int64_t people; /* whose messages of that step are made already; 0 = none are */
    int64_t people_max; /* more are not reached */
};
/* By name, those that are not over. PK_E_DENIED. */
int pk_coming_campaigns_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                             int (*each)(void *ctx, const struct pk_coming_campaign *campaign), void *ctx, struct pk_error *err);

#endif

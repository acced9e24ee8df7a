/* SPDX-License-Identifier: EUPL-1.2 */
/* What the campaigns' files share: campaigns.c writes and decides, campaigns_run.c lets steps go and calls them back,
 * campaigns_view.c shows one and tells what was approved by its digest. */
#ifndef PK_SERVICE_CAMPAIGNS_PRIVATE_H
#define PK_SERVICE_CAMPAIGNS_PRIVATE_H

#include "gateway/service/campaigns.h"

#define PK_CAMPAIGN_TEXTS_MAX (32u << 10) /* audience and values */

/* Copies what it borrows into `texts`, for calls with the store in between. */
void pk_campaign_keep(struct pk_campaign *campaign, struct pk_buf *texts);

/* SHA-256 over everything whoever approves is shown: names, audience, values, ceiling, steps, and every text in every language. */
int pk_campaign_digest(struct pk_service *service, const struct pk_campaign *campaign, uint8_t ret_digest[32], struct pk_error *err);
void pk_campaign_digest_text(const uint8_t digest[32], char ret_text[PK_CAMPAIGN_DIGEST_TEXT]);
/* PK_E_CONFLICT when the texts were replaced since. */
int pk_campaign_still_approved(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err);
/* How many people it would reach now, at most PK_CAMPAIGN_PEOPLE_MAX. */
int pk_campaign_people(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, int64_t *ret_people, struct pk_error *err);
/* When the values say that it begins; 0 = they do not. */
int64_t pk_campaign_begins(const struct pk_json *values);

enum pk_schedule {
    PK_SCHEDULE_START,  /* a step whose time has passed is dropped */
    PK_SCHEDULE_RESUME, /* it goes now, if it still may */
    PK_SCHEDULE_MOVE,   /* the first one goes now; what others would have reminded of is told as a change */
};
/* Works out when its steps are due. What was called back goes again, to those it did not reach. */
int pk_campaign_schedule(struct pk_service *service, const struct pk_campaign *campaign, enum pk_schedule why, int64_t now_ms, struct pk_error *err);
/* What has not left never does. */
int pk_campaign_call_back(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err);
/* The step that waits for this is due then; 0 = it waits on. */
int pk_campaign_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, int64_t due_ms, struct pk_error *err);
/* The step that waits for this becomes a trigger now, for everybody who was told. */
int pk_campaign_news_now(struct pk_service *service, struct pk_campaign *campaign, uint32_t when, int64_t now_ms, struct pk_error *err);

#endif

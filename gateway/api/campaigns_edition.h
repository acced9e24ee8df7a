/* SPDX-License-Identifier: EUPL-1.2 */
/* Which edition of the campaign in the path somebody saw (edition.h). Only gateway/api. */
#ifndef PK_API_CAMPAIGNS_EDITION_H
#define PK_API_CAMPAIGNS_EDITION_H

#include "gateway/api/call.h"
#include "gateway/service/campaigns.h"

/* ETag of the answer. */
void pk_campaign_edition_tell(struct pk_call *call);
/* As pk_edition_check(). */
int pk_campaign_edition_check(struct pk_call *call, struct pk_error *err);

#endif

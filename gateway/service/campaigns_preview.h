/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What whoever approves a campaign is shown, and what is approved by its digest: how many people and why the others are left out,
 * every text in every language and script with its parts, what it costs and may cost, and when each step begins and ends at
 * the rates and in the quiet hours as they are. And a trial of it, sent to oneself. Why so: decisions/preview.md.
 */
#ifndef PK_SERVICE_CAMPAIGNS_PREVIEW_H
#define PK_SERVICE_CAMPAIGNS_PREVIEW_H

#include "gateway/base/json.h"
#include "gateway/service/rights.h"

#define PK_PREVIEW_STEP 20000u /* people counted in one go: some 20 ms */

struct pk_campaign_preview;

/* Asks what is allowed and looks everything up; nothing is counted yet. The caller frees *ret_preview. */
int pk_campaign_preview_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                            struct pk_campaign_preview **ret_preview, struct pk_error *err);
void pk_campaign_preview_free(struct pk_campaign_preview *preview);
PK_AUTO_DEFINE(pk_campaign_preview, struct pk_campaign_preview *, pk_campaign_preview_free)
/* Counts PK_PREVIEW_STEP people more: 1 when there are more, 0 when that was everybody. On any thread and connection; touches
 * nothing of the service. */
int pk_campaign_preview_some(struct pk_campaign_preview *preview, struct pk_store *store, struct pk_error *err);
/* What it came to, as one JSON object; on the loop's thread. PK_E_CONFLICT when the campaign or a text was changed while it was
 * counted: what is told is what its digest names. */
int pk_campaign_preview_tell(struct pk_service *service, struct pk_campaign_preview *preview, struct pk_json_out *out, struct pk_error *err);
/* The three at once, on the service's own store: blocks for as long as it takes. */
int pk_campaign_preview(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_json_out *out,
                        struct pk_error *err);

/* One text of it to whoever tries it, as somebody of that language and script gets it: of class staff, so neither consent nor
 * quiet hours are asked, a STOP is. Inside a unit. PK_E_LIMIT: somebody had PK_TRIALS_PER_DAY already. */
#define PK_TRIALS_PER_DAY 20
struct pk_campaign_trial {
    struct pk_slice address; /* of the channel of its route, as people write it; borrowed, never kept in clear */
    struct pk_slice language, script; /* empty = the default language, its own letters */
    int64_t step; /* from 1 */
};
int pk_campaign_try(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_campaign_trial *trial,
                    int64_t now_ms, int64_t *ret_message, struct pk_error *err);

#endif

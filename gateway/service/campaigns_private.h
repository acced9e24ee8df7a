/* SPDX-License-Identifier: EUPL-1.2 */
/* What the campaigns' files share: campaigns_write.c takes one down, campaigns_values.c knows what its texts can say,
 * campaigns.c decides, campaigns_move.c follows a date, campaigns_schedule.c says when steps are due and calls them back,
 * campaigns_run.c lets them go, campaigns_circle.c one of them early, campaigns_view.c shows one and tells what was approved by
 * its digest. */
#ifndef PK_SERVICE_CAMPAIGNS_PRIVATE_H
#define PK_SERVICE_CAMPAIGNS_PRIVATE_H

#include "gateway/service/campaigns.h"
#include "gateway/store/circles.h"

#define PK_CAMPAIGN_TEXTS_MAX (32u << 10) /* audience and values */

int pk_campaign_not_now(const struct pk_campaign *campaign, enum pk_campaign_act act, struct pk_error *err); /* PK_E_CONFLICT, and why */

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
int pk_campaign_refuse(struct pk_error *err, int r, const char *field, struct pk_slice value, const char *why); /* names both */

/* ---- values ---- */

/* What a text is given: `values`, the place in its short form where it has no room for the long one. Appended. PK_E_INVALID when
 * the text, or its twin for who cannot answer, cannot say them; `out` may be NULL. */
int pk_campaign_fill(struct pk_service *service, struct pk_slice template_name, uint32_t route, const struct pk_json *values, struct pk_buf *out,
                     struct pk_error *err);
/* Can each step's text say them, and is each of them said by one? */
int pk_campaign_check_values(struct pk_service *service, const struct pk_campaign_step *steps, size_t count, uint32_t route,
                             const struct pk_json *values, struct pk_error *err);
/* `values` with what they say of a date replaced by what the ledger and the event say, as far as a step's text takes it. Title and
 * subject stay those of `values` unless `words`. Canonical. The caller frees *ret_values. PK_E_INVALID: `own`, and a value is the
 * event's to say. */
struct pk_campaign_dating {
    const struct pk_json *values;
    const struct pk_occurrence *date;
    const struct pk_campaign_step *steps;
    size_t count;
    bool words, own;
};
int pk_campaign_date_values(struct pk_service *service, const struct pk_campaign_dating *dating, struct pk_json **ret_values, struct pk_error *err);

/* The date of an event it hangs on is called off. */
bool pk_campaign_is_off(struct pk_service *service, const struct pk_campaign *campaign);
/* What whoever is told these values knows then; `off`: that it is called off. */
void pk_campaign_knowledge(struct pk_slice values, bool off, uint8_t ret_knows[32]);

/* ---- steps ---- */

enum pk_schedule {
    PK_SCHEDULE_START,  /* a step whose time has passed is dropped */
    PK_SCHEDULE_RESUME, /* it goes now, if it still may */
    PK_SCHEDULE_MOVE,   /* the first one goes now; what others would have reminded of is told as a change */
    PK_SCHEDULE_CORRECT, /* nobody is told of it: what was called back goes now */
};
/* Works out when its steps are due. What was called back goes again, to those it did not reach; `back`: just now, as below. None
 * is due of a date that is called off. */
int pk_campaign_schedule(struct pk_service *service, const struct pk_campaign *campaign, enum pk_schedule why, uint32_t back, int64_t now_ms,
                         struct pk_error *err);
/* What has not left never does. *ret_back: a bit for each step, by its place, of which there was something; may be NULL. */
int pk_campaign_call_back(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, uint32_t *ret_back, struct pk_error *err);
/* The step that waits for this is due then; 0 = it waits on. *ret_found: there is such a step; may be NULL. */
int pk_campaign_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, int64_t due_ms, bool *ret_found,
                     struct pk_error *err);
int pk_campaign_find_news(struct pk_service *service, const struct pk_campaign *campaign, uint32_t when, struct pk_campaign_step *ret_step,
                          bool *ret_found, struct pk_error *err);
/* The first step for everybody: the others remind of it. NULL = there is none. */
const struct pk_campaign_step *pk_campaign_invitation(const struct pk_campaign_step *steps, size_t count);
/* Why a step must not go now; NULL = it may. */
const char *pk_campaign_hindrance(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                                  int64_t now_ms);
/* A reminder becomes a trigger now, for those of the circle whom it reminds; the step stays as it is planned. */
int pk_campaign_release_early(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                              const struct pk_circle *circle, int64_t now_ms, struct pk_error *err);
/* The step that waits for this becomes a trigger now, for everybody who knows otherwise. */
int pk_campaign_news_now(struct pk_service *service, struct pk_campaign *campaign, uint32_t when, int64_t now_ms, bool *ret_found,
                         struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Campaigns: what is said about one date, to whom, in which steps. Somebody writes one, a second person approves exactly what
 * they saw, and from its start on the steps go by themselves: each becomes a trigger shortly before it is due, and meets the
 * audience of that moment (campaigns_run.c). All calls that change run inside a unit and keep who did what.
 */
#ifndef PK_SERVICE_CAMPAIGNS_H
#define PK_SERVICE_CAMPAIGNS_H

#include "gateway/service/rights.h"
#include "gateway/store/campaigns.h"

#define PK_CAMPAIGN_DIGEST_TEXT 33 /* 32 hexadecimal digits: enough to tell what was approved, short enough to pass on */
#define PK_CAMPAIGN_PEOPLE_MAX 1000000

/* What somebody writes down. Slices and values are borrowed for the call. */
struct pk_campaign_plan {
    struct pk_slice name, topic;
    struct pk_slice route; /* empty = the default one */
    const struct pk_json *tags; /* {"all":[...],"any":[...],"none":[...]}; NULL = everybody of the topic */
    const struct pk_json *values; /* what the texts say; "begins" in it is the date the steps hang on */
    const struct pk_json *steps; /* [{"when":"7 days before at 18:00","template":"..."}] */
    int64_t people_max;
    struct pk_slice cost; /* "120.00 EUR": it may not cost more; empty = nobody said */
};

/* A new one, or the one of this name as it is from now on, which is then a draft again. PK_E_INVALID, PK_E_NOT_FOUND,
 * PK_E_DENIED name the field; PK_E_CONFLICT where it runs or has ended. */
int pk_campaign_put(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign_plan *plan, int64_t now_ms,
                    struct pk_error *err);

/* What is done to one as it is: submit, approve, reject, start, pause, resume, cancel. `digest`: of what whoever approves was
 * shown. PK_E_CONFLICT where it is not the time for it, or when what would be approved is no longer what was shown;
 * PK_E_DENIED for whoever approves their own. */
int pk_campaign_do(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, enum pk_campaign_act act,
                   struct pk_slice digest, int64_t now_ms, struct pk_error *err);

/* Another date, other values, of one that was approved: what had not left for the old date never does, the steps are worked
 * out anew, and who was told is told the change, five minutes later; moved back before that, nobody is. Steps, texts and
 * audience stay as they were approved. */
int pk_campaign_move(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_json *values,
                     int64_t now_ms, struct pk_error *err);

/* One as somebody sees it. */
struct pk_campaign_view {
    struct pk_campaign campaign; /* its slices live until the next call with the store */
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    int64_t planned[PK_CAMPAIGN_STEPS_MAX], told[PK_CAMPAIGN_STEPS_MAX]; /* messages made for it; perhaps arrived */
    size_t step_count;
    const char *topic, *route; /* their names */
    int64_t people; /* whom it would reach now; PK_CAMPAIGN_PEOPLE_MAX = so many, or more */
    char digest[PK_CAMPAIGN_DIGEST_TEXT];
    bool texts_changed; /* since it was approved */
    int64_t made, cost; /* messages made of it, and what they cost at most (0 without a ceiling) */
    int64_t left_out; /* messages not sent because campaigns told somebody often enough */
};
int pk_campaign_view(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                     struct pk_campaign_view *ret_view, struct pk_error *err);
int pk_campaigns_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_campaign *campaign),
                      void *ctx, struct pk_error *err);

/* Looks, on the reading thread, at what came of running campaigns' steps: one of which too large a share fails pauses.
 * Housekeeping's, each minute. */
void pk_campaigns_watch(struct pk_service *service);

/* Releases what is due and ends what is done: a few of each, in units of their own. True when there is more. Housekeeping's. */
bool pk_campaigns_run(struct pk_service *service);

#endif

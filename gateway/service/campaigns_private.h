/* SPDX-License-Identifier: EUPL-1.2 */
/* What the campaigns' files share: campaigns_write.c takes one down, campaigns_values.c knows what its texts can say,
 * campaigns.c decides, campaigns_move.c follows a date, campaigns_schedule.c says when steps are due and calls them back,
 * campaigns_run.c lets them go, campaigns_circle.c one of them early, campaigns_ceilings.c stops one by itself, campaigns_price.c
 * says what it costs, campaigns_view.c shows one and tells what was approved by its digest. */
#ifndef PK_SERVICE_CAMPAIGNS_PRIVATE_H
#define PK_SERVICE_CAMPAIGNS_PRIVATE_H

#include "gateway/model/price.h"
#include "gateway/service/campaigns.h"
#include "gateway/store/circles.h"

#define PK_CAMPAIGN_TEXTS_MAX (32u << 10) /* audience and values */

int pk_campaign_not_now(const struct pk_campaign *campaign, enum pk_campaign_act act, struct pk_error *err); /* PK_E_CONFLICT, and why */

/* For whom it is, as it was written; nothing is looked up. */
struct pk_audience_tree;
int pk_campaign_rule(const struct pk_campaign *campaign, struct pk_audience_tree *ret_tree, struct pk_error *err);
/* A step of it went: what it says of its date people may know. */
bool pk_campaign_is_known(struct pk_service *service, const struct pk_campaign *campaign);

/* Copies what it borrows into `texts`, for calls with the store in between. */
void pk_campaign_keep(struct pk_campaign *campaign, struct pk_buf *texts);

/* SHA-256 over everything whoever approves is shown: names, audience, values, ceiling, steps, and every text in every language. */
int pk_campaign_digest(struct pk_service *service, const struct pk_campaign *campaign, uint8_t ret_digest[32], struct pk_error *err);
void pk_campaign_digest_text(const uint8_t digest[32], char ret_text[PK_CAMPAIGN_DIGEST_TEXT]);
/* PK_E_CONFLICT when the texts were replaced since. */
int pk_campaign_still_approved(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err);
/* How many people it would reach now, at most PK_CAMPAIGN_PEOPLE_MAX. */
int pk_campaign_people(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, int64_t *ret_people, struct pk_error *err);

/* ---- campaigns_price.c ---- */

struct pk_lane_route;
struct pk_audience_counts;
/* In which its accounts reckon, or that of its ceiling; NULL = no price is known. Lives as long as the campaign and the desks. */
const char *pk_campaign_currency(struct pk_service *service, const struct pk_campaign *campaign);
/* "120.00 EUR", of a whole campaign. PK_E_INVALID also when an account of the route does not reckon in that currency; by the ladder
 * (NULL) when none of it does. */
int pk_campaign_read_cost(struct pk_service *service, const struct pk_lane_route *route, struct pk_slice text, int64_t *ret_cost, char ret_currency[4], struct pk_error *err);
/* Of one message of so many parts to a number of this country, by the dearest account of the route. */
int64_t pk_campaign_dearest(const struct pk_lane_route *route, const char *currency, const char *country, uint32_t parts);
struct pk_cost_bounds {
    int64_t least, most; /* in 1/10,000 of the currency */
    bool known; /* every message has a price in that currency */
};
/* Of one message of so many parts: the least and the most that any account which may carry it takes, in any country it has a price
 * for, on any of the audience's channels. Says nothing of who is in it. */
struct pk_audience;
struct pk_cost_bounds pk_campaign_price_range(struct pk_service *service, const struct pk_audience *audience, const char *currency, uint32_t parts);
/* Of one text to everybody of an audience. Groups of few people are not told apart. */
struct pk_step_cost {
    struct pk_cost_bounds first; /* when everybody is reached where they are met first */
    int64_t later; /* what it comes to on top when nobody is, before the last of their channels */
    uint32_t unpriced; /* a bit for each of the audience's channels that somebody may come to later and that has no price in it */
};
int pk_campaign_step_cost(struct pk_service *service, const struct pk_campaign *campaign, const char *template_name, const char *currency,
                          const struct pk_audience_counts *counts, const struct pk_audience *audience, struct pk_step_cost *ret_cost,
                          struct pk_error *err);
/* The account's route that takes an address of this channel and country; NULL = nobody does. */
const struct pk_lane_route *pk_campaign_way(struct pk_service *service, const struct pk_campaign *campaign, uint32_t channel, const char *country);
/* One text as somebody of this language and script gets it, appended. PK_E_LIMIT: too long for every text message. */
struct pk_segmentation;
int pk_campaign_text(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice name, struct pk_slice language,
                     struct pk_slice script, struct pk_buf *out, struct pk_segmentation *ret_length, struct pk_error *err);
/* Who it is for, ready to be counted. The tree is borrowed by the audience. */
int pk_campaign_audience(struct pk_service *service, const struct pk_campaign *campaign, struct pk_audience_tree *tree,
                         struct pk_audience *ret_audience, struct pk_error *err);

/* ---- campaigns_ceilings.c ---- */

/* It pauses by itself: what waits is called back, log, metric, audit and the team say so. `campaign` is one that was kept. */
int pk_campaign_stop(struct pk_service *service, struct pk_campaign *campaign, const char *why, int64_t now_ms, struct pk_error *err);
/* Before it is approved: PK_E_LIMIT when it would reach more people than it says. Where nobody said what it may cost and prices are
 * known, `campaign` gets that ceiling: what it costs for as many people as it says, and a margin. */
int pk_campaign_ceilings(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err);
/* Which ceiling it would pass with this step; NULL = none. */
const char *pk_campaign_beyond(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms);
/* Beyond its ceiling of cost by what its messages really cost, it stops: `campaign` is one that was kept, and is paused then. In a
 * unit of its own. */
int pk_campaign_look_at_cost(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err);
/* A campaign's messages are made: what each costs, and whether it may be made. Of any other trigger nothing happens. */
struct pk_trigger;
struct pk_making;
struct pk_campaign_meter {
    bool of_campaign, capped; /* capped: who was told often enough is left out */
    bool laddered; /* it goes by the ladder */
    char currency[4]; /* "" = it has no ceiling of cost */
    int64_t since_ms;
    int64_t people, cost;
    int64_t version, price; /* of the last message, and the way it takes */
    char country[3];
    const struct pk_lane_route *route;
};
void pk_campaign_meter_begin(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_campaign_meter *ret_meter);
bool pk_campaign_meter_leaves_out(struct pk_service *service, const struct pk_campaign_meter *meter, int64_t recipient);
void pk_campaign_meter_add(struct pk_campaign_meter *meter, const struct pk_making *making, int64_t version);
/* In the unit of the chunk, after the trigger's progress was written: beyond a ceiling the campaign stops. */
int pk_campaign_meter_end(struct pk_service *service, const struct pk_campaign_meter *meter, int64_t trigger, int64_t now_ms, struct pk_error *err);

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
    PK_SCHEDULE_START,  /* a step whose time has passed is dropped; one that had begun before the campaign was written anew is resumed */
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
/* Whom that reaches, as an audience of a trigger; nothing is appended where nobody was told. */
int pk_campaign_remind_whom(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                            const struct pk_circle *circle, struct pk_buf *out, struct pk_error *err);
/* How a campaign stands for a circle (campaigns_circle.c). */
struct pk_campaign_for_circle {
    int64_t planned_ms; /* its next reminder goes by itself then; 0 = none is to come that did not go to the circle already */
    char template_name[PK_CAMPAIGN_NAME_MAX + 1]; /* of that reminder */
    int64_t people; /* of the circle: whom it reaches; 0 when none is to come */
    int64_t sent_ms, sent_people; /* the newest that went to the circle early, and to how many; 0 = none did */
    int64_t gone_ms; /* the newest reminder that went by itself; 0 = none did */
    bool told; /* somebody of the circle was told of it */
};
/* Not `exactly`: people as they were counted within the last minute, if they were (circle_counts.h). */
int pk_campaign_for_circle(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_circle *circle, bool exactly,
                           int64_t now_ms, struct pk_campaign_for_circle *ret_view, struct pk_error *err);
/* The step that waits for this becomes a trigger now, for everybody who knows otherwise. */
int pk_campaign_news_now(struct pk_service *service, struct pk_campaign *campaign, uint32_t when, int64_t now_ms, bool *ret_found,
                         struct pk_error *err);

#endif

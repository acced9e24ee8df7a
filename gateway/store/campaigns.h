/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Campaigns, their steps, and the triggers their steps became. A step is one row until it is released; from then on a trigger
 * does the work, and the link between the two says whom the campaign told, and what they know since. Nothing here is about a
 * person.
 */
#ifndef PK_STORE_CAMPAIGNS_H
#define PK_STORE_CAMPAIGNS_H

#include "gateway/model/campaign.h"
#include "gateway/model/steps.h"
#include "gateway/store/store.h"

#define PK_CAMPAIGN_NAME_MAX 64
#define PK_CAMPAIGN_STEPS_MAX 16
#define PK_CAMPAIGN_BY_MAX 64
#define PK_CAMPAIGN_WHY_MAX 320
#define PK_CAMPAIGN_TRIGGERS_MAX 64 /* of one campaign: steps, and steps told again because the date moved */

enum pk_campaign_step_state {
    PK_STEP_WAITING = 1,
    PK_STEP_RELEASED = 2,
    PK_STEP_DROPPED = 3,  /* its time had passed, or it was needed no more */
    PK_STEP_LISTENING = 4, /* for a change or a cancellation */
    PK_STEP_NEWS = 5, /* there is one: it is told when due, not made before */
};

struct pk_campaign {
    int64_t id;
    char name[PK_CAMPAIGN_NAME_MAX + 1];
    uint32_t state; /* enum pk_campaign_state */
    uint32_t topic; /* PK_NAME_TOPIC */
    uint32_t route; /* PK_NAME_ROUTE */
    bool laddered; /* each person is met on their first channel of the ladder, and goes on from there; else on the route's alone */
    int64_t occurrence; /* the date of an event that it is about (occurrences.h); 0 = the values name one, or none */
    int64_t starts_ms; /* of what it is about; 0 = of nothing with a date */
    int64_t people_max; /* more are not reached without somebody looking */
    int64_t cost_max; /* in 1/10,000 of `currency`: the same of what it costs; 0 = nobody said */
    char currency[4];
    int64_t edition; /* how often the date or what is said of it changed since it was started */
    struct pk_slice audience, values; /* canonical JSON; live until the next call with this store */
    char made_by[PK_CAMPAIGN_BY_MAX + 1], asked_by[PK_CAMPAIGN_BY_MAX + 1], approved_by[PK_CAMPAIGN_BY_MAX + 1];
    uint8_t approved[32]; /* digest of what was approved */
    char why[PK_CAMPAIGN_WHY_MAX + 1]; /* it is paused: an English sentence; "" = somebody did. A draft: why it was sent back */
    int64_t created_ms, updated_ms;
};

struct pk_campaign_step {
    int64_t id, campaign;
    uint32_t place; /* from 0, in the order they were written */
    struct pk_step_rule rule;
    char template_name[PK_CAMPAIGN_NAME_MAX + 1];
    uint32_t state; /* enum pk_campaign_step_state */
    int64_t due_ms; /* 0 = not worked out yet */
};

/* `campaign`: all but id, which is set. PK_E_CONFLICT when the name is taken. Inside a unit, as all that changes. */
int pk_campaign_add(struct pk_store *store, struct pk_campaign *campaign, struct pk_error *err);
int pk_campaign_get(struct pk_store *store, struct pk_slice name, struct pk_campaign *ret_campaign, struct pk_error *err);
int pk_campaign_by_id(struct pk_store *store, int64_t id, struct pk_campaign *ret_campaign, struct pk_error *err);
/* Writes everything of it but id, name and who made it when. The slices may be those it was read with. */
int pk_campaign_write(struct pk_store *store, const struct pk_campaign *campaign, struct pk_error *err);
/* By name. A non-zero return of `each` ends the walk and is returned. */
int pk_campaigns_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_campaign *campaign), void *ctx, struct pk_error *err);

/* Replaces all steps, which are given places in this order. */
int pk_campaign_steps_set(struct pk_store *store, int64_t campaign, struct pk_campaign_step *steps, size_t count, struct pk_error *err);
/* At most PK_CAMPAIGN_STEPS_MAX, by place. */
int pk_campaign_steps(struct pk_store *store, int64_t campaign, struct pk_campaign_step ret_steps[PK_CAMPAIGN_STEPS_MAX],
                      size_t *ret_count, struct pk_error *err);
int pk_campaign_step_change(struct pk_store *store, int64_t step, uint32_t state, int64_t due_ms, struct pk_error *err);
/* The running campaign whose next step is due by `by_ms`, or whose news are due now; 0 = none. */
int64_t pk_campaign_due(struct pk_store *store, int64_t by_ms, int64_t now_ms);
/* A running campaign after `after`, 0 = there is none more. */
int64_t pk_campaign_running(struct pk_store *store, int64_t after);

/* The one after `after` that hangs on this date of an event, whatever its state; 0 = there is none more. */
int64_t pk_campaign_on(struct pk_store *store, int64_t occurrence, int64_t after);

/* What a step became. */
struct pk_campaign_trigger {
    int64_t trigger, step, edition;
    int64_t instead; /* another step, whose place it took: the invitation for who joined late; 0 = none */
    int64_t circle; /* whose planned reminder this was, sent early; 0 = everybody's */
    uint8_t knows[32]; /* digest of what whoever it told knows since */
};
int pk_campaign_trigger_add(struct pk_store *store, int64_t campaign, const struct pk_campaign_trigger *released, struct pk_error *err);
/* All that its steps became, oldest first, at most PK_CAMPAIGN_TRIGGERS_MAX. */
int pk_campaign_history(struct pk_store *store, int64_t campaign, struct pk_campaign_trigger ret_history[PK_CAMPAIGN_TRIGGERS_MAX],
                        size_t *ret_count, struct pk_error *err);
/* How many reminders went early to a circle since then; *ret_people: to how many people in all. */
int64_t pk_campaign_circle_sum(struct pk_store *store, int64_t circle, int64_t since_ms, int64_t *ret_people);
/* The triggers of a campaign: of one step, or in its place, or of all (0), of editions from `edition` on. At most `max`, oldest first. */
int pk_campaign_triggers(struct pk_store *store, int64_t campaign, int64_t step, int64_t edition, int64_t *ret_triggers, size_t max,
                         size_t *ret_count, struct pk_error *err);

/* The campaign, and the step of it, that a trigger is; 0 = none. */
int64_t pk_campaign_of_trigger(struct pk_store *store, int64_t trigger, int64_t *ret_step);

/* ---- whom triggers told ---- */

/* Did a message of this trigger to this person perhaps arrive? Or may it still: it waits, or is on its way. */
bool pk_trigger_told(struct pk_store *store, int64_t trigger, int64_t recipient);
/* How many people a trigger told. */
int64_t pk_trigger_told_count(struct pk_store *store, int64_t trigger);
/* How many people the last thing that this campaign told them left with something else than this: each once. What waits to be
 * sent told nobody yet. Looks at every message of the campaign. */
int64_t pk_campaign_know_other(struct pk_store *store, int64_t campaign, const uint8_t knows[32]);

#endif

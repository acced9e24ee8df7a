/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What stands in the fields of a campaign's page: typed, or kept, or proposed for a new one; and the campaign it would be. A step
 * is a text and its time in fields of their own ("7", "days-before", "18:00"), so that nobody learns how a step is written. Only
 * gateway/console.
 */
#ifndef PK_CONSOLE_OFFICE_TYPED_H
#define PK_CONSOLE_OFFICE_TYPED_H

#include "gateway/console/office_audience.h"
#include "gateway/service/campaigns.h"

#define PK_TYPED_SHORT 24
#define PK_TYPED_VALUES_MAX 16384u /* bytes of all values */
#define PK_TYPED_SPARE 1 /* steps without a text, to be filled in */
#define PK_TYPED_LADDER "+" /* instead of a route's name */

struct pk_typed_step {
    char template_name[PK_CAMPAIGN_NAME_MAX + 1]; /* "" = there is none */
    char when[PK_TYPED_SHORT]; /* "days-before", a row of the table in office_typed.c */
    char count[PK_TYPED_SHORT], hour[PK_TYPED_SHORT], day[PK_TYPED_SHORT]; /* what `when` takes of them */
    char whom[PK_TYPED_SHORT]; /* "all", "yes", "silent" */
};

struct pk_typed {
    char name[PK_CAMPAIGN_NAME_MAX + 1];
    char topic[PK_CAMPAIGN_NAME_MAX + 1];
    char route[PK_CAMPAIGN_NAME_MAX + 1];
    char people[PK_TYPED_SHORT], cost[PK_TYPED_SHORT];
    int64_t event; /* 0 = of none */
    int32_t day; /* of an event that comes back */
    struct pk_ticks ticks;
    struct pk_typed_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t step_count;
    struct pk_buf values; /* a JSON object: what the texts say besides the event */
};

void pk_typed_init(struct pk_typed *typed);
void pk_typed_finish(struct pk_typed *typed);

/* A new one about this date of an event: the texts there are for its topic, at the usual times. */
int pk_typed_propose(struct pk_visit *visit, const struct pk_agenda_event *event, int32_t day, struct pk_typed *typed, struct pk_error *err);
/* One as it is kept; `steps` as the store has them. */
int pk_typed_of(struct pk_visit *visit, const struct pk_campaign *campaign, const struct pk_campaign_step *steps, size_t count,
                struct pk_typed *typed, struct pk_error *err);
/* Over it what the form says; event and day stay. */
int pk_typed_read(struct pk_visit *visit, struct pk_typed *typed, struct pk_error *err);

/* The plan it stands for, with what it borrows from. The caller finishes it, and keeps `typed` until then. */
struct pk_typed_plan {
    struct pk_campaign_plan plan;
    struct pk_buf line;
    struct pk_json *values, *steps;
};
int pk_typed_plan(struct pk_visit *visit, const struct pk_typed *typed, struct pk_typed_plan *ret_plan, struct pk_error *err);
void pk_typed_plan_finish(struct pk_typed_plan *plan);

/* What `when` and `whom` of a step can be, by number; NULL behind the last. */
const char *pk_typed_time(size_t index);
const char *pk_typed_whom(size_t index);
/* What the chosen texts are given besides what the event and the house say; each once. A non-zero return of `each` ends it and is
 * returned. */
int pk_typed_each_value(struct pk_visit *visit, const struct pk_typed *typed,
                        int (*each)(void *ctx, struct pk_slice name, bool number, struct pk_error *err), void *ctx, struct pk_error *err);

/* Adds all of it for the page's fields. */
int pk_typed_add(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_typed *typed, struct pk_error *err);
/* Adds when a step goes as words: one of `daysBefore`, `dayBefore`, ..., with `stepCount`, `stepHour`, and `stepWhom`. */
void pk_typed_add_when(struct pk_visit *visit, const struct pk_step_rule *rule);

#endif

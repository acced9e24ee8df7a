/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Campaigns: what is said about one date, to whom, in which steps. Somebody writes one, a second person approves exactly what
 * they saw, and from its start on the steps go by themselves: each becomes a trigger shortly before it is due, and meets the
 * audience of that moment (campaigns_run.c). The date is one its values name, or one of an event of the calendar: then it
 * follows that date wherever it goes. All calls that change run inside a unit and keep who did what.
 */
#ifndef PK_SERVICE_CAMPAIGNS_H
#define PK_SERVICE_CAMPAIGNS_H

#include "gateway/service/rights.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/users.h"

#define PK_CAMPAIGN_DIGEST_TEXT 33 /* 32 hexadecimal digits: enough to tell what was approved, short enough to pass on */
#define PK_CAMPAIGN_PEOPLE_MAX 1000000

/* What somebody writes down. Slices and values are borrowed for the call. */
struct pk_campaign_plan {
    struct pk_slice name, topic;
    struct pk_slice route; /* empty = the default one */
    bool ladder; /* by the ladder instead of one channel; no route is named then */
    struct pk_slice where; /* for whom, as a line (model/audience.h); empty = `audience` */
    const struct pk_json *audience; /* the same as JSON; NULL, without a line: everybody of the topic */
    int64_t event; /* the date the steps hang on is one of this event; 0 = "begins" of the values */
    int32_t day; /* which one of an event that comes back: the day its rule gives; else 0 */
    const struct pk_json *values; /* what the texts say; of a date of an event, nothing that is the event's to say */
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

/* PK_CAMPAIGN_REJECT with a sentence for whoever wrote it, of at most PK_CAMPAIGN_WHY_MAX bytes: why it goes back. It stands as its
 * `why` until it is written anew or asked for again. PK_E_INVALID when there is none, or it names somebody's number. */
int pk_campaign_send_back(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice why, int64_t now_ms,
                          struct pk_error *err);

/* Another date, other values, of one that was approved: what had not left for the old date never does, the steps are worked
 * out anew, and who was told is told the change, a while later (changes_wait_ms of the rules); moved back before that, nobody is.
 * Steps, texts and audience stay as they were approved. PK_E_CONFLICT of one that hangs on an event: whoever moves that moves it. */
int pk_campaign_move(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_json *values,
                     int64_t now_ms, struct pk_error *err);

/* The next reminder goes now to those of a circle who were told, and to them not again when it is due. `circle`: a key person's
 * name; empty = the actor's own. PK_E_CONFLICT of one that does not run, before its invitation went, and when no reminder is
 * still to come; PK_E_LIMIT. */
struct pk_campaign_reminded {
    char step[PK_STEP_TEXT_MAX];
    char circle[PK_USER_NAME_MAX + 1];
    int64_t planned_ms; /* for everybody else */
    bool changed; /* false: it went to this circle already */
};
int pk_campaign_remind(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice circle,
                       int64_t now_ms, struct pk_campaign_reminded *ret_reminded, struct pk_error *err);

/* ---- dates of events ---- */

/* What a date that changed does to the campaigns on it, added up over all of them and all dates. */
struct pk_campaigns_effect {
    int64_t campaigns; /* that hang on them and are not over */
    int64_t know; /* people who know a date as it is not; once for each campaign that told them */
    int64_t told; /* of those: whom a text goes to now */
    int64_t tells_ms; /* when the first of these texts goes; 0 = nobody is told */
    char silent[PK_CAMPAIGN_NAME_MAX + 1]; /* one whose people know it otherwise and are not told for want of such a step; "" = none */
};
/* A date was moved, changed its place or words, was called off, or is on again: every campaign on it follows in the same unit. What
 * has not left never does, steps are worked out anew, and who knows otherwise is told, of a change a while later and of a
 * cancellation at once. `quietly`: it is corrected, what has not left says it as it is now, and nobody is told. Title and
 * subject stay as they were approved. `before`: how the date was; the ledger has it as it is now. PK_E_INVALID where a
 * campaign's text cannot say it. */
int pk_campaigns_date_changed(struct pk_service *service, const struct pk_actor *actor, const struct pk_occurrence *before, bool quietly,
                              int64_t now_ms, struct pk_campaigns_effect *effect, struct pk_error *err);

/* ---- shown ---- */

/* One as somebody sees it. */
struct pk_campaign_view {
    struct pk_campaign campaign; /* its slices live until the next call with the store */
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    int64_t planned[PK_CAMPAIGN_STEPS_MAX], told[PK_CAMPAIGN_STEPS_MAX]; /* messages made for it; perhaps arrived */
    bool late[PK_CAMPAIGN_STEPS_MAX]; /* its time had passed, or has if it were started now: it is left out */
    size_t step_count;
    bool no_change, no_cancel; /* there is a date, and no step for this: nobody will be told */
    struct pk_occurrence date; /* of the event it hangs on; id 0 = of none */
    const char *topic, *route; /* their names */
    int64_t people; /* whom it would reach now; PK_CAMPAIGN_PEOPLE_MAX = so many, or more */
    char digest[PK_CAMPAIGN_DIGEST_TEXT];
    bool texts_changed; /* since it was approved */
    int64_t made, cost; /* messages made of it, and what they cost at most (0 without a ceiling) */
    int64_t left_out; /* messages not sent because campaigns told somebody often enough */
};
int pk_campaign_view(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                     struct pk_campaign_view *ret_view, struct pk_error *err);
/* For whom it is, as a line. Appended. */
int pk_campaign_where(const struct pk_campaign *campaign, struct pk_buf *out, struct pk_error *err);
int pk_campaigns_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_campaign *campaign),
                      void *ctx, struct pk_error *err);

/* Looks, on the reading thread, at what came of running campaigns' steps: one of which too large a share fails pauses.
 * Housekeeping's, each minute. */
void pk_campaigns_watch(struct pk_service *service);

/* Releases what is due and ends what is done: a few of each, in units of their own. True when there is more. Housekeeping's. */
bool pk_campaigns_run(struct pk_service *service);

/* A rehearsal (app/rehearsal.h). Asked for at the gateway: PK_E_DENIED, PK_E_NOT_FOUND, PK_E_CONFLICT of one that is over; kept in the
 * audit, and nothing else happens. Inside a unit. */
int pk_campaign_rehearsal_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err);
/* In a copy of the database, never in the gateway's own: it runs from now on, as if it had been approved as it stands; one that runs
 * goes on. What would keep it from being asked for or started keeps it from this too. Inside a unit. */
int pk_campaign_rehearsal_begin(struct pk_service *service, struct pk_slice name, int64_t now_ms, struct pk_error *err);

#endif

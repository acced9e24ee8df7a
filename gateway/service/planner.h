/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The planner: the only place that makes messages. Triggers are expanded into messages by chunks, a cursor each, so
 * that a large one neither blocks a turn nor the small ones behind it; answers and questions are made one at a time.
 */
#ifndef PK_SERVICE_PLANNER_H
#define PK_SERVICE_PLANNER_H

#include "gateway/service/service.h"
#include "gateway/store/audience.h"
#include "gateway/store/messages.h"

struct pk_planner;
struct pk_desk;
struct pk_topic_set;

struct pk_planner *pk_planner_new(struct pk_service *service);
void pk_planner_free(struct pk_planner *planner);
/* Expands up to a turn's share. The open phase, before the dispatcher. */
void pk_planner_run(struct pk_planner *planner);
/* There is a trigger to expand. */
void pk_planner_wake(struct pk_planner *planner);
void pk_planner_refresh(struct pk_planner *planner); /* after a failed commit */
/* Whom a trigger would reach now. Of more than PK_AT_ONCE people one more is told. */
#define PK_AT_ONCE 4u
struct pk_reach {
    struct pk_audience_row rows[PK_AT_ONCE + 1];
    size_t count;
};
struct pk_json;
struct pk_channels;
int pk_planner_reach(struct pk_service *service, const struct pk_json *tags, struct pk_slice topic, uint32_t channel,
                     const struct pk_channels *ladder, int64_t now_ms, struct pk_reach *ret_reach, struct pk_error *err);
/* A trigger of now that reaches a few, before it is stored: its messages are made here and now, and its state, cursor and
 * count say so. Any other is left as it is, and takes its turn once it is stored. Inside a unit. */
struct pk_notice;
struct pk_trigger;
int pk_planner_at_once(struct pk_service *service, struct pk_trigger *trigger, const struct pk_notice *notice, const struct pk_reach *reach,
                       int64_t now_ms, struct pk_error *err);
/* One that was made at once is stored: its publisher hears that it is planned, when it wants to. In the same unit. */
int pk_planner_made_at_once(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err);
/* A trigger that was held begins, or goes on; or ends as cancelled, and its publisher hears so. Inside a unit. */
int pk_planner_resume(struct pk_service *service, const struct pk_trigger *trigger, struct pk_error *err);
int pk_planner_cut_short(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err);
#define PK_EARLY_MS (15 * 60 * 1000ll) /* messages are made this long before they are due */
bool pk_planner_idle(const struct pk_planner *planner);

/* An automatic answer to somebody's act, by the account it came on; an act at a page has none, and is answered by the
 * channel's first route. Inside a unit. */
struct pk_answer_plan {
    int64_t recipient; /* 0 = a stranger */
    int64_t address;
    uint32_t channel;
    uint32_t account; /* PK_NAME_ACCOUNT; 0 = any */
    const char *template_name;
    struct pk_slice language, script;
    struct pk_slice values; /* canonical JSON object; empty = none */
    int64_t act_ms;
    int64_t occurrence, version; /* the date of an event that it names; 0 = none */
    bool confirms_stop;
    int64_t *ret_message; /* what was queued, 0 = nothing; may be NULL */
};
/* 0 also when the address had its day's answers already (then nothing is queued). */
int pk_planner_answer(struct pk_service *service, const struct pk_answer_plan *plan, int64_t now_ms, struct pk_error *err);

/* What a person answers to an item of the inbox: a template's text, or with an empty name the words kept with the item.
 * Inside a unit. PK_E_CONFIG when the account it came on is in no route any more. */
struct pk_inbox_item;
int pk_planner_by_hand(struct pk_service *service, const struct pk_inbox_item *item, struct pk_slice template_name, int64_t now_ms,
                       int64_t *ret_message, struct pk_error *err);

/* An opt-in question, or with `renews` the one whether those topics shall go on; *ret_asked is false when this address was
 * asked within the rules' time, or has any question open. Inside a unit; needs no accounts (pk_service_new_planning()). */
struct pk_question_plan {
    int64_t recipient, address;
    uint32_t channel, topic;
    struct pk_slice language, script;
    const struct pk_topic_set *renews; /* with `topic` among them; NULL = opt-in: all the person was signed up for */
    bool at_once; /* somebody waits for it, face to face or at a page: it leaves in quiet hours too */
    bool circle; /* opt-in: signed up by a key person, which the question says */
    int64_t *ret_message; /* where the id of the question goes when one is asked; NULL = nowhere */
};
int pk_planner_question(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms, bool *ret_asked,
                        struct pk_error *err);

/* False where nobody could answer a question on this channel and no page is known instead; `err` says what to set. */
bool pk_planner_can_ask(struct pk_service *service, uint32_t channel, struct pk_error *err);

/* One message with a notice of its own, in the text of its language: what the functions here end in. Inside a unit. */
struct pk_notice;
int pk_planner_queue(struct pk_service *service, const struct pk_notice *notice, struct pk_slice language, struct pk_slice script,
                     struct pk_message *message, struct pk_error *err);

/* One message of class staff to an operator's own address by exactly this account: to see that it works. The address is
 * kept like a stranger's. Inside a unit. PK_E_CONFLICT while the account or everything is on hold, PK_E_CONFIG when the
 * account is in no route, PK_E_NOT_FOUND without the template. */
struct pk_staff_plan {
    const struct pk_desk *desk;
    struct pk_slice address; /* as the channel wants it: E.164 for sms */
    const char *template_name;
    struct pk_slice language;
};
int pk_planner_staff(struct pk_service *service, const struct pk_actor *actor, const struct pk_staff_plan *plan, int64_t now_ms,
                     int64_t *ret_message, struct pk_error *err);

/* One of class staff to a user's own address, by its channel's first route. Inside a unit. PK_E_CONFIG without a route. */
struct pk_user_plan {
    const char *channel;
    struct pk_slice address; /* as kept */
    const char *template_name;
    struct pk_slice language;
    struct pk_slice values; /* canonical JSON object */
    int64_t valid_ms;
    bool at_once; /* somebody waits for it */
};
int pk_planner_user(struct pk_service *service, const struct pk_user_plan *plan, int64_t now_ms, struct pk_error *err);

/* One of class staff to the team of the rules, by its channel's first route: so many people wait for an answer; with 0, a
 * campaign stopped by itself. Inside a unit. PK_E_CONFIG without a team, or a route to it. */
int pk_planner_team(struct pk_service *service, int64_t people, int64_t now_ms, struct pk_error *err);
/* The same: a publisher wants to say something urgent, and waits for somebody's word. */
int pk_planner_team_asked(struct pk_service *service, int64_t now_ms, struct pk_error *err);
/* The same with a text that takes no values (team.h). */
int pk_planner_team_news(struct pk_service *service, const char *template_name, int64_t now_ms, struct pk_error *err);

#endif

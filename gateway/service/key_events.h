/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key person's events: dates that her circle was invited to and that are not over. When the reminder goes by itself and to how
 * many of hers, who is coming, how many told her so by mouth, and what she did in a month. Numbers and never a list; of a few
 * people less than a number (PK_CIRCLE_SMALL). Calls that change run in a unit.
 */
#ifndef PK_SERVICE_KEY_EVENTS_H
#define PK_SERVICE_KEY_EVENTS_H

#include "gateway/language/segment.h"
#include "gateway/service/rights.h"
#include "gateway/store/agenda.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/rsvps.h"

#define PK_TOLD_ME_MAX 99
#define PK_FEW (-1) /* instead of a number: 1 to PK_CIRCLE_SMALL - 1 */

struct pk_key_event {
    int64_t id; /* of the campaign that invited */
    char campaign[PK_CAMPAIGN_NAME_MAX + 1];
    const char *topic; /* borrowed from the rules' names */
    char title[PK_AGENDA_TITLE_MAX + 1], kind[PK_AGENDA_KIND_MAX + 1];
    char place[PK_AGENDA_PLACE_MAX + 1];
    int64_t starts_ms;
    bool off; /* it was called off */
    int64_t planned_ms; /* a reminder goes by itself then; 0 = none that did not go to her circle already is to come */
    int64_t people; /* of her circle: whom it reaches; or PK_FEW */
    char template_name[PK_CAMPAIGN_NAME_MAX + 1]; /* of that reminder */
    int64_t sent_ms, sent_people; /* the last that went at her word; 0 = none did. People: or PK_FEW */
    int64_t gone_ms; /* the last that went by itself; 0 = none did */
    bool counts; /* it is a date of an event: the next are known */
    int64_t yes, heads, no; /* of everybody who answered; or PK_FEW */
    int64_t told_me; /* by mouth, to her: beside the others and in none of them */
};

/* The next ones first, people as they were within the last minute. A non-zero return of `each` ends it and is returned. */
int pk_key_events_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                       int (*each)(void *ctx, const struct pk_key_event *event), void *ctx, struct pk_error *err);
/* PK_E_NOT_FOUND, with the same words for what there is not and what is another circle's. */
int pk_key_event(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_key_event *ret_event,
                 struct pk_error *err);
/* The reminder of one of them in a reader's language ("bg-Latn"), appended. PK_E_NOT_FOUND when none is to come. */
int pk_key_event_text(struct pk_service *service, const struct pk_key_event *event, struct pk_slice tag, struct pk_buf *out, struct pk_error *err);

/* The reminder goes now to her circle (campaigns.h). 0 also when it went before. PK_E_CONFLICT when the next one is not the one she was
 * shown, which was to go by itself at `planned_ms`. */
int pk_key_event_remind(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t planned_ms, int64_t now_ms,
                        struct pk_error *err);
/* So many people told her that they come: in the place of what she said before. PK_E_INVALID beyond PK_TOLD_ME_MAX, PK_E_CONFLICT of
 * what is over, called off, or no date of an event. */
int pk_key_event_told_me(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t count, int64_t now_ms,
                         struct pk_error *err);

/* What she did in the month of a moment, on the gateway's wall clock. */
struct pk_key_month {
    int year, month; /* month from 1 */
    int64_t signups; /* people she signed up, as far back as days are kept */
    int64_t size; /* of her circle now */
    int64_t reminders, reminded; /* those she sent, and to how many people in all, or PK_FEW */
};
int pk_key_month(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_key_month *ret_month, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an event is: a kind the configuration declares (a parent meeting, an info point's hours), a title, places, hours on a
 * wall clock, how often it comes back, and how far it is: draft, planned, cancelled. An event is about no person: what looks
 * like a telephone number or a mail address in its texts is refused. Called agenda_event in code; pk_event is what an adapter
 * tells. Pure: the moment it is now comes in.
 */
#ifndef PK_MODEL_AGENDA_H
#define PK_MODEL_AGENDA_H

#include "gateway/language/wall.h"

#define PK_AGENDA_KIND_MAX 48
#define PK_AGENDA_TITLE_MAX 160 /* bytes, as all of these */
#define PK_AGENDA_SUBJECT_MAX 160
#define PK_AGENDA_PLACE_MAX 240
#define PK_AGENDA_SHORT_MAX 60 /* of a place, for a text message */
#define PK_AGENDA_RULE_MAX 200
#define PK_AGENDA_LANGUAGES_MAX 60
#define PK_AGENDA_ZONE_MAX 60
#define PK_AGENDA_CAPACITY_MAX 100000
#define PK_AGENDA_DAYS_MAX 13 /* an event ends two weeks after it began at the latest */
#define PK_AGENDA_UID_BYTES 16
#define PK_AGENDA_BY_MAX 48 /* name of a user */

enum pk_agenda_state { PK_AGENDA_DRAFT = 1, PK_AGENDA_PLANNED, PK_AGENDA_CANCELLED, PK_AGENDA_STATES };

/* From `from` on `day` to `to`, `days` days later: minutes after midnight as the clock shows them. */
struct pk_agenda_when {
    int32_t day, from, days, to;
};

struct pk_agenda_event {
    int64_t id;
    char kind[PK_AGENDA_KIND_MAX + 1];
    char title[PK_AGENDA_TITLE_MAX + 1];
    char subject[PK_AGENDA_SUBJECT_MAX + 1]; /* "" = none */
    char place[PK_AGENDA_PLACE_MAX + 1], place_short[PK_AGENDA_SHORT_MAX + 1];
    char zone[PK_AGENDA_ZONE_MAX + 1];
    struct pk_agenda_when when; /* the first date of a rule */
    char rule[PK_AGENDA_RULE_MAX + 1]; /* RFC 5545, UNTIL in UTC; "" = once */
    int32_t capacity; /* 0 = no limit */
    char languages[PK_AGENDA_LANGUAGES_MAX + 1]; /* spoken there: "bg, nl" */
    uint32_t state; /* enum pk_agenda_state */
    int64_t sequence; /* one more with every change */
    uint8_t uid[PK_AGENDA_UID_BYTES]; /* of the name it has in a calendar file */
    char proposed_by[PK_AGENDA_BY_MAX + 1]; /* the key person whose draft it was; "" = nobody's */
    int64_t laid_ms; /* every date up to here is in the ledger; 0 = none was laid */
    int64_t last_ms; /* when the last date ends */
    int64_t created_ms, updated_ms;
};

/* One date of an event that comes back differs: it is named by the day its rule gives. */
enum pk_agenda_difference {
    PK_AGENDA_SKIPPED = 1, /* it never was one of them: EXDATE */
    PK_AGENDA_CALLED_OFF,
    PK_AGENDA_CHANGED,
};

struct pk_agenda_change {
    int32_t day;
    uint32_t difference; /* enum pk_agenda_difference */
    struct pk_agenda_when when; /* CHANGED: all of it */
    char place[PK_AGENDA_PLACE_MAX + 1], place_short[PK_AGENDA_SHORT_MAX + 1]; /* "" = as always */
};

const char *pk_agenda_state_name(enum pk_agenda_state state); /* "draft" */
enum pk_agenda_state pk_agenda_state_of(struct pk_slice name); /* 0 = none */

/* `what` names it in the refusal: "title". Control characters, too many bytes, no UTF-8, and what may be somebody's. */
int pk_agenda_text_check(const char *what, struct pk_slice text, size_t max_bytes, struct pk_error *err);
/* When it begins and ends. PK_E_INVALID with a sentence for days and hours there are none, for an end that is not behind the
 * beginning, and, where `exact`, for an hour that is left out that night. */
int pk_agenda_moments(const struct pk_agenda_when *when, struct pk_wall *wall, bool exact, int64_t *ret_starts_ms, int64_t *ret_ends_ms,
                      struct pk_error *err);
/* Texts, capacity and hours of an event; the rule is recurrence.h's. */
int pk_agenda_check(const struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Events in the house's calendar, as an adviser plans them. */
#ifndef PK_TESTS_SERVICE_PLANNED_H
#define PK_TESTS_SERVICE_PLANNED_H

#include "tests/unit/service/agenda.h"

#include "gateway/base/text.h"

/* The clock of the house says 13 October 2026, a Tuesday, 10:30. */
static inline struct pk_agenda_event meeting(int32_t day)
{
    return (struct pk_agenda_event){ .kind = "parent-meeting", .title = "Ouderavond", .place = "De Windroos", .when = { day, 1080, 0, PK_EVENTS_NO_END } };
}

static inline struct pk_agenda_event hours(const char *rule)
{
    struct pk_agenda_event event = { .kind = "info-point", .title = "Infopunt", .when = { 20261020, 600, 0, PK_EVENTS_NO_END } };
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    return event;
}

static inline int64_t planned(struct house *house, struct pk_agenda_event event)
{
    struct pk_error err = { 0 };
    int r;
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return event.id;
}

static inline int64_t count(struct house *house, const char *what)
{
    char sql[160];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM occurrence WHERE %s", what);
    return house_count(house, sql);
}

static inline void refused(int r, int code, const struct pk_error *err, const char *why)
{
    if (r != code || strcmp(err->message, why) != 0)
        fail_msg("%d \"%s\" instead of %d \"%s\"", r, err->message, code, why);
}

#endif

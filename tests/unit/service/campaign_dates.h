/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns on a date of the house's calendar: the event planned, the campaign on it begun, its date moved, off and on again. */
#ifndef PK_TESTS_SERVICE_CAMPAIGN_DATES_H
#define PK_TESTS_SERVICE_CAMPAIGN_DATES_H

#include "tests/unit/service/campaigns.h"

#define CHANGED "Промяна!"
#define OFF "отменя"

static inline int64_t planned(struct house *house, const char *kind, const char *rule)
{
    struct pk_agenda_event event = { .title = "Ouderavond", .place = "De Windroos", .when = { 20261027, 1110, 0, PK_EVENTS_NO_END } };
    struct pk_error err = { 0 };
    int r;
    (void) snprintf(event.kind, sizeof event.kind, "%s", kind);
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return event.id;
}

static inline int write_on(struct house *house, int64_t event, int32_t day, const char *values, const char *steps, struct pk_error *err)
{
    const struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .event = event,
                                           .day = day, .people_max = 100 };
    return write_as(house, &anna, plan, values, steps, err);
}

static inline void start_on(struct house *house, int64_t event, int32_t day, const char *steps)
{
    struct pk_error err = { 0 };
    if (write_on(house, event, day, "{}", steps, &err) != 0)
        fail_msg("%s", err.message);
    put_through(house, AUTUMN);
}

/* The event is on this day, in this place (NULL = as it was). */
static inline struct pk_events_done moved(struct house *house, int64_t id, int32_t day, const char *place, bool quietly)
{
    struct pk_agenda_event event;
    struct pk_events_done done = { .quietly = quietly };
    struct pk_error err = { 0 };
    int r;
    assert_int_equal(pk_events_show(house->service, &anna, id, &event, NULL), 0);
    event.when.day = day;
    if (place)
        (void) snprintf(event.place, sizeof event.place, "%s", place);
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return done;
}

static inline struct pk_events_done date_off(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    int r;
    DO(house, r, pk_events_cancel_date(house->service, &anna, event, day, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    return done;
}

static inline struct pk_events_done date_on(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    struct pk_agenda_change change = { .day = day, .when = { day, 1110, 0, 1230 } };
    int r;
    DO(house, r, pk_events_change_date(house->service, &anna, event, &change, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    return done;
}

#endif

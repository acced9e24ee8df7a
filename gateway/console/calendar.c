/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The calendar everybody may follow: /calendar.ics, or /calendar/TOPIC.ics for one topic, and of one event
 * at its page. What is in it is about nobody and the
 * same for all: it is kept for a minute, with a mark of its content (kept_pages.h).
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/kept_pages.h"
#include "gateway/model/ics.h"
#include "gateway/service/events.h"
#include "gateway/service/public_events.h"

#define CALENDAR_BYTES_MAX (4u << 20)

static void answer(struct pk_visit *visit, struct pk_buf *calendar)
{
    pk_visit_keep_and_show(visit, PK_ICS_TYPE, "public, max-age=300", calendar);
}

static void show(struct pk_visit *visit, struct pk_slice topic)
{
    struct pk_error err = { 0 };
    struct pk_buf calendar;
    if (pk_visit_show_kept(visit))
        return;
    pk_buf_init(&calendar, CALENDAR_BYTES_MAX);
    if (pk_events_calendar(visit->call->service, topic, visit->call->now_ms, &calendar, &err) != 0)
        pk_visit_trouble(visit, &err);
    else
        answer(visit, &calendar);
    pk_buf_finish(&calendar);
}

void pk_calendar_all(struct pk_visit *visit)
{
    show(visit, (struct pk_slice){ 0 });
}

void pk_calendar_topic(struct pk_visit *visit)
{
    static const char end[] = ".ics";
    struct pk_slice name = visit->place;
    struct pk_error err = { 0 };
    if (name.len > strlen(end) && pk_slice_is(pk_slice_make(name.data + name.len - strlen(end), strlen(end)), end)) {
        show(visit, pk_slice_make(name.data, name.len - strlen(end)));
        return;
    }
    (void) pk_fail(&err, PK_E_NOT_FOUND, "there is nothing at this path");
    pk_visit_trouble(visit, &err);
}

void pk_calendar_of_event(struct pk_visit *visit, const struct pk_agenda_event *event)
{
    struct pk_error err = { 0 };
    struct pk_buf calendar;
    pk_buf_init(&calendar, CALENDAR_BYTES_MAX);
    if (pk_public_event_calendar(visit->call->service, event, &calendar, &err) != 0)
        pk_visit_trouble(visit, &err);
    else
        answer(visit, &calendar);
    pk_buf_finish(&calendar);
}

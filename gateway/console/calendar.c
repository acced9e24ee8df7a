/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The calendar everybody may follow: /calendar.ics, or /calendar/TOPIC.ics for one topic, and of one event
 * at its page. What is in it is about nobody and the
 * same for all, so that it carries a mark of its content: who has it already is told so (304) and nothing more.
 */
#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/model/ics.h"
#include "gateway/service/events.h"
#include "gateway/service/public_events.h"

#define CALENDAR_BYTES_MAX (4u << 20)
#define MARK_BYTES 16

/* Is `mark` in the header's list? "*" stands for whatever there is. */
static bool has_already(struct pk_call *call, const char *mark)
{
    struct pk_slice rest = pk_http_request_header(call->request, "If-None-Match"), one;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &one)) {
        one = pk_slice_trim(one);
        if (pk_slice_starts(one, "W/"))
            one = pk_slice_make(one.data + 2, one.len - 2);
        if (pk_slice_is(one, "*") || pk_slice_is(one, mark))
            return true;
    }
    return false;
}

static void answer(struct pk_visit *visit, struct pk_buf *calendar)
{
    uint8_t digest[32];
    struct pk_buf mark;
    pk_buf_init(&mark, 64);
    pk_sha256(pk_buf_slice(calendar), digest);
    (void) pk_buf_add_char(&mark, '"');
    pk_hex(&mark, digest, MARK_BYTES);
    (void) pk_buf_add_char(&mark, '"');
    pk_call_header(visit->call, "ETag", pk_buf_text(&mark));
    pk_call_header(visit->call, "Cache-Control", "public, max-age=300");
    if (has_already(visit->call, pk_buf_text(&mark))) {
        pk_buf_clear(calendar);
        pk_call_answer_as(visit->call, 304, NULL, calendar);
    } else {
        pk_call_answer_as(visit->call, 200, PK_ICS_TYPE, calendar);
    }
    pk_buf_finish(&mark);
}

static void show(struct pk_visit *visit, struct pk_slice topic)
{
    struct pk_error err = { 0 };
    struct pk_buf calendar;
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

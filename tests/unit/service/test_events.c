/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events in the service: planned, proposed and accepted, moved, called off; and the ledger of their dates, which gets each once,
 * in order, whatever was changed meanwhile and however often the gateway was started.
 */
#include "tests/unit/service/agenda.h"

#include "gateway/base/text.h"
#include "gateway/store/agenda.h"
#include "gateway/store/internal.h"

/* The clock of the house says 13 October 2026, a Tuesday, 10:30. */
static struct pk_agenda_event meeting(int32_t day)
{
    return (struct pk_agenda_event){ .kind = "parent-meeting", .title = "Ouderavond", .place = "De Windroos", .when = { day, 1080, 0, PK_EVENTS_NO_END } };
}

static struct pk_agenda_event hours(const char *rule)
{
    struct pk_agenda_event event = { .kind = "info-point", .title = "Infopunt", .when = { 20261020, 600, 0, PK_EVENTS_NO_END } };
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    return event;
}

static int64_t planned(struct house *house, struct pk_agenda_event event)
{
    struct pk_error err = { 0 };
    int r;
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return event.id;
}

static struct pk_agenda_event shown(struct house *house, int64_t id)
{
    struct pk_agenda_event event;
    assert_int_equal(pk_events_show(house->service, &anna, id, &event, NULL), 0);
    return event;
}

static struct pk_occurrence date_of(struct house *house, int64_t event, int32_t day)
{
    struct pk_occurrence date;
    assert_int_equal(pk_occurrence_find(house->store, event, day, &date, NULL), 0);
    return date;
}

static int64_t count(struct house *house, const char *what)
{
    char sql[160];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM occurrence WHERE %s", what);
    return house_count(house, sql);
}

static void refused(struct house *house, int r, int code, const struct pk_error *err, const char *why)
{
    (void) house;
    if (r != code || strcmp(err->message, why) != 0)
        fail_msg("%d \"%s\" instead of %d \"%s\"", r, err->message, code, why);
}

/* ---- planning ---- */

static void test_planned_once(void **state)
{
    struct house *house = *state;
    int64_t id = planned(house, meeting(20261201));
    struct pk_agenda_event event = shown(house, id);
    struct pk_occurrence date = date_of(house, id, 0), again;
    assert_int_equal(event.when.to, 1200); /* two hours, as its kind says */
    assert_string_equal(event.zone, "Europe/Amsterdam");
    assert_int_equal(date.starts_ms, 1796144400000ll); /* 2026-12-01T17:00:00Z */
    assert_int_equal(date.ends_ms - date.starts_ms, 2 * 3600000);
    assert_int_equal(date.version, 1);
    assert_int_equal(date.state, PK_AGENDA_PLANNED);
    assert_string_equal(date.place, "De Windroos");
    assert_string_equal(date.zone, "Europe/Amsterdam");
    assert_string_equal(date.kind, "parent-meeting");
    assert_int_equal(pk_occurrence_get(house->store, date.id, &again, NULL), 0);
    assert_int_equal(again.event, id);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'event.plan' AND actor = 'anna' AND result = 0"), 1);
    struct pk_agenda_event here = hours("FREQ=WEEKLY;BYDAY=TU;COUNT=2");
    id = planned(house, here);
    assert_string_equal(date_of(house, id, 20261020).place_short, "Infopunt"); /* its kind's */
}

static void test_what_cannot_be_planned(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int r;
    struct pk_agenda_event event = meeting(20261012);
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(house, r, PK_E_CONFLICT, &err, "no date of it is still to come");
    event = meeting(20261301);
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(house, r, PK_E_INVALID, &err, "there is no such day in the calendar");
    event = hours("FREQ=WEEKLY;BYDAY=TU");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(house, r, PK_E_INVALID, &err, "the rule has no end");
    event = meeting(20261201);
    (void) snprintf(event.kind, sizeof event.kind, "parent-meetin");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(house, r, PK_E_INVALID, &err, "there is no kind of event \"parent-meetin\"");
    assert_string_equal(err.hint, "Did you mean parent-meeting?");
    event = meeting(20261201);
    (void) snprintf(event.languages, sizeof event.languages, "bg, xx");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(house, r, PK_E_INVALID, &err, "there are no texts in the language \"xx\"");
    event = meeting(20261201);
    DO(house, r, pk_events_plan(house->service, &operator, &event, false, HOUSE_NOW, &err));
    assert_int_equal(r, PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    assert_int_equal(count(house, "1"), 0);
}

/* A key person proposes: nobody is told, no date is laid; she may change it until an adviser accepts. */
static void test_a_draft(void **state)
{
    struct house *house = *state;
    struct pk_agenda_event event = meeting(20261201), seen;
    struct pk_error err = { 0 };
    struct pk_events_done came = { .changed = false };
    int r;
    DO(house, r, pk_events_plan(house->service, &maria, &event, false, HOUSE_NOW, &err));
    assert_int_equal(r, 0);
    assert_int_equal(event.state, PK_AGENDA_DRAFT);
    assert_int_equal(count(house, "1"), 0);
    assert_int_equal(pk_events_show(house->service, &maria, event.id, &seen, NULL), 0);
    assert_string_equal(seen.proposed_by, "maria");
    assert_int_equal(pk_events_show(house->service, &petya, event.id, &seen, NULL), PK_E_DENIED);
    (void) snprintf(seen.title, sizeof seen.title, "Ouderavond groep 8");
    DO(house, r, pk_events_change(house->service, &petya, &seen, HOUSE_NOW, &came, &err));
    assert_int_equal(r, PK_E_DENIED);
    DO(house, r, pk_events_change(house->service, &maria, &seen, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    DO(house, r, pk_events_accept(house->service, &maria, event.id, HOUSE_NOW, &err));
    assert_int_equal(r, PK_E_DENIED);
    DO(house, r, pk_events_accept(house->service, &anna, event.id, HOUSE_NOW, &err));
    assert_int_equal(r, 0);
    assert_int_equal(count(house, "state = 2"), 1);
    DO(house, r, pk_events_accept(house->service, &anna, event.id, HOUSE_NOW, &err));
    refused(house, r, PK_E_CONFLICT, &err, "it is no draft: it is planned");
    assert_int_equal(pk_events_show(house->service, &petya, event.id, &seen, NULL), 0); /* everybody will be told */
    DO(house, r, pk_events_change(house->service, &maria, &seen, HOUSE_NOW, &came, &err));
    assert_int_equal(r, PK_E_DENIED);
}

/* ---- moving ---- */

static void test_moved_and_called_off(void **state)
{
    struct house *house = *state;
    int64_t id = planned(house, meeting(20261201)), date = date_of(house, id, 0).id;
    struct pk_agenda_event event = shown(house, id);
    struct pk_error err = { 0 };
    struct pk_events_done came = { .changed = true };
    int r;
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && !came.changed);
    assert_int_equal(date_of(house, id, 0).version, 1);
    event.when.day = 20261203;
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    struct pk_occurrence moved = date_of(house, id, 0);
    assert_int_equal(moved.id, date); /* the same date, elsewhere in the calendar */
    assert_int_equal(moved.version, 2);
    assert_int_equal(moved.starts_ms, 1796144400000ll + 2 * 86400000ll);
    (void) snprintf(event.title, sizeof event.title, "Ouderavond groep 8");
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    assert_true(came.changed);
    assert_int_equal(date_of(house, id, 0).version, 2); /* what it is called moves nobody */
    event.when.day = 20261001;
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    refused(house, r, PK_E_CONFLICT, &err, "no date of it is still to come");
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    assert_int_equal(date_of(house, id, 0).state, PK_AGENDA_CANCELLED);
    assert_int_equal(date_of(house, id, 0).version, 3);
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && !came.changed);
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    refused(house, r, PK_E_CONFLICT, &err, "this event was called off");
}

static void test_single_dates(void **state)
{
    struct house *house = *state;
    int64_t id = planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=4"));
    int64_t second = date_of(house, id, 20261027).id;
    struct pk_agenda_change change = { .day = 20261027, .when = { 20261028, 660, 0, 720 }, .place = "De Kern" };
    struct pk_error err = { 0 };
    struct pk_events_done came = { .changed = false };
    int r;
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    struct pk_occurrence date = date_of(house, id, 20261027);
    assert_int_equal(date.id, second);
    assert_int_equal(date.version, 2);
    assert_string_equal(date.place, "De Kern");
    assert_int_equal(date.starts_ms, 1793181600000ll); /* 2026-10-28T10:00:00Z: winter time */
    assert_int_equal(count(house, "version > 1"), 1);
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && !came.changed);
    DO(house, r, pk_events_cancel_date(house->service, &anna, id, 20261027, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    assert_int_equal(date_of(house, id, 20261027).state, PK_AGENDA_CANCELLED);
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err)); /* open after all */
    assert_true(r == 0 && came.changed);
    assert_int_equal(date_of(house, id, 20261027).state, PK_AGENDA_PLANNED);
    assert_int_equal(date_of(house, id, 20261027).version, 4);
    DO(house, r, pk_events_cancel_date(house->service, &anna, id, 20261028, HOUSE_NOW, &came, &err));
    refused(house, r, PK_E_NOT_FOUND, &err, "the event has no such date");
    change.when = (struct pk_agenda_when){ 20261012, 600, 0, 660 };
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    refused(house, r, PK_E_CONFLICT, &err, "that date would begin in the past");
    change.when = (struct pk_agenda_when){ 20270328, 150, 0, 300 };
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    refused(house, r, PK_E_INVALID, &err, "there is no 2:30 on 2027-03-28: the clock is put forward that night");
    /* The desk closes today, and no other day. */
    DO(house, r, pk_events_cancel_date(house->service, &desk, id, 20261103, HOUSE_NOW, &came, &err));
    assert_int_equal(r, PK_E_DENIED);
    pk_clock_advance(1793692800000ll - HOUSE_NOW); /* 2026-11-03T08:00:00Z */
    DO(house, r, pk_events_cancel_date(house->service, &desk, id, 20261103, pk_clock_wall_ms(), &came, &err));
    assert_true(r == 0 && came.changed);
    DO(house, r, pk_events_cancel_date(house->service, &anna, id, 20261020, pk_clock_wall_ms(), &came, &err));
    refused(house, r, PK_E_CONFLICT, &err, "that date has begun");
}

/* Of a series the rule may change: what stays in it keeps its id, what is not in it any more is called off, what has begun stays. */
static void test_a_series_changes(void **state)
{
    struct house *house = *state;
    int64_t id = planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=4")), third = date_of(house, id, 20261103).id;
    struct pk_agenda_event event = shown(house, id);
    struct pk_error err = { 0 };
    struct pk_events_done came = { .changed = false };
    int r;
    pk_clock_advance(1792540800000ll - HOUSE_NOW); /* 2026-10-21: the first date was yesterday */
    int64_t now = pk_clock_wall_ms();
    (void) snprintf(event.rule, sizeof event.rule, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=4");
    event.when.from = 540;
    event.when.to = 600;
    DO(house, r, pk_events_change(house->service, &anna, &event, now, &came, &err));
    assert_int_equal(r, 0);
    assert_int_equal(date_of(house, id, 20261020).version, 1);
    assert_int_equal(date_of(house, id, 20261027).state, PK_AGENDA_CANCELLED);
    assert_int_equal(date_of(house, id, 20261103).id, third);
    assert_int_equal(date_of(house, id, 20261103).version, 2);
    assert_int_equal(date_of(house, id, 20261117).version, 1); /* a new one */
    assert_int_equal(date_of(house, id, 20261201).version, 1);
    assert_int_equal(count(house, "1"), 6);
    event.rule[0] = '\0';
    DO(house, r, pk_events_change(house->service, &anna, &event, now, &came, &err));
    assert_int_equal(r, PK_E_CONFLICT);
}

/* ---- the ledger ---- */

struct walked {
    int64_t ids[1200], last_start;
    size_t count;
};

static int walk(void *ctx, const struct pk_occurrence *date)
{
    struct walked *walked = ctx;
    assert_true(walked->count < PK_COUNT(walked->ids));
    assert_true(date->starts_ms > walked->last_start);
    assert_true(walked->count == 0 || date->id > walked->ids[walked->count - 1]);
    walked->last_start = date->starts_ms;
    walked->ids[walked->count++] = date->id;
    return 0;
}

/* Two years of Tuesdays: laid a year and a month ahead, the rest as time passes; the service starts anew in between, and was away for
 * longer than the ledger reached. Every date is there once, in order, and keeps its id. */
static void test_neither_twice_nor_skipped(void **state)
{
    struct house *house = *state;
    static struct walked first, last;
    int64_t id = planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=104"));
    first = last = (struct walked){ 0 };
    assert_int_equal(pk_occurrences_of(house->store, id, 0, 2000, walk, &first, NULL), 0);
    assert_int_equal(first.count, 57); /* 400 days */
    for (int month = 0; month < 4; month++) {
        pk_clock_advance(30 * 86400000ll);
        assert_false(pk_events_step(house->service, pk_clock_wall_ms()));
        assert_false(pk_events_step(house->service, pk_clock_wall_ms()));
        house_turn(house);
    }
    assert_int_equal(count(house, "1"), 57 + 17);
    pk_clock_advance(500 * 86400000ll);
    assert_false(pk_events_step(house->service, pk_clock_wall_ms()));
    house_turn(house);
    assert_int_equal(pk_occurrences_of(house->store, id, 0, 2000, walk, &last, NULL), 0);
    assert_int_equal(last.count, 104);
    assert_memory_equal(first.ids, last.ids, first.count * sizeof first.ids[0]);
    /* A window of it. */
    last = (struct walked){ 0 };
    int64_t starts = date_of(house, id, 20261027).starts_ms;
    assert_int_equal(pk_occurrences_between(house->store, starts, starts + 7 * 86400000ll, 10, walk, &last, NULL), 0);
    assert_int_equal(last.count, 1);
}

/* A unit that is dropped takes the dates with it, and the next time they come once. */
static void test_a_dropped_unit(void **state)
{
    struct house *house = *state;
    struct pk_agenda_event event = hours("FREQ=WEEKLY;BYDAY=TU;COUNT=4");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, NULL), 0);
    pk_unit_drop(house->store);
    assert_int_equal(count(house, "1"), 0);
    (void) planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=4"));
    assert_int_equal(count(house, "1"), 4);
}

static void test_retention(void **state)
{
    struct house *house = *state;
    size_t dropped = 0;
    int64_t id = planned(house, meeting(20261201));
    (void) planned(house, hours("FREQ=YEARLY;COUNT=4"));
    assert_int_equal(pk_agenda_drop(house->store, date_of(house, id, 0).ends_ms + PK_AGENDA_KEPT_MS, 100, &dropped, NULL), 0);
    assert_int_equal(dropped, 0);
    assert_int_equal(pk_agenda_drop(house->store, date_of(house, id, 0).ends_ms + PK_AGENDA_KEPT_MS + 1, 100, &dropped, NULL), 0);
    assert_int_equal(dropped, 1);
    assert_int_equal(count(house, "day = 0"), 0);
    assert_int_equal(count(house, "1"), 2);
}

/* ---- calendar files ---- */

static const char file[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
    "BEGIN:VEVENT\r\nUID:series@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Infopunt\r\nLOCATION:Stadhuisplein 100\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261020T100000\r\nDTEND;TZID=Europe/Amsterdam:20261020T110000\r\n"
    "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4\r\nEXDATE;TZID=Europe/Amsterdam:20261027T100000\r\nCATEGORIES:info-point\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:series@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Infopunt\r\nLOCATION:De Kern\r\n"
    "RECURRENCE-ID;TZID=Europe/Amsterdam:20261103T100000\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261104T100000\r\nDTEND;TZID=Europe/Amsterdam:20261104T110000\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:old@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Lang geleden\r\nLOCATION:x\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20200104T100000\r\nDTEND;TZID=Europe/Amsterdam:20200104T110000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static struct pk_events_imported imported(struct house *house, struct pk_slice text)
{
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    int r;
    DO(house, r, pk_events_import(house->service, &anna, text, PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return done;
}

static void test_a_file_in_and_out(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = imported(house, pk_slice_of(file));
    assert_int_equal(done.planned, 1);
    assert_int_equal(done.over, 1);
    assert_int_equal(count(house, "1"), 3); /* the one left out never was a date */
    assert_int_equal(count(house, "day = 20261103 AND place = 'De Kern'"), 1);
    done = imported(house, pk_slice_of(file));
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(done.planned + done.changed, 0);
    assert_int_equal(count(house, "version > 1"), 0);
    /* What we write is ours when it comes back, and nothing of it is new. */
    struct pk_buf out;
    pk_buf_init(&out, 1u << 20);
    assert_int_equal(pk_events_export(house->service, &anna, HOUSE_NOW, &out, NULL), 0);
    done = imported(house, pk_buf_slice(&out));
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 1);
    assert_null(strstr(pk_buf_text(&out), "series@example.org"));
    /* Moved in the file: the same dates, an hour later. */
    char *later = strstr(out.data, "DTSTART;TZID=Europe/Amsterdam:20261020T100000");
    assert_non_null(later);
    memcpy(later, "DTSTART;TZID=Europe/Amsterdam:20261020T103000", 45);
    done = imported(house, pk_buf_slice(&out));
    assert_int_equal(done.changed, 1);
    assert_int_equal(count(house, "version = 2"), 2);
    pk_buf_finish(&out);
}

static void test_a_file_whole_or_not(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    struct pk_buf wrong;
    int r;
    pk_buf_init(&wrong, 1u << 16);
    (void) pk_buf_add(&wrong, file, strlen(file) - strlen("END:VCALENDAR\r\n"));
    (void) pk_buf_add_text(&wrong, "BEGIN:VEVENT\r\nUID:z\r\nSUMMARY:Kapot\r\nLOCATION:x\r\nDTSTART:20261101T100000\r\nDTEND:20261101T110000\r\n"
                                   "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    DO(house, r, pk_events_import(house->service, &anna, pk_buf_slice(&wrong), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    refused(house, r, PK_E_INVALID, &err, "event \"Kapot\": the rule has no end");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    DO(house, r, pk_events_import(house->service, &anna, pk_slice_of(file), PK_SLICE(""), false, false, HOUSE_NOW, &done, &err));
    refused(house, r, PK_E_INVALID, &err, "event \"Lang geleden\": there is no kind of event \"\"");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    DO(house, r, pk_events_import(house->service, &maria, pk_slice_of(file), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    assert_int_equal(r, PK_E_DENIED);
    pk_buf_finish(&wrong);
}

/* What one turn writes is bounded, whatever a file asks for. */
static void test_a_file_of_too_many_dates(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    struct pk_buf many;
    int r;
    pk_buf_init(&many, 1u << 16);
    (void) pk_buf_add_text(&many, "BEGIN:VCALENDAR\r\n");
    for (int i = 0; i < 6; i++)
        (void) pk_buf_printf(&many, "BEGIN:VEVENT\r\nUID:%d\r\nSUMMARY:x\r\nLOCATION:x\r\nDTSTART:20261101T100000\r\nDTEND:20261101T110000\r\n"
                                    "RRULE:FREQ=DAILY;COUNT=900\r\nEND:VEVENT\r\n", i);
    (void) pk_buf_add_text(&many, "END:VCALENDAR\r\n");
    DO(house, r, pk_events_import(house->service, &anna, pk_buf_slice(&many), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    refused(house, r, PK_E_LIMIT, &err, "event \"x\": the events of the file have more than 5000 dates together");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    pk_buf_finish(&many);
}

/* The calendar for everybody: what is planned and public; drafts, what is for few and what was called off are not in it. */
static void test_the_calendar(void **state)
{
    struct house *house = *state;
    struct pk_agenda_event draft = meeting(20261202), inner = meeting(20261203), off = meeting(20261204);
    struct pk_buf out;
    struct pk_events_done came = { .changed = false };
    int r;
    (void) snprintf(draft.title, sizeof draft.title, "Concept");
    (void) snprintf(inner.title, sizeof inner.title, "Training");
    (void) snprintf(inner.kind, sizeof inner.kind, "training");
    (void) snprintf(off.title, sizeof off.title, "Afgelast");
    (void) planned(house, meeting(20261201));
    (void) planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=2"));
    (void) planned(house, inner);
    DO(house, r, pk_events_plan(house->service, &maria, &draft, false, HOUSE_NOW, NULL));
    int64_t id = planned(house, off);
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, NULL));
    pk_buf_init(&out, 1u << 20);
    assert_int_equal(pk_events_calendar(house->service, (struct pk_slice){ 0 }, HOUSE_NOW, &out, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Ouderavond"));
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Infopunt"));
    static const char *const hidden[] = { "Concept", "Training", "Afgelast", "maria" };
    for (size_t i = 0; i < PK_COUNT(hidden); i++)
        assert_null(strstr(pk_buf_text(&out), hidden[i]));
    pk_buf_clear(&out);
    assert_int_equal(pk_events_calendar(house->service, PK_SLICE("info-point"), HOUSE_NOW, &out, NULL), 0);
    assert_null(strstr(pk_buf_text(&out), "SUMMARY:Ouderavond"));
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Infopunt"));
    assert_int_equal(pk_events_calendar(house->service, PK_SLICE("nothing"), HOUSE_NOW, &out, NULL), PK_E_NOT_FOUND);
    pk_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(test_planned_once),    with_kinds(test_what_cannot_be_planned),    with_kinds(test_a_draft),
        with_kinds(test_moved_and_called_off), with_kinds(test_single_dates),         with_kinds(test_a_series_changes),
        with_kinds(test_neither_twice_nor_skipped), with_kinds(test_a_dropped_unit),  with_kinds(test_retention),
        with_kinds(test_a_file_in_and_out), with_kinds(test_a_file_whole_or_not),     with_kinds(test_the_calendar),
        with_kinds(test_a_file_of_too_many_dates),
    };
    return cmocka_run_group_tests_name("service/events", tests, NULL, NULL);
}

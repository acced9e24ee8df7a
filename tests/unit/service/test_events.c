/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events in the service: planned, proposed and accepted, moved, called off; and the ledger of their dates, which gets each once,
 * in order, whatever was changed meanwhile and however often the gateway was started.
 */
#include "tests/unit/service/planned.h"

#include "gateway/store/agenda.h"
#include "gateway/store/internal.h"

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
    refused(r, PK_E_CONFLICT, &err, "no date of it is still to come");
    event = meeting(20261301);
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(r, PK_E_INVALID, &err, "there is no such day in the calendar");
    event = hours("FREQ=WEEKLY;BYDAY=TU");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(r, PK_E_INVALID, &err, "the rule has no end");
    event = meeting(20261201);
    (void) snprintf(event.kind, sizeof event.kind, "parent-meetin");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(r, PK_E_INVALID, &err, "there is no kind of event \"parent-meetin\"");
    assert_string_equal(err.hint, "Did you mean parent-meeting?");
    event = meeting(20261201);
    (void) snprintf(event.languages, sizeof event.languages, "bg, xx");
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, &err));
    refused(r, PK_E_INVALID, &err, "there are no texts in the language \"xx\"");
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
    refused(r, PK_E_CONFLICT, &err, "it is no draft: it is planned");
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
    refused(r, PK_E_CONFLICT, &err, "no date of it is still to come");
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && came.changed);
    assert_int_equal(date_of(house, id, 0).state, PK_AGENDA_CANCELLED);
    assert_int_equal(date_of(house, id, 0).version, 3);
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, &err));
    assert_true(r == 0 && !came.changed);
    DO(house, r, pk_events_change(house->service, &anna, &event, HOUSE_NOW, &came, &err));
    refused(r, PK_E_CONFLICT, &err, "this event was called off");
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
    refused(r, PK_E_NOT_FOUND, &err, "the event has no such date");
    change.when = (struct pk_agenda_when){ 20261012, 600, 0, 660 };
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    refused(r, PK_E_CONFLICT, &err, "that date would begin in the past");
    change.when = (struct pk_agenda_when){ 20270328, 150, 0, 300 };
    DO(house, r, pk_events_change_date(house->service, &anna, id, &change, HOUSE_NOW, &came, &err));
    refused(r, PK_E_INVALID, &err, "there is no 2:30 on 2027-03-28: the clock is put forward that night");
    /* The desk closes today, and no other day. */
    DO(house, r, pk_events_cancel_date(house->service, &desk, id, 20261103, HOUSE_NOW, &came, &err));
    assert_int_equal(r, PK_E_DENIED);
    pk_clock_advance(1793692800000ll - HOUSE_NOW); /* 2026-11-03T08:00:00Z */
    DO(house, r, pk_events_cancel_date(house->service, &desk, id, 20261103, pk_clock_wall_ms(), &came, &err));
    assert_true(r == 0 && came.changed);
    DO(house, r, pk_events_cancel_date(house->service, &anna, id, 20261020, pk_clock_wall_ms(), &came, &err));
    refused(r, PK_E_CONFLICT, &err, "that date has begun");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(test_planned_once),
        with_kinds(test_what_cannot_be_planned),
        with_kinds(test_a_draft),
        with_kinds(test_moved_and_called_off),
        with_kinds(test_single_dates),
        with_kinds(test_a_series_changes),
        with_kinds(test_neither_twice_nor_skipped),
        with_kinds(test_a_dropped_unit),
        with_kinds(test_retention),
    };
    return cmocka_run_group_tests_name("service/events", tests, NULL, NULL);
}

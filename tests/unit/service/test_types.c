/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers that are no notices: what each does to the calendar, what it answers, what it may and may not; what is urgent waits for
 * two people's word or for one person; who was told "closed" is told "open", and nobody else; a trigger that changes nothing sends
 * nothing, whatever its id.
 */
#include "tests/unit/service/types.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/approvals.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/events.h"
#include "gateway/service/holds.h"
#include "gateway/store/acts.h"

/* ---- the calendar ---- */

static void test_planned_changed_cancelled(void **state)
{
    struct house *house = *state;
    const char *answer = take(house, "p-1", PLANNED, MEETING);
    says(answer, "\"status\":\"accepted\",\"duplicate\":false,\"changed\":true,\"people\":0,\"at\":null");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event WHERE state = 2 AND starts = 1170 AND ends = 1290"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'event.plan' AND actor = 'school' AND result = 0"), 1);
    /* The same again, under whatever id: nothing is new. */
    says(take(house, "p-2", PLANNED, MEETING), "\"duplicate\":false,\"changed\":false");
    says(take(house, "p-1", PLANNED, MEETING), "\"duplicate\":true,\"changed\":true");
    says(take(house, "p-3", PLANNED, MEETING ",\"to\":\"22:00\""), "\"reason\":\"conflict\"");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 1);
    says(take(house, "c-1", CHANGED, "\"event\":{\"id\":\"avond-1\"},\"day\":\"2026-12-03\",\"from\":\"20:00\""), "\"changed\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event WHERE day = 20261203 AND starts = 1200 AND ends = 1320"), 1);
    says(take(house, "c-2", CHANGED, "\"event\":{\"id\":\"avond-1\"},\"day\":\"2026-12-03\""), "\"changed\":false");
    says(take(house, "c-3", CHANGED, "\"event\":{\"id\":\"avond-1\"},\"day\":\"2020-12-03\""), "\"reason\":\"conflict\"");
    says(take(house, "c-4", CHANGED, "\"event\":{\"id\":\"avond-2\"},\"day\":\"2026-12-04\""), "\"reason\":\"event\"");
    /* Calling off is urgent: nobody approved it. */
    says(take(house, "x-1", CANCELLED, "\"event\":{\"id\":\"avond-1\"}"), "\"changed\":false,\"waiting\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event WHERE state = 2"), 1);
}

/* However many are published: a calendar is not filled by one publisher. */
static void test_no_more_events_than_many(void **state)
{
    struct house *house = *state;
    char data[200];
    (void) take(house, "p-0", PLANNED, MEETING);
    assert_int_equal(pk_sql_write(house->store, NULL,
                                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
                                  " INSERT INTO event_name(name, event, publisher) SELECT CAST('n' || i AS BLOB), event, publisher FROM event_name, n", ""), 0);
    house_turn(house);
    (void) snprintf(data, sizeof data, "%s", MEETING);
    memcpy(strstr(data, "avond-1"), "avond-2", 7);
    says(take(house, "p-1", PLANNED, data), "\"reason\":\"ceiling\"");
    says(take(house, "p-2", PLANNED, MEETING), "\"changed\":false");
    assert_int_equal(pk_sql_write(house->store, NULL, "DELETE FROM event_name WHERE name = CAST('n7' AS BLOB)", ""), 0);
    house_turn(house);
    says(take(house, "p-3", PLANNED, data), "\"changed\":true");
}

/* Nobody addresses another's events: names are each publisher's own, and ids are for info points alone. */
static void test_whose_events(void **state)
{
    struct house *house = *state;
    char data[160], id[PK_ID_TEXT_MAX];
    (void) take(house, "p-1", PLANNED, MEETING);
    (void) pk_id_format(house_count(house, "SELECT id FROM event"), id);
    (void) snprintf(data, sizeof data, "\"event\":{\"id\":\"%s\"},\"place\":\"De Kern\"", id);
    says(take(house, "c-1", CHANGED, data), "\"reason\":\"event\"");
    says(take(house, "c-2", HOURS, data), "\"changed\":true"); /* the type of info points may */
    house->publishers[0].source = "urn:other";
    struct pk_intake_event other = {
        .publisher = PK_SLICE("school"),
        .payload = PK_SLICE("{\"specversion\":\"1.0\",\"id\":\"o-1\",\"source\":\"urn:other\",\"type\":\"" CHANGED "\",\"data\":{\"event\":{\"id\":\"avond-1\"},\"place\":\"x\"}}"),
    };
    assert_int_equal(pk_intake_take(house->service->intake, &other, NULL), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_EVENT], 2);
}

static void test_what_a_publisher_may(void **state)
{
    struct house *house = *state;
    static const char *const few[] = { "notice.requested", "infopoint.*" };
    house->publishers[0].may = (struct pk_words){ NULL, 0 };
    says(take(house, "p-1", PLANNED, MEETING), "\"reason\":\"type-denied\"");
    house->publishers[0].may = (struct pk_words){ few, PK_COUNT(few) };
    says(take(house, "p-2", PLANNED, MEETING), "\"reason\":\"type-denied\"");
    says(take(house, "p-3", HOURS, "\"event\":{\"id\":\"x\"},\"from\":\"9:00\""), "\"reason\":\"event\"");
    house->publishers[0].may = (struct pk_words){ all_types, 1 };
    house->publishers[0].topics = (struct pk_words){ few, 1 };
    says(take(house, "p-4", PLANNED, MEETING), "\"reason\":\"topic\"");
    house->publishers[0].topics = (struct pk_words){ some_topics, 1 };
    says(take(house, "p-5", PLANNED, MEETING), "\"changed\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1);
}

/* ---- urgent ---- */

static int64_t info_point(struct house *house, char ret_id[PK_ID_TEXT_MAX])
{
    struct pk_agenda_event event = { .kind = "info-point", .title = "Infopunt", .when = { 20261013, 660, 0, 1020 }, .rule = "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10" };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_events_plan(house->service, &anna, &event, false, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    (void) pk_id_format(event.id, ret_id);
    return event.id;
}

static int64_t reader(struct house *house, const char *number)
{
    int64_t person = house_person(house, number, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_sql_write(house->store, NULL,
                                  "INSERT INTO consent(recipient, topic, channel, kind, until_ms, event) SELECT ?1, (SELECT id FROM name WHERE kind = 1"
                                  " AND text = 'info-point'), channel, kind, until_ms, event FROM consent WHERE recipient = ?1 LIMIT 1", "i", person), 0);
    house_turn(house);
    return person;
}

/* Two people said so; returns the approval's id. */
static int64_t approve(struct house *house, const char *type, int64_t people)
{
    const struct pk_approval_plan plan = { pk_slice_of(type), PK_SLICE("school"), PK_SLICE("info-point"), people, HOUSE_NOW + 30 * DAY_MS };
    struct pk_error err = { 0 };
    int64_t id = 0;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_approvals_ask(house->service, &anna, &plan, HOUSE_NOW, &id, NULL), 0);
    assert_int_equal(pk_approvals_approve(house->service, &anna, id, PK_SLICE("x"), HOUSE_NOW, NULL), PK_E_DENIED);
    assert_int_equal(pk_approvals_approve(house->service, &piet, id, PK_SLICE("x"), HOUSE_NOW, &err), PK_E_CONFLICT);
    const char *digest = strstr(err.hint, "now ");
    assert_non_null(digest);
    assert_int_equal(pk_approvals_approve(house->service, &piet, id, pk_slice_make(digest + 4, 32), HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_approvals_approve(house->service, &piet, id, pk_slice_make(digest + 4, 32), HOUSE_NOW, NULL), PK_E_CONFLICT);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    return id;
}

static void intern_topic(struct house *house)
{
    assert_int_equal(pk_sql_write(house->store, NULL, "INSERT INTO name(kind, text) VALUES(1, 'info-point') ON CONFLICT DO NOTHING", ""), 0);
    house_turn(house);
    house_reopen(house);
}

static const char *closed(struct house *house, const char *id, const char *point, const char *more)
{
    char data[200];
    (void) snprintf(data, sizeof data, "\"event\":{\"id\":\"%s\"}%s", point, more);
    return take(house, id, CLOSED, data);
}

static const char *opened(struct house *house, const char *id, const char *point)
{
    char data[100];
    (void) snprintf(data, sizeof data, "\"event\":{\"id\":\"%s\"}", point);
    return take(house, id, OPENED, data);
}

/* How many hand-overs there were of a text that says this; all are accepted. */
static unsigned told(struct house *house, const char *number, const char *part)
{
    unsigned count = 0;
    house_turns(house, 3);
    for (size_t i = 0; i < house->posts[0]->count; i++) {
        if (!house->posts[0]->jobs[i].completed)
            post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
        count += strcmp(house->posts[0]->jobs[i].address, number) == 0 && strstr(house->posts[0]->jobs[i].text, part);
    }
    house_settle(house);
    return count;
}

#define SHUT "\xd0\xb7\xd0\xb0\xd1\x82\xd0\xb2\xd0\xbe\xd1\x80\xd0\xb5\xd0\xbd" /* closed */
#define STILL_OPEN "\xd0\xb2\xd1\x81\xd0\xb5 \xd0\xbf\xd0\xb0\xd0\xba" /* after all */

static void hold(struct house *house, bool on)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, on, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

static void test_closed_and_open_after_all(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX];
    intern_topic(house);
    (void) info_point(house, point);
    (void) reader(house, ANNA);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED); /* of other topics */
    approve(house, "infopoint.closed-today", 10);
    approve(house, "infopoint.open-after-all", 10);
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    says(closed(house, "z-1", point, ""), "\"changed\":true,\"people\":null,\"fewerThanFive\":true,\"at\":\"2026-10-13T08:30:00");
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 1);
    assert_true(house_count(house, "SELECT value FROM number WHERE name = 'team.standing.noted'") > 0); /* the team will hear of it */
    assert_int_equal(house_count(house, "SELECT occurrence FROM notice WHERE template = 'info-point-closed'"),
                     house_count(house, "SELECT id FROM occurrence WHERE state = 3"));
    assert_int_equal(told(house, ANNA, SHUT), 1);
    assert_int_equal(house_messages(house, "priority = 0"), 1);
    /* Again, by whatever name: it is closed already. */
    says(closed(house, "z-2", point, ""), "\"changed\":false");
    assert_int_equal(told(house, ANNA, SHUT), 1);
    /* Somebody joins: she never heard of it. */
    (void) reader(house, STRANGER);
    says(opened(house, "o-1", point), "\"changed\":true");
    assert_int_equal(told(house, ANNA, STILL_OPEN), 1);
    assert_int_equal(told(house, STRANGER, STILL_OPEN), 0);
    says(opened(house, "o-2", point), "\"changed\":false");
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 0);
    /* Closed once more: both hear it, each once. */
    says(closed(house, "z-3", point, ""), "\"changed\":true");
    assert_int_equal(told(house, ANNA, SHUT), 2);
    assert_int_equal(told(house, STRANGER, SHUT), 1);
    says(opened(house, "o-3", point), "\"changed\":true");
    assert_int_equal(told(house, ANNA, STILL_OPEN), 2);
    assert_int_equal(told(house, STRANGER, STILL_OPEN), 1);
    assert_int_equal(house->posts[0]->count, 6);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'infopoint.closed-today' AND actor = 'school'"), 2);
    /* Closed, and before "open" left closed again: they know it already. */
    says(closed(house, "z-4", point, ""), "\"changed\":true");
    assert_int_equal(told(house, ANNA, SHUT), 3);
    hold(house, true);
    says(opened(house, "o-4", point), "\"changed\":true");
    says(closed(house, "z-5", point, ""), "\"changed\":true,\"people\":0");
    hold(house, false);
    assert_int_equal(told(house, ANNA, SHUT), 3);
    assert_int_equal(house->posts[0]->count, 8);
}

/* What had not left never does: who was not told "closed" is not told "open". */
static void test_open_before_it_left(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX];
    intern_topic(house);
    (void) info_point(house, point);
    (void) reader(house, ANNA);
    approve(house, "infopoint.closed-today", 10);
    approve(house, "infopoint.open-after-all", 10);
    hold(house, true);
    says(closed(house, "z-1", point, ""), "\"changed\":true");
    house_turns(house, 2);
    says(opened(house, "o-1", point), "\"changed\":true,\"people\":0,\"at\":null");
    hold(house, false);
    house_turns(house, 4);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house_messages(house, "state = 15"), 1);
}

/* It has begun: closing early is still news, and so is opening later on. */
static void test_closed_early(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX], data[120];
    intern_topic(house);
    (void) info_point(house, point);
    approve(house, "infopoint.closed-today", 10);
    approve(house, "infopoint.open-after-all", 10);
    pk_clock_advance(3 * HOUR_MS); /* 13:30 */
    says(closed(house, "z-1", point, ""), "\"changed\":true,\"people\":0");
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 1);
    says(opened(house, "o-1", point), "\"reason\":\"conflict\"");
    (void) snprintf(data, sizeof data, "\"event\":{\"id\":\"%s\"},\"from\":\"14:00\"", point);
    says(take(house, "o-2", OPENED, data), "\"changed\":true");
    assert_int_equal(house_count(house, "SELECT (ends_ms - starts_ms) / 3600000 FROM occurrence WHERE day = 20261013 AND state = 2"), 3);
    pk_clock_advance(4 * HOUR_MS); /* 17:30 */
    says(closed(house, "z-2", point, ""), "\"reason\":\"conflict\"");
}

/* ---- waiting ---- */

static int decide(struct house *house, const struct pk_actor *actor, bool drop, struct pk_error *err)
{
    int64_t id = house_count(house, "SELECT id FROM trigger WHERE state = 7");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_hold_trigger_decide(house->service, actor, id, drop, pk_clock_wall_ms(), err);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    house_turn(house);
    return r;
}


static void test_waiting_and_released(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX];
    intern_topic(house);
    (void) info_point(house, point);
    (void) reader(house, ANNA);
    says(closed(house, "z-1", point, ""), "\"changed\":false,\"waiting\":true,\"people\":null,\"fewerThanFive\":true,\"at\":null");
    says(closed(house, "z-1", point, ""), "\"duplicate\":true,\"changed\":false,\"waiting\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'trigger.wait'"), 1);
    assert_int_equal(told(house, ANNA, SHUT), 0);
    assert_int_equal(decide(house, &operator, false, NULL), PK_E_DENIED);
    assert_int_equal(decide(house, &piet, false, NULL), 0);
    assert_int_equal(told(house, ANNA, SHUT), 1);
    assert_int_equal(house_count(house, STATUS("trigger-released.v1%\"changed\":true")), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger_act WHERE data <> ''"), 0);
    says(closed(house, "z-1", point, ""), "\"duplicate\":true,\"changed\":true");
}

static void test_waiting_and_dropped_or_forgotten(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX];
    intern_topic(house);
    (void) info_point(house, point);
    (void) reader(house, ANNA);
    says(closed(house, "z-1", point, ""), "\"waiting\":true");
    assert_int_equal(decide(house, &anna, true, NULL), 0);
    assert_int_equal(house_count(house, STATUS("cut-short.v1%\"reason\":\"cancelled\"")), 1);
    /* Nobody comes until the point would have closed anyway. */
    says(closed(house, "z-2", point, ""), "\"waiting\":true");
    house_later(house, 7 * HOUR_MS);
    house_turns(house, 3);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger WHERE state = 4"), 1);
    assert_int_equal(house_count(house, STATUS("cut-short.v1%\"reason\":\"expired\"")), 1);
    assert_int_equal(house->posts[0]->count, 0);
}

/* The same again waits already, whatever its id; and nobody is buried under what waits. */
static void test_waiting_in_line(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX], id[16], more[64];
    intern_topic(house);
    (void) info_point(house, point);
    says(closed(house, "z-1", point, ""), "\"duplicate\":false,\"changed\":false,\"waiting\":true");
    says(closed(house, "z-2", point, ""), "\"duplicate\":true,\"changed\":false,\"waiting\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1);
    for (int i = 1; i < 32; i++) {
        (void) snprintf(id, sizeof id, "y-%d", i);
        (void) snprintf(more, sizeof more, ",\"tags\":{\"all\":[\"school:s%d\"]}", i);
        says(closed(house, id, point, more), "\"waiting\":true");
    }
    says(closed(house, "w-1", point, ",\"tags\":{\"all\":[\"school:other\"]}"), "\"reason\":\"ceiling\"");
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'trigger.wait'"), 32);
    house_later(house, 7 * HOUR_MS);
    house_turns(house, 4);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger JOIN trigger_act ON trigger = id WHERE state = 4 AND data = ''"), 32);
}

/* Whoever joins while they are written to makes them no more than were approved. */
static void test_no_more_than_were_approved(void **state)
{
    struct house *house = *state;
    char point[PK_ID_TEXT_MAX];
    intern_topic(house);
    (void) info_point(house, point);
    (void) reader(house, ANNA);
    approve(house, "infopoint.closed-today", 7);
    says(closed(house, "z-1", point, ""), "\"changed\":true");
    assert_int_equal(house_count(house, "SELECT ceiling FROM trigger"), 7);
}

/* Whatever was approved is approved as it was: no other topic, no more people, no other tags, not longer. */
static void test_what_an_approval_covers(void **state)
{
    struct house *house = *state;
    static const char *const tags[] = { "school:*", "area:*" };
    char point[PK_ID_TEXT_MAX];
    struct pk_approval found = { .id = 0 };
    struct pk_error err = { 0 };
    const char *const type = "infopoint.closed-today";
    intern_topic(house);
    (void) info_point(house, point);
    int64_t id = approve(house, type, 10);
    struct pk_service *service = house->service;
    assert_int_equal(pk_approvals_cover(service, type, "school", "info-point", 10, HOUSE_NOW, &found, &err), 0);
    assert_int_equal(found.id, id);
    assert_int_equal(pk_approvals_cover(service, type, "school", "info-point", 11, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_string_equal(err.message, "it would tell more people than were approved");
    assert_int_equal(pk_approvals_cover(service, type, "school", "festival", 1, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_approvals_cover(service, "event.cancelled", "school", "info-point", 1, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_approvals_cover(service, type, "alarm", "info-point", 1, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_approvals_cover(service, type, "school", "info-point", 1, HOUSE_NOW + 30 * DAY_MS, &found, &err), PK_E_NOT_FOUND);
    const struct pk_words before = house->publishers[0].tags;
    house->publishers[0].tags = (struct pk_words){ tags, PK_COUNT(tags) };
    assert_int_equal(pk_approvals_cover(service, type, "school", "info-point", 1, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_string_equal(err.message, "texts or audience are no longer those that were approved");
    house->publishers[0].tags = before;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_approvals_revoke(service, &anna, id, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_approvals_revoke(service, &anna, id, HOUSE_NOW, NULL), PK_E_CONFLICT);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(pk_approvals_cover(service, type, "school", "info-point", 1, HOUSE_NOW, &found, &err), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action IN ('approval.ask', 'approval.approve', 'approval.revoke')"), 3);
}

static void test_what_cannot_be_asked_for(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *type, *publisher, *topic;
        int64_t people, days;
        int code;
    } cases[] = {
        { "event.planned", "school", "festival", 5, 30, PK_E_INVALID },     { "event.cancelled", "nobody", "festival", 5, 30, PK_E_NOT_FOUND },
        { "event.cancelled", "alarm", "festival", 5, 30, PK_E_INVALID },    { "event.cancelled", "school", "nothing", 5, 30, PK_E_INVALID },
        { "event.cancelled", "school", "festival", 0, 30, PK_E_INVALID },   { "event.cancelled", "school", "festival", 5, 400, PK_E_INVALID },
        { "event.cancelled", "school", "festival", 5, -1, PK_E_INVALID },   { "event.cancelled", "school", "festival", 5, 366, 0 },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        const struct pk_approval_plan plan = { pk_slice_of(cases[i].type), pk_slice_of(cases[i].publisher), pk_slice_of(cases[i].topic), cases[i].people,
                                               HOUSE_NOW + cases[i].days * DAY_MS };
        struct pk_error err = { 0 };
        int64_t id;
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        int r = pk_approvals_ask(house->service, &anna, &plan, HOUSE_NOW, &id, &err);
        pk_unit_drop(house->store);
        if (r != cases[i].code || (r != 0 && err.hint[0] == '\0'))
            fail_msg("%zu: %d %s", i, r, err.message);
    }
}

/* In the hours a restore lost it may have been done: it waits, and is done once somebody says so. */
static void test_held_since_a_restore(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_store_set_number(house->store, "restore.at_ms", HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_store_set_number(house->store, "hold.restored", 1, NULL), 0);
    house_turn(house);
    /* What may be somebody's number is not kept, not even until somebody looks. */
    says(take(house, "p-0", PLANNED, MEETING ",\"subject\":\"bel 06 00000000\""), "\"reason\":\"data\"");
    says(take(house, "p-1", PLANNED, MEETING), "\"changed\":false,\"waiting\":true");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    int64_t id = house_count(house, "SELECT id FROM trigger WHERE state = 5");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_trigger_decide(house->service, &anna, id, false, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger WHERE state = 6"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(test_planned_changed_cancelled),
        test_here(test_no_more_events_than_many),
        test_here(test_whose_events),
        test_here(test_what_a_publisher_may),
        test_here(test_closed_and_open_after_all),
        test_here(test_open_before_it_left),
        test_here(test_closed_early),
        test_here(test_waiting_and_released),
        test_here(test_waiting_and_dropped_or_forgotten),
        test_here(test_waiting_in_line),
        test_here(test_no_more_than_were_approved),
        test_here(test_what_an_approval_covers),
        test_here(test_what_cannot_be_asked_for),
        test_here(test_held_since_a_restore),
    };
    return cmocka_run_group_tests_name("service/types", tests, NULL, NULL);
}

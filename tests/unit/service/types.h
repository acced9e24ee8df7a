/* SPDX-License-Identifier: EUPL-1.2 */
/* A house that plans events and has an info point, whose publisher "school" may publish every type: what the tests of types share. */
#ifndef PK_TEST_TYPES_H
#define PK_TEST_TYPES_H

#include "tests/unit/service/agenda.h"

#include "gateway/store/internal.h"

/* Tuesday 13 October 2026, 10:30 in Amsterdam, is the house's now; the info point is open from 10 to 17 (660 = 11:00). */
static const struct pk_actor piet = { .role = PK_ROLE_APPROVER, .name = "piet" };
static const char *const all_types[] = { "*" };
static const char *const some_topics[] = { "parent-meetings" };
static struct pk_topic_rule topics[8];

static inline int build(void **state)
{
    int r = build_agenda(state);
    struct house *house = *state;
    for (size_t i = 0; i < house->rules.topic_count; i++)
        topics[i] = house->rules.topics[i];
    topics[house->rules.topic_count] = (struct pk_topic_rule){ .name = "info-point", .consent_ms = 700 * DAY_MS };
    house->rules.topics = topics;
    house->rules.topic_count++;
    house->publishers[0].may = (struct pk_words){ all_types, 1 };
    house->publishers[0].status = true;
    return r;
}

#define test_here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

/* One event; what was answered to it. Borrowed until the next. */
static inline const char *take(struct house *house, const char *id, const char *type, const char *data)
{
    static char answer[4096];
    char payload[2048];
    (void) snprintf(payload, sizeof payload, "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"urn:school\",\"type\":\"%s\",\"data\":{%s}}", id, type, data);
    struct pk_intake_event event = { .publisher = PK_SLICE("school"), .payload = pk_slice_of(payload), .correlation = PK_SLICE("c-1") };
    assert_int_equal(pk_intake_take(house->service->intake, &event, NULL), 0);
    sqlite3_stmt *row = pk_sql(house->store, "SELECT CAST(payload AS TEXT) FROM outbox WHERE topic = 'pokana/v1/answer/school' ORDER BY id DESC LIMIT 1");
    assert_int_equal(pk_sql_step(house->store, row, NULL), 1);
    (void) snprintf(answer, sizeof answer, "%.*s", PK_SLICE_ARG(pk_sql_text(row, 0)));
    pk_sql_reset(row);
    house_turn(house);
    return strstr(answer, "\"data\":");
}

#define PLANNED "nl.events.event-planned.v1"
#define CHANGED "nl.events.event-changed.v1"
#define CANCELLED "nl.events.event-cancelled.v1"
#define CLOSED "nl.infopoints.infopoint-closed-today.v1"
#define OPENED "nl.infopoints.infopoint-open-after-all.v1"
#define HOURS "nl.infopoints.infopoint-hours-changed.v1"
#define START "nl.campaigns.campaign-start.v1"
#define MEETING "\"event\":{\"id\":\"avond-1\"},\"kind\":\"parent-meeting\",\"title\":\"Ouderavond\",\"place\":\"De Windroos\",\"day\":\"2026-12-01\",\"from\":\"19:30\""

static inline void says(const char *answer, const char *part)
{
    if (!strstr(answer, part))
        fail_msg("\"%s\" is not in %s", part, answer);
}

#define STATUS(word) "SELECT count(*) FROM outbox WHERE topic = 'pokana/v1/status/school' AND CAST(payload AS TEXT) LIKE '%" word "%'"

#endif

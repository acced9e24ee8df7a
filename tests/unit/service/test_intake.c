/* SPDX-License-Identifier: EUPL-1.2 */
/* The door in: what is accepted, what a repeat is told, what is refused and why, and that a refusal leaves nothing else. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"

/* What an event says beside the usual, and what the usual is. */
struct told_event {
    const char *publisher, *id, *source, *type, *extra, *data;
    const char *response_topic;
    bool retained;
};

static int take(struct house *house, const struct told_event *told)
{
    char payload[4096];
    (void) snprintf(payload, sizeof payload, "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"type\":\"%s\",%s\"data\":{%s}}",
                    told->id ? told->id : "e-1", told->source ? told->source : "urn:school",
                    told->type ? told->type : "nl.notices.notice-requested.v1", told->extra ? told->extra : "",
                    told->data ? told->data : HOUSE_INVITATION "," HOUSE_TAGS);
    struct pk_intake_event event = {
        .publisher = pk_slice_of(told->publisher ? told->publisher : "school"),
        .payload = pk_slice_of(payload),
        .response_topic = pk_slice_of(told->response_topic ? told->response_topic : ""),
        .correlation = PK_SLICE("c-1"),
        .retained = told->retained,
    };
    return pk_intake_take(house->service->intake, &event, NULL);
}

#define ANSWERS "SELECT count(*) FROM outbox WHERE CAST(payload AS TEXT) LIKE "

static void accepted_and_answered(void **state)
{
    struct house *house = *state;
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    house_turn(house);
    assert_int_equal(house->service->metrics.triggers_accepted, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1);
    assert_int_equal(house_count(house, ANSWERS "'%trigger-accepted.v1%\"duplicate\":false%' AND topic = 'pokana/v1/answer/school'"
                                                " AND correlation = CAST('c-1' AS BLOB)"),
                     1);
    assert_int_equal(take(house, &(struct told_event){ .id = "e-2", .response_topic = "pokana/v1/answer/school/mine" }), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM outbox WHERE topic = 'pokana/v1/answer/school/mine'"), 1);
}

static void a_repeat_is_answered_as_the_first(void **state)
{
    struct house *house = *state;
    assert_int_equal(take(house, &(struct told_event){ .extra = "\"expirytime\":\"2026-10-13T09:00:00Z\"," }), 0);
    house_turn(house);
    /* Changed content. */
    assert_int_equal(take(house, &(struct told_event){ .data = "\"nonsense\":1" }), 0);
    /* Past its expiry. */
    pk_clock_advance(HOUR_MS);
    assert_int_equal(take(house, &(struct told_event){ .extra = "\"expirytime\":\"2026-10-13T09:00:00Z\"," }), 0);
    house_turn(house);
    assert_int_equal(house->service->metrics.triggers_accepted, 1);
    assert_int_equal(house->service->metrics.triggers_repeated, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1);
    assert_int_equal(house_count(house, ANSWERS "'%trigger-accepted.v1%\"duplicate\":true%'"), 2);
    assert_int_equal(house_count(house, ANSWERS "'%rejected%'"), 0);
}

static const char *const own_tags[] = { "school:*" };
static const char *const own_templates[] = { "festival-invitation" };
static const char *const own_topics[] = { "festival" };

static void every_refusal(void **state)
{
    static const struct {
        struct told_event event;
        const char *reason;
    } cases[] = {
        { { .publisher = "nobody" }, "publisher-unknown" },
        { { .response_topic = "pokana/v1/answer/alarm" }, "response-topic" },
        { { .response_topic = "pokana/v1/answer/schoolyard" }, "response-topic" },
        { { .response_topic = "pokana/v1/answer/school/#" }, "response-topic" },
        { { .retained = true }, "retained" },
        { { .source = "urn:alarm" }, "source" },
        { { .extra = "\"expirytime\":\"2026-10-13T08:30:00Z\"," }, "expired" },
        { { .type = "nl.notices.nothing.v1" }, "type-unknown" },
        { { .data = HOUSE_INVITATION "," HOUSE_TAGS ",\"surprise\":1" }, "data" },
        { { .data = "\"template\":\"no-such\",\"topic\":\"parent-meetings\"," HOUSE_TAGS }, "template" },
        { { .data = "\"template\":\"help\",\"topic\":\"parent-meetings\"," HOUSE_TAGS }, "template" },
        { { .data = "\"template\":\"parent-meeting-invitation\",\"topic\":\"festival\"," HOUSE_VALUES "," HOUSE_TAGS }, "topic" },
        { { .data = "\"template\":\"festival-invitation\",\"topic\":\"no-such\"," HOUSE_VALUES "," HOUSE_TAGS }, "topic" },
        { { .data = "\"template\":\"festival-invitation\",\"topic\":\"festival\",\"values\":{}," HOUSE_TAGS }, "values" },
        { { .data = HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T08:30:00Z\"" }, "time" },
        { { .extra = "\"expirytime\":\"2026-10-14T07:00:00Z\",", .data = HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-14T08:00:00Z\"" },
          "time" },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char sql[160];
        assert_int_equal(take(house, &cases[i].event), 0);
        house_turn(house);
        (void) snprintf(sql, sizeof sql, ANSWERS "'%%trigger-rejected.v1%%\"reason\":\"%s\"%%'", cases[i].reason);
        if (house_count(house, sql) < 1)
            fail_msg("case %zu is not refused as %s", i, cases[i].reason);
        assert_int_equal(house_count(house, "SELECT count(*) FROM outbox"), (int64_t) i + 1);
        /* Nothing is stored but the answer. */
        assert_int_equal(house_count(house, "SELECT count(*) FROM trigger") + house_count(house, "SELECT count(*) FROM notice"), 0);
    }
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_TIME], 2);
}

static void what_a_publisher_may(void **state)
{
    struct house *house = *state;
    struct pk_publisher_rule *rule = &house->publishers[0];
    const struct pk_words all = rule->tags;
    rule->tags = (struct pk_words){ own_tags, 1 };
    assert_int_equal(take(house, &(struct told_event){ .data = HOUSE_INVITATION }), 0); /* all people of the topic */
    assert_int_equal(take(house, &(struct told_event){ .data = HOUSE_INVITATION ",\"tags\":{\"all\":[\"area:west\"]}" }), 0);
    assert_int_equal(take(house, &(struct told_event){ .data = HOUSE_INVITATION ",\"tags\":{\"any\":[\"school:a\",\"area:west\"]}" }), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_AUDIENCE], 3);
    rule->tags = all;
    rule->templates = (struct pk_words){ own_templates, 1 };
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_TEMPLATE], 1);
    rule->templates = all;
    rule->topics = (struct pk_words){ own_topics, 1 };
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_TOPIC], 1);
    rule->topics = all;
    rule->response_prefix = "city/school/";
    assert_int_equal(take(house, &(struct told_event){ .response_topic = "city/school/answers" }), 0);
    assert_int_equal(house->service->metrics.triggers_accepted, 1);
}

static void more_than_allowed(void **state)
{
    struct house *house = *state;
    struct pk_publisher_rule *rule = &house->publishers[0];
    house_people(house, 4, "school:windroos");
    rule->max_recipients = 3;
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_CEILING], 1);
    rule->max_recipients = 4;
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    assert_int_equal(house->service->metrics.triggers_accepted, 1);
    /* The urgent lane has its own cap, also where nobody counts beforehand. */
    house->rules.urgent_max_recipients = 3;
    struct told_event urgent = { .publisher = "alarm", .source = "urn:alarm" };
    assert_int_equal(take(house, &urgent), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_CEILING], 2);
    urgent.data = HOUSE_INVITATION ",\"tags\":{\"any\":[\"school:windroos\"]}";
    assert_int_equal(take(house, &urgent), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "priority = 0"), 3);
}

/* More than are made at once: whoever carries the tag is counted first, and whom it reaches only when those are too many. */
static void more_of_many(void **state)
{
    struct house *house = *state;
    struct pk_publisher_rule *rule = &house->publishers[0];
    struct told_event many = { .data = HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:many\"]}" };
    house_people(house, 7, "school:many");
    rule->max_recipients = 6;
    assert_int_equal(take(house, &many), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_CEILING], 1);
    rule->max_recipients = 7;
    assert_int_equal(take(house, &many), 0);
    assert_int_equal(house->service->metrics.triggers_accepted, 1);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "UPDATE recipient SET stopped_ms = 1 WHERE id = (SELECT min(id) FROM recipient)"), -1);
    rule->max_recipients = 6;
    many.id = "e-2";
    assert_int_equal(take(house, &many), 0);
    assert_int_equal(house->service->metrics.triggers_accepted, 2);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 7 + 6);
}

static void too_many_a_minute(void **state)
{
    struct house *house = *state;
    house->publishers[0].per_minute = 2;
    for (unsigned i = 0; i < 3; i++) {
        char id[8];
        (void) snprintf(id, sizeof id, "n-%u", i);
        assert_int_equal(take(house, &(struct told_event){ .id = id }), 0);
    }
    assert_int_equal(house->service->metrics.triggers_accepted, 2);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_RATE], 1);
    pk_clock_advance(MINUTE_MS);
    assert_int_equal(take(house, &(struct told_event){ .id = "n-2" }), 0);
    assert_int_equal(house->service->metrics.triggers_accepted, 3);
}

/* What could not be stored is said to come again, and comes again as the first time. */
static void a_store_that_fails(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    house_turn(house);
    assert_false(house->service->committed);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM outbox"), 0);
    house->commit_fails = false;
    assert_int_equal(house_count(house, "CREATE TRIGGER broken BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END"), -1);
    assert_true(take(house, &(struct told_event){ 0 }) < 0);
    assert_true(take(house, &(struct told_event){ .id = "e-2", .retained = true }) < 0);
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
    assert_int_equal(house_count(house, "DROP TRIGGER broken"), -1);
    assert_int_equal(take(house, &(struct told_event){ 0 }), 0);
    house_turn(house);
    assert_int_equal(house_count(house, ANSWERS "'%\"duplicate\":false%'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(accepted_and_answered),
        in_house(a_repeat_is_answered_as_the_first),
        in_house(every_refusal),
        in_house(what_a_publisher_may),
        in_house(more_than_allowed),
        in_house(more_of_many),
        in_house(too_many_a_minute),
        in_house(a_store_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

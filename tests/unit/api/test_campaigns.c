/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns and the dates of events at the door: what is written, what is refused and how, and what a change would come to. */
#include "tests/unit/api/house.h"

#define PATH "/v1/campaigns/parents-autumn"
#define STEPS                                                                                                                    \
    "\"steps\":[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"},"                               \
    "{\"when\":\"1 day before at 18:00\",\"template\":\"parent-meeting-reminder\"},"                                             \
    "{\"when\":\"on change\",\"template\":\"parent-meeting-changed\"}]"

static const struct pk_topic_rule topics[] = { { .name = "parent-meetings", .consent_ms = 86400000 }, { .name = "festival", .consent_ms = 86400000 } };
static const struct pk_kind_rule kinds[] = {
    { .name = "parent-meeting", .topic = "parent-meetings", .open = true, .length_ms = 2 * 3600000, .place = "De Kern" },
};

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    house->rules.zone = "Europe/Amsterdam";
    house_employ(house, "maria", PK_ROLE_KEY_PERSON);
    house_employ(house, "anna", PK_ROLE_ADVISER);
    house_employ(house, "boris", PK_ROLE_APPROVER);
    return r;
}

static void plan(struct house *house, char ret_id[32])
{
    struct asked asked = house_by(house, "anna", "POST", "/v1/events", "{\"kind\":\"parent-meeting\",\"title\":\"Ouderavond\",\"day\":\"2025-12-09\",\"from\":\"18:30\"}",
                            201);
    (void) snprintf(ret_id, 32, "%.*s", PK_SLICE_ARG(said(&asked, "id")));
    house_forget(&asked);
}

/* `more`: fields with a comma before them. */
static struct asked written(struct house *house, const char *event, const char *more, unsigned status)
{
    char body[2048];
    (void) snprintf(body, sizeof body, "{\"topic\":\"parent-meetings\",\"people\":100,\"values\":{},\"event\":\"%s\"," STEPS "%s}", event, more);
    return house_by(house, "anna", "PUT", PATH, body, status);
}

static void test_written_on_a_date(void **state)
{
    struct house *house = *state;
    char event[32];
    plan(house, event);
    struct asked asked = written(house, event, ",\"where\":\"school:b or school:a\"", 200);
    assert_said(&asked, "where", "school:a or school:b");
    assert_said(&asked, "event", event);
    assert_said(&asked, "begins", "2025-12-09T17:30:00Z");
    assert_said(&asked, "date.state", "planned");
    assert_said(&asked, "values.place", "De Kern");
    assert_said(&asked, "state", "draft");
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "warnings")), 1);
    assert_said(&asked, "warnings[0]", "no step \"on cancel\": when it is called off, nobody is told");
    house_forget(&asked);
    asked = written(house, event, ",\"audience\":{\"all\":[\"school:a\"]}", 200);
    assert_said(&asked, "where", "school:a");
    house_forget(&asked);
}

static void test_refused(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *event, *more;
        unsigned status;
        const char *detail;
    } cases[] = {
        { NULL, ",\"where\":\"a\",\"audience\":{\"all\":[\"a\"]}", 400, "not both" },
        { NULL, ",\"where\":\"school:a and\"", 400, "column" },
        { NULL, ",\"tags\":{\"all\":[\"a\"]}", 400, "tags" },
        { NULL, ",\"day\":\"2025-02-30\"", 400, "there is no day" },
        { NULL, ",\"day\":\"2025-12-10\"", 404, "no such date" },
        { "seven", "", 400, "must be the id of an event" },
        { "0000000000007", "", 404, "" },
    };
    char event[32];
    plan(house, event);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = written(house, cases[i].event ? cases[i].event : event, cases[i].more, cases[i].status);
        if (!strstr(asked.body, cases[i].detail))
            fail_msg("case %zu: %s", i, asked.body);
        house_forget(&asked);
    }
    house_answered(house, "anna", "GET", PATH, NULL, 404); /* nothing of it is kept */
}

static void start(struct house *house)
{
    char body[96];
    house_answered(house, "anna", "POST", PATH "/submit", NULL, 200);
    struct asked asked = house_by(house, "boris", "GET", PATH, NULL, 200);
    (void) snprintf(body, sizeof body, "{\"digest\":\"%.*s\"}", PK_SLICE_ARG(said(&asked, "digest")));
    house_forget(&asked);
    house_answered(house, "boris", "POST", PATH "/approve", body, 200);
    house_answered(house, "anna", "POST", PATH "/start", NULL, 200);
}

static void test_a_change_is_tried_and_done(void **state)
{
    struct house *house = *state;
    char event[32], path[80];
    plan(house, event);
    struct asked asked = written(house, event, "", 200);
    house_forget(&asked);
    start(house);
    (void) snprintf(path, sizeof path, "/v1/events/%s/change", event);
    asked = house_by(house, "anna", "POST", path, "{\"day\":\"2025-12-16\",\"dryRun\":true}", 200);
    assert_true(said_bool(&asked, "changed") && said_bool(&asked, "dryRun"));
    assert_int_equal(said_int(&asked, "people.campaigns"), 1);
    assert_int_equal(said_int(&asked, "people.know"), 0);
    house_forget(&asked);
    asked = house_by(house, "anna", "GET", PATH, NULL, 200);
    assert_said(&asked, "begins", "2025-12-09T17:30:00Z"); /* it was only tried */
    house_forget(&asked);
    house_answered(house, "anna", "POST", path, "{\"day\":\"2025-12-16\",\"tell\":\"no\"}", 400);
    house_answered(house, "anna", "POST", path, "{\"day\":\"2025-12-16\",\"tell\":false}", 200);
    asked = house_by(house, "anna", "GET", PATH, NULL, 200);
    assert_said(&asked, "begins", "2025-12-16T17:30:00Z");
    assert_said(&asked, "steps[0].due", "2025-12-09T17:00:00Z");
    assert_int_equal(said_int(&asked, "changes"), 0); /* corrected quietly */
    house_forget(&asked);
    house_answered(house, "anna", "POST", PATH "/move", "{\"values\":{\"begins\":\"2025-12-20T17:30:00Z\"}}", 409);
    (void) snprintf(path, sizeof path, "/v1/events/%s/cancel", event);
    house_answered(house, "anna", "POST", path, "{\"dryRun\":true}", 200);
    asked = house_by(house, "anna", "POST", path, NULL, 200);
    assert_said(&asked, "state", "cancelled");
    assert_int_equal(said_int(&asked, "people.campaigns"), 1);
    house_forget(&asked);
    asked = house_by(house, "anna", "GET", PATH, NULL, 200);
    assert_said(&asked, "why", "its date is called off");
    assert_said(&asked, "warnings[0]", "its date is called off: no step goes");
    house_forget(&asked);
}

static void test_a_key_person_reminds_her_own(void **state)
{
    struct house *house = *state;
    char event[32];
    plan(house, event);
    struct asked asked = written(house, event, "", 200);
    house_forget(&asked);
    house_answered(house, "maria", "POST", PATH "/remind", "{\"circle\":\"petya\"}", 403);
    house_answered(house, "boris", "POST", PATH "/remind", "{\"circle\":\"maria\"}", 403);
    house_answered(house, "anna", "POST", PATH "/remind", "{\"whom\":\"maria\"}", 400);
    house_answered(house, "maria", "POST", PATH "/remind", NULL, 404); /* she signed nobody up */
    house_answered(house, "maria", "GET", PATH, NULL, 403);
}

int main(void)
{
#define here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)
    const struct CMUnitTest tests[] = { here(test_written_on_a_date), here(test_refused), here(test_a_change_is_tried_and_done),
                                        here(test_a_key_person_reminds_her_own) };
    return cmocka_run_group_tests_name("api/campaigns", tests, NULL, NULL);
}

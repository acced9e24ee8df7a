/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports at the door: counted on the reading thread, one breakdown or all, who came, and what is refused. */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/mem.h"
#include "gateway/model/indicator.h"
#include "gateway/store/internal.h"
#include "gateway/store/names.h"

#define DAY_MS 86400000ll

static const struct pk_topic_rule topics[] = { { .name = "parent-meetings" } };
static const struct pk_kind_rule kinds[] = { { .name = "parent-meeting", .topic = "parent-meetings", .open = true, .length_ms = 3600000 } };

/* An event of tomorrow, made as an adviser makes it; its id. */
static void plan(struct house *house, char ret_id[32])
{
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    struct asked user = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\"}", 201);
    house_forget(&user);
    struct asked event = house_by(house, "anna", "POST", "/v1/events", "{\"kind\":\"parent-meeting\",\"title\":\"Ouderavond\",\"place\":\"De Windroos\","
                                                                "\"day\":\"2025-11-25\",\"from\":\"18:00\"}", 201);
    struct pk_slice id = said(&event, "id");
    (void) snprintf(ret_id, 32, "%.*s", PK_SLICE_ARG(id));
    house_forget(&event);
}

static void test_a_date(void **state)
{
    struct house *house = *state;
    char id[32], path[120];
    plan(house, id);
    (void) snprintf(path, sizeof path, "/v1/events/%s/dates/once/report", id);
    struct asked report = house_by(house, "anna", "GET", path, NULL, 200);
    assert_said(&report, "title", "Ouderavond");
    assert_said(&report, "begins", "2025-11-25T17:00:00Z");
    assert_int_equal(said_int(&report, "total.people"), 0);
    assert_int_equal(pk_json_count(pk_json_get(report.json, "breakdowns")), 6);
    house_forget(&report);
    (void) snprintf(path, sizeof path, "/v1/events/%s/dates/2025-11-25/report?by=area", id);
    struct asked one = house_by(house, "anna", "GET", path, NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(one.json, "breakdowns")), 1);
    assert_said(&one, "breakdowns[0].by", "area");
    house_forget(&one);
    (void) snprintf(path, sizeof path, "/v1/events/%s/dates/once/came", id);
    struct asked early = house_by(house, "anna", "POST", path, "{\"count\":31}", 409);
    assert_said(&early, "detail", "that date has not begun");
    house_forget(&early);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE occurrence SET starts_ms = 1763900000000, ends_ms = 1763903600000", NULL, NULL, NULL), 0);
    struct asked came = house_by(house, "anna", "POST", path, "{\"count\":31}", 200);
    assert_int_equal(said_int(&came, "came"), 31);
    house_forget(&came);
    (void) snprintf(path, sizeof path, "/v1/events/%s/dates/once/report", id);
    struct asked after = house_by(house, "anna", "GET", path, NULL, 200);
    assert_int_equal(said_int(&after, "total.came"), 31);
    house_forget(&after);
}

static void test_refused(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *method, *path, *body; /* %s is the event */
        unsigned status;
    } rows[] = {
        { "GET", "/v1/campaigns/none/report", NULL, 404 },
        { "GET", "/v1/campaigns/none/report?by=age", NULL, 400 },
        { "GET", "/v1/events/%s/dates/once/report?by=a-word-that-is-much-too-long-for-any-breakdown", NULL, 400 },
        { "GET", "/v1/events/%s/dates/tomorrow/report", NULL, 404 },
        { "GET", "/v1/events/%s/dates/2025-11-26/report", NULL, 404 },
        { "GET", "/v1/events/x/dates/once/report", NULL, 404 },
        { "POST", "/v1/events/%s/dates/once/came", "{}", 400 },
        { "POST", "/v1/events/%s/dates/once/came", "{\"count\":\"many\"}", 400 },
        { "POST", "/v1/events/%s/dates/once/came", "{\"count\":1.5}", 400 },
        { "POST", "/v1/events/%s/dates/once/came", "{\"count\":-1}", 400 },
        { "POST", "/v1/events/%s/dates/once/came", "{\"count\":1,\"who\":[]}", 400 },
    };
    char id[32], path[200];
    plan(house, id);
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        const char *gap = strstr(rows[i].path, "%s");
        if (gap)
            (void) snprintf(path, sizeof path, "%.*s%s%s", (int) (gap - rows[i].path), rows[i].path, id, gap + 2);
        else
            (void) snprintf(path, sizeof path, "%s", rows[i].path);
        struct asked asked = house_by(house, "anna", rows[i].method, path, rows[i].body, rows[i].status);
        house_forget(&asked);
    }
    /* Who keeps the gateway types no head count. */
    (void) snprintf(path, sizeof path, "/v1/events/%s/dates/once/came", id);
    struct asked operator = house_json(house, "POST", path, "{\"count\":1}", 403);
    house_forget(&operator);
}

/* The running month, by an adviser; what is no month, and who keeps to her own. */
static void test_indicators(void **state)
{
    struct house *house = *state;
    char id[32];
    plan(house, id);
    struct asked key_person = house_json(house, "POST", "/v1/users", "{\"name\":\"maria\",\"role\":\"key-person\"}", 201);
    house_forget(&key_person);
    struct asked month = house_by(house, "anna", "GET", "/v1/reports/indicators?month=2025-11", NULL, 200);
    assert_said(&month, "month", "2025-11");
    assert_said(&month, "state", "running");
    assert_int_equal(pk_json_count(pk_json_get(month.json, "indicators")), PK_INDICATORS);
    assert_said(&month, "indicators[0].indicator", "consent");
    assert_int_equal(said_int(&month, "indicators[0].value"), 0);
    assert_true(said(&month, "indicators[0].definition.bg").len > 20);
    house_forget(&month);
    static const struct {
        const char *path;
        unsigned status;
    } rows[] = {
        { "/v1/reports/indicators", 200 },
        { "/v1/reports/indicators?month=2025-12", 404 },
        { "/v1/reports/indicators?month=2025-10", 404 },
        { "/v1/reports/indicators?month=november", 400 },
        { "/v1/reports/indicators?month=a-word-that-is-much-too-long-for-any-month", 400 },
    };
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        struct asked asked = house_by(house, "anna", "GET", rows[i].path, NULL, rows[i].status);
        house_forget(&asked);
    }
    struct asked hers = house_by(house, "maria", "GET", "/v1/reports/indicators", NULL, 403);
    house_forget(&hers);
}

int main(void)
{
    const struct CMUnitTest tests[] = { test_in_house(test_a_date), test_in_house(test_indicators), test_in_house(test_refused) };
    return cmocka_run_group_tests_name("api/reports", tests, NULL, NULL);
}

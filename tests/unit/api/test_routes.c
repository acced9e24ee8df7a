/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds for every route of the table: it names the action it needs and asks it, no answer holds the address of
 * anybody, and a user whose role may not gets a refusal that is kept. With it, users and audit at this door.
 */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/store/audit.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"
#include "gateway/store/users.h"

#define PEOPLE 5

static const struct pk_topic_rule topics[] = { { .name = "festival", .consent_ms = 86400000 } };

struct filled {
    int64_t person, message;
    char number[PEOPLE][32];
};

/* People with numbers, a message to each, one user in a role that may little. */
static struct filled fill(struct house *house)
{
    struct filled filled = { 0 };
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    house->rules.topics = topics;
    house->rules.topic_count = 1;
    for (int i = 0; i < PEOPLE; i++) {
        int64_t address = 0;
        (void) snprintf(filled.number[i], sizeof filled.number[i], "+35988000200%d", i);
        assert_int_equal(pk_recipient_add(house->store, PK_SLICE("bg"), PK_SLICE(""), HOUSE_NOW, &filled.person, NULL), 0);
        assert_int_equal(pk_address_add(house->store, filled.person, sms, pk_slice_of(filled.number[i]), HOUSE_NOW, &address, NULL), 0);
        filled.message = house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
        assert_int_equal(pk_sql_write(house->store, NULL, "UPDATE message SET recipient = ?2, address = ?3 WHERE id = ?1", "iii", filled.message,
                                      filled.person, address), 0);
    }
    house_turn(house);
    return filled;
}

/* The pattern with something that exists at its place. */
static void path_of(const char *pattern, const struct filled *filled, char ret_path[160])
{
    char id[PK_ID_TEXT_MAX];
    const char *place = strstr(pattern, "{}");
    if (!place) {
        (void) snprintf(ret_path, 160, "%s", pattern);
        return;
    }
    const char *what = strncmp(pattern, "/v1/accounts/", 13) == 0 ? "first" : strncmp(pattern, "/v1/users/", 10) == 0 || strncmp(pattern, "/v1/circles/", 12) == 0 ? "nobody" : id;
    pk_id_format(strncmp(pattern, "/v1/messages/", 13) == 0 ? filled->message : filled->person, id);
    (void) snprintf(ret_path, 160, "%.*s%s%s", (int) (place - pattern), pattern, what, place + 2);
}

static void check_no_number(const struct asked *asked, const struct filled *filled, const char *path)
{
    for (int i = 0; i < PEOPLE; i++)
        if (strstr(asked->body, filled->number[i] + 1) || strstr(asked->body, filled->number[i] + 5))
            fail_msg("%s tells a number", path);
}

static void test_every_route_names_what_it_needs(void **state)
{
    const char *method, *path;
    enum pk_action action;
    (void) state;
    for (size_t i = 0; pk_api_route(i, &method, &path, &action); i++)
        if (action <= PK_ACTION_NONE || action >= PK_ACTION_COUNT)
            fail_msg("%s %s may be called by nobody: its row names no action", method, path);
}

/* An operator may read nearly everything, and sees no address in any of it. */
static void test_no_answer_holds_an_address(void **state)
{
    struct house *house = *state;
    struct filled filled = fill(house);
    const char *method, *pattern;
    enum pk_action action;
    size_t read = 0;
    for (size_t i = 0; pk_api_route(i, &method, &pattern, &action); i++) {
        char path[160];
        struct asked asked;
        if (strcmp(method, "GET") != 0)
            continue;
        path_of(pattern, &filled, path);
        house_ask(house, CONTROL, "GET", path, "", NULL, &asked);
        bool refused = pk_right_of(action, PK_ROLE_OPERATOR) == PK_RIGHT_NO;
        if (refused ? asked.status != 403 : asked.status != 200 && asked.status != 404 && asked.status != 400)
            fail_msg("%s: %u %s", path, asked.status, asked.body);
        read += asked.status == 200;
        if (!strstr(path, "/play"))
            check_no_number(&asked, &filled, path);
        house_forget(&asked);
    }
    assert_true(read >= 12);
    struct asked asked = house_json(house, "GET", "/v1/privacy/breach?limit=2", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "people")), 2);
    assert_true(said(&asked, "next").len > 0);
    house_forget(&asked);
    assert_int_equal(house_audited(house, "privacy.breach"), 2);
}

/* ---- one person at a time ---- */

static size_t numbers_in(const struct asked *asked, const struct filled *filled)
{
    size_t count = 0;
    for (int i = 0; i < PEOPLE; i++)
        count += strstr(asked->body, filled->number[i] + 5) != NULL;
    return count;
}

/* What a route is asked with, so that it answers as much as it can; the newest person is the one it is about. */
static void body_of(const char *pattern, const struct filled *filled, char ret_body[200])
{
    char id[PK_ID_TEXT_MAX];
    pk_id_format(filled->person, id);
    if (strcmp(pattern, "/v1/recipients/export") == 0)
        (void) snprintf(ret_body, 200, "{\"recipient\":\"%s\"}", id);
    else if (strcmp(pattern, "/v1/recipients/find") == 0)
        (void) snprintf(ret_body, 200, "{\"address\":\"%s\"}", filled->number[PEOPLE - 1]);
    else
        (void) snprintf(ret_body, 200, "{}");
}

/* Every route, as everybody who works here: no answer has the numbers of two people, and one that has a number left a line in
 * the audit about that very person. */
static void test_one_number_at_most_and_it_is_kept(void **state)
{
    struct house *house = *state;
    struct filled filled = fill(house);
    static const enum pk_role roles[] = { PK_ROLE_ADVISER, PK_ROLE_APPROVER, PK_ROLE_DESK, PK_ROLE_KEY_PERSON, PK_ROLE_OPERATOR };
    size_t full = 0;
    uint8_t pseudonym[PK_PSEUDONYM_BYTES];
    assert_int_equal(pk_pseudonym(house->store, 0, filled.person, pseudonym), 0);
    for (size_t r = 0; r < PK_COUNT(roles); r++) {
        const char *method, *pattern;
        enum pk_action action;
        char by[96], name[24];
        (void) snprintf(name, sizeof name, "user-%zu", r);
        (void) snprintf(by, sizeof by, "Pokana-By: %s\r\nContent-Type: application/json\r\n", name);
        house_employ(house, name, roles[r]);
        for (size_t i = 0; pk_api_route(i, &method, &pattern, &action); i++) {
            char path[160], body[200];
            struct asked asked;
            path_of(pattern, &filled, path);
            body_of(pattern, &filled, body);
            const char *count = "SELECT count(*) FROM audit WHERE result = 0 AND actor = ?1 AND subject = ?2";
            struct pk_slice subject = pk_slice_make(pseudonym, sizeof pseudonym);
            int64_t kept = pk_sql_int(house->store, 0, count, "tb", pk_slice_of(name), subject);
            house_ask(house, CONTROL, method, path, by, strcmp(method, "GET") == 0 ? NULL : body, &asked);
            size_t numbers = strstr(path, "/play") ? 0 : numbers_in(&asked, &filled);
            if (numbers > 1)
                fail_msg("%s %s as %s tells the numbers of %zu people", method, path, pk_role_name(roles[r]), numbers);
            if (numbers == 1 && pk_sql_int(house->store, 0, count, "tb", pk_slice_of(name), subject) == kept)
                fail_msg("%s %s as %s tells a number, and nobody can see later that it did", method, path, pk_role_name(roles[r]));
            full += numbers;
            house_forget(&asked);
        }
    }
    assert_int_equal(full, 1); /* the export, to an adviser: the test sees a number where there is one */
}

static void test_whoever_may_not_is_refused_everywhere(void **state)
{
    struct house *house = *state;
    struct filled filled = fill(house);
    static const enum pk_role roles[] = { PK_ROLE_KEY_PERSON, PK_ROLE_APPROVER, PK_ROLE_DESK, PK_ROLE_ADVISER };
    for (size_t r = 0; r < PK_COUNT(roles); r++) {
        const char *method, *pattern;
        enum pk_action action;
        char by[64], name[24];
        (void) snprintf(name, sizeof name, "user-%zu", r);
        (void) snprintf(by, sizeof by, "Pokana-By: %s\r\n", name);
        house_employ(house, name, roles[r]);
        for (size_t i = 0; pk_api_route(i, &method, &pattern, &action); i++) {
            char path[160];
            struct asked asked;
            if (pk_right_of(action, roles[r]) != PK_RIGHT_NO)
                continue;
            path_of(pattern, &filled, path);
            int64_t kept = pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 1 AND actor = ?1 AND via LIKE 'uid:%'", "t",
                                      pk_slice_of(name));
            int64_t done = pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 0", "");
            house_ask(house, CONTROL, method, path, by, strcmp(method, "GET") == 0 ? NULL : "{}", &asked);
            if (asked.status != 403)
                fail_msg("%s %s as %s: %u", method, path, pk_role_name(roles[r]), asked.status);
            assert_said(&asked, "code", "denied");
            house_forget(&asked);
            assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 1 AND actor = ?1 AND via LIKE 'uid:%'", "t",
                                        pk_slice_of(name)), kept + 1);
            assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 0", ""), done);
        }
    }
}

/* ---- users ---- */

static void test_users_at_the_door(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "GET", "/v1/users", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "users")), 0);
    house_forget(&asked);
    /* Without users a name says nothing. */
    house_ask(house, CONTROL, "GET", "/v1/users", "Pokana-By: whoever\r\n", NULL, &asked);
    assert_int_equal(asked.status, 200);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\",\"tags\":\"school:*\"}", 201);
    assert_said(&asked, "tags", "school:*");
    house_forget(&asked);
    assert_int_equal(house_audited(house, "user.add"), 1);
    static const char *const wrong[] = { "{}", "{\"name\":\"b\"}", "{\"name\":\"b\",\"role\":\"king\"}", "{\"name\":\"B b\",\"role\":\"desk\"}",
                                         "{\"name\":\"b\",\"role\":\"desk\",\"x\":1}", "{\"name\":\"b\",\"role\":\"system\"}" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        asked = house_json(house, "POST", "/v1/users", wrong[i], 400);
        house_forget(&asked);
    }
    house_ask(house, CONTROL, "GET", "/v1/users", "Pokana-By: whoever\r\n", NULL, &asked);
    assert_int_equal(asked.status, 403);
    assert_said(&asked, "detail", "there is no user \"whoever\"");
    house_forget(&asked);
    house_ask(house, CONTROL, "DELETE", "/v1/users/anna", "Pokana-By: anna\r\n", NULL, &asked);
    assert_int_equal(asked.status, 403); /* an adviser adds and removes nobody */
    house_forget(&asked);
    asked = house_json(house, "DELETE", "/v1/users/anna", NULL, 200);
    house_forget(&asked);
    asked = house_json(house, "DELETE", "/v1/users/anna", NULL, 404);
    house_forget(&asked);
}

/* ---- the audit ---- */

static void test_the_trail_in_pages(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < 3; i++) {
        struct asked hold = house_json(house, "PUT", "/v1/hold", i % 2 == 0 ? "{\"all\":true}" : "{\"all\":false}", 200);
        house_forget(&hold);
    }
    struct asked asked = house_json(house, "GET", "/v1/audit?limit=2", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "entries")), 2);
    assert_said(&asked, "entries[0].action", "hold.all");
    assert_said(&asked, "entries[0].role", "operator");
    assert_said(&asked, "entries[0].result", "done");
    assert_said(&asked, "next", "2");
    house_forget(&asked);
    asked = house_json(house, "GET", "/v1/audit?order=oldest&after=2", NULL, 200);
    assert_int_equal(said_int(&asked, "entries[0].id"), 3);
    assert_true(pk_json_kind(pk_json_get(asked.json, "next")) == PK_JSON_NULL);
    house_forget(&asked);
    asked = house_json(house, "GET", "/v1/audit?since=2025-11-25", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "entries")), 0);
    house_forget(&asked);
    static const char *const wrong[] = { "since=yesterday", "after=x", "limit=0", "order=up" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        char path[64];
        (void) snprintf(path, sizeof path, "/v1/audit?%s", wrong[i]);
        asked = house_json(house, "GET", path, NULL, 400);
        house_forget(&asked);
    }
    asked = house_json(house, "GET", "/v1/audit/verify", NULL, 200);
    assert_int_equal(said_int(&asked, "entries"), 3);
    house_forget(&asked);
    assert_int_equal(sqlite3_exec(house->store->db, "DROP TRIGGER audit_fixed; UPDATE audit SET detail = 'off' WHERE id = 3", NULL, NULL, NULL), SQLITE_OK);
    house_turn(house);
    asked = house_json(house, "GET", "/v1/audit/verify", NULL, 409);
    assert_said(&asked, "detail", "the audit trail is broken at entry 3: it or the one before it was changed or removed");
    house_forget(&asked);
}

/* The person sees what was sent and who looked, this look included; never the text, never the number. */
static void test_a_persons_log(void **state)
{
    struct house *house = *state;
    struct filled filled = fill(house);
    char path[96], id[PK_ID_TEXT_MAX];
    (void) snprintf(path, sizeof path, "/v1/recipients/%s/log", pk_id_format(filled.person, id));
    struct asked asked = house_json(house, "GET", path, NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "records")), 2);
    assert_said(&asked, "records[0].name", "person.log");
    assert_said(&asked, "records[0].status", "Ok");
    assert_said(&asked, "records[0].attributes.role", "operator");
    assert_said(&asked, "records[1].name", "message");
    assert_said(&asked, "records[1].resource.name", "pokana");
    assert_int_equal(said_int(&asked, "records[0].start_time"), HOUSE_NOW);
    assert_int_equal(said(&asked, "records[1].trace_id").len, 32);
    assert_int_equal(said(&asked, "records[1].span_id").len, 16);
    assert_int_equal(said(&asked, "subject").len, 32);
    const struct pk_json *attributes = pk_json_at(asked.json, "records[1].attributes");
    assert_true(pk_slice_equal(pk_json_string(pk_json_get(attributes, "dpl.core.data_subject_id")), said(&asked, "subject")));
    assert_true(pk_slice_is(pk_json_string(pk_json_get(attributes, "dpl.core.processing_activity_id")), "urn:test:verwerking:message"));
    check_no_number(&asked, &filled, path);
    house_forget(&asked);
    asked = house_json(house, "GET", path, NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "records")), 3);
    house_forget(&asked);
    /* Where it cannot be kept that somebody looked, nothing is shown. */
    house->commit_fails = true;
    house_ask(house, CONTROL, "GET", path, "", NULL, &asked);
    assert_int_equal(asked.status, 503);
    house_forget(&asked);
    house->commit_fails = false;
    /* Nobody of that id: the same form of answer, with the look alone. */
    asked = house_json(house, "GET", "/v1/recipients/0000000000077/log", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "records")), 1);
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_names_what_it_needs),
        test_in_house(test_no_answer_holds_an_address),
        test_in_house(test_one_number_at_most_and_it_is_kept),
        test_in_house(test_whoever_may_not_is_refused_everywhere),
        test_in_house(test_users_at_the_door),
        test_in_house(test_the_trail_in_pages),
        test_in_house(test_a_persons_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

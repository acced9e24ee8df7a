/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The public side of /v1: what a token opens and what it does not, one answer to every token that does not count, the limits,
 * and an event by HTTP. Every public row of the route table stands in the description, and nothing else does.
 */
#include "tests/unit/api/house.h"

#include "gateway/api/v1.h"
#include "gateway/api/schema.h"
#include "gateway/base/clock.h"
#include "gateway/base/mem.h"
#include "gateway/service/tokens.h"
#include "gateway/store/internal.h"

#define DAY_MS 86400000ll
#define SOURCE "urn:example:school-portal"

static const char *const all[] = { "*" };
static const struct pk_topic_rule topics[] = { { .name = "parent-meetings", .consent_ms = 86400000 } };
static const struct pk_publisher_rule publishers[] = {
    { .name = "school", .source = SOURCE, .templates = { all, 1 }, .topics = { all, 1 }, .tags = { all, 1 }, .max_recipients = 1000 },
    { .name = "library", .source = "urn:example:library", .templates = { all, 1 }, .topics = { all, 1 }, .tags = { all, 1 }, .max_recipients = 9 },
};

static void know_publishers(struct house *house)
{
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    house->rules.publishers = publishers;
    house->rules.publisher_count = PK_COUNT(publishers);
}

/* Made as the operator makes it, at the control socket. */
static void make(struct house *house, const char *name, const char *owner, const char *scopes, char ret_head[200])
{
    char body[400];
    know_publishers(house);
    (void) snprintf(body, sizeof body, "{\"name\":\"%s\",%s,\"scopes\":\"%s\",\"expires\":\"2025-12-24\"}", name, owner, scopes);
    struct asked asked = house_json(house, "POST", "/v1/tokens", body, 201);
    struct pk_slice token = said(&asked, "token");
    assert_int_equal(token.len, PK_TOKEN_TEXT_MAX - 1);
    (void) snprintf(ret_head, 200, "Authorization: Bearer %.*s\r\n", PK_SLICE_ARG(token));
    house_forget(&asked);
}

static struct asked ask(struct house *house, const char *method, const char *path, const char *head, const char *more, const char *body)
{
    char both[600];
    struct asked asked;
    (void) snprintf(both, sizeof both, "%s%s", head, more);
    house_ask(house, PUBLIC, method, path, both, body, &asked);
    assert_true(house_has_header(&asked, "API-Version: " PK_API_VERSION));
    assert_true(house_has_header(&asked, "X-Content-Type-Options: nosniff"));
    assert_true(house_has_header(&asked, "X-Frame-Options: DENY"));
    assert_true(house_has_header(&asked, "Strict-Transport-Security: max-age=31536000"));
    if (asked.status >= 400) {
        assert_true(house_has_header(&asked, "Content-Type: application/problem+json"));
        assert_int_equal(said_int(&asked, "status"), asked.status);
    }
    return asked;
}

static void answers(struct house *house, const char *method, const char *path, const char *head, const char *more, const char *body,
                    unsigned status)
{
    struct asked asked = ask(house, method, path, head, more, body);
    if (asked.status != status)
        fail_msg("%s %s: %u instead of %u: %s", method, path, asked.status, status, asked.body);
    house_forget(&asked);
}

/* ---- the table and the description ---- */

static void test_the_description_and_the_table_agree(void **state)
{
    const char *method, *path;
    enum pk_action action;
    struct pk_json *document = NULL;
    const struct pk_json *item;
    size_t public_rows = 0, operations = 0;
    void *iter = NULL;
    struct pk_slice name;
    (void) state;
    assert_int_equal(pk_json_parse(pk_slice_make(pk_openapi_text, pk_openapi_len), 1u << 20, &document, NULL), 0);
    for (size_t i = 0; pk_api_route(i, &method, &path, &action); i++) {
        const struct pk_json *operation = pk_schema_operation(document, method, path);
        if (pk_api_route_is_public(i) && !operation)
            fail_msg("%s %s is public, and not described", method, path);
        if (!pk_api_route_is_public(i) && operation)
            fail_msg("%s %s is described, and not public", method, path);
        public_rows += pk_api_route_is_public(i);
        char scope[80];
        (void) snprintf(scope, sizeof scope, "Scope: `%s`.", pk_action_name(action));
        if (operation && pk_json_count(pk_json_get(operation, "security")) > 0)
            assert_true(pk_slice_is(pk_json_string(pk_json_get(operation, "description")), scope));
    }
    while (pk_json_next(pk_json_get(document, "paths"), &iter, &name, &item))
        operations += pk_json_count(item);
    assert_int_equal(operations, public_rows);
    assert_true(pk_slice_is(pk_json_string(pk_json_at(document, "info.version")), PK_API_VERSION));
    pk_json_free(document);
}

/* Whatever a token may: no duty, no keys, no restore, no hold, nobody's file, no other token. */
static void test_what_is_never_public(void **state)
{
    static const char *const never[] = { "/v1/hold", "/v1/keys", "/v1/backup", "/v1/tokens", "/v1/users", "/v1/audit", "/v1/privacy",
                                         "/v1/inbox", "/v1/jobs", "/v1/recipients/", "/play", "/healthz", "/metrics", "/v1/messages/release",
                                         "/v1/messages/drop-held", "/release", "/drop" };
    const char *method, *path;
    enum pk_action action;
    (void) state;
    for (size_t i = 0; pk_api_route(i, &method, &path, &action); i++)
        for (size_t j = 0; pk_api_route_is_public(i) && j < PK_COUNT(never); j++)
            if (strstr(path, never[j]))
                fail_msg("%s %s is public", method, path);
}

static void test_the_description_needs_no_token(void **state)
{
    struct asked asked = ask(*state, "GET", "/v1/openapi.json", "", "", NULL);
    assert_int_equal(asked.status, 200);
    assert_said(&asked, "servers[0].url", "https://pokana.example/v1");
    assert_said(&asked, "openapi", "3.1.0");
    assert_true(house_has_header(&asked, "Access-Control-Allow-Origin: *"));
    house_forget(&asked);
}

/* ---- who ---- */

/* Absent, unknown, malformed, over, revoked, of a publisher that is gone: byte for byte the same. */
static void test_one_answer_to_every_token_that_does_not_count(void **state)
{
    struct house *house = *state;
    char over[200], revoked[200], orphan[200], removed[200];
    struct asked asked, first;
    house_ask(house, PUBLIC, "GET", "/v1/triggers", "", NULL, &first);
    assert_int_equal(first.status, 401);
    assert_true(house_has_header(&first, "WWW-Authenticate: Bearer realm=\"pokana\""));
    make(house, "over", "\"publisher\":\"school\"", "trigger.view", over);
    make(house, "revoked", "\"publisher\":\"school\"", "trigger.view", revoked);
    make(house, "orphan", "\"publisher\":\"library\"", "trigger.view", orphan);
    asked = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\"}", 201);
    house_forget(&asked);
    make(house, "removed", "\"user\":\"anna\"", "trigger.view", removed);
    answers(house, "GET", "/v1/triggers", revoked, "", NULL, 200);
    answers(house, "GET", "/v1/triggers", removed, "", NULL, 200);
    asked = house_json(house, "DELETE", "/v1/tokens/revoked", NULL, 200);
    house_forget(&asked);
    asked = house_json(house, "DELETE", "/v1/users/anna", NULL, 200);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\"}", 201); /* another Anna */
    house_forget(&asked);
    house->rules.publisher_count = 1;
    assert_int_equal(pk_sql_write(house->store, NULL, "UPDATE token SET expires_ms = ?1 WHERE name = 'over'", "i", (int64_t) HOUSE_NOW), 0);
    house_turn(house);
    const char *const heads[] = { over, revoked, orphan, removed, "Authorization: Bearer \r\n", "Authorization: Basic YTpi\r\n", "Authorization: Bearer pokana_00\r\n" };
    for (size_t i = 0; i < PK_COUNT(heads); i++) {
        house_ask(house, PUBLIC, "GET", "/v1/triggers", heads[i], NULL, &asked);
        assert_int_equal(asked.status, 401);
        assert_string_equal(asked.body, first.body);
        const char *date = strstr(asked.head, "Date:"), *date_then = strstr(first.head, "Date:");
        assert_int_equal(date - asked.head, date_then - first.head);
        assert_int_equal(strlen(asked.head), strlen(first.head));
        house_forget(&asked);
    }
    /* No path tells more without a token. */
    static const char *const paths[] = { "/v1", "/v1/", "/v1/nothing", "/v1/hold" };
    for (size_t i = 0; i < PK_COUNT(paths); i++) {
        house_ask(house, PUBLIC, "GET", paths[i], "", NULL, &asked);
        assert_int_equal(asked.status, 401);
        assert_string_equal(asked.body, first.body);
        house_forget(&asked);
    }
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 1 AND actor = 'token' AND object = 'revoked'", ""), 1);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 1 AND actor = 'token' AND object = 'an unknown token'", ""), 8);
    house_forget(&first);
}

static void test_only_what_it_was_made_for(void **state)
{
    struct house *house = *state;
    char view[200], both[200], anna[200];
    struct asked asked = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\"}", 201);
    house_forget(&asked);
    make(house, "view", "\"publisher\":\"school\"", "trigger.view", view);
    make(house, "both", "\"publisher\":\"school\"", "trigger.publish, trigger.view,trigger.view", both);
    make(house, "anna", "\"user\":\"anna\"", "message.view", anna);
    asked = house_json(house, "GET", "/v1/tokens", NULL, 200);
    assert_said(&asked, "tokens[1].scopes[1]", "trigger.view");
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "tokens[1].scopes")), 2);
    assert_null(strstr(asked.body, PK_TOKEN_FRONT));
    house_forget(&asked);
    answers(house, "GET", "/v1/triggers", view, "", NULL, 200);
    answers(house, "POST", "/v1/triggers", view, "Content-Type: application/json\r\n", "{}", 403);
    answers(house, "GET", "/v1/messages", view, "", NULL, 403);
    answers(house, "GET", "/v1/messages", anna, "", NULL, 200);
    answers(house, "GET", "/v1/triggers", anna, "", NULL, 403); /* her role may, this token may not */
    answers(house, "GET", "/v1/hold", anna, "", NULL, 404);
    answers(house, "PUT", "/v1/hold", anna, "Content-Type: application/json\r\n", "{\"all\":true}", 404);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE result = 1 AND actor = 'anna' AND via = 'token:anna'", ""), 1);
    assert_int_equal(house_audited(house, "token.add"), 3);
    /* It was used today, which is written once. */
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT used_ms FROM token WHERE name = 'view'", ""), HOUSE_NOW - HOUSE_NOW % DAY_MS);
    assert_int_equal(pk_sql_int(house->store, 1, "SELECT used_ms FROM token WHERE name = 'both'", ""), 0);
}

static void test_making_one(void **state)
{
    struct house *house = *state;
    char head[200];
    know_publishers(house);
    static const char *const wrong[] = {
        "{}",
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"trigger.view\"}", /* without an end */
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2027-01-01\"}", /* over a year */
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2025-01-01\"}",
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"trigger.everything\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"key.edit\",\"expires\":\"2026-01-01\"}", /* its role may not */
        "{\"name\":\"a\",\"publisher\":\"nobody\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"a\",\"user\":\"nobody\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"a\",\"user\":\"x\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"A b\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}",
        "{\"name\":\"31600000001\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}",
    };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        struct asked asked = house_json(house, "POST", "/v1/tokens", wrong[i], 400);
        house_forget(&asked);
    }
    make(house, "a", "\"publisher\":\"school\"", "trigger.view", head);
    struct asked asked = house_json(house, "POST", "/v1/tokens",
                                    "{\"name\":\"a\",\"publisher\":\"school\",\"scopes\":\"trigger.view\",\"expires\":\"2026-01-01\"}", 409);
    house_forget(&asked);
    /* Nothing of it is kept but its hash. */
    char text[160];
    (void) snprintf(text, sizeof text, "%s", strstr(head, PK_TOKEN_FRONT));
    *strchr(text, '\r') = '\0';
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM token WHERE hash = ?1 OR name = ?1", "t", pk_slice_of(text)), 0);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT length(hash) FROM token", ""), 32);
    /* Over for 90 days, it is forgotten. */
    size_t count = 0;
    assert_int_equal(pk_tokens_drop(house->store, HOUSE_NOW + 100 * DAY_MS, 10, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_tokens_drop(house->store, HOUSE_NOW + 130 * DAY_MS, 10, &count, NULL), 0);
    assert_int_equal(count, 1);
    /* And a restore ends them all. */
    make(house, "b", "\"publisher\":\"school\"", "trigger.view", head);
    answers(house, "GET", "/v1/triggers", head, "", NULL, 200);
    assert_int_equal(pk_tokens_end_all(house->store, HOUSE_NOW, NULL), 0);
    house_turn(house);
    answers(house, "GET", "/v1/triggers", head, "", NULL, 401);
}

/* ---- limits ---- */

static void test_too_often(void **state)
{
    struct house *house = *state;
    char head[200], other[200];
    struct asked asked;
    unsigned good = 0;
    make(house, "busy", "\"publisher\":\"school\"", "trigger.view", head);
    make(house, "calm", "\"publisher\":\"library\"", "trigger.view", other);
    for (int i = 0; i < 61; i++) {
        asked = ask(house, "GET", "/v1/triggers", head, "", NULL);
        good += asked.status == 200;
        if (asked.status != 200) {
            assert_int_equal(asked.status, 429);
            assert_true(house_has_header(&asked, "Retry-After: 1"));
        }
        house_forget(&asked);
    }
    assert_int_equal(good, 60);
    answers(house, "GET", "/v1/triggers", other, "", NULL, 200); /* one token's haste is not another's */
    pk_clock_advance(1000);
    answers(house, "GET", "/v1/triggers", head, "", NULL, 200);
    /* And from one place without one: its honest neighbours are not locked out. */
    for (int i = 0; i < 120; i++)
        answers(house, "GET", "/v1/triggers", "", "", NULL, 401);
    asked = ask(house, "GET", "/v1/triggers", "", "", NULL);
    assert_int_equal(asked.status, 429);
    assert_true(house_has_header(&asked, "Retry-After: 3600"));
    house_forget(&asked);
    answers(house, "GET", "/v1/triggers", other, "", NULL, 200);
    /* The audit does not grow with a flood. */
    assert_true(pk_sql_int(house->store, 0, "SELECT count(*) FROM audit WHERE actor = 'token'", "") <= 31);
    assert_int_equal(house->service->metrics.tokens_refused, 121);
}

static void test_methods_types_and_forms(void **state)
{
    struct house *house = *state;
    char head[200], anna[200];
    struct asked asked = house_json(house, "POST", "/v1/users", "{\"name\":\"anna\",\"role\":\"adviser\"}", 201);
    house_forget(&asked);
    make(house, "school", "\"publisher\":\"school\"", "trigger.publish,trigger.view", head);
    make(house, "anna", "\"user\":\"anna\"", "template.view,message.view", anna);
    asked = ask(house, "DELETE", "/v1/triggers", head, "", NULL);
    assert_int_equal(asked.status, 405);
    assert_true(house_has_header(&asked, "Allow: GET, HEAD, POST"));
    house_forget(&asked);
    answers(house, "GET", "/v1/triggers/", head, "", NULL, 404);
    answers(house, "GET", "/v1/nothing", head, "", NULL, 404);
    answers(house, "GET", "/v1/triggers", head, "Accept: text/html, application/json;q=0\r\n", NULL, 406);
    answers(house, "GET", "/v1/triggers", head, "Accept: text/html, */*;q=0.1\r\n", NULL, 200);
    answers(house, "POST", "/v1/triggers", head, "", "{}", 415);
    answers(house, "POST", "/v1/triggers", head, "Content-Type: text/plain\r\n", "{}", 415);
    answers(house, "POST", "/v1/triggers", head, "Content-Type: application/cloudevents-batch+json\r\n", "[]", 415);
    char *large = pk_alloc(70001);
    memset(large, ' ', 70000);
    answers(house, "POST", "/v1/triggers", head, "Content-Type: application/json\r\n", large, 413);
    answers(house, "POST", "/v1/templates/parent-meeting-invitation/cost", anna, "Content-Type: application/json\r\n", large, 413);
    free(large);
    asked = ask(house, "POST", "/v1/templates/parent-meeting-invitation/cost", anna, "Content-Type: application/json\r\n",
                "{\"tags\":[1,\"\"],\"route\":7,\"colour\":1}");
    assert_int_equal(asked.status, 400);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "errors")), 5); /* all of it */
    assert_said(&asked, "errors[0].pointer", "/topic");
    assert_null(strstr(asked.body, "colour"));
    house_forget(&asked);
    asked = ask(house, "GET", "/v1/messages?limit=0&state=asleep&number=1", anna, "", NULL);
    assert_int_equal(asked.status, 400);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "errors")), 3);
    assert_said(&asked, "errors[0].parameter", "limit");
    house_forget(&asked);
}

/* ---- events ---- */

#define DATA "{\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[\"school:de-windroos\"]}," \
             "\"values\":{\"begins\":\"2025-12-15T17:30:00Z\",\"place\":\"De Windroos\"}}"
#define EVENT(id) "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"" SOURCE "\",\"type\":\"nl.notices.notice-requested.v1\",\"data\":" DATA "}"
#define STRUCTURED "Content-Type: application/cloudevents+json\r\n"
#define BINARY "Content-Type: application/json\r\nce-specversion: 1.0\r\nCe-Source: urn%3Aexample:school-portal\r\nce-type: nl.notices.notice-requested.v1\r\n"

static void test_an_event_by_http(void **state)
{
    struct house *house = *state;
    char head[200], library[200], path[80];
    make(house, "school", "\"publisher\":\"school\"", "trigger.publish,trigger.view", head);
    make(house, "library", "\"publisher\":\"library\"", "trigger.publish,trigger.view", library);
    struct asked first = ask(house, "POST", "/v1/triggers", head, STRUCTURED, EVENT("e-1"));
    if (first.status != 202)
        fail_msg("%s", first.body);
    assert_said(&first, "status", "accepted");
    assert_false(said_bool(&first, "duplicate"));
    /* Again, in either mode and under the same key: the same trigger, and nothing more. */
    static const char *const again[] = { STRUCTURED, STRUCTURED "Idempotency-Key: e-1\r\n", BINARY "ce-id: e-1\r\n", BINARY "Idempotency-Key: \"e-1\"\r\n" };
    for (size_t i = 0; i < PK_COUNT(again); i++) {
        struct asked asked = ask(house, "POST", "/v1/triggers", head, again[i], i < 2 ? EVENT("e-1") : DATA);
        if (asked.status != 202)
            fail_msg("%zu: %s", i, asked.body);
        assert_true(pk_slice_equal(said(&asked, "trigger"), said(&first, "trigger")));
        assert_true(said_bool(&asked, "duplicate"));
        house_forget(&asked);
    }
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM trigger", ""), 1);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM outbox", ""), 0); /* it was answered here */
    /* Its own see it, others hear what they hear of none. */
    (void) snprintf(path, sizeof path, "/v1/triggers/%.*s", PK_SLICE_ARG(said(&first, "trigger")));
    answers(house, "GET", path, head, "", NULL, 200);
    answers(house, "GET", path, library, "", NULL, 404);
    struct asked asked = ask(house, "GET", "/v1/triggers", library, "", NULL);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "triggers")), 0);
    house_forget(&asked);
    asked = ask(house, "GET", "/v1/triggers?limit=1", head, "", NULL);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "triggers")), 1);
    assert_true(pk_json_kind(pk_json_get(asked.json, "next")) == PK_JSON_NULL);
    house_forget(&asked);
    house_forget(&first);
}

static void test_an_event_is_refused_as_over_mqtt(void **state)
{
    struct house *house = *state;
    char head[200];
    make(house, "school", "\"publisher\":\"school\"", "trigger.publish", head);
    static const struct {
        const char *more, *body, *reason;
        unsigned status;
    } cases[] = {
        { STRUCTURED, "no", "not-json", 400 },
        { STRUCTURED, "[]", "batch", 415 },
        { STRUCTURED, "{}", "not-cloudevent", 400 },
        { STRUCTURED "Idempotency-Key: other\r\n", EVENT("e-1"), "not-cloudevent", 400 },
        { BINARY "ce-id: e-1\r\nce-id: e-2\r\n", DATA, "duplicate-attribute", 400 },
        { BINARY "ce-id: e-1\r\nIdempotency-Key: e-2\r\n", DATA, "not-cloudevent", 400 },
        { BINARY, DATA, "not-cloudevent", 400 }, /* no id and no key */
        { BINARY "ce-id: e-1\r\n", "{\"template\":7,\"topics\":[]}", "data", 400 },
        { "Content-Type: application/json\r\nce-specversion: 1.0\r\nce-id: 1\r\nce-source: urn:x\r\nce-type: nl.notices.notice-requested.v1\r\n", DATA, "source", 403 },
        { BINARY "ce-id: e-1\r\n", "{\"template\":\"nothing\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[\"school:x\"]}}", "template", 403 },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = ask(house, "POST", "/v1/triggers", head, cases[i].more, cases[i].body);
        if (asked.status != cases[i].status || !pk_slice_is(said(&asked, "reason"), cases[i].reason))
            fail_msg("%zu: %u %s", i, asked.status, asked.body);
        house_forget(&asked);
    }
    struct asked meant = ask(house, "POST", "/v1/triggers", head, BINARY "ce-id: e-1\r\n",
                             "{\"template\":\"parent-meeting-invitaton\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[\"school:x\"]}}");
    assert_said(&meant, "hint", "Did you mean parent-meeting-invitation?");
    house_forget(&meant);
    meant = ask(house, "POST", "/v1/triggers", head, BINARY "ce-id: e-1\r\n",
                "{\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meeting\",\"tags\":{\"all\":[\"school:x\"]}}");
    assert_said(&meant, "hint", "Did you mean parent-meetings?");
    house_forget(&meant);
    /* All that is wrong with its form. */
    struct asked asked = ask(house, "POST", "/v1/triggers", head, STRUCTURED, "{\"specversion\":\"1.0\",\"id\":\"\",\"data\":{\"topic\":1}}");
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "errors")), 5);
    house_forget(&asked);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM trigger", ""), 0);
    assert_int_equal(pk_sql_int(house->store, 0, "SELECT count(*) FROM outbox", ""), 0);
    /* A turn that is not kept answers 503, and nothing was taken. */
    house->commit_fails = true;
    asked = ask(house, "POST", "/v1/triggers", head, STRUCTURED, EVENT("e-9"));
    assert_int_equal(asked.status, 503);
    assert_true(house_has_header(&asked, "Retry-After: 1"));
    house_forget(&asked);
    house->commit_fails = false;
    asked = ask(house, "POST", "/v1/triggers", head, STRUCTURED, EVENT("e-9"));
    assert_int_equal(asked.status, 202);
    assert_false(said_bool(&asked, "duplicate"));
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_description_and_the_table_agree),
        cmocka_unit_test(test_what_is_never_public),
        test_in_house(test_the_description_needs_no_token),
        test_in_house(test_one_answer_to_every_token_that_does_not_count),
        test_in_house(test_only_what_it_was_made_for),
        test_in_house(test_making_one),
        test_in_house(test_too_often),
        test_in_house(test_methods_types_and_forms),
        test_in_house(test_an_event_by_http),
        test_in_house(test_an_event_is_refused_as_over_mqtt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

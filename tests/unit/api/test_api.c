/* SPDX-License-Identifier: EUPL-1.2 */
/* The way to a handler and back: paths, methods, bodies, listeners, and the answer of a turn that was not kept. */
#include "tests/unit/api/house.h"

#include "gateway/store/internal.h"

static void test_unknown_path_is_404(void **state)
{
    static const char *const paths[] = {
        "/", "/v1", "/v1/nothing", "/v1/status/", "/v1//status", "/v1/accounts//pause", "/v1/accounts/a/b/pause"
    };
    for (size_t i = 0; i < PK_COUNT(paths); i++) {
        struct asked asked = house_json(*state, "GET", paths[i], NULL, 404);
        assert_said(&asked, "code", "not-found");
        assert_said(&asked, "type", "urn:pokana:problem:not-found");
        assert_said(&asked, "title", "not found");
        house_forget(&asked);
    }
}

static void test_wrong_method_is_405_with_allow(void **state)
{
    struct asked asked = house_json(*state, "DELETE", "/v1/hold", NULL, 405);
    assert_true(house_has_header(&asked, "Allow: GET, HEAD, PUT"));
    house_forget(&asked);
    asked = house_json(*state, "GET", "/v1/accounts/first/pause", NULL, 405);
    assert_true(house_has_header(&asked, "Allow: POST"));
    house_forget(&asked);
}

static void test_head_is_get_without_body(void **state)
{
    struct asked asked;
    house_ask(*state, CONTROL, "HEAD", "/healthz", "", NULL, &asked);
    assert_int_equal(asked.status, 200);
    assert_string_equal(asked.body, "");
    house_forget(&asked);
}

static void test_json_route_wants_json(void **state)
{
    static const char *const types[] = { "", "Content-Type: text/plain\r\n", "Content-Type: application/jsonx\r\n",
                                         "Content-Type: text/csv\r\n" };
    for (size_t i = 0; i < PK_COUNT(types); i++) {
        struct asked asked;
        house_ask(*state, CONTROL, "PUT", "/v1/hold", types[i], "{\"all\":true}", &asked);
        assert_int_equal(asked.status, 415);
        assert_said(&asked, "hint", "Send the header Content-Type: application/json.");
        house_forget(&asked);
    }
    struct asked asked;
    house_ask(*state, CONTROL, "PUT", "/v1/hold", "Content-Type: Application/JSON; charset=utf-8\r\n", "{\"all\":false}", &asked);
    assert_int_equal(asked.status, 200);
    house_forget(&asked);
}

static void test_bodies_are_strict(void **state)
{
    static const struct {
        const char *body, *detail;
    } cases[] = {
        { "[]", "the body must be a JSON object" },
        { "{\"al\":true}", "body: unknown field \"al\"" },
        { "{\"all\":\"yes\"}", "field \"all\" must be true or false" },
        { "{}", "field \"all\" or \"restored\" is missing" },
        { "{\"restored\":true}", "field \"restored\" can only be false: a restore sets it" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = house_json(*state, "PUT", "/v1/hold", cases[i].body, 400);
        assert_said(&asked, "detail", cases[i].detail);
        assert_said(&asked, "code", "invalid");
        house_forget(&asked);
    }
    struct asked asked = house_json(*state, "PUT", "/v1/hold", "{\"all\":true", 400);
    house_forget(&asked);
    asked = house_json(*state, "GET", "/v1/hold", NULL, 200);
    assert_false(said_bool(&asked, "all")); /* none of them did anything */
    house_forget(&asked);
}

static void test_large_json_is_413(void **state)
{
    char *body = pk_alloc((64u << 10) + 64);
    memset(body, ' ', (64u << 10) + 16);
    memcpy(body, "{\"all\":true}", 12);
    struct asked asked = house_json(*state, "PUT", "/v1/hold", body, 413);
    assert_said(&asked, "code", "limit");
    house_forget(&asked);
    free(body);
}

static void test_watch_has_health_and_metrics_alone(void **state)
{
    static const char *const open[] = { "/healthz", "/readyz", "/metrics" };
    static const char *const closed[] = { "/v1/status", "/v1/hold", "/hooks/first" };
    struct asked asked;
    for (size_t i = 0; i < PK_COUNT(open); i++) {
        house_ask(*state, WATCH, "GET", open[i], "", NULL, &asked);
        assert_int_equal(asked.status, 200);
        house_forget(&asked);
    }
    for (size_t i = 0; i < PK_COUNT(closed); i++) {
        house_ask(*state, WATCH, "GET", closed[i], "", NULL, &asked);
        assert_int_equal(asked.status, 404);
        house_forget(&asked);
    }
}

/* A TCP peer has no user: the control handler behind such a listener lets nobody in. */
static void test_control_wants_our_own_user(void **state)
{
    struct house *house = *state;
    struct pk_http_server_config config = {
        .address = "127.0.0.1:0",
        .max_connections = 4,
        .max_body_bytes = 4096,
        .max_header_bytes = 32768,
        .idle_timeout_ms = 60000,
        .requests_per_turn = 64,
        .handle = pk_api_handle_control,
        .ctx = house->api,
    };
    struct pk_http_server *watch = house->watch;
    assert_int_equal(pk_http_server_new(house->loop, &config, &house->watch, NULL), 0);
    struct asked asked;
    house_ask(house, WATCH, "GET", "/v1/status", "", NULL, &asked);
    assert_int_equal(asked.status, 403);
    assert_said(&asked, "code", "denied");
    house_forget(&asked);
    pk_http_server_free(house->watch);
    house->watch = watch;
}

static void test_failed_commit_answers_503(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    struct asked asked = house_json(house, "PUT", "/v1/hold", "{\"all\":true}", 503);
    assert_said(&asked, "code", "busy");
    assert_true(house_has_header(&asked, "Retry-After: 1"));
    house_forget(&asked);
    house->commit_fails = false;
    asked = house_json(house, "GET", "/v1/hold", NULL, 200);
    assert_false(said_bool(&asked, "all"));
    assert_int_equal(house_audited(house, "hold.all"), 0);
    house_forget(&asked);
}

/* A disk that fills up: told as ours, kept in health, over when there is room again. */
static void test_full_disk_is_told_and_passes(void **state)
{
    struct house *house = *state;
    struct asked asked = { .status = 200 };
    assert_int_equal(sqlite3_exec(house->store->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL), SQLITE_OK); /* = what there is */
    for (int i = 0; i < 500 && asked.status == 200; i++) {
        house_forget(&asked);
        house_ask(house, CONTROL, "PUT", "/v1/hold", "Content-Type: application/json\r\n", "{\"all\":true}", &asked);
    }
    assert_int_equal(asked.status, 503);
    house_forget(&asked);
    house_ask(house, CONTROL, "GET", "/healthz", "", NULL, &asked);
    assert_int_equal(asked.status, 503);
    assert_true(pk_slice_starts(said(&asked, "why"), "database: the disk is full"));
    house_forget(&asked);
    assert_int_equal(sqlite3_exec(house->store->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
    asked = house_json(house, "PUT", "/v1/hold", "{\"all\":false}", 200);
    house_forget(&asked);
}

/* What a GET of that turn saw may not have happened either. */
static void write_and_fail(struct house *house)
{
    if (house->served == 0 && pk_http_server_open(house->control) > 0) {
        house->served++;
        house->commit_fails = true;
        assert_int_equal(pk_store_set_number(house->store, "test", 1, NULL), 0);
    }
}

static void test_a_get_of_a_failed_turn_answers_503_too(void **state)
{
    struct house *house = *state;
    house->after_serve = write_and_fail;
    struct asked asked = house_json(house, "GET", "/v1/accounts", NULL, 503);
    house_forget(&asked);
    house->commit_fails = false;
    asked = house_json(house, "GET", "/v1/accounts", NULL, 200);
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_unknown_path_is_404),
        test_in_house(test_wrong_method_is_405_with_allow),
        test_in_house(test_head_is_get_without_body),
        test_in_house(test_json_route_wants_json),
        test_in_house(test_bodies_are_strict),
        test_in_house(test_large_json_is_413),
        test_in_house(test_watch_has_health_and_metrics_alone),
        test_in_house(test_control_wants_our_own_user),
        test_in_house(test_failed_commit_answers_503),
        test_in_house(test_full_disk_is_told_and_passes),
        test_in_house(test_a_get_of_a_failed_turn_answers_503_too),
    };
    return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Webhooks over an HTTP client that is a few lines here: written with the event, sent after the commit, tried again with the same
 * id, turned off at the end, sent once where commits fail and once more after a crash.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/io/http_client.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/internal.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

struct sent {
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
    bool ended, public_only;
    char method[16], url[128], headers[1024], body[2048];
};

struct pk_http_client {
    struct sent calls[64];
    size_t count; /* started so far */
};

static bool full; /* the client takes nothing */

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return full ? 0 : (unsigned) (PK_COUNT(client->calls) - client->count);
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    struct sent *sent = &client->calls[client->count++];
    (void) err;
    *sent = (struct sent){ .done = call->done, .ctx = call->ctx, .public_only = call->public_only };
    (void) snprintf(sent->method, sizeof sent->method, "%.*s", PK_SLICE_ARG(call->method));
    (void) snprintf(sent->url, sizeof sent->url, "%.*s", PK_SLICE_ARG(call->url));
    (void) snprintf(sent->body, sizeof sent->body, "%.*s", PK_SLICE_ARG(call->body));
    for (size_t i = 0; i < call->header_count; i++) {
        size_t n = strlen(sent->headers);
        (void) snprintf(sent->headers + n, sizeof sent->headers - n, "%.*s: %.*s\n", PK_SLICE_ARG(call->headers[i].name),
                        PK_SLICE_ARG(call->headers[i].value));
    }
    return 0;
}

static const char *allowed_origin;

static struct pk_slice header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    return strcmp(name, "WebHook-Allowed-Origin") == 0 && allowed_origin ? pk_slice_of(allowed_origin) : (struct pk_slice){ 0 };
}

/* status 0: nothing came back */
static void hear(struct house *house, size_t call, uint32_t status, int64_t retry_after_ms)
{
    struct sent *sent = &house->http->calls[call];
    assert_true(call < house->http->count);
    assert_false(sent->ended);
    sent->ended = true;
    sent->done(sent->ctx, &(struct pk_answer){ .size = sizeof(struct pk_answer), .state = status ? PK_ANSWER_COMPLETE : PK_ANSWER_NONE,
                                               .status = status, .retry_after_ms = retry_after_ms, .header = header });
}

static void answer(struct house *house, size_t call, uint32_t status)
{
    hear(house, call, status, 0);
    house_turn(house);
}

static size_t calls(const struct house *house)
{
    return house->http->count;
}

/* ---- the house with a webhook ---- */

#define URL "https://hooks.example/in"
static const char *const all_events[] = { "*" };
static const char *const rejections[] = { "nl.notices.trigger-rejected.v1" };
static struct pk_webhook_rule webhooks[2];

static int with_webhook(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    webhooks[0] = (struct pk_webhook_rule){
        .name = "portal", .url = URL, .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .publisher = "school",
        .types = { rejections, 1 }, .timeout_ms = 20000,
    };
    webhooks[1] = webhooks[0];
    webhooks[1].name = "alarms";
    webhooks[1].publisher = "alarm";
    webhooks[1].types = (struct pk_words){ all_events, 1 };
    house->rules.webhooks = webhooks;
    house->rules.webhook_count = 2;
    house->rules.keep_webhooks_ms = 14 * DAY_MS;
    house->rules.public_url = "https://pokana.example";
    house->http = pk_alloc(sizeof *house->http);
    allowed_origin = NULL;
    house_reopen(house);
    return r;
}

static int without_webhook(void **state)
{
    struct house *house = *state;
    struct pk_http_client *http = house->http;
    int r = house_tear(state);
    free(http);
    return r;
}
#define with_hook(name) cmocka_unit_test_setup_teardown(name, with_webhook, without_webhook)

/* Refused for want of a route: one event each. */
static void make_events(struct house *house, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(house_publish(house, "school", "\"nonsense\":1"), 0);
}

static int64_t in_state(struct house *house, enum pk_webhook_state state)
{
    char sql[96];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM webhook_delivery WHERE state = %d", (int) state);
    return house_count(house, sql);
}

static int64_t first_delivery(struct house *house)
{
    return house_count(house, "SELECT id FROM webhook_delivery ORDER BY id LIMIT 1");
}

/* The value of a header of a call, as text. */
static void value_of(const struct house *house, size_t call, const char *name, char ret_value[256])
{
    char wanted[64];
    (void) snprintf(wanted, sizeof wanted, "%s: ", name);
    const char *at = strstr(house->http->calls[call].headers, wanted);
    if (!at)
        fail_msg("no header %s in %s", name, house->http->calls[call].headers);
    (void) snprintf(ret_value, 256, "%.*s", (int) strcspn(at + strlen(wanted), "\n"), at + strlen(wanted));
}

static struct pk_webhook_place place(struct house *house)
{
    struct pk_webhook_place found;
    pk_webhook_place(house->store, "portal", &found);
    return found;
}

static int act(struct house *house, int (*what)(struct house *house, struct pk_error *err), struct pk_error *err)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = what(house, err);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    return r;
}

static int resend_first(struct house *house, struct pk_error *err)
{
    return pk_webhooks_resend(house->service, &operator, first_delivery(house), pk_clock_wall_ms(), err);
}

static int resume(struct house *house, struct pk_error *err)
{
    int64_t waiting = 0;
    return pk_webhooks_resume(house->service, &operator, PK_SLICE("portal"), pk_clock_wall_ms(), &waiting, err);
}

static int test(struct house *house, struct pk_error *err)
{
    int64_t id = 0;
    return pk_webhooks_test(house->service, &operator, PK_SLICE("portal"), pk_clock_wall_ms(), &id, err);
}

/* ---- the tests ---- */

static void sent_signed_and_delivered(void **state)
{
    struct house *house = *state;
    char value[256];
    make_events(house, 1);
    assert_int_equal(calls(house), 1);
    const struct sent *sent = &house->http->calls[0];
    assert_string_equal(sent->method, "POST");
    assert_string_equal(sent->url, URL);
    assert_true(sent->public_only);
    value_of(house, 0, "Content-Type", value);
    assert_string_equal(value, "application/cloudevents+json; charset=UTF-8");
    value_of(house, 0, "webhook-id", value);
    char member[300];
    (void) snprintf(member, sizeof member, "\"id\":\"%s\"", value);
    assert_non_null(strstr(sent->body, member));
    assert_non_null(strstr(sent->body, "trigger-rejected"));
    value_of(house, 0, "webhook-timestamp", value);
    assert_int_equal(strtoll(value, NULL, 10), HOUSE_NOW / 1000);
    value_of(house, 0, "webhook-signature", value);
    assert_int_equal(strncmp(value, "v1,", 3), 0);
    assert_null(strstr(sent->headers, "Authorization"));
    answer(house, 0, 204);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 1);
    assert_int_equal(house->service->metrics.webhooks[PK_WEBHOOK_TAKEN], 1);
    house_later(house, DAY_MS);
    assert_int_equal(calls(house), 1);
}

/* Another publisher's events, and types it did not ask for, are not for it. */
static void only_what_it_wants(void **state)
{
    struct house *house = *state;
    assert_int_equal(house_publish(house, "alarm", "\"nonsense\":1"), 0);
    assert_int_equal(calls(house), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM webhook_delivery WHERE endpoint = 'alarms'"), 1);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0); /* accepted, planned */
    assert_int_equal(house_count(house, "SELECT count(*) FROM webhook_delivery WHERE endpoint = 'portal'"), 0);
    assert_true(house_count(house, "SELECT count(*) FROM outbox") >= 2);
}

static void a_unit_that_is_dropped_sends_nothing(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    make_events(house, 1);
    house->commit_fails = false;
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(calls(house), 0);
    assert_int_equal(in_state(house, PK_WEBHOOK_WAITING), 0);
}

static void tried_again_with_the_same_id(void **state)
{
    struct house *house = *state;
    char first[256], second[256], one[256], other[256];
    make_events(house, 1);
    answer(house, 0, 500);
    house_later(house, 4 * SECOND_MS);
    assert_int_equal(calls(house), 1);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(calls(house), 2);
    value_of(house, 0, "webhook-id", first);
    value_of(house, 1, "webhook-id", second);
    assert_string_equal(first, second);
    assert_string_equal(house->http->calls[0].body, house->http->calls[1].body);
    value_of(house, 0, "webhook-signature", one); /* of another moment */
    value_of(house, 1, "webhook-signature", other);
    assert_string_not_equal(one, other);
    answer(house, 1, 0);
    assert_int_equal(house_count(house, "SELECT outcome FROM webhook_delivery"), PK_WEBHOOK_NO_ANSWER);
    house_later(house, 6 * MINUTE_MS);
    answer(house, 2, 200);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 1);
    assert_int_equal(house_count(house, "SELECT tries FROM webhook_delivery"), 3);
}

static void the_last_try_turns_it_off_and_says_so(void **state)
{
    struct house *house = *state;
    struct pk_condition condition;
    struct pk_error err = { 0 };
    make_events(house, 1);
    for (unsigned tries = 0; tries < PK_WEBHOOK_TRIES; tries++) {
        assert_int_equal(calls(house), tries + 1);
        answer(house, tries, 500);
        house_later(house, 27 * HOUR_MS);
    }
    assert_int_equal(calls(house), PK_WEBHOOK_TRIES);
    assert_int_equal(in_state(house, PK_WEBHOOK_FAILED), 1);
    assert_true(place(house).off_ms != 0);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_true(condition.degraded);
    assert_non_null(strstr(condition.why, "webhook portal is off: refused"));
    make_events(house, 2); /* kept for when it is on again */
    assert_int_equal(calls(house), PK_WEBHOOK_TRIES);
    assert_int_equal(in_state(house, PK_WEBHOOK_WAITING), 2);
    assert_int_equal(act(house, test, &err), PK_E_CONFLICT);
    assert_int_equal(act(house, resend_first, &err), PK_E_CONFLICT);
    assert_int_equal(act(house, resume, &err), 0);
    assert_int_equal(calls(house), PK_WEBHOOK_TRIES + 3); /* the one that failed as well */
    assert_int_equal(place(house).off_ms, 0);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_null(strstr(condition.why, "webhook"));
}

static void gone_is_off_at_once(void **state)
{
    struct house *house = *state;
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    make_events(house, 1);
    answer(house, 0, 410);
    assert_int_equal(place(house).off_outcome, PK_WEBHOOK_GONE);
    assert_true(house_count(house, "SELECT value FROM number WHERE name = 'team.webhook.noted'") > 0); /* the team will hear of it */
    make_events(house, 1);
    house_later(house, DAY_MS);
    assert_int_equal(calls(house), 1);
    house_later(house, 8 * DAY_MS); /* nobody put it on again */
    assert_int_equal(in_state(house, PK_WEBHOOK_EXPIRED), 1);
    assert_int_equal(house->service->metrics.webhooks_expired, 1);
    house_later(house, 15 * DAY_MS);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM webhook_delivery"), 0);
}

/* Nothing else goes there either before the moment it named. */
static void who_asks_for_time_gets_it(void **state)
{
    struct house *house = *state;
    make_events(house, 1);
    hear(house, 0, 429, HOUR_MS);
    house_turn(house);
    make_events(house, 1);
    house_later(house, 59 * MINUTE_MS);
    assert_int_equal(calls(house), 1);
    house_later(house, 2 * MINUTE_MS);
    assert_true(calls(house) >= 2); /* the new one: the other waits up to six minutes longer, by chance */
    house_later(house, 6 * MINUTE_MS);
    assert_int_equal(calls(house), 3);
    assert_int_equal(place(house).off_ms, 0);
}

static void a_few_at_once_for_each(void **state)
{
    struct house *house = *state;
    make_events(house, 10);
    assert_int_equal(calls(house), PK_WEBHOOK_CALLS_EACH);
    assert_int_equal(house_publish(house, "alarm", "\"nonsense\":1"), 0);
    assert_int_equal(calls(house), PK_WEBHOOK_CALLS_EACH + 1); /* the other one does not wait for it */
    answer(house, 2, 200);
    assert_int_equal(calls(house), PK_WEBHOOK_CALLS_EACH + 2);
    for (size_t i = 0; i < calls(house); i++)
        if (!house->http->calls[i].ended)
            answer(house, i, 200);
    assert_int_equal(calls(house), 11);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 11);
}

/* With every call in use, one that ends is not always given to the first who has more to say. */
static void everybody_comes_to_it(void **state)
{
    static struct pk_webhook_rule many[6];
    static const char *const names[] = { "one", "two", "three", "four", "five", "six" };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(many); i++) {
        many[i] = webhooks[0];
        many[i].name = names[i];
    }
    house->rules.webhooks = many;
    house->rules.webhook_count = PK_COUNT(many);
    full = true;
    make_events(house, 12);
    full = false;
    pk_webhooks_look(house->service->webhooks);
    house_turn(house);
    assert_int_equal(calls(house), PK_WEBHOOK_CALLS); /* of four of them */
    for (size_t i = 0; i < 24; i++)
        answer(house, i, 200);
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        char sql[112];
        (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM webhook_delivery WHERE state = 2 AND endpoint = '%s'", names[i]);
        if (house_count(house, sql) == 0)
            fail_msg("%s was told nothing", names[i]);
    }
}

/* Both are signed with while the secret changes; a reload is enough. */
static void a_secret_changes_by_a_reload(void **state)
{
    struct house *house = *state;
    char before[256], during[256];
    struct pk_rules rules = house->rules;
    struct pk_webhook_rule changed = webhooks[0];
    make_events(house, 1);
    value_of(house, 0, "webhook-signature", before);
    answer(house, 0, 500);
    changed.secret_before = changed.secret;
    changed.secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    changed.token = "t0ken";
    rules.webhooks = &changed;
    rules.webhook_count = 1;
    assert_int_equal(pk_service_reload(house->service, &rules, house->catalog, NULL), 0);
    house_later(house, 6 * SECOND_MS);
    assert_int_equal(calls(house), 2);
    value_of(house, 1, "webhook-signature", during);
    assert_non_null(strstr(during, " v1,"));
    assert_null(strchr(before, ' '));
    value_of(house, 1, "Authorization", during);
    assert_string_equal(during, "Bearer t0ken");
    answer(house, 1, 200);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 1);
}

/* The outcome is kept in memory until a commit holds it: a database in trouble does not make anything be sent twice. */
static void a_failed_commit_sends_nothing_twice(void **state)
{
    struct house *house = *state;
    make_events(house, 1);
    hear(house, 0, 200, 0);
    house->commit_fails = true;
    house_later(house, 10 * SECOND_MS);
    house_later(house, 10 * SECOND_MS);
    assert_int_equal(calls(house), 1);
    assert_int_equal(in_state(house, PK_WEBHOOK_WAITING), 1);
    house->commit_fails = false;
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 1);
    assert_int_equal(calls(house), 1);
    assert_int_equal(house->service->metrics.webhooks[PK_WEBHOOK_TAKEN], 1);
}

static void a_crash_before_the_outcome_sends_once_more(void **state)
{
    struct house *house = *state;
    char first[256], second[256];
    make_events(house, 1);
    house_crash(house);
    assert_int_equal(calls(house), 2);
    value_of(house, 0, "webhook-id", first);
    value_of(house, 1, "webhook-id", second);
    assert_string_equal(first, second);
    answer(house, 1, 200);
    house_reopen(house);
    house_later(house, DAY_MS);
    assert_int_equal(calls(house), 2);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 1);
}

static void nothing_is_sent_before_it_said_yes(void **state)
{
    struct house *house = *state;
    char value[256];
    webhooks[0].handshake = true;
    make_events(house, 2);
    assert_int_equal(calls(house), 1);
    assert_string_equal(house->http->calls[0].method, "OPTIONS");
    assert_string_equal(house->http->calls[0].body, "");
    value_of(house, 0, "WebHook-Request-Origin", value);
    assert_string_equal(value, "pokana.example");
    allowed_origin = "other.example";
    answer(house, 0, 200);
    assert_int_equal(house_count(house, "SELECT outcome FROM webhook_delivery ORDER BY id LIMIT 1"), PK_WEBHOOK_NOT_PERMITTED);
    assert_int_equal(calls(house), 2); /* asked for the other event: the first waits its five seconds */
    assert_string_equal(house->http->calls[1].method, "OPTIONS");
    allowed_origin = "pokana.example";
    answer(house, 1, 200);
    assert_int_equal(calls(house), 3);
    assert_string_equal(house->http->calls[2].method, "POST");
    answer(house, 2, 200);
    house_later(house, 6 * SECOND_MS);
    assert_string_equal(house->http->calls[3].method, "POST");
    answer(house, 3, 200);
    assert_int_equal(in_state(house, PK_WEBHOOK_DELIVERED), 2);
    webhooks[0].url = "https://hooks.example/elsewhere"; /* another address is asked itself */
    make_events(house, 1);
    assert_string_equal(house->http->calls[4].method, "OPTIONS");
}

static void sent_again_by_hand_and_tested(void **state)
{
    struct house *house = *state;
    const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "kalina" };
    struct pk_error err = { 0 };
    char first[256], second[256];
    int64_t id = 0;
    make_events(house, 1);
    answer(house, 0, 200);
    house_later(house, 10 * DAY_MS); /* later than anything waits */
    assert_int_equal(act(house, resend_first, &err), 0);
    assert_int_equal(calls(house), 2);
    value_of(house, 0, "webhook-id", first);
    value_of(house, 1, "webhook-id", second);
    assert_string_equal(first, second);
    answer(house, 1, 500);
    house_later(house, 10 * SECOND_MS);
    answer(house, 2, 200);
    assert_int_equal(act(house, test, &err), 0);
    assert_int_equal(calls(house), 4);
    assert_non_null(strstr(house->http->calls[3].body, "\"type\":\"nl.notices.webhook-tested.v1\""));
    assert_non_null(strstr(house->http->calls[3].body, "{\"webhook\":\"portal\"}"));
    assert_int_equal(pk_webhooks_test(house->service, &desk, PK_SLICE("portal"), HOUSE_NOW, &id, &err), PK_E_DENIED);
    assert_int_equal(pk_webhooks_test(house->service, &operator, PK_SLICE("nothing"), HOUSE_NOW, &id, &err), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action IN ('webhook.resend', 'webhook.test')"), 2);
}

static void too_many_are_counted_not_kept(void **state)
{
    struct house *house = *state;
    assert_int_equal(sqlite3_exec(house->store->db,
                                  "BEGIN; INSERT INTO webhook_endpoint VALUES('portal', 1, 5, 0, 0, x'', 10000); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                                  " SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO webhook_delivery SELECT i, 'portal', 'e', 't', x'', 1, 0, 0, 0,"
                                  " 1791880200000, 1791880200000, 0, 0 FROM n; COMMIT",
                                  NULL, NULL, NULL), SQLITE_OK);
    make_events(house, 2);
    assert_int_equal(place(house).missed, 2);
    assert_int_equal(house->service->metrics.webhooks_missed, 2);
    assert_int_equal(in_state(house, PK_WEBHOOK_WAITING), PK_WEBHOOK_WAITING_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_hook(sent_signed_and_delivered),
        with_hook(only_what_it_wants),
        with_hook(a_unit_that_is_dropped_sends_nothing),
        with_hook(tried_again_with_the_same_id),
        with_hook(the_last_try_turns_it_off_and_says_so),
        with_hook(gone_is_off_at_once),
        with_hook(who_asks_for_time_gets_it),
        with_hook(a_few_at_once_for_each),
        with_hook(everybody_comes_to_it),
        with_hook(a_secret_changes_by_a_reload),
        with_hook(a_failed_commit_sends_nothing_twice),
        with_hook(a_crash_before_the_outcome_sends_once_more),
        with_hook(nothing_is_sent_before_it_said_yes),
        with_hook(sent_again_by_hand_and_tested),
        with_hook(too_many_are_counted_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

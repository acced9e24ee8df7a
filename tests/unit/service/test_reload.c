/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * New rules while messages are on their way: an account that did not change goes on, one that changed or is gone finishes
 * what it has and closes, and rules that cannot be used change nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/desks.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/planner.h"
#include "gateway/store/messages.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"
#include "tests/unit/api/fake_adapter.h"

#define NOW 1764000000000 /* 2025-11-24T16:00:00Z */
#define ACCOUNTS_MAX 3

/* The fake adapter with one setting, so that settings can differ. */
static const struct pk_setting settings_declared[] = { { .name = "sender", .type = PK_SETTING_TEXT, .fallback = "x", .help = "Whom it is from." } };
static struct pk_adapter adapter;
static size_t open_count; /* accounts of the adapter that are open */
static bool refuses; /* the next one cannot be opened */

static int open_counted(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    if (refuses)
        return pk_fail(err, PK_E_CONFIG, "the sender is not known");
    open_count++;
    return fake_adapter.open(host, values, count, ret_self, err);
}

static void close_counted(void *self)
{
    open_count--;
    fake_adapter.close(self);
}

/* ---- rules as a configuration would make them; freed like it ---- */

struct ruling {
    struct pk_rules rules;
    struct pk_account_rule accounts[ACCOUNTS_MAX];
    const char *names[ACCOUNTS_MAX];
    struct pk_route_rule route;
};

static struct pk_settings *settings(const char *sender)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_settings *read = NULL;
    char text[80];
    (void) snprintf(text, sizeof text, "[account a]\nsender = %s\n", sender);
    assert_int_equal(pk_ini_parse("test.conf", pk_slice_of(text), &report, &ini, NULL), 0);
    assert_int_equal(pk_settings_read(&adapter, ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, &read), 0);
    pk_ini_free(ini);
    return read;
}

/* "a=x b=y": accounts in order of preference, with their sender. */
static struct ruling *ruling_new(const char *const *accounts)
{
    struct ruling *ruling = pk_alloc(sizeof *ruling);
    size_t count = 0;
    for (; accounts[count]; count++) {
        const char *equals = strchr(accounts[count], '=');
        ruling->names[count] = pk_strndup(accounts[count], (size_t) (equals - accounts[count]));
        ruling->accounts[count] = (struct pk_account_rule){
            .name = ruling->names[count],
            .adapter = &adapter,
            .settings = settings(equals + 1),
            .window = 4,
            .retry = { 5000, 60000, 3 },
            .breaker = { 5, 1000, 1000, 60000, 1 },
            .timeout_ms = 1000,
            .connect_timeout_ms = 1000,
            .receipt_window_ms = 3600000,
        };
    }
    ruling->route = (struct pk_route_rule){ .name = "main", .channel = "sms", .accounts = { ruling->names, count } };
    ruling->rules = (struct pk_rules){
        .instance = "test", .source = "urn:test", .organisation = "Gemeente Voorbeeld", .zone = "Europe/Amsterdam",
        .default_language = "bg", .phone_region = "NL", .accounts = ruling->accounts, .account_count = count,
        .routes = &ruling->route, .route_count = 1, .default_route = "main", .validity_ms = 86400000, .answers_per_day = 5,
        .reply_window_ms = 86400000, .keep_messages_ms = 86400000, .keep_replies_ms = 86400000, .keep_triggers_ms = 86400000,
    };
    return ruling;
}

static void ruling_free(struct ruling *ruling)
{
    for (size_t i = 0; i < ruling->rules.account_count; i++) {
        pk_settings_free(ruling->accounts[i].settings);
        explicit_bzero((char *) ruling->names[i], strlen(ruling->names[i])); /* whoever still looks reads nothing */
        free((char *) ruling->names[i]);
    }
    free(ruling);
}

/* ---- a service on a loop ---- */

struct office {
    struct pk_loop *loop;
    struct pk_keyring *keys;
    struct pk_store *store;
    struct pk_catalog *catalog;
    struct pk_service *service;
    struct ruling *ruling;
};

static void harvest(void *ctx)
{
    pk_service_harvest(((struct office *) ctx)->service);
}

static void open_attempts(void *ctx)
{
    pk_service_open(((struct office *) ctx)->service);
}

static void commit(void *ctx)
{
    pk_service_commit(((struct office *) ctx)->service);
}

static void release(void *ctx)
{
    struct office *office = ctx;
    pk_service_release_answers(office->service);
    pk_service_release_calls(office->service);
}

static void turns(struct office *office, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pk_loop_turn(office->loop, 0, NULL), 0);
}

static int build(void **state)
{
    static const uint8_t master[PK_KEY_BYTES] = "thirty-two bytes of a test's key";
    static const char *const first[] = { "a=x", "b=y", NULL };
    struct office *office = pk_alloc(sizeof *office);
    struct pk_ini_report report = { 0 };
    struct pk_error err = { 0 };
    *state = office;
    adapter = fake_adapter;
    adapter.settings = settings_declared;
    adapter.setting_count = 1;
    adapter.open = open_counted;
    adapter.close = close_counted;
    refuses = false;
    open_count = 0;
    pk_log_set_fd(-1);
    pk_clock_set_manual(NOW);
    office->keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(office->keys, 1, master, NULL), 0);
    assert_int_equal(pk_loop_new(&office->loop, NULL), 0);
    assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &report, &office->catalog, &err), 0);
    struct pk_store_config store = { .path = ":memory:", .keys = office->keys, .sync_off = true };
    assert_int_equal(pk_store_open(&store, &office->store, &err), 0);
    office->ruling = ruling_new(first);
    struct pk_service_config config = { .loop = office->loop, .store = office->store, .rules = &office->ruling->rules, .catalog = office->catalog };
    if (pk_service_new(&config, &office->service, &err) != 0)
        fail_msg("%s", err.message);
    pk_loop_on_phase(office->loop, PK_PHASE_HARVEST, harvest, office);
    pk_loop_on_phase(office->loop, PK_PHASE_OPEN, open_attempts, office);
    pk_loop_on_phase(office->loop, PK_PHASE_COMMIT, commit, office);
    pk_loop_on_phase(office->loop, PK_PHASE_RELEASE, release, office);
    turns(office, 2); /* recovery */
    return 0;
}

static int tear(void **state)
{
    struct office *office = *state;
    pk_service_free(office->service);
    pk_loop_free(office->loop);
    pk_store_close(office->store);
    pk_keyring_free(office->keys);
    pk_catalog_free(office->catalog);
    ruling_free(office->ruling);
    free(office);
    pk_clock_set_system();
    return open_count == 0 ? 0 : -1;
}

/* As the application does it: the old rules are gone when this returns. */
static int reload(struct office *office, const char *const *accounts, struct pk_error *err)
{
    struct ruling *fresh = ruling_new(accounts);
    int r = pk_service_reload(office->service, &fresh->rules, office->catalog, err);
    struct ruling *gone = r == 0 ? office->ruling : fresh;
    if (r == 0)
        office->ruling = fresh;
    ruling_free(gone);
    return r;
}

static int64_t queue_message(struct office *office)
{
    struct pk_service *service = office->service;
    struct pk_address address = { 0 };
    uint32_t channel = service->desks->routes[0].channel;
    assert_int_equal(pk_unit_begin(office->store, NULL), 0);
    if (pk_address_find(office->store, channel, PK_SLICE(FAKE_NUMBER), &address, NULL) != 0)
        assert_int_equal(pk_address_add(office->store, 0, channel, PK_SLICE(FAKE_NUMBER), NOW, &address.id, NULL), 0);
    struct pk_notice notice = { .cls = PK_CLASS_STAFF, .template_name = PK_SLICE("help"), .values = PK_SLICE("{}"), .created_ms = NOW };
    struct pk_message message = {
        .id = pk_id_ordered(), .address = address.id, .channel = channel, .cls = PK_CLASS_STAFF, .route = service->desks->routes[0].id,
        .priority = PK_PRIORITY_NORMAL, .state = PK_MESSAGE_QUEUED, .due_ms = NOW, .expires_ms = NOW + 3600000, .updated_ms = NOW,
    };
    assert_int_equal(pk_planner_queue(service, &notice, PK_SLICE("nl"), (struct pk_slice){ 0 }, &message, NULL), 0);
    assert_int_equal(pk_unit_keep(office->store, NULL), 0);
    turns(office, 2);
    return message.id;
}

static uint32_t state_of(struct office *office, int64_t id)
{
    struct pk_message message;
    assert_int_equal(pk_message_get(office->store, id, &message, NULL), 0);
    return message.state;
}

/* ---- the tests ---- */

static void what_did_not_change_goes_on(void **state)
{
    static const char *const changed_second[] = { "a=x", "b=z", NULL };
    struct office *office = *state;
    struct fake *a = fake_opened(1);
    struct pk_desk *desk = pk_desks_find(office->service->desks, "a");
    int64_t message = queue_message(office);
    assert_int_equal(a->count, 1);
    assert_int_equal(reload(office, changed_second, NULL), 0);
    assert_ptr_equal(pk_desks_find(office->service->desks, "a"), desk);
    assert_string_equal(desk->rule->name, "a");
    assert_int_equal(desk->flying, 1);
    turns(office, 2);
    assert_int_equal(open_count, 2); /* b was idle: the old one is closed, the new one open */
    fake_complete(a, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 2);
    assert_int_equal(state_of(office, message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(desk->flying, 0);
}

static void what_changed_finishes_first(void **state)
{
    static const char *const changed_first[] = { "a=other", "b=y", NULL };
    struct office *office = *state;
    struct fake *old = fake_opened(1);
    int64_t message = queue_message(office);
    assert_int_equal(old->count, 1);
    assert_int_equal(reload(office, changed_first, NULL), 0);
    struct fake *fresh = fake_opened(0);
    assert_ptr_not_equal(fresh, old);
    turns(office, 3);
    assert_int_equal(open_count, 3);
    assert_int_equal(office->service->desks->leaving_count, 1);
    assert_false(pk_service_idle(office->service)); /* a stop would wait for it */

    int64_t next = queue_message(office);
    assert_int_equal(fresh->count, 1); /* by the new one */
    assert_int_equal(old->count, 1);

    fake_complete(old, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 3);
    assert_int_equal(state_of(office, message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(office->service->desks->leaving_count, 0);
    assert_int_equal(open_count, 2);
    fake_complete(fresh, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 2);
    assert_int_equal(state_of(office, next), PK_MESSAGE_ACCEPTED);
}

static void one_that_is_gone_finishes_too(void **state)
{
    static const char *const only_second[] = { "b=y", NULL };
    struct office *office = *state;
    struct fake *a = fake_opened(1), *b = fake_opened(0);
    int64_t message = queue_message(office);
    assert_int_equal(reload(office, only_second, NULL), 0);
    assert_null(pk_desks_find(office->service->desks, "a"));
    int64_t next = queue_message(office);
    assert_int_equal(b->count, 1);
    assert_int_equal(state_of(office, next), PK_MESSAGE_SUBMITTING);
    fake_complete(a, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 3);
    assert_int_equal(state_of(office, message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(open_count, 1);
}

static void an_old_refusal_does_not_pause_the_new_one(void **state)
{
    static const char *const put_right[] = { "a=right", "b=y", NULL };
    struct office *office = *state;
    struct fake *old = fake_opened(1);
    (void) queue_message(office);
    assert_int_equal(reload(office, put_right, NULL), 0);
    fake_complete(old, 0, PK_OUTCOME_MISCONFIGURED);
    turns(office, 3);
    assert_false(pk_desks_find(office->service->desks, "a")->paused);
    assert_int_equal(pk_store_number(office->store, "hold.account.a", 0), 0);
    assert_int_equal(open_count, 2);
}

static void what_cannot_be_opened_changes_nothing(void **state)
{
    static const char *const changed[] = { "a=x", "b=bad", "c=bad", NULL };
    struct office *office = *state;
    struct fake *a = fake_opened(1);
    struct pk_desks *desks = office->service->desks;
    struct pk_error err = { 0 };
    int64_t message = queue_message(office);
    refuses = true;
    assert_int_equal(reload(office, changed, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "account \"b\": the sender is not known");
    assert_ptr_equal(office->service->desks, desks);
    assert_ptr_equal(office->service->rules, &office->ruling->rules);
    assert_int_equal(open_count, 2);
    fake_complete(a, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 2);
    assert_int_equal(state_of(office, message), PK_MESSAGE_ACCEPTED);
}

static void twice_before_anything_ended(void **state)
{
    static const char *const second[] = { "a=2", "b=y", NULL }, *const third[] = { "a=3", "b=y", NULL };
    struct office *office = *state;
    struct fake *one = fake_opened(1);
    int64_t first_message = queue_message(office);
    assert_int_equal(reload(office, second, NULL), 0);
    struct fake *two = fake_opened(0);
    int64_t second_message = queue_message(office);
    assert_int_equal(reload(office, third, NULL), 0);
    turns(office, 2);
    assert_int_equal(office->service->desks->leaving_count, 2);
    assert_int_equal(open_count, 4);
    fake_complete(two, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 3);
    assert_int_equal(state_of(office, second_message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(open_count, 3);
    fake_complete(one, 0, PK_OUTCOME_ACCEPTED);
    turns(office, 3);
    assert_int_equal(state_of(office, first_message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(open_count, 2);
}

/* What still flies when the gateway ends is kept as uncertain, also of an account that was leaving. */
static void the_end_settles_those_that_leave(void **state)
{
    static const char *const changed[] = { "a=2", "b=y", NULL };
    struct office *office = *state;
    int64_t message = queue_message(office);
    assert_int_equal(reload(office, changed, NULL), 0);
    turns(office, 1);
    pk_service_free(office->service);
    office->service = NULL;
    assert_int_equal(state_of(office, message), PK_MESSAGE_UNCERTAIN);
    assert_int_equal(open_count, 0);
}

static void trouble_is_told_in_health(void **state)
{
    struct office *office = *state;
    struct pk_condition condition;
    pk_service_config_trouble(office->service, "not taken over: \"pokana.conf\" holds 2 mistakes");
    pk_upkeep_condition(office->service->upkeep, &condition);
    assert_true(condition.ready);
    assert_true(condition.degraded);
    assert_string_equal(condition.why, "configuration: not taken over: \"pokana.conf\" holds 2 mistakes");
    pk_service_config_trouble(office->service, "");
    pk_upkeep_condition(office->service->upkeep, &condition);
    assert_false(condition.degraded);
}

#define in_office(name) cmocka_unit_test_setup_teardown(name, build, tear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_office(what_did_not_change_goes_on),
        in_office(what_changed_finishes_first),
        in_office(one_that_is_gone_finishes_too),
        in_office(an_old_refusal_does_not_pause_the_new_one),
        in_office(what_cannot_be_opened_changes_nothing),
        in_office(twice_before_anything_ended),
        in_office(the_end_settles_those_that_leave),
        in_office(trouble_is_told_in_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

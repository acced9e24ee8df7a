/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers that a restored backup brings back half done: what they make now may have been sent since the backup was
 * taken, so it waits for a person. What is for later, and what is new, does not.
 */
#include "tests/unit/cmocka.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"
#include "gateway/store/triggers.h"

#define TAKEN_MS 1780300800000ll /* 2026-06-01T08:00:00Z */
#define HOUR_MS 3600000ll
#define RESTORED_MS (TAKEN_MS + 24 * HOUR_MS)
#define NOW_MS (RESTORED_MS + HOUR_MS)

static const struct pk_rules rules = { .default_language = "bg", .question_every_ms = 1 };

struct world {
    struct pk_keyring *keys;
    struct pk_catalog *catalog;
    struct pk_store *store;
    struct pk_loop *loop;
    struct pk_service *service;
    struct pk_desks desks;
    struct pk_lane_route route;
    uint32_t topic;
};

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint)
{
    (void) ctx;
    (void) section;
    (void) key;
    (void) hint;
    print_message("%s:%u: %s\n", file, line, reason);
}

static void add_person(struct world *world)
{
    int64_t who, address;
    assert_int_equal(pk_recipient_add(world->store, PK_SLICE("bg"), PK_SLICE(""), NOW_MS, &who, NULL), 0);
    assert_int_equal(pk_address_add(world->store, who, world->route.channel, PK_SLICE("+31600000001"), NOW_MS, &address, NULL),
                     0);
    struct pk_consent_event event = {
        .recipient = who, .topic = world->topic, .channel = world->route.channel, .kind = PK_CONSENT_CONFIRMED, .at_ms = TAKEN_MS
    };
    assert_int_equal(pk_ledger_append(world->store, &event, NULL), 0);
}

static int begin(void **state)
{
    static const uint8_t master[PK_KEY_BYTES] = { 7 };
    struct pk_ini_report report = { .tell = tell };
    struct world *world = calloc(1, sizeof *world);
    pk_clock_set_manual(NOW_MS);
    world->keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(world->keys, 1, master, NULL), 0);
    assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &report, &world->catalog, NULL), 0);
    struct pk_store_config config = { .path = ":memory:", .keys = world->keys };
    assert_int_equal(pk_store_open(&config, &world->store, NULL), 0);
    assert_int_equal(pk_loop_new(&world->loop, NULL), 0);
    assert_int_equal(pk_name_intern(world->store, PK_NAME_ROUTE, PK_SLICE("main"), &world->route.id, NULL), 0);
    assert_int_equal(pk_name_intern(world->store, PK_NAME_CHANNEL, PK_SLICE("sms"), &world->route.channel, NULL), 0);
    assert_int_equal(pk_name_intern(world->store, PK_NAME_TOPIC, PK_SLICE("festival"), &world->topic, NULL), 0);
    world->desks = (struct pk_desks){ .routes = &world->route, .route_count = 1 };
    world->service = pk_service_new_planning(world->store, &rules, world->catalog);
    world->service->loop = world->loop;
    world->service->desks = &world->desks;
    world->service->planner = pk_planner_new(world->service);
    add_person(world);
    assert_int_equal(pk_store_set_number(world->store, "restore.taken_ms", TAKEN_MS, NULL), 0);
    assert_int_equal(pk_store_set_number(world->store, "restore.at_ms", RESTORED_MS, NULL), 0);
    assert_int_equal(pk_store_commit(world->store, NULL), 0);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    world->service->desks = NULL; /* ours */
    pk_service_free(world->service);
    pk_store_close(world->store);
    pk_loop_free(world->loop);
    pk_catalog_free(world->catalog);
    pk_keyring_free(world->keys);
    pk_clock_set_system();
    free(world);
    return 0;
}

static void add_trigger(struct world *world, int64_t received_ms, int64_t send_at_ms)
{
    struct pk_notice notice = { .cls = PK_CLASS_NOTICE,
                                .topic = world->topic,
                                .template_name = PK_SLICE("festival-invitation"),
                                .values = PK_SLICE("{}"),
                                .created_ms = received_ms };
    struct pk_trigger trigger = { .id = pk_id_ordered(),
                                  .state = PK_TRIGGER_EXPANDING,
                                  .source = PK_SLICE("urn:x"),
                                  .event_id = PK_SLICE("1"),
                                  .type = PK_SLICE("t"),
                                  .received_ms = received_ms,
                                  .audience = PK_SLICE("{}"),
                                  .send_at_ms = send_at_ms,
                                  .valid_until_ms = NOW_MS + 1000 * HOUR_MS,
                                  .priority = PK_PRIORITY_NORMAL,
                                  .route = world->route.id,
                                  .ceiling = 10 };
    notice.trigger = trigger.id;
    assert_int_equal(pk_notice_add(world->store, &notice, &trigger.notice, NULL), 0);
    assert_int_equal(pk_trigger_add(world->store, &trigger, NULL), 0);
}

static int keep(void *ctx, const struct pk_message *message)
{
    *(struct pk_message *) ctx = *message;
    return 0;
}

/* What the trigger makes when it is expanded now. */
static struct pk_message expand(struct world *world, int64_t received_ms, int64_t send_at_ms)
{
    struct pk_message made = { 0 };
    struct pk_message_filter any = { .state = -1 };
    add_trigger(world, received_ms, send_at_ms);
    pk_planner_run(world->service->planner);
    assert_int_equal(pk_store_commit(world->store, NULL), 0);
    assert_int_equal(pk_messages_list(world->store, &any, 10, keep, &made, NULL), 0);
    assert_int_not_equal(made.id, 0);
    return made;
}

static void test_what_may_have_been_sent_waits(void **state)
{
    struct pk_message made = expand(*state, TAKEN_MS - HOUR_MS, 0);
    assert_int_equal(made.flags, PK_MESSAGE_HELD);
    assert_int_equal(made.reason, PK_REASON_RESTORED);
}

static void test_what_was_due_meanwhile_waits(void **state)
{
    struct pk_message made = expand(*state, TAKEN_MS - HOUR_MS, RESTORED_MS - HOUR_MS);
    assert_int_equal(made.flags, PK_MESSAGE_HELD);
}

static void test_what_is_for_later_does_not(void **state)
{
    struct world *world = *state;
    pk_clock_advance(100 * HOUR_MS);
    struct pk_message made = expand(world, TAKEN_MS - HOUR_MS, RESTORED_MS + 100 * HOUR_MS);
    assert_int_equal(made.flags, 0);
    assert_int_equal(made.reason, PK_REASON_NONE);
}

static void test_what_is_new_does_not(void **state)
{
    struct pk_message made = expand(*state, NOW_MS, 0);
    assert_int_equal(made.flags, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_may_have_been_sent_waits, begin, end),
        cmocka_unit_test_setup_teardown(test_what_was_due_meanwhile_waits, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_for_later_does_not, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_new_does_not, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

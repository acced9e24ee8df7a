/* SPDX-License-Identifier: EUPL-1.2 */
/* Webhooks: how many wait is known without counting, whatever happened to them, and costs the same however many there are. */
#include "tests/unit/store/support.h"

#include "gateway/base/random.h"
#include "gateway/store/internal.h"
#include "gateway/store/webhooks.h"

static const char *const places[] = { "portal", "alarms", "gone" };

static int64_t add(struct desk *desk, const char *endpoint, int64_t at_ms, bool *ret_added)
{
    struct pk_webhook_delivery delivery = { .created_ms = at_ms };
    (void) snprintf(delivery.endpoint, sizeof delivery.endpoint, "%s", endpoint);
    (void) snprintf(delivery.event, sizeof delivery.event, "e");
    (void) snprintf(delivery.type, sizeof delivery.type, "nl.notices.message-changed.v1");
    assert_int_equal(pk_webhook_add(desk->store, &delivery, PK_SLICE("{}"), ret_added, NULL), 0);
    return *ret_added ? delivery.id : 0;
}

static int64_t counted(struct desk *desk, const char *endpoint)
{
    return pk_sql_int(desk->store, -1, "SELECT count(*) FROM webhook_delivery WHERE endpoint = ?1 AND state = 1", "t", pk_slice_of(endpoint));
}

static void agrees(struct desk *desk)
{
    for (size_t i = 0; i < PK_COUNT(places); i++)
        assert_int_equal(pk_webhooks_waiting(desk->store, places[i]), counted(desk, places[i]));
}

static void settle(struct desk *desk, int64_t id, enum pk_webhook_state state, int64_t at_ms)
{
    struct pk_webhook_delivery delivery;
    if (pk_webhook_get(desk->store, id, &delivery, NULL) != 0)
        return; /* dropped meanwhile */
    delivery.state = state;
    delivery.ended_ms = state == PK_WEBHOOK_WAITING ? 0 : at_ms;
    delivery.tries++;
    assert_int_equal(pk_webhook_put(desk->store, &delivery, NULL), 0);
}

static void turn_off(struct desk *desk, const char *endpoint, int64_t at_ms)
{
    struct pk_webhook_place place;
    pk_webhook_place(desk->store, endpoint, &place);
    place.off_ms = at_ms;
    assert_int_equal(pk_webhook_place_put(desk->store, endpoint, &place, NULL), 0);
}

/* Added, answered, sent again, off and on, given up, forgotten, and units that are dropped: the number is what a count says. */
static void test_the_number_that_waits_is_kept(void **state)
{
    struct desk *desk = *state;
    int64_t ids[64] = { 0 }, now_ms = NOW, waiting;
    size_t count;
    bool added;
    print_message("seed 20261014\n");
    pk_random_seed(20261014);
    for (size_t i = 0; i < 3000; i++) {
        const char *place = places[pk_random_below(PK_COUNT(places))];
        size_t slot = pk_random_below(PK_COUNT(ids));
        bool dropped = pk_random_below(5) == 0;
        now_ms += 3600 * 1000;
        assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
        switch (pk_random_below(8)) {
        case 0:
            settle(desk, ids[slot], PK_WEBHOOK_DELIVERED, now_ms);
            break;
        case 1:
            settle(desk, ids[slot], PK_WEBHOOK_FAILED, now_ms);
            break;
        case 2:
            settle(desk, ids[slot], PK_WEBHOOK_WAITING, now_ms);
            break;
        case 3:
            turn_off(desk, place, now_ms);
            break;
        case 4:
            assert_int_equal(pk_webhook_place_on(desk->store, place, now_ms, &waiting, NULL), 0);
            assert_int_equal(waiting, counted(desk, place));
            break;
        case 5:
            assert_int_equal(pk_webhooks_expire(desk->store, now_ms, 3, &count, NULL), 0);
            assert_int_equal(pk_webhooks_drop(desk->store, now_ms - 14 * 86400 * 1000ll, 3, &count, NULL), 0);
            break;
        default:
            ids[slot] = add(desk, place, now_ms, &added);
            break;
        }
        if (dropped)
            pk_unit_drop(desk->store);
        else
            assert_int_equal(pk_unit_keep(desk->store, NULL), 0);
        agrees(desk);
    }
}

static void test_an_older_database_is_counted_once(void **state)
{
    struct desk *desk = *state;
    bool added;
    for (size_t i = 0; i < 5; i++)
        (void) add(desk, i < 3 ? "portal" : "alarms", NOW, &added);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(sqlite3_exec(desk->store->db, "ALTER TABLE webhook_endpoint DROP COLUMN waiting; DELETE FROM webhook_endpoint WHERE name = 'alarms';"
                                                   "PRAGMA user_version = 47", NULL, NULL, NULL), SQLITE_OK);
    (void) pk_migrate(desk->store, NULL); /* step 46; what later ones add is there already, and they may say so */
    assert_int_equal(pk_webhooks_waiting(desk->store, "portal"), 3);
    assert_int_equal(pk_webhooks_waiting(desk->store, "alarms"), 2);
    assert_int_equal(pk_webhooks_waiting(desk->store, "gone"), 0);
}

/* ---- what it costs ---- */

/* Of the database's machine since it was asked before. */
static int64_t steps(struct desk *desk)
{
    int64_t sum = 0;
    for (sqlite3_stmt *one = NULL; (one = sqlite3_next_stmt(desk->store->db, one)) != NULL;)
        sum += sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
}

/* One event for this endpoint, and what is asked of it in every turn. */
static int64_t cost_of_one(struct desk *desk)
{
    bool added;
    (void) steps(desk);
    (void) add(desk, "portal", NOW, &added);
    (void) pk_webhooks_waiting(desk->store, "portal");
    return steps(desk);
}

static void test_a_full_endpoint_costs_no_more_than_an_empty_one(void **state)
{
    struct desk *desk = *state;
    bool added = true;
    (void) add(desk, "portal", NOW, &added); /* its statements are known by then */
    int64_t empty = cost_of_one(desk);
    for (size_t i = 3; i < PK_WEBHOOK_WAITING_MAX; i++)
        (void) add(desk, "portal", NOW, &added);
    assert_true(added);
    int64_t full = cost_of_one(desk);
    (void) add(desk, "portal", NOW, &added);
    assert_false(added);
    assert_int_equal(pk_webhooks_waiting(desk->store, "portal"), PK_WEBHOOK_WAITING_MAX);
    if (empty == 0 || full > 2 * empty)
        fail_msg("%lld steps for an empty endpoint, %lld for a full one", (long long) empty, (long long) full);
}

static unsigned scans(struct desk *desk, const char *sql)
{
    sqlite3_stmt *plan = NULL;
    struct pk_buf text;
    unsigned count = 0;
    pk_buf_init(&text, 65536);
    (void) pk_buf_printf(&text, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_prepare_v2(desk->store->db, pk_buf_text(&text), -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW)
        count += strncmp((const char *) sqlite3_column_text(plan, 3), "SCAN", 4) == 0;
    (void) sqlite3_finalize(plan);
    pk_buf_finish(&text);
    return count;
}

/* What an event, its outcome and a turn ask of the database. */
static void test_nothing_of_it_is_scanned(void **state)
{
    struct desk *desk = *state;
    size_t count = 0;
    bool added;
    settle(desk, add(desk, "portal", NOW, &added), PK_WEBHOOK_DELIVERED, NOW);
    for (sqlite3_stmt *one = NULL; (one = sqlite3_next_stmt(desk->store->db, one)) != NULL;) {
        const char *sql = sqlite3_sql(one);
        if (!strstr(sql, "webhook_"))
            continue;
        assert_int_equal(scans(desk, sql), 0);
        count++;
    }
    assert_true(count >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_the_number_that_waits_is_kept),
        store_test(test_an_older_database_is_counted_once),
        store_test(test_a_full_endpoint_costs_no_more_than_an_empty_one),
        store_test(test_nothing_of_it_is_scanned),
    };
    return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * After a restore: what was not final is uncertain and nothing sends it again by itself; what may have been run in the lost
 * hours is held; and a person decides about each.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/holds.h"
#include "gateway/service/tracker.h"
#include "gateway/store/internal.h"
#include "gateway/store/restored.h"
#include "gateway/store/triggers.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

static int nothing(void *ctx, const struct pk_trigger *trigger)
{
    (void) trigger;
    (*(int *) ctx)++;
    return 0;
}

/* As a restore leaves it, an hour after the backup was taken. */
static void restored(struct house *house, int64_t *ret_held)
{
    struct pk_doubted doubted;
    int told = 0;
    int64_t now_ms = HOUSE_NOW + HOUR_MS;
    pk_clock_advance(now_ms - pk_clock_wall_ms());
    assert_int_equal(pk_messages_doubt(house->store, now_ms, now_ms + 48 * HOUR_MS, &doubted, NULL), 0);
    assert_int_equal(pk_triggers_hold(house->store, now_ms + 15 * MINUTE_MS, 5, nothing, &told, ret_held, NULL), 0);
    assert_int_equal(told, *ret_held);
    assert_int_equal(pk_store_set_number(house->store, "hold.restored", 1, NULL), 0);
    assert_int_equal(pk_store_set_number(house->store, "restore.taken_ms", HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_store_set_number(house->store, "restore.at_ms", now_ms, NULL), 0);
    assert_int_equal(pk_store_commit(house->store, NULL), 0);
    house_reopen(house);
}

static void lift(struct house *house)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_restored_lift(house->service, &operator, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 3);
}

static size_t handed(const struct house *house)
{
    return house->posts[0]->count + house->posts[1]->count;
}

/* Four messages: one delivered, one accepted, one being handed over, one waiting for later. */
static void four_messages(struct house *house)
{
    house_people(house, 4, "school:windroos");
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T20:00:00Z\""), 0);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE message SET due_ms = 1791894600000 WHERE id = (SELECT max(id) FROM message)",
                                  NULL, NULL, NULL),
                     SQLITE_OK); /* 12:30 */
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(handed(house), 3);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    post_complete(house->posts[0], 1, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0);
    house_turns(house, 2);
    post_complete(house->posts[0], 2, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    assert_int_equal(house_messages(house, "state = 8"), 1);
    assert_int_equal(house_messages(house, "state = 5"), 1);
    assert_int_equal(house_messages(house, "state = 4"), 1);
    assert_int_equal(house_messages(house, "state < 3"), 1);
}

static void what_was_not_final_is_uncertain(void **state)
{
    struct house *house = *state;
    int64_t held;
    four_messages(house);
    restored(house, &held);
    assert_int_equal(house_messages(house, "state = 4"), 3);
    assert_int_equal(house_messages(house, "state = 8"), 1);
    assert_int_equal(house_messages(house, "state = 4 AND flags & 2"), 1); /* the one that waited: for release and drop */
    assert_int_equal(house_message(house, "state = 4 AND flags & 2").reason, PK_REASON_RESTORED);
    house_assert_counts(house);
    lift(house);
    house_later(house, 5 * HOUR_MS);
    assert_int_equal(handed(house), 0); /* of this life: nothing leaves by itself */
    assert_int_equal(house_messages(house, "state = 4"), 3);
    /* It stays for people to see, and ends as what nobody knows. */
    house_later(house, 42 * HOUR_MS);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house_messages(house, "state = 4"), 3);
    house_later(house, 2 * HOUR_MS);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house_messages(house, "state = 11"), 3);
    house_assert_counts(house);
}

static void decide(struct house *house, bool drop)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_held_decide(house->service, &operator, drop, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_later(house, 1100);
    house_turns(house, 3);
}

static void released_when_it_was_due(void **state)
{
    struct house *house = *state;
    int64_t held;
    four_messages(house);
    restored(house, &held);
    lift(house);
    decide(house, false);
    struct pk_message message = house_message(house, "flags & 1");
    assert_int_equal(message.state, PK_MESSAGE_DEFERRED);
    assert_int_equal(message.due_ms, 1791894600000);
    assert_int_equal(message.flags, PK_MESSAGE_POSSIBLE_DOUBLE);
    assert_int_equal(handed(house), 0);
    house_later(house, 1791894600000 - pk_clock_wall_ms() + 1);
    assert_int_equal(handed(house), 1);
    assert_int_equal(house_messages(house, "state = 4"), 2); /* those at a provider were not sent again */
    house_assert_counts(house);
}

static void dropped_is_not_known(void **state)
{
    struct house *house = *state;
    int64_t held;
    four_messages(house);
    restored(house, &held);
    decide(house, true);
    assert_int_equal(house_messages(house, "state = 11 AND flags = 0"), 1);
    assert_int_equal(house_messages(house, "state = 4"), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM held_due"), 0);
    house_assert_counts(house);
}

static void one_by_one(void **state)
{
    struct house *house = *state;
    int64_t held;
    four_messages(house);
    restored(house, &held);
    lift(house);
    int64_t id = house_message(house, "state = 4 AND flags & 2").id;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_tracker_resolve(house->service, &operator, id, PK_RESOLVE_RESEND, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_message(house, "flags & 1").due_ms, 1791894600000);
    assert_int_equal(handed(house), 0);
}

/* ---- triggers ---- */

static int decide_trigger(struct house *house, int64_t id, bool drop)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_hold_trigger_decide(house->service, &operator, id, drop, pk_clock_wall_ms(), NULL);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    house_turns(house, 3);
    return r;
}

static void triggers_of_the_lost_hours_are_held(void **state)
{
    struct house *house = *state;
    int64_t held;
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T10:00:00Z\","
                                                    "\"validUntil\":\"2026-10-13T20:00:00Z\""),
                     0); /* would be made at 9:45, and it is 9:30 */
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T12:00:00Z\","
                                                    "\"validUntil\":\"2026-10-13T20:00:00Z\""),
                     0);
    assert_int_equal(house_messages(house, "1"), 0);
    /* As if it had been asked an hour earlier for a quarter past nine. */
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE trigger SET send_at_ms = 1791882900000 WHERE id = (SELECT min(id) FROM trigger)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    restored(house, &held);
    assert_int_equal(held, 1);
    lift(house);
    house_later(house, HOUR_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    int64_t id = house_count(house, "SELECT id FROM trigger WHERE state = 5");
    assert_int_equal(decide_trigger(house, id, false), 0);
    assert_int_equal(house_messages(house, "1"), 2);
    assert_int_equal(handed(house), 2);
    assert_int_equal(decide_trigger(house, id, false), PK_E_CONFLICT); /* decided already */
    house_later(house, 90 * MINUTE_MS); /* what was for later goes by itself */
    assert_int_equal(house_messages(house, "1"), 4);
}

static void a_dropped_trigger_is_told(void **state)
{
    struct house *house = *state;
    int64_t held;
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T09:40:00Z\""), 0);
    restored(house, &held);
    assert_int_equal(held, 1);
    assert_int_equal(decide_trigger(house, house_count(house, "SELECT id FROM trigger"), true), 0);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_CANCELLED);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'trigger.drop'"), 1);
}

static int publish_at(struct house *house, const char *id, const char *time)
{
    char payload[1024];
    (void) snprintf(payload, sizeof payload,
                    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"urn:school\",\"type\":\"nl.notices.notice-requested.v1\"%s%s%s,"
                    "\"data\":{" HOUSE_INVITATION "," HOUSE_TAGS "}}",
                    id, time ? ",\"time\":\"" : "", time ? time : "", time ? "\"" : "");
    struct pk_intake_event event = { .publisher = PK_SLICE("school"), .payload = pk_slice_of(payload) };
    int r = pk_intake_take(house->service->intake, &event, NULL);
    house_turns(house, 2);
    return r;
}

/* A publisher says again what the lost database had taken in and run. */
static void an_event_of_the_lost_hours_is_held(void **state)
{
    struct house *house = *state;
    int64_t held;
    house_people(house, 1, "school:windroos");
    restored(house, &held);
    assert_int_equal(publish_at(house, "in-between", "2026-10-13T09:00:00Z"), 0);
    assert_int_equal(publish_at(house, "no-time", NULL), 0);
    assert_int_equal(publish_at(house, "before", "2026-10-13T08:29:00Z"), 0);
    lift(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger WHERE state = 5"), 3); /* the clocks of others differ */
    assert_int_equal(publish_at(house, "after", "2026-10-13T09:30:01Z"), 0);
    assert_int_equal(publish_at(house, "no-time-later", NULL), 0);
    assert_int_equal(publish_at(house, "in-between-later", "2026-10-13T09:30:00Z"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger WHERE state = 5"), 4);
    assert_int_equal(handed(house), 2);
}

/* ---- said ---- */

static void it_is_said(void **state)
{
    struct house *house = *state;
    struct pk_condition condition;
    int64_t held;
    restored(house, &held);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_true(condition.degraded);
    assert_string_equal(condition.why, "a backup of 2026-10-13T08:30:00Z was restored: nothing is sent until pokana resume --after-restore");
    assert_int_equal(pk_store_set_number(house->store, "restore.unknown_from_ms", HOUSE_NOW + MINUTE_MS, NULL), 0);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_non_null(strstr(condition.why, "; STOPs since 2026-10-13T08:31:00Z are not known"));
    lift(house);
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_string_equal(condition.why, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(what_was_not_final_is_uncertain),
        in_house(released_when_it_was_due),
        in_house(dropped_is_not_known),
        in_house(one_by_one),
        in_house(triggers_of_the_lost_hours_are_held),
        in_house(a_dropped_trigger_is_told),
        in_house(an_event_of_the_lost_hours_is_held),
        in_house(it_is_said),
    };
    return cmocka_run_group_tests_name("restored", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* "Closed today", said by the desk: what is open today and comes back, while it is open, once; and by nobody else. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/closed_today.h"

/* HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall. */
#define TODAY 20261013

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" }, desk = { .role = PK_ROLE_DESK, .name = "kalina" };
static const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" };
static const struct pk_kind_rule kinds[] = { { .name = "hours", .topic = "festival", .open = true, .length_ms = 2 * 3600000, .place = "De Kern" } };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    return r;
}

#define test_here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static int64_t planned(struct house *house, const char *title, int32_t day, int32_t from, const char *rule)
{
    struct pk_agenda_event event = { .kind = "hours", .when = { day, from, 0, PK_EVENTS_NO_END } };
    struct pk_error err = { 0 };
    (void) snprintf(event.title, sizeof event.title, "%s", title);
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    if (pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    return event.id;
}

struct seen {
    struct pk_open_today items[4];
    size_t count;
};

static int see(void *ctx, const struct pk_open_today *open)
{
    struct seen *seen = ctx;
    assert_in_range(seen->count, 0, 3);
    seen->items[seen->count++] = *open;
    return 0;
}

static struct seen seen_by(struct house *house, const struct pk_actor *actor)
{
    struct seen seen = { .count = 0 };
    assert_int_equal(pk_open_today_each(house->service, actor, pk_clock_wall_ms(), see, &seen, NULL), 0);
    return seen;
}

static int closed(struct house *house, const struct pk_actor *actor, int64_t event, bool *ret_changed)
{
    struct pk_events_done done;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_close_today(house->service, actor, event, pk_clock_wall_ms(), &done, NULL);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    *ret_changed = done.changed;
    return r;
}

static void what_is_open_today_is_closed_once(void **state)
{
    struct house *house = *state;
    bool changed = false;
    int64_t late = planned(house, "Late", TODAY, 15 * 60, "FREQ=DAILY;COUNT=5"), soon = planned(house, "Soon", TODAY, 11 * 60, "FREQ=DAILY;COUNT=5");
    (void) planned(house, "Once", TODAY, 12 * 60, "");
    (void) planned(house, "Tomorrow", TODAY + 1, 12 * 60, "FREQ=DAILY;COUNT=5");
    struct seen seen = seen_by(house, &desk);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.items[0].title, "Soon");
    assert_string_equal(seen.items[0].place, "De Kern");
    assert_string_equal(seen.items[1].title, "Late");
    assert_int_equal(seen.items[0].closed_ms, 0);
    assert_int_equal(closed(house, &desk, soon, &changed), 0);
    assert_true(changed);
    assert_int_equal(closed(house, &desk, soon, &changed), 0);
    assert_false(changed);
    seen = seen_by(house, &desk);
    assert_int_equal(seen.count, 2);
    assert_true(seen.items[0].closed_ms != 0);
    assert_int_equal(seen.items[1].closed_ms, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 1);
    /* Also while it is open; not when its hours are over. */
    house_later(house, 5 * HOUR_MS);
    assert_int_equal(seen_by(house, &desk).count, 1);
    assert_int_equal(closed(house, &desk, soon, &changed), PK_E_NOT_FOUND);
    assert_int_equal(closed(house, &desk, late, &changed), 0);
    assert_true(changed);
    house_later(house, 2 * HOUR_MS);
    assert_int_equal(seen_by(house, &desk).count, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 2);
}

static void nobody_else_says_so(void **state)
{
    static const char *const others[] = { "parent-meetings" };
    const struct pk_actor_scope scope = { .topics = { others, 1 }, .tags = { others, 1 }, .templates = { others, 1 } };
    struct house *house = *state;
    struct pk_actor elsewhere = desk;
    bool changed = false;
    int64_t event = planned(house, "Hours", TODAY, 15 * 60, "FREQ=DAILY;COUNT=5");
    assert_int_equal(pk_open_today_each(house->service, &maria, pk_clock_wall_ms(), see, NULL, NULL), PK_E_DENIED);
    assert_int_equal(closed(house, &maria, event, &changed), PK_E_DENIED);
    elsewhere.scope = &scope;
    assert_int_equal(seen_by(house, &elsewhere).count, 0);
    assert_int_equal(closed(house, &elsewhere, event, &changed), PK_E_NOT_FOUND);
    assert_int_equal(closed(house, &desk, event + 1, &changed), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM occurrence WHERE state = 3"), 0);
    assert_int_equal(closed(house, &anna, event, &changed), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(what_is_open_today_is_closed_once),
        test_here(nobody_else_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

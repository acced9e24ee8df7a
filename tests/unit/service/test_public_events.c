/* SPDX-License-Identifier: EUPL-1.2 */
/* What everybody may see of events: the next first, while it lasts, with what differs; of drafts and other kinds nothing. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/events.h"
#include "gateway/service/public_events.h"

/* HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall. */
#define TODAY 20261013

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" }, maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" };
static const struct pk_kind_rule kinds[] = { { .name = "hours", .topic = "festival", .open = true, .length_ms = 2 * 3600000, .place = "De Kern" },
                                             { .name = "training", .topic = "festival", .length_ms = 2 * 3600000, .place = "De Kern" } };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    return r;
}

#define test_here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static void keep(struct house *house)
{
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
}

static int64_t planned(struct house *house, const struct pk_actor *actor, const char *kind, int32_t day, int32_t from, const char *rule)
{
    struct pk_agenda_event event = { .title = "Something", .when = { day, from, 0, PK_EVENTS_NO_END } };
    struct pk_error err = { 0 };
    (void) snprintf(event.kind, sizeof event.kind, "%s", kind);
    (void) snprintf(event.rule, sizeof event.rule, "%s", rule);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    if (pk_events_plan(house->service, actor, &event, actor == &maria, pk_clock_wall_ms(), &err) != 0)
        fail_msg("%s", err.message);
    keep(house);
    return event.id;
}

static void call_off(struct house *house, int64_t event, int32_t day)
{
    struct pk_events_done done = { 0 };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(day != 0 ? pk_events_cancel_date(house->service, &anna, event, day, pk_clock_wall_ms(), &done, NULL)
                              : pk_events_cancel(house->service, &anna, event, pk_clock_wall_ms(), &done, NULL), 0);
    keep(house);
}

struct seen {
    int64_t events[8];
    struct pk_public_date dates[8];
    size_t count;
};

static int see_event(void *ctx, const struct pk_agenda_event *event)
{
    struct seen *seen = ctx;
    assert_in_range(seen->count, 0, 7);
    seen->events[seen->count++] = event->id;
    return 0;
}

static int see_date(void *ctx, const struct pk_public_date *date)
{
    struct seen *seen = ctx;
    assert_in_range(seen->count, 0, 7);
    seen->dates[seen->count++] = *date;
    return 0;
}

static struct seen all(struct house *house)
{
    struct seen seen = { .count = 0 };
    assert_int_equal(pk_public_events_each(house->service, pk_clock_wall_ms(), 8, see_event, &seen, NULL), 0);
    return seen;
}

static int shown(struct house *house, int64_t id)
{
    struct pk_agenda_event event;
    return pk_public_event(house->service, id, pk_clock_wall_ms(), &event, NULL);
}

static struct seen dates_of(struct house *house, int64_t id, size_t max)
{
    struct pk_agenda_event event;
    struct seen seen = { .count = 0 };
    assert_int_equal(pk_public_event(house->service, id, pk_clock_wall_ms(), &event, NULL), 0);
    assert_int_equal(pk_public_dates_each(house->service, &event, pk_clock_wall_ms(), max, see_date, &seen, NULL), 0);
    return seen;
}

static void the_next_one_is_first(void **state)
{
    struct house *house = *state;
    int64_t late = planned(house, &anna, "hours", TODAY + 3, 600, ""), soon = planned(house, &anna, "hours", TODAY, 660, "FREQ=DAILY;COUNT=5"),
            between = planned(house, &anna, "hours", TODAY + 1, 600, "");
    struct seen seen = all(house);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.events[0], soon);
    assert_int_equal(seen.events[1], between);
    assert_int_equal(seen.events[2], late);
}

static void a_date_is_shown_while_it_lasts(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, &anna, "hours", TODAY, 660, "FREQ=DAILY;COUNT=3"), once = planned(house, &anna, "hours", TODAY, 660, "");
    house_later(house, HOUR_MS); /* 11:30, it is open */
    struct seen seen = dates_of(house, event, 8);
    assert_int_equal(seen.count, 3);
    assert_true(seen.dates[0].starts_ms < pk_clock_wall_ms());
    assert_string_equal(seen.dates[0].place, "De Kern");
    assert_false(seen.dates[0].off || seen.dates[0].changed || seen.dates[0].full);
    assert_int_equal(dates_of(house, event, 2).count, 2);
    house_later(house, 2 * HOUR_MS); /* 13:30, closed for today */
    seen = dates_of(house, event, 8);
    assert_int_equal(seen.count, 2);
    assert_int_equal(dates_of(house, once, 8).count, 0);
    assert_int_equal(all(house).count, 1);
    /* Its page stays for a month. */
    house_later(house, 30 * 24 * HOUR_MS);
    assert_int_equal(shown(house, once), 0);
    house_later(house, 2 * 24 * HOUR_MS);
    assert_int_equal(shown(house, once), PK_E_NOT_FOUND);
}

static void what_was_called_off_is_told(void **state)
{
    struct house *house = *state;
    int64_t event = planned(house, &anna, "hours", TODAY, 660, "FREQ=DAILY;COUNT=3");
    call_off(house, event, TODAY);
    struct seen seen = dates_of(house, event, 8);
    assert_int_equal(seen.count, 3);
    assert_true(seen.dates[0].off);
    assert_false(seen.dates[1].off);
    call_off(house, event, 0);
    assert_int_equal(all(house).count, 0);
    seen = dates_of(house, event, 8);
    assert_int_equal(seen.count, 3);
    assert_true(seen.dates[2].off);
}

static void no_draft_and_no_other_kind(void **state)
{
    struct house *house = *state;
    int64_t draft = planned(house, &maria, "hours", TODAY + 1, 660, ""), put_away = planned(house, &maria, "hours", TODAY + 1, 660, ""),
            inside = planned(house, &anna, "training", TODAY + 1, 660, "");
    call_off(house, put_away, 0);
    assert_int_equal(all(house).count, 0);
    assert_int_equal(shown(house, draft), PK_E_NOT_FOUND);
    assert_int_equal(shown(house, put_away), PK_E_NOT_FOUND);
    assert_int_equal(shown(house, inside), PK_E_NOT_FOUND);
    call_off(house, inside, 0);
    assert_int_equal(shown(house, inside), PK_E_NOT_FOUND);
    assert_int_equal(shown(house, inside + 1000), PK_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(the_next_one_is_first),
        test_here(a_date_is_shown_while_it_lasts),
        test_here(what_was_called_off_is_told),
        test_here(no_draft_and_no_other_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A house with kinds of events, the people of a town who have a part in them, and time that passes. */
#ifndef PK_TESTS_SERVICE_AGENDA_H
#define PK_TESTS_SERVICE_AGENDA_H

#include "tests/unit/service/units.h"

#include "gateway/base/clock.h"
#include "gateway/service/events.h"

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" }, boris = { .role = PK_ROLE_APPROVER, .name = "boris" };
static const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" }, petya = { .role = PK_ROLE_KEY_PERSON, .name = "petya" };
static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "desk" }, operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };

static inline int build_agenda(void **state)
{
    static const struct pk_kind_rule kinds[] = {
        { .name = "parent-meeting", .topic = "parent-meetings", .open = true, .length_ms = 2 * HOUR_MS },
        { .name = "info-point", .topic = "info-point", .open = true, .length_ms = HOUR_MS, .place = "Stadhuisplein 100", .place_short = "Infopunt" },
        { .name = "training", .topic = "festival", .length_ms = HOUR_MS, .place = "De Kern" },
    };
    int r = house_build(state);
    struct house *house = *state;
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    return r;
}

#define with_kinds(name) cmocka_unit_test_setup_teardown(name, build_agenda, house_tear)

/* The clock goes to a moment by steps of ten minutes; what is handed over comes out as `outcome`. */
static inline void until_as(struct house *house, const char *moment, uint32_t outcome)
{
    int64_t ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of(moment), &ms), 0);
    while (pk_clock_wall_ms() < ms) {
        int64_t left = ms - pk_clock_wall_ms();
        house_later(house, left < 10 * MINUTE_MS ? left : 10 * MINUTE_MS);
        for (size_t i = 0; i < house->posts[0]->count; i++)
            if (!house->posts[0]->jobs[i].completed)
                (void) post_try(house->posts[0], i, outcome);
        house_settle(house);
    }
}

static inline void until(struct house *house, const char *moment)
{
    until_as(house, moment, PK_OUTCOME_ACCEPTED);
}

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Amsterdam's time, for the tests that reckon with walls and nights: read once for a program. */
#ifndef PK_TESTS_MODEL_ZONE_H
#define PK_TESTS_MODEL_ZONE_H

#include "tests/unit/cmocka.h"

#include "gateway/base/clock.h"
#include "gateway/model/quiet.h"

static struct pk_zone *zone;

static inline int set_up(void **state)
{
    (void) state;
    return pk_zone_new("Europe/Amsterdam", &zone, NULL);
}

static inline int tear_down(void **state)
{
    (void) state;
    pk_zone_free(zone);
    return 0;
}

static inline int64_t at(const char *text)
{
    int64_t ms;
    assert_int_equal(pk_time_parse(pk_slice_of(text), &ms), 0);
    return ms;
}

#endif

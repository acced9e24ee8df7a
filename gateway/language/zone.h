/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A time zone by its name, both ways: what the clock on the wall shows at a moment, and when it shows something. ICU's own
 * data, so that a machine's TZ never matters. One thread at a time; nothing blocks.
 */
#ifndef PK_LANGUAGE_ZONE_H
#define PK_LANGUAGE_ZONE_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_zone;

/* What a wall clock and a calendar show. */
struct pk_hands {
    int year, month, day; /* month from 1 */
    int weekday; /* 0 = Monday */
    int minute; /* of the day: 0 to 1439 */
};

/* Which of the two, where the clock is set back and shows an hour twice. */
enum pk_twice { PK_TWICE_FIRST, PK_TWICE_LAST };

/* PK_E_INVALID for a zone ICU does not know (it would silently tell the time of Greenwich). The caller frees *ret_zone. */
int pk_zone_new(const char *name, struct pk_zone **ret_zone, struct pk_error *err);
void pk_zone_free(struct pk_zone *zone);
PK_AUTO_DEFINE(pk_zone, struct pk_zone *, pk_zone_free)

void pk_zone_local(struct pk_zone *zone, int64_t moment_ms, struct pk_hands *ret_local);
/* The moment at which the clock shows this minute of this day. A day beyond its month's end, or before its first, is
 * counted on. An hour that is skipped when the clock is set forward ends at once: the first moment after it. */
int64_t pk_zone_moment(struct pk_zone *zone, int year, int month, int day, int minute, enum pk_twice twice);

#endif

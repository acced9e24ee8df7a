/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an account may take in a day: so many messages, so much money. A warning before, a stop at the limit. Pure: what was
 * used is told, and which day it is was worked out by the wall clock (language/dates.h).
 */
#ifndef PK_MODEL_BUDGET_H
#define PK_MODEL_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define PK_BUDGET_MAX (10000000ll * 10000) /* of a day, in 1/10,000 of a currency */

struct pk_day_limits {
    int64_t cost, messages; /* 0 = no limit of this kind */
    uint32_t warn_percent; /* of a limit: from this share on somebody should look */
};

struct pk_day_use {
    int64_t cost, messages;
};

enum pk_day_state { PK_DAY_OPEN = 0, PK_DAY_NEAR, /* the share of the warning is reached */ PK_DAY_SPENT, PK_DAY_STATES };

enum pk_day_state pk_day_state_of(const struct pk_day_limits *limits, struct pk_day_use use);
const char *pk_day_state_name(enum pk_day_state state); /* "open", "near", "spent" */
/* Does one more message that costs so much stay within the limits? */
bool pk_day_fits(const struct pk_day_limits *limits, struct pk_day_use use, int64_t cost);
/* How many of `wanted` messages there is room for, as far as can be said before they are priced. */
uint32_t pk_day_room(const struct pk_day_limits *limits, struct pk_day_use use, uint32_t wanted);

#endif

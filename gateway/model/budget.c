/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/budget.h"

#include <stddef.h>

static bool reached(int64_t used, int64_t limit, uint32_t percent)
{
    return limit > 0 && used * 100 >= limit * percent; /* both far below 2^63 / 100 */
}

enum pk_day_state pk_day_state_of(const struct pk_day_limits *limits, struct pk_day_use use)
{
    if (reached(use.cost, limits->cost, 100) || reached(use.messages, limits->messages, 100))
        return PK_DAY_SPENT;
    bool near = reached(use.cost, limits->cost, limits->warn_percent) || reached(use.messages, limits->messages, limits->warn_percent);
    return near ? PK_DAY_NEAR : PK_DAY_OPEN;
}

const char *pk_day_state_name(enum pk_day_state state)
{
    static const char *const names[PK_DAY_STATES] = { "open", "near", "spent" };
    return state < PK_DAY_STATES ? names[state] : NULL;
}

bool pk_day_fits(const struct pk_day_limits *limits, struct pk_day_use use, int64_t cost)
{
    return (limits->cost == 0 || use.cost + cost <= limits->cost) && (limits->messages == 0 || use.messages < limits->messages);
}

uint32_t pk_day_room(const struct pk_day_limits *limits, struct pk_day_use use, uint32_t wanted)
{
    if (limits->cost > 0 && use.cost >= limits->cost)
        return 0;
    if (limits->messages == 0)
        return wanted;
    int64_t left = limits->messages - use.messages;
    return left <= 0 ? 0 : left < wanted ? (uint32_t) left : wanted;
}

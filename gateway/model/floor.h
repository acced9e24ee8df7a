/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Groups so small that a number points at people are not told, and not where a difference would tell them either. Nobody at
 * all is told: it points at nobody. Pure; people are counted, not places.
 */
#ifndef PK_MODEL_FLOOR_H
#define PK_MODEL_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PK_FLOOR 5 /* a smaller group is "fewer than 5" */

static inline bool pk_is_few(int64_t people)
{
    return people > 0 && people < PK_FLOOR;
}

/* The groups of a breakdown whose total is told beside it: which are hidden. That are the few, and as many of the next larger
 * ones as are needed so that what is missing from the total is itself no few people and fits more than one way. When it is
 * impossible (the total itself is few people, or all the groups are) everything is hidden, nobody too: the breakdown is not
 * shown at all, and false is returned. */
bool pk_floor_hide(const int64_t *people, size_t count, bool *ret_hidden);
/* The same where some are hidden already, for a reason of their own. */
bool pk_floor_hide_more(const int64_t *people, size_t count, bool *ret_hidden);

/* A total that is told by what of it is told: the few among its groups count as 1 to 4. least == most: it can be told. */
struct pk_floor_bounds {
    int64_t least, most;
};
struct pk_floor_bounds pk_floor_total(const int64_t *people, size_t count);

#endif

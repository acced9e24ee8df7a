/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/floor.h"

struct missing {
    size_t groups;
    int64_t people;
};

/* What is missing is no group of few people itself, and not each of its groups the least there can be. */
static bool is_enough(const struct missing *missing)
{
    return missing->groups == 0 || (missing->groups > 1 && missing->people >= PK_FLOOR && missing->people >= 2 * (int64_t) missing->groups);
}

static void hide(const int64_t *people, bool *hidden, size_t at, struct missing *missing)
{
    hidden[at] = true;
    missing->groups++;
    missing->people += people[at];
}

/* The smallest group that is told; `count` when there is none. */
static size_t smallest(const int64_t *people, size_t count, const bool *hidden)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++)
        if (!hidden[i] && people[i] > 0 && (found == count || people[i] < people[found]))
            found = i;
    return found;
}

bool pk_floor_hide(const int64_t *people, size_t count, bool *ret_hidden)
{
    for (size_t i = 0; i < count; i++)
        ret_hidden[i] = false;
    return pk_floor_hide_more(people, count, ret_hidden);
}

bool pk_floor_hide_more(const int64_t *people, size_t count, bool *ret_hidden)
{
    struct missing missing = { 0 };
    for (size_t i = 0; i < count; i++)
        if (ret_hidden[i] || pk_is_few(people[i]))
            hide(people, ret_hidden, i, &missing);
    while (!is_enough(&missing)) {
        size_t next = smallest(people, count, ret_hidden);
        if (next == count) {
            for (size_t i = 0; i < count; i++)
                ret_hidden[i] = true;
            return false;
        }
        hide(people, ret_hidden, next, &missing);
    }
    return true;
}

struct pk_floor_bounds pk_floor_total(const int64_t *people, size_t count)
{
    struct pk_floor_bounds bounds = { 0 };
    for (size_t i = 0; i < count; i++) {
        bounds.least += pk_is_few(people[i]) ? 1 : people[i];
        bounds.most += pk_is_few(people[i]) ? PK_FLOOR - 1 : people[i];
    }
    return bounds;
}

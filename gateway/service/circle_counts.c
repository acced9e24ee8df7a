/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/circle_counts.h"

#define PLACES 1024u /* a power of two; two that meet count anew */

struct pk_circle_counts {
    struct {
        struct pk_circle_count count;
        int64_t until_ms;
    } places[PLACES];
};

struct pk_circle_counts *pk_circle_counts_new(void)
{
    return pk_alloc(sizeof(struct pk_circle_counts));
}

void pk_circle_counts_free(struct pk_circle_counts *counts)
{
    free(counts);
}

static size_t place_of(const struct pk_circle_count *count)
{
    uint64_t mixed = (uint64_t) count->campaign * 0x9e3779b97f4a7c15u ^ (uint64_t) count->circle * 0xc2b2ae3d27d4eb4fu;
    return (size_t) (mixed >> 32) & (PLACES - 1);
}

bool pk_circle_counts_find(const struct pk_circle_counts *counts, int64_t now_ms, struct pk_circle_count *count)
{
    if (!counts)
        return false;
    const struct pk_circle_count *kept = &counts->places[place_of(count)].count;
    int64_t until_ms = counts->places[place_of(count)].until_ms;
    bool same = kept->campaign == count->campaign && kept->edition == count->edition && kept->step == count->step && kept->circle == count->circle;
    bool young = now_ms < until_ms && now_ms >= until_ms - PK_CIRCLE_COUNT_KEPT_MS; /* a clock that went back makes nothing young */
    if (same && young)
        *count = *kept;
    return same && young;
}

void pk_circle_counts_keep(struct pk_circle_counts *counts, int64_t now_ms, const struct pk_circle_count *count)
{
    if (!counts)
        return;
    counts->places[place_of(count)].count = *count;
    counts->places[place_of(count)].until_ms = now_ms + PK_CIRCLE_COUNT_KEPT_MS;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How many of a circle a campaign reaches, kept for a minute: a key person's page shows up to forty campaigns, and each number is a
 * walk through her circle on the loop. For what is looked at, never for what is sent. In memory only.
 */
#ifndef PK_SERVICE_CIRCLE_COUNTS_H
#define PK_SERVICE_CIRCLE_COUNTS_H

#include "gateway/base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define PK_CIRCLE_COUNT_KEPT_MS 60000

struct pk_circle_counts;

struct pk_circle_count {
    int64_t campaign, edition, step, circle; /* of which; step 0 = only whether anybody was told */
    int64_t people; /* whom the step reaches */
    bool told; /* somebody of the circle was told of the campaign */
};

struct pk_circle_counts *pk_circle_counts_new(void);
void pk_circle_counts_free(struct pk_circle_counts *counts);
PK_AUTO_DEFINE(pk_circle_counts, struct pk_circle_counts *, pk_circle_counts_free)
/* Fills in what was counted in the last minute; false = nothing was. `counts` may be NULL: nothing is kept. */
bool pk_circle_counts_find(const struct pk_circle_counts *counts, int64_t now_ms, struct pk_circle_count *count);
void pk_circle_counts_keep(struct pk_circle_counts *counts, int64_t now_ms, const struct pk_circle_count *count);

#endif

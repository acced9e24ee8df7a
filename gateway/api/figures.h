/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What status, queue and metrics count in the database: read on the reading thread in one moment, since a queue of a
 * hundred thousand takes longer than a turn may. Only gateway/api.
 */
#ifndef PK_API_FIGURES_H
#define PK_API_FIGURES_H

#include "gateway/api/call.h"
#include "gateway/store/inbox.h"
#include "gateway/store/messages.h"
#include "gateway/store/upkeep.h"

#define PK_FIGURES_LANES 64

struct pk_figures {
    bool read; /* false: the database could not be asked */
    int64_t recipients, outbox;
    struct pk_queue_depth lanes[PK_FIGURES_LANES];
    size_t lane_count;
    struct pk_oldest oldest;
    struct pk_inbox_counts inbox;
};

/* What is kept for a time only: for how long, and since when the oldest is. */
struct pk_kept {
    const char *kind;
    int64_t kept_ms;
    int64_t oldest_ms; /* 0 = there is none */
    const char *since; /* from when on it is kept: "the last message" */
};
#define PK_KEPT_MAX 16
size_t pk_kept_list(const struct pk_service *service, const struct pk_oldest *oldest, struct pk_kept ret_kept[PK_KEPT_MAX]);

/* Reads them and calls `then` on the loop's thread, which answers. `figures` lives until it did; when the database could
 * not be asked they are zero, `read` is false and *err says why. */
void pk_figures_read(struct pk_call *call,
                     void (*then)(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err));

#endif

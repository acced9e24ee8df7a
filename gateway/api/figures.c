/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/figures.h"

#include "gateway/api/answer.h"
#include "gateway/base/clock.h"
#include "gateway/service/inbox.h"
#include "gateway/store/outbox.h"
#include "gateway/store/recipients.h"

#define DEADLINE_MS 2000

struct work {
    struct pk_figures figures;
    void (*then)(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err);
};

/* On the reading thread. */
static int read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct work *work = call->data;
    struct pk_figures *figures = &work->figures;
    int r = pk_queue_depths(store, pk_clock_wall_ms(), figures->lanes, PK_FIGURES_LANES, &figures->lane_count, err);
    if (r != 0)
        return r;
    figures->recipients = pk_recipient_count(store);
    figures->outbox = pk_outbox_count(store);
    pk_upkeep_oldest(store, &figures->oldest);
    pk_inbox_count(store, pk_clock_wall_ms() - PK_INBOX_LATE_MS, &figures->inbox);
    figures->read = true;
    return 0;
}

static void done(struct pk_call *call, int result, const struct pk_error *err)
{
    struct work *work = call->data;
    if (result != 0)
        work->figures = (struct pk_figures){ .read = false };
    work->then(call, &work->figures, err);
}

void pk_figures_read(struct pk_call *call,
                     void (*then)(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err))
{
    struct work *work = pk_alloc(sizeof *work);
    work->then = then;
    call->data = work;
    pk_call_read(call, read, done, DEADLINE_MS);
}

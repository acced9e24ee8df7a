/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/counting.h"

#include "gateway/base/clock.h"

static void fail(struct pk_call *call, const struct pk_error *err)
{
    if (call->counting->fail)
        call->counting->fail(call, call->data, err);
    else
        pk_call_problem(call, err);
}

/* On the reading thread. */
static int step(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    return call->counting->step(call->data, store, err);
}

static void stepped(struct pk_call *call, int result, const struct pk_error *err)
{
    struct pk_error late = { 0 };
    if (result == 1 && pk_clock_wall_ms() - call->now_ms <= call->counting->most_ms) {
        pk_call_read(call, step, stepped, call->counting->step_ms);
        return;
    }
    if (result == 1) {
        (void) pk_fail(&late, PK_E_TIMEOUT, "%s", call->counting->late);
        fail(call, &late);
    } else if (result != 0) {
        fail(call, err);
    } else {
        call->counting->tell(call, call->data);
    }
}

void pk_call_count(struct pk_call *call, const struct pk_counting *how, int r, const struct pk_error *err)
{
    call->counting = how;
    if (r != 0)
        fail(call, err);
    else
        pk_call_read(call, step, stepped, how->step_ms);
}

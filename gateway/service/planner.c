/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers take turns: each pass gives every trigger one chunk, so that ten people behind ten thousand do not wait.
 * A trigger for later is left alone until shortly before its time and then meets the audience of that moment.
 */
#include "gateway/service/planner.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/planner_private.h"

#define ROWS_PER_TURN 1000u
#define TRIGGERS_PER_TURN 256u
#define TROUBLE_MS 250

struct pk_planner {
    struct pk_service *service;
    struct pk_timer *timer;
    bool idle;
    bool unfinished; /* a trigger of this pass has more to expand */
    int64_t after; /* the last trigger that got a chunk in this pass */
    int64_t wake_ms; /* when the next trigger for later opens */
    struct pk_audience_row rows[PK_EXPAND_MAX];
};

static void wake(void *ctx)
{
    pk_planner_wake(ctx);
}

struct pk_planner *pk_planner_new(struct pk_service *service)
{
    struct pk_planner *planner = pk_alloc(sizeof *planner);
    planner->service = service;
    planner->timer = pk_timer_new(service->loop, wake, planner);
    planner->wake_ms = INT64_MAX;
    return planner;
}

void pk_planner_free(struct pk_planner *planner)
{
    if (!planner)
        return;
    pk_timer_free(planner->timer);
    free(planner);
}

void pk_planner_wake(struct pk_planner *planner)
{
    planner->idle = false;
}

void pk_planner_refresh(struct pk_planner *planner)
{
    planner->idle = false;
    planner->unfinished = false;
    planner->after = 0;
}

bool pk_planner_idle(const struct pk_planner *planner)
{
    return planner->idle;
}

/* The store failed: everything anew in a while. */
static void wait_for_store(struct pk_planner *planner, const struct pk_error *why)
{
    pk_log(PK_LOG_ERROR, "planner", "expand.failed", "reason", why->message, NULL);
    pk_planner_refresh(planner);
    planner->idle = true;
    pk_timer_in(planner->timer, TROUBLE_MS);
}

void pk_planner_run(struct pk_planner *planner)
{
    struct pk_service *service = planner->service;
    int64_t now_ms = pk_clock_wall_ms();
    size_t budget = ROWS_PER_TURN;
    if (planner->idle || service->draining)
        return;
    if (planner->after == 0)
        planner->wake_ms = INT64_MAX;
    for (unsigned i = 0; i < TRIGGERS_PER_TURN && budget > 0; i++) {
        struct pk_trigger trigger;
        struct pk_error err = { 0 };
        int r = pk_trigger_next_expanding(service->store, planner->after, &trigger, &err);
        if (r == PK_E_NOT_FOUND) {
            planner->idle = !planner->unfinished;
            planner->unfinished = false;
            planner->after = 0;
            break;
        }
        if (r != 0) {
            wait_for_store(planner, &err);
            return;
        }
        planner->after = trigger.id;
        if (trigger.send_at_ms > now_ms + PK_EARLY_MS) {
            int64_t opens_ms = trigger.send_at_ms - PK_EARLY_MS;
            planner->wake_ms = opens_ms < planner->wake_ms ? opens_ms : planner->wake_ms;
            continue;
        }
        size_t rows = 0;
        size_t max = budget < PK_EXPAND_MAX ? budget : PK_EXPAND_MAX;
        r = pk_expand(service, &trigger, planner->rows, max, now_ms, &rows, &err);
        if (rows == max)
            planner->unfinished = true;
        if (r == PK_E_NOT_FOUND || r == PK_E_INVALID)
            r = pk_expand_give_up(service, &trigger, now_ms, &err);
        if (r != 0) {
            wait_for_store(planner, &err);
            return;
        }
        service->metrics.messages_planned += rows;
        budget -= rows;
    }
    if (!planner->idle)
        pk_loop_again(service->loop);
    else if (planner->wake_ms != INT64_MAX)
        pk_timer_at(planner->timer, planner->wake_ms);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/keeper.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"

#define LOOK_MS 60000
#define STEP_DEADLINE_MS 30000 /* a step takes a few milliseconds; a slow disk may take longer */

struct pk_keeper {
    struct pk_service *service;
    const struct pk_keeper_kind *kind;
    void *counting; /* NULL = nothing is; the reading thread's while a step runs */
    bool step_due, counted;
    int64_t looked_ms; /* by the steady clock, when none was due */
};

struct pk_keeper *pk_keeper_new(struct pk_service *service, const struct pk_keeper_kind *kind)
{
    struct pk_keeper *keeper = pk_alloc(sizeof *keeper);
    keeper->service = service;
    keeper->kind = kind;
    keeper->looked_ms = -LOOK_MS;
    return keeper;
}

static void drop(struct pk_keeper *keeper)
{
    if (keeper->counting)
        keeper->kind->drop(keeper->counting);
    keeper->counting = NULL;
    keeper->step_due = keeper->counted = false;
}

void pk_keeper_free(struct pk_keeper *keeper)
{
    if (!keeper)
        return;
    drop(keeper);
    free(keeper);
}

/* It is looked at again in a minute. */
static void failed(struct pk_keeper *keeper, const struct pk_error *err)
{
    pk_log(PK_LOG_ERROR, keeper->kind->component, keeper->kind->not_kept, "reason", err->message, NULL);
    drop(keeper);
    keeper->looked_ms = pk_clock_mono_ms();
}

static void look(struct pk_keeper *keeper)
{
    struct pk_error err = { 0 };
    if (pk_clock_mono_ms() - keeper->looked_ms < LOOK_MS)
        return;
    int r = keeper->kind->look(keeper->service, pk_clock_wall_ms(), &keeper->counting, &err);
    if (r < 0)
        failed(keeper, &err);
    else if (r == 0)
        keeper->looked_ms = pk_clock_mono_ms();
    else
        keeper->step_due = true;
}

/* On the reading thread. */
static int step(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct pk_keeper *keeper = ctx;
    return keeper->kind->step(keeper->counting, store, err);
}

/* What follows is done by the next turn: at the end of a life the reading thread is gone when this is told. */
static void stepped(void *ctx, int result, const struct pk_error *err)
{
    struct pk_keeper *keeper = ctx;
    if (result < 0) {
        failed(keeper, err);
        return;
    }
    keeper->step_due = result == 1;
    keeper->counted = result == 0;
    pk_loop_again(keeper->service->loop);
}

static void keep(struct pk_keeper *keeper)
{
    struct pk_store *store = keeper->service->store;
    struct pk_error err = { 0 };
    int r = pk_unit_begin(store, &err);
    if (r == 0 && (r = keeper->kind->keep(keeper->service, keeper->counting, pk_clock_wall_ms(), &err)) != 0)
        pk_unit_drop(store);
    else if (r == 0)
        r = pk_unit_keep(store, &err);
    if (r != 0 && !(r == PK_E_CONFLICT && keeper->kind->conflicts)) {
        failed(keeper, &err);
        return;
    }
    if (r == 0 && keeper->kind->kept)
        keeper->kind->kept(keeper->counting);
    drop(keeper);
    keeper->looked_ms = -LOOK_MS; /* the next one, or this one again */
    pk_loop_again(keeper->service->loop);
}

void pk_keeper_run(struct pk_keeper *keeper)
{
    struct pk_error err = { 0 };
    if (keeper->counted)
        keep(keeper);
    else if (!keeper->counting)
        look(keeper);
    if (!keeper->step_due)
        return;
    keeper->step_due = false;
    if (!keeper->service->reader) {
        int r = step(keeper, keeper->service->store, &err);
        stepped(keeper, r, &err);
        return;
    }
    struct pk_read read = { .run = step, .done = stepped, .ctx = keeper, .deadline_ms = STEP_DEADLINE_MS };
    if (pk_reader_submit(keeper->service->reader, &read, &err) != 0)
        failed(keeper, &err);
}

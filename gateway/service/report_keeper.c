/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports outlive the messages they are counted from: what retention wants is counted first, on the reading thread, and its
 * sums are written in one unit. Retention waits for that unit (store/reports.h). A crash before it loses the counting alone.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/reports.h"

#define LOOK_MS 60000
#define STEP_DEADLINE_MS 30000 /* a step takes a few milliseconds; a slow disk may take longer */

struct pk_report_keeper {
    struct pk_service *service;
    struct pk_report_counter *counter; /* NULL = none is being counted; the reading thread's while a step runs */
    bool step_due, counted;
    int64_t looked_ms; /* by the steady clock, when none was due */
};

struct pk_report_keeper *pk_report_keeper_new(struct pk_service *service)
{
    struct pk_report_keeper *keeper = pk_alloc(sizeof *keeper);
    keeper->service = service;
    keeper->looked_ms = -LOOK_MS;
    return keeper;
}

void pk_report_keeper_free(struct pk_report_keeper *keeper)
{
    if (!keeper)
        return;
    pk_report_counter_free(keeper->counter);
    free(keeper);
}

/* It is looked at again in a minute. */
static void give_up(struct pk_report_keeper *keeper)
{
    pk_report_counter_free(keeper->counter);
    keeper->counter = NULL;
    keeper->step_due = keeper->counted = false;
    keeper->looked_ms = pk_clock_mono_ms();
}

static void failed(struct pk_report_keeper *keeper, const struct pk_error *err)
{
    pk_log(PK_LOG_ERROR, "reports", "report.not_kept", "reason", err->message, NULL);
    give_up(keeper);
}

static void look(struct pk_report_keeper *keeper)
{
    struct pk_service *service = keeper->service;
    int64_t now_ms = pk_clock_wall_ms();
    const struct pk_report_limits limits = {
        .messages_before_ms = now_ms - service->rules->keep_messages_ms,
        .rsvps_before_ms = service->rules->keep_rsvps_ms > 0 ? now_ms - service->rules->keep_rsvps_ms : 0,
        .now_ms = now_ms,
    };
    struct pk_report_subject subject;
    struct pk_error err = { 0 };
    if (pk_clock_mono_ms() - keeper->looked_ms < LOOK_MS)
        return;
    if (!pk_report_due(service->store, &limits, &subject)) {
        keeper->looked_ms = pk_clock_mono_ms();
        return;
    }
    if (pk_report_counting(service, &subject, &keeper->counter, &err) != 0)
        failed(keeper, &err);
    else
        keeper->step_due = true;
}

/* On the reading thread. */
static int step(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct pk_report_keeper *keeper = ctx;
    return pk_report_count_some(keeper->counter, store, PK_REPORT_STEP, err);
}

/* What follows is done by the next turn: at the end of a life the reading thread is gone when this is told. */
static void stepped(void *ctx, int result, const struct pk_error *err)
{
    struct pk_report_keeper *keeper = ctx;
    if (result < 0) {
        failed(keeper, err);
        return;
    }
    keeper->step_due = result == 1;
    keeper->counted = result == 0;
    pk_loop_again(keeper->service->loop);
}

static void keep(struct pk_report_keeper *keeper)
{
    struct pk_store *store = keeper->service->store;
    struct pk_error err = { 0 };
    int r = pk_unit_begin(store, &err);
    if (r == 0 && (r = pk_report_keep(store, keeper->counter, pk_clock_wall_ms(), &err)) != 0)
        pk_unit_drop(store);
    else if (r == 0)
        r = pk_unit_keep(store, &err);
    if (r != 0 && r != PK_E_CONFLICT) {
        failed(keeper, &err);
        return;
    }
    give_up(keeper);
    keeper->looked_ms = -LOOK_MS; /* the next one, or this one again */
    pk_loop_again(keeper->service->loop);
}

void pk_report_keeper_run(struct pk_report_keeper *keeper)
{
    struct pk_error err = { 0 };
    if (keeper->counted)
        keep(keeper);
    else if (!keeper->counter)
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

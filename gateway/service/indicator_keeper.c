/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Months are frozen once they are over, one after the other: counted on the reading thread and written in one unit, which is
 * refused when the month is there already. A gateway that stood still at the month's end freezes it when it is back; a crash
 * before the unit loses the counting alone.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/indicators.h"

#define LOOK_MS 60000
#define STEP_DEADLINE_MS 30000 /* a step takes a few milliseconds; a slow disk may take longer */

struct pk_indicator_keeper {
    struct pk_service *service;
    struct pk_indicator_counter *counter; /* NULL = none is being counted; the reading thread's while a step runs */
    int32_t month; /* that it counts */
    bool step_due, counted;
    int64_t looked_ms; /* by the steady clock, when none was due */
};

struct pk_indicator_keeper *pk_indicator_keeper_new(struct pk_service *service)
{
    struct pk_indicator_keeper *keeper = pk_alloc(sizeof *keeper);
    keeper->service = service;
    keeper->looked_ms = -LOOK_MS;
    return keeper;
}

void pk_indicator_keeper_free(struct pk_indicator_keeper *keeper)
{
    if (!keeper)
        return;
    pk_indicator_counter_free(keeper->counter);
    free(keeper);
}

/* It is looked at again in a minute. */
static void give_up(struct pk_indicator_keeper *keeper)
{
    pk_indicator_counter_free(keeper->counter);
    keeper->counter = NULL;
    keeper->step_due = keeper->counted = false;
    keeper->looked_ms = pk_clock_mono_ms();
}

static void failed(struct pk_indicator_keeper *keeper, const struct pk_error *err)
{
    pk_log(PK_LOG_ERROR, "indicators", "month.not_frozen", "reason", err->message, NULL);
    give_up(keeper);
}

/* The month to freeze; 0 = none is over. The first is the one in which the gateway is asked this for the first time. */
static int due(struct pk_service *service, int64_t now_ms, int32_t *ret_month, struct pk_error *err)
{
    int32_t running = 0, last = pk_indicators_last(service->store);
    int r = pk_indicator_month(service, now_ms, &running, err);
    if (r != 0)
        return r;
    int32_t first = (int32_t) pk_store_number(service->store, PK_INDICATOR_FIRST, 0);
    if (first == 0)
        r = pk_store_set_number(service->store, PK_INDICATOR_FIRST, first = running, err);
    int32_t next = last != 0 ? pk_indicator_month_after(last) : first;
    *ret_month = next < running ? next : 0;
    return r;
}

static void look(struct pk_indicator_keeper *keeper)
{
    struct pk_service *service = keeper->service;
    struct pk_indicator_span span;
    struct pk_error err = { 0 };
    int64_t now_ms = pk_clock_wall_ms();
    if (pk_clock_mono_ms() - keeper->looked_ms < LOOK_MS)
        return;
    int r = due(service, now_ms, &keeper->month, &err);
    if (r == 0 && keeper->month == 0) {
        keeper->looked_ms = pk_clock_mono_ms();
        return;
    }
    if (r == 0)
        r = pk_indicator_span_of(service, keeper->month, now_ms, &span, &err);
    if (r != 0) {
        failed(keeper, &err);
        return;
    }
    keeper->counter = pk_indicator_counter_new(&span);
    keeper->step_due = true;
}

/* On the reading thread. */
static int step(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct pk_indicator_keeper *keeper = ctx;
    return pk_indicator_count_some(keeper->counter, store, PK_INDICATOR_STEP, err);
}

/* What follows is done by the next turn: at the end of a life the reading thread is gone when this is told. */
static void stepped(void *ctx, int result, const struct pk_error *err)
{
    struct pk_indicator_keeper *keeper = ctx;
    if (result < 0) {
        failed(keeper, err);
        return;
    }
    keeper->step_due = result == 1;
    keeper->counted = result == 0;
    pk_loop_again(keeper->service->loop);
}

static void freeze(struct pk_indicator_keeper *keeper)
{
    struct pk_store *store = keeper->service->store;
    struct pk_indicators *set = pk_indicator_counted(keeper->counter);
    struct pk_error err = { 0 };
    pk_indicator_estimate(keeper->service, set);
    int r = pk_unit_begin(store, &err);
    if (r == 0 && (r = pk_indicators_freeze(store, keeper->month, set, pk_clock_wall_ms(), &err)) != 0)
        pk_unit_drop(store);
    else if (r == 0)
        r = pk_unit_keep(store, &err);
    if (r != 0) {
        failed(keeper, &err);
        return;
    }
    pk_log(PK_LOG_INFO, "indicators", "month.frozen", "month", PK_LOG_INT(keeper->month), NULL);
    give_up(keeper);
    keeper->looked_ms = -LOOK_MS; /* the next one */
    pk_loop_again(keeper->service->loop);
}

void pk_indicator_keeper_run(struct pk_indicator_keeper *keeper)
{
    struct pk_error err = { 0 };
    if (keeper->counted)
        freeze(keeper);
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

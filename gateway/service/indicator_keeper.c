/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Months are frozen once they are over, one after the other: counted and written in one unit (keeper.h), which is refused when the
 * month is there already. A gateway that stood still at the month's end freezes it when it is back.
 */
#include "gateway/base/log.h"
#include "gateway/service/indicators.h"
#include "gateway/service/keeper.h"

struct freezing {
    struct pk_indicator_counter *counter;
    int32_t month;
};

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

static int look(struct pk_service *service, int64_t now_ms, void **ret_counting, struct pk_error *err)
{
    struct pk_indicator_span span;
    int32_t month = 0;
    int r = due(service, now_ms, &month, err);
    if (r == 0 && month != 0)
        r = pk_indicator_span_of(service, month, now_ms, &span, err);
    if (r != 0 || month == 0)
        return r;
    struct freezing *freezing = pk_alloc(sizeof *freezing);
    *freezing = (struct freezing){ pk_indicator_counter_new(&span), month };
    *ret_counting = freezing;
    return 1;
}

static int step(void *counting, struct pk_store *store, struct pk_error *err)
{
    struct freezing *freezing = counting;
    return pk_indicator_count_some(freezing->counter, store, PK_INDICATOR_STEP, err);
}

static int freeze(struct pk_service *service, void *counting, int64_t now_ms, struct pk_error *err)
{
    struct freezing *freezing = counting;
    struct pk_indicators *set = pk_indicator_counted(freezing->counter);
    pk_indicator_estimate(service, set);
    return pk_indicators_freeze(service->store, freezing->month, set, now_ms, err);
}

static void frozen(const void *counting)
{
    const struct freezing *freezing = counting;
    pk_log(PK_LOG_INFO, "indicators", "month.frozen", "month", PK_LOG_INT(freezing->month), NULL);
}

static void drop(void *counting)
{
    struct freezing *freezing = counting;
    pk_indicator_counter_free(freezing->counter);
    free(freezing);
}

struct pk_keeper *pk_indicator_keeper_new(struct pk_service *service)
{
    static const struct pk_keeper_kind kind = { .look = look, .step = step, .keep = freeze, .kept = frozen, .drop = drop,
                                                .component = "indicators", .not_kept = "month.not_frozen" };
    return pk_keeper_new(service, &kind);
}

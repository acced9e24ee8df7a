/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/forecast.h"

#define RATE_MILLI_MAX 100000000ll /* 100,000 a second: what no account exceeds, so that the sums below fit */
#define MILLI_MS 1000000 /* thousandths of messages per second times milliseconds, in messages */

/* What the accounts hand over together; 0 = as fast as it goes, negative = nothing. */
static int64_t rate_of(const struct pk_forecast_plan *plan)
{
    int64_t sum = 0;
    for (size_t i = 0; i < plan->rate_count; i++) {
        if (plan->rates_milli[i] == 0)
            return 0;
        sum += plan->rates_milli[i] < RATE_MILLI_MAX ? plan->rates_milli[i] : RATE_MILLI_MAX;
        sum = sum < RATE_MILLI_MAX ? sum : RATE_MILLI_MAX;
    }
    return sum > 0 ? sum : -1;
}

/* How many of `left` go between two moments, and when the last of them does. */
static int64_t share(int64_t left, int64_t rate_milli, int64_t from_ms, int64_t end_ms, int64_t *ret_to_ms)
{
    int64_t room_ms = end_ms - from_ms < PK_QUIET_HORIZON_MS ? end_ms - from_ms : PK_QUIET_HORIZON_MS;
    *ret_to_ms = from_ms;
    if (rate_milli == 0)
        return left;
    int64_t fits = rate_milli * room_ms / MILLI_MS, n = left < fits ? left : fits;
    *ret_to_ms = from_ms + (n * MILLI_MS + rate_milli - 1) / rate_milli;
    return n;
}

static void add(struct pk_forecast *forecast, int64_t from_ms, int64_t to_ms, int64_t count)
{
    if (forecast->span_count == 0)
        forecast->starts_ms = from_ms;
    forecast->spans[forecast->span_count++] = (struct pk_forecast_span){ from_ms, to_ms, count };
    forecast->finishes_ms = to_ms;
}

void pk_forecast(const struct pk_forecast_plan *plan, struct pk_zone *zone, struct pk_forecast *ret_forecast)
{
    int64_t left = plan->count, rate_milli = rate_of(plan), at_ms = plan->start_ms;
    int64_t until_ms = plan->until_ms != 0 ? plan->until_ms : INT64_MAX;
    *ret_forecast = (struct pk_forecast){ 0 };
    while (left > 0 && rate_milli >= 0 && at_ms < until_ms && ret_forecast->span_count < PK_FORECAST_SPANS) {
        struct pk_quiet_verdict verdict;
        int64_t to_ms;
        pk_quiet_judge(plan->rules, plan->rule_count, zone, at_ms, &verdict);
        if (verdict.cause == PK_QUIET_NONE) {
            int64_t end_ms = verdict.until_ms < until_ms ? verdict.until_ms : until_ms;
            int64_t n = share(left, rate_milli, at_ms, end_ms, &to_ms);
            if (n > 0)
                add(ret_forecast, at_ms, to_ms, n);
            left -= n;
        }
        if (verdict.until_ms == INT64_MAX)
            break;
        at_ms = verdict.until_ms;
    }
    ret_forecast->late = left;
}

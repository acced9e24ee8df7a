/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When so many messages leave: from the rates of the accounts that share them and the quiet rules, the spans of time in
 * which they go, as people plan by them ("2,910 tonight 18:00-20:30, 1,090 tomorrow from 9:00"). An estimate: what else
 * waits, a provider that is slow and a retry are not in it. Pure; nothing blocks.
 */
#ifndef PK_MODEL_FORECAST_H
#define PK_MODEL_FORECAST_H

#include "gateway/model/quiet.h"

#define PK_FORECAST_SPANS 32u

struct pk_forecast_plan {
    int64_t count; /* of messages */
    const int64_t *rates_milli; /* per second, in thousandths, of each account that shares them; 0 = as fast as it goes */
    size_t rate_count; /* 0 = nobody hands anything over */
    const struct pk_quiet_rule *const *rules; /* those of the topic and the channel */
    size_t rule_count;
    int64_t start_ms; /* not before */
    int64_t until_ms; /* what leaves later is too late; 0 = nothing is */
};

struct pk_forecast_span {
    int64_t from_ms, to_ms; /* the first and the last of them; the same where nothing limits the rate */
    int64_t count;
};

struct pk_forecast {
    struct pk_forecast_span spans[PK_FORECAST_SPANS]; /* rising; quiet time lies between two */
    size_t span_count;
    int64_t starts_ms, finishes_ms; /* of all; 0 = nothing leaves */
    int64_t late; /* those that do not leave in time, or are more than the spans tell */
};

void pk_forecast(const struct pk_forecast_plan *plan, struct pk_zone *zone, struct pk_forecast *ret_forecast);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* When to try again: capped exponential back-off with jitter, a token bucket per account, and a circuit breaker. Pure. */
#ifndef PK_MODEL_RETRY_H
#define PK_MODEL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct pk_retry_rule {
    int64_t first_ms, cap_ms;
    uint32_t max_attempts;
};
/* Delay before attempt number `attempts + 1`; `chance` in [0, 2^32) is the jitter: 50-100 % of the back-off. */
int64_t pk_retry_delay_ms(const struct pk_retry_rule *rule, uint32_t attempts, uint32_t chance);

/* Token bucket: `per_second` in thousandths, so that 0.2/s can be said; 0 = unlimited. Bursts up to `burst`, 0 = one
 * second's worth, and at least 1. */
struct pk_rate {
    int64_t per_second_milli;
    int64_t burst_milli;
    int64_t tokens_milli;
    int64_t filled_ms;
};
void pk_rate_init(struct pk_rate *rate, int64_t per_second_milli, int64_t burst, int64_t now_ms);
uint32_t pk_rate_available(struct pk_rate *rate, int64_t now_ms, uint32_t wanted); /* how many of `wanted` may go */
void pk_rate_take(struct pk_rate *rate, uint32_t count);
int64_t pk_rate_next_ms(const struct pk_rate *rate, int64_t now_ms); /* when one more may go */

/* Breaker: closed; opens after `threshold` failures in a row with none accepted in between over at least window_ms;
 * open for a back-off that doubles (to a cap); half-open lets `trial` through; one success closes, one failure reopens. */
enum pk_breaker_state { PK_BREAKER_CLOSED = 0, PK_BREAKER_OPEN, PK_BREAKER_HALF_OPEN };
struct pk_breaker_rule {
    uint32_t threshold;
    int64_t window_ms;
    int64_t first_open_ms, cap_open_ms;
    uint32_t trial;
};
struct pk_breaker {
    uint32_t state;
    uint32_t failures;
    uint32_t openings;
    uint32_t trials_out;
    int64_t first_failure_ms;
    int64_t until_ms;
};
/* How many hand-overs may start now: `wanted` when closed, 0 open, trials when half-open. */
uint32_t pk_breaker_room(struct pk_breaker *breaker, const struct pk_breaker_rule *rule, int64_t now_ms, uint32_t wanted);
void pk_breaker_started(struct pk_breaker *breaker, uint32_t count);
/* One that was started never left, for no fault of the provider's: its trial may be made again. */
void pk_breaker_withdrawn(struct pk_breaker *breaker);
void pk_breaker_succeeded(struct pk_breaker *breaker);
/* True when this failure opened it. */
bool pk_breaker_failed(struct pk_breaker *breaker, const struct pk_breaker_rule *rule, int64_t now_ms);

#endif

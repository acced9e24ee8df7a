/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/retry.h"

int64_t pk_retry_delay_ms(const struct pk_retry_rule *rule, uint32_t attempts, uint32_t chance)
{
    int64_t delay = rule->first_ms;
    for (uint32_t i = 1; i < attempts && delay < rule->cap_ms; i++)
        delay *= 2;
    if (delay > rule->cap_ms)
        delay = rule->cap_ms;
    return delay / 2 + (int64_t) (((uint64_t) (delay - delay / 2) * chance) >> 32);
}

/* ---- rate ---- */

void pk_rate_init(struct pk_rate *rate, int64_t per_second_milli, int64_t burst, int64_t now_ms)
{
    int64_t burst_milli = burst > 0 ? burst * 1000 : per_second_milli;
    *rate = (struct pk_rate){ .per_second_milli = per_second_milli, .filled_ms = now_ms };
    rate->tokens_milli = rate->burst_milli = burst_milli > 1000 ? burst_milli : 1000;
}

static void fill(struct pk_rate *rate, int64_t now_ms)
{
    int64_t passed = now_ms - rate->filled_ms;
    if (passed < 0) {
        rate->filled_ms = now_ms; /* the clock was set back */
        return;
    }
    int64_t gained = passed > 3600000 ? rate->burst_milli : passed * rate->per_second_milli / 1000;
    if (gained == 0)
        return; /* too little time for a part of a token: it goes on adding up */
    rate->tokens_milli += gained;
    if (rate->tokens_milli >= rate->burst_milli) {
        rate->tokens_milli = rate->burst_milli;
        rate->filled_ms = now_ms;
    } else {
        rate->filled_ms += gained * 1000 / rate->per_second_milli;
    }
}

uint32_t pk_rate_available(struct pk_rate *rate, int64_t now_ms, uint32_t wanted)
{
    if (rate->per_second_milli == 0)
        return wanted;
    fill(rate, now_ms);
    int64_t whole = rate->tokens_milli / 1000;
    return whole <= 0 ? 0 : whole < wanted ? (uint32_t) whole : wanted;
}

void pk_rate_take(struct pk_rate *rate, uint32_t count)
{
    if (rate->per_second_milli != 0)
        rate->tokens_milli -= (int64_t) count * 1000;
}

int64_t pk_rate_next_ms(const struct pk_rate *rate, int64_t now_ms)
{
    if (rate->per_second_milli == 0 || rate->tokens_milli >= 1000)
        return now_ms;
    int64_t missing = 1000 - rate->tokens_milli;
    int64_t at = rate->filled_ms + (missing * 1000 + rate->per_second_milli - 1) / rate->per_second_milli;
    return at > now_ms ? at : now_ms + 1;
}

/* ---- breaker ---- */

static void open_breaker(struct pk_breaker *breaker, const struct pk_breaker_rule *rule, int64_t now_ms)
{
    int64_t wait = rule->first_open_ms;
    for (uint32_t i = 0; i < breaker->openings && wait < rule->cap_open_ms; i++)
        wait *= 2;
    breaker->state = PK_BREAKER_OPEN;
    breaker->openings++;
    breaker->trials_out = 0;
    breaker->until_ms = now_ms + (wait < rule->cap_open_ms ? wait : rule->cap_open_ms);
}

uint32_t pk_breaker_room(struct pk_breaker *breaker, const struct pk_breaker_rule *rule, int64_t now_ms, uint32_t wanted)
{
    if (breaker->state == PK_BREAKER_CLOSED)
        return wanted;
    if (breaker->state == PK_BREAKER_OPEN) {
        if (now_ms < breaker->until_ms)
            return 0;
        breaker->state = PK_BREAKER_HALF_OPEN;
        breaker->trials_out = 0;
    }
    uint32_t left = rule->trial > breaker->trials_out ? rule->trial - breaker->trials_out : 0;
    return left < wanted ? left : wanted;
}

void pk_breaker_started(struct pk_breaker *breaker, uint32_t count)
{
    if (breaker->state == PK_BREAKER_HALF_OPEN)
        breaker->trials_out += count;
}

void pk_breaker_withdrawn(struct pk_breaker *breaker)
{
    if (breaker->state == PK_BREAKER_HALF_OPEN && breaker->trials_out > 0)
        breaker->trials_out--;
}

void pk_breaker_succeeded(struct pk_breaker *breaker)
{
    *breaker = (struct pk_breaker){ .state = PK_BREAKER_CLOSED };
}

bool pk_breaker_failed(struct pk_breaker *breaker, const struct pk_breaker_rule *rule, int64_t now_ms)
{
    if (breaker->state == PK_BREAKER_OPEN)
        return false; /* one that was on its way when it opened */
    if (breaker->state == PK_BREAKER_HALF_OPEN) {
        open_breaker(breaker, rule, now_ms);
        return true;
    }
    if (breaker->failures++ == 0)
        breaker->first_failure_ms = now_ms;
    if (breaker->failures < rule->threshold || now_ms - breaker->first_failure_ms < rule->window_ms)
        return false;
    open_breaker(breaker, rule, now_ms);
    return true;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The only source of time. Wall time is milliseconds UTC since the epoch; monotonic time never jumps and is for
 * durations and timers. Both can be set by hand, for tests and simulations: then they move only when told.
 */
#ifndef PK_BASE_CLOCK_H
#define PK_BASE_CLOCK_H

#include "gateway/include/pokana/slice.h"

#include <stdbool.h>
#include <stdint.h>

int64_t pk_clock_wall_ms(void);
int64_t pk_clock_mono_ms(void);
int64_t pk_clock_mono_us(void); /* for measurements */

void pk_clock_set_manual(int64_t wall_ms); /* from now on manual; monotonic time continues from its value */
void pk_clock_advance(int64_t ms); /* manual only */
bool pk_clock_is_manual(void);
void pk_clock_set_system(void);

/* RFC 3339. Parsing takes any offset, needs one, takes fractions (truncated to ms); PK_E_INVALID otherwise,
 * also for dates that do not exist. Years 1970-9999. */
int pk_time_parse(struct pk_slice text, int64_t *ret_ms);
/* "2026-10-14T17:30:00Z", or with ".123" where the milliseconds are not zero. */
#define PK_TIME_TEXT_MAX 32
const char *pk_time_format(int64_t ms, char ret_text[PK_TIME_TEXT_MAX]);

#endif

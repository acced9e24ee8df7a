/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The only source of chance: getrandom(2), or, once seeded, a repeatable sequence for tests and simulations.
 * Keys, nonces and recipients' ids come from here too. Never blocks after start; failure aborts.
 */
#ifndef PK_BASE_RANDOM_H
#define PK_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void pk_random_bytes(void *ret_bytes, size_t len);
uint64_t pk_random_u64(void);
/* Uniform in [0, bound); bound 0 gives 0. */
uint64_t pk_random_below(uint64_t bound);
void pk_random_seed(uint64_t seed); /* repeatable from here on: for tests, and for rehearsals, whose copy is gone with them */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the simulated phones got, and what was answered from them: a ring that forgets the oldest. Texts and numbers are wiped when they are forgotten.
 */
#ifndef PK_ADAPTER_SIMULATOR_ARRIVALS_H
#define PK_ADAPTER_SIMULATOR_ARRIVALS_H

#include "gateway/include/pokana/adapter.h"

#define SIMULATOR_ID_ROOM 24 /* of our ids */
#define SIMULATOR_ADDRESS_ROOM 128 /* mail too */
#define SIMULATOR_LANGUAGE_ROOM 16

struct simulator_arrival;

struct simulator_arrivals {
    struct simulator_arrival *ring;
    size_t size;
    uint64_t count; /* ever; the newest is number `count` */
};

int pk_simulator_arrivals_init(struct simulator_arrivals *arrivals, size_t size);
void pk_simulator_arrivals_finish(struct simulator_arrivals *arrivals);

/* The arrival's number, or 0 without memory for its text. */
uint64_t pk_simulator_arrivals_add(struct simulator_arrivals *arrivals, const struct pk_job *job);
/* What was answered from one of them. Not kept without memory. */
void pk_simulator_arrivals_type(struct simulator_arrivals *arrivals, struct pk_slice address, struct pk_slice text, int64_t now_ms);
/* Nothing happens once it is forgotten. */
void pk_simulator_arrivals_tell(struct simulator_arrivals *arrivals, uint64_t number, uint32_t state);
int pk_simulator_arrivals_list(const struct simulator_arrivals *arrivals, int (*show)(void *ctx, const struct pk_play_item *item),
                               void *ctx);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One simulated account, as its files see it.
 *
 *     simulator.c  settings, life, the adapter's table
 *     session.c    hand-overs, receipts and replies in their time
 *     play.c       what arrived, and an answer typed by hand
 *     behaviour.c  what becomes of a message: magic numbers and shares
 *     course.c     the courses under way, by due time
 *     arrivals.c   what the phones got
 */
#ifndef PK_ADAPTER_SIMULATOR_H
#define PK_ADAPTER_SIMULATOR_H

#include "adapters/kit/encode.h"
#include "adapters/simulator/course.h"

#define SIMULATOR_FRONT_BYTES 5

struct simulator {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    struct simulator_shares shares;
    struct simulator_arrivals arrivals;
    struct simulator_courses courses;
    int64_t latency_min, latency_max, receipt_min, receipt_max, late;
    uint32_t capacity, open;
    uint64_t chance;  /* the generator's state */
    uint64_t seed;
    bool by_person;   /* one address, one course */
    uint64_t numbers; /* ids given out */
    char front[PK_KIT_HEX_ROOM(SIMULATOR_FRONT_BYTES)];
    struct pk_link *link; /* NULL: none */
    const struct pk_link_ops *ops;
    bool stopping;
};

/* session.c */
extern const struct pk_session_ops pk_simulator_session;
/* After a course was put to wait: asks the gateway for the next tick. */
void pk_simulator_wake(struct simulator *sim);

/* play.c */
extern const struct pk_play_ops pk_simulator_play;

#endif

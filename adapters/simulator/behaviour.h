/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What becomes of a message: the table of behaviours, chosen by the number's last four digits or by configured shares.
 */
#ifndef PK_ADAPTER_SIMULATOR_BEHAVIOUR_H
#define PK_ADAPTER_SIMULATOR_BEHAVIOUR_H

#include "adapters/kit/settings.h"

#define SIMULATOR_BEHAVIOURS 25
#define SIMULATOR_MILLION 1000000u

/* A course is a row of steps:
 *     a  answers the hand-over       s  sent           d  delivered      r  read
 *     t  undelivered, temporary      p  undelivered, permanent           u  the provider does not know
 *     y  the person replies          l  the step after it comes late
 */
struct simulator_behaviour {
    const char *name;   /* as in share.NAME */
    const char *suffix; /* of the number */
    uint32_t outcome;   /* enum pk_outcome */
    const char *course;
    const char *reply; /* what the person writes at y */
};

struct simulator_shares {
    uint32_t of[SIMULATOR_BEHAVIOURS]; /* in millionths; what is left over is delivered */
};

/* PK_E_CONFIG with the setting's name for a share that is no behaviour, no share, or too much together. */
int pk_simulator_shares_read(const struct pk_kit_settings *settings, struct simulator_shares *ret_shares, struct pk_error *err);

/* `chance` is a number below SIMULATOR_MILLION. */
const struct simulator_behaviour *pk_simulator_choose(const struct simulator_shares *shares, struct pk_slice address,
                                                      uint32_t chance);

#endif

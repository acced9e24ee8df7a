/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A network refuses us on somebody's behalf: they blocked the bot, or stopped us at the provider. That ends its channel for
 * them and nothing else; it is no STOP. Called by the tracker (a hand-over was refused so) and the conversation (the network
 * tells of it). Allowing us again undoes nothing: only what they write or press there does (START, a link).
 */
#ifndef PK_SERVICE_NETWORK_BLOCK_H
#define PK_SERVICE_NETWORK_BLOCK_H

#include "gateway/service/desks.h"

/* The address is blocked and all the person had agreed to, or was asked about, on that channel ends there. `recipient` 0: an
 * address nobody is known by. 0 also when that was so before. Inside a unit. */
int pk_network_block(struct pk_service *service, const struct pk_desk *desk, int64_t recipient, int64_t address, uint32_t channel,
                     int64_t now_ms, struct pk_error *err);

#endif

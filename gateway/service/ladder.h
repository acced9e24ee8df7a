/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The next channel. A message that certainly did not arrive goes on where its person may be written to next, in the unit that
 * would have ended it: the same row with another channel, address, route and wording. Nobody is told a thing twice, so what may
 * have arrived stays where it is. Called by the tracker; the round of housekeeping calls pk_ladder_step().
 */
#ifndef PK_SERVICE_LADDER_H
#define PK_SERVICE_LADDER_H

#include "gateway/service/service.h"
#include "gateway/store/messages.h"

#define PK_LADDER_MARGIN_MS (5 * 60 * 1000ll) /* a receipt may take so long after the end of what it is about */

struct pk_desk;

/* 1: the message goes on and has no end now; 0: it ends as `end` says, for its state and reason allow no other channel, or
 * there is none. Negative: the unit is to be dropped. */
int pk_ladder_go_on(struct pk_service *service, int64_t message, const struct pk_message_change *end, struct pk_error *err);
/* The message's text as it leaves by a route (PK_NAME_ROUTE), in the person's language. PK_E_NOT_FOUND and others: it cannot. */
int pk_ladder_word(struct pk_service *service, const struct pk_message *message, uint32_t route, int64_t now_ms, int64_t *ret_version);

/* Until when the provider may deliver, and until when its receipt is waited for. The first is the message's own end, unless it
 * has a next channel and its account drops what is late. */
int64_t pk_ladder_valid_until_ms(const struct pk_service *service, const struct pk_desk *desk, const struct pk_message *message, int64_t now_ms);
/* Those whose time at the provider is over, at most `max`: they go on. True when there may be more. A unit of its own. */
bool pk_ladder_step(struct pk_service *service, size_t max);

#endif

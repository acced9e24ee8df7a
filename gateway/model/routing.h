/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * By which way somebody is written to: which route takes a country, and when a message goes on to the next channel of the
 * ladder. Pure: lists and states in, a verdict out. Asked by the planner, the tracker and the check of a configuration.
 */
#ifndef PK_MODEL_ROUTING_H
#define PK_MODEL_ROUTING_H

#include "gateway/model/states.h"

#define PK_LADDER_MAX 8u /* channels of a ladder */

/* How well a route suits a number of `country` ("NL"; "" = of none, as the address of a chat is). `countries`: those the route
 * names; none = it takes the rest. */
enum pk_route_fit { PK_ROUTE_NOT = 0, PK_ROUTE_REST, PK_ROUTE_NAMED };
enum pk_route_fit pk_route_fit(const char *const *countries, size_t count, const char *country);

/* Whether a message that would end so, for this reason, certainly did not arrive for a cause that another channel does not
 * share. Only then the next one may carry it. A refusal on the person's behalf, doubt and lateness are none. */
bool pk_ladder_goes_on(enum pk_message_state end, enum pk_reason reason);

/* Until when a provider may deliver what has a next channel: no longer than `wait_ms` from now, and not beyond the message's
 * own end. What it could not deliver by then it drops, so that it does not arrive beside the next one. */
int64_t pk_ladder_valid_until(int64_t now_ms, int64_t wait_ms, int64_t expires_ms);

#endif

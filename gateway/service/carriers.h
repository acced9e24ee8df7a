/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which accounts can send a text at all. Some providers let approved texts through only: an account that maps a text to none
 * of them is left out when the way is chosen, instead of being refused message by message. Within the window that somebody
 * opened by writing, free text may leave (PK_CAN_WINDOW); whose window is open the adapter knows, so where nobody else can send
 * a text such an account may try, and refuses it itself before anything is sent.
 */
#ifndef PK_SERVICE_CARRIERS_H
#define PK_SERVICE_CARRIERS_H

#include "gateway/service/desks.h"
#include "gateway/store/messages.h"

/* Does any account of the route look at what it is given? All the rest is for such routes alone. */
bool pk_route_choosy(const struct pk_lane_route *route);
/* Can the account send this text? language: as a job has it (pk_texts_label). `why` (may be NULL): one sentence. */
bool pk_desk_carries(const struct pk_desk *desk, struct pk_slice name, struct pk_slice language, uint32_t cls, int64_t now_ms,
                     struct pk_error *why);
/* May it try what it has no template for? */
bool pk_desk_may_try(const struct pk_desk *desk);
/* Any account of it, or one that may try. */
bool pk_route_carries(const struct pk_lane_route *route, struct pk_slice name, struct pk_slice language, uint32_t cls, int64_t now_ms,
                      struct pk_error *why);
/* In any language and rendering that the text has. */
bool pk_route_carries_some(const struct pk_service *service, const struct pk_lane_route *route, struct pk_slice name, uint32_t cls,
                           int64_t now_ms, struct pk_error *why);

enum pk_carrier { PK_CARRIER_FOUND = 0, PK_CARRIER_FULL /* for a moment */, PK_CARRIER_AWAY /* paused, or not reached */, PK_CARRIER_NONE /* nobody ever */ };
/* Who takes a message that is due: *desk, as chosen, if it can send the text; else the route's first that can and has room. An
 * answer or a test stays with its account. */
enum pk_carrier pk_carrier_of(struct pk_service *service, const struct pk_lane_route *route, const struct pk_message *message,
                              bool bound, int64_t now_ms, struct pk_desk **desk);

#endif

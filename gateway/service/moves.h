/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Another address for a person, by two codes: one to an address they have, one to the new one; both are typed at their own
 * page. Asking does the same for every address: whether the new one can become theirs is found out later, from the queue,
 * and where it cannot (it is somebody's, said STOP, is refused by the network, was sent codes all day) none goes to it and
 * nothing typed fits; the code to the old one goes all the same. Consents stay with the person: the ledger says that the
 * address changed and what stands. What waits for the old address goes to the new one.
 */
#ifndef PK_SERVICE_MOVES_H
#define PK_SERVICE_MOVES_H

#include "gateway/service/passes.h"

#define PK_MOVES_A_DAY 3 /* asked for by one person; and codes sent to one new address */

/* What is wanted: "change-ID" replaces the person's address with that id, "add-sms" adds one of a channel they have none of. */
#define PK_MOVE_REPLACE "change-"
#define PK_MOVE_ADD "add-"

/* Whether addresses of a channel are something people can type, and a route carries codes to them. */
bool pk_moves_can_type(const struct pk_service *service, const char *channel);

/* Inside a unit. PK_E_INVALID: no such thing is wanted, or the address cannot be one of the channel; PK_E_LIMIT: the person
 * asked too often; PK_E_BUSY when very many ask at once. None depends on who else has the address. */
int pk_moves_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice what, struct pk_slice written, int64_t now_ms,
                 struct pk_error *err);

/* Looks at what was asked for, at most `max`, each in its own unit. True when there is more. The open phase. */
bool pk_moves_step(struct pk_service *service, size_t max);

/* Both codes, in either order. Every session of the person ends and *ret_session is a new one. Keep the unit also when this
 * refuses (PK_E_DENIED): wrong codes are counted. */
int pk_moves_enter(struct pk_service *service, const struct pk_actor *actor, struct pk_slice old_code, struct pk_slice new_code,
                   int64_t now_ms, uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ETag and If-Match: who changes something says which edition of it they saw, and is told (412) when it is another by now. An
 * edition is a hash of what can be changed, never of what is counted, which changes by itself. Only gateway/api.
 */
#ifndef PK_API_EDITION_H
#define PK_API_EDITION_H

#include "gateway/api/call.h"

/* For the answer: this is how it is now. */
void pk_edition_tell(struct pk_call *call, struct pk_slice state);
/* `state` {NULL, 0}: there is no such thing. PK_E_CONFLICT, answered as 412, when the request was made for another edition, or
 * for nothing being there (If-None-Match: *). Without such a header everything goes. */
int pk_edition_check(struct pk_call *call, struct pk_slice state, struct pk_error *err);
/* Whether the request has one of these headers at all. */
bool pk_edition_is_named(const struct pk_call *call);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Idempotency-Key: a request that adds something and whose answer got lost may be sent again for a day, and does it once. The key
 * counts for its token, method and path; the same key with another body is refused. Which operations take one, openapi.json says.
 * Only gateway/api.
 */
#ifndef PK_API_ONCE_H
#define PK_API_ONCE_H

#include "gateway/api/call.h"

/* True: it was answered here, as before or with a refusal. Else its answer is kept when it is a good one. */
bool pk_once_answered(struct pk_call *call);
/* Of an answer that is about to be queued: in the turn that did the work, so that both are kept or neither is. */
void pk_once_keep(struct pk_call *call);

#endif

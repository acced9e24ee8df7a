/* SPDX-License-Identifier: EUPL-1.2 */
/* When something is due next: for a clock that jumps. */
#ifndef PK_STORE_MOMENTS_H
#define PK_STORE_MOMENTS_H

#include "gateway/store/store.h"

/* The next moment after now_ms at which a message or a step of a campaign wants something; `otherwise` when that is sooner or there is
 * none. What waits for an account that takes nothing looks every second, and is looked at once a minute and a half. */
int64_t pk_store_next_moment(struct pk_store *store, int64_t now_ms, int64_t otherwise);

#endif

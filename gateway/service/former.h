/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who agreed to nothing any more is not kept: some weeks after the last consent ended the number, the language and the tags
 * go. What stays is the proof under a pseudonym, and of a STOP the suppression (decisions/former.md).
 */
#ifndef PK_SERVICE_FORMER_H
#define PK_SERVICE_FORMER_H

#include "gateway/service/service.h"

struct pk_former_walk {
    int64_t after; /* the last person looked at */
    int64_t oldest_ms; /* of those that stay for now; 0 = none so far */
};
/* One step, inside a unit; *ret_more: there are more people to look at. A walk starts with `after` at INT64_MIN. */
int pk_former_step(struct pk_service *service, struct pk_former_walk *walk, size_t max, int64_t now_ms, bool *ret_more, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/people.h"

#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

int pk_people_each(struct pk_service *service, const struct pk_actor *actor, int64_t after, size_t max, int64_t now_ms,
                   int (*each)(void *ctx, const struct pk_recipient *who), void *ctx, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_LIST, NULL, NULL, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "recipient.list", "", after == 0 ? "from the beginning" : "further on", 0, now_ms, err);
    return r == 0 ? pk_recipients_list(service->store, after, max, each, ctx, err) : r;
}

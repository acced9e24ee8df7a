/* SPDX-License-Identifier: EUPL-1.2 */
/* For a data breach: which people and what is kept of each, page by page. Ids, no address and no text. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/breach.h"

#define DEADLINE_MS 10000

struct asking {
    int64_t since_ms, after;
    size_t limit;
};

static int open_list(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct asking *asking = ctx;
    return pk_breach_open(call->service, &call->actor, asking->since_ms, call->now_ms, err);
}

static int read_page(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    const struct asking *asking = call->data;
    struct pk_json_out out = pk_json_out(&call->out);
    return pk_breach_page(store, asking->since_ms, asking->after, asking->limit, &out, err);
}

void pk_api_breach(struct pk_call *call)
{
    struct asking *asking = pk_alloc(sizeof *asking);
    struct pk_error err = { 0 };
    call->data = asking;
    call->actor.purpose = "breach";
    int r = pk_call_argument_moment(call, "since", &asking->since_ms, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &asking->after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &asking->limit, &err);
    if (r == 0 && asking->after == 0)
        r = pk_call_change(call, open_list, asking, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read_kept(call, read_page, pk_call_answer_read, DEADLINE_MS);
}

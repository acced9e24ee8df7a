/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two questions with different answers. "Does it live?": a gateway whose database fails does not, and may be started
 * again; one whose provider or broker is away lives and says so. "Is it ready?": whether it takes and hands over work.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/housekeeping.h"

static void answer(struct pk_call *call, bool good, const char *word, const char *why)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "status", word);
    pk_json_add_text(&out, "why", why);
    pk_json_close(&out, '}');
    pk_call_answer(call, good ? 200 : 503, &call->out);
}

static const char *word_for(struct pk_call *call, const struct pk_condition *condition)
{
    if (!pk_store_healthy(call->service->store, NULL))
        return "failing";
    return condition->degraded ? "degraded" : "ok";
}

void pk_api_healthz(struct pk_call *call)
{
    struct pk_condition condition;
    pk_upkeep_condition(call->service->upkeep, &condition);
    answer(call, pk_store_healthy(call->service->store, NULL), word_for(call, &condition), condition.why);
}

void pk_api_readyz(struct pk_call *call)
{
    struct pk_condition condition;
    pk_upkeep_condition(call->service->upkeep, &condition);
    answer(call, condition.ready, word_for(call, &condition), condition.why);
}

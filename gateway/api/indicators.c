/* SPDX-License-Identifier: EUPL-1.2 */
/* The indicators of a month, counted on the reading thread step by step. The rules are service/indicators. */
#include "gateway/service/indicators.h"

#include "gateway/api/counting.h"
#include "gateway/api/handlers.h"

#define MONTH_MAX 16u
#define TOOK_TOO_LONG_MS 120000 /* from the call on */

static void drop(void *question)
{
    pk_indicator_question_free(question);
}

static int count(void *question, struct pk_store *store, struct pk_error *err)
{
    return pk_indicator_answer(question, store, err);
}

static void tell(struct pk_call *call, void *question)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_indicator_tell(question, &out);
    pk_call_answer(call, 200, &call->out);
}

void pk_api_indicators(struct pk_call *call)
{
    static const struct pk_counting how = { .step = count, .tell = tell, .late = "the indicators could not be counted in time",
                                            .most_ms = TOOK_TOO_LONG_MS };
    struct pk_error err = { 0 };
    struct pk_indicator_question *question = NULL;
    struct pk_buf month;
    bool given = false;
    pk_buf_init(&month, MONTH_MAX);
    call->actor.purpose = "report";
    int r = pk_call_argument(call, "month", &month, &given, &err);
    if (r == 0)
        r = pk_indicator_ask(call->service, &call->actor, pk_buf_slice(&month), call->now_ms, &question, &err);
    pk_buf_finish(&month);
    call->data = question;
    call->drop = drop;
    pk_call_count(call, &how, r, &err);
}

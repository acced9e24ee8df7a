/* SPDX-License-Identifier: EUPL-1.2 */
/* The indicators of a month, counted on the reading thread step by step. The rules are service/indicators. */
#include "gateway/service/indicators.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/clock.h"

#define MONTH_MAX 16u
#define TOOK_TOO_LONG_MS 120000 /* from the call on */

static void drop(void *data)
{
    pk_indicator_question_free(data);
}

static int count(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    return pk_indicator_answer(call->data, store, err);
}

static void counted(struct pk_call *call, int result, const struct pk_error *err)
{
    struct pk_error late = { 0 };
    if (result == 1 && pk_clock_wall_ms() - call->now_ms <= TOOK_TOO_LONG_MS) {
        pk_call_read(call, count, counted, 0);
        return;
    }
    if (result == 1) {
        (void) pk_fail(&late, PK_E_TIMEOUT, "the indicators could not be counted in time");
        pk_call_problem(call, &late);
    } else if (result != 0) {
        pk_call_problem(call, err);
    } else {
        struct pk_json_out out = pk_json_out(&call->out);
        pk_indicator_tell(call->data, &out);
        pk_call_answer(call, 200, &call->out);
    }
}

void pk_api_indicators(struct pk_call *call)
{
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
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, count, counted, 0);
}

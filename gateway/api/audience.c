/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How many people an audience is. They are counted on the reading thread step by step, so that a whole city keeps nobody else
 * waiting there. The rules are service/audience.
 */
#include "gateway/api/counting.h"
#include "gateway/api/handlers.h"
#include "gateway/service/audience.h"

#define NAME_MAX 48u
#define WORDS_MAX 512u
#define TOOK_TOO_LONG_MS 30000 /* from the call on */

static void drop(void *question)
{
    pk_audience_question_free(question);
}

static int count(void *question, struct pk_store *store, struct pk_error *err)
{
    return pk_audience_count_some(question, store, err);
}

static void tell(struct pk_call *call, void *question)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_audience_tell(question, &out);
    pk_call_answer(call, 200, &call->out);
}

static int take(struct pk_call *call, struct pk_audience_plan *plan, struct pk_error *err)
{
    static const char *const fields[] = { "topic", "where", "audience", "channels", NULL };
    call->actor.purpose = "count";
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "topic", NAME_MAX, &plan->topic, err);
    if (r == 0)
        r = pk_call_field_optional(call, "where", PK_AUDIENCE_TEXT_MAX, &plan->where, err);
    if (r == 0)
        r = pk_call_field_optional(call, "channels", WORDS_MAX, &plan->channels, err);
    plan->rule = pk_json_get(call->body, "audience");
    if (r == 0 && plan->rule && plan->where.len > 0)
        return pk_fail(err, PK_E_INVALID, "either field \"where\" or field \"audience\", not both");
    return r;
}

void pk_api_audience_count(struct pk_call *call)
{
    static const struct pk_counting how = { .step = count, .tell = tell, .late = "the audience could not be counted in time",
                                            .most_ms = TOOK_TOO_LONG_MS };
    struct pk_error err = { 0 };
    struct pk_audience_plan plan = { 0 };
    struct pk_audience_question *question = NULL;
    int r = take(call, &plan, &err);
    if (r == 0)
        r = pk_audience_ask(call->service, &call->actor, &plan, call->now_ms, &question, &err);
    call->data = question;
    call->drop = drop;
    pk_call_count(call, &how, r, &err);
}

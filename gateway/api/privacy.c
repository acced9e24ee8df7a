/* SPDX-License-Identifier: EUPL-1.2 */
/* For a data breach: which people and what is kept of each, page by page, and that they are told. Ids, no address and no text. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/clock.h"
#include "gateway/service/breach.h"

#define DEADLINE_MS 10000
#define NAME_MAX_BYTES 128u
#define LINK_MAX_BYTES 200u

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

/* ---- telling them ---- */

struct ordering {
    struct pk_breach_notice notice;
    int64_t trigger;
};

static int order(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct ordering *ordering = ctx;
    return pk_breach_notify(call->service, &call->actor, &ordering->notice, call->now_ms, &ordering->trigger, err);
}

static int read_order(struct pk_call *call, struct ordering *ordering, struct pk_error *err)
{
    static const char *const fields[] = { "link", "secondPerson", "since", NULL };
    struct pk_slice since = { 0 };
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "link", LINK_MAX_BYTES, &ordering->notice.link, err);
    if (r == 0)
        r = pk_call_field(call, "secondPerson", NAME_MAX_BYTES, &ordering->notice.second_person, err);
    if (r == 0)
        r = pk_call_field_optional(call, "since", PK_TIME_TEXT_MAX, &since, err);
    if (r == 0 && since.len > 0 && pk_time_parse(since, &ordering->notice.since_ms) != 0)
        r = pk_fail(err, PK_E_INVALID, "\"since\" is no moment");
    return r;
}

void pk_api_breach_notify(struct pk_call *call)
{
    struct ordering *ordering = pk_alloc(sizeof *ordering);
    struct pk_error err = { 0 };
    call->data = ordering;
    call->actor.purpose = "breach";
    int r = read_order(call, ordering, &err);
    if (r == 0)
        r = pk_call_change(call, order, ordering, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", ordering->trigger);
    pk_json_close(&out, '}');
    pk_call_answer(call, 202, &call->out);
}

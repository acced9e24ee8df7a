/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person: what is kept about them, and that it goes. Who is meant stands in the body, never in a path. The rules are
 * service/person. An erasure is answered when the write-ahead log no longer holds what was erased.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/id.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/person.h"

#define ADDRESS_MAX 255u
#define CHANNEL_MAX 48u

struct asking {
    struct pk_erase_plan plan;
    char channel[CHANNEL_MAX + 1];
};

/* "recipient", or "address" with or without "channel". */
static int read_whom(struct pk_call *call, struct asking *asking, struct pk_error *err)
{
    struct pk_whom *whom = &asking->plan.whom;
    struct pk_slice id, channel;
    int r = pk_call_field_optional(call, "recipient", PK_ID_TEXT_MAX, &id, err);
    if (r == 0)
        r = pk_call_field_optional(call, "address", ADDRESS_MAX, &whom->address, err);
    if (r == 0)
        r = pk_call_field_optional(call, "channel", CHANNEL_MAX, &channel, err);
    if (r != 0)
        return r;
    if ((id.data != NULL) == (whom->address.data != NULL))
        return pk_fail(err, PK_E_INVALID, "either field \"recipient\" or field \"address\" must be there");
    if (id.data && channel.data)
        return pk_fail(err, PK_E_INVALID, "field \"channel\" belongs to field \"address\"");
    if (id.data && pk_id_parse(id, &whom->recipient) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such recipient");
    if (channel.data) {
        (void) snprintf(asking->channel, sizeof asking->channel, "%.*s", PK_SLICE_ARG(channel));
        whom->channel = asking->channel;
    }
    return 0;
}

/* ---- export ---- */

static int export(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct asking *asking = ctx;
    return pk_person_export(call->service, &call->actor, &asking->plan.whom, call->now_ms, &call->out, err);
}

void pk_api_person_export(struct pk_call *call)
{
    static const char *const fields[] = { "recipient", "address", "channel", NULL };
    struct asking *asking = pk_alloc(sizeof *asking);
    struct pk_error err = { 0 };
    call->data = asking;
    call->actor.purpose = "export";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_whom(call, asking, &err);
    if (r == 0)
        r = pk_call_change(call, export, asking, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

/* ---- erase ---- */

static void emptied(void *ctx, bool good)
{
    struct pk_call *call = ctx;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "erased", true);
    pk_json_add_bool(&out, "logEmptied", good);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

static void kept(void *ctx)
{
    struct pk_call *call = ctx;
    pk_upkeep_when_emptied(call->service->upkeep, emptied, call);
}

static void not_kept(void *ctx)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_BUSY, "the database could not keep this now");
    (void) pk_hint(&err, PK_E_BUSY, "Nothing was erased. Try again in a moment; the gateway's health says what is wrong.");
    pk_call_problem(ctx, &err);
}

static int erase(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct asking *asking = ctx;
    return pk_person_erase(call->service, &call->actor, &asking->plan, call->now_ms, err);
}

void pk_api_person_erase(struct pk_call *call)
{
    static const char *const fields[] = { "recipient", "address", "channel", "asked", "staysStopped", NULL };
    struct asking *asking = pk_alloc(sizeof *asking);
    struct pk_error err = { 0 };
    bool given;
    call->data = asking;
    call->actor.purpose = "erase";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_whom(call, asking, &err);
    if (r == 0)
        r = pk_call_field_bool(call, "asked", &given, &asking->plan.asked, &err);
    if (r == 0)
        r = pk_call_field_bool(call, "staysStopped", &given, &asking->plan.stays_stopped, &err);
    if (r == 0)
        r = pk_call_change(call, erase, asking, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_store_after(call->service->store, PK_LANE_MEMORY,
                       (struct pk_after){ .done = kept, .failed = not_kept, .ctx = call });
}

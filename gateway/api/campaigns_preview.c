/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What whoever approves a campaign is shown, and a trial of its texts. People are counted on the reading thread step by step, so
 * that a whole city keeps nobody else waiting there. The rules are service/campaigns_preview.
 */
#include "gateway/service/campaigns_preview.h"

#include "gateway/api/counting.h"
#include "gateway/api/handlers.h"
#include "gateway/service/campaigns.h"

#define ADDRESS_MAX 255u
#define TAG_MAX 35u /* a BCP 47 tag in use */
#define TOOK_TOO_LONG_MS 30000 /* from the call on */

/* ---- the preview ---- */

static void drop(void *data)
{
    pk_campaign_preview_free(data);
}

static int count(void *preview, struct pk_store *store, struct pk_error *err)
{
    return pk_campaign_preview_some(preview, store, err);
}

static void tell(struct pk_call *call, void *preview)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    if (pk_campaign_preview_tell(call->service, preview, &out, &err) != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

void pk_api_campaign_preview(struct pk_call *call)
{
    static const struct pk_counting how = { .step = count, .tell = tell, .late = "its people could not be counted in time",
                                            .most_ms = TOOK_TOO_LONG_MS };
    struct pk_error err = { 0 };
    struct pk_campaign_preview *preview = NULL;
    int r = pk_campaign_preview_ask(call->service, &call->actor, call->places[0], call->now_ms, &preview, &err);
    call->data = preview;
    call->drop = drop;
    pk_call_count(call, &how, r, &err);
}

/* ---- a trial ---- */

struct trying {
    struct pk_campaign_trial trial;
    int64_t message;
};

static int try_it(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct trying *trying = ctx;
    return pk_campaign_try(call->service, &call->actor, call->places[0], &trying->trial, call->now_ms, &trying->message, err);
}

void pk_api_campaign_trial(struct pk_call *call)
{
    static const char *const fields[] = { "address", "step", "language", "script", NULL };
    struct trying trying = { .trial = { .step = 1 } };
    struct pk_error err = { 0 };
    const struct pk_json *step = pk_json_get(call->body, "step");
    call->actor.purpose = "test";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "address", ADDRESS_MAX, &trying.trial.address, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "language", TAG_MAX, &trying.trial.language, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "script", TAG_MAX, &trying.trial.script, &err);
    if (r == 0 && step && !pk_json_int(step, &trying.trial.step))
        r = pk_fail(&err, PK_E_INVALID, "field \"step\" must be a number: 1 is the first");
    if (r == 0)
        r = pk_call_change(call, try_it, &trying, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "message", trying.message);
    pk_json_close(&out, '}');
    pk_call_answer(call, 202, &call->out);
}

/* ---- rehearsed: whoever asks plays it elsewhere, and this is their leave ---- */

static int ask_rehearsal(struct pk_call *call, void *ctx, struct pk_error *err)
{
    (void) ctx;
    return pk_campaign_rehearsal_ask(call->service, &call->actor, call->places[0], call->now_ms, err);
}

void pk_api_campaign_rehearsal(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->actor.purpose = "rehearsal";
    if (pk_call_change(call, ask_rehearsal, NULL, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "campaign", call->places[0]);
    pk_json_add_time(&out, "at", call->now_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

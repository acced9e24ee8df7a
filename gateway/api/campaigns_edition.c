/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a campaign: what was written down and what was decided, so that neither is changed unseen. */
#include "gateway/api/campaigns_edition.h"

#include "gateway/api/edition.h"
#include "gateway/base/json.h"

#define STATE_BYTES_MAX (128u << 10)

static void add_written(struct pk_json_out *out, const struct pk_campaign *campaign)
{
    pk_json_add_text(out, "name", campaign->name);
    pk_json_add_int(out, "state", campaign->state);
    pk_json_add_int(out, "topic", campaign->topic);
    pk_json_add_int(out, "route", campaign->route);
    pk_json_add_bool(out, "ladder", campaign->laddered);
    pk_json_add_id(out, "date", campaign->occurrence);
    pk_json_add_time(out, "begins", campaign->starts_ms);
    pk_json_add_int(out, "people", campaign->people_max);
    pk_json_add_int(out, "cost", campaign->cost_max);
    pk_json_add_text(out, "currency", campaign->currency);
    pk_json_add_int(out, "changes", campaign->edition);
    pk_json_add_raw(out, "audience", campaign->audience);
    pk_json_add_raw(out, "values", campaign->values);
    pk_json_add_text(out, "askedBy", campaign->asked_by);
    pk_json_add_text(out, "approvedBy", campaign->approved_by);
    pk_json_add_text(out, "why", campaign->why);
    pk_json_add_time(out, "updatedAt", campaign->updated_ms);
}

static int edition_of(struct pk_call *call, struct pk_buf *out, struct pk_error *err)
{
    struct pk_store *store = call->service->store;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign campaign;
    struct pk_json_out json = pk_json_out(out);
    size_t count = 0;
    int r = pk_campaign_get(store, call->places[0], &campaign, err);
    if (r != 0)
        return r;
    pk_json_open(&json, NULL, '{');
    add_written(&json, &campaign);
    r = pk_campaign_steps(store, campaign.id, steps, &count, err);
    pk_json_open(&json, "steps", '[');
    for (size_t i = 0; i < count; i++) {
        char text[PK_STEP_TEXT_MAX];
        pk_json_add_text(&json, NULL, pk_step_text(&steps[i].rule, text));
        pk_json_add_text(&json, NULL, steps[i].template_name);
    }
    pk_json_close(&json, ']');
    pk_json_close(&json, '}');
    return r;
}

void pk_campaign_edition_tell(struct pk_call *call)
{
    struct pk_buf state;
    pk_buf_init(&state, STATE_BYTES_MAX);
    if (edition_of(call, &state, NULL) == 0)
        pk_edition_tell(call, pk_buf_slice(&state));
    pk_buf_finish(&state);
}

int pk_campaign_edition_check(struct pk_call *call, struct pk_error *err)
{
    struct pk_buf state;
    if (!pk_edition_is_named(call))
        return 0;
    pk_buf_init(&state, STATE_BYTES_MAX);
    int r = edition_of(call, &state, err);
    if (r == 0)
        r = pk_edition_check(call, pk_buf_slice(&state), err);
    else if (r == PK_E_NOT_FOUND)
        r = pk_edition_check(call, (struct pk_slice){ 0 }, err);
    pk_buf_finish(&state);
    return r;
}

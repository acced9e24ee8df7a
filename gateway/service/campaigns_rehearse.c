/* SPDX-License-Identifier: EUPL-1.2 */
/* A rehearsal's two ends in the rules: who may ask for one, and how the campaign is set going in the copy it is played in. */
#include "gateway/service/campaigns_private.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"

static int is_over(const struct pk_campaign *campaign, struct pk_error *err)
{
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    if (!pk_campaign_is_final(state))
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" is %s: nothing of it is left to rehearse", campaign->name, pk_campaign_state_name(state));
    return pk_hint(err, PK_E_CONFLICT, "What came of it: pokana campaigns report %s", campaign->name);
}

int pk_campaign_rehearsal_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic)) };
    r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &about, campaign.name, err);
    if (r == 0)
        r = is_over(&campaign, err);
    return r == 0 ? pk_trail_done(service, actor, "campaign.rehearse", campaign.name, NULL, 0, now_ms, err) : r;
}

static int check(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    pk_auto(pk_json) struct pk_json *values = NULL;
    size_t count = 0;
    if (pk_campaign_is_off(service, campaign))
        return pk_fail(err, PK_E_CONFLICT, "the date that campaign \"%s\" is about is called off", campaign->name);
    if (campaign->starts_ms != 0 && campaign->starts_ms <= now_ms)
        return pk_fail(err, PK_E_INVALID, "it begins in the past");
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    if (r == 0)
        r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &values, err);
    if (r == 0)
        r = pk_campaign_check_values(service, steps, count, campaign->route, values, err);
    return r == 0 ? pk_campaign_ceilings(service, campaign, now_ms, err) : r;
}

static int set_going(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    bool paused = campaign->state == PK_CAMPAIGN_PAUSED;
    int r = paused ? 0 : check(service, campaign, now_ms, err);
    if (r == 0)
        r = pk_campaign_digest(service, campaign, campaign->approved, err);
    if (r == 0)
        r = pk_campaign_schedule(service, campaign, paused ? PK_SCHEDULE_RESUME : PK_SCHEDULE_START, 0, now_ms, err);
    campaign->state = PK_CAMPAIGN_RUNNING;
    campaign->why[0] = '\0';
    campaign->updated_ms = now_ms;
    return r == 0 ? pk_campaign_write(service->store, campaign, err) : r;
}

int pk_campaign_rehearsal_begin(struct pk_service *service, struct pk_slice name, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_buf texts;
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r == 0)
        r = is_over(&campaign, err);
    if (r != 0 || campaign.state == PK_CAMPAIGN_RUNNING)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = set_going(service, &campaign, now_ms, err);
    pk_buf_finish(&texts);
    return r;
}

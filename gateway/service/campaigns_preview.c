/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A preview from its question to its numbers: the campaign as it was when it was asked for, a survey of its people on the reading
 * thread, and what follows from both. The words are campaigns_preview_tell.c's.
 */
#include "gateway/service/campaigns_preview_private.h"

#include "gateway/base/crypto.h"
#include "gateway/service/desks.h"
#include "gateway/service/quiet.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/names.h"

void pk_campaign_preview_free(struct pk_campaign_preview *preview)
{
    if (!preview)
        return;
    pk_survey_free(preview->survey);
    pk_buf_finish(&preview->texts);
    free(preview);
}

/* ---- asked ---- */

static int take_campaign(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_campaign_preview *preview,
                         struct pk_error *err)
{
    struct pk_campaign *campaign = &preview->campaign;
    int r = pk_campaign_get(service->store, name, campaign, err);
    if (r != 0)
        return r;
    pk_campaign_keep(campaign, &preview->texts);
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic)) };
    r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_VIEW, &about, campaign->name, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, campaign->id, preview->steps, &preview->step_count, err);
    return r == 0 ? pk_campaign_digest(service, campaign, preview->digest, err) : r;
}

/* Of one that goes on its steps know when they are due, and so do those of one that was paused and written anew. Of any other
 * they are asked as if it began now: those whose time has passed are left out then. */
static int plan_steps(struct pk_service *service, struct pk_campaign_preview *preview, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    bool goes = preview->campaign.state >= PK_CAMPAIGN_RUNNING;
    int r = pk_wall_new(service->rules->zone, &wall, err);
    for (size_t i = 0; r == 0 && !goes && i < preview->step_count; i++) {
        struct pk_campaign_step *step = &preview->steps[i];
        if (pk_step_waits_for_news(&step->rule) || step->due_ms != 0)
            continue;
        step->due_ms = pk_step_due_ms(&step->rule, preview->campaign.starts_ms, wall);
        step->state = step->due_ms < preview->now_ms ? PK_STEP_DROPPED : PK_STEP_WAITING;
    }
    return r;
}

/* The next one to go: who was told often enough is asked of its time. */
static int64_t next_due_ms(const struct pk_campaign_preview *preview)
{
    int64_t next_ms = 0;
    for (size_t i = 0; i < preview->step_count; i++)
        if (preview->steps[i].state == PK_STEP_WAITING && (next_ms == 0 || preview->steps[i].due_ms < next_ms))
            next_ms = preview->steps[i].due_ms;
    return next_ms > preview->now_ms ? next_ms : preview->now_ms;
}

int pk_campaign_preview_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                            struct pk_campaign_preview **ret_preview, struct pk_error *err)
{
    pk_auto(pk_campaign_preview) struct pk_campaign_preview *preview = pk_alloc(sizeof *preview);
    pk_buf_init(&preview->texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    preview->now_ms = now_ms;
    int r = take_campaign(service, actor, name, preview, err);
    if (r == 0)
        r = plan_steps(service, preview, err);
    if (r == 0)
        r = pk_campaign_audience(service, &preview->campaign, &preview->tree, &preview->audience, err);
    if (r != 0)
        return r;
    preview->survey = pk_survey_new(&preview->audience, now_ms);
    if (service->rules->at_most_times > 0)
        pk_survey_cap(preview->survey, service->rules->at_most_times, next_due_ms(preview) - service->rules->at_most_ms);
    *ret_preview = pk_steal(&preview);
    return 0;
}

int pk_campaign_preview_some(struct pk_campaign_preview *preview, struct pk_store *store, struct pk_error *err)
{
    return pk_survey_some(preview->survey, store, PK_PREVIEW_STEP, err);
}

/* ---- reckoned ---- */

/* Those a step is for are known before it goes only where it is for everybody: of the others it is everybody at the most. */
static bool is_for_some(const struct pk_campaign_step *step)
{
    return pk_step_waits_for_news(&step->rule) || step->rule.whom != PK_STEP_TO_ALL;
}

static int reckon_step(struct pk_service *service, struct pk_campaign_preview *preview, const char *currency, size_t at, struct pk_error *err)
{
    const struct pk_audience_counts *counts = pk_survey_counts(preview->survey);
    const struct pk_campaign_step *step = &preview->steps[at];
    struct pk_preview_step *found = &preview->found[at];
    found->goes = step->state != PK_STEP_DROPPED && step->state != PK_STEP_RELEASED;
    found->for_some = is_for_some(step);
    if (!found->goes)
        return 0;
    struct pk_step_cost cost = { 0 };
    int r = currency ? pk_campaign_step_cost(service, &preview->campaign, step->template_name, currency, counts, &preview->audience, &cost, err) : 0;
    found->cost = cost.first;
    found->cost.most += cost.later;
    found->later = cost.later;
    preview->unpriced |= cost.unpriced;
    if (found->for_some)
        found->cost.least = 0;
    if (pk_step_waits_for_news(&step->rule))
        return r;
    int64_t until_ms = pk_step_until_ms(&step->rule, step->due_ms, preview->campaign.starts_ms);
    pk_campaign_when(service, &preview->campaign, counts, preview->audience.channels,
                     step->due_ms > preview->now_ms ? step->due_ms : preview->now_ms, until_ms, &found->when);
    return r;
}

/* News costs only when there is some: it is told beside the sum, not in it. */
static void add_up(struct pk_campaign_preview *preview, const char *currency)
{
    preview->cost = (struct pk_cost_bounds){ .known = currency != NULL };
    for (size_t i = 0; i < preview->step_count; i++) {
        const struct pk_preview_step *found = &preview->found[i];
        if (!found->goes || pk_step_waits_for_news(&preview->steps[i].rule))
            continue;
        preview->cost.known &= found->cost.known;
        preview->cost.least += found->cost.least;
        preview->cost.most += found->cost.most;
        preview->later += found->later;
    }
}

static int still_the_same(struct pk_service *service, struct pk_campaign_preview *preview, struct pk_error *err)
{
    struct pk_campaign now;
    uint8_t digest[32];
    struct pk_buf texts;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_campaign_by_id(service->store, preview->campaign.id, &now, err);
    if (r == 0) {
        pk_campaign_keep(&now, &texts);
        r = pk_campaign_digest(service, &now, digest, err);
    }
    pk_buf_finish(&texts);
    if (r != 0 || memcmp(digest, preview->digest, sizeof digest) == 0)
        return r;
    (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" was changed while its people were counted", preview->campaign.name);
    return pk_hint(err, PK_E_CONFLICT, "Ask again.");
}

int pk_campaign_preview_tell(struct pk_service *service, struct pk_campaign_preview *preview, struct pk_json_out *out, struct pk_error *err)
{
    int r = still_the_same(service, preview, err);
    const char *currency = r == 0 ? pk_campaign_currency(service, &preview->campaign) : NULL;
    for (size_t i = 0; r == 0 && i < preview->step_count; i++)
        r = reckon_step(service, preview, currency, i, err);
    if (r != 0)
        return r;
    add_up(preview, currency);
    preview->so_far = pk_campaign_made(service->store, preview->campaign.id, 0, 0).cost;
    return pk_preview_write(service, preview, currency, out, err);
}

int pk_campaign_preview(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_json_out *out,
                        struct pk_error *err)
{
    pk_auto(pk_campaign_preview) struct pk_campaign_preview *preview = NULL;
    int r = pk_campaign_preview_ask(service, actor, name, now_ms, &preview, err);
    if (r != 0)
        return r;
    while ((r = pk_campaign_preview_some(preview, service->store, err)) == 1) {
    }
    return r == 0 ? pk_campaign_preview_tell(service, preview, out, err) : r;
}

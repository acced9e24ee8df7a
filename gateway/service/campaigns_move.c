/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A date moves: by hand, where the values name it, or with the event it is one of. What had not left for the old date never
 * does; who knows it otherwise is told, by the newest of several changes, under the approval that was given.
 */
#include "gateway/service/campaigns_private.h"

#include "gateway/service/trail.h"
#include "gateway/store/names.h"

static const char its_date_is_off[] = "its date is called off";

/* What happens to one campaign. */
struct moving {
    struct pk_service *service;
    struct pk_campaign *campaign;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count;
    struct pk_buf texts; /* what the campaign's slices are of */
    bool quietly, off;
    bool turned; /* it was not off before, or was */
    bool changed; /* anything was */
    uint32_t back; /* steps of which something was called back, a bit each */
    int64_t now_ms;
    struct pk_campaigns_effect *effect; /* NULL = nobody asks */
};

/* ---- who is told ---- */

static void add_to_effect(struct moving *moving, int64_t know, bool step_found, int64_t tells_ms)
{
    struct pk_campaigns_effect *effect = moving->effect;
    if (!effect || know == 0)
        return;
    effect->know += know;
    if (moving->quietly)
        return;
    if (!step_found) {
        if (effect->silent[0] == '\0')
            (void) snprintf(effect->silent, sizeof effect->silent, "%s", moving->campaign->name);
        return;
    }
    effect->told += know;
    if (effect->tells_ms == 0 || tells_ms < effect->tells_ms)
        effect->tells_ms = tells_ms;
}

/* Nobody knows otherwise, or is to be told: a change that waited to be told is none any more. */
static int tell(struct moving *moving, struct pk_error *err)
{
    struct pk_service *service = moving->service;
    struct pk_campaign *campaign = moving->campaign;
    uint8_t knows[32];
    bool found = false;
    pk_campaign_knowledge(campaign->values, moving->off, knows);
    int64_t know = pk_campaign_know_other(service->store, campaign->id, knows), tells_ms = moving->now_ms;
    bool change = know > 0 && !moving->quietly && !moving->off;
    if (change)
        tells_ms += service->rules->changes_wait_ms;
    int r = pk_campaign_news(service, campaign, PK_STEP_ON_CHANGE, change ? tells_ms : 0, &found, err);
    if (r == 0 && moving->off && moving->turned && !moving->quietly)
        r = pk_campaign_news_now(service, campaign, PK_STEP_ON_CANCEL, moving->now_ms, &found, err);
    if (r == 0)
        add_to_effect(moving, know, found, tells_ms);
    return r;
}

/* ---- how it goes on ---- */

/* The values as they are from now on; its buffer may move, and the audience with it. */
static int take_values(struct moving *moving, const struct pk_json *values, bool *ret_new, struct pk_error *err)
{
    struct pk_campaign *campaign = moving->campaign;
    size_t at = moving->texts.len, old = campaign->audience.len, was = campaign->values.len;
    if (pk_json_dump(values, &moving->texts) != 0)
        return pk_fail(err, PK_E_LIMIT, "the values are longer than %u bytes", PK_CAMPAIGN_TEXTS_MAX);
    const char *data = moving->texts.data;
    struct pk_slice fresh = pk_slice_make(data + at, moving->texts.len - at);
    *ret_new = !pk_slice_equal(fresh, pk_slice_make(data + old, was));
    campaign->audience = pk_slice_make(data, old);
    campaign->values = fresh;
    campaign->starts_ms = pk_campaign_begins(values);
    return 0;
}

/* Steps and who is told, of one that is on its way. */
static int go_on(struct moving *moving, struct pk_error *err)
{
    enum pk_schedule why = moving->quietly && !moving->turned ? PK_SCHEDULE_CORRECT : PK_SCHEDULE_MOVE;
    int r = pk_campaign_schedule(moving->service, moving->campaign, why, moving->back, moving->now_ms, err);
    return r == 0 ? tell(moving, err) : r;
}

/* The approval goes along, unless it stood no longer. */
static int move(struct moving *moving, const struct pk_json *values, struct pk_error *err)
{
    struct pk_service *service = moving->service;
    struct pk_campaign *campaign = moving->campaign;
    bool started = campaign->state != PK_CAMPAIGN_APPROVED, fresh = false;
    bool approved = pk_campaign_still_approved(service, campaign, NULL) == 0;
    int r = take_values(moving, values, &fresh, err);
    if (r != 0 || (!fresh && !moving->turned))
        return r;
    moving->changed = true;
    if (started)
        r = pk_campaign_call_back(service, campaign, moving->now_ms, &moving->back, err);
    if (!moving->quietly)
        campaign->edition++;
    campaign->updated_ms = moving->now_ms;
    if (r == 0)
        r = pk_campaign_write(service->store, campaign, err);
    if (r == 0 && approved)
        r = pk_campaign_digest(service, campaign, campaign->approved, err);
    if (r == 0 && started)
        r = go_on(moving, err);
    return r == 0 ? pk_campaign_write(service->store, campaign, err) : r;
}

static int begin(struct moving *moving, struct pk_error *err)
{
    pk_buf_init(&moving->texts, 4 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(moving->campaign, &moving->texts);
    return pk_campaign_steps(moving->service->store, moving->campaign->id, moving->steps, &moving->count, err);
}

/* ---- by hand ---- */

static int check_move(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign *campaign, const struct pk_json *values,
                      int64_t now_ms, struct pk_error *err)
{
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic)) };
    int r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &about, campaign->name, err);
    if (r != 0)
        return r;
    if (campaign->occurrence != 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" is about a date of an event", campaign->name);
        return pk_hint(err, PK_E_CONFLICT, "Change that date with pokana events change: all campaigns on it follow.");
    }
    if (campaign->state < PK_CAMPAIGN_APPROVED || pk_campaign_is_final((enum pk_campaign_state) campaign->state))
        return pk_campaign_not_now(campaign, PK_CAMPAIGN_EDIT, err);
    if (campaign->starts_ms != 0 && pk_campaign_begins(values) <= now_ms)
        return pk_fail(err, PK_E_INVALID, "values: \"begins\" must be a moment that is still to come");
    return 0;
}

int pk_campaign_move(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_json *values,
                     int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r == 0)
        r = check_move(service, actor, &campaign, values, now_ms, err);
    if (r != 0)
        return r;
    struct moving moving = { .service = service, .campaign = &campaign, .now_ms = now_ms };
    r = begin(&moving, err);
    if (r == 0)
        r = pk_campaign_check_values(service, moving.steps, moving.count, campaign.route, values, err);
    if (r == 0)
        r = pk_campaign_still_approved(service, &campaign, err);
    if (r == 0)
        r = move(&moving, values, err);
    pk_buf_finish(&moving.texts);
    return r == 0 ? pk_trail_done(service, actor, "campaign.move", campaign.name, NULL, 0, now_ms, err) : r;
}

/* ---- with its event ---- */

/* How the calendar has it. A date that is off keeps its hours: what people would have come to. */
static int values_now(struct moving *moving, const struct pk_occurrence *date, struct pk_json **ret_values, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *known = NULL;
    const struct pk_campaign *campaign = moving->campaign;
    int r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &known, err);
    if (r == 0 && moving->off) {
        *ret_values = pk_steal(&known);
        return 0;
    }
    const struct pk_campaign_dating dating = { .values = known, .date = date, .steps = moving->steps, .count = moving->count,
                                               .words = campaign->state < PK_CAMPAIGN_APPROVED && !pk_campaign_is_known(moving->service, campaign) };
    return r == 0 ? pk_campaign_date_values(moving->service, &dating, ret_values, err) : r;
}

/* Of one nobody approved the new values are simply its own: whoever approves is shown them. */
static int redraft(struct moving *moving, const struct pk_json *values, struct pk_error *err)
{
    bool fresh = false;
    int r = take_values(moving, values, &fresh, err);
    moving->changed = fresh || moving->turned;
    if (moving->changed && !moving->quietly && pk_campaign_is_known(moving->service, moving->campaign))
        moving->campaign->edition++; /* it was paused and written anew: whoever knows it otherwise hears so once it is started */
    return r == 0 && moving->changed ? pk_campaign_write(moving->service->store, moving->campaign, err) : r;
}

static int check_sayable(struct moving *moving, const struct pk_json *values, struct pk_error *err)
{
    int r = moving->off ? 0 : pk_campaign_check_values(moving->service, moving->steps, moving->count, moving->campaign->route, values, err);
    if (r == 0)
        return 0;
    pk_error_prefix(err, "campaign \"%s\"", moving->campaign->name);
    return pk_hint(err, r, "Give the place a short form (--place-short) that its texts have room for, or cancel that campaign first.");
}

static int follow(struct moving *moving, const struct pk_occurrence *date, struct pk_error *err)
{
    struct pk_campaign *campaign = moving->campaign;
    pk_auto(pk_json) struct pk_json *values = NULL;
    int r = begin(moving, err);
    if (r == 0)
        r = values_now(moving, date, &values, err);
    if (moving->off)
        (void) snprintf(campaign->why, sizeof campaign->why, "%s", its_date_is_off);
    else if (strcmp(campaign->why, its_date_is_off) == 0)
        campaign->why[0] = '\0';
    if (r == 0 && campaign->state < PK_CAMPAIGN_APPROVED)
        return redraft(moving, values, err);
    if (r == 0)
        r = check_sayable(moving, values, err);
    return r == 0 ? move(moving, values, err) : r;
}

int pk_campaigns_date_changed(struct pk_service *service, const struct pk_actor *actor, const struct pk_occurrence *before, bool quietly,
                              int64_t now_ms, struct pk_campaigns_effect *effect, struct pk_error *err)
{
    struct pk_occurrence date;
    int64_t id = 0;
    int r = pk_occurrence_get(service->store, before->id, &date, err);
    bool off = r == 0 && date.state == PK_AGENDA_CANCELLED;
    while (r == 0 && (id = pk_campaign_on(service->store, before->id, id)) != 0) {
        struct pk_campaign campaign;
        r = pk_campaign_by_id(service->store, id, &campaign, err);
        if (r != 0 || pk_campaign_is_final((enum pk_campaign_state) campaign.state))
            continue;
        struct moving moving = { .service = service, .campaign = &campaign, .quietly = quietly, .now_ms = now_ms, .effect = effect, .off = off,
                                 .turned = before->state != date.state };
        r = follow(&moving, &date, err);
        pk_buf_finish(&moving.texts);
        effect->campaigns += moving.changed;
        if (r == 0 && moving.changed && campaign.state >= PK_CAMPAIGN_APPROVED)
            r = pk_trail_done(service, actor, quietly ? "campaign.correct" : "campaign.move", campaign.name, off ? its_date_is_off : NULL, 0, now_ms, err);
    }
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Asked for, approved, started, paused, cancelled: each act asks the table of states first (model/campaign.h). Approval is of a
 * digest, and whatever would change the digest takes the approval away. */
#include "gateway/service/campaigns_private.h"

#include "gateway/service/readings.h"
#include "gateway/service/trail.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"

int pk_campaign_not_now(const struct pk_campaign *campaign, enum pk_campaign_act act, struct pk_error *err)
{
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" is %s: not the time to %s it", campaign->name, pk_campaign_state_name(state),
                   pk_campaign_act_name(act));
    return pk_hint(err, PK_E_CONFLICT, "%s", pk_campaign_state_sentence(state, "en"));
}

static const enum pk_action rights[PK_CAMPAIGN_ACTS] = {
    [PK_CAMPAIGN_SUBMIT] = PK_ACTION_CAMPAIGN_EDIT,  [PK_CAMPAIGN_APPROVE] = PK_ACTION_CAMPAIGN_APPROVE,
    [PK_CAMPAIGN_REJECT] = PK_ACTION_CAMPAIGN_APPROVE, [PK_CAMPAIGN_START] = PK_ACTION_CAMPAIGN_START,
    [PK_CAMPAIGN_PAUSE] = PK_ACTION_CAMPAIGN_STOP,   [PK_CAMPAIGN_RESUME] = PK_ACTION_CAMPAIGN_START,
    [PK_CAMPAIGN_CANCEL] = PK_ACTION_CAMPAIGN_STOP,
};

/* Texts may have been replaced since it was written, and the event renamed. */
static int check_values(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    pk_auto(pk_json) struct pk_json *values = NULL;
    size_t count = 0;
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    if (r == 0)
        r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &values, err);
    return r == 0 ? pk_campaign_check_values(service, steps, count, campaign->route, values, err) : r;
}

static int not_of_a_date_that_is_off(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err)
{
    if (!pk_campaign_is_off(service, campaign))
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "the date that campaign \"%s\" is about is called off", campaign->name);
    return pk_hint(err, PK_E_CONFLICT, "Cancel it, or write it anew for another date.");
}

static int submit(struct pk_service *service, const struct pk_actor *actor, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    int r = not_of_a_date_that_is_off(service, campaign, err);
    if (r == 0)
        r = check_values(service, campaign, err);
    if (r == 0)
        r = pk_campaign_ceilings(service, campaign, now_ms, err);
    if (r == 0 && campaign->starts_ms != 0 && campaign->starts_ms <= now_ms)
        r = pk_fail(err, PK_E_INVALID, "it begins in the past");
    (void) snprintf(campaign->asked_by, sizeof campaign->asked_by, "%s", actor->name ? actor->name : "");
    campaign->why[0] = '\0'; /* it was sent back once */
    return r;
}

/* What goes out in any step was read aloud, where that is asked. */
static int is_read(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    bool answerable = pk_route_answerable(service, campaign->route);
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = pk_text_all_read(service, pk_wording(service, pk_slice_of(steps[i].template_name), answerable), err);
    return r;
}

static int approve(struct pk_service *service, const struct pk_actor *actor, struct pk_campaign *campaign, struct pk_slice digest,
                   struct pk_error *err)
{
    char text[PK_CAMPAIGN_DIGEST_TEXT] = "";
    const char *name = actor->name ? actor->name : "";
    if (strcmp(name, campaign->made_by) == 0 || strcmp(name, campaign->asked_by) == 0) {
        (void) pk_fail(err, PK_E_DENIED, "nobody approves a campaign of their own");
        return pk_hint(err, PK_E_DENIED, "A second person looks at it and approves: --by NAME.");
    }
    int r = pk_campaign_digest(service, campaign, campaign->approved, err);
    if (r != 0)
        return r;
    pk_campaign_digest_text(campaign->approved, text);
    if (!pk_slice_is(digest, text)) {
        (void) pk_fail(err, PK_E_CONFLICT, "what you saw of campaign \"%s\" is no longer what it is", campaign->name);
        return pk_hint(err, PK_E_CONFLICT, "Look at it again; what is approved is named by its digest, now %s.", text);
    }
    (void) snprintf(campaign->approved_by, sizeof campaign->approved_by, "%s", name);
    return is_read(service, campaign, err);
}

/* So small that whoever asks answers for it alone; by its ceiling, which it cannot pass, not by those it would reach now. */
static int approve_small(struct pk_service *service, struct pk_campaign *campaign, struct pk_error *err)
{
    int r = pk_campaign_digest(service, campaign, campaign->approved, err);
    campaign->state = pk_campaign_after((enum pk_campaign_state) campaign->state, PK_CAMPAIGN_APPROVE);
    (void) snprintf(campaign->approved_by, sizeof campaign->approved_by, "%s", campaign->asked_by);
    return r == 0 ? is_read(service, campaign, err) : r;
}

/* One that was paused and written anew may have followed its event meanwhile: who knows it otherwise is told. */
static int start(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    uint8_t knows[32];
    int r = pk_campaign_schedule(service, campaign, PK_SCHEDULE_START, 0, now_ms, err);
    if (r != 0 || campaign->occurrence == 0 || !pk_campaign_is_known(service, campaign))
        return r;
    pk_campaign_knowledge(campaign->values, false, knows);
    bool news = pk_campaign_know_other(service->store, campaign->id, knows) > 0;
    return pk_campaign_news(service, campaign, PK_STEP_ON_CHANGE, news ? now_ms + service->rules->changes_wait_ms : 0, NULL, err);
}

static int effect(struct pk_service *service, const struct pk_actor *actor, struct pk_campaign *campaign, enum pk_campaign_act act,
                  struct pk_slice said, int64_t now_ms, struct pk_error *err)
{
    int r = 0;
    switch (act) {
    case PK_CAMPAIGN_SUBMIT:
        return submit(service, actor, campaign, now_ms, err);
    case PK_CAMPAIGN_APPROVE:
        return approve(service, actor, campaign, said, err);
    case PK_CAMPAIGN_REJECT:
        (void) snprintf(campaign->why, sizeof campaign->why, "%.*s", PK_SLICE_ARG(said));
        return 0;
    case PK_CAMPAIGN_START:
        if ((r = not_of_a_date_that_is_off(service, campaign, err)) == 0)
            r = pk_campaign_still_approved(service, campaign, err);
        if (r == 0)
            r = is_read(service, campaign, err);
        return r == 0 ? start(service, campaign, now_ms, err) : r;
    case PK_CAMPAIGN_PAUSE:
        return pk_campaign_call_back(service, campaign, now_ms, NULL, err);
    case PK_CAMPAIGN_RESUME:
        campaign->why[0] = '\0';
        r = pk_campaign_still_approved(service, campaign, err);
        if (r == 0)
            r = is_read(service, campaign, err);
        return r == 0 ? pk_campaign_schedule(service, campaign, PK_SCHEDULE_RESUME, 0, now_ms, err) : r;
    case PK_CAMPAIGN_CANCEL:
        r = pk_campaign_call_back(service, campaign, now_ms, NULL, err);
        return r == 0 ? pk_campaign_news_now(service, campaign, PK_STEP_ON_CANCEL, now_ms, NULL, err) : r;
    default:
        return 0;
    }
}

/* `said`: of an approval the digest, of a rejection why. */
static int act_on(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, enum pk_campaign_act act, struct pk_slice said,
                  int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_buf texts;
    char done[40];
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic)) };
    r = pk_allow(service, actor, rights[act], &about, campaign.name, err);
    enum pk_campaign_state after = pk_campaign_after((enum pk_campaign_state) campaign.state, act);
    if (r == 0 && after == PK_CAMPAIGN_STATES)
        r = pk_campaign_not_now(&campaign, act, err);
    if (r != 0)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = effect(service, actor, &campaign, act, said, now_ms, err);
    campaign.state = after;
    if (r == 0 && act == PK_CAMPAIGN_SUBMIT && campaign.people_max <= service->rules->approve_above)
        r = approve_small(service, &campaign, err);
    campaign.updated_ms = now_ms;
    if (r == 0)
        r = pk_campaign_write(service->store, &campaign, err);
    pk_buf_finish(&texts);
    (void) snprintf(done, sizeof done, "campaign.%s", pk_campaign_act_name(act));
    return r == 0 ? pk_trail_done(service, actor, done, campaign.name, NULL, 0, now_ms, err) : r;
}

int pk_campaign_do(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, enum pk_campaign_act act,
                   struct pk_slice digest, int64_t now_ms, struct pk_error *err)
{
    return act_on(service, actor, name, act, act == PK_CAMPAIGN_APPROVE ? digest : PK_SLICE(""), now_ms, err);
}

int pk_campaign_send_back(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice why, int64_t now_ms,
                          struct pk_error *err)
{
    int r = why.len > 0 ? pk_agenda_text_check("why", why, PK_CAMPAIGN_WHY_MAX, err) : pk_fail(err, PK_E_INVALID, "why: say why it goes back");
    return r == 0 ? act_on(service, actor, name, PK_CAMPAIGN_REJECT, why, now_ms, err) : r;
}

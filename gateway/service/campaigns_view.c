/* SPDX-License-Identifier: EUPL-1.2 */
/* One campaign as it is shown, and the digest that names what was shown. */
#include "gateway/service/campaigns_private.h"

#include "gateway/base/crypto.h"
#include "gateway/service/desks.h"
#include "gateway/service/wording.h"
#include "gateway/store/audience.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/names.h"
#include "gateway/store/triggers.h"

#define SHOWN_MAX (256u << 10)

void pk_campaign_keep(struct pk_campaign *campaign, struct pk_buf *texts)
{
    size_t audience = campaign->audience.len;
    (void) pk_buf_add_slice(texts, campaign->audience);
    (void) pk_buf_add_slice(texts, campaign->values);
    campaign->values = pk_slice_make(texts->data + audience, campaign->values.len);
    campaign->audience = pk_slice_make(texts->data, audience);
}

/* ---- what was shown ---- */

/* Each field by its length, so that no two of them can be read as two others. */
static void add_field(struct pk_buf *shown, struct pk_slice field)
{
    (void) pk_buf_printf(shown, "%zu:", field.len);
    (void) pk_buf_add_slice(shown, field);
}

static void add_texts(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice name, struct pk_buf *shown)
{
    const struct pk_catalog *catalog = service->catalog;
    struct pk_slice sent_as = pk_wording(service, name, pk_route_answerable(service, campaign->route));
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        struct pk_slice tag = pk_catalog_language_tag(catalog, i);
        const struct pk_template *text = pk_catalog_exact(catalog, sent_as, tag);
        add_field(shown, tag);
        add_field(shown, text ? pk_slice_make(pk_template_hash(text), 32) : PK_SLICE(""));
    }
}

int pk_campaign_rule(const struct pk_campaign *campaign, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *rule = NULL;
    int r = pk_json_parse(campaign->audience, PK_CAMPAIGN_TEXTS_MAX, &rule, err);
    return r == 0 ? pk_audience_read_json(rule, "audience", ret_tree, err) : r;
}

int pk_campaign_where(const struct pk_campaign *campaign, struct pk_buf *out, struct pk_error *err)
{
    struct pk_audience_tree tree;
    int r = pk_campaign_rule(campaign, &tree, err);
    if (r == 0)
        pk_audience_write_text(&tree, out);
    return r;
}

int pk_campaign_digest(struct pk_service *service, const struct pk_campaign *campaign, uint8_t ret_digest[32], struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_audience_tree tree;
    uint8_t rule[32];
    struct pk_buf shown;
    size_t count = 0;
    char number[32];
    int r = pk_campaign_rule(campaign, &tree, err);
    if (r != 0)
        return r;
    pk_audience_hash(&tree, rule);
    pk_buf_init(&shown, SHOWN_MAX);
    add_field(&shown, pk_slice_of(campaign->name));
    add_field(&shown, pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic)));
    add_field(&shown, pk_slice_of(pk_name_text(service->store, PK_NAME_ROUTE, campaign->route)));
    if (campaign->laddered) /* what was approved before one could be stays so */
        add_field(&shown, PK_SLICE("by the ladder"));
    add_field(&shown, pk_slice_make(rule, sizeof rule));
    add_field(&shown, campaign->values);
    (void) snprintf(number, sizeof number, "%lld", (long long) campaign->people_max);
    add_field(&shown, pk_slice_of(number));
    if (campaign->cost_max > 0) { /* what was approved before there was such a ceiling stays so */
        (void) snprintf(number, sizeof number, "%lld %s", (long long) campaign->cost_max, campaign->currency);
        add_field(&shown, pk_slice_of(number));
    }
    (void) snprintf(number, sizeof number, "%lld", (long long) campaign->occurrence);
    add_field(&shown, pk_slice_of(number));
    r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        char text[PK_STEP_TEXT_MAX];
        add_field(&shown, pk_slice_of(pk_step_text(&steps[i].rule, text)));
        add_field(&shown, pk_slice_of(steps[i].template_name));
        add_texts(service, campaign, pk_slice_of(steps[i].template_name), &shown);
    }
    if (r == 0 && shown.failed)
        r = pk_fail(err, PK_E_LIMIT, "the campaign is too long");
    pk_sha256(pk_buf_slice(&shown), ret_digest);
    pk_buf_finish(&shown);
    return r;
}

void pk_campaign_digest_text(const uint8_t digest[32], char ret_text[PK_CAMPAIGN_DIGEST_TEXT])
{
    for (size_t i = 0; i < (PK_CAMPAIGN_DIGEST_TEXT - 1) / 2; i++)
        (void) snprintf(ret_text + 2 * i, 3, "%02x", digest[i]);
}

int pk_campaign_still_approved(struct pk_service *service, const struct pk_campaign *campaign, struct pk_error *err)
{
    uint8_t digest[32];
    int r = pk_campaign_digest(service, campaign, digest, err);
    if (r != 0 || memcmp(digest, campaign->approved, sizeof digest) == 0)
        return r;
    (void) pk_fail(err, PK_E_CONFLICT, "the texts of campaign \"%s\" are no longer those that were approved", campaign->name);
    return pk_hint(err, PK_E_CONFLICT, "Put the old texts back, or cancel it and have a new one approved with the texts as they are now.");
}

/* ---- shown ---- */

int pk_campaign_people(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, int64_t *ret_people, struct pk_error *err)
{
    struct pk_audience_tree tree;
    struct pk_audience audience;
    *ret_people = 0;
    int r = pk_campaign_audience(service, campaign, &tree, &audience, err);
    return r == 0 ? pk_audience_count(service->store, &audience, now_ms, PK_CAMPAIGN_PEOPLE_MAX, ret_people, err) : r;
}

/* What became of a step: all triggers that said its text. */
static int add_up(struct pk_service *service, int64_t campaign, int64_t step, int64_t *ret_planned, int64_t *ret_told, struct pk_error *err)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    int r = pk_campaign_history(service->store, campaign, history, &count, err);
    *ret_planned = *ret_told = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct pk_trigger trigger;
        if (history[i].step != step || pk_trigger_get(service->store, history[i].trigger, &trigger, NULL) != 0)
            continue; /* another's, or retention took it */
        *ret_planned += trigger.planned;
        *ret_told += pk_trigger_told_count(service->store, history[i].trigger);
    }
    return r;
}

/* Which steps are left out because their time has passed; of one that was not started: would be, if it were now. */
static int look_ahead(struct pk_service *service, struct pk_campaign_view *view, int64_t now_ms, struct pk_error *err)
{
    const struct pk_campaign *campaign = &view->campaign;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_wall_new(service->rules->zone, &wall, err);
    view->no_change = view->no_cancel = campaign->starts_ms != 0;
    for (size_t i = 0; r == 0 && i < view->step_count; i++) {
        struct pk_campaign_step *step = &view->steps[i];
        view->no_change = view->no_change && step->rule.when != PK_STEP_ON_CHANGE;
        view->no_cancel = view->no_cancel && step->rule.when != PK_STEP_ON_CANCEL;
        if (pk_step_waits_for_news(&step->rule))
            continue;
        if (campaign->state < PK_CAMPAIGN_RUNNING) {
            step->due_ms = pk_step_due_ms(&step->rule, campaign->starts_ms, wall);
            view->late[i] = step->due_ms < now_ms || pk_step_until_ms(&step->rule, step->due_ms, campaign->starts_ms) <= now_ms;
        } else {
            view->late[i] = step->state == PK_STEP_DROPPED;
        }
    }
    return r;
}

int pk_campaign_view(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                     struct pk_campaign_view *ret_view, struct pk_error *err)
{
    struct pk_campaign_view *view = ret_view;
    uint8_t digest[32];
    int r = pk_campaign_get(service->store, name, &view->campaign, err);
    if (r != 0)
        return r;
    view->topic = pk_name_text(service->store, PK_NAME_TOPIC, view->campaign.topic);
    view->route = pk_name_text(service->store, PK_NAME_ROUTE, view->campaign.route);
    struct pk_about about = { .topic = pk_slice_of(view->topic) };
    int64_t id = view->campaign.id;
    r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_VIEW, &about, view->campaign.name, err);
    if (r == 0)
        r = pk_campaign_digest(service, &view->campaign, digest, err);
    if (r == 0)
        r = pk_campaign_people(service, &view->campaign, now_ms, &view->people, err) == PK_E_LIMIT ? PK_E_LIMIT : 0;
    if (r == 0)
        r = pk_campaign_steps(service->store, id, view->steps, &view->step_count, err);
    for (size_t i = 0; r == 0 && i < view->step_count; i++)
        r = add_up(service, id, view->steps[i].id, &view->planned[i], &view->told[i], err);
    if (r == 0)
        r = look_ahead(service, view, now_ms, err);
    view->date = (struct pk_occurrence){ 0 };
    if (r == 0 && view->campaign.occurrence != 0 && pk_occurrence_get(service->store, view->campaign.occurrence, &view->date, NULL) != 0)
        view->date = (struct pk_occurrence){ 0 }; /* retention took it */
    if (r != 0)
        return r;
    struct pk_campaign_made made = pk_campaign_made(service->store, id, 0, 0);
    view->made = made.people;
    view->cost = made.cost;
    view->left_out = pk_campaign_left_out(service->store, id);
    pk_campaign_digest_text(digest, view->digest);
    view->texts_changed = view->campaign.approved_by[0] != '\0' && memcmp(digest, view->campaign.approved, sizeof digest) != 0;
    return pk_campaign_get(service->store, name, &view->campaign, err); /* its slices ended */
}

struct visit {
    struct pk_service *service;
    const struct pk_actor *actor;
    int (*each)(void *ctx, const struct pk_campaign *campaign);
    void *ctx;
};

/* Who is limited to topics sees those of them. */
static int visit(void *ctx, const struct pk_campaign *campaign)
{
    const struct visit *v = ctx;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(v->service->store, PK_NAME_TOPIC, campaign->topic)) };
    return pk_may(v->actor, PK_ACTION_CAMPAIGN_VIEW, &about, NULL) == 0 ? v->each(v->ctx, campaign) : 0;
}

int pk_campaigns_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_campaign *campaign),
                      void *ctx, struct pk_error *err)
{
    struct visit v = { service, actor, each, ctx };
    int r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_VIEW, NULL, NULL, err);
    return r == 0 ? pk_campaigns_list(service->store, visit, &v, err) : r;
}

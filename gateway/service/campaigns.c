/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Written, asked for, approved, started, moved: each act asks the table of states first (model/campaign.h). Approval is of a
 * digest, and whatever would change the digest takes the approval away; only another date, or place, is sent under it.
 */
#include "gateway/service/campaigns_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/model/trigger.h"
#include "gateway/service/desks.h"
#include "gateway/service/trail.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"

#define VALUES_MAX (PK_CAMPAIGN_TEXTS_MAX / 2)
#define CHANGE_WAITS_MS (5ll * 60 * 1000) /* the newest of several changes is the one that is told */

static int not_now(const struct pk_campaign *campaign, enum pk_campaign_act act, struct pk_error *err)
{
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    (void) pk_fail(err, PK_E_CONFLICT, "campaign \"%s\" is %s: not the time to %s it", campaign->name, pk_campaign_state_name(state),
                   pk_campaign_act_name(act));
    return pk_hint(err, PK_E_CONFLICT, "%s", pk_campaign_state_sentence(state, "en"));
}

/* ---- written ---- */

static int refuse(struct pk_error *err, int r, const char *field, struct pk_slice value, const char *why)
{
    return pk_fail(err, r, "%s: \"%.*s\" %s", field, (int) (value.len < 80 ? value.len : 80), value.data ? value.data : "", why);
}

int64_t pk_campaign_begins(const struct pk_json *values)
{
    int64_t begins_ms = 0;
    struct pk_slice text = pk_json_string(pk_json_get(values, "begins"));
    return text.len > 0 && pk_time_parse(text, &begins_ms) == 0 ? begins_ms : 0;
}

static int check_tags(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign_plan *plan, struct pk_error *err)
{
    static const char *const fields[] = { "all", "any", "none", NULL };
    if (!plan->tags)
        return 0;
    int r = pk_json_only(plan->tags, fields, "tags", err);
    for (size_t i = 0; r == 0 && fields[i]; i++) {
        const struct pk_json *list = pk_json_get(plan->tags, fields[i]);
        enum pk_json_kind kind = pk_json_kind(list);
        if ((kind != PK_JSON_ABSENT && kind != PK_JSON_ARRAY) || pk_json_count(list) > PK_TAGS_MAX)
            return pk_fail(err, PK_E_INVALID, "tags.%s must be a list of at most %d tags", fields[i], PK_TAGS_MAX);
        for (size_t j = 0; r == 0 && j < pk_json_count(list); j++) {
            struct pk_slice tag = pk_json_string(pk_json_item(list, j));
            if (!pk_is_tag(tag))
                return refuse(err, PK_E_INVALID, "tags", tag, "is no tag, like school:de-windroos");
            r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &(struct pk_about){ .tag = tag }, NULL, err);
        }
    }
    return r;
}

/* A campaign's texts share its values; each is asked about those it takes. */
static int check_values_of(struct pk_service *service, struct pk_slice name, uint32_t route, const struct pk_json *values, struct pk_error *err)
{
    const struct pk_catalog *catalog = service->catalog;
    struct pk_slice sent_as = pk_wording(service, name, pk_route_answerable(service, route)), value;
    const struct pk_template *text = pk_catalog_find(catalog, name, pk_slice_of(service->rules->default_language)),
                             *twin = pk_catalog_find(catalog, sent_as, pk_slice_of(service->rules->default_language));
    pk_auto(pk_json) struct pk_json *own = NULL;
    const struct pk_json *item;
    struct pk_buf text_of;
    void *iter = NULL;
    if (!text)
        return refuse(err, PK_E_NOT_FOUND, "steps", name, "is not the name of a text");
    pk_buf_init(&text_of, PK_CAMPAIGN_TEXTS_MAX);
    struct pk_json_out out = pk_json_out(&text_of);
    pk_json_open(&out, NULL, '{');
    while (pk_json_next(values, &iter, &value, &item)) {
        char key[PK_CAMPAIGN_NAME_MAX + 1];
        struct pk_buf raw;
        if (value.len > PK_CAMPAIGN_NAME_MAX || (!pk_template_takes(text, value) && !(twin && pk_template_takes(twin, value))))
            continue;
        pk_buf_init(&raw, PK_CAMPAIGN_TEXTS_MAX);
        (void) snprintf(key, sizeof key, "%.*s", PK_SLICE_ARG(value));
        if (pk_json_dump(item, &raw) == 0)
            pk_json_add_raw(&out, key, pk_buf_slice(&raw));
        pk_buf_finish(&raw);
    }
    pk_json_close(&out, '}');
    int r = text_of.failed ? pk_fail(err, PK_E_LIMIT, "the values are too long") : pk_json_parse(pk_buf_slice(&text_of), PK_CAMPAIGN_TEXTS_MAX, &own, err);
    pk_buf_finish(&text_of);
    return r == 0 ? pk_template_check_values_as(catalog, name, sent_as, own, err) : r;
}

/* A value that no text takes is a mistake in its name. */
static int check_all_taken(struct pk_service *service, const struct pk_campaign_step *steps, size_t count, const struct pk_json *values,
                           struct pk_error *err)
{
    struct pk_slice value, language = pk_slice_of(service->rules->default_language);
    const struct pk_json *item;
    for (void *iter = NULL; pk_json_next(values, &iter, &value, &item);) {
        bool taken = pk_slice_is(value, "begins");
        for (size_t i = 0; i < count && !taken; i++) {
            struct pk_slice name = pk_slice_of(steps[i].template_name), twin = pk_catalog_noreply(service->catalog, name);
            const struct pk_template *text = pk_catalog_find(service->catalog, name, language),
                                     *other = twin.len > 0 ? pk_catalog_find(service->catalog, twin, language) : NULL;
            taken = (text && pk_template_takes(text, value)) || (other && pk_template_takes(other, value));
        }
        if (!taken)
            return refuse(err, PK_E_INVALID, "values", value, "is taken by none of the steps' texts");
    }
    return 0;
}

static int check_template(struct pk_service *service, struct pk_slice name, const struct pk_campaign_plan *plan, const struct pk_lane_route *route,
                          struct pk_error *err)
{
    const struct pk_catalog *catalog = service->catalog;
    const struct pk_template *text = pk_catalog_find(catalog, name, pk_slice_of(service->rules->default_language));
    if (!text || pk_template_kind(text) != PK_TEXT_NOTICE || pk_template_step(text) == PK_STEP_BREACH)
        return refuse(err, PK_E_NOT_FOUND, "steps", name, "is not the name of a notice's text");
    struct pk_slice about = pk_template_topic(text);
    if (about.len > 0 && !pk_slice_equal(about, plan->topic))
        return refuse(err, PK_E_INVALID, "steps", name, "is a text of another topic");
    return check_values_of(service, name, route->id, plan->values, err);
}

static int read_steps(struct pk_service *service, const struct pk_campaign_plan *plan, const struct pk_lane_route *route,
                      struct pk_campaign_step ret_steps[PK_CAMPAIGN_STEPS_MAX], size_t *ret_count, struct pk_error *err)
{
    static const char *const fields[] = { "when", "template", NULL };
    size_t count = pk_json_count(plan->steps);
    bool dated = pk_campaign_begins(plan->values) != 0;
    if (count == 0 || count > PK_CAMPAIGN_STEPS_MAX)
        return pk_fail(err, PK_E_INVALID, "steps: there must be one to %d of them", PK_CAMPAIGN_STEPS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct pk_json *item = pk_json_item(plan->steps, i);
        struct pk_slice when = pk_json_string(pk_json_get(item, "when")), name = pk_json_string(pk_json_get(item, "template"));
        struct pk_campaign_step *step = &ret_steps[i];
        *step = (struct pk_campaign_step){ .state = PK_STEP_WAITING };
        int r = pk_json_only(item, fields, "steps", err);
        if (r == 0)
            r = pk_step_parse(when, &step->rule, err);
        if (r == 0 && (name.len == 0 || name.len > PK_CAMPAIGN_NAME_MAX))
            r = pk_fail(err, PK_E_INVALID, "steps: each needs a template");
        if (r == 0)
            r = check_template(service, name, plan, route, err);
        if (r != 0)
            return r;
        if (pk_step_needs_date(&step->rule) && !dated) {
            (void) refuse(err, PK_E_INVALID, "steps", when, "hangs on a date, and the values name none");
            return pk_hint(err, PK_E_INVALID, "Give values a \"begins\", or write at 2026-10-01T16:00:00Z.");
        }
        if (pk_step_waits_for_news(&step->rule))
            step->state = PK_STEP_LISTENING;
        (void) snprintf(step->template_name, sizeof step->template_name, "%.*s", PK_SLICE_ARG(name));
    }
    *ret_count = count;
    return check_all_taken(service, ret_steps, count, plan->values, err);
}

static int find_route(struct pk_service *service, struct pk_slice name, const struct pk_lane_route **ret_route, struct pk_error *err)
{
    char text[PK_CAMPAIGN_NAME_MAX + 1];
    if (name.len == 0 && service->rules->default_route)
        name = pk_slice_of(service->rules->default_route);
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(name));
    *ret_route = pk_desks_route(service->desks, text);
    if (!*ret_route)
        return refuse(err, PK_E_NOT_FOUND, "route", name, "is not configured");
    return (*ret_route)->rule->screens.count == 0 ? 0 : refuse(err, PK_E_INVALID, "route", name, "leads to screens, and a campaign is for people");
}

static int check_plan(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign_plan *plan, struct pk_error *err)
{
    struct pk_about about = { .topic = plan->topic };
    if (!pk_is_name(plan->name) || plan->name.len > PK_CAMPAIGN_NAME_MAX)
        return refuse(err, PK_E_INVALID, "name", plan->name, "is no name: small letters, digits and hyphens");
    if (!pk_rules_topic(service->rules, plan->topic))
        return refuse(err, PK_E_NOT_FOUND, "topic", plan->topic, "is not configured");
    if (plan->people_max < 1 || plan->people_max > PK_CAMPAIGN_PEOPLE_MAX)
        return pk_fail(err, PK_E_INVALID, "people must be from 1 to %d: more than so many are not reached without somebody looking",
                       PK_CAMPAIGN_PEOPLE_MAX);
    int r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &about, NULL, err);
    return r == 0 ? check_tags(service, actor, plan, err) : r;
}

/* As it is written; who approved what before is forgotten. */
static int write(struct pk_service *service, const struct pk_campaign_plan *plan, const struct pk_lane_route *route, struct pk_campaign *campaign,
                 struct pk_buf *texts, int64_t now_ms, struct pk_error *err)
{
    int r = plan->tags ? pk_json_dump(plan->tags, texts) : pk_buf_add_text(texts, "{}");
    size_t at = texts->len;
    if (r == 0)
        r = plan->values ? pk_json_dump(plan->values, texts) : pk_buf_add_text(texts, "{}");
    if (r != 0)
        return pk_fail(err, PK_E_LIMIT, "tags and values are longer than %u bytes", VALUES_MAX);
    campaign->audience = pk_slice_make(texts->data, at);
    campaign->values = pk_slice_make(texts->data + at, texts->len - at);
    campaign->route = route->id;
    campaign->state = PK_CAMPAIGN_DRAFT;
    campaign->starts_ms = pk_campaign_begins(plan->values);
    campaign->people_max = plan->people_max;
    campaign->cost_max = 0;
    campaign->currency[0] = '\0';
    if (plan->cost.len > 0 && (r = pk_campaign_read_cost(route, plan->cost, &campaign->cost_max, campaign->currency, err)) != 0)
        return r;
    campaign->asked_by[0] = campaign->approved_by[0] = campaign->why[0] = '\0';
    memset(campaign->approved, 0, sizeof campaign->approved);
    campaign->updated_ms = now_ms;
    r = pk_name_intern(service->store, PK_NAME_TOPIC, plan->topic, &campaign->topic, err);
    if (r != 0)
        return r;
    return campaign->id == 0 ? pk_campaign_add(service->store, campaign, err) : pk_campaign_write(service->store, campaign, err);
}

static bool is_known(const struct pk_campaign *campaign)
{
    static const uint8_t nobody[32] = { 0 };
    return memcmp(campaign->told, nobody, sizeof nobody) != 0;
}

/* Once people know its date another one is news, and whoever writes the campaign anew would tell them nothing. */
static int keeps_its_date(const struct pk_campaign *campaign, const struct pk_json *values, struct pk_error *err)
{
    struct pk_buf text;
    if (!is_known(campaign))
        return 0;
    pk_buf_init(&text, VALUES_MAX);
    bool same = values && pk_json_dump(values, &text) == 0 && pk_slice_equal(pk_buf_slice(&text), campaign->values);
    pk_buf_finish(&text);
    if (same)
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "values: people know what it said, and these are others");
    return pk_hint(err, PK_E_CONFLICT, "Leave the values as they are here, and tell another date or place with pokana campaigns move %s FILE.", campaign->name);
}

int pk_campaign_put(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign_plan *plan, int64_t now_ms,
                    struct pk_error *err)
{
    struct pk_campaign campaign = { 0 };
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    const struct pk_lane_route *route = NULL;
    size_t count = 0;
    int r = check_plan(service, actor, plan, err);
    if (r == 0)
        r = find_route(service, plan->route, &route, err);
    if (r == 0)
        r = read_steps(service, plan, route, steps, &count, err);
    if (r != 0)
        return r;
    r = pk_campaign_get(service->store, plan->name, &campaign, err);
    if (r == PK_E_NOT_FOUND) {
        campaign = (struct pk_campaign){ .created_ms = now_ms };
        (void) snprintf(campaign.name, sizeof campaign.name, "%.*s", PK_SLICE_ARG(plan->name));
        (void) snprintf(campaign.made_by, sizeof campaign.made_by, "%s", actor->name ? actor->name : "");
    } else if (r != 0) {
        return r;
    } else if (pk_campaign_after((enum pk_campaign_state) campaign.state, PK_CAMPAIGN_EDIT) == PK_CAMPAIGN_STATES) {
        return not_now(&campaign, PK_CAMPAIGN_EDIT, err);
    } else if ((r = keeps_its_date(&campaign, plan->values, err)) != 0) {
        return r;
    }
    struct pk_buf texts;
    pk_buf_init(&texts, VALUES_MAX);
    r = write(service, plan, route, &campaign, &texts, now_ms, err);
    pk_buf_finish(&texts);
    if (r == 0)
        r = pk_campaign_steps_set(service->store, campaign.id, steps, count, err);
    return r == 0 ? pk_trail_done(service, actor, "campaign.edit", campaign.name, NULL, 0, now_ms, err) : r;
}

/* ---- decided ---- */

static const enum pk_action rights[PK_CAMPAIGN_ACTS] = {
    [PK_CAMPAIGN_SUBMIT] = PK_ACTION_CAMPAIGN_EDIT,  [PK_CAMPAIGN_APPROVE] = PK_ACTION_CAMPAIGN_APPROVE,
    [PK_CAMPAIGN_REJECT] = PK_ACTION_CAMPAIGN_APPROVE, [PK_CAMPAIGN_START] = PK_ACTION_CAMPAIGN_START,
    [PK_CAMPAIGN_PAUSE] = PK_ACTION_CAMPAIGN_STOP,   [PK_CAMPAIGN_RESUME] = PK_ACTION_CAMPAIGN_START,
    [PK_CAMPAIGN_CANCEL] = PK_ACTION_CAMPAIGN_STOP,
};

static int submit(struct pk_service *service, const struct pk_actor *actor, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    int r = pk_campaign_ceilings(service, campaign, now_ms, err);
    if (r == 0 && campaign->starts_ms != 0 && campaign->starts_ms <= now_ms)
        r = pk_fail(err, PK_E_INVALID, "it begins in the past");
    (void) snprintf(campaign->asked_by, sizeof campaign->asked_by, "%s", actor->name ? actor->name : "");
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
    return 0;
}

/* So small that whoever asks answers for it alone; by its ceiling, which it cannot pass, not by those it would reach now. */
static int approve_small(struct pk_service *service, struct pk_campaign *campaign, struct pk_error *err)
{
    int r = pk_campaign_digest(service, campaign, campaign->approved, err);
    campaign->state = pk_campaign_after((enum pk_campaign_state) campaign->state, PK_CAMPAIGN_APPROVE);
    (void) snprintf(campaign->approved_by, sizeof campaign->approved_by, "%s", campaign->asked_by);
    return r;
}

static int effect(struct pk_service *service, const struct pk_actor *actor, struct pk_campaign *campaign, enum pk_campaign_act act,
                  struct pk_slice digest, int64_t now_ms, struct pk_error *err)
{
    int r = 0;
    switch (act) {
    case PK_CAMPAIGN_SUBMIT:
        return submit(service, actor, campaign, now_ms, err);
    case PK_CAMPAIGN_APPROVE:
        return approve(service, actor, campaign, digest, err);
    case PK_CAMPAIGN_START:
        r = pk_campaign_still_approved(service, campaign, err);
        return r == 0 ? pk_campaign_schedule(service, campaign, PK_SCHEDULE_START, now_ms, err) : r;
    case PK_CAMPAIGN_PAUSE:
        return pk_campaign_call_back(service, campaign, now_ms, err);
    case PK_CAMPAIGN_RESUME:
        campaign->why[0] = '\0';
        r = pk_campaign_still_approved(service, campaign, err);
        return r == 0 ? pk_campaign_schedule(service, campaign, PK_SCHEDULE_RESUME, now_ms, err) : r;
    case PK_CAMPAIGN_CANCEL:
        r = pk_campaign_call_back(service, campaign, now_ms, err);
        return r == 0 ? pk_campaign_news_now(service, campaign, PK_STEP_ON_CANCEL, now_ms, err) : r;
    default:
        return 0;
    }
}

int pk_campaign_do(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, enum pk_campaign_act act,
                   struct pk_slice digest, int64_t now_ms, struct pk_error *err)
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
        r = not_now(&campaign, act, err);
    if (r != 0)
        return r;
    pk_buf_init(&texts, 2 * VALUES_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = effect(service, actor, &campaign, act, digest, now_ms, err);
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

/* ---- moved ---- */

/* Each step's text is asked whether it can say the new values. */
static int check_values(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_json *values, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    int r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = check_values_of(service, pk_slice_of(steps[i].template_name), campaign->route, values, err);
    return r == 0 ? check_all_taken(service, steps, count, values, err) : r;
}

/* Told is what people know. Back to it before anybody heard otherwise: there is nothing to tell. */
static int tell_change(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    uint8_t digest[32];
    pk_sha256(campaign->values, digest);
    bool known = !is_known(campaign) || memcmp(campaign->told, digest, sizeof digest) == 0;
    return pk_campaign_news(service, campaign, PK_STEP_ON_CHANGE, known ? 0 : now_ms + CHANGE_WAITS_MS, err);
}

static int move(struct pk_service *service, struct pk_campaign *campaign, const struct pk_json *values, struct pk_buf *texts, int64_t now_ms,
                struct pk_error *err)
{
    size_t at = texts->len;
    int r = pk_json_dump(values, texts);
    if (r != 0)
        return pk_fail(err, PK_E_LIMIT, "the values are longer than %u bytes", VALUES_MAX);
    struct pk_slice fresh = pk_slice_make(texts->data + at, texts->len - at);
    campaign->audience = pk_slice_make(texts->data, campaign->audience.len); /* the buffer may have moved */
    if (pk_slice_equal(fresh, pk_slice_make(texts->data + campaign->audience.len, campaign->values.len)))
        return 0;
    bool started = campaign->state != PK_CAMPAIGN_APPROVED;
    if (started)
        r = pk_campaign_call_back(service, campaign, now_ms, err);
    campaign->values = fresh;
    campaign->starts_ms = pk_campaign_begins(values);
    campaign->edition++;
    campaign->updated_ms = now_ms;
    if (r == 0)
        r = pk_campaign_write(service->store, campaign, err);
    if (r == 0)
        r = pk_campaign_digest(service, campaign, campaign->approved, err);
    if (r == 0 && started)
        r = pk_campaign_schedule(service, campaign, PK_SCHEDULE_MOVE, now_ms, err);
    if (r == 0 && started)
        r = tell_change(service, campaign, now_ms, err);
    return r == 0 ? pk_campaign_write(service->store, campaign, err) : r;
}

int pk_campaign_move(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_json *values,
                     int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_buf texts;
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic)) };
    r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &about, campaign.name, err);
    if (r == 0 && (campaign.state < PK_CAMPAIGN_APPROVED || pk_campaign_is_final((enum pk_campaign_state) campaign.state)))
        r = not_now(&campaign, PK_CAMPAIGN_EDIT, err);
    if (r == 0 && campaign.starts_ms != 0 && pk_campaign_begins(values) <= now_ms)
        r = pk_fail(err, PK_E_INVALID, "values: \"begins\" must be a moment that is still to come");
    if (r != 0)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = check_values(service, &campaign, values, err);
    if (r == 0)
        r = pk_campaign_still_approved(service, &campaign, err);
    if (r == 0)
        r = move(service, &campaign, values, &texts, now_ms, err);
    pk_buf_finish(&texts);
    return r == 0 ? pk_trail_done(service, actor, "campaign.move", campaign.name, NULL, 0, now_ms, err) : r;
}

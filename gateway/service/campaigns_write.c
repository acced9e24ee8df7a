/* SPDX-License-Identifier: EUPL-1.2 */
/* A campaign taken down: every field is asked whether it can be meant, and whoever writes whether they may. What was approved
 * before is approved no more. */
#include "gateway/base/text.h"
#include "gateway/service/audience.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/desks.h"
#include "gateway/service/routing.h"
#include "gateway/service/trail.h"
#include "gateway/store/agenda.h"
#include "gateway/store/names.h"

#define VALUES_MAX (PK_CAMPAIGN_TEXTS_MAX / 2)

struct writing {
    struct pk_service *service;
    const struct pk_actor *actor;
    const struct pk_campaign_plan *plan;
    const struct pk_lane_route *route;
    struct pk_audience_tree tree;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count;
    struct pk_occurrence date; /* of an event; id 0 = of none */
    struct pk_json *dated; /* owned: the values with that date in them */
};

static const struct pk_json *values_of(const struct writing *writing)
{
    return writing->dated ? writing->dated : writing->plan->values;
}

/* ---- what it is about ---- */

static int find_route(struct writing *writing, struct pk_error *err)
{
    const struct pk_rules *rules = writing->service->rules;
    char text[PK_CAMPAIGN_NAME_MAX + 1];
    struct pk_slice name = writing->plan->route;
    if (name.len == 0 && rules->default_route)
        name = pk_slice_of(rules->default_route);
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(name));
    writing->route = pk_desks_route(writing->service->desks, text);
    if (writing->plan->ladder && (writing->plan->route.len > 0 || rules->ladder.count == 0))
        return pk_fail(err, PK_E_INVALID, writing->plan->route.len > 0 ? "either the ladder or a route, not both: a route is one channel"
                                                                       : "ladder: no [ladder] is configured");
    if (!writing->route)
        return pk_campaign_refuse(err, PK_E_NOT_FOUND, "route", name, "is not configured");
    return writing->route->rule->screens.count == 0
               ? 0
               : pk_campaign_refuse(err, PK_E_INVALID, "route", name, "leads to screens, and a campaign is for people");
}

static int no_date(const struct pk_agenda_event *event, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_NOT_FOUND, event->state == PK_AGENDA_DRAFT ? "event: it is a draft" : "event: it has no such date");
    return event->state == PK_AGENDA_DRAFT ? pk_hint(err, PK_E_NOT_FOUND, "Accept it first, with pokana events accept.")
                                           : pk_hint(err, PK_E_NOT_FOUND, "Give as \"day\" one of those that pokana events show lists.");
}

/* The event's people are the topic's of its kind: others were not asked whether they want to hear of it. */
static int find_date(struct writing *writing, struct pk_error *err)
{
    struct pk_service *service = writing->service;
    const struct pk_campaign_plan *plan = writing->plan;
    struct pk_agenda_event event;
    int32_t day = plan->day;
    if (plan->event == 0)
        return plan->day == 0 ? 0 : pk_fail(err, PK_E_INVALID, "day: there is no event it could be of");
    int r = pk_agenda_get(service->store, plan->event, &event, err);
    if (r != 0)
        return r;
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event.kind));
    if (!kind || !pk_slice_is(plan->topic, kind->topic)) {
        (void) pk_campaign_refuse(err, PK_E_INVALID, "topic", plan->topic, "is not what the event is about");
        return kind ? pk_hint(err, PK_E_INVALID, "Its kind is for people of the topic %s.", kind->topic) : PK_E_INVALID;
    }
    if (event.rule[0] == '\0' && day == event.when.day)
        day = 0;
    r = pk_occurrence_find(service->store, event.id, day, &writing->date, err);
    if (r == PK_E_NOT_FOUND)
        return no_date(&event, err);
    return r == 0 && writing->date.state == PK_AGENDA_CANCELLED ? pk_fail(err, PK_E_CONFLICT, "event: that date is called off") : r;
}

static int check_plan(struct writing *writing, struct pk_error *err)
{
    const struct pk_campaign_plan *plan = writing->plan;
    struct pk_about about = { .topic = plan->topic };
    char name[PK_CAMPAIGN_NAME_MAX + 1];
    if (!pk_is_name(plan->name) || plan->name.len > PK_CAMPAIGN_NAME_MAX)
        return pk_campaign_refuse(err, PK_E_INVALID, "name", plan->name, "is no name: small letters, digits and hyphens");
    if (!pk_rules_topic(writing->service->rules, plan->topic))
        return pk_campaign_refuse(err, PK_E_NOT_FOUND, "topic", plan->topic, "is not configured");
    if (plan->people_max < 1 || plan->people_max > PK_CAMPAIGN_PEOPLE_MAX)
        return pk_fail(err, PK_E_INVALID, "people must be from 1 to %d: more than so many are not reached without somebody looking",
                       PK_CAMPAIGN_PEOPLE_MAX);
    (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(plan->name));
    int r = pk_allow(writing->service, writing->actor, PK_ACTION_CAMPAIGN_EDIT, &about, name, err);
    if (r != 0)
        return r;
    const struct pk_audience_plan asked = { .topic = plan->topic, .where = plan->where, .rule = plan->audience };
    return pk_audience_rule(writing->service, writing->actor, PK_ACTION_CAMPAIGN_EDIT, name, &asked, &writing->tree, err);
}

/* ---- its steps ---- */

static int check_template(struct writing *writing, struct pk_slice name, struct pk_error *err)
{
    const struct pk_service *service = writing->service;
    const struct pk_template *text = pk_catalog_find(service->catalog, name, pk_slice_of(service->rules->default_language));
    if (!text || pk_template_kind(text) != PK_TEXT_NOTICE || pk_template_step(text) == PK_STEP_BREACH)
        return pk_campaign_refuse(err, PK_E_NOT_FOUND, "steps", name, "is not the name of a notice's text");
    struct pk_slice about = pk_template_topic(text);
    return about.len == 0 || pk_slice_equal(about, writing->plan->topic)
               ? 0
               : pk_campaign_refuse(err, PK_E_INVALID, "steps", name, "is a text of another topic");
}

static int read_step(struct writing *writing, const struct pk_json *item, struct pk_campaign_step *step, struct pk_error *err)
{
    static const char *const fields[] = { "when", "template", NULL };
    struct pk_slice when = pk_json_string(pk_json_get(item, "when")), name = pk_json_string(pk_json_get(item, "template"));
    *step = (struct pk_campaign_step){ .state = PK_STEP_WAITING };
    int r = pk_json_only(item, fields, "steps", err);
    if (r == 0)
        r = pk_step_parse(when, &step->rule, err);
    if (r == 0 && (name.len == 0 || name.len > PK_CAMPAIGN_NAME_MAX))
        r = pk_fail(err, PK_E_INVALID, "steps: each needs a template");
    if (r == 0)
        r = check_template(writing, name, err);
    if (r != 0)
        return r;
    if (pk_step_needs_date(&step->rule) && writing->date.id == 0 && pk_campaign_begins(writing->plan->values) == 0) {
        (void) pk_campaign_refuse(err, PK_E_INVALID, "steps", when, "hangs on a date, and the values name none");
        return pk_hint(err, PK_E_INVALID, "Name an \"event\", or give values a \"begins\", or write at 2026-10-01T16:00:00Z.");
    }
    const struct pk_template *text = pk_catalog_find(writing->service->catalog, name, pk_slice_of(writing->service->rules->default_language));
    if (text && pk_template_step(text) == PK_STEP_REMINDER_TODAY && step->rule.when == PK_STEP_DAYS_BEFORE && step->rule.count > 0) {
        (void) pk_campaign_refuse(err, PK_E_INVALID, "steps", name, "says \"today\", and that is another day");
        return pk_hint(err, PK_E_INVALID, "Write hours before, or take the reminder that says the day.");
    }
    if (pk_step_waits_for_news(&step->rule))
        step->state = PK_STEP_LISTENING;
    (void) snprintf(step->template_name, sizeof step->template_name, "%.*s", PK_SLICE_ARG(name));
    return 0;
}

static int read_steps(struct writing *writing, struct pk_error *err)
{
    const struct pk_json *steps = writing->plan->steps;
    size_t count = pk_json_count(steps);
    int r = 0;
    if (count == 0 || count > PK_CAMPAIGN_STEPS_MAX)
        return pk_fail(err, PK_E_INVALID, "steps: there must be one to %d of them", PK_CAMPAIGN_STEPS_MAX);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = read_step(writing, pk_json_item(steps, i), &writing->steps[i], err);
    writing->count = count;
    return r;
}

/* By its route, or by each that the ladder may lead to: where one cannot be answered another form of the texts leaves. */
static int check_said(struct writing *writing, const struct pk_json *values, struct pk_error *err)
{
    const struct pk_service *service = writing->service;
    struct pk_channels ladder = { 0 };
    int r = pk_campaign_check_values(writing->service, writing->steps, writing->count, writing->route->id, values, err);
    if (writing->plan->ladder)
        pk_ladder_whole(writing->service, &ladder);
    for (size_t i = 0; r == 0 && i < service->desks->route_count; i++) {
        const struct pk_lane_route *route = &service->desks->routes[i];
        bool on = false;
        for (size_t j = 0; j < ladder.count; j++)
            on |= route->channel == ladder.items[j] && route->rule->screens.count == 0;
        if (on && route != writing->route)
            r = pk_campaign_check_values(writing->service, writing->steps, writing->count, route->id, values, err);
    }
    return r;
}

static int read_values(struct writing *writing, struct pk_error *err)
{
    const struct pk_campaign_dating dating = { .values = writing->plan->values, .date = &writing->date, .steps = writing->steps,
                                               .count = writing->count, .words = true, .own = true };
    int r = writing->date.id == 0 ? 0 : pk_campaign_date_values(writing->service, &dating, &writing->dated, err);
    return r == 0 ? check_said(writing, values_of(writing), err) : r;
}

/* ---- kept ---- */

/* As it is written; who approved what before is forgotten. */
static int keep(struct writing *writing, struct pk_campaign *campaign, struct pk_buf *texts, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = writing->service->store;
    const struct pk_json *values = values_of(writing);
    struct pk_json_out rule = pk_json_out(texts);
    pk_audience_write_json(&writing->tree, &rule, NULL);
    size_t at = texts->len;
    int r = values ? pk_json_dump(values, texts) : pk_buf_add_text(texts, "{}");
    if (r != 0 || texts->failed || texts->len - at > VALUES_MAX)
        return pk_fail(err, PK_E_LIMIT, "the values are longer than %u bytes", VALUES_MAX);
    campaign->audience = pk_slice_make(texts->data, at);
    campaign->values = pk_slice_make(texts->data + at, texts->len - at);
    campaign->route = writing->route->id;
    campaign->laddered = writing->plan->ladder;
    campaign->state = PK_CAMPAIGN_DRAFT;
    campaign->occurrence = writing->date.id;
    campaign->starts_ms = pk_campaign_begins(values);
    campaign->people_max = writing->plan->people_max;
    campaign->cost_max = 0;
    campaign->currency[0] = '\0';
    if (writing->plan->cost.len > 0 &&
        (r = pk_campaign_read_cost(writing->service, writing->plan->ladder ? NULL : writing->route, writing->plan->cost, &campaign->cost_max, campaign->currency, err)) != 0)
        return r;
    campaign->asked_by[0] = campaign->approved_by[0] = campaign->why[0] = '\0';
    memset(campaign->approved, 0, sizeof campaign->approved);
    campaign->updated_ms = now_ms;
    r = pk_name_intern(store, PK_NAME_TOPIC, writing->plan->topic, &campaign->topic, err);
    if (r != 0)
        return r;
    return campaign->id == 0 ? pk_campaign_add(store, campaign, err) : pk_campaign_write(store, campaign, err);
}

static bool is_same(const struct pk_json *values, struct pk_slice kept)
{
    struct pk_buf text;
    pk_buf_init(&text, VALUES_MAX);
    bool same = values && pk_json_dump(values, &text) == 0 && pk_slice_equal(pk_buf_slice(&text), kept);
    pk_buf_finish(&text);
    return same;
}

/* The same date, and nothing else besides; title and subject stay as people know them. */
static int keep_dated(struct writing *writing, const struct pk_campaign *campaign, bool *ret_same, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *known = NULL, *now = NULL;
    struct pk_buf text;
    int r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &known, err);
    const struct pk_campaign_dating dating = { .values = known, .date = &writing->date, .steps = writing->steps, .count = writing->count, .words = true };
    if (r == 0)
        r = pk_campaign_date_values(writing->service, &dating, &now, err);
    if (r != 0)
        return r;
    pk_buf_init(&text, VALUES_MAX);
    *ret_same = pk_json_dump(now, &text) == 0 && is_same(writing->dated, pk_buf_slice(&text));
    pk_buf_finish(&text);
    if (!*ret_same)
        return 0;
    pk_json_free(writing->dated);
    writing->dated = pk_steal(&known);
    return check_said(writing, writing->dated, err);
}

/* Once people know its date another one is news, and whoever writes the campaign anew would tell them nothing. */
static int keep_what_is_known(struct writing *writing, const struct pk_campaign *campaign, struct pk_error *err)
{
    bool same = campaign->occurrence == writing->date.id;
    int r = 0;
    if (!pk_campaign_is_known(writing->service, campaign))
        return 0;
    if (same && campaign->occurrence != 0)
        r = keep_dated(writing, campaign, &same, err);
    else if (same)
        same = is_same(writing->plan->values, campaign->values);
    if (r != 0 || same)
        return r;
    (void) pk_fail(err, PK_E_CONFLICT, "values: people know what it said, and these are others");
    return campaign->occurrence != 0
               ? pk_hint(err, PK_E_CONFLICT, "Leave event, day and values as they are here; the event itself is changed with pokana events change.")
               : pk_hint(err, PK_E_CONFLICT, "Leave the values as they are here, and tell another date or place with pokana campaigns move %s FILE.",
                         campaign->name);
}

static int rewrite(struct writing *writing, struct pk_campaign *campaign, struct pk_buf *texts, struct pk_error *err)
{
    if (pk_campaign_after((enum pk_campaign_state) campaign->state, PK_CAMPAIGN_EDIT) == PK_CAMPAIGN_STATES)
        return pk_campaign_not_now(campaign, PK_CAMPAIGN_EDIT, err);
    pk_campaign_keep(campaign, texts);
    int r = keep_what_is_known(writing, campaign, err);
    pk_buf_clear(texts);
    return r;
}

static int put(struct writing *writing, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign campaign = { 0 };
    struct pk_store *store = writing->service->store;
    struct pk_slice name = writing->plan->name;
    int r = pk_campaign_get(store, name, &campaign, err);
    if (r == PK_E_NOT_FOUND) {
        campaign = (struct pk_campaign){ .created_ms = now_ms };
        (void) snprintf(campaign.name, sizeof campaign.name, "%.*s", PK_SLICE_ARG(name));
        (void) snprintf(campaign.made_by, sizeof campaign.made_by, "%s", writing->actor->name ? writing->actor->name : "");
        r = 0;
    } else if (r != 0) {
        return r;
    }
    struct pk_buf texts;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    if (campaign.id != 0)
        r = rewrite(writing, &campaign, &texts, err);
    if (r == 0)
        r = keep(writing, &campaign, &texts, now_ms, err);
    pk_buf_finish(&texts);
    if (r == 0)
        r = pk_campaign_steps_set(store, campaign.id, writing->steps, writing->count, err);
    return r == 0 ? pk_trail_done(writing->service, writing->actor, "campaign.edit", campaign.name, NULL, 0, now_ms, err) : r;
}

int pk_campaign_put(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign_plan *plan, int64_t now_ms,
                    struct pk_error *err)
{
    struct writing *writing = pk_alloc(sizeof *writing);
    *writing = (struct writing){ .service = service, .actor = actor, .plan = plan };
    int r = check_plan(writing, err);
    if (r == 0)
        r = find_route(writing, err);
    if (r == 0)
        r = find_date(writing, err);
    if (r == 0)
        r = read_steps(writing, err);
    if (r == 0)
        r = read_values(writing, err);
    if (r == 0)
        r = put(writing, now_ms, err);
    pk_json_free(writing->dated);
    free(writing);
    return r;
}

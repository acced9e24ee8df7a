/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/coming.h"

#include "gateway/service/campaigns.h"
#include "gateway/service/events_private.h"
#include "gateway/store/triggers.h"

#define CAMPAIGNS_MAX 500u

/* ---- dates ---- */

struct walk {
    struct pk_service *service;
    const struct pk_actor *actor;
    struct pk_wall *wall;
    int64_t from_ms, until_ms;
    int (*each)(void *ctx, const struct pk_coming_date *date);
    void *ctx;
};

static bool may_see(const struct walk *walk, const struct pk_agenda_event *event)
{
    const struct pk_kind_rule *kind = pk_rules_kind(walk->service->rules, pk_slice_of(event->kind));
    const struct pk_about about = { .topic = kind ? pk_slice_of(kind->topic) : (struct pk_slice){ 0 }, .owner = pk_slice_of(event->proposed_by) };
    return pk_may(walk->actor, PK_ACTION_EVENT_VIEW, &about, NULL) == 0;
}

static int tell(const struct walk *walk, struct pk_coming_date *date, const struct pk_agenda_event *event, const char *place)
{
    date->event = event->id;
    (void) snprintf(date->kind, sizeof date->kind, "%s", event->kind);
    (void) snprintf(date->title, sizeof date->title, "%s", event->title);
    (void) snprintf(date->place, sizeof date->place, "%s", place);
    (void) snprintf(date->proposed_by, sizeof date->proposed_by, "%s", event->proposed_by);
    return walk->each(walk->ctx, date);
}

static int look_at_date(void *ctx, const struct pk_occurrence *occurrence)
{
    const struct walk *walk = ctx;
    struct pk_agenda_event event;
    if (pk_agenda_get(walk->service->store, occurrence->event, &event, NULL) != 0 || !may_see(walk, &event))
        return 0;
    struct pk_coming_date date = {
        .day = occurrence->day,
        .state = occurrence->state == PK_AGENDA_CANCELLED ? PK_COMING_CANCELLED : occurrence->version > 1 ? PK_COMING_CHANGED : PK_COMING_PLANNED,
        .starts_ms = occurrence->starts_ms,
        .ends_ms = occurrence->ends_ms,
    };
    return tell(walk, &date, &event, occurrence->place);
}

static int look_at_draft(void *ctx, const struct pk_agenda_event *event)
{
    const struct walk *walk = ctx;
    struct pk_coming_date date = { .state = PK_COMING_DRAFT };
    if (!may_see(walk, event) || pk_agenda_moments(&event->when, walk->wall, false, &date.starts_ms, &date.ends_ms, NULL) != 0)
        return 0;
    return date.starts_ms >= walk->from_ms && date.starts_ms < walk->until_ms ? tell(walk, &date, event, event->place) : 0;
}

int pk_coming_dates_each(struct pk_service *service, const struct pk_actor *actor, int64_t from_ms, int64_t until_ms,
                         int (*each)(void *ctx, const struct pk_coming_date *date), void *ctx, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_allow(service, actor, PK_ACTION_EVENT_VIEW, &(struct pk_about){ .owner = pk_slice_of(actor->name) }, NULL, err);
    if (r == 0)
        r = pk_events_wall(service, &wall, err);
    struct walk walk = { service, actor, wall, from_ms, until_ms, each, ctx };
    if (r == 0)
        r = pk_occurrences_between(service->store, from_ms, until_ms, PK_COMING_DATES_MAX, look_at_date, &walk, err);
    return r == 0 ? pk_agenda_list(service->store, PK_AGENDA_DRAFT, 0, 0, PK_COMING_DATES_MAX, look_at_draft, &walk, err) : r;
}

/* ---- campaigns ---- */

/* What was listed: looking a campaign's steps up ends what a walk along campaigns has at hand. */
struct listing {
    struct pk_coming_campaign *items;
    int64_t *starts_ms;
    size_t count;
};

static int list_one(void *ctx, const struct pk_campaign *campaign)
{
    struct listing *listing = ctx;
    if (pk_campaign_is_final((enum pk_campaign_state) campaign->state) || listing->count == CAMPAIGNS_MAX)
        return 0;
    struct pk_coming_campaign *item = &listing->items[listing->count];
    *item = (struct pk_coming_campaign){ .id = campaign->id, .state = campaign->state, .people_max = campaign->people_max };
    memcpy(item->name, campaign->name, sizeof item->name);
    memcpy(item->asked_by, campaign->asked_by, sizeof item->asked_by);
    listing->starts_ms[listing->count++] = campaign->starts_ms;
    return 0;
}

/* Messages are made a while before their step is due: then, and only then, it is known whom it goes to. */
static int64_t made_for(struct pk_service *service, const struct pk_coming_campaign *campaign, int64_t step)
{
    struct pk_campaign_trigger history[PK_CAMPAIGN_TRIGGERS_MAX];
    size_t count = 0;
    int64_t people = 0;
    if (pk_campaign_history(service->store, campaign->id, history, &count, NULL) != 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct pk_trigger trigger;
        if (history[i].step == step && pk_trigger_get(service->store, history[i].trigger, &trigger, NULL) == 0)
            people += trigger.planned;
    }
    return people;
}

/* One that was not started: as it would be if it were now. One that stands still has no next step. */
static int find_next(struct pk_service *service, struct pk_coming_campaign *campaign, int64_t starts_ms, struct pk_wall *wall, int64_t now_ms,
                     struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    const struct pk_campaign_step *next = NULL;
    bool started = campaign->state >= PK_CAMPAIGN_RUNNING;
    size_t count = 0;
    int r = campaign->state == PK_CAMPAIGN_PAUSED ? 0 : pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!started && !pk_step_waits_for_news(&steps[i].rule))
            steps[i].due_ms = pk_step_due_ms(&steps[i].rule, starts_ms, wall);
        bool comes = steps[i].due_ms >= now_ms && (!started || steps[i].state == PK_STEP_WAITING || steps[i].state == PK_STEP_RELEASED);
        bool waits = started && (steps[i].state == PK_STEP_WAITING || steps[i].state == PK_STEP_NEWS) && steps[i].due_ms > 0; /* due just now */
        if ((comes || waits) && (!next || steps[i].due_ms < next->due_ms))
            next = &steps[i];
    }
    if (!next)
        return r;
    memcpy(campaign->template_name, next->template_name, sizeof campaign->template_name);
    campaign->due_ms = next->due_ms;
    campaign->people = started ? made_for(service, campaign, next->id) : 0;
    return r;
}

int pk_coming_campaigns_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                             int (*each)(void *ctx, const struct pk_coming_campaign *campaign), void *ctx, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct listing listing = {
        .items = pk_alloc_array(CAMPAIGNS_MAX, sizeof *listing.items),
        .starts_ms = pk_alloc_array(CAMPAIGNS_MAX, sizeof *listing.starts_ms),
    };
    int r = pk_campaigns_each(service, actor, list_one, &listing, err);
    if (r == 0)
        r = pk_wall_new(service->rules->zone, &wall, err);
    for (size_t i = 0; r == 0 && i < listing.count; i++) {
        r = find_next(service, &listing.items[i], listing.starts_ms[i], wall, now_ms, err);
        if (r == 0)
            r = each(ctx, &listing.items[i]);
    }
    free(listing.items);
    free(listing.starts_ms);
    return r;
}

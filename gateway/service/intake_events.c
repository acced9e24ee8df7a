/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events of the calendar by triggers, and campaigns started by one. A publisher names events by names of its own, which mean
 * nothing to others; an info point's hours, which are the city's, by the gateway's id as well. What may be done is asked by the
 * calendar's own functions, of the publisher as an actor.
 */
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/events_private.h"
#include "gateway/service/intake_private.h"
#include "gateway/store/acts.h"
#include "gateway/store/names.h"

#define EVENTS_MAX 1000 /* of one publisher, not over: some hundred thousand dates */

int pk_act_event(struct pk_taking *t, struct pk_doing *doing, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    int64_t id = pk_event_named(store, t->event.source, t->request.event);
    const struct pk_kind_rule *kind = NULL;
    if (id == 0 && t->act->any_event)
        (void) pk_id_parse(t->request.event, &id);
    if (id != 0 && pk_agenda_get(store, id, ret_event, NULL) == 0)
        kind = pk_rules_kind(t->service->rules, pk_slice_of(ret_event->kind));
    if (!kind || ret_event->state == PK_AGENDA_DRAFT || !pk_words_allow(&t->rule->topics, pk_slice_of(kind->topic))) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "data.event.id: there is no such event, or it is not this publisher's");
        return pk_hint(err, PK_E_NOT_FOUND, "Use the name it was planned by%s.", t->act->any_event ? ", or the id the gateway shows" : "");
    }
    (void) snprintf(doing->topic, sizeof doing->topic, "%s", kind->topic);
    doing->event = id;
    return 0;
}

/* ---- the calendar's own functions, and how many people hear of what they did ---- */

static int came_to(struct pk_doing *doing, int r, const struct pk_events_done *done)
{
    doing->outcome = (struct pk_upshot){ .changed = done->changed };
    if (r == 0 && done->changed && done->effect.told > 0) {
        doing->outcome.people = done->effect.told;
        doing->outcome.at_ms = done->effect.tells_ms;
    }
    return r;
}

static int change_event(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *wanted, struct pk_error *err)
{
    struct pk_events_done done = { 0 };
    int r = pk_events_change(t->service, &t->doer, wanted, t->now_ms, &done, err);
    return came_to(doing, r, &done);
}

static int cancel_event(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *event, struct pk_error *err)
{
    struct pk_events_done done = { 0 };
    int r = pk_events_cancel(t->service, &t->doer, event->id, t->now_ms, &done, err);
    return came_to(doing, r, &done);
}

int pk_act_change_date(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *event, const struct pk_agenda_change *wanted,
                       bool quietly, struct pk_error *err)
{
    struct pk_events_done done = { .quietly = quietly };
    int r = pk_events_change_date(t->service, &t->doer, event->id, wanted, t->now_ms, &done, err);
    return came_to(doing, r, &done);
}

int pk_act_cancel_date(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *event, int32_t day, bool quietly,
                       struct pk_error *err)
{
    struct pk_events_done done = { .quietly = quietly };
    int r = pk_events_cancel_date(t->service, &t->doer, event->id, day, t->now_ms, &done, err);
    return came_to(doing, r, &done);
}

/* ---- what was said, over what there is ---- */

void pk_act_when(const struct pk_trigger_request *request, struct pk_agenda_when *when)
{
    const struct pk_agenda_when *said = &request->wish.when;
    int32_t length = when->days * PK_DAY_MINUTES + when->to - when->from, from = when->from;
    if (request->said & PK_WISH_DAY)
        when->day = said->day;
    if (request->said & PK_WISH_FROM)
        when->from = said->from;
    if (request->said & PK_WISH_TO) {
        when->to = said->to;
        when->days = request->said & PK_WISH_END_DAY ? pk_day_number(request->end_day) - pk_day_number(when->day) : 0;
    } else if (when->from != from) { /* moved without a word of its end, it is as long as it was */
        when->to = (when->from + length) % PK_DAY_MINUTES;
        when->days = (when->from + length) / PK_DAY_MINUTES;
    }
}

#define OVER(request, bit, to, from)                    \
    do {                                                \
        if ((request)->said & (bit))                    \
            (void) snprintf(to, sizeof(to), "%s", from); \
    } while (0)

static void apply(const struct pk_trigger_request *request, struct pk_agenda_event *event)
{
    const struct pk_agenda_event *wish = &request->wish;
    OVER(request, PK_WISH_KIND, event->kind, wish->kind);
    OVER(request, PK_WISH_TITLE, event->title, wish->title);
    OVER(request, PK_WISH_SUBJECT, event->subject, wish->subject);
    OVER(request, PK_WISH_PLACE, event->place, wish->place);
    OVER(request, PK_WISH_PLACE_SHORT, event->place_short, wish->place_short);
    OVER(request, PK_WISH_RULE, event->rule, wish->rule);
    OVER(request, PK_WISH_LANGUAGES, event->languages, wish->languages);
    if (request->said & PK_WISH_CAPACITY)
        event->capacity = wish->capacity;
    pk_act_when(request, &event->when);
}

/* ---- planned ---- */

/* The same again is no news; something else under the same name is a mistake. */
static int planned_before(struct pk_taking *t, struct pk_doing *doing, const struct pk_agenda_event *known, struct pk_error *err)
{
    struct pk_agenda_event wanted = *known;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    doing->event = known->id;
    apply(&t->request, &wanted);
    int r = pk_events_wall(t->service, &wall, err);
    if (r == 0)
        r = pk_events_ready(t->service, &wanted, wall, err);
    if (r != 0 || (known->state == PK_AGENDA_PLANNED && pk_events_same(known, &wanted)))
        return r;
    if (known->state != PK_AGENDA_PLANNED) {
        (void) pk_fail(err, PK_E_CONFLICT, "data.event.id: this event was called off");
        return pk_hint(err, PK_E_CONFLICT, "Plan another one, with a name of its own.");
    }
    (void) pk_fail(err, PK_E_CONFLICT, "data.event.id: this event is planned already, and otherwise");
    return pk_hint(err, PK_E_CONFLICT, "Publish event.changed, or give another event a name of its own.");
}

static int room_for_another(struct pk_taking *t, uint32_t *ret_publisher, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    int r = pk_name_intern(store, PK_NAME_PUBLISHER, pk_slice_of(t->rule->name), ret_publisher, err);
    if (r != 0 || pk_events_open_of(store, *ret_publisher, EVENTS_MAX, t->now_ms) < EVENTS_MAX)
        return r;
    (void) pk_fail(err, PK_E_LIMIT, "this publisher planned %d events that are not over", EVENTS_MAX);
    return pk_hint(err, PK_E_LIMIT, "Plan what comes back as one event with a rule.");
}

int pk_act_planned(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    const struct pk_trigger_request *request = &t->request;
    struct pk_agenda_event event, known;
    const struct pk_kind_rule *kind = pk_rules_kind(t->service->rules, pk_slice_of(request->wish.kind));
    int64_t id = pk_event_named(store, t->event.source, request->event);
    (void) snprintf(doing->topic, sizeof doing->topic, "%s", kind ? kind->topic : "");
    if (id != 0 && pk_agenda_get(store, id, &known, NULL) == 0)
        return planned_before(t, doing, &known, err);
    event = request->wish;
    event.when.days = 0;
    if (!(request->said & PK_WISH_TO))
        event.when.to = PK_EVENTS_NO_END;
    else if (request->said & PK_WISH_END_DAY)
        event.when.days = pk_day_number(request->end_day) - pk_day_number(event.when.day);
    uint32_t publisher = 0;
    int r = room_for_another(t, &publisher, err);
    if (r == 0)
        r = pk_events_plan(t->service, &t->doer, &event, false, t->now_ms, err);
    if (r == 0)
        r = pk_event_name(store, t->event.source, request->event, event.id, publisher, err);
    doing->event = event.id;
    doing->outcome = (struct pk_upshot){ .changed = r == 0 };
    return r;
}

/* ---- changed, cancelled ---- */

int pk_act_changed(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    const struct pk_trigger_request *request = &t->request;
    struct pk_agenda_event event;
    struct pk_agenda_change date;
    int r = pk_act_event(t, doing, &event, err);
    if (r != 0)
        return r;
    if (request->date == 0) {
        apply(request, &event);
        return change_event(t, doing, &event, err);
    }
    if ((r = pk_events_date(t->service, &event, request->date, &date, err)) != 0)
        return r;
    pk_act_when(request, &date.when);
    OVER(request, PK_WISH_PLACE, date.place, request->wish.place);
    OVER(request, PK_WISH_PLACE_SHORT, date.place_short, request->wish.place_short);
    return pk_act_change_date(t, doing, &event, &date, false, err);
}

int pk_act_cancelled(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct pk_agenda_event event;
    int r = pk_act_event(t, doing, &event, err);
    if (r != 0)
        return r;
    bool whole = t->request.date == 0 || (event.rule[0] == '\0' && t->request.date == event.when.day);
    return whole ? cancel_event(t, doing, &event, err) : pk_act_cancel_date(t, doing, &event, t->request.date, false, err);
}

/* ---- campaigns ---- */

static int no_campaign(struct pk_doing *doing, struct pk_error *err)
{
    doing->refusal = PK_REFUSAL_CAMPAIGN;
    (void) pk_fail(err, PK_E_NOT_FOUND, "data.campaign: there is no such campaign, or it is about no topic of this publisher");
    return pk_hint(err, PK_E_NOT_FOUND, "It is written and approved by people first: pokana campaigns list shows what there is.");
}

/* When the first of its steps goes. */
static int first_step_ms(struct pk_service *service, int64_t campaign, int64_t *ret_at_ms, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    int r = pk_campaign_steps(service->store, campaign, steps, &count, err);
    *ret_at_ms = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (steps[i].state == PK_STEP_WAITING && (*ret_at_ms == 0 || steps[i].due_ms < *ret_at_ms))
            *ret_at_ms = steps[i].due_ms;
    return r;
}

int pk_act_campaign(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct pk_service *service = t->service;
    struct pk_campaign campaign;
    int64_t people = 0, at_ms = 0;
    if (pk_campaign_get(service->store, t->request.campaign, &campaign, NULL) != 0)
        return no_campaign(doing, err);
    (void) snprintf(doing->topic, sizeof doing->topic, "%s", pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic));
    if (pk_may(&t->doer, PK_ACTION_CAMPAIGN_START, &(struct pk_about){ .topic = pk_slice_of(doing->topic) }, NULL) != 0)
        return no_campaign(doing, err);
    doing->campaign = campaign.id;
    if (campaign.state == PK_CAMPAIGN_RUNNING || campaign.state == PK_CAMPAIGN_FINISHED)
        return 0;
    int r = pk_campaign_people(service, &campaign, t->now_ms, &people, err);
    if (r == 0 && people > t->rule->max_recipients)
        r = pk_fail(err, PK_E_LIMIT, "the campaign is for more than the %lld people this publisher may reach", (long long) t->rule->max_recipients);
    if (r == 0)
        r = pk_campaign_do(service, &t->doer, t->request.campaign, PK_CAMPAIGN_START, PK_SLICE(""), t->now_ms, err);
    if (r == 0)
        r = first_step_ms(service, doing->campaign, &at_ms, err);
    doing->outcome = (struct pk_upshot){ .changed = r == 0, .people = at_ms != 0 ? people : 0, .at_ms = people > 0 ? at_ms : 0 };
    return r;
}

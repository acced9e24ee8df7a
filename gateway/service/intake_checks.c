/* SPDX-License-Identifier: EUPL-1.2 */
/* What an event asks for, in the order of what it costs to find out: the event itself, text and values, times, whom it reaches. */
#include "gateway/service/intake_private.h"

#include "gateway/base/text.h"
#include "gateway/service/carriers.h"
#include "gateway/service/circles.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/quiet.h"
#include "gateway/service/readings.h"
#include "gateway/service/wording.h"
#include "gateway/store/audience.h"
#include "gateway/store/names.h"
#include "gateway/store/triggers.h"

#define COUNTED_MAX 20000 /* people: some 20 ms */

/* Said in the answer with a reason of its own; here it is kept who tried what. */
static bool may(const struct pk_taking *t, const struct pk_about *about, const char *object)
{
    return pk_allow(t->service, &t->actor, PK_ACTION_TRIGGER_PUBLISH, about, object, NULL) == 0;
}

enum pk_event_refusal pk_intake_read_event(struct pk_taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = PK_REFUSAL_NONE;
    (void) pk_cloudevent_read(t->in->content_type, t->in->attributes, t->in->attribute_count, t->in->payload, &t->event, &refusal, err);
    t->read = true;
    t->told.causation = t->event.id;
    return refusal;
}

enum pk_event_refusal pk_intake_check_event(struct pk_taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = pk_intake_read_event(t, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    t->told.traceparent = t->event.traceparent;
    t->actor.trace = t->event.traceparent;
    if (t->in->key.data && !pk_slice_equal(t->in->key, t->event.id))
        return pk_intake_refuse(PK_REFUSAL_NOT_CLOUDEVENT, err, "the key of this request is not the event's id");
    if (!pk_slice_is(t->event.source, t->rule->source))
        return pk_intake_refuse(PK_REFUSAL_SOURCE, err, "source is not the one configured for this publisher");
    /* Whoever repeats an event that was accepted hears so again, whatever changed or ran out since. */
    t->first = pk_trigger_find(t->service->store, t->event.source, t->event.id);
    if (t->first != 0)
        return PK_REFUSAL_NONE;
    if (t->event.expires_ms != 0 && t->event.expires_ms <= t->now_ms)
        return pk_intake_refuse(PK_REFUSAL_EXPIRED, err, "expirytime has passed");
    const struct pk_event_type *type = pk_event_type_find(t->event.type);
    if (!type) {
        const struct pk_event_type *near = pk_event_type_near(t->event.type);
        (void) pk_fail(err, PK_E_INVALID, "type is not one the gateway knows");
        if (near)
            (void) pk_hint(err, PK_E_INVALID, "Did you mean %s?", near->name);
        else
            (void) pk_hint(err, PK_E_INVALID, "All types are in the gateway's /v1/asyncapi.json.");
        return PK_REFUSAL_TYPE_UNKNOWN;
    }
    t->type = type;
    t->act = pk_act_rule_of(type);
    if (!pk_publisher_may(t->rule, type->word)) {
        (void) pk_fail(err, PK_E_DENIED, "this publisher may not publish %s", type->word);
        (void) pk_hint(err, PK_E_DENIED, "Ask the operator to add it to \"may\" of this publisher.");
        return PK_REFUSAL_TYPE_DENIED;
    }
    return type->read(t->event.data, &t->request, err) == 0 ? PK_REFUSAL_NONE : PK_REFUSAL_DATA;
}

/* In each form that may go out: by some routes it can be answered, by others not. */
static enum pk_event_refusal check_values(const struct pk_taking *t, struct pk_error *err)
{
    const struct pk_trigger_request *request = &t->request;
    const struct pk_answerable answerable = pk_routes_answerable(t->service, t->route ? t->route->rule->name : NULL, &t->ladder);
    int r = 0;
    for (int i = 0; r == 0 && i < 2; i++)
        if (i == 0 ? answerable.some : !answerable.all)
            r = pk_template_check_values_as(t->service->catalog, request->template_name, pk_wording(t->service, request->template_name, i == 0),
                                            request->values, err);
    return r == 0 ? PK_REFUSAL_NONE : PK_REFUSAL_VALUES;
}

/* Each form that may go out was read aloud, where that is asked. */
static bool is_read(const struct pk_taking *t, struct pk_error *err)
{
    struct pk_slice name = t->request.template_name;
    const struct pk_answerable answerable = pk_routes_answerable(t->service, t->route ? t->route->rule->name : NULL, &t->ladder);
    struct pk_error why = { 0 };
    int r = answerable.some ? pk_text_all_read(t->service, name, &why) : 0;
    if (r == 0 && !answerable.all)
        r = pk_text_all_read(t->service, pk_wording(t->service, name, false), &why);
    if (r == 0)
        return true;
    (void) pk_fail(err, PK_E_DENIED, "data.template: %s", why.message);
    (void) pk_hint(err, PK_E_DENIED, "%s", why.hint);
    return false;
}

/* A route whose accounts all send approved texts only, and none of them this one. With a ladder another channel may. */
static bool is_carried(const struct pk_taking *t, struct pk_error *err)
{
    struct pk_error why = { 0 };
    if (!t->route || t->ladder.count > 1 || !pk_route_choosy(t->route))
        return true;
    struct pk_slice sent_as = pk_wording(t->service, t->request.template_name, pk_route_answerable(t->service, t->route->id));
    if (pk_route_carries_some(t->service, t->route, sent_as, PK_CLASS_NOTICE, t->now_ms, &why))
        return true;
    (void) pk_fail(err, PK_E_DENIED, "data.template: no account of this publisher's route can send \"%.*s\": %s", PK_SLICE_ARG(sent_as),
                   why.message);
    return false;
}

#define NAMES_MAX 64u

/* The one that was meant, perhaps: of those this publisher may use, so that none is told of another's. */
static void did_you_mean(const struct pk_taking *t, bool topics, struct pk_slice wanted, struct pk_error *err)
{
    const struct pk_service *service = t->service;
    const char *names[NAMES_MAX];
    size_t count = 0, all = topics ? service->rules->topic_count : pk_catalog_template_count(service->catalog);
    for (size_t i = 0; i < all && count < NAMES_MAX; i++) {
        const struct pk_template *text = topics ? NULL : pk_catalog_template(service->catalog, i);
        const char *name = topics ? service->rules->topics[i].name : pk_template_name(text).data;
        if (text && !pk_slice_is(pk_template_language(text), service->rules->default_language))
            continue; /* each name once */
        const struct pk_about about = { .topic = topics ? pk_slice_of(name) : PK_SLICE(""), .template_name = topics ? PK_SLICE("") : pk_slice_of(name) };
        if (pk_may(&t->actor, PK_ACTION_TRIGGER_PUBLISH, &about, NULL) == 0)
            names[count++] = name;
    }
    const char *near = pk_nearest(wanted, names, count);
    if (near)
        (void) pk_hint(err, PK_E_DENIED, "Did you mean %s?", near);
}

static enum pk_event_refusal check_template(const struct pk_taking *t, struct pk_error *err)
{
    const struct pk_trigger_request *request = &t->request;
    if (!may(t, &(struct pk_about){ .template_name = request->template_name }, "template") || !pk_catalog_knows(t->service->catalog, request->template_name)) {
        (void) pk_fail(err, PK_E_DENIED, "data.template: \"%.*s\" is unknown or not allowed for this publisher",
                       PK_SLICE_ARG(request->template_name));
        did_you_mean(t, false, request->template_name, err);
        return PK_REFUSAL_TEMPLATE;
    }
    const struct pk_template *template_ =
        pk_catalog_find(t->service->catalog, request->template_name, pk_slice_of(t->service->rules->default_language));
    if (!template_ || pk_template_kind(template_) != PK_TEXT_NOTICE) {
        (void) pk_fail(err, PK_E_DENIED, "data.template: \"%.*s\" is not a notice", PK_SLICE_ARG(request->template_name));
        return PK_REFUSAL_TEMPLATE;
    }
    if (pk_template_step(template_) == PK_STEP_BREACH) /* two people say that, and no service (breach.h) */
        return pk_intake_refuse(PK_REFUSAL_TEMPLATE, err, "data.template: this text is not for services");
    struct pk_slice about = pk_template_topic(template_);
    bool known = pk_rules_topic(t->service->rules, request->topic) != NULL;
    if (!known || !may(t, &(struct pk_about){ .topic = request->topic }, "topic") || (about.len > 0 && !pk_slice_equal(about, request->topic))) {
        (void) pk_fail(err, PK_E_DENIED, "data.topic: \"%.*s\" is unknown, not this template's, or not allowed for this publisher",
                       PK_SLICE_ARG(request->topic));
        did_you_mean(t, true, request->topic, err);
        return PK_REFUSAL_TOPIC;
    }
    return is_carried(t, err) && is_read(t, err) ? check_values(t, err) : PK_REFUSAL_TEMPLATE;
}

static enum pk_event_refusal check_times(struct pk_taking *t, struct pk_error *err)
{
    int64_t from_ms = t->request.send_at_ms > t->now_ms ? t->request.send_at_ms : t->now_ms;
    t->valid_until_ms = t->request.valid_until_ms != 0 ? t->request.valid_until_ms : from_ms + t->service->rules->validity_ms;
    if (t->event.expires_ms != 0 && t->event.expires_ms < t->valid_until_ms)
        t->valid_until_ms = t->event.expires_ms;
    if (t->valid_until_ms <= from_ms)
        return pk_intake_refuse(PK_REFUSAL_TIME, err, "validUntil (or expirytime) is not after the moment of sending");
    return PK_REFUSAL_NONE;
}

static enum pk_event_refusal allow_tags(const struct pk_taking *t, const struct pk_tag_list *list, struct pk_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (may(t, &(struct pk_about){ .tag = list->items[i] }, "tags"))
            continue;
        (void) pk_fail(err, PK_E_DENIED, "data.tags: \"%.*s\" is not allowed for this publisher", PK_SLICE_ARG(list->items[i]));
        return PK_REFUSAL_AUDIENCE;
    }
    return PK_REFUSAL_NONE;
}

/* What is left of the publisher's day is a ceiling too. */
static enum pk_event_refusal check_day(struct pk_taking *t, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    if (t->rule->people_per_day == 0)
        return PK_REFUSAL_NONE;
    if (pk_service_day(t->service, t->now_ms, &t->day, err) != 0)
        return PK_REFUSAL_CEILING;
    uint32_t publisher = pk_name_find(store, PK_NAME_PUBLISHER, t->in->publisher);
    int64_t left = t->rule->people_per_day - (publisher != 0 ? pk_publisher_day(store, publisher, t->day) : 0);
    if (left < t->ceiling)
        t->ceiling = left > 0 ? left : 0;
    if (t->ceiling > 0)
        return PK_REFUSAL_NONE;
    (void) pk_fail(err, PK_E_LIMIT, "this publisher reached the %lld people it may reach in a day", (long long) t->rule->people_per_day);
    return PK_REFUSAL_CEILING;
}

/* Whom it may reach by the tags that all must carry; any and none only make it smaller. Counting stops at the ceiling: what it
 * costs is bounded by what is allowed. A publisher whose day is counted needs the number itself. */
static int count_people(const struct pk_taking *t, int64_t *ret_count, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    struct pk_audience_tree tree;
    int r = pk_audience_of_tags(t->request.all.items, t->request.all.count, &tree, err);
    if (r == 0)
        r = pk_audience_resolve(store, &tree, err);
    if (r != 0)
        return r;
    uint32_t topic = pk_name_find(store, PK_NAME_TOPIC, t->request.topic);
    struct pk_audience audience = pk_ladder_audience(topic, &t->ladder, t->route->channel, &tree);
    if (t->day == 0 && pk_audience_bound(store, &audience, t->ceiling + 1) <= t->ceiling) {
        *ret_count = t->ceiling;
        return 0;
    }
    return pk_audience_count(store, &audience, t->now_ms, t->ceiling + 1, ret_count, err);
}

static enum pk_event_refusal check_ceiling(struct pk_taking *t, struct pk_error *err)
{
    struct pk_service *service = t->service;
    bool narrowed = t->request.any.count > 0 || t->request.none.count > 0;
    if (pk_planner_reach(service, t->request.tags, t->request.topic, t->route->channel, &t->ladder, t->now_ms, &t->few, err) != 0) {
        t->few.count = PK_COUNT(t->few.rows); /* not known */
        return PK_REFUSAL_NONE;
    }
    int64_t count = (int64_t) t->few.count;
    if (count > PK_AT_ONCE && narrowed && t->day == 0)
        return PK_REFUSAL_NONE; /* expansion stops at the ceiling as well */
    if (count > PK_AT_ONCE && count_people(t, &count, err) != 0)
        return PK_REFUSAL_NONE;
    t->reach = count < t->ceiling ? count : t->ceiling;
    if (count <= t->ceiling || narrowed)
        return PK_REFUSAL_NONE;
    (void) pk_fail(err, PK_E_LIMIT, "the audience is larger than the %lld people this publisher may reach", (long long) t->ceiling);
    return PK_REFUSAL_CEILING;
}

bool pk_intake_is_public(const struct pk_taking *t)
{
    return t->route && t->route->rule->screens.count > 0;
}

/* Whoever passes by is reached: who names an audience means something else. */
static enum pk_event_refusal check_screens(struct pk_taking *t, struct pk_error *err)
{
    if (t->request.all.count + t->request.any.count + t->request.none.count > 0)
        return pk_intake_refuse(PK_REFUSAL_AUDIENCE, err, "data.tags: a screen has no audience; leave them out");
    t->ceiling = 0; /* none: as many as there are screens and languages */
    return PK_REFUSAL_NONE;
}

static enum pk_event_refusal check_reach(struct pk_taking *t, struct pk_error *err)
{
    if (pk_intake_is_public(t))
        return check_screens(t, err);
    /* Every tag narrows what one may address: without any, all people of the topic are meant. */
    if (t->request.all.count + t->request.any.count == 0 && !may(t, &(struct pk_about){ .tag = PK_SLICE("*") }, "everybody"))
        return pk_intake_refuse(PK_REFUSAL_AUDIENCE, err, "data.tags: this publisher must name at least one tag");
    enum pk_event_refusal refusal = allow_tags(t, &t->request.all, err);
    if (refusal == PK_REFUSAL_NONE)
        refusal = allow_tags(t, &t->request.any, err);
    if (refusal == PK_REFUSAL_NONE)
        refusal = allow_tags(t, &t->request.none, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    t->ceiling = t->rule->max_recipients;
    if ((t->rule->priority == PK_PRIORITY_URGENT || t->urgent) && t->service->rules->urgent_max_recipients < t->ceiling)
        t->ceiling = t->service->rules->urgent_max_recipients;
    refusal = check_day(t, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    return t->route ? check_ceiling(t, err) : pk_intake_refuse(PK_REFUSAL_PUBLISHER_UNKNOWN, err, "this publisher's route does not exist");
}

enum pk_event_refusal pk_intake_check_text(struct pk_taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = check_template(t, err);
    return refusal == PK_REFUSAL_NONE ? check_times(t, err) : refusal;
}

enum pk_event_refusal pk_intake_check_request(struct pk_taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = pk_intake_check_text(t, err);
    return refusal == PK_REFUSAL_NONE ? check_reach(t, err) : refusal;
}

enum pk_event_refusal pk_intake_check_act(struct pk_taking *t, struct pk_error *err)
{
    if (!may(t, &(struct pk_about){ .owner = pk_slice_of(t->rule->name) }, t->type->word))
        return pk_intake_refuse(PK_REFUSAL_TYPE_DENIED, err, "this token is not for publishing");
    return check_times(t, err);
}

/* ---- how many, and when ---- */

/* Of more than a few the planner will make as many messages: counting them costs less. */
static int64_t people_of(const struct pk_taking *t, bool *ret_more)
{
    struct pk_service *service = t->service;
    struct pk_audience_tree tree;
    int64_t count = 0, limit = t->ceiling < COUNTED_MAX ? t->ceiling : COUNTED_MAX;
    uint32_t topic = pk_name_find(service->store, PK_NAME_TOPIC, t->request.topic);
    if (t->few.count <= PK_AT_ONCE)
        return (int64_t) t->few.count < t->ceiling ? (int64_t) t->few.count : t->ceiling;
    if (pk_wanted_read(service, t->request.tags, &tree, NULL) != 0)
        return PK_PEOPLE_UNKNOWN;
    struct pk_audience audience = pk_ladder_audience(topic, &t->ladder, t->route->channel, &tree);
    if (pk_audience_count(service->store, &audience, t->now_ms, limit, &count, NULL) != 0)
        return PK_PEOPLE_UNKNOWN;
    *ret_more = count == COUNTED_MAX && t->ceiling > COUNTED_MAX;
    return count;
}

/* Quiet hours put it off; what is urgent passes them, unless a rule lets it wait. */
static int64_t leaves_ms(const struct pk_taking *t)
{
    struct pk_quiet *quiet = t->service->quiet;
    bool later = t->request.send_at_ms > t->now_ms, urgent = t->urgent || t->rule->priority == PK_PRIORITY_URGENT;
    struct pk_quiet_verdict then, *verdict = &then;
    char topic[64];
    int64_t at_ms = later ? t->request.send_at_ms : t->now_ms;
    if (!quiet)
        return at_ms;
    (void) snprintf(topic, sizeof topic, "%.*s", PK_SLICE_ARG(t->request.topic));
    if (later)
        pk_quiet_look(quiet, topic, t->route->rule->channel, at_ms, &then);
    else
        then = *pk_quiet_now(quiet, pk_name_find(t->service->store, PK_NAME_TOPIC, t->request.topic), t->route->channel, at_ms);
    bool held = verdict->cause != PK_QUIET_NONE && (!urgent || verdict->urgent_waits);
    return held ? verdict->until_ms : at_ms;
}

void pk_intake_outcome(const struct pk_taking *t, struct pk_upshot *ret_outcome)
{
    *ret_outcome = (struct pk_upshot){ .changed = true, .people = PK_PEOPLE_UNKNOWN };
    if (!t->route)
        return;
    ret_outcome->at_ms = leaves_ms(t);
    if (pk_intake_is_public(t))
        return; /* whoever passes by */
    ret_outcome->people = people_of(t, &ret_outcome->more);
    if (ret_outcome->people == 0)
        ret_outcome->at_ms = 0;
}

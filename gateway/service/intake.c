/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An event passes the checks in the order of what they cost, and the first that refuses it is the reason told. What
 * a publisher may do is in its rule; what it asks for is in the event's data (model/trigger).
 */
#include "gateway/service/intake.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/model/trigger.h"
#include "gateway/service/circles.h"
#include "gateway/service/desks.h"
#include "gateway/service/outbound.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"
#include "gateway/store/triggers.h"

#define TOPIC_BYTES_MAX 255u

#define COMPLAINTS_PER_SECOND 1
#define COMPLAINTS_AT_ONCE 5

struct publisher_rate {
    char name[64]; /* a copy: rules are replaced on reload; "" = all who are not configured */
    int64_t per_minute;
    struct pk_rate rate;
    struct pk_rate complaints; /* how often somebody who floods is told so */
};

struct pk_intake {
    struct pk_service *service;
    struct publisher_rate *rates; /* as many as publishers were seen of those configured, and one */
    size_t rate_count;
};

struct pk_intake *pk_intake_new(struct pk_service *service)
{
    struct pk_intake *intake = pk_alloc(sizeof *intake);
    intake->service = service;
    return intake;
}

void pk_intake_free(struct pk_intake *intake)
{
    if (!intake)
        return;
    free(intake->rates);
    free(intake);
}

/* What is known of one event while it is checked. Its publisher may publish within the lists of its rule. */
struct taking {
    struct pk_service *service;
    const struct pk_intake_event *in;
    const struct pk_publisher_rule *rule;
    struct pk_actor_scope scope;
    struct pk_actor actor;
    struct pk_cloudevent event;
    bool read; /* the event, as far as it can be */
    struct pk_trigger_request request;
    const struct pk_lane_route *route;
    struct pk_told told;
    int64_t now_ms;
    int64_t valid_until_ms;
    int64_t ceiling; /* most people it may reach */
    int64_t day, reach; /* of a publisher with a cap a day: which day it is, how many of it this one takes */
    struct pk_reach few; /* whom it reaches, if these are few */
    int64_t first; /* this event was taken in before, as this trigger; 0 = it was not */
};

static enum pk_event_refusal refuse(enum pk_event_refusal refusal, struct pk_error *err, const char *reason)
{
    if (err && reason)
        (void) pk_fail(err, PK_E_DENIED, "%s", reason);
    return refusal;
}

/* ---- who ---- */

static struct publisher_rate *rate_of(struct pk_intake *intake, const char *name, int64_t now_ms)
{
    for (size_t i = 0; i < intake->rate_count; i++)
        if (strcmp(intake->rates[i].name, name) == 0)
            return &intake->rates[i];
    intake->rates = pk_realloc_array(intake->rates, intake->rate_count + 1, sizeof *intake->rates);
    struct publisher_rate *fresh = &intake->rates[intake->rate_count++];
    *fresh = (struct publisher_rate){ .per_minute = -1 };
    (void) snprintf(fresh->name, sizeof fresh->name, "%s", name);
    pk_rate_init(&fresh->complaints, COMPLAINTS_PER_SECOND * 1000, COMPLAINTS_AT_ONCE, now_ms);
    return fresh;
}

static bool take_one(struct pk_rate *rate, int64_t now_ms)
{
    if (pk_rate_available(rate, now_ms, 1) == 0)
        return false;
    pk_rate_take(rate, 1);
    return true;
}

static bool within_rate(struct pk_intake *intake, const struct pk_publisher_rule *rule, int64_t now_ms)
{
    if (rule->per_minute == 0)
        return true;
    struct publisher_rate *found = rate_of(intake, rule->name, now_ms);
    if (found->per_minute != rule->per_minute) {
        found->per_minute = rule->per_minute;
        pk_rate_init(&found->rate, rule->per_minute * 1000 / 60 + 1, rule->per_minute, now_ms);
    }
    return take_one(&found->rate, now_ms);
}

/* A flood is not answered event by event: that would cost a row in the outbox and a line in the log for each, and keep
 * honest publishers waiting behind them. Who hears nothing repeats, as everybody should. */
static bool is_worth_telling(struct pk_intake *intake, const struct pk_publisher_rule *rule, enum pk_event_refusal refusal, int64_t now_ms)
{
    if (refusal != PK_REFUSAL_RATE && refusal != PK_REFUSAL_PUBLISHER_UNKNOWN)
        return true;
    return take_one(&rate_of(intake, rule ? rule->name : "", now_ms)->complaints, now_ms);
}

/* A response topic is the publisher's own, or it would make the gateway post for others. */
static bool own_topic(const struct taking *t, struct pk_slice topic)
{
    char own[TOPIC_BYTES_MAX + 1];
    if (topic.len > TOPIC_BYTES_MAX || memchr(topic.data, '#', topic.len) || memchr(topic.data, '+', topic.len) || !pk_utf8_valid(topic))
        return false;
    if (t->rule->response_prefix && pk_slice_starts(topic, t->rule->response_prefix))
        return true;
    (void) snprintf(own, sizeof own, "pokana/v1/answer/%s", t->rule->name);
    size_t n = strlen(own);
    return pk_slice_starts(topic, own) && (topic.len == n || topic.data[n] == '/');
}

static enum pk_event_refusal check_sender(struct pk_intake *intake, struct taking *t, struct pk_error *err)
{
    t->rule = pk_rules_publisher(intake->service->rules, t->in->publisher);
    if (!t->rule)
        return refuse(PK_REFUSAL_PUBLISHER_UNKNOWN, err, "this publisher is not configured at the gateway");
    t->scope = (struct pk_actor_scope){ .topics = t->rule->topics, .templates = t->rule->templates, .tags = t->rule->tags };
    t->actor = (struct pk_actor){ .role = PK_ROLE_PUBLISHER, .name = t->rule->name, .purpose = "publish", .scope = &t->scope };
    if (t->in->response_topic.len > 0) {
        if (!own_topic(t, t->in->response_topic))
            return refuse(PK_REFUSAL_RESPONSE_TOPIC, err, "the response topic is not one of this publisher's own");
        t->told.topic = t->in->response_topic;
    }
    if (t->in->retained)
        return refuse(PK_REFUSAL_RETAINED, err, "a trigger is a command and must not be published as retained");
    if (!within_rate(intake, t->rule, t->now_ms))
        return refuse(PK_REFUSAL_RATE, err, "this publisher sends more triggers than its rule allows");
    return PK_REFUSAL_NONE;
}

/* Said in the answer with a reason of its own; here it is kept who tried what. */
static bool may(const struct taking *t, const struct pk_about *about, const char *object)
{
    return pk_allow(t->service, &t->actor, PK_ACTION_TRIGGER_PUBLISH, about, object, NULL) == 0;
}

/* ---- what ---- */

/* Whatever is wrong with it: the answer names the event where its id can be read. */
static enum pk_event_refusal read_event(struct taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = PK_REFUSAL_NONE;
    (void) pk_cloudevent_read(t->in->content_type, t->in->attributes, t->in->attribute_count, t->in->payload, &t->event, &refusal, err);
    t->read = true;
    t->told.causation = t->event.id;
    return refusal;
}

static enum pk_event_refusal check_event(struct taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = read_event(t, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    t->told.traceparent = t->event.traceparent;
    t->actor.trace = t->event.traceparent;
    if (!pk_slice_is(t->event.source, t->rule->source))
        return refuse(PK_REFUSAL_SOURCE, err, "source is not the one configured for this publisher");
    /* Whoever repeats an event that was accepted hears so again, whatever changed or ran out since. */
    t->first = pk_trigger_find(t->service->store, t->event.source, t->event.id);
    if (t->first != 0)
        return PK_REFUSAL_NONE;
    if (t->event.expires_ms != 0 && t->event.expires_ms <= t->now_ms)
        return refuse(PK_REFUSAL_EXPIRED, err, "expirytime has passed");
    const struct pk_event_type *type = pk_event_type_find(t->event.type);
    if (!type) {
        (void) pk_fail(err, PK_E_INVALID, "type is not one the gateway knows");
        (void) pk_hint(err, PK_E_INVALID, "Types known: %s.", pk_event_types());
        return PK_REFUSAL_TYPE_UNKNOWN;
    }
    return type->read(t->event.data, &t->request, err) == 0 ? PK_REFUSAL_NONE : PK_REFUSAL_DATA;
}

static enum pk_event_refusal check_template(const struct taking *t, struct pk_error *err)
{
    const struct pk_trigger_request *request = &t->request;
    if (!may(t, &(struct pk_about){ .template_name = request->template_name }, "template") || !pk_catalog_knows(t->service->catalog, request->template_name)) {
        (void) pk_fail(err, PK_E_DENIED, "data.template: \"%.*s\" is unknown or not allowed for this publisher",
                       PK_SLICE_ARG(request->template_name));
        return PK_REFUSAL_TEMPLATE;
    }
    const struct pk_template *template_ =
        pk_catalog_find(t->service->catalog, request->template_name, pk_slice_of(t->service->rules->default_language));
    if (!template_ || pk_template_kind(template_) != PK_TEXT_NOTICE) {
        (void) pk_fail(err, PK_E_DENIED, "data.template: \"%.*s\" is not a notice", PK_SLICE_ARG(request->template_name));
        return PK_REFUSAL_TEMPLATE;
    }
    if (pk_template_step(template_) == PK_STEP_BREACH) /* two people say that, and no service (breach.h) */
        return refuse(PK_REFUSAL_TEMPLATE, err, "data.template: this text is not for services");
    struct pk_slice about = pk_template_topic(template_);
    bool known = pk_rules_topic(t->service->rules, request->topic) != NULL;
    if (!known || !may(t, &(struct pk_about){ .topic = request->topic }, "topic") || (about.len > 0 && !pk_slice_equal(about, request->topic))) {
        (void) pk_fail(err, PK_E_DENIED, "data.topic: \"%.*s\" is unknown, not this template's, or not allowed for this publisher",
                       PK_SLICE_ARG(request->topic));
        return PK_REFUSAL_TOPIC;
    }
    struct pk_slice sent_as = pk_wording(t->service, request->template_name, !t->route || pk_route_answerable(t->service, t->route->id));
    int r = pk_template_check_values_as(t->service->catalog, request->template_name, sent_as, request->values, err);
    return r == 0 ? PK_REFUSAL_NONE : PK_REFUSAL_VALUES;
}

static enum pk_event_refusal check_times(struct taking *t, struct pk_error *err)
{
    int64_t from_ms = t->request.send_at_ms > t->now_ms ? t->request.send_at_ms : t->now_ms;
    t->valid_until_ms = t->request.valid_until_ms != 0 ? t->request.valid_until_ms : from_ms + t->service->rules->validity_ms;
    if (t->event.expires_ms != 0 && t->event.expires_ms < t->valid_until_ms)
        t->valid_until_ms = t->event.expires_ms;
    if (t->valid_until_ms <= from_ms)
        return refuse(PK_REFUSAL_TIME, err, "validUntil (or expirytime) is not after the moment of sending");
    return PK_REFUSAL_NONE;
}

static enum pk_event_refusal allow_tags(const struct taking *t, const struct pk_tag_list *list, struct pk_error *err)
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
static enum pk_event_refusal check_day(struct taking *t, struct pk_error *err)
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
static int count_people(const struct taking *t, int64_t *ret_count, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    uint32_t tags[PK_TAGS_MAX];
    for (size_t i = 0; i < t->request.all.count; i++)
        tags[i] = pk_name_find(store, PK_NAME_TAG, t->request.all.items[i]);
    struct pk_audience audience = {
        .topic = pk_name_find(store, PK_NAME_TOPIC, t->request.topic),
        .channel = t->route->channel,
        .all = tags,
        .all_count = t->request.all.count,
    };
    if (t->day == 0 && pk_audience_bound(store, &audience, t->ceiling + 1) <= t->ceiling) {
        *ret_count = t->ceiling;
        return 0;
    }
    return pk_audience_count(store, &audience, t->now_ms, t->ceiling + 1, ret_count, err);
}

static enum pk_event_refusal check_ceiling(struct taking *t, struct pk_error *err)
{
    struct pk_service *service = t->service;
    bool narrowed = t->request.any.count > 0 || t->request.none.count > 0;
    if (pk_planner_reach(service, t->request.tags, t->request.topic, t->route->channel, t->now_ms, &t->few, err) != 0) {
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

static bool is_public(const struct taking *t)
{
    return t->route && t->route->rule->screens.count > 0;
}

/* Whoever passes by is reached: who names an audience means something else. */
static enum pk_event_refusal check_screens(struct taking *t, struct pk_error *err)
{
    if (t->request.all.count + t->request.any.count + t->request.none.count > 0)
        return refuse(PK_REFUSAL_AUDIENCE, err, "data.tags: a screen has no audience; leave them out");
    t->ceiling = 0; /* none: as many as there are screens and languages */
    return PK_REFUSAL_NONE;
}

static enum pk_event_refusal check_reach(struct taking *t, struct pk_error *err)
{
    if (is_public(t))
        return check_screens(t, err);
    /* Every tag narrows what one may address: without any, all people of the topic are meant. */
    if (t->request.all.count + t->request.any.count == 0 && !may(t, &(struct pk_about){ .tag = PK_SLICE("*") }, "everybody"))
        return refuse(PK_REFUSAL_AUDIENCE, err, "data.tags: this publisher must name at least one tag");
    enum pk_event_refusal refusal = allow_tags(t, &t->request.all, err);
    if (refusal == PK_REFUSAL_NONE)
        refusal = allow_tags(t, &t->request.any, err);
    if (refusal == PK_REFUSAL_NONE)
        refusal = allow_tags(t, &t->request.none, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    t->ceiling = t->rule->max_recipients;
    if (t->rule->priority == PK_PRIORITY_URGENT && t->service->rules->urgent_max_recipients < t->ceiling)
        t->ceiling = t->service->rules->urgent_max_recipients;
    refusal = check_day(t, err);
    if (refusal != PK_REFUSAL_NONE)
        return refusal;
    return t->route ? check_ceiling(t, err) : refuse(PK_REFUSAL_PUBLISHER_UNKNOWN, err, "this publisher's route does not exist");
}

static enum pk_event_refusal check(struct pk_intake *intake, struct taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = check_sender(intake, t, err);
    if (refusal == PK_REFUSAL_NONE)
        t->route = pk_desks_route(t->service->desks, t->rule->route ? t->rule->route : t->service->rules->default_route);
    if (refusal == PK_REFUSAL_NONE)
        refusal = check_event(t, err);
    if (refusal == PK_REFUSAL_NONE && t->first == 0)
        refusal = check_template(t, err);
    if (refusal == PK_REFUSAL_NONE && t->first == 0)
        refusal = check_times(t, err);
    if (refusal == PK_REFUSAL_NONE && t->first == 0)
        refusal = check_reach(t, err);
    return refusal;
}

/* ---- taking ---- */

/* Of the hours a restore lost: it may have been taken in and run then, and nobody remembers. What came before is in the
 * backup and is known; so an unknown event that was made before the restore is doubted, whatever its time says exactly. One
 * that does not say when it was made is doubted as long as people have not looked. */
static bool may_have_been_run(const struct taking *t)
{
    struct pk_store *store = t->service->store;
    if (t->event.time_ms == 0)
        return pk_store_number(store, "hold.restored", 0) != 0;
    return t->event.time_ms <= pk_store_number(store, "restore.at_ms", 0);
}

/* What the text is told, and beside it what the event is called: no text has a value of these names. */
static int write_values(const struct pk_trigger_request *request, struct pk_buf *values)
{
    char sequence[24];
    if (request->event.len == 0)
        return pk_json_dump(request->values, values);
    int r = request->values ? pk_json_dump(request->values, values) : pk_buf_add_text(values, "{}");
    if (r != 0)
        return r;
    bool empty = values->len == 2;
    values->len--; /* its '}' */
    (void) snprintf(sequence, sizeof sequence, "%lld", (long long) request->sequence);
    struct pk_json_out out = pk_json_out(values);
    out.first = empty;
    pk_json_add_slice(&out, "event", request->event);
    pk_json_add_text(&out, "sequence", sequence);
    return pk_buf_add_char(values, '}');
}

/* *ret_trigger lives as long as the event; its audience does not. */
static int store_trigger(struct taking *t, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    struct pk_buf values, audience;
    pk_buf_init(&values, PK_CLOUDEVENT_BYTES_MAX);
    pk_buf_init(&audience, PK_CLOUDEVENT_BYTES_MAX);
    struct pk_trigger trigger = {
        .id = pk_id_ordered(),
        .state = may_have_been_run(t) ? PK_TRIGGER_HELD : PK_TRIGGER_EXPANDING,
        .source = t->event.source,
        .event_id = t->event.id,
        .type = t->event.type,
        .received_ms = t->now_ms,
        .send_at_ms = t->request.send_at_ms,
        .valid_until_ms = t->valid_until_ms,
        .priority = t->rule->priority,
        .route = t->route->id,
        .ceiling = t->ceiling,
    };
    struct pk_notice notice = {
        .trigger = trigger.id,
        .cls = is_public(t) ? PK_CLASS_PUBLIC : PK_CLASS_NOTICE,
        .template_name = t->request.template_name,
        .created_ms = t->now_ms,
    };
    int r = write_values(&t->request, &values);
    if (r == 0)
        r = pk_json_dump(t->request.tags, &audience);
    notice.values = pk_buf_slice(&values);
    trigger.audience = pk_buf_slice(&audience);
    if (r == 0)
        r = pk_name_intern(store, PK_NAME_PUBLISHER, t->in->publisher, &trigger.publisher, err);
    if (r == 0)
        r = pk_name_intern(store, PK_NAME_TOPIC, t->request.topic, &notice.topic, err);
    if (r == 0)
        r = pk_notice_add(store, &notice, &trigger.notice, err);
    if (r == 0)
        r = pk_planner_at_once(t->service, &trigger, &notice, &t->few, t->now_ms, err);
    if (r == 0)
        r = pk_trigger_add(store, &trigger, err);
    if (r == 0 && t->day != 0)
        r = pk_publisher_day_add(store, trigger.publisher, t->day, t->reach, t->now_ms, err);
    if (r == 0)
        *ret_trigger = trigger;
    if (r == 0 && trigger.state == PK_TRIGGER_HELD) {
        char id[PK_ID_TEXT_MAX];
        pk_log(PK_LOG_WARN, "intake", "trigger.held", "trigger", pk_id_format(trigger.id, id), "reason",
               "it may have been run in the hours lost with the restore", NULL);
    }
    pk_buf_finish(&values);
    pk_buf_finish(&audience);
    return r;
}

static int take(struct pk_intake *intake, struct taking *t, struct pk_error *err)
{
    struct pk_service *service = intake->service;
    struct pk_error why = { 0 };
    enum pk_event_refusal refusal = check(intake, t, &why);
    if (refusal != PK_REFUSAL_NONE) {
        service->metrics.triggers_refused[refusal]++;
        if (!is_worth_telling(intake, t->rule, refusal, t->now_ms))
            return 0;
        if (!t->read)
            (void) read_event(t, NULL);
        pk_log(PK_LOG_WARN, "intake", "trigger.refused", "publisher", t->rule ? t->rule->name : NULL, "reason", pk_refusal_name(refusal),
               NULL);
        if (!t->rule && !pk_is_name(t->in->publisher))
            return 0; /* nobody who could be told */
        return pk_outbound_rejected(service->outbound, &t->told, refusal, why.message, why.hint, t->now_ms, err);
    }
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    struct pk_trigger trigger = { .id = t->first };
    if (t->first == 0)
        r = store_trigger(t, &trigger, err);
    if (r == 0)
        r = pk_outbound_accepted(service->outbound, &t->told, trigger.id, t->first != 0, t->now_ms, err);
    bool made = r == 0 && trigger.state == PK_TRIGGER_EXPANDED;
    if (made)
        r = pk_planner_made_at_once(service, &trigger, t->now_ms, err);
    if (r != 0) {
        pk_unit_drop(service->store);
        pk_texts_forget(service->texts); /* a version met here for the first time is not kept */
        return r;
    }
    if ((r = pk_unit_keep(service->store, err)) != 0)
        return r;
    if (t->first != 0) {
        service->metrics.triggers_repeated++;
        return 0;
    }
    service->metrics.triggers_accepted++;
    if (made)
        service->metrics.messages_planned += (uint64_t) trigger.planned;
    else
        pk_planner_wake(service->planner);
    return 0;
}

int pk_intake_take(struct pk_intake *intake, const struct pk_intake_event *event, struct pk_error *err)
{
    struct taking t = {
        .service = intake->service,
        .in = event,
        .told = { .publisher = event->publisher, .correlation = event->correlation },
        .now_ms = pk_clock_wall_ms(),
    };
    int r = take(intake, &t, err);
    pk_cloudevent_finish(&t.event);
    return r;
}

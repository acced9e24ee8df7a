/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An event passes the checks in the order of what they cost, and the first that refuses it is the reason told. What
 * a publisher may do is in its rule; what it asks for is in the event's data (model/trigger).
 */
#include "gateway/service/intake_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/circles.h"
#include "gateway/service/quiet.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/acts.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
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

enum pk_event_refusal pk_intake_refuse(enum pk_event_refusal refusal, struct pk_error *err, const char *reason)
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
static bool own_topic(const struct pk_taking *t, struct pk_slice topic)
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

static enum pk_event_refusal check_sender(struct pk_intake *intake, struct pk_taking *t, struct pk_error *err)
{
    t->rule = pk_rules_publisher(intake->service->rules, t->in->publisher);
    if (!t->rule)
        return pk_intake_refuse(PK_REFUSAL_PUBLISHER_UNKNOWN, err, "this publisher is not configured at the gateway");
    t->scope = (struct pk_actor_scope){ .topics = t->rule->topics, .templates = t->rule->templates, .tags = t->rule->tags };
    t->actor = (struct pk_actor){ .role = PK_ROLE_PUBLISHER, .name = t->rule->name, .purpose = "publish", .scope = &t->scope };
    if (t->in->actor) {
        t->actor.via = t->in->actor->via;
        t->actor.actions = t->in->actor->actions;
    }
    t->doer = t->actor;
    t->doer.actions = NULL;
    if (t->in->response_topic.len > 0) {
        if (!own_topic(t, t->in->response_topic))
            return pk_intake_refuse(PK_REFUSAL_RESPONSE_TOPIC, err, "the response topic is not one of this publisher's own");
        t->told.topic = t->in->response_topic;
    }
    if (t->in->retained)
        return pk_intake_refuse(PK_REFUSAL_RETAINED, err, "a trigger is a command and must not be published as retained");
    if (!within_rate(intake, t->rule, t->now_ms))
        return pk_intake_refuse(PK_REFUSAL_RATE, err, "this publisher sends more triggers than its rule allows");
    return PK_REFUSAL_NONE;
}

void pk_intake_route(struct pk_taking *t)
{
    t->route = pk_desks_route(t->service->desks, t->rule->route ? t->rule->route : t->service->rules->default_route);
    pk_ladder_read(t->service, t->rule, &t->ladder);
}

static enum pk_event_refusal check(struct pk_intake *intake, struct pk_taking *t, struct pk_error *err)
{
    enum pk_event_refusal refusal = check_sender(intake, t, err);
    if (refusal == PK_REFUSAL_NONE) {
        pk_intake_route(t);
        refusal = pk_intake_check_event(t, err);
    }
    if (refusal != PK_REFUSAL_NONE || t->first != 0)
        return refusal;
    return t->act ? pk_intake_check_act(t, err) : pk_intake_check_request(t, err);
}

/* ---- taking ---- */

/* Of the hours a restore lost: it may have been taken in and run then, and nobody remembers. What came before is in the
 * backup and is known; so an unknown event that was made before the restore is doubted, whatever its time says exactly. One
 * that does not say when it was made is doubted as long as people have not looked. */
bool pk_intake_may_have_been_run(const struct pk_taking *t)
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
static int store_trigger(struct pk_taking *t, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    struct pk_buf values, audience;
    pk_buf_init(&values, PK_CLOUDEVENT_BYTES_MAX);
    pk_buf_init(&audience, PK_CLOUDEVENT_BYTES_MAX);
    struct pk_trigger trigger = {
        .id = pk_id_ordered(),
        .state = pk_intake_may_have_been_run(t) ? PK_TRIGGER_HELD : PK_TRIGGER_EXPANDING,
        .source = t->event.source,
        .event_id = t->event.id,
        .type = t->event.type,
        .received_ms = t->now_ms,
        .send_at_ms = t->request.send_at_ms,
        .valid_until_ms = t->valid_until_ms,
        .priority = t->rule->priority,
        .route = t->route->id,
        .ceiling = t->ceiling,
        .people = t->told.outcome.people,
        .tells_ms = t->told.outcome.at_ms,
    };
    struct pk_notice notice = {
        .trigger = trigger.id,
        .cls = pk_intake_is_public(t) ? PK_CLASS_PUBLIC : PK_CLASS_NOTICE,
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

#define FALLS_ON_MAX 8

/* What the day of its event is, by the calendars of the topic's quiet rules, whatever the channel. */
static size_t look_at_the_day(struct pk_taking *t, struct pk_quiet_day ret_days[FALLS_ON_MAX])
{
    const struct pk_quiet_rule *rules[PK_QUIET_RULES_MAX];
    char topic[64];
    int64_t begins_ms;
    if (t->first != 0 || !t->service->quiet || pk_time_parse(pk_json_string(pk_json_get(t->request.values, "begins")), &begins_ms) != 0)
        return 0;
    (void) snprintf(topic, sizeof topic, "%.*s", PK_SLICE_ARG(t->request.topic));
    size_t count = pk_quiet_for(t->service->quiet, topic, NULL, rules);
    return pk_quiet_event(rules, count, pk_quiet_zone(t->service->quiet), begins_ms, ret_days, FALLS_ON_MAX);
}

static int refuse(struct pk_intake *intake, struct pk_taking *t, enum pk_event_refusal refusal, const struct pk_error *why, struct pk_error *err)
{
    struct pk_service *service = intake->service;
    service->metrics.triggers_refused[refusal]++;
    if (t->in->answer)
        *t->in->answer = (struct pk_intake_answer){ .refusal = refusal, .why = *why };
    if (!is_worth_telling(intake, t->rule, refusal, t->now_ms))
        return 0;
    if (!t->read)
        (void) pk_intake_read_event(t, NULL);
    pk_log(PK_LOG_WARN, "intake", "trigger.refused", "publisher", t->rule ? t->rule->name : NULL, "reason", pk_refusal_name(refusal), NULL);
    if (t->in->answer || (!t->rule && !pk_is_name(t->in->publisher)))
        return 0; /* nobody who could be told, or told elsewhere */
    return pk_outbound_rejected(service->outbound, &t->told, refusal, why->message, why->hint, t->now_ms, err);
}

/* A repeat hears what the first one heard; and if that waited, what came of it since. */
static void recall(struct pk_taking *t)
{
    struct pk_upshot *outcome = &t->told.outcome;
    struct pk_trigger first;
    struct pk_act act;
    *outcome = (struct pk_upshot){ .changed = true, .people = PK_PEOPLE_UNKNOWN };
    if (pk_trigger_get(t->service->store, t->first, &first, NULL) != 0)
        return;
    *outcome = (struct pk_upshot){ .changed = true, .waiting = first.state == PK_TRIGGER_HELD, .people = first.people, .at_ms = first.tells_ms };
    if (pk_act_get(t->service->store, t->first, &act, NULL) == 0) {
        outcome->changed = act.changed;
        outcome->waiting = act.data.len > 0;
    } else if (outcome->waiting) {
        outcome->changed = false;
        outcome->at_ms = 0;
    }
}

/* A notice, or a repeat of whatever it was. */
static int take_in(struct pk_service *service, struct pk_taking *t, struct pk_error *err)
{
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    struct pk_trigger trigger = { .id = t->first };
    struct pk_quiet_day days[FALLS_ON_MAX];
    t->told.falls_on_count = look_at_the_day(t, days);
    t->told.falls_on = days;
    if (t->first != 0)
        recall(t);
    else
        pk_intake_outcome(t, &t->told.outcome);
    if (t->first == 0)
        r = store_trigger(t, &trigger, err);
    if (r == 0 && trigger.state == PK_TRIGGER_HELD)
        t->told.outcome = (struct pk_upshot){ .waiting = true, .people = t->told.outcome.people };
    if (r == 0 && !t->in->answer)
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
    if (t->in->answer)
        *t->in->answer = (struct pk_intake_answer){ .trigger = trigger.id, .repeated = t->first != 0, .outcome = t->told.outcome };
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

static int take(struct pk_intake *intake, struct pk_taking *t, struct pk_error *err)
{
    struct pk_error why = { 0 };
    enum pk_event_refusal refusal = check(intake, t, &why);
    if (refusal == PK_REFUSAL_NONE && t->act && t->first == 0) {
        int r = pk_intake_act(t, &refusal, &why, err);
        if (r != 0 || (refusal == PK_REFUSAL_NONE && t->first == 0))
            return r;
    }
    return refusal != PK_REFUSAL_NONE ? refuse(intake, t, refusal, &why, err) : take_in(intake->service, t, err);
}

int pk_intake_take(struct pk_intake *intake, const struct pk_intake_event *event, struct pk_error *err)
{
    struct pk_taking t = {
        .service = intake->service,
        .in = event,
        .told = { .publisher = event->publisher, .correlation = event->correlation },
        .now_ms = pk_clock_wall_ms(),
    };
    int r = take(intake, &t, err);
    pk_cloudevent_finish(&t.event);
    return r;
}

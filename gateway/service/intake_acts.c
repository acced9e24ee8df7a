/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers that are no notices. Each is done in one unit, by the services people use, as the publisher within its rule. It is done
 * first and judged then: only so is it known whether it changes anything, how many people hear of it and about what. What is
 * urgent and covered by no standing approval is taken back and waits for a person, with its data; so does what may have been run in
 * the hours that a restore lost.
 */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/approvals.h"
#include "gateway/service/circles.h"
#include "gateway/service/intake_private.h"
#include "gateway/service/team.h"
#include "gateway/service/texts.h"
#include "gateway/service/trail.h"
#include "gateway/store/acts.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"

#define EXPIRED_PER_ROUND 16
#define WAITING_MAX 32 /* of one publisher; people look at each */
#define TEAM_EVERY_MS (10 * 60 * 1000ll)
#define TEAM_TOLD "approvals.team_ms"
#define ATTRIBUTE_MAX 257

static void doing_finish(struct pk_doing *doing)
{
    pk_buf_finish(&doing->audience);
    pk_json_free(doing->values);
}

/* Our own faults are none: they are tried again. */
static enum pk_event_refusal refusal_of(int r, const struct pk_doing *doing)
{
    if (doing->refusal != PK_REFUSAL_NONE)
        return doing->refusal;
    switch (r) {
    case PK_E_NOT_FOUND:
        return PK_REFUSAL_EVENT;
    case PK_E_INVALID:
        return PK_REFUSAL_DATA;
    case PK_E_DENIED:
        return PK_REFUSAL_TOPIC;
    case PK_E_LIMIT:
        return PK_REFUSAL_CEILING;
    case PK_E_CONFLICT:
    case PK_E_CONFIG:
        return PK_REFUSAL_CONFLICT;
    default:
        return PK_REFUSAL_NONE;
    }
}

static void undo(struct pk_service *service)
{
    pk_unit_drop(service->store);
    pk_texts_forget(service->texts); /* a version met here for the first time is not kept */
}

/* ---- stored and answered ---- */

static struct pk_trigger own_trigger(const struct pk_taking *t)
{
    return (struct pk_trigger){
        .id = pk_id_ordered(),
        .state = PK_TRIGGER_COMPLETED,
        .source = t->event.source,
        .event_id = t->event.id,
        .type = t->event.type,
        .received_ms = t->now_ms,
        .audience = PK_SLICE("{}"),
        .valid_until_ms = t->valid_until_ms,
        .priority = t->rule->priority,
        .route = t->route ? t->route->id : 0,
    };
}

/* With its data as long as it waits. */
static int put_act(struct pk_service *service, const struct pk_doing *doing, const struct pk_json *data, struct pk_error *err)
{
    struct pk_act act = {
        .trigger = doing->trigger.id,
        .data = PK_SLICE(""),
        .changed = doing->outcome.changed,
        .event = doing->event,
        .campaign = doing->campaign,
    };
    struct pk_buf text;
    pk_buf_init(&text, PK_CLOUDEVENT_BYTES_MAX);
    int r = data ? pk_json_dump(data, &text) : 0;
    if (data)
        act.data = pk_buf_slice(&text);
    if (r == 0)
        r = pk_act_put(service->store, &act, err);
    pk_buf_finish(&text);
    return r;
}

static int store(struct pk_taking *t, struct pk_doing *doing, bool waits, struct pk_error *err)
{
    struct pk_service *service = t->service;
    doing->trigger.people = doing->outcome.people;
    doing->trigger.tells_ms = doing->outcome.at_ms;
    int r = pk_name_intern(service->store, PK_NAME_PUBLISHER, t->in->publisher, &doing->trigger.publisher, err);
    if (r == 0)
        r = pk_trigger_add(service->store, &doing->trigger, err);
    if (r == 0)
        r = put_act(service, doing, waits ? t->event.data : NULL, err);
    if (r == 0 && !waits && t->day != 0 && doing->trigger.state == PK_TRIGGER_EXPANDING)
        r = pk_publisher_day_add(service->store, doing->trigger.publisher, t->day, t->reach, t->now_ms, err);
    t->told.outcome = doing->outcome;
    if (r == 0 && !t->in->answer)
        r = pk_outbound_accepted(service->outbound, &t->told, doing->trigger.id, false, t->now_ms, err);
    return r;
}

static int keep(struct pk_taking *t, const struct pk_doing *doing, struct pk_error *err)
{
    int r = pk_unit_keep(t->service->store, err);
    if (r != 0)
        return r;
    if (t->in->answer)
        *t->in->answer = (struct pk_intake_answer){ .trigger = doing->trigger.id, .outcome = doing->outcome };
    t->service->metrics.triggers_accepted++;
    pk_planner_wake(t->service->planner);
    return 0;
}

/* ---- waiting ---- */

/* In a unit of its own: that it waits is kept, whether or not somebody can be told. */
static void tell_team(struct pk_service *service, int64_t now_ms)
{
    struct pk_error err = { 0 };
    if (!service->rules->team || now_ms - pk_store_number(service->store, TEAM_TOLD, 0) < TEAM_EVERY_MS)
        return;
    int r = pk_unit_begin(service->store, &err);
    if (r == 0 && (r = pk_planner_team_asked(service, now_ms, &err)) == 0)
        r = pk_store_set_number(service->store, TEAM_TOLD, now_ms, &err);
    if (r == 0)
        r = pk_unit_keep(service->store, &err);
    else if (pk_unit_open(service->store))
        undo(service);
    if (r != 0)
        pk_log(PK_LOG_ERROR, "intake", "team.failed", "reason", err.message, NULL);
}

static int let_wait(struct pk_taking *t, uint32_t state, const char *why, const struct pk_doing *tried, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    struct pk_doing doing = {
        .trigger = own_trigger(t),
        .outcome = { .waiting = true, .people = tried ? tried->outcome.people : PK_PEOPLE_UNKNOWN },
        .event = tried ? tried->event : 0,
    };
    doing.trigger.state = state;
    if (tried)
        doing.trigger.valid_until_ms = tried->trigger.valid_until_ms;
    int r = pk_unit_begin(t->service->store, err);
    if (r != 0)
        return r;
    r = store(t, &doing, true, err);
    if (r == 0)
        r = pk_trail_done(t->service, &t->doer, "trigger.wait", pk_id_format(doing.trigger.id, id), why, 0, t->now_ms, err);
    if (r != 0) {
        undo(t->service);
        return r;
    }
    if ((r = keep(t, &doing, err)) != 0)
        return r;
    pk_log(PK_LOG_WARN, "intake", state == PK_TRIGGER_HELD ? "trigger.held" : "trigger.waits", "trigger", pk_id_format(doing.trigger.id, id), "reason", why,
           NULL);
    tell_team(t->service, t->now_ms);
    return 0;
}

/* Unless it waits already, said by another event, or too much of this publisher's does. `why`: it waits, then why not. */
static int wait_in_line(struct pk_taking *t, const struct pk_doing *tried, enum pk_event_refusal *ret_refusal, struct pk_error *why, struct pk_error *err)
{
    struct pk_store *store = t->service->store;
    uint32_t publisher = pk_name_find(store, PK_NAME_PUBLISHER, t->in->publisher);
    struct pk_buf data;
    pk_buf_init(&data, PK_CLOUDEVENT_BYTES_MAX);
    int r = pk_json_dump(t->event.data, &data);
    if (r == 0 && publisher != 0)
        t->first = pk_trigger_waiting_for(store, publisher, t->event.type, pk_buf_slice(&data), t->now_ms);
    pk_buf_finish(&data);
    if (r != 0 || t->first != 0)
        return r;
    if (publisher == 0 || pk_triggers_waiting(store, publisher) < WAITING_MAX)
        return let_wait(t, PK_TRIGGER_WAITING, why->message, tried, err);
    *ret_refusal = PK_REFUSAL_CEILING;
    (void) pk_fail(why, PK_E_LIMIT, "%d of this publisher's triggers wait for a person already", WAITING_MAX);
    (void) pk_hint(why, PK_E_LIMIT, "An adviser releases or drops them; then repeat yours.");
    return 0;
}

/* ---- done ---- */

/* In the trail, by which approval it went. Where counting ended early, as many are meant as there may be; and whoever joins while
 * they are written to makes them no more than were approved. */
static int may_go(struct pk_taking *t, struct pk_doing *doing, struct pk_error *why)
{
    char id[PK_ID_TEXT_MAX];
    struct pk_approval approval = { .id = 0 };
    int64_t people = doing->outcome.more ? t->ceiling : doing->outcome.people;
    int r = pk_approvals_cover(t->service, t->type->word, t->rule->name, doing->topic, people, t->now_ms, &approval, why);
    if (r != 0)
        return r;
    if (doing->trigger.ceiling > approval.people_max)
        doing->trigger.ceiling = approval.people_max;
    r = pk_trail_done(t->service, &t->doer, t->type->word, pk_id_format(approval.id, id), doing->topic, 0, t->now_ms, why);
    return r == 0 ? pk_team_note(t->service, PK_TEAM_STANDING_USED, t->now_ms, why) : r;
}

int pk_intake_act(struct pk_taking *t, enum pk_event_refusal *ret_refusal, struct pk_error *why, struct pk_error *err)
{
    struct pk_service *service = t->service;
    struct pk_doing doing = { .trigger = own_trigger(t), .outcome.people = 0 };
    if (pk_intake_may_have_been_run(t))
        return let_wait(t, PK_TRIGGER_HELD, "it may have been run in the hours lost with the restore", NULL, err);
    t->urgent = pk_approval_is_for(t->type->word);
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    pk_buf_init(&doing.audience, PK_CLOUDEVENT_BYTES_MAX);
    r = t->act->act(t, &doing, why);
    *ret_refusal = r != 0 ? refusal_of(r, &doing) : PK_REFUSAL_NONE;
    bool covered = r == 0 && (!t->urgent || !doing.outcome.changed || may_go(t, &doing, why) == 0);
    if (covered)
        r = store(t, &doing, false, err);
    if (r != 0 || !covered)
        undo(service);
    if (r != 0 && *ret_refusal != PK_REFUSAL_NONE)
        r = 0;
    else if (r != 0 && !covered && err)
        *err = *why;
    else if (r == 0)
        r = covered ? keep(t, &doing, err) : wait_in_line(t, &doing, ret_refusal, why, err);
    doing_finish(&doing);
    return r;
}

/* ---- released ---- */

/* What is known of it, read from its row as it would be from the event. */
struct again {
    char source[ATTRIBUTE_MAX], id[ATTRIBUTE_MAX], type[ATTRIBUTE_MAX], publisher[64];
};

static int read_again(struct pk_service *service, const struct pk_trigger *trigger, struct again *again, struct pk_taking *t, struct pk_error *err)
{
    struct pk_act act;
    (void) snprintf(again->source, sizeof again->source, "%.*s", PK_SLICE_ARG(trigger->source));
    (void) snprintf(again->id, sizeof again->id, "%.*s", PK_SLICE_ARG(trigger->event_id));
    (void) snprintf(again->type, sizeof again->type, "%.*s", PK_SLICE_ARG(trigger->type));
    (void) snprintf(again->publisher, sizeof again->publisher, "%s", pk_name_text(service->store, PK_NAME_PUBLISHER, trigger->publisher));
    t->rule = pk_rules_publisher(service->rules, pk_slice_of(again->publisher));
    t->type = pk_event_type_find(pk_slice_of(again->type));
    t->act = t->type ? pk_act_rule_of(t->type) : NULL;
    if (!t->rule || !t->act || !pk_publisher_may(t->rule, t->type->word))
        return pk_fail(err, PK_E_CONFLICT, "its publisher may not publish this any more");
    t->scope = (struct pk_actor_scope){ .topics = t->rule->topics, .templates = t->rule->templates, .tags = t->rule->tags };
    t->doer = t->actor = (struct pk_actor){ .role = PK_ROLE_PUBLISHER, .name = t->rule->name, .purpose = "publish", .scope = &t->scope };
    int r = pk_act_get(service->store, trigger->id, &act, err);
    if (r == 0)
        r = pk_json_parse(act.data, PK_CLOUDEVENT_BYTES_MAX, &t->event.document, err);
    if (r != 0)
        return r;
    t->event.data = t->event.document;
    t->event.source = pk_slice_of(again->source);
    t->event.id = pk_slice_of(again->id);
    t->event.type = pk_slice_of(again->type);
    t->told = (struct pk_told){ .publisher = pk_slice_of(t->rule->name), .causation = t->event.id };
    t->event.expires_ms = t->valid_until_ms = trigger->valid_until_ms;
    t->urgent = pk_approval_is_for(t->type->word);
    pk_intake_route(t);
    return t->type->read(t->event.data, &t->request, err);
}

static int do_again(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct pk_service *service = t->service;
    int r = t->act->act(t, doing, err);
    doing->trigger.people = doing->outcome.people;
    doing->trigger.tells_ms = doing->outcome.at_ms;
    if (r == 0)
        r = pk_trigger_done(service->store, &doing->trigger, err);
    if (r == 0)
        r = put_act(service, doing, NULL, err);
    if (r == 0 && t->day != 0 && doing->trigger.state == PK_TRIGGER_EXPANDING)
        r = pk_publisher_day_add(service->store, doing->trigger.publisher, t->day, t->reach, t->now_ms, err);
    t->told.outcome = doing->outcome;
    if (r == 0 && t->rule->status)
        r = pk_outbound_released(service->outbound, &t->told, doing->trigger.id, t->now_ms, err);
    if (r == 0)
        pk_planner_wake(service->planner);
    return r;
}

int pk_intake_release(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err)
{
    const struct pk_intake_event nobody = { .retained = false };
    struct pk_taking t = { .service = service, .in = &nobody, .now_ms = now_ms };
    struct again again;
    int r = read_again(service, trigger, &again, &t, err);
    if (r == 0) {
        struct pk_doing doing = { .trigger = own_trigger(&t) };
        doing.trigger.id = trigger->id;
        doing.trigger.publisher = trigger->publisher;
        doing.trigger.received_ms = trigger->received_ms;
        pk_buf_init(&doing.audience, PK_CLOUDEVENT_BYTES_MAX);
        r = do_again(&t, &doing, err);
        doing_finish(&doing);
    }
    pk_cloudevent_finish(&t.event);
    if (r == PK_E_NOT_FOUND || r == PK_E_DENIED) /* of it, not of the trigger, nor of who releases it */
        r = pk_fail(err, PK_E_CONFLICT, "it cannot be done any more: what it is about is gone, or no longer its publisher's");
    return r;
}

/* ---- nobody came ---- */

static int expire(struct pk_service *service, int64_t id, struct pk_error *err)
{
    struct pk_trigger trigger;
    struct pk_act act;
    int r = pk_act_get(service->store, id, &act, err);
    act.data = PK_SLICE("");
    if (r == 0)
        r = pk_act_put(service->store, &act, err);
    if (r == 0)
        r = pk_trigger_get(service->store, id, &trigger, err);
    return r == 0 ? pk_planner_resume(service, &trigger, err) : r; /* and finds it past its validity */
}

bool pk_intake_step(struct pk_service *service)
{
    int64_t id = 0;
    for (int i = 0; i < EXPIRED_PER_ROUND && (id = pk_trigger_waited(service->store, pk_clock_wall_ms())) != 0; i++) {
        struct pk_error err = { 0 };
        int r = pk_unit_begin(service->store, &err);
        if (r == 0 && (r = expire(service, id, &err)) != 0)
            pk_unit_drop(service->store);
        else if (r == 0)
            r = pk_unit_keep(service->store, &err);
        if (r != 0) {
            pk_log(PK_LOG_ERROR, "intake", "expiry.failed", "reason", err.message, NULL);
            return false;
        }
    }
    return id != 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers take turns: each pass gives every trigger one chunk, so that ten people behind ten thousand do not wait.
 * A trigger for later is left alone until shortly before its time and then meets the audience of that moment.
 */
#include "gateway/service/planner.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/service/desks.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/gate.h"
#include "gateway/service/outbound.h"
#include "gateway/service/texts.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"
#include "gateway/store/triggers.h"

#define ROWS_PER_TURN 1000u
#define CHUNK 256u
#define TRIGGERS_PER_TURN 256u
#define EARLY_MS (15 * 60 * 1000ll) /* messages are made this long before they are due */
#define TROUBLE_MS 250
#define TAGS_MAX 96u

struct pk_planner {
    struct pk_service *service;
    struct pk_timer *timer;
    bool idle;
    bool unfinished; /* a trigger of this pass has more to expand */
    int64_t after; /* the last trigger that got a chunk in this pass */
    int64_t wake_ms; /* when the next trigger for later opens */
    struct pk_audience_row rows[CHUNK];
};

static void wake(void *ctx)
{
    pk_planner_wake(ctx);
}

struct pk_planner *pk_planner_new(struct pk_service *service)
{
    struct pk_planner *planner = pk_alloc(sizeof *planner);
    planner->service = service;
    planner->timer = pk_timer_new(service->loop, wake, planner);
    planner->wake_ms = INT64_MAX;
    return planner;
}

void pk_planner_free(struct pk_planner *planner)
{
    if (!planner)
        return;
    pk_timer_free(planner->timer);
    free(planner);
}

void pk_planner_wake(struct pk_planner *planner)
{
    planner->idle = false;
}

void pk_planner_refresh(struct pk_planner *planner)
{
    planner->idle = false;
    planner->unfinished = false;
    planner->after = 0;
}

bool pk_planner_idle(const struct pk_planner *planner)
{
    return planner->idle;
}

/* Without a dispatcher (a service that only plans) whoever opens the queue later looks for itself. */
static void note(struct pk_service *service, const struct pk_message *message)
{
    if (service->dispatcher)
        pk_dispatcher_note(service->dispatcher, message->route, message->priority, message->due_ms);
}

/* ---- expansion ---- */

/* Was in a restored backup and may have been sent since: a person decides, as about what waited in the backup. */
static uint32_t doubt(struct pk_service *service, const struct pk_trigger *trigger)
{
    int64_t taken_ms = pk_store_number(service->store, "restore.taken_ms", 0);
    int64_t restored_ms = pk_store_number(service->store, "restore.at_ms", 0);
    return trigger->received_ms <= taken_ms && trigger->send_at_ms - EARLY_MS <= restored_ms ? PK_MESSAGE_HELD : 0;
}

struct wanted {
    uint32_t tags[TAGS_MAX];
    size_t all, any, none; /* counts; tags lie in that order */
    bool nobody; /* a tag that must be there is nobody's */
};

static size_t add_tags(struct pk_service *service, const struct pk_json *list, struct wanted *wanted, bool *ret_unknown)
{
    size_t at = wanted->all + wanted->any + wanted->none, added = 0;
    for (size_t i = 0; i < pk_json_count(list) && at + added < TAGS_MAX; i++) {
        uint32_t tag = pk_name_find(service->store, PK_NAME_TAG, pk_json_string(pk_json_item(list, i)));
        if (tag != 0)
            wanted->tags[at + added++] = tag;
        else
            *ret_unknown = true;
    }
    return added;
}

static int read_audience(struct pk_service *service, struct pk_slice text, struct wanted *ret_wanted, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = pk_json_parse(text, PK_CLOUDEVENT_BYTES_MAX, &document, err);
    if (r != 0)
        return r;
    bool unknown_all = false, unknown_any = false, unknown_none = false;
    *ret_wanted = (struct wanted){ 0 };
    ret_wanted->all = add_tags(service, pk_json_get(document, "all"), ret_wanted, &unknown_all);
    ret_wanted->any = add_tags(service, pk_json_get(document, "any"), ret_wanted, &unknown_any);
    ret_wanted->none = add_tags(service, pk_json_get(document, "none"), ret_wanted, &unknown_none);
    ret_wanted->nobody = unknown_all || (unknown_any && ret_wanted->any == 0);
    return 0;
}

static int insert(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice, uint32_t channel,
                  uint32_t flags, const struct pk_audience_row *row, int64_t now_ms, struct pk_error *err)
{
    bool later = trigger->send_at_ms > now_ms;
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = row->recipient,
        .address = row->address,
        .notice = trigger->notice,
        .topic = notice->topic,
        .channel = channel,
        .cls = notice->cls,
        .route = trigger->route,
        .priority = trigger->priority,
        .state = later ? PK_MESSAGE_SCHEDULED : PK_MESSAGE_QUEUED,
        .reason = flags & PK_MESSAGE_HELD ? PK_REASON_RESTORED : PK_REASON_NONE,
        .flags = flags,
        .due_ms = later ? trigger->send_at_ms : now_ms,
        .expires_ms = trigger->valid_until_ms,
        .updated_ms = now_ms,
    };
    int r = pk_texts_version(service, notice->template_name, pk_slice_of(row->language), pk_slice_of(row->script), now_ms, &message.version,
                             err);
    if (r != 0)
        return r;
    note(service, &message);
    return pk_message_insert(service->store, &message, err);
}

static int finish(struct pk_planner *planner, const struct pk_trigger *trigger, uint32_t state, int64_t cursor, int64_t planned,
                  int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = planner->service;
    int r = pk_trigger_progress(service->store, trigger->id, state, cursor, planned, err);
    const char *name = pk_name_text(service->store, PK_NAME_PUBLISHER, trigger->publisher);
    const struct pk_publisher_rule *rule = name ? pk_rules_publisher(service->rules, pk_slice_of(name)) : NULL;
    if (r != 0 || !rule || !rule->status || state != PK_TRIGGER_EXPANDED)
        return r;
    struct pk_told told = { .publisher = pk_slice_of(name), .causation = trigger->event_id };
    return pk_outbound_planned(service->outbound, &told, trigger->id, planned, now_ms, err);
}

/* One chunk of one trigger, in one unit. *ret_rows: messages made; as many as `max` when there may be more. */
static int expand(struct pk_planner *planner, const struct pk_trigger *trigger, size_t max, int64_t now_ms, size_t *ret_rows,
                  struct pk_error *err)
{
    struct pk_service *service = planner->service;
    struct pk_notice notice;
    struct wanted wanted;
    const struct pk_lane_route *route = NULL;
    for (size_t i = 0; i < service->desks->route_count; i++)
        if (service->desks->routes[i].id == trigger->route)
            route = &service->desks->routes[i];
    if (!route || trigger->valid_until_ms <= now_ms)
        return finish(planner, trigger, PK_TRIGGER_EXPIRED, trigger->cursor, trigger->planned, now_ms, err);
    int r = pk_notice_get(service->store, trigger->notice, &notice, err);
    if (r == 0)
        r = read_audience(service, trigger->audience, &wanted, err);
    if (r != 0)
        return r;
    if (wanted.nobody)
        return finish(planner, trigger, PK_TRIGGER_EXPANDED, 0, 0, now_ms, err);
    struct pk_audience audience = {
        .topic = notice.topic,
        .channel = route->channel,
        .all = wanted.tags,
        .any = wanted.tags + wanted.all,
        .none = wanted.tags + wanted.all + wanted.any,
        .all_count = wanted.all,
        .any_count = wanted.any,
        .none_count = wanted.none,
    };
    size_t count = 0, room = max;
    if (trigger->ceiling > 0 && trigger->ceiling - trigger->planned < (int64_t) room)
        room = trigger->ceiling > trigger->planned ? (size_t) (trigger->ceiling - trigger->planned) : 0;
    if (room > 0)
        r = pk_audience_page(service->store, &audience, trigger->cursor, now_ms, room, planner->rows, &count, err);
    uint32_t flags = doubt(service, trigger);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = insert(service, trigger, &notice, route->channel, flags, &planner->rows[i], now_ms, err);
    if (r != 0)
        return r;
    *ret_rows = count;
    int64_t cursor = count > 0 ? planner->rows[count - 1].recipient : trigger->cursor;
    int64_t planned = trigger->planned + (int64_t) count;
    if (count < room || room == 0)
        return finish(planner, trigger, PK_TRIGGER_EXPANDED, cursor, planned, now_ms, err);
    return pk_trigger_progress(service->store, trigger->id, PK_TRIGGER_EXPANDING, cursor, planned, err);
}

static int expand_unit(struct pk_planner *planner, const struct pk_trigger *trigger, size_t max, int64_t now_ms, size_t *ret_rows,
                       struct pk_error *err)
{
    struct pk_store *store = planner->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = expand(planner, trigger, max, now_ms, ret_rows, err);
    if (r != 0) {
        pk_unit_drop(store);
        return r;
    }
    return pk_unit_keep(store, err);
}

/* A trigger whose text is gone or broken is closed rather than tried for ever. */
static void give_up(struct pk_planner *planner, const struct pk_trigger *trigger, const struct pk_error *why)
{
    char id[PK_ID_TEXT_MAX];
    struct pk_error err;
    pk_log(PK_LOG_ERROR, "planner", "trigger.cancelled", "trigger", pk_id_format(trigger->id, id), "reason", why->message, NULL);
    (void) pk_trigger_progress(planner->service->store, trigger->id, PK_TRIGGER_CANCELLED, trigger->cursor, trigger->planned, &err);
}

void pk_planner_run(struct pk_planner *planner)
{
    struct pk_service *service = planner->service;
    int64_t now_ms = pk_clock_wall_ms();
    size_t budget = ROWS_PER_TURN;
    if (planner->idle || service->draining)
        return;
    if (planner->after == 0)
        planner->wake_ms = INT64_MAX;
    for (unsigned i = 0; i < TRIGGERS_PER_TURN && budget > 0; i++) {
        struct pk_trigger trigger;
        struct pk_error err = { 0 };
        int r = pk_trigger_next_expanding(service->store, planner->after, &trigger, &err);
        if (r == PK_E_NOT_FOUND) {
            planner->idle = !planner->unfinished;
            planner->unfinished = false;
            planner->after = 0;
            break;
        }
        if (r != 0) {
            pk_timer_in(planner->timer, TROUBLE_MS);
            planner->idle = true;
            return;
        }
        int64_t id = trigger.id;
        planner->after = id;
        if (trigger.send_at_ms > now_ms + EARLY_MS) {
            int64_t opens_ms = trigger.send_at_ms - EARLY_MS;
            planner->wake_ms = opens_ms < planner->wake_ms ? opens_ms : planner->wake_ms;
            continue;
        }
        size_t rows = 0;
        size_t max = budget < CHUNK ? budget : CHUNK;
        r = expand_unit(planner, &trigger, max, now_ms, &rows, &err);
        if (rows == max)
            planner->unfinished = true;
        if (r == PK_E_NOT_FOUND || r == PK_E_INVALID) {
            give_up(planner, &trigger, &err);
        } else if (r != 0) {
            pk_log(PK_LOG_ERROR, "planner", "expand.failed", "reason", err.message, NULL);
            pk_timer_in(planner->timer, TROUBLE_MS);
            planner->idle = true;
            return;
        }
        service->metrics.messages_planned += rows;
        budget -= rows;
    }
    if (!planner->idle)
        pk_loop_again(service->loop);
    else if (planner->wake_ms != INT64_MAX)
        pk_timer_at(planner->timer, planner->wake_ms);
}

/* ---- one at a time ---- */

int pk_planner_queue(struct pk_service *service, const struct pk_notice *notice, struct pk_slice language, struct pk_slice script,
                     struct pk_message *message, struct pk_error *err)
{
    int r = pk_notice_add(service->store, notice, &message->notice, err);
    if (r == 0)
        r = pk_texts_version(service, notice->template_name, language, script, notice->created_ms, &message->version, err);
    if (r == 0)
        r = pk_message_insert(service->store, message, err);
    if (r == 0)
        note(service, message);
    return r;
}

int pk_planner_answer(struct pk_service *service, const struct pk_answer_plan *plan, int64_t now_ms, struct pk_error *err)
{
    struct pk_desk *desk = pk_desks_by_id(service->desks, plan->account);
    const struct pk_lane_route *route = desk ? pk_desks_route_of(service->desks, desk) : NULL;
    if (!route) {
        pk_log(PK_LOG_WARN, "planner", "answer.no_route", "account", desk ? desk->rule->name : "unknown", NULL);
        return 0;
    }
    const int64_t day_ms = 24 * 3600 * 1000ll;
    if (!plan->confirms_stop &&
        pk_messages_answers_since(service->store, plan->address, now_ms - day_ms) >= (int64_t) service->rules->answers_per_day)
        return 0;
    struct pk_notice notice = {
        .cls = PK_CLASS_ANSWER,
        .template_name = pk_slice_of(plan->template_name),
        .values = plan->values.len > 0 ? plan->values : PK_SLICE("{}"),
        .created_ms = now_ms,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = plan->recipient,
        .address = plan->address,
        .channel = plan->channel,
        .cls = PK_CLASS_ANSWER,
        .route = route->id,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .flags = plan->confirms_stop ? PK_MESSAGE_CONFIRMS_STOP : 0,
        .account = plan->account,
        .due_ms = now_ms,
        .expires_ms = plan->act_ms + (plan->confirms_stop ? PK_GATE_STOP_ANSWER_MS : PK_GATE_ANSWER_MS),
        .updated_ms = now_ms,
        .act_ms = plan->act_ms,
    };
    return pk_planner_queue(service, &notice, plan->language, plan->script, &message, err);
}

/* The first route of a channel by the rules alone: accounts need not be open. */
static int route_of(struct pk_service *service, uint32_t channel, uint32_t *ret_route, struct pk_error *err)
{
    for (size_t i = 0; i < service->rules->route_count; i++) {
        const struct pk_route_rule *route = &service->rules->routes[i];
        if (pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(route->channel)) == channel)
            return pk_name_intern(service->store, PK_NAME_ROUTE, pk_slice_of(route->name), ret_route, err);
    }
    return pk_fail(err, PK_E_CONFIG, "there is no route for this channel to ask by");
}

/* A yes is about everything the person was signed up for, so one open question is enough. */
static bool asked_before(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms)
{
    return pk_messages_question_asked(service->store, plan->address, plan->topic, now_ms - service->rules->question_every_ms) ||
           pk_messages_question_asked(service->store, plan->address, 0, now_ms - service->rules->reply_window_ms);
}

int pk_planner_question(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms, bool *ret_asked,
                        struct pk_error *err)
{
    uint32_t route = 0;
    *ret_asked = false;
    if (asked_before(service, plan, now_ms))
        return 0;
    int r = route_of(service, plan->channel, &route, err);
    if (r != 0)
        return r;
    struct pk_notice notice = {
        .cls = PK_CLASS_QUESTION,
        .topic = plan->topic,
        .template_name = PK_SLICE("optin-request"),
        .values = PK_SLICE("{}"),
        .created_ms = now_ms,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = plan->recipient,
        .address = plan->address,
        .topic = plan->topic,
        .channel = plan->channel,
        .cls = PK_CLASS_QUESTION,
        .route = route,
        .priority = PK_PRIORITY_NORMAL,
        .state = PK_MESSAGE_QUEUED,
        .due_ms = now_ms,
        .expires_ms = now_ms + service->rules->question_validity_ms,
        .updated_ms = now_ms,
    };
    r = pk_planner_queue(service, &notice, plan->language, plan->script, &message, err);
    *ret_asked = r == 0;
    return r;
}

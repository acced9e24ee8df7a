/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages made one at a time: what a person's own act is answered with, and the question whether we may write. */
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/desks.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/gate.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/service/topics.h"
#include "gateway/service/wording.h"
#include "gateway/store/inbox.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define QUESTION "optin-request"
#define CIRCLE "optin-request-circle"
#define RENEWAL "consent-renew"

void pk_planner_note(struct pk_service *service, const struct pk_message *message)
{
    if (service->dispatcher)
        pk_dispatcher_note(service->dispatcher, message->route, message->priority, message->due_ms);
}

/* An answer is owed even where no page is known; anything else waits for one. */
static int form_of(struct pk_service *service, const struct pk_notice *notice, const struct pk_message *message, struct pk_slice *ret_name,
                   struct pk_error *err)
{
    bool answerable = message->account != 0 ? pk_account_answerable(service, message->account)
                                            : pk_route_answerable(service, message->route);
    *ret_name = pk_wording(service, notice->template_name, answerable);
    if (pk_slice_equal(*ret_name, notice->template_name))
        return 0;
    int r = pk_wording_needs_page(service, notice->values, err);
    if (r == PK_E_CONFIG && notice->cls != PK_CLASS_QUESTION) {
        *ret_name = notice->template_name;
        return 0;
    }
    return r;
}

int pk_planner_queue(struct pk_service *service, const struct pk_notice *notice, struct pk_slice language, struct pk_slice script,
                     struct pk_message *message, struct pk_error *err)
{
    struct pk_slice name;
    int r = form_of(service, notice, message, &name, err);
    if (r == 0)
        r = pk_notice_add(service->store, notice, &message->notice, err);
    if (r == 0)
        r = pk_texts_version(service, name, language, script, notice->created_ms, &message->version, err);
    if (r == 0)
        r = pk_message_insert(service->store, message, err);
    if (r == 0)
        pk_planner_note(service, message);
    return r;
}

/* By the account the act came on, else by the channel. 0 when there is none: then nothing can be answered. */
static uint32_t answer_route(struct pk_service *service, const struct pk_answer_plan *plan)
{
    struct pk_desk *desk = plan->account != 0 ? pk_desks_by_id(service->desks, plan->account) : NULL;
    const struct pk_lane_route *lane = desk ? pk_desks_route_of(service->desks, desk) : NULL;
    uint32_t route = lane ? lane->id : 0;
    if (plan->account == 0 && pk_route_to(service, plan->channel, plan->address, &route, NULL) != 0)
        route = 0;
    if (route == 0)
        pk_log(PK_LOG_WARN, "planner", "answer.no_route", "account", desk ? desk->rule->name : "none", NULL);
    return route;
}

int pk_planner_answer(struct pk_service *service, const struct pk_answer_plan *plan, int64_t now_ms, struct pk_error *err)
{
    uint32_t route = answer_route(service, plan);
    if (plan->ret_message)
        *plan->ret_message = 0;
    if (route == 0)
        return 0;
    if (!plan->confirms_stop &&
        pk_messages_answers_since(service->store, plan->address, now_ms - DAY_MS) >= (int64_t) service->rules->answers_per_day)
        return 0;
    struct pk_notice notice = {
        .cls = PK_CLASS_ANSWER,
        .template_name = pk_slice_of(plan->template_name),
        .values = plan->values.len > 0 ? plan->values : PK_SLICE("{}"),
        .created_ms = now_ms,
        .occurrence = plan->occurrence,
        .version = plan->version,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = plan->recipient,
        .address = plan->address,
        .channel = plan->channel,
        .cls = PK_CLASS_ANSWER,
        .route = route,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .flags = plan->confirms_stop ? PK_MESSAGE_CONFIRMS_STOP : 0,
        .account = plan->account,
        .due_ms = now_ms,
        .expires_ms = plan->act_ms + (plan->confirms_stop ? PK_GATE_STOP_ANSWER_MS : PK_GATE_ANSWER_MS),
        .updated_ms = now_ms,
        .act_ms = plan->act_ms,
    };
    int r = pk_planner_queue(service, &notice, plan->language, plan->script, &message, err);
    if (r == 0 && plan->ret_message)
        *plan->ret_message = message.id;
    return r;
}

/* Own words lie sealed with their item: the notice only says with which. */
static int queue_words(struct pk_service *service, struct pk_notice *notice, int64_t item, struct pk_message *message, struct pk_error *err)
{
    char values[64], id[PK_ID_TEXT_MAX];
    (void) snprintf(values, sizeof values, "{\"item\":\"%s\"}", pk_id_format(item, id));
    notice->template_name = PK_SLICE(PK_TEXT_BY_HAND);
    notice->values = pk_slice_of(values);
    int r = pk_notice_add(service->store, notice, &message->notice, err);
    if (r == 0)
        r = pk_message_insert(service->store, message, err);
    if (r == 0)
        pk_planner_note(service, message);
    return r;
}

int pk_planner_by_hand(struct pk_service *service, const struct pk_inbox_item *item, struct pk_slice template_name, int64_t now_ms,
                       int64_t *ret_message, struct pk_error *err)
{
    struct pk_desk *desk = pk_desks_by_id(service->desks, item->account);
    const struct pk_lane_route *route = desk ? pk_desks_route_of(service->desks, desk) : NULL;
    if (!route)
        return pk_fail(err, PK_E_CONFIG, "the account they wrote to is in no route any more");
    struct pk_notice notice = {
        .cls = PK_CLASS_ANSWER,
        .template_name = template_name,
        .values = PK_SLICE("{}"),
        .created_ms = now_ms,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = item->recipient,
        .address = item->address,
        .channel = item->channel,
        .cls = PK_CLASS_ANSWER,
        .route = route->id,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .flags = PK_MESSAGE_BY_HAND,
        .account = item->account,
        .due_ms = now_ms,
        .expires_ms = item->last_ms + PK_GATE_HAND_ANSWER_MS,
        .updated_ms = now_ms,
        .act_ms = item->last_ms,
    };
    *ret_message = message.id;
    return template_name.len == 0
               ? queue_words(service, &notice, item->id, &message, err)
               : pk_planner_queue(service, &notice, pk_slice_of(item->language), pk_slice_of(item->script), &message, err);
}

/* A yes is about everything the person was signed up for, so one open question is enough. Of somebody who did not answer
 * the address is all that is known, and that not in clear. */
static bool asked_before(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms)
{
    return pk_silent_has(service->store, plan->address, now_ms) || pk_messages_question_asked(service->store, plan->address, plan->topic, now_ms - service->rules->question_every_ms) ||
           pk_messages_question_asked(service->store, plan->address, 0, now_ms - service->rules->reply_window_ms);
}

struct invited {
    const struct pk_question_plan *plan;
    int64_t now_ms;
    struct pk_topic_set topics;
};

static int add_invited(void *ctx, const struct pk_consent_event *newest)
{
    struct invited *invited = ctx;
    if (newest->channel == invited->plan->channel &&
        pk_consent_state_of(newest->kind, newest->until_ms, invited->now_ms) == PK_CONSENT_INVITED)
        pk_topic_set_add(&invited->topics, newest->topic);
    return 0;
}

static const char *question_of(const struct pk_question_plan *plan)
{
    return plan->renews ? RENEWAL : plan->circle ? CIRCLE : QUESTION;
}

/* A yes will be about all of them: all of them are named. */
static int name_topics(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms, struct pk_buf *values,
                       struct pk_error *err)
{
    if (plan->renews)
        return pk_topics_values(service, question_of(plan), plan->language, "topics", plan->renews, values, err);
    struct invited invited = { .plan = plan, .now_ms = now_ms };
    pk_topic_set_add(&invited.topics, plan->topic);
    int r = pk_ledger_newest(service->store, plan->recipient, add_invited, &invited, err);
    return r != 0 ? r : pk_topics_values(service, question_of(plan), plan->language, "topics", &invited.topics, values, err);
}

static int queue_question(struct pk_service *service, const struct pk_question_plan *plan, uint32_t route, struct pk_slice values,
                          int64_t now_ms, struct pk_error *err)
{
    struct pk_notice notice = {
        .cls = PK_CLASS_QUESTION,
        .topic = plan->topic,
        .template_name = pk_slice_of(question_of(plan)),
        .values = values,
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
        .flags = (plan->renews ? PK_MESSAGE_RENEWS : 0u) | (plan->at_once ? PK_MESSAGE_AT_ONCE : 0u),
        .due_ms = now_ms,
        .expires_ms = now_ms + service->rules->question_validity_ms,
        .updated_ms = now_ms,
    };
    if (plan->ret_message)
        *plan->ret_message = message.id;
    return pk_planner_queue(service, &notice, plan->language, plan->script, &message, err);
}

/* Whatever the country. A channel without a route is told when somebody is asked. */
bool pk_planner_can_ask(struct pk_service *service, uint32_t channel, struct pk_error *err)
{
    const char *name = pk_name_text(service->store, PK_NAME_CHANNEL, channel);
    bool can = true;
    for (size_t i = 0; name && i < service->rules->route_count; i++)
        if (strcmp(service->rules->routes[i].channel, name) == 0)
            can &= pk_rule_answerable(service->rules, &service->rules->routes[i]);
    return can || pk_wording_needs_page(service, PK_SLICE("{}"), err) == 0;
}

int pk_planner_question(struct pk_service *service, const struct pk_question_plan *plan, int64_t now_ms, bool *ret_asked,
                        struct pk_error *err)
{
    uint32_t route = 0;
    *ret_asked = false;
    if (asked_before(service, plan, now_ms))
        return 0;
    struct pk_buf values;
    pk_buf_init(&values, PK_TOPICS_VALUES_MAX);
    int r = pk_route_to(service, plan->channel, plan->address, &route, err);
    if (r == 0)
        r = name_topics(service, plan, now_ms, &values, err);
    if (r == 0)
        r = queue_question(service, plan, route, pk_buf_slice(&values), now_ms, err);
    pk_buf_finish(&values);
    *ret_asked = r == 0;
    return r;
}

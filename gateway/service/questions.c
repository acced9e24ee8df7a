/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/questions.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/model/cloudevent.h"
#include "gateway/service/dispatcher.h"
#include "gateway/store/ledger.h"
#include "gateway/store/notices.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/triggers.h"

#define TOLD_MAX 32u /* how far back an open question is looked for */
#define OPINION_ALONE_MS (24 * 3600 * 1000ll) /* "was it of use?" is open so long for others */
#define WOKEN_MAX 16u

/* ---- what is asked ---- */

static int64_t begins_of(struct pk_slice values)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    int64_t ms = 0;
    if (pk_json_parse(values, PK_CLOUDEVENT_BYTES_MAX, &document, NULL) != 0)
        return 0;
    return pk_time_parse(pk_json_string(pk_json_get(document, "begins")), &ms) == 0 ? ms : 0;
}

/* All but when the event begins, for which the values have to be read. */
static int read_kind(struct pk_service *service, int64_t notice_id, struct pk_notice *ret_notice, struct pk_asked *ret_asked,
                     struct pk_error *err)
{
    int r = pk_notice_get(service->store, notice_id, ret_notice, err);
    if (r != 0)
        return r;
    const struct pk_template *text =
        pk_catalog_find(service->catalog, ret_notice->template_name, pk_slice_of(service->rules->default_language));
    *ret_asked = (struct pk_asked){
        .notice = notice_id,
        .trigger = ret_notice->trigger,
        .topic = ret_notice->topic,
        .asks = text ? pk_template_reply(text) : PK_TEXT_REPLY_NONE,
        .step = text ? pk_template_step(text) : PK_STEP_NONE,
    };
    /* "Was it of use?" is asked about a date too, but nobody comes because of the answer. */
    if (ret_asked->asks == PK_TEXT_REPLY_YES_NO) {
        ret_asked->occurrence = ret_notice->occurrence;
        ret_asked->version = ret_notice->version;
    }
    return 0;
}

int pk_asked_read(struct pk_service *service, int64_t notice_id, struct pk_asked *ret_asked, struct pk_error *err)
{
    struct pk_notice notice;
    int r = read_kind(service, notice_id, &notice, ret_asked, err);
    if (r != 0)
        return r;
    if (ret_asked->asks == PK_TEXT_REPLY_YES_NO || ret_asked->step == PK_STEP_CANCELLATION)
        ret_asked->begins_ms = begins_of(notice.values);
    return 0;
}

bool pk_asked_over(struct pk_service *service, const struct pk_asked *asked, int64_t now_ms)
{
    struct pk_occurrence date;
    struct pk_trigger trigger;
    if (asked->occurrence != 0 && pk_occurrence_get(service->store, asked->occurrence, &date, NULL) == 0)
        return date.state == PK_AGENDA_CANCELLED || date.version != asked->version || date.starts_ms <= now_ms;
    if (asked->begins_ms != 0 && asked->begins_ms <= now_ms)
        return true;
    return pk_trigger_get(service->store, asked->trigger, &trigger, NULL) == 0 && trigger.state == PK_TRIGGER_CANCELLED;
}

/* ---- what else is open ---- */

struct looking {
    struct pk_service *service;
    const struct pk_message *message; /* that wants to leave */
    int64_t now_ms, until_ms;
};

static int each_told(struct looking *looking, int (*each)(void *ctx, const struct pk_message *told))
{
    struct pk_service *service = looking->service;
    return pk_messages_told(service->store, looking->message->address, looking->now_ms - service->rules->reply_window_ms, TOLD_MAX, each,
                            looking, NULL);
}

static void keep_later(struct looking *looking, int64_t until_ms)
{
    if (until_ms > looking->now_ms && until_ms > looking->until_ms)
        looking->until_ms = until_ms;
}

static bool is_answered(struct pk_service *service, const struct pk_asked *asked, int64_t recipient)
{
    const struct pk_rsvp to = { .trigger = asked->trigger, .occurrence = asked->occurrence, .version = asked->version };
    struct pk_rsvp last;
    return pk_rsvp_last(service->store, &to, recipient, &last);
}

/* An invitation told and not answered, whose event is still to come. */
static int find_rsvp(void *ctx, const struct pk_message *told)
{
    struct looking *looking = ctx;
    struct pk_service *service = looking->service;
    struct pk_asked asked;
    if (pk_asked_read(service, told->notice, &asked, NULL) != 0)
        return 0;
    bool opinion = asked.asks == PK_TEXT_REPLY_OPINION;
    if ((asked.asks != PK_TEXT_REPLY_YES_NO && !opinion) || is_answered(service, &asked, told->recipient) ||
        pk_asked_over(service, &asked, looking->now_ms))
        return 0;
    int64_t until_ms = pk_message_opened_ms(service->store, told->id) + (opinion ? OPINION_ALONE_MS : service->rules->reply_window_ms);
    keep_later(looking, asked.begins_ms != 0 && asked.begins_ms < until_ms ? asked.begins_ms : until_ms);
    return 0;
}

/* A question whether we may write. Whoever invites cannot wait for ever: a quarter of what the invitation is worth, and no
 * more than a day; then it takes the question's place. */
static int find_consent(void *ctx, const struct pk_message *told)
{
    struct looking *looking = ctx;
    struct pk_asked asked;
    if (pk_asked_read(looking->service, told->notice, &asked, NULL) != 0 || asked.asks != PK_TEXT_REPLY_CONSENT)
        return 0;
    int64_t told_ms = pk_message_opened_ms(looking->service->store, told->id);
    int64_t share_ms = (looking->message->expires_ms - told_ms) / 4;
    keep_later(looking, told_ms + (share_ms < PK_CONSENT_ALONE_MS ? share_ms : PK_CONSENT_ALONE_MS));
    return 1; /* the newest is the one that is open */
}

/* Asked whether we may write, or whether we may go on. */
static int is_asked(void *ctx, const struct pk_consent_event *newest)
{
    const struct looking *looking = ctx;
    bool renewing = newest->asked_ms != 0 && (newest->kind == PK_CONSENT_CONFIRMED || newest->kind == PK_CONSENT_EXPIRED_EVENT);
    return renewing || pk_consent_state_of(newest->kind, newest->until_ms, looking->now_ms) == PK_CONSENT_INVITED;
}

int64_t pk_question_waits(struct pk_service *service, const struct pk_message *message, struct pk_asked *memo, int64_t now_ms)
{
    struct looking looking = { .service = service, .message = message, .now_ms = now_ms };
    struct pk_notice notice;
    bool may_ask = message->cls == PK_CLASS_NOTICE || message->cls == PK_CLASS_QUESTION;
    if (!may_ask || message->recipient == 0 || message->priority == PK_PRIORITY_URGENT)
        return 0;
    if (memo->notice != message->notice && read_kind(service, message->notice, &notice, memo, NULL) != 0)
        return 0;
    if (memo->asks == PK_TEXT_REPLY_CONSENT)
        (void) each_told(&looking, find_rsvp);
    else if (memo->asks != PK_TEXT_REPLY_NONE && pk_ledger_standing(service->store, message->recipient, message->channel, is_asked, &looking, NULL) > 0)
        (void) each_told(&looking, find_consent);
    return looking.until_ms;
}

/* ---- waiting ---- */

int pk_question_put_off(struct pk_service *service, const struct pk_message *message, int64_t until_ms, int64_t now_ms, struct pk_error *err)
{
    struct pk_message_change later = {
        .state = PK_MESSAGE_DEFERRED, .reason = PK_REASON_OTHER_QUESTION, .due_ms = until_ms, .now_ms = now_ms
    };
    int r = pk_message_change(service->store, message->id, &later, err);
    /* A consent question is worth as much afterwards. */
    if (r == 0 && message->cls == PK_CLASS_QUESTION)
        r = pk_message_extend(service->store, message->id, until_ms + service->rules->question_validity_ms, err);
    if (r == 0)
        pk_dispatcher_note(service->dispatcher, message->route, message->priority, until_ms);
    return r;
}

int pk_question_answered(struct pk_service *service, int64_t address, int64_t now_ms, struct pk_error *err)
{
    struct pk_message waiting[WOKEN_MAX];
    size_t count = 0;
    int r = pk_messages_waiting_for(service->store, address, PK_REASON_OTHER_QUESTION, WOKEN_MAX, waiting, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct pk_message_change now = { .state = PK_MESSAGE_QUEUED, .due_ms = now_ms, .now_ms = now_ms };
        r = pk_message_change(service->store, waiting[i].id, &now, err);
        if (r == 0)
            pk_dispatcher_note(service->dispatcher, waiting[i].route, waiting[i].priority, now_ms);
    }
    return r;
}

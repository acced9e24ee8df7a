/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One reply, one intent, one effect, at most one answer. The order of the checks is the order of what matters: STOP
 * is heard from everybody, also from an address nobody knows and also while a question is open.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/language/phone.h"
#include "gateway/language/prepare.h"
#include "gateway/model/cloudevent.h"
#include "gateway/service/planner.h"
#include "gateway/service/texts.h"
#include "gateway/service/topics.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/replies.h"

#define TEXT_MAX 4096u
#define TOLD_MAX 32u /* how far back the question is looked for that a yes or no is about */
#define DAY_MS (24 * 3600 * 1000ll)

const char *pk_talk_language(const struct pk_talk *talk)
{
    if (talk->who.id != 0)
        return talk->who.language;
    return talk->meaning.language[0] ? talk->meaning.language : talk->service->rules->default_language;
}

int pk_talk_answer(struct pk_talk *talk, const char *template_name, struct pk_slice values, bool confirms_stop, struct pk_error *err)
{
    struct pk_answer_plan plan = {
        .recipient = talk->who.id,
        .address = talk->at.id,
        .channel = talk->channel,
        .account = talk->desk->id,
        .template_name = template_name,
        .language = pk_slice_of(pk_talk_language(talk)),
        .script = pk_slice_of(talk->who.id != 0 ? talk->who.script : ""),
        .values = values,
        .act_ms = talk->now_ms,
        .confirms_stop = confirms_stop,
    };
    return pk_planner_answer(talk->service, &plan, talk->now_ms, err);
}

/* ---- consent ---- */

struct ledger_walk {
    struct pk_talk *talk;
    pk_consent_wanted *wanted;
    struct {
        uint32_t topic, channel;
    } found[64];
    size_t count;
};

static int collect(void *ctx, const struct pk_consent_event *newest)
{
    struct ledger_walk *walk = ctx;
    if (walk->count < PK_COUNT(walk->found) && walk->wanted(walk->talk, newest)) {
        walk->found[walk->count].topic = newest->topic;
        walk->found[walk->count].channel = newest->channel;
        walk->count++;
    }
    return 0;
}

bool pk_consent_is_live(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, talk->now_ms);
    return state == PK_CONSENT_INVITED || state == PK_CONSENT_GRANTED;
}

bool pk_consent_is_invited_here(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    return newest->channel == talk->channel &&
           pk_consent_state_of(newest->kind, newest->until_ms, talk->now_ms) == PK_CONSENT_INVITED;
}

bool pk_consent_is_asked_here(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    bool renewing = newest->asked_ms != 0 && newest->channel == talk->channel;
    return pk_consent_is_invited_here(talk, newest) ||
           (renewing && (newest->kind == PK_CONSENT_CONFIRMED || newest->kind == PK_CONSENT_EXPIRED_EVENT));
}

int pk_talk_append(struct pk_talk *talk, uint32_t topic, uint32_t channel, uint32_t kind, const char *how, struct pk_error *err)
{
    const char *name = pk_name_text(talk->service->store, PK_NAME_TOPIC, topic);
    const struct pk_topic_rule *rule = name ? pk_rules_topic(talk->service->rules, pk_slice_of(name)) : NULL;
    struct pk_consent_event event = {
        .recipient = talk->who.id,
        .topic = topic,
        .channel = channel,
        .kind = kind,
        .at_ms = talk->now_ms,
        .until_ms = kind == PK_CONSENT_CONFIRMED && rule && rule->consent_ms > 0 ? talk->now_ms + rule->consent_ms : 0,
        .shown = talk->shown,
        .how = pk_slice_of(how),
        .language = pk_slice_of(talk->shown_language[0] ? talk->shown_language : talk->who.language),
        .by = PK_SLICE("self"),
    };
    return pk_ledger_append(talk->service->store, &event, err);
}

int pk_talk_append_all(struct pk_talk *talk, pk_consent_wanted *wanted, uint32_t kind, const char *how,
                       struct pk_topic_set *ret_topics, struct pk_error *err)
{
    struct ledger_walk walk = { .talk = talk, .wanted = wanted };
    int r = pk_ledger_newest(talk->service->store, talk->who.id, collect, &walk, err);
    *ret_topics = (struct pk_topic_set){ 0 };
    for (size_t i = 0; r == 0 && i < walk.count; i++) {
        r = pk_talk_append(talk, walk.found[i].topic, walk.found[i].channel, kind, how, err);
        pk_topic_set_add(ret_topics, walk.found[i].topic);
    }
    return r;
}

int pk_talk_topics(struct pk_talk *talk, pk_consent_wanted *wanted, struct pk_topic_set *ret_topics, struct pk_error *err)
{
    struct ledger_walk walk = { .talk = talk, .wanted = wanted };
    int r = pk_ledger_newest(talk->service->store, talk->who.id, collect, &walk, err);
    *ret_topics = (struct pk_topic_set){ 0 };
    for (size_t i = 0; r == 0 && i < walk.count; i++)
        pk_topic_set_add(ret_topics, walk.found[i].topic);
    return r;
}

int pk_talk_answer_naming(struct pk_talk *talk, const char *template_name, const char *argument, const struct pk_topic_set *topics,
                          struct pk_error *err)
{
    struct pk_buf values;
    pk_buf_init(&values, PK_TOPICS_VALUES_MAX);
    int r = pk_topics_values(talk->service, template_name, pk_slice_of(pk_talk_language(talk)), argument, topics, &values, err);
    if (r == 0)
        r = pk_talk_answer(talk, template_name, pk_buf_slice(&values), false, err);
    pk_buf_finish(&values);
    return r;
}

/* ---- STOP; of one topic, and START: conversation_topics.c ---- */

static int stop_effects(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    struct pk_topic_set topics;
    size_t count;
    if (talk->who.id == 0)
        return pk_suppression_add(store, talk->channel, talk->address, talk->now_ms, err);
    int r = pk_recipient_set_stopped(store, talk->who.id, talk->now_ms, err);
    if (r == 0)
        r = pk_suppression_add_person(store, talk->who.id, talk->now_ms, err);
    if (r == 0)
        r = pk_talk_append_all(talk, pk_consent_is_live, PK_CONSENT_WITHDRAWN, "stop", &topics, err);
    if (r == 0)
        r = pk_messages_suppress_person(store, talk->who.id, PK_REASON_STOPPED, talk->now_ms, &count, err);
    return r;
}

static int stop(struct pk_talk *talk, bool confirm, struct pk_error *err)
{
    bool again = talk->who.id != 0 ? talk->who.stopped_ms != 0 : pk_suppression_has(talk->service->store, talk->channel, talk->address);
    if (again)
        return 0; /* confirmed when it was first said */
    /* The confirmation is queued before the block falls. */
    int r = confirm ? pk_talk_answer(talk, "stop-confirmed", (struct pk_slice){ 0 }, true, err) : 0;
    if (r == 0)
        r = stop_effects(talk, err);
    if (r == 0)
        talk->service->metrics.stops++;
    return r;
}

/* ---- yes and no ---- */

/* The evidence: the question's very words. What cannot be rendered any more is no reason not to hear the answer. */
static int keep_question(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_service *service = talk->service;
    struct pk_text *text = NULL;
    if (pk_texts_get(service, talk->question.notice, talk->question.version, false, &text, NULL) != 0)
        return 0;
    (void) snprintf(talk->shown_language, sizeof talk->shown_language, "%.*s", PK_SLICE_ARG(text->language));
    int r = pk_shown_intern(service->store, text->version, text->text, talk->now_ms, &talk->shown, err);
    pk_text_release(text);
    return r;
}

static int consent_answer(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_topic_set topics;
    bool yes = talk->meaning.intent == PK_INTENT_YES;
    if (yes && talk->meaning.soft)
        return pk_talk_answer(talk, "reply-not-understood", (struct pk_slice){ 0 }, false, err);
    int r = keep_question(talk, err);
    if (r == 0)
        r = pk_talk_append_all(talk, pk_consent_is_asked_here, yes ? PK_CONSENT_CONFIRMED : PK_CONSENT_REFUSED, "reply", &topics, err);
    if (r != 0 || topics.count == 0)
        return r; /* said before: the first answer stands, and was answered */
    return pk_talk_answer_naming(talk, yes ? "optin-confirmed" : "optin-declined", "topics", &topics, err);
}

/* An invitation of one text message names no place: then its confirmation names none either. */
static const char *rsvp_text(const struct pk_talk *talk, bool yes, struct pk_slice values)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (talk->asks == PK_TEXT_REPLY_OPINION)
        return "thanks";
    if (!yes)
        return "rsvp-no";
    if (pk_json_parse(values, PK_CLOUDEVENT_BYTES_MAX, &document, NULL) != 0)
        return "rsvp-yes-short";
    return pk_json_string(pk_json_get(document, "place")).len > 0 ? "rsvp-yes" : "rsvp-yes-short";
}

static int rsvp_answer(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_notice notice;
    int r = pk_notice_get(talk->service->store, talk->question.notice, &notice, err);
    if (r != 0)
        return r;
    bool yes = talk->meaning.intent == PK_INTENT_YES;
    struct pk_rsvp rsvp = {
        .recipient = talk->who.id,
        .trigger = notice.trigger,
        .reply = talk->reply,
        .yes = yes,
        .heads = yes ? (talk->meaning.count > 0 ? talk->meaning.count : 1) : 0,
        .at_ms = talk->now_ms,
    };
    char *values = pk_slice_dup(notice.values);
    r = pk_rsvp_add(talk->service->store, &rsvp, err);
    if (r == 0)
        r = pk_talk_answer(talk, rsvp_text(talk, yes, pk_slice_of(values)), pk_slice_of(values), false, err);
    free(values);
    return r;
}

static int not_understood(struct pk_talk *talk, bool seen_today, struct pk_error *err)
{
    return seen_today ? 0 : pk_talk_answer(talk, "reply-not-understood", (struct pk_slice){ 0 }, false, err);
}

static int yes_or_no(struct pk_talk *talk, bool seen_today, struct pk_error *err)
{
    switch (talk->asks) {
    case PK_TEXT_REPLY_CONSENT:
        return consent_answer(talk, err);
    case PK_TEXT_REPLY_YES_NO:
    case PK_TEXT_REPLY_OPINION:
        return rsvp_answer(talk, err);
    case PK_TEXT_REPLY_NONE:
        break;
    }
    return not_understood(talk, seen_today, err);
}

/* ---- one reply ---- */

/* An address as we keep it; what cannot be read as a number is taken as it came. */
static struct pk_slice normalise(struct pk_service *service, const char *channel, struct pk_slice from, char ret_e164[PK_PHONE_MAX])
{
    if (strcmp(channel, "sms") != 0)
        return from;
    char with_plus[32];
    struct pk_slice text = from;
    if (from.len > 0 && from.len < sizeof with_plus - 1 && from.data[0] >= '1' && from.data[0] <= '9' && from.len > 9) {
        /* Providers that leave the plus out give country code and number. */
        (void) snprintf(with_plus, sizeof with_plus, "+%.*s", PK_SLICE_ARG(from));
        text = pk_slice_of(with_plus);
    }
    enum pk_phone_status status = pk_phone_parse(text, service->rules->phone_region, ret_e164);
    return status == PK_PHONE_OK || status == PK_PHONE_AMBIGUOUS ? pk_slice_of(ret_e164) : from;
}

/* Between the question and the reply there may be notices that ask nothing: the reply is not about those. */
static int asks_something(void *ctx, const struct pk_message *told)
{
    struct pk_talk *talk = ctx;
    struct pk_notice notice;
    int r = pk_notice_get(talk->service->store, told->notice, &notice, NULL);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    const struct pk_template *text =
        pk_catalog_find(talk->service->catalog, notice.template_name, pk_slice_of(talk->service->rules->default_language));
    talk->asks = text ? pk_template_reply(text) : PK_TEXT_REPLY_NONE;
    if (talk->asks == PK_TEXT_REPLY_NONE)
        return 0;
    talk->question = *told;
    return 1;
}

static int recognise(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    int r = pk_address_find(store, talk->channel, talk->address, &talk->at, err);
    if (r == PK_E_NOT_FOUND) {
        talk->at = (struct pk_address){ 0 };
        return 0;
    }
    if (r != 0 || talk->at.recipient == 0)
        return r;
    if ((r = pk_recipient_get(store, talk->at.recipient, &talk->who, err)) != 0)
        return r;
    r = pk_messages_told(store, talk->at.id, talk->now_ms - talk->service->rules->reply_window_ms, TOLD_MAX, asks_something, talk, err);
    return r < 0 ? r : 0;
}

/* A button says what it means; what is written has to be understood. */
static void understand(struct pk_talk *talk, const struct pk_said *said, struct pk_slice text)
{
    if (pk_slice_is(said->choice, PK_CHOICE_YES))
        talk->meaning.intent = PK_INTENT_YES;
    else if (pk_slice_is(said->choice, PK_CHOICE_NO))
        talk->meaning.intent = PK_INTENT_NO;
    else
        pk_reply_decide(pk_catalog_reply_words(talk->service->catalog), talk->service->rules->topic_words, text, &talk->meaning);
}

/* A stranger's address is kept while an answer to it may be on its way; retention takes it out again. */
static int keep_address(struct pk_talk *talk, struct pk_error *err)
{
    return talk->at.id != 0 ? 0 : pk_address_add(talk->service->store, 0, talk->channel, talk->address, talk->now_ms, &talk->at.id, err);
}

/* A stranger has nothing to keep: their STOP is a whole one whatever it names. */
static int hear_stop(struct pk_talk *talk, bool opted_out, struct pk_error *err)
{
    if (!opted_out && talk->meaning.topic[0] && talk->who.id != 0)
        return pk_talk_stop_topic(talk, err);
    return stop(talk, !opted_out, err);
}

static int act(struct pk_talk *talk, bool opted_out, bool seen_today, struct pk_error *err)
{
    if (opted_out)
        return hear_stop(talk, true, err);
    switch (talk->meaning.intent) {
    case PK_INTENT_STOP:
        return hear_stop(talk, false, err);
    case PK_INTENT_START:
        return pk_talk_start(talk, err);
    case PK_INTENT_HELP:
        return pk_talk_answer(talk, "help", (struct pk_slice){ 0 }, false, err);
    case PK_INTENT_YES:
    case PK_INTENT_NO:
        return yes_or_no(talk, seen_today, err);
    case PK_INTENT_NONE:
        break;
    }
    return not_understood(talk, seen_today, err);
}

int pk_conversation_take(struct pk_service *service, const struct pk_said *said, int64_t now_ms, struct pk_error *err)
{
    char e164[PK_PHONE_MAX];
    struct pk_talk talk = { .service = service, .desk = said->desk, .now_ms = now_ms, .channel = said->desk->channel };
    if (talk.channel == 0 || said->from.len == 0 || said->from.len > 255) {
        pk_log(PK_LOG_WARN, "conversation", "reply.unroutable", "account", said->desk->rule->name, NULL);
        return 0;
    }
    talk.address = normalise(service, pk_name_text(service->store, PK_NAME_CHANNEL, talk.channel), said->from, e164);
    struct pk_slice text = said->text.len > TEXT_MAX ? pk_slice_make(said->text.data, TEXT_MAX) : said->text;
    understand(&talk, said, text);
    int r = recognise(&talk, err);
    if (r == 0 && !said->opted_out)
        r = keep_address(&talk, err);
    if (r != 0)
        return r;
    bool seen_today = talk.at.id != 0 && pk_reply_seen_since(service->store, talk.at.id, PK_INTENT_NONE, now_ms - DAY_MS);
    struct pk_reply row = {
        .account = said->desk->id,
        .channel = talk.channel,
        .address = talk.at.id,
        .recipient = talk.who.id,
        .intent = said->opted_out ? PK_INTENT_STOP : talk.meaning.intent,
        .message = talk.question.id,
        .at_ms = now_ms,
    };
    r = pk_reply_add(service->store, &row, talk.address, text, said->event_id, &talk.reply, err);
    if (r == PK_E_CONFLICT) {
        service->metrics.replies_repeated++;
        /* Without the provider's id the same word within a minute only looks like a repeat. A STOP is heard even so: it may
         * follow a START. */
        return said->event_id.len == 0 && row.intent == PK_INTENT_STOP ? hear_stop(&talk, said->opted_out, err) : 0;
    }
    if (r != 0)
        return r;
    service->metrics.replies[row.intent]++;
    return act(&talk, said->opted_out, seen_today, err);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One reply, one intent, one effect, at most one answer. The order of the checks is the order of what matters: STOP
 * is heard from everybody, also from an address nobody knows and also while a question is open.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/address.h"
#include "gateway/service/network_block.h"
#include "gateway/service/planner.h"
#include "gateway/store/deep_links.h"
#include "gateway/store/names.h"
#include "gateway/store/offers.h"
#include "gateway/store/passes.h"
#include "gateway/store/replies.h"

#define TEXT_MAX 4096u

/* A stranger is answered as they write: "bg-Latn" is Bulgarian in Latin letters. */
const char *pk_talk_language(const struct pk_talk *talk)
{
    if (talk->who.id != 0)
        return talk->who.language;
    return talk->meaning.language[0] ? talk->meaning.language : talk->service->rules->default_language;
}

int pk_talk_answer(struct pk_talk *talk, const char *template_name, struct pk_slice values, bool confirms_stop, struct pk_error *err)
{
    struct pk_slice rest = pk_slice_of(pk_talk_language(talk)), language = rest;
    if (talk->muted && !confirms_stop)
        return 0;
    (void) pk_slice_cut(&rest, '-', &language);
    struct pk_answer_plan plan = {
        .recipient = talk->who.id,
        .address = talk->at.id,
        .channel = talk->channel,
        .account = talk->desk ? talk->desk->id : 0,
        .template_name = template_name,
        .language = language,
        .script = talk->who.id != 0 ? pk_slice_of(talk->who.script) : rest,
        .values = values,
        .act_ms = talk->now_ms,
        .occurrence = talk->dated ? talk->asked.occurrence : 0,
        .version = talk->dated ? talk->asked.version : 0,
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
    if (talk->asked_by_ms != 0 && (newest->asked_ms != 0 ? newest->asked_ms : newest->at_ms) > talk->asked_by_ms)
        return false;
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
        .wording = pk_slice_of(talk->wording),
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
        r = pk_offers_end_of(store, talk->who.id, err);
    if (r == 0) /* whoever has their page open somewhere, or a code to it, signs nothing up again there */
        r = pk_sessions_end_of(store, talk->who.id, err);
    if (r == 0)
        r = pk_talk_append_all(talk, pk_consent_is_live, PK_CONSENT_WITHDRAWN, "stop", &topics, err);
    if (r == 0)
        r = pk_messages_suppress_person(store, talk->who.id, PK_REASON_STOPPED, talk->now_ms, &count, err);
    return r;
}

int pk_talk_stop(struct pk_talk *talk, bool confirm, struct pk_error *err)
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

int pk_conversation_stop(struct pk_service *service, int64_t recipient, int64_t now_ms, struct pk_error *err)
{
    struct pk_talk talk = { .service = service, .now_ms = now_ms };
    int r = pk_recipient_get(service->store, recipient, &talk.who, err);
    return r == 0 ? pk_talk_stop(&talk, false, err) : r;
}

/* ---- one reply ---- */

/* An address as we keep it; what cannot be read as a number is taken as it came. Providers that leave the plus out give
 * country code and number. */
static struct pk_slice normalise(struct pk_service *service, const char *channel, struct pk_slice from, char room[PK_ADDRESS_ROOM])
{
    char with_plus[32];
    bool bare = strcmp(channel, PK_CHANNEL_SMS) == 0 && from.len > 9 && from.len < sizeof with_plus - 1 && from.data[0] >= '1' &&
                from.data[0] <= '9';
    if (!bare)
        return pk_address_as_kept(service, pk_slice_of(channel), from, room);
    (void) snprintf(with_plus, sizeof with_plus, "+%.*s", PK_SLICE_ARG(from));
    struct pk_slice kept = pk_address_as_kept(service, pk_slice_of(channel), pk_slice_of(with_plus), room);
    return kept.data == room ? kept : from;
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
    return pk_recipient_get(store, talk->at.recipient, &talk->who, err);
}

/* Numbers are written to, and what a provider says of one is what its owner wrote there. On every other channel a link may
 * open the chat, and its network's word is about the chat alone. */
static bool is_by_number(const struct pk_talk *talk)
{
    const char *channel = pk_name_text(talk->service->store, PK_NAME_CHANNEL, talk->channel);
    return channel && strcmp(channel, "sms") == 0;
}

/* What stands for it in the person's file: a code is not kept. */
static void take_token(struct pk_talk *talk, const struct pk_said *said, struct pk_slice *token, struct pk_slice *text)
{
    *token = said->token;
    bool written = token->len == 0 && !said->opted_out && said->choice.len == 0 &&
                   pk_talk_link_in_words(talk, !is_by_number(talk), *text, token);
    if (token->len > 0 && !(written && !pk_link_is_code(*token)))
        *text = PK_SLICE("START");
}

/* A button says what it means, and about what; what is written has to be understood. */
static int understand(struct pk_talk *talk, const struct pk_said *said, struct pk_slice token, struct pk_slice text, struct pk_error *err)
{
    if (token.len > 0) {
        talk->meaning.intent = PK_INTENT_START;
        return 0;
    }
    if (pk_talk_button(talk, said->choice, said->our_reference))
        return 0;
    pk_reply_decide(pk_catalog_reply_words(talk->service->catalog), talk->service->rules->topic_words, text, &talk->meaning);
    return talk->who.id != 0 ? pk_talk_find_question(talk, err) : 0;
}

/* A stranger's address is kept while an answer to it may be on its way; retention takes it out again. */
static int keep_address(struct pk_talk *talk, struct pk_error *err)
{
    return talk->at.id != 0 ? 0 : pk_address_add(talk->service->store, 0, talk->channel, talk->address, talk->now_ms, &talk->at.id, err);
}

/* Nobody is known by it: it is remembered, should somebody be later. */
static int hear_network(struct pk_talk *talk, struct pk_error *err)
{
    if (talk->who.id == 0)
        return pk_suppression_add(talk->service->store, talk->channel, talk->address, talk->now_ms, err);
    return pk_network_block(talk->service, talk->desk, talk->who.id, talk->at.id, talk->channel, talk->now_ms, err);
}

/* A stranger has nothing to keep: their STOP is a whole one whatever it names. */
static int hear_stop(struct pk_talk *talk, bool opted_out, struct pk_error *err)
{
    if (opted_out && !is_by_number(talk))
        return hear_network(talk, err);
    if (!opted_out && talk->meaning.topic[0] && talk->who.id != 0)
        return pk_talk_stop_topic(talk, err);
    return pk_talk_stop(talk, !opted_out, err);
}

static int act(struct pk_talk *talk, bool opted_out, struct pk_slice token, struct pk_error *err)
{
    if (opted_out)
        return hear_stop(talk, true, err);
    if (token.len > 0)
        return pk_talk_link(talk, token, err);
    switch (talk->meaning.intent) {
    case PK_INTENT_STOP:
        return hear_stop(talk, false, err);
    case PK_INTENT_START:
        return pk_talk_start(talk, err);
    case PK_INTENT_HELP:
        return pk_talk_help(talk, err);
    case PK_INTENT_YES:
    case PK_INTENT_NO:
        return pk_talk_yes_or_no(talk, err);
    case PK_INTENT_NONE:
        break;
    }
    return pk_talk_rest(talk, err);
}

int pk_conversation_take(struct pk_service *service, const struct pk_said *said, int64_t now_ms, struct pk_error *err)
{
    char room[PK_ADDRESS_ROOM];
    struct pk_talk talk = { .service = service, .desk = said->desk, .now_ms = now_ms, .channel = said->desk->channel };
    if (talk.channel == 0 || said->from.len == 0 || said->from.len > 255) {
        pk_log(PK_LOG_WARN, "conversation", "reply.unroutable", "account", said->desk->rule->name, NULL);
        return 0;
    }
    talk.address = normalise(service, pk_name_text(service->store, PK_NAME_CHANNEL, talk.channel), said->from, room);
    struct pk_slice text = said->text.len > TEXT_MAX ? pk_slice_make(said->text.data, TEXT_MAX) : said->text, token;
    take_token(&talk, said, &token, &text);
    int r = recognise(&talk, err);
    if (r == 0)
        r = understand(&talk, said, token, text, err);
    if (r == 0 && !said->opted_out)
        r = keep_address(&talk, err);
    if (r != 0)
        return r;
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
    talk.muted = !said->opted_out && pk_talk_is_echo(&talk, text);
    if (talk.muted)
        service->metrics.replies_muted++;
    return act(&talk, said->opted_out, token, err);
}

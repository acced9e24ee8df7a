/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/desk_word.h"

#include "gateway/base/id.h"
#include "gateway/base/random.h"
#include "gateway/language/desk_words.h"
#include "gateway/service/import.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/texts.h"
#include "gateway/service/topics.h"
#include "gateway/service/trail.h"
#include "gateway/store/desk_words.h"
#include "gateway/store/names.h"

#define TEXT "optin-desk-word"
#define HOW "desk-word"
#define DAY_MS (24 * 3600 * 1000ll)
#define FOLDED_MAX 128u

static int allow(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, struct pk_slice topic, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    const struct pk_about about = { .recipient = recipient, .topic = topic };
    int r = pk_allow(service, actor, PK_ACTION_CONSENT_GRANT, &about, pk_id_format(recipient, id), err);
    if (r != 0 || service->rules->desk_words)
        return r;
    (void) pk_fail(err, PK_E_UNSUPPORTED, "words said at the desk are not in use here");
    return pk_hint(err, PK_E_UNSUPPORTED, "Set desk_words = yes in [gateway], or let the question go out.");
}

static struct pk_slice who_enters(const struct pk_actor *actor, struct pk_slice by)
{
    return by.len > 0 ? by : pk_slice_of(actor->name);
}

static int check_by(struct pk_slice by, struct pk_error *err)
{
    return pk_import_is_word(by) ? 0 : pk_fail(err, PK_E_INVALID, "who enters it is too long, or looks like a number of a person");
}

static int audit(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, const char *detail, int64_t now_ms, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    return pk_trail_done(service, actor, "consent.word", pk_id_format(recipient, id), detail, recipient, now_ms, err);
}

static int refuse_stopped(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_CONFLICT, "this person said STOP");
    return pk_hint(err, PK_E_CONFLICT, "Only they can undo that, by writing START.");
}

/* ---- sending it ---- */

struct sending {
    struct pk_service *service;
    const struct pk_desk_word_plan *plan;
    const struct pk_topic_rule *rule;
    struct pk_recipient who;
    uint32_t topic, channel;
    int64_t address, now_ms;
    enum pk_consent_state state;
};

static int choose_address(void *ctx, const struct pk_address *address)
{
    struct sending *sending = ctx;
    if (address->channel == sending->channel && address->blocked_ms == 0 && sending->address == 0)
        sending->address = address->id;
    return 0;
}

static int look(struct sending *sending, struct pk_error *err)
{
    struct pk_store *store = sending->service->store;
    struct pk_slice channel = sending->plan->channel.len > 0 ? sending->plan->channel : PK_SLICE("sms");
    sending->rule = pk_rules_topic(sending->service->rules, sending->plan->topic);
    if (!sending->rule)
        return pk_fail(err, PK_E_INVALID, "there is no topic \"%.*s\"", PK_SLICE_ARG(sending->plan->topic));
    sending->channel = pk_name_find(store, PK_NAME_CHANNEL, channel);
    int r = pk_recipient_get(store, sending->plan->recipient, &sending->who, err);
    if (r == 0)
        r = pk_name_intern(store, PK_NAME_TOPIC, sending->plan->topic, &sending->topic, err);
    if (r == 0)
        r = pk_addresses_of(store, sending->who.id, choose_address, sending, err);
    if (r == 0)
        sending->state = pk_ledger_state(store, sending->who.id, sending->topic, sending->channel, sending->now_ms, NULL);
    return r;
}

static int check(const struct sending *sending, struct pk_error *err)
{
    if (sending->who.stopped_ms != 0)
        return refuse_stopped(err);
    if (sending->address == 0 || sending->state == PK_CONSENT_STATE_BLOCKED)
        return pk_fail(err, PK_E_CONFLICT, "the person cannot be written to on this channel");
    if (sending->state == PK_CONSENT_GRANTED)
        return pk_fail(err, PK_E_CONFLICT, "the person agreed to this already");
    if (pk_desk_words_since(sending->service->store, sending->who.id, sending->now_ms - DAY_MS) < PK_DESK_WORDS_A_DAY)
        return 0;
    (void) pk_fail(err, PK_E_LIMIT, "this person was sent %u words today", PK_DESK_WORDS_A_DAY);
    return pk_hint(err, PK_E_LIMIT, "Use the form on paper, or try tomorrow.");
}

static int values_of(struct sending *sending, struct pk_slice word, struct pk_buf *values, struct pk_error *err)
{
    struct pk_topic_set topics = { .items = { sending->topic }, .count = 1 };
    struct pk_buf named;
    pk_buf_init(&named, PK_TOPICS_VALUES_MAX);
    int r = pk_topics_values(sending->service, TEXT, pk_slice_of(sending->who.language), "topics", &topics, &named, err);
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&named), PK_TOPICS_VALUES_MAX, &document, err);
    struct pk_json_out out = pk_json_out(values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "topics", pk_json_string(pk_json_get(document, "topics")));
    pk_json_add_slice(&out, "word", word);
    pk_json_close(&out, '}');
    pk_buf_finish(&named);
    return r;
}

static int hand_out(struct sending *sending, struct pk_slice word, struct pk_slice by, int64_t until_ms, struct pk_error *err)
{
    struct pk_buf values, folded;
    int64_t message = 0;
    pk_buf_init(&values, PK_TOPICS_VALUES_MAX);
    pk_buf_init(&folded, FOLDED_MAX);
    int r = values_of(sending, word, &values, err);
    struct pk_answer_plan plan = {
        .recipient = sending->who.id,
        .address = sending->address,
        .channel = sending->channel,
        .template_name = TEXT,
        .language = pk_slice_of(sending->who.language),
        .script = pk_slice_of(sending->who.script),
        .values = pk_buf_slice(&values),
        .act_ms = sending->now_ms, /* they stand there */
        .ret_message = &message,
    };
    if (r == 0)
        r = pk_planner_answer(sending->service, &plan, sending->now_ms, err);
    if (r == 0 && message == 0)
        r = pk_fail(err, PK_E_LIMIT, "this person had all the answers of a day, or there is no route");
    if (r == 0)
        r = pk_desk_word_fold(word, &folded);
    struct pk_desk_word kept = { .topic = sending->topic, .channel = sending->channel, .message = message, .created_ms = sending->now_ms,
                                 .until_ms = until_ms, .asked_by = by };
    if (r == 0)
        r = pk_desk_word_add(sending->service->store, sending->who.id, &kept, pk_buf_slice(&folded), err);
    pk_buf_wipe(&values);
    pk_buf_wipe(&folded);
    return r;
}

static int note_request(struct sending *sending, struct pk_slice by, struct pk_error *err)
{
    struct pk_consent_event event = {
        .recipient = sending->who.id,
        .topic = sending->topic,
        .channel = sending->channel,
        .kind = PK_CONSENT_REQUESTED,
        .at_ms = sending->now_ms,
        .how = PK_SLICE(HOW),
        .language = pk_slice_of(sending->who.language),
        .by = by,
    };
    return sending->state == PK_CONSENT_INVITED ? 0 : pk_ledger_append(sending->service->store, &event, err);
}

int pk_desk_word_send(struct pk_service *service, const struct pk_actor *actor, const struct pk_desk_word_plan *plan, int64_t now_ms,
                      int64_t *ret_until_ms, struct pk_error *err)
{
    struct sending sending = { .service = service, .plan = plan, .now_ms = now_ms };
    struct pk_slice by = who_enters(actor, plan->by);
    struct pk_buf word;
    int r = allow(service, actor, plan->recipient, plan->topic, err);
    if (r == 0)
        r = check_by(by, err);
    if (r == 0)
        r = look(&sending, err);
    if (r == 0)
        r = check(&sending, err);
    if (r != 0)
        return r;
    pk_buf_init(&word, FOLDED_MAX);
    r = pk_desk_word_make(service->catalog, pk_slice_of(sending.who.language), (uint32_t) pk_random_below(UINT32_MAX), (uint32_t) pk_random_below(100),
                          &word);
    if (r != 0)
        r = pk_fail(err, PK_E_CONFIG, "there are no words to say in this language");
    if (r == 0)
        r = note_request(&sending, by, err);
    if (r == 0)
        r = hand_out(&sending, pk_buf_slice(&word), by, now_ms + PK_DESK_WORD_MS, err);
    pk_buf_wipe(&word);
    if (r == 0)
        r = audit(service, actor, sending.who.id, "sent", now_ms, err);
    if (r == 0)
        *ret_until_ms = now_ms + PK_DESK_WORD_MS;
    return r;
}

/* ---- said ---- */

/* What they were shown: the very text that carried the word. Its values may be gone already, then the text's version is. */
static int keep_shown(struct pk_service *service, int64_t message_id, int64_t now_ms, int64_t *ret_shown, struct pk_error *err)
{
    struct pk_message message;
    struct pk_text *text = NULL;
    *ret_shown = 0;
    if (pk_message_get(service->store, message_id, &message, NULL) != 0 ||
        pk_texts_get(service, message.notice, message.version, false, &text, NULL) != 0)
        return 0;
    int r = pk_shown_intern(service->store, text->version, text->text, now_ms, ret_shown, err);
    pk_text_release(text);
    return r;
}

static int confirm_by_message(struct pk_service *service, const struct pk_recipient *who, const struct pk_desk_word *word, int64_t now_ms,
                              struct pk_error *err)
{
    struct pk_topic_set topics = { .items = { word->topic }, .count = 1 };
    struct pk_message carried;
    struct pk_buf values;
    if (pk_message_get(service->store, word->message, &carried, NULL) != 0)
        return 0;
    pk_buf_init(&values, PK_TOPICS_VALUES_MAX);
    int r = pk_topics_values(service, "optin-confirmed", pk_slice_of(who->language), "topics", &topics, &values, err);
    struct pk_answer_plan plan = {
        .recipient = who->id,
        .address = carried.address,
        .channel = word->channel,
        .template_name = "optin-confirmed",
        .language = pk_slice_of(who->language),
        .script = pk_slice_of(who->script),
        .values = pk_buf_slice(&values),
        .act_ms = now_ms,
    };
    if (r == 0)
        r = pk_planner_answer(service, &plan, now_ms, err);
    pk_buf_finish(&values);
    return r;
}

struct since {
    const struct pk_desk_word *word;
    bool refused;
};

static int see_no(void *ctx, const struct pk_consent_event *newest)
{
    struct since *since = ctx;
    if (newest->topic == since->word->topic && newest->channel == since->word->channel && newest->at_ms >= since->word->created_ms)
        since->refused |= newest->kind == PK_CONSENT_WITHDRAWN || newest->kind == PK_CONSENT_REFUSED || newest->kind == PK_CONSENT_BLOCKED;
    return 0;
}

/* What they said no to after the word was sent, the word does not bring back. */
static int check_since(struct pk_service *service, int64_t recipient, const struct pk_desk_word *word, struct pk_error *err)
{
    struct since since = { .word = word };
    int r = pk_ledger_newest(service->store, recipient, see_no, &since, err);
    if (r != 0 || !since.refused)
        return r;
    (void) pk_fail(err, PK_E_CONFLICT, "the person said no to this after the word was sent");
    return pk_hint(err, PK_E_CONFLICT, "Ask them; when they want it after all, send a new word.");
}

static int agree(struct pk_service *service, const struct pk_recipient *who, const struct pk_desk_word *word, struct pk_slice by, int64_t now_ms,
                 struct pk_grant_result *ret_result, struct pk_error *err)
{
    const char *name = pk_name_text(service->store, PK_NAME_TOPIC, word->topic);
    const struct pk_topic_rule *rule = name ? pk_rules_topic(service->rules, pk_slice_of(name)) : NULL;
    if (!rule)
        return pk_fail(err, PK_E_CONFLICT, "the topic is no longer there");
    struct pk_consent_event event = {
        .recipient = who->id,
        .topic = word->topic,
        .channel = word->channel,
        .kind = PK_CONSENT_CONFIRMED,
        .at_ms = now_ms,
        .until_ms = rule->consent_ms > 0 ? now_ms + rule->consent_ms : 0,
        .how = PK_SLICE(HOW),
        .language = pk_slice_of(who->language),
        .by = by,
    };
    int r = keep_shown(service, word->message, now_ms, &event.shown, err);
    if (r == 0)
        r = pk_ledger_append(service->store, &event, err);
    if (r == 0)
        r = confirm_by_message(service, who, word, now_ms, err);
    if (r == 0)
        *ret_result = (struct pk_grant_result){ .state = PK_CONSENT_GRANTED, .changed = true, .until_ms = event.until_ms };
    return r;
}

int pk_desk_word_said(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, struct pk_slice said, struct pk_slice by,
                      int64_t now_ms, struct pk_grant_result *ret_result, struct pk_error *err)
{
    struct pk_recipient who;
    struct pk_desk_word word;
    struct pk_buf folded;
    int r = allow(service, actor, recipient, (struct pk_slice){ 0 }, err);
    if (r == 0)
        r = check_by(who_enters(actor, by), err);
    if (r == 0)
        r = pk_recipient_get(service->store, recipient, &who, err);
    if (r == 0 && who.stopped_ms != 0)
        r = refuse_stopped(err);
    if (r != 0)
        return r;
    pk_buf_init(&folded, FOLDED_MAX);
    (void) pk_desk_word_fold(said, &folded); /* what cannot be read is a wrong word */
    r = pk_desk_word_use(service->store, recipient, pk_buf_slice(&folded), now_ms, &word, err);
    pk_buf_wipe(&folded);
    if (r == PK_E_DENIED) {
        struct pk_error kept = { 0 };
        int a = audit(service, actor, recipient, "wrong", now_ms, &kept);
        return a != 0 ? a : r;
    }
    if (r == 0)
        r = check_since(service, recipient, &word, err);
    if (r == 0)
        r = agree(service, &who, &word, who_enters(actor, by), now_ms, ret_result, err);
    return r == 0 ? audit(service, actor, recipient, "said", now_ms, err) : r;
}

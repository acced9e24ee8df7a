/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a link is about, shown and decided. It is about what its message asks; a confirmation of an answer is about the
 * invitation that was answered, so that it can be changed. What follows is what follows from the same answer in words: one
 * conversation, one ledger, one gate.
 */
#include "gateway/service/links.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/model/cloudevent.h"
#include "gateway/service/conversation_private.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

#define HOW "link"
#define ADDRESS_BYTES_MAX 256u
#define TOLD_MAX 32u
#define WORDS_MAX 512u

/* A link looked up, with all it is about. */
struct linked {
    struct pk_link_row row;
    struct pk_message message;
    struct pk_talk talk; /* question: what a yes or no is about; asks NONE = nothing */
    struct pk_topic_set topics; /* of a consent question */
    struct pk_buf address; /* talk.address lies here */
    bool can_start;
};

static void release(struct linked *linked)
{
    pk_buf_wipe(&linked->address);
}

static int gone(struct pk_error *err)
{
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such link, or it is over");
}

/* ---- what it is about ---- */

struct visit {
    struct pk_talk *talk;
    int64_t occurrence; /* the date that is confirmed; 0 = of none, then it is the newest */
};

/* The invitation whose answer this message confirms. */
static int find_visit(void *ctx, const struct pk_message *told)
{
    const struct visit *visit = ctx;
    struct pk_talk *talk = visit->talk;
    struct pk_asked asked;
    if (pk_asked_read(talk->service, told->notice, &asked, NULL) != 0 || asked.asks != PK_TEXT_REPLY_YES_NO ||
        (visit->occurrence != 0 && asked.occurrence != visit->occurrence))
        return 0;
    talk->question = *told;
    talk->asked = asked;
    return 1;
}

static int find_subject(struct linked *linked, struct pk_error *err)
{
    struct pk_talk *talk = &linked->talk;
    struct pk_service *service = talk->service;
    struct pk_notice notice;
    int r = pk_asked_read(service, linked->message.notice, &talk->asked, err);
    if (r == 0)
        r = pk_notice_get(service->store, linked->message.notice, &notice, err);
    if (r != 0)
        return r;
    talk->question = linked->message;
    linked->can_start = talk->who.stopped_ms != 0 || pk_slice_starts(notice.template_name, "stop-confirmed") ||
                        pk_slice_starts(notice.template_name, "optin-declined");
    struct visit visit = { .talk = talk, .occurrence = notice.occurrence };
    if (talk->asked.asks == PK_TEXT_REPLY_NONE && pk_slice_starts(notice.template_name, "rsvp-"))
        r = pk_messages_told(service->store, talk->at.id, talk->now_ms - service->rules->reply_window_ms, TOLD_MAX, find_visit, &visit, err);
    if (r >= 0 && talk->asked.asks == PK_TEXT_REPLY_CONSENT && talk->who.id != 0)
        r = pk_talk_topics(talk, pk_consent_is_asked_here, &linked->topics, err);
    if (talk->asked.asks == PK_TEXT_REPLY_CONSENT && linked->topics.count == 0)
        talk->asked.asks = PK_TEXT_REPLY_NONE; /* answered already, another way */
    talk->over = talk->asked.asks == PK_TEXT_REPLY_YES_NO && pk_asked_over(service, &talk->asked, talk->now_ms);
    return r < 0 ? r : 0;
}

static int look(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms, struct linked *linked, struct pk_error *err)
{
    struct pk_talk *talk = &linked->talk;
    *linked = (struct linked){ .talk = { .service = service, .now_ms = now_ms, .how = HOW } };
    pk_buf_init(&linked->address, ADDRESS_BYTES_MAX);
    int r = pk_link_find(service->store, token, now_ms, &linked->row, err);
    if (r == 0 && linked->row.decided_ms != 0 && linked->row.decided_ms + PK_LINK_AGAIN_MS <= now_ms)
        r = gone(err);
    if (r == 0)
        r = pk_message_get(service->store, linked->row.message, &linked->message, err);
    if (r == 0 && linked->message.address == 0)
        r = gone(err);
    if (r == 0)
        r = pk_address_get(service->store, linked->message.address, &talk->at, err);
    if (r == 0 && talk->at.recipient != linked->message.recipient)
        r = gone(err); /* it is somebody else's by now */
    if (r == 0)
        r = pk_address_value(service->store, talk->at.id, &linked->address, err);
    talk->address = pk_buf_slice(&linked->address);
    talk->channel = talk->at.channel;
    if (r == 0 && talk->at.recipient != 0)
        r = pk_recipient_get(service->store, talk->at.recipient, &talk->who, err);
    return r == 0 ? find_subject(linked, err) : r;
}

/* ---- what the page shows ---- */

int pk_link_language(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms,
                     char ret_language[2 * PK_LANGUAGE_MAX], struct pk_error *err)
{
    struct linked linked;
    int r = look(service, token, now_ms, &linked, err);
    const struct pk_recipient *who = &linked.talk.who;
    if (r == 0 && who->id != 0)
        (void) snprintf(ret_language, 2 * PK_LANGUAGE_MAX, "%s%s%s", who->language, who->script[0] ? "-" : "", who->script);
    else if (r == 0)
        (void) snprintf(ret_language, 2 * PK_LANGUAGE_MAX, "%s", service->rules->default_language);
    release(&linked);
    return r;
}

static void write_day(int64_t ms, char ret_day[16])
{
    char moment[PK_TIME_TEXT_MAX];
    (void) pk_time_format(ms, moment);
    (void) snprintf(ret_day, 16, "%.2s.%.2s.%.4s", moment + 8, moment + 5, moment);
}

static const struct pk_topic_rule *rule_of(struct pk_service *service, uint32_t topic)
{
    const char *name = topic != 0 ? pk_name_text(service->store, PK_NAME_TOPIC, topic) : NULL;
    return name ? pk_rules_topic(service->rules, pk_slice_of(name)) : NULL;
}

static void show_topics(const struct linked *linked, struct pk_slice tag, struct pk_json_out *out)
{
    struct pk_service *service = linked->talk.service;
    pk_json_open(out, "topics", '[');
    for (size_t i = 0; i < linked->topics.count; i++) {
        const struct pk_topic_rule *rule = rule_of(service, linked->topics.items[i]);
        char until[16] = "";
        if (!rule)
            continue;
        if (rule->consent_ms > 0)
            write_day(linked->talk.now_ms + rule->consent_ms, until);
        pk_json_open(out, NULL, '{');
        pk_topic_write(service, rule, tag, out);
        pk_json_add_text(out, "until", until);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* The question as it was sent, which says all that a yes is to: also that somebody signed them up for a circle of hers. What
 * cannot be rendered any more is not shown. */
static void show_words(const struct linked *linked, struct pk_json_out *out)
{
    struct pk_text *text = NULL;
    if (pk_texts_get_linked(linked->talk.service, linked->message.notice, linked->message.version, PK_SLICE("…"), false, &text, NULL) != 0)
        return;
    pk_json_add_slice(out, "words", text->text);
    pk_json_add_slice(out, "wordsLanguage", text->language);
    pk_text_release(text);
}

/* The day and hour of the event in the page's language and letters, as a text would say them. */
static void show_moment(const struct linked *linked, struct pk_slice tag, const struct pk_json *values, struct pk_json_out *out)
{
    struct pk_service *service = linked->talk.service;
    struct pk_slice rest = tag, language = tag;
    struct pk_buf words;
    (void) pk_slice_cut(&rest, '-', &language);
    struct pk_render how = {
        .language = language,
        .rendering = rest.len > 0 && rest.len < tag.len ? tag : (struct pk_slice){ 0 },
        .body = PK_SLICE("{begins_day}, {begins_time}"),
        .values = values,
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
    };
    pk_buf_init(&words, WORDS_MAX);
    if (pk_catalog_render(service->catalog, &how, &words, NULL) == 0)
        pk_json_add_slice(out, "when", pk_buf_slice(&words));
    pk_buf_finish(&words);
}

static int show_event(const struct linked *linked, struct pk_slice tag, struct pk_json_out *out, struct pk_error *err)
{
    struct pk_service *service = linked->talk.service;
    struct pk_notice notice;
    pk_auto(pk_json) struct pk_json *values = NULL;
    int r = pk_notice_get(service->store, linked->talk.question.notice, &notice, err);
    if (r == 0)
        r = pk_json_parse(notice.values.len > 0 ? notice.values : PK_SLICE("{}"), PK_CLOUDEVENT_BYTES_MAX, &values, err);
    if (r != 0)
        return r;
    const struct pk_topic_rule *rule = rule_of(service, notice.topic);
    pk_json_open(out, "what", '[');
    if (rule) {
        pk_json_open(out, NULL, '{');
        pk_topic_write(service, rule, tag, out);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    if (linked->talk.asked.begins_ms != 0)
        show_moment(linked, tag, values, out);
    struct pk_slice place = pk_json_string(pk_json_get(values, "place"));
    if (place.len > 0)
        pk_json_add_slice(out, "place", place);
    return 0;
}

static void show_heads(struct pk_json_out *out)
{
    pk_json_open(out, "heads", '[');
    for (int64_t n = 1; n <= PK_LINK_HEADS_MAX; n++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_int(out, "n", n);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void show_decided(const struct linked *linked, struct pk_json_out *out)
{
    pk_json_add_bool(out, "decided", true);
    pk_json_add_bool(out, pk_link_choice_name((enum pk_link_choice) linked->row.choice), true);
}

int pk_link_show(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], struct pk_slice language, int64_t now_ms,
                 struct pk_json_out *out, struct pk_error *err)
{
    struct linked linked;
    int r = look(service, token, now_ms, &linked, err);
    const struct pk_talk *talk = &linked.talk;
    enum pk_text_reply asks = talk->asked.asks;
    if (r == 0 && linked.row.decided_ms != 0) {
        show_decided(&linked, out);
    } else if (r == 0) {
        bool stopped = talk->who.stopped_ms != 0;
        pk_json_add_bool(out, "consent", !stopped && asks == PK_TEXT_REPLY_CONSENT);
        pk_json_add_bool(out, "renews", (linked.message.flags & PK_MESSAGE_RENEWS) != 0);
        pk_json_add_bool(out, "visit", !stopped && asks == PK_TEXT_REPLY_YES_NO && !talk->over);
        pk_json_add_bool(out, "over", talk->over);
        pk_json_add_bool(out, "opinion", !stopped && asks == PK_TEXT_REPLY_OPINION);
        pk_json_add_bool(out, "canStart", linked.can_start);
        pk_json_add_bool(out, "canStop", !stopped && !(linked.can_start && talk->who.id == 0));
        if (asks == PK_TEXT_REPLY_CONSENT)
            show_words(&linked, out);
        show_topics(&linked, language, out);
        show_heads(out);
        if (asks == PK_TEXT_REPLY_YES_NO)
            r = show_event(&linked, language, out, err);
    }
    release(&linked);
    return r;
}

/* ---- the button ---- */

static enum pk_action action_of(const struct linked *linked, enum pk_link_choice choice)
{
    if (choice == PK_LINK_STOP)
        return PK_ACTION_CONSENT_WITHDRAW;
    if (choice == PK_LINK_START || linked->talk.asked.asks == PK_TEXT_REPLY_CONSENT)
        return choice == PK_LINK_NO ? PK_ACTION_CONSENT_WITHDRAW : PK_ACTION_CONSENT_GRANT;
    return PK_ACTION_RSVP_RECORD;
}

static int check(const struct linked *linked, enum pk_link_choice choice, unsigned heads, struct pk_error *err)
{
    const struct pk_talk *talk = &linked->talk;
    bool answers = talk->who.stopped_ms == 0 && talk->asked.asks != PK_TEXT_REPLY_NONE;
    bool offered = choice == PK_LINK_STOP || (choice == PK_LINK_START && linked->can_start) ||
                   ((choice == PK_LINK_YES || choice == PK_LINK_NO) && answers);
    return offered && heads <= PK_LINK_HEADS_MAX ? 0 : pk_fail(err, PK_E_INVALID, "this link does not offer that");
}

static int answer(struct linked *linked, enum pk_link_choice choice, unsigned heads, struct pk_error *err)
{
    struct pk_talk *talk = &linked->talk;
    talk->meaning.intent = choice == PK_LINK_YES ? PK_INTENT_YES : PK_INTENT_NO;
    talk->meaning.count = choice == PK_LINK_YES && talk->asked.asks == PK_TEXT_REPLY_YES_NO && heads > 1 ? heads : 0;
    return pk_talk_yes_or_no(talk, err);
}

static int act(struct linked *linked, enum pk_link_choice choice, unsigned heads, struct pk_error *err)
{
    struct pk_talk *talk = &linked->talk;
    switch (choice) {
    case PK_LINK_STOP:
        return pk_talk_stop(talk, false, err); /* the page says it */
    case PK_LINK_START:
        return pk_talk_start(talk, err);
    case PK_LINK_YES:
    case PK_LINK_NO:
        return answer(linked, choice, heads, err);
    case PK_LINK_NOTHING:
        break;
    }
    return pk_fail(err, PK_E_INVALID, "nothing was chosen");
}

static int allow_and_act(struct linked *linked, enum pk_link_choice choice, unsigned heads, struct pk_error *err)
{
    struct pk_talk *talk = &linked->talk;
    const struct pk_actor actor = { .role = PK_ROLE_PERSON, .name = "self", .purpose = HOW, .recipient = talk->who.id };
    const struct pk_about about = { .recipient = talk->who.id };
    char id[PK_ID_TEXT_MAX];
    enum pk_action action = action_of(linked, choice);
    if (talk->who.id == 0) /* nobody we know: as a word from there would */
        return act(linked, choice, heads, err);
    int64_t person = talk->who.id;
    (void) pk_id_format(person, id);
    int r = pk_allow(talk->service, &actor, action, &about, id, err);
    if (r == 0)
        r = act(linked, choice, heads, err);
    return r == 0 ? pk_trail_done(talk->service, &actor, pk_action_name(action), id, pk_link_choice_name(choice), person, talk->now_ms, err) : r;
}

int pk_link_press(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], enum pk_link_choice choice, unsigned heads,
                  int64_t now_ms, struct pk_error *err)
{
    struct linked linked;
    int r = look(service, token, now_ms, &linked, err);
    if (r == 0 && linked.row.decided_ms == 0) {
        r = check(&linked, choice, heads, err);
        if (r == 0)
            r = pk_link_decide(service->store, linked.row.message, (uint32_t) choice, now_ms, err);
        if (r == 0)
            r = allow_and_act(&linked, choice, heads, err);
    }
    release(&linked);
    return r;
}

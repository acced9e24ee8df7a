/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Yes and no. The open question decides what they are about: a consent question, an invitation, "was it of use?". Of two the
 * newer takes the reply; a button is about the text it stands under. The answer names event, day and place, so that a
 * mistake is seen by whoever made it.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/service/seats.h"
#include "gateway/service/texts.h"
#include "gateway/store/attempts.h"
#include "gateway/store/circles.h"
#include "gateway/store/notices.h"

#define TOLD_MAX 32u /* how far back the question is looked for */
#define VALUES_MAX (64u * 1024)

static bool is_granted_here(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    return newest->channel == talk->channel &&
           pk_consent_state_of(newest->kind, newest->until_ms, talk->now_ms) == PK_CONSENT_GRANTED;
}

/* ---- the open question ---- */

struct finding {
    struct pk_talk *talk;
    bool asked, granted; /* here: is a consent question still to be answered, or was it answered with yes? */
    bool first;
    struct pk_message settled; /* a consent question that was answered; id 0 = none */
    struct pk_asked settled_asked;
    struct pk_asked off[8]; /* events called off */
    size_t off_count;
};

static bool called_off(const struct finding *finding, const struct pk_asked *asked)
{
    for (size_t i = 0; i < finding->off_count; i++)
        if (finding->off[i].topic == asked->topic && finding->off[i].begins_ms == asked->begins_ms)
            return true;
    return false;
}

/* Whoever said yes to a consent question and says yes again says it twice; a no after that is about something else. */
static bool says_it_again(const struct finding *finding)
{
    return finding->granted == (finding->talk->meaning.intent == PK_INTENT_YES);
}

static int take(struct finding *finding, const struct pk_message *told, const struct pk_asked *asked)
{
    struct pk_talk *talk = finding->talk;
    talk->question = *told;
    talk->asked = *asked;
    talk->over = asked->asks == PK_TEXT_REPLY_YES_NO && (called_off(finding, asked) || pk_asked_over(talk->service, asked, talk->now_ms));
    return 1;
}

/* Newest first. Between the question and the reply there may be notices that ask nothing: the reply is not about those. */
static int consider(void *ctx, const struct pk_message *told)
{
    struct finding *finding = ctx;
    struct pk_asked asked;
    int r = pk_asked_read(finding->talk->service, told->notice, &asked, NULL);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    if (finding->first)
        finding->talk->info = asked.asks == PK_TEXT_REPLY_NONE;
    finding->first = false;
    if (asked.step == PK_STEP_CANCELLATION && asked.begins_ms != 0 && finding->off_count < PK_COUNT(finding->off))
        finding->off[finding->off_count++] = asked;
    if (asked.asks == PK_TEXT_REPLY_NONE)
        return 0;
    if (asked.asks == PK_TEXT_REPLY_CONSENT && !finding->asked) {
        if (finding->settled.id == 0) {
            finding->settled = *told;
            finding->settled_asked = asked;
        }
        return says_it_again(finding) ? 1 : 0;
    }
    if (finding->settled.id == 0)
        return take(finding, told, &asked);
    /* Behind an answered question: only what may still be changed. */
    if (take(finding, told, &asked) && !finding->talk->over)
        return 1;
    finding->talk->question = (struct pk_message){ 0 };
    finding->talk->asked = (struct pk_asked){ 0 };
    finding->talk->over = false;
    return 0;
}

int pk_talk_find_question(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_topic_set topics;
    struct finding finding = { .talk = talk, .first = true };
    int r = pk_talk_topics(talk, pk_consent_is_asked_here, &topics, err);
    finding.asked = topics.count > 0;
    if (r == 0)
        r = pk_talk_topics(talk, is_granted_here, &topics, err);
    finding.granted = topics.count > 0;
    if (r == 0)
        r = pk_messages_told(talk->service->store, talk->at.id, talk->now_ms - talk->service->rules->reply_window_ms, TOLD_MAX, consider,
                             &finding, err);
    if (r >= 0 && talk->question.id == 0 && finding.settled.id != 0) {
        talk->question = finding.settled;
        talk->asked = finding.settled_asked;
    }
    return r < 0 ? r : 0;
}

/* ---- buttons ---- */

/* The notice under which it stands: as its id says, as the attempt says that the network tells of, or as both say. */
static bool stands_under(const struct pk_talk *talk, struct pk_slice id, struct pk_slice our_reference, int64_t *ret_notice)
{
    struct pk_store *store = talk->service->store;
    struct pk_attempt attempt;
    struct pk_message message;
    int64_t reference = 0;
    *ret_notice = 0;
    if (id.len > 0 && pk_id_parse(id, ret_notice) != 0)
        return false;
    if (our_reference.len == 0)
        return *ret_notice != 0;
    if (pk_id_parse(our_reference, &reference) != 0 || pk_attempt_get(store, reference, &attempt, NULL) != 0 ||
        pk_message_get(store, attempt.message, &message, NULL) != 0 || message.address != talk->at.id)
        return false;
    if (*ret_notice == 0)
        *ret_notice = message.notice;
    return *ret_notice == message.notice;
}

static int see_newer(void *ctx, const struct pk_message *told)
{
    struct pk_talk *talk = ctx;
    struct pk_asked asked;
    if (told->id == talk->question.id || pk_asked_read(talk->service, told->notice, &asked, NULL) != 0 || asked.asks != PK_TEXT_REPLY_CONSENT)
        return told->id == talk->question.id ? 1 : 0;
    /* When it was written, for it named what was asked about by then; ids run ahead of a clock that was set back. */
    int64_t written_ms = talk->question.id >> 20, opened_ms = pk_message_opened_ms(talk->service->store, talk->question.id);
    talk->asked_by_ms = opened_ms != 0 && opened_ms < written_ms ? opened_ms : written_ms;
    return 1;
}

/* Behind a newer question of the kind, an older one's button is about what its own text named. */
static void limit_to_its_own(struct pk_talk *talk)
{
    int64_t since_ms = talk->now_ms - talk->service->rules->reply_window_ms;
    if (talk->asked.asks == PK_TEXT_REPLY_CONSENT)
        (void) pk_messages_told(talk->service->store, talk->at.id, since_ms, TOLD_MAX, see_newer, talk, NULL);
}

static void find_its_question(struct pk_talk *talk, struct pk_slice id, struct pk_slice our_reference)
{
    struct pk_store *store = talk->service->store;
    int64_t notice = 0;
    if (talk->who.id == 0 || !stands_under(talk, id, our_reference, &notice) ||
        pk_message_told_of(store, talk->at.id, notice, &talk->question, NULL) != 0 ||
        pk_asked_read(talk->service, notice, &talk->asked, NULL) != 0) {
        talk->meaning.intent = PK_INTENT_NONE;
        talk->question = (struct pk_message){ 0 };
        return;
    }
    talk->over = talk->asked.asks == PK_TEXT_REPLY_YES_NO && pk_asked_over(talk->service, &talk->asked, talk->now_ms);
    limit_to_its_own(talk);
}

bool pk_talk_button(struct pk_talk *talk, struct pk_slice choice, struct pk_slice our_reference)
{
    struct pk_slice id = choice, word = { 0 };
    if (choice.len == 0 || !pk_slice_cut(&id, '-', &word))
        return false;
    bool yes = pk_slice_is(word, PK_CHOICE_YES), stop = pk_slice_is(word, PK_CHOICE_STOP);
    if (!yes && !stop && !pk_slice_is(word, PK_CHOICE_NO))
        return false;
    talk->meaning.intent = stop ? PK_INTENT_STOP : yes ? PK_INTENT_YES : PK_INTENT_NO;
    if (stop)
        return true;
    if (word.len == choice.len && our_reference.len == 0) /* of the newest question */
        return talk->who.id == 0 || pk_talk_find_question(talk, NULL) == 0;
    find_its_question(talk, word.len == choice.len ? (struct pk_slice){ 0 } : id, our_reference);
    return true;
}

/* ---- may we write? ---- */

/* Not clear enough to be written to for years: asked back, once. */
static int ask_back(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_topic_set topics;
    int r = pk_talk_topics(talk, pk_consent_is_asked_here, &topics, err);
    if (r != 0 || topics.count == 0)
        return r; /* said before */
    int64_t asked_ms = pk_message_opened_ms(talk->service->store, talk->question.id);
    if (pk_messages_said(talk->service->store, talk->at.id, PK_SLICE("optin-again"), asked_ms))
        return pk_talk_not_understood(talk, err);
    return pk_talk_answer(talk, "optin-again", (struct pk_slice){ 0 }, false, err);
}

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
        return ask_back(talk, err);
    int r = keep_question(talk, err);
    if (r == 0)
        r = pk_talk_append_all(talk, pk_consent_is_asked_here, yes ? PK_CONSENT_CONFIRMED : PK_CONSENT_REFUSED, talk->how ? talk->how : "reply",
                               &topics, err);
    if (r == 0 && topics.count > 0)
        r = pk_circle_answered(talk->service->store, talk->who.id, talk->question.id, yes, talk->now_ms, err);
    if (r != 0 || topics.count == 0)
        return r; /* said before: the first answer stands, and was answered */
    r = pk_talk_answer_naming(talk, yes ? "optin-confirmed" : "optin-declined", "topics", &topics, err);
    return r != 0 ? r : pk_question_answered(talk->service, talk->at.id, talk->now_ms, err);
}

/* ---- will you come? ---- */

/* An invitation of one text message names no place: then its confirmation names none either. */
static const char *rsvp_text(const struct pk_talk *talk, enum pk_seat seat, bool placed)
{
    if (talk->over)
        return "rsvp-closed";
    if (talk->asked.asks == PK_TEXT_REPLY_OPINION)
        return "thanks";
    switch (seat) {
    case PK_SEAT_NONE:
        return placed ? "rsvp-no" : "rsvp-no-short";
    case PK_SEAT_WAITS:
        return "rsvp-full";
    case PK_SEAT_KEPT:
        return "rsvp-full-more";
    case PK_SEAT_GIVEN:
        break;
    }
    if (talk->meaning.count > 0)
        return placed ? "rsvp-yes-count" : "rsvp-yes-count-short";
    return placed ? "rsvp-yes" : "rsvp-yes-short";
}

/* How many people the answer speaks of; 0 = it names no number. */
static uint32_t people_of(const struct pk_talk *talk, enum pk_seat seat, const struct pk_rsvp *rsvp)
{
    if (seat == PK_SEAT_KEPT)
        return rsvp->heads;
    return talk->meaning.intent == PK_INTENT_YES ? talk->meaning.count : 0;
}

static int confirm(struct pk_talk *talk, struct pk_slice values, enum pk_seat seat, const struct pk_rsvp *rsvp, struct pk_error *err)
{
    const struct pk_seats_of of = {
        .occurrence = talk->asked.occurrence,
        .topic = talk->asked.topic,
        .people = people_of(talk, seat, rsvp),
        .language = pk_slice_of(talk->who.language),
    };
    struct pk_buf named;
    bool placed = false;
    pk_buf_init(&named, VALUES_MAX);
    int r = pk_seats_values(talk->service, values, &of, &named, &placed, err);
    talk->dated = true;
    if (r == 0)
        r = pk_talk_answer(talk, rsvp_text(talk, seat, placed), pk_buf_slice(&named), false, err);
    talk->dated = false;
    pk_buf_finish(&named);
    return r;
}

static int keep(struct pk_talk *talk, struct pk_rsvp *rsvp, enum pk_seat *ret_seat, struct pk_error *err)
{
    bool yes = talk->meaning.intent == PK_INTENT_YES, comes = talk->asked.asks == PK_TEXT_REPLY_YES_NO;
    *rsvp = (struct pk_rsvp){
        .recipient = talk->who.id,
        .trigger = talk->asked.trigger,
        .occurrence = talk->asked.occurrence,
        .version = talk->asked.version,
        .reply = talk->reply,
        .address = talk->at.id,
        .yes = yes,
        .wanted = yes && comes ? (talk->meaning.count > 0 ? talk->meaning.count : 1) : 0,
        .at_ms = talk->now_ms,
    };
    return pk_seats_answer(talk->service, rsvp, talk->now_ms, ret_seat, err);
}

static int rsvp_answer(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_notice notice;
    struct pk_rsvp rsvp = { 0 };
    enum pk_seat seat = PK_SEAT_NONE;
    int r = pk_notice_get(talk->service->store, talk->question.notice, &notice, err);
    if (r != 0)
        return r;
    char *values = pk_slice_dup(notice.values);
    r = talk->over ? 0 : keep(talk, &rsvp, &seat, err);
    if (r == 0)
        r = confirm(talk, pk_slice_of(values), seat, &rsvp, err);
    free(values);
    return r != 0 ? r : pk_question_answered(talk->service, talk->at.id, talk->now_ms, err);
}

int pk_talk_yes_or_no(struct pk_talk *talk, struct pk_error *err)
{
    if (talk->question.id == 0)
        return pk_talk_not_understood(talk, err);
    switch (talk->asked.asks) {
    case PK_TEXT_REPLY_CONSENT:
        return consent_answer(talk, err);
    case PK_TEXT_REPLY_YES_NO:
    case PK_TEXT_REPLY_OPINION:
        return rsvp_answer(talk, err);
    case PK_TEXT_REPLY_NONE:
        break;
    }
    return pk_talk_not_understood(talk, err);
}

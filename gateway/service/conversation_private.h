/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the conversation share: one reply being dealt with (conversation.c), and what it does to topics. */
#ifndef PK_SERVICE_CONVERSATION_PRIVATE_H
#define PK_SERVICE_CONVERSATION_PRIVATE_H

#include "gateway/service/conversation.h"
#include "gateway/service/questions.h"
#include "gateway/service/topics.h"
#include "gateway/store/ledger.h"
#include "gateway/store/messages.h"
#include "gateway/store/recipients.h"

/* What is known while one reply is dealt with. */
struct pk_talk {
    struct pk_service *service;
    struct pk_desk *desk; /* NULL = it came by a page */
    int64_t now_ms;
    uint32_t channel;
    struct pk_slice address; /* normalised */
    struct pk_address at; /* id 0 = not stored yet */
    struct pk_recipient who; /* id 0 = a stranger */
    struct pk_reply_meaning meaning;
    uint32_t topic; /* STOP, START of one topic: which; else 0 */
    struct pk_message question; /* what a yes or no is about; id 0 = nothing */
    struct pk_asked asked; /* what that asks; asks NONE = nothing */
    bool over; /* its event has begun or was called off, or the date is another by now */
    bool dated; /* what is answered names the date of the question */
    bool info; /* what this address was told last asks nothing: whoever answers that has something to say */
    bool muted; /* heard, and not answered: a machine, or the same words again and again */
    int64_t shown; /* the words of it, kept as evidence once it is answered */
    char shown_language[PK_LANGUAGE_MAX]; /* in which they were: "bg-Latn"; "" = nothing was shown */
    char wording[64]; /* what they acted on where it was no text of ours: "link festival"; usually "" */
    int64_t asked_by_ms; /* a yes or no is about what was asked until then; 0 = about all */
    int64_t reply;
    const char *how; /* for the ledger, where the answer was no reply; NULL = it was */
};

const char *pk_talk_language(const struct pk_talk *talk); /* to answer in */
int pk_talk_answer(struct pk_talk *talk, const char *template_name, struct pk_slice values, bool confirms_stop, struct pk_error *err);
/* An answer that names topics: `argument` is "topics" or "topic". */
int pk_talk_answer_naming(struct pk_talk *talk, const char *template_name, const char *argument, const struct pk_topic_set *topics,
                          struct pk_error *err);

/* STOP of everything. Said again it does nothing. */
int pk_talk_stop(struct pk_talk *talk, bool confirm, struct pk_error *err);

/* ---- the person's ledger ---- */

/* Which of the newest events per topic and channel something is about. */
typedef bool pk_consent_wanted(const struct pk_talk *talk, const struct pk_consent_event *newest);
bool pk_consent_is_live(const struct pk_talk *talk, const struct pk_consent_event *newest); /* invited or granted */
bool pk_consent_is_invited_here(const struct pk_talk *talk, const struct pk_consent_event *newest);
/* The same, or its renewal was asked for: what an open question is about. */
bool pk_consent_is_asked_here(const struct pk_talk *talk, const struct pk_consent_event *newest);

int pk_talk_append(struct pk_talk *talk, uint32_t topic, uint32_t channel, uint32_t kind, const char *how, struct pk_error *err);
/* Appends `kind` for every (topic, channel) wanted, and says for which topics. */
int pk_talk_append_all(struct pk_talk *talk, pk_consent_wanted *wanted, uint32_t kind, const char *how,
                       struct pk_topic_set *ret_topics, struct pk_error *err);
int pk_talk_topics(struct pk_talk *talk, pk_consent_wanted *wanted, struct pk_topic_set *ret_topics, struct pk_error *err);

/* ---- conversation_answers.c: the open question, and what is answered to it ---- */

/* What a button says, if `choice` is one of ours: the meaning and the question are set. It is about the text it stands under,
 * which the choice, the reference (an attempt of ours, or empty) or both tell. A yes or no under what this address was
 * never told, or where the two differ, means nothing; a STOP is a STOP wherever it stands. */
bool pk_talk_button(struct pk_talk *talk, struct pk_slice choice, struct pk_slice our_reference);
/* Which question a yes or no in words is about. Of somebody we know, whose words are understood. */
int pk_talk_find_question(struct pk_talk *talk, struct pk_error *err);
int pk_talk_yes_or_no(struct pk_talk *talk, struct pk_error *err);

/* ---- conversation_rest.c: what is neither a command nor an answer ---- */

int pk_talk_help(struct pk_talk *talk, struct pk_error *err);
int pk_talk_rest(struct pk_talk *talk, struct pk_error *err); /* NONE: thanks, a person's, or not understood */
int pk_talk_not_understood(struct pk_talk *talk, struct pk_error *err);
/* An answer of the kind that is given once a day, whatever comes. */
int pk_talk_say_once(struct pk_talk *talk, const char *template_name, struct pk_error *err);
/* Would an answer to this begin or keep up a loop? Once the reply is stored. */
bool pk_talk_is_echo(const struct pk_talk *talk, struct pk_slice text);

/* ---- conversation_links.c ---- */

/* They opened the chat by a link with this token. */
int pk_talk_link(struct pk_talk *talk, struct pk_slice token, struct pk_error *err);
/* The word START and what a link carries behind it: how one works where it can only fill in what is to be written. A poster's
 * on every channel; a code of somebody's only with `bound`. */
bool pk_talk_link_in_words(const struct pk_talk *talk, bool bound, struct pk_slice text, struct pk_slice *ret_token);

/* ---- conversation_topics.c ---- */

/* STOP of meaning.topic, of somebody we know. */
int pk_talk_stop_topic(struct pk_talk *talk, struct pk_error *err);
int pk_talk_start(struct pk_talk *talk, struct pk_error *err);

#endif

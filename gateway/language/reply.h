/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a reply means, from its text alone. The word lists are data of each language's language.ini; the words for topics
 * come from the configuration (reply_topics.h).
 */
#ifndef PK_LANGUAGE_REPLY_H
#define PK_LANGUAGE_REPLY_H

#include "gateway/base/ini.h"

enum pk_intent { PK_INTENT_NONE = 0, PK_INTENT_STOP, PK_INTENT_START, PK_INTENT_YES, PK_INTENT_NO, PK_INTENT_HELP };

struct pk_reply_words;
struct pk_topic_words;

#define PK_REPLY_TOPIC_MAX 49 /* a name, and its NUL */

struct pk_reply_meaning {
    enum pk_intent intent;
    bool soft;         /* YES, NO: not an explicit one; good enough for attendance, not for consent */
    uint32_t count;    /* with YES: people given, 0 = not said */
    char language[12]; /* the list that matched; informative. "" = nobody's alone, or none matched */
    bool shared;       /* what matched is several languages': "stop", "ok", a thumb */
    char topic[PK_REPLY_TOPIC_MAX]; /* STOP, START: the one topic it is about; "" = not of one */
    /* NONE, HELP: is there anything in it for a person to read? */
    uint32_t tokens; /* words and numbers looked at, long quotations left out */
    bool more;       /* some of them stand in no list: it says something of its own */
    bool polite;     /* nothing but "thank you" and the like */
    bool machine;    /* an autoresponder's, or a phone's quotation of our own text: to be heard, not to be answered */
};

struct pk_reply_words *pk_reply_words_new(void);
void pk_reply_words_free(struct pk_reply_words *words);
PK_AUTO_DEFINE(pk_reply_words, struct pk_reply_words *, pk_reply_words_free)
/* Adds one list ("stop-first" = "стоп, спри, ..."). A word in two lists, or one that people in a hurry spell like a word of
 * another list, is told as a conflict with both places. Such words are left out. */
int pk_reply_words_add(struct pk_reply_words *words, const char *language, const char *list, struct pk_slice phrases,
                       const char *file, uint32_t line, struct pk_ini_report *report);
/* Never fails: what is not understood is PK_INTENT_NONE. At most 4 KiB are looked at. */
void pk_reply_understand(const struct pk_reply_words *words, struct pk_slice text, struct pk_reply_meaning *ret_meaning);
/* The same, and a STOP or START followed by exactly a topic's word, and by nothing else, is about that topic. `topics` may
 * be NULL. */
void pk_reply_decide(const struct pk_reply_words *words, const struct pk_topic_words *topics, struct pk_slice text,
                     struct pk_reply_meaning *ret_meaning);
const char *pk_intent_name(enum pk_intent intent);

#endif

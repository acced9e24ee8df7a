/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The words people name a topic by: "STOP срещи", "START срещи". They come from the configuration, section [topic], and
 * are read like all reply words: in capitals, stretched, with digits for letters, in Cyrillic, Latin or both; for a
 * Cyrillic word its official Latin spelling comes by itself. Immutable once filled; no clock, no threads of its own.
 */
#ifndef PK_LANGUAGE_REPLY_TOPICS_H
#define PK_LANGUAGE_REPLY_TOPICS_H

#include "gateway/language/reply.h"

struct pk_token;

struct pk_topic_words *pk_topic_words_new(void);
void pk_topic_words_free(struct pk_topic_words *words);
PK_AUTO_DEFINE(pk_topic_words, struct pk_topic_words *, pk_topic_words_free)

/* Adds words of one topic, separated by commas ("срещи, родителски срещи"); `key` is the one they are written at. What is
 * no word, and what is another topic's already, is told at its place: PK_E_CONFIG then. */
int pk_topic_words_add(struct pk_topic_words *words, const char *topic, const char *key, struct pk_slice phrases, const char *file,
                       uint32_t line, struct pk_ini_report *report);
/* Tells every word that means something in the languages' lists already, with both places. */
void pk_topic_words_check(const struct pk_topic_words *words, const struct pk_reply_words *replies, struct pk_ini_report *report);

/* The topic that all these words together name; NULL = none. Private to this folder (reply.c). */
const char *pk_topic_words_match(const struct pk_topic_words *words, const struct pk_token *tokens, size_t count);

#endif

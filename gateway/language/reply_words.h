/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The lists of reply words as they are searched: words with numbers, phrases as runs of those numbers. Private to
 * this folder: reply_words.c fills them from the language files, reply.c reads them.
 */
#ifndef PK_LANGUAGE_REPLY_WORDS_H
#define PK_LANGUAGE_REPLY_WORDS_H

#include "gateway/language/reply.h"
#include "gateway/language/reply_fold.h"

enum pk_reply_list {
    PK_LIST_STOP_FIRST = 0, /* decides as the first word, whatever follows */
    PK_LIST_STOP_WHOLE,     /* only when the message holds nothing else */
    PK_LIST_STOP_PHRASE,    /* anywhere */
    PK_LIST_START,
    PK_LIST_YES,
    PK_LIST_YES_SOFT,
    PK_LIST_NO,
    PK_LIST_NEUTRAL, /* understood, and says neither */
    PK_LIST_HELP_FIRST,
    PK_LIST_HELP_PHRASE,
    PK_LIST_POLITE,  /* ignored */
    PK_LIST_COUNTER, /* ignored beside a number */
    PK_LIST_MACHINE, /* anywhere: no person wrote this */
    PK_REPLY_LISTS,
};

#define PK_PHRASE_WORDS_MAX 6

struct pk_phrase {
    uint16_t words[PK_PHRASE_WORDS_MAX];
    uint8_t count;
    uint8_t list;
    uint8_t language;
    bool folded; /* a second spelling of a phrase: found only where no exact one is */
    uint16_t place; /* where it was written */
};

/* The number of a word that is in some phrase, or -1. */
int pk_reply_word_find(const struct pk_reply_words *words, const struct pk_word *word);
/* In the order added, which decides between equals. */
const struct pk_phrase *pk_reply_phrases(const struct pk_reply_words *words, size_t *ret_count);
/* Is `word` alone a phrase of one of these lists (bits), in this language or in nobody's? */
bool pk_reply_word_is(const struct pk_reply_words *words, struct pk_slice word, uint32_t lists, const char *language);
const char *pk_reply_language(const struct pk_reply_words *words, uint8_t language);
const char *pk_reply_list_name(uint8_t list);
/* File and line a phrase was written at. */
const char *pk_reply_place(const struct pk_reply_words *words, const struct pk_phrase *phrase, uint32_t *ret_line);

/* Folds a phrase and cuts it into words; false when it has none, a word is too long or there are too many. */
bool pk_phrase_cut(struct pk_slice text, struct pk_word ret_words[PK_PHRASE_WORDS_MAX], uint8_t *ret_count);
/* The phrase of the lists that is these words, an exact or a folded one; NULL = there is none. */
const struct pk_phrase *pk_reply_phrase_find(const struct pk_reply_words *words, const struct pk_word *phrase, uint8_t count,
                                             bool folded);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A reply as the words it is made of: folded, without what it quotes of our own texts, each word with the list words
 * it may be read as. Private to this folder: reply_tokens.c makes it, reply.c decides by it.
 */
#ifndef PK_LANGUAGE_REPLY_TOKENS_H
#define PK_LANGUAGE_REPLY_TOKENS_H

#include "gateway/language/reply_words.h"

struct pk_token {
    struct pk_word word;
    bool too_long;           /* no list has such a word */
    int number;              /* of 1-2 digits, else -1 */
    int words[PK_FORMS_MAX]; /* numbers of the list words it may be */
    bool folded[PK_FORMS_MAX];
    size_t word_count;
};

struct pk_reading {
    const struct pk_reply_words *words;
    const struct pk_phrase *phrases;
    size_t phrase_count;
    struct pk_utf16 text; /* folded, without long quotations */
    struct pk_token *tokens;
    size_t count, room;
    bool cut; /* there was more than is looked at */
    bool ends_quoting; /* its last word is the end of a long quotation */
};

/* Never fails; at most 4 KiB of the text are looked at, and bytes that are no UTF-8 are spaces. */
void pk_reading_init(struct pk_reading *reading, const struct pk_reply_words *words, struct pk_slice text);
void pk_reading_finish(struct pk_reading *reading);

#endif

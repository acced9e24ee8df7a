/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How one word of a reply may be read. People write Bulgarian in Cyrillic, in Latin letters by sound ("molq"), by
 * shape ("CTOП"), with digits for letters ("6" for ш), stretched ("дааа") and with another alphabet's letters in
 * between; a word is recognised when any of these readings is in a list. Private to this folder; pure.
 */
#ifndef PK_LANGUAGE_REPLY_FOLD_H
#define PK_LANGUAGE_REPLY_FOLD_H

#include "gateway/language/utf16.h"

/* Longest word looked at, in UTF-16 units; no list has a longer one. */
#define PK_WORD_MAX 48
#define PK_FORMS_MAX 8

struct pk_word {
    UChar text[PK_WORD_MAX];
    int32_t len;
};

struct pk_forms {
    struct pk_word forms[PK_FORMS_MAX]; /* in the order tried, each once */
    bool folded[PK_FORMS_MAX];          /* something was taken out: only folded list entries may answer to it */
    size_t count;
};

/* Case, width, accents, invisible characters and the Turkish dots taken away: the ground all comparing stands on. */
void pk_fold(struct pk_utf16 *text);

/* Stretching and digits taken out of Cyrillic; spelling differences out of Latin. false when it does not fit. */
bool pk_fold_cyrillic(const struct pk_word *word, struct pk_word *ret);
bool pk_fold_latin(const struct pk_word *word, struct pk_word *ret);

/* Every reading of a folded word, itself first. */
void pk_word_forms(const struct pk_word *word, struct pk_forms *ret_forms);

bool pk_word_equal(const struct pk_word *a, const struct pk_word *b);
bool pk_word_has_cyrillic(const struct pk_word *word);
bool pk_is_cyrillic(UChar32 c);
bool pk_is_latin(UChar32 c);

#endif

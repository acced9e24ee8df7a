/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Words that a person reads on a telephone and says at a desk: a word everybody knows, of the list `desk` in [words] of
 * their language, and a number of two digits behind it. Pure.
 */
#ifndef PK_LANGUAGE_DESK_WORDS_H
#define PK_LANGUAGE_DESK_WORDS_H

#include "gateway/language/catalog.h"

/* Tells what is wrong with a language's list; a language without one uses that of its fallback. */
void pk_desk_words_check(const struct pk_ini *ini, struct pk_ini_report *report);
/* Word and number for a language by two numbers that nobody can guess: "слънце 47". Appended. PK_E_NOT_FOUND when neither
 * the language nor its fallbacks have a list. */
int pk_desk_word_make(const struct pk_catalog *catalog, struct pk_slice language, uint32_t word, uint32_t number, struct pk_buf *out);
/* As it is compared: what was said may be typed in Latin letters, without marks, in capitals. Appended. */
int pk_desk_word_fold(struct pk_slice said, struct pk_buf *out);

#endif

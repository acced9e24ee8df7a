/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text as the rules of style look at it: words, sentences, and what was found. Private to this folder; style.c makes it,
 * the style_*.c files with the rules read it.
 */
#ifndef PK_LANGUAGE_STYLE_TEXT_H
#define PK_LANGUAGE_STYLE_TEXT_H

#include "gateway/language/outline.h"
#include "gateway/language/style.h"
#include "gateway/language/style_rules.h"
#include "gateway/language/template_file.h"

#define PK_STYLE_FOUND_MAX 100 /* of one text */

struct pk_style_found {
    const char *rule;
    size_t offset; /* in the body */
    bool warning;
    char reason[256], remedy[256];
};

/* One text being checked. */
struct pk_style_checking {
    const struct pk_catalog *catalog;
    const struct pk_template *template_;
    const struct pk_style *style;
    struct pk_outline outline;
    struct pk_style_found found[PK_STYLE_FOUND_MAX];
    size_t found_count;
};

/* A rule is told once for a place, however many ways of the text show it. */
__attribute__((format(printf, 6, 7))) void pk_style_tell(struct pk_style_checking *c, size_t offset, const char *rule,
                                                         bool warning, const char *remedy, const char *format, ...);

/* A run of letters, marks and digits; of a value each of them, and of one value all have the same source. */
struct pk_style_word {
    struct pk_slice text;
    size_t at; /* in the text as written out */
    bool typed;
    uint32_t source;
    uint32_t sentence; /* its number, from 0 */
    bool joined;       /* only spaces before it, since the word before */
};

struct pk_style_text {
    const struct pk_written *written;
    struct pk_style_word *words;
    size_t count;
};

/* Borrows `written`. Sentences end at . ! and ?, but not at the full stop of an abbreviation that is allowed or of a value,
 * when small letters follow. */
void pk_style_text_init(struct pk_style_text *text, const struct pk_written *written, const struct pk_style *style);
void pk_style_text_finish(struct pk_style_text *text);

/* Whatever their case. */
bool pk_style_same(struct pk_slice a, struct pk_slice b);
bool pk_style_among(struct pk_slice word, const struct pk_phrases *phrases);
/* How many words of the phrase stand at `index`, all typed and in one sentence: 0 = it is not there. */
size_t pk_style_phrase_at(const struct pk_style_text *text, size_t index, const char *phrase);
size_t pk_style_phrases_at(const struct pk_style_text *text, size_t index, const struct pk_phrases *phrases);
/* Two letters or more, none of them small. */
bool pk_style_is_capitals(struct pk_slice word);
bool pk_style_begins_small(struct pk_slice text);

/* ---- the rules, by what they look at ---- */

/* A text with sample words, on one of seven days. */
void pk_style_check_sentences(struct pk_style_checking *c, const struct pk_style_text *text);    /* style_sentences.c */
void pk_style_check_prepositions(struct pk_style_checking *c, const struct pk_style_text *text); /* style_sentences.c */
void pk_style_check_letters(struct pk_style_checking *c, const struct pk_style_text *text);      /* style_letters.c */
void pk_style_check_quotes(struct pk_style_checking *c, const struct pk_written *typed);         /* style_letters.c */
void pk_style_check_patterns(struct pk_style_checking *c, const struct pk_written *typed);       /* style_letters.c */
void pk_style_check_reply_words(struct pk_style_checking *c, const struct pk_style_text *text);  /* style_replies.c */
void pk_style_check_forms(struct pk_style_checking *c);                                          /* style_forms.c */

#endif

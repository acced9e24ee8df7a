/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rules of style of one language, as its language.ini says them: [style] for what every language has its own words
 * for, [style NAME] for a pattern that no text may hold. Private to this folder. What a key means: templates/README.md.
 */
#ifndef PK_LANGUAGE_STYLE_RULES_H
#define PK_LANGUAGE_STYLE_RULES_H

#include "gateway/base/ini.h"
#include "gateway/language/reply.h"

#include <unicode/uregex.h>
#include <unicode/uscript.h>

/* Words and phrases that stood between commas. */
struct pk_phrases {
    char **items;
    size_t count;
};

/* [style NAME] */
struct pk_style_pattern {
    char *name;
    URegularExpression *find, *except; /* except may be NULL */
    char *why, *remedy;
    bool warning;
};

/* What may not come before what. */
enum pk_style_place { PK_PLACE_WHEN = 0, PK_PLACE_WHERE, PK_PLACE_ANSWER, PK_STYLE_PLACES };

#define PK_STYLE_PATTERNS_MAX 64
#define PK_STYLE_CUES 5

struct pk_style {
    UScriptCode script;              /* the texts are typed in it; USCRIPT_INVALID_CODE = not said */
    struct pk_phrases names;         /* words that may be of another script */
    uint32_t sentence_words;         /* most of them in a sentence; 0 = not said, as everywhere below */
    struct pk_phrases one_idea;      /* words that bind a second sentence to the first */
    struct pk_phrases abbreviations; /* those that are allowed, without their full stop */
    bool abbreviations_said;
    UChar32 quotes[2];
    struct pk_phrases capitals; /* words of capitals that are no reply words */
    struct pk_phrases offers;   /* behind them stands a reply word */
    struct pk_phrases cues[PK_STYLE_CUES];
    struct pk_phrases plural_forms, agreeing_verbs;
    struct pk_phrases prepositions; /* those that finished words may begin with */
    enum pk_style_place order[PK_STYLE_PLACES];
    size_t order_count;
    struct pk_phrases order_except; /* texts that tell it otherwise, and know why */
    struct pk_phrases links; /* texts that may hold a link: names, or *-end */
    bool links_said;
    uint32_t sample_parts, rendered_parts;
    struct pk_style_pattern patterns[PK_STYLE_PATTERNS_MAX];
    size_t pattern_count;
};

/* The intent that a list of cues asks for: "cue-stop" is PK_INTENT_STOP. */
enum pk_intent pk_style_cue_intent(size_t index);

/* Without any section there are no rules: an empty one. What is wrong is told. Never NULL. */
struct pk_style *pk_style_load(const struct pk_ini *ini, struct pk_ini_report *report);
void pk_style_free(struct pk_style *style);

#endif

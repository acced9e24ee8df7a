/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules about sentences: how they begin and end, how long they are, and the small words before days and hours. They are
 * put to the text with sample words of every day of the week, because it is the day that decides.
 */
#include "gateway/language/style_text.h"

#include "gateway/language/dates_private.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

#define ABBREVIATION_MAX 4 /* letters; before a number a longer word is a sentence's last */

/* ---- full stops ---- */

static bool has_at(const struct pk_buf *text, size_t at, char c)
{
    return at < text->len && text->data[at] == c;
}

/* "18:00 ч." brings its own; three of them are something else. */
static void check_double_stops(struct pk_style_checking *c, const struct pk_style_text *text)
{
    const struct pk_buf *words = &text->written->text;
    for (size_t at = 1; at < words->len; at++)
        if (has_at(words, at, '.') && has_at(words, at - 1, '.') && !has_at(words, at + 1, '.') &&
            (at < 2 || !has_at(words, at - 2, '.')))
            pk_style_tell(c, text->written->source[at], "full-stop", false,
                          "Take one of them away: words of hours and years bring their own.",
                          "two full stops stand behind each other");
}

/* "тел. 075": a full stop behind a word, and no new sentence. */
static bool check_abbreviation(struct pk_style_checking *c, const struct pk_style_text *text, const struct pk_style_word *word,
                               const struct pk_style_word *next)
{
    const struct pk_buf *written = &text->written->text;
    size_t end = word->at + word->text.len;
    int32_t letters = 0;
    if (!c->style->abbreviations_said || !word->typed || !has_at(written, end, '.') || !text->written->typed[end] ||
        !has_at(written, end + 1, ' '))
        return false;
    for (int32_t at = 0; at < (int32_t) word->text.len; letters++)
        if (!u_isalpha(pk_utf8_next(word->text.data, &at, (int32_t) word->text.len)))
            return false;
    bool digit = next && next->text.data[0] >= '0' && next->text.data[0] <= '9' && letters <= ABBREVIATION_MAX;
    bool goes_on = next && (digit || (next->typed && pk_style_begins_small(next->text)));
    if (!goes_on || pk_style_among(word->text, &c->style->abbreviations))
        return false;
    pk_style_tell(c, word->source, "abbreviation", false, "Write the whole word; or begin a new sentence in capitals.",
                  "\"%.*s.\" is an abbreviation that not everybody reads", PK_SHOWN(word->text));
    return true;
}

/* Names of days and prepositions are small; a sentence that begins with one of them looks broken. */
static void check_beginning(struct pk_style_checking *c, const struct pk_style_word *word, bool first)
{
    if (!first || !pk_style_begins_small(word->text) || pk_slice_starts(word->text, "http"))
        return;
    pk_style_tell(c, word->source, "sentence-begin", false,
                  word->typed ? "Begin it with a capital letter."
                              : "Put a word before the placeholder: its words are written small.",
                  "a sentence begins with a small letter: \"%.*s\"", PK_SHOWN(word->text));
}

/* ---- length ---- */

static void check_length(struct pk_style_checking *c, const struct pk_style_text *text, size_t begin, size_t end)
{
    size_t words = 0, joints = 0;
    for (size_t i = begin; i < end; i++) {
        const struct pk_style_word *word = &text->words[i];
        bool same_value = i > begin && !word->typed && !text->words[i - 1].typed && word->source == text->words[i - 1].source;
        words += !same_value; /* a placeholder counts as one */
        if (word->typed && pk_style_phrases_at(text, i, &c->style->one_idea) > 0)
            joints++;
    }
    if (c->style->sentence_words > 0 && words > c->style->sentence_words)
        pk_style_tell(c, text->words[begin].source, "sentence-words", false, "Make two sentences of it.",
                      "the sentence has %zu words, more than %u", words, c->style->sentence_words);
    if (joints > 1)
        pk_style_tell(c, text->words[begin].source, "one-idea", false, "One idea to a sentence: make two sentences of it.",
                      "the sentence is bound together %zu times", joints);
}

void pk_style_check_sentences(struct pk_style_checking *c, const struct pk_style_text *text)
{
    check_double_stops(c, text);
    bool abbreviated = false; /* the word before: then no sentence begins here */
    for (size_t i = 0, begin = 0; i < text->count; i++) {
        const struct pk_style_word *next = i + 1 < text->count ? &text->words[i + 1] : NULL;
        check_beginning(c, &text->words[i], i == begin && !abbreviated);
        abbreviated = check_abbreviation(c, text, &text->words[i], next);
        if (next && next->sentence == text->words[i].sentence)
            continue;
        check_length(c, text, begin, i + 1);
        begin = i + 1;
    }
}

/* ---- prepositions ---- */

static bool begins_with_one_of(struct pk_slice word, const char *letters)
{
    int32_t at = 0, list_at = 0, list_len = (int32_t) strlen(letters);
    UChar32 first = u_tolower(pk_utf8_next(word.data, &at, (int32_t) word.len));
    while (list_at < list_len) {
        UChar32 letter = pk_utf8_next(letters, &list_at, list_len);
        if (letter != ' ' && letter == first)
            return true;
    }
    return false;
}

static void check_rule(struct pk_style_checking *c, const struct pk_preposition *rule, const struct pk_style_word *word,
                       const struct pk_style_word *next)
{
    bool changes = begins_with_one_of(next->text, rule->letters);
    bool plain = pk_style_same(word->text, pk_slice_of(rule->plain)),
         changed = pk_style_same(word->text, pk_slice_of(rule->changed));
    char remedy[128];
    if (!(plain && changes) && !(changed && !changes))
        return;
    (void) snprintf(remedy, sizeof remedy, "Write \"%s\"; before a day take the placeholder that brings it: {begins_on_day}.",
                    plain ? rule->changed : rule->plain);
    pk_style_tell(c, word->source, "preposition", false, remedy, "\"%.*s\" stands before \"%.*s\"", PK_SHOWN(word->text),
                  PK_SHOWN(next->text));
}

void pk_style_check_prepositions(struct pk_style_checking *c, const struct pk_style_text *text)
{
    const struct pk_dates *dates = c->template_->language->dates;
    for (size_t i = 0; i + 1 < text->count; i++) {
        const struct pk_style_word *word = &text->words[i], *next = &text->words[i + 1];
        if (!word->typed || !next->joined || !u_isalpha(pk_utf8_next(next->text.data, &(int32_t){ 0 }, (int32_t) next->text.len)))
            continue;
        if (!next->typed && pk_style_among(word->text, &c->style->prepositions) &&
            pk_style_among(next->text, &c->style->prepositions)) {
            pk_style_tell(c, word->source, "own-preposition", false,
                          "Take the word before it away; or take a placeholder without one, like {begins_day}.",
                          "the placeholder brings its own \"%.*s\"", PK_SHOWN(next->text));
            continue;
        }
        for (size_t j = 0; j < dates->preposition_count; j++)
            check_rule(c, &dates->prepositions[j], word, next);
    }
}

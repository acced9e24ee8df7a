/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules about the words people are asked to answer with: written in capitals, so that they stand out; understood when they
 * come back, in every script, as what the text says they do; and there at all where an answer is wanted.
 */
#include "gateway/language/style_text.h"

#include "gateway/base/text.h"
#include "gateway/language/prepare.h"
#include "gateway/language/utf16.h"

/* The language's own word, in any spelling, or one that all of them share. */
static bool is_own(const struct pk_style_checking *c, const struct pk_reply_meaning *meaning)
{
    const char *tag = c->template_->language->tag;
    size_t len = strlen(tag);
    return meaning->language[0] == '\0' ||
           (strncmp(meaning->language, tag, len) == 0 && (meaning->language[len] == '\0' || meaning->language[len] == '-'));
}

static void understand(const struct pk_style_checking *c, struct pk_slice word, struct pk_reply_meaning *ret_meaning)
{
    pk_reply_understand(pk_catalog_reply_words(c->catalog), word, ret_meaning);
}

/* ---- one word in capitals ---- */

/* As it is offered to those who read Latin letters. */
static void check_rendered(struct pk_style_checking *c, const struct pk_style_word *word, const struct pk_reply_meaning *meaning)
{
    struct pk_reply_meaning again;
    struct pk_buf latin, safe;
    if (!pk_language_renders(c->template_->language, PK_SLICE(PK_RENDERING_LATIN)))
        return;
    pk_buf_init(&latin, 1024);
    pk_buf_init(&safe, 1024);
    (void) pk_transliterate_bg(word->text, &latin);
    (void) pk_gsm_safe(pk_buf_slice(&latin), &safe);
    understand(c, pk_buf_slice(&safe), &again);
    if (again.intent != meaning->intent || again.soft != meaning->soft || !is_own(c, &again))
        pk_style_tell(c, word->source, "reply-word", false, "Add that spelling to the same list of [replies Latn].",
                      "in Latin letters \"%.*s\" is offered as \"%s\", which is not understood as the same", PK_SHOWN(word->text),
                      pk_buf_text(&safe));
    pk_buf_finish(&latin);
    pk_buf_finish(&safe);
}

/* False when it is no reply word. */
static bool check_capitals(struct pk_style_checking *c, const struct pk_style_word *word, struct pk_reply_meaning *ret_meaning)
{
    understand(c, word->text, ret_meaning);
    if (ret_meaning->intent == PK_INTENT_NONE) {
        pk_style_tell(c, word->source, "capitals", false,
                      "Write it small, or spell it out; a reply word of this language belongs into a list of [replies].",
                      "\"%.*s\" is in capitals, and no word that is understood when people answer with it", PK_SHOWN(word->text));
        return false;
    }
    if (!is_own(c, ret_meaning))
        pk_style_tell(c, word->source, "reply-word", false, "Offer a word of [replies] of the text's own language.",
                      "\"%.*s\" is a reply word of language %s", PK_SHOWN(word->text), ret_meaning->language);
    else
        check_rendered(c, word, ret_meaning);
    return true;
}

/* ---- a sentence ---- */

/* "За край пишете СТОП": the sentence says what the word does, and the word has to do that. */
static void check_cues(struct pk_style_checking *c, const struct pk_style_text *text, size_t begin, size_t end, unsigned offered,
                       size_t first_offer)
{
    for (size_t i = begin; i < end; i++) {
        for (size_t cue = 0; cue < PK_STYLE_CUES && offered != 0; cue++) {
            size_t words = pk_style_phrases_at(text, i, &c->style->cues[cue]);
            if (words == 0 || (offered & (1u << pk_style_cue_intent(cue))))
                continue;
            const struct pk_style_word *last = &text->words[i + words - 1];
            struct pk_slice said = pk_slice_make(text->words[i].text.data, last->at + last->text.len - text->words[i].at);
            pk_style_tell(c, text->words[first_offer].source, "reply-word", false,
                          "Offer the word that does what the sentence says.",
                          "the sentence speaks of \"%.*s\", and \"%.*s\" does something else", PK_SHOWN(said),
                          PK_SHOWN(text->words[first_offer].text));
        }
    }
}

/* "пишете да": looks like any other word. */
static void check_small_offers(struct pk_style_checking *c, const struct pk_style_text *text, size_t index)
{
    struct pk_reply_meaning meaning;
    size_t words = pk_style_phrases_at(text, index, &c->style->offers);
    if (words == 0 || index + words >= text->count)
        return;
    const struct pk_style_word *next = &text->words[index + words];
    if (!next->typed || next->sentence != text->words[index].sentence || pk_style_is_capitals(next->text))
        return;
    understand(c, next->text, &meaning);
    if (meaning.intent != PK_INTENT_NONE)
        pk_style_tell(c, next->source, "reply-word", false, "Write it in capitals, so that it stands out.",
                      "\"%.*s\" is offered as an answer in small letters", PK_SHOWN(next->text));
}

/* ---- the text ---- */

struct offer {
    bool yes_or_no, clear_yes;
};

static void check_offer(struct pk_style_checking *c, const struct offer *offer)
{
    bool yes_no = c->template_->reply == PK_TEXT_REPLY_YES_NO || c->template_->reply == PK_TEXT_REPLY_OPINION;
    if (yes_no && !offer->yes_or_no)
        pk_style_tell(c, 0, "reply-offer", false, "Offer the answers in capitals, or write reply: none in the head.",
                      "the text asks yes or no and offers no word to answer with");
    if (c->template_->reply == PK_TEXT_REPLY_CONSENT && !offer->clear_yes)
        pk_style_tell(c, 0, "reply-offer", false, "Offer a word of the list yes, in capitals.",
                      "the text asks for consent and offers no word that says a clear yes");
}

void pk_style_check_reply_words(struct pk_style_checking *c, const struct pk_style_text *text)
{
    struct offer offer = { 0 };
    for (size_t begin = 0, i = 0; begin < text->count; begin = i) {
        unsigned offered = 0;
        size_t first_offer = begin;
        for (i = begin; i < text->count && text->words[i].sentence == text->words[begin].sentence; i++) {
            const struct pk_style_word *word = &text->words[i];
            struct pk_reply_meaning meaning;
            check_small_offers(c, text, i);
            if (!word->typed || !pk_style_is_capitals(word->text) || pk_style_among(word->text, &c->style->capitals) ||
                !check_capitals(c, word, &meaning))
                continue;
            first_offer = offered == 0 ? i : first_offer;
            offered |= 1u << meaning.intent;
            offer.yes_or_no = offer.yes_or_no || meaning.intent == PK_INTENT_YES || meaning.intent == PK_INTENT_NO;
            offer.clear_yes = offer.clear_yes || (meaning.intent == PK_INTENT_YES && !meaning.soft);
        }
        check_cues(c, text, begin, i, offered, first_offer);
    }
    check_offer(c, &offer);
}

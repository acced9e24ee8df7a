/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules about how a text is built: number and word together in a plural, first when, then where, then what to answer; a
 * link only where a telephone number will not do; and how many parts it takes with values of ordinary length.
 */
#include "gateway/language/style_text.h"

#include "gateway/base/text.h"
#include "gateway/language/samples.h"
#include "gateway/language/segment.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

/* ---- plurals ---- */

struct branch {
    struct pk_slice selector;
    size_t offset;
    bool number, word;
};

static void look_into(const struct pk_outline *o, const struct pk_piece *piece, struct branch *branch)
{
    struct pk_slice text = pk_piece_text(o, piece);
    branch->number = branch->number || piece->kind == PK_PIECE_NUMBER;
    for (int32_t at = 0; piece->kind == PK_PIECE_TYPED && at < (int32_t) text.len;) {
        UChar32 c = pk_utf8_next(text.data, &at, (int32_t) text.len);
        branch->number = branch->number || u_isdigit(c);
        branch->word = branch->word || u_isalpha(c);
    }
}

static void check_branch(struct pk_style_checking *c, const struct branch *branch)
{
    if (!branch->word)
        pk_style_tell(c, branch->offset, "plural", false, "Write number and word together: other {# души}.",
                      "branch \"%.*s\" holds no word: it has to agree with the number", PK_SHOWN(branch->selector));
    else if (!branch->number && !pk_slice_is(branch->selector, "=0"))
        pk_style_tell(c, branch->offset, "plural", false, "Write # where the number stands; a number is written in digits.",
                      "branch \"%.*s\" does not say the number", PK_SHOWN(branch->selector));
}

static bool serves(const struct branch *branch, const char *form)
{
    return pk_slice_is(branch->selector, form) || (strcmp(form, "one") == 0 && pk_slice_is(branch->selector, "=1"));
}

/* The word just before: "остава {n, plural, ...}". */
static void check_verb(struct pk_style_checking *c, const struct pk_piece *choice, const struct pk_piece *before)
{
    struct pk_slice text = pk_piece_text(&c->outline, before);
    size_t end = text.len, begin;
    while (end > 0 && text.data[end - 1] == ' ')
        end--;
    for (begin = end; begin > 0 && text.data[begin - 1] != ' ';)
        begin--;
    struct pk_slice word = pk_slice_make(text.data + begin, end - begin);
    if (before->kind == PK_PIECE_TYPED && pk_style_among(word, &c->style->agreeing_verbs))
        pk_style_tell(c, choice->brace, "plural", false, "Move the word into every branch: one {остава # място}.",
                      "\"%.*s\" before the plural has to agree with the number too", PK_SHOWN(word));
}

#define BRANCHES_MAX 16

static void check_plural(struct pk_style_checking *c, size_t at)
{
    const struct pk_outline *o = &c->outline;
    struct branch branches[BRANCHES_MAX] = { 0 };
    size_t count = 0, depth = 0, choice = at;
    for (; at < o->count; at++) {
        const struct pk_piece *piece = &o->pieces[at];
        if (piece->kind == PK_PIECE_CHOICE)
            depth++;
        else if (piece->kind == PK_PIECE_CHOICE_END && --depth == 0)
            break;
        else if (piece->kind == PK_PIECE_BRANCH && depth == 1 && count < BRANCHES_MAX)
            branches[count++] = (struct branch){ .selector = pk_piece_text(o, piece), .offset = piece->offset };
        else if (count > 0)
            look_into(o, piece, &branches[count - 1]);
    }
    for (size_t i = 0; i < count; i++)
        check_branch(c, &branches[i]);
    for (size_t i = 0; i < c->style->plural_forms.count; i++) {
        const char *form = c->style->plural_forms.items[i];
        bool there = false;
        for (size_t j = 0; j < count; j++)
            there = there || serves(&branches[j], form);
        if (!there)
            pk_style_tell(c, o->pieces[choice].brace, "plural", false,
                          "Add it: the form for 1 is one, the form for all else other.", "the plural has no form \"%s\"", form);
    }
    if (choice > 0)
        check_verb(c, &o->pieces[choice], &o->pieces[choice - 1]);
}

static void check_plurals(struct pk_style_checking *c)
{
    for (size_t i = 0; i < c->outline.count && c->style->plural_forms.count > 0; i++) {
        const struct pk_piece *piece = &c->outline.pieces[i];
        const struct pk_argument *argument = piece->placeholder.argument;
        if (piece->kind == PK_PIECE_CHOICE && piece->plural)
            check_plural(c, i);
        else if (piece->kind == PK_PIECE_VALUE && argument && argument->type == PK_ARGUMENT_COUNT)
            pk_style_tell(c, piece->brace, "plural", false, "Write {people, plural, one {# ...} other {# ...}}.",
                          "a number stands without the word that has to agree with it");
    }
}

/* ---- order ---- */

/* "rsvp" or "*-link" */
static bool matches(const char *name, const char *pattern)
{
    size_t len = strlen(name), tail = strlen(pattern);
    if (pattern[0] != '*')
        return strcmp(name, pattern) == 0;
    return len >= tail - 1 && strcmp(name + len - (tail - 1), pattern + 1) == 0;
}

static bool is_among(const char *name, const struct pk_phrases *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        if (matches(name, texts->items[i]))
            return true;
    return false;
}

static void note_place(size_t offsets[PK_STYLE_PLACES], enum pk_style_place place, size_t offset)
{
    if (offset < offsets[place])
        offsets[place] = offset;
}

static void find_places(const struct pk_style_checking *c, size_t ret_offsets[PK_STYLE_PLACES])
{
    for (size_t i = 0; i < PK_STYLE_PLACES; i++)
        ret_offsets[i] = SIZE_MAX;
    for (size_t i = 0; i < c->outline.count; i++) {
        const struct pk_piece *piece = &c->outline.pieces[i];
        const struct pk_argument *argument = piece->placeholder.argument;
        if (piece->kind != PK_PIECE_VALUE || !argument)
            continue;
        if (argument->type == PK_ARGUMENT_MOMENT || argument->type == PK_ARGUMENT_HOURS || argument->type == PK_ARGUMENT_WEEKDAYS)
            note_place(ret_offsets, PK_PLACE_WHEN, piece->brace);
        else if (strcmp(argument->name, "place") == 0)
            note_place(ret_offsets, PK_PLACE_WHERE, piece->brace);
    }
}

static void find_answer(const struct pk_style_checking *c, size_t offsets[PK_STYLE_PLACES])
{
    struct pk_written typed;
    struct pk_style_text text;
    pk_written_init(&typed);
    pk_outline_write(&c->outline, 0, NULL, &typed);
    pk_style_text_init(&text, &typed, c->style);
    for (size_t i = 0; i < text.count; i++) {
        struct pk_reply_meaning meaning;
        if (!text.words[i].typed || !pk_style_is_capitals(text.words[i].text))
            continue;
        pk_reply_understand(pk_catalog_reply_words(c->catalog), text.words[i].text, &meaning);
        if (meaning.intent == PK_INTENT_YES || meaning.intent == PK_INTENT_NO)
            note_place(offsets, PK_PLACE_ANSWER, text.words[i].source);
    }
    pk_style_text_finish(&text);
    pk_written_finish(&typed);
}

static void check_order(struct pk_style_checking *c)
{
    static const char *const names[PK_STYLE_PLACES] = { "when it is", "where it is", "what to answer" };
    size_t offsets[PK_STYLE_PLACES];
    if (c->style->order_count == 0 || is_among(c->template_->name, &c->style->order_except))
        return;
    find_places(c, offsets);
    if (c->template_->kind != PK_TEXT_ANSWER) /* an answer repeats what was answered */
        find_answer(c, offsets);
    for (size_t i = 0; i < c->style->order_count; i++) {
        for (size_t j = i + 1; j < c->style->order_count; j++) {
            size_t first = offsets[c->style->order[i]], later = offsets[c->style->order[j]];
            if (first != SIZE_MAX && later != SIZE_MAX && later < first)
                pk_style_tell(c, later, "order", true, "Say first when, then where, then what to answer.", "%s stands before %s",
                              names[c->style->order[j]], names[c->style->order[i]]);
        }
    }
}

/* ---- links ---- */

static void check_links(struct pk_style_checking *c)
{
    bool allowed = !c->style->links_said || is_among(c->template_->name, &c->style->links);
    for (size_t i = 0; i < c->outline.count && !allowed; i++) {
        const struct pk_piece *piece = &c->outline.pieces[i];
        if (piece->kind == PK_PIECE_VALUE && piece->placeholder.argument && piece->placeholder.argument->type == PK_ARGUMENT_LINK)
            pk_style_tell(c, piece->brace, "link", true,
                          "Give a telephone number: {phone}; where only a page will do, name the text in links = of [style].",
                          "a link stands where a telephone number may do");
    }
}

/* ---- parts ---- */

static void check_parts_in(struct pk_style_checking *c, const struct pk_json *values, struct pk_slice script, uint32_t most)
{
    const struct pk_template *t = c->template_;
    struct pk_buf words;
    struct pk_segmentation found = { 0 };
    pk_buf_init(&words, 4u * PK_BODY_BYTES_MAX);
    const struct pk_render render = {
        .language = pk_slice_of(t->language->tag),
        .rendering = script,
        .body = pk_slice_of(t->text),
        .values = values,
        .org = pk_json_string(pk_json_get(values, "org")),
        .zone = PK_SAMPLE_ZONE,
    };
    if (pk_catalog_render(c->catalog, &render, &words, NULL) != 0 || pk_segment(pk_buf_slice(&words), false, &found, NULL) != 0)
        pk_style_tell(c, 0, "parts", false, "Write a simpler text.", "the text cannot be written with values of ordinary length");
    else if (most > 0 && found.parts > most)
        pk_style_tell(c, 0, "parts", false, "Shorten it: every part is paid for, and a long text is not read.",
                      "with values of ordinary length the text%s takes %u SMS parts, more than %u",
                      script.len > 0 ? " in other letters" : "", found.parts, most);
    else if (pk_slice_is(script, PK_RENDERING_LATIN) && found.encoding != PK_ENCODING_GSM7)
        pk_style_tell(c, 0, "parts", false, "Take the character out that is no letter of either alphabet.",
                      "in Latin letters the text does not fit the alphabet of text messages");
    pk_buf_finish(&words);
}

static void check_parts(struct pk_style_checking *c)
{
    const struct pk_template *t = c->template_;
    struct pk_buf document;
    pk_auto(pk_json) struct pk_json *values = NULL;
    struct pk_slice rest = pk_slice_of(t->language->renderings), script;
    pk_buf_init(&document, 65536);
    pk_template_sample(t, 0, PK_SAMPLE_PEOPLE, &document);
    if (pk_json_parse(pk_buf_slice(&document), 65536, &values, NULL) == 0) {
        check_parts_in(c, values, (struct pk_slice){ 0 }, c->style->sample_parts);
        while (pk_slice_cut(&rest, ' ', &script))
            if (script.len > 0)
                check_parts_in(c, values, script, c->style->rendered_parts);
    }
    pk_buf_finish(&document);
}

void pk_style_check_forms(struct pk_style_checking *c)
{
    check_plurals(c);
    check_order(c);
    check_links(c);
    check_parts(c);
}

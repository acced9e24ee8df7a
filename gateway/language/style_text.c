/* SPDX-License-Identifier: EUPL-1.2 */
/* Words and sentences of a text that is written out; see the header. */
#include "gateway/language/style_text.h"

#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

void pk_style_tell(struct pk_style_checking *c, size_t offset, const char *rule, bool warning, const char *remedy,
                   const char *format, ...)
{
    for (size_t i = 0; i < c->found_count; i++)
        if (c->found[i].offset == offset && strcmp(c->found[i].rule, rule) == 0)
            return;
    if (c->found_count == PK_STYLE_FOUND_MAX)
        return;
    struct pk_style_found *found = &c->found[c->found_count++];
    *found = (struct pk_style_found){ .rule = rule, .offset = offset, .warning = warning };
    va_list args;
    va_start(args, format);
    (void) vsnprintf(found->reason, sizeof found->reason, format, args);
    va_end(args);
    (void) snprintf(found->remedy, sizeof found->remedy, "%s", remedy);
}

/* ---- letters ---- */

static UChar32 first_of(struct pk_slice text)
{
    int32_t at = 0;
    return text.len > 0 ? pk_utf8_next(text.data, &at, (int32_t) text.len) : 0;
}

bool pk_style_same(struct pk_slice a, struct pk_slice b)
{
    int32_t i = 0, j = 0;
    while (i < (int32_t) a.len && j < (int32_t) b.len)
        if (u_foldCase(pk_utf8_next(a.data, &i, (int32_t) a.len), U_FOLD_CASE_DEFAULT) !=
            u_foldCase(pk_utf8_next(b.data, &j, (int32_t) b.len), U_FOLD_CASE_DEFAULT))
            return false;
    return i == (int32_t) a.len && j == (int32_t) b.len;
}

bool pk_style_among(struct pk_slice word, const struct pk_phrases *phrases)
{
    for (size_t i = 0; i < phrases->count; i++)
        if (pk_style_same(word, pk_slice_of(phrases->items[i])))
            return true;
    return false;
}

bool pk_style_is_capitals(struct pk_slice word)
{
    size_t letters = 0;
    for (int32_t at = 0; at < (int32_t) word.len;) {
        UChar32 c = pk_utf8_next(word.data, &at, (int32_t) word.len);
        if (!u_isalpha(c))
            continue;
        if (!u_isupper(c))
            return false;
        letters++;
    }
    return letters >= 2;
}

bool pk_style_begins_small(struct pk_slice text)
{
    return u_islower(first_of(text));
}

/* ---- words ---- */

struct cutting {
    struct pk_style_text *text;
    const struct pk_style *style;
    uint32_t sentence;
    bool joined;
};

static void add_word(struct cutting *cut, size_t begin, size_t end)
{
    struct pk_style_text *t = cut->text;
    const struct pk_written *w = t->written;
    if ((t->count & (t->count - 1)) == 0)
        t->words = pk_realloc_array(t->words, t->count > 0 ? 2 * t->count : 1, sizeof *t->words);
    t->words[t->count++] = (struct pk_style_word){
        .text = pk_slice_make(w->text.data + begin, end - begin),
        .at = begin,
        .typed = w->typed[begin],
        .source = w->source[begin],
        .sentence = cut->sentence,
        .joined = cut->joined,
    };
    cut->joined = true;
}

/* The full stop at `at` ends a sentence, or only a word. */
static bool ends_sentence(const struct cutting *cut, size_t at)
{
    const struct pk_written *w = cut->text->written;
    const struct pk_style_word *before = cut->text->count > 0 ? &cut->text->words[cut->text->count - 1] : NULL;
    size_t next = at + 1;
    if (next < w->text.len && w->text.data[next] != ' ' && w->text.data[next] != '\n')
        return false; /* 3.03, zaanstad.nl */
    while (next < w->text.len && (w->text.data[next] == ' ' || w->text.data[next] == '\n'))
        next++;
    bool of_word = !w->typed[at] || (before && pk_style_among(before->text, &cut->style->abbreviations));
    return !of_word || next == w->text.len || !pk_style_begins_small(pk_slice_make(w->text.data + next, w->text.len - next));
}

static bool is_of_word(UChar32 c)
{
    return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

void pk_style_text_init(struct pk_style_text *text, const struct pk_written *written, const struct pk_style *style)
{
    *text = (struct pk_style_text){ .written = written };
    struct cutting cut = { .text = text, .style = style };
    const char *data = pk_buf_text(&written->text);
    int32_t len = (int32_t) written->text.len, begin = -1;
    for (int32_t at = 0; at < len;) {
        int32_t here = at;
        UChar32 c = pk_utf8_next(data, &at, len);
        bool of_word = is_of_word(c);
        /* A value and what is typed are words of their own, even where nothing stands between them. */
        if (begin >= 0 && (!of_word || written->typed[here] != written->typed[begin])) {
            add_word(&cut, (size_t) begin, (size_t) here);
            begin = -1;
        }
        if (of_word && begin < 0)
            begin = here;
        if (of_word)
            continue;
        cut.joined = cut.joined && c == ' ';
        if (c == '!' || c == '?' || (c == '.' && ends_sentence(&cut, (size_t) here)))
            cut.sentence++;
    }
    if (begin >= 0)
        add_word(&cut, (size_t) begin, (size_t) len);
}

void pk_style_text_finish(struct pk_style_text *text)
{
    free(text->words);
    *text = (struct pk_style_text){ 0 };
}

size_t pk_style_phrase_at(const struct pk_style_text *text, size_t index, const char *phrase)
{
    struct pk_slice rest = pk_slice_of(phrase), one;
    size_t count = 0;
    while (pk_slice_cut(&rest, ' ', &one)) {
        if (one.len == 0)
            continue;
        size_t at = index + count++;
        if (at >= text->count || !text->words[at].typed || text->words[at].sentence != text->words[index].sentence ||
            !pk_style_same(text->words[at].text, one))
            return 0;
    }
    return count;
}

size_t pk_style_phrases_at(const struct pk_style_text *text, size_t index, const struct pk_phrases *phrases)
{
    size_t longest = 0;
    for (size_t i = 0; i < phrases->count; i++) {
        size_t count = pk_style_phrase_at(text, index, phrases->items[i]);
        if (count > longest)
            longest = count;
    }
    return longest;
}

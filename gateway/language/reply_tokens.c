/* SPDX-License-Identifier: EUPL-1.2 */
/* A reply cut into words; see the header. Called by reply.c alone. */
#include "gateway/language/reply_tokens.h"

#include <unicode/uchar.h>

#define TEXT_BYTES_MAX 4096
#define TOKENS_MAX 512 /* a longer text is looked at up to here */
#define QUOTED_WORDS_MAX 3

/* ---- quotations ---- */

/* What closes a quotation mark: phones quote our own text back ("Liked “... СТОП ...”"). */
static bool closes(UChar32 open, UChar32 c)
{
    switch (open) {
    case 0x201e: /* „ */
        return c == 0x201c || c == 0x201d;
    case 0x201c: /* “ */
    case 0x201d: /* ” */
        return c == 0x201d;
    case 0x00ab: /* « */
        return c == 0x00bb;
    default:
        return open == '"' && c == '"';
    }
}

static bool opens(UChar32 c)
{
    return c == 0x201e || c == 0x201c || c == 0x201d || c == 0x00ab || c == '"';
}

static size_t words_in(const UChar *data, int32_t len)
{
    size_t count = 0;
    bool inside = false;
    for (int32_t i = 0; i < len;) {
        bool letter = u_isalnum(pk_utf16_next(data, &i, len)) != 0;
        count += letter && !inside;
        inside = letter;
    }
    return count;
}

/* Whether nothing but signs stands behind a long quotation. */
static bool drop_quotations(struct pk_utf16 *text)
{
    bool ends_quoting = false;
    struct pk_utf16 kept = { 0 };
    for (int32_t i = 0; i < text->len;) {
        int32_t after = i;
        UChar32 open = pk_utf16_next(text->data, &after, text->len);
        int32_t end = opens(open) ? after : text->len, begin = end;
        while (end < text->len && !closes(open, text->data[end]))
            end++;
        if (end == text->len) { /* no quotation begins here */
            ends_quoting = ends_quoting && !u_isalnum(open) && open != '?';
            pk_utf16_add(&kept, open);
            i = after;
            continue;
        }
        ends_quoting = words_in(text->data + begin, end - begin) > QUOTED_WORDS_MAX;
        if (ends_quoting)
            pk_utf16_add(&kept, ' ');
        else
            pk_utf16_add_all(&kept, text->data + i, end + 1 - i);
        i = end + 1;
    }
    pk_utf16_finish(text);
    *text = kept;
    return ends_quoting;
}

/* ---- tokens ---- */

/* 1 or 2 digits as a number, else -1. */
static int number_of(const struct pk_word *word)
{
    int value = 0;
    if (word->len < 1 || word->len > 2)
        return -1;
    for (int32_t i = 0; i < word->len; i++) {
        int32_t digit = u_charDigitValue(word->text[i]);
        if (digit < 0)
            return -1;
        value = value * 10 + digit;
    }
    return value;
}

static void know(struct pk_reading *r, struct pk_token *token)
{
    struct pk_forms forms;
    token->number = token->too_long ? -1 : number_of(&token->word);
    token->word_count = 0;
    if (token->too_long || token->number >= 0)
        return;
    pk_word_forms(&token->word, &forms);
    for (size_t i = 0; i < forms.count; i++) {
        int found = pk_reply_word_find(r->words, &forms.forms[i]);
        if (found < 0)
            continue;
        token->folded[token->word_count] = forms.folded[i];
        token->words[token->word_count++] = found;
    }
}

static void add_unit(struct pk_token *token, UChar32 c)
{
    if (token->word.len + 2 > PK_WORD_MAX)
        token->too_long = true;
    else
        token->word.len += pk_utf16_write(c, token->word.text + token->word.len);
}

static bool is_letter_or_digit(UChar32 c)
{
    return u_isalpha(c) || u_isdigit(c);
}

static void cut_tokens(struct pk_reading *r)
{
    bool inside = false;
    for (int32_t i = 0; i < r->text.len;) {
        UChar32 c = pk_utf16_next(r->text.data, &i, r->text.len);
        if (!is_letter_or_digit(c)) {
            inside = false;
            continue;
        }
        if (!inside && r->count == r->room) {
            r->cut = true;
            return;
        }
        if (!inside)
            r->tokens[r->count++] = (struct pk_token){ .number = -1 };
        inside = true;
        add_unit(&r->tokens[r->count - 1], c);
    }
}

/* "С Т О П" */
static void join_spaced_letters(struct pk_reading *r)
{
    if (r->count < 2)
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->tokens[i].word.len != 1 || !u_isalpha(r->tokens[i].word.text[0]))
            return;
    for (size_t i = 1; i < r->count; i++)
        add_unit(&r->tokens[0], r->tokens[i].word.text[0]);
    r->count = 1;
}

/* How many units of "да2" are the word; 0 when the token is not of that shape. */
static int32_t word_before_digits(const struct pk_token *token)
{
    int32_t digits = 0, len = token->word.len;
    while (digits < len && u_isdigit(token->word.text[len - 1 - digits]))
        digits++;
    if (token->too_long || digits < 1 || digits > 2 || digits == len)
        return 0;
    for (int32_t i = 0; i < len - digits; i++)
        if (u_isdigit(token->word.text[i]))
            return 0;
    return len - digits;
}

/* Splits what matches nothing as a whole: "да2" is да and 2, but "pomo6" is a word. */
static void split_token(struct pk_reading *r, size_t at)
{
    int32_t len = word_before_digits(&r->tokens[at]);
    if (len == 0 || r->tokens[at].word_count > 0 || r->count == r->room)
        return;
    memmove(r->tokens + at + 1, r->tokens + at, (r->count - at) * sizeof *r->tokens);
    r->count++;
    struct pk_token *word = &r->tokens[at], *number = word + 1;
    number->word.len = word->word.len - len;
    memcpy(number->word.text, word->word.text + len, (size_t) number->word.len * sizeof number->word.text[0]);
    word->word.len = len;
    know(r, word);
    know(r, number);
}

static void read_tokens(struct pk_reading *r)
{
    cut_tokens(r);
    join_spaced_letters(r);
    for (size_t i = 0; i < r->count; i++)
        know(r, &r->tokens[i]);
    for (size_t i = 0; i < r->count; i++)
        split_token(r, i);
}

/* ---- the text ---- */

/* Bytes that are no UTF-8 stand for nothing anybody wrote: they become spaces, and NUL as well. */
static void take_text(struct pk_utf16 *to, struct pk_slice text)
{
    int32_t len = (int32_t) (text.len < TEXT_BYTES_MAX ? text.len : TEXT_BYTES_MAX);
    for (int32_t i = 0; i < len;) {
        UChar32 c = pk_utf8_next(text.data, &i, len);
        pk_utf16_add(to, c <= 0 ? ' ' : c);
    }
}

void pk_reading_init(struct pk_reading *r, const struct pk_reply_words *words, struct pk_slice text)
{
    *r = (struct pk_reading){ .words = words, .cut = text.len > TEXT_BYTES_MAX };
    r->phrases = pk_reply_phrases(words, &r->phrase_count);
    take_text(&r->text, text);
    r->ends_quoting = drop_quotations(&r->text);
    pk_fold(&r->text);
    /* A token takes a unit at least, and one that is split takes two. */
    r->room = r->text.len < TOKENS_MAX ? (size_t) r->text.len : TOKENS_MAX;
    r->tokens = pk_alloc_array(r->room + 1, sizeof *r->tokens);
    read_tokens(r);
}

void pk_reading_finish(struct pk_reading *r)
{
    free(r->tokens);
    pk_utf16_finish(&r->text);
}

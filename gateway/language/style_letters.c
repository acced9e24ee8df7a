/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules about what is typed: its alphabet, its quotation marks, and the patterns of the language's own. Patterns see the
 * text with a stand-in (U+FFFC) for every placeholder.
 */
#include "gateway/language/style_text.h"

#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

/* ---- alphabet ---- */

static UScriptCode script_of(struct pk_slice word)
{
    for (int32_t at = 0; at < (int32_t) word.len;) {
        UErrorCode code = U_ZERO_ERROR;
        UChar32 c = pk_utf8_next(word.data, &at, (int32_t) word.len);
        if (u_isalpha(c))
            return uscript_getScript(c, &code);
    }
    return USCRIPT_COMMON;
}

void pk_style_check_letters(struct pk_style_checking *c, const struct pk_style_text *text)
{
    for (size_t i = 0; i < text->count && c->style->script != USCRIPT_INVALID_CODE; i++) {
        const struct pk_style_word *word = &text->words[i];
        UScriptCode script = script_of(word->text);
        if (word->typed && script != USCRIPT_COMMON && script != c->style->script &&
            !pk_style_among(word->text, &c->style->names))
            pk_style_tell(c, word->source, "script", false,
                          "Write it in the language's letters; a name as on local signs goes into names = of [style].",
                          "\"%.*s\" is written in another alphabet", PK_SHOWN(word->text));
    }
}

/* ---- quotation marks ---- */

static bool is_quote(UChar32 c)
{
    return c == '"' || c == '\'' || u_hasBinaryProperty(c, UCHAR_QUOTATION_MARK);
}

static UChar32 at_end_before(const char *data, int32_t at)
{
    int32_t i = at - 1;
    while (i > 0 && ((unsigned char) data[i] & 0xc0) == 0x80)
        i--;
    return i >= 0 ? pk_utf8_next(data, &i, at) : 0;
}

/* Between two letters it is an apostrophe, and before one the Dutch "'s". */
static bool is_apostrophe(UChar32 c, const char *data, int32_t here, int32_t next, int32_t len)
{
    if (c != '\'' && c != 0x2019)
        return false;
    UChar32 after = next < len ? pk_utf8_next(data, &next, len) : 0;
    return u_isalpha(at_end_before(data, here)) && u_isalpha(after);
}

void pk_style_check_quotes(struct pk_style_checking *c, const struct pk_written *typed)
{
    const UChar32 opens = c->style->quotes[0], closes = c->style->quotes[1];
    const char *data = pk_buf_text(&typed->text);
    int32_t len = (int32_t) typed->text.len, open_at = -1;
    uint8_t first[5] = { 0 }, last[5] = { 0 };
    char remedy[96];
    if (opens == 0)
        return;
    (void) pk_utf8_write(opens, first);
    (void) pk_utf8_write(closes, last);
    (void) snprintf(remedy, sizeof remedy, "Write %s before and %s behind.", (const char *) first, (const char *) last);
    for (int32_t at = 0; at < len;) {
        int32_t here = at;
        UChar32 one = pk_utf8_next(data, &at, len);
        if (!is_quote(one) || is_apostrophe(one, data, here, at, len))
            continue;
        bool expected = one == (open_at < 0 ? opens : closes);
        if (!expected)
            pk_style_tell(c, typed->source[here], "quotes", false, remedy, "this quotation mark does not belong here");
        open_at = !expected ? open_at : open_at < 0 ? here : -1;
    }
    if (open_at >= 0)
        pk_style_tell(c, typed->source[open_at], "quotes", false, remedy, "this quotation mark has no partner");
}

/* ---- patterns ---- */

/* Does `except` match anywhere in between? */
static bool is_excepted(const struct pk_style_pattern *pattern, UText *text, int64_t begin, int64_t end)
{
    UErrorCode code = U_ZERO_ERROR;
    if (!pattern->except)
        return false;
    uregex_setUText(pattern->except, text, &code);
    for (UBool more = uregex_find64(pattern->except, 0, &code); more && U_SUCCESS(code);
         more = uregex_findNext(pattern->except, &code))
        if (uregex_start64(pattern->except, 0, &code) < end && uregex_end64(pattern->except, 0, &code) > begin)
            return true;
    return false;
}

static void check_pattern(struct pk_style_checking *c, const struct pk_style_pattern *pattern, const struct pk_written *typed)
{
    UErrorCode code = U_ZERO_ERROR;
    UText *text = utext_openUTF8(NULL, pk_buf_text(&typed->text), (int64_t) typed->text.len, &code);
    uregex_setUText(pattern->find, text, &code);
    for (UBool more = uregex_find64(pattern->find, 0, &code); more && U_SUCCESS(code);
         more = uregex_findNext(pattern->find, &code)) {
        int64_t begin = uregex_start64(pattern->find, 0, &code), end = uregex_end64(pattern->find, 0, &code);
        if (U_FAILURE(code) || begin < 0 || begin >= (int64_t) typed->text.len || is_excepted(pattern, text, begin, end))
            continue;
        struct pk_slice what = pk_slice_make(typed->text.data + begin, (size_t) (end - begin));
        pk_style_tell(c, typed->source[begin], pattern->name, pattern->warning, pattern->remedy, "\"%.*s\": %s", PK_SHOWN(what),
                      pattern->why);
    }
    if (U_FAILURE(code))
        pk_style_tell(c, 0, pattern->name, false, "Write a simpler pattern in language.ini, or a simpler text.",
                      "the pattern takes too long on this text");
    utext_close(text);
}

void pk_style_check_patterns(struct pk_style_checking *c, const struct pk_written *typed)
{
    for (size_t i = 0; i < c->style->pattern_count; i++)
        if (c->style->patterns[i].find)
            check_pattern(c, &c->style->patterns[i], typed);
}

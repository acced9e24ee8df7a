/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text made fit for sending: one normal form, no invisible characters, plain spaces. Called for every rendered text
 * and for texts typed by staff. It does not shorten and does not choose an alphabet.
 */
#include "gateway/language/prepare.h"

#include "gateway/include/pokana/error.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

#define JOINER 0x200d
#define EMOJI_STYLE 0xfe0f
#define KEYCAP 0x20e3

static bool is_pictograph(UChar32 c)
{
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

/* A joiner or an emoji style selector is part of what is seen; anywhere else they are invisible luggage. */
static bool belongs_to_emoji(UChar32 before, UChar32 c, UChar32 after)
{
    /* Digits, # and * are emoji to Unicode, but only on a key. */
    if (c == EMOJI_STYLE)
        return u_hasBinaryProperty(before, UCHAR_EMOJI) && (before >= 0x80 || after == KEYCAP);
    bool emoji_before = is_pictograph(before) || before == EMOJI_STYLE || u_hasBinaryProperty(before, UCHAR_EMOJI_MODIFIER);
    return c == JOINER && emoji_before && is_pictograph(after);
}

static bool is_dropped(UChar32 before, UChar32 c, UChar32 after)
{
    if (c == '\n')
        return false;
    if (u_charType(c) == U_CONTROL_CHAR)
        return true;
    if (!u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) && !u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL))
        return false;
    return !belongs_to_emoji(before, c, after);
}

/* Letters, digits and signs of nearly every text: visible, and no space but the plain one. */
static bool is_ordinary(UChar32 c)
{
    return (c >= ' ' && c < 0x7f) || (c >= 0x3a3 && c < 0x600);
}

/* Was anything taken out? */
static bool clean(const struct pk_utf16 *from, struct pk_utf16 *to)
{
    UChar32 before = 0;
    bool dropped = false;
    for (int32_t i = 0; i < from->len;) {
        UChar32 c = pk_utf16_next(from->data, &i, from->len);
        if (is_ordinary(c)) {
            pk_utf16_add(to, c);
            before = c;
            continue;
        }
        int32_t peek = i;
        UChar32 after = peek < from->len ? pk_utf16_next(from->data, &peek, from->len) : 0;
        if (c == '\t')
            c = ' '; /* a control, but one that people see as a space */
        if (is_dropped(before, c, after)) {
            dropped = true;
            continue;
        }
        pk_utf16_add(to, u_charType(c) == U_SPACE_SEPARATOR ? ' ' : c);
        before = c;
    }
    return dropped;
}

int pk_text_prepare(struct pk_slice text, struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    pk_auto(pk_utf16) struct pk_utf16 from = { 0 };
    pk_auto(pk_utf16) struct pk_utf16 to = { 0 };
    int r = pk_utf16_from_utf8(&from, text);
    if (r != 0)
        return r;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    if (U_FAILURE(code))
        return PK_E_INTERNAL;
    pk_utf16_normalize(&from, nfc);
    /* What was taken out may have kept a letter and its mark apart. */
    if (clean(&from, &to))
        pk_utf16_normalize(&to, nfc);
    int32_t begin = 0, end = to.len;
    while (begin < end && (to.data[begin] == ' ' || to.data[begin] == '\n'))
        begin++;
    while (end > begin && (to.data[end - 1] == ' ' || to.data[end - 1] == '\n'))
        end--;
    return pk_utf16_to_utf8(&to, begin, end, out);
}

int pk_text_compose(struct pk_slice text, struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    pk_auto(pk_utf16) struct pk_utf16 whole = { 0 };
    int r = pk_utf16_from_utf8(&whole, text);
    if (r != 0)
        return r;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    if (U_FAILURE(code))
        return PK_E_INTERNAL;
    pk_utf16_normalize(&whole, nfc);
    return pk_utf16_to_utf8(&whole, 0, whole.len, out);
}

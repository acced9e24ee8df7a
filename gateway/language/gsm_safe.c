/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Latin text made to fit the GSM 7-bit alphabet, so that one stray quotation mark does not make a message of one part
 * into one of three. Letters that are in the alphabet (é, ü, €) stay. Two ways: after the transliteration what has no
 * letter there is left out; plain letters, which a person chose, leave it as it is.
 */
#include "gateway/include/pokana/error.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

static const struct {
    UChar32 from;
    const char *to;
} replaced[] = {
    { 0x201e, "\"" }, { 0x201c, "\"" }, { 0x201d, "\"" },  { 0x00ab, "\"" }, { 0x00bb, "\"" }, { 0x2033, "\"" }, /* „ “ ” « » ″ */
    { 0x2018, "'" },  { 0x2019, "'" },  { 0x201a, "'" },   { 0x2032, "'" },  { 0x00b4, "'" },  { 0x02bc, "'" },  { 0x0060, "'" },
    { 0x2013, "-" },  { 0x2014, "-" },  { 0x2012, "-" },   { 0x2015, "-" },  { 0x2011, "-" },  { 0x2010, "-" },  { 0x2212, "-" },
    { 0x2022, "-" },  { 0x00b7, "-" },  { 0x2026, "..." }, { 0x2116, "No" }, { 0x0009, " " }, /* bullets, …, №, tab */
    /* ı İ ł Ł đ Đ: no decomposition to a letter of ours */
    { 0x0131, "i" },  { 0x0130, "I" },  { 0x0142, "l" },   { 0x0141, "L" },  { 0x0111, "d" },  { 0x0110, "D" },
};

static const char *replacement(UChar32 c)
{
    for (size_t i = 0; i < PK_COUNT(replaced); i++)
        if (replaced[i].from == c)
            return replaced[i].to;
    return u_charType(c) == U_SPACE_SEPARATOR ? " " : NULL;
}

static bool is_removed(UChar32 c)
{
    int8_t type = u_charType(c);
    return c != '\n' && (type == U_FORMAT_CHAR || type == U_CONTROL_CHAR || type == U_NON_SPACING_MARK);
}

/* The letter under the marks, when the alphabet has it; false, and nothing is added, when not. */
static bool add_without_marks(struct pk_utf16 *out, UChar32 c, const UNormalizer2 *nfkd)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar parts[32];
    int32_t before = out->len, len = unorm2_getDecomposition(nfkd, c, parts, (int32_t) PK_COUNT(parts), &code);
    if (U_FAILURE(code) || len <= 0)
        return false;
    for (int32_t i = 0; i < len;) {
        UChar32 part = pk_utf16_next(parts, &i, len);
        if (is_removed(part))
            continue;
        if (!pk_gsm7_has((uint32_t) part)) {
            out->len = before;
            return false;
        }
        pk_utf16_add(out, part);
    }
    return out->len > before;
}

static int fit(struct pk_slice text, bool keep_foreign, struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    pk_auto(pk_utf16) struct pk_utf16 from = { 0 };
    pk_auto(pk_utf16) struct pk_utf16 to = { 0 };
    int r = pk_utf16_from_utf8(&from, text);
    if (r != 0)
        return r;
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&code);
    if (U_FAILURE(code))
        return PK_E_INTERNAL;
    for (int32_t i = 0; i < from.len;) {
        UChar32 c = pk_utf16_next(from.data, &i, from.len);
        if (c >= ' ' && c < 0x7f && c != '`') { /* nearly all, and all of them in the alphabet */
            pk_utf16_add(&to, c);
            continue;
        }
        const char *simple = replacement(c);
        if (simple) {
            for (; *simple; simple++)
                pk_utf16_add(&to, (unsigned char) *simple);
        } else if (is_removed(c) && !keep_foreign) {
            continue;
        } else if (pk_gsm7_has((uint32_t) c) || (!add_without_marks(&to, c, nfkd) && keep_foreign)) {
            pk_utf16_add(&to, c);
        }
    }
    int32_t begin = 0, end = to.len;
    while (begin < end && (to.data[begin] == ' ' || to.data[begin] == '\n'))
        begin++;
    while (end > begin && (to.data[end - 1] == ' ' || to.data[end - 1] == '\n'))
        end--;
    return pk_utf16_to_utf8(&to, begin, end, out);
}

int pk_gsm_safe(struct pk_slice text, struct pk_buf *out)
{
    return fit(text, false, out);
}

int pk_plain_letters(struct pk_slice text, struct pk_buf *out)
{
    return fit(text, true, out);
}

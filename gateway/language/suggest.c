/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One character that makes a text count like Cyrillic, and what could stand there instead. Called where people look at
 * what a text costs. What is written instead is what gsm_safe.c would write; here it is only proposed.
 */
#include "gateway/include/pokana/error.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

static bool is_space(UChar32 c)
{
    return c == '\t' || u_charType(c) == U_SPACE_SEPARATOR;
}

static bool is_unseen(UChar32 c)
{
    int8_t type = u_charType(c);
    return type == U_FORMAT_CHAR || type == U_CONTROL_CHAR || type == U_NON_SPACING_MARK;
}

static bool is_cyrillic_letter(UChar32 c)
{
    UErrorCode code = U_ZERO_ERROR;
    return u_isalpha(c) && uscript_getScript(c, &code) == USCRIPT_CYRILLIC;
}

/* As the whole of a text would be made to fit: "" when it would be dropped. */
static void fit(UChar32 c, char ret_text[PK_INSTEAD_MAX])
{
    uint8_t bytes[4];
    struct pk_buf out;
    pk_buf_init(&out, PK_INSTEAD_MAX - 1);
    if (pk_gsm_safe(pk_slice_make(bytes, pk_utf8_write(c, bytes)), &out) == 0)
        memcpy(ret_text, pk_buf_text(&out), out.len + 1);
    pk_buf_finish(&out);
}

enum pk_instead pk_segment_suggest(uint32_t codepoint, char ret_text[PK_INSTEAD_MAX])
{
    UChar32 c = (UChar32) codepoint;
    ret_text[0] = '\0';
    if (codepoint == 0 || codepoint > 0x10ffff || u_charType(c) == U_SURROGATE || pk_gsm7_has(codepoint))
        return PK_INSTEAD_NOTHING;
    if (is_cyrillic_letter(c))
        return PK_INSTEAD_LATIN;
    if (is_space(c)) {
        memcpy(ret_text, " ", 2);
        return PK_INSTEAD_SIGN;
    }
    if (is_unseen(c))
        return PK_INSTEAD_DROP;
    fit(c, ret_text);
    if (ret_text[0] == '\0')
        return PK_INSTEAD_NOTHING;
    return u_isalpha(c) ? PK_INSTEAD_LETTER : PK_INSTEAD_SIGN;
}

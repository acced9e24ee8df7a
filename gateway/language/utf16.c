/* SPDX-License-Identifier: EUPL-1.2 */
/* A growing run of UTF-16 for ICU; see the header. Used by every file of this folder that looks at characters. */
#include "gateway/language/utf16.h"

#include "gateway/include/pokana/error.h"

void pk_utf16_finish(struct pk_utf16 *text)
{
    if (!text)
        return;
    free(text->data);
    *text = (struct pk_utf16){ 0 };
}

static void make_room(struct pk_utf16 *text, int32_t more)
{
    if (text->cap - text->len >= more)
        return;
    int32_t cap = text->cap > 0 ? text->cap : 64;
    while (cap - text->len < more)
        cap *= 2; /* texts are limited to PK_LANGUAGE_TEXT_MAX: far from overflow */
    text->data = pk_realloc_array(text->data, (size_t) cap, sizeof *text->data);
    text->cap = cap;
}

void pk_utf16_add(struct pk_utf16 *text, UChar32 c)
{
    make_room(text, 2);
    text->len += pk_utf16_write(c, text->data + text->len);
}

void pk_utf16_add_all(struct pk_utf16 *text, const UChar *data, int32_t len)
{
    if (len <= 0)
        return;
    make_room(text, len);
    memcpy(text->data + text->len, data, (size_t) len * sizeof *data);
    text->len += len;
}

int pk_utf16_from_utf8(struct pk_utf16 *text, struct pk_slice utf8)
{
    if (utf8.len > PK_LANGUAGE_TEXT_MAX)
        return PK_E_LIMIT;
    int32_t len = (int32_t) utf8.len, before = text->len;
    make_room(text, len + 1);
    for (int32_t i = 0; i < len;) {
        UChar32 c = pk_utf8_next(utf8.data, &i, len);
        if (c <= 0) {
            text->len = before;
            return PK_E_INVALID;
        }
        text->len += pk_utf16_write(c, text->data + text->len);
    }
    return 0;
}

int pk_utf16_to_utf8(const struct pk_utf16 *text, int32_t begin, int32_t end, struct pk_buf *out)
{
    uint8_t bytes[256]; /* some at a time: the buffer's own bookkeeping costs more than a character */
    size_t len = 0;
    for (int32_t i = begin; i < end;) {
        UChar32 c = pk_utf16_next(text->data, &i, end);
        if (c >= 0xd800 && c <= 0xdfff)
            c = 0xfffd;
        len += pk_utf8_write(c, bytes + len);
        if (len <= sizeof bytes - 4)
            continue;
        int r = pk_buf_add(out, bytes, len);
        if (r != 0)
            return r;
        len = 0;
    }
    return len > 0 ? pk_buf_add(out, bytes, len) : 0;
}

void pk_utf16_normalize(struct pk_utf16 *text, const UNormalizer2 *form)
{
    UErrorCode code = U_ZERO_ERROR;
    if (text->len == 0)
        return;
    struct pk_utf16 to = { 0 };
    make_room(&to, text->len + 16);
    int32_t len = unorm2_normalize(form, text->data, text->len, to.data, to.cap, &code);
    if (code == U_BUFFER_OVERFLOW_ERROR) {
        code = U_ZERO_ERROR;
        make_room(&to, len + 1);
        len = unorm2_normalize(form, text->data, text->len, to.data, to.cap, &code);
    }
    if (U_FAILURE(code)) { /* only without ICU's own data: then the text stays as it came */
        pk_utf16_finish(&to);
        return;
    }
    to.len = len;
    free(text->data);
    *text = to;
}

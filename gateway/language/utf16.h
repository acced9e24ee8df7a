/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * UTF-16 text for the calls of ICU, private to this folder: a growing run of code units, and the way from and to
 * UTF-8. Strict: text from people that is no UTF-8 is refused, never repaired.
 */
#ifndef PK_LANGUAGE_UTF16_H
#define PK_LANGUAGE_UTF16_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"

#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utypes.h>

/* Longest text this folder takes, in bytes of UTF-8. */
#define PK_LANGUAGE_TEXT_MAX 65536u

/* What a message shows of text that may be long, for "%.*s": its beginning, and never half a character. */
#define PK_SHOWN_MAX 64u
static inline struct pk_slice pk_shown(struct pk_slice text)
{
    size_t len = text.len < PK_SHOWN_MAX ? text.len : PK_SHOWN_MAX;
    while (len > 0 && len < text.len && ((unsigned char) text.data[len] & 0xc0) == 0x80)
        len--;
    return pk_slice_make(text.data, len);
}
#define PK_SHOWN(text) PK_SLICE_ARG(pk_shown(text))

struct pk_utf16 {
    UChar *data; /* NULL until the first unit */
    int32_t len;
    int32_t cap;
};

/* ICU's macros mix signed and unsigned on purpose: wrapped once, here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
/* The character at *at, which moves behind it. A lone surrogate is returned as it is. */
static inline UChar32 pk_utf16_next(const UChar *data, int32_t *at, int32_t len)
{
    UChar32 c;
    U16_NEXT(data, *at, len, c);
    return c;
}

/* The same in UTF-8; negative for what is no UTF-8. */
static inline UChar32 pk_utf8_next(const char *data, int32_t *at, int32_t len)
{
    UChar32 c;
    U8_NEXT((const uint8_t *) data, *at, len, c);
    return c;
}

/* Writes a character's UTF-8; returns its bytes. */
static inline size_t pk_utf8_write(UChar32 c, uint8_t ret_bytes[4])
{
    int32_t n = 0;
    U8_APPEND_UNSAFE(ret_bytes, n, c);
    return (size_t) n;
}

static inline int32_t pk_utf16_write(UChar32 c, UChar ret_units[2])
{
    int32_t n = 0;
    U16_APPEND_UNSAFE(ret_units, n, c);
    return n;
}
#pragma GCC diagnostic pop

void pk_utf16_finish(struct pk_utf16 *text);
PK_AUTO_DEFINE_EMBEDDED(pk_utf16, struct pk_utf16, pk_utf16_finish)

void pk_utf16_add(struct pk_utf16 *text, UChar32 c);
void pk_utf16_add_all(struct pk_utf16 *text, const UChar *data, int32_t len);
/* Appends. PK_E_INVALID for what is no UTF-8 or holds NUL, PK_E_LIMIT over PK_LANGUAGE_TEXT_MAX. */
int pk_utf16_from_utf8(struct pk_utf16 *text, struct pk_slice utf8);
/* Appends the units from `begin` to before `end`; a lone surrogate becomes U+FFFD. The code of pk_buf_add. */
int pk_utf16_to_utf8(const struct pk_utf16 *text, int32_t begin, int32_t end, struct pk_buf *out);
/* Replaces *text by its normal form. */
void pk_utf16_normalize(struct pk_utf16 *text, const UNormalizer2 *form);

#endif

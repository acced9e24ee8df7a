/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/text.h"

#include "gateway/include/pokana/error.h"

bool pk_utf8_valid(struct pk_slice text)
{
    const unsigned char *s = (const unsigned char *) text.data;
    size_t i = 0;
    while (i < text.len) {
        unsigned char c = s[i];
        if (c == 0)
            return false;
        if (c < 0x80) {
            i++;
            continue;
        }
        size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || text.len - i <= more)
            return false;
        /* The second byte's range keeps out overlong forms, surrogates and what lies above U+10FFFF. */
        unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        if (s[i + 1] < low || s[i + 1] > high)
            return false;
        for (size_t j = 2; j <= more; j++)
            if ((s[i + j] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct pk_slice pk_slice_trim(struct pk_slice text)
{
    while (text.len > 0 && is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

bool pk_slice_cut(struct pk_slice *rest, char separator, struct pk_slice *ret_field)
{
    if (!rest->data || rest->len == 0)
        return false;
    const char *at = memchr(rest->data, separator, rest->len);
    if (!at) {
        *ret_field = *rest;
        *rest = (struct pk_slice){ 0 };
        return true;
    }
    *ret_field = pk_slice_make(rest->data, (size_t) (at - rest->data));
    *rest = pk_slice_make(at + 1, rest->len - ret_field->len - 1);
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

bool pk_slice_equal_nocase(struct pk_slice a, const char *b)
{
    size_t len = strlen(b);
    if (a.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(a.data[i]) != lower(b[i]))
            return false;
    return true;
}

int pk_parse_int(struct pk_slice text, int64_t min, int64_t max, int64_t *ret_value)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t value = 0; /* kept negative: that side has room for every value */
    if (i == text.len)
        return PK_E_INVALID;
    for (; i < text.len; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, c - '0', &value))
            return PK_E_INVALID;
    }
    if (!negative && __builtin_sub_overflow((int64_t) 0, value, &value))
        return PK_E_INVALID;
    if (value < min || value > max)
        return PK_E_INVALID;
    *ret_value = value;
    return 0;
}

int pk_parse_duration(struct pk_slice text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 24 * 3600 * 1000 } };
    size_t digits = 0;
    int64_t value;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    struct pk_slice unit = pk_slice_make(text.data + digits, text.len - digits);
    if (pk_parse_int(pk_slice_make(text.data, digits), 0, INT64_MAX, &value) != 0)
        return PK_E_INVALID;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (pk_slice_is(unit, units[i].unit))
            return __builtin_mul_overflow(value, units[i].ms, ret_ms) ? PK_E_INVALID : 0;
    return PK_E_INVALID;
}

int pk_parse_bool(struct pk_slice text, bool *ret_value)
{
    if (!pk_slice_is(text, "yes") && !pk_slice_is(text, "no"))
        return PK_E_INVALID;
    *ret_value = text.len == 3;
    return 0;
}

bool pk_is_name(struct pk_slice text)
{
    if (text.len == 0 || text.len > 48 || text.data[0] == '-' || text.data[text.len - 1] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return true;
}

/* ---- hex and base64 ---- */

void pk_hex(struct pk_buf *out, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++) {
        char pair[2] = { digits[bytes[i] >> 4], digits[bytes[i] & 15] };
        (void) pk_buf_add(out, pair, 2);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int pk_unhex(struct pk_slice text, void *ret_bytes, size_t len)
{
    unsigned char *to = ret_bytes;
    if (text.len != 2 * len)
        return PK_E_INVALID;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(text.data[2 * i]), low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return PK_E_INVALID;
        to[i] = (unsigned char) (high << 4 | low);
    }
    return 0;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void pk_base64(struct pk_buf *out, const void *data, size_t len)
{
    const unsigned char *s = data;
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        unsigned bits = (unsigned) s[i] << 16 | (n > 1 ? (unsigned) s[i + 1] << 8 : 0) | (n > 2 ? s[i + 2] : 0u);
        char four[4] = { base64_digits[bits >> 18], base64_digits[bits >> 12 & 63], n > 1 ? base64_digits[bits >> 6 & 63] : '=',
                         n > 2 ? base64_digits[bits & 63] : '=' };
        (void) pk_buf_add(out, four, 4);
    }
}

int pk_unbase64(struct pk_slice text, struct pk_buf *out)
{
    if (text.len % 4 != 0)
        return PK_E_INVALID;
    for (size_t i = 0; i < text.len; i += 4) {
        unsigned bits = 0;
        size_t padding = 0;
        for (size_t j = 0; j < 4; j++) {
            char c = text.data[i + j];
            const char *digit = c != '\0' ? strchr(base64_digits, c) : NULL;
            if (c == '=' && i + 4 == text.len && j >= 2)
                padding++;
            else if (!digit || padding > 0)
                return PK_E_INVALID;
            bits = bits << 6 | (digit ? (unsigned) (digit - base64_digits) : 0);
        }
        unsigned char three[3] = { (unsigned char) (bits >> 16), (unsigned char) (bits >> 8), (unsigned char) bits };
        /* The unused low bits must be zero, or two texts would mean the same bytes. */
        if ((padding == 1 && three[2] != 0) || (padding == 2 && (three[1] != 0 || three[2] != 0)))
            return PK_E_INVALID;
        if (pk_buf_add(out, three, 3 - padding) != 0)
            return PK_E_LIMIT;
    }
    return 0;
}

/* ---- did you mean ---- */

#define NEAR_MAX 64u

/* Edit distance, in one row; long names are not compared. */
static size_t distance(struct pk_slice a, struct pk_slice b)
{
    size_t row[NEAR_MAX + 1];
    if (a.len > NEAR_MAX || b.len > NEAR_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            size_t best = diagonal + (lower(a.data[i - 1]) == lower(b.data[j - 1]) ? 0 : 1);
            best = above + 1 < best ? above + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = above;
        }
    }
    return row[b.len];
}

const char *pk_nearest(struct pk_slice text, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t best = text.len / 3 + 1; /* farther than this is another word */
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(text, pk_slice_of(names[i]));
        if (d <= best && (!nearest || d < best)) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

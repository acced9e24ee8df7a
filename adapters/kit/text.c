/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/text.h"

#define CODE_MAX_BYTES 48u
#define CODE_MAX_DIGITS 6u /* in a row; a telephone number has seven at least */

bool pk_kit_same_secret(struct pk_slice given, struct pk_slice expected)
{
    unsigned char difference = given.len != expected.len || expected.len == 0;
    for (size_t i = 0; i < given.len; i++)
        difference |= (unsigned char) (given.data[i] ^ (expected.len > 0 ? expected.data[i % expected.len] : 0));
    return difference == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

bool pk_kit_same_word(struct pk_slice a, struct pk_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct pk_slice pk_kit_trim(struct pk_slice text)
{
    while (text.len > 0 && is_blank(text.data[0]))
        text = pk_slice_make(text.data + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool next(struct pk_slice *list, char between, struct pk_slice *ret_item)
{
    while (list->len > 0) {
        const char *comma = memchr(list->data, between, list->len);
        size_t n = comma ? (size_t) (comma - list->data) : list->len;
        struct pk_slice item = pk_kit_trim(pk_slice_make(list->data, n));
        size_t used = comma ? n + 1 : n;
        *list = pk_slice_make(list->data + used, list->len - used);
        if (item.len > 0) {
            *ret_item = item;
            return true;
        }
    }
    return false;
}

bool pk_kit_next_item(struct pk_slice *list, struct pk_slice *ret_item)
{
    return next(list, ',', ret_item);
}

bool pk_kit_is_listed(struct pk_slice list, struct pk_slice word)
{
    struct pk_slice item;
    while (pk_kit_next_item(&list, &item))
        if (pk_kit_same_word(item, word))
            return true;
    return false;
}

bool pk_kit_next_line(struct pk_slice *lines, struct pk_slice *ret_line)
{
    return next(lines, '\n', ret_line);
}

bool pk_kit_utf8(struct pk_slice text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char) text.data[i];
        size_t len = c < 0x80 ? 1 : c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
        if (len == 0 || text.len - i < len)
            return false;
        uint32_t point = len == 1 ? c : c & (0x7fu >> len);
        for (size_t j = 1; j < len; j++) {
            unsigned char next = (unsigned char) text.data[i + j];
            if ((next & 0xc0) != 0x80)
                return false;
            point = point << 6 | (next & 0x3fu);
        }
        if ((len == 3 && point < 0x800) || (len == 4 && (point < 0x10000 || point > 0x10ffff)) ||
            (point >= 0xd800 && point <= 0xdfff))
            return false;
        i += len;
    }
    return true;
}

bool pk_kit_decimal(struct pk_slice text, int64_t *ret_number)
{
    int64_t number = 0;
    if (text.len == 0 || text.len > 18)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = 10 * number + (text.data[i] - '0');
    }
    *ret_number = number;
    return true;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

static struct pk_slice decode(struct pk_slice text, char **room)
{
    char *start = *room, *out = start;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%' && text.len - i > 2 && hex_value(text.data[i + 1]) >= 0 && hex_value(text.data[i + 2]) >= 0) {
            c = (char) (hex_value(text.data[i + 1]) << 4 | hex_value(text.data[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        *out++ = c;
    }
    *room = out;
    return pk_slice_make(start, (size_t) (out - start));
}

bool pk_kit_next_pair(struct pk_slice *form, char **room, struct pk_slice *ret_name, struct pk_slice *ret_value)
{
    while (form->len > 0) {
        const char *end = memchr(form->data, '&', form->len);
        struct pk_slice pair = pk_slice_make(form->data, end ? (size_t) (end - form->data) : form->len);
        size_t used = end ? pair.len + 1 : pair.len;
        *form = pk_slice_make(form->data + used, form->len - used);
        if (pair.len == 0)
            continue;
        const char *equals = memchr(pair.data, '=', pair.len);
        size_t name_len = equals ? (size_t) (equals - pair.data) : pair.len;
        *ret_name = decode(pk_slice_make(pair.data, name_len), room);
        *ret_value = equals ? decode(pk_slice_make(equals + 1, pair.len - name_len - 1), room) : PK_SLICE("");
        return true;
    }
    return false;
}

bool pk_kit_code_is_plain(struct pk_slice code)
{
    size_t digits = 0;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.data[i];
        bool digit = c >= '0' && c <= '9';
        digits = digit ? digits + 1 : 0;
        if (digits > CODE_MAX_DIGITS || (!digit && !(lower(c) >= 'a' && lower(c) <= 'z') && !memchr("-_.:/ ", c, 6)))
            return false;
    }
    return code.len > 0 && code.len <= CODE_MAX_BYTES;
}

int pk_kit_e164(struct pk_slice number, char ret_number[PK_KIT_E164_ROOM])
{
    struct pk_slice digits = pk_kit_trim(number);
    if (digits.len > 0 && digits.data[0] == '+')
        digits = pk_slice_make(digits.data + 1, digits.len - 1);
    else if (pk_slice_starts(digits, "00"))
        digits = pk_slice_make(digits.data + 2, digits.len - 2);
    if (digits.len < 7 || digits.len > 15 || digits.data[0] == '0')
        return PK_E_INVALID;
    for (size_t i = 0; i < digits.len; i++)
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return PK_E_INVALID;
    ret_number[0] = '+';
    memcpy(ret_number + 1, digits.data, digits.len);
    ret_number[1 + digits.len] = '\0';
    return 0;
}

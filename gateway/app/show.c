/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/show.h"

#include "gateway/base/text.h"

#include <locale.h>
#include <time.h>
#include <wchar.h>

/* ---- text ---- */

/* The C library's own table of widths, whatever the user's locale is. Made once, kept for the life of the command. */
static locale_t utf8_locale(void)
{
    static locale_t locale;
    if (!locale)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
    return locale;
}

static size_t sequence_bytes(unsigned char first)
{
    return first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
}

/* Takes one character off the front; U+FFFD for a byte that begins none. */
static uint32_t next_character(struct pk_slice *rest)
{
    const unsigned char *s = (const unsigned char *) rest->data;
    size_t n = sequence_bytes(s[0]);
    uint32_t c = 0xfffd;
    if (n > rest->len || !pk_utf8_valid(pk_slice_make(s, n)))
        n = 1;
    else if (n == 1)
        c = s[0];
    else if (n == 2)
        c = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
    else if (n == 3)
        c = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
    else
        c = (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
    *rest = pk_slice_make(s + n, rest->len - n);
    return c;
}

size_t pk_show_width(struct pk_slice text)
{
    size_t width = 0;
    locale_t before = (locale_t) 0;
    locale_t utf8 = utf8_locale();
    if (utf8)
        before = uselocale(utf8);
    while (text.len > 0) {
        uint32_t c = next_character(&text);
        int columns = utf8 ? wcwidth((wchar_t) c) : 1;
        width += columns > 0 ? (size_t) columns : 0;
    }
    if (utf8)
        (void) uselocale(before);
    return width;
}

size_t pk_show_fit(struct pk_slice text, size_t columns)
{
    struct pk_slice rest = text;
    size_t width = 0, fits = 0, word_end = 0;
    while (rest.len > 0) {
        const char *start = rest.data;
        (void) next_character(&rest);
        width += pk_show_width(pk_slice_make(start, (size_t) (rest.data - start)));
        if (width > columns && fits > 0)
            return start[0] == ' ' || word_end == 0 ? fits : word_end;
        if (start[0] == ' ')
            word_end = fits;
        fits = (size_t) (rest.data - text.data);
    }
    return fits;
}

static bool is_unruly(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
    bool direction = c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return control || direction || c == 0xfeff;
}

void pk_show_text(struct pk_buf *out, struct pk_slice text)
{
    while (text.len > 0) {
        const char *start = text.data;
        uint32_t c = next_character(&text);
        if (c == '\n')
            (void) pk_buf_add_text(out, "\xe2\x86\xb5");
        else if (c == 0xfffd || is_unruly(c))
            (void) pk_buf_add_text(out, "\xef\xbf\xbd");
        else
            (void) pk_buf_add(out, start, (size_t) (text.data - start));
    }
}

/* Counts of many things: those there are none of are left away. */
static void show_members(struct pk_buf *out, const struct pk_json *object)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    size_t count = 0;
    int64_t n;
    while (pk_json_next(object, &iter, &name, &value)) {
        if (pk_json_int(value, &n) && n == 0)
            continue;
        if (count++ > 0)
            (void) pk_buf_add_text(out, ", ");
        pk_show_text(out, name);
        (void) pk_buf_add_char(out, ' ');
        pk_show_json(out, value);
    }
}

void pk_show_json(struct pk_buf *out, const struct pk_json *value)
{
    bool yes;
    switch (pk_json_kind(value)) {
    case PK_JSON_STRING:
        pk_show_text(out, pk_json_string(value));
        break;
    case PK_JSON_NUMBER:
        (void) pk_json_dump(value, out);
        break;
    case PK_JSON_BOOL:
        (void) pk_buf_add_text(out, pk_json_bool(value, &yes) && yes ? "yes" : "no");
        break;
    case PK_JSON_ARRAY:
        for (size_t i = 0; i < pk_json_count(value); i++) {
            (void) pk_buf_add_text(out, i > 0 ? ", " : "");
            pk_show_json(out, pk_json_item(value, i));
        }
        break;
    case PK_JSON_OBJECT:
        show_members(out, value);
        break;
    default:
        break;
    }
}

/* ---- time ---- */

static void local(int64_t ms, struct tm *ret_tm)
{
    time_t seconds = (time_t) (ms / 1000);
    tzset();
    if (!localtime_r(&seconds, ret_tm))
        *ret_tm = (struct tm){ .tm_mday = 1, .tm_year = 70 };
}

static const char *write_tm(char ret_text[PK_SHOW_TEXT_MAX], const char *format, const struct tm *tm)
{
    /* The format is one of ours; the compiler cannot see that through the parameter. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (strftime(ret_text, PK_SHOW_TEXT_MAX, format, tm) == 0)
        ret_text[0] = '\0';
#pragma GCC diagnostic pop
    return ret_text;
}

const char *pk_show_moment(int64_t ms, int64_t now_ms, char ret_text[PK_SHOW_TEXT_MAX])
{
    struct tm then, now;
    local(ms, &then);
    local(now_ms, &now);
    if (then.tm_year != now.tm_year)
        return write_tm(ret_text, "%e %b %Y %H:%M", &then);
    if (then.tm_yday != now.tm_yday)
        return write_tm(ret_text, "%e %b %H:%M", &then);
    return write_tm(ret_text, "%H:%M:%S", &then);
}

const char *pk_show_moment_long(int64_t ms, char ret_text[PK_SHOW_TEXT_MAX])
{
    struct tm then;
    local(ms, &then);
    return write_tm(ret_text, "%Y-%m-%d %H:%M:%S %Z", &then);
}

const char *pk_show_duration(int64_t ms, char ret_text[PK_SHOW_TEXT_MAX])
{
    long long s = ms > 0 ? (long long) (ms / 1000) : 0;
    if (s < 60)
        (void) snprintf(ret_text, PK_SHOW_TEXT_MAX, "%lld s", s);
    else if (s < 3600)
        (void) snprintf(ret_text, PK_SHOW_TEXT_MAX, "%lld min", s / 60);
    else if (s < 86400)
        (void) snprintf(ret_text, PK_SHOW_TEXT_MAX, "%lld h %lld min", s / 3600, s % 3600 / 60);
    else
        (void) snprintf(ret_text, PK_SHOW_TEXT_MAX, "%lld d %lld h", s / 86400, s % 86400 / 3600);
    return ret_text;
}

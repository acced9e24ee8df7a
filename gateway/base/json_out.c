/* SPDX-License-Identifier: EUPL-1.2 */
/* Writing JSON: straight into a buffer; commas are the writer's business, brackets the caller's. */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"

#include <stdio.h>

struct pk_json_out pk_json_out(struct pk_buf *buf)
{
    return (struct pk_json_out){ .buf = buf, .first = true };
}

/* How many bytes the character at the front has; 0 when it is no UTF-8. */
static size_t character(struct pk_slice text)
{
    unsigned char c = (unsigned char) text.data[0];
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    return len <= text.len && pk_utf8_valid(pk_slice_make(text.data, len)) ? len : 0;
}

/* What is no UTF-8 becomes U+FFFD: the answer must be JSON whatever came in. */
void pk_json_escape(struct pk_buf *out, struct pk_slice text)
{
    static const char digits[] = "0123456789abcdef";
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        size_t len = c >= 0x80 ? character(pk_slice_make(text.data + i, text.len - i)) : 0;
        if (len > 0)
            i += len - 1;
        if (len > 0 || (c >= 0x20 && c < 0x80 && c != '"' && c != '\\'))
            continue;
        (void) pk_buf_add(out, text.data + plain, i - plain);
        plain = i + 1;
        if (c >= 0x80) {
            (void) pk_buf_add_text(out, "\xef\xbf\xbd");
            continue;
        }
        const char *named = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
        if (named) {
            (void) pk_buf_add(out, named, 2);
        } else {
            char unicode[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
            (void) pk_buf_add(out, unicode, sizeof unicode);
        }
    }
    (void) pk_buf_add(out, text.data + plain, text.len - plain);
}

static void quote(struct pk_buf *buf, struct pk_slice text)
{
    (void) pk_buf_add_char(buf, '"');
    pk_json_escape(buf, text);
    (void) pk_buf_add_char(buf, '"');
}

/* The comma and the name that come before a value. */
static void lead(struct pk_json_out *out, const char *name)
{
    if (!out->first)
        (void) pk_buf_add_char(out->buf, ',');
    out->first = false;
    if (name) {
        quote(out->buf, pk_slice_of(name));
        (void) pk_buf_add_char(out->buf, ':');
    }
}

void pk_json_open(struct pk_json_out *out, const char *name, char bracket)
{
    lead(out, name);
    (void) pk_buf_add_char(out->buf, bracket);
    out->first = true;
}

void pk_json_close(struct pk_json_out *out, char bracket)
{
    (void) pk_buf_add_char(out->buf, bracket);
    out->first = false;
}

void pk_json_add_slice(struct pk_json_out *out, const char *name, struct pk_slice value)
{
    if (!value.data) {
        pk_json_add_null(out, name);
        return;
    }
    lead(out, name);
    quote(out->buf, value);
}

void pk_json_add_text(struct pk_json_out *out, const char *name, const char *value)
{
    pk_json_add_slice(out, name, pk_slice_of(value));
}

void pk_json_add_int(struct pk_json_out *out, const char *name, int64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long) value);
    lead(out, name);
    (void) pk_buf_add(out->buf, text, (size_t) n);
}

void pk_json_add_bool(struct pk_json_out *out, const char *name, bool value)
{
    lead(out, name);
    (void) pk_buf_add_text(out->buf, value ? "true" : "false");
}

void pk_json_add_null(struct pk_json_out *out, const char *name)
{
    lead(out, name);
    (void) pk_buf_add_text(out->buf, "null");
}

void pk_json_add_time(struct pk_json_out *out, const char *name, int64_t ms)
{
    char text[PK_TIME_TEXT_MAX];
    pk_json_add_text(out, name, ms == 0 ? NULL : pk_time_format(ms, text));
}

void pk_json_add_id(struct pk_json_out *out, const char *name, int64_t id)
{
    char text[PK_ID_TEXT_MAX];
    pk_json_add_text(out, name, pk_id_format(id, text));
}

void pk_json_add_raw(struct pk_json_out *out, const char *name, struct pk_slice json)
{
    lead(out, name);
    (void) pk_buf_add_slice(out->buf, json);
}

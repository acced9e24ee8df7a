/* SPDX-License-Identifier: EUPL-1.2 */
/* What a page's form sends, and cookies. */
#include "gateway/api/call.h"

#include "gateway/base/text.h"

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char) (c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(struct pk_slice text, struct pk_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_of(text.data[i + 1]) : -1, low = high >= 0 ? hex_of(text.data[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return PK_E_INVALID;
            c = (char) (high << 4 | low);
            i += 2;
        }
        (void) pk_buf_add_char(out, c == '+' && text.data[i] == '+' ? ' ' : c);
    }
    return 0;
}

int pk_call_form(struct pk_call *call, const char *name, size_t index, struct pk_buf *out, bool *ret_given, struct pk_error *err)
{
    struct pk_slice rest = pk_http_request_body(call->request), pair, key;
    *ret_given = false;
    while (rest.len > 0 && pk_slice_cut(&rest, '&', &pair)) {
        if (!pk_slice_cut(&pair, '=', &key) || !pk_slice_is(key, name) || index-- > 0)
            continue;
        size_t before = out->len;
        if (decode(pair, out) != 0 || !pk_utf8_valid(pk_slice_make(pk_buf_text(out) + before, out->len - before)))
            return pk_fail(err, PK_E_INVALID, "field \"%s\" cannot be read", name);
        if (out->failed)
            return pk_fail(err, PK_E_LIMIT, "field \"%s\" is too long", name);
        *ret_given = out->len > before;
        return 0;
    }
    return 0;
}

struct pk_slice pk_call_cookie(struct pk_call *call, const char *name)
{
    struct pk_slice rest = pk_http_request_header(call->request, "Cookie"), pair, key;
    while (rest.len > 0 && pk_slice_cut(&rest, ';', &pair)) {
        pair = pk_slice_trim(pair);
        if (pk_slice_cut(&pair, '=', &key) && pk_slice_is(key, name))
            return pair;
    }
    return (struct pk_slice){ 0 };
}

void pk_call_header(struct pk_call *call, const char *name, const char *value)
{
    if (call->header_count == PK_CALL_HEADERS)
        return;
    char *copy = call->header_values[call->header_count] = pk_strdup(value);
    call->headers[call->header_count++] = (struct pk_answer_header){ name, copy };
}

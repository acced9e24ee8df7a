/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking into a request: are these words in it, whole, by its own format? */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

static bool json_holds(const struct pk_json *value, struct pk_slice text)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *member;
    if (pk_json_kind(value) == PK_JSON_STRING)
        return pk_slice_equal(pk_json_string(value), text);
    for (size_t i = 0; pk_json_kind(value) == PK_JSON_ARRAY && i < pk_json_count(value); i++)
        if (json_holds(pk_json_item(value, i), text))
            return true;
    while (pk_json_kind(value) == PK_JSON_OBJECT && pk_json_next(value, &iter, &name, &member))
        if (json_holds(member, text))
            return true;
    return false;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decoded_is(struct pk_slice value, struct pk_slice text)
{
    struct pk_buf plain;
    pk_buf_init(&plain, 1u << 20);
    for (size_t i = 0; i < value.len; i++) {
        bool escape =
            value.data[i] == '%' && value.len - i > 2 && hex_value(value.data[i + 1]) >= 0 && hex_value(value.data[i + 2]) >= 0;
        char c = value.data[i] == '+' ? ' ' : value.data[i];
        if (escape)
            c = (char) (hex_value(value.data[i + 1]) << 4 | hex_value(value.data[i + 2]));
        i += escape ? 2 : 0;
        (void) pk_buf_add_char(&plain, c);
    }
    bool same = pk_slice_equal(pk_buf_slice(&plain), text);
    pk_buf_finish(&plain);
    return same;
}

static bool form_holds(struct pk_slice form, struct pk_slice text)
{
    struct pk_slice pair, name;
    while (pk_slice_cut(&form, '&', &pair))
        if (pk_slice_cut(&pair, '=', &name) && decoded_is(pair, text))
            return true;
    return false;
}

/* ---- mails ---- */

/* Takes the encoded text of one part apart, up to its boundary or the end, with LF for CRLF. */
static void decode_base64(struct pk_slice coded, struct pk_buf *plain)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < coded.len && coded.data[i] != '='; i++) {
        const char *at = memchr(digits, coded.data[i], 64);
        if (!at)
            continue; /* an end of line */
        bits = bits << 6 | (uint32_t) (at - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            char c = (char) (bits >> count & 0xff);
            if (c != '\r')
                (void) pk_buf_add_char(plain, c);
        }
    }
}

static void decode_quoted(struct pk_slice coded, struct pk_buf *plain)
{
    for (size_t i = 0; i < coded.len; i++) {
        bool sign = coded.data[i] == '=' && coded.len - i > 2;
        if (sign && coded.data[i + 1] == '\r')
            i += 2;
        else if (sign && hex_value(coded.data[i + 1]) >= 0) {
            (void) pk_buf_add_char(plain, (char) (hex_value(coded.data[i + 1]) << 4 | hex_value(coded.data[i + 2])));
            i += 2;
        } else if (coded.data[i] != '\r')
            (void) pk_buf_add_char(plain, coded.data[i]);
    }
}

static bool mail_holds(struct pk_slice body, struct pk_slice text)
{
    static const char base64[] = "Content-Transfer-Encoding: base64\r\n\r\n", quoted[] = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    bool found = false;
    for (size_t at = 0; at < body.len && !found; at++) {
        struct pk_slice rest = pk_slice_make(body.data + at, body.len - at);
        bool first = pk_slice_starts(rest, base64), second = pk_slice_starts(rest, quoted);
        if (!first && !second)
            continue;
        size_t front = first ? sizeof base64 - 1 : sizeof quoted - 1;
        const char *end = memmem(rest.data + front, rest.len - front, "\r\n--=_", 7);
        struct pk_slice coded = pk_slice_make(rest.data + front, end ? (size_t) (end - rest.data) - front : rest.len - front);
        struct pk_buf plain;
        pk_buf_init(&plain, 1u << 20);
        (first ? decode_base64 : decode_quoted)(coded, &plain);
        found = memmem(pk_buf_text(&plain), plain.len, text.data, text.len) != NULL;
        pk_buf_finish(&plain);
    }
    return found;
}

static bool xml_holds(struct pk_slice body, struct pk_slice text)
{
    static const struct {
        const char *name;
        char c;
    } references[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
    struct pk_buf plain;
    pk_buf_init(&plain, 1u << 20);
    for (size_t i = 0; i < body.len;) {
        size_t j = 0;
        struct pk_slice rest = pk_slice_make(body.data + i, body.len - i);
        while (j < PK_COUNT(references) && !pk_slice_starts(rest, references[j].name))
            j++;
        (void) pk_buf_add_char(&plain, j < PK_COUNT(references) ? references[j].c : body.data[i]);
        i += j < PK_COUNT(references) ? strlen(references[j].name) : 1;
    }
    bool found = memmem(pk_buf_text(&plain), plain.len, text.data, text.len) != NULL;
    pk_buf_finish(&plain);
    return found;
}

bool pk_request_holds(const struct pk_request *request, struct pk_slice text)
{
    struct pk_slice body = pk_request_body(request), url = pk_request_url(request);
    const char *query = memchr(url.data, '?', url.len);
    struct pk_json *document = NULL;
    if (query && form_holds(pk_slice_make(query + 1, url.len - (size_t) (query + 1 - url.data)), text))
        return true;
    for (size_t i = 0; i < pk_request_header_count(request); i++) {
        struct pk_slice name, value;
        pk_request_header(request, i, &name, &value);
        if (pk_slice_equal(value, text))
            return true;
    }
    if (body.len == 0)
        return false;
    if (body.data[0] == '{' || body.data[0] == '[') {
        bool found = pk_json_parse(body, 1u << 20, &document, NULL) == 0 && json_holds(document, text);
        pk_json_free(document);
        return found;
    }
    if (body.data[0] == '<')
        return xml_holds(body, text);
    return form_holds(body, text) || mail_holds(body, text) || memmem(body.data, body.len, text.data, text.len) != NULL;
}

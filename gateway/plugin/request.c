/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/request.h"

#include "gateway/base/mem.h"
#include "gateway/base/text.h"

/* ---- outputs ---- */

void pk_out_init(struct pk_out *out, size_t max_bytes)
{
    pk_buf_init(&out->buf, max_bytes);
}

void pk_out_clear(struct pk_out *out)
{
    pk_buf_clear(&out->buf);
}

void pk_out_finish(struct pk_out *out)
{
    pk_buf_wipe(&out->buf);
}

int pk_out_write(struct pk_out *out, const void *data, size_t len)
{
    if (len > 0 && !data)
        return PK_E_INVALID;
    return len > 0 ? pk_buf_add(&out->buf, data, len) : 0;
}

/* ---- life ---- */

void pk_request_init(struct pk_request *request)
{
    *request = (struct pk_request){ 0 };
    pk_out_init(&request->url, PK_REQUEST_URL_MAX_BYTES);
    pk_out_init(&request->body, PK_REQUEST_BODY_MAX_BYTES);
    pk_buf_init(&request->header_text, PK_REQUEST_HEADERS_MAX_BYTES);
}

void pk_request_clear(struct pk_request *request)
{
    request->method[0] = '\0';
    pk_out_clear(&request->url);
    pk_out_clear(&request->body);
    pk_buf_clear(&request->header_text);
    request->header_count = 0;
    request->mistake = 0;
}

void pk_request_finish(struct pk_request *request)
{
    pk_out_finish(&request->url);
    pk_out_finish(&request->body);
    pk_buf_wipe(&request->header_text);
    request->header_count = 0;
}

/* ---- describing ---- */

static int mistake(struct pk_request *request, int code)
{
    if (request->mistake == 0)
        request->mistake = code;
    return code;
}

/* RFC 9110: what a method or a header's name may be made of. */
static bool is_token(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

int pk_request_set_method(struct pk_request *request, const char *method)
{
    struct pk_slice text = pk_slice_of(method);
    if (!is_token(text))
        return mistake(request, PK_E_INVALID);
    if (text.len > PK_REQUEST_METHOD_MAX)
        return mistake(request, PK_E_LIMIT);
    memcpy(request->method, text.data, text.len + 1);
    return 0;
}

/* These decide where a message ends or whom it is for: the gateway writes them, nobody else. */
static bool is_framing(struct pk_slice name)
{
    static const char *const names[] = { "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE", "Trailer" };
    for (size_t i = 0; i < PK_COUNT(names); i++)
        if (pk_slice_equal_nocase(name, names[i]))
            return true;
    return false;
}

static bool is_field_value(struct pk_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char) value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

int pk_request_add_header(struct pk_request *request, struct pk_slice name, struct pk_slice value)
{
    if (!name.data || (!value.data && value.len > 0) || !is_token(name) || is_framing(name) || !is_field_value(value))
        return mistake(request, PK_E_INVALID);
    if (request->header_count == PK_REQUEST_HEADERS_MAX || name.len + value.len > PK_REQUEST_HEADERS_MAX_BYTES)
        return mistake(request, PK_E_LIMIT);
    uint32_t at = (uint32_t) request->header_text.len;
    if (pk_buf_add_slice(&request->header_text, name) != 0 || pk_buf_add_slice(&request->header_text, value) != 0)
        return mistake(request, PK_E_LIMIT);
    size_t index = request->header_count++;
    request->headers[index].name_at = at;
    request->headers[index].name_len = (uint32_t) name.len;
    request->headers[index].value_at = at + (uint32_t) name.len;
    request->headers[index].value_len = (uint32_t) value.len;
    return 0;
}

/* ---- reading ---- */

static bool is_url_text(struct pk_slice url)
{
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char) url.data[i];
        if (c <= 0x20 || c >= 0x7f)
            return false;
    }
    return url.len > 0;
}

int pk_request_check(const struct pk_request *request, struct pk_error *err)
{
    if (request->url.buf.failed)
        return pk_fail(err, PK_E_LIMIT, "the adapter described a URL of more than %u bytes", PK_REQUEST_URL_MAX_BYTES);
    if (request->body.buf.failed)
        return pk_fail(err, PK_E_LIMIT, "the adapter described a body of more than %u bytes", PK_REQUEST_BODY_MAX_BYTES);
    if (request->mistake == PK_E_LIMIT)
        return pk_fail(err, PK_E_LIMIT, "the adapter described more than %u headers or %u bytes of them", PK_REQUEST_HEADERS_MAX,
                       PK_REQUEST_HEADERS_MAX_BYTES);
    if (request->mistake != 0)
        return pk_fail(err, PK_E_INVALID, "the adapter described a method or header that no request may have");
    if (!is_url_text(pk_request_url(request)))
        return pk_fail(err, PK_E_INVALID, "the adapter described a request without a URL, or with one that holds spaces or raw bytes");
    return 0;
}

struct pk_slice pk_request_method(const struct pk_request *request)
{
    if (request->method[0])
        return pk_slice_of(request->method);
    return request->body.buf.len > 0 ? PK_SLICE("POST") : PK_SLICE("GET");
}

struct pk_slice pk_request_url(const struct pk_request *request)
{
    return pk_buf_slice(&request->url.buf);
}

struct pk_slice pk_request_body(const struct pk_request *request)
{
    return pk_buf_slice(&request->body.buf);
}

size_t pk_request_header_count(const struct pk_request *request)
{
    return request->header_count;
}

void pk_request_header(const struct pk_request *request, size_t index, struct pk_slice *ret_name, struct pk_slice *ret_value)
{
    const char *text = pk_buf_text(&request->header_text);
    *ret_name = pk_slice_make(text + request->headers[index].name_at, request->headers[index].name_len);
    *ret_value = pk_slice_make(text + request->headers[index].value_at, request->headers[index].value_len);
}

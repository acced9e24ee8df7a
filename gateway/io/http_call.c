/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One call: what is set on its easy handle, and what curl tells us while it runs.
 *
 * libcurl repeats a request by itself, without a word, when a connection it kept dies before an answer byte came; the
 * provider may have seen the first. Every request, also a repeated one, passes on_request() before its first byte:
 * the second time, unless provably nothing had left, it is refused there, and the call ends as "no answer".
 */
#include "gateway/base/text.h"
#include "gateway/io/http_client_internal.h"
#include "gateway/io/public_address.h"

#include <stdio.h>

#define TIMEOUT_MAX_MS (10 * 60 * 1000) /* also when none is given */
#define ANSWER_PIECE_BYTES 4096L /* read at once; libcurl makes and drops such a buffer for every request */
#define KEEP_BYTES 65536u               /* a resting call keeps buffers up to this */

/* ---- while it runs ---- */

static int on_request(void *ctx, char *ip, char *own_ip, int port, int own_port)
{
    struct call *call = ctx;
    long sent = 0;
    (void) own_ip;
    (void) port;
    (void) own_port;
    /* A kept connection was opened for another call, maybe one that may go anywhere. */
    if (call->public_only && !call->client->proxy && !pk_address_text_is_public(ip))
        return CURL_PREREQFUNC_ABORT;
    if (call->began && (curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent) != CURLE_OK || sent > 0))
        return CURL_PREREQFUNC_ABORT;
    call->began = true;
    return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *from, size_t size, size_t count, void *ctx)
{
    struct call *call = ctx;
    if (pk_buf_add(&call->answer_body, from, size * count) == 0)
        return size * count;
    call->too_large = true;
    return 0;
}

static size_t on_header(char *from, size_t size, size_t count, void *ctx)
{
    struct call *call = ctx;
    size_t len = size * count;
    if (len > 5 && memcmp(from, "HTTP/", 5) == 0) {
        pk_buf_clear(&call->answer_headers); /* what came before was an interim answer */
        call->headers_whole = false;
    }
    /* The empty line: libcurl takes headers that break off for the end of an answer. */
    if (len > 0 && len <= 2 && (from[0] == '\r' || from[0] == '\n'))
        call->headers_whole = true;
    if (pk_buf_add(&call->answer_headers, from, len) == 0)
        return len;
    call->too_large = true;
    return 0;
}

/* ---- life ---- */

struct call *pk_http_call_new(struct pk_http_client *client)
{
    struct call *call = pk_alloc(sizeof *call);
    CURL *easy = call->easy = curl_easy_init();
    call->where = curl_url();
    if (!easy || !call->where)
        abort(); /* out of memory */
    call->client = client;
    pk_list_init(&call->node);
    pk_buf_init(&call->url, URL_MAX_BYTES);
    pk_buf_init(&call->header_text, HEADERS_MAX_BYTES);
    pk_buf_init(&call->body, REQUEST_MAX_BYTES);
    pk_buf_init(&call->answer_headers, HEADERS_MAX_BYTES);
    pk_buf_init(&call->answer_body, client->config.max_answer_bytes);
    pk_http_sockets_attach_call(call);
    (void) curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void) curl_easy_setopt(easy, CURLOPT_CURLU, call->where);
    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, ANSWER_PIECE_BYTES);
    /* A resolver that hangs is left to itself at a timeout: waiting for its thread would stop the loop. */
    (void) curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    (void) curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    (void) curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void) curl_easy_setopt(easy, CURLOPT_PROXY, client->proxy ? client->proxy : "");
    (void) curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (client->ca_file)
        (void) curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
    /* Authorities that come from one file only are read once, not at every handshake. */
    (void) curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    (void) curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    (void) curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    return call;
}

void pk_http_call_free(struct call *call)
{
    pk_list_remove(&call->node);
    curl_easy_cleanup(call->easy);
    curl_url_cleanup(call->where);
    free(call->header_nodes);
    pk_buf_wipe(&call->header_text);
    pk_buf_wipe(&call->url);
    pk_buf_wipe(&call->body);
    pk_buf_wipe(&call->answer_headers);
    pk_buf_wipe(&call->answer_body);
    free(call);
}

void pk_http_call_rest(struct call *call)
{
    if (call->body.cap > KEEP_BYTES)
        pk_buf_wipe(&call->body);
    if (call->answer_body.cap > KEEP_BYTES)
        pk_buf_wipe(&call->answer_body);
}

/* ---- setting ---- */

/* A method or the name of a header, RFC 9110. */
static bool is_token(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

static bool is_one_line(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\r' || text.data[i] == '\n' || text.data[i] == '\0')
            return false;
    return true;
}

static int check_header(const struct pk_http_header *header, struct pk_error *err)
{
    static const char *const own[] = { "Content-Length", "Transfer-Encoding", "Connection", "Expect" };
    if (!is_token(header->name) || !is_one_line(header->value))
        return pk_fail(err, PK_E_INVALID, "a header of the request has a malformed name, or a line break in its value");
    for (size_t i = 0; i < PK_COUNT(own); i++)
        if (pk_slice_equal_nocase(header->name, own[i]))
            return pk_fail(err, PK_E_INVALID, "the header \"%s\" cannot be set: the transport sets it", own[i]);
    return 0;
}

/* "Name: value", each ended by NUL; libcurl wants "Name;" where the value is empty. */
static int write_headers(struct pk_buf *text, const struct pk_http_call *what, struct pk_error *err)
{
    pk_buf_clear(text);
    for (size_t i = 0; i < what->header_count; i++) {
        const struct pk_http_header *header = &what->headers[i];
        int r = check_header(header, err);
        if (r != 0)
            return r;
        struct pk_slice value = pk_slice_trim(header->value);
        (void) pk_buf_add_slice(text, header->name);
        (void) pk_buf_add_text(text, value.len > 0 ? ": " : ";");
        (void) pk_buf_add_slice(text, value);
        (void) pk_buf_add(text, "", 1);
    }
    return text->failed ? pk_fail(err, PK_E_LIMIT, "the headers of the request are larger than %u bytes", HEADERS_MAX_BYTES) : 0;
}

static int set_headers(struct call *call, const struct pk_http_call *what, struct pk_error *err)
{
    /* What libcurl would add by itself. */
    static char no_expect[] = "Expect:", no_type[] = "Content-Type:";
    struct pk_buf *text = &call->client->scratch;
    int r = write_headers(text, what, err);
    if (r != 0 || (call->header_nodes && pk_slice_equal(pk_buf_slice(text), pk_buf_slice(&call->header_text))))
        return r;
    pk_buf_clear(&call->header_text);
    (void) pk_buf_add_slice(&call->header_text, pk_buf_slice(text));
    call->header_nodes = pk_realloc_array(call->header_nodes, what->header_count + 2, sizeof(struct curl_slist));
    call->header_nodes[0] = (struct curl_slist){ no_expect, &call->header_nodes[1] };
    call->header_nodes[1] = (struct curl_slist){ no_type, NULL };
    char *at = call->header_text.data;
    for (size_t i = 2; i < what->header_count + 2; i++) {
        call->header_nodes[i - 1].next = &call->header_nodes[i];
        call->header_nodes[i] = (struct curl_slist){ at, NULL };
        at += strlen(at) + 1;
    }
    (void) curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->header_nodes);
    return 0;
}

static int set_url(struct call *call, struct pk_slice url, struct pk_error *err)
{
    char *scheme = NULL;
    if (call->url.len > 0 && pk_slice_equal(url, pk_buf_slice(&call->url)))
        return 0;
    pk_buf_clear(&call->url);
    if (pk_buf_add_slice(&call->url, url) != 0)
        return pk_fail(err, PK_E_LIMIT, "the address of the request is longer than %u bytes", URL_MAX_BYTES);
    const char *text = pk_buf_text(&call->url);
    bool web = is_one_line(url) && curl_url_set(call->where, CURLUPART_URL, text, 0) == CURLUE_OK &&
               curl_url_get(call->where, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
               (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    if (!web) {
        pk_buf_clear(&call->url);
        return pk_fail(err, PK_E_INVALID, "the address of the request is not an http(s) URL");
    }
    return 0;
}

static bool wants_body(const struct pk_http_call *what)
{
    return what->body.len > 0 || pk_slice_is(what->method, "POST") || pk_slice_is(what->method, "PUT") ||
           pk_slice_is(what->method, "PATCH");
}

static int set_method_and_body(struct call *call, const struct pk_http_call *what, struct pk_error *err)
{
    if (what->method.len > METHOD_MAX_BYTES || !is_token(what->method))
        return pk_fail(err, PK_E_INVALID, "the method of the request cannot be sent");
    pk_buf_clear(&call->body);
    if (pk_buf_add_slice(&call->body, what->body) != 0)
        return pk_fail(err, PK_E_LIMIT, "the body of the request is larger than %u bytes", REQUEST_MAX_BYTES);
    enum body_kind kind = wants_body(what) ? BODY_PRESENT : pk_slice_is(what->method, "HEAD") ? BODY_OF_HEAD : BODY_ABSENT;
    if (kind != call->kind || !pk_slice_is(what->method, call->method)) {
        (void) snprintf(call->method, sizeof call->method, "%.*s", PK_SLICE_ARG(what->method));
        if (kind == BODY_OF_HEAD)
            (void) curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
        else
            (void) curl_easy_setopt(call->easy, kind == BODY_PRESENT ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
        (void) curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, call->method);
        call->kind = kind;
    }
    if (kind == BODY_PRESENT) { /* not copied again: `body` outlives the transfer */
        (void) curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) call->body.len);
        (void) curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, pk_buf_text(&call->body));
    }
    return 0;
}

static int64_t bounded_ms(int64_t timeout_ms)
{
    return timeout_ms > 0 && timeout_ms < TIMEOUT_MAX_MS ? timeout_ms : TIMEOUT_MAX_MS;
}

static void set_timeouts(struct call *call, const struct pk_http_call *what)
{
    int64_t timeout_ms = bounded_ms(what->timeout_ms), connect_ms = bounded_ms(what->connect_timeout_ms);
    if (connect_ms != call->connect_timeout_ms)
        (void) curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long) connect_ms);
    if (timeout_ms != call->timeout_ms)
        (void) curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long) timeout_ms);
    call->connect_timeout_ms = connect_ms;
    call->timeout_ms = timeout_ms;
}

int pk_http_call_set(struct call *call, const struct pk_http_call *what, struct pk_error *err)
{
    int r = set_url(call, what->url, err);
    if (r == 0)
        r = set_headers(call, what, err);
    if (r == 0)
        r = set_method_and_body(call, what, err);
    if (r != 0)
        return r;
    set_timeouts(call, what);
    pk_buf_clear(&call->answer_headers);
    pk_buf_clear(&call->answer_body);
    call->began = call->too_large = call->headers_whole = false;
    call->public_only = what->public_only;
    call->done = what->done;
    call->ctx = what->ctx;
    return 0;
}

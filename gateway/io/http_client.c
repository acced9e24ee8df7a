/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A call is an easy handle with its buffers, taken from a pool and given back. What is the same from call to call
 * (callbacks, limits, a header list) stays set on the handle.
 *
 * A body goes through a read callback whose seek always fails: libcurl then cannot send it a second time when a
 * connection it kept turns out to be dead, and says CURLE_SEND_FAIL_REWIND, which we report as "no answer".
 */
#include "gateway/io/http_client.h"

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/base/list.h"
#include "gateway/base/text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADERS_MAX_BYTES 32768u
#define REQUEST_MAX_BYTES (4u << 20)

struct call {
    struct pk_list node; /* in the pool, active, or ended */
    struct pk_http_client *client;
    CURL *easy;
    struct curl_slist *headers;
    struct pk_buf header_text; /* what `headers` was made from */
    struct pk_buf url; /* as last set */
    struct pk_buf body;
    size_t body_sent;
    struct pk_buf answer_headers, answer_body;
    bool too_large, public_only, refused_address;
    char method[16];
    CURLcode result;
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

struct watch {
    struct pk_http_client *client;
    struct pk_source *source;
    curl_socket_t fd;
};

struct pk_http_client {
    struct pk_loop *loop;
    struct pk_http_client_config config;
    char *ca_file, *proxy;
    CURLM *multi;
    struct pk_timer *timer;
    struct pk_list pool, active, ended;
    unsigned active_count;
};

/* ---- curl's callbacks ---- */

static size_t on_read(char *to, size_t size, size_t count, void *ctx)
{
    struct call *call = ctx;
    size_t left = call->body.len - call->body_sent, n = size * count;
    if (left < n)
        n = left;
    memcpy(to, call->body.data + call->body_sent, n);
    call->body_sent += n;
    return n;
}

static int on_seek(void *ctx, curl_off_t offset, int origin)
{
    (void) ctx;
    (void) offset;
    (void) origin;
    return CURL_SEEKFUNC_FAIL;
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
    if (size * count > 5 && memcmp(from, "HTTP/", 5) == 0)
        pk_buf_clear(&call->answer_headers); /* what came before was an interim answer */
    (void) pk_buf_add(&call->answer_headers, from, size * count);
    return size * count;
}

/* Addresses that are nobody's in public. */
static bool is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        uint32_t ip = ntohl(in.sin_addr.s_addr);
        return ip >> 24 == 0 || ip >> 24 == 10 || ip >> 24 == 127 || ip >> 16 == 0xa9fe || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 ||
               ip >> 22 == 0x191 || ip >> 28 >= 0xe;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        const uint8_t *b = in6.sin6_addr.s6_addr;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr) || IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
        return mapped || (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || b[0] == 0xff;
    }
    return true;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = ctx;
    (void) purpose;
    if (call->public_only && is_private(&address->addr)) {
        call->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

static void collect(struct pk_http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        struct call *call = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &call);
        call->result = message->data.result;
        (void) curl_multi_remove_handle(client->multi, call->easy);
        pk_list_remove(&call->node);
        pk_list_append(&client->ended, &call->node);
    }
}

static void on_ready(void *ctx, unsigned events)
{
    struct watch *watch = ctx;
    struct pk_http_client *client = watch->client;
    int mask = (events & PK_READY_READ ? CURL_CSELECT_IN : 0) | (events & PK_READY_WRITE ? CURL_CSELECT_OUT : 0) |
               (events & PK_READY_HANGUP ? CURL_CSELECT_ERR : 0);
    int running;
    (void) curl_multi_socket_action(client->multi, watch->fd, mask, &running);
    collect(client);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct pk_http_client *client = ctx;
    struct watch *watch = socket_ctx;
    (void) easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            pk_source_free(watch->source);
            free(watch);
            (void) curl_multi_assign(client->multi, fd, NULL);
        }
        return 0;
    }
    unsigned events = (what & CURL_POLL_IN ? PK_READY_READ : 0u) | (what & CURL_POLL_OUT ? PK_READY_WRITE : 0u);
    if (watch) {
        (void) pk_source_set(watch->source, events);
        return 0;
    }
    watch = pk_alloc(sizeof *watch);
    *watch = (struct watch){ .client = client, .fd = fd };
    if (pk_source_new(client->loop, fd, events, on_ready, watch, &watch->source, NULL) != 0) {
        free(watch);
        return -1;
    }
    (void) curl_multi_assign(client->multi, fd, watch);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct pk_http_client *client = ctx;
    (void) multi;
    if (timeout_ms < 0)
        pk_timer_stop(client->timer);
    else
        pk_timer_in(client->timer, timeout_ms);
    return 0;
}

static void timer_fired(void *ctx)
{
    struct pk_http_client *client = ctx;
    int running;
    (void) curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(client);
}

/* ---- life ---- */

int pk_http_client_new(struct pk_loop *loop, const struct pk_http_client_config *config, struct pk_http_client **ret_client, struct pk_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    struct pk_http_client *client = pk_alloc(sizeof *client);
    client->loop = loop;
    client->config = *config;
    client->ca_file = pk_strdup(config->ca_file);
    client->proxy = pk_strdup(config->proxy);
    pk_list_init(&client->pool);
    pk_list_init(&client->active);
    pk_list_init(&client->ended);
    client->timer = pk_timer_new(loop, timer_fired, client);
    client->multi = curl_multi_init();
    if (!client->multi) {
        pk_http_client_free(client);
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    }
    (void) curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void) curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    (void) curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void) curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    (void) curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long) config->max_calls);
    (void) curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING);
    *ret_client = client;
    return 0;
}

static void call_free(struct call *call)
{
    pk_list_remove(&call->node);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    pk_buf_wipe(&call->header_text);
    pk_buf_wipe(&call->url);
    pk_buf_wipe(&call->body);
    pk_buf_finish(&call->answer_headers);
    pk_buf_wipe(&call->answer_body);
    free(call);
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

void pk_http_client_free(struct pk_http_client *client)
{
    if (!client)
        return;
    pk_http_client_harvest(client, UINT32_MAX);
    while (!pk_list_empty(&client->active)) {
        struct call *call = pk_list_entry(client->active.next, struct call, node);
        struct pk_answer answer = { .size = sizeof answer, .state = PK_ANSWER_NONE, .header = no_header };
        (void) curl_multi_remove_handle(client->multi, call->easy);
        call->done(call->ctx, &answer);
        call_free(call);
    }
    while (!pk_list_empty(&client->pool))
        call_free(pk_list_entry(client->pool.next, struct call, node));
    if (client->multi)
        (void) curl_multi_cleanup(client->multi);
    pk_timer_free(client->timer);
    free(client->ca_file);
    free(client->proxy);
    free(client);
}

unsigned pk_http_client_active(const struct pk_http_client *client)
{
    return client->active_count;
}

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return client->config.max_calls > client->active_count ? client->config.max_calls - client->active_count : 0;
}

/* ---- starting ---- */

static struct call *call_new(struct pk_http_client *client)
{
    struct call *call = pk_alloc(sizeof *call);
    call->client = client;
    call->easy = curl_easy_init();
    if (!call->easy)
        abort();
    pk_list_init(&call->node);
    pk_buf_init(&call->header_text, HEADERS_MAX_BYTES);
    pk_buf_init(&call->url, HEADERS_MAX_BYTES);
    pk_buf_init(&call->body, REQUEST_MAX_BYTES);
    pk_buf_init(&call->answer_headers, HEADERS_MAX_BYTES);
    pk_buf_init(&call->answer_body, client->config.max_answer_bytes);
    CURL *easy = call->easy;
    (void) curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    (void) curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void) curl_easy_setopt(easy, CURLOPT_PROXY, client->proxy ? client->proxy : "");
    (void) curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (client->ca_file)
        (void) curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
    (void) curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    (void) curl_easy_setopt(easy, CURLOPT_READDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void) curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    (void) curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    return call;
}

static bool has_line_break(struct pk_slice text)
{
    return text.len > 0 && (memchr(text.data, '\r', text.len) || memchr(text.data, '\n', text.len) || memchr(text.data, '\0', text.len));
}

static int set_headers(struct call *call, const struct pk_http_call *what, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, HEADERS_MAX_BYTES);
    int r = 0;
    for (size_t i = 0; i < what->header_count && r == 0; i++) {
        if (what->headers[i].name.len == 0 || has_line_break(what->headers[i].name) || has_line_break(what->headers[i].value))
            r = pk_fail(err, PK_E_INVALID, "a header of the request holds a line break");
        (void) pk_buf_printf(&text, "%.*s: %.*s", PK_SLICE_ARG(what->headers[i].name), PK_SLICE_ARG(what->headers[i].value));
        (void) pk_buf_add(&text, "", 1);
    }
    if (text.failed)
        r = pk_fail(err, PK_E_LIMIT, "the headers of the request are too large");
    if (r == 0 && (!call->headers || !pk_slice_equal(pk_buf_slice(&text), pk_buf_slice(&call->header_text)))) {
        curl_slist_free_all(call->headers);
        call->headers = curl_slist_append(NULL, "Expect:");
        for (size_t at = 0; at < text.len; at += strlen(text.data + at) + 1)
            call->headers = curl_slist_append(call->headers, text.data + at);
        (void) curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
        pk_buf_wipe(&call->header_text);
        call->header_text = text;
        return 0;
    }
    pk_buf_wipe(&text);
    return r;
}

static int set_url(struct call *call, struct pk_slice url, struct pk_error *err)
{
    if (!(pk_slice_starts(url, "http://") || pk_slice_starts(url, "https://")) || has_line_break(url) || memchr(url.data, ' ', url.len))
        return pk_fail(err, PK_E_INVALID, "the address of the request is not an http(s) URL");
    if (call->url.len > 0 && pk_slice_equal(url, pk_buf_slice(&call->url)))
        return 0;
    pk_buf_clear(&call->url);
    if (pk_buf_add_slice(&call->url, url) != 0)
        return pk_fail(err, PK_E_LIMIT, "the address of the request is too long");
    (void) curl_easy_setopt(call->easy, CURLOPT_URL, pk_buf_text(&call->url));
    return 0;
}

static void set_method(struct call *call, const struct pk_http_call *what)
{
    bool body = what->body.len > 0 || pk_slice_is(what->method, "POST") || pk_slice_is(what->method, "PUT") || pk_slice_is(what->method, "PATCH");
    (void) snprintf(call->method, sizeof call->method, "%.*s", PK_SLICE_ARG(what->method));
    if (body) {
        (void) curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
        (void) curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) what->body.len);
    } else {
        (void) curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
    }
    bool custom = body ? !pk_slice_is(what->method, "POST") : !pk_slice_is(what->method, "GET");
    (void) curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, custom ? call->method : NULL);
    /* Without a body to withhold, libcurl would repeat the request on a dead connection: it gets a new one. */
    (void) curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, what->body.len > 0 ? 0L : 1L);
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *what, struct pk_error *err)
{
    if (pk_http_client_room(client) == 0)
        return pk_fail(err, PK_E_LIMIT, "%u requests are under way already", client->active_count);
    if (what->method.len == 0 || what->method.len > 15 || has_line_break(what->method) || what->body.len > REQUEST_MAX_BYTES)
        return pk_fail(err, PK_E_INVALID, "the request's method or body cannot be sent");
    struct call *call = pk_list_empty(&client->pool) ? call_new(client) : pk_list_entry(client->pool.next, struct call, node);
    pk_list_remove(&call->node);
    int r = set_url(call, what->url, err);
    if (r == 0)
        r = set_headers(call, what, err);
    if (r != 0) {
        pk_list_append(&client->pool, &call->node);
        return r;
    }
    set_method(call, what);
    pk_buf_clear(&call->body);
    pk_buf_clear(&call->answer_headers);
    pk_buf_clear(&call->answer_body);
    (void) pk_buf_add_slice(&call->body, what->body);
    call->body_sent = 0;
    call->too_large = call->refused_address = false;
    call->public_only = what->public_only;
    call->done = what->done;
    call->ctx = what->ctx;
    (void) curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long) what->connect_timeout_ms);
    (void) curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long) what->timeout_ms);
    if (curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
        pk_list_append(&client->pool, &call->node);
        return pk_fail(err, PK_E_IO, "could not start a request");
    }
    pk_list_append(&client->active, &call->node);
    client->active_count++;
    return 0;
}

/* ---- answers ---- */

struct answer {
    struct pk_answer base; /* first: callbacks get its address */
    const struct call *call;
};

static struct pk_slice header_of(const struct pk_answer *answer, const char *name)
{
    const struct call *call = ((const struct answer *) (const void *) answer)->call;
    struct pk_slice rest = pk_buf_slice(&call->answer_headers), line;
    while (pk_slice_cut(&rest, '\n', &line)) {
        const char *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
        if (!colon)
            continue;
        size_t front = (size_t) (colon - line.data);
        if (pk_slice_equal_nocase(pk_slice_make(line.data, front), name))
            return pk_slice_trim(pk_slice_make(colon + 1, line.len - front - 1));
    }
    return (struct pk_slice){ 0 };
}

/* Seconds, or a date. */
static int64_t retry_after_ms(const struct pk_answer *answer)
{
    struct pk_slice text = header_of(answer, "Retry-After");
    int64_t seconds;
    char date[64];
    if (text.len == 0)
        return 0;
    if (pk_parse_int(text, 0, 7 * 24 * 3600, &seconds) == 0)
        return seconds * 1000;
    if (text.len >= sizeof date)
        return 0;
    (void) snprintf(date, sizeof date, "%.*s", PK_SLICE_ARG(text));
    time_t when = curl_getdate(date, NULL);
    int64_t left = when > 0 ? (int64_t) when * 1000 - pk_clock_wall_ms() : 0;
    return left > 0 && left < 7 * 24 * 3600 * 1000ll ? left : 0;
}

/* Certainly nothing of the request reached anybody? */
static bool never_left(const struct call *call)
{
    long sent = 0;
    switch (call->result) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return true;
    default:
        /* Ended while connecting: not a byte of the request was written. */
        return curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent == 0 && call->body_sent == 0;
    }
}

static void hand_over(struct call *call)
{
    struct answer answer = { .base = { .size = sizeof(struct pk_answer), .state = PK_ANSWER_NONE, .header = header_of }, .call = call };
    long status = 0;
    if (call->result == CURLE_OK && !call->too_large) {
        (void) curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        answer.base.state = PK_ANSWER_COMPLETE;
        answer.base.status = (uint32_t) status;
        answer.base.body = pk_buf_slice(&call->answer_body);
        answer.base.retry_after_ms = retry_after_ms(&answer.base);
    } else if (never_left(call)) {
        answer.base.state = PK_ANSWER_NOT_SENT;
    }
    call->done(call->ctx, &answer.base);
}

void pk_http_client_harvest(struct pk_http_client *client, unsigned budget)
{
    while (budget-- > 0 && !pk_list_empty(&client->ended)) {
        struct call *call = pk_list_entry(client->ended.next, struct call, node);
        pk_list_remove(&call->node);
        client->active_count--;
        hand_over(call);
        pk_list_append(&client->pool, &call->node);
    }
    if (!pk_list_empty(&client->ended))
        pk_loop_again(client->loop);
}

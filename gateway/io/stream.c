/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * curl connects (CONNECT_ONLY) and then lends us the connection: its handle stays in a multi of its own for the link's
 * life, for taking it out closes the socket; curl forgets the descriptor when it has connected, and we watch it.
 *
 * What waits lies in two buffers: `queue` grows, `out` is being sent and does not move or change until all of it was
 * taken: OpenSSL wants to see the same bytes at the same place again after it said "not now".
 *
 * TLS keeps what the descriptor no longer shows: reading goes on until curl says that there is nothing, or in the next turn.
 */
#include "gateway/io/stream.h"

#include "gateway/base/buf.h"
#include "gateway/base/text.h"
#include "gateway/io/curl_loop.h"

#include <stdio.h>

#define PIECE_BYTES 16384u
#define READ_PER_TURN (256u << 10)
#define HOST_MAX 253u
#define KEEPALIVE_AFTER_S 60L
#define KEEPALIVE_EVERY_S 30L

enum state { CONNECTING = 0, OPEN, CLOSED };

struct pk_stream {
    struct pk_loop *loop;
    struct pk_stream_config config; /* its texts: only until the handle is set up */
    void (*line)(void *ctx, struct pk_slice line);
    enum state state;
    struct pk_curl_loop *curl;
    CURL *easy;
    struct curl_slist *connect_to;
    struct pk_source *source;
    struct pk_timer *work; /* something to send, or to go on reading, in the next turn */
    struct pk_timer *stall;
    struct pk_buf queue, out;
    size_t out_at; /* sent of `out` */
    uint64_t queued, offered;
    bool more; /* reading was cut short */
};

/* ---- the end ---- */

/* Idempotent; the stream's memory stays. */
static void end(struct pk_stream *stream)
{
    stream->state = CLOSED;
    pk_source_free(stream->source);
    stream->source = NULL;
    pk_timer_stop(stream->work);
    pk_timer_stop(stream->stall);
    if (stream->easy) {
        (void) curl_multi_remove_handle(pk_curl_loop_multi(stream->curl), stream->easy);
        curl_easy_cleanup(stream->easy);
        stream->easy = NULL;
    }
    pk_buf_wipe(&stream->queue);
    pk_buf_wipe(&stream->out);
    stream->out_at = 0;
}

static void lose(struct pk_stream *stream, const char *reason)
{
    if (stream->state == CLOSED)
        return;
    end(stream);
    stream->config.closed(stream->config.ctx, reason);
}

/* ---- sending ---- */

static void watch(struct pk_stream *stream)
{
    unsigned events = PK_READY_READ | (pk_stream_waiting(stream) > 0 ? PK_READY_WRITE : 0u);
    if (pk_source_set(stream->source, events) != 0)
        lose(stream, "it cannot be watched");
}

/* The next bytes to send stand in `out`; false when there are none. */
static bool load(struct pk_stream *stream)
{
    if (stream->out_at < stream->out.len)
        return true;
    pk_buf_clear(&stream->out);
    stream->out_at = 0;
    if (stream->queue.len == 0)
        return false;
    struct pk_buf empty = stream->out;
    stream->out = stream->queue;
    stream->queue = empty;
    stream->offered += stream->out.len;
    return true;
}

/* As much as the socket takes. CURLE_AGAIN: the rest waits. */
static CURLcode push(struct pk_stream *stream)
{
    while (load(stream)) {
        size_t sent = 0;
        CURLcode r = curl_easy_send(stream->easy, stream->out.data + stream->out_at, stream->out.len - stream->out_at, &sent);
        if (r != CURLE_OK)
            return r;
        stream->out_at += sent;
        pk_timer_stop(stream->stall);
    }
    return CURLE_OK;
}

static void flush(struct pk_stream *stream)
{
    CURLcode r = push(stream);
    if (r != CURLE_OK && r != CURLE_AGAIN) {
        lose(stream, pk_curl_reason(r));
        return;
    }
    if (r == CURLE_AGAIN && stream->config.stall_timeout_ms > 0 && !pk_timer_armed(stream->stall))
        pk_timer_in(stream->stall, stream->config.stall_timeout_ms);
    watch(stream);
}

static void stalled(void *ctx)
{
    lose(ctx, "it takes nothing any more");
}

int pk_stream_send(struct pk_stream *stream, const void *bytes, size_t len)
{
    if (stream->state != OPEN)
        return PK_E_IO;
    if (len > stream->config.queue_max_bytes || pk_stream_waiting(stream) > stream->config.queue_max_bytes - len)
        return PK_E_LIMIT;
    (void) pk_buf_add(&stream->queue, bytes, len);
    stream->queued += len;
    /* With bytes that wait for the socket already, that wakes us. */
    if (stream->out_at >= stream->out.len)
        pk_timer_in(stream->work, 0);
    return 0;
}

/* ---- receiving ---- */

static void read_in(struct pk_stream *stream)
{
    char piece[PIECE_BYTES];
    size_t total = 0;
    stream->more = false;
    while (stream->state == OPEN && total < READ_PER_TURN) {
        size_t n = 0;
        CURLcode r = curl_easy_recv(stream->easy, piece, sizeof piece, &n);
        if (r == CURLE_AGAIN)
            return;
        if (r != CURLE_OK || n == 0) {
            lose(stream, r == CURLE_OK ? "the other side closed it" : pk_curl_reason(r));
            return;
        }
        total += n;
        stream->config.received(stream->config.ctx, pk_slice_make(piece, n));
        explicit_bzero(piece, n);
    }
    stream->more = stream->state == OPEN;
    if (stream->more)
        pk_timer_in(stream->work, 0);
}

static void on_ready(void *ctx, unsigned events)
{
    struct pk_stream *stream = ctx;
    if (events & PK_READY_WRITE)
        flush(stream);
    if (stream->state == OPEN && (events & (PK_READY_READ | PK_READY_HANGUP)) && !stream->more)
        read_in(stream);
}

static void on_work(void *ctx)
{
    struct pk_stream *stream = ctx;
    if (stream->more)
        read_in(stream);
    if (stream->state == OPEN)
        flush(stream);
}

/* ---- connecting ---- */

static void connected(void *ctx, CURL *easy, CURLcode result)
{
    struct pk_stream *stream = ctx;
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (stream->state != CONNECTING)
        return;
    if (result != CURLE_OK) {
        lose(stream, pk_curl_reason(result));
        return;
    }
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
        pk_source_new(stream->loop, fd, PK_READY_READ, on_ready, stream, &stream->source, NULL) != 0) {
        lose(stream, "it cannot be watched");
        return;
    }
    stream->state = OPEN;
    stream->more = true; /* the first bytes may have come with the last of the handshake */
    pk_timer_in(stream->work, 0);
    stream->config.opened(stream->config.ctx);
}

static size_t on_line(char *from, size_t size, size_t count, void *ctx)
{
    struct pk_stream *stream = ctx;
    if (stream->state == CONNECTING)
        stream->line(stream->config.ctx, pk_slice_make(from, size * count));
    return size * count;
}

static void set_up_smtp(struct pk_stream *stream, const struct pk_stream_smtp *smtp)
{
    CURL *easy = stream->easy;
    stream->line = smtp->line;
    (void) curl_easy_setopt(easy, CURLOPT_USE_SSL, (long) (smtp->upgrade ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    (void) curl_easy_setopt(easy, CURLOPT_USERNAME, smtp->username);
    (void) curl_easy_setopt(easy, CURLOPT_PASSWORD, smtp->password);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERDATA, stream);
}

/* Nothing that a URL could read otherwise. */
static bool is_host(const char *host)
{
    size_t len = host ? strlen(host) : 0;
    return len > 0 && len <= HOST_MAX &&
           strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:") == len;
}

static const char *bracketed(const char *host, char ret_text[HOST_MAX + 3])
{
    bool six = strchr(host, ':') != NULL;
    (void) snprintf(ret_text, HOST_MAX + 3, "%s%s%s", six ? "[" : "", host, six ? "]" : "");
    return ret_text;
}

static void set_up(struct pk_stream *stream, const struct pk_stream_config *config)
{
    char url[600], to[600], host[HOST_MAX + 3], name[HOST_MAX + 3];
    CURL *easy = stream->easy = curl_easy_init();
    if (!easy)
        abort(); /* out of memory */
    bracketed(config->host, host);
    bracketed(config->tls && config->tls_name ? config->tls_name : config->host, name);
    const char *scheme = config->smtp ? (config->tls ? "smtps" : "smtp") : config->tls ? "https" : "http";
    (void) snprintf(url, sizeof url, "%s://%s:%u/%s", scheme, name, config->port, config->smtp ? config->smtp->greeting : "");
    (void) snprintf(to, sizeof to, "::%s:%u", host, config->port);
    pk_curl_set_common(easy, config->ca_file);
    (void) curl_easy_setopt(easy, CURLOPT_URL, url);
    if (strcmp(host, name) != 0) {
        stream->connect_to = curl_slist_append(NULL, to);
        (void) curl_easy_setopt(easy, CURLOPT_CONNECT_TO, stream->connect_to);
    }
    (void) curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    (void) curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) config->connect_timeout_ms);
    (void) curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_AFTER_S);
    (void) curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
    if (config->smtp)
        set_up_smtp(stream, config->smtp);
}

int pk_stream_open(struct pk_loop *loop, const struct pk_stream_config *config, struct pk_stream **ret_stream, struct pk_error *err)
{
    if (!is_host(config->host) || (config->tls_name && !is_host(config->tls_name)) || (config->smtp && !is_host(config->smtp->greeting)))
        return pk_fail(err, PK_E_INVALID, "the host is not a name or an address");
    if (config->port < 1 || config->port > 65535)
        return pk_fail(err, PK_E_INVALID, "%u is not a port", config->port);
    struct pk_stream *stream = pk_alloc(sizeof *stream);
    stream->loop = loop;
    stream->config = *config;
    stream->config.host = stream->config.ca_file = stream->config.tls_name = NULL;
    stream->config.smtp = NULL;
    stream->curl = pk_curl_loop_new(loop, connected, stream);
    stream->work = pk_timer_new(loop, on_work, stream);
    stream->stall = pk_timer_new(loop, stalled, stream);
    pk_buf_init(&stream->queue, config->queue_max_bytes);
    pk_buf_init(&stream->out, config->queue_max_bytes);
    set_up(stream, config);
    if (curl_multi_add_handle(pk_curl_loop_multi(stream->curl), stream->easy) != CURLM_OK)
        abort(); /* out of memory */
    *ret_stream = stream;
    return 0;
}

/* ---- asking and closing ---- */

bool pk_stream_is_open(const struct pk_stream *stream)
{
    return stream->state == OPEN;
}

size_t pk_stream_waiting(const struct pk_stream *stream)
{
    return stream->queue.len + (stream->out.len - stream->out_at);
}

uint64_t pk_stream_queued(const struct pk_stream *stream)
{
    return stream->queued;
}

uint64_t pk_stream_offered(const struct pk_stream *stream)
{
    return stream->offered;
}

void pk_stream_close(struct pk_stream *stream)
{
    if (stream->state == OPEN)
        (void) push(stream);
    end(stream);
}

void pk_stream_free(struct pk_stream *stream)
{
    if (!stream)
        return;
    pk_stream_close(stream);
    pk_curl_loop_free(stream->curl);
    curl_slist_free_all(stream->connect_to);
    pk_timer_free(stream->work);
    pk_timer_free(stream->stall);
    free(stream);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * curl closes the sockets of its resolver without a word, and the next socket may get the same number: a registration
 * would then silently watch nothing. So each change of interest makes a new one; with few transfers that costs nothing.
 */
#include "gateway/io/curl_loop.h"

#include "gateway/base/list.h"

struct pk_curl_loop {
    struct pk_loop *loop;
    CURLM *multi;
    struct pk_timer *timer;
    struct pk_list watches;
    void (*done)(void *ctx, CURL *easy, CURLcode result);
    void *ctx;
};

struct watch {
    struct pk_list node;
    struct pk_curl_loop *curl;
    curl_socket_t fd;
    struct pk_source *source;
};

static void watch_free(struct watch *watch)
{
    pk_list_remove(&watch->node);
    pk_source_free(watch->source);
    free(watch);
}

static void collect(struct pk_curl_loop *curl)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(curl->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            curl->done(curl->ctx, message->easy_handle, message->data.result);
}

static void act(struct pk_curl_loop *curl, curl_socket_t fd, int mask)
{
    int running;
    (void) curl_multi_socket_action(curl->multi, fd, mask, &running);
    collect(curl);
}

static void on_ready(void *ctx, unsigned events)
{
    struct watch *watch = ctx;
    act(watch->curl, watch->fd,
        (events & PK_READY_READ ? CURL_CSELECT_IN : 0) | (events & PK_READY_WRITE ? CURL_CSELECT_OUT : 0) |
            (events & PK_READY_HANGUP ? CURL_CSELECT_ERR : 0));
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct pk_curl_loop *curl = ctx;
    struct watch *watch = socket_ctx;
    (void) easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            watch_free(watch);
        return 0;
    }
    if (!watch) {
        watch = pk_alloc(sizeof *watch);
        watch->curl = curl;
        watch->fd = fd;
        pk_list_init(&watch->node);
        pk_list_append(&curl->watches, &watch->node);
        (void) curl_multi_assign(curl->multi, fd, watch);
    }
    pk_source_free(watch->source);
    watch->source = NULL;
    unsigned events = (what & CURL_POLL_IN ? PK_READY_READ : 0u) | (what & CURL_POLL_OUT ? PK_READY_WRITE : 0u);
    /* Where the kernel refuses to watch, the transfer ends by its timeout. */
    (void) pk_source_new(curl->loop, fd, events, on_ready, watch, &watch->source, NULL);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct pk_curl_loop *curl = ctx;
    (void) multi;
    if (timeout_ms < 0)
        pk_timer_stop(curl->timer);
    else
        pk_timer_in(curl->timer, timeout_ms);
    return 0;
}

static void timer_fired(void *ctx)
{
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

struct pk_curl_loop *pk_curl_loop_new(struct pk_loop *loop, void (*done)(void *ctx, CURL *easy, CURLcode result), void *ctx)
{
    struct pk_curl_loop *curl = pk_alloc(sizeof *curl);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(curl->multi = curl_multi_init()))
        abort(); /* out of memory */
    curl->loop = loop;
    curl->done = done;
    curl->ctx = ctx;
    curl->timer = pk_timer_new(loop, timer_fired, curl);
    pk_list_init(&curl->watches);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    return curl;
}

void pk_curl_loop_free(struct pk_curl_loop *curl)
{
    if (!curl)
        return;
    (void) curl_multi_cleanup(curl->multi);
    while (!pk_list_empty(&curl->watches))
        watch_free(pk_list_entry(curl->watches.next, struct watch, node));
    pk_timer_free(curl->timer);
    free(curl);
}

CURLM *pk_curl_loop_multi(const struct pk_curl_loop *curl)
{
    return curl->multi;
}

/* ---- handles ---- */

void pk_curl_set_common(CURL *easy, const char *ca_file)
{
    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void) curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    (void) curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    (void) curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (ca_file)
        (void) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    (void) curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

const char *pk_curl_reason(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "its name is not known";
    case CURLE_COULDNT_CONNECT:
        return "nothing answers at its address";
    case CURLE_OPERATION_TIMEDOUT:
        return "it did not answer in time";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "its certificate is not trusted";
    case CURLE_SSL_CACERT_BADFILE:
        return "the file of authorities cannot be read";
    case CURLE_SSL_CONNECT_ERROR:
        return "TLS could not be agreed on";
    case CURLE_USE_SSL_FAILED:
        return "it offers no TLS";
    case CURLE_LOGIN_DENIED:
        return "it refused the login";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
        return "the connection was lost";
    default:
        return curl_easy_strerror(result);
    }
}

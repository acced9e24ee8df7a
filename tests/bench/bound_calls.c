/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The bound's requests: curl's multi-socket interface on our epoll descriptor, one easy handle per connection, used
 * again and again. A body goes out through a read callback that cannot be rewound, as the gateway does it, so that
 * curl never posts the same message twice.
 */
#include "tests/bench/bound.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define ANSWER_BYTES_MAX 4096

/* About 120 characters of Bulgarian, two parts of an SMS. */
static const char text[] = "Здравейте! Каним Ви на родителска среща на 14 октомври в 19:30 ч. в училище De Windroos. "
                           "Отговорете с ДА или НЕ. СТОП за отказ.";

struct call {
    CURL *easy;
    struct bound_due due;
    char body[768];
    size_t body_len, body_sent;
    char answer[ANSWER_BYTES_MAX];
    size_t answer_len;
};

struct socket_source {
    struct bench_source source;
    struct bound_calls *calls;
    struct socket_source *next; /* unused ones */
};

struct bound_calls {
    struct bound_calls_config config;
    CURLM *multi;
    struct curl_slist *headers;
    struct call *all;
    struct call **idle;
    unsigned idle_count;
    struct socket_source *unused;
    uint64_t timer_us;
};

static size_t read_body(char *to, size_t size, size_t count, void *argument)
{
    struct call *call = argument;
    size_t len = call->body_len - call->body_sent;
    len = len < size * count ? len : size * count;
    memcpy(to, call->body + call->body_sent, len);
    call->body_sent += len;
    return len;
}

static int no_seek(void *argument, curl_off_t offset, int origin)
{
    (void) argument;
    (void) offset;
    (void) origin;
    return CURL_SEEKFUNC_FAIL;
}

static size_t write_answer(char *from, size_t size, size_t count, void *argument)
{
    struct call *call = argument;
    size_t len = size * count;
    if (len > sizeof call->answer - call->answer_len)
        return 0;
    memcpy(call->answer + call->answer_len, from, len);
    call->answer_len += len;
    return len;
}

static void socket_ready(struct bench_source *source, uint32_t events)
{
    struct socket_source *socket = (struct socket_source *) source;
    int running, flags = 0;
    if (source->fd < 0)
        return;
    flags |= events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0;
    flags |= events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
    flags |= events & EPOLLERR ? CURL_CSELECT_ERR : 0;
    curl_multi_socket_action(socket->calls->multi, source->fd, flags, &running);
}

/* Sources come from a list and go back to it, they are never freed while the program runs. */
static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *argument, void *socket_argument)
{
    struct bound_calls *calls = argument;
    struct socket_source *socket = socket_argument;
    (void) easy;
    if (what == CURL_POLL_REMOVE) {
        if (socket) {
            bench_source_watch(&socket->source, calls->config.epoll_fd, 0);
            socket->source.fd = -1;
            socket->next = calls->unused;
            calls->unused = socket;
            curl_multi_assign(calls->multi, fd, NULL);
        }
        return 0;
    }
    if (!socket) {
        socket = calls->unused ? calls->unused : bench_alloc(1, sizeof *socket);
        calls->unused = socket->next;
        *socket = (struct socket_source){ .source = { .ready = socket_ready, .fd = fd }, .calls = calls };
        curl_multi_assign(calls->multi, fd, socket);
    }
    uint32_t events = (what & CURL_POLL_IN ? (uint32_t) EPOLLIN : 0U) | (what & CURL_POLL_OUT ? (uint32_t) EPOLLOUT : 0U);
    if (!bench_source_watch(&socket->source, calls->config.epoll_fd, events))
        bench_die("cannot poll a socket");
    return 0;
}

static int timer_changed(CURLM *multi, long timeout_ms, void *argument)
{
    struct bound_calls *calls = argument;
    (void) multi;
    calls->timer_us = timeout_ms < 0 ? UINT64_MAX : bench_now_us() + (uint64_t) timeout_ms * 1000;
    return 0;
}

static void prepare(struct bound_calls *calls, struct call *call)
{
    call->easy = curl_easy_init();
    curl_easy_setopt(call->easy, CURLOPT_URL, calls->config.url);
    curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, calls->headers);
    curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(call->easy, CURLOPT_READDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_SEEKFUNCTION, no_seek);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, write_answer);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, 30000L);
    calls->idle[calls->idle_count++] = call;
}

struct bound_calls *bound_calls_new(const struct bound_calls_config *config)
{
    struct bound_calls *calls = bench_alloc(1, sizeof *calls);
    calls->config = *config;
    calls->timer_us = UINT64_MAX;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(calls->multi = curl_multi_init()))
        bench_die("cannot start curl");
    curl_multi_setopt(calls->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(calls->multi, CURLMOPT_SOCKETDATA, calls);
    curl_multi_setopt(calls->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(calls->multi, CURLMOPT_TIMERDATA, calls);
    curl_multi_setopt(calls->multi, CURLMOPT_MAXCONNECTS, (long) config->connections);
    calls->headers = curl_slist_append(NULL, "Content-Type: application/json");
    calls->headers = curl_slist_append(calls->headers, "Authorization: Bearer invented-token");
    calls->headers = curl_slist_append(calls->headers, "Expect:");
    calls->all = bench_alloc(config->connections, sizeof *calls->all);
    calls->idle = bench_alloc(config->connections, sizeof(struct call *));
    for (unsigned i = 0; i < config->connections; i++)
        prepare(calls, &calls->all[i]);
    return calls;
}

void bound_calls_free(struct bound_calls *calls)
{
    for (unsigned i = 0; i < calls->config.connections; i++) {
        curl_multi_remove_handle(calls->multi, calls->all[i].easy);
        curl_easy_cleanup(calls->all[i].easy);
    }
    curl_multi_cleanup(calls->multi);
    curl_slist_free_all(calls->headers);
    curl_global_cleanup();
    for (struct socket_source *next; calls->unused; calls->unused = next) {
        next = calls->unused->next;
        free(calls->unused);
    }
    free(calls->all);
    free(calls->idle);
    free(calls);
}

unsigned bound_calls_room(const struct bound_calls *calls)
{
    return calls->idle_count;
}

void bound_calls_start(struct bound_calls *calls, const struct bound_due *due)
{
    struct call *call = calls->idle[--calls->idle_count];
    call->due = *due;
    call->answer_len = call->body_sent = 0;
    int len = snprintf(call->body, sizeof call->body, "{\"to\":\"%s\",\"from\":\"Gemeente\",\"text\":\"%s\",\"reference\":\"m%lld\"}",
                       due->address, text, (long long) due->message);
    call->body_len = (size_t) len;
    curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long) len);
    if (curl_multi_add_handle(calls->multi, call->easy) != CURLM_OK)
        bench_die("cannot start a request");
}

uint64_t bound_calls_timer(const struct bound_calls *calls)
{
    return calls->timer_us;
}

void bound_calls_run_timer(struct bound_calls *calls, uint64_t now_us)
{
    int running;
    if (calls->timer_us > now_us)
        return;
    calls->timer_us = UINT64_MAX;
    curl_multi_socket_action(calls->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

void bound_calls_harvest(struct bound_calls *calls)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(calls->multi, &left))) {
        struct call *call;
        long status = 0;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        if (message->data.result == CURLE_OK)
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        curl_multi_remove_handle(calls->multi, call->easy);
        calls->idle[calls->idle_count++] = call;
        calls->config.done(calls->config.ctx, &call->due, status, call->answer, call->answer_len);
    }
}

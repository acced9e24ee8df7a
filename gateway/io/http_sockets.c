/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * curl's sockets on the loop. Between two requests curl takes its interest in a kept connection back and states it again;
 * we leave the registration alone meanwhile, which saves two system calls a request. That is safe for the sockets we
 * opened ourselves only: of those we hear before they are closed. (The resolver's are closed without a word.)
 */
#include "gateway/io/http_client_internal.h"
#include "gateway/io/public_address.h"

#include <sys/socket.h>
#include <unistd.h>

struct watch {
    struct pk_http_client *client;
    curl_socket_t fd;
    struct pk_source *source;
    bool ours;   /* opened by open_socket(), so close_socket() will be called */
    bool parked; /* curl has no interest now */
};

static struct watch *watch_of(const struct pk_http_client *client, curl_socket_t fd)
{
    return (size_t) fd < client->watch_cap ? client->watches[fd] : NULL;
}

static void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    watch->client->watches[watch->fd] = NULL;
    pk_source_free(watch->source);
    free(watch);
}

static struct watch *watch_new(struct pk_http_client *client, curl_socket_t fd, bool ours)
{
    size_t old = client->watch_cap;
    watch_free(watch_of(client, fd));
    if ((size_t) fd >= old) {
        client->watch_cap = (size_t) fd < 64 ? 128 : 2 * (size_t) fd;
        client->watches = pk_realloc_array(client->watches, client->watch_cap, sizeof(struct watch *));
        memset(client->watches + old, 0, (client->watch_cap - old) * sizeof(struct watch *));
    }
    struct watch *watch = pk_alloc(sizeof *watch);
    *watch = (struct watch){ .client = client, .fd = fd, .ours = ours };
    client->watches[fd] = watch;
    return watch;
}

static void on_ready(void *ctx, unsigned events)
{
    struct watch *watch = ctx;
    struct pk_http_client *client = watch->client;
    int mask = (events & PK_READY_READ ? CURL_CSELECT_IN : 0) | (events & PK_READY_WRITE ? CURL_CSELECT_OUT : 0) |
               (events & PK_READY_HANGUP ? CURL_CSELECT_ERR : 0);
    int running;
    if (watch->parked) {
        /* The peer closed a kept connection, or talks unasked: curl finds out when it looks for one. */
        (void) pk_source_set(watch->source, 0);
        return;
    }
    (void) curl_multi_socket_action(client->multi, watch->fd, mask, &running);
    pk_http_client_collect(client);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct pk_http_client *client = ctx;
    struct watch *watch = watch_of(client, fd);
    (void) easy;
    (void) socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        if (watch && watch->ours)
            watch->parked = true;
        else
            watch_free(watch);
        return 0;
    }
    unsigned events = (what & CURL_POLL_IN ? PK_READY_READ : 0u) | (what & CURL_POLL_OUT ? PK_READY_WRITE : 0u);
    if (!watch)
        watch = watch_new(client, fd, false);
    watch->parked = false;
    /* Where the kernel refuses to watch, the call ends by its timeout: failing here would end every other one too. */
    if (watch->source)
        (void) pk_source_set(watch->source, events);
    else
        (void) pk_source_new(client->loop, fd, events, on_ready, watch, &watch->source, NULL);
    return 0;
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = ctx;
    (void) purpose;
    if (call->public_only && !call->client->proxy && !pk_address_is_public(&address->addr))
        return CURL_SOCKET_BAD;
    curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
    if (fd >= 0)
        (void) watch_new(call->client, fd, true);
    return fd;
}

static int close_socket(void *ctx, curl_socket_t fd)
{
    watch_free(watch_of(ctx, fd));
    return close(fd);
}

void pk_http_sockets_attach(struct pk_http_client *client)
{
    (void) curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void) curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
}

void pk_http_sockets_attach_call(struct call *call)
{
    (void) curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void) curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETDATA, call);
    (void) curl_easy_setopt(call->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void) curl_easy_setopt(call->easy, CURLOPT_CLOSESOCKETDATA, call->client);
}

void pk_http_sockets_finish(struct pk_http_client *client)
{
    for (size_t fd = 0; fd < client->watch_cap; fd++)
        watch_free(client->watches[fd]);
    free(client->watches);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The client: curl's multi handle, its timer on the loop, and the calls from start to harvest. */
#include "gateway/io/http_client.h"

#include "gateway/io/http_client_internal.h"

#include <stdio.h>

/* ---- curl's timer and results ---- */

void pk_http_client_collect(struct pk_http_client *client)
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
    pk_http_client_collect(client);
}

/* ---- life ---- */

int pk_http_client_new(struct pk_loop *loop, const struct pk_http_client_config *config, struct pk_http_client **ret_client,
                       struct pk_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    pk_auto(pk_http_client) struct pk_http_client *client = pk_alloc(sizeof *client);
    client->loop = loop;
    client->config = *config;
    client->ca_file = pk_strdup(config->ca_file);
    client->proxy = pk_strdup(config->proxy);
    pk_list_init(&client->pool);
    pk_list_init(&client->active);
    pk_list_init(&client->ended);
    pk_buf_init(&client->scratch, HEADERS_MAX_BYTES);
    client->timer = pk_timer_new(loop, timer_fired, client);
    client->multi = curl_multi_init();
    if (!client->multi)
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    pk_http_sockets_attach(client);
    (void) curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void) curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    (void) curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long) config->max_calls);
    (void) curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING);
    *ret_client = pk_steal(&client);
    return 0;
}

static void abandon(struct pk_http_client *client)
{
    while (!pk_list_empty(&client->active)) {
        struct call *call = pk_list_entry(client->active.next, struct call, node);
        (void) curl_multi_remove_handle(client->multi, call->easy);
        call->result = CURLE_ABORTED_BY_CALLBACK;
        pk_list_remove(&call->node);
        pk_list_append(&client->ended, &call->node);
    }
}

void pk_http_client_free(struct pk_http_client *client)
{
    if (!client)
        return;
    client->closing = true;
    abandon(client);
    pk_http_client_harvest(client, UINT32_MAX);
    while (!pk_list_empty(&client->pool))
        pk_http_call_free(pk_list_entry(client->pool.next, struct call, node));
    if (client->multi)
        (void) curl_multi_cleanup(client->multi);
    pk_http_sockets_finish(client);
    pk_timer_free(client->timer);
    pk_buf_wipe(&client->scratch);
    free(client->ca_file);
    free(client->proxy);
    free(client);
}

unsigned pk_http_client_active(const struct pk_http_client *client)
{
    return client->active_count;
}

const char *pk_http_client_library(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return client->closing || client->config.max_calls <= client->active_count ? 0
                                                                               : client->config.max_calls - client->active_count;
}

/* ---- a call's two ends ---- */

/* The one that rested last: its memory is warm. */
static struct call *take(struct pk_http_client *client)
{
    if (pk_list_empty(&client->pool))
        return pk_http_call_new(client);
    struct call *call = pk_list_entry(client->pool.prev, struct call, node);
    pk_list_remove(&call->node);
    return call;
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *what, struct pk_error *err)
{
    if (pk_http_client_room(client) == 0)
        return pk_fail(err, PK_E_LIMIT, "%u requests are under way already", client->active_count);
    struct call *call = take(client);
    int r = pk_http_call_set(call, what, err);
    if (r == 0 && curl_multi_add_handle(client->multi, call->easy) != CURLM_OK)
        r = pk_fail(err, PK_E_IO, "could not start a request");
    pk_list_append(r == 0 ? &client->active : &client->pool, &call->node);
    if (r == 0)
        client->active_count++;
    return r;
}

void pk_http_client_harvest(struct pk_http_client *client, unsigned budget)
{
    while (budget-- > 0 && !pk_list_empty(&client->ended)) {
        struct call *call = pk_list_entry(client->ended.next, struct call, node);
        pk_list_remove(&call->node);
        client->active_count--;
        pk_http_call_hand_over(call);
        pk_http_call_rest(call);
        pk_list_append(&client->pool, &call->node);
    }
    if (!pk_list_empty(&client->ended))
        pk_loop_again(client->loop);
}

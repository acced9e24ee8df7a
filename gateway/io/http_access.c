/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Requests come in. libmicrohttpd calls pk_http_on_uri() when it has the request line, pk_http_on_access() with the headers,
 * with each piece of the body and at its end, and from then on in every run until it is given an answer; last
 * pk_http_on_completed().
 *
 * libmicrohttpd 0.9.75 lets through repeated Content-Length, Content-Length beside Transfer-Encoding, names that end in
 * space and codings it does not know, with which a second request can be smuggled past a proxy: such requests are
 * answered 400 and their connection is closed. And its timeout is for silence only: who sends a byte now and then holds
 * a connection for ever. So each request also has a whole time, twice the idle one, until it is there.
 */
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/io/http_server_internal.h"

#include <sys/socket.h>

#define SWALLOW_BYTES 65536u /* of a body over the limit, so that its sender reads the answer */

/* ---- is it well made? ---- */

struct head {
    unsigned lengths, codings, hosts;
    bool malformed;
    int64_t length;
};

static bool is_name(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] <= ' ' || (unsigned char) text.data[i] >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", text.data[i]))
            return false;
    return text.len > 0;
}

static enum MHD_Result look_at_header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct head *head = ctx;
    struct pk_slice text = pk_slice_of(name);
    (void) kind;
    head->malformed = head->malformed || !is_name(text);
    if (pk_slice_equal_nocase(text, "content-length")) {
        head->lengths++;
        head->malformed = head->malformed || pk_parse_int(pk_slice_of(value), 0, INT64_MAX, &head->length) != 0;
    } else if (pk_slice_equal_nocase(text, "transfer-encoding")) {
        head->codings++;
        head->malformed = head->malformed || !pk_slice_equal_nocase(pk_slice_of(value), "chunked");
    } else if (pk_slice_equal_nocase(text, "host")) {
        head->hosts++;
    }
    return MHD_YES;
}

static bool is_target(const char *text)
{
    if (text[0] != '/')
        return false;
    for (; *text; text++)
        if ((unsigned char) *text <= ' ' || (unsigned char) *text >= 0x7f)
            return false;
    return true;
}

/* 0, or the status to refuse it with before a byte of its body is read. */
static unsigned judge(const struct pk_http_request *request, const char *version)
{
    struct head head = { 0 };
    (void) MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &head);
    bool old = strcmp(version, "HTTP/1.1") != 0;
    if (head.malformed || head.lengths + head.codings > 1 || head.hosts > 1 || (head.codings > 0 && old) ||
        !is_target(request->target))
        return 400;
    if (request->server->stopping)
        return 503;
    if (head.length < 0 || (uint64_t) head.length > request->server->config.max_body_bytes)
        return 413;
    return 0;
}

/* ---- the time a request may take to arrive ---- */

static int64_t whole_time_ms(const struct pk_http_server *server)
{
    return 2 * server->config.idle_timeout_ms;
}

static void clock_starts(struct pk_http_server *server, struct http_link *link)
{
    link->since_ms = pk_clock_mono_ms();
    pk_list_remove(&link->node);
    pk_list_append(&server->reading, &link->node);
    if (!pk_timer_armed(server->patience))
        pk_timer_in(server->patience, whole_time_ms(server));
}

void pk_http_on_impatient(void *ctx)
{
    struct pk_http_server *server = ctx;
    int64_t now_ms = pk_clock_mono_ms();
    while (!pk_list_empty(&server->reading)) {
        struct http_link *link = pk_list_entry(server->reading.next, struct http_link, node);
        int64_t left_ms = link->since_ms + whole_time_ms(server) - now_ms;
        if (left_ms > 0) {
            pk_timer_in(server->patience, left_ms);
            return;
        }
        pk_list_remove(&link->node);
        (void) shutdown(link->fd, SHUT_RDWR); /* the library reads its end and closes it */
    }
}

void pk_http_on_connection(void *ctx, struct MHD_Connection *connection, void **ret_link,
                           enum MHD_ConnectionNotificationCode what)
{
    struct pk_http_server *server = ctx;
    struct http_link *link = *ret_link;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        link = pk_alloc(sizeof *link);
        pk_list_init(&link->node);
        link->fd = info ? info->connect_fd : -1;
        *ret_link = link;
        server->link_count++;
        clock_starts(server, link);
    } else if (link) {
        if (server->link_count-- >= server->config.max_connections)
            server->room_again = true;
        pk_list_remove(&link->node);
        free(link);
        *ret_link = NULL;
    }
}

/* ---- one request ---- */

/* The target as it stood in the request line: libmicrohttpd decodes what it shows elsewhere. */
void *pk_http_on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    size_t len = strlen(uri);
    struct pk_http_request *request = pk_alloc(sizeof *request + len + 1);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->server = ctx;
    request->connection = connection;
    request->link = info ? info->socket_context : NULL;
    pk_list_init(&request->node);
    pk_buf_init(&request->body, request->server->config.max_body_bytes);
    memcpy(request->target, uri, len);
    const char *question = memchr(request->target, '?', len);
    request->path = pk_slice_make(request->target, question ? (size_t) (question - request->target) : len);
    if (question)
        request->query = pk_slice_of(question + 1);
    else
        request->query = pk_slice_make(request->target + len, 0);
    return request;
}

static enum MHD_Result queue_answer(struct pk_http_request *request)
{
    enum MHD_Result r = MHD_queue_response(request->connection, request->status, request->response);
    pk_http_drop_response(request);
    request->stage = STAGE_ANSWERED;
    return r;
}

static enum MHD_Result refuse(struct pk_http_request *request)
{
    request->response = pk_http_problem(request->refused);
    (void) MHD_add_response_header(request->response, "Connection", "close");
    request->status = request->refused;
    return queue_answer(request);
}

static enum MHD_Result take_in(struct pk_http_request *request, const char *upload, size_t len)
{
    if (request->refused == 0 && pk_buf_add(&request->body, upload, len) != 0)
        request->refused = 413;
    if (request->refused != 0)
        request->swallowed += len;
    return request->swallowed <= SWALLOW_BYTES ? MHD_YES : MHD_NO;
}

static enum MHD_Result has_arrived(struct pk_http_request *request)
{
    struct pk_http_server *server = request->server;
    if (request->refused == 0 && server->stopping)
        request->refused = 503;
    if (request->refused != 0)
        return refuse(request);
    request->stage = STAGE_ARRIVED;
    if (request->link)
        pk_list_remove(&request->link->node);
    pk_list_append(&server->arrived, &request->node);
    server->open_count++;
    return MHD_YES;
}

enum MHD_Result pk_http_on_access(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct pk_http_request *request = *state;
    (void) ctx;
    (void) connection;
    (void) url;
    if (!request)
        return MHD_NO;
    if (!request->method) {
        request->method = method;
        request->refused = judge(request, version);
        return request->refused != 0 ? refuse(request) : MHD_YES;
    }
    if (*upload_len > 0) {
        size_t len = *upload_len;
        *upload_len = 0;
        return take_in(request, upload, len);
    }
    if (request->response)
        return queue_answer(request);
    return request->stage == STAGE_READING ? has_arrived(request) : MHD_YES;
}

void pk_http_on_completed(void *ctx, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
    struct pk_http_server *server = ctx;
    struct pk_http_request *request = *state;
    (void) connection;
    (void) why;
    if (!request)
        return;
    *state = NULL;
    if (request->stage == STAGE_ARRIVED) /* its peer left before anybody saw it */
        server->open_count--;
    if (request->stream)
        pk_http_stream_over(request->stream);
    if (request->link)
        clock_starts(server, request->link); /* of the next one */
    pk_list_remove(&request->node);
    pk_http_drop_response(request);
    pk_buf_wipe(&request->body);
    free(request);
}

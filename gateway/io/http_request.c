/* SPDX-License-Identifier: EUPL-1.2 */
/* A request as its handler sees it, and its answer. */
#include "gateway/base/text.h"
#include "gateway/io/http_server_internal.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

/* ---- looking at it ---- */

struct pk_slice pk_http_request_method(const struct pk_http_request *request)
{
    return pk_slice_of(request->method);
}

struct pk_slice pk_http_request_path(const struct pk_http_request *request)
{
    return request->path;
}

struct pk_slice pk_http_request_query(const struct pk_http_request *request)
{
    return request->query;
}

struct pk_slice pk_http_request_body(const struct pk_http_request *request)
{
    return pk_buf_slice(&request->body);
}

struct pk_slice pk_http_request_header(const struct pk_http_request *request, const char *name)
{
    return pk_slice_of(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

struct header_walk {
    bool (*each)(void *ctx, struct pk_slice name, struct pk_slice value);
    void *ctx;
};

static enum MHD_Result walk_header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    const struct header_walk *walk = ctx;
    (void) kind;
    return walk->each(walk->ctx, pk_slice_of(name), pk_slice_of(value)) ? MHD_YES : MHD_NO;
}

void pk_http_request_each_header(const struct pk_http_request *request, bool (*each)(void *ctx, struct pk_slice name, struct pk_slice value),
                                 void *ctx)
{
    struct header_walk walk = { each, ctx };
    (void) MHD_get_connection_values(request->connection, MHD_HEADER_KIND, walk_header, &walk);
}

static int decode(struct pk_slice text, struct pk_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char) text.data[i];
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            if (text.len - i < 3 || pk_unhex(pk_slice_make(text.data + i + 1, 2), &byte, 1) != 0)
                return PK_E_INVALID;
            i += 2;
        }
        if (byte == 0 || pk_buf_add(out, &byte, 1) != 0)
            return PK_E_INVALID;
    }
    return 0;
}

static int decode_or_nothing(struct pk_slice text, struct pk_buf *out)
{
    size_t before = out->len;
    int r = decode(text, out);
    if (r != 0 && out->data) {
        out->len = before;
        out->data[before] = '\0';
    }
    return r;
}

int pk_http_request_argument(const struct pk_http_request *request, const char *name, struct pk_buf *out)
{
    struct pk_slice rest = request->query, pair, key;
    while (rest.len > 0 && pk_slice_cut(&rest, '&', &pair)) {
        if (pair.len > 0 && pk_slice_cut(&pair, '=', &key) && pk_slice_is(key, name))
            return decode_or_nothing(pair, out);
    }
    return PK_E_NOT_FOUND;
}

uid_t pk_http_request_peer_uid(const struct pk_http_request *request)
{
    struct ucred peer = { .uid = (uid_t) -1 };
    socklen_t len = sizeof peer;
    if (!request->server->local || !request->link)
        return (uid_t) -1;
    return getsockopt(request->link->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? peer.uid : (uid_t) -1;
}

void pk_http_request_remote(const struct pk_http_request *request, char ret_remote[PK_REMOTE_MAX])
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    ret_remote[0] = '\0';
    if (request->server->local || !request->link || getpeername(request->link->fd, (struct sockaddr *) &peer, &len) != 0)
        return;
    if (getnameinfo((struct sockaddr *) &peer, len, ret_remote, PK_REMOTE_MAX, NULL, 0, NI_NUMERICHOST) != 0)
        ret_remote[0] = '\0';
}

/* ---- answering it ---- */

/* A handler may replace one by its own. */
static void add_security_headers(struct MHD_Response *response, const struct pk_answer_header *own, size_t own_count)
{
    static const struct pk_answer_header headers[] = {
        { "X-Content-Type-Options", "nosniff" },
        { "Cache-Control", "no-store" },
        { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
        { "Referrer-Policy", "no-referrer" },
    };
    for (size_t i = 0; i < PK_COUNT(headers); i++) {
        bool replaced = false;
        for (size_t j = 0; j < own_count && !replaced; j++)
            replaced = pk_slice_equal_nocase(pk_slice_of(own[j].name), headers[i].name);
        if (!replaced)
            (void) MHD_add_response_header(response, headers[i].name, headers[i].value);
    }
}

void pk_http_dress(struct MHD_Response *response, const char *content_type, const struct pk_answer_header *headers, size_t header_count)
{
    add_security_headers(response, headers, header_count);
    if (content_type)
        (void) MHD_add_response_header(response, "Content-Type", content_type);
    for (size_t i = 0; i < header_count; i++)
        (void) MHD_add_response_header(response, headers[i].name, headers[i].value);
}

static struct MHD_Response *make_response(struct pk_slice body, const char *content_type, const struct pk_answer_header *headers,
                                          size_t header_count)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *) (uintptr_t) (body.len > 0 ? body.data : ""), MHD_RESPMEM_MUST_COPY);
    if (!response)
        abort(); /* out of memory */
    pk_http_dress(response, content_type, headers, header_count);
    return response;
}

struct MHD_Response *pk_http_problem(unsigned status)
{
    const char *title = status == 413   ? "the body is too large"
                        : status == 503 ? "the gateway is stopping"
                                        : "the request is malformed";
    char text[96];
    int len = snprintf(text, sizeof text, "{\"title\":\"%s\",\"status\":%u}\n", title, status);
    return make_response(pk_slice_make(text, (size_t) len), "application/problem+json", NULL, 0);
}

void pk_http_give(struct pk_http_request *request, unsigned status, struct MHD_Response *response)
{
    struct pk_http_server *server = request->server;
    assert(request->stage != STAGE_READING && request->stage != STAGE_ANSWERED && !request->response);
    bool suspended = request->stage == STAGE_SUSPENDED;
    request->response = response;
    request->status = status;
    pk_list_remove(&request->node);
    server->open_count--;
    server->answered = true;
    request->stage = STAGE_ANSWERED;
    if (suspended)
        MHD_resume_connection(request->connection);
}

void pk_http_answer(struct pk_http_request *request, unsigned status, const char *content_type, struct pk_slice body,
                    const struct pk_answer_header *headers, size_t header_count)
{
    bool plain = body.len == 0 && !content_type && header_count == 0;
    pk_http_give(request, status, plain ? request->server->plain : make_response(body, content_type, headers, header_count));
}

struct MHD_Response *pk_http_plain(void)
{
    return make_response(PK_SLICE(""), NULL, NULL, 0);
}

void pk_http_drop_response(struct pk_http_request *request)
{
    if (request->response && request->response != request->server->plain)
        MHD_destroy_response(request->response);
    request->response = NULL;
}

void pk_http_refuse_open(struct pk_http_request *request)
{
    pk_http_give(request, 503, pk_http_problem(503));
}

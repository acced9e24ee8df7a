/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers that go on. The library asks for more of the body whenever there is room for it; while there is nothing to send the
 * connection is suspended, from inside that question and nowhere else, or it would be asked again at once and for ever. Who is
 * suspended is invisible to the library: that a peer left would be found out at the next byte only. So we look at its
 * descriptor ourselves: whatever it says after its request, and its leaving too, ends the stream.
 *
 * A slow reader costs what it may leave unread, here and in the kernel, and no more: it is dropped.
 */
#include "gateway/io/http_server_internal.h"

#include <sys/socket.h>

#define PIECE_BYTES 4096 /* how much the library asks for at once where it does not know better */

/* ---- the library asks ---- */

static ssize_t give_more(void *ctx, uint64_t position, char *to, size_t max)
{
    struct pk_http_stream *stream = ctx;
    size_t len = stream->unsent.len < max ? stream->unsent.len : max;
    (void) position;
    if (stream->dropped)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (len > 0) {
        memcpy(to, stream->unsent.data, len);
        pk_buf_consume(&stream->unsent, len);
        return (ssize_t) len;
    }
    if (stream->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->suspended = true;
    MHD_suspend_connection(stream->request->connection);
    return 0;
}

/* The release phase runs the daemon. */
static void resume(struct pk_http_stream *stream)
{
    stream->request->server->answered = true;
    if (stream->suspended)
        MHD_resume_connection(stream->request->connection);
    stream->suspended = false;
}

/* Where the daemon waits for room to write it sees the hang-up, else it asks once more. */
static void drop(struct pk_http_stream *stream)
{
    if (stream->dropped)
        return;
    stream->dropped = true;
    pk_source_free(stream->peer);
    stream->peer = NULL;
    if (stream->request->link)
        (void) shutdown(stream->request->link->fd, SHUT_RDWR);
    resume(stream);
}

static void on_peer(void *ctx, unsigned events)
{
    (void) events;
    drop(ctx);
}

/* ---- life ---- */

struct pk_http_stream *pk_http_answer_stream(struct pk_http_request *request, const struct pk_http_stream_config *config)
{
    struct pk_http_server *server = request->server;
    struct pk_http_stream *stream = pk_alloc(sizeof *stream);
    int kernel = (int) config->unsent_max_bytes;
    stream->request = request;
    stream->gone = config->gone;
    stream->ctx = config->ctx;
    pk_buf_init(&stream->unsent, config->unsent_max_bytes);
    pk_list_append(&server->streams, &stream->node);
    server->stream_count++;
    request->stream = stream;
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, give_more, stream, NULL);
    if (!response)
        abort(); /* out of memory */
    pk_http_dress(response, config->content_type, config->headers, config->header_count);
    (void) MHD_add_response_header(response, "Connection", "close"); /* its buffer in the kernel stays small */
    if (request->link) {
        (void) setsockopt(request->link->fd, SOL_SOCKET, SO_SNDBUF, &kernel, sizeof kernel);
        /* Where the kernel refuses to watch, who left is found out at the next byte. */
        (void) pk_source_new(server->loop, request->link->fd, PK_READY_READ, on_peer, stream, &stream->peer, NULL);
    }
    pk_http_give(request, 200, response);
    return stream;
}

void pk_http_stream_send(struct pk_http_stream *stream, struct pk_slice bytes)
{
    if (stream->dropped || bytes.len == 0)
        return;
    if (pk_buf_add_slice(&stream->unsent, bytes) != 0)
        drop(stream);
    else
        resume(stream);
}

/* Its owner may be gone, and it goes on until its last byte is on the wire. */
static void finish(struct pk_http_stream *stream)
{
    stream->ended = true;
    resume(stream);
    pk_loop_again(stream->request->server->loop);
}

void pk_http_stream_end(struct pk_http_stream *stream)
{
    stream->gone = NULL;
    finish(stream);
}

void pk_http_streams_stop(struct pk_http_server *server)
{
    for (struct pk_list *node = server->streams.next; node != &server->streams; node = node->next)
        finish(pk_list_entry(node, struct pk_http_stream, node));
}

void pk_http_stream_over(struct pk_http_stream *stream)
{
    stream->request->server->stream_count--;
    stream->request->stream = NULL;
    pk_list_remove(&stream->node);
    pk_source_free(stream->peer);
    pk_buf_wipe(&stream->unsent);
    if (stream->gone)
        stream->gone(stream->ctx);
    free(stream);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A stream of a few lines, linked instead of gateway/io/stream.c: the test says when it comes up, brings bytes and goes down, and
 * how much of what was queued was offered. For one test program: everything in it is its own.
 */
#ifndef PK_TESTS_PLUGIN_STREAM_H
#define PK_TESTS_PLUGIN_STREAM_H

#include "tests/unit/cmocka.h"

#include "gateway/base/buf.h"
#include "gateway/io/stream.h"

#include <stdio.h>

struct pk_stream {
    struct pk_stream_config config;
    bool open;
};

static struct {
    struct pk_stream *now; /* NULL: none */
    unsigned opened; /* so far */
    char host[64], ca_file[64], tls_name[64];
    struct pk_buf sent;
    uint64_t queued, offered;
    bool full, takes_nothing;
} wire;

static void keep_text(char to[64], const char *text)
{
    (void) snprintf(to, 64, "%s", text ? text : "-");
}

int pk_stream_open(struct pk_loop *loop, const struct pk_stream_config *config, struct pk_stream **ret_stream, struct pk_error *err)
{
    (void) loop;
    assert_null(wire.now);
    if (config->port == 0)
        return pk_fail(err, PK_E_INVALID, "%u is not a port", config->port);
    wire.now = *ret_stream = pk_alloc(sizeof **ret_stream);
    wire.now->config = *config;
    wire.opened++;
    wire.queued = wire.offered = 0;
    keep_text(wire.host, config->host);
    keep_text(wire.ca_file, config->ca_file);
    keep_text(wire.tls_name, config->tls_name);
    return 0;
}

void pk_stream_close(struct pk_stream *stream)
{
    if (stream->open && !wire.takes_nothing)
        wire.offered = wire.queued; /* what the socket takes at once */
    stream->open = false;
}

void pk_stream_free(struct pk_stream *stream)
{
    assert_true(!stream || stream == wire.now);
    free(stream);
    if (stream)
        wire.now = NULL;
}

int pk_stream_send(struct pk_stream *stream, const void *bytes, size_t len)
{
    if (!stream->open)
        return PK_E_IO;
    if (wire.full)
        return PK_E_LIMIT;
    (void) pk_buf_add(&wire.sent, bytes, len);
    wire.queued += len;
    return 0;
}

bool pk_stream_is_open(const struct pk_stream *stream)
{
    return stream->open;
}

uint64_t pk_stream_queued(const struct pk_stream *stream)
{
    (void) stream;
    return wire.queued;
}

uint64_t pk_stream_offered(const struct pk_stream *stream)
{
    (void) stream;
    return wire.offered;
}

static void comes_up(void)
{
    assert_non_null(wire.now);
    wire.now->open = true;
    wire.now->config.opened(wire.now->config.ctx);
}

static void goes_down(const char *reason)
{
    wire.now->open = false;
    wire.now->config.closed(wire.now->config.ctx, reason);
}

static void brings(const char *text)
{
    wire.now->config.received(wire.now->config.ctx, pk_slice_of(text));
}

#endif

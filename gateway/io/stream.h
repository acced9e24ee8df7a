/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One lasting connection, TCP or TLS, over libcurl on the loop: connects once, carries bytes both ways, ends once. Who
 * wants another one opens another. Nothing blocks: names are resolved on curl's threads, what the socket does not take
 * waits in a queue with a ceiling. Certificates and the name in them are always verified, TLS is 1.2 or newer.
 *
 *     open ─> opened() ─> received()* ─> closed()          or          open ─> closed()
 *
 * Callbacks come in the descriptor and timer phases. They may send and close; they may not free.
 */
#ifndef PK_IO_STREAM_H
#define PK_IO_STREAM_H

#include "gateway/include/pokana/slice.h"
#include "gateway/io/loop.h"

struct pk_stream;

/* The connection is a mail server's: greeting, EHLO, STARTTLS and login are over when it is opened; what follows is the
 * caller's. (curl would go on by itself, but waits for the server's last word, and at the end for its goodbye.) */
struct pk_stream_smtp {
    const char *greeting; /* the name we say */
    const char *username, *password; /* NULL = no login */
    bool upgrade; /* STARTTLS, or no connection; with `tls` it is encrypted from the first byte and this says nothing */
    /* Each line of a reply until then, with its end: what closed() could not tell. */
    void (*line)(void *ctx, struct pk_slice line);
};

struct pk_stream_config {
    const char *host; /* a name or an address */
    unsigned port; /* 1-65535 */
    bool tls;
    const char *ca_file; /* NULL = the system's authorities */
    const char *tls_name; /* the name the certificate must have; NULL = host */
    int64_t connect_timeout_ms; /* name, TCP and TLS together */
    int64_t stall_timeout_ms; /* the peer takes nothing of what waits for so long: closed; 0 = never */
    size_t queue_max_bytes; /* what may wait to be sent */
    const struct pk_stream_smtp *smtp; /* NULL: bytes, nothing else; its texts are copied */
    void (*opened)(void *ctx);
    void (*received)(void *ctx, struct pk_slice bytes); /* at most 16 KiB at a time; 256 KiB a turn */
    /* Not by pk_stream_close(). `reason`: a piece of a sentence that names nothing, "the other side closed it". */
    void (*closed)(void *ctx, const char *reason);
    void *ctx;
};

/* Texts are copied. PK_E_INVALID for a host, name or port that is none; then nothing is called. */
int pk_stream_open(struct pk_loop *loop, const struct pk_stream_config *config, struct pk_stream **ret_stream, struct pk_error *err);
void pk_stream_free(struct pk_stream *stream); /* closes first; not from within a callback */
PK_AUTO_DEFINE(pk_stream, struct pk_stream *, pk_stream_free)

/* Queues a copy; it leaves in the timer phase of the next turn, together with what else was queued. PK_E_IO when it is not
 * open, PK_E_LIMIT when more than the ceiling would wait: nothing was taken then. */
int pk_stream_send(struct pk_stream *stream, const void *bytes, size_t len);
/* Sends what the socket takes at once and ends the connection. Nothing is called any more. */
void pk_stream_close(struct pk_stream *stream);

bool pk_stream_is_open(const struct pk_stream *stream); /* opened and not closed */
size_t pk_stream_waiting(const struct pk_stream *stream); /* bytes queued and not taken by the socket */
/* Bytes taken by pk_stream_send() so far, and those of them that were offered to the socket: what lies behind the second has
 * certainly not left. They stay readable when the stream is closed. */
uint64_t pk_stream_queued(const struct pk_stream *stream);
uint64_t pk_stream_offered(const struct pk_stream *stream);

#endif

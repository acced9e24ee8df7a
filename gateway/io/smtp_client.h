/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mail out over SMTP: one message to one address at a time, over connections that are kept for a short while. TLS is
 * required (STARTTLS, or from the first byte) but where the caller says that the host is this machine.
 *
 * PK_ANSWER_COMPLETE: a reply of the server decided; its code is `status`, its text the body. PK_ANSWER_NOT_SENT: the link
 * was never there or fell before the server allowed the message (354), so it certainly has none. PK_ANSWER_NONE: it fell,
 * or the time was up, after that: nobody knows.
 *
 * What is given is checked here too, for what would say something else to the server than was meant: addresses that hold
 * more than an address, bare line ends, lines too long, bytes that are no ASCII.
 */
#ifndef PK_IO_SMTP_CLIENT_H
#define PK_IO_SMTP_CLIENT_H

#include "gateway/include/pokana/adapter.h"
#include "gateway/io/loop.h"

struct pk_smtp_client;

struct pk_smtp_config {
    unsigned max_mails; /* at once, and connections kept */
    const char *ca_file; /* NULL = the system's */
    const char *username, *password; /* NULL = no login */
};

/* Everything is copied. */
struct pk_smtp_mail {
    const char *url; /* smtp://host[:port][/greeting] or smtps://...; checked by the caller */
    bool plain; /* no TLS: the host is this machine */
    struct pk_slice from, to;
    struct pk_slice message; /* lines end in CRLF */
    int64_t connect_timeout_ms, timeout_ms;
    /* Exactly once for each mail taken, also at free; in the descriptor or timer phase of a later turn. */
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

/* Texts are copied. */
struct pk_smtp_client *pk_smtp_client_new(struct pk_loop *loop, const struct pk_smtp_config *config);
void pk_smtp_client_free(struct pk_smtp_client *client); /* what is under way ends as NOT_SENT or NONE */
unsigned pk_smtp_client_room(const struct pk_smtp_client *client);
/* PK_E_LIMIT without room, PK_E_INVALID for what cannot be sent; then done() is not called. */
int pk_smtp_client_start(struct pk_smtp_client *client, const struct pk_smtp_mail *mail, struct pk_error *err);

/* Why this is no address for an envelope: a sentence that does not hold it; NULL when it is one. */
const char *pk_smtp_address_refusal(struct pk_slice address);

#endif

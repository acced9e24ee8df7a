/* SPDX-License-Identifier: EUPL-1.2 */
/* What the mail client's files share: smtp_client.c (mails and which link takes them), smtp_link.c (one connection to a
 * server, one mail at a time), smtp_check.c (what may be sent). */
#ifndef PK_IO_SMTP_INTERNAL_H
#define PK_IO_SMTP_INTERNAL_H

#include "gateway/base/buf.h"
#include "gateway/base/list.h"
#include "gateway/io/smtp_client.h"
#include "gateway/io/stream.h"

#define SMTP_REPLY_MAX_BYTES 4096u

/* A reply as it comes, line by line. */
struct smtp_reply {
    unsigned code; /* 0 = none yet */
    bool whole; /* its last line is there */
    struct pk_buf text; /* lines without code, '\n' between them */
};

enum smtp_place { SMTP_CONNECTING = 0, SMTP_IDLE, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_END, SMTP_RESET, SMTP_GONE };

struct smtp_link {
    struct pk_list node;
    struct pk_smtp_client *client;
    struct pk_stream *stream;
    char *url;
    bool plain;
    bool used; /* it took a mail before: it may be dead without our knowing */
    enum smtp_place place;
    struct smtp_mail *mail; /* under way on it */
    struct smtp_reply reply;
    struct pk_buf in; /* what is no whole line yet */
    struct pk_timer *idle; /* kept long enough */
};

struct smtp_mail {
    struct pk_smtp_client *client;
    struct pk_list node;
    struct smtp_link *link;
    char *from, *to;
    struct pk_buf message; /* as it goes over the wire: dots doubled, ended by a dot */
    char *url;
    bool plain;
    bool again; /* it was begun a second time, on a fresh link */
    int64_t connect_timeout_ms;
    struct pk_timer *patience;
    void (*done)(void *ctx, const struct pk_answer *answer);
    void *ctx;
};

struct pk_smtp_client {
    struct pk_loop *loop;
    struct pk_smtp_config config;
    char *ca_file, *username, *password;
    struct pk_list mails, links, gone; /* gone: links to be freed, outside their streams' callbacks */
    struct pk_timer *sweep;
    unsigned count;
    bool closing;
};

/* smtp_link.c. A link that ends tells pk_smtp_ended() of its mail, once, and goes to client->gone. */
int pk_smtp_link_open(struct pk_smtp_client *client, struct smtp_mail *mail, struct pk_error *err);
void pk_smtp_link_take(struct smtp_link *link, struct smtp_mail *mail); /* an idle one */
void pk_smtp_link_drop(struct smtp_link *link); /* without a word, and without telling of its mail */
void pk_smtp_link_free(struct smtp_link *link); /* not from within its stream's callbacks */

/* smtp_client.c: what came of the link's mail. With a whole reply it decided; else `allowed` says whether the message may
 * have gone; `fresh`: the link was new, it is no use to try another one. */
void pk_smtp_ended(struct smtp_mail *mail, const struct smtp_reply *reply, bool allowed, bool fresh);

/* smtp_check.c: NULL, or why the message cannot be sent as it is. */
const char *pk_smtp_message_refusal(struct pk_slice message);

#endif

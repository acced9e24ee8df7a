/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One connection to a mail server. libcurl greets, encrypts and logs in (stream.h); from there on we speak, one command at
 * a time, and wait for nobody: libcurl itself would stand still until the server has taken the message.
 *
 *     MAIL ─> RCPT ─> DATA ─354─> the message ─> its reply ─> idle ─> MAIL ... or QUIT
 *       └──────┴───────┴── refused ─> RSET ─> idle
 */
#include "gateway/base/text.h"
#include "gateway/io/smtp_internal.h"

#include <stdio.h>

#define LINE_MAX_BYTES 2048u
#define QUEUE_SPARE_BYTES 4096u
#define IDLE_MS 20000 /* kept for the next mail */

/* ---- replies ---- */

/* "250-text" while more follow, "250 text" the last. False for what is no reply. */
static bool add_line(struct smtp_reply *reply, struct pk_slice line)
{
    int64_t code;
    line = pk_slice_trim(line);
    if (line.len < 3 || pk_parse_int(pk_slice_make(line.data, 3), 100, 599, &code) != 0 ||
        (line.len > 3 && line.data[3] != ' ' && line.data[3] != '-'))
        return false;
    if (reply->whole || reply->code == 0)
        pk_buf_clear(&reply->text);
    else if (reply->code != (unsigned) code)
        return false;
    reply->code = (unsigned) code;
    reply->whole = line.len == 3 || line.data[3] == ' ';
    if (reply->text.len > 0)
        (void) pk_buf_add_char(&reply->text, '\n');
    if (line.len > 4)
        (void) pk_buf_add(&reply->text, line.data + 4, line.len - 4);
    return !reply->text.failed;
}

static void await_reply(struct smtp_link *link)
{
    link->reply.code = 0;
    link->reply.whole = false;
    pk_buf_clear(&link->reply.text);
}

/* ---- the end ---- */

static void go(struct smtp_link *link)
{
    link->place = SMTP_GONE;
    pk_timer_stop(link->idle);
    pk_list_remove(&link->node);
    pk_list_append(&link->client->gone, &link->node);
    pk_timer_in(link->client->sweep, 0);
}

void pk_smtp_link_drop(struct smtp_link *link)
{
    link->mail = NULL;
    pk_stream_close(link->stream);
    if (link->place != SMTP_GONE)
        go(link);
}

/* The link is of no use any more; its mail hears how far it came. */
static void lose(struct smtp_link *link, bool reply_counts)
{
    struct smtp_mail *mail = link->mail;
    bool allowed = link->place == SMTP_END;
    pk_smtp_link_drop(link);
    if (mail)
        pk_smtp_ended(mail, reply_counts && link->reply.whole ? &link->reply : NULL, allowed, !link->used);
}

void pk_smtp_link_free(struct smtp_link *link)
{
    pk_list_remove(&link->node);
    pk_stream_free(link->stream);
    pk_timer_free(link->idle);
    pk_buf_wipe(&link->reply.text);
    pk_buf_wipe(&link->in);
    free(link->url);
    free(link);
}

/* ---- the conversation ---- */

static void say(struct smtp_link *link, enum smtp_place place, const char *front, const char *address, const char *end)
{
    char line[512];
    int n = snprintf(line, sizeof line, "%s%s%s\r\n", front, address, end);
    link->place = place;
    await_reply(link);
    if (n <= 0 || (size_t) n >= sizeof line || pk_stream_send(link->stream, line, (size_t) n) != 0)
        lose(link, false);
    explicit_bzero(line, sizeof line);
}

static void say_goodbye(void *ctx)
{
    struct smtp_link *link = ctx;
    (void) pk_stream_send(link->stream, "QUIT\r\n", 6);
    pk_smtp_link_drop(link);
}

static void rest(struct smtp_link *link)
{
    link->place = SMTP_IDLE;
    link->used = true;
    pk_timer_in(link->idle, IDLE_MS);
}

void pk_smtp_link_take(struct smtp_link *link, struct smtp_mail *mail)
{
    pk_timer_stop(link->idle);
    link->mail = mail;
    mail->link = link;
    say(link, SMTP_MAIL, "MAIL FROM:<", mail->from, ">");
}

static void send_message(struct smtp_link *link)
{
    link->place = SMTP_END; /* from here on nobody knows, until it answers */
    await_reply(link);
    if (pk_stream_send(link->stream, link->mail->message.data, link->mail->message.len) != 0)
        lose(link, false);
}

/* Refused, and the server may take another one. */
static void refused(struct smtp_link *link)
{
    struct smtp_mail *mail = link->mail;
    bool leaves = link->reply.code == 421;
    bool taken_whole = link->place == SMTP_END;
    if (leaves) {
        lose(link, true);
        return;
    }
    link->mail = NULL;
    pk_smtp_ended(mail, &link->reply, false, true);
    if (taken_whole)
        rest(link);
    else
        say(link, SMTP_RESET, "RSET", "", "");
}

static void replied(struct smtp_link *link)
{
    struct smtp_mail *mail = link->mail;
    bool good = link->reply.code / 100 == 2;
    switch (link->place) {
    case SMTP_MAIL:
    case SMTP_RCPT:
        if (!good && link->reply.code < 400)
            lose(link, false);
        else if (!good)
            refused(link);
        else if (link->place == SMTP_MAIL)
            say(link, SMTP_RCPT, "RCPT TO:<", mail->to, ">");
        else
            say(link, SMTP_DATA, "DATA", "", "");
        break;
    case SMTP_DATA:
        if (link->reply.code == 354)
            send_message(link);
        else if (link->reply.code >= 400)
            refused(link);
        else
            lose(link, false);
        break;
    case SMTP_END:
        if (!good && link->reply.code < 400) {
            lose(link, false);
        } else if (!good) {
            refused(link);
        } else {
            link->mail = NULL;
            pk_smtp_ended(mail, &link->reply, true, true);
            rest(link);
        }
        break;
    case SMTP_RESET:
        if (good)
            rest(link);
        else
            lose(link, false);
        break;
    default: /* it speaks unasked: 421, before it hangs up */
        lose(link, false);
        break;
    }
}

/* ---- what the stream tells ---- */

static void on_line(void *ctx, struct pk_slice line)
{
    struct smtp_link *link = ctx;
    if (!add_line(&link->reply, line))
        await_reply(link);
}

static void opened(void *ctx)
{
    struct smtp_link *link = ctx;
    if (link->mail)
        pk_smtp_link_take(link, link->mail);
    else
        rest(link);
}

static void received(void *ctx, struct pk_slice bytes)
{
    struct smtp_link *link = ctx;
    const char *end;
    if (pk_buf_add_slice(&link->in, bytes) != 0) {
        lose(link, false);
        return;
    }
    while (link->place != SMTP_GONE && link->in.len > 0 && (end = memchr(link->in.data, '\n', link->in.len))) {
        size_t len = (size_t) (end - link->in.data) + 1;
        bool sane = len <= LINE_MAX_BYTES && add_line(&link->reply, pk_slice_make(link->in.data, len));
        pk_buf_consume(&link->in, len);
        if (!sane)
            lose(link, false);
        else if (link->reply.whole)
            replied(link);
    }
    if (link->place != SMTP_GONE && link->in.len > LINE_MAX_BYTES)
        lose(link, false);
}

/* Before it was opened the last reply tells why, if it is a refusal. */
static void closed(void *ctx, const char *reason)
{
    struct smtp_link *link = ctx;
    (void) reason;
    lose(link, link->place == SMTP_CONNECTING && link->reply.code >= 400);
}

/* ---- its beginning ---- */

/* "smtp://host[:port][/greeting]", checked before. */
static void take_apart(const char *url, bool *ret_tls, char ret_host[256], unsigned *ret_port, const char **ret_greeting)
{
    *ret_tls = strncmp(url, "smtps://", 8) == 0;
    const char *host = url + (*ret_tls ? 8 : 7), *slash = strchr(host, '/');
    size_t len = slash ? (size_t) (slash - host) : strlen(host);
    const char *close = host[0] == '[' ? memchr(host, ']', len) : NULL;
    const char *colon = memchr(close ? close : host, ':', len - (close ? (size_t) (close - host) : 0));
    *ret_port = colon ? (unsigned) strtoul(colon + 1, NULL, 10) : *ret_tls ? 465 : 25;
    if (colon)
        len = (size_t) (colon - host);
    (void) snprintf(ret_host, 256, "%.*s", (int) (close ? len - 2 : len), close ? host + 1 : host);
    *ret_greeting = slash && slash[1] ? slash + 1 : "localhost";
}

int pk_smtp_link_open(struct pk_smtp_client *client, struct smtp_mail *mail, struct pk_error *err)
{
    char host[256];
    const char *greeting;
    bool tls;
    unsigned port;
    take_apart(mail->url, &tls, host, &port, &greeting);
    struct smtp_link *link = pk_alloc(sizeof *link);
    const struct pk_stream_smtp smtp = {
        .greeting = greeting, .username = client->username, .password = client->password, .upgrade = !tls && !mail->plain, .line = on_line,
    };
    const struct pk_stream_config config = {
        .host = host,
        .port = port,
        .tls = tls,
        .ca_file = client->ca_file,
        .connect_timeout_ms = mail->connect_timeout_ms,
        .queue_max_bytes = mail->message.max_bytes + QUEUE_SPARE_BYTES,
        .smtp = &smtp,
        .opened = opened,
        .received = received,
        .closed = closed,
        .ctx = link,
    };
    int r = pk_stream_open(client->loop, &config, &link->stream, err);
    if (r != 0) {
        free(link);
        return r;
    }
    link->client = client;
    link->url = pk_strdup(mail->url);
    link->plain = mail->plain;
    link->mail = mail;
    link->idle = pk_timer_new(client->loop, say_goodbye, link);
    pk_buf_init(&link->reply.text, SMTP_REPLY_MAX_BYTES);
    pk_buf_init(&link->in, 2 * LINE_MAX_BYTES + 16384u);
    pk_list_init(&link->node);
    pk_list_append(&client->links, &link->node);
    mail->link = link;
    return 0;
}

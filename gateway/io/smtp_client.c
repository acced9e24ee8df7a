/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails, and the links that take them. A kept link may be dead without our knowing: a mail that loses such a one before its
 * message was asked for begins once more on a fresh link, for the server certainly has nothing of it.
 */
#include "gateway/io/smtp_client.h"

#include "gateway/base/text.h"
#include "gateway/io/smtp_internal.h"

#include <stdio.h>

#define TIMEOUT_MAX_MS (10 * 60 * 1000)
#define MESSAGE_MAX_BYTES (4u << 20)

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

/* ---- a mail's end ---- */

static void mail_free(struct smtp_mail *mail)
{
    pk_list_remove(&mail->node);
    pk_timer_free(mail->patience);
    pk_buf_wipe(&mail->message);
    explicit_bzero(mail->to, strlen(mail->to));
    free(mail->to);
    free(mail->from);
    free(mail->url);
    free(mail);
}

static void answer(struct smtp_mail *mail, uint32_t state, const struct smtp_reply *reply)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .header = no_header };
    if (state == PK_ANSWER_COMPLETE) {
        answer.status = reply->code;
        answer.body = pk_buf_slice(&reply->text);
    }
    pk_list_remove(&mail->node);
    mail->client->count--;
    mail->done(mail->ctx, &answer);
    mail_free(mail);
}

void pk_smtp_ended(struct smtp_mail *mail, const struct smtp_reply *reply, bool allowed, bool fresh)
{
    mail->link = NULL;
    if (reply) {
        answer(mail, PK_ANSWER_COMPLETE, reply);
    } else if (allowed) {
        answer(mail, PK_ANSWER_NONE, NULL);
    } else if (!fresh && !mail->again && !mail->client->closing) {
        mail->again = true;
        if (pk_smtp_link_open(mail->client, mail, NULL) != 0)
            answer(mail, PK_ANSWER_NOT_SENT, NULL);
    } else {
        answer(mail, PK_ANSWER_NOT_SENT, NULL);
    }
}

/* Ends it where it is. */
static void give_up(struct smtp_mail *mail)
{
    struct smtp_link *link = mail->link;
    bool allowed = link->place == SMTP_END;
    pk_smtp_link_drop(link);
    answer(mail, allowed ? PK_ANSWER_NONE : PK_ANSWER_NOT_SENT, NULL);
}

static void impatient(void *ctx)
{
    give_up(ctx);
}

/* ---- its beginning ---- */

/* A dot at the front of a line is doubled, and one alone ends the message. */
static void write_message(struct pk_buf *to, struct pk_slice from)
{
    bool at_start = true;
    pk_buf_init(to, 2 * from.len + 8);
    for (size_t i = 0; i < from.len; i++) {
        if (at_start && from.data[i] == '.')
            (void) pk_buf_add_char(to, '.');
        (void) pk_buf_add_char(to, from.data[i]);
        at_start = from.data[i] == '\n';
    }
    (void) pk_buf_add_text(to, at_start ? ".\r\n" : "\r\n.\r\n");
}

static struct smtp_mail *mail_new(struct pk_smtp_client *client, const struct pk_smtp_mail *what)
{
    struct smtp_mail *mail = pk_alloc(sizeof *mail);
    mail->client = client;
    mail->from = pk_slice_dup(what->from);
    mail->to = pk_slice_dup(what->to);
    mail->url = pk_strdup(what->url);
    mail->plain = what->plain;
    mail->connect_timeout_ms = what->connect_timeout_ms;
    mail->done = what->done;
    mail->ctx = what->ctx;
    mail->patience = pk_timer_new(client->loop, impatient, mail);
    pk_list_init(&mail->node);
    write_message(&mail->message, what->message);
    return mail;
}

static struct smtp_link *idle_link(struct pk_smtp_client *client, const struct smtp_mail *mail)
{
    for (struct pk_list *node = client->links.next; node != &client->links; node = node->next) {
        struct smtp_link *link = pk_list_entry(node, struct smtp_link, node);
        if (link->place == SMTP_IDLE && link->plain == mail->plain && strcmp(link->url, mail->url) == 0 && pk_stream_is_open(link->stream))
            return link;
    }
    return NULL;
}

static const char *refusal_of(const struct pk_smtp_mail *what)
{
    const char *refusal = pk_smtp_address_refusal(what->from);
    if (!refusal)
        refusal = pk_smtp_address_refusal(what->to);
    if (!refusal && what->message.len > MESSAGE_MAX_BYTES)
        refusal = "the message is larger than 4 MiB";
    return refusal ? refusal : pk_smtp_message_refusal(what->message);
}

int pk_smtp_client_start(struct pk_smtp_client *client, const struct pk_smtp_mail *what, struct pk_error *err)
{
    const char *refusal = refusal_of(what);
    if (refusal)
        return pk_fail(err, PK_E_INVALID, "%s", refusal);
    if (pk_smtp_client_room(client) == 0)
        return pk_fail(err, PK_E_LIMIT, "%u mails are under way already", client->count);
    struct smtp_mail *mail = mail_new(client, what);
    struct smtp_link *link = idle_link(client, mail);
    int r = link ? 0 : pk_smtp_link_open(client, mail, err);
    if (r != 0) {
        mail_free(mail);
        return r;
    }
    bool bounded = what->timeout_ms > 0 && what->timeout_ms < TIMEOUT_MAX_MS;
    pk_timer_in(mail->patience, bounded ? what->timeout_ms : TIMEOUT_MAX_MS);
    pk_list_append(&client->mails, &mail->node);
    client->count++;
    if (link)
        pk_smtp_link_take(link, mail);
    return 0;
}

/* ---- the client ---- */

static void sweep(void *ctx)
{
    struct pk_smtp_client *client = ctx;
    while (!pk_list_empty(&client->gone))
        pk_smtp_link_free(pk_list_entry(client->gone.next, struct smtp_link, node));
}

struct pk_smtp_client *pk_smtp_client_new(struct pk_loop *loop, const struct pk_smtp_config *config)
{
    struct pk_smtp_client *client = pk_alloc(sizeof *client);
    client->loop = loop;
    client->config = *config;
    client->ca_file = pk_strdup(config->ca_file);
    client->username = pk_strdup(config->username);
    client->password = pk_strdup(config->password);
    client->sweep = pk_timer_new(loop, sweep, client);
    pk_list_init(&client->mails);
    pk_list_init(&client->links);
    pk_list_init(&client->gone);
    return client;
}

void pk_smtp_client_free(struct pk_smtp_client *client)
{
    if (!client)
        return;
    client->closing = true;
    while (!pk_list_empty(&client->mails))
        give_up(pk_list_entry(client->mails.next, struct smtp_mail, node));
    while (!pk_list_empty(&client->links))
        pk_smtp_link_drop(pk_list_entry(client->links.next, struct smtp_link, node));
    sweep(client);
    pk_timer_free(client->sweep);
    if (client->password)
        explicit_bzero(client->password, strlen(client->password));
    free(client->password);
    free(client->username);
    free(client->ca_file);
    free(client);
}

unsigned pk_smtp_client_room(const struct pk_smtp_client *client)
{
    return client->closing || client->count >= client->config.max_mails ? 0 : client->config.max_mails - client->count;
}

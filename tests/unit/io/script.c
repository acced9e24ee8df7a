/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/script.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

struct script_link {
    struct script *script;
    struct pk_source *source;
    size_t place;
    int fd;
    struct pk_buf in;
};

static void hang_up(struct script_link *link, bool rudely)
{
    struct linger none = { .l_onoff = 1, .l_linger = 0 };
    if (rudely)
        (void) setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    link->script->open_links[link->place] = NULL;
    link->script->open--;
    pk_source_free(link->source);
    (void) close(link->fd);
    pk_buf_finish(&link->in);
    free(link);
}

/* The length of the first request in the buffer, 0 when it is not whole. */
static size_t first_request(const struct pk_buf *in)
{
    const char *end = strstr(pk_buf_text(in), "\r\n\r\n");
    const char *length = strstr(pk_buf_text(in), "Content-Length: ");
    if (!end)
        return 0;
    size_t whole = (size_t) (end + 4 - in->data) + (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
    return in->len >= whole ? whole : 0;
}

/* false when the connection is gone. */
static bool act(struct script_link *link)
{
    struct script *script = link->script;
    size_t which = script->requests - 1 < script->act_count ? script->requests - 1 : script->act_count - 1;
    enum act what = script->act_count > 0 ? script->acts[which] : ACT_ANSWER;
    if (what == ACT_ANSWER || what == ACT_ANSWER_AND_CLOSE)
        test_send_text(link->fd, script->answer);
    if (what == ACT_CLOSE_AND_VANISH)
        script_stop_listening(script);
    if (what == ACT_ANSWER || what == ACT_SILENCE)
        return true;
    hang_up(link, what == ACT_RESET);
    return false;
}

static void on_bytes(void *ctx, unsigned events)
{
    struct script_link *link = ctx;
    size_t len;
    (void) events;
    bool open = test_receive(link->fd, &link->in);
    if (link->in.len > 0 && link->in.data[0] == 0x16) { /* somebody wants TLS */
        hang_up(link, link->script->rude_to_tls);
        return;
    }
    while ((len = first_request(&link->in)) > 0) {
        (void) pk_buf_add(&link->script->seen, link->in.data, len);
        pk_buf_consume(&link->in, len);
        link->script->requests++;
        if (!act(link))
            return;
    }
    if (!open)
        hang_up(link, false);
}

static void on_connection(void *ctx, unsigned events)
{
    struct script *script = ctx;
    int on = 1;
    (void) events;
    int fd = accept4(script->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct script_link *link = pk_alloc(sizeof *link);
    *link = (struct script_link){ .script = script, .fd = fd };
    pk_buf_init(&link->in, 8u << 20);
    while (link->place < SCRIPT_LINKS_MAX && script->open_links[link->place])
        link->place++;
    assert_true(link->place < SCRIPT_LINKS_MAX);
    script->open_links[link->place] = link;
    script->links++;
    script->open++;
    assert_int_equal(pk_source_new(script->loop, fd, PK_READY_READ, on_bytes, link, &link->source, NULL), 0);
}

struct script *script_new(struct pk_loop *loop)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    struct script *script = pk_alloc(sizeof *script);
    script->loop = loop;
    script->answer = SCRIPT_OK;
    pk_buf_init(&script->seen, 16u << 20);
    script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(script->listener, (const struct sockaddr *) (const void *) &address, len), 0);
    assert_int_equal(listen(script->listener, 64), 0);
    assert_int_equal(getsockname(script->listener, (struct sockaddr *) (void *) &address, &len), 0);
    script->port = ntohs(address.sin_port);
    assert_int_equal(pk_source_new(loop, script->listener, PK_READY_READ, on_connection, script, &script->source, NULL), 0);
    return script;
}

void script_hang_up(struct script *script)
{
    for (size_t i = 0; i < SCRIPT_LINKS_MAX; i++)
        if (script->open_links[i])
            hang_up(script->open_links[i], false);
}

void script_stop_listening(struct script *script)
{
    if (script->listener < 0)
        return;
    pk_source_free(script->source);
    (void) close(script->listener);
    script->listener = -1;
}

void script_free(struct script *script)
{
    script_hang_up(script);
    script_stop_listening(script);
    pk_buf_finish(&script->seen);
    free(script);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/desk.h"

#include <unistd.h>

static void on_request(void *ctx, struct pk_http_request *request)
{
    struct desk *desk = ctx;
    struct pk_slice query = pk_http_request_query(request);
    desk->handled++;
    desk->in_this_turn++;
    (void) pk_buf_printf(&desk->seen, "%.*s %.*s%s%.*s %.*s\n", PK_SLICE_ARG(pk_http_request_method(request)),
                         PK_SLICE_ARG(pk_http_request_path(request)), query.len > 0 ? "?" : "", PK_SLICE_ARG(query),
                         PK_SLICE_ARG(pk_http_request_body(request)));
    assert_true(desk->waiting_count < DESK_OPEN_MAX);
    desk->waiting[desk->waiting_count++] = request;
}

static void serve(void *ctx)
{
    struct desk *desk = ctx;
    desk->in_this_turn = 0;
    if (desk->server)
        pk_http_server_serve(desk->server);
    if (desk->in_this_turn > desk->most_in_a_turn)
        desk->most_in_a_turn = desk->in_this_turn;
}

static void answer(struct pk_http_request *request)
{
    char text[256];
    (void) snprintf(text, sizeof text, "ok %.*s", PK_SLICE_ARG(pk_http_request_path(request)));
    pk_http_answer(request, 200, "text/plain", pk_slice_of(text), NULL, 0);
}

static void release(void *ctx)
{
    struct desk *desk = ctx;
    if (!desk->server)
        return;
    for (size_t i = 0; i < desk->waiting_count && !desk->hold; i++) {
        if (desk->look)
            desk->look(desk, desk->waiting[i]);
        else
            answer(desk->waiting[i]);
    }
    if (!desk->hold)
        desk->waiting_count = 0;
    pk_http_server_release(desk->server);
}

struct desk *desk_new(void)
{
    struct desk *desk = pk_alloc(sizeof *desk);
    desk->loop = test_loop_new();
    desk->config = (struct pk_http_server_config){
        .address = "127.0.0.1:0",
        .max_connections = 8,
        .max_body_bytes = DESK_BODY_BYTES,
        .max_header_bytes = DESK_HEADER_BYTES,
        .idle_timeout_ms = 10000,
        .requests_per_turn = 256,
        .handle = on_request,
        .ctx = desk,
    };
    pk_buf_init(&desk->seen, 65536);
    pk_loop_on_phase(desk->loop, PK_PHASE_SERVE, serve, desk);
    pk_loop_on_phase(desk->loop, PK_PHASE_RELEASE, release, desk);
    return desk;
}

int desk_try_open(struct desk *desk, struct pk_error *err)
{
    return pk_http_server_new(desk->loop, &desk->config, &desk->server, err);
}

void desk_open(struct desk *desk)
{
    struct pk_error err = { 0 };
    if (desk_try_open(desk, &err) != 0)
        fail_msg("the server does not open: %s", err.message);
}

void desk_close(struct desk *desk)
{
    pk_http_server_free(desk->server);
    desk->server = NULL;
    desk->waiting_count = 0;
}

void desk_free(struct desk *desk)
{
    desk_close(desk);
    pk_buf_finish(&desk->seen);
    pk_loop_free(desk->loop);
    free(desk);
}

int desk_connect(const struct desk *desk)
{
    if (strncmp(desk->config.address, "unix:", 5) == 0)
        return test_connect_unix(desk->config.address + 5);
    return test_connect_tcp(pk_http_server_port(desk->server));
}

struct pk_buf desk_ask(struct desk *desk, const char *request)
{
    struct pk_buf said;
    int fd = desk_connect(desk);
    pk_buf_init(&said, 65536);
    test_send_text(fd, request);
    turn_until(desk->loop, !test_receive(fd, &said));
    (void) close(fd);
    return said;
}

void desk_until(struct desk *desk, int fd, struct pk_buf *said, const char *text)
{
    turn_until(desk->loop, (test_receive(fd, said), test_has(said, text)));
}

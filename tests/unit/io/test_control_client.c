/* SPDX-License-Identifier: EUPL-1.2 */
/* A command asks the gateway over its socket: the call blocks, so the other side is the real server in a child process. */
#include "gateway/io/control_client.h"
#include "tests/unit/io/desk.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct house {
    char folder[128], path[160];
    pid_t pid;
};

static void answer_as_asked(struct desk *desk, struct pk_http_request *request)
{
    struct pk_buf text;
    (void) desk;
    struct pk_slice path = pk_http_request_path(request), query = pk_http_request_query(request);
    struct pk_slice type = pk_http_request_header(request, "Content-Type");
    if (pk_slice_is(path, "/silence"))
        return; /* never */
    if (pk_slice_is(path, "/gone"))
        _exit(0);
    pk_buf_init(&text, 65536);
    (void) pk_buf_printf(&text, "%.*s %.*s?%.*s [%.*s] %.*s", PK_SLICE_ARG(pk_http_request_method(request)), PK_SLICE_ARG(path),
                         PK_SLICE_ARG(query), PK_SLICE_ARG(type), PK_SLICE_ARG(pk_http_request_body(request)));
    while (pk_slice_is(path, "/large") && text.len < 40000)
        (void) pk_buf_add_text(&text, "0123456789");
    pk_http_answer(request, pk_slice_is(path, "/missing") ? 404 : 200, "text/plain", pk_buf_slice(&text), NULL, 0);
    pk_buf_finish(&text);
}

/* The child says over a pipe that it listens, and ends when it is killed. */
static void start(struct house *house)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    house->pid = fork();
    assert_true(house->pid >= 0);
    if (house->pid == 0) {
        char address[200];
        struct desk *desk = desk_new();
        (void) snprintf(address, sizeof address, "unix:%s", house->path);
        desk->config.address = address;
        desk->look = answer_as_asked;
        if (desk_try_open(desk, NULL) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            test_turn(desk->loop, -1);
    }
    (void) close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void) close(ready[0]);
}

static void stop(struct house *house)
{
    if (house->pid <= 0)
        return;
    (void) kill(house->pid, SIGKILL);
    (void) waitpid(house->pid, NULL, 0);
    house->pid = 0;
}

static int set_up(void **state)
{
    struct house *house = pk_alloc(sizeof *house);
    test_folder_make(house->folder);
    (void) snprintf(house->path, sizeof house->path, "%s/control.sock", house->folder);
    *state = house;
    return 0;
}

static int tear_down(void **state)
{
    struct house *house = *state;
    stop(house);
    test_folder_remove(house->folder);
    free(house);
    return 0;
}

static int ask(const struct house *house, struct pk_control_call call, size_t max_bytes, unsigned *ret_status,
               struct pk_buf *body, struct pk_error *err)
{
    call.socket_path = house->path;
    if (call.timeout_ms == 0)
        call.timeout_ms = CEILING_MS;
    pk_buf_init(body, max_bytes);
    (void) pk_buf_add_text(body, ">");
    return pk_control_ask(&call, ret_status, body, err);
}

static void check(const struct house *house, struct pk_control_call call, unsigned status, const char *expected)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    unsigned got = 0;
    if (ask(house, call, 65536, &got, &body, &err) != 0)
        fail_msg("not answered: %s", err.message);
    assert_int_equal(got, status);
    assert_string_equal(pk_buf_text(&body), expected);
    pk_buf_finish(&body);
}

static void test_asked_and_answered(void **state)
{
    struct house *house = *state;
    start(house);
    check(house, (struct pk_control_call){ .method = "GET", .path = "/v1/status" }, 200, ">GET /v1/status? [] ");
    check(house, (struct pk_control_call){ .method = "GET", .path = "/v1/x?after=%20" }, 200, ">GET /v1/x?after=%20 [] ");
    check(house, (struct pk_control_call){ .method = "POST", .path = "/p", .body = PK_SLICE("{\"a\":1}") }, 200,
          ">POST /p? [application/json] {\"a\":1}");
    check(house, (struct pk_control_call){ .method = "PUT", .path = "/p", .body = PK_SLICE("a,b\n"), .content_type = "text/csv" },
          200, ">PUT /p? [text/csv] a,b\n");
    check(house, (struct pk_control_call){ .method = "POST", .path = "/empty" }, 200, ">POST /empty? [application/json] ");
    check(house, (struct pk_control_call){ .method = "DELETE", .path = "/missing" }, 404,
          ">DELETE /missing? [application/json] ");
}

static void check_failure(const struct house *house, struct pk_control_call call, size_t max_bytes, int code, const char *front)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    unsigned status = 999;
    assert_int_equal(ask(house, call, max_bytes, &status, &body, &err), code);
    if (!pk_slice_starts(pk_slice_of(err.message), front))
        fail_msg("\"%s\" does not begin with \"%s\"", err.message, front);
    assert_int_equal(status, 999); /* written on success only */
    assert_string_equal(pk_buf_text(&body), ">");
    pk_buf_finish(&body);
}

static void test_what_can_go_wrong(void **state)
{
    struct house *house = *state;
    struct pk_control_call get = { .method = "GET", .path = "/" };
    check_failure(house, get, 64, PK_E_NOT_FOUND, "nobody answers at the control socket");
    start(house);
    check_failure(house, (struct pk_control_call){ .method = "GET", .path = "/large" }, 20000, PK_E_LIMIT,
                  "the gateway's answer is too large");
    check_failure(house, (struct pk_control_call){ .method = "GET", .path = "/silence", .timeout_ms = 100 }, 64, PK_E_TIMEOUT,
                  "the gateway did not answer in time");
    check_failure(house, (struct pk_control_call){ .method = "POST", .path = "/gone" }, 64, PK_E_IO,
                  "the gateway ended before it had answered");
    stop(house);
    check_failure(house, get, 64, PK_E_NOT_FOUND, "nobody answers at the control socket"); /* a socket without a process */
    struct pk_buf path;
    pk_buf_init(&path, 65536);
    (void) pk_buf_printf(&path, "/%05000d", 7);
    get.path = pk_buf_text(&path);
    check_failure(house, get, 64, PK_E_LIMIT, "the request is longer than");
    pk_buf_finish(&path);
    (void) snprintf(house->path, sizeof house->path, "/tmp/%0120d", 7);
    get.path = "/";
    check_failure(house, get, 64, PK_E_LIMIT, "the path of the control socket");
}

/* Another user: only root can become one, and only a user who is not root is refused. */
static void test_somebody_elses_socket(void **state)
{
    struct house *house = *state;
    int status = -1;
    if (geteuid() != 0) {
        (void) fprintf(stderr, "SKIPPED: only root can try another user's socket\n");
        skip();
    }
    start(house);
    assert_int_equal(chmod(house->folder, 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct pk_error err = { 0 };
        struct pk_buf body;
        unsigned got = 0;
        if (setresuid(65534, 65534, 65534) != 0)
            _exit(1);
        int r = ask(house, (struct pk_control_call){ .method = "GET", .path = "/" }, 64, &got, &body, &err);
        _exit(r == PK_E_DENIED && err.hint[0] != '\0' ? 0 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define with_house(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_house(test_asked_and_answered),
        with_house(test_what_can_go_wrong),
        with_house(test_somebody_elses_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

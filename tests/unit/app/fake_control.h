/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A control socket with somebody behind it who knows a list of questions and their answers, in order; a question that is
 * not the next one fails the test. And what a command prints, caught.
 */
#ifndef PK_TESTS_FAKE_CONTROL_H
#define PK_TESTS_FAKE_CONTROL_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/app/command.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake_answer {
    const char *request; /* "GET /v1/status" or "POST /v1/x {\"a\":1}" */
    unsigned status;
    const char *body; /* "" = none */
};

struct fake_control {
    char folder[64], path[96];
    int fd;
    pthread_t thread;
    const struct fake_answer *answers;
    size_t count, used;
    char unexpected[512]; /* what came instead; "" = nothing did */
};

/* Reads one request: head, then as much body as it says. */
static inline size_t fake_read(int fd, char *text, size_t size)
{
    size_t len = 0, wanted = size - 1;
    while (len < wanted) {
        ssize_t n = read(fd, text + len, size - 1 - len);
        if (n <= 0)
            break;
        len += (size_t) n;
        text[len] = '\0';
        char *end = strstr(text, "\r\n\r\n");
        if (!end)
            continue;
        char *length = strcasestr(text, "\r\nContent-Length: ");
        size_t body = length && length < end ? strtoul(length + 18, NULL, 10) : 0;
        wanted = (size_t) (end - text) + 4 + body;
    }
    text[len] = '\0';
    return len;
}

static inline void fake_serve_one(struct fake_control *control, int fd)
{
    char request[4096], seen[4096], method[16] = "", path[1024] = "", head[256];
    (void) fake_read(fd, request, sizeof request);
    (void) sscanf(request, "%15s %1023s", method, path);
    const char *body = strstr(request, "\r\n\r\n");
    body = body ? body + 4 : "";
    (void) snprintf(seen, sizeof seen, "%s %s%s%s", method, path, body[0] ? " " : "", body);
    const struct fake_answer none = { "", 500, "" };
    const struct fake_answer *answer = control->used < control->count ? &control->answers[control->used] : NULL;
    if (!answer || strcmp(answer->request, seen) != 0) {
        (void) snprintf(control->unexpected, sizeof control->unexpected, "%.500s", seen);
        answer = &none;
    }
    control->used++;
    int n = snprintf(head, sizeof head, "HTTP/1.1 %u Said\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", answer->status, strlen(answer->body));
    (void) !send(fd, head, (size_t) n, MSG_NOSIGNAL); /* whoever asked may have left */
    (void) !send(fd, answer->body, strlen(answer->body), MSG_NOSIGNAL);
}

static inline void *fake_serve(void *ctx)
{
    struct fake_control *control = ctx;
    for (;;) {
        int fd = accept(control->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        fake_serve_one(control, fd);
        (void) close(fd);
    }
}

static inline void fake_start(struct fake_control *control, const struct fake_answer *answers, size_t count)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    *control = (struct fake_control){ .answers = answers, .count = count };
    (void) snprintf(control->folder, sizeof control->folder, "/tmp/pokana-test-XXXXXX");
    assert_non_null(mkdtemp(control->folder));
    (void) snprintf(control->path, sizeof control->path, "%s/control.sock", control->folder);
    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", control->path);
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(control->fd, (struct sockaddr *) &address, sizeof address), 0);
    assert_int_equal(listen(control->fd, 8), 0);
    assert_int_equal(pthread_create(&control->thread, NULL, fake_serve, control), 0);
}

/* Every question was asked, and no other. */
static inline void fake_stop(struct fake_control *control)
{
    (void) shutdown(control->fd, SHUT_RDWR);
    (void) pthread_join(control->thread, NULL);
    (void) close(control->fd);
    (void) unlink(control->path);
    (void) rmdir(control->folder);
    assert_string_equal(control->unexpected, "");
    assert_int_equal(control->used, control->count);
}

/* ---- what is printed ---- */

struct caught {
    int status;
    char out[16384], err[4096];
};

static inline int catch_start(int fd, char path[32])
{
    (void) snprintf(path, 32, "/tmp/pokana-caught-XXXXXX");
    int file = mkstemp(path);
    int before = dup(fd);
    assert_true(file >= 0 && before >= 0);
    assert_true(dup2(file, fd) >= 0);
    (void) close(file);
    return before;
}

static inline void catch_end(int fd, int before, const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void) fclose(file);
    (void) unlink(path);
    (void) dup2(before, fd);
    (void) close(before);
}

/* Runs a command with its words, NULL-terminated, and keeps what it printed. */
static inline void run_caught(const struct pk_command *command, struct pk_invocation *invocation, const char *const *words, struct caught *ret)
{
    char out_path[32], err_path[32];
    char *copies[16] = { 0 };
    int count = 0;
    for (; words[count]; count++)
        copies[count] = strdup(words[count]);
    invocation->word_count = count;
    invocation->words = copies;
    (void) fflush(stdout);
    int out = catch_start(STDOUT_FILENO, out_path), err = catch_start(STDERR_FILENO, err_path);
    ret->status = command->run(invocation);
    (void) fflush(stdout);
    (void) fflush(stderr);
    catch_end(STDOUT_FILENO, out, out_path, ret->out, sizeof ret->out);
    catch_end(STDERR_FILENO, err, err_path, ret->err, sizeof ret->err);
    for (int i = 0; i < count; i++)
        free(copies[i]);
}

#endif

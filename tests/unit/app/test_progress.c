/* SPDX-License-Identifier: EUPL-1.2 */
/* The line that says what is waited for: on a terminal only, not for short waits, and gone at the end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/app/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int before; /* what standard error was */
static int other; /* the other end of what it is now */

static void end(void)
{
    (void) fflush(stderr);
    (void) dup2(before, STDERR_FILENO);
    (void) close(before);
    (void) close(other);
}

static void become(int fd)
{
    before = dup(STDERR_FILENO);
    assert_true(before >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    (void) close(fd);
}

static void on_a_terminal(void)
{
    other = posix_openpt(O_RDWR | O_NOCTTY);
    if (other < 0)
        skip(); /* a machine without pseudo-terminals (no /dev/pts) has nothing to show progress on */
    assert_true(other >= 0 && grantpt(other) == 0 && unlockpt(other) == 0);
    become(open(ptsname(other), O_RDWR | O_NOCTTY));
}

/* What was written by then; waits for the first byte. */
static void read_some(int timeout_ms, char *text, size_t size)
{
    struct pollfd fd = { .fd = other, .events = POLLIN };
    ssize_t n = poll(&fd, 1, timeout_ms) > 0 ? read(other, text, size - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
}

static void test_a_long_wait_is_told(void **state)
{
    char text[512], last[512];
    (void) state;
    on_a_terminal();
    pk_progress_begin("reading");
    pk_progress_begin("waiting for somebody else");
    pk_progress_count(30, 120);
    read_some(10000, text, sizeof text);
    pk_progress_end();
    pk_progress_end();
    read_some(0, last, sizeof last);
    end();
    assert_non_null(strstr(text, "\rreading: 30 of 120 (25%), 1 s\033[K"));
    assert_null(strstr(text, "somebody else"));
    assert_true(strlen(last) >= 4 && strcmp(last + strlen(last) - 4, "\r\033[K") == 0);
}

static void test_a_short_wait_is_not(void **state)
{
    char text[64];
    (void) state;
    on_a_terminal();
    for (int i = 0; i < 100; i++) {
        pk_progress_begin("waiting");
        pk_progress_end();
    }
    read_some(0, text, sizeof text);
    end();
    assert_string_equal(text, "");
}

static void test_elsewhere_nothing_is_written(void **state)
{
    int ends[2];
    char text[64];
    (void) state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    other = ends[0];
    become(ends[1]);
    pk_progress_begin("waiting");
    pk_progress_count(1, 2);
    read_some(PK_PROGRESS_AFTER_MS + 200, text, sizeof text);
    pk_progress_end();
    end();
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_wait_is_told),
        cmocka_unit_test(test_a_short_wait_is_not),
        cmocka_unit_test(test_elsewhere_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

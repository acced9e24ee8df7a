/* SPDX-License-Identifier: EUPL-1.2 */
/* What the service manager hears, and when there is nobody to tell. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/app/notify.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(name);
    memcpy(address.sun_path, name, len);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    socklen_t size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + len);
    assert_int_equal(bind(fd, (const struct sockaddr *) &address, size), 0);
    return fd;
}

static void hears(int fd, const char *wanted)
{
    char text[600];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, wanted);
}

static void says_to(const char *name)
{
    struct pk_notify notify;
    int fd = manager(name);
    (void) setenv("NOTIFY_SOCKET", name, 1);
    pk_notify_init(&notify);
    assert_null(getenv("NOTIFY_SOCKET"));
    pk_notify_say(&notify, "READY=1\nSTATUS=%s", "working");
    hears(fd, "READY=1\nSTATUS=working");
    pk_notify_finish(&notify);
    pk_notify_say(&notify, "STOPPING=1"); /* nobody any more */
    char text[16];
    assert_int_equal(recv(fd, text, sizeof text, 0), -1);
    (void) close(fd);
}

static void a_path_and_an_abstract_name_are_told(void **state)
{
    char name[64];
    (void) state;
    (void) snprintf(name, sizeof name, "/tmp/pokana-notify-%d", (int) getpid());
    says_to(name);
    (void) unlink(name);
    (void) snprintf(name, sizeof name, "@pokana-notify-%d", (int) getpid());
    says_to(name);
}

static void without_a_manager_nothing_happens(void **state)
{
    static const char *const names[] = { NULL, "", "@", "relative", "/nonexistent/notify" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        struct pk_notify notify;
        if (names[i])
            (void) setenv("NOTIFY_SOCKET", names[i], 1);
        pk_notify_init(&notify);
        assert_int_equal(notify.fd, -1);
        assert_int_equal(notify.watchdog_ms, 0);
        pk_notify_say(&notify, "READY=1");
        pk_notify_finish(&notify);
    }
}

static int64_t asked(const char *usec, const char *pid)
{
    struct pk_notify notify;
    (void) setenv("WATCHDOG_USEC", usec, 1);
    if (pid)
        (void) setenv("WATCHDOG_PID", pid, 1);
    pk_notify_init(&notify);
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
    return notify.watchdog_ms;
}

static void the_watchdog_is_ours_only(void **state)
{
    char pid[16];
    (void) state;
    (void) snprintf(pid, sizeof pid, "%d", (int) getpid());
    assert_int_equal(asked("30000000", pid), 30000);
    assert_int_equal(asked("30000000", NULL), 30000);
    assert_int_equal(asked("30000000", "1"), 0);
    assert_int_equal(asked("1", NULL), 2); /* half of it is still a time to wait */
    assert_int_equal(asked("soon", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_and_an_abstract_name_are_told),
        cmocka_unit_test(without_a_manager_nothing_happens),
        cmocka_unit_test(the_watchdog_is_ours_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

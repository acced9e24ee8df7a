/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/notify.h"

#include "gateway/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SAID_MAX 512

static int connect_to(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, name, len);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* An abstract name has no final NUL, a path may do without. */
    socklen_t size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + len);
    if (fd >= 0 && connect(fd, (const struct sockaddr *) &address, size) != 0) {
        (void) close(fd);
        return -1;
    }
    return fd;
}

static int64_t watchdog(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t us, whose;
    if (!usec || pk_parse_int(pk_slice_of(usec), 1, INT64_MAX, &us) != 0)
        return 0;
    if (pid && (pk_parse_int(pk_slice_of(pid), 1, INT32_MAX, &whose) != 0 || whose != getpid()))
        return 0; /* meant for another process */
    return us >= 2000 ? us / 1000 : 2;
}

void pk_notify_init(struct pk_notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    notify->fd = name ? connect_to(name) : -1;
    notify->watchdog_ms = watchdog();
    (void) unsetenv("NOTIFY_SOCKET");
    (void) unsetenv("WATCHDOG_USEC");
    (void) unsetenv("WATCHDOG_PID");
}

void pk_notify_finish(struct pk_notify *notify)
{
    if (notify->fd >= 0)
        (void) close(notify->fd);
    notify->fd = -1;
}

void pk_notify_say(const struct pk_notify *notify, const char *format, ...)
{
    char text[SAID_MAX];
    va_list args;
    if (notify->fd < 0)
        return;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        (void) send(notify->fd, text, (size_t) n < sizeof text ? (size_t) n : sizeof text - 1, MSG_NOSIGNAL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the service manager is told, by sd_notify's protocol: datagrams to the socket it named in the environment. Without
 * one every call does nothing. Never blocks; a datagram that cannot be sent is dropped (the watchdog then speaks).
 */
#ifndef PK_APP_NOTIFY_H
#define PK_APP_NOTIFY_H

#include "gateway/base/mem.h"

#include <stdint.h>

struct pk_notify {
    int fd; /* -1 = nobody to tell */
    int64_t watchdog_ms; /* how often the manager wants a sign of life at least; 0 = it does not */
};

/* Reads $NOTIFY_SOCKET (a path, or an abstract name after @), $WATCHDOG_USEC and $WATCHDOG_PID, and takes them out of
 * the environment. */
void pk_notify_init(struct pk_notify *notify);
void pk_notify_finish(struct pk_notify *notify);
/* "READY=1", "STATUS=..."; several assignments are separated by \n. */
__attribute__((format(printf, 2, 3))) void pk_notify_say(const struct pk_notify *notify, const char *format, ...);

#endif

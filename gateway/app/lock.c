/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

struct pk_lock {
    int fd;
};

int pk_lock_take(const char *database, struct pk_lock **ret_lock, struct pk_error *err)
{
    char path[PATH_MAX], text[128];
    int n = snprintf(path, sizeof path, "%s.lock", database);
    if (n < 0 || (size_t) n >= sizeof path)
        return pk_fail(err, PK_E_LIMIT, "the path of the database is too long");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return pk_fail(err, errno == EACCES ? PK_E_DENIED : PK_E_IO, "could not open \"%s\": %s", path,
                       strerror_r(errno, text, sizeof text));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool held = errno == EWOULDBLOCK;
        int r = pk_fail(err, held ? PK_E_CONFLICT : PK_E_IO, "the database \"%s\" %s", database,
                        held ? "is in use by another process" : "could not be locked");
        if (held)
            (void) pk_hint(err, r, "Stop the running gateway first.");
        (void) close(fd);
        return r;
    }
    struct pk_lock *lock = pk_alloc(sizeof *lock);
    lock->fd = fd;
    *ret_lock = lock;
    return 0;
}

void pk_lock_free(struct pk_lock *lock)
{
    if (!lock)
        return;
    (void) close(lock->fd); /* the file stays: removing it would let two hold it */
    free(lock);
}

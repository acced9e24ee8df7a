/* SPDX-License-Identifier: EUPL-1.2 */
/* A consistent copy of a database while it is in use, through SQLite's own backup interface. */
#include "gateway/store/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES_A_STEP 1024

static int copy(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite3_errcode(to);
    int r;
    do {
        r = sqlite3_backup_step(backup, PAGES_A_STEP);
    } while (r == SQLITE_OK || r == SQLITE_BUSY || r == SQLITE_LOCKED);
    int finished = sqlite3_backup_finish(backup);
    return r == SQLITE_DONE ? finished : r;
}

static int sync_file(const char *path, struct pk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        (void) close(fd);
    return r == 0 ? 0 : pk_fail(err, PK_E_IO, "could not sync \"%s\"", path);
}

int pk_store_backup_file(const char *from, const char *to, struct pk_error *err)
{
    sqlite3 *source = NULL, *target = NULL;
    char beside[4096];
    int n = snprintf(beside, sizeof beside, "%s.part", to);
    if (n < 0 || (size_t) n >= sizeof beside)
        return pk_fail(err, PK_E_LIMIT, "the path \"%.64s...\" is too long", to);
    if (access(to, F_OK) == 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "\"%s\" is there already", to);
        return pk_hint(err, PK_E_CONFLICT, "Choose a new name: a backup never replaces another file.");
    }
    (void) unlink(beside);
    mode_t mask = umask(0077);
    int r = sqlite3_open_v2(from, &source, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_open_v2(beside, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK) {
        (void) sqlite3_busy_timeout(source, 2000);
        r = copy(source, target);
    }
    /* The copy is one file: no write-ahead log beside it. */
    if (r == SQLITE_OK)
        r = sqlite3_exec(target, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    (void) umask(mask);
    (void) sqlite3_close(source);
    (void) sqlite3_close(target);
    if (r != SQLITE_OK) {
        (void) unlink(beside);
        return pk_fail(err, PK_E_IO, "could not back up \"%s\": %s", from, sqlite3_errstr(r));
    }
    int synced = sync_file(beside, err);
    if (synced != 0)
        return synced;
    if (rename(beside, to) != 0)
        return pk_fail(err, PK_E_IO, "could not name the backup \"%s\"", to);
    return 0;
}

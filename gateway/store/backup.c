/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A consistent copy of a database while it is in use, through SQLite's own backup interface. One read transaction holds
 * the moment that is copied: without it every commit of the gateway would make the copy begin again, for ever.
 */
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES_A_STEP 1024
#define PATH_BYTES 4096u

static int fail_file(struct pk_error *err, const char *what, const char *path)
{
    char text[128];
    int code = errno == EACCES || errno == EPERM ? PK_E_DENIED : errno == ENOENT ? PK_E_NOT_FOUND : PK_E_IO;
    return pk_fail(err, code, "could not %s \"%s\": %s", what, path, strerror_r(errno, text, sizeof text));
}

static int there_already(struct pk_error *err, const char *path)
{
    (void) pk_fail(err, PK_E_CONFLICT, "\"%s\" is there already", path);
    return pk_hint(err, PK_E_CONFLICT, "Choose a new name: a backup never replaces another file.");
}

/* The moment of the copy is kept in it: a restore lists what was due since. */
static int sign(sqlite3 *to, int64_t now_ms)
{
    char sql[160];
    (void) snprintf(sql, sizeof sql,
                    "INSERT INTO number(name, value) VALUES('backup.taken_ms', %lld)"
                    " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                    (long long) now_ms);
    return sqlite3_exec(to, sql, NULL, NULL, NULL);
}

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite3_errcode(to);
    int r;
    do {
        r = sqlite3_backup_step(backup, PAGES_A_STEP);
    } while (r == SQLITE_OK);
    int finished = sqlite3_backup_finish(backup);
    return r == SQLITE_DONE ? finished : r;
}

static int copy(const char *from, const char *to)
{
    sqlite3 *source = NULL, *target = NULL;
    int r = sqlite3_open_v2(from, &source, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK) {
        (void) sqlite3_busy_timeout(source, 2000);
        r = sqlite3_exec(source, "PRAGMA wal_autocheckpoint=0; BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    int64_t now_ms = pk_clock_wall_ms();
    if (r == SQLITE_OK)
        r = copy_pages(source, target);
    /* The copy is one file: no write-ahead log beside it. */
    if (r == SQLITE_OK)
        r = sqlite3_exec(target, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL", NULL, NULL, NULL);
    if (r == SQLITE_OK)
        r = sign(target, now_ms);
    (void) sqlite3_close(source);
    int closed = sqlite3_close(target);
    return r == SQLITE_OK ? closed : r;
}

int pk_store_copy_into(const char *from, sqlite3 *to, struct pk_error *err)
{
    sqlite3 *source = NULL;
    int r = sqlite3_open_v2(from, &source, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK) {
        (void) sqlite3_busy_timeout(source, 2000);
        (void) sqlite3_db_config(source, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* the last one to close would write into it */
        r = sqlite3_exec(source, "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    if (r == SQLITE_OK)
        r = copy_pages(source, to);
    (void) sqlite3_close(source);
    return r == SQLITE_OK ? 0 : pk_fail(err, PK_E_IO, "could not copy \"%s\": %s", from, sqlite3_errstr(r));
}

/* Names the finished copy; nothing that came to be there meanwhile is replaced. */
static int settle(const char *beside, const char *to, struct pk_error *err)
{
    if (pk_file_sync(beside) != 0)
        return fail_file(err, "sync", beside);
    int r = renameat2(AT_FDCWD, beside, AT_FDCWD, to, RENAME_NOREPLACE);
    if (r != 0 && (errno == EINVAL || errno == ENOSYS)) /* a file system that cannot promise it */
        r = access(to, F_OK) == 0 ? (errno = EEXIST, -1) : rename(beside, to);
    if (r != 0)
        return errno == EEXIST ? there_already(err, to) : fail_file(err, "name the backup", to);
    return pk_file_sync_folder_of(to) == 0 ? 0 : fail_file(err, "sync the folder of", to);
}

/* Mode 0600 from its first moment. */
static int make_empty(const char *path, struct pk_error *err)
{
    (void) unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail_file(err, "make", path);
    (void) close(fd);
    return 0;
}

int pk_store_backup_file(const char *from, const char *to, struct pk_error *err)
{
    char beside[PATH_BYTES];
    struct stat st;
    int n = snprintf(beside, sizeof beside, "%s.part", to);
    if (n < 0 || (size_t) n >= sizeof beside)
        return pk_fail(err, PK_E_LIMIT, "the path \"%.64s...\" is too long", to);
    if (lstat(to, &st) == 0)
        return there_already(err, to);
    if (stat(from, &st) != 0)
        return fail_file(err, "find the database", from);
    int made = make_empty(beside, err);
    if (made != 0)
        return made;
    int copied = copy(from, beside);
    int r = copied == SQLITE_OK ? settle(beside, to, err)
                                : pk_fail(err, PK_E_IO, "could not back up \"%s\": %s", from, sqlite3_errstr(copied));
    if (copied == SQLITE_FULL)
        (void) pk_hint(err, r, "The disk is full where the backup was to be written.");
    if (r != 0)
        (void) unlink(beside);
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file system of SQLite's own kind that passes everything on to the usual one, but for the log of a connection: pieces
 * that follow each other lie in a buffer until they have to be in the file. A buffer that could not be written stays and is
 * tried again by whatever comes next, so that nothing later can be in the file without it.
 */
#include "gateway/store/wal_file.h"

#include "gateway/base/mem.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES (120u << 10) /* some thirty pages. The usual one takes less than 128 KiB at once, and of just so much nothing */
#define NAME "pokana"

struct wal_file {
    sqlite3_file base; /* first: SQLite gets its address */
    char *buffer;      /* made at the first write: a reader writes nothing */
    size_t len;
    sqlite3_int64 at; /* where in the file the buffer begins */
    sqlite3_file *file; /* the usual one; it lies behind this */
};

static struct wal_file *of(sqlite3_file *file)
{
    return (struct wal_file *) (void *) file;
}

static int flush(struct wal_file *wal)
{
    if (wal->len == 0)
        return SQLITE_OK;
    int r = wal->file->pMethods->xWrite(wal->file, wal->buffer, (int) wal->len, wal->at);
    if (r == SQLITE_OK)
        wal->len = 0;
    return r;
}

/* ---- one log ---- */

static int wal_close(sqlite3_file *file)
{
    struct wal_file *wal = of(file);
    int flushed = flush(wal);
    free(wal->buffer);
    wal->buffer = NULL;
    int r = wal->file->pMethods->xClose(wal->file);
    return flushed != SQLITE_OK ? flushed : r;
}

static int wal_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
    struct wal_file *wal = of(file);
    int r = flush(wal);
    return r == SQLITE_OK ? wal->file->pMethods->xRead(wal->file, bytes, count, at) : r;
}

static int wal_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
    struct wal_file *wal = of(file);
    size_t len = (size_t) count;
    if (wal->len > 0 && (at != wal->at + (sqlite3_int64) wal->len || wal->len + len > BUFFER_BYTES)) {
        int r = flush(wal);
        if (r != SQLITE_OK)
            return r;
    }
    if (len > BUFFER_BYTES)
        return wal->file->pMethods->xWrite(wal->file, bytes, count, at);
    if (!wal->buffer)
        wal->buffer = pk_alloc(BUFFER_BYTES);
    if (wal->len == 0)
        wal->at = at;
    memcpy(wal->buffer + wal->len, bytes, len);
    wal->len += len;
    return SQLITE_OK;
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct wal_file *wal = of(file);
    int r = flush(wal);
    return r == SQLITE_OK ? wal->file->pMethods->xTruncate(wal->file, size) : r;
}

static int wal_sync(sqlite3_file *file, int flags)
{
    struct wal_file *wal = of(file);
    int r = flush(wal);
    return r == SQLITE_OK ? wal->file->pMethods->xSync(wal->file, flags) : r;
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct wal_file *wal = of(file);
    int r = flush(wal);
    return r == SQLITE_OK ? wal->file->pMethods->xFileSize(wal->file, size) : r;
}

static int wal_lock(sqlite3_file *file, int level)
{
    return of(file)->file->pMethods->xLock(of(file)->file, level);
}

static int wal_unlock(sqlite3_file *file, int level)
{
    return of(file)->file->pMethods->xUnlock(of(file)->file, level);
}

static int wal_reserved(sqlite3_file *file, int *ret_reserved)
{
    return of(file)->file->pMethods->xCheckReservedLock(of(file)->file, ret_reserved);
}

static int wal_control(sqlite3_file *file, int what, void *argument)
{
    return of(file)->file->pMethods->xFileControl(of(file)->file, what, argument);
}

static int wal_sector(sqlite3_file *file)
{
    return of(file)->file->pMethods->xSectorSize(of(file)->file);
}

static int wal_device(sqlite3_file *file)
{
    return of(file)->file->pMethods->xDeviceCharacteristics(of(file)->file);
}

static const sqlite3_io_methods wal_methods = {
    .iVersion = 1, /* a log is neither mapped nor shared */
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_unlock,
    .xCheckReservedLock = wal_reserved,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector,
    .xDeviceCharacteristics = wal_device,
};

/* ---- all files ---- */

static sqlite3_vfs own, *usual; /* filled in once, before the first connection */

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void) vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return usual->xOpen(usual, name, file, flags, ret_flags);
    struct wal_file *wal = of(file);
    *wal = (struct wal_file){ .file = (sqlite3_file *) (void *) (wal + 1) };
    int r = usual->xOpen(usual, name, wal->file, flags, ret_flags);
    /* Whether it is to be closed, also after a failure, the usual one says by its methods. */
    wal->base.pMethods = wal->file->pMethods ? &wal_methods : NULL;
    return r;
}

const char *pk_wal_file_system(void)
{
    if (usual)
        return NAME;
    sqlite3_vfs *there = sqlite3_vfs_find(NULL);
    if (!there)
        return NULL;
    own = *there;
    own.pNext = NULL;
    own.zName = NAME;
    own.szOsFile = (int) sizeof(struct wal_file) + there->szOsFile;
    own.xOpen = open_file;
    if (sqlite3_vfs_register(&own, 0) != SQLITE_OK)
        return NULL;
    usual = there;
    return NAME;
}

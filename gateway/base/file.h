/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files as wholes: read with a limit, replace atomically and synced, and secrets by reference. Blocks: start-up,
 * reload and command line only.
 */
#ifndef PK_BASE_FILE_H
#define PK_BASE_FILE_H

#include "gateway/base/buf.h"
#include "gateway/include/pokana/error.h"

#include <sys/types.h>

/* Appends the file. PK_E_NOT_FOUND, PK_E_LIMIT (over max_bytes), PK_E_IO. */
int pk_file_read(const char *path, size_t max_bytes, struct pk_buf *out, struct pk_error *err);
/* Writes beside it, syncs, renames, syncs the folder. */
int pk_file_replace(const char *path, mode_t mode, struct pk_slice content, struct pk_error *err);
/* What was written to a file, or the names in the folder it lies in, is on the disk. 0, or -1 with errno. */
int pk_file_sync(const char *path);
int pk_file_sync_folder_of(const char *path);
/* PK_E_DENIED unless a regular file owned by us or root that nobody else can write (and, if private_, read; in
 * $CREDENTIALS_DIRECTORY who may read is the service manager's business). */
int pk_file_check_owner(const char *path, bool private_, struct pk_error *err);

/* "file:PATH" or "credential:NAME" (under $CREDENTIALS_DIRECTORY): content without its final newline, at most 64 KiB.
 * A relative PATH is taken from base_dir (NULL = the working directory). PK_E_DENIED for a file others can read.
 * Plain text is PK_E_CONFIG with the hint to use a file. */
int pk_secret_resolve(struct pk_slice reference, const char *base_dir, struct pk_buf *ret_secret, struct pk_error *err);
bool pk_secret_is_reference(struct pk_slice text);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SQLite writes its log in pieces of a page and a head of 24 bytes, two system calls for each of the twenty pages that a
 * small turn changes. Here they are gathered and leave together, before the log is synced and before anything is read from
 * it: what a commit promises is the same, and it costs one call.
 */
#ifndef PK_STORE_WAL_FILE_H
#define PK_STORE_WAL_FILE_H

/* The name to open the writing connection by; registered with SQLite at the first call. NULL when that failed: the usual
 * way to write serves as well. Only for connections with synchronous=FULL: other connections are told of a commit by the
 * index beside the log, and without the sync before it what it points to could still lie here. */
const char *pk_wal_file_system(void);

#endif

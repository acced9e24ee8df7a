/* SPDX-License-Identifier: EUPL-1.2 */
/* A second, reading connection to a database: for the reader thread and for commands without a running gateway. */
#ifndef PK_STORE_CONNECT_H
#define PK_STORE_CONNECT_H

#include "gateway/store/store.h"

/* Takes reading calls only. The file must exist. */
int pk_store_open_reading(const char *path, struct pk_keyring *keys, struct pk_store **ret_store, struct pk_error *err);
/* Between here and the end, everything read is of one moment. */
int pk_store_read_begin(struct pk_store *store, struct pk_error *err);
void pk_store_read_end(struct pk_store *store);
/* From another thread: the question now running ends with PK_E_TIMEOUT. */
void pk_store_interrupt(struct pk_store *store);

/* For store.c's own use on both kinds. */
int pk_store_configure(struct pk_store *store, bool sync_off, int64_t cache_bytes, struct pk_error *err);

#endif

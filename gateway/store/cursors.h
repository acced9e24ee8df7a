/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How far an account has read what its provider keeps for it: one opaque cursor each, written by its adapter and sealed,
 * for it may hold a number. It is kept in the unit that stored what it follows.
 */
#ifndef PK_STORE_CURSORS_H
#define PK_STORE_CURSORS_H

#include "gateway/store/store.h"

#define PK_CURSOR_MAX 4096u

/* Appends the cursor; nothing when there is none, or when it is another adapter's. `account` is a PK_NAME_ACCOUNT. */
int pk_cursor_get(struct pk_store *store, uint32_t account, struct pk_slice adapter, struct pk_buf *ret_cursor, struct pk_error *err);
int pk_cursor_set(struct pk_store *store, uint32_t account, struct pk_slice adapter, struct pk_slice cursor, int64_t now_ms,
                  struct pk_error *err);
/* All of them, sealed under the newest key: there are as many as accounts. */
int pk_cursors_rekey(struct pk_store *store, struct pk_error *err);

#endif

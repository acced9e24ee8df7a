/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The database's lock, for commands that work on its files without opening it: a restore, a change of keys. It is the
 * lock the store takes when it opens the database for writing, so neither can happen beside a gateway that runs.
 */
#ifndef PK_APP_LOCK_H
#define PK_APP_LOCK_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

struct pk_lock;

/* PK_E_CONFLICT, with the remedy, when the gateway or another command holds it. Never waits. The store of the same
 * database cannot be opened, in this process neither, until it is freed. */
int pk_lock_take(const char *database, struct pk_lock **ret_lock, struct pk_error *err);
void pk_lock_free(struct pk_lock *lock);
PK_AUTO_DEFINE(pk_lock, struct pk_lock *, pk_lock_free)

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A database that no gateway holds, opened for reading: a backup named on the command line, or the configured database
 * itself while nothing runs. What is looked at first is whether the file is whole, ours and of our keys. Blocks.
 */
#ifndef PK_APP_COPY_H
#define PK_APP_COPY_H

#include "gateway/app/command.h"
#include "gateway/base/crypto.h"
#include "gateway/store/store.h"

struct pk_copy {
    struct pk_keyring *keys;
    struct pk_store *store;
    char path[4096]; /* of the file */
};

/* `file` NULL = the database of the configuration; `keys` NULL = the key file of the configuration, which is read only where
 * one of the two is. pk_copy_close() accepts what a failure left. */
int pk_copy_open(const struct pk_invocation *invocation, const char *file, const char *keys, struct pk_copy *ret_copy,
                 struct pk_error *err);
void pk_copy_close(struct pk_copy *copy);

#endif

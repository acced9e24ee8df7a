/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Putting a backup in the place of the database. The copy is made ready beside it (nothing is sent, what waits is held,
 * what was under way is uncertain) and then takes its place in a few renames; what was there is kept under a dated name.
 * Whatever fails before that leaves the database as it was. Cut off between the renames, nothing opens until the restore
 * is done again: half of the old database must not be taken for all of it.
 */
#ifndef PK_APP_RESTORE_H
#define PK_APP_RESTORE_H

#include "gateway/base/crypto.h"
#include "gateway/store/inspect.h"

#define PK_RESTORE_LISTED 20 /* messages told one by one */
#define PK_RESTORE_PATH_MAX 4096

/* One message that waited in the backup and was due by now: it may have been sent since. */
struct pk_restore_due {
    int64_t id, due_ms, expires_ms;
    uint32_t cls;
    char topic[64];
};

struct pk_restored {
    struct pk_store_facts facts; /* of the backup */
    int64_t since_ms; /* when it was taken */
    bool since_is_guessed; /* it says nothing of that: the file's own time */
    int64_t held, uncertain, due; /* messages */
    struct pk_restore_due listed[PK_RESTORE_LISTED];
    size_t listed_count;
    char kept[PK_RESTORE_PATH_MAX]; /* where the old database is; "" = there was none */
};

/* PK_E_CONFLICT while something holds the database; else what pk_store_inspect() says of the backup, or PK_E_IO. */
int pk_restore(const char *backup, const char *database, struct pk_keyring *keys, const char *actor, int64_t now_ms,
               struct pk_restored *ret_restored, struct pk_error *err);

#endif

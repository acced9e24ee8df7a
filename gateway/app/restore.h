/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Putting a backup in the place of the database. The copy is made ready beside it and then takes its place in a few renames;
 * what was there is kept under a dated name. Made ready means: what the journal knows of STOPs, withdrawals and erasures
 * since is applied; nothing is sent; what was not final is uncertain; triggers of the lost hours are held. Whatever fails
 * before that leaves the database as it was. Cut off between the renames, nothing opens until the restore is done again:
 * half of the old database must not be taken for all of it.
 */
#ifndef PK_APP_RESTORE_H
#define PK_APP_RESTORE_H

#include "gateway/base/crypto.h"
#include "gateway/store/inspect.h"
#include "gateway/store/restored.h"

#define PK_RESTORE_LISTED 20 /* messages, and triggers, told one by one */
#define PK_RESTORE_PATH_MAX 4096

struct pk_restore_plan {
    const char *backup, *database;
    const char *journal; /* NULL = there is none */
    const char *accepted_by[2]; /* two people, where hours remain whose STOPs nobody knows; else NULL */
    const char *actor;
    struct pk_keyring *keys;
    int64_t now_ms;
};

/* One message that waited in the backup and was due by now: it may have been sent since. */
struct pk_restore_due {
    int64_t id, due_ms, expires_ms;
    uint32_t cls;
    char topic[64];
};

/* One trigger that may have been run since. */
struct pk_restore_trigger {
    int64_t id, received_ms, planned;
    char publisher[64];
};

struct pk_restored {
    struct pk_store_facts facts; /* of the backup */
    int64_t since_ms; /* when it was taken */
    bool since_is_guessed; /* it says nothing of that: the file's own time */
    struct pk_replayed replayed; /* what the journal changed */
    int64_t unknown_from_ms; /* from here to now nobody knows who said STOP; 0 = the journal does */
    struct pk_doubted doubted; /* messages */
    int64_t due, triggers;
    struct pk_restore_due listed[PK_RESTORE_LISTED];
    size_t listed_count;
    struct pk_restore_trigger triggers_listed[PK_RESTORE_LISTED];
    size_t triggers_listed_count;
    char kept[PK_RESTORE_PATH_MAX]; /* where the old database is; "" = there was none */
};

/* PK_E_DENIED, with unknown_from_ms set and nothing done, when hours remain whose STOPs are unknown and not two different
 * people accepted that; PK_E_CONFLICT while something holds the database; else what pk_store_inspect() says of the backup,
 * pk_journal_read() of the journal, or PK_E_IO. */
int pk_restore(const struct pk_restore_plan *plan, struct pk_restored *ret_restored, struct pk_error *err);

#endif

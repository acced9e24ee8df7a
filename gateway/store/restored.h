/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A database that was a backup a moment ago: what the journal knows is done to it, and what may have happened since is
 * put into the hands of people. Called while it is made ready, by who holds it alone.
 */
#ifndef PK_STORE_RESTORED_H
#define PK_STORE_RESTORED_H

#include "gateway/store/journal.h"
#include "gateway/store/messages.h"
#include "gateway/store/triggers.h"

/* ---- the journal ---- */

struct pk_replayed {
    struct pk_journal_facts facts; /* of the file */
    int64_t records; /* of those: newer than the backup */
    int64_t stops, withdrawals, erasures; /* people or addresses they changed something for */
    int64_t strangers; /* addresses stopped that the backup does not know */
    int64_t starts; /* who took a STOP back that the backup has: stays stopped */
};
/* Applies what the journal has behind the backup's own last record. STOPs become STOPs, also of addresses the backup does
 * not know; a STOP that was taken back meanwhile is none. Of a damaged journal what is good is applied; facts say so. */
int pk_journal_replay(struct pk_store *store, const char *path, int64_t now_ms, struct pk_replayed *ret_replayed, struct pk_error *err);

/* ---- messages and triggers ---- */

struct pk_doubted {
    int64_t waiting; /* messages that waited and may have been sent since: uncertain and held */
    int64_t under_way; /* at a provider, with receipts to come: uncertain */
};
/* Every message that is not final becomes uncertain: for a person to decide, and for a receipt that still comes. It stays so
 * until `shown_until_ms` at least. Nothing sends it again by itself. */
int pk_messages_doubt(struct pk_store *store, int64_t now_ms, int64_t shown_until_ms, struct pk_doubted *ret_doubted, struct pk_error *err);
/* When a message that was doubted was due; `otherwise` when it is none. */
int64_t pk_message_was_due(struct pk_store *store, int64_t id, int64_t otherwise);
/* Triggers that are not expanded yet and would have begun by `until_ms` are held. *ret_count; `each` is told at most `max`. */
int pk_triggers_hold(struct pk_store *store, int64_t until_ms, size_t max, int (*each)(void *ctx, const struct pk_trigger *trigger),
                     void *ctx, int64_t *ret_count, struct pk_error *err);

#endif

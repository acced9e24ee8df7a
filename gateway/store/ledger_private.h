/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ledger's files share: reading an entry, the MAC that is its link, and walking the chain. */
#ifndef PK_STORE_LEDGER_PRIVATE_H
#define PK_STORE_LEDGER_PRIVATE_H

#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/ledger_chain.h"

#define PK_LEDGER_COLUMNS "id, recipient, topic, channel, kind, at_ms, given_ms, until_ms, how, wording, language, by, key, shown"
#define PK_LEDGER_LINK 14 /* the column behind those */

/* A row that begins with those columns. */
void pk_ledger_read(sqlite3_stmt *row, struct pk_consent_event *ret_event);
/* PK_E_NOT_FOUND: the ring lacks the event's key. shown_hash empty = no text of ours. */
int pk_ledger_link(const struct pk_store *store, struct pk_slice previous, const struct pk_consent_event *event,
                   struct pk_slice shown_hash, uint8_t ret_link[PK_LINK_BYTES]);

void pk_ledger_number(uint8_t bytes[8], int64_t value); /* as it goes into a MAC */

/* id 0 = none. *ret_good: signed as it must be. */
int pk_ledger_read_anchor(struct pk_store *store, struct pk_ledger_anchor *ret_anchor, bool *ret_good, struct pk_error *err);
/* Sets the walk behind the newest anchor, if it is not there yet. `old`: a database of before there were anchors. */
int pk_ledger_begin(struct pk_store *store, struct pk_ledger_proof *proof, bool old, struct pk_error *err);
/* That, and up to `max` entries on. */
int pk_ledger_check_chain(struct pk_store *store, struct pk_ledger_proof *proof, bool old, size_t max, size_t *ret_seen,
                          struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Events and those of their dates that differ (model/agenda.h); what dates they have is in occurrences.h. Writes run in a unit. */
#ifndef PK_STORE_AGENDA_H
#define PK_STORE_AGENDA_H

#include "gateway/model/agenda.h"
#include "gateway/store/store.h"

#define PK_AGENDA_OPEN_MAX 1000 /* events that are not over yet */
#define PK_AGENDA_KEPT_MS (730 * 24 * 3600 * 1000ll) /* after the last date */

/* event->id is made here when it is 0. PK_E_LIMIT when there are too many that are not over at `now_ms`. */
int pk_agenda_add(struct pk_store *store, struct pk_agenda_event *event, int64_t now_ms, struct pk_error *err);
int pk_agenda_get(struct pk_store *store, int64_t id, struct pk_agenda_event *ret_event, struct pk_error *err); /* PK_E_NOT_FOUND */
int pk_agenda_by_uid(struct pk_store *store, const uint8_t uid[PK_AGENDA_UID_BYTES], struct pk_agenda_event *ret_event, struct pk_error *err);
int pk_agenda_put(struct pk_store *store, const struct pk_agenda_event *event, struct pk_error *err); /* all of it, by its id */

/* Another number after anything was written about events, their dates or the answers to them, or was taken back: what was made of them
 * before is old. Of this process alone. */
uint64_t pk_agenda_mark(const struct pk_store *store);

/* By id, those after `after`; state 0 = all, since_ms 0 = also those that are over. A non-zero return of `each` ends it and is returned. */
int pk_agenda_list(struct pk_store *store, uint32_t state, int64_t since_ms, int64_t after, size_t max,
                   int (*each)(void *ctx, const struct pk_agenda_event *event), void *ctx, struct pk_error *err);

/* Dates that differ, by day. The caller frees *ret_changes. */
int pk_agenda_changes(struct pk_store *store, int64_t event, struct pk_agenda_change **ret_changes, size_t *ret_count, struct pk_error *err);
int pk_agenda_change_put(struct pk_store *store, int64_t event, const struct pk_agenda_change *change, struct pk_error *err);
int pk_agenda_change_drop(struct pk_store *store, int64_t event, int32_t day, struct pk_error *err); /* it is as always */

/* A planned event whose ledger does not reach `horizon_ms` though it goes on; PK_E_NOT_FOUND when there is none. */
int pk_agenda_to_lay(struct pk_store *store, int64_t horizon_ms, struct pk_agenda_event *ret_event, struct pk_error *err);
/* Retention: events over for longer than PK_AGENDA_KEPT_MS, with all their dates. */
int pk_agenda_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What must be told to other systems: a row is written in the turn that decided it and deleted when the broker took
 * it, so a crash between the two says it again rather than never.
 */
#ifndef PK_STORE_OUTBOX_H
#define PK_STORE_OUTBOX_H

#include "gateway/store/store.h"

struct pk_outbox_item {
    int64_t id; /* given by add */
    struct pk_slice topic;
    struct pk_slice content_type;
    struct pk_slice correlation;
    struct pk_slice payload;
    int64_t created_ms;
    int64_t expires_ms; /* dropped, and counted, when it could not be told by then; 0 = never */
};

int pk_outbox_add(struct pk_store *store, const struct pk_outbox_item *item, int64_t *ret_id, struct pk_error *err);
/* Items with an id above `after`, oldest first. */
int pk_outbox_page(struct pk_store *store, int64_t after, size_t max, int (*each)(void *ctx, const struct pk_outbox_item *item),
                   void *ctx, struct pk_error *err);
int pk_outbox_delete(struct pk_store *store, int64_t id, struct pk_error *err);
int64_t pk_outbox_count(struct pk_store *store);
int pk_outbox_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

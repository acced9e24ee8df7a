/* SPDX-License-Identifier: EUPL-1.2 */
/* For the tables in which an address waits sealed and under no index: forgetting one. */
#ifndef PK_STORE_SEALED_ROWS_H
#define PK_STORE_SEALED_ROWS_H

#include "gateway/store/store.h"

struct pk_sealed_rows {
    const char *next; /* SELECT of id and sealed value of the first row behind ?1 on channel ?2 */
    const char *forget; /* DELETE of row ?1 */
    const char *place; /* where the value is sealed */
};

/* Forgets the rows of this address. Inside a unit. */
int pk_sealed_rows_forget(struct pk_store *store, const struct pk_sealed_rows *rows, uint32_t channel, struct pk_slice value, struct pk_error *err);

#endif

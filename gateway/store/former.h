/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * People with whom nothing stands any more: every consent they had has ended (refused, withdrawn, expired, blocked, or there
 * never was one), and since when. Looked for person by person, in steps of people looked at.
 */
#ifndef PK_STORE_FORMER_H
#define PK_STORE_FORMER_H

#include "gateway/store/store.h"

struct pk_former {
    int64_t recipient;
    int64_t ended_ms; /* the last thing that ended; 0 = something stands, or is still asked for */
    bool stopped; /* they said STOP */
};
/* The next `max` people with an id above `after`, by rising id: all of them, also those with whom something stands. */
int pk_former_page(struct pk_store *store, int64_t after, size_t max, struct pk_former *ret_people, size_t *ret_count, struct pk_error *err);

/* Of somebody who was forgotten and comes back under the same address: did they refuse this, or end it themselves? `recipient`
 * as pk_proof_find() gives it. Who had themselves erased did not say no. */
bool pk_former_said_no(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel);

/* Since when the oldest of those is kept that are not forgotten yet; 0 = there is none. As of the last walk. */
#define PK_NUMBER_FORMER_OLDEST "former.oldest_ms"

#endif

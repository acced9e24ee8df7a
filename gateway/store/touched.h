/* SPDX-License-Identifier: EUPL-1.2 */
/* Whom a data breach touches: what is kept of each, and who of them can be written to. Ids; no address and no text. */
#ifndef PK_STORE_TOUCHED_H
#define PK_STORE_TOUCHED_H

#include "gateway/store/recipients.h"

/* What is kept of one person; moments of the oldest, 0 = nothing of that kind. */
struct pk_person_fields {
    int64_t id, since_ms;
    int64_t addresses, tags, consents, messages, replies, rsvps;
    int64_t messages_ms, replies_ms;
    bool stopped, reachable; /* reachable: has an address no network refuses */
};
/* People with an id above `after` of whom something came in since then (0 = everybody), by rising id, at most `max`. */
int pk_person_fields_page(struct pk_store *store, int64_t after, int64_t since_ms, size_t max,
                          int (*each)(void *ctx, const struct pk_person_fields *person), void *ctx, struct pk_error *err);

/* The same people, to be told: at most `max` of them by rising id. Fewer than `max` means that was everybody. */
struct pk_touched {
    int64_t recipient;
    bool stopped;
    char language[PK_LANGUAGE_MAX], script[PK_LANGUAGE_MAX];
};
int pk_touched_page(struct pk_store *store, int64_t after, int64_t since_ms, size_t max, struct pk_touched *ret_people, size_t *ret_count,
                    struct pk_error *err);

#endif

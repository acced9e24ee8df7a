/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Everything that is kept about one person, table by table, for the person to see; and its removal. On the loop's thread:
 * what is sealed is read in clear. Slices live for the call; a non-zero return of `each` ends a walk and is returned.
 */
#ifndef PK_STORE_PERSON_H
#define PK_STORE_PERSON_H

#include "gateway/store/ledger.h"
#include "gateway/store/messages.h"

/* ---- to be seen; consents are in ledger.h, acts of others in audit.h ---- */

struct pk_person_address {
    int64_t id;
    uint32_t channel; /* PK_NAME_CHANNEL */
    struct pk_slice value; /* in clear */
    int64_t created_ms, blocked_ms;
    bool suppressed;
    char country[3]; /* of a number; "" = of none */
};
int pk_person_addresses(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_person_address *address),
                        void *ctx, struct pk_error *err);
int pk_person_tags(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, uint32_t tag), void *ctx, struct pk_error *err);
/* Newest first, at most `max`. */
int pk_person_messages(struct pk_store *store, int64_t recipient, size_t max,
                       int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err);

struct pk_person_reply {
    uint32_t account, channel, intent;
    int64_t at_ms;
    struct pk_slice text; /* in clear */
};
int pk_person_replies(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_person_reply *reply), void *ctx,
                      struct pk_error *err);

struct pk_rsvp;
int pk_person_rsvps(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_rsvp *rsvp), void *ctx,
                    struct pk_error *err);

/* ---- to be forgotten ---- */

struct pk_forgetting {
    int64_t recipient; /* 0 = nobody's address, by `address` alone */
    int64_t address; /* with recipient 0 */
    int64_t farewell; /* the message that says so; its address stays until it has left. 0 = none */
    bool stays_stopped; /* the addresses are never to be written to again: their blind indices stay */
    int64_t now_ms;
    int64_t proof_until_ms; /* how long the pseudonymous proof of consent is kept; 0 = none: nothing was agreed to */
};
/* Takes out addresses, tags, replies, answers to invitations and the person; messages stay as counts and point to nobody.
 * What the ledger holds of the person stays under a number that leads nowhere, found again only by who knows the address
 * and has the key (proof). Inside a unit, whole. *ret_cancelled: messages that waited. */
int pk_person_forget(struct pk_store *store, const struct pk_forgetting *forgetting, size_t *ret_cancelled, struct pk_error *err);
/* The person to whom this address belonged before it was forgotten: 0 = there is no proof. */
int64_t pk_proof_find(struct pk_store *store, uint32_t channel, struct pk_slice value);
/* Addresses that stayed for a last message: those whose message has left, or cannot leave any more, go. At most `max`. */
int pk_farewells_end(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

/* Something was erased, and the write-ahead log may still hold it until it is emptied: a number in the store, so that it
 * is known after a crash as well. 0 = it holds nothing of the kind. */
#define PK_NUMBER_WAL_HOLDS_ERASED "wal.holds_erased"
int pk_wal_holds_erased(struct pk_store *store, struct pk_error *err);

#endif

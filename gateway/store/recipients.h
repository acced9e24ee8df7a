/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Recipients, their addresses (sealed, found by blind index), their tags, and the suppression list: the blind
 * indices of addresses that said STOP, known or not.
 */
#ifndef PK_STORE_RECIPIENTS_H
#define PK_STORE_RECIPIENTS_H

#include "gateway/store/store.h"

#define PK_LANGUAGE_MAX 12
#define PK_BLIND_ADDRESS "address" /* kind of an address' blind index */

struct pk_recipient {
    int64_t id; /* random; says nothing */
    char language[PK_LANGUAGE_MAX]; /* "bg", "nl", "tr", "en" */
    char script[PK_LANGUAGE_MAX]; /* "" = the language's own; "Latn"; "plain" = plain letters */
    int64_t created_ms;
    int64_t stopped_ms; /* STOP stands since; 0 = not */
};

struct pk_address {
    int64_t id;
    int64_t recipient;
    uint32_t channel; /* PK_NAME_CHANNEL */
    int64_t blocked_ms; /* by the network or as invalid; 0 = not */
    char country[3]; /* of a number ("NL"); "" = of none or of several, as the address of a chat is */
};

/* Finds by channel and value (E.164 for sms); PK_E_NOT_FOUND. Looks under every live index key. */
int pk_address_find(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_address *ret_address,
                    struct pk_error *err);
int pk_address_get(struct pk_store *store, int64_t id, struct pk_address *ret_address, struct pk_error *err);
/* Appends the value in clear. */
int pk_address_value(struct pk_store *store, int64_t id, struct pk_buf *out, struct pk_error *err);
/* PK_E_CONFLICT when the value is already somebody's. */
int pk_address_add(struct pk_store *store, int64_t recipient, uint32_t channel, struct pk_slice value, int64_t now_ms,
                   int64_t *ret_id, struct pk_error *err);
/* Addresses kept before countries were: up to `max` get theirs. *ret_count < max means all have it. Inside a unit. */
int pk_countries_fill(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);
int pk_address_block(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err);
int pk_address_unblock(struct pk_store *store, int64_t id, struct pk_error *err);

int pk_recipient_add(struct pk_store *store, struct pk_slice language, struct pk_slice script, int64_t now_ms, int64_t *ret_id,
                     struct pk_error *err);
int pk_recipient_get(struct pk_store *store, int64_t id, struct pk_recipient *ret_recipient, struct pk_error *err);
int pk_recipient_set_language(struct pk_store *store, int64_t id, struct pk_slice language, struct pk_slice script, struct pk_error *err);
/* Adds a tag; 1 when it was new, 0 when there already, else a negative code. */
int pk_recipient_tag(struct pk_store *store, int64_t id, uint32_t tag, struct pk_error *err);
int pk_recipient_untag(struct pk_store *store, int64_t id, uint32_t tag, struct pk_error *err); /* the same */
int pk_recipient_set_stopped(struct pk_store *store, int64_t id, int64_t stopped_ms, struct pk_error *err);
int64_t pk_recipient_count(struct pk_store *store);
/* Addresses of people that are blocked: nothing reaches them. */
int64_t pk_address_blocked_count(struct pk_store *store);
/* By id, after `after`, at most `max`. A non-zero return of `each` ends the walk and is returned. */
int pk_recipients_list(struct pk_store *store, int64_t after, size_t max, int (*each)(void *ctx, const struct pk_recipient *who), void *ctx,
                       struct pk_error *err);
/* The addresses of a person, oldest first. A non-zero return of `each` ends the walk and is returned. */
int pk_addresses_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_address *address), void *ctx,
                    struct pk_error *err);

/* Suppression: an address that said STOP, whether or not we know it. Kept as its blind index alone. */
int pk_suppression_add(struct pk_store *store, uint32_t channel, struct pk_slice value, int64_t now_ms, struct pk_error *err);
int pk_suppression_lift(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err);
/* Lifts every address of a recipient. */
int pk_suppression_lift_person(struct pk_store *store, int64_t recipient, struct pk_error *err);
bool pk_suppression_has(struct pk_store *store, uint32_t channel, struct pk_slice value);
/* Adds every address of a recipient. */
int pk_suppression_add_person(struct pk_store *store, int64_t recipient, int64_t now_ms, struct pk_error *err);

/* ---- who did not answer ---- */

/* Takes a person out with addresses, tags and the states of consents; what the ledger says of the number they had stays, and
 * messages and replies go by retention. Suppression stays. */
int pk_recipient_forget(struct pk_store *store, int64_t id, struct pk_error *err);
/* Of the person nothing but this: their addresses, as blind indices, are not asked again before a moment. */
int pk_silent_add_person(struct pk_store *store, int64_t recipient, int64_t until_ms, struct pk_error *err);
bool pk_silent_has(struct pk_store *store, int64_t address, int64_t now_ms);
int pk_silent_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);
/* Does anybody read this language in this script? Walks them all when nobody does. */
bool pk_recipients_read(struct pk_store *store, struct pk_slice language, struct pk_slice script);
/* Messages of a person are waiting or under way. */
bool pk_recipient_is_written_to(struct pk_store *store, int64_t id);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tokens of services: a name, whose it is, which actions it is for, until when. The token itself is not kept, its SHA-256
 * is: 256 bits of chance cannot be guessed back. One that ended stays in the list for a while, and is then forgotten.
 */
#ifndef PK_STORE_TOKENS_H
#define PK_STORE_TOKENS_H

#include "gateway/store/store.h"

#define PK_TOKEN_HASH_BYTES 32
#define PK_TOKEN_NAME_MAX 24
#define PK_TOKEN_OWNER_MAX 64 /* a publisher's name or a user's */
#define PK_TOKEN_SCOPES_MAX 512 /* bytes of actions' names with commas */
#define PK_TOKENS_MAX 200 /* ended ones too, as long as they are kept */

enum pk_token_owner { PK_TOKEN_OF_PUBLISHER = 1, PK_TOKEN_OF_USER = 2 };

struct pk_token {
    int64_t id;
    char name[PK_TOKEN_NAME_MAX + 1];
    uint32_t owner_kind; /* enum pk_token_owner */
    char owner[PK_TOKEN_OWNER_MAX + 1];
    char scopes[PK_TOKEN_SCOPES_MAX + 1]; /* "trigger.publish,trigger.view" */
    char made_by[PK_TOKEN_OWNER_MAX + 1];
    int64_t created_ms, expires_ms;
    int64_t used_ms; /* the beginning of the day (UTC) it was used last; 0 = never */
    int64_t revoked_ms; /* 0 = it is not */
};

/* Sets the id. PK_E_CONFLICT when there is one of this name that has not ended or is still kept, PK_E_LIMIT past the most. */
int pk_token_add(struct pk_store *store, struct pk_token *token, const uint8_t hash[PK_TOKEN_HASH_BYTES], struct pk_error *err);
/* Whatever became of it: whether it still counts is the caller's to see. PK_E_NOT_FOUND. */
int pk_token_by_hash(struct pk_store *store, const uint8_t hash[PK_TOKEN_HASH_BYTES], struct pk_token *ret_token, struct pk_error *err);
int pk_token_get(struct pk_store *store, struct pk_slice name, struct pk_token *ret_token, struct pk_error *err);
/* The first moment stays. */
int pk_token_revoke(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err);
int pk_token_used(struct pk_store *store, int64_t id, int64_t day_ms, struct pk_error *err);
/* Whoever removes a user ends what acts as that user. */
int pk_tokens_end_of(struct pk_store *store, enum pk_token_owner kind, struct pk_slice owner, int64_t now_ms, struct pk_error *err);
/* After a restore: what was revoked since the backup is not known, so all of them end. */
int pk_tokens_end_all(struct pk_store *store, int64_t now_ms, struct pk_error *err);
/* By name. A non-zero return of `each` ends the walk and is returned. */
int pk_tokens_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_token *token), void *ctx, struct pk_error *err);
/* Retention, a step: those that ended 90 days ago and more. */
int pk_tokens_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif

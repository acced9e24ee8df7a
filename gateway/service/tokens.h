/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tokens: how another service shows who it is at the public API. A token is a publisher's, and acts within its rule, or a
 * user's, and acts in that role within that user's topics and tags; in either case it does only the actions it was made for.
 * It is shown once, when it is made. Changes run inside a unit and are in the audit.
 */
#ifndef PK_SERVICE_TOKENS_H
#define PK_SERVICE_TOKENS_H

#include "gateway/service/users.h"
#include "gateway/store/tokens.h"

#define PK_TOKEN_FRONT "pokana_" /* so that a token in the wrong place is recognised as one */
#define PK_TOKEN_TEXT_MAX 72 /* the front, 64 hexadecimal digits, a terminator */
#define PK_TOKEN_LIFE_MAX_MS (366ll * 24 * 3600 * 1000)

/* `token` as asked for: name, owner, scopes, end. Sets the rest, and ret_text to what the service is given: wipe it. PK_E_INVALID
 * says what is wrong: an unknown owner, an action its role may not, no end or one more than a year ahead. */
int pk_tokens_add(struct pk_service *service, const struct pk_actor *actor, struct pk_token *token, int64_t now_ms,
                  char ret_text[PK_TOKEN_TEXT_MAX], struct pk_error *err);
int pk_tokens_revoke(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err);
int pk_tokens_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_token *token), void *ctx,
                   struct pk_error *err);

/* A token at work; not copied once made: the actor points into it. */
struct pk_bearer {
    struct pk_token token;
    struct pk_acting acting; /* acting.actor is who it acts as */
    struct pk_actor_actions actions;
};

/* Who comes with this text (as sent, {NULL, 0} = none). PK_E_DENIED with the same words whatever is wrong with it: absent,
 * unknown, over, revoked, of nobody any more. bearer->token.name then tells whose it was, for the audit alone; "" = unknown. */
int pk_tokens_act(struct pk_service *service, struct pk_slice text, int64_t now_ms, struct pk_bearer *bearer, struct pk_error *err);
/* The day of its last use is kept; once a day, in a unit of its own, and not worth a failure. */
void pk_tokens_note_use(struct pk_service *service, const struct pk_bearer *bearer, int64_t now_ms);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How users sign in. Codes and sessions are those of passes.h, with a user instead of a person: the same queue, digests and
 * forms, the same end. Here is what users have beside that: links that open once, where somebody comes from, a session that
 * is not whole before the second factor, the list of devices, and the secret of an authenticator app, sealed.
 */
#ifndef PK_STORE_SIGN_IN_H
#define PK_STORE_SIGN_IN_H

#include "gateway/base/totp.h"
#include "gateway/store/passes.h"

#define PK_SEALED_USER "user.address"
#define PK_FACTOR_TRIES 5 /* wrong codes; then the session is over */
#define PK_MARK_MAX 17 /* of a session in a list: no secret */

/* As pk_pass_ask(), for whoever says to be this user. `source`: where from; a keyed hash of it is kept. */
int pk_sign_in_ask(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice name, struct pk_slice source,
                   int64_t now_ms, int64_t until_ms, struct pk_error *err);
/* As pk_pass_ready(): user 0 = nobody, or nobody who is written to. */
int pk_sign_in_ready(struct pk_store *store, int64_t pass, int64_t user, struct pk_slice code, struct pk_error *err);
/* How many codes a user was sent since then: in all, and by wish of the source this pass is of. */
struct pk_sign_in_count {
    int64_t all, same_source;
};
struct pk_sign_in_count pk_sign_in_since(struct pk_store *store, int64_t user, int64_t pass, int64_t since_ms);

/* A link that signs in once; those made for this user before end. */
int pk_sign_in_link(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t user, int64_t now_ms, int64_t until_ms,
                    struct pk_error *err);
/* Uses it up. PK_E_DENIED for any that does not work. */
int pk_sign_in_link_use(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_user,
                        struct pk_error *err);

/* ---- sessions ---- */

struct pk_staff_session {
    int64_t user, began_ms, until_ms;
    bool whole; /* nothing more is asked */
    char mark[PK_MARK_MAX];
};
int pk_staff_session_add(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const struct pk_staff_session *session,
                         struct pk_error *err); /* mark is not read */
/* PK_E_DENIED when there is none, or it is over. */
int pk_staff_session_find(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms,
                          struct pk_staff_session *ret_session, struct pk_error *err);
/* Of a user, newest first. A non-zero return of `each` ends the walk and is returned. */
int pk_staff_sessions_list(struct pk_store *store, int64_t user, int64_t now_ms,
                           int (*each)(void *ctx, const struct pk_staff_session *session), void *ctx, struct pk_error *err);
/* A wrong code of the app: the session is over after the fifth. */
int pk_staff_session_wrong(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_error *err);
int pk_staff_session_end(struct pk_store *store, int64_t user, struct pk_slice mark, struct pk_error *err);
/* All of a user, with codes and links that were not used. */
int pk_staff_sessions_end_of(struct pk_store *store, int64_t user, struct pk_error *err);

/* ---- the second factor ---- */

struct pk_factor {
    uint8_t secret[PK_TOTP_SECRET_BYTES];
    int64_t step; /* the last one used */
    bool confirmed; /* a code of it was seen */
    bool ours; /* not confirmed, and this session's to confirm */
};
/* A secret nobody has shown to know yet, for this session to show; in the place of any other such. Not when one is confirmed. */
int pk_factor_begin(struct pk_store *store, int64_t user, const uint8_t session[PK_PASS_TOKEN_BYTES],
                    const uint8_t secret[PK_TOTP_SECRET_BYTES], int64_t now_ms, struct pk_error *err);
/* PK_E_NOT_FOUND when there is none. */
int pk_factor_get(struct pk_store *store, int64_t user, const uint8_t session[PK_PASS_TOKEN_BYTES], struct pk_factor *ret_factor,
                  struct pk_error *err);
/* A code of this step was used: confirmed, and no code of it or before counts again. */
int pk_factor_used(struct pk_store *store, int64_t user, int64_t step, struct pk_error *err);

/* Seals all of the users' under the newest key. */
int pk_sign_in_rekey(struct pk_store *store, struct pk_error *err);

#endif

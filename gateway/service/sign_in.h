/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing in as a user: a code to the user's own address, or a link that opens once; for roles that decide something a code of
 * an authenticator app behind it. Nobody hears which names there are: asking does the same for every name, and who is written
 * to is decided a turn later, from the queue (passes.h). Codes of this door are asked for by (user, source), so that whoever
 * guesses or floods slows down themself; nothing here locks a user.
 */
#ifndef PK_SERVICE_SIGN_IN_H
#define PK_SERVICE_SIGN_IN_H

#include "gateway/service/users.h"
#include "gateway/store/sign_in.h"

#define PK_STAFF_LINK_PATH "/staff/link/" /* the link's token behind it */
#define PK_STAFF_LINK_MS (24 * 3600 * 1000ll)
#define PK_STAFF_IDLE_MS (3600 * 1000ll) /* without a button pressed */
#define PK_STAFF_WHOLE_MS (12 * 3600 * 1000ll)
#define PK_STAFF_DEVICE_MS (90 * 24 * 3600 * 1000ll) /* a key person's: idle or not */
#define PK_STAFF_HALF_MS (15 * 60 * 1000ll) /* from the first step to the second */

/* A user at a page; not copied once found: acting points into itself. */
struct pk_staff {
    struct pk_acting acting;
    struct pk_staff_session session;
    uint8_t token[PK_PASS_TOKEN_BYTES];
};

/* Does this role need the second step? */
bool pk_staff_needs_second(enum pk_role role);

/* Inside a unit. PK_E_BUSY when very many ask at once; 0 for every name, whether there is such a user or not. */
int pk_staff_ask(struct pk_service *service, struct pk_slice name, struct pk_slice source, int64_t now_ms,
                 uint8_t ret_token[PK_PASS_TOKEN_BYTES], struct pk_error *err);
/* From the queue: the code leaves, or nothing does. Inside a unit. */
int pk_staff_look_at(struct pk_service *service, const struct pk_pass *pass, struct pk_slice name, int64_t now_ms, struct pk_error *err);
/* A link for a user, for the one who may change users: whoever has it signs in as them, once, within a day. Inside a unit. */
int pk_staff_link(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                  uint8_t ret_token[PK_PASS_TOKEN_BYTES], struct pk_error *err);

/* Each opens a session with a token that was never seen before. Keep the unit also on PK_E_DENIED: a wrong code is counted. */
int pk_staff_enter(struct pk_service *service, const uint8_t pass[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                   uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err);
int pk_staff_enter_link(struct pk_service *service, const uint8_t link[PK_PASS_TOKEN_BYTES], int64_t now_ms,
                        uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err);
/* Of a user of this name, whom the organisation's own sign-on let in (the page asks whether that may be believed). PK_E_DENIED when there
 * is no such user: none is made. */
int pk_staff_enter_known(struct pk_service *service, struct pk_slice name, int64_t now_ms, uint8_t ret_session[PK_PASS_TOKEN_BYTES],
                         struct pk_error *err);
/* The app's code: the session of before is over. */
int pk_staff_second(struct pk_service *service, const struct pk_staff *staff, struct pk_slice code, int64_t now_ms,
                    uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err);
/* The secret this session may show and confirm. PK_E_NOT_FOUND: it is confirmed, or another's. */
int pk_staff_secret(struct pk_service *service, const struct pk_staff *staff, uint8_t ret_secret[PK_TOTP_SECRET_BYTES], struct pk_error *err);

/* Whose session it is, whole or not; looking changes nothing. PK_E_DENIED, also for a user who was removed. */
int pk_staff_find(struct pk_service *service, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, struct pk_staff *ret_staff,
                  struct pk_error *err);
/* A button was pressed. Inside a unit. */
int pk_staff_go_on(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms, struct pk_error *err);

/* The user's own devices: seen, one of them ended (by its mark), all of them. Changes inside a unit. */
int pk_staff_devices(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms,
                     int (*each)(void *ctx, const struct pk_staff_session *session), void *ctx, struct pk_error *err);
int pk_staff_end(struct pk_service *service, const struct pk_staff *staff, struct pk_slice mark, int64_t now_ms, struct pk_error *err);
int pk_staff_end_all(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms, struct pk_error *err);

#endif

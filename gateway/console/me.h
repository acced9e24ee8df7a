/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Somebody's own page, signed in: what its files share. Every change is a form with a token that counts once (me.c), and
 * ends in 303. Another row of the page: a file in pages/ that me.html includes, its values in pk_own_show(), a handler of
 * the shape of pk_me_topic(). Only gateway/console.
 */
#ifndef PK_CONSOLE_ME_H
#define PK_CONSOLE_ME_H

#include "gateway/console/handlers.h"
#include "gateway/api/token_text.h"
#include "gateway/service/actor.h"

#define PK_ME_FIELD_MAX 64 /* bytes of a field of a form */

struct pk_me {
    struct pk_actor actor;
    uint8_t token[PK_TOKEN_BYTES]; /* of the session */
    bool old_form; /* the form that came was used before, or is of another page */
};

/* Whose page it is; the session goes on. False: answered with the way in. */
bool pk_me_signed_in(struct pk_visit *visit, struct pk_me *ret_me);
/* Adds all that is known of them (own.h) and the languages there are. False: answered with the trouble. */
bool pk_me_fill(struct pk_visit *visit, struct pk_me *me);
/* Shows a page whose forms can be sent: adds `form`. */
void pk_me_show(struct pk_visit *visit, const struct pk_me *me, unsigned status, const char *page);

/* One change in a unit with the form that asks for it: kept together, or neither. What is refused with PK_E_DENIED is kept as
 * well: a wrong code counts. */
typedef int pk_me_act(struct pk_visit *visit, struct pk_me *me, struct pk_error *err);
int pk_me_change(struct pk_visit *visit, struct pk_me *me, pk_me_act *act, struct pk_error *err);
/* The usual end of one: 303 to `path`; for an old form to the page as it is now, which says so; or the trouble. */
void pk_me_end(struct pk_visit *visit, const struct pk_me *me, int result, const struct pk_error *err, const char *path);
/* The three together. */
void pk_me_change_and_go(struct pk_visit *visit, pk_me_act *act, const char *path);
/* The form is of this session's page as it is now; not used up. */
int pk_me_check_form(struct pk_visit *visit, struct pk_me *me, struct pk_error *err);
/* A field, trimmed; *text is initialised and the caller's to wipe. */
int pk_me_field(struct pk_visit *visit, const char *name, size_t max_bytes, struct pk_buf *text, struct pk_error *err);

#endif

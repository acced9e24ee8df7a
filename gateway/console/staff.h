/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A user's pages, signed in. Who shows one asks pk_staff_signed_in(); what changes something is a form with the session's
 * token and goes through pk_staff_change(). Only gateway/console.
 */
#ifndef PK_CONSOLE_STAFF_H
#define PK_CONSOLE_STAFF_H

#include "gateway/api/token_text.h"
#include "gateway/console/visit.h"
#include "gateway/service/sign_in.h"

/* Sets the cookie of a session. */
void pk_staff_keep(struct pk_visit *visit, const uint8_t session[PK_TOKEN_BYTES]);
/* The way in, with what a proxy says about who this is (staff_known.h). */
void pk_staff_start_show(struct pk_visit *visit, unsigned status, bool wrong);
/* Who it is, past every step. False: answered with the way in, or with the second step. */
bool pk_staff_signed_in(struct pk_visit *visit, struct pk_staff *ret_staff);
/* Shows a page whose forms can be sent: adds `form`, `name` and `role`. */
void pk_staff_show(struct pk_visit *visit, const struct pk_staff *staff, unsigned status, const char *page);

/* One change in a unit with the form that asks for it: kept together, or neither; kept as well when it is refused with
 * PK_E_DENIED. PK_E_CONFLICT: the form was used, or is of another page. */
typedef int pk_staff_act(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err);
int pk_staff_change(struct pk_visit *visit, struct pk_staff *staff, pk_staff_act *act, struct pk_error *err);
/* After PK_E_CONFLICT: the form that came is the one taken just before. Whoever taps twice is shown what the first tap did. */
bool pk_staff_tapped_twice(struct pk_visit *visit, const struct pk_staff *staff);
/* The form that came is of this session's page as it is now; it is not used up: of a file, after which the page stays. */
bool pk_staff_form_is_ours(struct pk_visit *visit, const struct pk_staff *staff);
/* The usual whole of it: signed in, changed, and 303 to `done`; also at a second tap. Of an old form, and where things are not as
 * the page said (PK_E_CONFLICT), to `old`. */
void pk_staff_do(struct pk_visit *visit, pk_staff_act *act, const char *done, const char *old);

#endif

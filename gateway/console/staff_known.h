/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Users whom the organisation's single sign-on has let in: a proxy on this machine writes their name into a header and shows, in
 * another, the secret it shares with us ([sign_in] of the configuration). Whatever comes from elsewhere, without that secret or twice says
 * nothing. Only gateway/console.
 */
#ifndef PK_CONSOLE_STAFF_KNOWN_H
#define PK_CONSOLE_STAFF_KNOWN_H

#include "gateway/console/visit.h"

/* The name the proxy says for this request, borrowed until the answer; {NULL, 0}: it says none, or nobody asks it. */
struct pk_slice pk_staff_known(const struct pk_visit *visit);

#endif

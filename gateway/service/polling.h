/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Accounts that ask their provider: what an answer told and the cursor behind it are one unit, so that either both are
 * kept or the provider is asked for the same again. Whether the account is paused makes no difference: what people
 * wrote must be heard.
 */
#ifndef PK_SERVICE_POLLING_H
#define PK_SERVICE_POLLING_H

#include "gateway/service/desks.h"

/* As pk_account_ops.cursor and .polled; ctx is the account's desk. */
int pk_polling_cursor(void *desk, struct pk_account *account, struct pk_buf *ret_cursor);
void pk_polling_polled(void *desk, struct pk_account *account);
/* As pk_account_ops.remember: a session's note lies where another account's cursor does. */
int pk_polling_remember(void *desk, struct pk_account *account, struct pk_slice note);

#endif

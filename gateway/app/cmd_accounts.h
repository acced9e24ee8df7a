/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of accounts, which `status` shows too. */
#ifndef PK_APP_CMD_ACCOUNTS_H
#define PK_APP_CMD_ACCOUNTS_H

#include "gateway/base/json.h"

void pk_accounts_print(const struct pk_json *accounts);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of `pokana accounts`; the table of accounts is shown by `status` too. */
#ifndef PK_APP_CMD_ACCOUNTS_H
#define PK_APP_CMD_ACCOUNTS_H

#include "gateway/app/command.h"
#include "gateway/base/json.h"

void pk_accounts_print(const struct pk_json *accounts);
/* Appends "/v1/accounts/NAME" and `what`. */
void pk_accounts_path(struct pk_buf *path, const char *name, const char *what);

/* The verbs `add` and `test`; without it among the words. */
int pk_accounts_add_verb(const struct pk_invocation *invocation);
int pk_accounts_test_verb(const struct pk_invocation *invocation);

#endif

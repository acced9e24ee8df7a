/* SPDX-License-Identifier: EUPL-1.2 */
/* The verbs of `pokana keys` that change a key, for its table. */
#ifndef PK_APP_CMD_KEYS_H
#define PK_APP_CMD_KEYS_H

#include "gateway/app/command.h"

int pk_keys_rotate_run(const struct pk_invocation *invocation);
int pk_keys_retire_run(const struct pk_invocation *invocation);

#endif

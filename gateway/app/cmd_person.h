/* SPDX-License-Identifier: EUPL-1.2 */
/* The verbs of `pokana recipients` that are about one person, for its table. */
#ifndef PK_APP_CMD_PERSON_H
#define PK_APP_CMD_PERSON_H

#include "gateway/app/command.h"

int pk_person_export_run(const struct pk_invocation *invocation);
int pk_person_erase_run(const struct pk_invocation *invocation);

#endif

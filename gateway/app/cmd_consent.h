/* SPDX-License-Identifier: EUPL-1.2 */
/* The verb of `pokana consent` that is about nobody in particular. */
#ifndef PK_APP_CMD_CONSENT_H
#define PK_APP_CMD_CONSENT_H

#include "gateway/app/command.h"

int pk_consent_verify_run(const struct pk_invocation *invocation);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages that wait for a person since a backup was restored: `messages list --held`, and `resume --after-restore` counts them. */
#ifndef PK_APP_CMD_MESSAGES_H
#define PK_APP_CMD_MESSAGES_H

#include "gateway/app/pages.h"

/* Adds them to `pages`, which is made for /v1/messages; the rest, if over the limit, is left. */
int pk_messages_held(struct pk_pages *pages, const struct pk_invocation *invocation, struct pk_error *err);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The verbs of `pokana recipients` and `pokana triggers` that are about one person, for their tables. */
#ifndef PK_APP_CMD_PERSON_H
#define PK_APP_CMD_PERSON_H

#include "gateway/app/command.h"
#include "gateway/base/buf.h"
#include "gateway/include/pokana/error.h"

int pk_person_export_run(const struct pk_invocation *invocation);
int pk_person_erase_run(const struct pk_invocation *invocation);
int pk_signup_run(const struct pk_invocation *invocation); /* cmd_signup.c */
int pk_answer_told_run(const struct pk_invocation *invocation);

#define PK_ADDRESS_INPUT_MAX 1024u
/* Appends the first line of a file that says something, "-" = of standard input. `out` is wiped by the caller. */
int pk_address_read(const char *from, struct pk_buf *out, struct pk_error *err);
/* cmd_link.c */
int pk_link_make_run(const struct pk_invocation *invocation);
int pk_links_run(const struct pk_invocation *invocation);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* Who runs a command, by the name of their account on this machine: for the audit of what is done without a gateway. */
#ifndef PK_APP_USER_H
#define PK_APP_USER_H

#define PK_USER_MAX 64

/* "anna", or "uid:1000" where the machine knows no name. */
const char *pk_user_name(char ret_name[PK_USER_MAX]);

#endif

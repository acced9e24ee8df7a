/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one table of what a PK_E_ code (include/pokana/error.h) is called and what it becomes at the two doors where it
 * leaves the program: the exit status of a command and the status of an HTTP answer.
 */
#ifndef PK_BASE_CODE_H
#define PK_BASE_CODE_H

#include "gateway/include/pokana/slice.h"

/* "not-found"; "internal" for a number that is none of ours. Never NULL. */
const char *pk_code_name(int code);
/* 0 for PK_OK, 1 for internal, 2 upwards for the rest (gateway/base/code.c, pokana(1) "EXIT STATUS"). */
int pk_code_exit_status(int code);
/* 200 for PK_OK, else 4xx or 5xx. */
unsigned pk_code_http_status(int code);
/* The code behind a name, for the reading side of a door; PK_E_INTERNAL for a name that is unknown. */
int pk_code_of_name(struct pk_slice name);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages' handlers, for the table in console.c. */
#ifndef PK_CONSOLE_HANDLERS_H
#define PK_CONSOLE_HANDLERS_H

#include "gateway/console/visit.h"

void pk_page_home(struct pk_visit *visit); /* home.c */

#endif

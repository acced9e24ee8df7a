/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pages for people. What the public listener hears that is no webhook comes here: a path finds its handler, the
 * handler asks the service, a page file is filled in and leaves after the commit like every answer. On the loop's thread.
 */
#ifndef PK_CONSOLE_CONSOLE_H
#define PK_CONSOLE_CONSOLE_H

#include "gateway/service/service.h"

struct pk_console;
struct pk_call;

/* Compiles every page and loads every string; PK_E_INVALID or PK_E_NOT_FOUND names what does not fit. Borrows the service. */
int pk_console_new(struct pk_service *service, struct pk_console **ret_console, struct pk_error *err);
void pk_console_free(struct pk_console *console);
PK_AUTO_DEFINE(pk_console, struct pk_console *, pk_console_free)

/* pk_api_config.pages */
void pk_console_handle(void *console, struct pk_call *call);

#endif

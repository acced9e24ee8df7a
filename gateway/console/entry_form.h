/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Forms of nobody yet: on the way in, of residents and of users. The same token stands in the form and in a cookie: a page
 * elsewhere can write neither. Nothing of it is kept here. Only gateway/console.
 */
#ifndef PK_CONSOLE_ENTRY_FORM_H
#define PK_CONSOLE_ENTRY_FORM_H

#include "gateway/console/visit.h"

/* Shows a page with such a form: adds `form` and `wrong`. */
void pk_entry_form_show(struct pk_visit *visit, unsigned status, const char *page, bool wrong);
/* False: answered with the trouble. */
bool pk_entry_form_is_ours(struct pk_visit *visit);

#endif

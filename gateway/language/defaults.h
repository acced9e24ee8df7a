/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ICU's defaults for the whole process. Every call of this folder names its language and zone; the defaults are there so
 * that nothing ever depends on the LANG and TZ of whoever started the program. Once, before any thread is started.
 */
#ifndef PK_LANGUAGE_DEFAULTS_H
#define PK_LANGUAGE_DEFAULTS_H

#include "gateway/include/pokana/error.h"

/* PK_E_INVALID for a zone that does not exist; nothing is changed then. */
int pk_language_set_defaults(const char *language, const char *zone, struct pk_error *err);

#endif

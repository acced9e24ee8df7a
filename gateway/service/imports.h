/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files of recipients under way in a running gateway: one is worked on at a time, a few may wait, and what is told of
 * those that ended is kept in memory until newer ones push it out.
 */
#ifndef PK_SERVICE_IMPORTS_H
#define PK_SERVICE_IMPORTS_H

#include "gateway/service/import.h"

#define PK_IMPORTS_MAX 8u /* waiting, under way and ended */

struct pk_imports;

struct pk_imports *pk_imports_new(struct pk_service *service);
void pk_imports_free(struct pk_imports *imports);
/* One turn's share of the oldest one that has not ended. The open phase. */
void pk_imports_run(struct pk_imports *imports);

/* As pk_import_new(). The same file while it is under way is the same job. PK_E_BUSY when too many wait. */
int pk_imports_start(struct pk_imports *imports, const struct pk_actor *actor, const struct pk_import_options *options,
                     struct pk_slice text, int64_t now_ms, int64_t *ret_job, struct pk_error *err);
/* NULL when memory knows nothing of it. Lives until the turn ends. */
const struct pk_import *pk_imports_find(const struct pk_imports *imports, int64_t job);

#endif

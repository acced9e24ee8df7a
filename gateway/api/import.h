/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files of recipients, read in by the running gateway, and what has become of such work.
 *
 *     POST /v1/recipients/import?confirmed=yes|no&partial=yes|no&by=USER&second=USER    text/csv -> 202 {"job":ID}
 *     GET  /v1/jobs/ID    "errors" name lines, never what stands in them; they are kept in memory only
 */
#ifndef PK_API_IMPORT_H
#define PK_API_IMPORT_H

#include "gateway/api/call.h"
#include "gateway/base/json.h"
#include "gateway/service/import.h"

void pk_api_import(struct pk_call *call);
void pk_api_job(struct pk_call *call);

/* The same document for a command that imports by itself; a whole object, or its members inside one. */
void pk_import_view_write(struct pk_json_out *out, const struct pk_import_view *view);

#endif

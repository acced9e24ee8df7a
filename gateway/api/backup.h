/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/backup {"path":"/abs/file"} -> 200 {"path","bytes"} when the copy is complete and on disk. */
#ifndef PK_API_BACKUP_H
#define PK_API_BACKUP_H

#include "gateway/api/call.h"

void pk_api_backup(struct pk_call *call);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The columns of an attempt in the order they are read, for the two files that read them. Only gateway/store. */
#ifndef PK_STORE_ATTEMPT_ROW_H
#define PK_STORE_ATTEMPT_ROW_H

#include "gateway/store/attempts.h"

#include <sqlite3.h>

#define PK_ATTEMPT_COLUMNS                                                                                                 \
    "id, message, account, state, reason, gate, opened_ms, settled_ms, price, parts, currency, channel, beside,"    \
    " address, version"

void pk_attempt_read(sqlite3_stmt *row, struct pk_attempt *ret_attempt);

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
/* The columns of a message in the order they are read, for the three files that read them. Only gateway/store. */
#ifndef PK_STORE_MESSAGE_ROW_H
#define PK_STORE_MESSAGE_ROW_H

#include "gateway/store/messages.h"

#include <sqlite3.h>

#define PK_MESSAGE_COLUMN_COUNT 20
#define PK_MESSAGE_COLUMNS                                                                                                 \
    "id, recipient, address, notice, version, topic, channel, class, route, priority, state, reason, flags, attempts,"     \
    " account, due_ms, expires_ms, updated_ms, act_ms, earlier"
/* The same, each with the table's short name before it. */
#define PK_MESSAGE_COLUMNS_OF(t)                                                                                           \
    #t ".id, " #t ".recipient, " #t ".address, " #t ".notice, " #t ".version, " #t ".topic, " #t ".channel, " #t ".class, " #t \
       ".route, " #t ".priority, " #t ".state, " #t ".reason, " #t ".flags, " #t ".attempts, " #t ".account, " #t ".due_ms, "  \
    #t ".expires_ms, " #t ".updated_ms, " #t ".act_ms, " #t ".earlier"

void pk_message_read(sqlite3_stmt *row, struct pk_message *ret_message);
extern const char pk_claim_sql[]; /* its plan is looked at in a test */

#endif

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/former.h"

#include "gateway/store/internal.h"

int pk_former_page(struct pk_store *store, int64_t after, size_t max, struct pk_former *ret_people, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(
        store, "SELECT r.id, r.stopped_ms <> 0, CASE WHEN EXISTS (SELECT 1 FROM consent c WHERE c.recipient = r.id AND c.kind <= 3) THEN 0"
               " ELSE max(r.created_ms, r.stopped_ms, ifnull((SELECT max(l.at_ms) FROM consent c JOIN ledger l ON l.id = c.event"
               " WHERE c.recipient = r.id), 0)) END FROM recipient r WHERE r.id > ?1 ORDER BY r.id LIMIT ?2");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "ii", after, (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_people[count++] = (struct pk_former){
            .recipient = sqlite3_column_int64(rows, 0),
            .stopped = sqlite3_column_int(rows, 1) != 0,
            .ended_ms = sqlite3_column_int64(rows, 2),
        };
    if (r == 0)
        *ret_count = count;
    return r;
}

bool pk_former_said_no(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM consent c JOIN ledger l ON l.id = c.event WHERE c.recipient = ?1 AND c.topic = ?2 AND c.channel = ?3"
                      " AND c.kind IN (4, 5) AND l.how <> 'erasure'",
                      "iuu", recipient, topic, channel) != 0;
}

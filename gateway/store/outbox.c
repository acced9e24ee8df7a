/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/outbox.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

int pk_outbox_add(struct pk_store *store, const struct pk_outbox_item *item, int64_t *ret_id, struct pk_error *err)
{
    int64_t id = pk_id_ordered();
    int r = pk_sql_write(store, err,
                         "INSERT INTO outbox(id, topic, content_type, correlation, payload, created_ms, expires_ms)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         "ittbbii", id, item->topic, item->content_type, item->correlation, item->payload, item->created_ms, item->expires_ms);
    if (r == 0)
        *ret_id = id;
    return r;
}

int pk_outbox_page(struct pk_store *store, int64_t after, size_t max, int (*each)(void *ctx, const struct pk_outbox_item *item), void *ctx,
                   struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, topic, content_type, correlation, payload, created_ms, expires_ms FROM outbox"
                                       " WHERE id > ?1 ORDER BY id LIMIT ?2");
    pk_sql_bind(rows, "ii", after, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_outbox_item item = {
            .id = sqlite3_column_int64(rows, 0),
            .topic = pk_sql_text(rows, 1),
            .content_type = pk_sql_text(rows, 2),
            .correlation = pk_sql_blob(rows, 3),
            .payload = pk_sql_blob(rows, 4),
            .created_ms = sqlite3_column_int64(rows, 5),
            .expires_ms = sqlite3_column_int64(rows, 6),
        };
        if ((r = each(ctx, &item)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_outbox_delete(struct pk_store *store, int64_t id, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM outbox WHERE id = ?1", "i", id);
}

int64_t pk_outbox_count(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM outbox", "");
}

int pk_outbox_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    /* Items expire in the order they were made: usually the first one tells. */
    int64_t first = pk_sql_int(store, INT64_MAX, "SELECT expires_ms FROM outbox ORDER BY id LIMIT 1", "");
    if (first > now_ms)
        return 0;
    int r = pk_sql_write(store, err,
                         "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ?2) AND expires_ms <> 0 AND expires_ms <= ?1",
                         "ii", now_ms, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

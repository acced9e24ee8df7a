/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/once.h"

#include "gateway/store/internal.h"

int pk_once_get(struct pk_store *store, const uint8_t key[PK_ONCE_BYTES], struct pk_once *ret_once, struct pk_buf *answer, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT request, status, answer FROM once WHERE key = ?1");
    pk_sql_bind(find, "b", pk_slice_make(key, PK_ONCE_BYTES));
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    struct pk_slice request = pk_sql_blob(find, 0);
    *ret_once = (struct pk_once){ .status = pk_sql_u32(find, 1) };
    if (request.len == PK_ONCE_BYTES)
        memcpy(ret_once->request, request.data, PK_ONCE_BYTES);
    (void) pk_buf_add_slice(answer, pk_sql_text(find, 2));
    pk_sql_reset(find);
    return 1;
}

int pk_once_put(struct pk_store *store, const uint8_t key[PK_ONCE_BYTES], const struct pk_once *once, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "INSERT OR IGNORE INTO once(key, request, status, answer, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)", "bbuti",
                        pk_slice_make(key, PK_ONCE_BYTES), pk_slice_make(once->request, PK_ONCE_BYTES), once->status, once->answer, now_ms);
}

int pk_once_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    if (pk_sql_int(store, 0, "SELECT 1 FROM once WHERE at_ms < ?1 LIMIT 1", "i", now_ms - PK_ONCE_KEPT_MS) == 0)
        return 0;
    int r = pk_sql_write(store, err, "DELETE FROM once WHERE key IN (SELECT key FROM once WHERE at_ms < ?1 LIMIT ?2)", "ii",
                         now_ms - PK_ONCE_KEPT_MS, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

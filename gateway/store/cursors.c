/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/cursors.h"

#include "gateway/store/internal.h"

#define PLACE "cursor.value"

int pk_cursor_get(struct pk_store *store, uint32_t account, struct pk_slice adapter, struct pk_buf *ret_cursor, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT value FROM cursor WHERE account = ?1 AND adapter = ?2");
    pk_sql_bind(find, "ut", account, adapter);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    r = pk_unseal(store->keys, PLACE, account, pk_sql_blob(find, 0), ret_cursor, err);
    pk_sql_reset(find);
    return r;
}

int pk_cursor_set(struct pk_store *store, uint32_t account, struct pk_slice adapter, struct pk_slice cursor, int64_t now_ms,
                  struct pk_error *err)
{
    struct pk_buf sealed;
    if (cursor.len > PK_CURSOR_MAX)
        return pk_fail(err, PK_E_LIMIT, "a cursor of %zu bytes is too long to keep", cursor.len);
    pk_buf_init(&sealed, PK_CURSOR_MAX + PK_SEAL_OVERHEAD);
    pk_seal(store->keys, PLACE, account, cursor, &sealed);
    int r = pk_sql_write(store, err,
                         "INSERT INTO cursor(account, adapter, value, updated_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(account)"
                         " DO UPDATE SET adapter = excluded.adapter, value = excluded.value, updated_ms = excluded.updated_ms",
                         "utbi", account, adapter, pk_buf_slice(&sealed), now_ms);
    pk_buf_finish(&sealed);
    return r;
}

static int rekey(struct pk_store *store, int64_t account, struct pk_error *err)
{
    struct pk_buf clear, sealed;
    sqlite3_stmt *find = pk_sql(store, "SELECT value FROM cursor WHERE account = ?1");
    pk_sql_bind(find, "i", account);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    pk_buf_init(&clear, PK_CURSOR_MAX);
    pk_buf_init(&sealed, PK_CURSOR_MAX + PK_SEAL_OVERHEAD);
    r = pk_unseal(store->keys, PLACE, account, pk_sql_blob(find, 0), &clear, err);
    pk_sql_reset(find);
    if (r == 0) {
        pk_seal(store->keys, PLACE, account, pk_buf_slice(&clear), &sealed);
        r = pk_sql_write(store, err, "UPDATE cursor SET value = ?2 WHERE account = ?1", "ib", account, pk_buf_slice(&sealed));
    }
    pk_buf_wipe(&clear);
    pk_buf_finish(&sealed);
    return r;
}

int pk_cursors_rekey(struct pk_store *store, struct pk_error *err)
{
    int r = 0;
    for (int64_t account = 0; r == 0;) {
        account = pk_sql_int(store, 0, "SELECT min(account) FROM cursor WHERE account > ?1", "i", account);
        if (account == 0)
            break;
        r = rekey(store, account, err);
    }
    return r;
}

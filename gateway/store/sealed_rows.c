/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows that know their address only sealed, found one after the other by opening it: few, and waiting for seconds. */
#include "gateway/store/sealed_rows.h"

#include "gateway/store/internal.h"

#define VALUE_MAX 1024u

/* The next one behind *id: 1 when there is one; *ret_same says whether it is this address's. */
static int next_row(struct pk_store *store, const struct pk_sealed_rows *rows, uint32_t channel, struct pk_slice value, int64_t *id,
                    bool *ret_same, struct pk_error *err)
{
    struct pk_buf clear;
    sqlite3_stmt *next = pk_sql(store, rows->next);
    pk_sql_bind(next, "iu", *id, channel);
    int r = pk_sql_step(store, next, err);
    if (r != 1)
        return r;
    pk_buf_init(&clear, VALUE_MAX);
    *id = sqlite3_column_int64(next, 0);
    *ret_same = pk_unseal(store->keys, rows->place, *id, pk_sql_blob(next, 1), &clear, NULL) == 0 && pk_slice_equal(pk_buf_slice(&clear), value);
    pk_buf_wipe(&clear);
    pk_sql_reset(next);
    return 1;
}

int pk_sealed_rows_forget(struct pk_store *store, const struct pk_sealed_rows *rows, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    int64_t id = INT64_MIN;
    bool same = false;
    int r;
    while ((r = next_row(store, rows, channel, value, &id, &same, err)) == 1)
        if (same && (r = pk_sql_write(store, err, rows->forget, "i", id)) != 0)
            return r;
    return r;
}

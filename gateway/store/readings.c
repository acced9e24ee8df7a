/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/readings.h"

#include "gateway/store/internal.h"

#include <stdio.h>

int pk_reading_add(struct pk_store *store, struct pk_slice name, struct pk_slice tag, const uint8_t hash[32], struct pk_slice reader,
                   int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO text_read(name, tag, hash, reader, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
                        " ON CONFLICT(name, tag, hash, reader) DO NOTHING",
                        "ttbti", name, tag, pk_slice_make(hash, 32), reader, now_ms);
}

bool pk_reading_find(struct pk_store *store, struct pk_slice name, struct pk_slice tag, const uint8_t hash[32], struct pk_reading *ret_reading)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT reader, at_ms FROM text_read WHERE name = ?1 AND tag = ?2 AND hash = ?3 ORDER BY id LIMIT 1");
    pk_sql_bind(find, "ttb", name, tag, pk_slice_make(hash, 32));
    if (pk_sql_step(store, find, NULL) != 1)
        return false;
    (void) snprintf(ret_reading->reader, sizeof ret_reading->reader, "%.*s", PK_SLICE_ARG(pk_sql_text(find, 0)));
    ret_reading->at_ms = sqlite3_column_int64(find, 1);
    pk_sql_reset(find);
    return true;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Months that are frozen: written once, and read. */
#include "gateway/store/indicators.h"

#include "gateway/store/internal.h"

int64_t pk_indicators_frozen_ms(struct pk_store *store, int32_t month)
{
    return pk_sql_int(store, 0, "SELECT at_ms FROM indicator_month WHERE month = ?1", "i", (int64_t) month);
}

int32_t pk_indicators_last(struct pk_store *store)
{
    return (int32_t) pk_sql_int(store, 0, "SELECT coalesce(max(month), 0) FROM indicator_month", "");
}

int32_t pk_indicators_oldest(struct pk_store *store)
{
    return (int32_t) pk_sql_int(store, 0, "SELECT coalesce(min(month), 0) FROM indicator_month", "");
}

int pk_indicators_freeze(struct pk_store *store, int32_t month, const struct pk_indicators *set, int64_t now_ms, struct pk_error *err)
{
    int r = 0;
    if (pk_indicators_frozen_ms(store, month) != 0)
        return pk_fail(err, PK_E_CONFLICT, "the month is frozen already");
    for (size_t i = 0; r == 0 && i < set->count; i++) {
        const struct pk_indicator_row *row = &set->rows[i];
        r = pk_sql_write(store, err,
                         "INSERT INTO indicator(month, indicator, breakdown, parent, label, count, estimate) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         "iuuttii", (int64_t) month, row->indicator, row->by, pk_slice_of(row->parent), pk_slice_of(row->label), row->count,
                         row->estimate);
    }
    return r != 0 ? r : pk_sql_write(store, err, "INSERT INTO indicator_month(month, at_ms) VALUES(?1, ?2)", "ii", (int64_t) month, now_ms);
}

int pk_indicators_load(struct pk_store *store, int32_t month, struct pk_indicators *set, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT indicator, breakdown, parent, label, count, estimate FROM indicator WHERE month = ?1");
    int r;
    pk_sql_bind(rows, "i", (int64_t) month);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        char parent[PK_INDICATOR_LABEL], label[PK_INDICATOR_LABEL];
        uint32_t indicator = pk_sql_u32(rows, 0), by = pk_sql_u32(rows, 1);
        (void) snprintf(parent, sizeof parent, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 2)));
        (void) snprintf(label, sizeof label, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 3)));
        if (indicator >= PK_INDICATORS || by >= PK_INDICATOR_BYS) /* of a newer program */
            continue;
        struct pk_indicator_row *row = pk_indicators_row(set, indicator, by, parent, label);
        row->count = sqlite3_column_int64(rows, 4);
        row->estimate = sqlite3_column_int64(rows, 5);
    }
    return r;
}

int pk_reach_drop(struct pk_store *store, int64_t before, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM trigger_reach WHERE trigger < ?1 AND trigger NOT IN (SELECT id FROM trigger)", "i", before);
}

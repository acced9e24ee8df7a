/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/account_days.h"

#include "gateway/store/internal.h"

struct pk_day_use pk_account_day(struct pk_store *store, uint32_t account, int64_t day)
{
    struct pk_day_use use = { 0 };
    sqlite3_stmt *find = pk_sql(store, "SELECT cost, messages FROM account_day WHERE account = ?1 AND day = ?2");
    pk_sql_bind(find, "ui", account, day);
    if (pk_sql_step(store, find, NULL) != 1)
        return use;
    use = (struct pk_day_use){ .cost = sqlite3_column_int64(find, 0), .messages = sqlite3_column_int64(find, 1) };
    pk_sql_reset(find);
    return use;
}

int pk_account_day_add(struct pk_store *store, uint32_t account, int64_t day, struct pk_day_use more, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO account_day(account, day, messages, cost, at_ms) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(account, day)"
                        " DO UPDATE SET messages = messages + excluded.messages, cost = cost + excluded.cost, at_ms = excluded.at_ms",
                        "uiiii", account, day, more.messages, more.cost, now_ms);
}

int pk_account_days_drop(struct pk_store *store, int64_t before_ms, size_t max, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "DELETE FROM account_day WHERE (account, day) IN (SELECT account, day FROM account_day WHERE at_ms < ?1 LIMIT ?2)",
                        "ii", before_ms, (int64_t) max);
}

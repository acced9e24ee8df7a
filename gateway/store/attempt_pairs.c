/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/attempt_pairs.h"

#include "gateway/store/attempt_row.h"
#include "gateway/store/campaign_cost.h"
#include "gateway/store/internal.h"

int pk_attempt_other(struct pk_store *store, const struct pk_attempt *attempt, struct pk_attempt *ret_other, struct pk_error *err)
{
    if (attempt->beside != 0)
        return pk_attempt_get(store, attempt->beside, ret_other, err);
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_ATTEMPT_COLUMNS " FROM attempt INDEXED BY attempt_by_first WHERE beside = ?1"
                                       " AND beside <> 0 LIMIT 1");
    pk_sql_bind(find, "i", attempt->id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "the attempt left alone");
    pk_attempt_read(find, ret_other);
    pk_sql_reset(find);
    return 0;
}

int pk_attempt_not_used(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE attempt SET state = 5, reason = 0, saved = price, price = priced(price, 0), settled_ms = ?2 WHERE id = ?1"
                                     " AND state IN (1, 4)", "ii", id, now_ms);
    return pk_campaign_spends_changed(store, id, r, err);
}

int pk_attempt_used(struct pk_store *store, int64_t id, int64_t now_ms, int64_t *ret_price, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE attempt SET state = 1, price = priced(price, saved), saved = 0, settled_ms = ?2 WHERE id = ?1 AND state = 5", "ii",
                         id, now_ms);
    r = pk_campaign_spends_changed(store, id, r, err);
    if (r == 0)
        *ret_price = pk_sql_int(store, 0, "SELECT price FROM attempt WHERE id = ?1", "i", id);
    return r;
}

bool pk_attempt_has_arrived(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM receipt WHERE attempt = ?1 AND state IN (3, 4) LIMIT 1", "i", id) != 0;
}

bool pk_attempt_is_lost(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM receipt WHERE attempt = ?1 AND state IN (5, 6) LIMIT 1", "i", id) != 0;
}

bool pk_attempts_took(struct pk_store *store, int64_t message, uint32_t channel)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM attempt INDEXED BY attempt_by_message WHERE message = ?1 AND beside <> 0 AND channel = ?2"
                      " AND state IN (1, 4, 5) LIMIT 1",
                      "iu", message, channel) != 0;
}

bool pk_attempts_paired(struct pk_store *store, int64_t message)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM attempt INDEXED BY attempt_by_message WHERE message = ?1 AND beside <> 0 AND state IN (1, 4, 5) LIMIT 1", "i",
                      message) != 0;
}

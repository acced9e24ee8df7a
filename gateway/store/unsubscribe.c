/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/unsubscribe.h"

#include "gateway/store/internal.h"

static struct pk_slice digest_of(const uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES], uint8_t room[32])
{
    pk_sha256(pk_slice_make(token, PK_UNSUBSCRIBE_TOKEN_BYTES), room);
    return pk_slice_make(room, 32);
}

int pk_unsubscribe_add(struct pk_store *store, const uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES], int64_t recipient, uint32_t channel,
                       int64_t now_ms, int64_t until_ms, struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err,
                        "INSERT INTO unsubscribe(token, recipient, channel, created_ms, until_ms, used_ms) VALUES(?1, ?2, ?3, ?4, ?5, 0)",
                        "biuii", digest_of(token, digest), recipient, channel, now_ms, until_ms);
}

int pk_unsubscribe_use(struct pk_store *store, const uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                       uint32_t *ret_channel, bool *ret_again, struct pk_error *err)
{
    uint8_t room[32];
    struct pk_slice digest = digest_of(token, room);
    sqlite3_stmt *find = pk_sql(store, "SELECT recipient, channel, used_ms FROM unsubscribe WHERE token = ?1 AND until_ms > ?2");
    pk_sql_bind(find, "bi", digest, now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such link, or it is over");
    *ret_recipient = sqlite3_column_int64(find, 0);
    *ret_channel = pk_sql_u32(find, 1);
    *ret_again = sqlite3_column_int64(find, 2) != 0;
    pk_sql_reset(find);
    return *ret_again ? 0 : pk_sql_write(store, err, "UPDATE unsubscribe SET used_ms = ?2 WHERE token = ?1", "bi", digest, now_ms);
}

int pk_unsubscribe_forget(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM unsubscribe WHERE recipient = ?1", "i", recipient);
}

int pk_unsubscribe_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "DELETE FROM unsubscribe WHERE token IN (SELECT token FROM unsubscribe WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}

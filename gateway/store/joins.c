/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/joins.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/sealed_rows.h"

#define PLACE_VALUE "joining.value"
#define SEALED_MAX 512u

static struct pk_slice digest_of(const uint8_t token[PK_JOIN_TOKEN_BYTES], uint8_t room[32])
{
    pk_sha256(pk_slice_make(token, PK_JOIN_TOKEN_BYTES), room);
    return pk_slice_make(room, 32);
}

int pk_join_add(struct pk_store *store, const uint8_t token[PK_JOIN_TOKEN_BYTES], const struct pk_join *join, struct pk_slice value,
                int64_t until_ms, struct pk_error *err)
{
    char room[SEALED_MAX];
    uint8_t digest[32];
    struct pk_buf sealed = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    int64_t id = pk_id_ordered();
    pk_seal(store->keys, PLACE_VALUE, id, value, &sealed);
    if (sealed.failed)
        return pk_fail(err, PK_E_LIMIT, "this address is too long");
    return pk_sql_write(store, err,
                        "INSERT INTO joining(id, token, state, channel, value, topics, language, script, created_ms, until_ms)"
                        " VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                        "ibubtttii", id, digest_of(token, digest), join->channel, pk_buf_slice(&sealed), pk_slice_of(join->topics),
                        pk_slice_of(join->language), pk_slice_of(join->script), join->created_ms, until_ms);
}

int64_t pk_joins_waiting(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM joining WHERE state = 0", "");
}

int64_t pk_joins_since(struct pk_store *store, int64_t since_ms)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM joining INDEXED BY joining_by_time WHERE created_ms > ?1", "i", since_ms);
}

static void copy(char *to, size_t room, struct pk_slice text)
{
    (void) snprintf(to, room, "%.*s", PK_SLICE_ARG(text));
}

int pk_join_next(struct pk_store *store, struct pk_join *ret_join, struct pk_buf *value, struct pk_error *err)
{
    sqlite3_stmt *find =
        pk_sql(store, "SELECT id, channel, created_ms, language, script, topics, value FROM joining WHERE state = 0 ORDER BY id LIMIT 1");
    int r = pk_sql_step(store, find, err);
    if (r == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "nobody signed up");
    if (r < 0)
        return r;
    *ret_join = (struct pk_join){ .id = sqlite3_column_int64(find, 0), .channel = pk_sql_u32(find, 1), .created_ms = sqlite3_column_int64(find, 2) };
    copy(ret_join->language, sizeof ret_join->language, pk_sql_text(find, 3));
    copy(ret_join->script, sizeof ret_join->script, pk_sql_text(find, 4));
    copy(ret_join->topics, sizeof ret_join->topics, pk_sql_text(find, 5));
    if (pk_unseal(store->keys, PLACE_VALUE, ret_join->id, pk_sql_blob(find, 6), value, NULL) != 0)
        pk_buf_clear(value); /* nobody's, then: those behind it must not wait for ever */
    pk_sql_reset(find);
    return 0;
}

int pk_join_done(struct pk_store *store, int64_t id, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE joining SET state = 1, value = x'', topics = '', language = '', script = '' WHERE id = ?1", "i", id);
}

int pk_joins_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    static const struct pk_sealed_rows waiting = {
        .next = "SELECT id, value FROM joining INDEXED BY joining_waiting WHERE state = 0 AND id > ?1 AND channel = ?2 ORDER BY id LIMIT 1",
        .forget = "DELETE FROM joining WHERE id = ?1",
        .place = PLACE_VALUE,
    };
    return pk_sealed_rows_forget(store, &waiting, channel, value, err);
}

int pk_joins_end_all(struct pk_store *store, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE joining SET state = 1, value = x'', topics = '', language = '', script = '' WHERE state = 0", "");
}

int pk_joins_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM joining WHERE id IN (SELECT id FROM joining WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}

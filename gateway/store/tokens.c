/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/tokens.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define KEPT_MS (90ll * 24 * 3600 * 1000) /* after its end: who asks why a service is refused finds the answer */
#define COLUMNS "id, name, owner_kind, owner, scopes, made_by, created_ms, expires_ms, used_ms, revoked_ms"

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void read_token(sqlite3_stmt *row, struct pk_token *ret_token)
{
    *ret_token = (struct pk_token){
        .id = sqlite3_column_int64(row, 0),
        .owner_kind = pk_sql_u32(row, 2),
        .created_ms = sqlite3_column_int64(row, 6),
        .expires_ms = sqlite3_column_int64(row, 7),
        .used_ms = sqlite3_column_int64(row, 8),
        .revoked_ms = sqlite3_column_int64(row, 9),
    };
    copy(ret_token->name, sizeof ret_token->name, pk_sql_text(row, 1));
    copy(ret_token->owner, sizeof ret_token->owner, pk_sql_text(row, 3));
    copy(ret_token->scopes, sizeof ret_token->scopes, pk_sql_text(row, 4));
    copy(ret_token->made_by, sizeof ret_token->made_by, pk_sql_text(row, 5));
}

static int one(struct pk_store *store, sqlite3_stmt *find, struct pk_token *ret_token, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r == 1) {
        read_token(find, ret_token);
        pk_sql_reset(find);
        return 0;
    }
    return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such token");
}

int pk_token_add(struct pk_store *store, struct pk_token *token, const uint8_t hash[PK_TOKEN_HASH_BYTES], struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT 1 FROM token WHERE name = ?1", "t", pk_slice_of(token->name)) != 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "there is a token \"%s\" already, or was one lately", token->name);
        return pk_hint(err, PK_E_CONFLICT, "Take another name: what was done with the old one stays told apart.");
    }
    if (pk_sql_int(store, 0, "SELECT count(*) FROM token", "") >= PK_TOKENS_MAX)
        return pk_fail(err, PK_E_LIMIT, "there are %d tokens already", PK_TOKENS_MAX);
    token->id = pk_id_random();
    return pk_sql_write(store, err, "INSERT INTO token(" COLUMNS ", hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9)", "itutttiib",
                        token->id, pk_slice_of(token->name), token->owner_kind, pk_slice_of(token->owner), pk_slice_of(token->scopes),
                        pk_slice_of(token->made_by), token->created_ms, token->expires_ms, pk_slice_make(hash, PK_TOKEN_HASH_BYTES));
}

int pk_token_by_hash(struct pk_store *store, const uint8_t hash[PK_TOKEN_HASH_BYTES], struct pk_token *ret_token, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM token WHERE hash = ?1");
    pk_sql_bind(find, "b", pk_slice_make(hash, PK_TOKEN_HASH_BYTES));
    return one(store, find, ret_token, err);
}

int pk_token_get(struct pk_store *store, struct pk_slice name, struct pk_token *ret_token, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM token WHERE name = ?1");
    pk_sql_bind(find, "t", name);
    return one(store, find, ret_token, err);
}

int pk_token_revoke(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE token SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms = 0", "ii", id, now_ms);
}

int pk_token_used(struct pk_store *store, int64_t id, int64_t day_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE token SET used_ms = ?2 WHERE id = ?1 AND used_ms < ?2", "ii", id, day_ms);
}

int pk_tokens_end_of(struct pk_store *store, enum pk_token_owner kind, struct pk_slice owner, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE token SET revoked_ms = ?3 WHERE owner_kind = ?1 AND owner = ?2 AND revoked_ms = 0", "uti",
                        (unsigned) kind, owner, now_ms);
}

int pk_tokens_end_all(struct pk_store *store, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE token SET revoked_ms = ?1 WHERE revoked_ms = 0", "i", now_ms);
}

int pk_tokens_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_token *token), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM token ORDER BY name");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_token token;
        read_token(rows, &token);
        if ((r = each(ctx, &token)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_tokens_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    if (pk_sql_int(store, 0, "SELECT 1 FROM token WHERE expires_ms < ?1 OR (revoked_ms > 0 AND revoked_ms < ?1) LIMIT 1", "i", now_ms - KEPT_MS) == 0)
        return 0;
    int r = pk_sql_write(store, err,
                         "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE expires_ms < ?1 OR (revoked_ms > 0 AND revoked_ms < ?1) LIMIT ?2)",
                         "ii", now_ms - KEPT_MS, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

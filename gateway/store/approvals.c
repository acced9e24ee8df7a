/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/approvals.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define KEPT_MS (548 * 24 * 3600 * 1000ll)
#define COLUMNS                                                                                                                        \
    "id, type, publisher, topic, people_max, until_ms, digest, asked_by, asked_ms, approved_by, approved_ms, revoked_by, revoked_ms"

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void take_row(sqlite3_stmt *row, struct pk_approval *ret_approval)
{
    struct pk_slice digest = pk_sql_blob(row, 6);
    *ret_approval = (struct pk_approval){
        .id = sqlite3_column_int64(row, 0),
        .people_max = sqlite3_column_int64(row, 4),
        .until_ms = sqlite3_column_int64(row, 5),
        .asked_ms = sqlite3_column_int64(row, 8),
        .approved_ms = sqlite3_column_int64(row, 10),
        .revoked_ms = sqlite3_column_int64(row, 12),
    };
    copy(ret_approval->type, sizeof ret_approval->type, pk_sql_text(row, 1));
    copy(ret_approval->publisher, sizeof ret_approval->publisher, pk_sql_text(row, 2));
    copy(ret_approval->topic, sizeof ret_approval->topic, pk_sql_text(row, 3));
    copy(ret_approval->asked_by, sizeof ret_approval->asked_by, pk_sql_text(row, 7));
    copy(ret_approval->approved_by, sizeof ret_approval->approved_by, pk_sql_text(row, 9));
    copy(ret_approval->revoked_by, sizeof ret_approval->revoked_by, pk_sql_text(row, 11));
    if (digest.len == sizeof ret_approval->digest)
        memcpy(ret_approval->digest, digest.data, sizeof ret_approval->digest);
}

int pk_approval_add(struct pk_store *store, struct pk_approval *approval, struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT count(*) FROM standing_approval WHERE revoked_ms = 0 AND until_ms > ?1", "i", approval->asked_ms) >= PK_APPROVALS_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "there are %d standing approvals already", PK_APPROVALS_MAX);
        return pk_hint(err, PK_E_LIMIT, "Revoke those that are needed no more: pokana approvals list shows them.");
    }
    approval->id = pk_id_ordered();
    return pk_sql_write(store, err,
                        "INSERT INTO standing_approval(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', 0, '', 0)", "itttiibti",
                        approval->id, pk_slice_of(approval->type), pk_slice_of(approval->publisher), pk_slice_of(approval->topic),
                        approval->people_max, approval->until_ms, pk_slice_make(approval->digest, sizeof approval->digest),
                        pk_slice_of(approval->asked_by), approval->asked_ms);
}

int pk_approval_get(struct pk_store *store, int64_t id, struct pk_approval *ret_approval, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM standing_approval WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such standing approval");
    take_row(find, ret_approval);
    pk_sql_reset(find);
    return 0;
}

int pk_approval_put(struct pk_store *store, const struct pk_approval *approval, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE standing_approval SET digest = ?2, approved_by = ?3, approved_ms = ?4, revoked_by = ?5, revoked_ms = ?6 WHERE id = ?1",
                        "ibtiti", approval->id, pk_slice_make(approval->digest, sizeof approval->digest), pk_slice_of(approval->approved_by),
                        approval->approved_ms, pk_slice_of(approval->revoked_by), approval->revoked_ms);
}

int pk_approvals_each(struct pk_store *store, const char *publisher, const char *type, int64_t now_ms,
                      int (*each)(void *ctx, const struct pk_approval *approval), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = publisher ? pk_sql(store, "SELECT " COLUMNS " FROM standing_approval INDEXED BY standing_approval_of WHERE publisher = ?1"
                                                   " AND type = ?2 AND approved_ms <> 0 AND revoked_ms = 0 AND until_ms > ?3 ORDER BY id DESC")
                                   : pk_sql(store, "SELECT " COLUMNS " FROM standing_approval ORDER BY id DESC");
    if (publisher)
        pk_sql_bind(rows, "tti", pk_slice_of(publisher), pk_slice_of(type), now_ms);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_approval approval;
        take_row(rows, &approval);
        if ((r = each(ctx, &approval)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_approvals_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    int64_t before_ms = now_ms - KEPT_MS;
    /* There are few of them: whether any is that old is one look. */
    if (pk_sql_int(store, INT64_MAX, "SELECT min(CASE revoked_ms WHEN 0 THEN until_ms ELSE min(revoked_ms, until_ms) END) FROM standing_approval", "") >= before_ms)
        return 0;
    int r = pk_sql_write(store, err,
                         "DELETE FROM standing_approval WHERE id IN (SELECT id FROM standing_approval WHERE until_ms < ?1"
                         " OR (revoked_ms <> 0 AND revoked_ms < ?1) LIMIT ?2)",
                         "ii", before_ms, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

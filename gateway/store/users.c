/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/users.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define COLUMNS "id, name, role, language, topics, tags, created_ms"

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void read_user(sqlite3_stmt *row, struct pk_user *ret_user)
{
    *ret_user = (struct pk_user){
        .id = sqlite3_column_int64(row, 0),
        .role = pk_sql_u32(row, 2),
        .created_ms = sqlite3_column_int64(row, 6),
    };
    copy(ret_user->name, sizeof ret_user->name, pk_sql_text(row, 1));
    copy(ret_user->language, sizeof ret_user->language, pk_sql_text(row, 3));
    copy(ret_user->topics, sizeof ret_user->topics, pk_sql_text(row, 4));
    copy(ret_user->tags, sizeof ret_user->tags, pk_sql_text(row, 5));
}

int pk_user_add(struct pk_store *store, struct pk_user *user, struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT 1 FROM user WHERE name = ?1", "t", pk_slice_of(user->name)) != 0)
        return pk_fail(err, PK_E_CONFLICT, "there is a user \"%s\" already", user->name);
    if (pk_user_count(store) >= PK_USERS_MAX)
        return pk_fail(err, PK_E_LIMIT, "there are %d users already", PK_USERS_MAX);
    user->id = pk_id_random();
    return pk_sql_write(store, err, "INSERT INTO user(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", "ituttti", user->id,
                        pk_slice_of(user->name), user->role, pk_slice_of(user->language), pk_slice_of(user->topics), pk_slice_of(user->tags),
                        user->created_ms);
}

int pk_user_get(struct pk_store *store, struct pk_slice name, struct pk_user *ret_user, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM user WHERE name = ?1");
    pk_sql_bind(find, "t", name);
    int r = pk_sql_step(store, find, err);
    if (r == 1) {
        read_user(find, ret_user);
        pk_sql_reset(find);
        return 0;
    }
    return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such user");
}

int pk_user_remove(struct pk_store *store, int64_t id, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM user WHERE id = ?1", "i", id);
}

int64_t pk_user_count(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM user", "");
}

int pk_users_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_user *user), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM user ORDER BY name");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_user user;
        read_user(rows, &user);
        if ((r = each(ctx, &user)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/users.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/sign_in.h"
#include "gateway/store/told_me.h"

#define SEALED_MAX 512u
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
    struct pk_buf sealed;
    pk_buf_init(&sealed, SEALED_MAX);
    if (user->channel != 0)
        pk_seal(store->keys, PK_SEALED_USER, user->id, pk_slice_of(user->address), &sealed);
    int r = pk_sql_write(store, err, "INSERT INTO user(" COLUMNS ", channel, address) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "itutttiub",
                         user->id, pk_slice_of(user->name), user->role, pk_slice_of(user->language), pk_slice_of(user->topics),
                         pk_slice_of(user->tags), user->created_ms, user->channel, pk_buf_slice(&sealed));
    pk_buf_finish(&sealed);
    return r;
}

/* The one row of a statement that is bound. */
static int read_one(struct pk_store *store, sqlite3_stmt *find, struct pk_user *ret_user, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r == 1) {
        read_user(find, ret_user);
        pk_sql_reset(find);
        return 0;
    }
    return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such user");
}

int pk_user_get(struct pk_store *store, struct pk_slice name, struct pk_user *ret_user, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM user WHERE name = ?1");
    pk_sql_bind(find, "t", name);
    return read_one(store, find, ret_user, err);
}

int pk_user_find(struct pk_store *store, int64_t id, struct pk_user *ret_user, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM user WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    return read_one(store, find, ret_user, err);
}

int pk_user_address(struct pk_store *store, int64_t id, uint32_t *ret_channel, struct pk_buf *address, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT channel, address FROM user WHERE id = ?1 AND channel <> 0");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "no address is known of this user");
    *ret_channel = pk_sql_u32(find, 0);
    r = pk_unseal(store->keys, PK_SEALED_USER, id, pk_sql_blob(find, 1), address, err);
    pk_sql_reset(find);
    return r;
}

int pk_user_remove(struct pk_store *store, int64_t id, struct pk_error *err)
{
    int r = pk_staff_sessions_end_of(store, id, err);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM factor WHERE user = ?1", "i", id);
    if (r == 0)
        r = pk_told_me_forget(store, id, err);
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM user WHERE id = ?1", "i", id) : r;
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

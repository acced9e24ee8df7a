/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/sign_in.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define PLACE_SECRET "factor.secret"
#define SEALED_MAX 512u
#define LINK 2u /* of pass.state, behind those of passes.c */

static struct pk_slice digest_of(const uint8_t token[PK_PASS_TOKEN_BYTES], uint8_t room[32])
{
    pk_sha256(pk_slice_make(token, PK_PASS_TOKEN_BYTES), room);
    return pk_slice_make(room, 32);
}

/* ---- codes and links ---- */

int pk_sign_in_ask(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice name, struct pk_slice source,
                   int64_t now_ms, int64_t until_ms, struct pk_error *err)
{
    uint8_t digest[32], mac[32];
    struct pk_slice parts[] = { PK_SLICE("pass.source"), source };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), mac);
    int r = pk_pass_ask(store, token, 0, name, now_ms, until_ms, err);
    return r == 0 ? pk_sql_write(store, err, "UPDATE pass SET source = ?2 WHERE token = ?1", "bb", digest_of(token, digest),
                                 pk_slice_make(mac, PK_BLIND_BYTES))
                  : r;
}

int pk_sign_in_ready(struct pk_store *store, int64_t pass, int64_t user, struct pk_slice code, struct pk_error *err)
{
    int r = pk_pass_ready(store, pass, 0, code, err);
    return r == 0 ? pk_sql_write(store, err, "UPDATE pass SET user = ?2 WHERE id = ?1", "ii", pass, user) : r;
}

struct pk_sign_in_count pk_sign_in_since(struct pk_store *store, int64_t user, int64_t pass, int64_t since_ms)
{
    return (struct pk_sign_in_count){
        .all = pk_sql_int(store, 0, "SELECT count(*) FROM pass WHERE user = ?1 AND user <> 0 AND state = 1 AND created_ms >= ?2", "ii", user,
                          since_ms),
        .same_source = pk_sql_int(store, 0,
                                  "SELECT count(*) FROM pass WHERE user = ?1 AND user <> 0 AND state = 1 AND created_ms >= ?2"
                                  " AND source = (SELECT source FROM pass WHERE id = ?3)",
                                  "iii", user, since_ms, pass),
    };
}

int pk_sign_in_link(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t user, int64_t now_ms, int64_t until_ms,
                    struct pk_error *err)
{
    uint8_t digest[32];
    int r = pk_sql_write(store, err, "DELETE FROM pass WHERE user = ?1 AND user <> 0 AND state = ?2", "iu", user, LINK);
    return r == 0 ? pk_sql_write(store, err,
                                 "INSERT INTO pass(id, token, state, channel, value, code, tries, recipient, created_ms, until_ms, user)"
                                 " VALUES(?1, ?2, ?3, 0, x'', x'', 0, 0, ?4, ?5, ?6)",
                                 "ibuiii", pk_id_ordered(), digest_of(token, digest), LINK, now_ms, until_ms, user)
                  : r;
}

int pk_sign_in_link_use(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_user,
                        struct pk_error *err)
{
    uint8_t digest[32];
    struct pk_slice name = digest_of(token, digest);
    *ret_user = pk_sql_int(store, 0, "SELECT user FROM pass WHERE token = ?1 AND state = ?2 AND until_ms > ?3", "bui", name, LINK, now_ms);
    if (*ret_user == 0)
        return pk_fail(err, PK_E_DENIED, "this link does not work any more");
    return pk_sql_write(store, err, "DELETE FROM pass WHERE token = ?1", "b", name);
}

/* ---- sessions ---- */

#define SESSION "user, created_ms, until_ms, whole, hex(substr(token, 1, 8))"

static struct pk_staff_session read_session(sqlite3_stmt *row)
{
    struct pk_staff_session session = {
        .user = sqlite3_column_int64(row, 0),
        .began_ms = sqlite3_column_int64(row, 1),
        .until_ms = sqlite3_column_int64(row, 2),
        .whole = pk_sql_u32(row, 3) != 0,
    };
    (void) snprintf(session.mark, sizeof session.mark, "%.*s", PK_SLICE_ARG(pk_sql_text(row, 4)));
    return session;
}

int pk_staff_session_add(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const struct pk_staff_session *session,
                         struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err, "INSERT INTO session(token, recipient, created_ms, until_ms, user, whole) VALUES(?1, 0, ?2, ?3, ?4, ?5)",
                        "biiiu", digest_of(token, digest), session->began_ms, session->until_ms, session->user, session->whole ? 1u : 0u);
}

int pk_staff_session_find(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms,
                          struct pk_staff_session *ret_session, struct pk_error *err)
{
    uint8_t digest[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT " SESSION " FROM session WHERE token = ?1 AND until_ms > ?2 AND user <> 0");
    pk_sql_bind(find, "bi", digest_of(token, digest), now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_DENIED, "nobody is signed in here");
    *ret_session = read_session(find);
    pk_sql_reset(find);
    return 0;
}

int pk_staff_sessions_list(struct pk_store *store, int64_t user, int64_t now_ms,
                           int (*each)(void *ctx, const struct pk_staff_session *session), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " SESSION " FROM session WHERE user = ?1 AND user <> 0 AND until_ms > ?2 ORDER BY created_ms DESC");
    pk_sql_bind(rows, "ii", user, now_ms);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_staff_session session = read_session(rows);
        if ((r = each(ctx, &session)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_staff_session_wrong(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    uint8_t digest[32];
    struct pk_slice name = digest_of(token, digest);
    int r = pk_sql_write(store, err, "UPDATE session SET tries = tries + 1 WHERE token = ?1", "b", name);
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM session WHERE token = ?1 AND tries >= ?2", "bu", name, (unsigned) PK_FACTOR_TRIES) : r;
}

int pk_staff_session_end(struct pk_store *store, int64_t user, struct pk_slice mark, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM session WHERE user = ?1 AND user <> 0 AND hex(substr(token, 1, 8)) = ?2", "it", user, mark);
}

int pk_staff_sessions_end_of(struct pk_store *store, int64_t user, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM session WHERE user = ?1 AND user <> 0", "i", user);
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM pass WHERE user = ?1 AND user <> 0", "i", user) : r;
}

/* ---- the second factor ---- */

int pk_factor_begin(struct pk_store *store, int64_t user, const uint8_t session[PK_PASS_TOKEN_BYTES],
                    const uint8_t secret[PK_TOTP_SECRET_BYTES], int64_t now_ms, struct pk_error *err)
{
    uint8_t digest[32];
    struct pk_buf sealed;
    pk_buf_init(&sealed, SEALED_MAX);
    pk_seal(store->keys, PLACE_SECRET, user, pk_slice_make(secret, PK_TOTP_SECRET_BYTES), &sealed);
    int r = pk_sql_write(store, err,
                         "INSERT INTO factor(user, secret, step, session, created_ms) VALUES(?1, ?2, 0, ?3, ?4) ON CONFLICT(user) DO UPDATE"
                         " SET secret = excluded.secret, session = excluded.session, created_ms = excluded.created_ms WHERE session <> x''",
                         "ibbi", user, pk_buf_slice(&sealed), digest_of(session, digest), now_ms);
    pk_buf_finish(&sealed);
    return r;
}

int pk_factor_get(struct pk_store *store, int64_t user, const uint8_t session[PK_PASS_TOKEN_BYTES], struct pk_factor *ret_factor,
                  struct pk_error *err)
{
    uint8_t digest[32];
    struct pk_buf secret;
    sqlite3_stmt *find = pk_sql(store, "SELECT secret, step, session FROM factor WHERE user = ?1");
    pk_sql_bind(find, "i", user);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no second factor");
    struct pk_slice whose = pk_sql_blob(find, 2);
    *ret_factor = (struct pk_factor){
        .step = sqlite3_column_int64(find, 1),
        .confirmed = whose.len == 0,
        .ours = pk_slice_equal(whose, digest_of(session, digest)),
    };
    pk_buf_init(&secret, SEALED_MAX);
    r = pk_unseal(store->keys, PLACE_SECRET, user, pk_sql_blob(find, 0), &secret, err);
    if (r == 0 && secret.len != PK_TOTP_SECRET_BYTES)
        r = pk_fail(err, PK_E_INTERNAL, "a second factor is damaged");
    if (r == 0)
        memcpy(ret_factor->secret, secret.data, PK_TOTP_SECRET_BYTES);
    pk_buf_wipe(&secret);
    pk_sql_reset(find);
    return r;
}

int pk_factor_used(struct pk_store *store, int64_t user, int64_t step, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE factor SET step = max(step, ?2), session = x'' WHERE user = ?1", "ii", user, step);
}

/* ---- keys ---- */

/* The first row behind *id: sealed anew by `write`. 1 = there was one. */
static int renew(struct pk_store *store, const char *next, const char *write, const char *place, int64_t *id, struct pk_error *err)
{
    struct pk_buf clear, sealed;
    sqlite3_stmt *find = pk_sql(store, next);
    pk_sql_bind(find, "iu", *id, (unsigned) pk_keyring_current(store->keys));
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    pk_buf_init(&clear, SEALED_MAX);
    pk_buf_init(&sealed, SEALED_MAX);
    *id = sqlite3_column_int64(find, 0);
    r = pk_unseal(store->keys, place, *id, pk_sql_blob(find, 1), &clear, err);
    pk_sql_reset(find);
    if (r == 0)
        pk_seal(store->keys, place, *id, pk_buf_slice(&clear), &sealed);
    if (r == 0)
        r = pk_sql_write(store, err, write, "ib", *id, pk_buf_slice(&sealed));
    pk_buf_wipe(&clear);
    pk_buf_finish(&sealed);
    return r == 0 ? 1 : r;
}

int pk_sign_in_rekey(struct pk_store *store, struct pk_error *err)
{
    int64_t user = INT64_MIN, factor = INT64_MIN;
    int r;
    while ((r = renew(store, "SELECT id, address FROM user WHERE id > ?1 AND channel <> 0 AND key_of(address) <> ?2 ORDER BY id LIMIT 1",
                      "UPDATE user SET address = ?2 WHERE id = ?1", PK_SEALED_USER, &user, err)) == 1)
        ;
    while (r == 0 && (r = renew(store, "SELECT user, secret FROM factor WHERE user > ?1 AND key_of(secret) <> ?2 ORDER BY user LIMIT 1",
                                "UPDATE factor SET secret = ?2 WHERE user = ?1", PLACE_SECRET, &factor, err)) == 1)
        r = 0;
    return r;
}

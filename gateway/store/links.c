/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/links.h"

#include "gateway/store/internal.h"

static struct pk_slice digest_of(const uint8_t token[PK_LINK_TOKEN_BYTES], uint8_t room[32])
{
    pk_sha256(pk_slice_make(token, PK_LINK_TOKEN_BYTES), room);
    return pk_slice_make(room, 32);
}

/* From the message and a key, not by chance: a second attempt says what the first one said, so that a provider that knows
 * repeats by their words knows this one too. */
void pk_link_token(struct pk_store *store, int64_t message, uint8_t ret_token[PK_LINK_TOKEN_BYTES])
{
    uint8_t mac[32];
    struct pk_slice parts[] = { PK_SLICE("link"), pk_slice_make(&message, sizeof message) };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), mac);
    memcpy(ret_token, mac, PK_LINK_TOKEN_BYTES);
    explicit_bzero(mac, sizeof mac);
}

int pk_link_add(struct pk_store *store, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t message, int64_t now_ms, int64_t until_ms,
                struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err,
                        "INSERT INTO link(digest, message, created_ms, until_ms, decided_ms, choice) VALUES(?1, ?2, ?3, ?4, 0, 0)"
                        " ON CONFLICT(digest) DO NOTHING",
                        "biii", digest_of(token, digest), message, now_ms, until_ms);
}

int pk_link_find(struct pk_store *store, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms, struct pk_link_row *ret_row,
                 struct pk_error *err)
{
    uint8_t digest[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT message, until_ms, decided_ms, choice FROM link WHERE digest = ?1 AND until_ms > ?2");
    pk_sql_bind(find, "bi", digest_of(token, digest), now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such link, or it is over");
    *ret_row = (struct pk_link_row){
        .message = sqlite3_column_int64(find, 0),
        .until_ms = sqlite3_column_int64(find, 1),
        .decided_ms = sqlite3_column_int64(find, 2),
        .choice = pk_sql_u32(find, 3),
    };
    pk_sql_reset(find);
    return 0;
}

int pk_link_decide(struct pk_store *store, int64_t message, uint32_t choice, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE link SET decided_ms = ?2, choice = ?3 WHERE message = ?1 AND decided_ms = 0", "iiu", message, now_ms,
                         choice);
    if (r == 0 && pk_sql_changed(store) == 0)
        return pk_fail(err, PK_E_CONFLICT, "this link was used before");
    return r;
}

int pk_links_forget(struct pk_store *store, int64_t address, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "DELETE FROM link WHERE message IN (SELECT id FROM message INDEXED BY message_by_address WHERE address = ?1)", "i",
                        address);
}

int pk_links_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM link WHERE digest IN (SELECT digest FROM link WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/deep_links.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/store/internal.h"

#define COLUMNS "id, recipient, channel, state, topics, made_by, created_ms, until_ms, used_ms"
#define CODE_DIGITS (PK_LINK_CODE_TEXT - 1)

const char *pk_link_state_name(enum pk_link_state state)
{
    static const char *const names[] = { "open", "used", "refused" };
    return (size_t) state < PK_COUNT(names) ? names[state] : NULL;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char) (c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pk_link_is_code(struct pk_slice text)
{
    bool good = text.len == CODE_DIGITS;
    for (size_t i = 0; good && i < text.len; i++)
        good = digit_of(text.data[i]) >= 0;
    return good;
}

/* Codes are chance: a digest of one can be tried through by nobody. */
static struct pk_slice digest_of(const uint8_t code[16], uint8_t room[32])
{
    pk_sha256(pk_slice_make(code, 16), room);
    return pk_slice_make(room, 32);
}

int pk_deep_link_add(struct pk_store *store, const struct pk_deep_link *link, const uint8_t code[16], int64_t *ret_id, struct pk_error *err)
{
    uint8_t digest[32];
    int64_t id = pk_id_ordered();
    int r = pk_sql_write(store, err, "DELETE FROM deep_link WHERE recipient = ?1 AND channel = ?2", "iu", link->recipient, link->channel);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "INSERT INTO deep_link(id, code, recipient, channel, state, topics, made_by, created_ms, until_ms, used_ms)"
                         " VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, 0)",
                         "ibiuttii", id, digest_of(code, digest), link->recipient, link->channel, link->topics, link->by, link->created_ms,
                         link->until_ms);
    if (r == 0)
        *ret_id = id;
    return r;
}

static void read_row(sqlite3_stmt *row, struct pk_deep_link *ret_link)
{
    *ret_link = (struct pk_deep_link){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .channel = pk_sql_u32(row, 2),
        .state = pk_sql_u32(row, 3),
        .topics = pk_sql_text(row, 4),
        .by = pk_sql_text(row, 5),
        .created_ms = sqlite3_column_int64(row, 6),
        .until_ms = sqlite3_column_int64(row, 7),
        .used_ms = sqlite3_column_int64(row, 8),
    };
}

int pk_deep_link_find(struct pk_store *store, uint32_t channel, struct pk_slice code, int64_t now_ms, struct pk_deep_link *ret_link,
                      struct pk_error *err)
{
    uint8_t bytes[16], digest[32];
    if (!pk_link_is_code(code))
        return pk_fail(err, PK_E_NOT_FOUND, "this is no code of a link");
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t) (digit_of(code.data[2 * i]) << 4 | digit_of(code.data[2 * i + 1]));
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM deep_link WHERE code = ?1 AND channel = ?2 AND state = 0 AND until_ms > ?3");
    pk_sql_bind(find, "bui", digest_of(bytes, digest), channel, now_ms);
    int r = pk_sql_step(store, find, err);
    if (r == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "no open link has this code");
    if (r < 0)
        return r;
    read_row(find, ret_link);
    pk_sql_hold(store, find);
    return 0;
}

int pk_deep_link_end(struct pk_store *store, int64_t id, enum pk_link_state state, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE deep_link SET state = ?2, used_ms = ?3 WHERE id = ?1 AND state = 0", "iui", id, (unsigned) state,
                         now_ms);
    return r == 0 && pk_sql_changed(store) != 1 ? pk_fail(err, PK_E_CONFLICT, "the link is used already") : r;
}

int pk_deep_links_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_deep_link *link), void *ctx,
                     struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM deep_link INDEXED BY deep_link_of WHERE recipient = ?1 ORDER BY id DESC");
    int r;
    pk_sql_bind(rows, "i", recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_deep_link link;
        read_row(rows, &link);
        if ((r = each(ctx, &link)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_deep_links_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM deep_link WHERE recipient = ?1", "i", recipient);
}

int pk_deep_links_end_all(struct pk_store *store, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM deep_link WHERE state = 0", "");
}

int pk_deep_links_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "DELETE FROM deep_link WHERE id IN (SELECT id FROM deep_link WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)", "ii",
                         now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}

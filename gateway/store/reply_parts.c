/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/reply_parts.h"

#include "gateway/store/internal.h"

#define PLACE_ADDRESS "reply_part.address"
#define PLACE_TEXT "reply_part.text"
#define SEALED_MAX 1024u
#define DIGEST_BYTES 16u

#define OF_GROUP " WHERE account = ?1 AND sender = ?2 AND reference = ?3 AND total = ?4"
#define GROUP_KINDS "ubuu"
#define GROUP(g) (g)->account, pk_slice_make((g)->sender, PK_BLIND_BYTES), (g)->reference, (g)->total

static void digest_of(struct pk_store *store, const struct pk_reply_part *part, uint8_t ret_digest[32])
{
    struct pk_slice parts[2] = { part->event_id.len > 0 ? PK_SLICE("id") : PK_SLICE("text"),
                                 part->event_id.len > 0 ? part->event_id : part->text };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), ret_digest);
}

enum place { FREE = 0, REPEAT, TAKEN, JOINED };

/* What is where this part would be. */
static int look(struct pk_store *store, const struct pk_reply_group *group, uint32_t index, struct pk_slice digest,
                enum place *ret_place, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT digest, length(text) FROM reply_part" OF_GROUP " AND part = ?5");
    pk_sql_bind(find, GROUP_KINDS "u", GROUP(group), index);
    int r = pk_sql_step(store, find, err);
    if (r < 0)
        return r;
    *ret_place = FREE;
    if (r == 0)
        return 0;
    if (pk_slice_equal(pk_sql_blob(find, 0), digest))
        *ret_place = REPEAT;
    else
        *ret_place = sqlite3_column_int64(find, 1) > 0 ? TAKEN : JOINED;
    pk_sql_reset(find);
    return 0;
}

static int insert(struct pk_store *store, const struct pk_reply_group *group, const struct pk_reply_part *part,
                  struct pk_slice digest, struct pk_error *err)
{
    char address_bytes[SEALED_MAX], text_bytes[SEALED_MAX];
    struct pk_buf address = { .data = address_bytes, .cap = sizeof address_bytes, .max_bytes = sizeof address_bytes - 1 };
    struct pk_buf text = { .data = text_bytes, .cap = sizeof text_bytes, .max_bytes = sizeof text_bytes - 1 };
    int64_t id = pk_sql_int(store, 0, "SELECT max(id) FROM reply_part", "") + 1;
    pk_seal(store->keys, PLACE_ADDRESS, id, part->from, &address);
    pk_seal(store->keys, PLACE_TEXT, id, part->text, &text);
    if (address.failed || text.failed)
        return pk_fail(err, PK_E_LIMIT, "a part of a reply is too long to keep");
    return pk_sql_write(
        store, err,
        "INSERT INTO reply_part(account, sender, reference, total, part, id, coding, at_ms, named, digest, address, text)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        GROUP_KINDS "uiuiubbb", GROUP(group), part->index, id, part->coding, part->at_ms, part->event_id.len > 0 ? 1u : 0u,
        digest, pk_buf_slice(&address), pk_buf_slice(&text));
}

/* As the parts before it have it, which may have come before the newest key. */
static void name_sender(struct pk_store *store, struct pk_reply_group *group, struct pk_slice from)
{
    for (size_t i = 0; i < pk_keyring_count(store->keys); i++) {
        (void) pk_blind(store->keys, pk_keyring_id(store->keys, i), PLACE_ADDRESS, from, group->sender);
        if (pk_sql_int(store, 0, "SELECT 1 FROM reply_part" OF_GROUP " AND length(text) > 0 LIMIT 1", GROUP_KINDS, GROUP(group)) != 0)
            return;
    }
}

int pk_reply_part_add(struct pk_store *store, struct pk_reply_group *group, const struct pk_reply_part *part, int64_t limit,
                      bool *ret_whole, struct pk_error *err)
{
    uint8_t digest[32];
    enum place place;
    name_sender(store, group, part->from);
    digest_of(store, part, digest);
    struct pk_slice kept = pk_slice_make(digest, DIGEST_BYTES);
    int r = look(store, group, part->index, kept, &place, err);
    if (r != 0)
        return r;
    if (place == REPEAT)
        return pk_fail(err, PK_E_CONFLICT, "this part was taken in before");
    if (place == TAKEN || pk_sql_int(store, 0, "SELECT count(*) FROM reply_part", "") >= limit)
        return pk_fail(err, PK_E_LIMIT, "this part cannot wait for the others");
    if (place == JOINED) /* the phone uses the reference again */
        r = pk_sql_write(store, err, "DELETE FROM reply_part" OF_GROUP, GROUP_KINDS, GROUP(group));
    if (r == 0)
        r = insert(store, group, part, kept, err);
    if (r == 0)
        *ret_whole = pk_sql_int(store, 0, "SELECT count(*) FROM reply_part" OF_GROUP, GROUP_KINDS, GROUP(group)) == group->total;
    return r;
}

static int read_one(struct pk_store *store, sqlite3_stmt *row, int (*each)(void *ctx, const struct pk_reply_part *part),
                    void *ctx, struct pk_error *err)
{
    struct pk_buf address, text;
    pk_buf_init(&address, SEALED_MAX);
    pk_buf_init(&text, SEALED_MAX);
    int64_t id = sqlite3_column_int64(row, 0);
    struct pk_reply_part part = { .index = pk_sql_u32(row, 1),
                                  .coding = pk_sql_u32(row, 2),
                                  .at_ms = sqlite3_column_int64(row, 3) };
    if (sqlite3_column_int64(row, 4) != 0)
        part.event_id = pk_sql_blob(row, 5);
    int r = pk_unseal(store->keys, PLACE_ADDRESS, id, pk_sql_blob(row, 6), &address, err);
    if (r == 0)
        r = pk_unseal(store->keys, PLACE_TEXT, id, pk_sql_blob(row, 7), &text, err);
    part.from = pk_buf_slice(&address);
    part.text = pk_buf_slice(&text);
    if (r == 0)
        r = each(ctx, &part);
    pk_buf_finish(&address);
    pk_buf_finish(&text);
    return r;
}

int pk_reply_parts_read(struct pk_store *store, const struct pk_reply_group *group,
                        int (*each)(void *ctx, const struct pk_reply_part *part), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows =
        pk_sql(store, "SELECT id, part, coding, at_ms, named, digest, address, text FROM reply_part" OF_GROUP " ORDER BY part");
    pk_sql_bind(rows, GROUP_KINDS, GROUP(group));
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if ((r = read_one(store, rows, each, ctx, err)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_reply_parts_joined(struct pk_store *store, const struct pk_reply_group *group, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE reply_part SET text = x'', address = x''" OF_GROUP, GROUP_KINDS, GROUP(group));
}

int pk_reply_parts_overdue(struct pk_store *store, int64_t before_ms, struct pk_reply_group *ret_group, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT account, reference, total, sender FROM reply_part INDEXED BY reply_part_by_time"
                                       " WHERE at_ms <= ?1 AND length(text) > 0 ORDER BY at_ms LIMIT 1");
    pk_sql_bind(find, "i", before_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "no part of a reply is overdue");
    *ret_group =
        (struct pk_reply_group){ .account = pk_sql_u32(find, 0), .reference = pk_sql_u32(find, 1), .total = pk_sql_u32(find, 2) };
    struct pk_slice sender = pk_sql_blob(find, 3);
    memcpy(ret_group->sender, sender.data, sender.len < PK_BLIND_BYTES ? sender.len : PK_BLIND_BYTES);
    pk_sql_reset(find);
    return 0;
}

int pk_reply_parts_forget(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t before_ms = now_ms - PK_REPLY_PARTS_WAIT_MS;
    *ret_count = 0;
    int64_t first = pk_sql_int(store, INT64_MAX, "SELECT at_ms FROM reply_part ORDER BY at_ms LIMIT 1", "");
    if (first > before_ms)
        return 0;
    int r = pk_sql_write(
        store, err,
        "DELETE FROM reply_part WHERE id IN (SELECT id FROM reply_part INDEXED BY reply_part_by_time WHERE at_ms <= ?1"
        " AND length(text) = 0 ORDER BY at_ms LIMIT ?2)",
        "ii", before_ms, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

/* Its digits without the zeros of an international prefix; else the text itself. */
static struct pk_slice digits_of(struct pk_slice text, char ret_digits[64])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '+' || c == ' ' || (c == '0' && n == 0))
            continue;
        if (c < '0' || c > '9' || n == 63)
            return text;
        ret_digits[n++] = c;
    }
    return pk_slice_make(ret_digits, n);
}

static int is_of(struct pk_store *store, int64_t id, struct pk_slice sealed, struct pk_slice value, bool *ret_same, struct pk_error *err)
{
    char mine[64], theirs[64];
    struct pk_buf address;
    pk_buf_init(&address, SEALED_MAX);
    int r = pk_unseal(store->keys, PLACE_ADDRESS, id, sealed, &address, err);
    *ret_same = r == 0 && pk_slice_equal(digits_of(pk_buf_slice(&address), mine), digits_of(value, theirs));
    pk_buf_wipe(&address);
    explicit_bzero(mine, sizeof mine);
    explicit_bzero(theirs, sizeof theirs);
    return r;
}

/* The next part of this sender behind `*id`, which is moved there; 1 when there is one. */
static int next_of(struct pk_store *store, struct pk_slice value, int64_t *id, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, address FROM reply_part WHERE id > ?1 AND length(address) > 0 ORDER BY id");
    bool same = false;
    int r;
    pk_sql_bind(rows, "i", *id);
    while (!same && (r = pk_sql_step(store, rows, err)) == 1) {
        *id = sqlite3_column_int64(rows, 0);
        if ((r = is_of(store, *id, pk_sql_blob(rows, 1), value, &same, err)) != 0)
            break;
    }
    if (same || r < 0)
        pk_sql_reset(rows);
    return same ? 1 : r;
}

/* Few parts wait at a time. What was joined has no address any more and goes by itself within minutes. */
int pk_reply_parts_forget_sender(struct pk_store *store, struct pk_slice value, struct pk_error *err)
{
    int64_t id = 0;
    int r;
    while ((r = next_of(store, value, &id, err)) == 1)
        if ((r = pk_sql_write(store, err, "DELETE FROM reply_part WHERE id = ?1", "i", id)) != 0)
            return r;
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/inbox.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/replies.h"

#define PLACE "inbox.words"
#define COLUMNS                                                                                                            \
    "id, address, recipient, channel, account, language, script, state, subject, assigned, first_ms, last_ms, replies,"    \
    " told_ms, closed_ms, closed_by, message"

#define COPY(to, slice) (void) snprintf(to, sizeof(to), "%.*s", PK_SLICE_ARG(slice))

static void read_item(sqlite3_stmt *row, struct pk_inbox_item *ret_item)
{
    *ret_item = (struct pk_inbox_item){
        .id = sqlite3_column_int64(row, 0),
        .address = sqlite3_column_int64(row, 1),
        .recipient = sqlite3_column_int64(row, 2),
        .channel = pk_sql_u32(row, 3),
        .account = pk_sql_u32(row, 4),
        .state = pk_sql_u32(row, 7),
        .subject = pk_sql_u32(row, 8),
        .first_ms = sqlite3_column_int64(row, 10),
        .last_ms = sqlite3_column_int64(row, 11),
        .replies = sqlite3_column_int64(row, 12),
        .told_ms = sqlite3_column_int64(row, 13),
        .closed_ms = sqlite3_column_int64(row, 14),
        .message = sqlite3_column_int64(row, 16),
    };
    COPY(ret_item->language, pk_sql_text(row, 5));
    COPY(ret_item->script, pk_sql_text(row, 6));
    COPY(ret_item->assigned, pk_sql_text(row, 9));
    COPY(ret_item->closed_by, pk_sql_text(row, 15));
}

/* ---- taking in ---- */

static int open_item(struct pk_store *store, const struct pk_inbox_item *item, int64_t *ret_id, struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT count(*) FROM inbox INDEXED BY inbox_open WHERE state = 1", "") >= PK_INBOX_OPEN_MAX)
        return pk_fail(err, PK_E_LIMIT, "the inbox is full");
    int64_t id = pk_id_ordered();
    int r = pk_sql_write(store, err,
                         "INSERT INTO inbox(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 0, ?8, ?9, ?9, 0, 0, 0, '', 0)",
                         "iiiuuttti", id, item->address, item->recipient, item->channel, item->account, pk_slice_of(item->language),
                         pk_slice_of(item->script), pk_slice_of(item->assigned), item->last_ms);
    if (r == 0)
        *ret_id = id;
    return r;
}

int pk_inbox_add(struct pk_store *store, const struct pk_inbox_item *item, int64_t reply, int64_t *ret_id, struct pk_error *err)
{
    int r = 0;
    int64_t id = pk_sql_int(store, 0, "SELECT id FROM inbox INDEXED BY inbox_of_address WHERE address = ?1 AND state = 1", "i", item->address);
    *ret_id = 0;
    if (id == 0 && (r = open_item(store, item, &id, err)) != 0)
        return r;
    if (pk_sql_int(store, 0, "SELECT replies FROM inbox WHERE id = ?1", "i", id) >= PK_INBOX_REPLIES_MAX)
        return 0;
    r = pk_sql_write(store, err, "UPDATE inbox SET replies = replies + 1, last_ms = ?2, account = ?3 WHERE id = ?1", "iiu", id, item->last_ms,
                     item->account);
    if (r == 0)
        r = pk_sql_write(store, err, "UPDATE reply SET inbox = ?2 WHERE id = ?1", "ii", reply, id);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ---- reading ---- */

int pk_inbox_get(struct pk_store *store, int64_t id, struct pk_inbox_item *ret_item, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM inbox WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such item in the inbox");
    read_item(find, ret_item);
    pk_sql_reset(find);
    return 0;
}

static int walk(struct pk_store *store, sqlite3_stmt *rows, int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx,
                struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_inbox_item item;
        read_item(rows, &item);
        if ((r = each(ctx, &item)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_inbox_list(struct pk_store *store, const struct pk_inbox_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM inbox WHERE id < ?1 AND (?2 = 0 OR state = ?2)"
                                       " AND (?3 = '' OR assigned = ?3) ORDER BY id DESC LIMIT ?4");
    pk_sql_bind(rows, "iuti", filter->after > 0 ? filter->after : INT64_MAX, filter->state,
                filter->assigned.len > 0 ? filter->assigned : PK_SLICE(""), (int64_t) max);
    return walk(store, rows, each, ctx, err);
}

int pk_inbox_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx,
                struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM inbox INDEXED BY inbox_of_address WHERE address IN"
                                       " (SELECT id FROM address WHERE recipient = ?1) ORDER BY id");
    pk_sql_bind(rows, "i", recipient);
    return walk(store, rows, each, ctx, err);
}

int pk_inbox_texts(struct pk_store *store, int64_t id, int (*each)(void *ctx, int64_t at_ms, struct pk_slice text), void *ctx,
                   struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, at_ms, text FROM reply INDEXED BY reply_by_inbox WHERE inbox = ?1 AND inbox <> 0 ORDER BY id");
    struct pk_buf text;
    int r;
    pk_buf_init(&text, PK_REPLY_TEXT_MAX);
    pk_sql_bind(rows, "i", id);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        pk_buf_clear(&text);
        r = pk_unseal(store->keys, PK_PLACE_REPLY, sqlite3_column_int64(rows, 0), pk_sql_blob(rows, 2), &text, err);
        if (r == 0)
            r = each(ctx, sqlite3_column_int64(rows, 1), pk_buf_slice(&text));
        if (r != 0) {
            pk_sql_reset(rows);
            break;
        }
    }
    pk_buf_finish(&text);
    return r;
}

/* ---- what people do with it ---- */

/* What a change of an open item came to. */
static int changed(struct pk_store *store, int r, int64_t id, struct pk_error *err)
{
    struct pk_inbox_item item;
    if (r != 0 || pk_sql_changed(store) > 0)
        return r;
    r = pk_inbox_get(store, id, &item, err);
    return r != 0 ? r : pk_fail(err, PK_E_CONFLICT, "this item is closed already");
}

int pk_inbox_assign(struct pk_store *store, int64_t id, struct pk_slice to, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE inbox SET assigned = ?2 WHERE id = ?1 AND state = 1", "it", id, to);
    return changed(store, r, id, err);
}

int pk_inbox_close(struct pk_store *store, int64_t id, const struct pk_inbox_end *end, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE inbox SET state = ?2, subject = ?3, closed_by = ?4, message = ?5, closed_ms = ?6 WHERE id = ?1 AND state = 1",
                         "iuutii", id, end->state, end->subject, end->by, end->message, end->now_ms);
    return changed(store, r, id, err);
}

int pk_inbox_keep_words(struct pk_store *store, int64_t id, struct pk_slice words, struct pk_error *err)
{
    struct pk_buf sealed;
    pk_buf_init(&sealed, words.len + PK_SEAL_OVERHEAD);
    pk_seal(store->keys, PLACE, id, words, &sealed);
    int r = pk_sql_write(store, err, "UPDATE inbox SET words = ?2 WHERE id = ?1", "ib", id, pk_buf_slice(&sealed));
    pk_buf_finish(&sealed);
    return r;
}

int pk_inbox_words(struct pk_store *store, int64_t id, struct pk_buf *out, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT words FROM inbox WHERE id = ?1 AND words IS NOT NULL");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "the words of this answer are gone");
    r = pk_unseal(store->keys, PLACE, id, pk_sql_blob(find, 0), out, err);
    pk_sql_reset(find);
    return r;
}

int64_t pk_inbox_answered_since(struct pk_store *store, int64_t address, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM inbox INDEXED BY inbox_of_address WHERE address = ?1 AND message <> 0 AND closed_ms >= ?2", "ii",
                      address, since_ms);
}

/* ---- what waits ---- */

void pk_inbox_count(struct pk_store *store, int64_t before_ms, struct pk_inbox_counts *ret_counts)
{
    ret_counts->open = pk_sql_int(store, 0, "SELECT count(*) FROM inbox INDEXED BY inbox_open WHERE state = 1", "");
    ret_counts->waiting = pk_sql_int(store, 0, "SELECT count(*) FROM inbox INDEXED BY inbox_open WHERE state = 1 AND first_ms < ?1", "i",
                                     before_ms);
}

int pk_inbox_tell(struct pk_store *store, int64_t before_ms, int64_t now_ms, int64_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    if (pk_sql_int(store, 0, "SELECT 1 FROM inbox INDEXED BY inbox_open WHERE state = 1 AND first_ms < ?1 AND told_ms = 0 LIMIT 1", "i",
                   before_ms) == 0)
        return 0; /* nothing to write in the usual case */
    int r = pk_sql_write(store, err, "UPDATE inbox SET told_ms = ?2 WHERE state = 1 AND first_ms < ?1 AND told_ms = 0", "ii", before_ms, now_ms);
    if (r == 0)
        *ret_count = pk_sql_changed(store);
    return r;
}

bool pk_inbox_told_since(struct pk_store *store, int64_t since_ms)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM inbox INDEXED BY inbox_open WHERE state = 1 AND told_ms > ?1 LIMIT 1", "i", since_ms) != 0;
}

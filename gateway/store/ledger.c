/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/ledger.h"

#include "gateway/store/ledger_private.h"

/* ---- appending ---- */

static int last_link(struct pk_store *store, int64_t *ret_id, uint8_t ret_link[PK_LINK_BYTES], size_t *ret_len, struct pk_error *err)
{
    struct pk_ledger_anchor anchor;
    sqlite3_stmt *last = pk_sql(store, "SELECT id, link FROM ledger ORDER BY id DESC LIMIT 1");
    int r = pk_sql_step(store, last, err);
    if (r == 1) {
        struct pk_slice link = pk_sql_blob(last, 1);
        *ret_id = sqlite3_column_int64(last, 0);
        *ret_len = link.len == PK_LINK_BYTES ? PK_LINK_BYTES : 0;
        memcpy(ret_link, link.data, *ret_len);
        pk_sql_reset(last);
        return 0;
    }
    if (r == 0 && (r = pk_ledger_anchor(store, &anchor, err)) == 0) {
        *ret_id = anchor.id;
        *ret_len = anchor.id != 0 ? PK_LINK_BYTES : 0;
        memcpy(ret_link, anchor.link, PK_LINK_BYTES);
    }
    return r;
}

static int keep_state(struct pk_store *store, const struct pk_consent_event *event, struct pk_error *err)
{
    /* What was asked stays known through the end of the consent: the answer may come after it. */
    return pk_sql_write(store, err,
                        "INSERT INTO consent(recipient, topic, channel, kind, until_ms, event) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT(recipient, topic, channel) DO UPDATE SET kind = excluded.kind, until_ms = excluded.until_ms,"
                        " event = excluded.event, asked_ms = iif(excluded.kind = 6, asked_ms, 0)",
                        "iuuuii", event->recipient, event->topic, event->channel, event->kind, event->until_ms, event->id);
}

int pk_ledger_append(struct pk_store *store, struct pk_consent_event *event, struct pk_error *err)
{
    uint8_t previous[PK_LINK_BYTES], link[PK_LINK_BYTES];
    size_t previous_len;
    struct pk_shown shown = { 0 };
    int r = last_link(store, &event->id, previous, &previous_len, err);
    if (r == 0 && event->shown != 0)
        r = pk_shown_get(store, event->shown, &shown, err);
    if (r != 0)
        return r;
    event->id++;
    event->key = pk_keyring_current(store->keys);
    if (event->given_ms == 0)
        event->given_ms = event->at_ms;
    r = pk_ledger_link(store, pk_slice_make(previous, previous_len), event,
                       pk_slice_make(shown.hash, event->shown != 0 ? sizeof shown.hash : 0), link);
    if (r != 0)
        return pk_fail(err, PK_E_CONFIG, "there is no key to chain consents with");
    r = pk_sql_write(store, err,
                     "INSERT INTO ledger(" PK_LEDGER_COLUMNS ", link)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                     "iiuuuiiittttuib", event->id, event->recipient, event->topic, event->channel, event->kind, event->at_ms, event->given_ms,
                     event->until_ms, event->how, event->wording, event->language, event->by, event->key, event->shown,
                     pk_slice_make(link, sizeof link));
    return r == 0 ? keep_state(store, event, err) : r;
}

/* ---- reading ---- */

enum pk_consent_state pk_ledger_state(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel, int64_t now_ms,
                                      int64_t *ret_until_ms)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT kind, until_ms FROM consent WHERE recipient = ?1 AND topic = ?2 AND channel = ?3");
    pk_sql_bind(find, "iuu", recipient, topic, channel);
    uint32_t kind = 0;
    int64_t until_ms = 0;
    if (pk_sql_step(store, find, NULL) == 1) {
        kind = pk_sql_u32(find, 0);
        until_ms = sqlite3_column_int64(find, 1);
        pk_sql_reset(find);
    }
    if (ret_until_ms)
        *ret_until_ms = until_ms;
    return pk_consent_state_of(kind, until_ms, now_ms);
}

void pk_ledger_read(sqlite3_stmt *row, struct pk_consent_event *ret_event)
{
    *ret_event = (struct pk_consent_event){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .topic = pk_sql_u32(row, 2),
        .channel = pk_sql_u32(row, 3),
        .kind = pk_sql_u32(row, 4),
        .at_ms = sqlite3_column_int64(row, 5),
        .given_ms = sqlite3_column_int64(row, 6),
        .until_ms = sqlite3_column_int64(row, 7),
        .how = pk_sql_text(row, 8),
        .wording = pk_sql_text(row, 9),
        .language = pk_sql_text(row, 10),
        .by = pk_sql_text(row, 11),
        .key = pk_sql_u32(row, 12),
        .shown = sqlite3_column_int64(row, 13),
    };
}

static int each_event(struct pk_store *store, sqlite3_stmt *rows, bool with_asked, int (*each)(void *ctx, const struct pk_consent_event *event),
                      void *ctx, struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_consent_event event;
        pk_ledger_read(rows, &event);
        event.asked_ms = with_asked ? sqlite3_column_int64(rows, 14) : 0;
        if ((r = each(ctx, &event)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_ledger_newest(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event), void *ctx,
                     struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT c.event, c.recipient, c.topic, c.channel, c.kind, l.at_ms, l.given_ms, c.until_ms, l.how,"
                                       " l.wording, l.language, l.by, l.key, l.shown, c.asked_ms FROM consent c LEFT JOIN ledger l"
                                       " ON l.id = c.event WHERE c.recipient = ?1 ORDER BY c.topic, c.channel");
    pk_sql_bind(rows, "i", recipient);
    return each_event(store, rows, true, each, ctx, err);
}

int pk_ledger_standing(struct pk_store *store, int64_t recipient, uint32_t channel, int (*each)(void *ctx, const struct pk_consent_event *event),
                       void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT event, topic, kind, until_ms, asked_ms FROM consent WHERE recipient = ?1 AND channel = ?2");
    pk_sql_bind(rows, "iu", recipient, channel);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_consent_event event = {
            .id = sqlite3_column_int64(rows, 0),
            .recipient = recipient,
            .topic = pk_sql_u32(rows, 1),
            .channel = channel,
            .kind = pk_sql_u32(rows, 2),
            .until_ms = sqlite3_column_int64(rows, 3),
            .asked_ms = sqlite3_column_int64(rows, 4),
        };
        if ((r = each(ctx, &event)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_ledger_history(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event), void *ctx,
                      struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_LEDGER_COLUMNS " FROM ledger INDEXED BY ledger_by_person WHERE recipient = ?1 ORDER BY id");
    pk_sql_bind(rows, "i", recipient);
    return each_event(store, rows, false, each, ctx, err);
}

/* Zeros when there is none: before the first entry, or pruned with another anchor than this one. */
static void previous_link(struct pk_store *store, int64_t id, uint8_t ret_link[32])
{
    sqlite3_stmt *find = pk_sql(store, "SELECT link FROM ledger WHERE id = ?1 UNION ALL SELECT link FROM ledger_anchor WHERE id = ?1");
    memset(ret_link, 0, 32);
    pk_sql_bind(find, "i", id);
    if (pk_sql_step(store, find, NULL) != 1)
        return;
    struct pk_slice link = pk_sql_blob(find, 0);
    memcpy(ret_link, link.data, link.len < 32 ? link.len : 32);
    pk_sql_reset(find);
}

int pk_ledger_entry(struct pk_store *store, int64_t id, struct pk_consent_event *ret_event, uint8_t ret_link[32], uint8_t ret_previous[32],
                    struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_LEDGER_COLUMNS ", link FROM ledger WHERE id = ?1");
    pk_sql_reset(find); /* the last one's slices end here */
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such entry in the consent ledger");
    pk_sql_hold(store, find);
    pk_ledger_read(find, ret_event);
    struct pk_slice link = pk_sql_blob(find, PK_LEDGER_LINK);
    memset(ret_link, 0, 32);
    memcpy(ret_link, link.data, link.len < 32 ? link.len : 32);
    previous_link(store, id - 1, ret_previous);
    return 0;
}

/* ---- what was shown ---- */

int pk_shown_intern(struct pk_store *store, int64_t version, struct pk_slice text, int64_t now_ms, int64_t *ret_id, struct pk_error *err)
{
    uint8_t digest[32];
    pk_sha256(text, digest);
    struct pk_slice hash = pk_slice_make(digest, sizeof digest);
    *ret_id = pk_sql_int(store, 0, "SELECT id FROM shown WHERE version = ?1 AND hash = ?2", "ib", version, hash);
    if (*ret_id != 0)
        return 0;
    int r = pk_sql_write(store, err, "INSERT INTO shown(version, hash, text, created_ms) VALUES(?1, ?2, ?3, ?4)", "ibti", version, hash, text,
                         now_ms);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

int pk_shown_get(struct pk_store *store, int64_t id, struct pk_shown *ret_shown, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT version, hash, text FROM shown WHERE id = ?1");
    pk_sql_reset(find); /* the last one's slices end here */
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "this text was never shown");
    pk_sql_hold(store, find);
    *ret_shown = (struct pk_shown){ .id = id, .version = sqlite3_column_int64(find, 0), .text = pk_sql_text(find, 2) };
    struct pk_slice hash = pk_sql_blob(find, 1);
    memcpy(ret_shown->hash, hash.data, hash.len < sizeof ret_shown->hash ? hash.len : sizeof ret_shown->hash);
    return 0;
}

/* ---- what ends by itself ---- */

static int collect(struct pk_store *store, sqlite3_stmt *rows, size_t max, struct pk_consent_row *ret_rows, size_t *ret_count,
                   struct pk_error *err)
{
    size_t count = 0;
    int r = 1;
    while (count < max && (r = pk_sql_step(store, rows, err)) == 1)
        ret_rows[count++] = (struct pk_consent_row){
            .recipient = sqlite3_column_int64(rows, 0),
            .topic = pk_sql_u32(rows, 1),
            .channel = pk_sql_u32(rows, 2),
            .until_ms = sqlite3_column_int64(rows, 3),
            .event = sqlite3_column_int64(rows, 4),
            .at_ms = sqlite3_column_int64(rows, 5),
        };
    if (r == 1)
        pk_sql_reset(rows);
    *ret_count = count;
    return r < 0 ? r : 0;
}

int pk_consents_ended(struct pk_store *store, int64_t now_ms, size_t max, struct pk_consent_row *ret_rows, size_t *ret_count,
                      struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT recipient, topic, channel, until_ms, event, 0 FROM consent INDEXED BY consent_ending"
                                       " WHERE kind = 3 AND until_ms > 0 AND until_ms <= ?1 ORDER BY until_ms LIMIT ?2");
    pk_sql_bind(rows, "ii", now_ms, (int64_t) max);
    return collect(store, rows, max, ret_rows, ret_count, err);
}

int pk_consents_ending(struct pk_store *store, uint32_t topic, int64_t now_ms, const struct pk_consent_row *after, int64_t by_ms, size_t max,
                       struct pk_consent_row *ret_rows, size_t *ret_count, struct pk_error *err)
{
    struct pk_consent_row from = after ? *after : (struct pk_consent_row){ .until_ms = now_ms, .recipient = INT64_MAX };
    sqlite3_stmt *rows = pk_sql(store, "SELECT recipient, topic, channel, until_ms, event, 0 FROM consent INDEXED BY consent_renewing"
                                       " WHERE kind = 3 AND until_ms > 0 AND asked_ms = 0 AND topic = ?1"
                                       " AND (until_ms, recipient, channel) > (?2, ?3, ?4) AND until_ms <= ?5"
                                       " ORDER BY until_ms, recipient, channel LIMIT ?6");
    pk_sql_bind(rows, "uiiuii", topic, from.until_ms, from.recipient, from.channel, by_ms, (int64_t) max);
    return collect(store, rows, max, ret_rows, ret_count, err);
}

int pk_consent_asked(struct pk_store *store, const struct pk_consent_row *row, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE consent SET asked_ms = ?4 WHERE recipient = ?1 AND topic = ?2 AND channel = ?3", "iuui",
                        row->recipient, row->topic, row->channel, now_ms);
}

int pk_consents_silent(struct pk_store *store, int64_t after, int64_t before_ms, size_t max, struct pk_consent_row *ret_rows,
                       size_t *ret_count, struct pk_error *err)
{
    /* Entries are numbered as they come, so the walk may end at the first that is too young. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT c.recipient, c.topic, c.channel, c.until_ms, c.event, ifnull(l.at_ms, 0)"
                                       " FROM consent c INDEXED BY consent_invited LEFT JOIN ledger l ON l.id = c.event"
                                       " WHERE c.kind < 3 AND c.event > ?1 ORDER BY c.event LIMIT ?2");
    pk_sql_bind(rows, "ii", after, (int64_t) max);
    int r = collect(store, rows, max, ret_rows, ret_count, err);
    size_t old = 0;
    while (r == 0 && old < *ret_count && ret_rows[old].at_ms < before_ms)
        old++;
    *ret_count = r == 0 ? old : 0;
    return r;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/own_texts.h"

#include "gateway/store/internal.h"

int pk_own_text_add(struct pk_store *store, const struct pk_own_text *text, int64_t *ret_id, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "INSERT INTO own_text(name, language, content, hash, author, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "tttbti",
                         text->name, text->language, text->content, pk_slice_make(text->hash, sizeof text->hash), text->author, text->at_ms);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

static int walk(struct pk_store *store, sqlite3_stmt *rows, pk_own_text_each *each, void *ctx, struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_own_text text = {
            .id = sqlite3_column_int64(rows, 0),
            .name = pk_sql_text(rows, 1),
            .language = pk_sql_text(rows, 2),
            .content = pk_sql_text(rows, 3),
            .author = pk_sql_text(rows, 5),
            .at_ms = sqlite3_column_int64(rows, 6),
        };
        struct pk_slice hash = pk_sql_blob(rows, 4);
        memcpy(text.hash, hash.data, hash.len < sizeof text.hash ? hash.len : sizeof text.hash);
        if ((r = each(ctx, &text)) != 0)
            break;
    }
    pk_sql_reset(rows);
    return r;
}

int pk_own_texts_now(struct pk_store *store, pk_own_text_each *each, void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, name, language, content, hash, author, at_ms FROM own_text"
                                       " WHERE id IN (SELECT max(id) FROM own_text GROUP BY name, language) ORDER BY name, language");
    return walk(store, rows, each, ctx, err);
}

int pk_own_text_history(struct pk_store *store, struct pk_slice name, size_t max, pk_own_text_each *each, void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, name, language, content, hash, author, at_ms FROM own_text"
                                       " WHERE name = ?1 ORDER BY id DESC LIMIT ?2");
    pk_sql_bind(rows, "ti", name, (int64_t) max);
    return walk(store, rows, each, ctx, err);
}

int64_t pk_own_text_edition(struct pk_store *store, struct pk_slice name)
{
    return pk_sql_int(store, 0, "SELECT coalesce(max(id), 0) FROM own_text WHERE name = ?1", "t", name);
}

bool pk_own_text_has(struct pk_store *store, struct pk_slice name, struct pk_slice language, const uint8_t hash[32])
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM own_text WHERE name = ?1 AND language = ?2 AND hash = ?3", "ttb", name, language,
                      pk_slice_make(hash, 32)) > 0;
}

bool pk_own_text_is_of(struct pk_store *store, struct pk_slice name, struct pk_slice language, const uint8_t hash[32], struct pk_slice user)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM own_text WHERE name = ?1 AND language = ?2 AND hash = ?3 AND author = ?4", "ttbt", name, language,
                      pk_slice_make(hash, 32), user) > 0;
}

/* ---- what readers said ---- */

int pk_text_note_add(struct pk_store *store, const struct pk_text_note *note, struct pk_error *err)
{
    return pk_sql_write(store, err, "INSERT INTO text_note(name, tag, hash, reader, words, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "ttbtti", note->name,
                        note->tag, pk_slice_make(note->hash, sizeof note->hash), note->reader, note->words, note->at_ms);
}

int pk_text_notes_each(struct pk_store *store, struct pk_slice name, const uint8_t hash[32], size_t max,
                       int (*each)(void *ctx, const struct pk_text_note *note), void *ctx, struct pk_error *err)
{
    int r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT tag, reader, words, at_ms FROM text_note WHERE name = ?1 AND hash = ?2 ORDER BY id DESC LIMIT ?3");
    pk_sql_bind(rows, "tbi", name, pk_slice_make(hash, 32), (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_text_note note = {
            .name = name,
            .tag = pk_sql_text(rows, 0),
            .reader = pk_sql_text(rows, 1),
            .words = pk_sql_text(rows, 2),
            .at_ms = sqlite3_column_int64(rows, 3),
        };
        memcpy(note.hash, hash, sizeof note.hash);
        if ((r = each(ctx, &note)) != 0)
            break;
    }
    pk_sql_reset(rows);
    return r;
}

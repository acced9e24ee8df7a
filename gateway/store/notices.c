/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/notices.h"

#include "gateway/store/internal.h"

#define VERSIONS_KEPT 256u

/* Bodies are kept in memory: every first message of a notice asks for one. */
struct version {
    struct pk_text_version row;
    char *name, *language, *rendering, *body;
    bool committed;
};

struct pk_versions {
    struct version items[VERSIONS_KEPT];
    size_t count, next; /* next: the one to give way when full */
};

/* ---- notices ---- */

int pk_notice_add(struct pk_store *store, const struct pk_notice *notice, int64_t *ret_id, struct pk_error *err)
{
    uint8_t digest[32];
    if (notice->trigger != 0) {
        int r = pk_sql_write(store, err,
                             "INSERT INTO notice(trigger, class, topic, template, vals, created_ms, occurrence, version) VALUES(?1, ?2, ?3, ?4, ?5, ?6,"
                             " ?7, ?8)",
                             "iuuttiii", notice->trigger, notice->cls, notice->topic, notice->template_name, notice->values, notice->created_ms,
                             notice->occurrence, notice->version);
        if (r == 0)
            *ret_id = sqlite3_last_insert_rowid(store->db);
        return r;
    }
    struct pk_buf key;
    pk_buf_init(&key, 1u << 20);
    (void) pk_buf_printf(&key, "%u %u %.*s\n%.*s", notice->cls, notice->topic, PK_SLICE_ARG(notice->template_name), PK_SLICE_ARG(notice->values));
    if (notice->occurrence != 0)
        (void) pk_buf_printf(&key, "\n%lld %lld", (long long) notice->occurrence, (long long) notice->version);
    pk_sha256(pk_buf_slice(&key), digest);
    pk_buf_finish(&key);
    struct pk_slice known = pk_slice_make(digest, 16);
    *ret_id = pk_sql_int(store, 0, "SELECT id FROM notice WHERE digest = ?1", "b", known);
    if (*ret_id != 0)
        return 0;
    int r = pk_sql_write(store, err, "INSERT INTO notice(class, topic, template, vals, created_ms, digest, occurrence, version) VALUES(?1, ?2, ?3, ?4, ?5,"
                         " ?6, ?7, ?8)",
                         "uuttibii", notice->cls, notice->topic, notice->template_name, notice->values, notice->created_ms, known,
                         notice->occurrence, notice->version);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

int pk_notice_get(struct pk_store *store, int64_t id, struct pk_notice *ret_notice, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT trigger, class, topic, template, vals, created_ms, occurrence, version FROM notice WHERE id = ?1");
    pk_sql_reset(find); /* the last one's slices end here */
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such notice");
    pk_sql_hold(store, find);
    *ret_notice = (struct pk_notice){
        .id = id,
        .trigger = sqlite3_column_int64(find, 0),
        .cls = pk_sql_u32(find, 1),
        .topic = pk_sql_u32(find, 2),
        .template_name = pk_sql_text(find, 3),
        .values = pk_sql_text(find, 4),
        .created_ms = sqlite3_column_int64(find, 5),
        .occurrence = sqlite3_column_int64(find, 6),
        .version = sqlite3_column_int64(find, 7),
    };
    return 0;
}

int pk_notice_of_date(struct pk_store *store, int64_t occurrence, int64_t below, struct pk_notice *ret_notice, struct pk_error *err)
{
    int64_t id = pk_sql_int(store, 0,
                            "SELECT id FROM notice INDEXED BY notice_by_date WHERE occurrence = ?1 AND occurrence <> 0 AND version < ?2 AND trigger <> 0"
                            " ORDER BY version DESC, id DESC LIMIT 1", "ii", occurrence, below);
    return id != 0 ? pk_notice_get(store, id, ret_notice, err) : pk_fail(err, PK_E_NOT_FOUND, "nothing was said about this date");
}

int pk_notice_clear_values(struct pk_store *store, int64_t id, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE notice SET vals = '{}', digest = NULL WHERE id = ?1 AND vals <> '{}'", "i", id);
}

/* ---- text versions ---- */

static void forget(struct version *version)
{
    free(version->name);
    free(version->language);
    free(version->rendering);
    free(version->body);
    *version = (struct version){ 0 };
}

void pk_versions_free(struct pk_store *store)
{
    if (!store->versions)
        return;
    for (size_t i = 0; i < VERSIONS_KEPT; i++)
        forget(&store->versions->items[i]);
    free(store->versions);
}

void pk_versions_settle(struct pk_store *store, bool committed)
{
    for (size_t i = 0; store->versions && i < store->versions->count; i++) {
        struct version *version = &store->versions->items[i];
        version->committed |= committed;
        if (!version->committed)
            forget(version);
    }
}

static struct version *keep(struct pk_store *store, const struct pk_text_version *row)
{
    if (!store->versions)
        store->versions = pk_alloc(sizeof *store->versions);
    struct pk_versions *versions = store->versions;
    struct version *version = &versions->items[versions->next];
    versions->next = (versions->next + 1) % VERSIONS_KEPT;
    if (versions->count < VERSIONS_KEPT)
        versions->count++;
    forget(version);
    version->row = *row;
    version->committed = !store->turn;
    version->row.name = pk_slice_of(version->name = pk_slice_dup(row->name));
    version->row.language = pk_slice_of(version->language = pk_slice_dup(row->language));
    version->row.rendering = pk_slice_of(version->rendering = pk_slice_dup(row->rendering));
    version->row.body = pk_slice_make(version->body = pk_slice_dup(row->body), row->body.len);
    return version;
}

int pk_text_version_intern(struct pk_store *store, const struct pk_text_version *version, int64_t now_ms, int64_t *ret_id,
                           struct pk_error *err)
{
    struct pk_text_version row = *version;
    struct pk_slice hash = pk_slice_make(version->hash, sizeof version->hash);
    row.id = pk_sql_int(store, 0, "SELECT id FROM text_version WHERE name = ?1 AND language = ?2 AND rendering = ?3 AND hash = ?4", "tttb",
                        version->name, version->language, version->rendering, hash);
    if (row.id == 0) {
        int r = pk_sql_write(store, err,
                             "INSERT INTO text_version(name, language, rendering, hash, body, created_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                             "tttbti", version->name, version->language, version->rendering, hash, version->body, now_ms);
        if (r != 0)
            return r;
        row.id = sqlite3_last_insert_rowid(store->db);
    }
    (void) keep(store, &row);
    *ret_id = row.id;
    return 0;
}

int pk_text_version_get(struct pk_store *store, int64_t id, struct pk_text_version *ret_version, struct pk_error *err)
{
    for (size_t i = 0; store->versions && i < store->versions->count; i++) {
        if (store->versions->items[i].row.id == id) {
            *ret_version = store->versions->items[i].row;
            return 0;
        }
    }
    sqlite3_stmt *find = pk_sql(store, "SELECT name, language, rendering, body, hash FROM text_version WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such text version");
    struct pk_text_version row = {
        .id = id,
        .name = pk_sql_text(find, 0),
        .language = pk_sql_text(find, 1),
        .rendering = pk_sql_text(find, 2),
        .body = pk_sql_text(find, 3),
    };
    struct pk_slice hash = pk_sql_blob(find, 4);
    memcpy(row.hash, hash.data, hash.len < sizeof row.hash ? hash.len : sizeof row.hash);
    *ret_version = keep(store, &row)->row;
    pk_sql_reset(find);
    return 0;
}

int pk_text_versions_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_text_version *version, int64_t created_ms),
                          void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT name, language, rendering, body, hash, created_ms, id FROM text_version"
                                       " ORDER BY name, language, rendering, created_ms, id");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_text_version version = {
            .id = sqlite3_column_int64(rows, 6),
            .name = pk_sql_text(rows, 0),
            .language = pk_sql_text(rows, 1),
            .rendering = pk_sql_text(rows, 2),
            .body = pk_sql_text(rows, 3),
        };
        struct pk_slice hash = pk_sql_blob(rows, 4);
        memcpy(version.hash, hash.data, hash.len < sizeof version.hash ? hash.len : sizeof version.hash);
        if ((r = each(ctx, &version, sqlite3_column_int64(rows, 5))) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

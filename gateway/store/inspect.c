/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/inspect.h"

#include "gateway/store/connect.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/message_row.h"
#include "gateway/store/recipients.h"
#include "gateway/store/rekey.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_BYTES 100

/* ---- whole ---- */

static int damaged(struct pk_error *err, const char *path, const char *what)
{
    (void) pk_fail(err, PK_E_IO, "\"%s\" is damaged: %s", path, what);
    return pk_hint(err, PK_E_IO, "Copy it again from where it was kept, or use an older backup.");
}

/* The header says how long the file must be. SQLite itself is content with less until it needs what is missing. */
static int check_length(const char *path, struct pk_error *err)
{
    uint8_t header[HEADER_BYTES];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return pk_fail(err, PK_E_NOT_FOUND, "could not open \"%s\"", path);
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t n = regular ? read(fd, header, sizeof header) : 0;
    (void) close(fd);
    if (n != HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0)
        return pk_fail(err, PK_E_UNSUPPORTED, "\"%s\" is not a database", path);
    int64_t page = (int64_t) header[16] << 8 | header[17];
    int64_t pages = (int64_t) header[28] << 24 | (int64_t) header[29] << 16 | (int64_t) header[30] << 8 | header[31];
    page = page == 1 ? 65536 : page;
    return st.st_size >= page * pages ? 0 : damaged(err, path, "its end is missing");
}

static int check_integrity(struct pk_store *store, const char *path, struct pk_error *err)
{
    sqlite3_stmt *check = pk_sql(store, "PRAGMA integrity_check(1)");
    int r = pk_sql_step(store, check, err);
    bool good = r == 1 && pk_slice_is(pk_sql_text(check, 0), "ok");
    if (r == 1)
        pk_sql_reset(check);
    return good ? 0 : damaged(err, path, "its pages do not fit together");
}

/* ---- ours ---- */

struct matching {
    bool differs, missing;
    size_t known;
};

static int match(void *ctx, uint8_t id, enum pk_key_match how)
{
    struct matching *m = ctx;
    (void) id;
    m->differs |= how == PK_KEY_DIFFERS;
    m->missing |= how == PK_KEY_MISSING;
    m->known += how == PK_KEY_MATCHES;
    return 0;
}

static int each_key(struct pk_store *store, int (*each)(void *ctx, uint8_t id, enum pk_key_match match), void *ctx,
                    struct pk_error *err)
{
    for (size_t i = 0; i < pk_keyring_count(store->keys); i++) {
        uint8_t mine[16], id = pk_keyring_id(store->keys, i);
        pk_keyring_check_value(store->keys, id, mine);
        sqlite3_stmt *find = pk_sql(store, "SELECT value FROM key_check WHERE id = ?1");
        pk_sql_bind(find, "u", (unsigned) id);
        int r = pk_sql_step(store, find, err);
        if (r < 0)
            return r;
        bool same = r == 1 && pk_slice_equal(pk_sql_blob(find, 0), pk_slice_make(mine, sizeof mine));
        if (r == 1)
            pk_sql_reset(find);
        if ((r = each(ctx, id, r == 0 ? PK_KEY_FRESH : same ? PK_KEY_MATCHES : PK_KEY_DIFFERS)) != 0)
            return r;
    }
    sqlite3_stmt *all = pk_sql(store, "SELECT id FROM key_check ORDER BY id");
    int r;
    while ((r = pk_sql_step(store, all, err)) == 1) {
        uint8_t id = (uint8_t) pk_sql_u32(all, 0);
        bool here = false;
        for (size_t i = 0; i < pk_keyring_count(store->keys); i++)
            here |= pk_keyring_id(store->keys, i) == id;
        if (!here && (r = each(ctx, id, PK_KEY_MISSING)) != 0) {
            pk_sql_reset(all);
            return r;
        }
    }
    return r;
}

static bool has_table(struct pk_store *store, const char *name)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", "t", pk_slice_of(name)) != 0;
}

static int check_schema(struct pk_store *store, const char *path, int64_t *ret_schema, struct pk_error *err)
{
    *ret_schema = pk_sql_int(store, 0, "PRAGMA user_version", "");
    if (*ret_schema > pk_schema_newest()) {
        (void) pk_fail(err, PK_E_UNSUPPORTED, "\"%s\" was written by a newer program", path);
        return pk_hint(err, PK_E_UNSUPPORTED, "Use the program that wrote it, or a newer one.");
    }
    bool ours = has_table(store, "key_check") && has_table(store, "ledger") && has_table(store, "message");
    return ours ? 0 : pk_fail(err, PK_E_UNSUPPORTED, "\"%s\" is not a database of this program", path);
}

static int check_keys(struct pk_store *store, const char *path, struct pk_error *err)
{
    struct matching matching = { 0 };
    int r = each_key(store, match, &matching, err);
    if (r != 0)
        return r;
    if (!matching.differs && !matching.missing && matching.known > 0)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "\"%s\" was written with other keys", path);
    return pk_hint(err, PK_E_CONFIG, "Name the key file that was in use when it was made (pokana keys list compares).");
}

int pk_store_open_copy(const char *path, struct pk_keyring *keys, struct pk_store **ret_store, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = NULL;
    int64_t schema;
    int r = check_length(path, err);
    if (r == 0)
        r = pk_store_open_reading(path, keys, &store, err);
    if (r == 0)
        r = check_integrity(store, path, err);
    if (r == 0)
        r = check_schema(store, path, &schema, err);
    if (r == 0)
        r = check_keys(store, path, err);
    if (r == 0)
        *ret_store = pk_steal(&store);
    return r;
}

bool pk_store_has_trail(struct pk_store *store)
{
    return has_table(store, "audit_anchor");
}

bool pk_store_has_readings(struct pk_store *store)
{
    return has_table(store, "text_read");
}

int pk_store_inspect(const char *path, struct pk_keyring *keys, struct pk_store_facts *ret_facts, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_store_facts facts = { 0 };
    int r = pk_store_open_copy(path, keys, &store, err);
    if (r == 0)
        r = pk_ledger_verify(store, &facts.links, err);
    if (r != 0)
        return r;
    facts.schema = pk_sql_int(store, 0, "PRAGMA user_version", "");
    facts.taken_ms = pk_store_number(store, "backup.taken_ms", 0);
    facts.recipients = pk_recipient_count(store);
    facts.waiting = pk_sql_int(store, 0, "SELECT count(*) FROM message WHERE state < 3", "");
    *ret_facts = facts;
    return 0;
}

int pk_store_each_key(const char *path, struct pk_keyring *keys, int (*each)(void *ctx, uint8_t id, enum pk_key_match match),
                      void *ctx, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = NULL;
    int64_t schema;
    if (access(path, F_OK) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no database \"%s\" yet", path);
    int r = pk_store_open_reading(path, keys, &store, err);
    if (r == 0)
        r = check_schema(store, path, &schema, err);
    return r == 0 ? each_key(store, each, ctx, err) : r;
}

struct of_key {
    uint8_t id;
    int64_t count;
};

static int count_of_key(void *ctx, const struct pk_journal_record *record)
{
    struct of_key *of = ctx;
    of->count += record->key == of->id;
    return 0;
}

int pk_store_key_needs(const char *path, const char *journal, struct pk_keyring *keys, uint8_t id, struct pk_key_need *ret_needs,
                       size_t *ret_count, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_journal_facts facts;
    struct of_key of = { .id = id };
    int64_t schema;
    if (access(path, F_OK) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no database \"%s\" yet", path);
    int r = pk_store_open_reading(path, keys, &store, err);
    if (r == 0)
        r = check_schema(store, path, &schema, err);
    if (r == 0)
        r = pk_key_needs(store, id, ret_needs, ret_count, err);
    if (r == 0 && journal && access(journal, F_OK) == 0)
        r = pk_journal_read(journal, keys, count_of_key, &of, &facts, err);
    if (r == 0 && of.count > 0)
        ret_needs[(*ret_count)++] = (struct pk_key_need){ .kind = "journal", .count = of.count };
    return r;
}

/* ---- what was due ---- */

int pk_messages_due_by(struct pk_store *store, int64_t until_ms, size_t max,
                       int (*each)(void *ctx, const struct pk_message *message), void *ctx, int64_t *ret_count,
                       struct pk_error *err)
{
    *ret_count = pk_sql_int(store, 0, "SELECT count(*) FROM message WHERE state < 3 AND due_ms <= ?1", "i", until_ms);
    sqlite3_stmt *rows =
        pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message WHERE state < 3 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2");
    pk_sql_bind(rows, "ii", until_ms, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_message message;
        pk_message_read(rows, &message);
        if ((r = each(ctx, &message)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}
